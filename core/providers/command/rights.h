/* rights.h: a command that asks for more rights than it can get. A worker gains none and neither does what it starts, so sudo and its like end
 * at once: said when the command is planned, and again when it failed. */
#pragma once
#include <stdbool.h>
#include "core/base/str.h"

/* The first word of `text` that wants rights of somebody else, "sudo"; NULL = none. Static. */
const char *rights_wanted(Str text);
/* Would it fail here? Not for root, who has them all. */
bool rights_are_missing(void);
