/* terminfo.c: see terminfo.h. */
#include "tui/term/terminfo.h"
#define NCURSES_NOMACROS
#include <curses.h>
#include <term.h>

bool terminfo_open(const char *type)
{
	int result = 0;
	/* The descriptor only serves to learn the speed of the line, which nothing here asks for. */
	return setupterm(type, 1, &result) == OK && result == 1;
}

void terminfo_close(void)
{
	(void) del_curterm(cur_term); /* fails only when there is none */
}

const char *terminfo_text(const char *capability)
{
	const char *value = tigetstr(capability);
	return value == (char *) -1 ? NULL : value;
}

int terminfo_number(const char *capability)
{
	int value = tigetnum(capability);
	return value > 0 ? value : 0;
}

bool terminfo_flag(const char *capability)
{
	return tigetflag(capability) > 0;
}

void terminfo_fill(Buf *out, const char *text, int first, int second)
{
	buf_puts(out, tiparm(text, first, second));
}
