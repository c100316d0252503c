/* svg.c: see svg.h. Row by row: backgrounds, then text in runs of one look, then the signs that are shapes. */
#include "tests/support/svg.h"

#include <stdio.h>

#include "core/base/text.h"
#include "tests/support/support.h"

enum { CELL_WIDTH = 9, CELL_HEIGHT = 20, BASELINE = 15, FONT_SIZE = 15, MARGIN = 14, MAX_LOOKS = 64 };

static const uint32_t SCREEN_TEXT = 0xd5d8dd, SCREEN_GROUND = 0x161a20;

/* The sixteen colours that every terminal chooses for itself. */
static const uint32_t PALETTE[16] = {
	0x1e2329, 0xd9534f, 0x5fb760, 0xd7a63f, 0x5a93d6, 0xb47ed0, 0x4fb8b8, 0xb9bec6,
	0x6b737e, 0xff6b66, 0x7fd97f, 0xf2c55c, 0x7cb3f0, 0xd49aec, 0x74dada, 0xf4f6f8,
};

typedef struct Look { uint32_t text, ground; bool bold, underline, italic; } Look;
typedef struct Picture { const GoldenScreen *golden; Buf *out; Look looks[MAX_LOOKS]; size_t look_count; } Picture;
typedef struct Cell { uint32_t code; Look look; } Cell;

/* ---- cells ---- */

/* Sixteen of its own, a cube of 6 by 6 by 6, and greys, as xterm has them (libvterm's cube is another). */
static uint32_t indexed_colour(uint32_t index)
{
	static const uint32_t LEVELS[6] = { 0x00, 0x5f, 0x87, 0xaf, 0xd7, 0xff };
	if (index < BG_LENGTH(PALETTE))
		return PALETTE[index];
	if (index >= 232)
		return (8 + (index - 232) * 10) * 0x010101;
	index -= 16;
	return LEVELS[index / 36] << 16 | LEVELS[index / 6 % 6] << 8 | LEVELS[index % 6];
}

static uint32_t shown_colour(VTermColor colour)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(&colour))
		return SCREEN_TEXT;
	if (VTERM_COLOR_IS_DEFAULT_BG(&colour))
		return SCREEN_GROUND;
	if (VTERM_COLOR_IS_INDEXED(&colour))
		return indexed_colour(colour.indexed.idx);
	return (uint32_t) colour.rgb.red << 16 | (uint32_t) colour.rgb.green << 8 | colour.rgb.blue;
}

static Cell cell_at(const Picture *picture, int x, int y)
{
	VTermScreenCell cell = {0};
	(void) vterm_screen_get_cell(picture->golden->screen, (VTermPos){ .row = y, .col = x }, &cell);
	uint32_t text = shown_colour(cell.fg), ground = shown_colour(cell.bg);
	bool swapped = cell.attrs.reverse;
	return (Cell){ .code = cell.chars[0] == 0 ? ' ' : cell.chars[0], .look = { .text = swapped ? ground : text,
		.ground = swapped ? text : ground, .bold = cell.attrs.bold, .underline = cell.attrs.underline, .italic = cell.attrs.italic } };
}

static bool same_look(const Look *a, const Look *b)
{
	return a->text == b->text && a->bold == b->bold && a->underline == b->underline && a->italic == b->italic;
}

/* Its class: a letter, or two. */
static void look_name(Picture *picture, const Look *look, char name[static 3])
{
	size_t i = 0;
	while (i < picture->look_count && !same_look(&picture->looks[i], look))
		i++;
	cr_assert(i < MAX_LOOKS, "a screen with more than %d looks", MAX_LOOKS);
	if (i == picture->look_count)
		picture->looks[picture->look_count++] = *look;
	snprintf(name, 3, "%c%c", (char) ('a' + i % 26), (char) (i < 26 ? '\0' : 'a' + i / 26));
}

/* ---- shapes ---- */

