/* paragraphs.c: warnings, examples, labels, and the paragraphs that tell somebody to do something (G1 to G6 of the
 * format). */
#include "core/playbook/build.h"
#include "core/playbook/imperative.h"

bool mark_is_warning(const Mark *mark)
{
	Str text = str_from(mark->text);
	return mark->kind == MARK_PARAGRAPH && (text_is_warning(text)
		|| (source_is_template(text) && str_find(text, "warning_text(") >= 0));
}

/* "Use this procedure when ..." and "Repeat for each node": say when and how often, not what. */
static bool is_applicability(Str text)
{
	bool repeats = str_starts_nocase(text, "repeat ")
		&& (str_find_nocase(text, " each ") >= 0 || str_find_nocase(text, " every ") >= 0);
	if (repeats)
		return true;
	return str_starts_nocase(text, "use this ") && (str_find_nocase(text, " when ") >= 0
		|| str_find_nocase(text, " if ") >= 0);
}

static bool ends_with_colon(Str text)
{
	return text.len && text.ptr[text.len - 1] == ':';
}

static bool leads_command(const Mark *mark)
{
	const Mark *next = mark_after(mark);
	if (!next || next->kind != MARK_CODE)
		return false;
	CodeKind kind = code_kind(next);
	return (kind == CODE_SHELL || kind == CODE_MANUAL) && !next->force_note
		&& !text_is_output_lead(str_from(mark->text));
}

static bool is_step(const Walk *walk, const Mark *mark, Str text)
{
	if (mark->force_note)
		return false;
	if (mark->force_step)
		return true;
	if (walk->parent || walk->reference || source_is_template(text))
		return false;
	const Mark *next = mark_after(mark);
	if (next && next->kind == MARK_LIST && ends_with_colon(text))
		return false;
	if (text_is_example(text))
		return !walk->last && leads_command(mark);
	return leads_command(mark) || (text_is_imperative(text_first_sentence(text)) && !is_applicability(text));
}

static void paragraph_as_note(Walk *walk, Mark *mark, Str text)
{
	const Mark *next = mark_after(mark);
	bool label = ends_with_colon(text) && next && next->kind == MARK_LIST;
	/* A label speaks of what follows, everything else of what went before. */
	Step *step = mark->belongs ? mark->belongs : label && !walk->parent ? NULL : walk_home(walk);
	attach_leaves(walk, mark, step, label ? USE_LABEL : step ? USE_DETAIL : USE_NOTE);
	add_offers(walk, mark, step, text_is_example(text));
}

/* The author made a step of a paragraph that only explains: the heading above it says what to do. */
static bool told_by_heading(const Walk *walk, const Mark *mark, Str text)
{
	const Mark *before = mark_before(mark);
	return mark->force_step && walk->phase && !walk->last && before && before->kind == MARK_HEADING
		&& !text_is_imperative(text_first_sentence(text)) && heading_is_imperative(str_from(walk->phase->title));
}

void paragraph_classify(Walk *walk, Mark *mark)
{
	Str text = str_trim(str_from(mark->text));
	if (mark_is_warning(mark) && !mark->force_step && mark->belongs) {
		attach_leaves(walk, mark, mark->belongs, USE_WARNING);
		return;
	}
	if (mark_is_warning(mark) && !mark->force_step) {
		add_warning(walk, mark);
		return;
	}
	if (mark->belongs && !mark->force_step) {
		paragraph_as_note(walk, mark, text);
		return;
	}
	if (!is_step(walk, mark, text)) {
		paragraph_as_note(walk, mark, text);
		return;
	}
	if (told_by_heading(walk, mark, text)) {
		Step *step = step_from_heading(walk, mark);
		step->by_directive = true;
		attach_leaves(walk, mark, step, USE_DETAIL);
		add_offers(walk, mark, step, false);
		return;
	}
	Step *step = step_new(walk, mark, text);
	const CodeSpan *only = mark_only_span(mark);
	if (only && span_is_command(str_from(only->text)))
		(void) command_from_span(walk, mark, only, step);
	else
		add_offers(walk, mark, step, text_is_example(text));
}
