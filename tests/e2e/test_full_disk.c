/* A real disk of its own that is full, becomes full, or can only be read: the runbook is walked all the same, what changes the world waits, and
 * all of it is written in order once there is room. The real program throughout. */
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/client_internal.h"
#include "scene.h"
#include "tests/support/small_disk.h"
#include "tests/support/terminal.h"

static const char BOOK[] =
	"# Counting\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n"
	"<!-- bg var room -->\n\n"
	"1. Look around in {{room}}.\n"
	"2. Count once.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/one\n"
	"   ```\n"
	"3. Read something.\n\n"
	"   ```sh\n"
	"   echo seen by reading\n"
	"   ```\n"
	"   <!-- bg cmd risk=read -->\n"
	"4. Count with leave.\n\n"
	"   ```sh\n"
	"   echo x >> SCENE/two\n"
	"   ```\n"
	"   <!-- bg gate danger roles=product,engineering distinct=yes -->\n";

#define DISK_BYTES (1024u * 1024)

/* The state folder is a disk of its own. */
static Scene disk_scene(void) {
	Scene scene = scene_new(BOOK, "");
	cr_assert(mkdir(scene.state, 0700) == 0);
	small_disk_need(scene.state, DISK_BYTES);
	scene.own_disk = true;
	return scene;
}

/* The disk gives out in the middle of a record: the page that the record ends in may still take some of it. */
static Client *fill_up(Scene *scene) {
	Client *client = scene_client(scene, false);
	char *long_text = bg_malloc(3001);
	memset(long_text, 'x', 3000);
	long_text[3000] = '\0';
	small_disk_fill(scene->state);
	for (int i = 0; i < 3 && !client_model(client)->held.records; i++) {
		Error err = {0};
		assert_ok(scene_ask(client, ASK_NOTE, scene_args("{'text':'%s'}", long_text), NULL, &err), &err);
	}
	cr_assert_eq(client_model(client)->held.records, 1, "%lld are held", (long long) client_model(client)->held.records);
	free(long_text);
	return client;
}

static bool is_all_written(const ClientModel *model, void *userdata) {
	(void) userdata;
	return model->caught_up && !model->held.troubled;
}

static bool holds(const ClientModel *model, void *userdata) { return model->held.records == *(int64_t *) userdata; }

static void held_become(Client *client, int64_t records) {
	Error err = {0};
	assert_ok(client_wait(client, holds, &records, SCENE_WAIT_MS, &err), &err);
}

static void wait_until_written(Client *client) {
	Error err = {0};
	assert_ok(client_wait(client, is_all_written, NULL, SCENE_WAIT_MS, &err), &err);
}

/* Both verifiers, and what a client has folded against the file. */
static void check_record(Scene *scene, Client *client, size_t held) {
	AUTO_FREE char *words = bg_asprintf("%zu %s held in memory", held, held == 1 ? "record was" : "records were");
	scene_check_journal(scene, client);
	scene_ok(scene, "verify");
	scene_ok(scene, "timeline");
	cr_assert(scene_says(scene, words), "%s", scene->said);
}

/* ---- from the start ---- */