/* In a cell of 9 by 20. Fonts on telephones draw some of these as little coloured pictures. */
static const struct { uint32_t code; const char *path; bool filled; } SIGNS[] = {
	{ 0x2714, "M1.2 11.2 3.6 14.6 8 5.8", false },
	{ 0x2716, "M1.4 6.6 7.6 13.6M7.6 6.6 1.4 13.6", false },
	{ 0x25b6, "M1.4 5.6 8 10 1.4 14.4z", true },
	{ 0x25be, "M1 8h7l-3.5 5z", true },
	{ 0x25b8, "M2.5 6.5v7l5-3.5z", true },
	{ 0x2610, "M1 6h7v8h-7z", false },
	{ 0x2611, "M1 6h7v8h-7zM2.6 10 4.2 12.2 6.6 7.6", false },
	{ 0x2588, "M0 0h9v20h-9z", true },
	{ 0x2591, "M0 9h9v2h-9z", true },
};

/* Which arms of a line reach the edge of its cell. */
enum { UP = 1, DOWN = 2, LEFT = 4, RIGHT = 8 };
static const struct { uint32_t code; int arms; } LINES[] = {
	{ 0x2500, LEFT | RIGHT }, { 0x2502, UP | DOWN }, { 0x252c, LEFT | RIGHT | DOWN }, { 0x2534, LEFT | RIGHT | UP },
	{ 0x251c, UP | DOWN | RIGHT }, { 0x2524, UP | DOWN | LEFT }, { 0x253c, UP | DOWN | LEFT | RIGHT }, { 0x250c, DOWN | RIGHT },
	{ 0x2510, DOWN | LEFT }, { 0x2514, UP | RIGHT }, { 0x2518, UP | LEFT },
};

static int arms_of(uint32_t code)
{
	for (size_t i = 0; i < BG_LENGTH(LINES); i++)
		if (LINES[i].code == code)
			return LINES[i].arms;
	return 0;
}

static bool draw_sign(const Picture *picture, const Cell *cell, int x, int y)
{
	for (size_t i = 0; i < BG_LENGTH(SIGNS); i++) {
		if (SIGNS[i].code != cell->code)
			continue;
		buf_printf(picture->out, "<path transform=\"translate(%d %d)\" d=\"%s\" ", x * CELL_WIDTH, y * CELL_HEIGHT, SIGNS[i].path);
		buf_printf(picture->out, SIGNS[i].filled ? "fill=\"#%06x\"/>\n" : "fill=\"none\" stroke=\"#%06x\" stroke-width=\"2.2\"/>\n",
			cell->look.text);
		return true;
	}
	return false;
}

/* A cell by its place along a line and the line's own place. */
static Cell along(const Picture *picture, bool across, int at, int line)
{
	return across ? cell_at(picture, at, line) : cell_at(picture, line, at);
}

/* Arms that meet are one line. */
static void draw_lines(const Picture *picture, bool across)
{
	const GoldenScreen *golden = picture->golden;
	int lines = across ? golden->rows : golden->columns, length = across ? golden->columns : golden->rows;
	int back = across ? LEFT : UP, on = across ? RIGHT : DOWN, side = across ? CELL_WIDTH : CELL_HEIGHT;
	for (int line = 0; line < lines; line++) {
		for (int at = 0; at < length; at++) {
			Cell first = along(picture, across, at, line), last = first;
			int arms = arms_of(first.code);
			if (!(arms & (back | on)))
				continue;
			int from = at * side + (arms & back ? 0 : side / 2), middle = line * (across ? CELL_HEIGHT : CELL_WIDTH);
			while (arms_of(last.code) & on && at + 1 < length) {
				Cell next = along(picture, across, at + 1, line);
				if (!(arms_of(next.code) & back) || next.look.text != first.look.text)
					break;
				last = next;
				at++;
			}
			int until = at * side + (arms_of(last.code) & on ? side : side / 2);
			middle += (across ? CELL_HEIGHT : CELL_WIDTH) / 2;
			buf_printf(picture->out, "<path stroke=\"#%06x\" d=\"M%d%s %d%s%c%d\"/>\n", first.look.text, across ? from : middle, across ? "" : ".5",
				across ? middle : from, across ? ".5" : "", across ? 'H' : 'V', until);
		}
	}
}

/* ---- rows ---- */

static void draw_grounds(const Picture *picture, int y)
{
	for (int x = 0; x < picture->golden->columns; x++) {
		uint32_t ground = cell_at(picture, x, y).look.ground;
		int from = x;
		while (x + 1 < picture->golden->columns && cell_at(picture, x + 1, y).look.ground == ground)
			x++;
		if (ground != SCREEN_GROUND)
			buf_printf(picture->out, "<path fill=\"#%06x\" d=\"M%d %dh%dv%dh%dz\"/>\n", ground, from * CELL_WIDTH, y * CELL_HEIGHT,
				(x + 1 - from) * CELL_WIDTH, CELL_HEIGHT, (from - x - 1) * CELL_WIDTH);
	}
}

