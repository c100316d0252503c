/* Signing at the real console, with real keys: taken back, alone, countersigned, by code; and who is at the keys of a shared terminal. */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/signoff/totp.h"
#include "scene.h"
#include "tests/support/terminal.h"

#define SECRET_TEXT "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static const char BOOK[] =
	"# Signing\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Count once.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/one\n"
	"   ```\n"
	"   <!-- bg gate danger roles=product,engineering distinct=yes -->\n"
	"2. Rest.\n";

/* Both keys are at hand, as where two people share a terminal. */
static Scene gated_scene(const char *settings) {
	AUTO_FREE char *more = bg_asprintf("signoff: { keys: [SCENE/ann, SCENE/bob]%s }\n", settings);
	Scene scene = scene_new(BOOK, more);
	scene_make_keys(&scene);
	const char *codes = temp_write(&scene.folder, "codes", "ann " SECRET_TEXT "\n");
	cr_assert_eq(chmod(codes, 0600), 0);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "1");
	return scene;
}

static Terminal *console(const Scene *scene, const char *as, const char *keys, const char *text) {
	const char *argv[] = {scene->program, "--env", scene->environment, "--state", scene->state, as ? "--as" : NULL, as, NULL};
	Terminal *terminal = terminal_start(&(TerminalOptions) {.argv = argv, .columns = 80, .rows = 24});
	terminal_wait_text(terminal, "you: ");   /* the last thing of the first picture that the engine tells */
	terminal_keys(terminal, keys);
	terminal_wait_text(terminal, text);
	return terminal;
}

/* A key, what it opens, what is typed there, and what is said then. */
static void answer(Terminal *terminal, const char *key, const char *title, const char *keys, const char *reason, const char *then) {
	terminal_keys(terminal, key);
	terminal_wait_text(terminal, title);
	terminal_keys(terminal, keys);
	terminal_type(terminal, reason);
	terminal_type(terminal, "\n");
	terminal_wait_text(terminal, then);
}

Test(signing_keys, take_back_go_on_alone_and_countersign) {
	AUTO_CLEAR(Scene) scene = gated_scene(", solo: yes");
	AUTO(Terminal) *terminal = console(&scene, NULL, "4", "You are asked to sign, as PRODUCT");
	terminal_keys(terminal, "w");
	terminal_wait_text(terminal, "withdraw: nobody whose key is at hand has answered this");
	terminal_type(terminal, "sign\n");
	terminal_wait_text(terminal, "Signed as product.");
	answer(terminal, "w", "Take an answer back", "enter", "the backup is older", "What was answered as product is taken back.");
	terminal_wait_text(terminal, "You are asked to sign, as PRODUCT");
	terminal_keys(terminal, "C");
	terminal_wait_text(terminal, "countersign: nobody went on alone here");
	answer(terminal, "A", "Go on ALONE", "enter", "bob sleeps", "Signed ALONE as product.");
	terminal_wait_text(terminal, "SIGNED ALONE");
	terminal_wait_text(terminal, "It waits for engineering: C countersigns.");
	/* It stands in the bar of every screen, and the ledger holds it. */
	terminal_keys(terminal, "6");
	terminal_wait_text(terminal, "signed alone: danger");
	cr_assert(terminal_shows(terminal, "SIGNED ALONE"));
	/* Going on takes nobody else's key. */
	answer(terminal, "4 C", "Countersign", "enter", "", "nothing was signed: say whose key signs");
	answer(terminal, "C", "Countersign", "right enter", "saw it", "Countersigned as engineering.");
	terminal_wait_no_text(terminal, "SIGNED ALONE");
	scene_ok(&scene, "timeline");
	cr_assert(scene_says(&scene, "took the answer back as product, the backup is older") && scene_says(&scene, "GOES ON ALONE as product, bob sleeps")
		&& scene_says(&scene, "bob countersigned as engineering at ann's login, saw it"), "%s", scene.said);
	scene_ok(&scene, "verify");
}

static void expect_report(Scene *scene, const char *format, const char *const words[], size_t count) {
	scene_ok(scene, "report", "--format", format);
	for (size_t i = 0; i < count; i++)
		cr_expect(scene_says(scene, words[i]), "the %s report does not say \"%s\":\n%s", format, words[i], scene->said);
}

