/* blocks.c: cuts the source into the pieces that are shown. Every line that is not blank lands in exactly one Block:
 * a leaf of the tree takes its lines, and what the tree does not hold (front matter, link definitions, blanked lines)
 * gets blocks of its own. */
#include "core/playbook/build.h"

static size_t indent_of(Str line)
{
	size_t i = 0;
	while (i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t'))
		i++;
	return i;
}

static const char *block_source(Builder *builder, unsigned from, unsigned count)
{
	AUTO_CLEAR(Buf) text = {0};
	size_t strip = indent_of(source_line(builder->source, from));
	for (unsigned i = 0; i < count; i++) {
		Str line = source_line(builder->source, from + i);
		size_t indent = indent_of(line);
		if (i)
			buf_putc(&text, '\n');
		buf_put_str(&text, str_slice(line, indent < strip ? indent : strip, line.len));
	}
	return arena_str(builder->arena, buf_str(&text));
}

/* Adds lines from..to without the blank ones at their ends. NULL when all are blank. */
static Block *add_block(Builder *builder, BlockKind kind, unsigned from, unsigned to)
{
	while (from <= to && source_is_blank(source_line(builder->source, from)))
		from++;
	while (to >= from && source_is_blank(source_line(builder->source, to)))
		to--;
	if (from > to)
		return NULL;
	Block *block = ARENA_NEW(builder->arena, Block);
	block->kind = kind;
	block->line = from;
	block->line_count = to - from + 1;
	block->source = block_source(builder, from, block->line_count);
	block->text = "";
	if (kind == BLOCK_FRONT_MATTER || kind == BLOCK_REFERENCES)
		block->use = USE_METADATA;
	ARENA_PUSH(builder->arena, builder->playbook->blocks, builder->playbook->block_count, block);
	return block;
}

static unsigned count_newlines(const char *text)
{
	unsigned count = 0;
	for (; (text = strchr(text, '\n')) != NULL; text++)
		count++;
	return count;
}

/* The last line that a leaf can have, at most `limit`. */
static unsigned content_end(const Builder *builder, const Mark *mark, unsigned limit)
{
	unsigned end = mark->line;
	if (mark->kind == MARK_CODE || mark->kind == MARK_HTML) {
		unsigned lines = count_newlines(mark->text);
		end += mark->fenced ? lines + 1 : lines ? lines - 1 : 0;
	} else if (mark->kind == MARK_HEADING && str_find_char(source_line(builder->source, mark->line), '#') >= 0) {
		end = mark->line;
	} else {
		while (end < limit && !source_is_blank(source_line(builder->source, end + 1)))
			end++;
	}
	/* Containers too deep to be read are one piece. */
	if (mark->kind == MARK_HTML && mark->text[0] == '\0')
		end = limit;
	return end < limit ? end : limit;
}

static BlockKind block_kind(const Builder *builder, const Mark *mark)
{
	bool quoted = false;
	for (const Mark *at = mark->parent; at; at = at->parent)
		quoted = quoted || at->kind == MARK_QUOTE;
	switch (mark->kind) {
	case MARK_HEADING: return BLOCK_HEADING;
	case MARK_CODE: return BLOCK_CODE;
	case MARK_TABLE: return BLOCK_TABLE;
	case MARK_HTML: return BLOCK_HTML;
	case MARK_RULE: return BLOCK_RULE;
	case MARK_QUOTE: return BLOCK_QUOTE;
	case MARK_DOCUMENT: case MARK_LIST: case MARK_ITEM: return BLOCK_ITEM;
	case MARK_PARAGRAPH: break;
	}
	if (quoted)
		return BLOCK_QUOTE;
	if (source_is_template(source_line(builder->source, mark->line)))
		return BLOCK_TEMPLATE;
	bool opens_item = mark->parent->kind == MARK_ITEM && mark->parent->first == mark;
	return opens_item ? BLOCK_ITEM : BLOCK_PARAGRAPH;
}

/* "3.", "-", "[x]" of the item that this leaf opens; NULL when it opens none. `ordinal` counts items of a list. */
static const char *block_marker(Builder *builder, const Mark *mark)
{
	const Mark *item = mark->kind == MARK_ITEM ? mark : mark->parent;
	if (item->kind != MARK_ITEM || (item != mark && item->first != mark))
		return NULL;
	if (item->task)
		return item->checked ? "[x]" : "[ ]";
	return item->parent->ordered ? arena_printf(builder->arena, "%d.", item->start) : "-";
}

static unsigned nesting(const Mark *mark)
{
	unsigned depth = 0;
	for (const Mark *at = mark; at; at = at->parent)
		depth += at->kind == MARK_ITEM || at->kind == MARK_QUOTE;
	return depth;
}

static void number_items(Mark *list)
{
	int number = list->start;
	for (Mark *item = list->first; item; item = item->next)
		item->start = number < 999999999 ? number++ : number;
}

/* <%= warning_text('Never at night.') %> says "Never at night." */
static const char *template_text(Builder *builder, const char *text)
{
	static const char CALL[] = "warning_text(";
	const char *at = source_is_template(str_from(text)) ? strstr(text, CALL) : NULL;
	char quote = at ? at[sizeof CALL - 1] : '\0';
	const char *end = quote == '\'' || quote == '"' ? strchr(at + sizeof CALL, quote) : NULL;
	return end ? arena_str(builder->arena, (Str){at + sizeof CALL, (size_t) (end - at) - sizeof CALL}) : text;
}

static void add_leaf(Builder *builder, Mark *mark, unsigned limit)
{
	unsigned end = content_end(builder, mark, limit);
	Block *block = add_block(builder, block_kind(builder, mark), mark->line, end);
	if (!block)
		return;
	block->text = template_text(builder, mark->text);
	block->info = mark->info;
	block->indent = nesting(mark);
	block->marker = block_marker(builder, mark);
	mark->block = block;
	/* Link definitions are not in the tree; they stand behind some leaf. */
	if (end < limit)
		(void) add_block(builder, BLOCK_REFERENCES, end + 1, limit);
}

static Mark *next_leaf(Mark *root, Mark *mark)
{
	while ((mark = mark_next(root, mark)) != NULL) {
		if (mark->kind == MARK_LIST)
			number_items(mark);
		if (mark_is_leaf(mark))
			return mark;
	}
	return NULL;
}

void build_blocks(Builder *builder)
{
	unsigned line_count = (unsigned) builder->source->line_count;
	unsigned front = builder->source->front_matter.line_count;
	if (front)
		(void) add_block(builder, BLOCK_FRONT_MATTER, 1, front);
	Mark *mark = next_leaf(builder->root, builder->root);
	unsigned first = mark ? mark->line : line_count + 1;
	if (first > front + 1)
		(void) add_block(builder, BLOCK_REFERENCES, front + 1, first - 1);
	unsigned taken = first - 1;
	while (mark) {
		Mark *next = next_leaf(builder->root, mark);
		/* Two leaves on one line (or positions that go back) share the first one's block. */
		unsigned limit = next && next->line > taken ? next->line - 1 : next ? taken : line_count;
		if (mark->line > taken && limit >= mark->line) {
			add_leaf(builder, mark, limit);
			taken = limit;
		}
		mark = next;
	}
	if (taken < line_count)
		(void) add_block(builder, BLOCK_REFERENCES, taken + 1, line_count);
}
