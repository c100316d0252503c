/* A file of keys is refused with its place and changes nothing, or gives keys that are found again by their names. */
#include "fuzz.h"
#include "tui/keys/command.h"

static void check_binding(const KeyBinding *binding)
{
	char name[KEY_TEXT_SIZE];
	KeyChord again;
	Error err = { 0 };
	bool read = key_parse(str_from(key_format(binding->key, name)), &again, &err);
	BG_ASSERT(read && key_equal(again, binding->key));
	BG_ASSERT(binding->command > COMMAND_NONE && binding->command < COMMAND_COUNT);
	fuzz_harmless(str_from(key_format_short(binding->key, name)), SANITISE_LINE);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static Keymap keymap, before;
	Error err = { 0 };
	keymap_init(&keymap);
	before = keymap;
	if (!keymap_read(&keymap, "keys", (Str) { (const char *) data, size }, &err)) {
		fuzz_refused(&err);
		BG_ASSERT(memcmp(&keymap, &before, sizeof keymap) == 0);
		return 0;
	}
	BG_ASSERT(keymap.count <= KEYMAP_MAX_BINDINGS);
	for (size_t i = 0; i < keymap.count; i++)
		check_binding(&keymap.bindings[i]);
	return 0;
}
