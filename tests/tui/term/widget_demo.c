/* widget_demo.c: list, text, tabs, footer, dialog, palette and help together on a real terminal, as the console will use them. */
#include <langinfo.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/term/term.h"
#include "tui/widget/bars.h"
#include "tui/widget/dialog.h"
#include "tui/widget/list.h"
#include "tui/widget/pager.h"
#include "tui/widget/palette.h"
#include "tui/widget/progress.h"

typedef struct Step { const char *id, *title; int depth; Glyph glyph; Role role; } Step;

static const Step steps[] = {
	{ "1", "last backup confirmed", 0, GLYPH_DONE, ROLE_DONE }, { "2", "pipeline paused", 0, GLYPH_DONE, ROLE_DONE },
	{ "3", "signed", 0, GLYPH_DONE, ROLE_DONE }, { "4", "Fastly", 0, GLYPH_OPEN, ROLE_TEXT },
	{ "4.1", "service found", 1, GLYPH_DONE, ROLE_DONE }, { "4.2", "v76 cloned to v77", 1, GLYPH_DONE, ROLE_DONE },
	{ "4.3", "hosts", 1, GLYPH_RUNNING, ROLE_RUNNING }, { "4.4", "activate 世界", 1, GLYPH_WAITING, ROLE_WAITING },
	{ "5", "verify the site", 0, GLYPH_WAITING, ROLE_WAITING },
};

typedef struct Demo {
	Term *term;
	Canvas canvas;
	GlyphSet glyphs;
	Keymap keymap;
	List list;
	Pager pager;
	Styled text;
	Dialog dialog;
	Palette palette;
	Message message;
	bool in_dialog, in_palette, in_help, done;
} Demo;

static const CommandContext contexts[] = { CONTEXT_WALK, CONTEXT_LIST };

static const char *step_id(size_t index, void *userdata)
{
	(void) userdata;
	return steps[index].id;
}

static int step_depth(size_t index, void *userdata)
{
	(void) userdata;
	return steps[index].depth;
}

static void step_render(Canvas *canvas, Rect rect, size_t index, void *userdata)
{
	(void) userdata;
	const Step *step = &steps[index];
	int x = canvas_printf(canvas, rect, rect.x + 1, rect.y, ROLE_TEXT, "%-4s", step->id);
	x = canvas_glyph(canvas, rect, x, rect.y, step->role, step->glyph);
	canvas_text_fit(canvas, rect, x + 1, rect.y, rect.x + rect.width - x - 1, ROLE_TEXT, step->title);
}

static const ListSource source = { .count = 9, .id = step_id, .depth = step_depth, .render = step_render };

static const char *reason(CommandId id, void *userdata)
{
	(void) userdata;
	return id == COMMAND_APPLY ? "there is no plan yet" : NULL;
}

static void fill_text(Demo *demo)
{
	styled_reset(&demo->text);
	if (demo->in_help) {
		help_write(&demo->text, &demo->keymap, contexts, 2, 80, reason, NULL);
		return;
	}
	styled_add(&demo->text, ROLE_TITLE, "4.3  Point the draft at the backup bucket\n");
	styled_add(&demo->text, ROLE_TEXT, "3 changes in fastly service ocw-live, draft v77\n\n");
	styled_add(&demo->text, ROLE_CHANGED, "  address        ");
	styled_add(&demo->text, ROLE_REMOVED, "ocw-content-live-production.s3.amazonaws.com");
	styled_add(&demo->text, ROLE_ADDED, " → ocw-content-backup-live-production.s3.amazonaws.com\n\n");
	styled_field(&demo->text, 9, "undo", ROLE_TEXT, "activate v76 again");
	styled_field(&demo->text, 9, "output", ROLE_OUTPUT, "\033[31mnot red\033[0m \007 bell");
}

