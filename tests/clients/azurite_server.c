/* azurite_server.c: one process, and curl. See azurite_server.h. */
#include "azurite_server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/transport/url.h"
#include "tests/support/process.h"
#include "tests/support/support.h"

#define URL_VARIABLE "AZURITE_SERVER_URL"         /* from the program that runs the tests to the processes of its tests */
#define PROBLEM_VARIABLE "AZURITE_SERVER_PROBLEM"
#define SKIP_VARIABLE "AZURITE_SERVER_SKIP"
#define START_MS 60000                            /* of a machine that has much else to do */
#define VERSION "2021-12-02"

static pid_t server;

/* ---- the process ---- */

static const char *program(void) {
	const char *given = getenv("BREAKGLASS_TEST_AZURITE");
	return given && *given ? given : "azurite-blob";
}

/* The child ends when this program does, even if that is killed. */
static void spawn(int out) {
	const char *const argv[] = {program(), "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--disableTelemetry", NULL};
	pid_t parent = getpid();
	server = fork();
	if (server != 0)
		return;
	StrList copy = {0};
	for (size_t i = 0; argv[i]; i++)
		strlist_add(&copy, argv[i]);
	char **args = strlist_argv(&copy);
	int in = open("/dev/null", O_RDONLY);
	(void) dup2(in, STDIN_FILENO);
	(void) dup2(out, STDOUT_FILENO);
	(void) dup2(out, STDERR_FILENO);
	(void) prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		(void) execvp(args[0], args);
	_exit(127);
}

/* It says where it listens as soon as it does. */
static bool read_address(int fd, Buf *said) {
	static const char LISTENS[] = "successfully listens on ";
	int64_t deadline_ms = mono_now().ms + START_MS;
	char piece[512];
	for (;;) {
		struct pollfd wait = {.fd = fd, .events = POLLIN};
		int64_t left_ms = deadline_ms - mono_now().ms;
		if (left_ms <= 0 || poll(&wait, 1, (int) left_ms) <= 0)
			return false;
		ssize_t len = read(fd, piece, sizeof(piece));
		if (len <= 0)
			return false;
		buf_append(said, piece, (size_t) len);
		ptrdiff_t at = str_find(buf_str(said), LISTENS);
		Str rest = str_slice(buf_str(said), at < 0 ? said->len : (size_t) at + strlen(LISTENS), said->len);
		if (str_find_char(rest, '\n') < 0)
			continue;
		AUTO_FREE char *url = bg_asprintf("%.*s/" AZURITE_ACCOUNT, (int) str_find_char(rest, '\n'), rest.ptr);
		(void) setenv(URL_VARIABLE, url, 1);
		return true;
	}
}

void azurite_start(void) {
	AUTO_CLEAR(Buf) said = {0};
	int ends[2];
	if (!have_program("curl") || (!have_program(program()) && access(program(), X_OK) != 0)) {
		(void) setenv(SKIP_VARIABLE, "the program azurite-blob, or curl, is not there (npm package azurite; BREAKGLASS_TEST_AZURITE=PATH)", 1);
		return;
	}
	cr_assert(pipe2(ends, O_CLOEXEC) == 0);
	spawn(ends[1]);
	close(ends[1]);
	if (!read_address(ends[0], &said))
		(void) setenv(PROBLEM_VARIABLE, said.len ? buf_text(&said) : "it said nothing", 1);
	/* It says little from here on: less than a pipe holds, and a line for each request is not among it. Kept open, so that it can. */
}

void azurite_stop(void) {
	int status;
	if (server <= 0)
		return;
	(void) kill(server, SIGKILL);
	while (waitpid(server, &status, 0) < 0 && errno == EINTR)
		;
	server = 0;
}

const char *azurite_url(void) {
	if (getenv(SKIP_VARIABLE))
		cr_skip_test("%s", getenv(SKIP_VARIABLE));
	cr_assert(getenv(URL_VARIABLE), "Azurite did not start: %s", getenv(PROBLEM_VARIABLE));
	return getenv(URL_VARIABLE);
}

/* ---- what is done to it ---- */

