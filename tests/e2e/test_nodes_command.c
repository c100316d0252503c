/* Commands on machines with the real program: signed, sent, told node by node, retried, in doubt, and in the record. */
#include <signal.h>

#include "core/base/alloc.h"
#include "scene.h"
#include "tests/support/fleet.h"
#include "tests/support/loopback.h"

/* Its own way back. */
#define TURN FLEET_CASE FLEET_IS("3") "test -e SCENE/mended || exit 3;; esac; echo x >> SCENE/count"

static const char BOOK[] =
	"# Book\n\n"
	"## Signed\n"
	"<!-- bg procedure id=signed -->\n\n"
	"1. Count on them.\n\n"
	"   ```sh\n"
	"   " FLEET_CASE FLEET_IS("3") "test -e SCENE/mended || exit 3;; esac; echo x >> SCENE/count\n"
	"   ```\n"
	"   <!-- bg\n"
	"   gate danger roles=product,engineering distinct=yes\n"
	"   cmd host=ssh:n2,n3 timeout=60s\n"
	"   -->\n\n"
	"## Chosen\n"
	"<!-- bg\n"
	"procedure id=chosen\n"
	"var which ask=\"Which nodes?\"\n"
	"-->\n\n"
	"1. Count on each.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/count; " FLEET_CASE FLEET_IS("4") "kill -9 $PPID; sleep 100;; esac\n"
	"   ```\n"
	"   <!-- bg cmd host=ssh each=${which} timeout=60s -->\n\n"
	"## Back\n"
	"<!-- bg procedure id=back -->\n\n"
	"1. Turn it on each.\n\n"
	"   ```sh\n"
	"   " TURN "\n"
	"   ```\n"
	"   <!-- bg cmd host=ssh:n2,n3 timeout=60s -->\n\n"
	"   ```sh\n"
	"   " TURN "\n"
	"   ```\n"
	"   <!-- bg cmd undo host=ssh:n2,n3 timeout=60s -->\n\n"
	"## Held\n"
	"<!-- bg\n"
	"procedure id=held\n"
	"gate hold roles=product\n"
	"-->\n\n"
	"1. Exit:\n\n"
	"   ```sh\n"
	"   exit 255\n"
	"   ```\n"
	"   <!-- bg cmd host=ssh:n2,n3 timeout=60s risk=change -->\n"
	"2. Exit here:\n\n"
	"   ```sh {risk=change}\n"
	"   exit 255\n"
	"   ```\n";

static Scene begin(const TestFleet *fleet, const char *procedure)
{
	Scene scene = scene_new(BOOK, fleet->nodes);
	scene_make_keys(&scene);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", procedure);
	return scene;
}

static void sign(Scene *scene)
{
	scene_ok(scene, "sign", "danger", "--role", "product", "--key", scene_key(scene, "ann"));
	scene_ok(scene, "sign", "danger", "--role", "engineering", "--key", scene_key(scene, "bob"));
}

static void assert_score(const Scene *scene, int64_t number, const char *expected)
{
	Client *client = scene_client(scene, false);
	AUTO_CLEAR(Buf) score = { 0 };
	const IncidentAction *action = incident_find_action(client_model(client)->incident, number);
	cr_assert(action, "there is no action %lld", (long long) number);
	action_score(action, &score);
	assert_text("score", buf_text(&score), expected);
	client_close(client);
}