Test(full_disk, a_runbook_is_walked_on_a_disk_that_was_full_from_the_start) {
	AUTO_CLEAR(Scene) scene = disk_scene();
	small_disk_fill(scene.state);
	scene_run(&scene, "status");
	cr_assert(scene_says(&scene, "NOT ON DISK: nothing can be written since") && scene_says(&scene, "No space left on device"), "%s", scene.said);
	scene_ok(&scene, "declare", "it broke");
	cr_assert(scene_says(&scene, "NOT ON DISK: 1 record held in memory since"), "%s", scene.said);
	scene_ok(&scene, "start", "walk");
	scene_ok(&scene, "set", "room", "the hall");
	scene_ok(&scene, "tick", "1");
	scene_ok(&scene, "note", "is anybody there?");
	scene_ok(&scene, "plan", "2");
	/* What changes something does not start, what only reads does. */
	scene_refused(&scene, 1, "what changes something starts only when that is written", "apply", "2", "--yes");
	cr_assert(scene_says(&scene, "No space left on device") && scene_says(&scene, "free space there"), "%s", scene.said);
	scene_ok(&scene, "plan", "3");
	scene_ok(&scene, "apply", "3", "--yes");
	scene_refused(&scene, 1, "an incident ends only when all of it is written", "end", "--reason", "enough");
	cr_assert_eq(scene_lines(&scene, "one"), 0, "an action ran that could not be recorded");
	/* Everybody who looks sees it, and sees that it is in memory only. */
	scene_ok(&scene, "ledger", "--json");
	cr_assert(scene_says(&scene, "\"not_on_disk\": {"), "%s", scene.said);
	scene_ok(&scene, "sitrep");
	cr_assert(scene_says(&scene, "NOT ON DISK: 9 records") && scene_says(&scene, "it broke"), "%s", scene.said);
	scene_ok(&scene, "timeline");
	cr_assert(scene_says(&scene, "is anybody there?"), "%s", scene.said);
	AUTO(Client) *client = scene_client(&scene, false);
	cr_assert_eq(client_model(client)->held.records, 9);
	cr_assert_eq(client_model(client)->incident->seq, 9);
	cr_assert_eq(scene_records(&scene), 0);
	small_disk_free(scene.state);
	wait_until_written(client);
	scene_ok(&scene, "apply", "2", "--yes");
	cr_assert_eq(scene_lines(&scene, "one"), 1);
	scene_ok(&scene, "ledger", "--json");
	cr_assert(scene_says(&scene, "\"not_on_disk\": null"), "%s", scene.said);
	check_record(&scene, client, 9);
	cr_assert_eq(client_model(client)->incident->seq, 12, "%lld", (long long) client_model(client)->incident->seq);
}

/* ---- in the middle ---- */

static void sign_as(Scene *scene, const char *role, const char *person) {
	scene_ok(scene, "sign", "4", "--role", role, "--key", scene_key(scene, person));
}

Test(full_disk, what_is_signed_on_a_full_disk_is_held_and_shown_so_and_not_acted_on) {
	AUTO_CLEAR(Scene) scene = disk_scene();
	scene_make_keys(&scene);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	for (int i = 1; i <= 3; i++)
		scene_ok(&scene, "tick", (const char *[]){"1", "2", "3"}[i - 1], "--reason", "by hand");
	scene_ok(&scene, "plan", "4");
	AUTO(Client) *client = fill_up(&scene);
	size_t records = scene_records(&scene);
	sign_as(&scene, "product", "ann");
	sign_as(&scene, "engineering", "bob");
	cr_assert(scene_says(&scene, "NOT ON DISK"), "%s", scene.said);
	held_become(client, 3);
	const Gate *gate = run_find_gate(incident_current_run(client_model(client)->incident), "danger");
	cr_assert_eq(gate_state(gate, wall_now()), GATE_SIGNED);
	cr_assert(client_is_held(client_model(client), gate_signoff(gate, "product")->seq));
	scene_refused(&scene, 1, "the record is not on disk", "apply", "4", "--yes");
	cr_assert_eq(scene_lines(&scene, "two"), 0);
	/* The record on disk ends before it, and is sound without it. */
	cr_assert_eq(scene_records(&scene), records);
	scene_check_journal(&scene, NULL);
	small_disk_free(scene.state);
	wait_until_written(client);
	scene_ok(&scene, "apply", "4", "--yes");
	cr_assert_eq(scene_lines(&scene, "two"), 1);
	check_record(&scene, client, 3);
	AUTO_FREE char *folder = scene_incident(&scene);
	cr_assert(scene_verdict(&scene, "receipts", folder, temp_path(&scene.folder, "allowed_signers"), NULL));
}

Test(full_disk, a_disk_that_can_only_be_read_is_read_and_written_to_later) {
	AUTO_CLEAR(Scene) scene = disk_scene();
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	scene_end_engine(&scene, SIGTERM);
	small_disk_read_only(scene.state, true);
	AUTO(Client) *client = scene_client(&scene, true);
	cr_assert_str_eq(client_model(client)->held.why, "Read-only file system");
	cr_assert(strstr(client_model(client)->banner, "Make it writable"), "%s", client_model(client)->banner);
	scene_ok(&scene, "tick", "1", "--reason", "seen");
	scene_ok(&scene, "plan", "2");
	scene_refused(&scene, 1, "Read-only file system", "apply", "2", "--yes");
	cr_assert(scene_says(&scene, "make it writable"), "%s", scene.said);
	small_disk_read_only(scene.state, false);
	wait_until_written(client);
	scene_ok(&scene, "apply", "2", "--yes");
	check_record(&scene, client, 3);
	cr_assert(scene_engine_pid(&scene) > 0, "the lock was not taken once there was a place for it");
}