Test(signing_keys, an_escalation_holds_the_step_and_is_told_everywhere) {
	AUTO_CLEAR(Scene) scene = gated_scene("");
	AUTO(Terminal) *terminal = console(&scene, NULL, "4", "You are asked to sign, as PRODUCT");
	terminal_type(terminal, "escalate the director decides\n");
	terminal_wait_text(terminal, "Escalated as product.");
	terminal_wait_text(terminal, "Escalated: a signer wants somebody else to decide");
	cr_assert(terminal_shows(terminal, "the director decides"));
	scene_refused(&scene, 1, "a signer wants somebody else to decide", "apply", "1", "--yes");
	scene_ok(&scene, "steps");
	cr_assert(scene_says(&scene, "gate danger: escalated"), "%s", scene.said);
	scene_ok(&scene, "sitrep");
	cr_assert(scene_says(&scene, "a signer wants somebody else to decide"), "%s", scene.said);
	expect_report(&scene, "md", (const char *const[]){"escalated", "the director decides"}, 2);
	expect_report(&scene, "html", (const char *const[]){"escalated", "the director decides"}, 2);
	expect_report(&scene, "json", (const char *const[]){"\"escalate\"", "the director decides"}, 2);
	/* Decided: the same role signs after all, and the other one. */
	AUTO_CLEAR(ProgramRun) run = {0};
	run_program((const char *const[]){scene.program, "--env", scene.environment, "--state", scene.state, "--line", NULL},
		"sign-off\nescalate 1\nask her again\nsign 1\nsign\n", NULL, &run);
	cr_assert_eq(run.status, 0, "%s%s", buf_text(&run.out), buf_text(&run.err));
	cr_assert(strstr(buf_text(&run.out), "Escalated as product.") && strstr(buf_text(&run.out), "Signed as product."), "%s", buf_text(&run.out));
	scene_ok(&scene, "sign", "1", "--role", "engineering", "--key", scene_key(&scene, "bob"));
	scene_ok(&scene, "apply", "1", "--yes");
	cr_assert_eq(scene_lines(&scene, "one"), 1);
}

Test(signing_keys, a_gate_that_waits_rings_once_and_holds_nothing_but_its_step) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_make_keys(&scene);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	AUTO(Terminal) *terminal = console(&scene, NULL, "3", "Count once");
	cr_assert_eq(terminal_bells(terminal), 0);
	scene_ok(&scene, "plan", "1");
	terminal_wait_text(terminal, "4 Sign-off(1)");
	scene_ok(&scene, "note", "first");
	scene_refused(&scene, 1, "needs product and engineering", "apply", "1", "--yes");
	/* Everything else goes on. */
	scene_ok(&scene, "tick", "2");
	scene_ok(&scene, "note", "second");
	terminal_keys(terminal, "5");
	terminal_wait_text(terminal, "note: second");
	cr_assert_eq(terminal_bells(terminal), 1, "it rang %u times", terminal_bells(terminal));
	cr_assert_eq(scene_lines(&scene, "one"), 0);
	/* An answer of another is no new question. */
	scene_ok(&scene, "sign", "1", "--role", "product", "--key", scene_key(&scene, "ann"));
	scene_ok(&scene, "note", "third");
	terminal_wait_text(terminal, "note: third");
	cr_assert_eq(terminal_bells(terminal), 1, "it rang %u times", terminal_bells(terminal));
}

Test(signing_keys, what_was_done_alone_rings_for_whoever_was_missing) {
	AUTO_CLEAR(Scene) scene = gated_scene(", solo: yes");
	AUTO(Terminal) *terminal = console(&scene, NULL, "4", "You are asked to sign, as PRODUCT");
	unsigned before = terminal_bells(terminal);
	scene_ok(&scene, "sign", "1", "--role", "engineering", "--key", scene_key(&scene, "bob"), "--alone", "ann is on a plane");
	scene_ok(&scene, "note", "landed");
	terminal_keys(terminal, "5");
	terminal_wait_text(terminal, "note: landed");
	cr_assert(terminal_shows(terminal, "Sign-off(1)") && terminal_shows(terminal, "SIGNED ALONE"), "%s", terminal_text(terminal));
	cr_assert_eq(terminal_bells(terminal), before + 1);
	answer(terminal, "4 C", "Countersign", "enter", "", "Countersigned as product.");
	terminal_wait_no_text(terminal, "Sign-off(1)");
}

Test(signing_keys, what_is_not_allowed_says_why) {
	AUTO_CLEAR(Scene) scene = gated_scene("");
	AUTO(Terminal) *terminal = console(&scene, NULL, "4", "You are asked to sign, as PRODUCT");
	terminal_keys(terminal, "A");
	terminal_wait_text(terminal, "alone: this environment lets nobody go on alone");
	terminal_keys(terminal, "t");
	terminal_wait_text(terminal, "code: this environment takes no one-time codes");
	terminal_type(terminal, ":badge-off\n");
	terminal_wait_text(terminal, "badge-off: nobody wears a badge here");
}

