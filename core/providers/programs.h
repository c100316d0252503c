/* programs.h: whether anything in an environment can only be had from a program, so that a process that needs none can give up starting any. */
#pragma once
#include "core/providers/provider.h"

/* Adds who needs a program, in words that may be shown: "token of ci (command pass)". */
void programs_of_environment(const Environment *environment, StrList *ret_who);
/* The same for one verb: "command.run". */
void programs_of_verb(const char *verb, StrList *ret_who);
/* Adds the folders in which an action keeps something beside the run's own: what a confined process must be able to write. */
void provider_write_folders(const Call *call, const char *verb, StrList *ret);
