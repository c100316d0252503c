/* form.c: see form.h. Enter goes to the next field and, from the last one, accepts if all answers are fit; Ctrl-D accepts from any field. */
#include "tui/widget/form.h"
#include "tui/widget/styled.h"
#include <stdio.h>

FormField *form_add(Form *form, FieldType type, const char *label, const char *value)
{
	if (form->count == FORM_MAX_FIELDS)
		return NULL;
	FormField *field = &form->fields[form->count++];
	*field = (FormField){ .label = label, .type = type };
	field->input.secret = type == FIELD_SECRET;
	field->input.multiline = type == FIELD_SIGNATURE;
	input_set(&field->input, value ? value : "");
	return field;
}

const char *form_text(const Form *form, size_t index)
{
	const FormField *field = &form->fields[index];
	if (field->type == FIELD_CHOICE)
		return field->choice < field->choice_count ? field->choices[field->choice] : "";
	return input_text(&field->input);
}

/* Fills the field's complaint; true when it is fit. An answer that is still empty is only wrong at the end. */
static bool judge(Form *form, size_t index, bool at_end)
{
	FormField *field = &form->fields[index];
	Str text = str_trim(str_from(form_text(form, index)));
	int64_t number;
	field->complaint[0] = '\0';
	if (field->standing && text_eq(field->standing, form_text(form, index)))
		return true;
	if (text.len == 0 && field->required && at_end)
		snprintf(field->complaint, sizeof(field->complaint), "needs an answer");
	else if (text.len && field->type == FIELD_NUMBER && (!str_parse_int(text, &number) || number < 0))
		snprintf(field->complaint, sizeof(field->complaint), "wants a whole number");
	else if (text.len && form->check && form->check(form->check_data, field, form_text(form, index), field->complaint, sizeof(field->complaint)))
		return false;
	return !field->complaint[0];
}

static FormEffect accept(Form *form)
{
	form->complaint[0] = '\0';
	for (size_t i = 0; i < form->count; i++) {
		if (judge(form, i, true))
			continue;
		form->current = i;
		snprintf(form->complaint, sizeof(form->complaint), "%s %.80s", form->fields[i].label, form->fields[i].complaint);
		return FORM_NONE;
	}
	return FORM_ACCEPTED;
}

/* A number takes digits only. */
static bool is_taken(const FormField *field, KeyChord key)
{
	uint32_t typed;
	return field->type != FIELD_NUMBER || key.modifiers || !key_types(key, &typed) || (typed >= '0' && typed <= '9');
}

static bool choose(FormField *field, KeyChord key)
{
	if (field->type != FIELD_CHOICE || field->choice_count == 0)
		return false;
	bool forward = key_equal(key, key_named(KEY_RIGHT)) || key_equal(key, key_character(' '));
	if (!forward && !key_equal(key, key_named(KEY_LEFT)))
		return false;
	field->choice = (field->choice + (forward ? 1 : field->choice_count - 1)) % field->choice_count;
	return true;
}

/* What was wrong with the answer before says nothing of this one: it is judged again when it is given. */
static void forget_complaint(Form *form, FormField *field)
{
	field->complaint[0] = '\0';
	form->complaint[0] = '\0';
}

static void change(Form *form, FormField *field, KeyChord key)
{
	if (choose(field, key) || (field->type != FIELD_CHOICE && is_taken(field, key) && input_key(&field->input, key)))
		forget_complaint(form, field);
}

FormEffect form_key(Form *form, KeyChord key)
{
	if (key_equal(key, key_named(KEY_ESC)) || (key.modifiers == KEY_CTRL && (key.code_point == 'c' || key.code_point == 'g')))
		return FORM_CANCELLED;
	if (form->count == 0)
		return key_equal(key, key_named(KEY_ENTER)) ? FORM_ACCEPTED : FORM_NONE;
	FormField *field = &form->fields[form->current];
	bool next = key_equal(key, key_named(KEY_TAB)) || key_equal(key, key_named(KEY_DOWN));
	bool before = key_equal(key, key_named(KEY_UP)) ||
		key_equal(key, (KeyChord){ .name = KEY_TAB, .modifiers = KEY_SHIFT });
	if (key.modifiers == KEY_CTRL && key.code_point == 'd')
		return accept(form);
	if (key_equal(key, key_named(KEY_ENTER))) {
		if (form->current + 1 == form->count)
			return accept(form);
		next = true;
	}
	/* Enter stays on what is wrong; the other keys may go elsewhere first. */
	if ((next || before) && !judge(form, form->current, false) && key_equal(key, key_named(KEY_ENTER)))
		return FORM_NONE;
	if (next)
		form->current = (form->current + 1) % form->count;
	else if (before)
		form->current = (form->current + form->count - 1) % form->count;
	else
		change(form, field, key);
	return FORM_NONE;
}

