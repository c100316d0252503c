/* bind.c: each directive to what it stands behind (4.4 of the format): an annotation belongs to the closest block
 * before it in the same container; first in an item, to the item; below a heading, to the section; before any
 * heading, to the document. */
#include "core/playbook/bind.h"

#define WARNINGS_MAX 8   /* paragraphs of warning that are stepped over, as when the step was made */

typedef struct Place {
	BindTarget target;
	Phase *phase;
	Step *step;
	StepCommand *command;
	bool after_list;           /* nobody can tell which item is meant */
} Place;

static Step *item_step(const Mark *annotation)
{
	for (const Mark *at = annotation->parent; at; at = at->parent)
		if (at->kind == MARK_ITEM && at->step)
			return at->step;
	return NULL;
}

static Place place_of(const Mark *annotation)
{
	Place place = {.target = BIND_NOWHERE, .phase = annotation->phase};
	const Mark *top = annotation;
	while (top->parent && top->parent->kind != MARK_DOCUMENT)
		top = top->parent;
	place.phase = top->phase;
	const Mark *before = mark_before(annotation);
	place.command = before ? before->command : NULL;
	if (annotation->parent->kind != MARK_DOCUMENT) {
		place.step = item_step(annotation);
		place.target = place.step ? BIND_STEP : BIND_NOWHERE;
		return place;
	}
	for (int i = 0; i < WARNINGS_MAX && before && before->kind == MARK_PARAGRAPH && mark_is_warning(before); i++)
		before = mark_before(before);
	if (!before) {
		place.target = BIND_DOCUMENT;
	} else if (before->kind == MARK_HEADING) {
		place.target = BIND_PHASE;
		place.step = before->step;
	} else if (before->kind == MARK_LIST) {
		place.after_list = true;
	} else {
		place.step = before->step;
		place.target = place.step ? BIND_STEP : BIND_NOWHERE;
	}
	return place;
}

/* A step that no procedure walks has become a note: nothing can be bound to it. */
static Place find_place(const Mark *annotation)
{
	Place place = place_of(annotation);
	if (!place.step || place.step->procedure)
		return place;
	place.step = NULL;
	if (place.target == BIND_STEP)
		place.target = BIND_NOWHERE;
	return place;
}

static void bind_error(Builder *builder, const Directive *directive, const Place *place, const char *why)
{
	const char *hint = place->after_list ? "indent it so that it stands inside the item that it belongs to"
		: "put it below the paragraph, list item or code block that it belongs to";
	diagnostic_add(&builder->playbook->diagnostics, directive->line, directive->column, "E-BIND", hint, "`%s` %s",
		directive_verb_name(directive->verb), place->after_list ? "follows a list: which item is meant?" : why);
}

typedef bool (*Binder)(Builder *builder, const Directive *directive, const Place *place);

static bool bind_playbook(Builder *builder, const Directive *directive, const Place *place)
{
	(void) place;
	Playbook *playbook = builder->playbook;
	const struct { const char *key; const char **field; } FIELDS[] = {
		{"id", &playbook->id}, {"title", &playbook->title}, {"source", &playbook->source},
		{"severity", &playbook->severity}, {"review", &playbook->review},
	};
	for (size_t i = 0; i < BG_LENGTH(FIELDS); i++) {
		const char *value = directive_value(directive, FIELDS[i].key);
		if (value && *value)
			*FIELDS[i].field = value;
	}
	return true;
}

/* Read by the passes before (procedure, note) or after (var). */
static bool bind_elsewhere(Builder *builder, const Directive *directive, const Place *place)
{
	(void) builder;
	(void) directive;
	(void) place;
	return true;
}

static bool bind_procedure(Builder *builder, const Directive *directive, const Place *place)
{
	(void) builder;
	(void) directive;
	return place->target == BIND_PHASE || place->target == BIND_DOCUMENT || (place->phase && place->phase->procedure);
}

static bool bind_do(Builder *builder, const Directive *directive, const Place *place)
{
	Step *step = place->step;
	if (!step)
		return false;
	PlaybookAction action = bind_action(builder, directive);
	if (directive->verb == DIRECTIVE_DO)
		ARENA_PUSH(builder->arena, step->actions, step->action_count, action);
	else if (directive->verb == DIRECTIVE_ALSO)
		ARENA_PUSH(builder->arena, step->also, step->also_count, action);
	else
		ARENA_PUSH(builder->arena, step->undo, step->undo_count, action);
	return true;
}

