/* line.h: the console without a screen: commands typed as lines, screens told as text. For dumb terminals, screen readers and scripts. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "tui/view/console.h"

/* Asked for by `asked` or ACCESSIBLE, or because there is no terminal on both sides, or one that cannot place text on its screen.
 * `ret_why` says why (and with what hint) when it is; false: a screen can be drawn. */
bool line_wanted(bool asked, Error *ret_why);
/* Returns when the person leaves or the script ends: 0 done, 1 something was refused or failed. */
int line_run(const ConsoleSettings *settings, const Error *why);
