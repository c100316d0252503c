/* test_hidden_secrets.c: a secret planted in each way that an environment can name one, with actions that go well and one that fails while the other side repeats
 * the credential in its answer. Then it is looked for everywhere: in the arguments and environments of our processes while they work, in the whole state folder, in
 * what every command says and the console draws, in all reports and in the frames of the socket; as it is, as base64, percent-encoded and in hex. */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/engine/frame.h"
#include "core/transport/url.h"
#include "scene.h"
#include "tests/support/loopback.h"
#include "tests/support/terminal.h"

#define MARK "plant/+ed"
enum { IN_ENV, IN_FILE, BY_COMMAND, IN_FLYRC, IN_PROFILE, SESSION, CODE, SECRETS };
static const char *const SECRET[SECRETS] = {
	[IN_ENV] = MARK "-in-env-7Qx", [IN_FILE] = MARK "-in-file-8Rw", [BY_COMMAND] = MARK "-by-command-9Sv", [IN_FLYRC] = MARK "-in-flyrc-1Tu",
	[IN_PROFILE] = MARK "-in-profile-2Ut", [SESSION] = MARK "-session-3Vs", [CODE] = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
};

static const char BOOK[] =
	"# Pausing\n\n"
	"## Walk it\n"
	"<!-- bg procedure id=walk -->\n\n"
	"1. One.\n   <!-- bg do concourse.pause pipeline=p system=env -->\n"
	"2. Two.\n   <!-- bg do concourse.pause pipeline=p system=file -->\n"
	"3. Three.\n   <!-- bg do concourse.pause pipeline=p system=command -->\n"
	"4. Four.\n   <!-- bg do concourse.pause pipeline=p system=fly -->\n"
	"5. Five, which fails.\n   <!-- bg do concourse.pause pipeline=refused system=file -->\n";

static const char SYSTEMS[] =
	"signoff: { codes: codes }\n"
	"systems:\n"
	"  env: { provider: concourse, url: \"%1$s\", token: { env: PLANTED_TOKEN } }\n"
	"  file: { provider: concourse, url: \"%1$s\", token: { file: token-file } }\n"
	"  command: { provider: concourse, url: \"%1$s\", token: { command: [cat, SCENE/token-command] } }\n"
	"  fly: { provider: concourse, url: \"%1$s\", token: { flyrc: ci } }\n"
	"  store: { provider: s3, endpoint: \"%1$s\", credentials: { profile: drill } }\n"
	"probes:\n"
	"  - { name: refused, probe: concourse.pipeline, system: fly, pipeline: refused }\n"
	"  - { name: bucket, probe: s3.bucket, system: store, bucket: b }\n";

/* ---- looking for them ---- */

typedef struct House { Loopback *server; Scene scene; StrList forms; pthread_mutex_t lock; Buf wrong; size_t processes, calls; } House;

static void add_forms(StrList *forms, const char *secret) {
	size_t len = strlen(secret);
	AUTO_CLEAR(Buf) percent = {0};
	AUTO_FREE char *hex = bg_malloc(2 * len + 1);
	strlist_add(forms, secret);
	url_encode(str_from(secret), &percent);
	strlist_add(forms, buf_text(&percent));
	hex_encode(secret, len, hex);
	strlist_add(forms, hex);
	/* Base64 at each of the three places where it can stand in what is encoded, without what depends on its neighbours. */
	for (size_t shift = 0; shift < 3; shift++) {
		AUTO_CLEAR(Buf) padded = {0};
		AUTO_CLEAR(Buf) encoded = {0};
		buf_append(&padded, "xx", shift);
		buf_puts(&padded, secret);
		base64_encode(padded.data, padded.len, &encoded);
		Str middle = str_slice(buf_str(&encoded), 4, encoded.len - 8);
		strlist_add_str(forms, middle);
	}
}

/* Appends a line to house->wrong for each form that stands in `bytes`. */
static void look(House *house, const char *where, Str bytes) {
	pthread_mutex_lock(&house->lock);
	for (size_t i = 0; i < house->forms.count; i++)
		if (bytes.len && memmem(bytes.ptr, bytes.len, house->forms.items[i], strlen(house->forms.items[i])))
			buf_printf(&house->wrong, "%s holds \"%s\"\n", where, house->forms.items[i]);
	pthread_mutex_unlock(&house->lock);
}

static void look_at_file(House *house, const char *path) {
	AUTO_CLEAR(Buf) bytes = {0};
	if (file_read(path, 64 << 20, &bytes, NULL))
		look(house, path, buf_str(&bytes));
}

static void look_at_folder(House *house, const char *path) {
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	assert_ok(file_list_folder(path, &names, &err), &err);
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *inside = path_join(path, names.items[i]);
		struct stat info;
		if (lstat(inside, &info) == 0 && S_ISDIR(info.st_mode))
			look_at_folder(house, inside);
		else if (S_ISREG(info.st_mode))
			look_at_file(house, inside);
	}
}

