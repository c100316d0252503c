/* styled.c: text with roles. Wrapping is that of wrap.h, one source line at a time, with the indent of the line carried on. */
#include "tui/widget/styled.h"
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/widget/wrap.h"

/* An indent deeper than this is not carried on to wrapped lines: the text would have no room. */
#define MAX_INDENT 24

static void begin_run(Styled *styled, Role role)
{
	bool same = styled->run_count > 0 && styled->runs[styled->run_count - 1].role == role;
	if (same)
		return;
	if (styled->run_count == styled->run_capacity) {
		styled->run_capacity = styled->run_capacity ? styled->run_capacity * 2 : 32;
		styled->runs = bg_reallocarray(styled->runs, styled->run_capacity, sizeof(StyledRun));
	}
	styled->runs[styled->run_count++] = (StyledRun){ .start = styled->text.len, .role = role };
}

void styled_add_str(Styled *styled, Role role, Str text)
{
	begin_run(styled, role);
	text_sanitise(text, SANITISE_BLOCK, &styled->text);
}

void styled_add(Styled *styled, Role role, const char *text)
{
	styled_add_str(styled, role, str_from(text));
}

void styled_printf(Styled *styled, Role role, const char *format, ...)
{
	AUTO_CLEAR(Buf) text = {0};
	va_list args;
	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	styled_add_str(styled, role, buf_str(&text));
}

void styled_newline(Styled *styled)
{
	buf_putc(&styled->text, '\n');
}

void styled_break(Styled *styled)
{
	if (styled->text.len > 0 && styled->text.data[styled->text.len - 1] != '\n')
		styled_newline(styled);
}

void styled_field(Styled *styled, int columns, const char *label, Role role, const char *value)
{
	int width = canvas_text_width(label);
	styled_printf(styled, ROLE_MUTED, "%s%*s", label, columns > width ? columns - width : 1, "");
	styled_add(styled, role, value);
	styled_newline(styled);
}

void styled_reset(Styled *styled)
{
	buf_truncate(&styled->text, 0);
	styled->run_count = 0;
}

void styled_clear(Styled *styled)
{
	buf_clear(&styled->text);
	free(styled->runs);
	*styled = (Styled){0};
}

/* Goes over the wrapped lines of a text. `line` points into it; `x` is where the line is drawn. */
typedef struct LineWalk {
	Str rest;              /* source lines to come */
	Str source;            /* what is left of the present source line */
	bool in_source;
	int columns, indent, x;
	Str line;
} LineWalk;

static int indent_of(Str line, int columns)
{
	int indent = 0;
	while ((size_t) indent < line.len && line.ptr[indent] == ' ')
		indent++;
	return indent <= MAX_INDENT && indent < columns / 2 ? indent : 0;
}

static LineWalk walk_from(const Styled *styled, int columns)
{
	return (LineWalk){ .rest = buf_str(&styled->text), .columns = columns };
}

static bool next_line(LineWalk *walk)
{
	if (walk->columns <= 0)
		return false;
	if (walk->in_source && walk->source.len > 0) {
		walk->x = walk->indent;
		if (wrap_next(&walk->source, walk->columns - walk->indent, &walk->line))
			return true;
	}
	if (walk->rest.len == 0)
		return false;
	ptrdiff_t newline = str_find_char(walk->rest, '\n');
	walk->source = newline < 0 ? walk->rest : str_slice(walk->rest, 0, (size_t) newline);
	walk->rest = newline < 0 ? (Str){0} : str_slice(walk->rest, (size_t) newline + 1, SIZE_MAX);
	walk->indent = indent_of(walk->source, walk->columns);
	walk->in_source = true;
	walk->x = 0;
	walk->line = str_slice(walk->source, 0, 0);
	if (walk->source.len > 0)
		(void) wrap_next(&walk->source, walk->columns, &walk->line); /* an empty source line is an empty line */
	return true;
}

int styled_height(const Styled *styled, int columns)
{
	LineWalk walk = walk_from(styled, columns);
	int height = 0;
	while (next_line(&walk))
		height++;
	return height;
}

/* The run that covers byte `at`. */
static size_t run_at(const Styled *styled, size_t at)
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

static void mark_matches(Canvas *canvas, Rect rect, int x, int y, Str line, const char *match)
{
	size_t len = match ? strlen(match) : 0;
	ptrdiff_t at;
	for (Str rest = line; len > 0 && (at = str_find_nocase(rest, match)) >= 0; rest = str_slice(rest, (size_t) at + len, SIZE_MAX)) {
		size_t start = (size_t) (rest.ptr - line.ptr) + (size_t) at;
		int from = x + (int) text_width(str_slice(line, 0, start));
		canvas_str(canvas, rect, from, y, ROLE_MATCH, str_slice(line, start, len));
	}
}

static void draw_line(const Styled *styled, Canvas *canvas, Rect rect, int x, int y, Str line)
{
	size_t start = (size_t) (line.ptr - styled->text.data), end = start + line.len;
	for (size_t run = run_at(styled, start); run < styled->run_count && start < end; run++) {
		size_t run_end = run + 1 < styled->run_count ? styled->runs[run + 1].start : end;
		if (run_end <= start)
			continue;
		size_t stop = run_end < end ? run_end : end;
		x = canvas_str(canvas, rect, x, y, styled->runs[run].role, str_slice(buf_str(&styled->text), start, stop - start));
		start = stop;
	}
}

int styled_render(const Styled *styled, Canvas *canvas, Rect rect, int skip, const char *match)
{
	LineWalk walk = walk_from(styled, rect.width);
	int height = 0;
	for (; next_line(&walk); height++) {
		int y = rect.y + height - skip;
		if (height < skip || y >= rect.y + rect.height || walk.line.len == 0)
			continue;
		draw_line(styled, canvas, rect, rect.x + walk.x, y, walk.line);
		mark_matches(canvas, rect, rect.x + walk.x, y, walk.line, match);
	}
	return height;
}

int styled_find(const Styled *styled, int columns, const char *match, int line, bool backwards)
{
	LineWalk walk = walk_from(styled, columns);
	int found = -1;
	for (int number = 0; match && *match && next_line(&walk); number++) {
		if (str_find_nocase(walk.line, match) < 0)
			continue;
		if (!backwards && number > line)
			return number;
		if (backwards && number < line)
			found = number;
	}
	return found;
}
