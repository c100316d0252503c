/* styled.c: text with roles: building it, drawing it, finding in it. */
#include "tui/widget/styled.h"
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/widget/styled_lines.h"

static void begin_run(Styled *styled, Role role, int hang)
{
	const StyledRun *last = styled->run_count > 0 ? &styled->runs[styled->run_count - 1] : NULL;
	bool same = last && last->role == role && last->hang == hang;
	if (!styled->layout)
		styled->layout = styled_layout_new();
	if (same)
		return;
	if (styled->run_count == styled->run_capacity) {
		styled->run_capacity = styled->run_capacity ? styled->run_capacity * 2 : 32;
		styled->runs = bg_reallocarray(styled->runs, styled->run_capacity, sizeof(StyledRun));
	}
	styled->runs[styled->run_count++] = (StyledRun){ .start = styled->text.len, .role = role, .hang = hang };
}

void styled_add_str(Styled *styled, Role role, Str text)
{
	begin_run(styled, role, 0);
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

void styled_hang(Styled *styled, int columns, Role role, const char *text)
{
	begin_run(styled, role, columns);
	text_sanitise(str_from(text), SANITISE_BLOCK, &styled->text);
}

void styled_field(Styled *styled, int columns, const char *label, Role role, const char *value)
{
	int width = canvas_text_width(label);
	styled_printf(styled, ROLE_MUTED, "%s%*s", label, columns > width ? columns - width : 1, "");
	styled_hang(styled, columns, role, value);
	styled_newline(styled);
}

void styled_reset(Styled *styled)
{
	buf_truncate(&styled->text, 0);
	styled->run_count = 0;
	styled_layout_forget(styled);
}

void styled_clear(Styled *styled)
{
	buf_clear(&styled->text);
	free(styled->runs);
	styled_layout_free(styled->layout);
	*styled = (Styled){0};
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
	for (size_t run = styled_run_at(styled, start); run < styled->run_count && start < end; run++) {
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
	int number;
	StyledLines lines = styled_lines_near(styled, rect.width, skip, &number);
	for (; number < skip + rect.height && styled_lines_next(&lines); number++) {
		if (number < skip || lines.line.len == 0)
			continue;
		int y = rect.y + number - skip;
		draw_line(styled, canvas, rect, rect.x + lines.x, y, lines.line);
		mark_matches(canvas, rect, rect.x + lines.x, y, lines.line, match);
	}
	return styled_height(styled, rect.width);
}

bool styled_is_longer(const Styled *styled, int columns, int rows)
{
	StyledLines lines = styled_lines(styled, columns);
	int height = 0;
	while (height <= rows && styled_lines_next(&lines))
		height++;
	return height > rows;
}

int styled_find(const Styled *styled, int columns, const char *match, int line, bool backwards)
{
	StyledLines lines = styled_lines(styled, columns);
	int found = -1;
	for (int number = 0; match && *match && styled_lines_next(&lines); number++) {
		if (str_find_nocase(lines.line, match) < 0)
			continue;
		if (!backwards && number > line)
			return number;
		if (backwards && number < line)
			found = number;
	}
	return found;
}
