/* coverage.c: see coverage.h. */
#include "coverage.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "tests/support/support.h"

/* Without line ends and indentation, which say nothing. Owned. */
static char *flat(const char *text) {
	Buf out = {0};
	for (; *text; text++) {
		bool blank = *text == ' ' || *text == '\n' || *text == '\t';
		if (!blank)
			buf_putc(&out, *text);
		else if (out.len && out.data[out.len - 1] != ' ')
			buf_putc(&out, ' ');
	}
	char *ret = bg_strdup(buf_text(&out));
	buf_clear(&out);
	return ret;
}

void coverage_expect(const char *folder, const CoverageItem *items, size_t count) {
	const char *held_path = "";
	AUTO_FREE char *held = NULL;
	for (size_t i = 0; i < count; i++) {
		if (!text_eq(held_path, items[i].file)) {
			AUTO_FREE char *name = bg_asprintf("playbooks/%s/%s", folder, items[i].file);
			AUTO_FREE char *path = source_path(name);
			AUTO_FREE char *text = read_text(path);
			free(held);
			held = flat(text);
			held_path = items[i].file;
		}
		cr_expect(strstr(held, items[i].text), "%s (%s) is lost: %s no longer holds \"%s\"", items[i].id, items[i].what, items[i].file, items[i].text);
	}
}

bool coverage_has(const CoverageItem *items, size_t count, const char *id) {
	for (size_t i = 0; i < count; i++)
		if (text_eq(items[i].id, id))
			return true;
	return false;
}
