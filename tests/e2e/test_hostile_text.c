/* test_hostile_text.c: text from everywhere outside that tries to move the terminal or to fool its reader: it is planted in every source, then every screen is
 * gone through by its command, line mode tells all of it, and every subcommand of --help is run, each on a terminal whose raw bytes are looked at. */
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "scene.h"
#include "tests/support/loopback.h"
#include "tests/support/stream.h"
#include "tests/support/terminal.h"
#include "tui/keys/command.h"

/* Title, clipboard, device control, application command, colours, clear, C1 as UTF-8 and as a byte, bidi, zero width, overlong, and a cut sequence at the end. */
#define HOSTILE "\033]0;PWNED\007\033]52;c;UFdORUQ=\033\\\033P1$rPWNED\033\\\033_PWNED\033\\\033[7331m\033[2J\033[6n\302\2337331m\233" "7331m" \
	"\342\200\256\342\201\246\342\200\213\357\273\277\300\257\b\177\016\033[7331"
/* The same without what is no text: where JSON or YAML stand between. */
#define HOSTILE_JSON "\\u001b]0;PWNED\\u0007\\u001b[7331m\\u001b[2J\\u009b7331m\\u202e\\u2066\\u200b\\ufeff\\b\\u007f"
#define HOSTILE_YAML "\\e]0;PWNED\\a\\e[7331m\\e[2J\\u009b7331m\\u202e\\u2066\\u200b\\b"
/* For the shell's printf. */
#define HOSTILE_PRINTF "\\033]0;PWNED\\007\\033[7331m\\033[2J\\302\\2337331m\\342\\200\\256\\342\\200\\213\\300\\257\\010\\033P1\\033\\\\\\033[7331"

static const char BOOK[] =
	"# zq-book" HOSTILE "\n\n"
	"Text of the zq-document" HOSTILE "\n\n"
	"## zq-procedure" HOSTILE "\n"
	"<!-- bg procedure id=walk title=\"zq-heading" HOSTILE "\" -->\n\n"
	"<!-- bg var region ask=\"zq-question" HOSTILE "\" default=\"zq-default\" -->\n\n"
	"1. zq-step" HOSTILE " in ${region}\n\n"
	"   ```sh\n"
	"   printf 'zq-stdout" HOSTILE_PRINTF "\\n'; printf 'zq-stderr" HOSTILE_PRINTF "\\n' >&2 # zq-command" HOSTILE "\n"
	"   ```\n"
	"   <!-- bg opens zq-open -->\n"
	"2. zq-gated\n"
	"   <!-- bg gate danger roles=product,engineering -->\n\n"
	"   ```sh\n"
	"   echo done\n"
	"   ```\n"
	"3. zq-last" HOSTILE "\n"
	"   <!-- bg closes zq-open -->\n";

static const char SYSTEMS[] =
	"systems:\n"
	"  ci: { provider: concourse, url: \"%s\", token: { file: token } }\n"
	"  site: { provider: http, url: \"%s\" }\n"
	"probes:\n"
	"  - { name: zq-job, probe: concourse.job, system: ci, pipeline: p, job: j }\n"
	"  - { name: zq-refused, probe: concourse.pipeline, system: ci, pipeline: refused }\n"
	"  - { name: zq-page, probe: http, system: site, text: \"zq-pattern\" }\n"
	"values: { given: zq-value }\n"
	"nodes:\n"
	"  known-hosts: hosts\n"
	"  list:\n"
	"    - { name: zq-node, address: 127.0.0.1, port: %d, user: ann }\n";

static void answer(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	(void) userdata;
	buf_puts(&reply->headers, "X-Concourse-Version: zq-version" HOSTILE "\r\nContent-Type: zq-type" HOSTILE "\r\n");
	if (strstr(request->target, "/refused")) {
		reply->status = 500;
		buf_puts(&reply->body, "zq-body" HOSTILE "\n");
		return;
	}
	static const char BUILD[] = "{\"id\":1,\"name\":\"zq-build" HOSTILE_JSON "\",\"status\":\"zq-status" HOSTILE_JSON "\",\"start_time\":1,\"end_time\":2}";
	bool list = strstr(request->target, "/builds") != NULL;
	buf_printf(&reply->body, list ? "[%s]" : "{\"name\":\"zq-name" HOSTILE_JSON "\",\"finished_build\":%s}", BUILD);
}

