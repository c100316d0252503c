/* dialog.c: see dialog.h. */
#include "tui/widget/dialog.h"
#include <stdio.h>
#include "tui/widget/bars.h"

#define DIALOG_WIDTH (DIALOG_TEXT_COLUMNS + 4)
#define LONG_FORM 4                      /* fields: so many are not gone through to change one */
#define NARROW 50

void dialog_open(Dialog *dialog, DialogKind kind, const char *title, const char *verb)
{
	dialog_clear(dialog);
	dialog->kind = kind;
	snprintf(dialog->title, sizeof(dialog->title), "%s", title);
	snprintf(dialog->verb, sizeof(dialog->verb), "%s", verb);
}

void dialog_want_name(Dialog *dialog, const char *name)
{
	snprintf(dialog->name, sizeof(dialog->name), "%s", name);
	dialog->danger = true;
	(void) form_add(&dialog->form, FIELD_TEXT, "Type the name", "");
}

static DialogEffect answer_simple(const Dialog *dialog, KeyChord key)
{
	bool leaves = key_equal(key, key_named(KEY_ESC)) || key_equal(key, key_character('n')) || key_equal(key, key_character('q'));
	bool enters = key_equal(key, key_named(KEY_ENTER));
	if (leaves || key.modifiers == KEY_CTRL)
		return DIALOG_CANCELLED;
	if (dialog->kind == DIALOG_INFORM)
		return enters ? DIALOG_ACCEPTED : DIALOG_NONE;
	/* Enter alone does nothing: it is the key that people press without reading. */
	return key_equal(key, key_character('y')) ? DIALOG_ACCEPTED : DIALOG_NONE;
}

DialogEffect dialog_key(Dialog *dialog, KeyChord key)
{
	if (dialog->kind == DIALOG_INFORM || dialog->kind == DIALOG_CONFIRM)
		return answer_simple(dialog, key);
	FormEffect effect = form_key(&dialog->form, key);
	if (effect == FORM_CANCELLED)
		return DIALOG_CANCELLED;
	if (effect != FORM_ACCEPTED)
		return DIALOG_NONE;
	bool wrong_name = dialog->kind == DIALOG_TYPE_NAME && !text_eq(form_text(&dialog->form, 0), dialog->name);
	dialog->complained = wrong_name;
	return wrong_name ? DIALOG_NONE : DIALOG_ACCEPTED;
}

void dialog_paste(Dialog *dialog, Str text)
{
	/* A name that is pasted was not read: the point of typing it. */
	if (dialog->kind == DIALOG_FORM)
		form_paste(&dialog->form, text);
}

static void render_answer(const Dialog *dialog, Canvas *canvas, Rect row)
{
	const char *yes = dialog->kind == DIALOG_CONFIRM ? "y" : "Enter";
	int x = canvas_text(canvas, row, row.x, row.y, ROLE_KEY, yes);
	bool more = dialog->form.current + 1 < dialog->form.count;
	x = canvas_printf(canvas, row, x, row.y, dialog->danger ? ROLE_DANGER : ROLE_KEY_LABEL, !more ? " %s" : row.width < NARROW ? " next, then %s"
		: " next field, then %s", dialog->verb);
	if (dialog->kind == DIALOG_INFORM)
		return;
	static const char *const leaves[] = { " leave without doing anything", " leave", "" };
	size_t i = 0;
	while (i + 1 < BG_LENGTH(leaves) && x + 3 + canvas_text_width("Esc") + canvas_text_width(leaves[i]) > row.x + row.width)
		i++;
	x = canvas_text(canvas, row, x + 3, row.y, ROLE_KEY, "Esc");
	canvas_text(canvas, row, x, row.y, ROLE_KEY_LABEL, leaves[i]);
}

void dialog_render(const Dialog *dialog, Canvas *canvas, Rect rect)
{
	int width = rect.width < DIALOG_WIDTH ? rect.width : DIALOG_WIDTH;
	int form_rows = dialog->form.count ? form_height(&dialog->form, width - 4) + 1 : 0;
	int text_rows = styled_height(&dialog->text, width - 4);
	Rect box = rect_centre(rect, width, text_rows + form_rows + 4);
	canvas_fill(canvas, box, ROLE_TEXT);
	canvas_box(canvas, box, dialog->danger ? ROLE_DANGER : ROLE_BORDER_ACTIVE, dialog->title);
	canvas_cursor(canvas, -1, -1);
	Rect inside = rect_inset(box, 2, 1);
	/* The answer is always visible, then the questions, then as much of the text as fits. */
	render_answer(dialog, canvas, rect_cut_bottom(&inside, 1));
	rect_cut_bottom(&inside, inside.height > text_rows + form_rows ? 1 : 0);
	Rect questions = rect_cut_bottom(&inside, form_rows);
	styled_render(&dialog->text, canvas, inside, 0, NULL);
	if (text_rows > inside.height && inside.height > 0) {
		canvas_fill(canvas, rect_cut_bottom(&(Rect) { inside.x, inside.y, inside.width, inside.height }, 1), ROLE_TEXT);
		canvas_text_right(canvas, inside, inside.x + inside.width, inside.y + inside.height - 1, ROLE_WARN, " more: Esc, then read on");
	}
	if (dialog->kind == DIALOG_TYPE_NAME) {
		Rect row = rect_cut_top(&questions, 1);
		Role role = dialog->complained ? ROLE_WARN : ROLE_MUTED;
		bool empty = !*form_text(&dialog->form, 0);
		int x = canvas_text(canvas, row, row.x, row.y, role, dialog->complained && !empty ? "That is another name. It is " : "The name is ");
		canvas_text_fit(canvas, row, x, row.y, row.x + row.width - x, ROLE_CODE, dialog->name);
	}
	form_render(&dialog->form, canvas, questions);
}

static size_t form_keys(const Dialog *dialog, KeyLabel keys[static 5])
{
	const Form *form = &dialog->form;
	size_t count = 0;
	bool last = form->current + 1 >= form->count;
	keys[count++] = (KeyLabel){ "Enter", last ? dialog->verb : "next field" };
	keys[count++] = (KeyLabel){ "Esc", "leave" };
	if (!last && form->count >= LONG_FORM)
		keys[count++] = (KeyLabel){ "Ctrl-D", dialog->verb };
	if (form->count && form->fields[form->current].type == FIELD_CHOICE)
		keys[count++] = (KeyLabel){ "Left Right", "change" };
	if (form->count > 1)
		keys[count++] = (KeyLabel){ "Up Down", "other field" };
	return count;
}

static size_t collect_keys(const Dialog *dialog, KeyLabel keys[static 5])
{
	size_t count = 0;
	switch (dialog->kind) {
	case DIALOG_INFORM: keys[count++] = (KeyLabel){ "Enter", dialog->verb }; break;
	case DIALOG_CONFIRM:
		keys[count++] = (KeyLabel){ "y", dialog->verb };
		keys[count++] = (KeyLabel){ "n Esc", "leave" };
		break;
	case DIALOG_TYPE_NAME: case DIALOG_FORM: count = form_keys(dialog, keys); break;
	}
	return count;
}

void dialog_footer(const Dialog *dialog, Canvas *canvas, Rect row)
{
	KeyLabel keys[5];
	size_t count = collect_keys(dialog, keys);
	footer_keys_render(canvas, row, keys, count);
}

void dialog_clear(Dialog *dialog)
{
	styled_clear(&dialog->text);
	form_clear(&dialog->form);
	*dialog = (Dialog){0};
}
