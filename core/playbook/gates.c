/* gates.c: what each gate holds back, and where anchors lead. */
#include "core/playbook/build.h"
#include "core/playbook/names.h"

static Str anchor_of(const char *anchor)
{
	Str text = str_from(anchor);
	return str_starts(text, "#") ? str_slice(text, 1, text.len) : text;
}

static void *find_anchor(const NameTable *anchors, const char *anchor)
{
	AUTO_FREE char *name = str_dup(anchor_of(anchor));
	return names_find(anchors, name);
}

static void cover(Builder *builder, PlaybookGate *gate, Procedure *procedure, size_t first, size_t end)
{
	bool any = false;
	for (size_t i = first; i < end && i < procedure->step_count; i++) {
		ARENA_PUSH(builder->arena, gate->covers, gate->cover_count, procedure->steps[i]);
		any = true;
	}
	if (any)
		ARENA_PUSH(builder->arena, procedure->gates, procedure->gate_count, gate);
}

/* gate before=#anchor: the section that the anchor names. */
static void move_to_anchor(Builder *builder, PlaybookGate *gate, const NameTable *anchors)
{
	Phase *phase = gate->before ? find_anchor(anchors, gate->before) : NULL;
	if (gate->before && !phase)
		diagnostic_add(&builder->playbook->diagnostics, (int) gate->line, 1, "E-BIND",
			"use the anchor of a heading of this file",
			"the gate stands before %s, and there is no such section", gate->before);
	if (!phase)
		return;
	gate->scope = SCOPE_PHASE;
	gate->phase = phase;
	gate->step = NULL;
}

static void place_gate(Builder *builder, PlaybookGate *gate)
{
	Playbook *playbook = builder->playbook;
	if (gate->scope == SCOPE_PHASE && gate->phase->procedure) {
		if (gate->phase->procedure->phase == gate->phase)
			gate->scope = SCOPE_PROCEDURE;
		cover(builder, gate, gate->phase->procedure, gate->phase->first_step,
			gate->phase->first_step + gate->phase->step_count);
	} else if (gate->scope == SCOPE_STEP) {
		cover(builder, gate, gate->step->procedure, gate->step->index, gate->step->end_index);
	} else if (gate->scope == SCOPE_DOCUMENT) {
		for (size_t i = 0; i < playbook->procedure_count; i++)
			cover(builder, gate, playbook->procedures[i], 0, playbook->procedures[i]->step_count);
	}
	if (gate->cover_count == 0)
		diagnostic_add(&playbook->diagnostics, (int) gate->line, 1, "E-BIND", "put it into a section that has steps",
			"the gate holds no step back");
}

static void name_gate(Builder *builder, NameTable *ids, PlaybookGate *gate)
{
	if (gate->id && !id_is_plain(gate->id)) {
		diagnostic_add(&builder->playbook->diagnostics, (int) gate->line, 1, "E-KEY",
			"use letters, digits, '-', '_' and '.' only", "\"%s\" can be no id of a gate", gate->id);
		gate->id = NULL;
	}
	bool written = gate->id != NULL;
	if (!written)
		gate->id = gate->scope == SCOPE_STEP ? gate->step->id : gate->phase ? gate->phase->id : "document";
	PlaybookGate *other = names_find(ids, gate->id);
	if (written && other)
		diagnostic_add(&builder->playbook->diagnostics, (int) gate->line, 1, "E-BIND",
			"give each gate an id of its own",
			"the gate id \"%s\" is taken by line %u", gate->id, other->line);
	gate->id = names_unique(ids, gate->id, gate);
}

static void resolve_links(Playbook *playbook, const NameTable *anchors, TextLink *links, size_t count)
{
	(void) playbook;
	for (size_t i = 0; i < count; i++)
		if (links[i].kind == LINK_ANCHOR)
			links[i].target = find_anchor(anchors, links[i].url);
}

static void collect_links(Builder *builder, const NameTable *anchors)
{
	Playbook *playbook = builder->playbook;
	for (Mark *mark = builder->root; mark; mark = mark_next(builder->root, mark))
		for (size_t i = 0; i < mark->link_count; i++)
			ARENA_PUSH(builder->arena, playbook->links, playbook->link_count, mark->links[i]);
	resolve_links(playbook, anchors, playbook->links, playbook->link_count);
	for (size_t i = 0; i < builder->step_count; i++)
		resolve_links(playbook, anchors, builder->steps[i]->links, builder->steps[i]->link_count);
}

void build_gates(Builder *builder)
{
	Playbook *playbook = builder->playbook;
	NameTable anchors = {.arena = builder->arena}, ids = {.arena = builder->arena};
	for (size_t i = 0; i < playbook->phase_count; i++)
		names_set(&anchors, playbook->phases[i]->id, playbook->phases[i]);
	for (size_t i = 0; i < playbook->gate_count; i++) {
		move_to_anchor(builder, playbook->gates[i], &anchors);
		place_gate(builder, playbook->gates[i]);
		name_gate(builder, &ids, playbook->gates[i]);
	}
	for (size_t i = 0; i < playbook->procedure_count; i++) {
		Procedure *procedure = playbook->procedures[i];
		if (procedure->undo)
			procedure->undo_procedure = playbook_find_procedure(playbook, procedure->undo);
	}
	collect_links(builder, &anchors);
}
