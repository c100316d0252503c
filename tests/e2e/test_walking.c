/* A procedure walked by the command line, by one person and by two, and everything that is refused on the way. */
#include <signal.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"
#include "stranger.h"

static const char BOOK[] =
	"# Counting\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. Look around.\n"
	"2. Count once.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/one\n"
	"   ```\n"
	"3. Count two things.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/two\n"
	"   echo x >> SCENE/three\n"
	"   ```\n"
	"4. Close the door.\n";

Test(walking, a_procedure_goes_from_declare_to_end) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_ok(&scene, "declare", "it", "broke");
	cr_assert(scene_says(&scene, "it-broke"), "%s", scene.said);
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "tick", "1");
	scene_ok(&scene, "plan", "2");
	cr_assert(scene_says(&scene, "echo x >>"), "%s", scene.said);
	cr_assert_eq(scene_lines(&scene, "one"), 0, "planning ran the command");
	scene_ok(&scene, "apply", "2", "--yes");
	cr_assert(scene_says(&scene, "exit 0"), "%s", scene.said);
	cr_assert_eq(scene_lines(&scene, "one"), 1);
	scene_ok(&scene, "plan", "3");
	scene_ok(&scene, "apply", "3", "--yes");
	cr_assert_eq(scene_lines(&scene, "three"), 0, "the second command ran with the first");
	scene_ok(&scene, "plan", "3");
	scene_ok(&scene, "apply", "3", "--yes");
	cr_assert_eq(scene_lines(&scene, "two"), 1);
	cr_assert_eq(scene_lines(&scene, "three"), 1);
	scene_ok(&scene, "skip", "4", "--reason", "there is no door");
	scene_ok(&scene, "steps");
	cr_assert(scene_says(&scene, "3 of 4 steps done, 1 left out"), "%s", scene.said);
	AUTO(Client) *client = scene_client(&scene, false);
	scene_check_journal(&scene, client);
	scene_ok(&scene, "end");
	scene_check_journal(&scene, NULL);
	scene_refused(&scene, 1, "no incident is declared", "steps");
}

/* The engine dies as it takes it: whoever asked cannot know, and must not be told that it was not done. */
Test(walking, an_action_whose_start_nobody_saw_ends_in_doubt_for_the_shell) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "tick", "1");
	scene_ok(&scene, "plan", "2");
	scene_end_engine(&scene, SIGTERM);
	scene_start_engine(&scene, "after-append:2");
	scene_refused(&scene, 3, "it may have been started: breakglass timeline tells", "apply", "2", "--yes");
	scene_end_engine(&scene, SIGTERM);
}

Test(walking, what_must_not_be_done_is_refused_with_what_to_do) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_refused(&scene, 1, "breakglass declare", "tick", "1");
	scene_ok(&scene, "declare", "it broke");
	scene_refused(&scene, 1, "is open", "declare", "again");
	scene_refused(&scene, 1, "start PROCEDURE", "tick", "1");
	scene_refused(&scene, 1, "no playbook of this environment", "start", "nonsense");
	scene_ok(&scene, "start", "walk");
	scene_refused(&scene, 1, "there is no step 9", "tick", "9");
	scene_refused(&scene, 1, "there is no plan", "apply", "2", "--yes");
	scene_refused(&scene, 1, "nothing to run", "plan", "1");
	scene_refused(&scene, 2, "--reason", "skip", "1");
	scene_ok(&scene, "plan", "2");
	scene_refused(&scene, 2, "--yes", "apply", "2");
	scene_refused(&scene, 1, "confirmed", "apply", "2", "--confirm", "something");
	cr_assert_eq(scene_lines(&scene, "one"), 0);
	scene_refused(&scene, 2, "no command", "frobnicate");
	scene_refused(&scene, 2, "no option", "steps", "--frobnicate");
}

