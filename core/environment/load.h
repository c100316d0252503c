/* load.h: the loader's parts, for its own files only. Each reads one section into an Environment that already has its path and
 * folder; on failure what was read so far is freed with the Environment. */
#pragma once
#include "core/environment/reader.h"

BG_CHECK bool load_people(const Reader *reader, const YamlNode *root, Environment *environment, Error *err);
BG_CHECK bool load_systems(const Reader *reader, const YamlNode *root, Environment *environment, Error *err);
BG_CHECK bool load_probes(const Reader *reader, const YamlNode *root, Environment *environment, Error *err);
/* After the probes: a place becomes one of them, asked like them and shown with them. */
BG_CHECK bool load_checkpoints(const Reader *reader, const YamlNode *root, Environment *environment, Error *err);
BG_CHECK bool load_damage(const Reader *reader, const YamlNode *root, Environment *environment, Error *err);
/* Names of what the file has, for did-you-mean; the array is owned, the names are borrowed. */
const char **load_system_names(const Environment *environment);
