/* unpack.c: see unpack.h. Two readers of libarchive, one in the other: the outer takes compression off, the inner reads the archive from it, and what goes
 * between them is looked at here. */
#include "core/transport/unpack.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/text.h"
#include "core/transport/archive_library.h"

#define BLOCK (64u * 1024)
#define TAR_MARK 1024            /* two blocks of zeros */
#define GZIP_TRAILER 8

struct Unpack {
	const ArchiveLibrary *library;
	struct archive *outer;
	char *path;
	int fd;
	int64_t bytes;               /* of the file */
	bool is_gzip, ended;
	uint32_t crc;
	uint64_t out, zeros;         /* bytes that came out; how many of the last ones were zero */
};

/* ---- CRC-32 of gzip (RFC 1952), four bytes a step ---- */

static uint32_t crc_table[4][256];

static void make_table(void) {
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;
		for (int k = 0; k < 8; k++)
			c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
		crc_table[0][i] = c;
	}
	for (uint32_t i = 0; i < 256; i++)
		for (int k = 1; k < 4; k++)
			crc_table[k][i] = (crc_table[k - 1][i] >> 8) ^ crc_table[0][crc_table[k - 1][i] & 0xff];
}

static uint32_t crc_more(uint32_t crc, const unsigned char *bytes, size_t len) {
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, make_table);
	crc = ~crc;
	for (; len >= 4; len -= 4, bytes += 4) {
		crc ^= (uint32_t) bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 | (uint32_t) bytes[3] << 24;
		crc = crc_table[3][crc & 0xff] ^ crc_table[2][(crc >> 8) & 0xff] ^ crc_table[1][(crc >> 16) & 0xff] ^ crc_table[0][crc >> 24];
	}
	for (; len; len--, bytes++)
		crc = (crc >> 8) ^ crc_table[0][(crc ^ *bytes) & 0xff];
	return ~crc;
}

/* ---- taking compression off ---- */

static bool at_offset(const Unpack *unpack, Error *err) {
	return error_where(err, "%.110s, byte %lld", unpack->path, (long long) unpack_offset(unpack));
}

static bool library_says(const Unpack *unpack, struct archive *archive, Error *err) {
	const char *said = unpack->library->archive_error_string(archive);
	AUTO_FREE char *clean = text_sanitised_line(said ? said : "it cannot be read");
	error_set(err, ERROR_INVALID, "%.150s", clean);
	error_hint(err, "the file is cut or damaged: take another set, or fetch it again");
	return at_offset(unpack, err);
}