Test(nodes_command, of_a_playbook_is_signed_with_its_list_and_sent_again_only_where_it_failed)
{
	AUTO_CLEAR(TestFleet) fleet = test_fleet();
	AUTO_CLEAR(Scene) scene = begin(&fleet, "signed");
	scene_ok(&scene, "plan", "1");
	cr_assert(scene_says(&scene, "on n2 (") && scene_says(&scene, "on n3 (") && scene_says(&scene, "2 nodes: n2, n3"), "%s", scene.said);
	scene_refused(&scene, 1, "needs", "apply", "1", "--yes");
	sign(&scene);
	scene_refused(&scene, 1, "2 nodes: 1 done, 1 failed", "apply", "1", "--yes");
	cr_assert(scene_says(&scene, "n3 (1 of 2): failed: exit 3") && scene_says(&scene, "it failed: n3 (exit 3)"), "%s", scene.said);
	assert_score(&scene, 1, "2 nodes: 1 done, 1 failed");
	temp_write(&scene.folder, "mended", "");
	/* The rest is another plan: whoever signed the first has not signed that. */
	scene_ok(&scene, "plan", "1");
	cr_assert(scene_says(&scene, "n2 is left out: it was done there before") && !scene_says(&scene, "on n2 ("), "%s", scene.said);
	scene_refused(&scene, 1, "needs", "apply", "1", "--yes");
	sign(&scene);
	scene_ok(&scene, "apply", "1", "--yes");
	assert_score(&scene, 2, "1 node: 1 done");
	cr_assert_eq(scene_lines(&scene, "count"), 2, "once on each");
	scene_ok(&scene, "report");
	cr_assert(scene_says(&scene, " on 2 nodes: 1 done, 1 failed:") && scene_says(&scene, "| n3 | failed | exit 3 |") && scene_says(&scene, "| n2 | done |  |"), "%s",
		scene.said);
	scene_ok(&scene, "report", "--format", "html");
	cr_assert(scene_says(&scene, "<summary>2 nodes: 1 done, 1 failed</summary>"), "the page tells each node");
	scene_ok(&scene, "verify");
	scene_end_engine(&scene, SIGTERM);
	scene_check_journal(&scene, NULL);
}

Test(nodes_command, a_connection_that_is_lost_in_the_middle_is_in_doubt_until_a_person_looked)
{
	AUTO_CLEAR(TestFleet) fleet = test_fleet();
	AUTO_CLEAR(Scene) scene = begin(&fleet, "chosen");
	scene_refused(&scene, 1, "not known yet: which", "plan", "1");
	scene_ok(&scene, "set", "which", "n4,n5");
	scene_ok(&scene, "plan", "1");
	scene_refused(&scene, 3, "in-doubt", "apply", "1", "--confirm", "2 nodes");
	assert_score(&scene, 1, "2 nodes: 1 done, 1 in doubt");
	scene_refused(&scene, 1, "ran or not-run", "apply", "1", "--confirm", "2 nodes");
	cr_assert_eq(scene_lines(&scene, "count"), 2, "nothing was sent twice");
	scene_ok(&scene, "resolve", "1", "ran", "--reason", "it stands in the file");
	assert_score(&scene, 1, "2 nodes: 2 done");
	scene_ok(&scene, "verify");
	scene_end_engine(&scene, SIGTERM);
	scene_check_journal(&scene, NULL);
}

/* Where a step is done is where its way back has to go, also when both are the same command. */
Test(nodes_command, that_goes_back_goes_to_where_it_was_done)
{
	AUTO_CLEAR(TestFleet) fleet = test_fleet();
	AUTO_CLEAR(Scene) scene = begin(&fleet, "back");
	scene_ok(&scene, "plan", "1");
	scene_refused(&scene, 1, "2 nodes: 1 done, 1 failed", "apply", "1", "--yes");
	temp_write(&scene.folder, "mended", "");
	scene_ok(&scene, "undo", "1");
	cr_assert(scene_says(&scene, "on n2 (") && scene_says(&scene, "on n3 (") && !scene_says(&scene, "left out"), "%s", scene.said);
	scene_ok(&scene, "undo", "1", "--yes");
	assert_score(&scene, 2, "2 nodes: 2 done");
	cr_assert_eq(scene_lines(&scene, "count"), 3);
	scene_end_engine(&scene, SIGTERM);
	scene_check_journal(&scene, NULL);
}

