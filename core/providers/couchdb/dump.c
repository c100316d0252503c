/* dump.c: see dump.h. A reader as a table of where it is: each step goes on until a document is there. */
#include "core/providers/couchdb/dump.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/providers/couchdb/dump_internal.h"

#define ASK_EVERY 1024   /* documents */

Dump *dump_new(ByteSource source, const char *name) {
	Dump *dump = bg_calloc(1, sizeof(*dump));
	dump->stream = (JsonStream){.source = source, .limit = DUMP_DOCUMENT_MAX};
	dump->name = bg_strdup(name);
	dump->sum.total_rows = -1;
	return dump;
}

Dump *dump_free(Dump *dump) {
	if (!dump)
		return NULL;
	json_stream_clear(&dump->stream);
	free(dump->name);
	free(dump);
	return NULL;
}

DumpKind dump_kind(const Dump *dump) { return dump->kind; }
const DumpSum *dump_sum(const Dump *dump) { return &dump->sum; }
int64_t dump_offset(const Dump *dump) { return json_stream_offset(&dump->stream); }

/* ---- faults in words ---- */

static DumpStep bad(Dump *dump, Error *err) {
	const JsonStream *stream = &dump->stream;
	AUTO_FREE char *id = text_sanitised_line(dump->last_id);
	dump->state = DUMP_AT_FAULT;
	if (stream->fault == STREAM_UNREAD) {
		if (err)
			*err = stream->error;
	} else if (stream->fault == STREAM_ENDED && !stream->base && !stream->at && !stream->window.len) {
		error_set(err, ERROR_INVALID, "it is empty");
	} else {
		error_set(err, ERROR_INVALID, "%s%s%s%s", dump->why ? dump->why : stream->why, *id ? ", behind document " : "", id, dump->said);
	}
	if (stream->fault == STREAM_TOO_LONG)
		error_hint(err, "more than %u MiB are no document that CouchDB takes: look at it by hand", DUMP_DOCUMENT_MAX / 1024 / 1024);
	error_hint(err, "take another set, or the same one from another place: this file does not hold the whole database");
	error_where(err, "%.100s, byte %lld", dump->name, (long long) (stream->fault ? stream->fault_at : json_stream_offset(stream)));
	return DUMP_BAD;
}

static bool refuse(Dump *dump, const char *why) {
	dump->why = why;
	return json_stream_fail(&dump->stream, STREAM_BROKEN, why);
}

/* ---- the object that a dump of rows is, or the first line of a couchbackup file ---- */

/* A short scalar, as it stands in the file; longer ones are told as nothing. */
static bool take_scalar(Dump *dump, char *ret, size_t size) {
	JsonStream *stream = &dump->stream;
	if (!json_stream_space(stream))
		return false;
	json_stream_mark(stream);
	bool ok = json_stream_skip(stream);
	Str text = ok ? json_stream_text(stream, 0, json_stream_behind(stream)) : (Str){0};
	json_stream_unmark(stream);
	if (text.len >= 2 && text.ptr[0] == '"')
		text = str_slice(text, 1, text.len - 2);
	size_t len = text.len < size ? text.len : 0;
	if (len)
		memcpy(ret, text.ptr, len);
	ret[len] = 0;
	return ok;
}

static bool begin_rows(Dump *dump) {
	if (dump->kind)
		return refuse(dump, "it has rows twice");
	if (!json_stream_expect(&dump->stream, '['))
		return false;
	dump->kind = DUMP_ROWS;
	dump->state = DUMP_IN_ROWS;
	dump->first = true;
	return true;
}

static bool top_member(Dump *dump) {
	char key[JSON_STREAM_KEY], number[24];
	if (!json_stream_key(&dump->stream, key))
		return false;
	if (str_eq_c(str_from(key), "rows"))
		return begin_rows(dump);
	if (str_eq_c(str_from(key), "name"))
		return take_scalar(dump, dump->header, sizeof(dump->header));
	if (str_eq_c(str_from(key), "error"))
		return take_scalar(dump, dump->error, sizeof(dump->error));
	if (!str_eq_c(str_from(key), "total_rows"))
		return json_stream_skip(&dump->stream);
	return take_scalar(dump, number, sizeof(number)) && (str_parse_int(str_from(number), &dump->sum.total_rows) || true);
}

/* The object is over: what was it? */
static bool judge_top(Dump *dump) {
	if (dump->kind == DUMP_ROWS) {
		dump->state = DUMP_BEHIND;
		return true;
	}
	if (str_eq_c(str_from(dump->header), "@cloudant/couchbackup")) {
		dump->kind = DUMP_COUCHBACKUP;
		dump->has_header = dump->stream.by_line = true;
		dump->state = DUMP_BETWEEN_LINES;
		return true;
	}
	AUTO_FREE char *clean = text_sanitised_line(dump->error);
	snprintf(dump->said, sizeof(dump->said), *clean ? ": %s" : "%s", clean);
	return refuse(dump, *clean ? "it holds what the server said when it refused, not a dump" : "it is JSON, and no dump");
}

static bool top(Dump *dump) {
	bool more = true;
	/* Behind the rows, or behind the brace that opens the object. */
	if (dump->kind == DUMP_ROWS && !json_stream_more(&dump->stream, '}', &more))
		return false;
	if (dump->kind == DUMP_NOT_YET) {
		if (!json_stream_space(&dump->stream))
			return false;
		more = json_stream_peek(&dump->stream) != '}';
		if (!more)
			json_stream_take(&dump->stream);
	}
	while (more) {
		DumpState before = dump->state;
		if (!top_member(dump))
			return false;
		if (dump->state != before)
			return true;
		if (!json_stream_more(&dump->stream, '}', &more))
			return false;
	}
	return judge_top(dump);
}