/* ---- no folder at all ---- */

Test(full_disk, without_a_state_folder_there_is_one_engine_all_the_same) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "");
	temp_write(&scene.folder, "in the way", "a file");
	free(scene.state);
	scene.state = bg_strdup(temp_path(&scene.folder, "in the way/state"));
	AUTO(Client) *client = scene_client(&scene, true);
	int64_t pid = client_model(client)->engine_pid;
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "incidents");
	cr_assert(scene_says(&scene, "it-broke") && scene_says(&scene, "Not a directory"), "%s", scene.said);
	scene_ok(&scene, "note", "all in memory");
	cr_assert_eq(client_model(client)->engine_pid, pid);
	/* The folder can be made now: whoever comes finds the engine that there is, and it writes. */
	cr_assert(unlink(temp_path(&scene.folder, "in the way")) == 0);
	AUTO(Client) *second = scene_client(&scene, true);
	cr_assert_eq(client_model(second)->engine_pid, pid, "a second engine was started beside the first");
	wait_until_written(second);
	check_record(&scene, second, 2);
	cr_assert_eq(scene_engine_pid(&scene), pid);
	client = client_close(client);
	second = client_close(second);
	scene_ok(&scene, "engine", "stop");
}

/* ---- the end of an engine ---- */

Test(full_disk, an_engine_is_not_stopped_with_records_in_memory_unless_somebody_means_it) {
	AUTO_CLEAR(Scene) scene = disk_scene();
	scene_ok(&scene, "declare", "it broke");
	AUTO(Client) *client = fill_up(&scene);
	scene_ok(&scene, "note", "only in memory");
	scene_refused(&scene, 1, "2 records are in memory only and would be lost", "engine", "stop");
	cr_assert(scene_says(&scene, "note: only in memory") && scene_says(&scene, "--force"), "%s", scene.said);
	scene_ok(&scene, "engine", "held", "--json");
	cr_assert(str_starts(str_from(scene.said), "{\"seq\":") && scene_says(&scene, "only in memory"), "%s", scene.said);
	held_become(client, 2);
	int engine = scene_engine_pid(&scene);
	scene_ok(&scene, "engine", "stop", "--force");
	scene_wait_gone(engine);   /* the space comes back behind its last try to write */
	cr_assert(scene_says(&scene, "are lost with the engine") && scene_says(&scene, "note: only in memory"), "%s", scene.said);
	small_disk_free(scene.state);
	scene_start_engine(&scene, NULL);
	wait_until_written(client);
	cr_assert_eq(client_model(client)->lost.records, 2, "a console that had seen it says nothing of the loss");
	scene_check_journal(&scene, client);
}

Test(full_disk, an_engine_that_is_ended_writes_first_what_it_can) {
	AUTO_CLEAR(Scene) scene = disk_scene();
	scene_ok(&scene, "declare", "it broke");
	AUTO(Client) *client = fill_up(&scene);
	scene_ok(&scene, "note", "only in memory");
	int engine = scene_engine_pid(&scene);
	/* The space comes back with the engine's end: nobody has looked again before. */
	cr_assert(kill(engine, SIGSTOP) == 0);
	small_disk_free(scene.state);
	cr_assert(kill(engine, SIGTERM) == 0 && kill(engine, SIGCONT) == 0);
	scene_wait_gone(engine);
	AUTO(Client) *next = scene_client(&scene, true);
	check_record(&scene, next, 2);
}

/* ---- what an ended engine could not write ---- */

/* Names in the folder where an ended engine keeps what its disk does not take. */
static size_t sheltered_files(Scene *scene) {
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	const char *folder = temp_path(&scene->folder, "run/breakglass");
	if (file_is_folder(folder))
		assert_ok(file_list_folder(folder, &names, &err), &err);
	return names.count;
}

static Scene sheltered_scene(void) {
	Scene scene = disk_scene();
	const char *run = temp_path(&scene.folder, "run");
	cr_assert(mkdir(run, 0700) == 0 && setenv("XDG_RUNTIME_DIR", run, 1) == 0);
	return scene;
}

