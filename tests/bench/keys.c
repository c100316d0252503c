/* keys.c: from a key to the end of the frame that shows it, while 50 probes are asked every second and an action prints 10,000 lines a second
 * onto the screen that is typed at; and while 50 machines are looked at again and again of which 20 answer nothing. The same keys on the same terminal,
 * echoed by `cat`, tell how quick this machine is just then. */
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../e2e/scene.h"
#include "canned.h"
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "figure.h"
#include "tests/support/loopback.h"
#include "tests/support/sshd.h"
#include "tests/support/terminal.h"

#define PROBES 50
#define LINES_A_SECOND 10000
#define PRINT_SECONDS 300   /* it is cancelled when all keys were pressed */
#define KEYS 300
#define FETCH_MS 2000    /* until the output is there */
#define LIMIT_MS 16
#define AIM_MS 8

static const char BOOK[] =
	"# Copying\n\n"
	"## Copy\n"
	"<!-- bg procedure id=copy -->\n\n"
	"1. Copy all objects.\n\n"
	"   ```sh\n"
	"   %s %d %d\n"
	"   ```\n"
	"2. Look around.\n"
	"3. Close the door.\n";

/* ---- the house ---- */

static Scene scene_with_load(const Canned *server)
{
	AUTO_CLEAR(Buf) more = { 0 };
	AUTO_FREE char *lines = build_path("tests/bench/bench_lines");
	AUTO_FREE char *book = bg_asprintf(BOOK, lines, LINES_A_SECOND, PRINT_SECONDS);
	buf_puts(&more, "probes:\n");
	for (int i = 0; i < PROBES; i++)
		buf_printf(&more, "  - { name: page %d, probe: http, url: \"%s/%d\", every: 1s }\n", i, server->url, i);
	return scene_new(book, buf_text(&more));
}

static Terminal *open_console(Scene *scene)
{
	const char *argv[] = { scene->program, "--env", scene->environment, "--state", scene->state, NULL };
	TerminalOptions options = { .argv = argv, .columns = 80, .rows = 24 };
	return terminal_start(&options);
}

/* Declares, starts the procedure, and applies its first step, whose output then runs over the walk. */
static void start_printing(Scene *scene, Terminal *terminal)
{
	scene_ok(scene, "declare", "it broke");
	scene_ok(scene, "start", "copy");
	terminal_keys(terminal, "3");
	terminal_wait_text(terminal, "Walk]");
	terminal_keys(terminal, "p");
	terminal_wait_text(terminal, "nothing has been changed yet");
	terminal_keys(terminal, "y");
	terminal_wait_text(terminal, "lecture-");
}

static void stop_printing(Scene *scene)
{
	AUTO(Client) *client = scene_client(scene, false);
	const ClientJob *job = client_job_of_step(client_model(client), "r1", scene_step(client, "1")->id);
	Error err = { 0 };
	cr_assert(job && job->running, "it ended before all keys were pressed");
	assert_ok(scene_ask(client, ASK_CANCEL, scene_args("{'job':%lld}", (long long) job->id), NULL, &err), &err);
	scene_wait_action(client, 1, ACTION_IN_DOUBT);
}

/* ---- keys ---- */

/* Between two keys, so that they come at any moment of the console's own rounds. */
static int64_t pause_ms(void)
{
	unsigned char noise;
	random_bytes(&noise, sizeof(noise));
	return 10 + noise % 60;
}

static bool shows(Terminal *terminal, void *userdata) { return terminal_shows(terminal, userdata); }

static double press(Terminal *terminal, const char *key, const char *then)
{
	AUTO_FREE char *wanted = bg_strdup(then);
	terminal_watch(terminal, pause_ms());
	cr_assert(!terminal_shows(terminal, then), "\"%s\" is on the screen before its key", then);
	double begun = figure_now_ms();
	terminal_keys(terminal, key);
	terminal_wait(terminal, shows, wanted, then);
	return figure_now_ms() - begun;
}

/* Typing and deleting on the command line of the walk, with the output running above it. */
static void measure_typing(Terminal *terminal, double times[static KEYS])
{
	terminal_keys(terminal, ":");
	terminal_wait_text(terminal, "\n:");
	for (int i = 0; i < KEYS; i++) {
		static const char *const KEY[] = { "j", "q", "x", "backspace", "backspace", "backspace" };
		static const char *const THEN[] = { "\n:j\n", "\n:jq\n", "\n:jqx\n", "\n:jq\n", "\n:j\n", "\n:\n" };
		times[i] = press(terminal, KEY[i % 6], THEN[i % 6]);
	}
	terminal_keys(terminal, "esc");
	terminal_wait_no_text(terminal, "\n:");
}

