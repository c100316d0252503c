/* test_first_screen.c: the first useful screen where hardly anything works. Useful: the board with its environment, each reading with what is wrong and
 * what to do next, and a playbook that opens. No network, names that nobody looks up or that nobody answers for, no HOME, no locale, a clock
 * that is years off, a terminal that nobody knows or that is small, and all of it together. */
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"
#include "tests/support/small_disk.h"
#include "tests/support/terminal.h"

static const char BOOK[] =
	"# When it is down\n\n"
	"## First aid\n"
	"<!-- bg procedure id=aid -->\n\n"
	"1. Look who is here.\n";

/* A name and an address: neither answers, with and without a network. */
static const char SYSTEMS[] =
	"systems:\n"
	"  named: { provider: http, url: \"http://ocw.invalid/\" }\n"
	"  numbered: { provider: http, url: \"http://127.0.0.1:1/\" }\n"
	"probes:\n"
	"  - { name: by name, probe: http, system: named, every: 60s, deadline: 2s }\n"
	"  - { name: by number, probe: http, system: numbered, every: 60s, deadline: 2s }\n";

#define YEAR_1975 "BREAKGLASS_TEST_CLOCK=157766400000+"
#define YEAR_2107 "BREAKGLASS_TEST_CLOCK=4323456000000+"

typedef enum Home { HOME_AS_USUAL, HOME_NOT_SET, HOME_READ_ONLY } Home;   /* all but the first without --state */
typedef enum Names { NAMES_AS_USUAL, NAMES_REFUSED, NAMES_UNANSWERED } Names;

typedef struct Row {
	const char *environment[4];   /* over what a test has; "NAME" alone is taken out */
	const char *type;
	int columns, rows;
	bool no_network, ascii;
	Home home;
	Names names;
	const char *lines;            /* why it is line mode; NULL = it is not */
	const char *shown;            /* more that must be on the first screen; NULL = nothing */
} Row;

#define SIZE_USUAL .columns = 80, .rows = 24
#define NO_LOCALE "LC_ALL"
#define OTHER_LOCALE "LC_ALL=xx_YY.UTF-8"

/* ---- the stage ---- */

/* Outlives a test that fails: what it started is ended all the same. */
static struct Stage {
	Scene scene;
	Terminal *terminal;
	StrList environment;
	char *state;                  /* where HOME, or none, leads to; NULL = the scene's, by --state */
	char *mounted;                /* a disk for it */
	bool made;                    /* the folder that it is mounted over */
	int resolver;
} stage = { .resolver = -1 };

/* With HOME not set, state is kept below /tmp: in this test on a disk of its own, since the real one may be in use. */
static bool set_home(Home home, const char **ret_why) {
	if (home == HOME_AS_USUAL)
		return true;
	if (home == HOME_NOT_SET) {
		stage.mounted = bg_asprintf("/tmp/breakglass-%u", (unsigned) getuid());
		stage.state = bg_strdup(stage.mounted);
		strlist_add(&stage.environment, "HOME");
	} else {
		stage.mounted = path_join(stage.scene.folder.path, "home");
		stage.state = path_join(stage.mounted, ".local/state/breakglass");
		strlist_add_take(&stage.environment, bg_asprintf("HOME=%s", stage.mounted));
	}
	stage.made = mkdir(stage.mounted, 0700) == 0;
	if (!small_disk_mount(stage.mounted, 1 << 20, ret_why))
		return false;
	if (home == HOME_READ_ONLY)
		small_disk_read_only(stage.mounted, true);
	return true;
}

/* Nobody is asked for names but this machine, which refuses, or listens and says nothing. */
static bool set_resolver(bool silent, const char **ret_why) {
	struct ifreq loopback = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(53), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	stage.resolver = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	cr_assert(stage.resolver >= 0 && ioctl(stage.resolver, SIOCSIFFLAGS, &loopback) == 0, "the loopback does not come up: %s", strerror(errno));
	cr_assert(!silent || bind(stage.resolver, (struct sockaddr *) &address, sizeof(address)) == 0, "port 53: %s", strerror(errno));
	return cover_file("/etc/resolv.conf", temp_write(&stage.scene.folder, "resolv.conf", "nameserver 127.0.0.1\n"), ret_why);
}

