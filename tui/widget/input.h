/* input.h: one line that a person types into. UTF-8; pasted newlines become blanks unless the input takes several lines (a signature). */
#pragma once
#include "core/base/buf.h"
#include "tui/keys/key.h"
#include "tui/widget/canvas.h"

/* Longest text; more is not taken. */
#define INPUT_MAX_BYTES (64 * 1024)

typedef struct Input {
	Buf text;
	size_t cursor;      /* byte offset, at the beginning of a character */
	bool secret;        /* drawn as dots */
	bool multiline;     /* keeps pasted newlines; enter still ends it */
} Input;

/* True if the key typed or edited something. Editing keys are those of every shell: arrows, home, end, ctrl-a e u k w, backspace, delete. */
bool input_key(Input *input, KeyChord key);
/* Text from outside at the cursor. */
void input_paste(Input *input, Str text);
void input_set(Input *input, const char *text);
const char *input_text(const Input *input);        /* borrowed, never NULL */
/* The prompt, then the text with the cursor in sight. Places the terminal's cursor when `focused`. */
void input_render(const Input *input, Canvas *canvas, Rect rect, const char *prompt, bool focused);
void input_clear(Input *input);                    /* wipes the text */
BG_DEFINE_CLEARP(Input, input_clear)
