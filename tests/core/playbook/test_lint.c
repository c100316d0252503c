/* test_lint.c: every code from a document that has the fault: tests/fixtures/lint/NAME.md and what is said of it in NAME.expected.
 * UPDATE_GOLDEN=1 writes the expected files anew. */
#include <stdlib.h>

#include "core/base/file.h"
#include "core/playbook/lint.h"
#include "tests/support/support.h"

static const VerbSpec PAUSE = { .name = "test.pause", .kind = VERB_ACTION, .risk = RISK_CHANGE, .help = "pauses a pipeline",
	.VERB_PARAMS({ "pipeline", PARAM_TEXT, true, NULL, "name the pipeline" }) };
static const VerbSpec DESTROY = { .name = "test.destroy", .kind = VERB_ACTION, .risk = RISK_DESTRUCTIVE, .help = "destroys a pipeline",
	.VERB_PARAMS({ "pipeline", PARAM_TEXT, true, NULL, "name the pipeline" }) };
static const VerbSpec JOB = { .name = "test.job", .kind = VERB_PROBE, .risk = RISK_READ, .help = "looks at a job",
	.VERB_PARAMS({ "job", PARAM_TEXT, true, NULL, "name the job" }, { "status", PARAM_CHOICE, false, "ok|failed", "its state" }),
	.VERB_FIELDS({ "age", PARAM_SPAN, "since its end" }) };
static const VerbSpec SHELL = { .name = "test.shell", .kind = VERB_ACTION, .risk = RISK_CHANGE, .help = "runs what stands in the document", .visible_only = true,
	.VERB_PARAMS({ "text", PARAM_TEXT, true, NULL, "the command" }) };
static const VerbSpec *const VERBS[] = { &PAUSE, &DESTROY, &JOB, &SHELL };
static const Vocabulary VOCABULARY = { VERBS, BG_LENGTH(VERBS) };
static const WallTime TODAY = { 1795230000000 };   /* 2026-11-21 */

static Playbook *load(const char *folder, const char *name)
{
	AUTO_FREE char *path = path_join(folder, name);
	Playbook *playbook = NULL;
	Error err = {0};
	assert_ok(playbook_load(path, &VOCABULARY, &playbook, &err), &err);
	return playbook;
}

static void list(const DiagnosticList *diagnostics, Buf *out)
{
	for (size_t i = 0; i < diagnostics->count; i++) {
		AUTO_CLEAR(Buf) line = {0};
		diagnostic_render(&diagnostics->items[i], &line);
		buf_printf(out, "%s\n", strstr(buf_text(&line), ".md:") + 4);
	}
}

static void expect(const char *folder, const char *name, const char *actual)
{
	AUTO_FREE char *stem = str_dup(str_slice(str_from(name), 0, strlen(name) - 3));
	AUTO_CLEAR(Buf) file = {0};
	buf_printf(&file, "%s/%s.expected", folder, stem);
	Error err = {0};
	if (getenv("UPDATE_GOLDEN"))
		assert_ok(file_write_atomic(buf_text(&file), actual, strlen(actual), 0644, &err), &err);
	AUTO_FREE char *expected = read_text(buf_text(&file));
	assert_text(name, actual, expected);
}

Test(lint, says_what_is_wrong_with_each_document)
{
	AUTO_FREE char *folder = source_path("tests/fixtures/lint");
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	size_t seen = 0;
	assert_ok(file_list_folder(folder, &names, &err), &err);
	for (size_t i = 0; i < names.count; i++) {
		if (!str_ends(str_from(names.items[i]), ".md"))
			continue;
		seen++;
		AUTO(Playbook) *playbook = load(folder, names.items[i]);
		AUTO_CLEAR(DiagnosticList) advice = {0};
		AUTO_CLEAR(Buf) actual = {0};
		lint_advice(playbook, TODAY, true, &advice);
		list(&playbook->diagnostics, &actual);
		list(&advice, &actual);
		expect(folder, names.items[i], buf_text(&actual));
		/* "e-key-more.md" must show E-KEY: a fixture that lost its point is no test. */
		AUTO_FREE char *code = str_dup(str_slice(str_from(names.items[i]), 0, strcspn(names.items[i] + 2, "-.") + 2));
		for (char *c = code; *c; c++)
			if (*c >= 'a' && *c <= 'z')
				*c = (char) (*c - 'a' + 'A');
		bool clean = str_starts(str_from(names.items[i]), "clean");
		cr_assert(clean ? actual.len == 0 : strstr(buf_text(&actual), code) != NULL, "%s does not show %s:\n%s", names.items[i], code,
			buf_text(&actual));
	}
	cr_assert_gt(seen, 20);
}

