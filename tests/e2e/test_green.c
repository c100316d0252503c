/* test_green.c: green is what was just seen. Probes that hang delay no other; what nobody looks at any more stops being green in every
 * place that shows it. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"
#include "tests/support/loopback.h"
#include "tests/support/terminal.h"

#define PROBES 50
#define HUNG 25

static const char BOOK[] = "# A book\n\n## Walk it\n<!-- bg procedure id=walk -->\n\n1. Look.\n";

static void page(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	(void) userdata, (void) request;
	buf_puts(&reply->headers, "Content-Type: text/html\r\n");
	buf_puts(&reply->body, "<html><body>fine</body></html>");
}

/* Takes connections into its queue, and nobody ever looks at them. */
static int open_silence(int *ret_port) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(fd >= 0 && bind(fd, (struct sockaddr *) &address, size) == 0 && listen(fd, 2 * PROBES) == 0);
	cr_assert(getsockname(fd, (struct sockaddr *) &address, &size) == 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

/* ---- probes that hang ---- */

static bool is_hung(const Reading *reading) { return str_starts(str_from(reading->name), "hung"); }

/* Every probe that does not hang was looked at since `since`: well, or slow on a busy machine. */
static bool others_answered(const ClientModel *model, void *userdata) {
	const int64_t *since = userdata;
	size_t seen = 0;
	for (size_t i = 0; i < model->reading_count; i++)
		seen += !is_hung(&model->readings[i]) && model->readings[i].state != READING_UNKNOWN && model->readings[i].taken.ms > *since;
	return seen == PROBES - HUNG;
}

static void check_hung(const Client *client) {
	const ClientModel *model = client_model(client);
	size_t hung = 0;
	cr_assert_eq(model->reading_count, (size_t) PROBES);
	for (size_t i = 0; i < model->reading_count; i++) {
		hung += is_hung(&model->readings[i]);
		cr_assert(!is_hung(&model->readings[i]) || model->readings[i].state == READING_UNKNOWN, "%s: %s", model->readings[i].name,
			model->readings[i].text);
	}
	cr_assert_eq(hung, (size_t) HUNG);
}

/* No clock is needed: the hung ones have a minute, and have not ended when all others have been looked at twice. */
Test(green, half_of_all_probes_may_hang_and_the_others_answer_in_the_same_sweep) {
	int port;
	AUTO_CLOSE int silence = open_silence(&port);
	AUTO(Loopback) *server = loopback_start(page, NULL);
	AUTO_CLEAR(Buf) probes = {0};
	buf_puts(&probes, "probes:\n");
	/* The hung ones first: a queue would let them stand in front. */
	for (int i = 0; i < HUNG; i++)
		buf_printf(&probes, "  - { name: hung %d, probe: http, url: \"http://127.0.0.1:%d/\", every: 1h, deadline: 60s }\n", i, port);
	for (int i = HUNG; i < PROBES; i++)
		buf_printf(&probes, "  - { name: site %d, probe: http, url: \"%s/\", every: 1h, deadline: 60s }\n", i, loopback_url(server));
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, buf_text(&probes));
	AUTO(Client) *client = scene_client(&scene, true);
	Error err = {0};
	int64_t since = 0;
	assert_ok(client_wait(client, others_answered, &since, SCENE_WAIT_MS, &err), &err);
	check_hung(client);
	since = wall_now().ms;
	assert_ok(scene_ask(client, ASK_REFRESH, scene_args("{}"), NULL, &err), &err);
	assert_ok(client_wait(client, others_answered, &since, SCENE_WAIT_MS, &err), &err);
	check_hung(client);
}

static const Reading *only_reading(const ClientModel *model) { return model->reading_count ? &model->readings[0] : NULL; }

static bool is_late(const ClientModel *model, void *userdata) {
	(void) userdata;
	const Reading *reading = only_reading(model);
	return reading && wall_known(reading->taken) && reading->text && strstr(reading->text, "no answer for");
}

