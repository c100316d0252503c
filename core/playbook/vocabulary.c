/* vocabulary.c: look-ups in the verb tables, and whether a value can be of a type. */
#include "core/playbook/vocabulary.h"

#include "core/base/moment.h"

const VerbSpec *vocabulary_find(const Vocabulary *vocabulary, VerbKind kind, Str name)
{
	for (size_t i = 0; vocabulary && i < vocabulary->count; i++)
		if (vocabulary->verbs[i]->kind == kind && str_eq_c(name, vocabulary->verbs[i]->name))
			return vocabulary->verbs[i];
	return NULL;
}

#define WORD_LIMIT 64   /* longer words are not compared */

size_t word_distance(Str a, Str b)
{
	if (a.len > WORD_LIMIT || b.len > WORD_LIMIT)
		return WORD_LIMIT;
	size_t row[WORD_LIMIT + 1];
	for (size_t j = 0; j <= b.len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a.len; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= b.len; j++) {
			size_t replaced = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
			diagonal = row[j];
			size_t shorter = (row[j] < row[j - 1] ? row[j] : row[j - 1]) + 1;
			row[j] = replaced < shorter ? replaced : shorter;
		}
	}
	return row[b.len];
}

const VerbSpec *vocabulary_nearest(const Vocabulary *vocabulary, VerbKind kind, Str name)
{
	const VerbSpec *nearest = NULL;
	size_t best = 4;
	for (size_t i = 0; vocabulary && i < vocabulary->count; i++) {
		const VerbSpec *verb = vocabulary->verbs[i];
		size_t distance = word_distance(name, str_from(verb->name));
		if (verb->kind == kind && distance < best) {
			best = distance;
			nearest = verb;
		}
	}
	return nearest;
}

static bool param_name_takes(const char *pattern, Str name)
{
	size_t len = strlen(pattern);
	if (len > 2 && strcmp(pattern + len - 2, ".*") == 0)
		return name.len >= len && memcmp(name.ptr, pattern, len - 1) == 0;
	return str_eq_c(name, pattern);
}

const ParamSpec *verb_find_param(const VerbSpec *verb, Str name)
{
	for (size_t i = 0; i < verb->param_count; i++)
		if (param_name_takes(verb->params[i].name, name))
			return &verb->params[i];
	return NULL;
}

const FieldSpec *verb_find_field(const VerbSpec *verb, Str name)
{
	for (size_t i = 0; i < verb->field_count; i++)
		if (str_eq_c(name, verb->fields[i].name))
			return &verb->fields[i];
	return NULL;
}

static bool fits_bool(Str value, const char *choices)
{
	(void) choices;   /* same shape as its neighbours in the table */
	return str_eq_c(value, "yes") || str_eq_c(value, "no") || str_eq_c(value, "true") || str_eq_c(value, "false");
}

static bool fits_int(Str value, const char *choices)
{
	(void) choices;
	int64_t ignored;
	return str_parse_int(value, &ignored);
}

static bool fits_choice(Str value, const char *choices)
{
	Str rest = str_from(choices), choice;
	if (!choices)
		return value.len > 0;
	while (str_split(&rest, '|', &choice))
		if (str_eq(choice, value))
			return true;
	return false;
}

static bool fits_list(Str value, const char *choices)
{
	Str item;
	while (str_split(&value, ',', &item))
		if (str_trim(item).len == 0 || (choices && !fits_choice(str_trim(item), choices)))
			return false;
	return true;
}

static bool fits_time(Str value, const char *choices)
{
	(void) choices;
	WallTime ignored;
	return wall_parse_iso(value, &ignored);
}

static bool fits_span(Str value, const char *choices)
{
	(void) choices;
	int64_t ignored;
	return span_parse(value, &ignored);
}

static bool fits_url(Str value, const char *choices)
{
	(void) choices;
	return (str_starts(value, "http://") && value.len > 7) || (str_starts(value, "https://") && value.len > 8);
}

static bool fits_host(Str value, const char *choices)
{
	(void) choices;
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char) value.ptr[i];
		if (c <= ' ' || c == '/' || c == '@' || c == 0x7f)
			return false;
	}
	return value.len > 0 && value.len <= 253 && value.ptr[0] != '-';
}

static bool fits_text(Str value, const char *choices)
{
	(void) value;
	(void) choices;
	return true;
}

static const struct TypeRow {
	const char *name;
	bool (*fits)(Str value, const char *choices);
	const char *why;
} TYPES[] = {
	[PARAM_TEXT] = { "text", fits_text, "" },
	[PARAM_INT] = { "int", fits_int, "wants a whole number" },
	[PARAM_BOOL] = { "bool", fits_bool, "wants yes or no" },
	[PARAM_CHOICE] = { "choice", fits_choice, "is none of its choices" },
	[PARAM_LIST] = { "list", fits_list, "wants a comma-separated list of what it knows" },
	[PARAM_TIME] = { "time", fits_time, "wants a time such as 2026-11-21T03:00:00Z" },
	[PARAM_SPAN] = { "span", fits_span, "wants a time span such as 90s, 15m or 26h" },
	[PARAM_URL] = { "url", fits_url, "wants an address that begins with https:// or http://" },
	[PARAM_HOST] = { "host", fits_host, "wants a host name or a literal address" },
};

const char *param_type_name(ParamType type)
{
	return TYPES[type].name;
}

bool param_value_fits(ParamType type, const char *choices, Str value, const char **ret_why)
{
	if (TYPES[type].fits(value, choices))
		return true;
	*ret_why = TYPES[type].why;
	return false;
}
