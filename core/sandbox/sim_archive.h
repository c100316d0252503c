/* sim_archive.h: a tar.gz written by hand, for practice backups: POSIX ustar in one gzip member whose blocks are stored (RFC 1951, 3.2.4; RFC 1952). */
#pragma once
#include "core/base/buf.h"
#include "core/base/moment.h"

/* Zero-initialise; add files; end. */
typedef struct SimArchive { Buf tar; WallTime time; } SimArchive;
/* `name` has 99 bytes at most. */
void sim_archive_add(SimArchive *archive, const char *name, Str bytes);
/* The whole archive is appended to `out`; nothing is left in `archive`. */
void sim_archive_end(SimArchive *archive, Buf *out);
