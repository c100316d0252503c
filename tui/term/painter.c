/* painter.c: walks the canvas beside a copy of what the terminal shows, and writes moves, looks and characters where they differ. */
#include "tui/term/painter.h"
#include "core/base/alloc.h"
#include "core/base/text.h"

/* Rewriting up to this many unchanged cells is shorter than moving the cursor over them. */
#define SHORT_GAP 4

struct Painter {
	const Capabilities *capabilities;
	Theme theme;
	Style looks[ROLE_COUNT];
	bool ascii_only;
	bool forgotten;               /* the screen must be cleared first */
	int width, height;
	Cell *shown;
	int x, y;                     /* where the terminal's cursor is; x -1 = not known */
	bool pen_known, cursor_shown, cursor_known;
	Style pen;
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
	if (painter)
		free(painter->shown);
	free(painter);
	return NULL;
}

void painter_forget(Painter *painter)
{
	painter->forgotten = true;
	painter->pen_known = painter->cursor_known = false;
	painter->x = -1;
}

void painter_set_theme(Painter *painter, const Theme *theme)
{
	painter->theme = *theme;
	for (int i = 0; i < ROLE_COUNT; i++)
		painter->looks[i] = theme_style(theme, (Role) i, painter->capabilities->colours);
	painter_forget(painter);
}

