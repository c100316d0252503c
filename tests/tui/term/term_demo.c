/* term_demo.c: a small program on tui/term, so that the way from canvas to pty and back is tested without the console.
 * Keys: q ends, z suspends, b rings, e ends with exit(3) unrestored by us, a breaks an invariant, c counts, l draws 200 frames. */
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "tui/term/restore.h"
#include "tui/term/term.h"

typedef struct Demo {
	Term *term;
	Canvas canvas;
	GlyphSet glyphs;
	char last[64];
	int count;
	bool done;
} Demo;

static void draw(Demo *demo)
{
	int columns, rows;
	term_size(demo->term, &columns, &rows);
	canvas_resize(&demo->canvas, columns, rows, demo->glyphs);
	Canvas *canvas = &demo->canvas;
	Rect all = canvas_rect(canvas), inside = rect_inset(all, 2, 1);
	canvas_box(canvas, all, ROLE_BORDER, "term demo");
	canvas_printf(canvas, inside, 2, 1, ROLE_TEXT, "size %dx%d  last key %s  count %d", columns, rows, demo->last, demo->count);
	for (int role = 0; role < ROLE_COUNT; role++)
		canvas_text(canvas, inside, 2 + role % 4 * 18, 3 + role / 4, (Role) role, role_name((Role) role));
	canvas_text(canvas, inside, 2, 14, ROLE_TEXT, "wide 世界 combining e\xcc\x81 hostile \033[31m\007 end");
	int x = 2;
	for (int glyph = 0; glyph < GLYPH_COUNT; glyph++)
		x = canvas_glyph(canvas, inside, x, 16, ROLE_TEXT, (Glyph) glyph);
	canvas_select(canvas, (Rect){ .x = 2, .y = 1, .width = 10, .height = 1 });
	canvas_cursor(canvas, 2, rows - 2);
	(void) term_present(demo->term, canvas); /* a frame that the terminal cannot take is drawn at the next key */
}

static void on_key(Demo *demo, KeyChord key)
{
	char text[KEY_TEXT_SIZE];
	snprintf(demo->last, sizeof(demo->last), "%s", key_format(key, text));
	demo->count++;
	if (text_eq(text, "q"))
		demo->done = true;
	if (text_eq(text, "z"))
		term_suspend(demo->term);
	if (text_eq(text, "b"))
		term_bell(demo->term);
	if (text_eq(text, "e"))
		exit(3);
	if (text_eq(text, "a"))
		bg_bug(__FILE__, __LINE__, "asked for");
	for (int i = 0; text_eq(text, "l") && i < 200; i++) {
		demo->count = i;
		draw(demo);
	}
}

static void on_event(Demo *demo, const TermEvent *event)
{
	switch (event->kind) {
	case TERM_KEY:
		on_key(demo, event->key);
		break;
	case TERM_PASTE:
		snprintf(demo->last, sizeof(demo->last), "paste of %zu bytes", event->paste.len);
		break;
	case TERM_REDRAW:
		break;
	case TERM_GONE:
		demo->done = true;
		break;
	}
}

static void run(Demo *demo)
{
	draw(demo);
	while (!demo->done) {
		struct pollfd fds[TERM_POLL_FDS];
		TermEvent event;
		term_poll_fds(demo->term, fds);
		(void) poll(fds, TERM_POLL_FDS, term_wait_ms(demo->term));
		term_service(demo->term, fds);
		bool drawn = false;
		while (!demo->done && term_next(demo->term, &event)) {
			on_event(demo, &event);
			drawn = true;
		}
		if (drawn && !demo->done)
			draw(demo);
	}
}

int main(void)
{
	Demo demo = { .last = "none" };
	Theme theme;
	Error err = {0};
	char text[640];
	(void) setlocale(LC_CTYPE, "");
	bool utf8 = text_eq(nl_langinfo(CODESET), "UTF-8");
	demo.glyphs = utf8 ? GLYPHS_UTF8 : GLYPHS_ASCII;
	bool ok = theme_choose(getenv("DEMO_THEME"), getenv("NO_COLOR"), &theme, &err);
	TermOptions options = { .type = getenv("TERM"), .input_fd = 0, .output_fd = 1, .theme = &theme, .utf8 = utf8,
		.frame_fd = term_frame_fd_from(getenv("BREAKGLASS_FRAME_FD")) };
	if (!ok || !term_open(&options, &demo.term, &err)) {
		printf("%s\n", error_format(&err, text, sizeof(text)));
		return 2;
	}
	atexit(term_restore);
	run(&demo);
	demo.term = term_close(demo.term);
	canvas_clear(&demo.canvas);
	printf("bye\n");
	return 0;
}