static void draw(Demo *demo)
{
	static const Tab tabs[] = { { "Board", 0, false, '1' }, { "Walk", 0, false, '3' }, { "Ledger", 1, true, '6' } };
	int columns, rows;
	term_size(demo->term, &columns, &rows);
	canvas_resize(&demo->canvas, columns, rows, demo->glyphs);
	Canvas *canvas = &demo->canvas;
	Rect rest = canvas_rect(canvas);
	tabs_render(canvas, rect_cut_top(&rest, 1), tabs, 3, 1);
	Rect footer_row = rect_cut_bottom(&rest, 1);
	Rect message_row = rect_cut_bottom(&rest, 1), progress_row = rect_cut_bottom(&rest, 1);
	Footer footer = { .keymap = &demo->keymap, .contexts = contexts, .context_count = 2, .reason = reason };
	footer_render(&footer, canvas, footer_row);
	Progress progress = { .done = 14, .total = 40, .elapsed_ms = 7000, .unit = "pages" };
	progress_render(&progress, canvas, progress_row);
	message_render(&demo->message, canvas, message_row, (MonoTime){ .ms = 1 });
	Rect left = rect_cut_left(&rest, columns < 60 ? columns / 2 : 27);
	list_render(&demo->list, &source, canvas, left);
	Rect line = rect_cut_left(&rest, 1);
	canvas_vertical(canvas, line, line.x, line.y, line.height, ROLE_BORDER);
	fill_text(demo);
	pager_render(&demo->pager, &demo->text, canvas, rest);
	if (demo->in_dialog)
		dialog_render(&demo->dialog, canvas, canvas_rect(canvas));
	if (demo->in_palette)
		palette_render(&demo->palette, canvas, canvas_rect(canvas), &demo->keymap, reason, NULL);
	(void) term_present(demo->term, canvas); /* a frame that the terminal cannot take is drawn at the next key */
}

static void command(Demo *demo, CommandId id)
{
	const char *why_not = reason(id, demo);
	if (why_not)
		message_set(&demo->message, ROLE_WARN, (MonoTime){ .ms = 1 }, "%s: %s", command_get(id)->name, why_not);
	else if (id == COMMAND_DETACH)
		demo->done = true;
	else if (id == COMMAND_PALETTE) {
		palette_open(&demo->palette);
		demo->in_palette = true;
	} else if (id == COMMAND_HELP)
		demo->in_help = !demo->in_help;
	else if (id == COMMAND_UNDO) {
		dialog_open(&demo->dialog, DIALOG_TYPE_NAME, "Activate v76 again", "activate");
		dialog_want_name(&demo->dialog, "ocw-live");
		styled_add(&demo->dialog.text, ROLE_TEXT, "The whole service goes back to version 76, at once, for everybody.\n");
		demo->in_dialog = true;
	} else if (!list_command(&demo->list, &source, id))
		(void) pager_command(&demo->pager, &demo->text, id); /* nobody wanted it */
}

static void key(Demo *demo, KeyChord chord)
{
	if (demo->in_dialog) {
		DialogEffect effect = dialog_key(&demo->dialog, chord);
		demo->in_dialog = effect == DIALOG_NONE;
		if (effect == DIALOG_ACCEPTED)
			message_set(&demo->message, ROLE_OK, (MonoTime){ .ms = 1 }, "activated");
	} else if (demo->in_palette) {
		PaletteEffect effect = palette_key(&demo->palette, chord);
		demo->in_palette = effect == PALETTE_NONE;
		if (effect == PALETTE_CHOSEN)
			command(demo, demo->palette.chosen);
	} else {
		CommandId id = keymap_resolve(&demo->keymap, chord, contexts, 2);
		if (id != COMMAND_NONE)
			command(demo, id);
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
		while (!demo->done && term_next(demo->term, &event)) {
			if (event.kind == TERM_KEY)
				key(demo, event.key);
			demo->done = demo->done || event.kind == TERM_GONE;
			draw(demo);
		}
	}
}

int main(void)
{
	Demo demo = {0};
	Theme theme;
	Error err = {0};
	char text[640];
	(void) setlocale(LC_CTYPE, "");
	bool utf8 = text_eq(nl_langinfo(CODESET), "UTF-8");
	demo.glyphs = utf8 ? GLYPHS_UTF8 : GLYPHS_ASCII;
	keymap_init(&demo.keymap);
	bool ok = theme_choose(getenv("DEMO_THEME"), getenv("NO_COLOR"), &theme, &err);
	TermOptions options = { .type = getenv("TERM"), .input_fd = 0, .output_fd = 1, .theme = &theme, .utf8 = utf8,
		.frame_fd = term_frame_fd_from(getenv("BREAKGLASS_FRAME_FD")) };
	if (!ok || !term_open(&options, &demo.term, &err)) {
		printf("%s\n", error_format(&err, text, sizeof(text)));
		return 2;
	}
	run(&demo);
	demo.term = term_close(demo.term);
	list_clear(&demo.list);
	styled_clear(&demo.text);
	dialog_clear(&demo.dialog);
	palette_clear(&demo.palette);
	canvas_clear(&demo.canvas);
	return 0;
}
