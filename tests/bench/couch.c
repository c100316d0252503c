/* couch.c: what a restore costs: couchdb.restore planned, done and verified in a process of its own, from a dump of 400-byte documents to a server that takes
 * everything, in another one. Beside it the seed's way, one `curl` a document, and couchrestore's cost as it was measured once (65 us a document, 144 MB). */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/provider.h"
#include "figure.h"

#define FEW 200000
#define MANY 2000000
#define CURLS 100
#define COUCHRESTORE_US 65.0
#define LIMIT_MIB 64.0

typedef struct Cost { double cpu_ms, wall_ms, peak_mib; bool ok; } Cost;

/* ---- the server: keeps nothing but how many documents there are ---- */

static long documents;

static size_t content_length(const char *head)
{
	const char *at = strcasestr(head, "\r\nContent-Length:");
	int64_t len = 0;
	if (!at)
		return 0;
	at += strlen("\r\nContent-Length:");
	return str_parse_int(str_trim((Str) { at, strcspn(at, "\r") }), &len) ? (size_t) len : 0;
}

/* The ids of what was sent are not needed, only their number. */
static long count_documents(const char *body, size_t len)
{
	long count = 0;
	for (const char *at = body; (at = memmem(at, len - (size_t) (at - body), "{\"_id\":", 7)); at += 7)
		count++;
	return count;
}

static const char *answer(const char *head, const Buf *body, Buf *out)
{
	if (strncmp(head, "POST ", 5) == 0) {
		documents += count_documents(body->data, body->len);
		buf_puts(out, "[]");
		return "201 Created";
	}
	if (strncmp(head, "PUT ", 4) == 0) {
		buf_puts(out, "{\"ok\":true}");
		return "201 Created";
	}
	if (strncmp(head, "GET / ", 6) == 0) {
		buf_puts(out, "{\"couchdb\":\"Welcome\",\"version\":\"3.5.2\"}");
		return "200 OK";
	}
	if (strncmp(head, "GET /users ", 11) == 0 && documents) {
		buf_printf(out, "{\"doc_count\":%ld,\"doc_del_count\":0}", documents);
		return "200 OK";
	}
	buf_puts(out, "{\"error\":\"not_found\",\"reason\":\"missing\"}");
	return "404 Object Not Found";
}

static void serve_one(int fd)
{
	AUTO_CLEAR(Buf) in = { 0 };
	AUTO_CLEAR(Buf) body = { 0 };
	AUTO_CLEAR(Buf) out = { 0 };
	static char bytes[262144];
	const char *end = NULL;
	while (!(end = in.data ? strstr(in.data, "\r\n\r\n") : NULL) || in.len < (size_t) (end + 4 - in.data) + content_length(in.data)) {
		ssize_t got = read(fd, bytes, sizeof(bytes));
		if (got <= 0)
			return;
		buf_append(&in, bytes, (size_t) got);
	}
	buf_append(&body, end + 4, in.len - (size_t) (end + 4 - in.data));
	AUTO_CLEAR(Buf) text = { 0 };
	const char *status = answer(in.data, &body, &text);
	buf_printf(&out, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n%s", status, text.len, buf_text(&text));
	BG_IGNORE(file_write_all(fd, out.data, out.len, NULL));
}

static pid_t start_server(int *ret_port)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	union { struct sockaddr_in in; struct sockaddr any; } where = { .in = address };
	socklen_t len = sizeof(where.in);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, &where.any, len) != 0 || listen(fd, 64) != 0 || getsockname(fd, &where.any, &len) != 0)
		return -1;
	*ret_port = ntohs(where.in.sin_port);
	pid_t pid = fork();
	if (pid != 0) {
		close(fd);
		return pid;
	}
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		int client = accept(fd, NULL, NULL);
		if (client < 0)
			continue;
		serve_one(client);
		close(client);
	}
}

