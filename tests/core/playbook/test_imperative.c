/* test_imperative.c: which sentences tell somebody to do something, and the word tables that decide it. */
#include "core/playbook/imperative.h"
#include "core/playbook/words.h"
#include "tests/support/support.h"

typedef struct Case { const char *text; bool yes; } Case;

static void check(const char *what, bool (*test)(Str text), const Case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		cr_assert_eq(test(str_from(cases[i].text)), cases[i].yes, "%s: %s", what, cases[i].text);
}

Test(imperative, instructions_are_told_from_statements)
{
	static const Case CASES[] = {
		{"Confirm the last execution", true}, {"restart the service", true}, {"Please then restart it", true},
		{"1. Stop it", true}, {"Step 4: Run the job", true}, {"Step 4 Run the job", true},
		{"On the first machine, restore the data:", true}, {"If it hangs, you should restart it", true},
		{"Once complete, turn off the environment:", true}, {"To go back, use the other workflow", true},
		{"Additionally, be sure to check it", false}, {"Optionally, restart it", true}, {"\"Save\" the file", true},
		{"The job copies the data", false}, {"See the other page", false}, {"Refer to the list", false},
		{"Note that it lags", false},
		{"Do not merge", false}, {"Backup: daily", false}, {"Update is needed", false},
		{"If it hangs, the disk is full", false},
		{"In this scenario, the server is gone", false}, {"", false}, {"...", false}, {"Restarting it helps", false},
	};
	check("imperative", text_is_imperative, CASES, BG_LENGTH(CASES));
}

Test(imperative, obligations_are_found)
{
	static const Case CASES[] = {
		{"A user with admin rights should update the rules", true}, {"The old certificate must be revoked", true},
		{"It needs to be rebuilt", true}, {"Somebody has to restart it", true}, {"Traffic should decline", false},
		{"It is quiet. Somebody should restart it", false}, {"", false},
	};
	check("obligation", text_is_obligation, CASES, BG_LENGTH(CASES));
}

Test(imperative, headings_need_a_verb_that_is_no_noun)
{
	static const Case CASES[] = {
		{"Consider backing up the database", true}, {"Tidy up", true}, {"Step 2: Deploy Kubernetes", false},
		{"Backup Contents", false}, {"Restart", false}, {"Verify: the list", false}, {"Remove the node", true},
	};
	check("heading", heading_is_imperative, CASES, BG_LENGTH(CASES));
}

Test(imperative, leads_that_describe_announce_no_steps)
{
	static const Case CASES[] = {
		{"The objectives are:", true}, {"This will:", true}, {"Each backup includes:", true},
			{"It supports formats such as:", true},
		{"You will need to:", false}, {"If it is down:", false}, {"The steps are:", false},
		{"Set these options:", false},
	};
	check("describes", text_describes, CASES, BG_LENGTH(CASES));
}

Test(imperative, warnings_examples_and_conditions_are_told_by_their_beginning)
{
	static const Case WARNINGS[] = {
		{"IMPORTANT: stop", true}, {"Warning! Stop", true}, {"[!CAUTION] Stop", true}, {"!!! danger", true},
			{"Important note: stop", true},
		{"\xE2\x9A\xA0 Caution: stop", true}, {"This is important: stop", false}, {"Note that it lags", false},
		{"", false},
	};
	check("warning", text_is_warning, WARNINGS, BG_LENGTH(WARNINGS));
	static const Case EXAMPLES[] = {{"e.g. ls", true}, {"For example, ls", true}, {"Example of how to do it", true},
		{"Do it", false}};
	check("example", text_is_example, EXAMPLES, BG_LENGTH(EXAMPLES));
	static const Case CONDITIONS[] = {{"If one node is up:", true}, {"Update the record if necessary", true},
		{"Update it", false}};
	check("conditional", text_is_conditional, CONDITIONS, BG_LENGTH(CONDITIONS));
	cr_assert(str_eq_c(text_after_warning(STR("IMPORTANT: stop it")), "stop it"));
}

Test(imperative, a_sentence_ends_where_it_ends)
{
	static const struct { const char *text, *sentence; } CASES[] = {
		{"One. Two.", "One."}, {"Use e.g. this one. Two", "Use e.g. this one."}, {"Version 1.2 of it. Two",
			"Version 1.2 of it."},
		{"No end", "No end"}, {"(so it is...). Two", "(so it is...)."}, {"", ""},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++)
		cr_assert(str_eq_c(text_first_sentence(str_from(CASES[i].text)), CASES[i].sentence), "%s", CASES[i].text);
}

Test(words, tables_find_their_words_in_any_case)
{
	cr_assert(word_is_verb(STR("Confirm")) && word_is_verb(STR("abort")) && word_is_verb(STR("ZIP")));
	cr_assert(word_is_tool(STR("kubectl")) && word_is_tool(STR("a2ensite")) && word_is_tool(STR("zypper")));
	cr_assert_not(word_is_verb(STR("see")) || word_is_verb(STR("")) || word_is_verb(STR("confirms")));
	cr_assert_not(word_is_verb(STR("averyveryveryveryverylongwordthatisnowhere")));
	cr_assert(word_is_destructive(STR("rm")) && word_is_reader(STR("ls")) && word_is_interactive(STR("psql")));
	cr_assert(word_is_shell_language(STR("bash")) && word_is_query_language(STR("sql"))
		&& word_is_sample_language(STR("output")));
}
