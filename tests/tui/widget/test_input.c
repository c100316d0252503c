/* Tests of tui/widget/input.h and form.h. */
#include "tui/widget/input.h"

#include <stdio.h>

#include "picture.h"
#include "tui/widget/form.h"

Test(input, keys_edit_the_line_by_whole_characters)
{
	static const struct { const char *keys, *text; size_t cursor; } cases[] = {
		{ "a b c", "abc", 3 }, { "a b left left x", "xab", 1 }, { "a b backspace", "a", 1 }, { "backspace", "", 0 },
		{ "a space b ctrl-w", "a ", 2 }, { "a b ctrl-u", "", 0 }, { "a b home delete", "b", 0 }, { "a b home ctrl-k", "", 0 },
		{ "é 世 left backspace", "世", 0 }, { "é 世 backspace", "é", 2 }, { "a b ctrl-a x ctrl-e y", "xaby", 4 },
		{ "a right right delete", "a", 1 },
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Input) input = {0};
		Str rest = str_from(cases[i].keys), word;
		while (str_split(&rest, ' ', &word)) {
			AUTO_FREE char *name = str_dup(word);
			cr_expect(input_key(&input, key_of(name)));
		}
		assert_text(cases[i].keys, input_text(&input), cases[i].text);
		cr_expect(input.cursor == cases[i].cursor, "%s: cursor %zu", cases[i].keys, input.cursor);
	}
	AUTO_CLEAR(Input) input = {0};
	cr_expect(!input_key(&input, key_of("f1")) && !input_key(&input, key_of("enter")));
}

Test(input, a_mark_goes_with_its_letter_and_a_paste_is_made_harmless)
{
	AUTO_CLEAR(Input) input = {0};
	input_paste(&input, STR("  e\xcc\x81\033[2J\nx "));
	assert_text("pasted", input_text(&input), "e\xcc\x81 x");
	input.cursor = 3;
	cr_expect(input_key(&input, key_of("backspace")));
	assert_text("letter and mark", input_text(&input), " x");
	AUTO_CLEAR(Input) signature = { .multiline = true };
	input_paste(&signature, STR("-----BEGIN\nabc\n-----END\n"));
	assert_text("lines", input_text(&signature), "-----BEGIN\nabc\n-----END\n");
}

Test(input, the_cursor_stays_in_sight_and_a_secret_is_not_shown)
{
	AUTO_CLEAR(Canvas) canvas = picture_canvas(12, 1);
	AUTO_CLEAR(Input) input = {0};
	input_set(&input, "0123456789abcdef");
	input_render(&input, &canvas, canvas_rect(&canvas), "why: ", true);
	expect_picture("long", &canvas, "why: abcdef\n");
	cr_expect(canvas.cursor_x == 11 && canvas.cursor_y == 0);
	input.secret = true;
	input_set(&input, "pass");
	input_render(&input, &canvas, canvas_rect(&canvas), "why: ", true);
	expect_picture("secret", &canvas, "why: ****\n");
}

Test(form, answers_are_checked_and_enter_goes_on)
{
	static const char *const kinds[] = { "drill", "real" };
	AUTO_CLEAR(Form) form = {0};
	AUTO_CLEAR(Canvas) canvas = picture_canvas(44, 5);
	form_add(&form, FIELD_TEXT, "Title", "")->required = true;
	FormField *kind = form_add(&form, FIELD_CHOICE, "Kind", NULL);
	kind->choices = kinds;
	kind->choice_count = 2;
	FormField *courses = form_add(&form, FIELD_NUMBER, "Courses damaged", "x");
	courses->help = "At 10 or fewer, revert them singly.";
	cr_expect(form_key(&form, key_of("tab")) == FORM_NONE);
	cr_expect(form_key(&form, key_of("space")) == FORM_NONE);
	cr_expect(form_key(&form, key_of("enter")) == FORM_NONE);
	cr_expect(form_key(&form, key_of("enter")) == FORM_NONE && form.current == 0);
	assert_text("complaint", form.complaint, "Title needs an answer");
	form_paste(&form, STR("site dow"));
	assert_text("what is pasted is another answer", form.fields[0].complaint, "");
	cr_expect(form_key(&form, key_of("n")) == FORM_NONE);
	form.current = 2;
	cr_expect(form_key(&form, key_of("enter")) == FORM_NONE);
	assert_text("complaint", form.complaint, "Courses damaged wants a whole number");
	AUTO_CLEAR(Canvas) changed = picture_canvas(60, 6);
	cr_expect(form_key(&form, key_of("7")) == FORM_NONE);
	form_render(&form, &changed, canvas_rect(&changed));
	expect_picture("what is typed is judged when it is given", &changed, "Title           site down\nKind             drill  [real]\nCourses damaged x7\n"
		"                At 10 or fewer, revert them singly.\n\n\n");
	cr_expect(form_key(&form, key_of("backspace")) == FORM_NONE && form_key(&form, key_of("enter")) == FORM_NONE);
	form_render(&form, &canvas, canvas_rect(&canvas));
	expect_picture("form", &canvas, "Title           site down\nKind             drill  [real]\nCourses damaged x\n"
		"                wants a whole number\n\n");
	input_set(&courses->input, "14");
	cr_expect(form_key(&form, key_of("enter")) == FORM_ACCEPTED);
	assert_text("kind", form_text(&form, 1), "real");
	cr_expect(form_key(&form, key_of("esc")) == FORM_CANCELLED);
	cr_expect(form_key(&form, key_of("ctrl-c")) == FORM_CANCELLED);
	AUTO_CLEAR(Canvas) nothing = picture_canvas(0, 0);
	form_render(&form, &nothing, canvas_rect(&nothing));
}