static bool bind_verifies(Builder *builder, const Directive *directive, const Place *place)
{
	if (!place->step)
		return false;
	ARENA_PUSH(builder->arena, place->step->verifies, place->step->verify_count, bind_verify(builder, directive));
	return true;
}

static bool bind_guards(Builder *builder, const Directive *directive, const Place *place)
{
	PlaybookGuard guard = bind_guard(builder, directive);
	Playbook *playbook = builder->playbook;
	if (place->target == BIND_PHASE)
		ARENA_PUSH(builder->arena, place->phase->guards, place->phase->guard_count, guard);
	else if (place->target == BIND_STEP)
		ARENA_PUSH(builder->arena, place->step->guards, place->step->guard_count, guard);
	else if (place->target == BIND_DOCUMENT)
		ARENA_PUSH(builder->arena, playbook->guards, playbook->guard_count, guard);
	return place->target != BIND_NOWHERE;
}

static bool bind_marks(Builder *builder, const Directive *directive, const Place *place)
{
	if (place->target != BIND_PHASE && place->target != BIND_STEP)
		return false;
	const char *name;
	for (size_t i = 0; (name = directive_word(directive, i)) != NULL; i++) {
		LedgerMark mark = bind_mark(directive, name);
		if (place->target == BIND_PHASE)
			ARENA_PUSH(builder->arena, place->phase->marks, place->phase->mark_count, mark);
		else
			ARENA_PUSH(builder->arena, place->step->marks, place->step->mark_count, mark);
	}
	return true;
}

static bool bind_timers(Builder *builder, const Directive *directive, const Place *place)
{
	if (place->target != BIND_PHASE && place->target != BIND_STEP)
		return false;
	PlaybookTimer timer = bind_timer(directive);
	if (place->target == BIND_PHASE)
		ARENA_PUSH(builder->arena, place->phase->timers, place->phase->timer_count, timer);
	else
		ARENA_PUSH(builder->arena, place->step->timers, place->step->timer_count, timer);
	return true;
}

static bool bind_gates(Builder *builder, const Directive *directive, const Place *place)
{
	if (place->target == BIND_NOWHERE)
		return false;
	Playbook *playbook = builder->playbook;
	PlaybookGate *gate = bind_gate(builder, directive);
	if (place->target == BIND_STEP) {
		gate->scope = SCOPE_STEP;
		gate->step = place->step;
		ARENA_PUSH(builder->arena, place->step->gates, place->step->gate_count, gate);
	} else if (place->target == BIND_PHASE) {
		gate->scope = SCOPE_PHASE;
		gate->phase = place->phase;
		ARENA_PUSH(builder->arena, place->phase->gates, place->phase->gate_count, gate);
	}
	ARENA_PUSH(builder->arena, playbook->gates, playbook->gate_count, gate);
	return true;
}

static bool bind_cmd(Builder *builder, const Directive *directive, const Place *place)
{
	if (!place->command)
		return false;
	if (directive_is_yes(directive, "undo") && !place->command->step) {
		bind_error(builder, directive, place, "undo stands in no step that it could take back");
		return true;
	}
	bind_command(builder, directive, place->command);
	return true;
}

static bool bind_step(Builder *builder, const Directive *directive, const Place *place)
{
	(void) builder;
	Step *step = place->step;
	bool reason = text_eq(directive_value(directive, "reason"), "required");
	if (directive->verb == DIRECTIVE_OPTIONAL && place->target == BIND_PHASE && place->phase->procedure) {
		Procedure *procedure = place->phase->procedure;
		for (size_t i = 0; i < place->phase->step_count; i++) {
			procedure->steps[place->phase->first_step + i]->optional = true;
			procedure->steps[place->phase->first_step + i]->optional_reason = reason;
		}
		return true;
	}
	if (!step)
		return false;
	if (directive->verb == DIRECTIVE_OPTIONAL) {
		step->optional = true;
		step->optional_reason = reason;
		return true;
	}
	step->by_directive = true;
	step->reason_required = reason;
	if (directive_value(directive, "confirm"))
		step->confirm = directive_value(directive, "confirm");
	return true;
}

