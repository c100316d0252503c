/* test_hostile.c: files that nobody wrote in good faith. Refused with a place when they are no text; else a playbook, whatever it is. */
#include "core/base/alloc.h"
#include "core/playbook/show.h"
#include "tests/support/support.h"

static Playbook *parse(Str text)
{
	Playbook *playbook = NULL;
	Error err = {0};
	assert_ok(playbook_parse(text, "hostile.md", NULL, &playbook, &err), &err);
	return playbook;
}

static void check_repeated(const char *part, size_t size)
{
	AUTO_CLEAR(Buf) text = {0};
	while (text.len + strlen(part) <= size)
		buf_puts(&text, part);
	AUTO(Playbook) *playbook = parse(buf_str(&text));
	size_t lines = 0;
	for (size_t i = 0; i < playbook->block_count; i++)
		lines += playbook->blocks[i]->line_count;
	cr_assert_leq(lines, playbook->line_total, "%s", part);
}

Test(hostile, the_same_over_and_over_is_read_in_linear_time)
{
	static const char *const PARTS[] = {
		"> ", "- a\n", "# a\n1. run x\n", "Run x.\n\n", "```\nls -l\n```\n", "Note: x\n\n", "<!-- x -->\n\n",
		"Run it\n\n<!-- bg step -->\n\n", "Note: x\n\n<!-- bg step -->\n\n", "- run a\n  <!-- bg gate x roles=a -->\n", "![[]()",
		"[a](b) [", "a@b.", "http://a.b ", "`ls -l` ", "run `ls <a>` ", "**a", "|a|\n|-|\n", "`", "<", "1. a\n\n```\nls\n```\n",
		"```sh\ncat <<A\n", "```sh\n$ ls\n> b\n", "\r", "a. b! ", "if a,", "run {{ ", "<div>\n\n", "[a]: b\n", "***\n",
		"```sh\nls \"$(a '`",
	};
	for (size_t i = 0; i < BG_LENGTH(PARTS); i++)
		check_repeated(PARTS[i], PLAYBOOK_MAX_BYTES / 8);
	check_repeated("- run `ls <a>` #1 [x](y)\n", PLAYBOOK_MAX_BYTES);
}

/* What a text is held against, many times over, beside much text. */
Test(hostile, more_variables_than_anybody_asks_are_told_and_not_looked_for)
{
	AUTO_CLEAR(Buf) text = {0};
	buf_puts(&text, "# a\n\n");
	for (int block = 0; text.len < PLAYBOOK_MAX_BYTES / 4; block++) {
		buf_puts(&text, "<!-- bg\n");
		for (int i = 0; i < 200; i++)
			buf_printf(&text, "var v%d_%d replaces=lit%d_%d\n", block, i, block, i);
		buf_puts(&text, "-->\n\n");
	}
	buf_puts(&text, "## b\n\n");
	while (text.len < PLAYBOOK_MAX_BYTES / 2)
		buf_puts(&text, "1. run lit0_1 and lit9_9\n");
	AUTO(Playbook) *playbook = parse(buf_str(&text));
	cr_expect(playbook->variable_count == 512, "%zu", playbook->variable_count);
	cr_expect(diagnostic_has_code(&playbook->diagnostics, "E-VAR"));
	cr_expect(playbook->procedures[0]->steps[0]->placeholder_count == 1);
}

Test(hostile, what_commands_set_and_replace_is_counted)
{
	AUTO_CLEAR(Buf) text = {0};
	buf_puts(&text, "<!-- bg\nvar a replaces=lit");
	for (int i = 0; text.len < PLAYBOOK_MAX_BYTES / 4; i++)
		buf_printf(&text, ",lit%d", i);
	buf_puts(&text, "\n-->\n\n# a\n\n1. run it\n\n   ```sh\n");
	for (int i = 0; text.len < PLAYBOOK_MAX_BYTES / 2; i++)
		buf_printf(&text, "   A%d=1\n", i);
	buf_puts(&text, "   echo $A1 $B\n   ```\n");
	AUTO(Playbook) *playbook = parse(buf_str(&text));
	cr_expect(playbook->variables[0]->replaces_count == 2048, "%zu", playbook->variables[0]->replaces_count);
	const Step *step = playbook->procedures[0]->steps[0];
	cr_assert(step->placeholder_count == 1);
	cr_expect_str_eq(step->placeholders[0], "B");
}