/* A long form: what stands already and is not touched is nobody's mistake, and one change needs no walk to the last field. */
Test(form, what_stands_is_not_judged_again_and_ctrl_d_accepts_from_anywhere)
{
	AUTO_CLEAR(Form) form = {0};
	FormField *moment = form_add(&form, FIELD_NUMBER, "Moment", "soon");
	moment->standing = "soon";
	form_add(&form, FIELD_TEXT, "Title", "")->required = true;
	form_add(&form, FIELD_TEXT, "Note", "");
	cr_expect(form_key(&form, key_of("ctrl-d")) == FORM_NONE && form.current == 1);
	assert_text("complaint", form.complaint, "Title needs an answer");
	form_paste(&form, STR("site down"));
	form.current = 0;
	cr_expect(form_key(&form, key_of("enter")) == FORM_NONE && form.current == 1);
	cr_expect(form_key(&form, key_of("ctrl-d")) == FORM_ACCEPTED);
	input_set(&moment->input, "later");
	cr_expect(form_key(&form, key_of("ctrl-d")) == FORM_NONE && form.current == 0);
	assert_text("complaint", form.complaint, "Moment wants a whole number");
}

static bool no_half(const void *userdata, const FormField *field, const char *text, char *why, size_t size)
{
	(void) userdata;
	(void) field;
	bool wrong = strstr(text, "half") != NULL;
	snprintf(why, size, "%s", wrong ? "\"half past\" is no time; write 22:51Z, or -2h, or the whole of it: 2026-11-21 22:51Z" : "");
	return wrong;
}

Test(form, an_answer_is_judged_when_its_field_is_left)
{
	AUTO_CLEAR(Form) form = {0};
	AUTO_CLEAR(Canvas) canvas = picture_canvas(50, 6);
	form.check = no_half;
	form_add(&form, FIELD_TEXT, "since", "half past");
	form_add(&form, FIELD_NUMBER, "damaged", "");
	(void) form_key(&form, key_of("enter"));
	cr_expect(form.current == 0);
	form_render(&form, &canvas, canvas_rect(&canvas));
	expect_picture("whole", &canvas, "since   half past\n        \"half past\" is no time; write 22:51Z, or\n"
		"        -2h, or the whole of it: 2026-11-21 22:51Z\ndamaged\n\n\n");
	input_set(&form.fields[0].input, "22:51Z");
	(void) form_key(&form, key_of("enter"));
	cr_expect(form.current == 1);
	(void) form_key(&form, key_of("x"));
	(void) form_key(&form, key_of("7"));
	assert_text("digits", form_text(&form, 1), "7");
}

Test(form, more_fields_than_rows_scroll)
{
	AUTO_CLEAR(Form) form = {0};
	AUTO_CLEAR(Canvas) canvas = picture_canvas(20, 4);
	static const char *const labels[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", "t" };
	for (size_t i = 0; i < BG_LENGTH(labels); i++)
		cr_assert(form_add(&form, FIELD_TEXT, labels[i], ""));
	for (size_t i = 1; i < BG_LENGTH(labels); i++)
		(void) form_key(&form, key_of("down"));
	form_render(&form, &canvas, canvas_rect(&canvas));
	cr_expect(canvas.cursor_y == 2);
	expect_picture("last", &canvas, "r\ns\nt\n\n");
}