/* What calls itself an SSH server says this and goes. */
static void *greet(void *userdata) {
	static const char BANNER[] = "zq-before" HOSTILE "\r\nSSH-2.0-zq-banner" HOSTILE "\r\n";
	const int *listener = userdata;
	for (;;) {
		AUTO_CLOSE int fd = accept(*listener, NULL, NULL);
		if (fd < 0)
			return NULL;
		(void) send(fd, BANNER, sizeof(BANNER) - 1, MSG_NOSIGNAL);
	}
}

typedef struct Greeter { int listener, port; pthread_t thread; } Greeter;

static void greeter_begin(Greeter *greeter) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(address);
	greeter->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(greeter->listener >= 0 && bind(greeter->listener, (struct sockaddr *) &address, len) == 0 && listen(greeter->listener, 16) == 0
		&& getsockname(greeter->listener, (struct sockaddr *) &address, &len) == 0);
	greeter->port = ntohs(address.sin_port);
	cr_assert(pthread_create(&greeter->thread, NULL, greet, &greeter->listener) == 0);
}

static void greeter_end(Greeter *greeter) {
	(void) shutdown(greeter->listener, SHUT_RDWR);
	(void) pthread_join(greeter->thread, NULL);
	close(greeter->listener);
}

typedef struct House { Loopback *server; Greeter greeter; Scene scene; Buf seen; } House;

static void house_begin(House *house) {
	*house = (House){.server = loopback_start(answer, NULL)};
	greeter_begin(&house->greeter);
	AUTO_FREE char *more = bg_asprintf(SYSTEMS, loopback_url(house->server), loopback_url(house->server), house->greeter.port);
	house->scene = scene_new(BOOK, more);
	scene_make_keys(&house->scene);
	cr_assert(chmod(temp_write(&house->scene.folder, "token", "hush\n"), 0600) == 0);
}

static void house_clear(House *house) {
	scene_clear(&house->scene);
	greeter_end(&house->greeter);
	house->server = loopback_free(house->server);
	buf_clear(&house->seen);
}
BG_DEFINE_CLEARP(House, house_clear)

/* Looks at what a program wrote, and keeps it to see later which sources came through at all. */
static void look(House *house, const char *name, Str raw, StreamKind kind) {
	stream_expect_harmless(name, raw, kind);
	buf_put_str(&house->seen, raw);
}

/* One subcommand, on a terminal, as a person sees it; its exit status does not matter here. */
static void run(House *house, const char *const *words) {
	const char *argv[32] = {house->scene.program, "--env", house->scene.environment, "--state", house->scene.state};
	for (size_t i = 0; words[i] && i < 24; i++)
		argv[5 + i] = words[i];
	TerminalOptions options = {.argv = argv, .columns = 200, .rows = 50};
	AUTO(Terminal) *terminal = terminal_start(&options);
	(void) terminal_wait_exit(terminal);
	look(house, words[0], terminal_raw(terminal), STREAM_LINES);
}
#define RUN(house, ...) run((house), (const char *const[]){__VA_ARGS__, NULL})

/* An incident in which everybody says something hostile. */
static void make_history(House *house) {
	RUN(house, "declare", "zq-title" HOSTILE);
	RUN(house, "note", "zq-note" HOSTILE);
	RUN(house, "note", "zq-plain-note" "\033[7331m\342\200\256");
	RUN(house, "fact", "zq-fact" HOSTILE, "x");
	RUN(house, "fact", "zq", "zq-factvalue" HOSTILE);
	RUN(house, "start", "walk");
	RUN(house, "set", "region", "zq-setvalue" HOSTILE);
	RUN(house, "plan", "1");
	RUN(house, "apply", "1", "--yes", "--reason", "zq-reason" HOSTILE);
	RUN(house, "skip", "3", "--reason", "zq-skip" HOSTILE);
	RUN(house, "plan", "2");
	RUN(house, "sign", "2", "--role", "product", "--key", scene_key(&house->scene, "ann"), "--no", "zq-slack-no" HOSTILE);
}

/* ---- the screens ---- */

/* Its line is the only one that begins in the first column with a colon. `userdata`: whether it is wanted. What an engine answers late may open a question in
 * front of it, which then took the key: so it is pressed again with each frame that shows something else. */