/* False: this machine does not let a test be put there. */
static bool set_stage(const Row *row, const char **ret_why) {
	stage.scene = scene_new(BOOK, SYSTEMS);
	for (size_t i = 0; i < BG_LENGTH(row->environment) && row->environment[i]; i++)
		strlist_add(&stage.environment, row->environment[i]);
	return set_home(row->home, ret_why) && (!row->no_network || no_network(ret_why))
		&& (row->names == NAMES_AS_USUAL || (no_network(ret_why) && set_resolver(row->names == NAMES_UNANSWERED, ret_why)));
}

static void open_console(const Row *row) {
	const Scene *scene = &stage.scene;
	const char *argv[] = { scene->program, "--env", scene->environment, row->home ? NULL : "--state", scene->state, NULL };
	const char *const *environment = (const char *const *) strlist_argv(&stage.environment);   /* borrowed */
	TerminalOptions options = { .argv = argv, .columns = row->columns, .rows = row->rows, .environment = environment, .type = row->type };
	stage.terminal = terminal_start(&options);
}

static bool is_of_scene(const char *process) {
	AUTO_FREE char *path = bg_asprintf("/proc/%s/cmdline", process);
	AUTO_CLEAR(Buf) words = { 0 };
	return file_read(path, 1 << 20, &words, NULL) && words.len && memmem(words.data, words.len, stage.scene.environment, strlen(stage.scene.environment));
}

/* Engine, prober and whatever else of this row is still on its way out. */
static void wait_until_nobody_is_left(void) {
	AUTO_CLEAR(StrList) processes = { 0 };
	Error err = { 0 };
	assert_ok(file_list_folder("/proc", &processes, &err), &err);
	for (size_t i = 0; i < processes.count; i++)
		if (processes.items[i][0] >= '1' && processes.items[i][0] <= '9' && is_of_scene(processes.items[i]))
			scene_wait_gone((int) strtol(processes.items[i], NULL, 10));
}

static void clear_stage(void) {
	Scene *scene = &stage.scene;
	if (!scene->program)
		return;
	AUTO_CLEAR(ProgramRun) run = { 0 };
	const char *argv[] = { scene->program, "--env", scene->environment, "--state", stage.state ? stage.state : scene->state, "engine", "stop", "--force", NULL };
	if (stage.terminal)
		run_program(argv, NULL, NULL, &run);
	stage.terminal = terminal_free(stage.terminal);
	wait_until_nobody_is_left();
	if (stage.mounted)
		small_disk_unmount(stage.mounted);
	if (stage.made)
		(void) rmdir(stage.mounted);   /* unless somebody else uses it by now */
	bg_close_fd(&stage.resolver);
	strlist_clear(&stage.environment);
	free(stage.state);
	free(stage.mounted);
	scene_clear(scene);
	stage = (struct Stage) { .resolver = -1 };
}

/* ---- what is seen ---- */

static bool is_ascii(const char *text) {
	for (; *text; text++)
		if ((unsigned char) *text > 0x7e)
			return false;
	return true;
}

static void check_letters(const Row *row) {
	const char *text = terminal_text(stage.terminal);
	cr_assert(!row->ascii || is_ascii(text), "more than ASCII is drawn:\n%s", text);
}

