/* confine_files.h: where this process may still write: Landlock rules. Reading is not limited: certificates, names, the environment and
 * the roster may stand anywhere. */
#pragma once
#include "core/base/str.h"

/* The newest set of rules that the kernel knows; 0 = it has no Landlock. */
int confine_files_abi(void);
/* From now on: no writing but below `folders`, no program is started, no TCP port is bound, no process outside is signalled, each as far
 * as the kernel's ABI goes. Returns that ABI; 0 when nothing holds. `ret_held` gets the folders that are there. */
int confine_files(const StrList *folders, StrList *ret_held);
