/* secret.h: bytes that must never be printed: kept out of core dumps, wiped on clear, bound to the origin they are for.
 * There is deliberately no way to format one. Take the pointer only where it is handed to the library that needs it. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/str.h"

typedef struct Secret Secret;

/* Copies `bytes`; `origin` says what it is for, in words that may be shown ("concourse token of ci"). */
Secret *secret_new(Str bytes, const char *origin);
const char *secret_reveal(const Secret *secret);      /* NUL-terminated, borrowed; NULL for NULL */
size_t secret_len(const Secret *secret);
const char *secret_origin(const Secret *secret);
Secret *secret_free(Secret *secret);                  /* wipes; NULL ok; returns NULL */
BG_DEFINE_FREEP(Secret, secret_free)
/* Every occurrence in `bytes` becomes asterisks: what others send back may hold what we sent them. Shorter ones than 6 bytes are in too
 * much that is harmless and stay. NULL ok. */
void secret_hide(const Secret *secret, char *bytes, size_t len);
/* Overwrites memory so that the compiler cannot drop it. */
void secret_wipe(void *bytes, size_t len);
/* No core dumps, no ptrace by others, for this process and those it execs to hold secrets. */
void secret_harden_process(void);
