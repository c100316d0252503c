/* Tests of tui/widget/dialog.h: what is dangerous is never done by the key that people press without reading. */
#include "tui/widget/dialog.h"

#include "picture.h"

Test(dialog, only_y_confirms)
{
	AUTO_CLEAR(Dialog) dialog = {0};
	dialog_open(&dialog, DIALOG_CONFIRM, "Stop the action", "stop it");
	cr_expect(dialog_key(&dialog, key_of("enter")) == DIALOG_NONE);
	cr_expect(dialog_key(&dialog, key_of("x")) == DIALOG_NONE);
	cr_expect(dialog_key(&dialog, key_of("y")) == DIALOG_ACCEPTED);
	cr_expect(dialog_key(&dialog, key_of("n")) == DIALOG_CANCELLED);
	cr_expect(dialog_key(&dialog, key_of("esc")) == DIALOG_CANCELLED);
	cr_expect(dialog_key(&dialog, key_of("ctrl-c")) == DIALOG_CANCELLED);
}

Test(dialog, a_destructive_thing_wants_its_name_typed_not_pasted)
{
	AUTO_CLEAR(Dialog) dialog = {0};
	AUTO_CLEAR(Canvas) canvas = picture_canvas(50, 10);
	dialog_open(&dialog, DIALOG_TYPE_NAME, "Destroy the pipeline", "destroy");
	dialog_want_name(&dialog, "ocw-backup");
	styled_add(&dialog.text, ROLE_TEXT, "The pipeline and its history go away.\n");
	dialog_paste(&dialog, STR("ocw-backup"));
	cr_expect(dialog_key(&dialog, key_of("enter")) == DIALOG_NONE);
	cr_expect(dialog.complained);
	dialog_render(&dialog, &canvas, canvas_rect(&canvas));
	AUTO_CLEAR(Buf) before = {0};
	canvas_print(&canvas, &before);
	cr_expect(strstr(buf_text(&before), "The name is ocw-backup") && !strstr(buf_text(&before), "another name"), "nothing was typed: %s", buf_text(&before));
	for (const char *c = "ocw-backup"; *c; c++)
		cr_expect(dialog_key(&dialog, key_character((uint32_t) *c)) == DIALOG_NONE);
	dialog_render(&dialog, &canvas, canvas_rect(&canvas));
	expect_picture("name", &canvas,
		"\n"
		"┌─ Destroy the pipeline ─────────────────────────┐\n"
		"│ The pipeline and its history go away.          │\n"
		"│ That is another name. It is ocw-backup         │\n"
		"│ Type the name ocw-backup                       │\n"
		"│                                                │\n"
		"│                                                │\n"
		"│ Enter destroy   Esc leave                      │\n"
		"└────────────────────────────────────────────────┘\n\n");
	cr_expect(dialog_key(&dialog, key_of("enter")) == DIALOG_ACCEPTED);
}

Test(dialog, it_draws_at_any_size)
{
	AUTO_CLEAR(Dialog) dialog = {0};
	dialog_open(&dialog, DIALOG_FORM, "A note", "write");
	form_add(&dialog.form, FIELD_TEXT, "Note", "");
	styled_add(&dialog.text, ROLE_TEXT, "It goes into the record.\n");
	for (int size = 0; size < 60; size++) {
		AUTO_CLEAR(Canvas) canvas = picture_canvas(size * 2, size / 2);
		dialog_render(&dialog, &canvas, canvas_rect(&canvas));
	}
}

static void expect_footer(const Dialog *dialog, const char *expected)
{
	AUTO_CLEAR(Canvas) canvas = picture_canvas(70, 1);
	dialog_footer(dialog, &canvas, canvas_rect(&canvas));
	expect_picture("footer", &canvas, expected);
}

Test(dialog, the_footer_names_the_keys_of_the_dialog_in_front)
{
	AUTO_CLEAR(Dialog) dialog = {0};
	dialog_open(&dialog, DIALOG_INFORM, "Read this", "close");
	expect_footer(&dialog, " Enter close\n");
	dialog_open(&dialog, DIALOG_CONFIRM, "End the procedure", "end it");
	expect_footer(&dialog, " y end it  n Esc leave\n");
	dialog_open(&dialog, DIALOG_TYPE_NAME, "Activate", "apply");
	dialog_want_name(&dialog, "ocw-live");
	expect_footer(&dialog, " Enter apply  Esc leave\n");
	dialog_open(&dialog, DIALOG_FORM, "Values", "set them");
	form_add(&dialog.form, FIELD_CHOICE, "site", "");
	form_add(&dialog.form, FIELD_TEXT, "url", "");
	expect_footer(&dialog, " Enter next field  Esc leave  Left Right change  Up Down other field\n");
	(void) dialog_key(&dialog, key_of("enter"));   /* goes to the last field */
	expect_footer(&dialog, " Enter set them  Esc leave  Up Down other field\n");
	form_add(&dialog.form, FIELD_TEXT, "third", "");
	form_add(&dialog.form, FIELD_TEXT, "fourth", "");
	expect_footer(&dialog, " Enter next field  Esc leave  Ctrl-D set them  Up Down other field\n");
}
