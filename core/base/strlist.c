/* strlist.c: a growable list of owned strings. One slot more than `count` is always kept, so that the argv view needs
 * no copy. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/str.h"

void strlist_add_take(StrList *list, char *text)
{
	if (list->count + 1 >= list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 8;
		list->items = bg_reallocarray(list->items, list->capacity, sizeof *list->items);
	}
	list->items[list->count++] = text;
}

void strlist_add(StrList *list, const char *text)
{
	strlist_add_take(list, bg_strdup(text));
}

void strlist_add_str(StrList *list, Str text)
{
	strlist_add_take(list, str_dup(text));
}

bool strlist_has(const StrList *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++) {
		if (text_eq(list->items[i], text))
			return true;
	}
	return false;
}

void strlist_remove(StrList *list, size_t index)
{
	BG_ASSERT(index < list->count);
	free(list->items[index]);
	memmove(list->items + index, list->items + index + 1, (list->count - index - 1) * sizeof *list->items);
	list->count--;
}

char *strlist_join(const StrList *list, const char *separator)
{
	Buf out = { 0 };
	for (size_t i = 0; i < list->count; i++) {
		if (i)
			buf_puts(&out, separator);
		buf_puts(&out, list->items[i]);
	}
	return buf_take(&out);
}

void strlist_split(StrList *list, Str text, char separator)
{
	Str part;
	while (str_split(&text, separator, &part)) {
		part = str_trim(part);
		if (part.len)
			strlist_add_str(list, part);
	}
}

char **strlist_argv(StrList *list)
{
	if (!list->items) {
		list->capacity = 8;
		list->items = bg_reallocarray(NULL, list->capacity, sizeof *list->items);
	}
	list->items[list->count] = NULL;
	return list->items;
}

void strlist_clear(StrList *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (StrList) { 0 };
}
