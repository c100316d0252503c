/* record.c: one line of the journal. The line has exactly one form: the same fields in the same order, no blanks
 * between them, so that it can be taken apart without a tree and a stranger's tool sees the same thing as ours. Only
 * `data` is free-form JSON. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/journal/journal.h"

#define DIGEST_DIGITS 64
#define TAIL_START ",\"prev\":\""
#define TAIL_LEN (sizeof TAIL_START - 1 + DIGEST_DIGITS + 2)
#define TIME_LEN 24           /* 2026-11-21T03:04:05.678Z */
#define TYPE_MAX 64
#define NAME_MAX_BYTES 256        /* of who and how */
#define QUOTED_MAX_BYTES (6 * NAME_MAX_BYTES)

static bool record_refuse(Error *err, Str line, const char *at, const char *what)
{
	return error_set(err, ERROR_INVALID, "not a journal record: %s at byte %zu", what, (size_t) (at - line.ptr) + 1);
}

static bool record_expect(Str *rest, const char *literal)
{
	size_t len = strlen(literal);
	if (rest->len < len || memcmp(rest->ptr, literal, len) != 0)
		return false;
	*rest = (Str) { rest->ptr + len, rest->len - len };
	return true;
}

/* A whole number as JSON writes it, no exponent, within what JSON readers keep exactly. */
static bool record_take_int(Str *rest, int64_t *ret_value)
{
	const int64_t exact_max = INT64_C(1) << 53;
	size_t len = rest->len && rest->ptr[0] == '-' ? 1 : 0;
	size_t first = len;
	int64_t value = 0;
	while (len < rest->len && len < 17 + first && rest->ptr[len] >= '0' && rest->ptr[len] <= '9')
		value = value * 10 + (rest->ptr[len++] - '0');
	bool padded = len > first + 1 && rest->ptr[first] == '0';
	if (len == first || padded || value > exact_max)
		return false;
	*ret_value = first ? -value : value;
	*rest = (Str) { rest->ptr + len, rest->len - len };
	return true;
}

/* A quoted string. One with escapes, which are rare, goes through the JSON reader. */
static bool record_take_string(Str *rest, char **ret_text)
{
	size_t end = 1;
	bool escaped = false;
	if (!rest->len || rest->ptr[0] != '"')
		return false;
	for (; end < rest->len && rest->ptr[end] != '"'; end++) {
		if ((unsigned char) rest->ptr[end] < 0x20)
			return false;
		if (rest->ptr[end] != '\\')
			continue;
		escaped = true;
		end++;
	}
	if (end >= rest->len || end > QUOTED_MAX_BYTES)
		return false;
	Str quoted = { rest->ptr, end + 1 };
	*rest = (Str) { rest->ptr + end + 1, rest->len - end - 1 };
	if (!escaped) {
		if (end - 1 > NAME_MAX_BYTES || !utf8_is_valid(quoted))
			return false;
		*ret_text = bg_strndup(quoted.ptr + 1, end - 1);
		return true;
	}
	AUTO(Json) *json = NULL;
	if (!json_parse(quoted, &json, NULL) || !json_is_string(json)
		|| strnlen(json_string(json), NAME_MAX_BYTES + 1) > NAME_MAX_BYTES)
		return false;
	*ret_text = bg_strdup(json_string(json));
	return true;
}

static bool record_take_time(Str *rest, WallTime *ret_time)
{
	/* A clock that no calendar can write stands as a dash. */
	if (record_expect(rest, "\"-\"")) {
		*ret_time = (WallTime) { 0 };
		return true;
	}
	Str text = str_slice(*rest, 1, TIME_LEN);
	if (rest->len < TIME_LEN + 2 || rest->ptr[0] != '"' || rest->ptr[TIME_LEN] != 'Z' || rest->ptr[TIME_LEN + 1] != '"'
		|| !wall_parse_iso(text, ret_time))
		return false;
	*rest = (Str) { rest->ptr + TIME_LEN + 2, rest->len - TIME_LEN - 2 };
	return true;
}

static bool record_type_is_plain(const char *type)
{
	size_t len = strspn(type, "abcdefghijklmnopqrstuvwxyz0123456789.-");
	return len > 0 && len <= TYPE_MAX && type[len] == '\0';
}

/* Everything before data: false with *rest where it stopped. */
static bool record_take_head(Str *rest, Record *record)
{
	return record_expect(rest, "{\"seq\":") && record_take_int(rest, &record->seq) && record->seq >= 1
		&& record_expect(rest, ",\"time\":") && record_take_time(rest, &record->time)
		&& record_expect(rest, ",\"mono\":") && record_take_int(rest, &record->mono_ms)
		&& record_expect(rest, ",\"actor\":{\"who\":") && record_take_string(rest, &record->who)
		&& record_expect(rest, ",\"how\":") && record_take_string(rest, &record->how)
		&& record_expect(rest, "},\"type\":") && record_take_string(rest, &record->type)
		&& record_type_is_plain(record->type)
		&& record_expect(rest, ",\"data\":");
}

/* `,"prev":"<digest>"}`, always the last bytes: what stands before them is data. */
static bool record_take_tail(Str tail, char ret_prev[static 65])
{
	if (!record_expect(&tail, TAIL_START) || tail.len != DIGEST_DIGITS + 2
		|| memcmp(tail.ptr + DIGEST_DIGITS, "\"}", 2) != 0)
		return false;
	for (size_t i = 0; i < DIGEST_DIGITS; i++) {
		char c = tail.ptr[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
			return false;
	}
	memcpy(ret_prev, tail.ptr, DIGEST_DIGITS);
	ret_prev[DIGEST_DIGITS] = '\0';
	return true;
}

bool record_parse(Str line, Record *ret_record, Error *err)
{
	if (line.len > JOURNAL_LINE_MAX)
		return error_set(err, ERROR_INVALID, "not a journal record: longer than %d bytes", JOURNAL_LINE_MAX);
	AUTO_CLEAR(Record) record = { 0 };
	if (line.len < TAIL_LEN || !record_take_tail((Str) { line.ptr + line.len - TAIL_LEN, TAIL_LEN }, record.prev))
		return error_set(err, ERROR_INVALID, "not a journal record: it does not end in \"prev\" and a digest");
	Str rest = { line.ptr, line.len - TAIL_LEN };
	if (!record_take_head(&rest, &record))
		return record_refuse(err, line, rest.ptr, "something unexpected");
	Error cause;
	if (!json_parse(rest, &record.data, &cause) || !json_is_object(record.data))
		return record_refuse(err, line, rest.ptr, record.data ? "data is not an object" : cause.why);
	sha256_hex(line.ptr, line.len, record.hash);
	*ret_record = record;
	record = (Record) { 0 };
	return true;
}

void record_write(const Record *record, Buf *out)
{
	char time[WALL_TEXT_SIZE];
	buf_printf(out, "{\"seq\":%lld,\"time\":\"%s\",\"mono\":%lld,\"actor\":{\"who\":", (long long) record->seq,
		wall_format_iso(record->time, time), (long long) record->mono_ms);
	json_write_quoted(str_from(record->who), out);
	buf_puts(out, ",\"how\":");
	json_write_quoted(str_from(record->how), out);
	buf_puts(out, "},\"type\":");
	json_write_quoted(str_from(record->type), out);
	buf_puts(out, ",\"data\":");
	json_write(record->data, out);
	buf_printf(out, TAIL_START "%s\"}", record->prev);
}

void record_clear(Record *record)
{
	free(record->who);
	free(record->how);
	free(record->type);
	json_free(record->data);
	*record = (Record) { 0 };
}