Test(walking, a_digest_that_is_not_the_newest_plan_is_refused) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "2");
	AUTO(Client) *client = scene_client(&scene, false);
	Error err = {0};
	static const char WRONG[] = "0123456789012345678901234567890123456789012345678901234567890123";
	assert_refused(scene_ask(client, ASK_APPLY, scene_args("{'run':'r1','step':'2','index':0,'digest':'%s','confirm':'yes'}", WRONG), NULL,
		&err), &err, ERROR_CONFLICT, "newer plan");
	const char *digest = scene_step(client, "2")->actions[0].plan_digest;
	assert_refused(scene_ask(client, ASK_APPLY, scene_args("{'run':'r1','step':'2','index':-1,'digest':'%s','confirm':'yes'}", digest),
		NULL, &err), &err, ERROR_MISSING, "no such action");
	assert_refused(scene_ask(client, ASK_APPLY, scene_args("{'run':'r1','step':'2','index':0,'digest':'%s'}", digest), NULL, &err), &err,
		ERROR_INVALID, "not confirmed");
	cr_assert_eq(scene_lines(&scene, "one"), 0);
	assert_ok(scene_ask(client, ASK_APPLY, scene_args("{'run':'r1','step':'2','index':0,'digest':'%s','confirm':'yes'}", digest), NULL,
		&err), &err);
	scene_wait_step(client, "2", STEP_DONE);
	cr_assert_eq(scene_lines(&scene, "one"), 1);
}

typedef struct Sequence { int64_t seq; } Sequence;
static bool has_record(const ClientModel *model, void *userdata) {
	return model->incident && model->incident->seq >= ((Sequence *) userdata)->seq;
}

Test(walking, two_clients_see_the_same_and_who_did_it) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_ok(&scene, "declare", "it broke");
	AUTO(Client) *one = scene_client(&scene, false);
	AUTO(Client) *two = scene_client(&scene, false);
	Error err = {0};
	assert_ok(scene_ask(one, ASK_START, scene_args("{'playbook':'book.md','procedure':'walk'}"), NULL, &err), &err);
	assert_ok(scene_ask(one, ASK_TICK, scene_args("{'run':'r1','step':'1'}"), NULL, &err), &err);
	Sequence wanted = {client_model(one)->incident->seq};
	assert_ok(client_wait(two, has_record, &wanted, SCENE_WAIT_MS, &err), &err);
	AUTO(Json) *first = incident_to_json(client_model(one)->incident);
	AUTO(Json) *second = incident_to_json(client_model(two)->incident);
	cr_assert(json_equal(first, second));
	const IncidentStep *step = scene_step(two, "1");
	cr_assert(step->state == STEP_DONE);
	assert_text("who ticked it", step->who, "ann");
	assert_text("who I am", client_model(two)->who, "ann");
	cr_assert(strlist_has(&client_model(two)->roles, "product"));
	scene_check_journal(&scene, two);
}

Test(walking, an_observer_sees_everything_and_changes_nothing) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	AUTO_FREE char *text = read_text(scene.environment);
	const char *rest = strstr(text, "roles: [product]");
	AUTO_FREE char *changed = bg_asprintf("%.*sroles: [observer]%s", (int) (rest - text), text, rest + strlen("roles: [product]"));
	temp_write(&scene.folder, "environment.yaml", changed);
	scene_refused(&scene, 1, "observer", "declare", "it broke");
	scene_ok(&scene, "engine", "status");
}

/* ---- engines ---- */

Test(walking, a_second_engine_leaves_the_first_one_alone) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_start_engine(&scene, NULL);
	int pid = scene_engine_pid(&scene);
	AUTO_CLEAR(ProgramRun) second = {0};
	run_program((const char *const[]){scene.program, "__engine", "--env", scene.environment, "--state", scene.state, NULL}, NULL, NULL,
		&second);
	cr_assert_eq(second.status, 0, "%s", buf_text(&second.err));
	AUTO_FREE char *holder = bg_asprintf("an engine for this environment runs already: process %d", pid);
	cr_assert(strstr(buf_text(&second.err), holder), "it said: %s", buf_text(&second.err));
	cr_assert_eq(scene_engine_pid(&scene), pid);
	scene_ok(&scene, "declare", "the first one still answers");
}

Test(walking, an_engine_that_stops_can_be_started_again_at_once) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	for (int i = 0; i < 5; i++) {
		scene_ok(&scene, "engine", "start");
		scene_ok(&scene, "engine", "stop");
	}
	scene_refused(&scene, 1, "no engine answers", "engine", "status");
	scene_ok(&scene, "engine", "start");
}

Test(walking, an_engine_that_cannot_start_says_why_at_once) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_ok(&scene, "declare", "it broke");
	scene_end_engine(&scene, SIGTERM);
	/* Another writer holds the journal. */
	AUTO_FREE char *folder = scene_incident(&scene);
	AUTO(Journal) *held = NULL;
	Error err = {0};
	assert_ok(journal_open(folder, NULL, NULL, &held, NULL, &err), &err);
	scene_refused(&scene, 1, "the engine could not start", "steps");
}

