/* diagnostic.c: the list of what is wrong, and its two renderings. */
#include "core/playbook/diagnostic.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"

static const char *const SEVERITIES[] = {
	[SEVERITY_ERROR] = "error",
	[SEVERITY_WARNING] = "warning",
	[SEVERITY_HINT] = "hint",
};

const char *severity_name(Severity severity)
{
	return SEVERITIES[severity];
}

static Severity severity_of_code(const char *code)
{
	if (code[0] == 'W')
		return SEVERITY_WARNING;
	return code[0] == 'H' ? SEVERITY_HINT : SEVERITY_ERROR;
}

void diagnostic_add(DiagnosticList *list, int line, int column, const char *code, const char *hint,
		const char *text, ...)
{
	Severity severity = severity_of_code(code);
	list->errors += severity == SEVERITY_ERROR;
	list->warnings += severity == SEVERITY_WARNING;
	list->hints += severity == SEVERITY_HINT;
	if (list->count >= DIAGNOSTIC_LIMIT) {
		list->dropped++;
		return;
	}
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? 2 * list->capacity : 8;
		list->items = bg_reallocarray(list->items, list->capacity, sizeof *list->items);
	}
	va_list args;
	va_start(args, text);
	list->items[list->count++] = (Diagnostic){
		.file = bg_strdup(list->file),
		.line = line,
		.column = column,
		.severity = severity,
		.code = code,
		.text = bg_vasprintf(text, args),
		.hint = bg_strdup_or_null(hint),
	};
	va_end(args);
}

bool diagnostic_has_code(const DiagnosticList *list, const char *code)
{
	for (size_t i = 0; i < list->count; i++)
		if (text_eq(list->items[i].code, code))
			return true;
	return false;
}

static bool comes_before(const Diagnostic *a, const Diagnostic *b)
{
	int order = strcmp(a->file, b->file);
	if (order != 0)
		return order < 0;
	return a->line != b->line ? a->line < b->line : a->column < b->column;
}

/* Insertion sort: stable, and the list is bounded and nearly in order already. */
void diagnostic_sort(DiagnosticList *list)
{
	for (size_t i = 1; i < list->count; i++) {
		Diagnostic moved = list->items[i];
		size_t at = i;
		for (; at > 0 && comes_before(&moved, &list->items[at - 1]); at--)
			list->items[at] = list->items[at - 1];
		list->items[at] = moved;
	}
}

void diagnostic_render(const Diagnostic *diagnostic, Buf *out)
{
	text_sanitise(str_from(diagnostic->file), SANITISE_LINE, out);
	if (diagnostic->line > 0)
		buf_printf(out, ":%d", diagnostic->line);
	if (diagnostic->line > 0 && diagnostic->column > 0)
		buf_printf(out, ":%d", diagnostic->column);
	buf_printf(out, ": %s: ", diagnostic->code);
	text_sanitise(str_from(diagnostic->text), SANITISE_LINE, out);
	if (diagnostic->hint) {
		buf_puts(out, str_ends(str_from(diagnostic->text), "?") ? " " : "; ");
		text_sanitise(str_from(diagnostic->hint), SANITISE_LINE, out);
	}
}

void diagnostic_render_all(const DiagnosticList *list, Buf *out)
{
	for (size_t i = 0; i < list->count; i++) {
		diagnostic_render(&list->items[i], out);
		buf_putc(out, '\n');
	}
	if (list->dropped > 0)
		buf_printf(out, "and %zu more; only the first %d of a file are shown\n", list->dropped, DIAGNOSTIC_LIMIT);
}

Json *diagnostic_to_json(const Diagnostic *diagnostic)
{
	Json *json = json_new_object();
	json_add_string(json, "file", diagnostic->file);
	json_add_int(json, "line", diagnostic->line);
	json_add_int(json, "column", diagnostic->column);
	json_add_string(json, "severity", severity_name(diagnostic->severity));
	json_add_string(json, "code", diagnostic->code);
	json_add_string(json, "text", diagnostic->text);
	json_add_string(json, "hint", diagnostic->hint);
	return json;
}

Json *diagnostic_list_to_json(const DiagnosticList *list)
{
	Json *json = json_new_array();
	for (size_t i = 0; i < list->count; i++)
		json_append(json, diagnostic_to_json(&list->items[i]));
	return json;
}

void diagnostic_list_clear(DiagnosticList *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].hint);
		free(list->items[i].text);
		free(list->items[i].file);
	}
	free(list->items);
	*list = (DiagnosticList){ .file = list->file };
}
