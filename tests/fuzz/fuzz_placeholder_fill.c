/* The first line is a value, the rest a text. Placeholders found lie in order inside the text; a filled command differs from its text
 * only where there are placeholders; a value with a quote never stands bare. */
#include "core/base/alloc.h"
#include "core/playbook/placeholder.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const char *value_of(void *userdata, const char *name)
{
	(void) name;
	return userdata;
}

static void check_order(Str text, TextPlace place)
{
	AUTO_CLEAR(PlaceholderList) list = {0};
	placeholder_find(text, place, NULL, &list);
	BG_ASSERT(list.count <= PLACEHOLDER_LIMIT);
	size_t end = 0;
	for (size_t i = 0; i < list.count; i++) {
		BG_ASSERT(list.items[i].start >= end && list.items[i].len > 0);
		end = list.items[i].start + list.items[i].len;
		BG_ASSERT(end <= text.len);
		BG_ASSERT(list.items[i].name[0] || list.items[i].form == PLACEHOLDER_ELLIPSIS);
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Str text = { (const char *) data, size }, line;
	if (memchr(data, '\0', size) || !str_next_line(&text, &line) || !text.ptr)
		return 0;
	AUTO_FREE char *value = str_dup(line);
	AUTO_CLEAR(Buf) out = {0};
	AUTO_CLEAR(StrList) unresolved = {0};
	Error err = {0};
	check_order(text, TEXT_COMMAND);
	check_order(text, TEXT_PROSE);
	if (!placeholder_fill_command(text, NULL, value_of, value, &out, &unresolved, &err))
		BG_ASSERT(err.why[0] && err.hint[0]);
	else
		BG_ASSERT(unresolved.count == 0);
	placeholder_fill_prose(text, NULL, value_of, value, &out);
	placeholder_fill_arg(text, value_of, value, &out, &unresolved);
	return 0;
}