static void expect_lines(const Row *row) {
	static const struct { const char *typed, *shown; } ASKED[] = {
		{ "", "by name: the name of the host" }, { "board", "1. unknown: by name" }, { "details 1", "or write the literal" }, { "playbooks", "First aid" },
		{ "show aid", "Look who is here" },
	};
	terminal_wait_output(stage.terminal, row->lines);
	terminal_wait_output(stage.terminal, "trial");
	terminal_wait_output(stage.terminal, "board>");
	if (row->shown)
		terminal_wait_output(stage.terminal, row->shown);
	for (size_t i = 0; i < BG_LENGTH(ASKED); i++) {
		terminal_type(stage.terminal, ASKED[i].typed);
		if (*ASKED[i].typed)
			terminal_type(stage.terminal, "\n");
		terminal_wait_output(stage.terminal, ASKED[i].shown);
		check_letters(row);
	}
	terminal_type(stage.terminal, "exit\n");
}

static void expect_screens(const Row *row) {
	static const struct { const char *keys, *shown; } PRESSED[] = {
		{ "", "trial" }, { "", "by name" }, { "", "? unkn" }, { "d", "DNS" }, { "", "check the name" }, { "esc", "by number" }, { "2", "First aid" }, { "enter", "Look who is here" },
	};
	for (size_t i = 0; i < BG_LENGTH(PRESSED); i++) {
		terminal_keys(stage.terminal, PRESSED[i].keys);
		terminal_wait_text(stage.terminal, PRESSED[i].shown);
		check_letters(row);
		if (i == 0 && row->shown)
			terminal_wait_text(stage.terminal, row->shown);
	}
	terminal_keys(stage.terminal, "q");
}

static void try_row(const Row *row) {
	const char *why = NULL;
	if (!set_stage(row, &why)) {
		clear_stage();   /* what is skipped has no end */
		cr_skip_test("%s", why);
	}
	open_console(row);
	if (row->lines)
		expect_lines(row);
	else
		expect_screens(row);
	cr_assert_eq(terminal_wait_exit(stage.terminal), 0);
}

/* A test of its own for each row: namespaces cannot be left again. */
#define ROW(name, ...) \
	Test(first_screen, name, .fini = clear_stage) { \
		static const Row row = { __VA_ARGS__ }; \
		try_row(&row); \
	}
#define NOT_KNOWN "this machine does not know the terminal type"

ROW(as_usual, SIZE_USUAL)
ROW(without_a_network, SIZE_USUAL, .no_network = true)
ROW(without_anybody_who_looks_up_names, SIZE_USUAL, .names = NAMES_REFUSED)
ROW(with_names_that_nobody_answers_for, SIZE_USUAL, .names = NAMES_UNANSWERED)
ROW(without_a_home, SIZE_USUAL, .home = HOME_NOT_SET)
ROW(with_a_home_that_cannot_be_written_to, SIZE_USUAL, .home = HOME_READ_ONLY, .shown = "NOT ON DISK: nothing can be written")
ROW(without_a_locale, SIZE_USUAL, .environment = { "LC_ALL" }, .ascii = true)
ROW(with_a_locale_that_is_not_there, SIZE_USUAL, .environment = { OTHER_LOCALE }, .ascii = true)
ROW(in_1975, SIZE_USUAL, .environment = { YEAR_1975 })
ROW(in_2107, SIZE_USUAL, .environment = { YEAR_2107 })
ROW(on_a_terminal_that_nobody_knows, SIZE_USUAL, .type = "whatever-9", .lines = NOT_KNOWN)
ROW(without_TERM, SIZE_USUAL, .environment = { "TERM" }, .lines = "TERM is not set")
ROW(at_40x15, .columns = 40, .rows = 15)
ROW(with_all_of_it_on_a_small_screen, .columns = 40, .rows = 15, .environment = { "LC_ALL", YEAR_1975 }, .names = NAMES_UNANSWERED,
	.home = HOME_READ_ONLY, .ascii = true, .shown = "NOT ON DISK")
ROW(with_all_of_it_in_lines, SIZE_USUAL, .environment = { OTHER_LOCALE, YEAR_2107, "TERM" }, .no_network = true, .home = HOME_NOT_SET,
	.ascii = true, .lines = "TERM is not set")
