/* painter.c: walks the canvas beside a copy of what the terminal shows, and writes moves, looks and characters where they differ. */
#include "tui/term/painter.h"
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/term/pen.h"

/* Rewriting up to this many unchanged cells is shorter than moving the cursor over them. */
#define SHORT_GAP 4
#define SHORT_INDENT 3
/* A row that takes fewer bytes is not worth another way. */
#define ERASE_WORTH 16
#define REPEAT_WORTH 4
/* What canvas_horizontal() and canvas_vertical() draw in UTF-8. */
#define RULE 0x2500
#define VERTICAL 0x2502
#define VERTICAL_COST 5   /* bytes */

static const Cell BLANK = { .code_point = ' ', .width = 1, .role = ROLE_TEXT };

struct Painter {
	const Capabilities *capabilities;
	Theme theme;
	Style looks[ROLE_COUNT];
	bool ascii_only;
	bool forgotten;               /* the screen must be cleared first */
	int width, height;
	Cell *shown;
	bool *later;                  /* cells of vertical lines that come when all rows are done */
	Pen pen;
	bool cursor_shown, cursor_known;
};

Painter *painter_new(const Capabilities *capabilities, const Theme *theme, bool ascii_only)
{
	Painter *painter = bg_calloc(1, sizeof(*painter));
	painter->capabilities = capabilities;
	painter->ascii_only = ascii_only;
	painter_set_theme(painter, theme);
	return painter;
}

Painter *painter_free(Painter *painter)
{
	if (painter) {
		free(painter->shown);
		free(painter->later);
	}
	free(painter);
	return NULL;
}

void painter_forget(Painter *painter)
{
	painter->forgotten = true;
	painter->cursor_known = false;
	painter->pen = (Pen){ .x = -1, .y = -1 };
}

void painter_set_theme(Painter *painter, const Theme *theme)
{
	painter->theme = *theme;
	for (int i = 0; i < ROLE_COUNT; i++)
		painter->looks[i] = theme_style(theme, (Role) i, painter->capabilities->colours);
	painter_forget(painter);
}

/* What is red must not turn white because it is selected: a state keeps its colour, where the selected row has a ground of its own. */
static bool keeps_colour(Role role)
{
	return role == ROLE_OK || role == ROLE_WARN || role == ROLE_FAIL || role == ROLE_STALE || role == ROLE_UNKNOWN || role == ROLE_RUNNING ||
		role == ROLE_DONE || role == ROLE_DANGER;
}

static Style cell_style(const Painter *painter, const Cell *cell)
{
	Style style = painter->looks[cell->selected ? ROLE_SELECTED : cell->role];
	if (cell->selected && keeps_colour(cell->role) && style.background > 15)
		style.foreground = painter->looks[cell->role].foreground;
	style.attributes |= cell->attributes;
	if (style.foreground != COLOUR_DEFAULT || style.background != COLOUR_DEFAULT)
		style.attributes &= (uint8_t) ~painter->capabilities->colour_conflicts;
	return style;
}

static void put_character(const Painter *painter, const Cell *cell, Buf *out)
{
	if (painter->ascii_only && cell->code_point > 0x7e) {
		buf_puts(out, cell->width == 2 ? "? " : "?");
		return;
	}
	utf8_append(out, cell->code_point);
	for (size_t i = 0; i < CELL_COMBINING_MAX && cell->combining[i] && !painter->ascii_only; i++)
		utf8_append(out, cell->combining[i]);
}

static bool is_blank(const Cell *cell)
{
	return cell->code_point == ' ' && !cell->combining[0];
}

static void put_cell(Painter *painter, int x, int y, const Cell *cell, Buf *out)
{
	const Capabilities *can = painter->capabilities;
	Pen *pen = &painter->pen;
	bool is_last = x + cell->width == painter->width && y + 1 == painter->height;
	/* There the last cell of the screen would scroll it: it stays empty. */
	if (is_last && can->wraps && !can->wraps_late)
		return;
	pen_move(pen, can, x, y, out);
	if (is_blank(cell))
		pen_set_blank(pen, can, cell_style(painter, cell), out);
	else
		pen_set(pen, can, cell_style(painter, cell), out);
	put_character(painter, cell, out);
	pen->x += cell->width;
	/* Terminals disagree about wide and combined characters and about the last column: do not rely on where they left the cursor. */
	bool odd = cell->width != 1 || cell->combining[0];
	if (odd || (pen->x >= painter->width && !can->wraps_late))
		pen->y = -1;
	if (odd || pen->x >= painter->width)
		pen->x = -1;
}

static Cell *shown_row(const Painter *painter, int y)
{
	return painter->shown + (size_t) y * (size_t) painter->width;
}

