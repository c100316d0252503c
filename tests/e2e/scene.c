/* scene.c: see scene.h. */
#include "scene.h"

#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/incident_file.h"
#include "tests/support/small_disk.h"

static const char ENVIRONMENT[] =
	"name: trial\n"
	"kind: live\n"
	"playbooks: [book.md]\n"
	"readiness: false\n"   /* a row that each test would have to know of */
	"people:\n"
	"  - { name: ann, login: LOGIN, principal: ann@example.org, roles: [product] }\n"
	"  - { name: bob, principal: bob@example.org, roles: [engineering] }\n"
	"signers: allowed_signers\n";

/* ---- the house ---- */

static char *fill(const Scene *scene, const char *text) {
	const struct passwd *me = getpwuid(getuid());
	Buf out = {0};
	for (const char *c = text; *c; c++) {
		if (strncmp(c, "LOGIN", 5) == 0) {
			buf_puts(&out, me ? me->pw_name : "nobody");
			c += 4;
		} else if (strncmp(c, "SCENE", 5) == 0) {
			buf_puts(&out, scene->folder.path);
			c += 4;
		} else {
			buf_putc(&out, *c);
		}
	}
	return buf_take(&out);
}

Scene scene_new(const char *playbook, const char *more) {
	Scene scene = {.folder = temp_folder(), .name = "trial"};
	AUTO_FREE char *whole = bg_asprintf("%s%s", ENVIRONMENT, more);
	AUTO_FREE char *environment = fill(&scene, whole);
	AUTO_FREE char *book = fill(&scene, playbook);
	temp_write(&scene.folder, "book.md", book);
	temp_write(&scene.folder, "allowed_signers", "# nobody yet\n");
	scene.environment = bg_strdup(temp_write(&scene.folder, "environment.yaml", environment));
	scene.state = path_join(scene.folder.path, "state");
	scene.program = build_path("breakglass");
	return scene;
}

void scene_clear(Scene *scene) {
	/* One that could not write its number into its lock, or has records in memory, is asked. */
	if (scene->own_disk)
		(void) scene_run(scene, "engine", "stop", "--force");
	if (scene->state)
		scene_end_engine(scene, SIGTERM);
	if (scene->own_disk)
		small_disk_unmount(scene->state);
	free(scene->program);
	free(scene->environment);
	free(scene->state);
	free(scene->said);
	temp_folder_clear(&scene->folder);
	*scene = (Scene){0};
}

int scene_run_with(Scene *scene, const char *const env[], const char *const words[]) {
	const char *argv[64] = {scene->program, "--env", scene->environment, "--state", scene->state};
	for (size_t i = 0, at = 5; words[i] && at < BG_LENGTH(argv) - 1; i++)
		argv[at++] = words[i];
	AUTO_CLEAR(ProgramRun) run = {0};
	run_program(argv, NULL, env, &run);
	free(scene->said);
	scene->said = bg_asprintf("%s%s", buf_text(&run.out), buf_text(&run.err));
	scene->status = run.status;
	return run.status;
}

bool scene_says(const Scene *scene, const char *part) { return strstr(scene->said, part) != NULL; }

/* ---- engine ---- */

void scene_start_engine(Scene *scene, const char *crash) {
	AUTO_FREE char *entry = bg_asprintf("BREAKGLASS_CRASH=%s", crash ? crash : "");
	const char *env[] = {crash ? entry : NULL, NULL};
	const char *words[] = {"engine", "start", NULL};
	int status = scene_run_with(scene, env, words);
	cr_assert(status == 0 || crash, "no engine: %s", scene->said);
}

int scene_engine_pid(const Scene *scene) {
	AUTO_FREE char *path = bg_asprintf("%s/%s/engine.lock", scene->state, scene->name);
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[32] = "";
	int64_t pid = 0;
	if (fd < 0 || flock(fd, LOCK_SH | LOCK_NB) == 0 || read(fd, text, sizeof(text) - 1) <= 0)
		return 0;
	(void) str_parse_int(str_trim(str_from(text)), &pid);
	return (int) pid;
}

static int open_process(int pid) { return (int) syscall(SYS_pidfd_open, pid, 0); }

