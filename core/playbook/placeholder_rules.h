/* placeholder_rules.h: what a placeholder looks like, one recogniser a form. Private to placeholder.c. */
#pragma once
#include "core/playbook/placeholder.h"
#include "core/playbook/shell_context.h"

/* A place in a text. */
typedef struct Spot {
	Str text;
	size_t at;
	TextPlace place;
	ShellContext context;
} Spot;

/* Bytes of the placeholder that begins at the spot, 0 when none does; fills form, and start and len of the part that is its name. */
typedef size_t (*Recogniser)(const Spot *spot, PlaceholderForm *ret_form, Str *ret_name);
extern const Recogniser PLACEHOLDER_RECOGNISERS[];   /* in order of precedence; ends with NULL */
/* Bytes that never hold a placeholder, from the spot on: {{x}}, %{x}, {.x}. 0 when the spot is none. */
size_t placeholder_never(const Spot *spot);
/* The character before and after, NUL at the ends. */
char spot_before(const Spot *spot, size_t back);
char spot_char(const Spot *spot, size_t ahead);
bool is_word_char(char c);       /* [A-Za-z0-9_] */
bool is_literal_char(char c);    /* [A-Za-z0-9_:.-]: what `replaces` takes for one token */
