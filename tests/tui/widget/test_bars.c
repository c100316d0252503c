/* Tests of tui/widget/bars.h, progress.h and palette.h. */
#include "tui/widget/bars.h"

#include "picture.h"
#include "tui/widget/palette.h"
#include "tui/widget/progress.h"

static const Tab tabs[] = {
	{ "Board", 0, false, '1' }, { "Playbooks", 0, false, '2' }, { "Walk", 0, false, '3' }, { "Sign-off", 1, true, '4' },
	{ "Timeline", 0, false, '5' }, { "Ledger", 2, false, '6' },
};

Test(bars, tabs_show_where_one_is_and_counts)
{
	AUTO_CLEAR(Canvas) canvas = picture_canvas(80, 1);
	tabs_render(&canvas, canvas_rect(&canvas), tabs, BG_LENGTH(tabs), 2);
	expect_picture("wide", &canvas, " 1 Board  2 Playbooks [3 Walk] 4 Sign-off(1)  5 Timeline  6 Ledger(2)\n");
	canvas_resize(&canvas, 60, 1, GLYPHS_UTF8);
	tabs_render(&canvas, canvas_rect(&canvas), tabs, BG_LENGTH(tabs), 2);
	expect_picture("beside one's name", &canvas, "1Board 2Playbooks [3Walk] 4Sign-off(1) 5Timeline 6Ledger(2)\n");
	canvas_resize(&canvas, 20, 1, GLYPHS_UTF8);
	tabs_render(&canvas, canvas_rect(&canvas), tabs, BG_LENGTH(tabs), 5);
	expect_picture("narrow", &canvas, "[6Ledger(2)]\n");
	canvas_resize(&canvas, 0, 0, GLYPHS_UTF8);
	tabs_render(&canvas, canvas_rect(&canvas), tabs, BG_LENGTH(tabs), 5);
}

static const char *only_reading(CommandId id, void *userdata)
{
	(void) userdata;
	return id == COMMAND_APPLY ? "there is no plan" : NULL;
}

Test(bars, the_footer_keeps_what_matters_most_and_shows_what_cannot_be_used)
{
	static const CommandContext walk[] = { CONTEXT_WALK, CONTEXT_LIST };
	Keymap keymap;
	keymap_init(&keymap);
	Footer footer = { .keymap = &keymap, .contexts = walk, .context_count = 2, .reason = only_reading };
	AUTO_CLEAR(Canvas) canvas = picture_canvas(80, 1);
	footer_render(&footer, &canvas, canvas_rect(&canvas));
	expect_picture("80", &canvas, " Enter open  p plan  x tick  R resolve  v verify  : command  ? help  q detach\n");
	canvas_resize(&canvas, 40, 1, GLYPHS_UTF8);
	footer_render(&footer, &canvas, canvas_rect(&canvas));
	expect_picture("40", &canvas, " Enter open  p plan  x tick  : command\n");
	canvas_resize(&canvas, 300, 1, GLYPHS_UTF8);
	footer_render(&footer, &canvas, canvas_rect(&canvas));
	AUTO_CLEAR(Buf) text = {0};
	canvas_print(&canvas, &text);
	ptrdiff_t at = str_find(buf_str(&text), "y apply");
	cr_assert(at > 0);
	cr_expect(canvas_cell(&canvas, (int) at, 0)->role == ROLE_DISABLED);
	for (int columns = 0; columns < 40; columns++) {
		canvas_resize(&canvas, columns, 1, GLYPHS_UTF8);
		footer_render(&footer, &canvas, canvas_rect(&canvas));
	}
}

static const char *enter_plans(CommandId id, void *userdata)
{
	(void) userdata;
	return id == COMMAND_OPEN ? "plan" : id == COMMAND_PLAN ? "" : NULL;
}