static bool style_equal(Style a, Style b)
{
	return a.foreground == b.foreground && a.background == b.background && a.attributes == b.attributes;
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

static void put_attributes(const Capabilities *can, uint8_t attributes, Buf *out)
{
	const struct { uint8_t bit; const char *string; } strings[] = {
		{ STYLE_BOLD, can->bold }, { STYLE_UNDERLINE, can->underline }, { STYLE_REVERSE, can->reverse },
		{ STYLE_DIM, can->dim }, { STYLE_ITALIC, can->italic },
	};
	for (size_t i = 0; i < BG_LENGTH(strings); i++)
		if (attributes & strings[i].bit)
			capability_put(out, strings[i].string, 0, 0);
}

static void set_pen(Painter *painter, Style style, Buf *out)
{
	const Capabilities *can = painter->capabilities;
	if (painter->pen_known && style_equal(painter->pen, style))
		return;
	Style pen = painter->pen;
	bool start_over = !painter->pen_known || pen.attributes != style.attributes ||
		(pen.foreground != style.foreground && style.foreground == COLOUR_DEFAULT) ||
		(pen.background != style.background && style.background == COLOUR_DEFAULT);
	if (start_over) {
		capability_put(out, can->normal, 0, 0);
		put_attributes(can, style.attributes, out);
		pen.foreground = pen.background = COLOUR_DEFAULT;
	}
	if (pen.foreground != style.foreground)
		capability_put(out, can->foreground, style.foreground, 0);
	if (pen.background != style.background)
		capability_put(out, can->background, style.background, 0);
	painter->pen = style;
	painter->pen_known = true;
}

static void move_to(Painter *painter, int x, int y, Buf *out)
{
	const Capabilities *can = painter->capabilities;
	if (painter->x == x && painter->y == y)
		return;
	bool same_row = painter->x >= 0 && painter->y == y;
	if (same_row && painter->x == x + 1 && can->back)
		capability_put(out, can->back, 0, 0);
	else if (same_row && can->move_column)
		capability_put(out, can->move_column, x, 0);
	else
		capability_put(out, can->move, y, x);
	painter->x = x;
	painter->y = y;
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

static void put_cell(Painter *painter, int x, int y, const Cell *cell, Buf *out)
{
	const Capabilities *can = painter->capabilities;
	bool is_last = x + cell->width == painter->width && y + 1 == painter->height;
	/* There the last cell of the screen would scroll it: it stays empty. */
	if (is_last && can->wraps && !can->wraps_late)
		return;
	move_to(painter, x, y, out);
	set_pen(painter, cell_style(painter, cell), out);
	put_character(painter, cell, out);
	painter->x += cell->width;
	/* Terminals disagree about wide and combined characters and about the last column: do not rely on where they left the cursor. */
	if (cell->width != 1 || cell->combining[0] || painter->x >= painter->width)
		painter->x = -1;
}

static Cell *shown_row(const Painter *painter, int y)
{
	return painter->shown + (size_t) y * (size_t) painter->width;
}

/* True if the cells from the cursor up to `x` can be written again in the present pen, as a way to get there. */
static bool can_rewrite_gap(const Painter *painter, const Cell *row, int x, int y)
{
	if (painter->x < 0 || painter->y != y || painter->x >= x || x - painter->x > SHORT_GAP || !painter->pen_known)
		return false;
	for (int i = painter->x; i < x; i++) {
		bool plain = row[i].width == 1 && row[i].code_point < 0x80 && !row[i].combining[0];
		if (!plain || !style_equal(cell_style(painter, &row[i]), painter->pen))
			return false;
	}
	return true;
}

/* A row whose rest is blank in the look of plain text is erased, not written. */
static int blank_tail(const Painter *painter, const Cell *row)
{
	Style plain = painter->looks[ROLE_TEXT];
	int x = painter->width;
	if (!painter->capabilities->erase_line || plain.attributes || plain.background != COLOUR_DEFAULT)
		return x;
	while (x > 0 && row[x - 1].code_point == ' ' && !row[x - 1].combining[0] &&
		style_equal(cell_style(painter, &row[x - 1]), plain))
		x--;
	return x;
}

static bool cells_equal(const Cell *a, const Cell *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static void paint_row(Painter *painter, int y, const Cell *row, Buf *out)
{
	Cell *shown = shown_row(painter, y);
	size_t size = (size_t) painter->width * sizeof(Cell);
	if (memcmp(row, shown, size) == 0)
		return;
	int tail = blank_tail(painter, row), changed_in_tail = 0;
	for (int x = tail; x < painter->width; x++)
		changed_in_tail += !cells_equal(&row[x], &shown[x]);
	int end = changed_in_tail > SHORT_GAP ? tail : painter->width;
	for (int x = 0; x < end; x++) {
		/* The right half of a wide character goes with its left half. */
		if (row[x].width == 0 || cells_equal(&row[x], &shown[x]))
			continue;
		if (can_rewrite_gap(painter, row, x, y))
			while (painter->x < x)
				put_cell(painter, painter->x, y, &row[painter->x], out);
		put_cell(painter, x, y, &row[x], out);
	}
	if (end < painter->width) {
		move_to(painter, end, y, out);
		set_pen(painter, painter->looks[ROLE_TEXT], out);
		capability_put(out, painter->capabilities->erase_line, 0, 0);
	}
	memcpy(shown, row, size);
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
	static const Cell blank = { .code_point = ' ', .width = 1, .role = ROLE_TEXT };
	size_t count = (size_t) canvas->width * (size_t) canvas->height;
	painter->shown = bg_reallocarray(painter->shown, count ? count : 1, sizeof(Cell));
	painter->width = canvas->width;
	painter->height = canvas->height;
	/* Clearing gives the terminal's own background: cells of a theme that paints its own are all written. */
	Style plain = painter->looks[ROLE_TEXT];
	bool cleared_is_plain = plain.background == COLOUR_DEFAULT && !plain.attributes;
	for (size_t i = 0; i < count; i++) {
		painter->shown[i] = blank;
		if (!cleared_is_plain)
			painter->shown[i].code_point = UINT32_MAX;
	}
	painter_forget(painter);
	capability_put(out, painter->capabilities->normal, 0, 0);
	capability_put(out, painter->capabilities->clear, 0, 0);
	painter->forgotten = false;
	painter->pen = (Style){ .foreground = COLOUR_DEFAULT, .background = COLOUR_DEFAULT };
	painter->pen_known = true;
	painter->x = painter->y = 0;
}

static void place_cursor(Painter *painter, const Canvas *canvas, Buf *out)
{
	const Capabilities *can = painter->capabilities;
	bool show = canvas->cursor_x >= 0;
	if (show)
		move_to(painter, canvas->cursor_x, canvas->cursor_y, out);
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
	place_cursor(painter, canvas, out);
}
