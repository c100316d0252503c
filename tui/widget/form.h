/* form.h: several questions at once, each of a type, answered in order or by going up and down. */
#pragma once
#include "tui/keys/key.h"
#include "tui/widget/input.h"

#define FORM_MAX_FIELDS 48

typedef enum FieldType {
	FIELD_TEXT,
	FIELD_NUMBER,      /* whole, not negative */
	FIELD_CHOICE,      /* one of `choices`, changed by left, right and space */
	FIELD_SIGNATURE,   /* several lines, pasted */
	FIELD_SECRET,
} FieldType;

typedef struct FormField {
	const char *label, *help;         /* borrowed; help NULL: none */
	FieldType type;
	bool required;
	const char *const *choices;       /* borrowed */
	size_t choice_count, choice;
	Input input;
	const char *standing;             /* borrowed: an answer that stands already and is not judged again while it stays; NULL: none */
	char complaint[240];              /* what is wrong with this answer; "" = nothing is known to be */
} FormField;

typedef enum FormEffect { FORM_NONE, FORM_ACCEPTED, FORM_CANCELLED } FormEffect;

/* What is wrong with an answer, into `why`; false when it is fit. Asked when a field is left and when the form is accepted. */
typedef bool FormCheck(const void *userdata, const FormField *field, const char *text, char *why, size_t size);

typedef struct Form {
	FormField fields[FORM_MAX_FIELDS];
	size_t count, current;
	FormCheck *check;                 /* NULL: only what the types say */
	const void *check_data;
	char complaint[120];              /* why it was not accepted; "" = nothing is wrong */
} Form;

/* Adds a field and returns it, to fill in the rest; `value` is the text it begins with. NULL when the form is full. */
FormField *form_add(Form *form, FieldType type, const char *label, const char *value);
FormEffect form_key(Form *form, KeyChord key);
void form_paste(Form *form, Str text);
const char *form_text(const Form *form, size_t index);   /* the answer; of a choice, its text */
/* Rows that all fields take, `columns` wide. */
int form_height(const Form *form, int columns);
void form_render(const Form *form, Canvas *canvas, Rect rect);
void form_clear(Form *form);
BG_DEFINE_CLEARP(Form, form_clear)
