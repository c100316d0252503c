/* Whatever stands in a comment, the directives found render to text that reads back as the same directives. */
#include "core/base/alloc.h"
#include "core/playbook/directive.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void render_all(const DirectiveList *list, Buf *out)
{
	for (size_t i = 0; i < list->count; i++) {
		directive_render(&list->items[i], out);
		buf_putc(out, '\n');
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(DirectiveList) first = {0};
	AUTO_CLEAR(DirectiveList) second = {0};
	AUTO_CLEAR(DiagnosticList) diagnostics = { .file = "f" };
	AUTO_CLEAR(Buf) once = {0};
	AUTO_CLEAR(Buf) twice = {0};
	Str text = { (const char *) data, size };
	if (memchr(data, '\0', size))
		return 0;   /* a file with a NUL byte is refused before */
	directive_parse(text, 1, 1, 0, &first, &diagnostics);
	directive_parse_info(text, 1, 1, &first, &diagnostics);
	render_all(&first, &once);
	diagnostic_list_clear(&diagnostics);
	if (first.count > DIRECTIVE_LIMIT)
		return 0;
	directive_parse(buf_str(&once), 1, 1, 0, &second, &diagnostics);
	render_all(&second, &twice);
	BG_ASSERT(first.count == second.count);
	BG_ASSERT(str_eq(buf_str(&once), buf_str(&twice)));
	return 0;
}
