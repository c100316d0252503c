/* condition.c: comparing facts with what a playbook expects. One judge for each type, in a table. */
#include "core/playbook/condition.h"

#include <stdlib.h>

#include "core/base/text.h"
#include "core/playbook/placeholder.h"

/* How two ordered things stand: negative, 0, positive; then the operator decides. */
static Truth by_order(int order, DirectiveOp op)
{
	switch (op) {
	case OP_EQ: return order == 0 ? TRUTH_YES : TRUTH_NO;
	case OP_NE: return order != 0 ? TRUTH_YES : TRUTH_NO;
	case OP_LT: return order < 0 ? TRUTH_YES : TRUTH_NO;
	case OP_LE: return order <= 0 ? TRUTH_YES : TRUTH_NO;
	case OP_GT: return order > 0 ? TRUTH_YES : TRUTH_NO;
	case OP_GE: return order >= 0 ? TRUTH_YES : TRUTH_NO;
	case OP_NONE:
	case OP_MATCH: break;
	}
	return TRUTH_UNKNOWN;
}

static int order_of(double a, double b)
{
	return (a > b) - (a < b);
}

static Truth by_pattern(const char *text, const char *pattern)
{
	bool bad = false;
	bool matches = str_matches(text, pattern, &bad);
	if (bad)
		return TRUTH_UNKNOWN;
	return matches ? TRUTH_YES : TRUTH_NO;
}

static bool read_bool(Str text, bool *ret_value)
{
	bool yes = str_eq_c(text, "yes") || str_eq_c(text, "true");
	if (!yes && !str_eq_c(text, "no") && !str_eq_c(text, "false"))
		return false;
	*ret_value = yes;
	return true;
}

static bool fact_number(const Json *fact, double *ret_value)
{
	if (json_is_number(fact)) {
		*ret_value = json_number(fact, 0);
		return true;
	}
	return json_is_string(fact) && str_parse_double(str_from(json_string(fact)), ret_value);
}

/* A signed span, as in "-26h". */
static bool read_offset(Str text, int64_t *ret_ms)
{
	bool negative = str_starts(text, "-");
	if (!span_parse(str_slice(text, negative || str_starts(text, "+"), text.len), ret_ms))
		return false;
	*ret_ms = negative ? -*ret_ms : *ret_ms;
	return true;
}

typedef struct Question { const Json *fact; DirectiveOp op; const char *expected; WallTime now; } Question;

static Truth judge_number(const Question *q)
{
	double fact, wanted;
	if (!fact_number(q->fact, &fact) || !str_parse_double(str_from(q->expected), &wanted))
		return TRUTH_UNKNOWN;
	return by_order(order_of(fact, wanted), q->op);
}

static Truth judge_span(const Question *q)
{
	double fact;
	int64_t wanted;
	if (!fact_number(q->fact, &fact) || !read_offset(str_from(q->expected), &wanted))
		return TRUTH_UNKNOWN;
	return by_order(order_of(fact, (double) wanted), q->op);
}

static bool read_time(Str text, WallTime now, double *ret_ms)
{
	WallTime time;
	int64_t offset;
	if (wall_parse_iso(text, &time))
		*ret_ms = (double) time.ms;
	else if (str_eq_c(text, "now"))
		*ret_ms = (double) now.ms;
	else if ((str_starts(text, "-") || str_starts(text, "+")) && read_offset(text, &offset))
		*ret_ms = (double) (now.ms + offset);
	else
		return false;
	return true;
}

static Truth judge_time(const Question *q)
{
	double fact, wanted;
	bool known = json_is_string(q->fact) ? read_time(str_from(json_string(q->fact)), q->now, &fact) : fact_number(q->fact, &fact);
	if (!known || !read_time(str_from(q->expected), q->now, &wanted))
		return TRUTH_UNKNOWN;
	return by_order(order_of(fact, wanted), q->op);
}