static bool begin(Dump *dump) {
	JsonStream *stream = &dump->stream;
	if (!json_stream_space(stream))
		return false;
	int c = json_stream_peek(stream);
	if (c == '[') {
		dump->kind = DUMP_COUCHBACKUP;
		stream->by_line = true;
		dump->state = DUMP_BETWEEN_LINES;
		return true;
	}
	if (c != '{')
		return stream->fault == STREAM_FINE && c < 0 ? json_stream_fail(stream, STREAM_ENDED, "it is empty") : refuse(dump, "it is no JSON");
	json_stream_take(stream);
	dump->state = DUMP_IN_TOP;
	return true;
}

static bool behind(Dump *dump) {
	const DumpSum *sum = &dump->sum;
	if (!json_stream_space(&dump->stream))
		return false;
	if (json_stream_peek(&dump->stream) >= 0)
		return refuse(dump, "something stands behind its end");
	if (dump->stream.fault)
		return false;
	if (sum->total_rows >= 0 && dump->rows != sum->total_rows) {
		snprintf(dump->said, sizeof(dump->said), ": %lld of %lld", (long long) dump->rows, (long long) sum->total_rows);
		return refuse(dump, "it holds another number of rows than it says");
	}
	dump->state = DUMP_DONE;
	return true;
}

/* ---- steps ---- */

typedef bool StepFunction(Dump *dump);
static StepFunction *const STEPS[DUMP_STATES] = {[DUMP_AT_BEGIN] = begin, [DUMP_IN_TOP] = top, [DUMP_IN_ROWS] = dump_row, [DUMP_BEHIND_ROWS] = top,
	[DUMP_BETWEEN_LINES] = dump_line, [DUMP_IN_LINE] = dump_line_document, [DUMP_BEHIND] = behind};

DumpStep dump_next(Dump *dump, DumpDocument *ret, Error *err) {
	json_stream_unmark(&dump->stream);
	dump->has_document = false;
	while (dump->state != DUMP_DONE && dump->state != DUMP_AT_FAULT) {
		bool ok = STEPS[dump->state](dump) || dump_line_mend(dump);
		if (!ok)
			return bad(dump, err);
		if (dump->has_document) {
			dump_document_told(dump, ret);
			return DUMP_DOCUMENT;
		}
	}
	return dump->state == DUMP_DONE ? DUMP_END : bad(dump, err);
}

bool dump_scan(Dump *dump, DumpGoOn *go_on, void *userdata, Error *err) {
	DumpDocument document;
	DumpStep step;
	while ((step = dump_next(dump, &document, err)) == DUMP_DOCUMENT)
		if (go_on && document.number % ASK_EVERY == 0 && !go_on(userdata, dump))
			return error_set(err, ERROR_CANCELLED, "it was stopped while %s was read", dump->name);
	return step == DUMP_END;
}

/* ---- files ---- */

static bool read_file(void *userdata, char *bytes, size_t size, size_t *ret_got, Error *err) {
	const DumpFile *file = userdata;
	ssize_t got;
	do
		got = read(file->fd, bytes, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_errno(err, errno, "cannot read it");
	*ret_got = (size_t) got;
	sha256_add(file->sum, bytes, *ret_got);
	return true;
}

static bool read_compressed(void *userdata, char *bytes, size_t size, size_t *ret_got, Error *err) {
	const DumpFile *file = userdata;
	if (!unpack_next(file->unpack, bytes, size, ret_got, err))
		return false;
	sha256_add(file->sum, bytes, *ret_got);
	return true;
}

/* By its first bytes: names lie. */
static bool is_compressed(int fd) {
	static const struct { const char *magic; size_t len; } MAGICS[] = {{"\x1f\x8b", 2}, {"\xfd" "7zXZ", 5}, {"\x28\xb5\x2f\xfd", 4}, {"BZh", 3}};
	char head[8] = "";
	ssize_t got = pread(fd, head, sizeof(head), 0);
	for (size_t i = 0; i < BG_LENGTH(MAGICS); i++)
		if (got >= (ssize_t) MAGICS[i].len && memcmp(head, MAGICS[i].magic, MAGICS[i].len) == 0)
			return true;
	return false;
}

static bool refuse_file(DumpFile *file, const char *path, Error *err) {
	if (file->fd >= 0)
		close(file->fd);
	*file = (DumpFile){.fd = -1};
	return error_where(err, "%s", path);
}

bool dump_file_open(const char *path, DumpFile *ret, Error *err) {
	struct stat info;
	*ret = (DumpFile){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
	if (ret->fd < 0 || fstat(ret->fd, &info) != 0) {
		error_errno(err, errno, "cannot open the dump");
		return refuse_file(ret, path, err);
	}
	if (!S_ISREG(info.st_mode)) {
		error_set(err, ERROR_INVALID, "it is no file");
		return refuse_file(ret, path, err);
	}
	ret->bytes = info.st_size;
	ret->changed_s = info.st_mtim.tv_sec;
	if (is_compressed(ret->fd) && !unpack_open(path, &ret->unpack, err))
		return refuse_file(ret, path, err);
	ret->sum = sha256_begin();
	ret->dump = dump_new((ByteSource){ret->unpack ? read_compressed : read_file, ret}, path);
	return true;
}

int64_t dump_file_offset(const DumpFile *file) { return file->unpack ? unpack_offset(file->unpack) : dump_offset(file->dump); }

void dump_file_digest(const DumpFile *file, char ret[static SHA256_HEX_SIZE]) { sha256_end_hex(file->sum, ret); }

void dump_file_clear(DumpFile *file) {
	if (file->dump)
		close(file->fd);
	file->dump = dump_free(file->dump);
	file->unpack = unpack_free(file->unpack);
	file->sum = sha256_free(file->sum);
	file->fd = -1;
}