static const struct { Binder bind; const char *why; } BINDERS[DIRECTIVE_VERB_COUNT] = {
	[DIRECTIVE_PLAYBOOK] = {bind_playbook, ""},
	[DIRECTIVE_PROCEDURE] = {bind_procedure, "must stand below a heading"},
	[DIRECTIVE_VAR] = {bind_elsewhere, ""},
	[DIRECTIVE_GATE] = {bind_gates, "has no step, section or document to hold back"},
	[DIRECTIVE_DO] = {bind_do, "has no step to belong to"},
	[DIRECTIVE_ALSO] = {bind_do, "has no step to belong to"},
	[DIRECTIVE_UNDO] = {bind_do, "has no step to belong to"},
	[DIRECTIVE_VERIFY] = {bind_verifies, "has no step to belong to"},
	[DIRECTIVE_GUARD] = {bind_guards, "has no step or section to guard"},
	[DIRECTIVE_OPENS] = {bind_marks, "has no step to belong to"},
	[DIRECTIVE_CLOSES] = {bind_marks, "has no step to belong to"},
	[DIRECTIVE_TIMER] = {bind_timers, "has no step or section to belong to"},
	[DIRECTIVE_CMD] = {bind_cmd, "does not follow a command"},
	[DIRECTIVE_STEP] = {bind_step, "has no step to belong to"},
	[DIRECTIVE_NOTE] = {bind_elsewhere, ""},
	[DIRECTIVE_OPTIONAL] = {bind_step, "has no step to belong to"},
};

static void record(Builder *builder, const Directive *directive, const Place *place)
{
	bool document = directive->verb == DIRECTIVE_PLAYBOOK || (directive->verb == DIRECTIVE_VAR && !place->phase);
	bool section = directive->verb == DIRECTIVE_PROCEDURE || (directive->verb == DIRECTIVE_VAR && place->phase);
	Binding binding = {.directive = directive, .target = place->target, .phase = place->phase};
	if (document)
		binding.target = BIND_DOCUMENT;
	else if (section)
		binding.target = place->phase ? BIND_PHASE : BIND_DOCUMENT;
	else if (directive->verb == DIRECTIVE_CMD)
		binding.target = place->command ? BIND_COMMAND : BIND_NOWHERE;
	if (binding.target == BIND_STEP || binding.target == BIND_COMMAND
		|| (binding.target == BIND_PHASE && place->step && !section))
		binding.step = place->step;
	binding.command = binding.target == BIND_COMMAND ? place->command : NULL;
	ARENA_PUSH(builder->arena, builder->playbook->bindings, builder->playbook->binding_count, binding);
}

static void bind_directive(Builder *builder, const Directive *directive, const Place *place)
{
	record(builder, directive, place);
	if (!BINDERS[directive->verb].bind(builder, directive, place))
		bind_error(builder, directive, place, BINDERS[directive->verb].why);
}

/* "sh {risk=read cwd=/srv}" behind a fence. */
static void bind_info(Builder *builder, Mark *mark)
{
	Playbook *playbook = builder->playbook;
	DirectiveList list = {0};
	Str info = str_from(mark->info);
	ptrdiff_t at = str_find(source_line(builder->source, mark->line), mark->info);
	directive_parse_info(info, (int) mark->line, at >= 0 ? (int) at + 1 : 1, &list, &playbook->diagnostics);
	if (list.count == 0) {
		directive_list_clear(&list);
		return;
	}
	ARENA_PUSH(builder->arena, playbook->annotations, playbook->annotation_count, list);
	Place place = {.target = BIND_COMMAND, .phase = NULL, .step = mark->command->step, .command = mark->command};
	for (size_t i = 0; i < list.count; i++)
		bind_directive(builder, &list.items[i], &place);
}

void build_bindings(Builder *builder)
{
	for (Mark *mark = builder->root; mark; mark = mark_next(builder->root, mark)) {
		if (mark->annotation) {
			Place place = find_place(mark);
			for (size_t i = 0; i < mark->directives->count; i++)
				bind_directive(builder, &mark->directives->items[i], &place);
		} else if (mark->kind == MARK_CODE && mark->info && mark->command) {
			bind_info(builder, mark);
		}
	}
}
