/* error.c: filling and formatting the Error value.
 * Nothing here allocates or can fail. Text that does not fit is cut at a character boundary and ends in "...", and
 * control bytes become blanks, so that an Error is always one line of valid text. */
#include "core/base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/base/str.h"

static const char *const kind_names[] = {
	[ERROR_NONE] = "none",
	[ERROR_INVALID] = "invalid",
	[ERROR_MISSING] = "missing",
	[ERROR_DENIED] = "denied",
	[ERROR_TIMEOUT] = "timeout",
	[ERROR_CONFLICT] = "conflict",
	[ERROR_IO] = "io",
	[ERROR_REMOTE] = "remote",
	[ERROR_PROTOCOL] = "protocol",
	[ERROR_CANCELLED] = "cancelled",
	[ERROR_BUG] = "bug",
};

static const struct { int errno_value; ErrorKind kind; } errno_kinds[] = {
	{ ENOENT, ERROR_MISSING },
	{ ENOTDIR, ERROR_MISSING },
	{ EACCES, ERROR_DENIED },
	{ EPERM, ERROR_DENIED },
	{ EROFS, ERROR_DENIED },
	{ ETIMEDOUT, ERROR_TIMEOUT },
	{ ECANCELED, ERROR_CANCELLED },
};

/* Drops the bytes of a character that was cut in two and marks the cut. */
static void mark_cut(char *text, size_t size)
{
	size_t len = size - 1;
	if (len < 4)
		return;
	len -= 3;
	while (len > 0 && ((unsigned char) text[len] & 0xC0) == 0x80)
		len--;
	memcpy(text + len, "...", 4);
}

static void fill(char *text, size_t size, const char *format, va_list args) __attribute__((format(printf, 3, 0)));

static void fill(char *text, size_t size, const char *format, va_list args)
{
	int needed = vsnprintf(text, size, format, args);
	if (needed < 0)
		text[0] = '\0';
	else if ((size_t) needed >= size)
		mark_cut(text, size);
	for (char *c = text; *c; c++) {
		if ((unsigned char) *c < 0x20 || *c == 0x7F)
			*c = ' ';
	}
}

void error_clear(Error *err)
{
	if (err)
		*err = (Error) { 0 };
}

bool error_is_set(const Error *err)
{
	return err && err->kind != ERROR_NONE;
}

bool error_set(Error *err, ErrorKind kind, const char *why, ...)
{
	if (!err)
		return false;
	/* The arguments may point into `err` itself: format first, clear after. */
	char text[sizeof err->why];
	va_list args;
	va_start(args, why);
	fill(text, sizeof text, why, args);
	va_end(args);
	*err = (Error) { .kind = kind };
	memcpy(err->why, text, sizeof text);
	return false;
}

static ErrorKind kind_of_errno(int errno_value)
{
	for (size_t i = 0; i < BG_LENGTH(errno_kinds); i++) {
		if (errno_kinds[i].errno_value == errno_value)
			return errno_kinds[i].kind;
	}
	return ERROR_IO;
}

bool error_errno(Error *err, int errno_value, const char *why, ...)
{
	if (!err)
		return false;
	char text[sizeof err->why];
	va_list args;
	va_start(args, why);
	fill(text, sizeof text, why, args);
	va_end(args);
	char reason[64];
	const char *known = strerrordesc_np(errno_value);
	if (!known) {
		(void) snprintf(reason, sizeof reason, "error %d", errno_value);
		known = reason;
	}
	(void) error_set(err, kind_of_errno(errno_value), "%s: %s", text, known);
	err->os_code = errno_value;
	return false;
}

bool error_what(Error *err, const char *what, ...)
{
	if (err && !err->what[0]) {
		va_list args;
		va_start(args, what);
		fill(err->what, sizeof err->what, what, args);
		va_end(args);
	}
	return false;
}

bool error_where(Error *err, const char *where, ...)
{
	if (err && !err->where[0]) {
		va_list args;
		va_start(args, where);
		fill(err->where, sizeof err->where, where, args);
		va_end(args);
	}
	return false;
}

bool error_hint(Error *err, const char *hint, ...)
{
	if (err && !err->hint[0]) {
		va_list args;
		va_start(args, hint);
		fill(err->hint, sizeof err->hint, hint, args);
		va_end(args);
	}
	return false;
}

const char *error_kind_name(ErrorKind kind)
{
	return (size_t) kind < BG_LENGTH(kind_names) ? kind_names[kind] : "unknown";
}

bool error_kind_parse(const char *name, ErrorKind *ret_kind)
{
	for (size_t i = 0; i < BG_LENGTH(kind_names); i++) {
		if (text_eq(name, kind_names[i])) {
			*ret_kind = (ErrorKind) i;
			return true;
		}
	}
	return false;
}

const char *error_format(const Error *err, char *text, unsigned long size)
{
	if (size == 0)
		return text;
	const char *why = err->why[0] ? err->why : error_kind_name(err->kind);
	int needed = snprintf(text, size, "%s%s%s%s%s%s%s%s", err->what, err->what[0] ? ": " : "", why,
		err->where[0] ? " (" : "", err->where, err->where[0] ? ")" : "", err->hint[0] ? ". " : "", err->hint);
	if (needed < 0)
		text[0] = '\0';
	else if ((unsigned long) needed >= size)
		mark_cut(text, size);
	return text;
}