Test(bars, the_footer_says_what_a_key_does_here_and_what_helps_most_first)
{
	static const CommandContext walk[] = { CONTEXT_WALK, CONTEXT_LIST };
	static const CommandId first[] = { COMMAND_SKIP, COMMAND_NEXT_MATCH, COMMAND_APPLY };
	Keymap keymap;
	keymap_init(&keymap);
	Footer footer = { .keymap = &keymap, .contexts = walk, .context_count = 2, .reason = only_reading, .label = enter_plans, .first = first,
		.first_count = BG_LENGTH(first) };
	AUTO_CLEAR(Canvas) canvas = picture_canvas(80, 1);
	footer_render(&footer, &canvas, canvas_rect(&canvas));
	expect_picture("80", &canvas, " s skip...  ] next match  Enter plan  x tick  : command  ? help  q detach\n");
}

Test(bars, a_message_passes_and_an_error_stays)
{
	Message message = {0};
	MonoTime now = { .ms = 1000 }, later = { .ms = 60000 };
	message_set(&message, ROLE_TOAST, now, "noted %d", 1);
	cr_expect(message_is_shown(&message, now) && !message_is_shown(&message, later));
	Error err = {0};
	error_set(&err, ERROR_DENIED, "needs product and engineering");
	message_error(&message, &err);
	cr_expect(message_is_shown(&message, later));
	AUTO_CLEAR(Canvas) canvas = picture_canvas(40, 1);
	message_render(&message, &canvas, canvas_rect(&canvas), later);
	expect_picture("error", &canvas, " needs product and engineering\n");
	message_reset(&message);
	cr_expect(!message_is_shown(&message, now));
}

Test(progress, it_says_how_far_how_fast_and_how_slow)
{
	static const struct { Progress progress; int columns; const char *expected; } cases[] = {
		{ { .done = 14, .total = 40, .elapsed_ms = 7000, .unit = "pages" }, 60, "██████████░░░░░░░░░░░░░░░░░░░░  14 of 40 pages  2/s  7 s\n" },
		{ { .done = 50, .total = 100, .elapsed_ms = 3000 }, 24, "██████░░░░░░░  50 %  3 s\n" },
		{ { .done = 50, .total = 100, .elapsed_ms = 3000 }, 12, "50 %  3 s\n" },
		{ { .elapsed_ms = 20000, .usual_ms = 5000 }, 40, "░░░░░█░░░░░░░░░  20 s, slow: usually 5 s\n" },
		{ { .done = 200, .total = 100, .elapsed_ms = 1000 }, 22, "██████████  200 %  1 s\n" },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Canvas) canvas = picture_canvas(cases[i].columns, 1);
		progress_render(&cases[i].progress, &canvas, canvas_rect(&canvas));
		expect_picture("progress", &canvas, cases[i].expected);
	}
	static const int64_t values[] = { 0, 1, 2, 4, 8, -1 };
	AUTO_CLEAR(Canvas) canvas = picture_canvas(5, 1);
	sparkline_render(&canvas, canvas_rect(&canvas), ROLE_TEXT, values, 6);
	expect_picture("sparkline", &canvas, "▁▂▄█▁\n");
}

Test(palette, a_command_is_found_completed_and_given_its_argument)
{
	Keymap keymap;
	keymap_init(&keymap);
	AUTO_CLEAR(Palette) palette = {0};
	AUTO_CLEAR(Canvas) canvas = picture_canvas(64, 6);
	palette_open(&palette);
	for (const char *c = "the"; *c; c++)
		cr_expect(palette_key(&palette, key_character((uint32_t) *c)) == PALETTE_NONE);
	palette_render(&palette, &canvas, canvas_rect(&canvas), &keymap, NULL, NULL);
	AUTO_CLEAR(Buf) text = {0};
	canvas_print(&canvas, &text);
	cr_expect(strstr(buf_text(&text), " theme                           change how the console looks"), "%s", buf_text(&text));
	cr_expect(canvas.cursor_x == 4 && canvas.cursor_y == 5);
	cr_expect(palette_key(&palette, key_of("tab")) == PALETTE_NONE);
	assert_text("completed", input_text(&palette.input), "theme ");
	palette_paste(&palette, STR("light"));
	cr_expect(palette_key(&palette, key_of("enter")) == PALETTE_CHOSEN);
	cr_expect(palette.chosen == COMMAND_THEME);
	assert_text("argument", palette.argument, "light");
	palette_open(&palette);
	palette_paste(&palette, STR("xyzzy"));
	cr_expect(palette_key(&palette, key_of("enter")) == PALETTE_NONE);
	cr_expect(strstr(palette.complaint, "there is no command \"xyzzy\""));
	cr_expect(palette_key(&palette, key_of("esc")) == PALETTE_CANCELLED);
}

