/* test_checkpoint.c: the note of three lines. */
#include "chronicle.h"

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

Test(checkpoint, a_note_is_read_as_it_was_written)
{
	AUTO_CLEAR(Buf) note = { 0 };
	checkpoint_write("2026-11-21 mass publish", 61, HEX, &note);
	assert_text("note", buf_text(&note), "breakglass 2026-11-21 mass publish\n61\n" HEX "\n");
	AUTO_FREE char *incident = NULL;
	int64_t seq = 0;
	char head[65];
	Error err;
	assert_ok(checkpoint_parse(buf_str(&note), &incident, &seq, head, &err), &err);
	assert_text("incident", incident, "2026-11-21 mass publish");
	cr_assert_eq(seq, 61);
	assert_text("head", head, HEX);
}

Test(checkpoint, anything_else_is_refused)
{
	static const char *const notes[] = {
		"", "breakglass\n1\n" HEX "\n", "breakglass \n1\n" HEX "\n", "other i\n1\n" HEX "\n",
			"breakglass i\n-1\n" HEX "\n",
		"breakglass i\nx\n" HEX "\n", "breakglass i\n1\nabc\n", "breakglass i\n1\n" HEX "0\n",
		"breakglass i\n1\n" HEX "\nmore\n",
		"breakglass i\n1\n",
	};
	for (size_t i = 0; i < BG_LENGTH(notes); i++) {
		char *incident = NULL;
		int64_t seq;
		char head[65];
		Error err;
		cr_assert_not(checkpoint_parse(str_from(notes[i]), &incident, &seq, head, &err), "note %zu was accepted", i);
		cr_assert(strstr(err.why, "not a checkpoint"));
	}
}
