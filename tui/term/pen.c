/* pen.c: see pen.h. Looks are one SGR sequence each (ECMA-48 8.3.117) where the terminal's own strings are such sequences, else those strings
 * one by one. No REP and no line drawing set for the rules, although both would be shorter: terminals that say xterm and know neither exist. */
#include "tui/term/pen.h"

#define FEW_ROWS 4   /* down so many, newlines are shorter than an address */

Pen pen_plain(void)
{
	return (Pen){ .known = true, .style = { .foreground = COLOUR_DEFAULT, .background = COLOUR_DEFAULT } };
}

bool style_equal(Style a, Style b)
{
	return a.foreground == b.foreground && a.background == b.background && a.attributes == b.attributes;
}

bool style_equal_blank(Style a, Style b)
{
	const uint8_t seen = STYLE_UNDERLINE | STYLE_REVERSE;
	if ((a.attributes | b.attributes) & seen)
		return style_equal(a, b);
	return a.background == b.background;
}

/* ---- looks ---- */

static const struct { uint8_t bit; const char *on, *off; } SGR[] = {
	{ STYLE_BOLD, "1", "22" }, { STYLE_DIM, "2", "22" }, { STYLE_ITALIC, "3", "23" }, { STYLE_UNDERLINE, "4", "24" }, { STYLE_REVERSE, "7", "27" },
};

static void put_parameter(Buf *list, const char *parameter)
{
	buf_printf(list, "%s%s", list->len ? ";" : "", parameter);
}

/* What stands between "ESC [" and "m". */
static void put_colour(Buf *list, const char *capability, int colour, const char *otherwise)
{
	AUTO_CLEAR(Buf) filled = { 0 };
	if (colour == COLOUR_DEFAULT) {
		put_parameter(list, otherwise);
		return;
	}
	capability_put(&filled, capability, colour, 0);
	Str inner = str_slice(buf_str(&filled), 2, filled.len > 3 ? filled.len - 3 : 0);
	buf_printf(list, "%s%.*s", list->len ? ";" : "", STR_ARG(inner));
}

static uint8_t possible(const Capabilities *can, uint8_t attributes)
{
	const char *const strings[] = { can->bold, can->dim, can->italic, can->underline, can->reverse };
	for (size_t i = 0; i < BG_LENGTH(SGR); i++)
		if (!strings[i])
			attributes &= (uint8_t) ~SGR[i].bit;
	return attributes;
}

/* Begins with an empty parameter, which takes everything back. */
static void list_from_plain(const Capabilities *can, Style to, Buf *list)
{
	AUTO_CLEAR(Buf) more = { 0 };
	for (size_t i = 0; i < BG_LENGTH(SGR); i++)
		if (to.attributes & SGR[i].bit)
			put_parameter(&more, SGR[i].on);
	if (to.foreground != COLOUR_DEFAULT)
		put_colour(&more, can->foreground, to.foreground, "39");
	if (to.background != COLOUR_DEFAULT)
		put_colour(&more, can->background, to.background, "49");
	if (more.len)
		buf_printf(list, ";%s", buf_text(&more));
}

/* False when the terminal cannot take something back by itself. */
static bool list_changes(const Capabilities *can, Style from, Style to, Buf *list)
{
	uint8_t gone = from.attributes & (uint8_t) ~to.attributes, come = to.attributes & (uint8_t) ~from.attributes;
	bool back = gone || (to.foreground == COLOUR_DEFAULT && from.foreground != COLOUR_DEFAULT) ||
		(to.background == COLOUR_DEFAULT && from.background != COLOUR_DEFAULT);
	if (back && !can->takes_back)
		return false;
	/* One parameter takes back both. */
	if (gone & (STYLE_BOLD | STYLE_DIM))
		come |= to.attributes & (STYLE_BOLD | STYLE_DIM);
	bool weight = false;
	for (size_t i = 0; i < BG_LENGTH(SGR); i++) {
		bool is_weight = SGR[i].bit & (STYLE_BOLD | STYLE_DIM);
		if ((gone & SGR[i].bit) && !(is_weight && weight))
			put_parameter(list, SGR[i].off);
		weight = weight || (is_weight && (gone & SGR[i].bit));
	}
	for (size_t i = 0; i < BG_LENGTH(SGR); i++)
		if (come & SGR[i].bit)
			put_parameter(list, SGR[i].on);
	if (from.foreground != to.foreground)
		put_colour(list, can->foreground, to.foreground, "39");
	if (from.background != to.background)
		put_colour(list, can->background, to.background, "49");
	return true;
}

