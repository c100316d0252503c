/* trial.h: calls into the kernel that a confined process must not get through, each tried in a way that does no harm where it is let
 * through. One line each: "NAME ERRNO". Only what a signal handler may do. */
#pragma once

/* Those that no role may make. */
void trial_everywhere(int fd);
/* Those that a role which starts no program may not make, and files that it may not write: below `folder`, and everybody's /dev/null. */
void trial_where_no_program_is_needed(int fd, const char *folder);