/* Going between screens, each of which is drawn whole. */
static void measure_screens(Terminal *terminal, double times[static KEYS])
{
	for (int i = 0; i < KEYS; i++) {
		static const char *const KEY[] = { "1", "3", "5", "3" };
		static const char *const THEN[] = { "Board]", "Walk]", "Timeline]", "Walk]" };
		times[i] = press(terminal, KEY[i % 4], THEN[i % 4]);
	}
}

/* The screen without its bar and its footer, which change by themselves. */
static char *middle_of(Terminal *terminal)
{
	Str rest = str_from(terminal_text(terminal)), line;
	Buf out = { 0 };
	for (int row = 0; row < 21 && str_next_line(&rest, &line); row++)
		if (row > 2)
			buf_printf(&out, "%.*s\n", STR_ARG(line));
	return buf_take(&out);
}

static bool has_moved(Terminal *terminal, void *userdata)
{
	AUTO_FREE char *now = middle_of(terminal);
	return !text_eq(now, userdata);
}

/* A page at a time through everything that is known of the step: the newest MiB of its output. */
static void measure_scrolling(Terminal *terminal, double times[static KEYS])
{
	terminal_keys(terminal, "3");
	terminal_wait_text(terminal, "the outcome is not known");
	terminal_keys(terminal, "d");
	terminal_wait_text(terminal, "What its keys run");
	terminal_watch(terminal, FETCH_MS);
	terminal_keys(terminal, "end");
	terminal_wait_text(terminal, "lecture-");
	for (int i = 0; i < KEYS; i++) {
		AUTO_FREE char *before = middle_of(terminal);
		terminal_watch(terminal, pause_ms());
		double begun = figure_now_ms();
		terminal_keys(terminal, i % 100 < 50 ? "pgup" : "pgdn");
		terminal_wait(terminal, has_moved, before, "another page");
		times[i] = figure_now_ms() - begun;
	}
}

static void measure_echo(double times[static KEYS])
{
	const char *argv[] = { "/bin/sh", "-c", "stty raw -echo; printf ready; exec cat", NULL };
	TerminalOptions options = { .argv = argv, .columns = 80, .rows = 24 };
	AUTO(Terminal) *terminal = terminal_start(&options);
	terminal_wait_output(terminal, "ready");
	for (int i = 0; i < KEYS; i++) {
		AUTO_FREE char *then = bg_asprintf("<%d>", i);
		terminal_watch(terminal, pause_ms());
		double begun = figure_now_ms();
		terminal_keys(terminal, then);
		terminal_wait_output(terminal, then);
		times[i] = figure_now_ms() - begun;
		terminal_keys(terminal, "\033[H\033[2J");
	}
}

/* ---- machines ---- */

#define SERVERS 2        /* sshd listens at 16 addresses at most */
#define AT_EACH 15
#define GONE 20
#define EVERY "6s"       /* the half of their deadline, after which those that answer nothing are given up, and a second */

/* Nothing answers at any address of this machine on that port: its queue is full. */
static int blackhole(int *ret_port, int *ret_filler)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(fd >= 0 && bind(fd, (const struct sockaddr *) &address, len) == 0 && listen(fd, 0) == 0
		&& getsockname(fd, (struct sockaddr *) &address, &len) == 0);
	*ret_port = ntohs(address.sin_port);
	*ret_filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert(connect(*ret_filler, (const struct sockaddr *) &address, sizeof(address)) == 0);
	return fd;
}

static TestSshd *start_server(TempFolder *folder, int number, Buf *nodes, Buf *known)
{
	AUTO_CLEAR(Buf) config = { 0 };
	AUTO_FREE char *name = bg_asprintf("sshd%d", number);
	TestSshdOptions options = { .port = loopback_unused_port() };
	buf_puts(&config, "LogLevel ERROR\n");
	for (int i = 0; i < AT_EACH; i++) {
		buf_printf(&config, "ListenAddress 127.%d.0.%d:%d\n", number + 1, i + 1, options.port);
		buf_printf(nodes, "    - { name: node%d-%d, address: 127.%d.0.%d, port: %d, user: %s, key: %s }\n", number, i, number + 1, i + 1, options.port, test_login(),
			test_sshd_key(folder));
	}
	options.config = buf_text(&config);
	TestSshd *sshd = test_sshd_start(folder, name, &options);
	AUTO_FREE char *lines = test_sshd_known_line(sshd);
	for (Str rest = str_from(lines), line; str_next_line(&rest, &line);)
		for (int i = 0; i < AT_EACH; i++)
			buf_printf(known, "[127.%d.0.%d]:%d %.*s\n", number + 1, i + 1, options.port, STR_ARG(str_slice(line, (size_t) str_find_char(line, ' ') + 1, line.len)));
	return sshd;
}

