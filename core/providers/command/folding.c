/* folding.c: see folding.h. Equal is what is equal byte for byte, both streams and how it ended; a digest stands for that. */
#include "core/providers/command/folding.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/text.h"

typedef struct Folded { char key[SHA256_HEX_SIZE]; size_t first, count; } Folded;

/* Each part with its length before it: no output can be taken for the beginning of the next part. */
static void key_of(const Machine *machine, char ret[static SHA256_HEX_SIZE]) {
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, "%s %d %zu %zu %d %d\n%s\n", machine_end_name(machine->end), machine->exit_code, machine->out.len, machine->err.len,
		machine->out.overflowed, machine->err.overflowed, machine->why ? machine->why : "");
	buf_put_str(&text, buf_str(&machine->out));
	buf_put_str(&text, buf_str(&machine->err));
	sha256_hex(text.data, text.len, ret);
}

static size_t group_of(Folded *groups, size_t *count, const Machine *machine, size_t index) {
	char key[SHA256_HEX_SIZE];
	size_t i = 0;
	key_of(machine, key);
	while (i < *count && !text_eq(groups[i].key, key))
		i++;
	if (i == *count) {
		memcpy(groups[i].key, key, sizeof(key));
		groups[(*count)++].first = index;
	}
	groups[i].count++;
	return i + 1;
}

static void say(const Call *call, bool is_stderr, Str text) {
	if (call->output && text.len)
		call->output(call->userdata, is_stderr, text);
}

static void say_stream(const Call *call, bool is_stderr, const Buf *stream) {
	Str text = buf_str(stream);
	say(call, is_stderr, text);
	if (text.len && text.ptr[text.len - 1] != '\n')
		say(call, is_stderr, STR("\n"));
	if (stream->overflowed)
		say(call, is_stderr, STR("[there was more: what is over the limit is not kept]\n"));
}

static void say_group(const Call *call, const Machines *machines, const Folded *group, size_t number) {
	const Machine *first = &machines->items[group->first];
	AUTO_CLEAR(Buf) head = {0};
	const char *separator = "";
	for (size_t i = 0; i < machines->count; i++) {
		if (machines->items[i].output != number)
			continue;
		buf_printf(&head, "%s%s", separator, machines->items[i].node->name);
		separator = ", ";
	}
	buf_printf(&head, " (%zu of %zu): %s%s%s\n", group->count, machines->count, machine_end_words(first->end), first->why ? ": " : "",
		first->why ? first->why : "");
	say(call, false, buf_str(&head));
	say_stream(call, false, &first->out);
	say_stream(call, true, &first->err);
}

void folding_tell(const Call *call, Machines *machines) {
	AUTO_FREE Folded *groups = bg_calloc(machines->count + 1, sizeof(*groups));
	size_t count = 0;
	for (size_t i = 0; i < machines->count; i++)
		machines->items[i].output = group_of(groups, &count, &machines->items[i], i);
	for (size_t i = 0; i < count; i++)
		say_group(call, machines, &groups[i], i + 1);
}
