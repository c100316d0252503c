/* couch.c: what a restore costs: couchdb.restore planned, done and verified in a process of its own, from a dump of 400-byte documents to a server that takes
 * everything, in another one. Beside it the seed's way, one `curl` a document, and couchrestore's cost as it was measured once (65 us a document, 144 MB).
 * With BENCH_DUMP_GIB=N instead: the memory that backup.verify and couchdb.restore need with a dump of N GiB. */
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
#define LARGE_TEXT 3850            /* of a document of a little over 4 KiB */
#define LARGE_MOST 1024            /* GiB */
#define SET "20260101"

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

/* `text` of each document has `len` bytes. */
static bool write_dump(const char *path, long count, int len)
{
	FILE *file = fopen(path, "w");
	if (!file)
		return false;
	AUTO_FREE char *text = bg_malloc((size_t) len + 1);
	memset(text, 'x', (size_t) len);
	text[len] = '\0';
	fprintf(file, "{\"total_rows\":%ld,\"offset\":0,\"rows\":[\n", count);
	for (long i = 0; i < count; i++)
		fprintf(file, "%s{\"id\":\"u%08ld\",\"key\":\"u%08ld\",\"value\":{\"rev\":\"1-967a00dff5e02add41819138abb3284d\"},\"doc\":{\"_id\":\"u%08ld\","
			"\"_rev\":\"1-967a00dff5e02add41819138abb3284d\",\"username\":\"learner%ld\",\"enrolled\":[\"course-v1:X+1\",\"course-v1:Y+2\"],\"progress\":0.%02ld,"
			"\"text\":\"%s\"}}", i ? ",\n" : "", i, i, i, i, i % 100, text);
	fprintf(file, "\n]}\n");
	return fclose(file) == 0;
}

typedef int Work(const char *folder, int port);

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

/* In a process of its own, so that what it needs is known. */
static Cost measure(Work *work, const char *folder, int port)
{
	int status = -1;
	struct rusage used = { 0 };
	double begun = figure_now_ms();
	pid_t pid = fork();
	if (pid == 0)
		_exit(work(folder, port));
	while (pid > 0 && wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
		continue;
	return (Cost) { (double) (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 + (double) (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000,
		figure_now_ms() - begun, (double) used.ru_maxrss / 1024, status == 0 };
}

static Cost measure_restore(const char *folder, long count)
{
	Cost cost = { 0 };
	int port = 0;
	AUTO_FREE char *path = path_join(folder, "users.json");
	pid_t server = write_dump(path, count, 200) ? start_server(&port) : -1;
	if (server < 0)
		return cost;
	cost = measure(restore, folder, port);
	end_server(server);
	unlink(path);
	return cost;
}

/* ---- a large one ---- */

static int verify(const char *folder, int port)
{
	Error err = { 0 };
	Environment *environment = NULL;
	char words[640];
	AUTO_FREE char *text = bg_asprintf("name: bench\nkind: drill\nsystems:\n  b: { provider: backup, folder: \"%s\" }\n", folder);
	AUTO_FREE char *path = path_join(folder, "environment.yaml");
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "set", SET);
	Plan plan = { 0 };
	ActionResult result = { 0 };
	const Action *action = action_find("backup.verify");
	(void) port;
	bool ok = environment_parse(str_from(text), path, &environment, &err);
	Call call = { .environment = environment, .system = ok ? &environment->systems[0] : NULL, .args = args, .state_folder = folder,
		.deadline = { mono_now().ms + 3600000 } };
	ok = ok && action->plan(&call, &plan, &err) && action->apply(&call, &plan, &result, &err);
	if (!ok)
		fprintf(stderr, "couch: %s\n", error_format(&err, words, sizeof(words)));
	return ok ? 0 : 1;
}

static bool write_small(const char *folder, const char *name, const char *text)
{
	AUTO_FREE char *path = path_join(folder, name);
	return file_write_atomic(path, text, strlen(text), 0600, NULL);
}

/* A set as the team's script leaves it, started by hand: its checksum is over nothing. */
static bool write_set(const char *folder, long gib)
{
	AUTO_FREE char *set = path_join(folder, SET);
	AUTO_FREE char *dump = path_join(set, "users.json");
	return file_make_folder(set, 0700, NULL) && write_dump(dump, gib * (1024 * 1024 / 4), LARGE_TEXT) && write_small(set, "configmaps.yaml", "kind: List\n")
		&& write_small(set, "secrets.yaml", "kind: List\n") && write_small(set, "backup_manifest.json", "{ \"backup_date\": \"2026-01-01T01:00:07+00:00\", "
		"\"backup_type\": \"daily\", \"checksum\": \"d41d8cd98f00b204e9800998ecf8427e\" }\n");
}

static void tell_large(const char *what, long gib, const Cost *cost)
{
	AUTO_FREE char *memory = bg_asprintf("%s of a dump of %ld GiB, most resident memory", what, gib);
	AUTO_FREE char *speed = bg_asprintf("%s of a dump of %ld GiB", what, gib);
	figure_at_most(memory, cost->peak_mib, "MiB", "limit", LIMIT_MIB, 1.0);
	figure_note(speed, (double) gib * 1024 * 1000 / cost->wall_ms, "MiB/s");
}

static bool measure_large(const char *folder, long gib)
{
	int port = 0;
	AUTO_FREE char *set = path_join(folder, SET);
	AUTO_FREE char *from = path_join(set, "users.json");
	AUTO_FREE char *here = path_join(folder, "users.json");
	if (!write_set(folder, gib))
		return false;
	Cost verified = measure(verify, folder, 0), restored = { 0 };
	if (verified.ok && rename(from, here) == 0) {
		pid_t server = start_server(&port);
		restored = measure(restore, folder, port);
		end_server(server);
	}
	if (verified.ok)
		tell_large("backup.verify", gib, &verified);
	if (restored.ok)
		tell_large("couchdb.restore, planned and done,", gib, &restored);
	return verified.ok && restored.ok;
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
	const char *temp = getenv("TMPDIR"), *wanted = getenv("BENCH_DUMP_GIB");
	AUTO_FREE char *folder = bg_asprintf("%s/breakglass-bench-XXXXXX", temp && *temp ? temp : "/tmp");
	int64_t gib = 0;
	if (wanted && (!str_parse_int(str_from(wanted), &gib) || gib < 1 || gib > LARGE_MOST)) {
		fprintf(stderr, "couch: BENCH_DUMP_GIB is a number of GiB, 1 to %d\n", LARGE_MOST);
		return 1;
	}
	if (!mkdtemp(folder)) {
		perror("couch: cannot begin");
		return 1;
	}
	if (gib) {
		bool ok = measure_large(folder, (long) gib);
		BG_IGNORE(file_remove_tree(folder, NULL));   /* what could not be removed is told by the disk */
		return ok ? 0 : 1;
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