static Scene scene_with_machines(TempFolder *folder, TestSshd *servers[static SERVERS], int gone_port)
{
	AUTO_CLEAR(Buf) nodes = { 0 };
	AUTO_CLEAR(Buf) known = { 0 };
	for (int i = 0; i < SERVERS; i++)
		servers[i] = start_server(folder, i, &nodes, &known);
	for (int i = 0; i < GONE; i++)
		buf_printf(&nodes, "    - { name: gone%d, address: 127.9.0.%d, port: %d, user: nobody }\n", i, i + 1, gone_port);
	AUTO_FREE char *more = bg_asprintf("nodes:\n  known-hosts: %s\n  every: %s\n  list:\n%s", temp_write(folder, "known_hosts", buf_text(&known)), EVERY, buf_text(&nodes));
	return scene_new("# Looking\n\n## Look\n\n1. Look around.\n", more);
}

/* ---- the figures ---- */

static void tell(const char *what, double times[static KEYS])
{
	AUTO_FREE char *most = bg_asprintf("key to finished frame, %s, 99th of 100", what);
	AUTO_FREE char *median = bg_asprintf("key to finished frame, %s, median", what);
	AUTO_FREE char *slowest = bg_asprintf("key to finished frame, %s, the slowest of %d", what, KEYS);
	figure_at_most(most, figure_share(times, KEYS, 0.99), "ms", "limit", LIMIT_MS, 1.0);
	figure_at_most(most, figure_share(times, KEYS, 0.99), "ms", "what we aim for", AIM_MS, 1.0);
	figure_note(median, figure_share(times, KEYS, 0.5), "ms");
	figure_note(slowest, times[KEYS - 1], "ms");
}

static void tell_echo(double echo[static KEYS])
{
	figure_note("cat echoing keys, median", figure_share(echo, KEYS, 0.5), "ms");
	figure_note("cat echoing keys, 99th of 100", figure_share(echo, KEYS, 0.99), "ms");
}

Test(bench, keys, .timeout = 300)
{
	Canned server;
	double typing[KEYS], screens[KEYS], echo[KEYS], scrolling[KEYS];
	cr_assert(canned_start(&server));
	Scene scene = scene_with_load(&server);
	Terminal *terminal = open_console(&scene);
	terminal_wait_text(terminal, "page 1");
	start_printing(&scene, terminal);
	size_t bytes = terminal_bytes(terminal);
	double begun = figure_now_ms(), used = figure_cpu_ms(terminal_pid(terminal));
	measure_typing(terminal, typing);
	bytes = terminal_bytes(terminal) - bytes;
	double span = figure_now_ms() - begun;
	used = figure_cpu_ms(terminal_pid(terminal)) - used;
	measure_screens(terminal, screens);
	measure_echo(echo);
	stop_printing(&scene);
	measure_scrolling(terminal, scrolling);
	tell("typing over running output", typing);
	tell("going between screens", screens);
	tell("scrolling through what was printed, nothing printing any more", scrolling);
	tell_echo(echo);
	figure_note("CPU time of the console while typed at", used / span * 100, "% of a core");
	figure_note("bytes to the terminal while typed at", (double) bytes / span * 1000, "bytes/s");
	terminal = terminal_free(terminal);
	scene_clear(&scene);
	canned_end(&server);
}

/* Those that answer nothing are given up after five seconds: within six of a round something is always under way. */
Test(bench, keys_while_machines_answer_nothing)
{
	if (!have_sshd())
		cr_skip_test("there is no /usr/sbin/sshd here: no machines to look at");
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	TestSshd *servers[SERVERS];
	double typing[KEYS], screens[KEYS], echo[KEYS];
	int port = 0, filler = -1;
	AUTO_CLOSE int hole = blackhole(&port, &filler);
	AUTO_CLOSE int fills = filler;
	cr_assert(hole >= 0 && fills >= 0);
	Scene scene = scene_with_machines(&folder, servers, port);
	Terminal *terminal = open_console(&scene);
	terminal_keys(terminal, "7");
	terminal_wait_text(terminal, "7Nodes]");
	terminal_wait_text(terminal, "20 unknown");
	measure_typing(terminal, typing);
	for (int i = 0; i < KEYS; i++)
		screens[i] = press(terminal, i % 2 ? "7" : "1", i % 2 ? "Nodes]" : "Board]");
	measure_echo(echo);
	tell("typing while 50 machines are looked at, 20 of which answer nothing", typing);
	tell("going between board and nodes meanwhile", screens);
	tell_echo(echo);
	terminal_free(terminal);
	scene_clear(&scene);
	for (int i = 0; i < SERVERS; i++)
		test_sshd_free(servers[i]);
}
