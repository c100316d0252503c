/* lint_variables.c: every ${name}, guard and choice must name a variable that is declared, found as a placeholder, or saved by an action
 * of the same procedure. */
#include "core/playbook/lint_rules.h"
#include "core/playbook/placeholder.h"
#include "core/playbook/value.h"

/* What every run knows by itself. */
static const char *const GIVEN[] = { "environment", "incident", "run_id", "run_date" };

static const Procedure *procedure_of(const Binding *binding)
{
	if (binding->step)
		return binding->step->procedure;
	return binding->phase ? binding->phase->procedure : NULL;
}

static bool is_visible(const Variable *variable, const Binding *binding)
{
	const Phase *declared = variable->phase;
	return !declared || declared == binding->phase || (declared->procedure && declared->procedure == procedure_of(binding));
}

static const Variable *find_variable(const Playbook *playbook, const Binding *binding, const char *name, bool *ret_elsewhere)
{
	for (size_t i = 0; i < playbook->variable_count; i++) {
		if (!text_eq(playbook->variables[i]->name, name))
			continue;
		if (is_visible(playbook->variables[i], binding))
			return playbook->variables[i];
		*ret_elsewhere = true;
	}
	return NULL;
}

static bool is_saved(const Playbook *playbook, const Binding *binding, const char *name)
{
	for (size_t i = 0; i < playbook->binding_count; i++) {
		const Binding *other = &playbook->bindings[i];
		const char *save = directive_value(other->directive, "save");
		bool saves = other->directive->verb == DIRECTIVE_DO || other->directive->verb == DIRECTIVE_ALSO;
		if (saves && text_eq(save, name) && procedure_of(other) == procedure_of(binding))
			return true;
	}
	return false;
}

static bool is_known(const Playbook *playbook, const Binding *binding, const char *name, bool *ret_elsewhere)
{
	for (size_t i = 0; i < BG_LENGTH(GIVEN); i++)
		if (text_eq(GIVEN[i], name))
			return true;
	return find_variable(playbook, binding, name, ret_elsewhere) || is_saved(playbook, binding, name);
}

static void nearest_variable(const Playbook *playbook, const char *name, Buf *hint)
{
	for (size_t i = 0; i < playbook->variable_count; i++)
		if (word_distance(str_from(playbook->variables[i]->name), str_from(name)) <= 2) {
			buf_printf(hint, "did you mean %s?", playbook->variables[i]->name);
			return;
		}
	buf_printf(hint, "declare it: var %s ask=\"...\"", name);
}

static void want(const Lint *lint, const Binding *binding, const char *name, int line, int column)
{
	bool elsewhere = false;
	if (is_known(lint->playbook, binding, name, &elsewhere))
		return;
	AUTO_CLEAR(Buf) hint = {0};
	if (elsewhere)
		buf_puts(&hint, "it belongs to another procedure: declare it before the first heading");
	else
		nearest_variable(lint->playbook, name, &hint);
	diagnostic_add(lint->out, line, column, "E-VAR", buf_text(&hint), "there is no variable \"%s\" here", name);
}

static void want_references(const Lint *lint, const Binding *binding, const DirectiveArg *arg)
{
	AUTO_CLEAR(StrList) names = {0};
	placeholder_find_arg_names(str_from(arg->value), &names);
	for (size_t i = 0; i < names.count; i++)
		want(lint, binding, names.items[i], arg->line, arg->value_column);
}

/* guard NAME op value, set=NAME, when=NAME:value; cmd choose=NAME */
static void want_named(const Lint *lint, const Binding *binding, const DirectiveArg *arg)
{
	DirectiveVerb verb = binding->directive->verb;
	bool own = directive_is_own_key(verb, arg->key);
	bool set = verb == DIRECTIVE_GUARD && text_eq(arg->key, "set");
	bool choose = verb == DIRECTIVE_CMD && text_eq(arg->key, "choose");
	if (set || choose)
		want(lint, binding, arg->value, arg->line, arg->value_column);
	if (verb != DIRECTIVE_GUARD)
		return;
	if (text_eq(arg->key, "when")) {
		const char *colon = strchr(arg->value, ':');
		AUTO_FREE char *name = str_dup(colon ? (Str){ arg->value, (size_t) (colon - arg->value) } : str_from(arg->value));
		if (!colon)
			diagnostic_add(lint->out, arg->line, arg->value_column, "E-KEY", "when=NAME:VALUE", "when= names no value");
		want(lint, binding, name, arg->line, arg->value_column);
	} else if (!own && !directive_word(binding->directive, 0)) {
		want(lint, binding, arg->key, arg->line, arg->column);
	}
}

void lint_variables(const Lint *lint)
{
	const Playbook *playbook = lint->playbook;
	for (size_t i = 0; i < playbook->variable_count; i++)
		if (!playbook->variables[i]->implicit)
			value_lint(playbook->variables[i], lint->out);
	for (size_t i = 0; i < playbook->binding_count; i++) {
		const Binding *binding = &playbook->bindings[i];
		for (size_t k = 0; k < binding->directive->arg_count; k++) {
			const DirectiveArg *arg = &binding->directive->args[k];
			if (arg->op == OP_NONE)
				continue;
			want_references(lint, binding, arg);
			want_named(lint, binding, arg);
		}
	}
}
