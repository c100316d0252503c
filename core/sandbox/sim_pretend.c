/* sim_pretend.c: see sim_pretend.h. A request and its reply are one JSON object each; the end of the request is the end of what is sent. Both
 * sides reach the socket through its folder's descriptor, so that a long path is none too long for an address. */
#include "core/sandbox/sim_pretend.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"

#define SOCKET_NAME "pretend.sock"
#define MAX_BYTES (8 * 1024 * 1024)
#define PEER_SECONDS 10          /* for one piece of a request: who stalls longer does not hold up the others */
#define NOT_ANSWERED 125
#define LINE_MAX_BYTES 4096     /* typed at a prompt; a longer one is several */

struct SimPretend {
	SimRunHandler handler;
	void *userdata;
	char *path;
	int listening, wake;
	pthread_t thread;
	bool threaded;
};

/* *ret_folder is to be closed after the address was used. */
static bool fill_address(const char *folder, struct sockaddr_un *ret, int *ret_folder, Error *err) {
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	*ret_folder = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*ret_folder < 0)
		return error_errno(err, errno, "cannot open the sandbox's folder");
	snprintf(ret->sun_path, sizeof(ret->sun_path), "/proc/self/fd/%d/" SOCKET_NAME, *ret_folder);
	return true;
}

/* ---- the side of the sandbox ---- */

static char *text_or_empty(const Json *json, const char *key) { return bg_strdup(json_get_string_or(json, key, "")); }

static void answer(const SimPretend *pretend, const Json *asked, Buf *out) {
	AUTO_FREE char *program = text_or_empty(asked, "program");
	AUTO_FREE char *machine = text_or_empty(asked, "machine");
	AUTO_FREE char *folder = text_or_empty(asked, "folder");
	AUTO(Json) *reply = json_new_object();
	SimRun run = {.program = program, .machine = machine, .folder = folder, .input = str_from(json_get_string(asked, "input")),
		.terminal = json_get_bool(asked, "terminal", false), .line = json_get_string(asked, "line")};
	JSON_EACH(word, json_get(asked, "args"))
		strlist_add(&run.args, json_string(word) ? json_string(word) : "");
	pretend->handler(pretend->userdata, &run);
	json_add_int(reply, "status", run.status);
	json_add_string(reply, "out", buf_text(&run.out));
	json_add_string(reply, "err", buf_text(&run.err));
	json_add_string(reply, "prompt", run.prompt);
	json_write(reply, out);
	strlist_clear(&run.args);
	buf_clear(&run.out);
	buf_clear(&run.err);
}

static void serve_one(const SimPretend *pretend, int fd) {
	AUTO_CLEAR(Buf) request = {0};
	AUTO_CLEAR(Buf) reply = {0};
	AUTO(Json) *asked = NULL;
	struct timeval patience = {.tv_sec = PEER_SECONDS};
	(void) setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));   /* without it, it is only less patient */
	(void) setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (!file_read_fd(fd, "a pretended program", MAX_BYTES, &request, NULL) || !json_parse(buf_str(&request), &asked, NULL))
		return;
	answer(pretend, asked, &reply);
	BG_IGNORE(file_write_all(fd, reply.data, reply.len, NULL));   /* who does not wait for it does not want it */
}

static void *serve(void *userdata) {
	const SimPretend *pretend = userdata;
	for (;;) {
		struct pollfd polled[] = {{pretend->wake, POLLIN, 0}, {pretend->listening, POLLIN, 0}};
		if (poll(polled, BG_LENGTH(polled), -1) > 0 && polled[0].revents)
			return NULL;
		AUTO_CLOSE int fd = polled[1].revents ? accept4(pretend->listening, NULL, NULL, SOCK_CLOEXEC) : -1;
		if (fd >= 0)
			serve_one(pretend, fd);
	}
}

static bool listen_there(SimPretend *pretend, const char *folder, Error *err) {
	struct sockaddr_un address;
	AUTO_CLOSE int place = -1;
	if (!fill_address(folder, &address, &place, err))
		return false;
	(void) unlink(pretend->path);   /* of a sandbox that was killed in a folder that is used again; else bind says why */
	pretend->listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (pretend->listening >= 0 && bind(pretend->listening, (struct sockaddr *) &address, sizeof(address)) == 0
		&& chmod(pretend->path, 0600) == 0 && listen(pretend->listening, 64) == 0)
		return true;
	return error_errno(err, errno, "cannot listen for pretended programs") || error_where(err, "%s", pretend->path);
}

