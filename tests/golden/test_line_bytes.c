/* test_line_bytes.c: what a key costs on a slow line: bytes from the pty, on every screen, for the keys that people press there, and what a whole
 * new screen costs. A line of 9600 baud carries 960 bytes a second. It counts bytes, never seconds, and prints them: the second column is for
 * a terminal that does not say how slow it is. */
#include <stdio.h>

#include "board_story.h"
#include "core/base/alloc.h"
#include "failover_story.h"

#define KEY_MOST 2048      /* that the answer to any key may take, at 80x24 */
#define WHOLE_MOST 2048    /* a screen drawn from nothing, on a slow line */
#define WHOLE_USUAL 3072   /* the same where nobody said that the line is slow: 256 colours, and rules written out */

typedef struct Walk { const char *screen, *keys; } Walk;

/* In this order, from the board. ctrl-l draws from nothing. */
static const Walk WALKS[] = {
	{ "board", "j j k end home r d esc / a b backspace esc : w esc ? esc ctrl-l 2" },
	{ "playbooks", "j k enter pgdn pgup j esc ctrl-l 3" },
	{ "walk", "j k K J x esc e tab esc d pgdn pgup esc n a esc s esc ctrl-l 4" },
	{ "sign-off", "/ a esc ctrl-l 5" },
	{ "timeline", "k k pgup j d esc / a backspace esc ctrl-l 6" },
	{ "ledger", "d esc ctrl-l ?" },
	{ "help", "j j k pgdn pgdn pgup end home / s i esc ctrl-l esc i" },
	{ "sitrep", "esc 1" },
	{ "board", "3" }, { "walk", "1" }, { "board", "5" }, { "timeline", "3" }, { "walk", "6" }, { "ledger", "2" }, { "playbooks", "1" },
	{ "board", "6" }, { "ledger", "5" }, { "timeline", "tab" }, { "ledger", "tab" }, { "board", "tab" }, { "playbooks", "tab" }, { "walk", "tab" },
};

#define ANSWERS_MAX 200
typedef struct Answers { size_t bytes[ANSWERS_MAX], count; } Answers;

static void press(Terminal *terminal, const char *screen, const char *key, size_t whole_most, Answers *answers)
{
	size_t before = terminal_bytes(terminal);
	terminal_keys(terminal, key);
	/* Every key is followed by a frame. One that shows what the engine said meanwhile may come first: then the key is counted with the next. */
	terminal_wait_frame(terminal);
	size_t bytes = terminal_bytes(terminal) - before;
	bool whole = text_eq(key, "ctrl-l");
	cr_expect(bytes <= (whole ? whole_most : KEY_MOST), "%s on %s took %zu bytes", key, screen, bytes);
	cr_assert(answers->count < ANSWERS_MAX);
	answers->bytes[answers->count++] = bytes;
}

static void walk_all(int speed, size_t whole_most, Answers *answers)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Script) *script = story_begun();
	story_hosts_planned(script);
	board_has_playbooks(script);
	board_is_red(script);
	script_reply(script, "refresh", "{}");
	AUTO(Terminal) *terminal = story_console_on(script, &folder, &(TerminalOptions){ .speed = speed }, "", "was ok 2 m ago");
	for (size_t i = 0; i < BG_LENGTH(WALKS); i++) {
		Str rest = str_from(WALKS[i].keys), key;
		while (str_split(&rest, ' ', &key)) {
			AUTO_FREE char *name = str_dup(key);
			press(terminal, WALKS[i].screen, name, whole_most, answers);
		}
	}
}

static void print(const Answers *slow, const Answers *usual)
{
	size_t at = 0, most = 0;
	fprintf(stderr, "# %-10s %-10s %10s %10s\n", "screen", "key", "9600 baud", "not said");
	for (size_t i = 0; i < BG_LENGTH(WALKS); i++) {
		Str rest = str_from(WALKS[i].keys), key;
		for (; str_split(&rest, ' ', &key); at++) {
			fprintf(stderr, "# %-10s %-10.*s %10zu %10zu\n", WALKS[i].screen, STR_ARG(key), slow->bytes[at], usual->bytes[at]);
			most = slow->bytes[at] > most ? slow->bytes[at] : most;
		}
	}
	fprintf(stderr, "# %zu keys; the most at 9600 baud: %zu bytes\n", at, most);
}

Test(line_bytes, a_key_answers_with_two_thousand_bytes_at_the_most)
{
	Answers slow = { 0 }, usual = { 0 };
	walk_all(9600, WHOLE_MOST, &slow);
	walk_all(0, WHOLE_USUAL, &usual);
	print(&slow, &usual);
}