static bool palette_is(Terminal *terminal, void *userdata) {
	bool wanted = *(bool *) userdata, shown = strstr(terminal_text(terminal), "\n:") != NULL;
	if (shown != wanted)
		terminal_keys(terminal, wanted ? "ctrl-g :" : "ctrl-g");
	return shown == wanted;
}

/* The palette takes all keys until it is left: when it is gone again, everything before it was done and drawn. */
static void barrier(Terminal *terminal) {
	terminal_wait(terminal, palette_is, &(bool){true}, "the palette");
	terminal_wait(terminal, palette_is, &(bool){false}, "the end of the palette");
}

static bool leaves(CommandId id) {
	return id == COMMAND_SUSPEND || id == COMMAND_DETACH || id == COMMAND_QUIT || id == COMMAND_CLOSE_INCIDENT;
}

/* Every command by its name, on every screen, with a hostile answer to whatever it asks, which is then left. */
static void walk_screen(Terminal *terminal, const char *screen) {
	for (CommandId id = COMMAND_NONE + 1; id < COMMAND_COUNT; id++) {
		const Command *command = command_get(id);
		AUTO_FREE char *typed = bg_asprintf("%s\n", screen);
		AUTO_FREE char *then = bg_asprintf("%s\n", command->name);
		if (leaves(id) || command->group == GROUP_SCREENS || command->danger == DANGER_BREAK_GLASS)
			continue;
		terminal_keys(terminal, ":");
		terminal_type(terminal, typed);
		terminal_keys(terminal, ":");
		terminal_type(terminal, then);
		terminal_paste(terminal, "zq-paste" HOSTILE);
		terminal_keys(terminal, "ctrl-g ctrl-g");
		barrier(terminal);
	}
}

Test(hostile_text, no_screen_hands_it_to_the_terminal) {
	AUTO_CLEAR(House) house = {0};
	house_begin(&house);
	make_history(&house);
	static const char *const SCREENS[] = {"board", "playbooks", "walk", "sign-off", "timeline", "ledger", "contacts", "help"};
	const char *argv[] = {house.scene.program, "--env", house.scene.environment, "--state", house.scene.state, NULL};
	TerminalOptions options = {.argv = argv, .columns = 100, .rows = 34};
	AUTO(Terminal) *terminal = terminal_start(&options);
	terminal_wait_text(terminal, "zq-page");
	for (size_t i = 0; i < BG_LENGTH(SCREENS); i++)
		walk_screen(terminal, SCREENS[i]);
	look(&house, "the console", terminal_raw(terminal), STREAM_SCREEN);
}

/* ---- line mode ---- */

Test(hostile_text, line_mode_tells_it_harmlessly) {
	AUTO_CLEAR(House) house = {0};
	AUTO_CLEAR(Buf) script = {0};
	AUTO_CLEAR(ProgramRun) told = {0};
	house_begin(&house);
	make_history(&house);
	buf_puts(&script, "keep-going\n");
	for (CommandId id = COMMAND_NONE + 1; id < COMMAND_COUNT; id++) {
		const Command *command = command_get(id);
		if (!leaves(id) && command->line != LINE_NONE)
			buf_printf(&script, "%s\n%s zq-typed" HOSTILE "\n", command->name, command->name);
	}
	const char *argv[] = {house.scene.program, "--env", house.scene.environment, "--state", house.scene.state, "--line", NULL};
	run_program(argv, buf_text(&script), NULL, &told);
	look(&house, "line mode, stdout", buf_str(&told.out), STREAM_LINES);
	look(&house, "line mode, stderr", buf_str(&told.err), STREAM_LINES);
	cr_expect(strstr(buf_text(&told.out), "zq-step") && strstr(buf_text(&told.out), "zq-note"), "%s", buf_text(&told.out));
}

/* ---- the command line ---- */

typedef struct CommandWords { const char *words[12]; } CommandWords;