Test(signing_keys, a_one_time_code_is_typed_unseen_and_marked) {
	AUTO_CLEAR(Scene) scene = gated_scene(", codes: SCENE/codes");
	AUTO_CLEAR(Totp) totp = {0};
	char code[TOTP_CODE_SIZE];
	Error err = {0};
	assert_ok(totp_parse(STR(SECRET_TEXT), "test", &totp, &err), &err);
	totp_code(&totp, totp_step(&totp, wall_now()) + 1, code);
	AUTO(Terminal) *terminal = console(&scene, NULL, "4", "You are asked to sign, as PRODUCT");
	terminal_keys(terminal, "t");
	terminal_wait_text(terminal, "Weaker than a key");
	terminal_keys(terminal, "enter enter enter");
	terminal_type(terminal, code);
	terminal_wait_text(terminal, "******");
	cr_assert(!terminal_shows(terminal, code), "the code is on the screen");
	terminal_type(terminal, "\n");
	terminal_wait_text(terminal, "Signed as product.");
	terminal_wait_text(terminal, "by one-time code (weaker)");
	AUTO_FREE char *incident = scene_incident(&scene);
	AUTO_FREE char *journal = bg_asprintf("%s/journal.jsonl", incident);
	AUTO_FREE char *text = read_text(journal);
	cr_assert(!strstr(text, code), "the code is in the record");
}

/* As on a laptop: the text is in a file, ssh-keygen signs it, and what it wrote is pasted. */
Test(signing_keys, a_signature_made_elsewhere_is_pasted) {
	AUTO_CLEAR(Scene) scene = gated_scene("");
	AUTO_FREE char *folder = bg_asprintf("TMPDIR=%s", scene.folder.path);
	const char *argv[] = {scene.program, "--env", scene.environment, "--state", scene.state, NULL}, *environment[] = {folder, NULL};
	AUTO(Terminal) *terminal = terminal_start(&(TerminalOptions) {.argv = argv, .columns = 80, .rows = 24, .environment = environment});
	terminal_wait_text(terminal, "T+");
	terminal_keys(terminal, "4");
	terminal_wait_text(terminal, "You are asked to sign, as PRODUCT");
	terminal_keys(terminal, "S");
	terminal_wait_text(terminal, "A signature made elsewhere");
	/* The viewer stands first; bob, with a yes, and no reason. */
	terminal_keys(terminal, "right enter enter enter");
	terminal_wait_text(terminal, "Sign elsewhere, as engineering");
	terminal_wait_text(terminal, "to where bob has the key");
	AUTO_FREE char *name = bg_asprintf("statement-%d-engineering.txt", terminal_pid(terminal));
	const char *file = temp_path(&scene.folder, name);
	terminal_wait_text(terminal, "-engineering.txt");
	AUTO_CLEAR(ProgramRun) run = {0};
	run_program((const char *const[]){"ssh-keygen", "-q", "-Y", "sign", "-n", "signoff@breakglass", "-f", scene_key(&scene, "bob"), file, NULL}, NULL, NULL,
		&run);
	cr_assert_eq(run.status, 0, "%s", buf_text(&run.err));
	AUTO_FREE char *signature_path = bg_asprintf("%s.sig", file);
	AUTO_FREE char *armour = read_text(signature_path);
	terminal_paste(terminal, armour);
	terminal_wait_text(terminal, "Signed as engineering.");
	terminal_wait_text(terminal, "elsewhere and pasted");
	scene_ok(&scene, "verify");
}

Test(signing_keys, a_badge_shows_in_the_header_and_on_what_is_done) {
	AUTO_CLEAR(Scene) scene = gated_scene("");
	AUTO(Terminal) *terminal = console(&scene, NULL, "B", "Who is at the keys?");
	terminal_keys(terminal, "enter");
	terminal_wait_text(terminal, "You are bob now");
	terminal_wait_text(terminal, "badge: bob/E");
	terminal_type(terminal, ":note seen by bob\n");
	terminal_wait_text(terminal, "Noted.");
	/* What is asked of whom follows the badge. */
	terminal_keys(terminal, "4");
	terminal_wait_text(terminal, "You are asked to sign, as ENGINEERING");
	terminal_type(terminal, ":badge-off\n");
	terminal_wait_text(terminal, "you: ann/P");
	terminal_type(terminal, ":badge carol\n");
	terminal_wait_text(terminal, "none of the 2 keys at hand is carol's");
	terminal_type(terminal, ":note seen by ann\n");
	terminal_wait_text(terminal, "Noted.");
	scene_ok(&scene, "timeline");
	cr_assert(scene_says(&scene, "seen by bob"), "%s", scene.said);
	AUTO_FREE char *incident = scene_incident(&scene);
	AUTO_FREE char *journal = bg_asprintf("%s/journal.jsonl", incident);
	AUTO_FREE char *text = read_text(journal);
	cr_assert(strstr(text, "{\"who\":\"bob\",\"how\":\"key\"},\"type\":\"note.added\",\"data\":{\"text\":\"seen by bob\"}"), "%s", text);
	cr_assert(strstr(text, "{\"who\":\"ann\",\"how\":\"uid\"},\"type\":\"note.added\",\"data\":{\"text\":\"seen by ann\"}"), "%s", text);
}