static void end_server(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

/* ---- the restore ---- */

static bool write_dump(const char *path, long count)
{
	FILE *file = fopen(path, "w");
	if (!file)
		return false;
	fprintf(file, "{\"total_rows\":%ld,\"offset\":0,\"rows\":[\n", count);
	for (long i = 0; i < count; i++)
		fprintf(file, "%s{\"id\":\"u%08ld\",\"key\":\"u%08ld\",\"value\":{\"rev\":\"1-967a00dff5e02add41819138abb3284d\"},\"doc\":{\"_id\":\"u%08ld\","
			"\"_rev\":\"1-967a00dff5e02add41819138abb3284d\",\"username\":\"learner%ld\",\"enrolled\":[\"course-v1:X+1\",\"course-v1:Y+2\"],\"progress\":0.%02ld,"
			"\"text\":\"%0200ld\"}}", i ? ",\n" : "", i, i, i, i, i % 100, i);
	fprintf(file, "\n]}\n");
	return fclose(file) == 0;
}

static int restore(const char *folder, int port)
{
	Error err = { 0 };
	Environment *environment = NULL;
	char words[640];
	AUTO_FREE char *text = bg_asprintf("name: bench\nkind: drill\nsystems:\n  c: { provider: couchdb, url: \"http://127.0.0.1:%d\" }\n", port);
	AUTO_FREE char *path = path_join(folder, "environment.yaml");
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "from", "users.json");
	Plan plan = { 0 };
	ActionResult result = { 0 };
	const Action *action = action_find("couchdb.restore");
	bool ok = environment_parse(str_from(text), path, &environment, &err);
	Call call = { .environment = environment, .system = ok ? &environment->systems[0] : NULL, .args = args, .state_folder = folder,
		.deadline = { mono_now().ms + 3600000 } };
	ok = ok && action->plan(&call, &plan, &err) && action->apply(&call, &plan, &result, &err);
	if (!ok)
		fprintf(stderr, "couch: %s\n", error_format(&err, words, sizeof(words)));
	return ok ? 0 : 1;
}

static Cost measure_restore(const char *folder, long count)
{
	Cost cost = { 0 };
	int port = 0, status = -1;
	struct rusage used;
	AUTO_FREE char *path = path_join(folder, "users.json");
	pid_t server = write_dump(path, count) ? start_server(&port) : -1;
	if (server < 0)
		return cost;
	double begun = figure_now_ms();
	pid_t pid = fork();
	if (pid == 0)
		_exit(restore(folder, port));
	while (pid > 0 && wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
		continue;
	cost = (Cost) { (double) (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 + (double) (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000,
		figure_now_ms() - begun, (double) used.ru_maxrss / 1024, status == 0 };
	end_server(server);
	unlink(path);
	return cost;
}

/* ---- one curl a document ---- */

static double curls_a_second(void)
{
	int port = 0, status = 0;
	pid_t server = start_server(&port);
	AUTO_FREE char *url = bg_asprintf("http://127.0.0.1:%d/users", port);
	double begun = figure_now_ms();
	for (int i = 0; i < CURLS && status == 0; i++) {
		pid_t pid = fork();
		if (pid == 0) {
			execlp("curl", "curl", "-s", "-o", "/dev/null", "-X", "POST", url, "-H", "Content-Type: application/json", "-d", "{\"_id\":\"a\"}", (char *) NULL);
			_exit(127);
		}
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			continue;
	}
	double rate = CURLS * 1000 / (figure_now_ms() - begun);
	end_server(server);
	return status == 0 ? rate : 0;
}

int main(void)
{
	char folder[] = "/tmp/breakglass-bench-XXXXXX";
	if (!mkdtemp(folder)) {
		perror("couch: cannot begin");
		return 1;
	}
	Cost few = measure_restore(folder, FEW), many = few.ok ? measure_restore(folder, MANY) : few;
	BG_IGNORE(file_remove_tree(folder, NULL));   /* a leftover folder of a measurement is harmless */
	if (!few.ok || !many.ok)
		return 1;
	figure_at_most("restore of 200,000 documents, planned and done, CPU time a document", few.cpu_ms * 1000 / FEW, "us", "couchrestore, measured once", COUCHRESTORE_US, 0.2);
	figure_at_most("restore of 2,000,000 documents (0.9 GB), peak memory", many.peak_mib, "MiB", "limit", LIMIT_MIB, 1.0);
	figure_at_most("restore of 2,000,000 documents, peak memory", many.peak_mib, "MiB", "with 200,000", few.peak_mib, 1.10);
	double rate = FEW * 1000 / few.wall_ms, curls = curls_a_second();
	if (curls > 0)
		figure_at_least("restore, documents a second", rate, "1/s", "one curl a document", curls, 100);
	else
		figure_note("restore, documents a second; curl is not there, so there is no peer", rate, "1/s");
	return 0;
}
