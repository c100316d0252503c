/* record_signatures.h: the signatures of a record, for `verify`. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/str.h"

/* Appends what is wrong to `problems`. False only when the journal cannot be read at all. */
BG_CHECK bool verify_signatures(const char *folder, StrList *problems, Error *err);
