/* values.c: the variables of a playbook: those that `var` declares, and those that placeholders in its texts and
 * commands ask for. */
#include "core/base/alloc.h"
#include "core/playbook/bind.h"
#include "core/playbook/names.h"
#include "core/playbook/placeholder.h"
#include "core/playbook/placeholder_rules.h"
#include "core/playbook/shell_context.h"

/* Every place of every text is held against every literal of every variable. */
#define DECLARED_LIMIT 512
#define LITERAL_LIMIT 2048

typedef struct Collector {
	Builder *builder;
	NameTable names;           /* of variables */
	PlaceholderScope scope;
	StrList assigned;
	size_t declared, literals;
} Collector;

static VariableType variable_type(const char *text)
{
	static const struct { const char *name; VariableType type; } TYPES[] = {
		{"text", VARIABLE_TEXT}, {"int", VARIABLE_INT}, {"time", VARIABLE_TIME}, {"ipv6", VARIABLE_IPV6},
			{"host", VARIABLE_HOST},
		{"path", VARIABLE_PATH}, {"secret", VARIABLE_SECRET}, {"choice", VARIABLE_CHOICE},
	};
	for (size_t i = 0; text && i < BG_LENGTH(TYPES); i++)
		if (strcmp(TYPES[i].name, text) == 0)
			return TYPES[i].type;
	return VARIABLE_TEXT;
}

/* The arguments of from=PROBE: what the verb itself does not know. */
static void read_from_args(Builder *builder, const Directive *directive, Variable *variable)
{
	for (size_t i = 0; i < directive->arg_count; i++) {
		const DirectiveArg *arg = &directive->args[i];
		if (arg->op != OP_NONE && !directive_is_own_key(directive->verb, arg->key))
			ARENA_PUSH(builder->arena, variable->from_args, variable->from_arg_count, *arg);
	}
}

static void sort_longest_first(const char **items, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = i; k > 0 && strlen(items[k]) > strlen(items[k - 1]); k--) {
			const char *item = items[k];
			items[k] = items[k - 1];
			items[k - 1] = item;
		}
}

static Variable *declare(Builder *builder, const Directive *directive, const char *name, Phase *phase)
{
	Variable *variable = ARENA_NEW(builder->arena, Variable);
	variable->name = name;
	variable->phase = phase;
	variable->line = (unsigned) directive->line;
	const struct { const char *key; const char **field; } FIELDS[] = {
		{"ask", &variable->ask}, {"default", &variable->fallback}, {"match", &variable->match},
			{"from", &variable->from},
		{"zone", &variable->zone}, {"to", &variable->to}, {"format", &variable->format}, {"oldest", &variable->oldest},
		{"newest", &variable->newest}, {"re", &variable->regex},
	};
	for (size_t i = 0; i < BG_LENGTH(FIELDS); i++)
		*FIELDS[i].field = directive_value(directive, FIELDS[i].key);
	variable->type = variable_type(directive_value(directive, "type"));
	bind_split(builder->arena, directive_value(directive, "choice"), '|', &variable->choices, &variable->choice_count);
	if (variable->choice_count && variable->type == VARIABLE_TEXT)
		variable->type = VARIABLE_CHOICE;
	bind_split(builder->arena, directive_value(directive, "replaces"), ',', &variable->replaces,
		&variable->replaces_count);
	if (variable->replaces_count > LITERAL_LIMIT)
		variable->replaces_count = LITERAL_LIMIT;
	sort_longest_first(variable->replaces, variable->replaces_count);
	if (variable->from)
		read_from_args(builder, directive, variable);
	return variable;
}

/* Says so once. */
static bool is_too_much(Collector *collector, const Directive *directive)
{
	if (collector->declared < DECLARED_LIMIT && collector->literals < LITERAL_LIMIT)
		return false;
	if (collector->declared != SIZE_MAX)
		diagnostic_add(&collector->builder->playbook->diagnostics, directive->line, directive->column, "E-VAR",
			"split the playbook", "more than %d variables, or %d words that they replace: further ones do not count", DECLARED_LIMIT,
			LITERAL_LIMIT);
	collector->declared = SIZE_MAX;
	return true;
}

static void declare_all(Collector *collector)
{
	Playbook *playbook = collector->builder->playbook;
	for (size_t i = 0; i < playbook->binding_count; i++) {
		const Binding *binding = &playbook->bindings[i];
		const char *name = directive_word(binding->directive, 0);
		if (binding->directive->verb != DIRECTIVE_VAR || !name)
			continue;
		const Variable *other = names_find(&collector->names, name);
		if (other && (other->phase == binding->phase || !other->phase)) {
			diagnostic_add(&playbook->diagnostics, binding->directive->line, binding->directive->column, "E-VAR",
				"give each variable a name of its own", "the variable %s is declared in line %u already", name,
				other->line);
			continue;
		}
		if (is_too_much(collector, binding->directive))
			continue;
		Variable *variable = declare(collector->builder, binding->directive, name, binding->phase);
		collector->declared++;
		collector->literals += variable->replaces_count;
		if (collector->literals > LITERAL_LIMIT)
			variable->replaces_count -= collector->literals - LITERAL_LIMIT;
		names_set(&collector->names, name, variable);
		ARENA_PUSH(collector->builder->arena, playbook->variables, playbook->variable_count, variable);
	}
	collector->scope.variables = playbook->variables;
	collector->scope.variable_count = playbook->variable_count;
}

