/* rights.c: see rights.h. */
#include "core/providers/rights.h"

#include <stdarg.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/str.h"
#include "core/base/text.h"

const Right *rights_find(const Rights *rights, const char *what) {
	for (size_t i = 0; i < rights->count; i++)
		if (text_eq(rights->items[i].what, what))
			return &rights->items[i];
	return NULL;
}

void rights_add(Rights *rights, RightAnswer answer, const char *what, const char *hint, const char *evidence, ...) {
	va_list args;
	if (rights_find(rights, what))
		return;
	if (rights->count == rights->capacity) {
		rights->capacity = rights->capacity ? rights->capacity * 2 : 8;
		rights->items = bg_reallocarray(rights->items, rights->capacity, sizeof(*rights->items));
	}
	/* Part of it is the other side's words, and all of it is shown on a terminal. */
	va_start(args, evidence);
	AUTO_FREE char *raw = bg_vasprintf(evidence, args);
	va_end(args);
	rights->items[rights->count++] = (Right){answer, bg_strdup(what), text_sanitised_line(raw), text_sanitised_line(hint ? hint : "")};
}

void rights_add_error(Rights *rights, const char *what, const Error *err) {
	rights_add(rights, err->kind == ERROR_DENIED ? RIGHT_NO : RIGHT_UNKNOWN, what, *err->hint ? err->hint : "look at the system, then ask again",
		"%s%s%s%s", err->why, *err->where ? " (" : "", err->where, *err->where ? ")" : "");
}

void rights_clear(Rights *rights) {
	for (size_t i = 0; i < rights->count; i++) {
		free(rights->items[i].what);
		free(rights->items[i].evidence);
		free(rights->items[i].hint);
	}
	free(rights->items);
	*rights = (Rights){0};
}
