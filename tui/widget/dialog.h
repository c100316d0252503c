/* dialog.h: a box over the screen that asks one thing: yes or no, a name typed exactly (for what destroys), or a form.
 * The default is always to do nothing. */
#pragma once
#include "tui/widget/form.h"
#include "tui/widget/styled.h"

#define DIALOG_TEXT_COLUMNS 68   /* of its text, where the screen has room */

typedef enum DialogKind {
	DIALOG_INFORM,      /* any of enter, esc closes it */
	DIALOG_CONFIRM,     /* y does it */
	DIALOG_TYPE_NAME,   /* `name` must be typed exactly */
	DIALOG_FORM,
} DialogKind;

typedef enum DialogEffect { DIALOG_NONE, DIALOG_ACCEPTED, DIALOG_CANCELLED } DialogEffect;

typedef struct Dialog {
	DialogKind kind;
	char title[240];
	char verb[32];      /* what y or enter does: "apply", "sign" */
	char name[128];     /* to be typed */
	bool danger;        /* drawn so that nobody overlooks it */
	bool complained;    /* the typed name was another one */
	Styled text;
	Form form;          /* its first field takes the name of DIALOG_TYPE_NAME */
} Dialog;

/* Empties the dialog and sets it up; then add text and fields. */
void dialog_open(Dialog *dialog, DialogKind kind, const char *title, const char *verb);
void dialog_want_name(Dialog *dialog, const char *name);
DialogEffect dialog_key(Dialog *dialog, KeyChord key);
void dialog_paste(Dialog *dialog, Str text);
/* In the middle of `rect`, as large as its text needs and the screen allows. */
void dialog_render(const Dialog *dialog, Canvas *canvas, Rect rect);
/* The keys that this very dialog takes now, with what they do, in the row at the bottom of the screen. */
void dialog_footer(const Dialog *dialog, Canvas *canvas, Rect row);
void dialog_clear(Dialog *dialog);
BG_DEFINE_CLEARP(Dialog, dialog_clear)
