/* carried.h: the environment and working directory that the commands of a run hand on to one another. */
#pragma once
#include <stdbool.h>
#include "core/base/cleanup.h"
#include "core/base/error.h"
#include "core/base/str.h"
#include "core/environment/environment.h"

typedef struct Carried {
	StrList environment;     /* "NAME=value" */
	char *folder;            /* working directory */
} Carried;

/* What the last command left in STATE_FOLDER; at first our own environment without its secrets, and the home folder, as `environment` says. */
BG_CHECK bool carried_load(const Environment *environment, const char *state_folder, Carried *ret_carried, Error *err);
/* `left` is what the wrapper wrote: the folder in the first line, then `export -p` as sh prints it. */
BG_CHECK bool carried_save(const char *state_folder, Str left, Error *err);
void carried_clear(Carried *carried);
BG_DEFINE_CLEARP(Carried, carried_clear)
