/* path.h: programs found as a shell of a playbook would find them: in the environment's own folders, then in those of PATH; or as the console itself does,
 * which looks in PATH alone. */
#pragma once
#include "core/environment/environment.h"

/* `environment` NULL: what the console itself starts. Where `name` is; NULL if it is nowhere. A name with a slash is taken as it is. Owned. */
char *readiness_find_program(const Environment *environment, const char *name);
