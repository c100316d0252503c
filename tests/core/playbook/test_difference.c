/* test_difference.c: what is said when a file was edited while it is being walked. */
#include "core/playbook/difference.h"
#include "tests/support/support.h"

#define BEFORE "# A\n\n1. Stop it.\n2. Copy it.\n   <!-- bg do a.copy from=x -->\n3. Start it:\n   ```sh\n   ./start\n   ```\n"

static const struct { const char *name, *after, *words; } CASES[] = {
	{"nothing", BEFORE, ""},
	{"blank lines and notes above", "# A\n\nRead this.\n\n1. Stop it.\n\n2. Copy it.\n\n   <!-- bg do a.copy from=x -->\n\n"
		"3. Start it:\n   ```sh\n   ./start\n   ```\n", ""},
	{"a word", "# A\n\n1. Stop them.\n2. Copy it.\n   <!-- bg do a.copy from=x -->\n3. Start it:\n   ```sh\n   ./start\n   ```\n",
		"the file has changed since: 1 step differs"},
	{"a command and an argument", "# A\n\n1. Stop it.\n2. Copy it.\n   <!-- bg do a.copy from=y -->\n3. Start it:\n"
		"   ```sh\n   ./start -f\n   ```\n", "the file has changed since: 2 steps differ"},
	{"one more", BEFORE "4. Look at it.\n5. Tell them.\n", "the file has changed since: 2 were added"},
	{"one less", "# A\n\n1. Stop it.\n2. Copy it.\n   <!-- bg do a.copy from=x -->\n", "the file has changed since: 1 was removed"},
	{"nothing left", "", "the file has changed since: 3 were removed"},
};

Test(difference, says_how_many_steps_an_edit_touched)
{
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO(Playbook) *before = NULL;
		AUTO(Playbook) *after = NULL;
		AUTO_CLEAR(Buf) text = {0};
		Error err = {0};
		assert_ok(playbook_parse(STR(BEFORE), "a.md", NULL, &before, &err), &err);
		assert_ok(playbook_parse(str_from(CASES[i].after), "a.md", NULL, &after, &err), &err);
		PlaybookDifference difference = playbook_difference(before, after);
		playbook_difference_describe(&difference, &text);
		assert_text(CASES[i].name, buf_text(&text), CASES[i].words);
	}
}
