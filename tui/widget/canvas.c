/* canvas.c: cells, and drawing into them. Text goes through one function, put_text(), which sanitises, clips and counts columns. */
#include "tui/widget/canvas.h"
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/widget/wrap.h"

static const Cell blank = { .code_point = ' ', .width = 1, .role = ROLE_TEXT };

static int clamp(int value, int low, int high)
{
	return value > high ? high : value < low ? low : value;
}

void canvas_resize(Canvas *canvas, int width, int height, GlyphSet glyphs)
{
	width = clamp(width, 0, CANVAS_MAX_COLUMNS);
	height = clamp(height, 0, CANVAS_MAX_ROWS);
	size_t count = (size_t) width * (size_t) height;
	canvas->cells = bg_reallocarray(canvas->cells, count ? count : 1, sizeof(Cell));
	canvas->width = width;
	canvas->height = height;
	canvas->glyphs = glyphs;
	canvas_erase(canvas);
}

void canvas_erase(Canvas *canvas)
{
	size_t count = (size_t) canvas->width * (size_t) canvas->height;
	for (size_t i = 0; i < count; i++)
		canvas->cells[i] = blank;
	canvas->cursor_x = canvas->cursor_y = -1;
}

void canvas_clear(Canvas *canvas)
{
	free(canvas->cells);
	*canvas = (Canvas){0};
}

Rect canvas_rect(const Canvas *canvas)
{
	return (Rect){ .width = canvas->width, .height = canvas->height };
}

static Cell *cell_at(const Canvas *canvas, int x, int y)
{
	return rect_contains(canvas_rect(canvas), x, y) ? &canvas->cells[(size_t) y * (size_t) canvas->width + (size_t) x] : NULL;
}

const Cell *canvas_cell(const Canvas *canvas, int x, int y)
{
	return cell_at(canvas, x, y);
}

/* Half of a wide character cannot stay: the other half becomes a blank. */
static void break_wide(Canvas *canvas, int x, int y)
{
	Cell *cell = cell_at(canvas, x, y);
	if (!cell)
		return;
	Cell *other = cell->width == 0 ? cell_at(canvas, x - 1, y) : cell->width == 2 ? cell_at(canvas, x + 1, y) : NULL;
	if (other) {
		other->code_point = ' ';
		other->width = 1;
		other->combining[0] = other->combining[1] = 0;
	}
}

static void put_cell(Canvas *canvas, int x, int y, uint32_t code_point, int width, Role role)
{
	Cell *cell = cell_at(canvas, x, y);
	break_wide(canvas, x, y);
	*cell = (Cell){ .code_point = code_point, .width = (uint8_t) width, .role = (uint8_t) role };
	if (width < 2)
		return;
	break_wide(canvas, x + 1, y);
	*cell_at(canvas, x + 1, y) = (Cell){ .role = (uint8_t) role };
}

static void add_combining(Canvas *canvas, int x, int y, uint32_t mark)
{
	Cell *cell = cell_at(canvas, x, y);
	if (cell && cell->width == 0)
		cell = cell_at(canvas, x - 1, y);
	if (!cell || canvas->glyphs == GLYPHS_ASCII)
		return;
	for (size_t i = 0; i < CELL_COMBINING_MAX; i++)
		if (!cell->combining[i]) {
			cell->combining[i] = mark;
			return;
		}
}

static bool is_plain(Str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char) text.ptr[i] < 0x20 || (unsigned char) text.ptr[i] > 0x7e)
			return false;
	return true;
}

/* Draws text that is already harmless. */
static int put_text(Canvas *canvas, Rect clip, int x, int y, Role role, Str text)
{
	uint32_t code_point;
	clip = rect_intersect(clip, canvas_rect(canvas));
	int right = clip.x + clip.width;
	bool in_rows = y >= clip.y && y < clip.y + clip.height;
	bool drawn = false;
	while (x <= right && utf8_next(&text, &code_point)) {
		int width = code_point_width(code_point);
		if (width == 0) {
			if (drawn)
				add_combining(canvas, x - 1, y, code_point);
			continue;
		}
		if (width < 0 || canvas->glyphs == GLYPHS_ASCII) {
			code_point = width < 0 ? ' ' : glyph_to_ascii(code_point);
			width = width < 0 ? 1 : width;
			/* A wide character keeps its columns, so that tables stay straight. */
			if (width == 2 && in_rows && x + 1 >= clip.x && x + 1 < right)
				put_cell(canvas, x + 1, y, ' ', 1, role);
		}
		int cell_width = canvas->glyphs == GLYPHS_ASCII ? 1 : width;
		drawn = in_rows && x >= clip.x && x + cell_width <= right;
		if (drawn)
			put_cell(canvas, x, y, code_point, cell_width, role);
		else if (in_rows && x + 1 == right && x >= clip.x)
			put_cell(canvas, x, y, ' ', 1, role);
		x += width;
	}
	return x < right ? x : right;
}

