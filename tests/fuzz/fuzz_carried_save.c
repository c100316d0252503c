/* What the wrapper of a command leaves (its folder, then `export -p`) is kept and handed on, or refused: every entry has a name that a shell takes. */
#include "fuzz.h"
#include "core/providers/command/carried.h"

static void check_entry(const char *entry)
{
	const char *equals = strchr(entry, '=');
	BG_ASSERT(equals && equals > entry);
	for (const char *c = entry; c < equals; c++)
		BG_ASSERT(*c == '_' || (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (c > entry && *c >= '0' && *c <= '9'));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(Carried) carried = { 0 };
	Error err = { 0 };
	if (!carried_save(fuzz_folder(), (Str) { (const char *) data, size }, &err)) {
		fuzz_refused(&err);
		return 0;
	}
	bool loaded = carried_load(NULL, fuzz_folder(), &carried, &err);
	BG_ASSERT(loaded && carried.folder && carried.folder[0]);
	for (size_t i = 0; i < carried.environment.count; i++)
		check_entry(carried.environment.items[i]);
	return 0;
}
