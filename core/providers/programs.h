/* programs.h: whether anything in an environment can only be had from a program, so that a process that needs none can give up starting any. */
#pragma once
#include "core/environment/environment.h"

/* Adds who needs a program, in words that may be shown: "token of ci (command pass)". */
void programs_of_environment(const Environment *environment, StrList *ret_who);
/* The same for one verb: "command.run". */
void programs_of_verb(const char *verb, StrList *ret_who);
