/* Any text, drawn in every way that a screen draws text, at any width: what is on the canvas is harmless, and what the painter sends to a terminal holds only
 * sequences of its own. The first byte says how wide and high. */
#include "fuzz.h"
#include "tui/theme/theme.h"
#include "tui/term/painter.h"
#include "tui/widget/canvas.h"

static void draw(Canvas *canvas, const char *text, int columns, int rows)
{
	Rect all = canvas_rect(canvas);
	(void) canvas_text(canvas, all, 0, 0, ROLE_TEXT, text);
	(void) canvas_text(canvas, all, -3, 1, ROLE_TEXT, text);
	(void) canvas_text_fit(canvas, all, 0, 2, columns, ROLE_TEXT, text);
	(void) canvas_text_right(canvas, all, columns, 3, ROLE_TEXT, text);
	(void) canvas_paragraph(canvas, (Rect) { 1, 4, columns - 2, rows - 5 }, 1, ROLE_TEXT, text);
	canvas_box(canvas, (Rect) { 0, 4, columns, rows - 4 }, ROLE_TEXT, text);
	BG_ASSERT(canvas_text_width(text) >= 0);
}

/* Sequences are the painter's own: ESC [ digits letter, the character set that goes with "no attributes", and ways to the next line. Between them stands harmless text. */
static void check_painted(const Canvas *canvas)
{
	AUTO_CLEAR(Buf) painted = { 0 };
	static Theme theme;
	Error err = { 0 };
	static Capabilities capabilities;
	bool ok = (capabilities.move || capabilities_load("xterm-256color", &capabilities, NULL, &err)) && theme_parse("t", "t", theme_builtin_text(0), &theme, &err);
	BG_ASSERT(ok);
	AUTO(Painter) *painter = painter_new(&capabilities, &theme, false);
	painter_paint(painter, canvas, &painted);
	Str rest = buf_str(&painted);
	while (rest.len) {
		size_t len = 0;
		while (len < rest.len && !strchr("\033\r\n\b", rest.ptr[len]))
			len++;
		fuzz_harmless(str_slice(rest, 0, len), SANITISE_LINE);
		rest = str_slice(rest, len, rest.len);
		if (!rest.len)
			return;
		size_t short_one = *rest.ptr != '\033' ? 1 : str_starts(rest, "\033(B") ? 3 : 0;
		if (short_one) {
			rest = str_slice(rest, short_one, rest.len);
			continue;
		}
		size_t end = 2;
		BG_ASSERT(rest.len > 2 && rest.ptr[1] == '[');
		while (end < rest.len && strchr("?;0123456789", rest.ptr[end]))
			end++;
		BG_ASSERT(end < rest.len && strchr("ABCDGHJKXdhlm", rest.ptr[end]));
		rest = str_slice(rest, end + 1, rest.len);
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(Buf) shown = { 0 };
	if (!size || memchr(data, '\0', size))
		return 0;
	int columns = data[0] % 41, rows = data[0] / 16;
	AUTO_FREE char *text = str_dup((Str) { (const char *) data + 1, size - 1 });
	AUTO_CLEAR(Canvas) canvas = { 0 };
	canvas_resize(&canvas, columns, rows, GLYPHS_UTF8);
	draw(&canvas, text, columns, rows);
	canvas_print(&canvas, &shown);
	fuzz_harmless(buf_str(&shown), SANITISE_BLOCK);
	check_painted(&canvas);
	return 0;
}
