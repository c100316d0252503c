/* lint_calls.c: do, also, undo, verify, guard and var from= name actions and probes: they must exist and take these arguments. */
#include "core/playbook/condition.h"
#include "core/playbook/lint_rules.h"

typedef struct CallSite {
	const Lint *lint;
	const Directive *directive;
	const VerbSpec *verb;
	bool expects;          /* fields may be compared */
} CallSite;

static void refuse_name(const Lint *lint, const Directive *directive, VerbKind kind, const char *name)
{
	AUTO_CLEAR(Buf) hint = {0};
	VerbKind other = kind == VERB_ACTION ? VERB_PROBE : VERB_ACTION;
	const VerbSpec *near = vocabulary_nearest(lint->vocabulary, kind, str_from(name));
	if (vocabulary_find(lint->vocabulary, other, str_from(name)))
		buf_printf(&hint, "it is %s", other == VERB_PROBE ? "a probe: ask it with verify or guard" : "an action: start it with do");
	else if (near)
		buf_printf(&hint, "did you mean %s?", near->name);
	else
		buf_puts(&hint, "see the list of actions and probes in the help");
	diagnostic_add(lint->out, directive->line, directive->column, "E-ACTION", buf_text(&hint), "there is no %s \"%s\"",
		kind == VERB_ACTION ? "action" : "probe", name);
}

static void list_names(const VerbSpec *verb, bool fields, const char *key, Buf *hint)
{
	for (size_t i = 0; i < verb->param_count + (fields ? verb->field_count : 0); i++) {
		const char *name = i < verb->param_count ? verb->params[i].name : verb->fields[i - verb->param_count].name;
		if (word_distance(str_from(name), str_from(key)) <= 2) {
			buf_clear(hint);
			buf_printf(hint, "did you mean %s?", name);
			return;
		}
		buf_printf(hint, "%s%s", hint->len ? ", " : "it has ", name);
	}
}

static void check_value(const CallSite *site, const DirectiveArg *arg, ParamType type, const char *choices)
{
	const char *why = NULL;
	bool time_offset = type == PARAM_TIME && (arg->value[0] == '-' || text_eq(arg->value, "now"));
	if (strstr(arg->value, "${") || arg->op == OP_MATCH || time_offset)
		return;
	/* A list is compared item by item with whatever a person writes. */
	if (param_value_fits(type, arg->op == OP_EQ ? choices : NULL, str_from(arg->value), &why))
		return;
	AUTO_CLEAR(Buf) hint = {0};
	if (choices)
		buf_printf(&hint, "it takes %s", choices);
	diagnostic_add(site->lint->out, arg->line, arg->column, "E-KEY", choices ? buf_text(&hint) : NULL, "%s%s%s: %s", arg->key,
		directive_op_name(arg->op), arg->value, why);
}

static void check_arg(const CallSite *site, const DirectiveArg *arg)
{
	if (arg->op == OP_NONE)
		return;
	if (directive_is_own_key(site->directive->verb, arg->key) && site->directive->verb != DIRECTIVE_VERIFY)
		return;
	const ParamSpec *param = condition_is_param(site->verb, arg) ? verb_find_param(site->verb, str_from(arg->key)) : NULL;
	const FieldSpec *field = site->expects && condition_is_expectation(site->verb, arg)
		? verb_find_field(site->verb, str_from(arg->key)) : NULL;
	if (param) {
		check_value(site, arg, param->type, param->choices);
	} else if (field) {
		check_value(site, arg, field->type, NULL);
	} else if (!directive_is_own_key(site->directive->verb, arg->key) && !text_eq(arg->key, "system")) {
		AUTO_CLEAR(Buf) hint = {0};
		list_names(site->verb, site->expects, arg->key, &hint);
		diagnostic_add(site->lint->out, arg->line, arg->column, "E-KEY", hint.len ? buf_text(&hint) : NULL, "%s has no %s %s",
			site->verb->name, site->expects ? "parameter or field" : "parameter", arg->key);
	}
}

static void check_call(const CallSite *site)
{
	for (size_t i = 0; i < site->directive->arg_count; i++)
		check_arg(site, &site->directive->args[i]);
	for (size_t i = 0; i < site->verb->param_count; i++) {
		const ParamSpec *param = &site->verb->params[i];
		if (param->required && !directive_value(site->directive, param->name))
			diagnostic_add(site->lint->out, site->directive->line, site->directive->column, "E-KEY", param->help,
				"%s wants %s=", site->verb->name, param->name);
	}
}

static void check_named(const Lint *lint, const Directive *directive, VerbKind kind)
{
	const char *name = directive_word(directive, 0);
	if (!name)
		return;
	const VerbSpec *verb = vocabulary_find(lint->vocabulary, kind, str_from(name));
	if (!verb)
		refuse_name(lint, directive, kind, name);
	else if (verb->visible_only)
		diagnostic_add(lint->out, directive->line, directive->column, "E-ACTION", directive->verb == DIRECTIVE_UNDO
			? "write the command in a code block of the same step, and <!-- bg cmd undo --> below it"
			: "write the command in a code block of its own, where everybody reads it",
			"%s cannot stand in an annotation: no command is hidden in one", verb->name);
	else
		check_call(&(CallSite){ lint, directive, verb, kind == VERB_PROBE });
}

/* from=PROBE or from=PROBE.FIELD */
static void check_from(const Lint *lint, const Directive *directive)
{
	const char *from = directive_value(directive, "from");
	if (!from)
		return;
	const VerbSpec *probe = vocabulary_find(lint->vocabulary, VERB_PROBE, str_from(from));
	const char *dot = strrchr(from, '.');
	if (!probe && dot) {
		probe = vocabulary_find(lint->vocabulary, VERB_PROBE, (Str){ from, (size_t) (dot - from) });
		if (probe && !verb_find_field(probe, str_from(dot + 1))) {
			AUTO_CLEAR(Buf) hint = {0};
			for (size_t i = 0; i < probe->field_count; i++)
				buf_printf(&hint, "%s%s", i ? ", " : "it has ", probe->fields[i].name);
			diagnostic_add(lint->out, directive->line, directive->column, "E-ACTION", hint.len ? buf_text(&hint) : NULL,
				"%s tells no %s", probe->name, dot + 1);
			return;
		}
	}
	if (!probe)
		refuse_name(lint, directive, VERB_PROBE, from);
	else
		check_call(&(CallSite){ lint, directive, probe, false });
}

void lint_calls(const Lint *lint)
{
	if (!lint->vocabulary)
		return;
	for (size_t i = 0; i < lint->playbook->binding_count; i++) {
		const Directive *directive = lint->playbook->bindings[i].directive;
		switch (directive->verb) {
		case DIRECTIVE_DO:
		case DIRECTIVE_ALSO:
		case DIRECTIVE_UNDO:
			check_named(lint, directive, VERB_ACTION);
			break;
		case DIRECTIVE_VERIFY:
		case DIRECTIVE_GUARD:
			check_named(lint, directive, VERB_PROBE);
			break;
		case DIRECTIVE_VAR:
			check_from(lint, directive);
			break;
		case DIRECTIVE_PLAYBOOK:
		case DIRECTIVE_PROCEDURE:
		case DIRECTIVE_GATE:
		case DIRECTIVE_OPENS:
		case DIRECTIVE_CLOSES:
		case DIRECTIVE_TIMER:
		case DIRECTIVE_CMD:
		case DIRECTIVE_STEP:
		case DIRECTIVE_NOTE:
		case DIRECTIVE_OPTIONAL:
		case DIRECTIVE_VERB_COUNT:
			break;
		}
	}
}