/* They cannot be told apart on the screen. */
static bool looks_equal(const Painter *painter, const Cell *a, const Cell *b)
{
	if (memcmp(a, b, sizeof(*a)) == 0)
		return true;
	if (a->code_point != b->code_point || a->width != b->width || memcmp(a->combining, b->combining, sizeof(a->combining)) != 0)
		return false;
	Style one = cell_style(painter, a), other = cell_style(painter, b);
	return is_blank(a) ? style_equal_blank(one, other) : style_equal(one, other);
}

/* From where the cells up to `x` are better written again, in the present pen, than jumped over: the cursor, or the beginning of a later row. */
static int gap_from(const Painter *painter, const Cell *row, int x, int y)
{
	const Pen *pen = &painter->pen;
	bool below = pen->y >= 0 && pen->y < y && painter->capabilities->newline_goes_down;
	int from = pen->y == y ? pen->x : below ? 0 : -1;
	if (from < 0 || from >= x || x - from > (below ? SHORT_INDENT : SHORT_GAP) || !pen->known)
		return x;
	for (int i = from; i < x; i++) {
		bool plain = row[i].width == 1 && row[i].code_point < 0x80 && !row[i].combining[0];
		Style style = cell_style(painter, &row[i]);
		if (!plain || !(is_blank(&row[i]) ? style_equal_blank(style, pen->style) : style_equal(style, pen->style)))
			return x;
	}
	return from;
}

/* Erasing leaves the ground of the terminal, which a theme that paints its own does not want. */
static bool can_erase(const Painter *painter)
{
	Style plain = painter->looks[ROLE_TEXT];
	return painter->capabilities->erase_line && !plain.attributes && plain.background == COLOUR_DEFAULT;
}

/* From where on the row is blank and can be erased. */
static int blank_tail(const Painter *painter, const Cell *row)
{
	Style plain = painter->looks[ROLE_TEXT];
	int x = painter->width;
	if (!can_erase(painter))
		return x;
	while (x > 0 && is_blank(&row[x - 1]) && style_equal_blank(cell_style(painter, &row[x - 1]), plain))
		x--;
	return x;
}

static void erase_from(Painter *painter, int x, int y, Buf *out)
{
	pen_move(&painter->pen, painter->capabilities, x, y, out);
	pen_set_blank(&painter->pen, painter->capabilities, painter->looks[ROLE_TEXT], out);
	capability_put(out, painter->capabilities->erase_line, 0, 0);
}

/* The rest of a rule whose first character was just written; returns how many cells it is. Only for rules: on a terminal that does not do it
 * after all nothing is missing that tells something. */
static int repeat_rule(Painter *painter, const Cell *rule, const Cell *shown, int room, Buf *out)
{
	int count = 1;
	if (!painter->capabilities->spare || !painter->capabilities->repeat || painter->ascii_only || rule->code_point != RULE)
		return 0;
	while (count < room && memcmp(&rule[count], rule, sizeof(*rule)) == 0 && !looks_equal(painter, &rule[count], &shown[count]))
		count++;
	if (count < REPEAT_WORTH)
		return 0;
	capability_put(out, painter->capabilities->repeat, count - 1, 0);
	painter->pen.x = -1;
	return count - 1;
}

/* Down a vertical line it costs two bytes to the next character, and none for its colour; between the texts beside it that would be twenty. */
static bool is_vertical(const Painter *painter, const Cell *cell)
{
	return cell->code_point == VERTICAL && !painter->ascii_only;
}

/* Makes row `y` of the terminal, which holds `shown`, equal to `row`, but for the vertical lines: those it marks in `later`. */
static void paint_cells(Painter *painter, int y, const Cell *row, const Cell *shown, bool *later, Buf *out)
{
	int tail = blank_tail(painter, row), changed_in_tail = 0;
	for (int x = tail; x < painter->width; x++)
		changed_in_tail += !looks_equal(painter, &row[x], &shown[x]);
	int end = changed_in_tail > SHORT_GAP ? tail : painter->width;
	for (int x = 0; x < end; x++) {
		/* The right half of a wide character goes with its left half. */
		if (row[x].width == 0 || looks_equal(painter, &row[x], &shown[x]))
			continue;
		later[x] = is_vertical(painter, &row[x]);
		if (later[x])
			continue;
		for (int gap = gap_from(painter, row, x, y); gap < x; gap++)
			put_cell(painter, gap, y, &row[gap], out);
		put_cell(painter, x, y, &row[x], out);
		x += repeat_rule(painter, row + x, shown + x, end - x, out);
	}
	if (end < painter->width)
		erase_from(painter, end, y, out);
}

/* The same by erasing first what does not stay, which is shorter for a row with much new space in it. */
static void paint_erased(Painter *painter, int y, const Cell *row, const Cell *shown, bool *later, Buf *out)
{
	int from = 0;
	while (from < painter->width && looks_equal(painter, &row[from], &shown[from]))
		from++;
	AUTO_FREE Cell *left = bg_reallocarray(NULL, (size_t) painter->width, sizeof(Cell));
	memcpy(left, shown, (size_t) painter->width * sizeof(Cell));
	for (int x = from; x < painter->width; x++)
		left[x] = BLANK;
	erase_from(painter, from, y, out);
	paint_cells(painter, y, row, left, later, out);
}

