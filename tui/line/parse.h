/* parse.h: a typed line as a command: its name, or a key as the key map has it on the shown screen, or one of the few words that only line
 * mode has. Pure. */
#pragma once
#include "tui/keys/command.h"

typedef enum LineWord { WORD_NONE, WORD_STEP, WORD_STATUS, WORD_KEEP_GOING, WORD_COUNT } LineWord;

typedef struct LineParsed {
	const Command *command;      /* NULL: `word`, or nothing was typed */
	LineWord word;
	Str rest;                    /* what followed, trimmed; borrowed from the line */
} LineParsed;

/* Words that only line mode has, for the help. */
const char *line_word_name(LineWord word);
const char *line_word_help(LineWord word);

/* False and err: there is no such command. An empty line gives neither command nor word. */
BG_CHECK bool line_parse(const Keymap *keymap, const CommandContext contexts[], size_t count, Str text, LineParsed *ret_parsed, Error *err);
