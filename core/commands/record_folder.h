/* record_folder.h: which incident a command that reads the record means. */
#pragma once
#include "core/commands/command.h"
#include "core/engine/paths.h"

/* Where the incidents of the environment are. */
BG_CHECK bool record_incidents(Command *command, StatePaths *ret_paths, Error *err);
/* Their names, oldest first: by when they were declared. None where nothing was declared yet. Adds to `ret_names`. */
BG_CHECK bool record_names(const char *incidents, StrList *ret_names, Error *err);
/* The folder of an incident: a path as given, or its id below the state folder, or (NULL) the newest one. Owned. */
BG_CHECK bool record_folder(Command *command, const char *name, char **ret_folder, Error *err);
