/* private_file.h: files that hold secrets: read only when nobody else can read or swap them. */
#pragma once
#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"

/* As file_read(), for a file that belongs to this user (or root) and whose mode lets nobody else read it; anything else is
 * ERROR_DENIED with the chmod that mends it. Growing leaves no copies: room for `limit` is reserved first. Wipe `out` after use. */
BG_CHECK bool private_file_read(const char *path, size_t limit, Buf *out, Error *err);