/* Started by this scene's engine: other tests run the same program, and may start it in other ways. */
static bool is_ours(const House *house, const char *pid) {
	AUTO_CLEAR(Buf) stat = {0};
	AUTO_CLEAR(Buf) parent = {0};
	AUTO_FREE char *path = bg_asprintf("/proc/%s/stat", pid);
	int number = 0;
	const char *end = file_read(path, 4096, &stat, NULL) ? strrchr(buf_text(&stat), ')') : NULL;
	if (!end || sscanf(end, ") %*c %d", &number) != 1)
		return false;
	AUTO_FREE char *words = bg_asprintf("/proc/%d/cmdline", number);
	return file_read(words, 1 << 20, &parent, NULL) && str_find(buf_str(&parent), house->scene.state) >= 0;
}

/* Every process of this scene. The one that comes by a variable stands in the environment of whoever was started with it: there it is not looked for. */
static void look_at_processes(House *house) {
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	char own[512], limits[] = "Max core file size        0                    0 ";
	while (processes && (entry = readdir(processes))) {
		AUTO_FREE char *link = bg_asprintf("/proc/%s/exe", entry->d_name);
		ssize_t len = readlink(link, own, sizeof(own) - 1);
		if (len <= 0 || (own[len] = '\0', strcmp(own, house->scene.program) != 0))
			continue;
		AUTO_CLEAR(Buf) words = {0};
		AUTO_CLEAR(Buf) variables = {0};
		AUTO_CLEAR(Buf) bounds = {0};
		AUTO_FREE char *words_path = bg_asprintf("/proc/%s/cmdline", entry->d_name);
		AUTO_FREE char *variables_path = bg_asprintf("/proc/%s/environ", entry->d_name);
		AUTO_FREE char *bounds_path = bg_asprintf("/proc/%s/limits", entry->d_name);
		if (!file_read(words_path, 1 << 20, &words, NULL) || !file_read(variables_path, 1 << 20, &variables, NULL))
			continue;
		bool worker = str_find(buf_str(&words), "__worker") >= 0, prober = str_find(buf_str(&words), "__prober") >= 0;
		look(house, words_path, buf_str(&words));
		char *planted = variables.len ? memmem(variables.data, variables.len, SECRET[IN_ENV], strlen(SECRET[IN_ENV])) : NULL;
		if (planted)
			memset(planted, '-', strlen(SECRET[IN_ENV]));
		look(house, variables_path, buf_str(&variables));
		/* Of one that has just died the kernel tells none. */
		if ((worker || prober) && is_ours(house, entry->d_name) && file_read(bounds_path, 1 << 16, &bounds, NULL) && bounds.len) {
			pthread_mutex_lock(&house->lock);
			house->processes++;
			if (!strstr(buf_text(&bounds), limits))
				buf_printf(&house->wrong, "%s holds secrets and may leave a core file\n", buf_text(&words));
			pthread_mutex_unlock(&house->lock);
		}
	}
	if (processes)
		closedir(processes);
}

/* ---- the other side ---- */

/* Answers while the worker that asks is alive; what it refuses, it refuses with the credential in its mouth. */
static void answer(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	House *house = userdata;
	Str given = loopback_header(request, "Authorization");
	look_at_processes(house);
	pthread_mutex_lock(&house->lock);
	house->calls += str_find(given, "Bearer " MARK) >= 0;
	pthread_mutex_unlock(&house->lock);
	buf_puts(&reply->headers, "X-Concourse-Version: 8.2.5\r\n");
	bool refused = strstr(request->target, "/refused") && text_eq(request->method, "PUT");
	if (refused || given.len == 0 || strstr(request->target, "/b?")) {
		reply->status = 401;
		buf_printf(&reply->headers, "X-Debug: %.*s\r\n", STR_ARG(given));
		buf_printf(&reply->body, "token %.*s is not good, %.*s\n", STR_ARG(given), STR_ARG(loopback_header(request, "X-Amz-Security-Token")));
		return;
	}
	buf_puts(&reply->body, "{\"name\":\"p\",\"paused\":false,\"public\":false,\"archived\":false,\"team_name\":\"main\"}");
}

/* ---- the house ---- */

static void write_secret(House *house, const char *name, const char *format, const char *one, const char *two) {
	AUTO_CLEAR(Buf) text = {0};
	for (const char *c = format; *c; c++) {
		if (*c == '1' || *c == '2')
			buf_puts(&text, *c == '1' ? one : two);
		else
			buf_putc(&text, *c);
	}
	cr_assert(chmod(temp_write(&house->scene.folder, name, buf_text(&text)), 0600) == 0);
}

