/* error.h: what went wrong, as a plain value.
 * An Error answers what (the operation, in the operator's words), where (the place), why (the cause as observed)
 * and hint (the next action). Text is bounded and inline: making one cannot fail and nobody frees it. */
#pragma once
#include <stdbool.h>
#include <stdarg.h>
#include "core/base/attributes.h"

typedef enum ErrorKind {
	ERROR_NONE = 0,
	ERROR_INVALID,   /* input breaks a rule */
	ERROR_MISSING,   /* something named does not exist */
	ERROR_DENIED,    /* not allowed: permissions, credentials, policy */
	ERROR_TIMEOUT,   /* a deadline passed */
	ERROR_CONFLICT,  /* the world changed meanwhile */
	ERROR_IO,        /* disk, pipe, socket */
	ERROR_REMOTE,    /* the other side answered with a failure */
	ERROR_PROTOCOL,  /* the other side answered with nonsense */
	ERROR_CANCELLED, /* a person stopped it */
	ERROR_BUG,       /* an invariant of ours broke */
} ErrorKind;

typedef struct Error {
	ErrorKind kind;
	bool retryable;  /* may be tried again unattended */
	int os_code;     /* errno, CURLcode, HTTP status: 0 if none */
	char what[96];
	char where[160];
	char why[192];
	char hint[160];
} Error;

/* Empties `err`; NULL ok. */
void error_clear(Error *err);
bool error_is_set(const Error *err);

/* Fills `err` (NULL ok) with kind and cause and always returns false, so that a function can `return error_set(...)`.
 * Clears what, where and hint: the caller that knows them adds them with error_frame() or the setters. */
bool error_set(Error *err, ErrorKind kind, const char *why, ...) BG_PRINTF(3, 4);
/* As error_set, with kind IO (or MISSING/DENIED when errno says so), os_code = errno and ": strerror" appended to
 * why. */
bool error_errno(Error *err, int errno_value, const char *why, ...) BG_PRINTF(3, 4);

/* Fill in a field once: a field that has text already is kept, since the deeper place knew better. Always false. */
bool error_what(Error *err, const char *what, ...) BG_PRINTF(2, 3);
bool error_where(Error *err, const char *where, ...) BG_PRINTF(2, 3);
bool error_hint(Error *err, const char *hint, ...) BG_PRINTF(2, 3);

const char *error_kind_name(ErrorKind kind);            /* "denied"; static */
bool error_kind_parse(const char *name, ErrorKind *ret_kind);

/* One line: "what: why (where). hint". Bounded; always terminated. Returns `text`. */
const char *error_format(const Error *err, char *text, unsigned long size);