/* Of a section the same as of a step: which machines, with address and login. */
Test(nodes_command, of_a_signed_section_is_signed_with_the_addresses)
{
	AUTO_CLEAR(TestFleet) fleet = test_fleet();
	AUTO_CLEAR(Scene) scene = begin(&fleet, "held");
	scene_ok(&scene, "statement", "hold", "--role", "product", "--person", "ann");
	cr_assert(scene_says(&scene, "1 Exit: run on ssh:n2,n3: exit 255") && scene_says(&scene, "1 on n2 (") && scene_says(&scene, "@[127.0.0.3]:"), "%s", scene.said);
	scene_ok(&scene, "sign", "hold", "--role", "product", "--key", scene_key(&scene, "ann"));
	scene_ok(&scene, "plan", "1");
	scene_refused(&scene, 1, "2 nodes: 2 failed", "apply", "1", "--yes");
	cr_assert(!scene_says(&scene, "(2 nodes: 2 failed)"), "%s", scene.said);
	scene_ok(&scene, "skip", "1", "--reason", "it was a trial");
	scene_ok(&scene, "plan", "2");
	scene_refused(&scene, 1, "the command exited with 255 after", "apply", "2", "--yes");
	scene_end_engine(&scene, SIGTERM);
}

/* Whatever a worker was at when it died: what it told of a node is known, what it had named is in doubt, and nothing is sent by itself. */
Test(nodes_command, a_worker_that_dies_leaves_what_was_told_and_doubt)
{
	static const struct { const char *crash, *score; size_t count; } cases[] = {
		{ "worker-sending:1", "2 nodes: 2 in doubt", 0 },
		{ "worker-applied:1", "2 nodes: 2 done", 2 },
	};
	AUTO_CLEAR(TestFleet) fleet = test_fleet();
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Scene) scene = begin(&fleet, "chosen");
		scene_end_engine(&scene, SIGTERM);
		scene_start_engine(&scene, cases[i].crash);
		scene_ok(&scene, "set", "which", "n2,n3");
		scene_ok(&scene, "plan", "1");
		scene_refused(&scene, 3, "in-doubt", "apply", "1", "--confirm", "2 nodes");
		assert_score(&scene, 1, cases[i].score);
		scene_refused(&scene, 1, "ran or not-run", "apply", "1", "--confirm", "2 nodes");
		cr_assert_eq(scene_lines(&scene, "count"), cases[i].count);
		scene_end_engine(&scene, SIGTERM);
		scene_check_journal(&scene, NULL);
	}
}

/* The log names each node before anything is sent there: one that it does not name is in no doubt, whatever is said of the others. */
Test(nodes_command, a_worker_that_dies_leaves_no_doubt_where_it_had_not_been)
{
	AUTO_CLEAR(TestFleet) fleet = test_fleet();
	AUTO_CLEAR(Buf) nodes = { 0 };
	AUTO_CLEAR(Buf) which = { 0 };
	int unused = loopback_unused_port();
	buf_puts(&nodes, fleet.nodes);
	buf_puts(&which, "n2,n3");
	for (int i = 0; i < 32; i++) {
		buf_printf(&nodes, "    - { name: m%d, address: 127.0.1.%d, port: %d, user: nobody }\n", i, i + 1, unused);
		buf_printf(&which, ",m%d", i);
	}
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, buf_text(&nodes));
	scene_make_keys(&scene);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "chosen");
	scene_end_engine(&scene, SIGTERM);
	scene_start_engine(&scene, "worker-begun:1");
	scene_ok(&scene, "set", "which", buf_text(&which));
	scene_ok(&scene, "plan", "1");
	scene_refused(&scene, 1, "before anything was sent to a node", "apply", "1", "--confirm", "34 nodes");
	assert_score(&scene, 1, "34 nodes: 34 not started");
	scene_end_engine(&scene, SIGTERM);
	scene_start_engine(&scene, "worker-sending:1");
	scene_ok(&scene, "plan", "1");
	scene_refused(&scene, 3, "in-doubt", "apply", "1", "--confirm", "34 nodes");
	assert_score(&scene, 2, "34 nodes: 32 in doubt, 2 not started");
	scene_refused(&scene, 1, "what came of it on m30 is known: not started", "resolve", "2", "ran", "--reason", "it stands there", "--node", "m1,m30");
	scene_ok(&scene, "resolve", "2", "not-run", "--reason", "it does not stand there", "--node", "n2,m1");
	cr_assert(scene_says(&scene, "still in doubt: n3, m0, m2,") && !scene_says(&scene, "m30"), "%s", scene.said);
	assert_score(&scene, 2, "34 nodes: 30 in doubt, 4 not started");
	AUTO_CLEAR(ProgramRun) run = { 0 };
	run_program((const char *const[]) { scene.program, "--env", scene.environment, "--state", scene.state, "--line", NULL },
		"walk\nresolve\nran\nit stands there\nn3 m0,m2\nnote over\n", NULL, &run);
	cr_assert(strstr(buf_text(&run.out), "with your name"), "%s", buf_text(&run.out));
	assert_score(&scene, 2, "34 nodes: 3 done, 27 in doubt, 4 not started");
	scene_ok(&scene, "resolve", "2", "ran", "--reason", "it stands in the file");
	cr_assert(scene_says(&scene, "resolved") && !scene_says(&scene, "in doubt"), "%s", scene.said);
	assert_score(&scene, 2, "34 nodes: 30 done, 4 not started");
	scene_ok(&scene, "plan", "1");
	cr_assert(scene_says(&scene, "on m30 (") && scene_says(&scene, "on m31 (") && scene_says(&scene, "on m1 (") && scene_says(&scene, "on n2 (") && !scene_says(&scene, "on m29 ("), "%s", scene.said);
	cr_assert_eq(scene_lines(&scene, "count"), 0, "nothing was sent");
	scene_ok(&scene, "verify");
	scene_end_engine(&scene, SIGTERM);
	scene_check_journal(&scene, NULL);
}

