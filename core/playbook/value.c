/* value.c: the types of variables, one check each, in a table. */
#include "core/playbook/value.h"

#include <arpa/inet.h>
#include <stdlib.h>

#include "core/base/file.h"

static bool check_text(const Variable *variable, Str input, WallTime now, Buf *ret, Error *err)
{
	(void) variable;
	(void) now;
	(void) err;
	buf_put_str(ret, input);
	return true;
}

static bool check_int(const Variable *variable, Str input, WallTime now, Buf *ret, Error *err)
{
	int64_t number;
	(void) now;
	if (!str_parse_int(input, &number)) {
		error_set(err, ERROR_INVALID, "%s is a whole number, \"%.*s\" is none", variable->name, STR_ARG(input));
		return error_hint(err, "enter digits only, such as 14");
	}
	buf_printf(ret, "%lld", (long long) number);
	return true;
}

bool value_in_window(const Variable *variable, WallTime time, WallTime now, Error *err)
{
	WallTime oldest, newest;
	char given[WALL_TEXT_SIZE], first[WALL_BOTH_SIZE], last[WALL_BOTH_SIZE];
	bool from = variable->oldest && value_parse_time(str_from(variable->oldest), "utc", now, &oldest, NULL);
	bool to = variable->newest && value_parse_time(str_from(variable->newest), "utc", now, &newest, NULL);
	bool too_old = from && time.ms < oldest.ms, too_new = to && time.ms > newest.ms;
	if (!too_old && !too_new)
		return true;
	const char *early = from ? wall_format_both(oldest, now, first) : "", *late = to ? wall_format_both(newest, now, last) : "";
	error_set(err, ERROR_INVALID, "%s is too %s: the %s that can be used is %s%s%s", wall_format_dated(time, now, given), too_old ? "old" : "new",
		too_old ? "oldest" : "newest", too_old ? early : late, from && to ? too_old ? ", the newest " : ", the oldest " : "", from && to ? too_old ? late : early : "");
	return error_hint(err, "check the time zone, or enter another time (window: %s to %s)", from ? variable->oldest : "any", to ? variable->newest : "any");
}

static bool check_time(const Variable *variable, Str input, WallTime now, Buf *ret, Error *err)
{
	WallTime time;
	const char *format = variable->format ? variable->format : "%Y-%m-%dT%H:%M:%SZ";
	if (!value_parse_time(input, variable->zone, now, &time, err) || !value_in_window(variable, time, now, err))
		return false;
	if (!value_format_time(format, time, ret))
		return error_set(err, ERROR_INVALID, "the format \"%s\" of %s is not known", format, variable->name);
	return true;
}

static bool check_ipv6(const Variable *variable, Str input, WallTime now, Buf *ret, Error *err)
{
	struct in6_addr address;
	char text[INET6_ADDRSTRLEN];
	(void) now;
	if (str_starts(input, "[") && str_ends(input, "]"))
		input = str_slice(input, 1, input.len - 2);
	AUTO_FREE char *bare = str_dup(input);
	if (inet_pton(AF_INET6, bare, &address) != 1) {
		error_set(err, ERROR_INVALID, "%s is an IPv6 address, \"%s\" is none", variable->name, bare);
		return error_hint(err, "enter it whole and without a port, such as 4ab:1::10");
	}
	buf_puts(ret, inet_ntop(AF_INET6, &address, text, sizeof text));
	return true;
}

static bool check_host(const Variable *variable, Str input, WallTime now, Buf *ret, Error *err)
{
	const char *why;
	(void) now;
	if (str_starts(input, "[") && str_ends(input, "]"))
		input = str_slice(input, 1, input.len - 2);
	if (!param_value_fits(PARAM_HOST, NULL, input, &why)) {
		error_set(err, ERROR_INVALID, "%s %s", variable->name, why);
		return error_hint(err, "no user, port or path; it cannot begin with a dash");
	}
	buf_put_str(ret, input);
	return true;
}

static bool check_path(const Variable *variable, Str input, WallTime now, Buf *ret, Error *err)
{
	(void) now;
	if (str_starts(input, "-")) {
		error_set(err, ERROR_INVALID, "the path for %s begins with a dash, which commands take for an option", variable->name);
		return error_hint(err, "write ./%.*s", STR_ARG(input));
	}
	AUTO_FREE char *path = str_dup(input);
	AUTO_FREE char *whole = path_expand_home(path);
	buf_puts(ret, whole);
	return true;
}

static bool check_choice(const Variable *variable, Str input, WallTime now, Buf *ret, Error *err)
{
	(void) now;
	AUTO_CLEAR(Buf) all = {0};
	for (size_t i = 0; i < variable->choice_count; i++) {
		if (str_eq_c(input, variable->choices[i])) {
			buf_put_str(ret, input);
			return true;
		}
		buf_printf(&all, "%s%s", i ? ", " : "", variable->choices[i]);
	}
	error_set(err, ERROR_INVALID, "\"%.*s\" is no choice for %s", STR_ARG(input), variable->name);
	return error_hint(err, "choose one of %s", buf_text(&all));
}

static const struct TypeRow {
	const char *name;
	bool (*check)(const Variable *variable, Str input, WallTime now, Buf *ret, Error *err);
	ParamType param;
} TYPES[] = {
	[VARIABLE_TEXT] = { "text", check_text, PARAM_TEXT },
	[VARIABLE_INT] = { "int", check_int, PARAM_INT },
	[VARIABLE_TIME] = { "time", check_time, PARAM_TIME },
	[VARIABLE_IPV6] = { "ipv6", check_ipv6, PARAM_HOST },
	[VARIABLE_HOST] = { "host", check_host, PARAM_HOST },
	[VARIABLE_PATH] = { "path", check_path, PARAM_TEXT },
	[VARIABLE_SECRET] = { "secret", check_text, PARAM_TEXT },
	[VARIABLE_CHOICE] = { "choice", check_choice, PARAM_CHOICE },
};