static bool open_file(Unpack *unpack, Error *err) {
	struct stat info;
	unsigned char magic[2] = {0};
	unpack->fd = open(unpack->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (unpack->fd < 0 || fstat(unpack->fd, &info) != 0 || (S_ISREG(info.st_mode) && pread(unpack->fd, magic, sizeof(magic), 0) < 0)) {
		error_errno(err, errno, "cannot open it");
		return error_where(err, "%s", unpack->path);
	}
	if (!S_ISREG(info.st_mode) || !info.st_size) {
		error_set(err, ERROR_INVALID, S_ISREG(info.st_mode) ? "it is empty" : "it is no file");
		return error_where(err, "%s", unpack->path);
	}
	unpack->bytes = info.st_size;
	unpack->is_gzip = magic[0] == 0x1f && magic[1] == 0x8b;
	return true;
}

bool unpack_open(const char *path, Unpack **ret_unpack, Error *err) {
	AUTO(Unpack) *unpack = bg_calloc(1, sizeof(*unpack));
	struct archive_entry *entry = NULL;
	unpack->fd = -1;
	unpack->path = bg_strdup(path);
	if (!archive_library_get(&unpack->library, err) || !open_file(unpack, err))
		return false;
	const ArchiveLibrary *library = unpack->library;
	unpack->outer = library->archive_read_new();
	BG_ASSERT(unpack->outer);
	library->archive_read_support_filter_all(unpack->outer);
	library->archive_read_support_format_raw(unpack->outer);
	library->archive_read_support_format_empty(unpack->outer);
	if (library->archive_read_open_fd(unpack->outer, unpack->fd, BLOCK) != ARCHIVE_OK)
		return library_says(unpack, unpack->outer, err);
	int code = library->archive_read_next_header(unpack->outer, &entry);
	if (code != ARCHIVE_OK && code != ARCHIVE_EOF)
		return library_says(unpack, unpack->outer, err);
	unpack->ended = code == ARCHIVE_EOF;
	*ret_unpack = TAKE(unpack);
	return true;
}

Unpack *unpack_free(Unpack *unpack) {
	if (!unpack)
		return NULL;
	if (unpack->outer)
		unpack->library->archive_read_free(unpack->outer);
	if (unpack->fd >= 0)
		close(unpack->fd);
	free(unpack->path);
	free(unpack);
	return NULL;
}

/* After a failure libarchive does not tell it any more: then it is where the file was read to, which may be a block further. */
int64_t unpack_offset(const Unpack *unpack) {
	int64_t offset = unpack->outer ? unpack->library->archive_filter_bytes(unpack->outer, -1) : 0;
	return offset >= 0 ? offset : (int64_t) lseek(unpack->fd, 0, SEEK_CUR);
}

static uint32_t little_endian(const unsigned char *bytes) {
	return (uint32_t) bytes[0] | (uint32_t) bytes[1] << 8 | (uint32_t) bytes[2] << 16 | (uint32_t) bytes[3] << 24;
}

/* libarchive does not compare them. The length is that of the last member: where it is not that of all that came out, the file has several, whose checksums
 * stand somewhere inside; then there is nothing to compare. */
static bool check_gzip(const Unpack *unpack, Error *err) {
	unsigned char trailer[GZIP_TRAILER];
	if (!unpack->is_gzip || pread(unpack->fd, trailer, sizeof(trailer), unpack->bytes - GZIP_TRAILER) != GZIP_TRAILER)
		return true;
	if (little_endian(trailer + 4) != (uint32_t) unpack->out || little_endian(trailer) == unpack->crc)
		return true;
	error_set(err, ERROR_INVALID, "its content is not what its checksum says: it was damaged");
	error_hint(err, "take another set, or fetch it again");
	return at_offset(unpack, err);
}

static void look_at(Unpack *unpack, const unsigned char *bytes, size_t len) {
	size_t zeros = 0;
	unpack->out += len;
	if (unpack->is_gzip)
		unpack->crc = crc_more(unpack->crc, bytes, len);
	while (zeros < len && zeros < TAR_MARK && !bytes[len - 1 - zeros])
		zeros++;
	unpack->zeros = zeros == len ? unpack->zeros + zeros : zeros;
}

bool unpack_next(Unpack *unpack, char *bytes, size_t size, size_t *ret_got, Error *err) {
	*ret_got = 0;
	if (unpack->ended)
		return true;
	la_ssize_t got = unpack->library->archive_read_data(unpack->outer, bytes, size);
	if (got < 0)
		return library_says(unpack, unpack->outer, err);
	*ret_got = (size_t) got;
	unpack->ended = got == 0;
	if (got)
		look_at(unpack, (const unsigned char *) bytes, (size_t) got);
	return got || check_gzip(unpack, err);
}

/* ---- archives ---- */

typedef struct Walk {
	Unpack *unpack;
	struct archive *inner;
	UnpackGoOn *go_on;
	void *userdata;
	char bytes[BLOCK];
	Error error;                 /* of the outer reader */
	bool failed;
	char *entry;                 /* the one that is read, sanitised */
} Walk;

static void walk_clear(Walk *walk) {
	if (walk->inner)
		walk->unpack->library->archive_read_free(walk->inner);
	unpack_free(walk->unpack);
	free(walk->entry);
}

static la_ssize_t give_more(struct archive *archive, void *userdata, const void **ret_bytes) {
	Walk *walk = userdata;
	size_t got = 0;
	(void) archive;
	*ret_bytes = walk->bytes;
	walk->failed = walk->failed || !unpack_next(walk->unpack, walk->bytes, sizeof(walk->bytes), &got, &walk->error);
	return walk->failed ? -1 : (la_ssize_t) got;
}

static bool walk_failed(Walk *walk, Error *err) {
	Error cause = {0};
	if (walk->failed)
		cause = walk->error;
	else
		library_says(walk->unpack, walk->inner, &cause);
	error_set(err, cause.kind, "%.90s%s%.60s", cause.why, walk->entry ? ", in " : "", walk->entry ? walk->entry : "");
	error_hint(err, "%s", cause.hint);
	return error_where(err, "%s", cause.where);
}

static bool open_inner(Walk *walk, Error *err) {
	const ArchiveLibrary *library = walk->unpack->library;
	walk->inner = library->archive_read_new();
	BG_ASSERT(walk->inner);
	library->archive_read_support_format_tar(walk->inner);
	library->archive_read_support_format_cpio(walk->inner);
	library->archive_read_support_format_zip_streamable(walk->inner);
	return library->archive_read_open(walk->inner, walk, NULL, give_more, NULL) == ARCHIVE_OK || walk_failed(walk, err);
}

static bool read_entry(Walk *walk, UnpackSum *sum, Error *err) {
	const void *block;
	size_t len;
	la_int64_t offset;
	int code;
	while ((code = walk->unpack->library->archive_read_data_block(walk->inner, &block, &len, &offset)) == ARCHIVE_OK) {
		sum->bytes += (int64_t) len;
		if (walk->go_on && !walk->go_on(walk->userdata, unpack_offset(walk->unpack)))
			return error_set(err, ERROR_CANCELLED, "it was stopped while %s was read", walk->unpack->path);
	}
	return code == ARCHIVE_EOF || walk_failed(walk, err);
}

static bool read_entries(Walk *walk, UnpackSum *sum, Error *err) {
	struct archive_entry *entry = NULL;
	int code;
	while ((code = walk->unpack->library->archive_read_next_header(walk->inner, &entry)) == ARCHIVE_OK) {
		const char *name = walk->unpack->library->archive_entry_pathname(entry);
		free(walk->entry);
		walk->entry = text_sanitised_line(name ? name : "?");
		sum->entries++;
		if (!read_entry(walk, sum, err))
			return false;
	}
	return code == ARCHIVE_EOF || walk_failed(walk, err);
}

/* What stands behind the archive's end goes by, so that the file's own checksum is looked at. */
static bool read_rest(Walk *walk, Error *err) {
	size_t got = 1;
	while (got && !walk->failed)
		walk->failed = !unpack_next(walk->unpack, walk->bytes, sizeof(walk->bytes), &got, &walk->error);
	return !walk->failed || walk_failed(walk, err);
}

bool unpack_walk(const char *path, UnpackGoOn *go_on, void *userdata, UnpackSum *ret_sum, Error *err) {
	Walk *walk = bg_calloc(1, sizeof(*walk));
	UnpackSum sum = {0};
	walk->go_on = go_on;
	walk->userdata = userdata;
	bool ok = unpack_open(path, &walk->unpack, err) && open_inner(walk, err) && read_entries(walk, &sum, err);
	bool is_tar = ok && (walk->unpack->library->archive_format(walk->inner) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;
	ok = ok && read_rest(walk, err);
	if (ok && is_tar && walk->unpack->zeros < TAR_MARK) {
		error_set(err, ERROR_INVALID, "the archive has no end: it was cut behind %.80s", walk->entry ? walk->entry : "its beginning");
		error_hint(err, "take another set, or fetch it again");
		ok = at_offset(walk->unpack, err);
	}
	if (ok && !sum.entries)
		ok = error_set(err, ERROR_INVALID, "the archive holds nothing") || error_where(err, "%s", path);
	if (ok)
		*ret_sum = sum;
	walk_clear(walk);
	free(walk);
	return ok;
}
