/* told.h: numbers that a test wants to be seen in the log of its run: how many cases were tried, and which. What a test prints is silenced by
 * Criterion, so the lines are kept in a file and told when all tests of the program are over. */
#pragma once
#include "core/base/attributes.h"

/* One line, without a newline. */
void tell(const char *format, ...) BG_PRINTF(1, 2);
