/* golden.c: see golden.h. */
#include "tests/support/golden.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/file.h"
#include "core/base/text.h"
#include "tests/support/support.h"

#define MAX_LOOKS 52

typedef struct Legend {
	char texts[MAX_LOOKS][96];
	size_t count;
} Legend;

static void describe_colour(Buf *out, const char *which, const VTermColor *colour)
{
	if (VTERM_COLOR_IS_DEFAULT_FG(colour) || VTERM_COLOR_IS_DEFAULT_BG(colour))
		return;
	if (VTERM_COLOR_IS_INDEXED(colour))
		buf_printf(out, " %s %u", which, colour->indexed.idx);
	else
		buf_printf(out, " %s #%02x%02x%02x", which, colour->rgb.red, colour->rgb.green, colour->rgb.blue);
}

/* "" for a plain cell. Of a blank only the ground can be seen: the painter leaves the colour of its letter as it was. What libvterm keeps for the
 * right half of a wide character tells of what stood there before. */
static void describe_look(const VTermScreenCell *cell, Buf *out)
{
	if (cell->chars[0] == (uint32_t) -1)
		return;
	bool unseen = (cell->chars[0] == 0 || cell->chars[0] == ' ') && !cell->attrs.underline && !cell->attrs.reverse;
	if (!unseen)
		describe_colour(out, "fg", &cell->fg);
	describe_colour(out, "bg", &cell->bg);
	buf_puts(out, cell->attrs.bold && !unseen ? " bold" : "");
	buf_puts(out, cell->attrs.underline ? " underline" : "");
	buf_puts(out, cell->attrs.reverse ? " reverse" : "");
	buf_puts(out, cell->attrs.italic && !unseen ? " italic" : "");
	buf_puts(out, cell->attrs.blink ? " blink" : "");
}

static char letter_of(Legend *legend, const VTermScreenCell *cell)
{
	AUTO_CLEAR(Buf) look = {0};
	describe_look(cell, &look);
	if (look.len == 0)
		return '.';
	size_t i = 0;
	while (i < legend->count && !text_eq(legend->texts[i], buf_text(&look)))
		i++;
	if (i == legend->count) {
		cr_assert(i < MAX_LOOKS, "a screen with more than %d looks", MAX_LOOKS);
		snprintf(legend->texts[legend->count++], sizeof(legend->texts[0]), "%s", buf_text(&look));
	}
	return (char) (i < 26 ? 'a' + i : 'A' + (i - 26));
}

static VTermScreenCell cell_at(const GoldenScreen *golden, int x, int y)
{
	VTermScreenCell cell = {0};
	(void) vterm_screen_get_cell(golden->screen, (VTermPos){ .row = y, .col = x }, &cell);
	return cell;
}

static void put_row(const GoldenScreen *golden, int y, Buf *out)
{
	for (int x = 0; x < golden->columns; x++) {
		VTermScreenCell cell = cell_at(golden, x, y);
		for (size_t i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] && cell.chars[i] != (uint32_t) -1; i++)
			utf8_append(out, cell.chars[i]);
		if (cell.chars[0] == 0)
			buf_putc(out, ' ');
		if (cell.width == 2)
			x++;
	}
}

void golden_text(const GoldenScreen *golden, Buf *out)
{
	for (int y = 0; y < golden->rows; y++) {
		put_row(golden, y, out);
		while (out->len > 0 && out->data[out->len - 1] == ' ')
			buf_truncate(out, out->len - 1);
		buf_putc(out, '\n');
	}
}

void golden_write(const GoldenScreen *golden, Buf *out)
{
	static Legend legend;
	legend.count = 0;
	buf_printf(out, "size %dx%d\n", golden->columns, golden->rows);
	if (golden->cursor_x < 0)
		buf_puts(out, "cursor hidden\n");
	else
		buf_printf(out, "cursor column %d row %d\n", golden->cursor_x, golden->cursor_y);
	for (int y = 0; y < golden->rows; y++) {
		buf_putc(out, '|');
		put_row(golden, y, out);
		buf_puts(out, "|\n");
	}
	buf_puts(out, "looks\n");
	for (int y = 0; y < golden->rows; y++) {
		buf_putc(out, '|');
		for (int x = 0; x < golden->columns; x++) {
			VTermScreenCell cell = cell_at(golden, x, y);
			buf_putc(out, letter_of(&legend, &cell));
		}
		buf_puts(out, "|\n");
	}
	for (size_t i = 0; i < legend.count; i++)
		buf_printf(out, "%c %s\n", (char) (i < 26 ? 'a' + i : 'A' + (i - 26)), legend.texts[i]);
}

void golden_expect(const char *name, const char *actual)
{
	AUTO_CLEAR(Buf) relative = {0};
	buf_printf(&relative, "tests/golden/%s.screen", name);
	AUTO_FREE char *path = source_path(buf_text(&relative));
	const char *update = getenv("UPDATE_GOLDEN");
	if (update && *update) {
		Error err = {0};
		AUTO_FREE char *folder = path_folder(path);
		assert_ok(file_make_folder(folder, 0755, &err), &err);
		assert_ok(file_write_atomic(path, actual, strlen(actual), 0644, &err), &err);
		return;
	}
	cr_assert(file_exists(path), "there is no %s yet; the screen is\n%s\nIf it is right: UPDATE_GOLDEN=1 meson test", path, actual);
	AUTO_FREE char *expected = read_text(path);
	cr_assert(text_eq(expected, actual), "%s differs.\n--- expected\n%s\n--- actual\n%s\nIf the new one is right: UPDATE_GOLDEN=1 meson test",
		path, expected, actual);
}