static void house_begin(House *house) {
	pthread_mutex_init(&house->lock, NULL);
	for (size_t i = 0; i < SECRETS; i++)
		add_forms(&house->forms, SECRET[i]);
	house->server = loopback_start(answer, house);
	AUTO_CLEAR(Buf) more = {0};
	for (const char *c = SYSTEMS; *c; c++) {
		if (strncmp(c, "%1$s", 4) == 0) {
			buf_puts(&more, loopback_url(house->server));
			c += 3;
		} else {
			buf_putc(&more, *c);
		}
	}
	house->scene = scene_new(BOOK, buf_text(&more));
	scene_make_keys(&house->scene);
	write_secret(house, "token-file", "1\n", SECRET[IN_FILE], "");
	write_secret(house, "token-command", "1\n", SECRET[BY_COMMAND], "");
	write_secret(house, ".flyrc", "targets: { ci: { api: x, team: main, token: { type: bearer, value: \"1\" } } }\n", SECRET[IN_FLYRC], "");
	write_secret(house, "aws", "[drill]\naws_access_key_id = AKID\naws_secret_access_key = 1\naws_session_token = 2\n", SECRET[IN_PROFILE], SECRET[SESSION]);
	write_secret(house, "codes", "ann 1\n", SECRET[CODE], "");
	AUTO_FREE char *fly = bg_asprintf("%s", house->scene.folder.path);
	AUTO_FREE char *aws = path_join(house->scene.folder.path, "aws");
	cr_assert(setenv("PLANTED_TOKEN", SECRET[IN_ENV], 1) == 0 && setenv("FLY_HOME", fly, 1) == 0 && setenv("AWS_SHARED_CREDENTIALS_FILE", aws, 1) == 0);
}

static void house_clear(House *house) {
	scene_clear(&house->scene);
	house->server = loopback_free(house->server);
	strlist_clear(&house->forms);
	buf_clear(&house->wrong);
	pthread_mutex_destroy(&house->lock);
}
BG_DEFINE_CLEARP(House, house_clear)

static void run(House *house, const char *const *words) {
	(void) scene_run_with(&house->scene, NULL, words);
	look(house, words[0], str_from(house->scene.said));
}
#define RUN(house, ...) run((house), (const char *const[]){__VA_ARGS__, NULL})

static void walk(House *house) {
	static const char *const STEPS[] = {"1", "2", "3", "4", "5"};
	RUN(house, "declare", "it broke");
	RUN(house, "start", "walk");
	for (size_t i = 0; i < BG_LENGTH(STEPS); i++) {
		RUN(house, "plan", STEPS[i]);
		RUN(house, "apply", STEPS[i], "--yes");
	}
	cr_assert(scene_says(&house->scene, "401"), "the last one was to be refused: %s", house->scene.said);
	RUN(house, "sign", "1", "--role", "product", "--code", "000000");
}

/* Everything that an engine tells somebody who says hello. */
static void look_at_frames(House *house) {
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	AUTO_CLEAR(Buf) hello = {0};
	AUTO_CLEAR(Buf) told = {0};
	Error err = {0};
	AUTO(Json) *json = scene_args("{'t':'hello','protocol':%d,'version':'0','kind':'console'}", PROTOCOL_VERSION);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/trial/engine.sock", house->scene.state);
	cr_assert(connect(fd, (struct sockaddr *) &address, sizeof(address)) == 0);
	frame_write(json, &hello);
	assert_ok(file_write_all(fd, hello.data, hello.len, &err), &err);
	char piece[65536];
	ssize_t got = 1;
	while (got > 0 && !(told.len && memmem(told.data, told.len, "caught-up", 9))) {
		got = read(fd, piece, sizeof(piece));
		buf_append(&told, piece, got > 0 ? (size_t) got : 0);
	}
	cr_assert(told.len > 1000);
	look(house, "the frames of the socket", buf_str(&told));
}

static void look_at_console(House *house) {
	const char *argv[] = {house->scene.program, "--env", house->scene.environment, "--state", house->scene.state, NULL};
	TerminalOptions options = {.argv = argv, .columns = 120, .rows = 50};
	AUTO(Terminal) *terminal = terminal_start(&options);
	terminal_wait_text(terminal, "refused");
	for (const char *key = "123456"; *key; key++) {
		char pressed[] = {*key, '\0'};
		terminal_keys(terminal, pressed);
		terminal_keys(terminal, ":");
		terminal_wait_text(terminal, "type a command by its name");
		terminal_keys(terminal, "ctrl-g");
		terminal_wait_no_text(terminal, "type a command by its name");
	}
	look(house, "the console", terminal_raw(terminal));
}

Test(hidden_secrets, they_are_nowhere_but_where_they_came_from) {
	AUTO_CLEAR(House) house = {0};
	house_begin(&house);
	walk(&house);
	static const char *const SAYING[][4] = {{"status"}, {"status", "--json"}, {"timeline"}, {"timeline", "--json"}, {"steps", "--json"}, {"step", "5", "--json"}, {"report"},
		{"report", "--format", "html"}, {"report", "--format", "json"}, {"sitrep"}, {"verify"}, {"engine", "status"}, {"check"}};
	for (size_t i = 0; i < BG_LENGTH(SAYING); i++)
		run(&house, SAYING[i]);
	look_at_frames(&house);
	look_at_console(&house);
	look_at_folder(&house, house.scene.state);
	pthread_mutex_lock(&house.lock);
	cr_expect(house.calls >= 10, "only %zu requests carried a planted token: the test looks at nothing", house.calls);
	cr_expect(house.processes >= 10, "only %zu processes that hold secrets were seen at work", house.processes);
	cr_expect(house.wrong.len == 0, "%s", buf_text(&house.wrong));
	pthread_mutex_unlock(&house.lock);
}
