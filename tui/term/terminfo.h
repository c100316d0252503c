/* terminfo.h: the terminal data base, as four questions. The only door to curses: nothing of <curses.h> or <term.h>, whose macros have
 * names such as KEY_UP and bell, is visible outside terminfo.c. One entry is open at a time. */
#pragma once
#include <stdbool.h>
#include "core/base/buf.h"

bool terminfo_open(const char *type);              /* false: there is no such entry */
void terminfo_close(void);
const char *terminfo_text(const char *capability); /* borrowed until terminfo_close(); NULL: not there */
int terminfo_number(const char *capability);       /* 0: not there */
bool terminfo_flag(const char *capability);
/* Appends `text` with its parameters filled in (terminfo(5), "Parameterized Strings"). Needs no open entry. */
void terminfo_fill(Buf *out, const char *text, int first, int second);
