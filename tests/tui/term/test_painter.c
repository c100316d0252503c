/* Tests of tui/term/painter.h: what reaches libvterm is what the canvas holds, however it changed, and little is sent for little. */
#include "tui/term/painter.h"

#include <stdlib.h>
#include <vterm.h>

#include "core/base/text.h"
#include "tests/support/golden.h"
#include "tests/support/repeat.h"
#include "tests/support/support.h"

typedef struct Bench {
	Capabilities capabilities;
	Theme theme;
	Painter *painter;
	Canvas canvas;
	VTerm *vterm;
	VTermScreen *screen;
	size_t sent;              /* bytes of the last frame */
} Bench;

static Bench bench_open(const char *type, const char *theme, int columns, int rows, bool ascii)
{
	Bench bench = {0};
	Error err = {0};
	assert_ok(capabilities_load(type, &bench.capabilities, NULL, &err), &err);
	assert_ok(theme_load(theme, &bench.theme, &err), &err);
	canvas_resize(&bench.canvas, columns, rows, ascii ? GLYPHS_ASCII : GLYPHS_UTF8);
	bench.vterm = vterm_new(rows, columns);
	vterm_set_utf8(bench.vterm, 1);
	bench.screen = vterm_obtain_screen(bench.vterm);
	vterm_screen_reset(bench.screen, 1);
	return bench;
}

static void bench_close(Bench *bench)
{
	bench->painter = painter_free(bench->painter);
	canvas_clear(&bench->canvas);
	capabilities_clear(&bench->capabilities);
	vterm_free(bench->vterm);
}

static void paint(Bench *bench, bool ascii)
{
	AUTO_CLEAR(Buf) out = {0};
	if (!bench->painter)
		bench->painter = painter_new(&bench->capabilities, &bench->theme, ascii);
	painter_paint(bench->painter, &bench->canvas, &out);
	bench->sent = out.len;
	if (ascii)
		for (size_t i = 0; i < out.len; i++)
			cr_expect((unsigned char) out.data[i] < 0x80);
	repeat_write(bench->vterm, buf_str(&out));
}

static void expect_same_text(Bench *bench, const char *name)
{
	GoldenScreen golden = { .screen = bench->screen, .columns = bench->canvas.width, .rows = bench->canvas.height };
	AUTO_CLEAR(Buf) shown = {0};
	AUTO_CLEAR(Buf) wanted = {0};
	golden_text(&golden, &shown);
	canvas_print(&bench->canvas, &wanted);
	assert_text(name, buf_text(&shown), buf_text(&wanted));
}

/* Against a second terminal that is painted from nothing. */
static void expect_same_looks(Bench *bench, const char *name)
{
	AUTO_CLEAR(Buf) out = {0};
	AUTO_CLEAR(Buf) shown = {0};
	AUTO_CLEAR(Buf) wanted = {0};
	VTerm *vterm = vterm_new(bench->canvas.height, bench->canvas.width);
	AUTO(Painter) *painter = painter_new(&bench->capabilities, &bench->theme, false);
	vterm_set_utf8(vterm, 1);
	VTermScreen *screen = vterm_obtain_screen(vterm);
	vterm_screen_reset(screen, 1);
	painter_paint(painter, &bench->canvas, &out);
	repeat_write(vterm, buf_str(&out));
	GoldenScreen golden = { .screen = bench->screen, .columns = bench->canvas.width, .rows = bench->canvas.height };
	golden_write(&golden, &shown);
	golden.screen = screen;
	golden_write(&golden, &wanted);
	assert_text(name, buf_text(&shown), buf_text(&wanted));
	vterm_free(vterm);
}

Test(painter, the_terminal_shows_the_canvas_after_any_change)
{
	static const char *const words[] = { "world", "世界", "é", "e\xcc\x81x", " ", "      ", "abc 世 def", "✔ done", "━━", "│", "──────────", "a│b" };
	static const char *const types[] = { "xterm-256color", "linux", "vt100", "screen", "tmux-256color" };
	for (size_t t = 0; t < 2 * BG_LENGTH(types); t++) {
		const char *type = types[t / 2];
		unsigned seed = 7;
		Bench bench = bench_open(type, "dark", 23, 6, false);
		if (t % 2)
			capabilities_spare(&bench.capabilities);
		for (int frame = 0; frame < 400; frame++) {
			if (rand_r(&seed) % 20 == 0)
				canvas_erase(&bench.canvas);
			for (int i = 0; i < 3; i++) {
				const char *word = words[(unsigned) rand_r(&seed) % BG_LENGTH(words)];
				int x = rand_r(&seed) % 25 - 1, y = rand_r(&seed) % 6;
				Role role = (Role) (rand_r(&seed) % ROLE_COUNT);
				canvas_text(&bench.canvas, canvas_rect(&bench.canvas), x, y, role, word);
			}
			/* libvterm 0.1 loses a mark on a letter in the last column. */
			for (int y = 0; y < 6; y++)
				if (canvas_cell(&bench.canvas, 22, y)->combining[0])
					canvas_text(&bench.canvas, canvas_rect(&bench.canvas), 22, y, ROLE_TEXT, "|");
			paint(&bench, false);
			expect_same_text(&bench, type);
			if (frame % 10 == 0)
				expect_same_looks(&bench, type);
		}
		bench_close(&bench);
	}
}

