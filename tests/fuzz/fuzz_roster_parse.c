/* Any text is a roster, with a note for what was skipped; every entry that is kept can be found by its key. */
#include "core/base/alloc.h"
#include "core/signoff/revocations.h"
#include "core/signoff/roster.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO(Roster) *roster = NULL;
	AUTO_CLEAR(Revocations) revocations = { 0 };
	Error err = { 0 };
	Str text = { (const char *) data, size };
	if (revocations_parse(text, "revoked", &revocations, &err))
		for (size_t i = 0; i < revocations.count; i++)
			BG_ASSERT(revocations_has(&revocations, &revocations.keys[i]));
	if (!roster_parse(text, "allowed_signers", &roster, &err)) {
		BG_ASSERT(err.why[0]);
		return 0;
	}
	for (size_t i = 0; i < roster->count; i++) {
		const RosterEntry *nearest = NULL, *entry = &roster->entries[i];
		(void) roster_check(roster, &entry->key, "alice", "signoff@breakglass", (WallTime) { 1795230000000 }, &nearest);
		BG_ASSERT(nearest || entry->authority);
	}
	for (size_t i = 0; i < roster->note_count; i++)
		BG_ASSERT(roster->notes[i].line > 0 && roster->notes[i].text[0]);
	return 0;
}