static void wait_for_end(int process) {
	struct pollfd wanted = {.fd = process, .events = POLLIN};
	cr_assert(process < 0 || poll(&wanted, 1, SCENE_WAIT_MS) == 1, "a process did not end");
}

void scene_wait_gone(int pid) {
	AUTO_CLOSE int process = open_process(pid);
	wait_for_end(process);
}

void scene_end_engine(const Scene *scene, int signal) {
	int pid = scene_engine_pid(scene);
	AUTO_CLOSE int process = pid ? open_process(pid) : -1;
	if (process < 0)
		return;
	(void) kill(pid, signal);
	wait_for_end(process);
}

Client *scene_client(const Scene *scene, bool start) {
	ClientOptions options = {.environment_path = scene->environment, .environment_name = scene->name, .state = scene->state,
		.self = scene->program, .start_engine = start, .deadline_ms = SCENE_WAIT_MS};
	Client *client = NULL;
	Error err = {0};
	assert_ok(client_open(&options, &client, &err), &err);
	return client;
}

bool scene_ask(Client *client, AskName name, Json *args, Json **ret_data, Error *err) {
	return client_ask_wait(client, name, args, SCENE_WAIT_MS, ret_data, err);
}

Json *scene_args(const char *format, ...) {
	va_list list;
	va_start(list, format);
	AUTO_FREE char *text = bg_vasprintf(format, list);
	va_end(list);
	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	Json *args = NULL;
	Error err = {0};
	assert_ok(json_parse(str_from(text), &args, &err), &err);
	return args;
}

const IncidentStep *scene_step(const Client *client, const char *number) {
	const Incident *incident = client_model(client)->incident;
	const Run *run = incident ? incident_current_run(incident) : NULL;
	return run ? run_find_step(run, number) : NULL;
}

typedef struct Wanted { const Client *client; const char *number; StepState step; int64_t action; ActionState state; } Wanted;

static bool step_is(const ClientModel *model, void *userdata) {
	const Wanted *wanted = userdata;
	const IncidentStep *step = model->caught_up ? scene_step(wanted->client, wanted->number) : NULL;
	return step && step->state == wanted->step;
}

void scene_wait_step(Client *client, const char *number, StepState state) {
	Wanted wanted = {.client = client, .number = number, .step = state};
	Error err = {0};
	bool came = client_wait(client, step_is, &wanted, SCENE_WAIT_MS, &err);
	const IncidentStep *step = scene_step(client, number);
	cr_assert(came, "step %s is %s, expected %s", number, step ? step_state_name(step->state) : "not there", step_state_name(state));
}

static bool action_is(const ClientModel *model, void *userdata) {
	const Wanted *wanted = userdata;
	const IncidentAction *action = model->incident ? incident_find_action(model->incident, wanted->action) : NULL;
	return model->caught_up && action && action->state == wanted->state;
}

void scene_wait_action(Client *client, int64_t number, ActionState state) {
	Wanted wanted = {.client = client, .action = number, .state = state};
	Error err = {0};
	bool came = client_wait(client, action_is, &wanted, SCENE_WAIT_MS, &err);
	const Incident *incident = client_model(client)->incident;
	const IncidentAction *action = incident ? incident_find_action(incident, number) : NULL;
	cr_assert(came, "action %lld is %s, expected %s", (long long) number, action ? action_state_name(action->state) : "not there",
		action_state_name(state));
}

/* ---- files ---- */

static size_t count_lines(const char *path) {
	AUTO_CLEAR(Buf) text = {0};
	size_t count = 0;
	if (!file_read(path, 64 << 20, &text, NULL))
		return 0;
	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == '\n';
	return count;
}

size_t scene_lines(const Scene *scene, const char *name) {
	AUTO_FREE char *path = path_join(scene->folder.path, name);
	return count_lines(path);
}

char *scene_incident(const Scene *scene) {
	AUTO_FREE char *incidents = bg_asprintf("%s/%s/incidents", scene->state, scene->name);
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	assert_ok(file_list_folder(incidents, &names, &err), &err);
	cr_assert(names.count, "there is no incident");
	return path_join(incidents, names.items[names.count - 1]);
}