static void sign(const char *text, Buf *ret) {
	AUTO_CLEAR(Buf) key = {0};
	unsigned char bytes[SHA256_BYTES];
	cr_assert(base64_decode(STR(AZURITE_KEY), &key));
	hmac_sha256(key.data, key.len, text, strlen(text), bytes);
	base64_encode(bytes, sizeof(bytes), ret);
}

/* `path` encoded; `query` as it is signed ("\ncomp:tier") and as it is sent ("?comp=tier"); `own`: a further x-ms-* header or NULL. */
static void put(const char *path, const char *signed_query, const char *query, const char *own, const char *bytes) {
	char date[WALL_TEXT_SIZE], length[24] = "";
	AUTO_CLEAR(Buf) signature = {0};
	AUTO_CLEAR(ProgramRun) run = {0};
	const char *base = azurite_url();
	wall_format_http(wall_now(), date);
	if (*bytes)
		snprintf(length, sizeof(length), "%zu", strlen(bytes));
	AUTO_FREE char *text = bg_asprintf("PUT\n\n\n%s\n\n\n\n\n\n\n\n\n%s%sx-ms-date:%s\nx-ms-version:" VERSION "\n/" AZURITE_ACCOUNT "/" AZURITE_ACCOUNT "%s%s", length,
		own ? own : "", own ? "\n" : "", date, path, signed_query);
	sign(text, &signature);
	AUTO_FREE char *url = bg_asprintf("%s%s%s", base, path, query);
	AUTO_FREE char *when = bg_asprintf("x-ms-date: %s", date);
	AUTO_FREE char *authorization = bg_asprintf("Authorization: SharedKey " AZURITE_ACCOUNT ":%s", buf_text(&signature));
	const char *argv[] = {"curl", "--silent", "--show-error", "--fail-with-body", "--noproxy", "*", "--path-as-is", "--request", "PUT", "--header", when, "--header",
		"x-ms-version: " VERSION, "--header", authorization, "--header", "Content-Type:", "--data-binary", bytes, "--header", own ? own : "X-Nothing: 1", url, NULL};
	run_program(argv, NULL, NULL, &run);
	cr_assert_eq(run.status, 0, "PUT %s%s: %s%s", path, query, buf_text(&run.out), buf_text(&run.err));
}

void azurite_make_container(const char *container) {
	AUTO_FREE char *path = bg_asprintf("/%s", container);
	put(path, "\nrestype:container", "?restype=container", NULL, "");
}

static char *blob_path(const char *container, const char *name) {
	AUTO_CLEAR(Buf) path = {0};
	buf_printf(&path, "/%s/", container);
	url_encode_path(str_from(name), &path);
	return buf_take(&path);
}

void azurite_put(const char *container, const char *const names[], size_t count, const char *bytes) {
	for (size_t i = 0; i < count; i++) {
		AUTO_FREE char *path = blob_path(container, names[i]);
		put(path, "", "", "x-ms-blob-type:BlockBlob", bytes);
	}
}

void azurite_set_tier(const char *container, const char *name, const char *tier) {
	AUTO_FREE char *path = blob_path(container, name);
	AUTO_FREE char *own = bg_asprintf("x-ms-access-tier:%s", tier);
	put(path, "\ncomp:tier", "?comp=tier", own, "");
}

char *azurite_sas(const char *container, const char *permissions, WallTime expires) {
	char iso[WALL_TEXT_SIZE];
	AUTO_CLEAR(Buf) signature = {0};
	AUTO_CLEAR(Buf) encoded = {0};
	AUTO_FREE char *until = bg_asprintf("%.19sZ", wall_format_iso(expires, iso));
	AUTO_FREE char *text = bg_asprintf("%s\n\n%s\n/blob/" AZURITE_ACCOUNT "/%s\n\n\n\n" VERSION "\nc\n\n\n\n\n\n\n", permissions, until, container);
	sign(text, &signature);
	url_encode(buf_str(&signature), &encoded);
	return bg_asprintf("sv=" VERSION "&sr=c&sp=%s&se=%s&sig=%s", permissions, until, buf_text(&encoded));
}