/* Every subcommand at least once as it is used, and with hostile words. INCIDENT and BOOK are replaced. */
static const CommandWords COMMAND_WORDS[] = {
	{{"try", "zq-scenario" HOSTILE}},
	{{"status"}}, {{"status", "--json"}},
	{{"contacts"}}, {{"contacts", "--json"}}, {{"nodes", "--dns"}}, {{"set", HOSTILE, "--from-probe"}},
	{{"nodes"}}, {{"nodes", "--json"}}, {{"nodes", "zq" HOSTILE}}, {{"nodes", "--sort", HOSTILE}}, {{"nodes", "--trust", "zq" HOSTILE, "--yes", HOSTILE}},
	{{"nodes", "--trust", "zq-node", "--yes", HOSTILE}},
	{{"check"}}, {{"check", "BOOK"}}, {{"check", "BOOK", "--explain"}}, {{"check", "BOOK", "--suggest"}}, {{"check", "/nonexistent/zq" HOSTILE}}, {{"check", "--json"}},
	{{"show", "BOOK"}}, {{"show", "BOOK", "--json"}}, {{"show", "zq-nobook" HOSTILE}}, {{"show", "BOOK", "--procedure", "zq" HOSTILE}},
	{{"print", "BOOK"}}, {{"print", "/nonexistent/zq" HOSTILE}},
	{{"declare", "zq-second" HOSTILE}},
	{{"note", "zq" HOSTILE}}, {{"fact", "zq" HOSTILE, HOSTILE}}, {{"handover", "zq-nobody" HOSTILE}},
	{{"start", "zq-procedure" HOSTILE}}, {{"steps"}}, {{"steps", "--json"}},
	{{"step", "1"}}, {{"step", "2"}}, {{"step", "1", "--json"}}, {{"step", HOSTILE}},
	{{"tick", "3", "--reason", HOSTILE}}, {{"tick", HOSTILE}}, {{"untick", HOSTILE}}, {{"untick", "3"}}, {{"skip", HOSTILE, "--reason", HOSTILE}},
	{{"set", HOSTILE, HOSTILE}}, {{"plan", "2"}}, {{"plan", "1", "--json"}}, {{"plan", HOSTILE}}, {{"apply", "2", "--confirm", HOSTILE}}, {{"apply", HOSTILE}},
	{{"look", "1"}}, {{"look", HOSTILE}}, {{"resolve", HOSTILE, "ran", "--reason", HOSTILE}}, {{"undo", "1"}}, {{"undo", HOSTILE}},
	{{"statement", "2", "--role", "engineering", "--no", HOSTILE}}, {{"statement", HOSTILE, "--role", HOSTILE}}, {{"statement", "2", "--role", "product", "--person", HOSTILE}},
	{{"sign", "2", "--role", HOSTILE}}, {{"sign", "2", "--role", "product", "--key", HOSTILE}},
	{{"incidents"}}, {{"incidents", "--json"}}, {{"timeline"}}, {{"timeline", "--json"}}, {{"ledger"}}, {{"ledger", "--json"}}, {{"sitrep"}}, {{"sitrep", "--json"}},
	{{"report"}}, {{"report", "--format", "html"}}, {{"report", "--format", "json"}}, {{"report", "zq" HOSTILE}}, {{"report", "--format", HOSTILE}},
	{{"verify"}}, {{"verify", "--json"}}, {{"verify", HOSTILE}}, {{"verify", "--signers", HOSTILE}}, {{"verify", "--anchors", HOSTILE}},
	{{"new-cluster"}}, {{"new-cluster", "zq-file", HOSTILE}}, {{"new-cluster", "--" HOSTILE, "x"}},
	{{"sandbox", "--list"}}, {{"sandbox", HOSTILE}}, {{"sandbox", "--tell", HOSTILE}}, {{"sandbox", "--fault", HOSTILE}},
	{{"engine", "status"}}, {{"engine", "status", "--json"}}, {{"engine", HOSTILE}},
	{{"end", "--reason", HOSTILE}},
	{{HOSTILE}}, {{"--" HOSTILE}}, {{"--theme", HOSTILE, "status"}}, {{"note"}}, {{"note", "--" HOSTILE, "x"}},
};

