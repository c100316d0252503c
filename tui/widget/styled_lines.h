/* styled_lines.h: the wrapped lines of a styled text, and where they begin. Internal to styled*.c.
 * Where they begin is kept for one width, so that drawing a page at the end of a long text, and adding to it, does not go over all of it. */
#pragma once
#include "tui/widget/styled.h"

/* Goes over the wrapped lines of a text. `line` points into it; `x` is where the line is drawn. */
typedef struct StyledLines {
	const Styled *styled;
	Str rest;              /* source lines to come */
	Str source;            /* what is left of the present source line */
	bool in_source;
	int columns, indent, x;
	Str line;
} StyledLines;

/* From the beginning. Keeps nothing. */
StyledLines styled_lines(const Styled *styled, int columns);
bool styled_lines_next(StyledLines *lines);

/* From line `number`, or from one not far before it; *ret_number says which. */
StyledLines styled_lines_near(const Styled *styled, int columns, int number, int *ret_number);

StyledLayout *styled_layout_new(void);
StyledLayout *styled_layout_free(StyledLayout *layout);
/* The run that covers byte `at`. */
size_t styled_run_at(const Styled *styled, size_t at);
/* The text is another one now. */
void styled_layout_forget(Styled *styled);
