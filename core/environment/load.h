/* load.h: the loader's parts, for its own files only. Each reads one section into an Environment that already has its path and
 * folder; on failure what was read so far is freed with the Environment. */
#pragma once
#include "core/environment/reader.h"

BG_CHECK bool load_people(const Reader *reader, const YamlNode *root, Environment *environment, Error *err);
BG_CHECK bool load_contacts(const Reader *reader, const YamlNode *root, Environment *environment, Error *err);
BG_CHECK bool load_systems(const Reader *reader, const YamlNode *root, Environment *environment, Error *err);
BG_CHECK bool load_probes(const Reader *reader, const YamlNode *root, Environment *environment, Error *err);
/* After the probes: a place becomes one of them, asked like them and shown with them. */
BG_CHECK bool load_checkpoints(const Reader *reader, const YamlNode *root, Environment *environment, Error *err);
/* After the probes, for the same reason. */
BG_CHECK bool load_announce(const Reader *reader, const YamlNode *root, Environment *environment, Error *err);
/* After the probes and places, for the same reason. */
BG_CHECK bool load_nodes(const Reader *reader, const YamlNode *root, Environment *environment, Error *err);
/* After everything else that becomes a probe: its row stands last. */
BG_CHECK bool load_readiness(const Reader *reader, const YamlNode *root, Environment *environment, Error *err);
BG_CHECK bool load_damage(const Reader *reader, const YamlNode *root, Environment *environment, Error *err);
/* The nodes of the team's cluster file; `node` names it. */
BG_CHECK bool load_cluster(const Reader *reader, const YamlNode *node, Environment *environment, Error *err);

/* Parts of a node that both files share. */
EnvironmentNode *load_add_node(Environment *environment);
BG_CHECK bool load_name(const Reader *reader, const YamlNode *node, char **ret_name, Error *err);
/* The name of a node, which records tell it by. */
BG_CHECK bool load_node_name(const Reader *reader, const YamlNode *node, char **ret_name, Error *err);
BG_CHECK bool load_address(const Reader *reader, const YamlNode *node, const Environment *environment, EnvironmentNode *machine, Error *err);
BG_CHECK bool load_role(const Reader *reader, const YamlNode *node, EnvironmentNode *machine, Error *err);
BG_CHECK bool load_check_unique(const Reader *reader, const YamlNode *node, const Environment *environment, Error *err);
/* A live environment holds no values of the example. */
BG_CHECK bool load_refuse_example(const Reader *reader, const YamlNode *node, const Environment *environment, bool is_one, Error *err);

/* Names of what the file has, for did-you-mean; the array is owned, the names are borrowed. */
const char **load_system_names(const Environment *environment);