static void set_by_sgr(const Pen *pen, const Capabilities *can, Style style, Buf *out)
{
	AUTO_CLEAR(Buf) whole = { 0 };
	AUTO_CLEAR(Buf) changes = { 0 };
	Style from = pen->style;
	style.attributes = possible(can, style.attributes);
	from.attributes = possible(can, from.attributes);
	list_from_plain(can, style, &whole);
	bool shorter = pen->known && list_changes(can, from, style, &changes) && changes.len <= whole.len;
	/* They differ only by what this terminal cannot show. */
	if (shorter && changes.len == 0)
		return;
	buf_printf(out, "\033[%sm", buf_text(shorter ? &changes : &whole));
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

static void set_by_strings(const Pen *pen, const Capabilities *can, Style style, Buf *out)
{
	Style from = pen->style;
	bool start_over = !pen->known || from.attributes != style.attributes ||
		(from.foreground != style.foreground && style.foreground == COLOUR_DEFAULT) ||
		(from.background != style.background && style.background == COLOUR_DEFAULT);
	if (start_over) {
		capability_put(out, can->normal, 0, 0);
		put_attributes(can, style.attributes, out);
		from.foreground = from.background = COLOUR_DEFAULT;
	}
	if (from.foreground != style.foreground)
		capability_put(out, can->foreground, style.foreground, 0);
	if (from.background != style.background)
		capability_put(out, can->background, style.background, 0);
}

void pen_set(Pen *pen, const Capabilities *can, Style style, Buf *out)
{
	if (pen->known && style_equal(pen->style, style))
		return;
	if (can->looks_are_sgr)
		set_by_sgr(pen, can, style, out);
	else
		set_by_strings(pen, can, style, out);
	pen->style = style;
	pen->known = true;
}

void pen_set_blank(Pen *pen, const Capabilities *can, Style style, Buf *out)
{
	if (!pen->known || !style_equal_blank(pen->style, style))
		pen_set(pen, can, style, out);
}

/* ---- places ---- */

static void put_forward(const Capabilities *can, int columns, Buf *out)
{
	if (columns == 1 && can->forward_one)
		capability_put(out, can->forward_one, 0, 0);
	else if (columns > 0)
		capability_put(out, can->forward, columns, 0);
}

static void keep_shorter(Buf *best, const Buf *other)
{
	if (other->len < best->len) {
		buf_truncate(best, 0);
		buf_append(best, other->data, other->len);
	}
}

/* From the beginning of a row, that of the cursor or one of the next. */
static void try_from_margin(const Pen *pen, const Capabilities *can, int x, int y, Buf *best)
{
	AUTO_CLEAR(Buf) way = { 0 };
	if (pen->y < 0 || y < pen->y || y - pen->y > FEW_ROWS || !can->newline_goes_down || (x > 0 && !can->forward))
		return;
	buf_putc(&way, '\r');
	for (int row = pen->y; row < y; row++)
		buf_putc(&way, '\n');
	put_forward(can, x, &way);
	keep_shorter(best, &way);
}

/* A newline keeps the column: from one character of a vertical line to the next. */
static void try_below(const Pen *pen, const Capabilities *can, int x, int y, Buf *best)
{
	AUTO_CLEAR(Buf) way = { 0 };
	if (pen->x < 0 || pen->y < 0 || y <= pen->y || y - pen->y > FEW_ROWS || !can->newline_goes_down)
		return;
	for (int row = pen->y; row < y; row++)
		buf_putc(&way, '\n');
	if (pen->x == x + 1 && can->back)
		capability_put(&way, can->back, 0, 0);
	else if (pen->x <= x && can->forward)
		put_forward(can, x - pen->x, &way);
	else
		return;
	keep_shorter(best, &way);
}

static void try_in_row(const Pen *pen, const Capabilities *can, int x, int y, Buf *best)
{
	AUTO_CLEAR(Buf) column = { 0 };
	AUTO_CLEAR(Buf) forward = { 0 };
	if (pen->y != y)
		return;
	if (pen->x == x + 1 && can->back) {
		buf_truncate(best, 0);
		capability_put(best, can->back, 0, 0);
		return;
	}
	capability_put(&column, can->move_column, x, 0);
	if (column.len)
		keep_shorter(best, &column);
	if (pen->x >= 0 && pen->x < x && can->forward) {
		put_forward(can, x - pen->x, &forward);
		keep_shorter(best, &forward);
	}
}

void pen_move(Pen *pen, const Capabilities *can, int x, int y, Buf *out)
{
	AUTO_CLEAR(Buf) best = { 0 };
	if (pen->x == x && pen->y == y)
		return;
	capability_put(&best, can->move, y, x);
	try_in_row(pen, can, x, y, &best);
	try_from_margin(pen, can, x, y, &best);
	try_below(pen, can, x, y, &best);
	buf_append(out, best.data, best.len);
	pen->x = x;
	pen->y = y;
}
