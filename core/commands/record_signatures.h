/* record_signatures.h: the signatures of a record, for `verify`. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/str.h"
#include "core/signoff/roster.h"

/* Appends what is wrong to `problems`, and to `notes` what nobody can check. With a roster (NULL ok) each key must be its signer's at the time of signing. False only when the
 * journal cannot be read at all. */
BG_CHECK bool verify_signatures(const char *folder, const Roster *roster, StrList *problems, StrList *notes, Error *err);