static Truth judge_bool(const Question *q)
{
	bool fact, wanted;
	if (json_is_bool(q->fact))
		fact = json_bool(q->fact, false);
	else if (!json_is_string(q->fact) || !read_bool(str_from(json_string(q->fact)), &fact))
		return TRUTH_UNKNOWN;
	if (!read_bool(str_from(q->expected), &wanted) || (q->op != OP_EQ && q->op != OP_NE))
		return TRUTH_UNKNOWN;
	return by_order(fact != wanted, q->op);
}

/* Texts have no order, but two numbers written as texts do. */
static Truth judge_text(const Question *q)
{
	AUTO_FREE char *text = json_is_string(q->fact) ? str_dup(str_from(json_string(q->fact)))
		: json_is_number(q->fact) || json_is_bool(q->fact) ? json_text(q->fact) : NULL;
	if (!text)
		return TRUTH_UNKNOWN;
	if (q->op == OP_MATCH)
		return by_pattern(text, q->expected);
	if (q->op == OP_EQ || q->op == OP_NE)
		return by_order(strcmp(text, q->expected), q->op);
	return judge_number(q);
}

static void list_items(const Json *fact, StrList *items)
{
	if (json_is_string(fact))
		strlist_split(items, str_from(json_string(fact)), ',');
	JSON_EACH(item, fact)
		if (json_is_string(item))
			strlist_add(items, json_string(item));
}

static Truth judge_list(const Question *q)
{
	AUTO_CLEAR(StrList) items = {0};
	AUTO_CLEAR(StrList) wanted = {0};
	if (!json_is_array(q->fact) && !json_is_string(q->fact))
		return TRUTH_UNKNOWN;
	list_items(q->fact, &items);
	strlist_split(&wanted, str_from(q->expected), ',');
	size_t found = 0;
	for (size_t i = 0; i < wanted.count; i++)
		found += strlist_has(&items, wanted.items[i]);
	if (q->op == OP_EQ)
		return found == wanted.count ? TRUTH_YES : TRUTH_NO;
	if (q->op == OP_NE)
		return found == 0 ? TRUTH_YES : TRUTH_NO;
	if (q->op != OP_MATCH)
		return TRUTH_UNKNOWN;
	for (size_t i = 0; i < items.count; i++)
		if (by_pattern(items.items[i], q->expected) != TRUTH_NO)
			return by_pattern(items.items[i], q->expected);
	return TRUTH_NO;
}

static Truth (*const JUDGES[])(const Question *q) = {
	[PARAM_TEXT] = judge_text,
	[PARAM_INT] = judge_number,
	[PARAM_BOOL] = judge_bool,
	[PARAM_CHOICE] = judge_text,
	[PARAM_LIST] = judge_list,
	[PARAM_TIME] = judge_time,
	[PARAM_SPAN] = judge_span,
	[PARAM_URL] = judge_text,
	[PARAM_HOST] = judge_text,
};

/* ---- in words ---- */

static void say_time(WallTime time, WallTime now, Buf *out)
{
	char text[WALL_TEXT_SIZE];
	buf_puts(out, wall_format_dated(time, now, text));
}

static void say_fact(ParamType type, const Json *fact, WallTime now, Buf *out)
{
	char text[SPAN_TEXT_SIZE];
	double number;
	if (type == PARAM_SPAN && fact_number(fact, &number))
		buf_puts(out, span_format((int64_t) number, text));
	else if (type == PARAM_TIME && json_is_number(fact))
		say_time((WallTime){ (int64_t) json_number(fact, 0) }, now, out);
	else if (json_is_bool(fact))
		buf_puts(out, json_bool(fact, false) ? "yes" : "no");
	else if (json_is_string(fact))
		text_sanitise(str_from(json_string(fact)), SANITISE_LINE, out);
	else {
		AUTO_FREE char *written = json_text(fact);
		buf_puts(out, written);
	}
}

static const char *op_words(ParamType type, DirectiveOp op)
{
	static const char *const times[] = { [OP_NONE] = "", [OP_EQ] = "", [OP_NE] = "not ", [OP_MATCH] = "like ", [OP_LT] = "before ",
		[OP_LE] = "at the latest ", [OP_GT] = "after ", [OP_GE] = "at the earliest " };
	static const char *const others[] = { [OP_NONE] = "", [OP_EQ] = "", [OP_NE] = "not ", [OP_MATCH] = "like ", [OP_LT] = "less than ",
		[OP_LE] = "at most ", [OP_GT] = "more than ", [OP_GE] = "at least " };
	return (type == PARAM_TIME ? times : others)[op];
}