bool sim_pretend_start(const char *folder, SimRunHandler handler, void *userdata, SimPretend **ret_pretend, Error *err) {
	AUTO(SimPretend) *pretend = bg_calloc(1, sizeof(*pretend));
	*pretend = (SimPretend){.handler = handler, .userdata = userdata, .path = path_join(folder, SOCKET_NAME), .listening = -1, .wake = -1};
	if (!listen_there(pretend, folder, err))
		return false;
	pretend->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	int status = pretend->wake < 0 ? errno : pthread_create(&pretend->thread, NULL, serve, pretend);
	pretend->threaded = status == 0 && pretend->wake >= 0;
	if (!pretend->threaded)
		return error_errno(err, status, "cannot start a thread for pretended programs");
	*ret_pretend = TAKE(pretend);
	return true;
}

SimPretend *sim_pretend_stop(SimPretend *pretend) {
	if (!pretend)
		return NULL;
	uint64_t one = 1;
	if (pretend->threaded) {
		(void) !write(pretend->wake, &one, sizeof(one));   /* cannot fail: the counter is far from full */
		pthread_join(pretend->thread, NULL);
	}
	if (pretend->listening >= 0)
		(void) unlink(pretend->path);   /* the folder mostly goes as a whole */
	bg_close_fd(&pretend->listening);
	bg_close_fd(&pretend->wake);
	free(pretend->path);
	free(pretend);
	return NULL;
}

bool sim_pretend_write(const char *folder, const char *self, const char *path, const char *program, Error *err) {
	AUTO_CLEAR(Buf) text = {0};
	buf_puts(&text, "#!/bin/sh\n# Pretended for a drill: the running sandbox answers.\nexec ");
	shell_quote(str_from(self), &text);
	buf_puts(&text, " __pretend ");
	shell_quote(str_from(folder), &text);
	buf_printf(&text, " %s \"$@\"\n", program);
	return file_write_atomic(path, text.data, text.len, 0755, err);
}

/* ---- the side of the program ---- */

/* "-" is what all of them call stdin: "-f -", "--filename=-". */
static bool reads_input(const Json *args) {
	JSON_EACH(word, args)
		if (str_ends(str_from(json_string(word)), "-") && (text_eq(json_string(word), "-") || str_ends(str_from(json_string(word)), "=-")))
			return true;
	return false;
}

static Json *make_request(int argc, char **argv, Error *err) {
	AUTO(Json) *request = json_new_object();
	AUTO_CLEAR(Buf) input = {0};
	AUTO_FREE char *here = getcwd(NULL, 0);
	const char *machine = getenv(SIM_PRETEND_MACHINE);
	json_add_string(request, "program", argv[1]);
	json_add_string(request, "machine", machine ? machine : "");
	json_add_string(request, "folder", here ? here : "/");
	Json *args = json_add(request, "args", json_new_array());
	for (int i = 2; i < argc; i++)
		json_append_string(args, argv[i]);
	if (reads_input(args) && !file_read_fd(0, "stdin", MAX_BYTES / 2, &input, err))
		return NULL;
	json_add_string(request, "input", buf_text(&input));
	json_add_bool(request, "terminal", isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
	return TAKE(request);
}

static bool ask(const char *folder, const Json *request, Json **ret_reply, Error *err) {
	struct sockaddr_un address;
	AUTO_CLEAR(Buf) text = {0};
	AUTO_CLEAR(Buf) said = {0};
	AUTO_CLOSE int place = -1;
	AUTO_CLOSE int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (!fill_address(folder, &address, &place, err))
		return false;
	if (fd < 0 || connect(fd, (struct sockaddr *) &address, sizeof(address)) != 0)
		return error_errno(err, errno, "the sandbox does not run any more");
	json_write(request, &text);
	return file_write_all(fd, text.data, text.len, err) && shutdown(fd, SHUT_WR) == 0 && file_read_fd(fd, "the sandbox", MAX_BYTES, &said, err)
		&& json_parse(buf_str(&said), ret_reply, err);
}

/* Shows the prompt and adds what is typed there to the request. False: nobody types any more. */
static bool take_line(const char *prompt, Json *request) {
	char line[LINE_MAX_BYTES];
	(void) fputs(prompt, stdout);
	(void) fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return false;
	line[strcspn(line, "\n")] = '\0';
	json_remove(request, "line");
	json_add_string(request, "line", line);
	return true;
}

int sim_pretend_main(int argc, char **argv) {
	Error err = {0};
	if (argc < 2)
		return NOT_ANSWERED;
	AUTO(Json) *request = make_request(argc, argv, &err);
	for (;;) {
		AUTO(Json) *reply = NULL;
		if (!request || !ask(argv[0], request, &reply, &err)) {
			fprintf(stderr, "the practice %s got no answer: %s\n", argv[1], err.why);
			return NOT_ANSWERED;
		}
		const char *prompt = json_get_string(reply, "prompt");
		fputs(json_get_string_or(reply, "out", ""), stdout);
		fputs(json_get_string_or(reply, "err", ""), stderr);
		if (!prompt || !take_line(prompt, request))
			return (int) json_get_int(reply, "status", NOT_ANSWERED);
	}
}