int canvas_str(Canvas *canvas, Rect clip, int x, int y, Role role, Str text)
{
	/* No terminal shows more; a log line of a megabyte is not walked to its end for every frame. */
	text = str_slice(text, 0, CANVAS_MAX_COLUMNS * 16);
	if (is_plain(text))
		return put_text(canvas, clip, x, y, role, text);
	AUTO_CLEAR(Buf) harmless = {0};
	text_sanitise(text, SANITISE_LINE, &harmless);
	return put_text(canvas, clip, x, y, role, buf_str(&harmless));
}

int canvas_text(Canvas *canvas, Rect clip, int x, int y, Role role, const char *text)
{
	return canvas_str(canvas, clip, x, y, role, str_from(text));
}

int canvas_printf(Canvas *canvas, Rect clip, int x, int y, Role role, const char *format, ...)
{
	AUTO_CLEAR(Buf) text = {0};
	va_list args;
	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	return canvas_str(canvas, clip, x, y, role, buf_str(&text));
}

int canvas_text_width(const char *text)
{
	Str raw = str_from(text);
	if (is_plain(raw))
		return (int) (raw.len < INT32_MAX ? raw.len : INT32_MAX);
	AUTO_CLEAR(Buf) harmless = {0};
	text_sanitise(raw, SANITISE_LINE, &harmless);
	return (int) text_width(buf_str(&harmless));
}

int canvas_text_fit(Canvas *canvas, Rect clip, int x, int y, int columns, Role role, const char *text)
{
	if (columns <= 0)
		return x;
	AUTO_CLEAR(Buf) harmless = {0};
	text_sanitise(str_slice(str_from(text), 0, CANVAS_MAX_COLUMNS * 16), SANITISE_LINE, &harmless);
	Str line = buf_str(&harmless);
	if (text_width(line) <= (size_t) columns)
		return put_text(canvas, clip, x, y, role, line);
	size_t width = 0;
	size_t fits = text_fit(line, (size_t) columns - 1, &width);
	int end = put_text(canvas, clip, x, y, role, str_slice(line, 0, fits));
	return canvas_glyph(canvas, clip, end, y, role, GLYPH_ELLIPSIS);
}

int canvas_text_words(Canvas *canvas, Rect clip, int x, int y, int columns, Role role, const char *text)
{
	AUTO_CLEAR(Buf) harmless = {0};
	text_sanitise(str_slice(str_from(text), 0, CANVAS_MAX_COLUMNS * 16), SANITISE_LINE, &harmless);
	Str line = buf_str(&harmless);
	if (columns <= 0 || text_width(line) <= (size_t) columns)
		return columns <= 0 ? x : put_text(canvas, clip, x, y, role, line);
	size_t width = 0, fits = text_fit(line, (size_t) columns - 1, &width), end = fits;
	while (end > fits / 2 && line.ptr[end] != ' ')
		end--;
	if (line.ptr[end] != ' ')
		end = fits;
	while (end > 0 && line.ptr[end - 1] == ' ')
		end--;
	return canvas_glyph(canvas, clip, put_text(canvas, clip, x, y, role, str_slice(line, 0, end)), y, role, GLYPH_ELLIPSIS);
}

int canvas_text_right(Canvas *canvas, Rect clip, int right, int y, Role role, const char *text)
{
	int x = right - canvas_text_width(text);
	canvas_text(canvas, clip, x, y, role, text);
	return x;
}

int canvas_paragraph(Canvas *canvas, Rect rect, int skip, Role role, const char *text)
{
	AUTO_CLEAR(Buf) harmless = {0};
	text_sanitise(str_from(text), SANITISE_BLOCK, &harmless);
	Str rest = buf_str(&harmless), line;
	int number = 0;
	while (wrap_next(&rest, rect.width, &line)) {
		if (number >= skip && number - skip < rect.height)
			put_text(canvas, rect, rect.x, rect.y + number - skip, role, line);
		number++;
	}
	return number;
}