/* ---- a worker that is killed in the middle ---- */

static bool one_is_done(const ClientModel *model, void *userdata)
{
	(void) userdata;
	for (size_t i = 0; i < model->job_count; i++)
		if (model->jobs[i].action && model->jobs[i].progress && strstr(model->jobs[i].progress, "2 nodes: 1 done; 1 under way"))
			return true;
	return false;
}

static int worker_pid(Client *client)
{
	AUTO(Json) *data = NULL;
	Error err = { 0 };
	assert_ok(scene_ask(client, ASK_PROCESSES, NULL, &data, &err), &err);
	JSON_EACH(process, json_get(data, "processes"))
		if (text_eq(json_get_string(process, "role"), "worker"))
			return (int) json_get_int(process, "pid", 0);
	return 0;
}

static const char MIDDLE[] =
	"# Book\n\n## Walk\n<!-- bg procedure id=walk -->\n\n1. Wait on one.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/count; " FLEET_CASE FLEET_IS("3") "touch SCENE/begun; while kill -0 $PPID; do sleep 0.1; done;; "
	"*) until test -e SCENE/begun; do sleep 0.1; done;; esac\n"
	"   ```\n"
	"   <!-- bg cmd host=ssh:n2,n3 -->\n";

/* One had told its end, the other had begun and not: that much is known, and only the other is ever in question again. */
Test(nodes_command, a_worker_that_is_killed_between_two_ends_loses_only_the_second)
{
	AUTO_CLEAR(TestFleet) fleet = test_fleet();
	AUTO_CLEAR(Scene) scene = scene_new(MIDDLE, fleet.nodes);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "plan", "1");
	Client *client = scene_client(&scene, false);
	const IncidentStep *step = scene_step(client, "1");
	Error err = { 0 };
	assert_ok(scene_ask(client, ASK_APPLY, scene_args("{'run':'r1','step':'%s','index':0,'digest':'%s','confirm':'%s'}", step->id, step->actions[0].plan_digest,
		step->actions[0].risk == RISK_DESTRUCTIVE ? "2 nodes" : "yes"), NULL, &err), &err);
	assert_ok(client_wait(client, one_is_done, NULL, SCENE_WAIT_MS, &err), &err);
	int pid = worker_pid(client);
	cr_assert(pid > 1 && kill(pid, SIGKILL) == 0);
	scene_wait_action(client, 1, ACTION_IN_DOUBT);
	client_close(client);
	assert_score(&scene, 1, "2 nodes: 1 done, 1 in doubt");
	scene_ok(&scene, "resolve", "1", "not-run", "--reason", "it was stopped there");
	scene_ok(&scene, "plan", "1");
	cr_assert(scene_says(&scene, "n2 is left out") && scene_says(&scene, "on n3 (") && !scene_says(&scene, "on n2 ("), "%s", scene.said);
	cr_assert_eq(scene_lines(&scene, "count"), 2);
	scene_end_engine(&scene, SIGTERM);
	scene_check_journal(&scene, NULL);
}

