/* A typed line is a command, a word or nothing, with a rest that lies within it; or it is refused. What the palette makes of it stays in the table. */
#include "fuzz.h"
#include "tui/line/parse.h"

static void check(const Keymap *keymap, CommandContext context, Str text)
{
	LineParsed parsed = { 0 };
	Error err = { 0 };
	if (!line_parse(keymap, &context, 1, text, &parsed, &err)) {
		fuzz_refused(&err);
		return;
	}
	BG_ASSERT(!parsed.command || parsed.word == WORD_NONE);
	BG_ASSERT(parsed.word < WORD_COUNT);
	if (parsed.rest.len)
		BG_ASSERT(parsed.rest.ptr >= text.ptr && parsed.rest.ptr + parsed.rest.len <= text.ptr + text.len);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static Keymap keymap;
	CommandId ids[COMMAND_COUNT];
	Str text = { (const char *) data, size };
	keymap_init(&keymap);
	for (CommandContext context = 0; context < CONTEXT_COUNT; context++)
		check(&keymap, context, text);
	size_t count = command_complete(text, ids, COMMAND_COUNT);
	BG_ASSERT(count <= COMMAND_COUNT);
	for (size_t i = 0; i < count; i++)
		BG_ASSERT(ids[i] > COMMAND_NONE && ids[i] < COMMAND_COUNT);
	const Command *meant = command_meant(text);
	BG_ASSERT(!meant || command_find(str_from(meant->name)) == meant);
	return 0;
}