int canvas_glyph(Canvas *canvas, Rect clip, int x, int y, Role role, Glyph glyph)
{
	if (rect_contains(rect_intersect(clip, canvas_rect(canvas)), x, y))
		put_cell(canvas, x, y, glyph_code_point(canvas->glyphs, glyph), 1, role);
	return x + 1;
}

void canvas_fill(Canvas *canvas, Rect rect, Role role)
{
	rect = rect_intersect(rect, canvas_rect(canvas));
	for (int y = rect.y; y < rect.y + rect.height; y++)
		for (int x = rect.x; x < rect.x + rect.width; x++)
			put_cell(canvas, x, y, ' ', 1, role);
}

void canvas_horizontal(Canvas *canvas, Rect clip, int x, int y, int columns, Role role)
{
	for (int i = 0; i < columns && i < CANVAS_MAX_COLUMNS; i++)
		canvas_glyph(canvas, clip, x + i, y, role, GLYPH_LINE_H);
}

void canvas_vertical(Canvas *canvas, Rect clip, int x, int y, int rows, Role role)
{
	for (int i = 0; i < rows && i < CANVAS_MAX_ROWS; i++)
		canvas_glyph(canvas, clip, x, y + i, role, GLYPH_LINE_V);
}

void canvas_box(Canvas *canvas, Rect rect, Role role, const char *title)
{
	int right = rect.x + rect.width - 1, bottom = rect.y + rect.height - 1;
	canvas_horizontal(canvas, rect, rect.x, rect.y, rect.width, role);
	canvas_horizontal(canvas, rect, rect.x, bottom, rect.width, role);
	canvas_vertical(canvas, rect, rect.x, rect.y, rect.height, role);
	canvas_vertical(canvas, rect, right, rect.y, rect.height, role);
	canvas_glyph(canvas, rect, rect.x, rect.y, role, GLYPH_CORNER_TL);
	canvas_glyph(canvas, rect, right, rect.y, role, GLYPH_CORNER_TR);
	canvas_glyph(canvas, rect, rect.x, bottom, role, GLYPH_CORNER_BL);
	canvas_glyph(canvas, rect, right, bottom, role, GLYPH_CORNER_BR);
	if (!title || !*title || rect.width < 8)
		return;
	int x = canvas_text(canvas, rect, rect.x + 2, rect.y, role, " ");
	x = canvas_text_fit(canvas, rect, x, rect.y, rect.width - 6, ROLE_TITLE, title);
	canvas_text(canvas, rect, x, rect.y, role, " ");
}

void canvas_attribute(Canvas *canvas, Rect rect, uint8_t attributes)
{
	rect = rect_intersect(rect, canvas_rect(canvas));
	for (int y = rect.y; y < rect.y + rect.height; y++)
		for (int x = rect.x; x < rect.x + rect.width; x++)
			cell_at(canvas, x, y)->attributes |= attributes;
}

void canvas_select(Canvas *canvas, Rect rect)
{
	rect = rect_intersect(rect, canvas_rect(canvas));
	for (int y = rect.y; y < rect.y + rect.height; y++)
		for (int x = rect.x; x < rect.x + rect.width; x++)
			cell_at(canvas, x, y)->selected = 1;
}

void canvas_cursor(Canvas *canvas, int x, int y)
{
	bool inside = rect_contains(canvas_rect(canvas), x, y);
	canvas->cursor_x = inside ? x : -1;
	canvas->cursor_y = inside ? y : -1;
}

void canvas_print(const Canvas *canvas, Buf *out)
{
	for (int y = 0; y < canvas->height; y++) {
		size_t end = out->len;
		for (int x = 0; x < canvas->width; x++) {
			const Cell *cell = cell_at(canvas, x, y);
			if (cell->width == 0)
				continue;
			utf8_append(out, cell->code_point);
			for (size_t i = 0; i < CELL_COMBINING_MAX && cell->combining[i]; i++)
				utf8_append(out, cell->combining[i]);
			if (cell->code_point != ' ' || cell->combining[0])
				end = out->len;
		}
		buf_truncate(out, end);
		buf_putc(out, '\n');
	}
}
