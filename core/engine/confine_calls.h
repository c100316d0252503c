/* confine_calls.h: calls into the kernel that this process, and all that it starts, will never make again: a seccomp filter. */
#pragma once
#include <stdbool.h>

#ifdef __SANITIZE_ADDRESS__
#define CONFINE_SANITIZED 1
#else
#define CONFINE_SANITIZED 0
#endif

typedef enum RefusedCalls { REFUSED_EVERYWHERE, REFUSED_WHERE_NO_PROGRAM_IS_NEEDED } RefusedCalls;

/* Adds the filter of one list (confine_calls.def) to those that hold already. Wants no_new_privs. False where the kernel or the machine
 * has none: nothing is refused then. */
bool confine_refuse_calls(RefusedCalls list);
