/* codes.h: the file of one-time code secrets: a line "PERSON SECRET" each, SECRET an otpauth:// address or base32; # begins a remark. The
 * engine reads it for each code and forgets it: no other process of ours looks into it. A person's name may hold blanks: the last word of
 * the line is the secret. */
#pragma once
#include <stdbool.h>
#include "core/signoff/totp.h"

/* The secret of `person`. Refuses a file that others can read; a person who is not in it is ERROR_MISSING. */
BG_CHECK bool codes_find(const char *path, const char *person, Totp *ret_totp, Error *err);
BG_CHECK bool codes_parse(Str text, const char *path, const char *person, Totp *ret_totp, Error *err);