/* A look that keeps to no deadline: a credential that is read from a pipe which nobody fills. The prober says so without it. */
Test(green, a_look_that_outlasts_its_deadline_is_unknown) {
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, "systems:\n  ci: { provider: concourse, url: \"http://127.0.0.1:1\", token: { flyrc: never } }\n"
		"probes:\n  - { name: job, probe: concourse.pipeline, pipeline: p, every: 1h, deadline: 100ms }\n");
	const char *pipe = temp_path(&scene.folder, ".flyrc");
	cr_assert(mkfifo(pipe, 0600) == 0);
	AUTO_FREE char *home = bg_asprintf("HOME=%s", scene.folder.path);
	const char *env[] = {home, NULL};
	const char *words[] = {"engine", "start", NULL};
	cr_assert_eq(scene_run_with(&scene, env, words), 0, "%s", scene.said);
	AUTO(Client) *client = scene_client(&scene, false);
	Error err = {0};
	assert_ok(client_wait(client, is_late, NULL, SCENE_WAIT_MS, &err), &err);
	const Reading *reading = only_reading(client_model(client));
	cr_assert_eq(reading->state, READING_UNKNOWN);
	cr_assert(reading->reason && strstr(reading->reason, "deadline"), "%s", reading->reason);
}

/* ---- nobody looks any more ---- */

static bool is_ok(const ClientModel *model, void *userdata) {
	(void) userdata;
	return only_reading(model) && only_reading(model)->state == READING_OK;
}

/* The prober: the child of the engine that was started as that. */
static int prober_pid(int engine) {
	AUTO_FREE char *path = bg_asprintf("/proc/%d/task/%d/children", engine, engine);
	AUTO_CLEAR(Buf) children = {0};
	Error err = {0};
	assert_ok(file_read(path, 65536, &children, &err), &err);
	Str rest = buf_str(&children), word;
	while (str_split(&rest, ' ', &word)) {
		int64_t pid = 0;
		AUTO_CLEAR(Buf) words = {0};
		if (!str_parse_int(str_trim(word), &pid))
			continue;
		AUTO_FREE char *cmdline = bg_asprintf("/proc/%lld/cmdline", (long long) pid);
		if (file_read(cmdline, 65536, &words, NULL) && str_find(buf_str(&words), "__prober") >= 0)
			return (int) pid;
	}
	return 0;
}

typedef struct Asked { const Scene *scene; const char *part; } Asked;

static bool record_says(const ClientModel *model, void *userdata) {
	const char *part = userdata;
	for (size_t i = 0; i < model->timeline_count; i++)
		if (strstr(model->timeline[i].text, part))
			return true;
	return false;
}

static void check_commands(Scene *scene) {
	scene_refused(scene, 1, "stale   site", "status");
	scene_refused(scene, 1, "\"shown\": \"stale\"", "status", "--json");
	cr_assert(scene_says(scene, "\"worst\": \"stale\""), "%s", scene->said);
	scene_ok(scene, "sitrep");
	cr_assert(scene_says(scene, "site: stale") && !scene_says(scene, "1 ok"), "%s", scene->said);
	scene_ok(scene, "report");
	cr_assert(scene_says(scene, "site stale, was ok"), "%s", scene->said);
	scene_ok(scene, "report", "--json");
	cr_assert(scene_says(scene, "site stale, was ok"), "%s", scene->said);
}

