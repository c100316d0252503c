/* bind_values.c: typed values out of directives. The grammar and the keys were checked when the annotation was
 * parsed; what is of the wrong shape here was reported there and reads as not given. */
#include "core/base/moment.h"
#include "core/playbook/bind.h"
#include "core/playbook/shell.h"

static int64_t span_value(const Directive *directive, const char *key)
{
	const char *text = directive_value(directive, key);
	int64_t span_ms = 0;
	return text && span_parse(str_from(text), &span_ms) ? span_ms : 0;
}

/* The arguments that belong to the action or probe itself, its name left out. */
static DirectiveArg *call_args(Builder *builder, const Directive *directive, size_t *ret_count)
{
	DirectiveArg *args = NULL;
	bool named = false;
	for (size_t i = 0; i < directive->arg_count; i++) {
		const DirectiveArg *arg = &directive->args[i];
		bool is_name = arg->op == OP_NONE && !named;
		named = named || is_name;
		if (!is_name && !(arg->key && directive_is_own_key(directive->verb, arg->key)))
			ARENA_PUSH(builder->arena, args, *ret_count, *arg);
	}
	return args;
}

void bind_split(Arena *arena, const char *text, char separator, const char ***ret_items, size_t *ret_count)
{
	Str rest = str_from(text), part;
	while (text && str_split(&rest, separator, &part)) {
		part = str_trim(part);
		if (part.len)
			ARENA_PUSH(arena, *ret_items, *ret_count, arena_str(arena, part));
	}
}

PlaybookAction bind_action(Builder *builder, const Directive *directive)
{
	PlaybookAction action = {.verb = directive_word(directive, 0), .save = directive_value(directive, "save"),
		.label = directive_value(directive, "label"), .watch = directive_is_yes(directive, "watch"),
		.risk = RISK_CHANGE, .restores = directive_is_yes(directive, "restores"), .line = (unsigned) directive->line};
	if (!action.verb)
		action.verb = "";
	action.args = call_args(builder, directive, &action.arg_count);
	const VerbSpec *spec = builder->vocabulary ? vocabulary_find(builder->vocabulary, VERB_ACTION,
		str_from(action.verb)) : NULL;
	if (spec) {
		action.risk = spec->risk;
		action.restores = action.restores || spec->restores;
	}
	const char *risk = directive_value(directive, "risk");
	action.risk_given = risk && risk_parse(str_from(risk), &action.risk);
	return action;
}

PlaybookVerify bind_verify(Builder *builder, const Directive *directive)
{
	PlaybookVerify verify = {.probe = directive_word(directive, 0), .within_ms = span_value(directive, "within"),
		.every_ms = span_value(directive, "every"), .note = directive_value(directive, "note"),
		.by_human = text_eq(directive_value(directive, "by"), "human"), .line = (unsigned) directive->line};
	const char *sample = directive_value(directive, "sample");
	int64_t count = 0;
	if (sample && str_parse_int(str_from(sample), &count) && count > 0 && count <= 100000)
		verify.sample = (int) count;
	verify.args = call_args(builder, directive, &verify.arg_count);
	return verify;
}

/* The comparison of a guard on a variable: the first argument that is no key of the verb. */
static const DirectiveArg *comparison(const Directive *directive)
{
	for (size_t i = 0; i < directive->arg_count; i++) {
		const DirectiveArg *arg = &directive->args[i];
		if (arg->op != OP_NONE && arg->key && !directive_is_own_key(directive->verb, arg->key))
			return arg;
	}
	return NULL;
}

static void guard_condition(Builder *builder, const Directive *directive, PlaybookGuard *guard)
{
	const char *when = directive_value(directive, "when");
	const char *colon = when ? strchr(when, ':') : NULL;
	if (!colon)
		return;
	guard->when_variable = arena_str(builder->arena, (Str){when, (size_t) (colon - when)});
	guard->when_value = arena_strdup(builder->arena, colon + 1);
}

