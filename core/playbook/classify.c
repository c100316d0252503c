/* classify.c: walks the siblings of each section and sends every block to the file that knows its kind. Nothing is
 * hidden by what is decided here: it only says what gets a box, and which step a block is shown with. */
#include "core/playbook/build.h"
#include "core/playbook/imperative.h"

#define TITLE_MAX 240   /* bytes of a step's title; the text is kept whole */

/* The first sentence, without the warning word in front and the colon behind. */
static const char *make_title(Arena *arena, Str text)
{
	Str title = str_trim(text_after_warning(str_trim(text)));
	title = str_trim(text_first_sentence(title));
	while (title.len && (title.ptr[title.len - 1] == ':' || title.ptr[title.len - 1] == '.'))
		title.len--;
	if (title.len > TITLE_MAX) {
		size_t cut = TITLE_MAX;
		while (cut && ((unsigned char) title.ptr[cut] & 0xC0) == 0x80)
			cut--;
		return arena_printf(arena, "%.*s...", (int) cut, title.ptr);
	}
	return title.len ? arena_str(arena, title) : NULL;
}

void add_block_to_step(Builder *builder, Step *step, Block *block, BlockUse use)
{
	if (!block)
		return;
	block->step = step;
	block->use = use;
	if (use == USE_WARNING)
		ARENA_PUSH(builder->arena, step->warnings, step->warning_count, block);
	if (use == USE_SAMPLE)
		ARENA_PUSH(builder->arena, step->samples, step->sample_count, block);
	ARENA_PUSH(builder->arena, step->blocks, step->block_count, block);
}

static void add_links(Builder *builder, const Mark *mark, Step *step)
{
	for (size_t i = 0; i < mark->link_count; i++)
		ARENA_PUSH(builder->arena, step->links, step->link_count, mark->links[i]);
}

/* Inside an item the item's step, else the newest step of the section. */
Step *walk_home(const Walk *walk)
{
	return walk->parent ? walk->parent : walk->last;
}

void attach_leaves(Walk *walk, Mark *mark, Step *step, BlockUse use)
{
	for (Mark *at = mark; at;) {
		bool told = step && at->block && at->block->step == step;   /* a warning that was taken before */
		if (mark_is_leaf(at) && at->block && !at->annotation && !told) {
			if (step) {
				add_block_to_step(walk->builder, step, at->block, use);
				add_links(walk->builder, at, step);
			} else {
				at->block->use = use;
			}
		}
		at->step = step;
		if (at == mark && !at->first)
			break;
		at = mark_next(mark, at);
	}
}

/* Waiting warnings go to the step that follows them. */
static void take_warnings(Walk *walk, Step *step)
{
	for (size_t i = 0; i < walk->warning_count; i++)
		add_block_to_step(walk->builder, step, walk->warnings[i], USE_WARNING);
	walk->warnings = NULL;
	walk->warning_count = 0;
}

void add_warning(Walk *walk, Mark *mark)
{
	for (Mark *at = mark; at;) {
		if (mark_is_leaf(at) && at->block && !at->annotation) {
			at->block->use = USE_WARNING;
			ARENA_PUSH(walk->builder->arena, walk->warnings, walk->warning_count, at->block);
		}
		at->step = walk_home(walk);
		if (at == mark && !at->first)
			break;
		at = mark_next(mark, at);
	}
}

Step *step_new(Walk *walk, Mark *mark, Str text)
{
	Builder *builder = walk->builder;
	Step *step = ARENA_NEW(builder->arena, Step);
	step->text = arena_str(builder->arena, str_trim(text));
	step->title = make_title(builder->arena, text);
	if (!step->title)
		step->title = walk->phase ? walk->phase->title : "(no text)";
	step->line = mark->line;
	step->depth = walk->depth;
	step->parent = walk->parent;
	step->phase = walk->phase;
	step->form = walk->checklist && mark->kind == MARK_ITEM ? FORM_CHECK : FORM_TASK;
	step->conditional = text_is_conditional(text);
	step->optional = text_is_optional(text);
	step->by_directive = mark->force_step;
	mark->step = step;
	walk->last = step;
	ARENA_PUSH(builder->arena, builder->steps, builder->step_count, step);
	/* The title is its first block; for a section's step that is the heading. */
	Mark *leaf = mark->kind == MARK_ITEM && mark->first ? mark_item_paragraph(mark) : mark;
	if (leaf && leaf->block) {
		add_block_to_step(builder, step, leaf->block, USE_TITLE);
		add_links(builder, leaf, step);
		leaf->step = step;
		if (mark_is_warning(leaf))
			ARENA_PUSH(builder->arena, step->warnings, step->warning_count, leaf->block);
	}
	take_warnings(walk, step);
	return step;
}

/* A step that is told by the heading alone. The heading's block stays the heading's. */
Step *step_from_heading(Walk *walk, Mark *mark)
{
	Mark stand_in = {.kind = MARK_HEADING, .line = walk->phase ? walk->phase->line : mark->line, .text = ""};
	Step *step = step_new(walk, &stand_in, str_from(walk->phase ? walk->phase->title : "Run this"));
	step->by_directive = mark->kind == MARK_HEADING && mark->force_step;
	return step;
}

