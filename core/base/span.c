/* span.c: lengths of time as people say them, and as annotations and environments write them. */
#include <stdio.h>
#include <string.h>

#include "core/base/moment.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
/* Up to here hours say more than days: "26 h 10 m" since a nightly backup. */
#define DAYS_FROM_MS (2 * DAY_MS)

static const struct { const char *name; int64_t ms; } units[] = {
	{ "ms", 1 },
	{ "s", SECOND_MS },
	{ "m", MINUTE_MS },
	{ "h", HOUR_MS },
	{ "d", DAY_MS },
};

/* The absolute value, and the sign to put before it. Less than a second is "0 s", without a sign. */
static uint64_t magnitude(int64_t span_ms, const char **ret_sign)
{
	*ret_sign = span_ms <= -SECOND_MS ? "-" : "";
	return span_ms < 0 ? -(uint64_t) span_ms : (uint64_t) span_ms;
}

const char *span_format(int64_t span_ms, char text[static SPAN_TEXT_SIZE])
{
	const char *sign;
	uint64_t ms = magnitude(span_ms, &sign);
	unsigned long long s = ms / SECOND_MS, m = ms / MINUTE_MS, h = ms / HOUR_MS, d = ms / DAY_MS;
	if (ms < MINUTE_MS)
		(void) snprintf(text, SPAN_TEXT_SIZE, "%s%llu s", sign, s);
	else if (ms < HOUR_MS)
		(void) snprintf(text, SPAN_TEXT_SIZE, "%s%llu m %02llu s", sign, m, s % 60);
	else if (ms < DAYS_FROM_MS)
		(void) snprintf(text, SPAN_TEXT_SIZE, "%s%llu h %02llu m", sign, h, m % 60);
	else
		(void) snprintf(text, SPAN_TEXT_SIZE, "%s%llu days", sign, d);
	return text;
}

const char *span_format_short(int64_t span_ms, char text[static SPAN_TEXT_SIZE])
{
	const char *sign;
	uint64_t ms = magnitude(span_ms, &sign);
	if (ms < MINUTE_MS)
		(void) snprintf(text, SPAN_TEXT_SIZE, "%s%llu s", sign, (unsigned long long) (ms / SECOND_MS));
	else if (ms < HOUR_MS)
		(void) snprintf(text, SPAN_TEXT_SIZE, "%s%llu m", sign, (unsigned long long) (ms / MINUTE_MS));
	else if (ms < DAYS_FROM_MS)
		(void) snprintf(text, SPAN_TEXT_SIZE, "%s%llu h", sign, (unsigned long long) (ms / HOUR_MS));
	else
		(void) snprintf(text, SPAN_TEXT_SIZE, "%s%llu days", sign, (unsigned long long) (ms / DAY_MS));
	return text;
}

const char *span_format_exact(int64_t span_ms, char text[static SPAN_TEXT_SIZE])
{
	const char *sign;
	uint64_t s = magnitude(span_ms, &sign) / SECOND_MS;
	unsigned long long parts[] = { s / 3600, s / 60 % 60, s % 60 };
	static const char names[] = { 'h', 'm', 's' };
	size_t len = (size_t) snprintf(text, SPAN_TEXT_SIZE, "%s", sign);
	for (size_t i = 0; i < BG_LENGTH(parts); i++)
		if (parts[i] && len < SPAN_TEXT_SIZE)
			len += (size_t) snprintf(text + len, SPAN_TEXT_SIZE - len, "%s%llu %c", len > strlen(sign) ? " " : "", parts[i], names[i]);
	if (!s)
		(void) snprintf(text, SPAN_TEXT_SIZE, "0 s");
	return text;
}

const char *span_format_clock(int64_t span_ms, char text[static SPAN_TEXT_SIZE])
{
	const char *sign;
	uint64_t s = magnitude(span_ms, &sign) / SECOND_MS;
	(void) snprintf(text, SPAN_TEXT_SIZE, "%s%02llu:%02llu:%02llu", sign, (unsigned long long) (s / 3600),
		(unsigned long long) (s / 60 % 60), (unsigned long long) (s % 60));
	return text;
}

static bool unit_ms(Str name, int64_t *ret_ms)
{
	for (size_t i = 0; i < BG_LENGTH(units); i++) {
		if (str_eq_c(name, units[i].name)) {
			*ret_ms = units[i].ms;
			return true;
		}
	}
	return false;
}

static size_t run_length(Str s, bool digits)
{
	size_t len = 0;
	while (len < s.len && (s.ptr[len] >= '0' && s.ptr[len] <= '9') == digits)
		len++;
	return len;
}

bool span_parse(Str text, int64_t *ret_span_ms)
{
	Str rest = str_trim(text);
	int64_t total = 0, count, unit;
	if (!rest.len)
		return false;
	if (run_length(rest, true) == rest.len) {
		if (!str_parse_int(rest, &count) || __builtin_mul_overflow(count, SECOND_MS, &total))
			return false;
		*ret_span_ms = total;
		return true;
	}
	while (rest.len) {
		size_t digits = run_length(rest, true);
		if (!str_parse_int(str_slice(rest, 0, digits), &count))
			return false;
		rest = str_slice(rest, digits, rest.len);
		size_t letters = run_length(rest, false);
		if (!unit_ms(str_slice(rest, 0, letters), &unit) || __builtin_mul_overflow(count, unit, &count) ||
			__builtin_add_overflow(total, count, &total))
			return false;
		rest = str_slice(rest, letters, rest.len);
	}
	*ret_span_ms = total;
	return true;
}