PlaybookGuard bind_guard(Builder *builder, const Directive *directive)
{
	static const struct { const char *key; GuardKind kind; } KEYS[] = {
		{"set", GUARD_SET}, {"open", GUARD_OPEN}, {"confirm", GUARD_CONFIRM},
	};
	PlaybookGuard guard = {.kind = GUARD_PROBE, .subject = directive_word(directive, 0),
		.soft = directive_is_yes(directive, "soft"),
		.otherwise = directive_value(directive, "else"), .line = (unsigned) directive->line};
	guard_condition(builder, directive, &guard);
	if (guard.subject) {
		guard.args = call_args(builder, directive, &guard.arg_count);
		return guard;
	}
	for (size_t i = 0; i < BG_LENGTH(KEYS); i++)
		if (!guard.subject && directive_value(directive, KEYS[i].key)) {
			guard.kind = KEYS[i].kind;
			guard.subject = directive_value(directive, KEYS[i].key);
		}
	const DirectiveArg *compared = guard.subject ? NULL : comparison(directive);
	if (compared) {
		guard.kind = GUARD_VARIABLE;
		guard.subject = compared->key;
		guard.op = compared->op;
		guard.value = compared->value;
	}
	if (!guard.subject)
		guard.subject = "";
	return guard;
}

PlaybookTimer bind_timer(const Directive *directive)
{
	static const char *const KINDS[] = {"start", "stop", "due"};
	const char *name = directive_word(directive, 1);
	PlaybookTimer timer = {.kind = TIMER_START, .name = name ? name : "timer",
		.label = directive_value(directive, "label"),
		.every_ms = span_value(directive, "every"), .after_ms = span_value(directive, "after"),
		.line = (unsigned) directive->line};
	for (size_t i = 0; i < BG_LENGTH(KINDS); i++)
		if (text_eq(directive_word(directive, 0), KINDS[i]))
			timer.kind = (TimerKind) i;
	return timer;
}

LedgerMark bind_mark(const Directive *directive, const char *name)
{
	return (LedgerMark){.name = name, .opens = directive->verb == DIRECTIVE_OPENS,
		.closed_by = directive_value(directive, "closed-by"), .line = (unsigned) directive->line};
}

PlaybookGate *bind_gate(Builder *builder, const Directive *directive)
{
	PlaybookGate *gate = ARENA_NEW(builder->arena, PlaybookGate);
	gate->id = directive_word(directive, 0);
	bind_split(builder->arena, directive_value(directive, "roles"), ',', &gate->roles, &gate->role_count);
	gate->reason_required = text_eq(directive_value(directive, "reason"), "required");
	gate->before = directive_value(directive, "before");
	gate->line = (unsigned) directive->line;
	int64_t min = 0;
	const char *text = directive_value(directive, "min");
	if (!text || !str_parse_int(str_from(text), &min) || min < 1 || min > 100)
		min = gate->role_count ? (int64_t) gate->role_count : 1;
	gate->min = (int) min;
	gate->distinct = gate->min > 1 || gate->role_count > 1 || directive_is_yes(directive, "distinct");
	return gate;
}

void bind_command(Builder *builder, const Directive *directive, StepCommand *command)
{
	const struct { const char *key; const char **field; } FIELDS[] = {
		{"name", &command->name}, {"host", &command->host}, {"cwd", &command->cwd}, {"confirm", &command->confirm},
		{"expect", &command->expect}, {"each", &command->each}, {"choose", &command->choose},
	};
	for (size_t i = 0; i < BG_LENGTH(FIELDS); i++) {
		const char *value = directive_value(directive, FIELDS[i].key);
		if (value)
			*FIELDS[i].field = value;
	}
	const char *risk = directive_value(directive, "risk"), *of = directive_value(directive, "of");
	(void) (risk && risk_parse(str_from(risk), &command->risk));   /* keeps the guess when the word is none */
	if (directive_value(directive, "timeout"))
		command->timeout_ms = span_value(directive, "timeout");
	if (directive_value(directive, "tty"))
		command->terminal = directive_is_yes(directive, "tty");
	command->unrecorded = directive_value(directive, "record") && !directive_is_yes(directive, "record");
	command->literal = directive_is_yes(directive, "literal");
	command->restores = command->restores || directive_is_yes(directive, "restores");
	for (size_t i = 0; command->literal && i < command->line_count; i++)
		shell_judge_literal(builder->arena, &command->lines[i]);
	command->optional = command->optional || directive_is_yes(directive, "optional");
	command->undo = command->undo || directive_is_yes(directive, "undo");
	bind_split(builder->arena, of, '|', &command->choices, &command->choice_count);
	command->alternatives = command->alternatives || command->choose;
}