void form_paste(Form *form, Str text)
{
	FormField *field = form->count > 0 ? &form->fields[form->current] : NULL;
	if (!field || field->type == FIELD_CHOICE)
		return;
	input_paste(&field->input, text);
	forget_complaint(form, field);
}

static int label_width(const Form *form)
{
	int width = 0;
	for (size_t i = 0; i < form->count; i++) {
		int columns = canvas_text_width(form->fields[i].label);
		width = columns > width ? columns : width;
	}
	return width;
}

/* What is wrong stands in the place of the help. */
static const char *below(const FormField *field)
{
	return field->complaint[0] ? field->complaint : field->help;
}

static int field_height(const FormField *field, int columns)
{
	AUTO_CLEAR(Styled) text = {0};
	if (!below(field))
		return 1;
	styled_add(&text, ROLE_MUTED, below(field));
	return 1 + styled_height(&text, columns > 1 ? columns : 1);
}

int form_height(const Form *form, int columns)
{
	int height = 1, room = columns - label_width(form) - 1;
	for (size_t i = 0; i < form->count; i++)
		height += field_height(&form->fields[i], room);
	return height;
}

static void render_choices(const FormField *field, Canvas *canvas, Rect row, const char *label, bool focused)
{
	int x = canvas_text(canvas, row, row.x, row.y, ROLE_PROMPT, label);
	for (size_t i = 0; i < field->choice_count; i++) {
		bool chosen = i == field->choice;
		int start = x;
		x = canvas_printf(canvas, row, x, row.y, chosen ? ROLE_TEXT : ROLE_MUTED, chosen ? "[%s]" : " %s ", field->choices[i]);
		if (chosen && focused)
			canvas_select(canvas, (Rect){ .x = start, .y = row.y, .width = x - start, .height = 1 });
		x++;
	}
}

void form_render(const Form *form, Canvas *canvas, Rect rect)
{
	int labels = label_width(form), room = rect.width - labels - 1;
	/* A short window shows the part with the present field. */
	size_t first = 0;
	int above = 0;
	for (size_t i = 0; i <= form->current && i < form->count; i++)
		above += field_height(&form->fields[i], room);
	for (; first < form->current && above > rect.height - 1; first++)
		above -= field_height(&form->fields[first], room);
	for (size_t i = first; i < form->count; i++) {
		const FormField *field = &form->fields[i];
		Rect row = rect_cut_top(&rect, 1);
		AUTO_CLEAR(Buf) label = {0};
		buf_printf(&label, "%s%*s ", field->label, labels - canvas_text_width(field->label), "");
		if (field->type == FIELD_CHOICE)
			render_choices(field, canvas, row, buf_text(&label), i == form->current);
		else
			input_render(&field->input, canvas, row, buf_text(&label), i == form->current);
		if (below(field)) {
			Rect help = rect_cut_top(&rect, field_height(field, room) - 1);
			rect_cut_left(&help, labels + 1);
			AUTO_CLEAR(Styled) text = {0};
			styled_add(&text, field->complaint[0] ? ROLE_WARN : ROLE_MUTED, below(field));
			styled_render(&text, canvas, help, 0, NULL);
		}
	}
	if (form->complaint[0] && !form->fields[form->current].complaint[0]) {
		Rect row = rect_cut_top(&rect, 1);
		canvas_text_fit(canvas, row, row.x, row.y, row.width, ROLE_WARN, form->complaint);
	}
}

void form_clear(Form *form)
{
	for (size_t i = 0; i < form->count; i++)
		input_clear(&form->fields[i].input);
	*form = (Form){0};
}
