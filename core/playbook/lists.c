/* lists.c: which lists are steps, checks, notes or mere links, and how a list that was split goes on. The rules were
 * measured on lists labelled by hand; their names S1 to S9 are those of the format's description. */
#include "core/playbook/build.h"
#include "core/playbook/imperative.h"

typedef struct ListCount { size_t items, imperative, code, commands, links, anchors, tasks, forced; } ListCount;

static bool item_is_link(const Mark *paragraph)
{
	Str text = str_trim(str_from(paragraph->text));
	return paragraph->link_count > 0 && paragraph->link_bytes + 2 >= text.len;
}

static bool links_are_anchors(const Mark *paragraph)
{
	for (size_t i = 0; i < paragraph->link_count; i++)
		if (paragraph->links[i].kind != LINK_ANCHOR)
			return false;
	return true;
}

static bool has_command_span(const Mark *paragraph)
{
	for (size_t i = 0; i < paragraph->span_count; i++) {
		Str span = str_from(paragraph->spans[i].text);
		if (span_is_command(span) && (str_find_char(str_trim(span), ' ') >= 0 || mark_only_span(paragraph)))
			return true;
	}
	return false;
}

static bool item_instructs(const Mark *paragraph, bool ordered)
{
	Str text = str_trim(str_from(paragraph->text));
	if (text_is_imperative(text_after_warning(text)))
		return true;
	return !ordered && text_is_obligation(text);
}

static void count_item(const Walk *walk, Mark *item, bool ordered, ListCount *count)
{
	Mark *paragraph = mark_item_paragraph(item);
	bool steps_below = false;
	for (Mark *child = item->first; child; child = child->next) {
		count->code += child->kind == MARK_CODE && !child->annotation;
		steps_below = steps_below || (child->kind == MARK_LIST && list_sort(walk, child) == LIST_STEPS);
	}
	count->items++;
	count->tasks += item->task;
	count->forced += item->force_step;
	if (!paragraph)
		return;
	count->imperative += item_instructs(paragraph, ordered) || steps_below;
	count->commands += has_command_span(paragraph);
	count->links += item_is_link(paragraph);
	count->anchors += item_is_link(paragraph) && links_are_anchors(paragraph);
}

/* The sentence that announces the list. */
static const Mark *lead_of(const Mark *list)
{
	const Mark *before = mark_before(list);
	return before && before->kind == MARK_PARAGRAPH ? before : NULL;
}

static bool lead_describes(const Mark *list)
{
	const Mark *lead = lead_of(list);
	if (!lead)
		return false;
	Str text = str_trim(str_from(lead->text));
	return (text.len && text.ptr[text.len - 1] == ':' && text_describes(text))
		|| str_find_nocase(text, "already been completed") >= 0;
}

/* The list around this one was found to be steps already: outer lists are walked first. */
static bool item_of_steps(const Mark *list)
{
	const Mark *item = list->parent;
	return item->kind == MARK_ITEM && item->step && item->step->line == item->line && item->step->block_count > 0;
}

static ListSort sort_by_count(const Walk *walk, const Mark *list, const ListCount *count)
{
	if (count->tasks)
		return LIST_CHECKS;
	if (10 * count->links >= 8 * count->items && !list->continues)
		return 10 * count->anchors >= 8 * count->items ? LIST_NAVIGATION : LIST_REFERENCE;
	if (walk->checklist && list->parent->kind == MARK_DOCUMENT)
		return LIST_CHECKS;
	if (walk->reference || (count->code == 0 && lead_describes(list)))
		return LIST_NOTES;
	/* S5: numbered below a step is always sub-steps. */
	if (list->continues || (list->ordered && list->parent->kind == MARK_ITEM && item_of_steps(list)))
		return LIST_STEPS;
	bool acts = count->imperative || count->code || count->commands;
	if (list->ordered)
		return count->items >= 2 && !acts ? LIST_NOTES : LIST_STEPS;
	return 2 * count->imperative >= count->items || count->code || count->commands ? LIST_STEPS : LIST_NOTES;
}

ListSort list_sort(const Walk *walk, Mark *list)
{
	if (list->sort)
		return (ListSort) list->sort;
	ListCount count = {0};
	for (Mark *item = list->first; item; item = item->next)
		count_item(walk, item, list->ordered, &count);
	ListSort sort = sort_by_count(walk, list, &count);
	list->sort = (int) sort;
	return sort;
}