static char *newest_action(const Scene *scene)
{
	Client *client = scene_client(scene, false);
	size_t count = client_model(client)->incident->action_count;
	client_close(client);
	return bg_asprintf("%zu", count);
}

/* ---- no playbook: breakglass nodes PATTERN -- COMMAND ---- */

#define SIGNED_BY "  sign-off: [engineering]\n"

static Scene errand_scene(const TestFleet *fleet, const char *more)
{
	AUTO_FREE char *nodes = bg_asprintf("nodes:\n%s%s", more, fleet->nodes + strlen("nodes:\n"));
	Scene scene = scene_new(BOOK, nodes);
	scene_make_keys(&scene);
	return scene;
}

Test(nodes_command, of_the_shell_stands_in_the_record_beside_the_procedure_that_is_walked)
{
	AUTO_CLEAR(TestFleet) fleet = test_fleet();
	AUTO_CLEAR(Scene) scene = errand_scene(&fleet, "");
	scene_refused(&scene, 1, "breakglass declare TITLE", "nodes", "n2", "--", "uptime");
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "signed");
	/* What only reads goes at once. */
	scene_ok(&scene, "nodes", "n2", "--", "uptime");
	cr_assert(scene_says(&scene, "run r2: uptime on 1 node\n") && scene_says(&scene, "1 node: 1 done"), "%s", scene.said);
	scene_ok(&scene, "nodes", "n2", "--confirm", "n2", "--", "echo", "$HOME", "'<x>'", "NAMESPACE", "$(echo \"it's\")");
	cr_assert(scene_says(&scene, "<x> NAMESPACE it's\n"), "%s", scene.said);
	/* The walked procedure is still the one that is meant. */
	scene_ok(&scene, "steps");
	cr_assert(scene_says(&scene, "Signed: Book"), "%s", scene.said);
	/* A change wants the number of machines. */
	AUTO_FREE char *text = bg_asprintf(FLEET_CASE FLEET_IS("3") "test -e %s/mended || exit 3;; esac; touch %s/done; echo x >> %s/count", scene.folder.path,
		scene.folder.path, scene.folder.path);
	scene_refused(&scene, 2, "nothing was sent yet", "nodes", "127.0.0.3", "--", text);
	scene_refused(&scene, 2, "that is not what it would be sent to", "nodes", "127.0.0.3", "--confirm", "2 nodes", "--", text);
	scene_refused(&scene, 1, "8 nodes: 7 done, 1 failed", "nodes", "--timeout", "60s", "--confirm", "8 nodes", "--", text);
	cr_assert(scene_says(&scene, "failed       n3: exit 3") && scene_says(&scene, "breakglass nodes --retry"), "%s", scene.said);
	temp_write(&scene.folder, "mended", "");
	/* Two that were not agreed to are still open, and the number of machines says nothing of which is meant. */
	scene_refused(&scene, 1, "3 commands on nodes are open", "nodes", "--retry", "--confirm", "n3");
	cr_assert(scene_says(&scene, "r4   ") && scene_says(&scene, "r6   ") && scene_says(&scene, "nodes --retry --run r6") && scene_says(&scene, text), "%s", scene.said);
	scene_refused(&scene, 1, "run r1 is no command on nodes", "nodes", "--retry", "--run", "r1");
	scene_ok(&scene, "nodes", "--retry", "--run", "r6", "--confirm", "n3");
	cr_assert(scene_says(&scene, "n2 is left out: it was done there before") && scene_says(&scene, "1 node: 1 done"), "%s", scene.said);
	cr_assert_eq(scene_lines(&scene, "count"), 8, "once on each");
	scene_refused(&scene, 3, "\"in-doubt\": 1", "--json", "nodes", "n4", "--confirm", "n4", "--", "kill -9 $PPID; sleep 100");
	scene_refused(&scene, 1, "ran or not-run", "nodes", "--retry", "--run", "r7", "--confirm", "n4");
	AUTO_FREE char *doubtful = newest_action(&scene);
	scene_ok(&scene, "resolve", doubtful, "ran", "--reason", "it is gone there");
	/* It is over: nothing is left that could be sent again. */
	scene_refused(&scene, 1, "2 commands on nodes are open", "nodes", "--retry");
	cr_assert(!scene_says(&scene, "kill -9"), "%s", scene.said);
	scene_end_engine(&scene, SIGTERM);
}

