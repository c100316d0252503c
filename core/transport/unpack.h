/* unpack.h: compressed files and archives, read through to their end in constant memory: what is compressed as it comes out (Unpack), and what is in an
 * archive (unpack_walk). Beyond what libarchive checks: a gzip file's own checksum and length, and that a tar ends with its mark, so that one that was cut
 * between two of its files is not taken for whole. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/cleanup.h"
#include "core/base/error.h"

typedef struct Unpack Unpack;

/* Opens `path`, compressed in any way that libarchive knows, or not at all. */
BG_CHECK bool unpack_open(const char *path, Unpack **ret_unpack, Error *err);
Unpack *unpack_free(Unpack *unpack);
BG_DEFINE_FREEP(Unpack, unpack_free)
/* The next bytes as they come out; *ret_got 0 behind the last, where the file's own checksums were right. */
BG_CHECK bool unpack_next(Unpack *unpack, char *bytes, size_t size, size_t *ret_got, Error *err);
int64_t unpack_offset(const Unpack *unpack);       /* bytes of the file that were read */

typedef struct UnpackSum { int64_t entries, bytes; } UnpackSum;
/* Asked now and then while an archive is walked; false stops it. `offset` is in the file. */
typedef bool UnpackGoOn(void *userdata, int64_t offset);
/* Every entry of an archive (tar, cpio, zip; compressed or not) to its end. What is wrong names the entry and the byte of the file. */
BG_CHECK bool unpack_walk(const char *path, UnpackGoOn *go_on, void *userdata, UnpackSum *ret_sum, Error *err);