/* S6: a numbered list that something unindented split goes on behind it. The blocks between belong to its last step. */
static Mark *find_continuation(const Mark *list)
{
	size_t count = list->child_count;
	int wanted = list->start + (int) count;
	bool fence = false;
	for (Mark *at = list->next; at; at = at->next) {
		if (at->annotation)
			continue;
		if (at->kind == MARK_LIST && at->ordered)
			return at->start == wanted || (at->start == 1 && count == 1 && fence && list->start == 1) ? at : NULL;
		/* What the author made a step of its own ends the list. */
		if (at->kind == MARK_HEADING || at->kind == MARK_RULE || at->kind == MARK_TABLE || at->force_step)
			return NULL;
		fence = fence || at->kind == MARK_CODE;
	}
	return NULL;
}

static void continue_list(Mark *list, Step *last)
{
	Mark *next = list->ordered && last ? find_continuation(list) : NULL;
	if (!next)
		return;
	next->continues = true;
	for (Mark *at = list->next; at != next; at = at->next)
		at->belongs = last;
}

/* What an item holds behind its first paragraph. */
static void walk_item(Walk *walk, Mark *item, Step *step)
{
	Walk inside = {.builder = walk->builder, .phase = walk->phase, .parent = step ? step : walk->parent,
		.depth = step ? walk->depth + 1 : walk->depth, .reference = walk->reference};
	Mark *paragraph = mark_item_paragraph(item);
	Mark *rest = paragraph ? paragraph->next : item->first;
	if (!step)
		inside.last = walk->last;
	walk_marks(&inside, rest);
	if (!step && inside.last && inside.last != walk->last && inside.last->depth == walk->depth)
		walk->last = inside.last;
}

static Str item_text(const Mark *item)
{
	const Mark *paragraph = mark_item_paragraph(item);
	if (paragraph)
		return str_from(paragraph->text);
	for (const Mark *child = item->first; child; child = child->next)
		if (child->kind == MARK_CODE || child->kind == MARK_HEADING || child->kind == MARK_TABLE) {
			Str rest = str_from(child->text), line = {"", 0};
			(void) str_next_line(&rest, &line);
			return line;
		}
	return (Str){"", 0};
}

static void item_as_step(Walk *walk, Mark *item, bool check)
{
	Step *step = step_new(walk, item, item_text(item));
	Mark *paragraph = mark_item_paragraph(item);
	if (check)
		step->form = FORM_CHECK;
	step->checked_in_source = item->task && item->checked;
	/* S7: the whole item is a command. */
	const CodeSpan *only = paragraph ? mark_only_span(paragraph) : NULL;
	if (only && span_is_command(str_from(only->text)))
		(void) command_from_span(walk, paragraph, only, step);
	else if (paragraph)
		add_offers(walk, paragraph, step, false);
	walk_item(walk, item, step);
}

static void item_as_note(Walk *walk, Mark *item, BlockUse use)
{
	Step *step = walk_home(walk);
	if (use == USE_NOTE && step)
		use = USE_DETAIL;
	Mark *paragraph = mark_item_paragraph(item);
	if (mark_is_leaf(item))
		attach_leaves(walk, item, step, use);
	if (paragraph) {
		attach_leaves(walk, paragraph, step, use);
		add_offers(walk, paragraph, step, false);
	}
	item->step = step;
	walk_item(walk, item, NULL);
}

static BlockUse note_use(ListSort sort)
{
	return sort == LIST_NAVIGATION ? USE_NAVIGATION : USE_NOTE;
}

void list_classify(Walk *walk, Mark *list)
{
	/* Between the parts of a split list everything is inside its last step. */
	if (list->belongs && !list->ordered) {
		Walk inside = {.builder = walk->builder, .phase = walk->phase, .parent = list->belongs,
			.depth = list->belongs->depth + 1, .reference = walk->reference};
		Step *belongs = list->belongs;
		list->belongs = NULL;
		list_classify(&inside, list);
		list->step = belongs;
		return;
	}
	ListSort sort = list_sort(walk, list);
	bool steps = sort == LIST_STEPS || sort == LIST_CHECKS;
	Step *last = NULL;
	for (Mark *item = list->first; item; item = item->next) {
		bool wanted = (steps || item->force_step) && !item->force_note;
		if (wanted) {
			item_as_step(walk, item, sort == LIST_CHECKS);
			last = item->step;
		} else {
			item_as_note(walk, item, note_use(sort));
		}
	}
	list->step = last;
	continue_list(list, last);
}