Test(nodes_command, of_the_shell_waits_for_the_roles_that_the_environment_names)
{
	AUTO_CLEAR(TestFleet) fleet = test_fleet();
	AUTO_CLEAR(Scene) scene = errand_scene(&fleet, SIGNED_BY);
	scene_ok(&scene, "declare", "it broke");
	AUTO_FREE char *text = bg_asprintf("echo x >> %s/count", scene.folder.path);
	scene_refused(&scene, 1, "it waits for engineering: breakglass sign nodes --role ROLE --run r1", "nodes", "n2", "--confirm", "n2", "--", text);
	scene_refused(&scene, 1, "it waits for engineering", "nodes", "--retry", "--confirm", "n2");
	cr_assert_eq(scene_lines(&scene, "count"), 0, "nothing before it is signed");
	scene_ok(&scene, "statement", "nodes", "--role", "engineering", "--person", "bob", "--run", "r1");
	cr_assert(scene_says(&scene, text) && scene_says(&scene, "on n2 ("), "the command and the machine are signed: %s", scene.said);
	scene_ok(&scene, "sign", "nodes", "--role", "engineering", "--key", scene_key(&scene, "bob"), "--run", "r1");
	scene_ok(&scene, "nodes", "--retry", "--confirm", "n2");
	cr_assert_eq(scene_lines(&scene, "count"), 1);
	scene_refused(&scene, 1, "no command on nodes is open", "nodes", "--retry");
	scene_ok(&scene, "verify");
	scene_end_engine(&scene, SIGTERM);
	AUTO_FREE char *incident = scene_incident(&scene);
	AUTO_FREE char *signers = bg_asprintf("%s/allowed_signers", scene.folder.path);
	cr_assert(scene_verdict(&scene, "a command on nodes", incident, signers, NULL));
}

/* Ann agreed to hers. Whatever Bob has started since, hers is what goes, as it was shown. */
Test(nodes_command, of_the_shell_is_the_very_one_that_was_agreed_to)
{
	AUTO_CLEAR(TestFleet) fleet = test_fleet();
	AUTO_CLEAR(Scene) scene = errand_scene(&fleet, "");
	scene_ok(&scene, "declare", "it broke");
	AUTO_FREE char *ann = bg_asprintf("echo x >> %s/of-ann", scene.folder.path);
	AUTO_FREE char *bob = bg_asprintf("echo x >> %s/of-bob", scene.folder.path);
	scene_refused(&scene, 2, "To send it: breakglass nodes --retry --run r1 --confirm \"8 nodes\"", "nodes", "--", ann);
	scene_refused(&scene, 2, "To send it: breakglass nodes --retry --run r2 --confirm \"8 nodes\"", "nodes", "--", bob);
	scene_refused(&scene, 1, "2 commands on nodes are open", "nodes", "--retry", "--confirm", "8 nodes");
	scene_ok(&scene, "nodes", "--retry", "--run", "r1", "--confirm", "8 nodes");
	cr_assert_eq(scene_lines(&scene, "of-ann"), 8);
	cr_assert_eq(scene_lines(&scene, "of-bob"), 0);
	/* One is left. It was planned once, and that is the plan that goes. */
	Client *client = scene_client(&scene, false);
	int64_t planned = incident_find_run(client_model(client)->incident, "r2")->steps[0].actions[0].plan_seq;
	scene_ok(&scene, "nodes", "--retry", "--confirm", "8 nodes");
	client_close(client);
	client = scene_client(&scene, false);
	cr_assert_eq(incident_find_run(client_model(client)->incident, "r2")->steps[0].actions[0].plan_seq, planned, "it was planned anew unseen");
	client_close(client);
	cr_assert_eq(scene_lines(&scene, "of-bob"), 8);
	scene_end_engine(&scene, SIGTERM);
}