/* The names of --help, so that no subcommand can be forgotten. */
static void expect_every_command(const Scene *scene) {
	AUTO_CLEAR(ProgramRun) help = {0};
	Str line, name;
	size_t count = 0;
	run_program((const char *const[]){scene->program, "--help", NULL}, NULL, NULL, &help);
	Str rest = buf_str(&help.out);
	bool in_commands = false;
	while (str_next_line(&rest, &line)) {
		in_commands = in_commands ? line.len > 0 : str_starts(line, "commands:");
		if (!in_commands || !str_starts(line, "  ") || line.len < 3 || line.ptr[2] == ' ')
			continue;
		Str words = str_slice(line, 2, line.len);
		bool has = str_split(&words, ' ', &name), found = false;
		for (size_t i = 0; has && i < BG_LENGTH(COMMAND_WORDS); i++)
			found = found || str_eq_c(name, COMMAND_WORDS[i].words[0]);
		cr_assert(found, "the subcommand \"%.*s\" has no row in COMMAND_WORDS", STR_ARG(name));
		count++;
	}
	cr_assert(count > 20, "only %zu subcommands in\n%s", count, buf_text(&help.out));
}

static void run_row(House *house, const CommandWords *row) {
	AUTO_FREE char *book = path_join(house->scene.folder.path, "book.md");
	const char *words[13] = {0};
	for (size_t i = 0; row->words[i]; i++)
		words[i] = text_eq(row->words[i], "BOOK") ? book : row->words[i];
	run(house, words);
}

/* What must have come through somewhere, made harmless: else its source was not tried at all. */
static const char *const SOURCES[] = {
	"zq-book", "zq-procedure", "zq-step", "zq-command", "zq-question", "zq-title", "zq-note", "zq-stdout", "zq-stderr", "zq-reason", "zq-skip",
	"zq-slack-no", "zq-job", "zq-body", "zq-nobody", "zq-node",
};

Test(hostile_text, no_subcommand_hands_it_to_the_terminal) {
	AUTO_CLEAR(House) house = {0};
	house_begin(&house);
	expect_every_command(&house.scene);
	make_history(&house);
	for (size_t i = 0; i < BG_LENGTH(COMMAND_WORDS); i++)
		run_row(&house, &COMMAND_WORDS[i]);
	for (size_t i = 0; i < BG_LENGTH(SOURCES); i++)
		cr_expect(strstr(buf_text(&house.seen), SOURCES[i]), "nothing of %s was shown: is it planted where it is read?", SOURCES[i]);
}

/* ---- files that are not even an environment, a theme, a file of keys ---- */

Test(hostile_text, what_is_wrong_with_a_file_is_told_harmlessly) {
	static const char *const ENVIRONMENTS[] = {
		"name: \"zq" HOSTILE_YAML "\"\nkind: live\n", "name: \"zq\\u202e\\u200b\"\nkind: live\n", "name: x\nkind: \"" HOSTILE_YAML "\"\n", "\"zq" HOSTILE_YAML "\": 1\n", HOSTILE,
		"name: x\nkind: live\nprobes: [{ name: a, probe: \"" HOSTILE_YAML "\" }]\n", "name: x\nkind: live\nsystems: { \"zq" HOSTILE_YAML "\": { provider: x } }\n",
		"name: x\nkind: live\ncontacts: [{ name: \"zq" HOSTILE_YAML "\", phone: \"" HOSTILE_YAML "\", note: \"" HOSTILE_YAML "\" }]\n",
		"name: x\nkind: live\npeople: [{ name: \"zq" HOSTILE_YAML "\", roles: [\"" HOSTILE_YAML "\"] }]\nplaybooks: [\"/zq" HOSTILE_YAML "\"]\n",
	};
	AUTO_CLEAR(House) house = {0};
	house_begin(&house);
	AUTO_FREE char *good = house.scene.environment;
	for (size_t i = 0; i < BG_LENGTH(ENVIRONMENTS); i++) {
		house.scene.environment = bg_strdup(temp_write(&house.scene.folder, "broken.yaml", ENVIRONMENTS[i]));
		RUN(&house, "check");
		RUN(&house, "check", "--json");
		free(house.scene.environment);
	}
	house.scene.environment = TAKE(good);
	const char *theme = temp_write(&house.scene.folder, "mine.theme", "zq" HOSTILE " = red\n");
	const char *argv[] = {house.scene.program, "--env", house.scene.environment, "--state", house.scene.state, "--theme", theme, NULL};
	TerminalOptions options = {.argv = argv, .columns = 100, .rows = 34};
	AUTO(Terminal) *terminal = terminal_start(&options);
	terminal_wait_text(terminal, "mine.theme");
	terminal_wait_text(terminal, "no incident");   /* its engine is there: one that just began would come after the end */
	look(&house, "a theme", terminal_raw(terminal), STREAM_SCREEN);
}
