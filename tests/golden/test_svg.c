/* test_svg.c: screens as pictures for pages: what stands in the SVG for what libvterm holds. */
#include "tests/support/support.h"
#include "tests/support/svg.h"

typedef struct Screen { VTerm *vterm; GoldenScreen golden; Buf svg; } Screen;

static Screen screen_of(int columns, int rows, const char *bytes)
{
	Screen screen = { .vterm = vterm_new(rows, columns) };
	vterm_set_utf8(screen.vterm, 1);
	screen.golden = (GoldenScreen){ .screen = vterm_obtain_screen(screen.vterm), .columns = columns, .rows = rows, .cursor_x = -1, .cursor_y = -1 };
	vterm_screen_reset(screen.golden.screen, 1);
	(void) vterm_input_write(screen.vterm, bytes, strlen(bytes));
	svg_write(&screen.golden, "a title", &screen.svg);
	return screen;
}

static void screen_clear(Screen *screen)
{
	vterm_free(screen->vterm);
	buf_clear(&screen->svg);
}
BG_DEFINE_CLEARP(Screen, screen_clear)

static size_t count_of(Screen *screen, const char *part)
{
	size_t count = 0;
	for (const char *at = buf_text(&screen->svg); (at = strstr(at, part)); at++)
		count++;
	return count;
}

typedef struct Case { const char *name, *bytes, *part; size_t times; } Case;
static const Case cases[] = {
	{ "text stands in the columns of its cells", "\r\n  back", "x=\"18\" y=\"35\" textLength=\"36\">back</text>", 1 },
	{ "two blanks begin a new run", "ab  cd e", "<text ", 2 },
	{ "a new look begins a new run", "ab\033[1mcd", "<text ", 2 },
	{ "bold is a look", "\033[1mcd", "font-weight:bold", 1 },
	{ "what would be markup is not", "<b>&", ">&#60;b&#62;&#38;</text>", 1 },
	{ "a colour of the 256", "\033[38;5;203mred", "fill:#ff5f5f", 1 },
	{ "reverse swaps text and ground", "\033[7mab", "<path fill=\"#d5d8dd\" d=\"M0 0h18v20h-18z\"/>", 1 },
	{ "a rule is one line", "──────────", "d=\"M0 10.5H90\"", 1 },
	{ "lines meet in the middle of a cell", "┬\r\n│\r\n┴", "d=\"M4.5 10V50\"", 1 },
	{ "a corner goes from the middle to two edges", "┌", "d=\"M4 10.5H9\"", 1 },
	{ "signs are shapes", "✔ ok", "<path transform=", 1 },
	{ "signs are no text", "✔", "<text ", 0 },
	{ "it has a title", "", "<title>a title</title>", 1 },
};

Test(svg, stands_for_what_the_screen_shows)
{
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Screen) screen = screen_of(10, 3, cases[i].bytes);
		cr_expect(count_of(&screen, cases[i].part) == cases[i].times, "%s: %s", cases[i].name, buf_text(&screen.svg));
	}
}