static void check_screens(const Scene *scene) {
	const char *board[] = {scene->program, "--env", scene->environment, "--state", scene->state, NULL};
	const char *lines[] = {scene->program, "--env", scene->environment, "--state", scene->state, "--line", NULL};
	TerminalOptions options = {.argv = board, .columns = 80, .rows = 24};
	Terminal *terminal = terminal_start(&options);
	terminal_wait_text(terminal, "stale");
	cr_assert(!terminal_shows(terminal, " ok "), "%s", terminal_text(terminal));
	terminal_free(terminal);
	options.argv = lines;
	options.rows = 60;
	terminal = terminal_start(&options);
	terminal_wait_output(terminal, "board>");
	terminal_type(terminal, "board\n");
	terminal_wait_output(terminal, "stale: site");
	terminal_type(terminal, "exit\n");
	cr_assert_eq(terminal_wait_exit(terminal), 0);
	terminal_free(terminal);
}

/* A prober that is stopped is alive by all that the engine can see. What it saw last expires all the same. */
Test(green, what_a_stopped_prober_saw_expires_in_every_place) {
	AUTO(Loopback) *server = loopback_start(page, NULL);
	AUTO_FREE char *probes = bg_asprintf("probes:\n  - { name: site, probe: http, url: \"%s/\", every: 1s, budget: 2s }\n", loopback_url(server));
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, probes);
	AUTO(Client) *client = scene_client(&scene, true);
	Error err = {0};
	assert_ok(client_wait(client, is_ok, NULL, SCENE_WAIT_MS, &err), &err);
	scene_ok(&scene, "status");
	scene_ok(&scene, "declare", "it broke");
	scene_ok(&scene, "sitrep");
	cr_assert(scene_says(&scene, "all 1 ok"), "%s", scene.said);
	int prober = prober_pid(scene_engine_pid(&scene));
	cr_assert(prober > 0);
	cr_assert(kill(prober, SIGSTOP) == 0);
	char stale[] = "site stale, was ok";
	assert_ok(client_wait(client, record_says, stale, SCENE_WAIT_MS, &err), &err);
	check_commands(&scene);
	check_screens(&scene);
	cr_assert(kill(prober, SIGCONT) == 0);
	char again[] = "site ok, was stale";
	assert_ok(client_wait(client, record_says, again, SCENE_WAIT_MS, &err), &err);
	scene_ok(&scene, "status");
}

/* Without an engine there is only the record, and it cannot know how things are. */
Test(green, without_an_engine_nothing_is_told_as_green) {
	AUTO(Loopback) *server = loopback_start(page, NULL);
	AUTO_FREE char *probes = bg_asprintf("probes:\n  - { name: site, probe: http, url: \"%s/\", every: 1h }\n", loopback_url(server));
	AUTO_CLEAR(Scene) scene = scene_new(BOOK, probes);
	AUTO(Client) *client = scene_client(&scene, true);
	Error err = {0};
	assert_ok(client_wait(client, is_ok, NULL, SCENE_WAIT_MS, &err), &err);
	scene_ok(&scene, "declare", "it broke");
	/* Once unknown and once more ok: the record tells of it. */
	int prober = prober_pid(scene_engine_pid(&scene));
	cr_assert(prober > 0 && kill(prober, SIGKILL) == 0);
	char ok[] = "site ok, was unknown";
	assert_ok(client_wait(client, record_says, ok, SCENE_WAIT_MS, &err), &err);
	client_close(TAKE(client));
	scene_end_engine(&scene, SIGKILL);
	scene_ok(&scene, "sitrep");
	cr_assert(scene_says(&scene, "1 ok when last recorded") && scene_says(&scene, "not looked at now"), "%s", scene.said);
	/* The next engine has not seen it yet, and says so before it says that it is well. */
	client = scene_client(&scene, true);
	assert_ok(client_wait(client, is_ok, NULL, SCENE_WAIT_MS, &err), &err);
	size_t times = 0;
	for (size_t i = 0; i < client_model(client)->timeline_count; i++)
		times += strstr(client_model(client)->timeline[i].text, ok) != NULL;
	cr_assert_eq(times, 2u, "the record does not tell that it was looked at again");
	scene_ok(&scene, "report", "--format", "html");
	cr_assert(scene_says(&scene, "unknown"), "the picture is green while nobody looked");
}
