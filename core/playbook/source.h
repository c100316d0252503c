/* source.h: the bytes of a playbook as lines: checked, without BOM, with front matter blanked so that line numbers
 * stay. */
#pragma once
#include "core/base/error.h"
#include "core/playbook/arena.h"
#include "core/playbook/model.h"

typedef struct Source {
	char *text;                /* for the Markdown parser: same lines, front matter blank, NUL-terminated */
	size_t len;
	Str *lines;                /* as written, without line end; [0] is line 1 */
	size_t line_count;
	FrontMatter front_matter;
} Source;

/* Fails on NUL bytes and on more than PLAYBOOK_MAX_BYTES. Everything is in the arena, nothing points into `bytes`. */
BG_CHECK bool source_read(Arena *arena, Str bytes, const char *path, Source **ret_source, DiagnosticList *diagnostics,
	Error *err);
/* Line `number` from 1; empty outside the file. */
Str source_line(const Source *source, size_t number);
bool source_is_blank(Str line);
/* "<%= current_page.data.title %>" and its like: a line of templates of another tool. */
bool source_is_template(Str line);