static size_t count_later(const bool *later, int width)
{
	size_t count = 0;
	for (int x = 0; x < width; x++)
		count += later[x];
	return count;
}

static void paint_row(Painter *painter, int y, const Cell *row, Buf *out)
{
	Cell *shown = shown_row(painter, y);
	size_t width = (size_t) painter->width;
	if (memcmp(row, shown, width * sizeof(Cell)) == 0)
		return;
	AUTO_CLEAR(Buf) changed = { 0 };
	AUTO_CLEAR(Buf) erased = { 0 };
	bool *later = painter->later + (size_t) y * width;
	AUTO_FREE bool *later_erased = bg_calloc(width, sizeof(bool));
	Pen before = painter->pen;
	paint_cells(painter, y, row, shown, later, &changed);
	Pen after = painter->pen;
	painter->pen = before;
	if (changed.len > ERASE_WORTH && can_erase(painter))
		paint_erased(painter, y, row, shown, later_erased, &erased);
	size_t cost = changed.len + count_later(later, painter->width) * VERTICAL_COST;
	bool shorter = erased.len > 0 && erased.len + count_later(later_erased, painter->width) * VERTICAL_COST < cost;
	if (shorter)
		memcpy(later, later_erased, width * sizeof(bool));
	else
		painter->pen = after;
	buf_append(out, shorter ? erased.data : changed.data, shorter ? erased.len : changed.len);
	memcpy(shown, row, width * sizeof(Cell));
}

static void paint_verticals(Painter *painter, Buf *out)
{
	for (int x = 0; x < painter->width; x++)
		for (int y = 0; y < painter->height; y++) {
			bool *later = &painter->later[(size_t) y * (size_t) painter->width + (size_t) x];
			if (*later)
				put_cell(painter, x, y, &shown_row(painter, y)[x], out);
			*later = false;
		}
}

/* Writing over one half of a wide character leaves terminals in different minds about the other half, so such rows are written whole. */
static void forget_wide_row(Painter *painter, int y, const Cell *row)
{
	Cell *shown = shown_row(painter, y);
	bool wide = false;
	for (int x = 0; x < painter->width; x++)
		wide = wide || shown[x].width != 1 || row[x].width != 1;
	if (!wide || memcmp(row, shown, (size_t) painter->width * sizeof(Cell)) == 0)
		return;
	for (int x = 0; x < painter->width; x++)
		shown[x].code_point = UINT32_MAX;
}

static void start_over(Painter *painter, const Canvas *canvas, Buf *out)
{
	size_t count = (size_t) canvas->width * (size_t) canvas->height;
	painter->shown = bg_reallocarray(painter->shown, count ? count : 1, sizeof(Cell));
	free(painter->later);
	painter->later = bg_calloc(count ? count : 1, sizeof(bool));
	painter->width = canvas->width;
	painter->height = canvas->height;
	/* Clearing gives the terminal's own background: cells of a theme that paints its own are all written. */
	Style plain = painter->looks[ROLE_TEXT];
	bool cleared_is_plain = plain.background == COLOUR_DEFAULT && !plain.attributes;
	for (size_t i = 0; i < count; i++) {
		painter->shown[i] = BLANK;
		if (!cleared_is_plain)
			painter->shown[i].code_point = UINT32_MAX;
	}
	painter_forget(painter);
	capability_put(out, painter->capabilities->normal, 0, 0);
	capability_put(out, painter->capabilities->clear, 0, 0);
	painter->forgotten = false;
	painter->pen = pen_plain();
}

static void place_cursor(Painter *painter, const Canvas *canvas, Buf *out)
{
	const Capabilities *can = painter->capabilities;
	bool show = canvas->cursor_x >= 0;
	if (show)
		pen_move(&painter->pen, can, canvas->cursor_x, canvas->cursor_y, out);
	if (painter->cursor_known && painter->cursor_shown == show)
		return;
	capability_put(out, show ? can->cursor_show : can->cursor_hide, 0, 0);
	painter->cursor_shown = show;
	painter->cursor_known = true;
}

void painter_paint(Painter *painter, const Canvas *canvas, Buf *out)
{
	if (painter->forgotten || painter->width != canvas->width || painter->height != canvas->height)
		start_over(painter, canvas, out);
	for (int y = 0; y < canvas->height; y++) {
		const Cell *row = canvas->cells + (size_t) y * (size_t) canvas->width;
		forget_wide_row(painter, y, row);
		paint_row(painter, y, row, out);
	}
	paint_verticals(painter, out);
	place_cursor(painter, canvas, out);
}
