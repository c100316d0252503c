/* confine.h: what a process of ours gives up for good before it reads anything from outside, and what the kernel says of that afterwards.
 * Two levels, one in the other:
 *   begin   every role: no new privileges, no core file, not traceable, and none of the calls that take over other processes, the kernel
 *           or the machine. Whatever the process starts inherits it, so the list holds only what no tool of a playbook needs.
 *   narrow  a role that, as the environment stands, starts no program: no program at all, no listening, no other identity; with Landlock
 *           it writes only below the folders that it names, and signals nobody.
 * What the kernel does not have is left out: the process goes on, and confine_tell() says what is there. */
#pragma once
#include <stdbool.h>
#include "core/base/json.h"
#include "core/base/str.h"

void confine_begin(void);
/* `writable`: folders; those that are not there are left out. Once, before any thread is started. */
void confine_narrow(const StrList *writable);

/* What only the process itself can read back, as it is now: {"dumpable","traceable_by_sanitizer","programs","landlock":{"abi","writes":[..]}}.
 * `programs`: who needs them, when it was not narrowed for that; NULL = nobody. "abi" 0: no Landlock is in force. */
Json *confine_tell(const StrList *programs);
/* What the kernel says of process `pid`: {"no_new_privs","seccomp","filters","core_limit"}. A key that could not be read is not there. */
Json *confine_look(int pid);
/* The Landlock ABI of this kernel; 0 = none. */
int confine_landlock_abi(void);