Test(lint, errors_refuse_a_run_and_advice_does_not)
{
	AUTO_FREE char *folder = source_path("tests/fixtures/lint");
	AUTO(Playbook) *wrong = load(folder, "e-unclosed.md");
	AUTO(Playbook) *weak = load(folder, "w-wait.md");
	cr_assert(playbook_has_errors(wrong));
	cr_assert_not(playbook_has_errors(weak));
}

static const char EXPLAINED[] =
	"      | playbook id=clean title=\"A clean one\" review=2027-11-20\n"
	"      |   whole file: names the whole file\n"
	"      | var site choice=draft|live match=<draft|live> ask=\"Which site?\"\n"
	"      |   whole file: a value that the run asks for\n"
	"    5 # Fail over\n"
	"      | procedure id=clean\n"
	"      |   section \"Fail over\": this section is a procedure, which a run walks\n"
	"      | gate go roles=product,engineering reason=required\n"
	"      |   section \"Fail over\": blocks this step or section until the roles have signed\n"
	"      | guard set=site\n"
	"      |   section \"Fail over\": must hold before the step's actions can be started\n"
	"   11 \n"
	"   12 - Pause `ocw-content-<draft|live>`.\n"
	"      | do test.pause pipeline=${site}\n"
	"      |   step 1: pauses a pipeline\n"
	"      | verify test.job job=backup status=ok age<26h within=5m\n"
	"      |   step 1: looks at a job\n"
	"      | opens paused\n"
	"      |   step 1: enters broken glass in the ledger\n"
	"   18 - Resume it.\n"
	"      | closes paused\n"
	"      |   step 2: strikes broken glass off the ledger\n"
	"   20 - Check that it runs.\n";

Test(lint, explains_each_directive_where_it_stands)
{
	AUTO_FREE char *folder = source_path("tests/fixtures/lint");
	AUTO(Playbook) *playbook = load(folder, "clean.md");
	AUTO_CLEAR(Buf) text = {0};
	lint_explain(playbook, &VOCABULARY, &text);
	assert_text("explain", buf_text(&text), EXPLAINED);
}

static const char BARE[] =
	"# Fail over\n\n"
	"The decision should be made by one person from product and one from engineering.\n\n"
	"- Pause the pipeline of `<draft|live>`.\n"
	"- Add the node:\n"
	"  ```sh\n"
	"  ./add-node.sh 2001:db8:2::10 [NEW_NODE]\n"
	"  ```\n"
	"- Unpause the pipeline.\n";

static const char SUGGESTED[] =
	"At the top, before the first heading:\n\n"
	"<!-- bg\n"
	"playbook id=bare title=\"Fail over\"\n"
	"var draft_live choice=draft|live match=<draft|live> ask=\"Draft or live?\"\n"
	"var new_node match=[NEW_NODE] ask=\"New node?\"\n"
	"var address_2001_db8_2_10 replaces=2001:db8:2::10 type=ipv6 ask=\"Instead of 2001:db8:2::10?\"\n"
	"-->\n\n"
	"Below line 3 (The decision should be made by one person from product and o...):\n\n"
	"<!-- bg gate decision roles=product,engineering reason=required -->\n\n"
	"Below line 5 (Pause the pipeline of <draft|live>.), indented like the text of its item:\n\n"
	"<!-- bg opens paused -->\n\n"
	"Below line 10 (Unpause the pipeline.), indented like the text of its item:\n\n"
	"<!-- bg closes paused -->\n\n";

Test(lint, suggests_what_an_author_can_paste)
{
	AUTO(Playbook) *playbook = NULL;
	AUTO_CLEAR(Buf) text = {0};
	Error err = {0};
	assert_ok(playbook_parse(str_from(BARE), "bare.md", &VOCABULARY, &playbook, &err), &err);
	lint_suggest(playbook, &text);
	assert_text("suggest", buf_text(&text), SUGGESTED);
}
