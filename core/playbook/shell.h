/* shell.h: a block of shell as the list of commands that a person would type one by one. */
#pragma once
#include "core/playbook/arena.h"
#include "core/playbook/model.h"

typedef struct ShellBlock {
	ShellLine *lines;
	size_t count;
	bool only_comments;        /* a manual instruction */
	bool prompts;              /* "$ " lines are commands, the rest is what they print */
	bool alternatives;         /* the labels read "for ... / or ...": one is chosen */
	Risk risk;                 /* the highest of the lines */
	bool terminal;
} ShellBlock;

/* `first_line` is the line of the file that the text starts on. */
void shell_read(Arena *arena, Str text, unsigned first_line, ShellBlock *ret_block);
bool shell_has_prompts(Str text);
/* True when at least half of the lines that are no comments start with a known tool. */
bool shell_looks_like(Str text);
/* The first word, behind variable assignments and sudo. */
Str shell_first_word(Str command);
/* Fills risk, risk_reason, needs_terminal and why_not of a line from its text. */
void shell_judge(Arena *arena, ShellLine *line);
/* The same where nothing in it stands for something else: "<a>" is two redirections. */
void shell_judge_literal(Arena *arena, ShellLine *line);