Test(walking, a_broken_record_does_not_take_the_board_away) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "note", "one");
	scene_end_engine(&scene, SIGTERM);
	AUTO_FREE char *folder = scene_incident(&scene);
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	AUTO_FREE char *text = read_text(path);
	*strstr(text, "it broke") = 'I';
	Error err = {0};
	assert_ok(file_write_atomic(path, text, strlen(text), 0600, &err), &err);
	scene_ok(&scene, "engine", "start");
	cr_assert(scene_says(&scene, "an incident cannot be opened"), "%s", scene.said);
	scene_ok(&scene, "declare", "the next one");
	scene_ok(&scene, "start", "walk");
}

/* ---- strangers ---- */

Test(walking, an_unknown_ask_is_refused_by_name) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	AUTO_CLEAR(Buf) in = {0};
	scene_start_engine(&scene, NULL);
	AUTO_CLOSE int fd = stranger_knock(&scene);
	stranger_enter(fd, &in);
	cr_assert(stranger_send(fd, "{\"t\":\"ask\",\"id\":7,\"name\":\"sing\"}"));
	AUTO(Json) *reply = stranger_wait(fd, &in, "reply", 7);
	const char *why = json_get_string_or(json_get(reply, "error"), "why", "");
	cr_assert(strstr(why, "knows no request sing"), "%s", why);
}

/* The example of whoever wrote the page is nobody's target: what the command line tells has the values in it, as the screens have. */
Test(walking, steps_are_told_with_their_values) {
	static const char NAMED[] = "# Book\n\n## Walk it\n<!-- bg\nprocedure id=walk\nvar space replaces=example-space ask=\"Which?\"\nvar copy default=${space}-copy ask=\"Copy\"\n"
		"var missing ask=\"What else?\"\n-->\n\n1. Empty `example-space`.\n\n   ```sh\n   echo ${copy} ${missing} >> SCENE/one\n   ```\n"
		"   <!-- bg guard set=missing soft=yes else=\"The door is shut\" -->\n";
	AUTO_CLEAR(Scene) scene = scene_new(NAMED, "");
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "set", "space", "real-space");
	scene_ok(&scene, "steps");
	cr_expect(scene_says(&scene, "Empty real-space\n"), "%s", scene.said);
	scene_ok(&scene, "step", "1");
	cr_expect(scene_says(&scene, "1  Empty real-space\nto do\nwhat it does\n") && scene_says(&scene, "needs missing: breakglass set missing VALUE")
		&& scene_says(&scene, "real-space-copy\n") && scene_says(&scene, "The door is shut  (a reason overrides it)"), "%s", scene.said);
	scene_ok(&scene, "step", "1", "--json");
	cr_expect(scene_says(&scene, "\"filled\": \"real-space-copy\""), "%s", scene.said);
	scene_refused(&scene, 1, "there is no step 9 in this run", "step", "9");
}

/* Nothing puts it into the shell's environment: without its value "rm -rf $space/" would be "rm -rf /". */
Test(walking, a_value_goes_where_a_command_reads_it_as_a_shell_variable) {
	static const char SHELL[] = "# Book\n\n## Walk it\n<!-- bg\nprocedure id=walk\nvar space ask=\"Which?\"\nvar own ask=\"What else?\"\n-->\n\n1. Name the own one `<own>`.\n2. Empty it.\n\n"
		"   ```sh\n   own=mine; echo \"$space/\" ${space} $own >> SCENE/one\n   ```\n3. Empty it again.\n\n   ```sh\n   echo ${space%/} >> SCENE/one\n   ```\n";
	AUTO_CLEAR(Scene) scene = scene_new(SHELL, "");
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "tick", "1");
	scene_refused(&scene, 1, "not known yet: space", "plan", "2");
	scene_ok(&scene, "set", "space", "it's; here");
	scene_ok(&scene, "set", "own", "another");
	scene_ok(&scene, "plan", "2");
	scene_ok(&scene, "apply", "2", "--yes");
	scene_refused(&scene, 1, "it works on ${space} as on a variable of the shell", "plan", "3");
	AUTO_FREE char *written = read_text(temp_path(&scene.folder, "one"));
	assert_text("what the shell had: its own stay its own", written, "it's; here/ it's; here mine\n");
}
