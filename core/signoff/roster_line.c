/* roster_line.c: `principals [options] keytype base64 [comment]`, as OpenSSH 9.2 sshsig.c parses it, odd quoting included. */
#include "core/signoff/roster_line.h"

#include <time.h>

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/text.h"

void roster_entry_clear(RosterEntry *entry)
{
	free(entry->principals);
	free(entry->namespaces);
	public_key_clear(&entry->key);
	free(entry->comment);
	*entry = (RosterEntry){ 0 };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip(Str *rest, size_t len)
{
	*rest = str_slice(*rest, len, rest->len);
}

static void skip_blanks(Str *rest)
{
	while (rest->len && is_blank(rest->ptr[0]))
		skip(rest, 1);
}

/* The first word. A quote opens anywhere in it and the word ends at the next one. */
static bool take_principals(Str *rest, char **ret_principals)
{
	size_t len = 0;
	while (len < rest->len && !is_blank(rest->ptr[len]) && rest->ptr[len] != '"')
		len++;
	Str before = str_slice(*rest, 0, len), quoted = STR("");
	skip(rest, len);
	if (rest->len && rest->ptr[0] == '"') {
		skip(rest, 1);
		ptrdiff_t close = str_find_char(*rest, '"');
		if (close < 0)
			return false;
		quoted = str_slice(*rest, 0, (size_t) close);
		skip(rest, (size_t) close + 1);
	} else if (!rest->len) {
		return false;
	}
	*ret_principals = bg_asprintf("%.*s%.*s", STR_ARG(before), STR_ARG(quoted));
	skip_blanks(rest);
	return rest->len > 0;
}

/* The bytes of the option list: up to a blank outside quotes. False when a quote stays open. */
static bool options_length(Str text, size_t *ret_len)
{
	bool quoted = false;
	size_t i = 0;
	for (; i < text.len && (quoted || !is_blank(text.ptr[i])); i++) {
		if (text.ptr[i] == '\\' && i + 1 < text.len && text.ptr[i + 1] == '"')
			i++;
		else if (text.ptr[i] == '"')
			quoted = !quoted;
	}
	*ret_len = i;
	return !quoted;
}

/* "..." with \" for a quote; moves past it. */
static bool take_quoted(Str *rest, char **ret_text)
{
	if (!rest->len || rest->ptr[0] != '"')
		return false;
	AUTO_CLEAR(Buf) text = { 0 };
	size_t i = 1;
	for (; i < rest->len && rest->ptr[i] != '"'; i++) {
		if (rest->ptr[i] == '\\' && i + 1 < rest->len && rest->ptr[i + 1] == '"')
			i++;
		buf_putc(&text, rest->ptr[i]);
	}
	if (i >= rest->len)
		return false;
	skip(rest, i + 1);
	*ret_text = buf_take(&text);
	return true;
}

static bool take_name(Str *rest, const char *name)
{
	if (!str_starts_nocase(*rest, name))
		return false;
	skip(rest, strlen(name));
	return true;
}

static bool take_time(Str *rest, const char *name, WallTime *time, Error *err)
{
	AUTO_FREE char *text = NULL;
	if (wall_known(*time))
		return error_set(err, ERROR_INVALID, "the option %s stands there twice", name);
	if (!take_quoted(rest, &text))
		return error_set(err, ERROR_INVALID, "the option %s needs a value in double quotes", name);
	if (!roster_parse_time(str_from(text), time))
		return error_set(err, ERROR_INVALID, "the option %s is not a time like 20261231 or 202612312359Z", name);
	return true;
}

static bool take_namespaces(Str *rest, RosterEntry *entry, Error *err)
{
	if (entry->namespaces)
		return error_set(err, ERROR_INVALID, "the option namespaces stands there twice");
	if (!take_quoted(rest, &entry->namespaces))
		return error_set(err, ERROR_INVALID, "the option namespaces needs a value in double quotes");
	return true;
}

static bool take_option(Str *rest, RosterEntry *entry, Error *err)
{
	if (take_name(rest, "namespaces="))
		return take_namespaces(rest, entry, err);
	if (take_name(rest, "valid-after="))
		return take_time(rest, "valid-after", &entry->valid_after, err);
	if (take_name(rest, "valid-before="))
		return take_time(rest, "valid-before", &entry->valid_before, err);
	if (take_name(rest, "cert-authority")) {
		entry->authority = true;
		return true;
	}
	return error_set(err, ERROR_INVALID, "an option is not known");
}

static bool parse_options(Str options, RosterEntry *entry, Error *err)
{
	for (Str rest = options; rest.len;) {
		if (!take_option(&rest, entry, err))
			return false;
		if (!rest.len)
			break;
		if (rest.ptr[0] != ',')
			return error_set(err, ERROR_INVALID, "an option is not known");
		skip(&rest, 1);
		if (!rest.len)
			return error_set(err, ERROR_INVALID, "the options end in a comma");
	}
	if (wall_known(entry->valid_after) && wall_known(entry->valid_before) && entry->valid_before.ms <= entry->valid_after.ms)
		return error_set(err, ERROR_INVALID, "valid-before is not after valid-after");
	return true;
}

static bool parse_key(Str text, RosterEntry *entry, Error *err)
{
	Str comment = STR("");
	if (!public_key_parse_line(text, &entry->key, &comment, err))
		return false;
	AUTO_CLEAR(Buf) shown = { 0 };
	text_sanitise(comment, SANITISE_LINE, &shown);
	entry->comment = buf_take(&shown);
	return true;
}

RosterLine roster_line_parse(Str line, RosterEntry *ret_entry, Error *err)
{
	Str rest = line;
	skip_blanks(&rest);
	if (!rest.len || rest.ptr[0] == '#')
		return ROSTER_LINE_BLANK;
	if (memchr(rest.ptr, 0, rest.len)) {
		error_set(err, ERROR_INVALID, "the line holds a NUL byte");
		return ROSTER_LINE_BAD;
	}
	AUTO_CLEAR(RosterEntry) entry = { 0 };
	if (!take_principals(&rest, &entry.principals)) {
		error_set(err, ERROR_INVALID, "the line is not: principals key");
		return ROSTER_LINE_BAD;
	}
	Error key_error = { 0 };
	if (!parse_key(rest, &entry, &key_error)) {
		size_t len = 0;
		if (!options_length(rest, &len) || len == rest.len) {
			*err = key_error;
			return ROSTER_LINE_BAD;
		}
		Str options = str_slice(rest, 0, len), key = str_slice(rest, len, rest.len);
		skip_blanks(&key);
		if (!parse_key(key, &entry, err) || !parse_options(options, &entry, err))
			return ROSTER_LINE_BAD;
	}
	*ret_entry = entry;
	entry = (RosterEntry){ 0 };
	return ROSTER_LINE_ENTRY;
}

static bool all_digits(Str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return true;
}

/* Two or four digits at `at`, 0 beyond the end. */
static int field(Str text, size_t at, size_t len)
{
	int value = 0;
	for (size_t i = at; i < at + len && i < text.len; i++)
		value = value * 10 + (text.ptr[i] - '0');
	return value;
}

bool roster_parse_time(Str text, WallTime *ret_time)
{
	bool utc = false;
	if (text.len > 1 && str_eq_nocase(str_slice(text, text.len - 1, 1), STR("Z"))) {
		utc = true;
		text.len -= 1;
	} else if (text.len > 3 && str_eq_nocase(str_slice(text, text.len - 3, 3), STR("UTC"))) {
		utc = true;
		text.len -= 3;
	}
	if ((text.len != 8 && text.len != 12 && text.len != 14) || !all_digits(text))
		return false;
	struct tm tm = { .tm_year = field(text, 0, 4) - 1900, .tm_mon = field(text, 4, 2) - 1, .tm_mday = field(text, 6, 2),
		.tm_hour = field(text, 8, 2), .tm_min = field(text, 10, 2), .tm_sec = field(text, 12, 2) };
	if (tm.tm_mon < 0 || tm.tm_mon > 11 || tm.tm_mday < 1 || tm.tm_mday > 31 || tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 61)
		return false;
	time_t seconds = utc ? timegm(&tm) : mktime(&tm);
	if (seconds <= 0)
		return false;
	*ret_time = (WallTime){ (int64_t) seconds * 1000 };
	return true;
}