static void put_escaped(Buf *out, uint32_t code)
{
	if (code == '<' || code == '>' || code == '&')
		buf_printf(out, "&#%u;", code);
	else
		utf8_append(out, code);
}

static bool is_plain(uint32_t code)
{
	return code < 0x250;
}

/* Text goes on while the look stays and no two blanks follow: what a font makes wider or narrower is mended at each beginning. */
static int run_length(const Picture *picture, int x, int y)
{
	Cell first = cell_at(picture, x, y);
	int count = 1;
	while (is_plain(first.code) && x + count < picture->golden->columns) {
		Cell cell = cell_at(picture, x + count, y), before = cell_at(picture, x + count - 1, y);
		if (!is_plain(cell.code) || !same_look(&cell.look, &first.look) || (cell.code == ' ' && before.code == ' '))
			break;
		count++;
	}
	while (count > 1 && cell_at(picture, x + count - 1, y).code == ' ')
		count--;
	return count;
}

static void draw_text(Picture *picture, int y)
{
	for (int x = 0; x < picture->golden->columns; x++) {
		Cell cell = cell_at(picture, x, y);
		if ((cell.code == ' ' && !cell.look.underline) || cell.code == (uint32_t) -1 || arms_of(cell.code) || draw_sign(picture, &cell, x, y))
			continue;
		int count = run_length(picture, x, y);
		char name[3];
		look_name(picture, &cell.look, name);
		buf_printf(picture->out, "<text class=\"%s\" x=\"%d\" y=\"%d\" textLength=\"%d\">", name, x * CELL_WIDTH, y * CELL_HEIGHT + BASELINE,
			count * CELL_WIDTH);
		for (int i = 0; i < count; i++)
			put_escaped(picture->out, cell_at(picture, x + i, y).code);
		buf_puts(picture->out, "</text>\n");
		x += count - 1;
	}
}

/* ---- whole ---- */

static void write_head(const Picture *picture, const char *title, Buf *out)
{
	int width = picture->golden->columns * CELL_WIDTH + 2 * MARGIN, height = picture->golden->rows * CELL_HEIGHT + 2 * MARGIN;
	buf_printf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"%d %d %d %d\" role=\"img\">\n<title>%s</title>\n<style>\n"
		"text{font:%dpx ui-monospace,SFMono-Regular,Menlo,\"DejaVu Sans Mono\",Consolas,\"Liberation Mono\",monospace;white-space:pre}\n",
		width, height, -MARGIN, -MARGIN, width, height, title, FONT_SIZE);
	for (size_t i = 0; i < picture->look_count; i++) {
		char name[3];
		Picture again = *picture;
		look_name(&again, &picture->looks[i], name);
		buf_printf(out, ".%s{fill:#%06x%s%s%s}\n", name, picture->looks[i].text, picture->looks[i].bold ? ";font-weight:bold" : "",
			picture->looks[i].italic ? ";font-style:italic" : "", picture->looks[i].underline ? ";text-decoration:underline" : "");
	}
	buf_printf(out, "</style>\n<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"7\" fill=\"#%06x\"/>\n", -MARGIN, -MARGIN, width, height,
		SCREEN_GROUND);
}

static void draw_cursor(const Picture *picture)
{
	if (picture->golden->cursor_x >= 0)
		buf_printf(picture->out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#%06x\"/>\n", picture->golden->cursor_x * CELL_WIDTH,
			picture->golden->cursor_y * CELL_HEIGHT, CELL_WIDTH, CELL_HEIGHT, SCREEN_TEXT);
}

void svg_write(const GoldenScreen *golden, const char *title, Buf *out)
{
	AUTO_CLEAR(Buf) body = {0};
	Picture picture = { .golden = golden, .out = &body };
	for (int y = 0; y < golden->rows; y++)
		draw_grounds(&picture, y);
	draw_cursor(&picture);
	for (int y = 0; y < golden->rows; y++)
		draw_text(&picture, y);
	draw_lines(&picture, true);
	draw_lines(&picture, false);
	write_head(&picture, title, out);
	buf_append(out, body.data, body.len);
	buf_puts(out, "</svg>\n");
}