Test(full_disk, what_an_ended_engine_could_not_write_is_taken_up_by_the_next) {
	AUTO_CLEAR(Scene) scene = sheltered_scene();
	scene_make_keys(&scene);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	for (int i = 1; i <= 3; i++)
		scene_ok(&scene, "tick", (const char *[]){"1", "2", "3"}[i - 1], "--reason", "by hand");
	scene_ok(&scene, "plan", "4");
	AUTO(Client) *client = fill_up(&scene);
	sign_as(&scene, "product", "ann");
	held_become(client, 2);
	scene_end_engine(&scene, SIGTERM);
	cr_assert_eq(sheltered_files(&scene), 1, "nothing was kept of what the disk did not take");
	/* It is full still: held again, and more comes. */
	scene_ok(&scene, "note", "by the next engine");
	cr_assert(scene_says(&scene, "NOT ON DISK: 4 records"), "%s", scene.said);
	scene_end_engine(&scene, SIGTERM);
	small_disk_free(scene.state);
	AUTO(Client) *next = scene_client(&scene, true);
	wait_until_written(next);
	cr_assert_eq(sheltered_files(&scene), 0, "it is on disk, and is kept elsewhere all the same");
	wait_until_written(client);
	cr_assert_eq(client_model(client)->lost.records, 0, "a console that saw it all is told of a loss");
	const Gate *gate = run_find_gate(incident_current_run(client_model(next)->incident), "danger");
	cr_assert(gate_signoff(gate, "product"), "the signature is lost");
	scene_check_journal(&scene, next);
	scene_ok(&scene, "timeline");
	cr_assert(scene_says(&scene, "by the next engine") && scene_says(&scene, "held in memory"), "%s", scene.said);
	AUTO_FREE char *folder = scene_incident(&scene);
	cr_assert(scene_verdict(&scene, "receipts", folder, temp_path(&scene.folder, "allowed_signers"), NULL));
}

Test(full_disk, an_incident_of_which_nothing_came_to_the_disk_is_taken_up_too) {
	AUTO_CLEAR(Scene) scene = sheltered_scene();
	small_disk_fill(scene.state);
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "start", "walk");
	AUTO(Client) *client = scene_client(&scene, false);
	int64_t engine = client_model(client)->engine_pid;
	cr_assert(kill((pid_t) engine, SIGTERM) == 0);
	scene_wait_gone((int) engine);
	cr_assert_eq(sheltered_files(&scene), 1);
	small_disk_free(scene.state);
	AUTO(Client) *next = scene_client(&scene, true);
	wait_until_written(next);
	cr_assert_eq(sheltered_files(&scene), 0);
	check_record(&scene, next, 2);
}

/* The page that the journal ends in has room for records, and nothing has any for the playbook that the run walks. */
Test(full_disk, files_are_taken_up_whose_records_the_last_page_took) {
	AUTO_CLEAR(Scene) scene = sheltered_scene();
	scene_ok(&scene, "declare", "it broke");
	small_disk_fill(scene.state);
	scene_ok(&scene, "start", "walk");
	cr_assert_eq(scene_records(&scene), 2, "the last page took %zu records", scene_records(&scene));
	scene_end_engine(&scene, SIGTERM);
	cr_assert_eq(sheltered_files(&scene), 1, "the playbook's copy is lost");
	small_disk_free(scene.state);
	AUTO(Client) *next = scene_client(&scene, true);
	wait_until_written(next);
	cr_assert_eq(sheltered_files(&scene), 0);
	scene_check_journal(&scene, next);
	scene_ok(&scene, "verify");
}

