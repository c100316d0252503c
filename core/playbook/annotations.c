/* annotations.c: finds the directives of a file and what they say about classification: the author's word is above
 * every guess. */
#include "core/playbook/build.h"

/* Directives that only a step can carry: what they stand behind becomes one. */
static bool needs_step(DirectiveVerb verb)
{
	static const DirectiveVerb VERBS[] = {DIRECTIVE_DO, DIRECTIVE_ALSO, DIRECTIVE_UNDO, DIRECTIVE_VERIFY,
		DIRECTIVE_GUARD,
		DIRECTIVE_OPENS, DIRECTIVE_CLOSES, DIRECTIVE_STEP, DIRECTIVE_GATE, DIRECTIVE_TIMER, DIRECTIVE_OPTIONAL};
	for (size_t i = 0; i < BG_LENGTH(VERBS); i++)
		if (VERBS[i] == verb)
			return true;
	return false;
}

#define WARNINGS_MAX 8   /* paragraphs of warning that are stepped over */

static bool is_comment(const Mark *mark)
{
	Str text = str_trim(str_from(mark->text));
	return mark->kind == MARK_HTML && str_starts(text, "<!--") && str_ends(text, "-->");
}

static bool is_skipped(const Mark *mark)
{
	return mark->annotation || is_comment(mark);
}

Mark *mark_before(const Mark *mark)
{
	return mark->before;
}

Mark *mark_after(const Mark *mark)
{
	return mark->after;
}

/* Worked out once, so that a thousand comments in a row cost a thousand steps. */
static void link_neighbours(Mark *parent)
{
	Mark *near = NULL;
	for (Mark *at = parent->first; at; at = at->next) {
		at->before = near;
		near = is_skipped(at) ? near : at;
	}
	near = NULL;
	for (Mark *at = parent->last; at; at = at->previous) {
		at->after = near;
		near = is_skipped(at) ? near : at;
	}
}

/* A fence that shows its directives on the page. */
static bool is_fence(const Mark *mark)
{
	return mark->kind == MARK_CODE && mark->info && str_starts(str_from(mark->info), "breakglass");
}

static void read_annotation(Builder *builder, Mark *mark)
{
	Playbook *playbook = builder->playbook;
	Str text = str_from(mark->text), body = text;
	size_t offset = 0;
	bool fence = is_fence(mark);
	if (!fence && (mark->kind != MARK_HTML || !directive_find_body(text, &body, &offset)))
		return;
	/* The place of the body's first byte in the file. */
	int line = (int) mark->line + (fence ? 1 : 0), column = 1;
	for (size_t i = 0; i < offset; i++) {
		line += text.ptr[i] == '\n';
		column = text.ptr[i] == '\n' ? 1 : column + 1;
	}
	Str written = source_line(builder->source, mark->line);
	ptrdiff_t at = fence ? str_find(written, "```") : str_find(written, "<!--");
	int indent = at > 0 ? (int) at : 0;
	DirectiveList list = {0};
	directive_parse(body, line, column + indent, indent, &list, &playbook->diagnostics);
	ARENA_PUSH(builder->arena, playbook->annotations, playbook->annotation_count, list);
	mark->directives = ARENA_NEW(builder->arena, DirectiveList);
	*mark->directives = list;
	mark->annotation = true;
	ARENA_PUSH(builder->arena, builder->annotations, builder->annotation_count, mark);
	if (mark->block) {
		mark->block->kind = BLOCK_ANNOTATION;
		mark->block->use = USE_METADATA;
	}
}

/* The paragraph, item or code block that directives of an annotation make a step. */
static Mark *step_mark(Mark *annotation)
{
	for (Mark *at = annotation->parent; at; at = at->parent)
		if (at->kind == MARK_ITEM)
			return at;
	Mark *before = mark_before(annotation);
	/* A warning or an example is not what the directive is about. */
	for (int i = 0; i < WARNINGS_MAX && before && before->kind == MARK_PARAGRAPH && mark_is_warning(before); i++)
		before = mark_before(before);
	if (!before || before->kind == MARK_LIST || before->kind == MARK_HTML || before->kind == MARK_RULE)
		return NULL;
	/* Code belongs to the paragraph above it. */
	Mark *above = before->kind == MARK_CODE ? mark_before(before) : NULL;
	return above && above->kind == MARK_PARAGRAPH ? above : before;
}

static void force(Mark *annotation)
{
	Mark *mark = step_mark(annotation);
	Mark *direct = annotation->parent->kind == MARK_DOCUMENT ? mark_before(annotation) : mark;
	for (size_t i = 0; i < annotation->directives->count; i++) {
		DirectiveVerb verb = annotation->directives->items[i].verb;
		bool section_verb = verb == DIRECTIVE_GATE || verb == DIRECTIVE_GUARD || verb == DIRECTIVE_TIMER
			|| verb == DIRECTIVE_OPENS || verb == DIRECTIVE_CLOSES || verb == DIRECTIVE_OPTIONAL;
		if (mark && needs_step(verb) && !(mark->kind == MARK_HEADING && section_verb))
			mark->force_step = true;
		if (direct && verb == DIRECTIVE_NOTE)
			direct->force_note = true;
	}
}

void build_annotations(Builder *builder)
{
	for (Mark *mark = builder->root; mark; mark = mark_next(builder->root, mark))
		if (mark->kind == MARK_HTML || mark->kind == MARK_CODE)
			read_annotation(builder, mark);
	for (Mark *mark = builder->root; mark; mark = mark_next(builder->root, mark))
		link_neighbours(mark);
	for (size_t i = 0; i < builder->annotation_count; i++)
		force(builder->annotations[i]);
}
