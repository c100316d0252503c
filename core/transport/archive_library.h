/* archive_library.h: libarchive, loaded when the first archive is read. It brings a dozen shared libraries (XML, ICU, compressors), for something that few
 * processes do: as with libcurl (curl_library.h says why), it is not linked. For this folder's own files only. */
#pragma once
#include <archive.h>
#include <archive_entry.h>
#include "core/base/error.h"

#define ARCHIVE_LIBRARY_FUNCTIONS(X) \
	X(archive_read_new) X(archive_read_free) X(archive_read_support_filter_all) X(archive_read_support_format_raw) X(archive_read_support_format_empty) \
	X(archive_read_support_format_tar) X(archive_read_support_format_zip_streamable) X(archive_read_support_format_cpio) X(archive_read_open_fd) \
	X(archive_read_open) X(archive_read_next_header) X(archive_read_data) X(archive_read_data_block) X(archive_error_string) X(archive_filter_bytes) \
	X(archive_filter_code) X(archive_format) X(archive_entry_pathname) X(archive_entry_size)

typedef struct ArchiveLibrary {
#define ARCHIVE_MEMBER(name) __typeof__(&name) name;
	ARCHIVE_LIBRARY_FUNCTIONS(ARCHIVE_MEMBER)
#undef ARCHIVE_MEMBER
} ArchiveLibrary;

/* The one instance, static; loaded by the first call from any thread. A machine without libarchive gives an error that says so. */
BG_CHECK bool archive_library_get(const ArchiveLibrary **ret_library, Error *err);