const char *variable_type_name(VariableType type)
{
	return TYPES[type].name;
}

bool variable_type_parse(Str name, VariableType *ret_type)
{
	for (size_t i = 0; i < BG_LENGTH(TYPES); i++)
		if (str_eq_c(name, TYPES[i].name)) {
			*ret_type = (VariableType) i;
			return true;
		}
	return false;
}

ParamType variable_param_type(VariableType type)
{
	return TYPES[type].param;
}

static bool check_bytes(const Variable *variable, Str input, Error *err)
{
	if (input.len == 0) {
		error_set(err, ERROR_INVALID, "%s is empty", variable->name);
		return error_hint(err, "enter a value");
	}
	if (input.len > VALUE_LIMIT)
		return error_set(err, ERROR_INVALID, "the value of %s is longer than %d bytes", variable->name, VALUE_LIMIT);
	for (size_t i = 0; i < input.len; i++)
		if ((unsigned char) input.ptr[i] < 0x20 || input.ptr[i] == 0x7f) {
			error_set(err, ERROR_INVALID, "the value of %s holds a line end or control byte", variable->name);
			return error_hint(err, "enter it on one line");
		}
	return true;
}

bool value_check(const Variable *variable, Str input, WallTime now, Buf *ret, Error *err)
{
	VariableType type = variable->choice_count > 0 ? VARIABLE_CHOICE : variable->type;
	AUTO_CLEAR(Buf) kept = {0};
	bool secret = type == VARIABLE_SECRET;
	if (!secret)
		input = str_trim(input);
	if (!check_bytes(variable, input, err) || !TYPES[type].check(variable, input, now, &kept, err))
		return false;
	bool bad = false;
	if (variable->regex && !str_matches(buf_text(&kept), variable->regex, &bad)) {
		error_set(err, ERROR_INVALID, "the value of %s does not have the form that the playbook asks for", variable->name);
		return error_hint(err, "it must match %s", variable->regex);
	}
	buf_put_str(ret, buf_str(&kept));
	return true;
}

void value_question(const Variable *variable, Buf *out)
{
	if (variable->ask) {
		buf_puts(out, variable->ask);
		return;
	}
	for (const char *c = variable->name; *c; c++)
		buf_putc(out, *c == '_' ? ' ' : *c);
	buf_putc(out, '?');
}

static void lint_time(const Variable *variable, DiagnosticList *diagnostics)
{
	AUTO_CLEAR(Buf) ignored = {0};
	const char *limits[] = { variable->oldest, variable->newest };
	WallTime now = { 1800000000000 }, time;
	if (variable->format && !value_format_time(variable->format, now, &ignored))
		diagnostic_add(diagnostics, variable->line, 1, "E-VAR", "known are %Y %m %d %H %M %S %F %T %s %y %j and %%",
			"the format \"%s\" of %s holds an unknown conversion", variable->format, variable->name);
	for (size_t i = 0; i < BG_LENGTH(limits); i++)
		if (limits[i] && !value_parse_time(str_from(limits[i]), "utc", now, &time, NULL))
			diagnostic_add(diagnostics, variable->line, 1, "E-VAR", "write a span from now such as -7d, or a whole time in UTC",
				"\"%s\" is no limit for %s", limits[i], variable->name);
	bool asks = !variable->zone || text_eq(variable->zone, "ask");
	if (!asks && !value_parse_time(STR("2026-01-15 12:00"), variable->zone, now, &time, NULL))
		diagnostic_add(diagnostics, variable->line, 1, "E-VAR", "zone=ask, local, utc or a name such as Europe/London",
			"%s has an unknown zone \"%s\"", variable->name, variable->zone);
	if (variable->to && !text_eq(variable->to, "utc"))
		diagnostic_add(diagnostics, variable->line, 1, "E-VAR", "to=utc", "times are kept in UTC, not in \"%s\"", variable->to);
}

void value_lint(const Variable *variable, DiagnosticList *diagnostics)
{
	bool bad = false;
	if (variable->regex && (str_matches("", variable->regex, &bad) || true) && bad)
		diagnostic_add(diagnostics, variable->line, 1, "E-VAR", "it is a POSIX extended regular expression",
			"the pattern \"%s\" of %s does not compile", variable->regex, variable->name);
	/* A value reaches a command in its text, and so its arguments, the plan that people sign, and the record: a secret may be in none of them. */
	if (variable->type == VARIABLE_SECRET)
		diagnostic_add(diagnostics, variable->line, 1, "E-VAR", "have the command read it where it is kept (a file, a program), and leave this out",
			"%s is to be a secret, and no value of a playbook is one: it would stand in arguments and in the record", variable->name);
	if (variable->type == VARIABLE_CHOICE && variable->choice_count == 0)
		diagnostic_add(diagnostics, variable->line, 1, "E-VAR", "add choice=a|b", "%s has nothing to choose from", variable->name);
	if (variable->type == VARIABLE_TIME)
		lint_time(variable, diagnostics);
	if (!variable->fallback || strstr(variable->fallback, "${") || bad || variable->type == VARIABLE_TIME || variable->type == VARIABLE_SECRET)
		return;
	AUTO_CLEAR(Buf) ignored = {0};
	Error err = {0};
	if (!value_check(variable, str_from(variable->fallback), (WallTime){ 1 }, &ignored, &err))
		diagnostic_add(diagnostics, variable->line, 1, "E-VAR", err.hint, "the default of %s cannot be used: %s", variable->name, err.why);
}
