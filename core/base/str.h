/* str.h: borrowed slices of text, and the few parsers that everything from outside goes through. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include "core/base/attributes.h"
#include "core/base/cleanup.h"

typedef struct Str { const char *ptr; size_t len; } Str;
#define STR(literal) ((Str){ "" literal, sizeof(literal) - 1 })
/* For printf("%.*s", STR_ARG(s)). */
#define STR_ARG(s) (int) (s).len, (s).ptr

/* Five that stand everywhere, mostly with a literal: in place, its length is known. */

/* NULL reads as empty. */
static inline Str str_from(const char *text) { return (Str){ text ? text : "", text ? strlen(text) : 0 }; }

/* Clamped. */
static inline Str str_slice(Str s, size_t from, size_t len)
{
	if (from > s.len)
		from = s.len;
	if (len > s.len - from)
		len = s.len - from;
	return (Str){ s.ptr ? s.ptr + from : NULL, len };
}

static inline bool str_eq(Str a, Str b) { return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0); }
static inline bool str_eq_c(Str a, const char *b) { return str_eq(a, str_from(b)); }

static inline bool str_starts(Str s, const char *prefix)
{
	size_t len = strlen(prefix);
	return len <= s.len && (len == 0 || memcmp(s.ptr, prefix, len) == 0);
}

bool str_eq_nocase(Str a, Str b);                       /* ASCII only */
bool str_starts_nocase(Str s, const char *prefix);
bool str_ends(Str s, const char *suffix);
ptrdiff_t str_find(Str s, const char *needle);          /* byte offset or -1 */
ptrdiff_t str_find_nocase(Str s, const char *needle);
ptrdiff_t str_find_char(Str s, char c);
Str str_trim(Str s);                                    /* ASCII white space at both ends */
/* Cuts the part up to `separator` off the front of *rest. False when *rest is exhausted (ptr NULL). */
bool str_split(Str *rest, char separator, Str *ret_part);
bool str_next_line(Str *rest, Str *ret_line);           /* without \n or \r\n */
bool str_parse_int(Str s, int64_t *ret_value);          /* whole slice, decimal, optional sign; no overflow */
bool str_parse_double(Str s, double *ret_value);        /* whole slice, C locale */
char *str_dup(Str s);                                   /* owned */
static inline bool text_eq(const char *a, const char *b) { return a && b && strcmp(a, b) == 0; }
/* Case-insensitive POSIX ERE search, as `~` in annotations. False with *ret_bad true when the pattern does not
 * compile. */
bool str_matches(const char *text, const char *pattern, bool *ret_bad);

/* A growable list of owned strings. Zero-initialise. */
typedef struct StrList { char **items; size_t count, capacity; } StrList;
void strlist_add(StrList *list, const char *text);      /* copies */
void strlist_add_take(StrList *list, char *text);       /* takes ownership */
void strlist_add_str(StrList *list, Str text);
bool strlist_has(const StrList *list, const char *text);
void strlist_remove(StrList *list, size_t index);
char *strlist_join(const StrList *list, const char *separator); /* owned */
/* Splits on `separator`, trims, drops empties. */
void strlist_split(StrList *list, Str text, char separator);
/* A NULL-terminated argv view, borrowed until the list changes. */
char **strlist_argv(StrList *list);
void strlist_clear(StrList *list);
BG_DEFINE_CLEARP(StrList, strlist_clear)
