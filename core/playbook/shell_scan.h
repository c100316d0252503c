/* shell_scan.h: where a shell command is complete. Understands quotes, comments, continuation, here-documents,
 * brackets and compound commands, well enough to keep together what belongs together; it is no shell and expands
 * nothing. */
#pragma once
#include <stdbool.h>
#include "core/base/str.h"

#define SHELL_HEREDOCS 8
#define SHELL_HEREDOC_WORD 64

typedef struct ShellScan {
	char quote;                /* ' or " or ` while one is open, else 0 */
	int brackets;              /* open ( and { */
	int compounds;             /* open if, for, while, until, case, select */
	bool continued;            /* the line ended in \, |, && or || */
	bool command_position;     /* the next word is a command word */
	int heredocs;              /* here-documents whose bodies are still to come */
	struct { char word[SHELL_HEREDOC_WORD]; bool tabs; } heredoc[SHELL_HEREDOCS];
} ShellScan;

void shell_scan_line(ShellScan *scan, Str line);
bool shell_scan_is_complete(const ShellScan *scan);