/* What save=NAME keeps needs no question. */
static void note_saved(Collector *collector, const Step *step)
{
	static Variable saved;
	for (size_t i = 0; i < step->action_count; i++)
		if (step->actions[i].save && !names_find(&collector->names, step->actions[i].save))
			names_set(&collector->names, step->actions[i].save, &saved);
}

static void add_implicit(Collector *collector, const Placeholder *found, Str text, unsigned line)
{
	Builder *builder = collector->builder;
	bool shells = found->form == PLACEHOLDER_SHELL;
	Variable *known = names_find(&collector->names, found->name);
	if (known && known->name && shells)
		known->exported = true;   /* the shell would read its own of that name, which nothing sets */
	if (known && (known->name || !shells))
		return;
	Variable *variable = ARENA_NEW(builder->arena, Variable);
	variable->name = arena_strdup(builder->arena, found->name);
	variable->implicit = true;
	variable->exported = shells;
	variable->line = line;
	variable->match = arena_str(builder->arena, str_slice(text, found->start, found->len));
	bind_split(builder->arena, found->choices, '|', &variable->choices, &variable->choice_count);
	if (variable->choice_count)
		variable->type = VARIABLE_CHOICE;
	names_set(&collector->names, variable->name, variable);
	ARENA_PUSH(builder->arena, builder->playbook->variables, builder->playbook->variable_count, variable);
}

static void add_name(Arena *arena, const char ***names, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++)
		if (strcmp((*names)[i], name) == 0)
			return;
	if (*count < PLACEHOLDER_LIMIT)
		ARENA_PUSH(arena, *names, *count, arena_strdup(arena, name));
}

static void add_step_name(Collector *collector, Step *step, const char *name)
{
	if (step)
		add_name(collector->builder->arena, &step->placeholders, &step->placeholder_count, name);
}

/* "${dir%/}": only the shell can do that, with a variable of its own; a value is put where $dir or ${dir} stands. Unfilled it would be empty. */
static void refuse_operators(Collector *collector, ShellLine *line)
{
	Str text = str_from(line->text);
	AUTO_FREE unsigned char *contexts = shell_contexts(text);
	for (size_t i = 0; i + 2 < text.len && !line->why_not; i++) {
		ShellContext context = (ShellContext) contexts[i];
		if (text.ptr[i] != '$' || text.ptr[i + 1] != '{' || context == SHELL_SINGLE || context == SHELL_HEREDOC_QUOTED || context == SHELL_COMMENT)
			continue;
		size_t start = i + 2 + (text.ptr[i + 2] == '#'), end = start;
		while (end < text.len && is_word_char(text.ptr[end]))
			end++;
		AUTO_FREE char *name = str_dup(str_slice(text, start, end - start));
		const Variable *known = names_find(&collector->names, name);
		if (!known || !known->name || known->implicit || strlist_has(&collector->assigned, name) || (start == i + 2 && end < text.len && text.ptr[end] == '}'))
			continue;
		AUTO_FREE char *why = bg_asprintf("it works on ${%s} as on a variable of the shell, which has none; a value goes only where $%s or ${%s} stands", name, name, name);
		line->why_not = arena_strdup(collector->builder->arena, why);
	}
}

/* Shell variables of a command elsewhere are the business of the shell there. */
static void scan_line(Collector *collector, ShellLine *line, bool elsewhere, Step *step)
{
	AUTO_CLEAR(PlaceholderList) list = {0};
	Str text = str_from(line->text);
	placeholder_find(text, TEXT_COMMAND, &collector->scope, &list);
	if (!elsewhere)
		refuse_operators(collector, line);
	for (size_t i = 0; i < list.count; i++) {
		const Placeholder *found = &list.items[i];
		if (found->form == PLACEHOLDER_EXAMPLE)
			line->has_examples = true;
		if (found->form == PLACEHOLDER_EXAMPLE || found->form == PLACEHOLDER_ELLIPSIS || (elsewhere && found->form == PLACEHOLDER_SHELL))
			continue;
		add_implicit(collector, found, text, line->line);
		add_name(collector->builder->arena, &line->placeholders, &line->placeholder_count, found->name);
		add_step_name(collector, step, found->name);
	}
}