/* The rest is another plan, and whoever signed the first has not signed that. */
Test(nodes_command, of_the_shell_that_failed_on_some_is_signed_anew)
{
	AUTO_CLEAR(TestFleet) fleet = test_fleet();
	AUTO_CLEAR(Scene) scene = errand_scene(&fleet, SIGNED_BY);
	scene_ok(&scene, "declare", "it broke");
	AUTO_FREE char *text = bg_asprintf(FLEET_CASE FLEET_IS("3") "test -e %s/mended || exit 3;; esac; echo x >> %s/count", scene.folder.path, scene.folder.path);
	scene_refused(&scene, 1, "then: breakglass nodes --retry --run r1 --confirm \"8 nodes\"", "nodes", "--", text);
	scene_ok(&scene, "sign", "nodes", "--role", "engineering", "--key", scene_key(&scene, "bob"), "--run", "r1");
	scene_refused(&scene, 1, "8 nodes: 7 done, 1 failed", "nodes", "--retry", "--run", "r1", "--confirm", "8 nodes");
	temp_write(&scene.folder, "mended", "");
	scene_refused(&scene, 1, "is to be signed anew", "nodes", "--retry", "--run", "r1", "--confirm", "n3");
	cr_assert(scene_says(&scene, "breakglass sign nodes --role ROLE --run r1") && scene_says(&scene, "then: breakglass nodes --retry --run r1 --confirm \"n3\""), "%s",
		scene.said);
	cr_assert_eq(scene_lines(&scene, "count"), 7, "nothing before it is signed");
	scene_ok(&scene, "sign", "nodes", "--role", "engineering", "--key", scene_key(&scene, "bob"), "--run", "r1");
	scene_ok(&scene, "nodes", "--retry", "--run", "r1", "--confirm", "n3");
	cr_assert_eq(scene_lines(&scene, "count"), 8, "once on each");
	scene_ok(&scene, "verify");
	scene_end_engine(&scene, SIGTERM);
}

/* The engine dies as it takes it: whoever asked cannot know, and must not be told that it was not done. */
Test(nodes_command, of_the_shell_whose_start_nobody_saw_ends_in_doubt)
{
	AUTO_CLEAR(TestFleet) fleet = test_fleet();
	AUTO_CLEAR(Scene) scene = errand_scene(&fleet, "");
	scene_ok(&scene, "declare", "it broke");
	AUTO_FREE char *text = bg_asprintf("echo x >> %s/count", scene.folder.path);
	scene_refused(&scene, 2, "nothing was sent yet", "nodes", "n2", "--", text);
	scene_end_engine(&scene, SIGTERM);
	scene_start_engine(&scene, "after-append:2");
	scene_refused(&scene, 3, "it may have been sent: breakglass timeline tells", "nodes", "--retry", "--run", "r1", "--confirm", "n2");
	cr_assert(scene_says(&scene, "breakglass nodes --retry --run r1"), "%s", scene.said);
	scene_end_engine(&scene, SIGTERM);
}

/* The console, in lines: marked, asked, planned, applied, counted; the same commands as by keys. */
Test(nodes_command, of_the_console_goes_over_the_walk_and_is_counted_on_the_nodes)
{
	AUTO_CLEAR(TestFleet) fleet = test_fleet();
	AUTO_CLEAR(Scene) scene = errand_scene(&fleet, "");
	AUTO_CLEAR(ProgramRun) run = { 0 };
	scene_ok(&scene, "declare", "it broke");
	AUTO_FREE char *script = bg_asprintf("nodes\nmark n2\nmark n3\nsend\necho x >> %s/count; " FLEET_CASE FLEET_IS("3") "exit 3;; esac\n60s\napply\nyes\nnodes\nnote over\n",
		scene.folder.path);
	run_program((const char *const[]) { scene.program, "--env", scene.environment, "--state", scene.state, "--line", NULL }, script, NULL, &run);
	const char *said = buf_text(&run.out);
	cr_assert(strstr(said, "2 nodes: 1 done, 1 failed"), "%s", said);
	cr_assert_eq(scene_lines(&scene, "count"), 2, "%s", said);
	scene_end_engine(&scene, SIGTERM);
	scene_check_journal(&scene, NULL);
}