Test(palette, what_fits_only_by_its_help_must_be_chosen)
{
	AUTO_CLEAR(Palette) palette = {0};
	palette_open(&palette);
	palette_paste(&palette, STR("clo"));
	cr_expect(palette_key(&palette, key_of("enter")) == PALETTE_CHOSEN);
	cr_expect(palette.chosen == COMMAND_CLOSE_INCIDENT);
	palette_open(&palette);
	palette_paste(&palette, STR("ssh-keygen"));
	cr_expect(palette_key(&palette, key_of("enter")) == PALETTE_NONE);
	cr_expect(strstr(palette.complaint, "choose one with the arrows"), "%s", palette.complaint);
	cr_expect(palette_key(&palette, key_of("down")) == PALETTE_NONE);
	cr_expect(palette_key(&palette, key_of("enter")) == PALETTE_CHOSEN);
	cr_expect(palette.chosen == COMMAND_PASTE_SIGNATURE);
}

Test(palette, what_acts_is_named_whole_or_chosen)
{
	static const struct { const char *typed; bool down; PaletteEffect effect; } cases[] = {
		{ "ap", false, PALETTE_NONE }, { "apply", false, PALETTE_CHOSEN }, { "APPLY", false, PALETTE_NONE }, { "ap", true, PALETTE_CHOSEN },
		{ "bo", false, PALETTE_CHOSEN }, { "overr", false, PALETTE_NONE },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Palette palette = { 0 };
		palette_open(&palette);
		for (const char *c = cases[i].typed; *c; c++)
			cr_expect(palette_key(&palette, key_character((uint32_t) *c)) == PALETTE_NONE);
		if (cases[i].down)
			cr_expect(palette_key(&palette, key_of("down")) == PALETTE_NONE);
		cr_expect(palette_key(&palette, key_of("enter")) == cases[i].effect, "%s", cases[i].typed);
		palette_clear(&palette);
	}
}

Test(palette, the_help_tells_every_command_once)
{
	static const CommandContext walk[] = { CONTEXT_WALK, CONTEXT_LIST };
	Keymap keymap;
	AUTO_CLEAR(Styled) out = {0};
	keymap_init(&keymap);
	help_write(&out, &keymap, walk, 2, 80, only_reading, NULL);
	const char *text = buf_text(&out.text);
	cr_expect(strstr(text, "Keys while walking a procedure"));
	cr_expect(strstr(text, "(break-glass) (not now: there is no plan)"));
	for (int i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const Command *command = command_get((CommandId) i);
		if (command_is_in(command, CONTEXT_INPUT))
			continue;
		const char *first = strstr(text, command->help);
		cr_expect(first && !strstr(first + 1, command->help), "%s", command->name);
	}
}

Test(message, goes_when_the_state_that_it_hides_is_another_one)
{
	Message message = {0};
	MonoTime now = { 1000 };
	message_set(&message, ROLE_OK, now, "5.2 is done.");
	message_over(&message, "to do   Enter shows what it would change");
	message_over(&message, "to do   something else");
	cr_expect(message_is_shown(&message, now));
	message_over(&message, "ready   nothing has been changed yet");
	cr_expect(!message_is_shown(&message, now));
	message_error(&message, &(Error){ .kind = ERROR_IO, .why = "no route" });
	message_over(&message, "to do   x");
	message_over(&message, "ready   y");
	cr_expect(message_is_shown(&message, (MonoTime){ 100000000 }));
}