/* Somebody put another record in its place: nothing of it is taken, nothing is thrown away. */
Test(full_disk, what_does_not_continue_the_record_is_left_alone) {
	AUTO_CLEAR(Scene) scene = sheltered_scene();
	scene_ok(&scene, "declare", "it broke");
	AUTO(Client) *client = fill_up(&scene);
	scene_end_engine(&scene, SIGTERM);
	cr_assert_eq(sheltered_files(&scene), 1);
	small_disk_free(scene.state);
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	const char *folder = temp_path(&scene.folder, "run/breakglass");
	assert_ok(file_list_folder(folder, &names, &err), &err);
	AUTO_FREE char *kept = path_join(folder, names.items[0]);
	AUTO_FREE char *text = read_text(kept);
	char *prev = strstr(text, "\\\"prev\\\":\\\"");
	cr_assert(prev, "%s", text);
	prev[11] = prev[11] == '0' ? '1' : '0';
	assert_ok(file_write_atomic(kept, text, strlen(text), 0600, &err), &err);
	AUTO(Client) *next = scene_client(&scene, true);
	scene_ok(&scene, "note", "goes on");
	scene_check_journal(&scene, next);
	scene_end_engine(&scene, SIGTERM);
	cr_assert_eq(sheltered_files(&scene), 1, "it was thrown away");
	AUTO_FREE char *log_path = bg_asprintf("%s/trial/engine.log", scene.state);
	AUTO_FREE char *log = read_text(log_path);
	cr_assert(strstr(log, "does not follow record"), "%s", log);
}

/* ---- by keys ---- */

static void press(Terminal *terminal, const char *keys, const char *then) {
	terminal_keys(terminal, keys);
	terminal_wait_text(terminal, then);
}

Test(full_disk, by_keys_it_is_refused_said_and_written) {
	AUTO_CLEAR(Scene) scene = disk_scene();
	const char *argv[] = {scene.program, "--env", scene.environment, "--state", scene.state, NULL};
	TerminalOptions options = {.argv = argv, .columns = 80, .rows = 24};
	AUTO(Terminal) *terminal = terminal_start(&options);
	terminal_wait_text(terminal, "no incident");
	press(terminal, "2", "s starts it");
	press(terminal, "s", "What is broken?");
	terminal_type(terminal, "it broke");
	press(terminal, "enter", "Walk]");
	terminal_wait_text(terminal, "Look around");
	AUTO(Client) *other = fill_up(&scene);
	terminal_wait_text(terminal, "NOT ON DISK: 1 record held in memory since");
	terminal_wait_text(terminal, "No space left on device");
	press(terminal, "x", "2  Count once");
	terminal_wait_text(terminal, "NOT ON DISK: 2 records");
	press(terminal, "p", "nothing has been changed yet");
	press(terminal, "y", "something starts only when that");
	cr_assert_eq(scene_lines(&scene, "one"), 0);
	press(terminal, "5", "not on disk: ");
	terminal_resize(terminal, 40, 15);
	terminal_wait_text(terminal, "NOT ON DISK: 3 held");
	terminal_resize(terminal, 80, 24);
	small_disk_free(scene.state);
	terminal_wait_text(terminal, "ON DISK AGAIN");
	terminal_wait_text(terminal, "3 records were held in memory");
	terminal_wait_no_text(terminal, "not on disk: ");
	press(terminal, "3", "Walk]");
	press(terminal, "y", "3  Read something");
	cr_assert_eq(scene_lines(&scene, "one"), 1);
	terminal_keys(terminal, "q");
	scene_check_journal(&scene, NULL);
}

Test(full_disk, in_lines_it_is_in_the_prompt_and_in_the_status) {
	AUTO_CLEAR(Scene) scene = disk_scene();
	const char *argv[] = {scene.program, "--env", scene.environment, "--state", scene.state, NULL};
	TerminalOptions options = {.argv = argv, .columns = 120, .rows = 60, .type = "dumb"};
	AUTO(Terminal) *terminal = terminal_start(&options);
	terminal_wait_output(terminal, "board>");
	terminal_type(terminal, "declare it broke\nREAL\n");
	terminal_wait_output(terminal, "trial REAL, board>");
	AUTO(Client) *other = fill_up(&scene);
	terminal_wait_output(terminal, "engine: NOT ON DISK: 1 record held in memory");
	terminal_wait_output(terminal, "trial REAL, NOT ON DISK, board>");
	terminal_type(terminal, "note still\nstatus\n");
	terminal_wait_output(terminal, "NOT ON DISK: 2 records held in memory");
	small_disk_free(scene.state);
	terminal_wait_output(terminal, "engine: ON DISK AGAIN: all is written");
	terminal_type(terminal, "exit\n");
	cr_assert_eq(terminal_wait_exit(terminal), 0);
	scene_check_journal(&scene, NULL);
}
