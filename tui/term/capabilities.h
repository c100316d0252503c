/* capabilities.h: what this kind of terminal can do, as the strings of its terminfo entry. Strings are without padding; NULL = the terminal cannot do it. */
#pragma once
#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "tui/keys/decoder.h"

typedef struct Capabilities {
	char *move;                 /* row, column */
	char *move_column;          /* column */
	char *back;                 /* one column to the left */
	char *forward, *forward_one;   /* columns to the right; one */
	char *clear, *erase_line;   /* whole screen; to the end of the line */
	char *normal;               /* all attributes and colours off */
	char *bold, *underline, *reverse, *dim, *italic;
	char *foreground, *background, *default_colours;
	char *cursor_hide, *cursor_show;
	char *enter, *leave;        /* the screen of full-screen programs */
	char *repeat;               /* the character before it, so many times more */
	char *bell;
	int colours;                /* 0, 8, 16, 88, 256 */
	unsigned colour_conflicts;  /* STYLE_* bits that cannot be combined with colours */
	bool looks_are_sgr;         /* the looks above are SGR sequences of ECMA-48: several can be told in one */
	bool takes_back;            /* each attribute and colour by itself */
	bool newline_goes_down;     /* and return to the first column: "\r", "\n" */
	bool clipboard;             /* it obeys or swallows OSC 52; others would print it */
	bool spare;                 /* `repeat` is used */
	bool wraps;                 /* writing in the last column moves to the next line... */
	bool wraps_late;            /* ...but only when another character comes */
} Capabilities;

/* Looks up `type`, as in $TERM. A terminal that is not in the data base but whose name says that it behaves like xterm
 * (kitty, alacritty, foot, ...) is taken for one. Fails for unknown and for dumb terminals, with a hint at line mode. */
BG_CHECK bool capabilities_load(const char *type, Capabilities *ret_capabilities, KeyDecoder *learn, Error *err);
/* For a line that carries few bytes: looks of 16 colours, which are half as long as those of 256, and rules that the terminal repeats by itself.
 * Without it `repeat` is not used: terminals that say xterm and do not know it exist, and a rule of theirs would be one character long. */
void capabilities_spare(Capabilities *capabilities);
void capabilities_clear(Capabilities *capabilities);
BG_DEFINE_CLEARP(Capabilities, capabilities_clear)
/* Appends `string` with its parameters filled in; NULL appends nothing. */
void capability_put(Buf *out, const char *string, int first, int second);
