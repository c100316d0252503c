/* path.h: programs found as a shell of a playbook would find them: in the environment's own folders, then in those of PATH. */
#pragma once
#include "core/environment/environment.h"

/* Where `name` is; NULL if it is nowhere. A name with a slash is taken as it is. Owned. */
char *readiness_find_program(const Environment *environment, const char *name);