static void quote_classify(Walk *walk, Mark *mark)
{
	Mark *first = mark->first;
	bool warning = first && first->kind == MARK_PARAGRAPH && mark_is_warning(first);
	if (mark->belongs)
		attach_leaves(walk, mark, mark->belongs, warning ? USE_WARNING : USE_DETAIL);
	else if (warning)
		add_warning(walk, mark);
	else
		attach_leaves(walk, mark, walk_home(walk), walk_home(walk) ? USE_DETAIL : USE_NOTE);
}

static void classify_mark(Walk *walk, Mark *mark)
{
	switch (mark->kind) {
	case MARK_PARAGRAPH:
		paragraph_classify(walk, mark);
		return;
	case MARK_LIST:
		list_classify(walk, mark);
		return;
	case MARK_CODE:
		code_classify(walk, mark);
		return;
	case MARK_QUOTE:
		quote_classify(walk, mark);
		return;
	case MARK_DOCUMENT: case MARK_HEADING: case MARK_ITEM: case MARK_HTML: case MARK_TABLE: case MARK_RULE:
		break;
	}
	Step *step = mark->belongs ? mark->belongs : walk_home(walk);
	/* A rule between two parts belongs to neither. */
	attach_leaves(walk, mark, mark->kind == MARK_RULE ? NULL : step, step && mark->kind != MARK_RULE ? USE_DETAIL
		: USE_NOTE);
}

/* Warnings that no step followed go to the step before them. */
static void leave_warnings(Walk *walk)
{
	Step *step = walk_home(walk);
	if (step)
		take_warnings(walk, step);
}

void walk_marks(Walk *walk, Mark *first)
{
	for (Mark *mark = first; mark; mark = mark->next) {
		if (mark->annotation)
			continue;
		if (mark->kind == MARK_HEADING && !walk->parent)
			break;
		classify_mark(walk, mark);
	}
	leave_warnings(walk);
}

/* H4: a section in which nothing is a step, and whose heading says what to do. */
static void heading_as_step(Walk *walk, Mark *heading, size_t before, size_t first_command)
{
	Builder *builder = walk->builder;
	bool leaf = walk->phase->end_index == walk->phase->index + 1;
	bool wanted = leaf && builder->step_count == before && !walk->reference
		&& heading_is_imperative(str_from(heading->text)) && !(builder->has_title && walk->phase->index == 0);
	if (!wanted || heading->force_note)
		return;
	Step *step = step_from_heading(walk, heading);
	for (Mark *mark = heading->next; mark && mark->kind != MARK_HEADING; mark = mark->next)
		if (!mark->annotation)
			attach_leaves(walk, mark, step, USE_DETAIL);
	for (size_t i = first_command; i < builder->playbook->command_count; i++) {
		StepCommand *command = builder->playbook->commands[i];
		command->step = step;
		ARENA_PUSH(builder->arena, step->commands, step->command_count, command);
	}
	heading->step = step;
}

/* A warning above the first sub-heading sticks to the first step below it. */
static void take_carried(const Builder *builder, Walk *walk)
{
	for (const Phase *at = walk->phase; at; at = at->parent)
		if (at->parent == builder->carried_phase) {
			walk->warnings = builder->carried;
			walk->warning_count = builder->carried_count;
			return;
		}
}

static void carry(Builder *builder, const Walk *walk, size_t inherited)
{
	const Phase *phase = walk->phase;
	bool leaf = phase && phase->end_index == phase->index + 1;
	if (inherited && walk->warning_count)
		return;   /* still waiting; this section's own, if any, are only about itself */
	builder->carried_count = 0;
	if (leaf || walk->warning_count == 0)
		return;
	builder->carried = walk->warnings;
	builder->carried_count = walk->warning_count;
	builder->carried_phase = phase;
}

static void walk_section(Builder *builder, Mark *heading)
{
	Phase *phase = heading->phase;
	Walk walk = {.builder = builder, .phase = phase, .checklist = phase->checklist};
	for (Phase *at = phase; at; at = at->parent)
		walk.reference = walk.reference || (at->depth + 2 > phase->depth && heading_is_reference(str_from(at->title)));
	if (builder->carried_count)
		take_carried(builder, &walk);
	size_t before = builder->step_count, first_command = builder->playbook->command_count, inherited = walk.warning_count;
	if (heading->force_step)
		heading->step = step_from_heading(&walk, heading);
	walk_marks(&walk, heading->next);
	heading_as_step(&walk, heading, before, first_command);
	carry(builder, &walk, inherited);
}

void build_steps(Builder *builder)
{
	Walk preface = {.builder = builder};
	walk_marks(&preface, builder->root->first);
	carry(builder, &preface, 0);
	for (Mark *mark = builder->root->first; mark; mark = mark->next)
		if (mark->kind == MARK_HEADING)
			walk_section(builder, mark);
}
