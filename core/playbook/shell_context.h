/* shell_context.h: for every byte of a POSIX shell command, how the shell would read a value put there: bare, in which quotes, in a
 * here-document. What decides how a value is escaped. No shell is parsed in full: where the reading is not certain
 * (backquotes, ${...}, arithmetic, deep nesting) the answer is DEEP, and only harmless characters may go there. */
#pragma once
#include <stdbool.h>
#include "core/base/str.h"

typedef enum ShellContext {
	SHELL_BARE,
	SHELL_SINGLE,           /* inside '...' */
	SHELL_DOUBLE,           /* inside "..." */
	SHELL_HEREDOC,          /* body of a here-document that is expanded */
	SHELL_HEREDOC_QUOTED,   /* body of <<'EOF' */
	SHELL_COMMENT,
	SHELL_DEEP,
} ShellContext;

/* One context a byte, owned by the caller; `text.len` + 1 entries. */
unsigned char *shell_contexts(Str text);
/* Whether words of the command are read by a second shell (ssh, eval, sh -c): no quoting of ours reaches that one. */
bool shell_has_second_reader(Str text);
/* Only of [A-Za-z0-9_./:=@%+,-] and not empty: reads the same in every context. */
bool shell_is_plain(Str value);
