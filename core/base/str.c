/* str.c: slices of text. Nothing here depends on the locale: letters are ASCII letters, numbers are decimal with a
 * point. */
#include "core/base/str.h"

#include <math.h>
#include <pthread.h>
#include <regex.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/c_locale.h"

/* Limits of a pattern that somebody else wrote: compiling nested repetitions takes memory by their product. */
#define PATTERN_MAX_BYTES 1024
#define PATTERN_MAX_REPEATS 1000

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

static bool same_nocase(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (lower(a[i]) != lower(b[i]))
			return false;
	}
	return true;
}

bool str_eq_nocase(Str a, Str b)
{
	return a.len == b.len && same_nocase(a.ptr, b.ptr, a.len);
}

bool str_starts_nocase(Str s, const char *prefix)
{
	return str_eq_nocase(str_slice(s, 0, strlen(prefix)), str_from(prefix));
}

bool str_ends(Str s, const char *suffix)
{
	size_t len = strlen(suffix);
	return len <= s.len && str_eq_c(str_slice(s, s.len - len, len), suffix);
}

ptrdiff_t str_find(Str s, const char *needle)
{
	size_t len = strlen(needle);
	if (len == 0)
		return 0;
	if (len > s.len)
		return -1;
	const char *found = memmem(s.ptr, s.len, needle, len);
	return found ? found - s.ptr : -1;
}

ptrdiff_t str_find_nocase(Str s, const char *needle)
{
	size_t len = strlen(needle);
	/* Most places differ in their first byte: those cost one comparison. */
	char first = len ? (char) lower(needle[0]) : '\0';
	for (size_t i = 0; len <= s.len && i <= s.len - len; i++) {
		if (len == 0 || (lower(s.ptr[i]) == first && same_nocase(s.ptr + i, needle, len)))
			return (ptrdiff_t) i;
	}
	return -1;
}

ptrdiff_t str_find_char(Str s, char c)
{
	const char *found = s.len ? memchr(s.ptr, c, s.len) : NULL;
	return found ? found - s.ptr : -1;
}

Str str_trim(Str s)
{
	while (s.len && is_space(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	while (s.len && is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

bool str_split(Str *rest, char separator, Str *ret_part)
{
	if (!rest->ptr)
		return false;
	ptrdiff_t at = str_find_char(*rest, separator);
	if (at < 0) {
		*ret_part = *rest;
		*rest = (Str) { NULL, 0 };
		return true;
	}
	*ret_part = (Str) { rest->ptr, (size_t) at };
	rest->ptr += at + 1;
	rest->len -= (size_t) at + 1;
	return true;
}

bool str_next_line(Str *rest, Str *ret_line)
{
	if (!rest->len)
		return false;
	ptrdiff_t at = str_find_char(*rest, '\n');
	size_t len = at < 0 ? rest->len : (size_t) at;
	Str line = { rest->ptr, len };
	size_t used = at < 0 ? len : len + 1;
	rest->ptr += used;
	rest->len -= used;
	if (at >= 0 && line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	*ret_line = line;
	return true;
}

bool str_parse_int(Str s, int64_t *ret_value)
{
	bool negative = s.len && s.ptr[0] == '-';
	if (s.len && (s.ptr[0] == '-' || s.ptr[0] == '+')) {
		s.ptr++;
		s.len--;
	}
	if (!s.len)
		return false;
	/* Built up below zero, since there is one more negative number than positive ones. */
	int64_t value = 0;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
		if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, s.ptr[i] - '0', &value))
			return false;
	}
	if (!negative && __builtin_sub_overflow((int64_t) 0, value, &value))
		return false;
	*ret_value = value;
	return true;
}

static locale_t locale_c;

static void make_locale_c(void)
{
	locale_c = newlocale(LC_ALL_MASK, "C", (locale_t) 0);
	BG_ASSERT(locale_c);
}

locale_t c_locale(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void) pthread_once(&once, make_locale_c); /* cannot fail */
	return locale_c;
}

bool str_parse_double(Str s, double *ret_value)
{
	char text[64];
	if (!s.len || s.len >= sizeof text)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (!((c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.' || c == 'e' || c == 'E'))
			return false;
	}
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	char *end = NULL;
	double value = strtod_l(text, &end, c_locale());
	if (*end || !isfinite(value))
		return false;
	*ret_value = value;
	return true;
}

char *str_dup(Str s)
{
	return bg_strndup(s.ptr, s.len);
}

/* The largest number in "{m,n}" at the front of `s`; 1 when there is none. */
static int64_t repeats_at(Str s)
{
	int64_t largest = 1;
	ptrdiff_t end = str_find_char(s, '}');
	Str rest = str_slice(s, 1, end > 0 ? (size_t) end - 1 : 0), part;
	while (str_split(&rest, ',', &part)) {
		int64_t value;
		if (str_parse_int(part, &value) && value > largest)
			largest = value;
	}
	return largest;
}

/* Refuses what makes the C library's matcher take memory or time without bound: large nested repetitions, and back
 * references. */
static bool pattern_is_modest(const char *pattern)
{
	Str rest = str_from(pattern);
	int64_t product = 1;
	if (rest.len > PATTERN_MAX_BYTES)
		return false;
	for (; rest.len; rest = str_slice(rest, 1, rest.len)) {
		if (rest.ptr[0] == '\\' && rest.len > 1) {
			if (rest.ptr[1] >= '1' && rest.ptr[1] <= '9')
				return false;
			rest = str_slice(rest, 1, rest.len);
		} else if (rest.ptr[0] == '{') {
			int64_t repeats = repeats_at(rest);
			if (repeats > PATTERN_MAX_REPEATS || product > PATTERN_MAX_REPEATS / repeats)
				return false;
			product *= repeats;
		}
	}
	return true;
}

bool str_matches(const char *text, const char *pattern, bool *ret_bad)
{
	regex_t regex;
	*ret_bad = false;
	if (!pattern_is_modest(pattern) || regcomp(&regex, pattern, REG_EXTENDED | REG_ICASE | REG_NOSUB) != 0) {
		*ret_bad = true;
		return false;
	}
	bool found = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}
