/* test_held_words.c: what is not on disk, in words that say what to do, and there and back as JSON. */
#include <errno.h>

#include "core/engine/held_words.h"
#include "tests/support/support.h"

#define NOW ((WallTime) { INT64_C(1795302000000) })   /* 2026-11-21T23:00:00Z */

typedef struct Case { const char *name; int os_code; const char *where; int64_t records; bool small; const char *words; } Case;

static const Case CASES[] = {
	{ "several", ENOSPC, "/var/lib/bg", 7, false, "NOT ON DISK: 7 records held in memory since 22:53Z: No space left on device in /var/lib/bg. "
		"Free space; they are written by themselves" },
	{ "one", EDQUOT, "/s", 1, false, "NOT ON DISK: 1 record held in memory since 22:53Z: Disk quota exceeded in /s. Free space; it is written by itself" },
	{ "none yet", EROFS, "/s", 0, false, "NOT ON DISK: nothing can be written since 22:53Z: Read-only file system in /s. Make it writable or give "
		"--state DIR; until then ticks and notes are held in memory, and actions wait" },
	{ "a failing disk", EIO, "/s", 2, false, "NOT ON DISK: 2 records held in memory since 22:53Z: Input/output error in /s. Mend the disk; "
		"they are written by themselves" },
	{ "a long path", ENOSPC, "/srv/a/very/long/path/that/goes/on/and/on/for/ever/and/a/day", 2, false, "NOT ON DISK: 2 records held in memory since "
		"22:53Z: No space left on device in .../path/that/goes/on/and/on/for/ever/and/a/day. Free space; they are written by themselves" },
	{ "a small screen", ENOSPC, "/s", 7, true, "NOT ON DISK: 7 held since 22:53Z: No space left on device. Free space" },
	{ "a small screen, none yet", EACCES, "/s", 0, true, "NOT ON DISK: nothing since 22:53Z: Permission denied. Make it writable or give --state DIR" },
	{ "no reason of the system", 0, "/s", 1, false, "NOT ON DISK: 1 record held in memory since 22:53Z: something else changed it in /s. Mend that; it is "
		"written by itself" },
};

static ClientHeld held_of(const Case *row)
{
	ClientHeld held = { .records = row->records, .first = 3, .since = { NOW.ms - 7 * 60000 } };
	Error why;
	if (row->os_code)
		error_errno(&why, row->os_code, "writing failed");
	else
		error_set(&why, ERROR_CONFLICT, "something else changed it");
	held_from_error(&held, &why, row->where);
	return held;
}

Test(held_words, say_how_many_since_when_why_where_and_what_to_do)
{
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(Buf) words = { 0 };
		ClientHeld held = held_of(&CASES[i]);
		held_words(&held, NOW, CASES[i].small, &words);
		assert_text(CASES[i].name, buf_text(&words), CASES[i].words);
	}
}

Test(held_words, go_to_a_console_and_back)
{
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(Buf) words = { 0 };
		ClientHeld held = held_of(&CASES[i]), back;
		AUTO(Json) *json = held_to_json(&held);
		held_from_json(json, &back);
		held_words(&back, NOW, CASES[i].small, &words);
		assert_text(CASES[i].name, buf_text(&words), CASES[i].words);
		cr_assert_eq(back.first, 3);
	}
}

Test(held_words, nothing_is_said_when_all_is_on_disk)
{
	AUTO_CLEAR(Buf) words = { 0 };
	ClientHeld held = { 0 }, back = { .records = 4 };
	AUTO(Json) *json = held_to_json(&held);
	held_from_json(json, &back);
	held_words(&back, NOW, false, &words);
	lost_words(&back, NOW, &words);
	cr_assert_eq(words.len, 0);
	cr_assert_not(back.troubled);
}

Test(held_words, a_loss_is_told)
{
	AUTO_CLEAR(Buf) words = { 0 };
	ClientHeld lost = { .records = 3, .since = { NOW.ms - 7 * 60000 } };
	lost_words(&lost, NOW, &words);
	assert_text("lost", buf_text(&words), "LOST: 3 records since 22:53Z, in the memory of an engine that ended. Look at the timeline; do or note it again");
}