Test(hostile, deep_nesting_is_shown_as_it_stands)
{
	AUTO_CLEAR(Buf) text = {0};
	for (int i = 0; i < 500; i++) {
		for (int k = 0; k < i; k++)
			buf_puts(&text, "  ");
		buf_puts(&text, "- run it\n");
	}
	AUTO(Playbook) *playbook = parse(buf_str(&text));
	cr_assert_gt(playbook->procedures[0]->step_count, 10);
	size_t lines = 0;
	for (size_t i = 0; i < playbook->block_count; i++)
		lines += playbook->blocks[i]->line_count;
	cr_assert_eq(lines, 500);
}

Test(hostile, marks_nested_too_deep_are_reported)
{
	AUTO_CLEAR(Buf) text = {0};
	for (int i = 0; i < 100; i++)
		buf_puts(&text, "> ");
	buf_puts(&text, "deep\n\n1. Run it.\n");
	AUTO(Playbook) *playbook = parse(buf_str(&text));
	cr_assert(diagnostic_has_code(&playbook->diagnostics, "W-NESTING"));
	cr_assert_eq(playbook->procedures[0]->step_count, 1);
	cr_assert_eq(playbook->blocks[0]->line, 1);
}

Test(hostile, what_is_no_text_is_refused_with_its_place)
{
	Playbook *playbook = NULL;
	Error err = {0};
	assert_refused(playbook_parse((Str){"a\nb\0c", 5}, "x.md", NULL, &playbook, &err), &err, ERROR_INVALID, "NUL");
	cr_assert_str_eq(err.where, "x.md:2");
	cr_assert_str_eq(err.what, "read a playbook");
	AUTO_FREE char *large = bg_malloc(PLAYBOOK_MAX_BYTES + 1);
	memset(large, 'a', PLAYBOOK_MAX_BYTES + 1);
	assert_refused(playbook_parse((Str){large, PLAYBOOK_MAX_BYTES + 1}, "x.md", NULL, &playbook, &err), &err, ERROR_INVALID, "1048577");
	assert_refused(playbook_load("/nonexistent/x.md", NULL, &playbook, &err), &err, ERROR_MISSING, "");
	cr_assert_null(playbook);
}

Test(hostile, nothing_at_all_is_a_playbook_to_read)
{
	static const char *const TEXTS[] = {"", "\n\n", "\xEF\xBB\xBF", "---\n---\n", "# \n", "just text"};
	for (size_t i = 0; i < BG_LENGTH(TEXTS); i++) {
		AUTO(Playbook) *playbook = parse(str_from(TEXTS[i]));
		AUTO_CLEAR(Buf) text = {0};
		playbook_show(playbook, NULL, &text);
		playbook_print(playbook, &text);
		AUTO(Json) *json = playbook_show_json(playbook, NULL);
		cr_assert_eq(playbook->procedure_count, 0, "%zu", i);
		cr_assert_not_null(playbook->no_run);
	}
}

Test(hostile, escape_sequences_do_not_reach_a_terminal)
{
	AUTO(Playbook) *playbook = parse(STR("# A\x1b]0;x\x07\n\n"
		"1. Run \x1b[2J`rm \x1b[31m-r x`\n   <!-- bg do a.b c=\x1b[1m save=x\x1b[1m -->\n"
		"   ```ya\x1b[1mml\n   a\n   ```\n"));
	AUTO_CLEAR(Buf) text = {0};
	playbook_show(playbook, NULL, &text);
	playbook_print(playbook, &text);
	cr_assert_null(strchr(buf_text(&text), '\x1b'));
	cr_assert_null(strchr(buf_text(&text), '\x07'));
}