/* In prose, capitals are mostly just loud. They count inside code marks, or where a command or `var` knows the name. */
static bool asks_in_prose(const Collector *collector, const Placeholder *found, const Block *block)
{
	if (!*found->name || !placeholder_wants_value(found->form) || found->form == PLACEHOLDER_SHELL
		|| found->form == PLACEHOLDER_EXAMPLE)
		return false;
	bool sure = found->form == PLACEHOLDER_ANGLE || found->form == PLACEHOLDER_CHOICE
		|| found->form == PLACEHOLDER_MATCH
		|| found->form == PLACEHOLDER_REPLACES;
	if (sure || names_find(&collector->names, found->name))
		return true;
	AUTO_FREE char *marked = bg_asprintf("`%.*s`", (int) found->len, block->text + found->start);
	return strstr(block->source, marked) != NULL;
}

static void scan_prose(Collector *collector, const Block *block, Step *step)
{
	AUTO_CLEAR(PlaceholderList) list = {0};
	Str text = str_from(block->text);
	placeholder_find(text, TEXT_PROSE, &collector->scope, &list);
	for (size_t i = 0; i < list.count; i++) {
		const Placeholder *found = &list.items[i];
		if (!asks_in_prose(collector, found, block))
			continue;
		add_implicit(collector, found, text, block->line);
		add_step_name(collector, step, found->name);
	}
}

static void scan_args(Collector *collector, const DirectiveArg *args, size_t count, Step *step)
{
	AUTO_CLEAR(StrList) names = {0};
	for (size_t i = 0; i < count; i++)
		if (args[i].value)
			placeholder_find_arg_names(str_from(args[i].value), &names);
	for (size_t i = 0; i < names.count; i++)
		add_step_name(collector, step, names.items[i]);
}

static void scan_text(Collector *collector, const char *text, Step *step)
{
	AUTO_CLEAR(StrList) names = {0};
	if (text)
		placeholder_find_arg_names(str_from(text), &names);
	for (size_t i = 0; i < names.count; i++)
		add_step_name(collector, step, names.items[i]);
}

static void scan_command(Collector *collector, const StepCommand *command, Step *step)
{
	for (size_t k = 0; k < command->line_count && !command->literal; k++)
		scan_line(collector, &command->lines[k], command_is_elsewhere(command), step);
	scan_text(collector, command->host, step);
	scan_text(collector, command->cwd, step);
	scan_text(collector, command->confirm, step);
	scan_text(collector, command->each, step);
	if (command->choose)
		add_step_name(collector, step, command->choose);
}

static void scan_guard(Collector *collector, const PlaybookGuard *guard, Step *step)
{
	bool named = guard->kind == GUARD_VARIABLE || guard->kind == GUARD_SET;
	scan_args(collector, guard->args, guard->arg_count, step);
	if (named && *guard->subject)
		add_step_name(collector, step, guard->subject);
	scan_text(collector, guard->value, step);
	if (guard->when_variable)
		add_step_name(collector, step, guard->when_variable);
}

static void scan_directives(Collector *collector, Step *step)
{
	for (size_t i = 0; i < step->action_count; i++)
		scan_args(collector, step->actions[i].args, step->actions[i].arg_count, step);
	for (size_t i = 0; i < step->also_count; i++)
		scan_args(collector, step->also[i].args, step->also[i].arg_count, step);
	for (size_t i = 0; i < step->undo_count; i++)
		scan_args(collector, step->undo[i].args, step->undo[i].arg_count, step);
	for (size_t i = 0; i < step->verify_count; i++)
		scan_args(collector, step->verifies[i].args, step->verifies[i].arg_count, step);
	for (size_t i = 0; i < step->guard_count; i++)
		scan_guard(collector, &step->guards[i], step);
	scan_text(collector, step->confirm, step);
}

static void scan_step(Collector *collector, Step *step)
{
	for (size_t i = 0; i < step->block_count; i++)
		if (step->blocks[i]->use == USE_TITLE || step->blocks[i]->use == USE_DETAIL)
			scan_prose(collector, step->blocks[i], step);
	for (size_t i = 0; i < step->command_count; i++)
		scan_command(collector, step->commands[i], step);
	scan_directives(collector, step);
}

static void find_assigned(Collector *collector)
{
	const Playbook *playbook = collector->builder->playbook;
	for (size_t i = 0; i < playbook->command_count && collector->assigned.count < ASSIGNED_LIMIT; i++)
		for (size_t k = 0; k < playbook->commands[i]->line_count; k++)
			placeholder_find_assigned(str_from(playbook->commands[i]->lines[k].text), &collector->assigned);
	collector->scope.assigned = &collector->assigned;
}

void build_values(Builder *builder)
{
	Collector collector = {.builder = builder, .names = {.arena = builder->arena}};
	declare_all(&collector);
	find_assigned(&collector);
	for (size_t i = 0; i < builder->step_count; i++)
		note_saved(&collector, builder->steps[i]);
	for (size_t i = 0; i < builder->step_count; i++)
		scan_step(&collector, builder->steps[i]);
	strlist_clear(&collector.assigned);
}
