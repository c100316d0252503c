/* statement_lines.h: the lines of a statement as a table, shared by rendering and parsing. For this layer's own files. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/signoff/statement.h"

typedef enum StatementLineKind {
	LINE_VERSION,    /* fixed text */
	LINE_TEXT,       /* char *: one clean line */
	LINE_REASON,     /* as TEXT; left out when there is none */
	LINE_DIGEST,     /* char *: 64 hex digits, written "sha256:..." */
	LINE_DECISION,
	LINE_CHANGES,    /* any number of lines, none included */
	LINE_RECORD,     /* seq and head: "61 sha256:..." */
	LINE_TIME,
} StatementLineKind;

typedef struct StatementLine {
	const char *key;
	StatementLineKind kind;
	size_t offset;   /* of the member in Statement */
} StatementLine;

#define STATEMENT_VERSION "1"
#define STATEMENT_LINE_COUNT 18
extern const StatementLine STATEMENT_LINES[STATEMENT_LINE_COUNT];

/* The member of a TEXT, REASON or DIGEST line, and of a TIME line. */
char **statement_text_at(Statement *statement, const StatementLine *line);
WallTime *statement_time_at(Statement *statement, const StatementLine *line);