Test(painter, a_clock_that_ticks_costs_a_few_bytes_and_nothing_costs_nothing)
{
	Bench bench = bench_open("xterm-256color", "dark", 80, 24, false);
	size_t total = 0;
	paint(&bench, false);
	for (int second = 0; second < 60; second++) {
		canvas_printf(&bench.canvas, canvas_rect(&bench.canvas), 40, 0, ROLE_BAR, "T+00:07:%02d", second);
		paint(&bench, false);
		total += second ? bench.sent : 0;
		paint(&bench, false);
		cr_expect(bench.sent == 0);
	}
	cr_expect(total < 300, "a minute took %zu bytes", total);
	expect_same_text(&bench, "clock");
	bench_close(&bench);
}

Test(painter, the_first_frame_sends_no_blanks)
{
	Bench bench = bench_open("xterm-256color", "dark", 200, 60, false);
	canvas_text(&bench.canvas, canvas_rect(&bench.canvas), 5, 5, ROLE_OK, "ok");
	paint(&bench, false);
	cr_expect(bench.sent < 80, "%zu", bench.sent);
	canvas_erase(&bench.canvas);
	paint(&bench, false);
	cr_expect(bench.sent < 40, "%zu", bench.sent);
	bench_close(&bench);
}

Test(painter, a_slow_line_gets_short_looks_and_rules_that_repeat_themselves)
{
	Bench bench = bench_open("xterm-256color", "dark", 80, 24, false);
	canvas_horizontal(&bench.canvas, canvas_rect(&bench.canvas), 0, 2, 80, ROLE_BORDER);
	canvas_vertical(&bench.canvas, canvas_rect(&bench.canvas), 27, 3, 18, ROLE_BORDER);
	canvas_text(&bench.canvas, canvas_rect(&bench.canvas), 2, 22, ROLE_KEY, "Enter");
	paint(&bench, false);
	size_t usual = bench.sent;
	expect_same_text(&bench, "usual");
	capabilities_spare(&bench.capabilities);
	bench.painter = painter_free(bench.painter);
	paint(&bench, false);
	cr_expect(bench.sent + 230 < usual, "%zu of %zu bytes", bench.sent, usual);
	cr_expect(bench.sent < 170, "%zu bytes", bench.sent);
	expect_same_text(&bench, "slow");
	bench_close(&bench);
}

Test(painter, a_theme_with_its_own_background_paints_every_cell)
{
	Bench bench = bench_open("xterm-256color", "high-contrast", 10, 3, false);
	paint(&bench, false);
	for (int i = 0; i < 30; i++) {
		VTermScreenCell cell;
		(void) vterm_screen_get_cell(bench.screen, (VTermPos){ .row = i / 10, .col = i % 10 }, &cell);
		cr_expect(VTERM_COLOR_IS_INDEXED(&cell.bg) && cell.bg.indexed.idx == 0, "cell %d", i);
	}
	bench_close(&bench);
}

Test(painter, an_ascii_terminal_gets_ascii_only)
{
	Bench bench = bench_open("vt100", "mono", 30, 3, true);
	canvas_text(&bench.canvas, canvas_rect(&bench.canvas), 0, 0, ROLE_OK, "✔ ok → 世界 é");
	paint(&bench, true);
	expect_same_text(&bench, "ascii");
	bench_close(&bench);
}

Test(painter, unknown_and_dumb_terminals_are_refused_with_a_way_out_and_relatives_of_xterm_are_not)
{
	Capabilities capabilities = {0};
	Error err = {0};
	assert_refused(capabilities_load("nonsense", &capabilities, NULL, &err), &err, ERROR_MISSING, "terminal type \"nonsense\"");
	cr_expect(strstr(err.hint, "ACCESSIBLE=1"));
	assert_refused(capabilities_load("dumb", &capabilities, NULL, &err), &err, ERROR_INVALID, "cannot place text");
	assert_refused(capabilities_load(NULL, &capabilities, NULL, &err), &err, ERROR_INVALID, "cannot place text");
	assert_refused(capabilities_load("../../etc/passwd", &capabilities, NULL, &err), &err, ERROR_MISSING, "does not know");
	assert_ok(capabilities_load("xterm-ghostty-of-tomorrow", &capabilities, NULL, &err), &err);
	cr_expect(capabilities.colours == 256);
	capabilities_clear(&capabilities);
}
