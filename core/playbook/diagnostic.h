/* diagnostic.h: what is wrong with a file, where, and what to do: `file:line:col: code: text`. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/json.h"

typedef enum Severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_HINT } Severity;

typedef struct Diagnostic {
	char *file;
	int line, column;      /* from 1; 0 = the whole file */
	Severity severity;
	const char *code;      /* "E-KEY"; static */
	char *text;            /* what is wrong, one line */
	char *hint;            /* what to do; NULL = nothing to add */
} Diagnostic;

#define DIAGNOSTIC_LIMIT 500   /* more than these of one file are only counted */

/* Zero-initialise. `file` is borrowed and becomes the file of every diagnostic added after. */
typedef struct DiagnosticList {
	const char *file;
	Diagnostic *items;
	size_t count, capacity;
	size_t dropped;        /* over the limit */
	size_t errors, warnings, hints;   /* dropped ones included */
} DiagnosticList;

/* The severity follows from the code's first letter: E, W, H. `code` is static text; `hint` is copied, NULL ok. */
void diagnostic_add(DiagnosticList *list, int line, int column, const char *code, const char *hint,
	const char *text, ...) BG_PRINTF(6, 7);
bool diagnostic_has_code(const DiagnosticList *list, const char *code);
void diagnostic_sort(DiagnosticList *list);                 /* by file, line, column; stable */
const char *severity_name(Severity severity);               /* "error" "warning" "hint" */
/* "file:line:col: code: text" and, when there is a hint, "; hint". Sanitised, no newline. Appends. */
void diagnostic_render(const Diagnostic *diagnostic, Buf *out);
/* One line each, and a last line on how many were dropped. */
void diagnostic_render_all(const DiagnosticList *list, Buf *out);
Json *diagnostic_to_json(const Diagnostic *diagnostic);     /* owned */
Json *diagnostic_list_to_json(const DiagnosticList *list);  /* owned array */
void diagnostic_list_clear(DiagnosticList *list);
BG_DEFINE_CLEARP(DiagnosticList, diagnostic_list_clear)
