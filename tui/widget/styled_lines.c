/* styled_lines.c: wrapping is that of wrap.h, one source line at a time, with the indent of the line carried on. Every so many lines the place is
 * marked; a mark is all that is needed to go on from there. */
#include "tui/widget/styled_lines.h"
#include <stdlib.h>
#include "core/base/alloc.h"
#include "tui/widget/wrap.h"

/* An indent deeper than this is not carried on to wrapped lines: the text would have no room. */
#define MAX_INDENT 24
#define LINES_A_MARK 64

/* The place before a line. */
typedef struct Mark { size_t at; int indent; bool in_source; } Mark;

struct StyledLayout {
	int columns;               /* of everything below; 0 = nothing is known */
	size_t covered;            /* bytes of the text that were gone over */
	int height;
	Mark *marks;               /* of the lines 0, 64, 128, ... */
	size_t count, capacity;
	Mark last;                 /* of the last line: what is added may still belong to it */
	int last_number;
};

/* ---- one line after the other ---- */

size_t styled_run_at(const Styled *styled, size_t at)
{
	size_t low = 0, high = styled->run_count;
	while (low + 1 < high) {
		size_t middle = low + (high - low) / 2;
		if (styled->runs[middle].start <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Of a run that begins within the line. */
static int hang_of(const Styled *styled, Str line)
{
	size_t start = (size_t) (line.ptr - styled->text.data);
	for (size_t run = styled_run_at(styled, start) + 1; run < styled->run_count && styled->runs[run].start < start + line.len; run++)
		if (styled->runs[run].hang)
			return styled->runs[run].hang;
	return 0;
}

static int indent_of(const Styled *styled, Str line, int columns)
{
	int own = 0, hang = line.len ? hang_of(styled, line) : 0;
	while ((size_t) own < line.len && line.ptr[own] == ' ')
		own++;
	int indent = hang && hang <= MAX_INDENT && hang < columns / 2 ? hang : own;
	return indent <= MAX_INDENT && indent < columns / 2 ? indent : 0;
}

/* Splits at the next newline. */
static void take_source(StyledLines *lines, Str from)
{
	ptrdiff_t newline = str_find_char(from, '\n');
	lines->source = newline < 0 ? from : str_slice(from, 0, (size_t) newline);
	lines->rest = newline < 0 ? (Str){0} : str_slice(from, (size_t) newline + 1, SIZE_MAX);
	lines->in_source = true;
}

StyledLines styled_lines(const Styled *styled, int columns)
{
	return (StyledLines){ .styled = styled, .rest = buf_str(&styled->text), .columns = columns };
}

bool styled_lines_next(StyledLines *lines)
{
	if (lines->columns <= 0)
		return false;
	if (lines->in_source && lines->source.len > 0) {
		lines->x = lines->indent;
		if (wrap_next(&lines->source, lines->columns - lines->indent, &lines->line))
			return true;
	}
	if (lines->rest.len == 0)
		return false;
	take_source(lines, lines->rest);
	lines->indent = indent_of(lines->styled, lines->source, lines->columns);
	lines->x = 0;
	lines->line = str_slice(lines->source, 0, 0);
	if (lines->source.len > 0)
		(void) wrap_next(&lines->source, lines->columns, &lines->line); /* an empty source line is an empty line */
	return true;
}

/* ---- marks ---- */

static Mark mark_of(const Styled *styled, const StyledLines *lines)
{
	if (lines->in_source && lines->source.len > 0)
		return (Mark){ .at = (size_t) (lines->source.ptr - styled->text.data), .indent = lines->indent, .in_source = true };
	return (Mark){ .at = styled->text.len - lines->rest.len };
}

static StyledLines lines_from(const Styled *styled, int columns, const Mark *mark)
{
	StyledLines lines = { .styled = styled, .columns = columns, .indent = mark->indent };
	Str from = str_slice(buf_str(&styled->text), mark->at, SIZE_MAX);
	if (mark->in_source)
		take_source(&lines, from);
	else
		lines.rest = from;
	return lines;
}

static void add_mark(StyledLayout *layout, int number, Mark mark)
{
	layout->last = mark;
	layout->last_number = number;
	if (number % LINES_A_MARK)
		return;
	layout->count = (size_t) number / LINES_A_MARK;
	if (layout->count == layout->capacity) {
		layout->capacity = layout->capacity ? layout->capacity * 2 : 16;
		layout->marks = bg_reallocarray(layout->marks, layout->capacity, sizeof(*layout->marks));
	}
	layout->marks[layout->count++] = mark;
}

void styled_layout_forget(Styled *styled)
{
	StyledLayout *layout = styled->layout;
	if (!layout)
		return;
	layout->columns = layout->height = layout->last_number = 0;
	layout->covered = layout->count = 0;
	layout->last = (Mark){0};
}

StyledLayout *styled_layout_new(void) { return bg_calloc(1, sizeof(StyledLayout)); }

StyledLayout *styled_layout_free(StyledLayout *layout)
{
	if (layout)
		free(layout->marks);
	free(layout);
	return NULL;
}

/* Goes over what was added since the last time; over everything when the width is another. A greedy wrap never changes a line because of
 * what comes two lines later. */
static void lay_out(const Styled *styled, int columns)
{
	StyledLayout *layout = styled->layout;
	if (layout->columns == columns && layout->covered == styled->text.len)
		return;
	if (layout->columns != columns) {
		layout->columns = columns;
		layout->last = (Mark){0};
		layout->last_number = 0;
	}
	int number = layout->last_number;
	StyledLines lines = lines_from(styled, columns, &layout->last);
	for (Mark mark = layout->last; styled_lines_next(&lines); mark = mark_of(styled, &lines))
		add_mark(layout, number++, mark);
	layout->height = number;
	layout->covered = styled->text.len;
}

int styled_height(const Styled *styled, int columns)
{
	if (!styled->layout || columns <= 0)
		return 0;
	lay_out(styled, columns);
	return styled->layout->height;
}

StyledLines styled_lines_near(const Styled *styled, int columns, int number, int *ret_number)
{
	*ret_number = 0;
	if (styled_height(styled, columns) == 0)
		return styled_lines(styled, columns);
	size_t mark = number > 0 ? (size_t) number / LINES_A_MARK : 0;
	if (mark >= styled->layout->count)
		mark = styled->layout->count - 1;
	*ret_number = (int) mark * LINES_A_MARK;
	return lines_from(styled, columns, &styled->layout->marks[mark]);
}

/* ---- dropping ---- */

/* The first mark from which at most `keep` bytes are left and with which a source line begins; `count` when there is none. */
static size_t mark_to_keep(const Styled *styled, size_t keep)
{
	const StyledLayout *layout = styled->layout;
	size_t mark = 0;
	while (mark < layout->count && (layout->marks[mark].in_source || styled->text.len - layout->marks[mark].at > keep))
		mark++;
	return mark;
}

static void drop_runs(Styled *styled, size_t cut)
{
	size_t first = 0;
	while (first + 1 < styled->run_count && styled->runs[first + 1].start <= cut)
		first++;
	memmove(styled->runs, styled->runs + first, (styled->run_count - first) * sizeof(*styled->runs));
	styled->run_count -= first;
	for (size_t i = 0; i < styled->run_count; i++)
		styled->runs[i].start -= styled->runs[i].start < cut ? styled->runs[i].start : cut;
}

int styled_keep_end(Styled *styled, size_t keep)
{
	StyledLayout *layout = styled->layout;
	if (styled->text.len <= keep)
		return 0;
	size_t mark = layout->columns ? mark_to_keep(styled, keep) : layout->count;
	if (mark >= layout->count) {
		size_t cut = styled->text.len - keep;
		const char *newline = memchr(styled->text.data + cut, '\n', keep);
		cut = newline ? (size_t) (newline - styled->text.data) + 1 : cut;
		buf_consume(&styled->text, cut);
		drop_runs(styled, cut);
		styled_layout_forget(styled);
		return 0;
	}
	size_t cut = layout->marks[mark].at;
	buf_consume(&styled->text, cut);
	drop_runs(styled, cut);
	int lines = (int) mark * LINES_A_MARK;
	memmove(layout->marks, layout->marks + mark, (layout->count - mark) * sizeof(*layout->marks));
	layout->count -= mark;
	for (size_t i = 0; i < layout->count; i++)
		layout->marks[i].at -= cut;
	layout->last.at -= cut;
	layout->last_number -= lines;
	layout->height -= lines;
	layout->covered -= cut;
	return lines;
}