Test(signing_keys, the_whole_console_is_opened_under_a_badge) {
	AUTO_CLEAR(Scene) scene = gated_scene("");
	AUTO(Terminal) *terminal = console(&scene, "bob", "1", "badge: bob/E");
	terminal_resize(terminal, 40, 15);
	terminal_wait_text(terminal, "as bob");
	terminal_resize(terminal, 80, 24);
	/* An engine that comes back knows nothing of the badge: it is proved anew. */
	scene_end_engine(&scene, SIGKILL);
	terminal_wait_text(terminal, "You are bob now");
	terminal_wait_text(terminal, "badge: bob/E");
}

Test(signing_keys, a_badge_that_ran_out_is_told_before_anything_is_done) {
	AUTO_CLEAR(Scene) scene = gated_scene(", badge: 1ms");
	AUTO(Terminal) *terminal = console(&scene, "bob", "1", "badge ran out: bob/E");
	terminal_type(terminal, ":note by whom\n");
	terminal_wait_text(terminal, "the badge of bob has run out: you are ann again");
	terminal_wait_text(terminal, "you: ann/P");
	terminal_type(terminal, ":note by ann\n");
	terminal_wait_text(terminal, "Noted.");
	AUTO_FREE char *incident = scene_incident(&scene);
	AUTO_FREE char *journal = bg_asprintf("%s/journal.jsonl", incident);
	AUTO_FREE char *text = read_text(journal);
	cr_assert(!strstr(text, "by whom") && strstr(text, "by ann"), "%s", text);
}

/* ---- the same in lines ---- */

static void run_lines(const Scene *scene, const char *as, const char *script, ProgramRun *run) {
	run_program((const char *const[]){scene->program, "--env", scene->environment, "--state", scene->state, "--line", as ? "--as" : NULL, as, NULL},
		script, NULL, run);
}

Test(signing_keys, line_mode_can_do_all_of_it) {
	AUTO_CLEAR(Scene) scene = gated_scene(", solo: yes, codes: SCENE/codes");
	AUTO_CLEAR(Totp) totp = {0};
	AUTO_CLEAR(ProgramRun) run = {0};
	char code[TOTP_CODE_SIZE];
	Error err = {0};
	assert_ok(totp_parse(STR(SECRET_TEXT), "test", &totp, &err), &err);
	totp_code(&totp, totp_step(&totp, wall_now()) + 1, code);
	AUTO_FREE char *script = bg_asprintf("sign 1\nsign\nwithdraw 1\nann as product (key file)\nthe backup is older\n"
		"code 1\nann/product\nyes\n\n%s\nwithdraw 1\nann as product (key file)\nagain\n"
		"alone 1\nann as product (key file)\nbob sleeps\nstatus\ncountersign 1\nbob as engineering (key file)\nsaw it\n"
		"badge bob\nnote seen by bob\nstatus\nbadge-off\nnote seen by ann\n", code);
	run_lines(&scene, NULL, script, &run);
	const char *said = buf_text(&run.out);
	cr_assert_eq(run.status, 0, "%s%s", said, buf_text(&run.err));
	static const char *const WANTED[] = {"Signed as product.", "What was answered as product is taken back.", "by one-time code (weaker)",
		"Signed ALONE as product.", "SIGNED ALONE", "Countersigned as engineering.", "You are bob now", "you are bob by badge (engineering)",
		"You are ann again", "record: bob: note: seen by bob", "record: ann: note: seen by ann"};
	for (size_t i = 0; i < BG_LENGTH(WANTED); i++)
		cr_expect(strstr(said, WANTED[i]), "\"%s\" is not said:\n%s", WANTED[i], said);
	cr_expect(!strstr(said, code), "the code is repeated:\n%s", said);
	scene_ok(&scene, "verify");
}

Test(signing_keys, line_mode_is_opened_under_a_badge) {
	AUTO_CLEAR(Scene) scene = gated_scene("");
	AUTO_CLEAR(ProgramRun) run = {0};
	run_lines(&scene, "bob", "note seen by bob\n", &run);
	cr_assert(run.status == 0 && strstr(buf_text(&run.out), "record: bob: note: seen by bob"), "%s%s", buf_text(&run.out), buf_text(&run.err));
	AUTO_CLEAR(ProgramRun) refused = {0};
	run_lines(&scene, "carol", "note seen by carol\n", &refused);
	cr_assert(refused.status == 1 && !strstr(buf_text(&refused.out), "note: seen by carol"), "%s", buf_text(&refused.out));
}