size_t scene_records(const Scene *scene) {
	AUTO_FREE char *folder = scene_incident(scene);
	AUTO_FREE char *path = path_join(folder, "journal.jsonl");
	return count_lines(path);
}

static bool fold(void *userdata, const Record *record, Str line, Error *err) {
	(void) line;
	(void) err;
	Event event = record_event(record);
	incident_apply(userdata, &event);
	return true;
}

static bool has_all(const ClientModel *model, void *userdata) {
	const Incident *again = userdata;
	return !model->incident || (model->caught_up && model->incident->seq >= again->seq);
}

bool scene_verdict(const Scene *scene, const char *name, const char *incident, const char *signers, const char *anchors) {
	AUTO_FREE char *script = source_path("core/journal/verify.sh");
	AUTO_CLEAR(ProgramRun) theirs = {0};
	AUTO_CLEAR(ProgramRun) ours = {0};
	const char *words[16] = {scene->program, "--env", scene->environment, "--state", scene->state, "verify", incident};
	size_t count = 7;
	if (signers) {
		words[count++] = "--signers";
		words[count++] = signers;
	}
	if (anchors) {
		words[count++] = "--anchors";
		words[count++] = anchors;
	}
	run_program(words, NULL, NULL, &ours);
	run_program((const char *const[]){"sh", script, incident, signers ? signers : "", anchors, NULL}, NULL, NULL, &theirs);
	cr_assert((ours.status == 0) == (theirs.status == 0), "%s: we say %d: %s%s\nthe script says %d: %s%s", name, ours.status,
		buf_text(&ours.out), buf_text(&ours.err), theirs.status, buf_text(&theirs.out), buf_text(&theirs.err));
	return ours.status == 0;
}

void scene_check_journal(const Scene *scene, Client *client) {
	AUTO_FREE char *folder = scene_incident(scene);
	AUTO_CLEAR(JournalReport) report = {0};
	Error err = {0};
	assert_ok(journal_verify(folder, NULL, &report, &err), &err);
	cr_assert(report.problems.count == 0, "%s: %s", folder, report.problems.count ? report.problems.items[0] : "");
	AUTO(Incident) *again = incident_new();
	assert_ok(journal_read(folder, 1, fold, again, &err), &err);
	cr_assert(scene_verdict(scene, "an honest journal", folder, NULL, NULL), "a false alarm over %s", folder);
	if (!client)
		return;
	assert_ok(client_wait(client, has_all, again, SCENE_WAIT_MS, &err), &err);
	if (!client_model(client)->incident)
		return;
	AUTO(Json) *mine = incident_to_json(again);
	AUTO(Json) *theirs = incident_to_json(client_model(client)->incident);
	AUTO_FREE char *mine_text = json_text(mine);
	AUTO_FREE char *their_text = json_text(theirs);
	assert_text("the journal folded anew, and a client's state", mine_text, their_text);
}

/* ---- people ---- */

const char *scene_key(Scene *scene, const char *person) { return temp_path(&scene->folder, person); }

static void make_key(Scene *scene, const char *person, Buf *allowed) {
	const char *path = scene_key(scene, person);
	AUTO_CLEAR(ProgramRun) made = {0};
	run_program((const char *const[]){"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", path, NULL}, NULL, NULL, &made);
	cr_assert(made.status == 0, "ssh-keygen: %s", buf_text(&made.err));
	AUTO_FREE char *public_path = bg_asprintf("%s.pub", path);
	AUTO_FREE char *line = read_text(public_path);
	buf_printf(allowed, "%s@example.org namespaces=\"signoff@breakglass,badge@breakglass\" %s", person, line);
}

void scene_make_keys(Scene *scene) {
	if (!have_program("ssh-keygen"))
		cr_skip_test("ssh-keygen is not installed: nobody can sign");
	AUTO_CLEAR(Buf) allowed = {0};
	make_key(scene, "ann", &allowed);
	make_key(scene, "bob", &allowed);
	temp_write(&scene->folder, "allowed_signers", buf_text(&allowed));
}