static void say_wanted(ParamType type, DirectiveOp op, const char *expected, WallTime now, Buf *out)
{
	double ms;
	buf_puts(out, op_words(type, op));
	if (type == PARAM_TIME && now.ms && read_time(str_from(expected), now, &ms))
		say_time((WallTime){ (int64_t) ms }, now, out);
	else
		text_sanitise(str_from(expected), SANITISE_LINE, out);
}

/* "last_end" -> "last end" */
static void say_name(const char *name, Buf *out)
{
	for (const char *at = name; *at; at++)
		buf_putc(out, *at == '_' || *at == '-' ? ' ' : *at);
}

Truth condition_judge(const char *name, ParamType type, const Json *fact, DirectiveOp op, const char *expected, WallTime now,
	Buf *reason)
{
	if (json_is_null(fact)) {
		if (reason) {
			say_name(name, reason);
			buf_puts(reason, " is not known");
		}
		return TRUTH_UNKNOWN;
	}
	Truth truth = JUDGES[type](&(Question){ fact, op, expected, now });
	if (!reason)
		return truth;
	say_name(name, reason);
	buf_puts(reason, " is ");
	say_fact(type, fact, now, reason);
	buf_puts(reason, truth == TRUTH_UNKNOWN ? ", which cannot be compared with " : ", wanted: ");
	say_wanted(type, op, expected, now, reason);
	return truth;
}

Truth condition_judge_text(const char *name, ParamType type, const char *value, DirectiveOp op, const char *expected, WallTime now,
	Buf *reason)
{
	AUTO(Json) *fact = value ? json_new_string(value) : NULL;
	return condition_judge(name, type, fact, op, expected, now, reason);
}

bool condition_is_param(const VerbSpec *probe, const DirectiveArg *arg)
{
	return arg->op == OP_EQ && verb_find_param(probe, str_from(arg->key)) != NULL;
}

bool condition_is_expectation(const VerbSpec *probe, const DirectiveArg *arg)
{
	return arg->op != OP_NONE && !condition_is_param(probe, arg) && verb_find_field(probe, str_from(arg->key)) != NULL;
}

/* The arguments that the subject of the verb names are in the sentence already. */
static bool is_in_subject(const VerbSpec *probe, const char *key)
{
	AUTO_CLEAR(StrList) names = {0};
	placeholder_find_arg_names(str_from(probe->subject ? probe->subject : ""), &names);
	return strlist_has(&names, key) || text_eq(key, "system");
}

typedef struct Given { const DirectiveArg *args; size_t count; } Given;

static const char *given_value(void *userdata, const char *name)
{
	const Given *given = userdata;
	for (size_t i = 0; i < given->count; i++)
		if (given->args[i].op == OP_EQ && text_eq(given->args[i].key, name))
			return given->args[i].value;
	return NULL;
}

void condition_say(const VerbSpec *probe, const DirectiveArg *args, size_t count, Buf *out)
{
	size_t said = 0;
	AUTO_CLEAR(StrList) missing = {0};
	size_t start = out->len;
	Given given = { args, count };
	placeholder_fill_arg(str_from(probe->subject ? probe->subject : probe->name), given_value, &given, out, &missing);
	/* A subject that is not given is the only one of its kind. */
	if (missing.count) {
		buf_truncate(out, start);
		buf_puts(out, probe->name);
	}
	for (size_t i = 0; i < count; i++) {
		const DirectiveArg *arg = &args[i];
		const FieldSpec *field = verb_find_field(probe, str_from(arg->key));
		if (arg->op == OP_NONE || (arg->op == OP_EQ && is_in_subject(probe, arg->key)))
			continue;
		buf_puts(out, said++ ? ", " : ": ");
		say_name(arg->key, out);
		buf_putc(out, ' ');
		say_wanted(field ? field->type : PARAM_TEXT, arg->op, arg->value ? arg->value : "", (WallTime){ 0 }, out);
	}
}
