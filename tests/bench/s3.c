/* s3.c: how much CPU time and memory it takes to add up a bucket of 200,000 objects: the prober with an s3.bucket probe, as the engine runs
 * it, and `rclone size --fast-list`, on the same pages from the same server. `s3 BREAKGLASS`. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "canned.h"
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/frame.h"
#include "figure.h"

#define ROUNDS 3
#define OBJECTS 200000
#define FEW_OBJECTS 20000
#define GIVE_UP_MS 120000

typedef struct Cost { double cpu_ms, peak_kib; } Cost;

/* ---- the prober ---- */

static pid_t start_prober(const char *program, int *ret_fd)
{
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return -1;
	pid_t pid = fork();
	if (pid == 0) {
		if (dup2(ends[1], 3) == 3)
			execl(program, program, "__prober", (char *) NULL);
		_exit(127);
	}
	close(ends[1]);
	*ret_fd = ends[0];
	return pid;
}

static bool send_start(int fd, const char *environment)
{
	AUTO(Json) *start = json_new_object();
	AUTO_CLEAR(Buf) bytes = { 0 };
	json_add_string(start, "t", "start");
	json_add_string(start, "environment", environment);
	frame_write(start, &bytes);
	return file_write_all(fd, bytes.data, bytes.len, NULL);
}

/* The one reading; it must be of all objects. */
static bool await_reading(int fd, long objects)
{
	AUTO_CLEAR(Buf) in = { 0 };
	AUTO(Json) *frame = NULL;
	FrameStatus status = FRAME_INCOMPLETE;
	while (status == FRAME_INCOMPLETE) {
		struct pollfd wanted = { .fd = fd, .events = POLLIN };
		char bytes[4096];
		ssize_t got = poll(&wanted, 1, GIVE_UP_MS) == 1 ? read(fd, bytes, sizeof(bytes)) : -1;
		if (got <= 0)
			return false;
		buf_append(&in, bytes, (size_t) got);
		Str rest = buf_str(&in);
		status = frame_take(&rest, FRAME_MAX_FROM_CLIENT, &frame, NULL);
	}
	const Json *reading = json_get(frame, "reading");
	if (json_get_int(json_get(reading, "facts"), "count", -1) == objects)
		return true;
	AUTO_FREE char *text = frame ? json_text(frame) : bg_strdup("no frame");
	fprintf(stderr, "s3: the prober did not count %ld objects: %s\n", objects, text);
	return false;
}

static bool run_prober(const char *program, const char *folder, const Canned *server, long objects, Cost *ret_cost)
{
	AUTO_FREE char *path = path_join(folder, "environment.yaml");
	AUTO_FREE char *text = bg_asprintf("name: bench\nkind: live\nsystems:\n  s: { provider: s3, endpoint: \"%s\", "
		"access-key-id: { env: BENCH_KEY }, secret-access-key: { env: BENCH_SECRET } }\nprobes:\n"
		"  - { name: bucket, probe: s3.bucket, system: s, bucket: objects-%ld, every: 10m }\n", server->url, objects);
	if (!file_write_atomic(path, text, strlen(text), 0600, NULL))
		return false;
	AUTO_CLOSE int fd = -1;
	pid_t pid = start_prober(program, &fd);
	if (pid < 0)
		return false;
	bool ok = send_start(fd, path) && await_reading(fd, objects);
	*ret_cost = (Cost) { figure_cpu_ms(pid), figure_memory_kib(pid, "VmHWM") };
	bg_close_fd(&fd);   /* an engine that is gone ends its prober */
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	return ok && ret_cost->cpu_ms > 0;
}

/* ---- rclone ---- */

static bool run_rclone(const Canned *server, long objects, Cost *ret_cost)
{
	AUTO_FREE char *remote = bg_asprintf(":s3,provider=Other,list_version=2,list_url_encode=true,endpoint='%s',"
		"access_key_id=key,secret_access_key=secret:objects-%ld", server->url, objects);
	pid_t pid = fork();
	if (pid == 0) {
		unsetenv("AWS_CA_BUNDLE");   /* its S3 library refuses to start with one */
		if (!freopen("/dev/null", "w", stdout))
			_exit(127);
		execlp("rclone", "rclone", "--config", "/dev/null", "size", "--fast-list", remote, (char *) NULL);
		_exit(127);
	}
	int status = -1;
	struct rusage used;
	while (pid > 0 && wait4(pid, &status, 0, &used) < 0 && errno == EINTR)
		continue;
	if (status != 0)
		return false;
	ret_cost->cpu_ms = (double) (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000
		+ (double) (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
	ret_cost->peak_kib = (double) used.ru_maxrss;
	return true;
}

/* ---- the figures ---- */

static bool measure(const char *program, const char *folder, const Canned *server)
{
	double ours[ROUNDS], theirs[ROUNDS];
	Cost few, many = { 0 }, other = { 0 };
	bool have_rclone = true;
	if (!run_prober(program, folder, server, FEW_OBJECTS, &few))
		return false;
	for (int i = 0; i < ROUNDS; i++) {
		if (!run_prober(program, folder, server, OBJECTS, &many))
			return false;
		ours[i] = many.cpu_ms * 1000 / OBJECTS;
		have_rclone = have_rclone && run_rclone(server, OBJECTS, &other);
		theirs[i] = other.cpu_ms * 1000 / OBJECTS;
	}
	double our_median = figure_share(ours, ROUNDS, 0.5);
	if (have_rclone)
		figure_at_most("bucket of 200,000 objects, CPU time an object", our_median, "us", "rclone size --fast-list",
			figure_share(theirs, ROUNDS, 0.5), 0.25);
	else
		figure_note("bucket of 200,000 objects, CPU time an object; rclone is not there or did not list it, so there is no peer", our_median, "us");
	figure_at_most("bucket of 200,000 objects, peak memory of the prober", many.peak_kib / 1024, "MiB", "with 20,000 objects",
		few.peak_kib / 1024, 1.10);
	if (have_rclone)
		figure_note("bucket of 200,000 objects, peak memory of rclone", other.peak_kib / 1024, "MiB");
	return true;
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/breakglass-bench-XXXXXX";
	Canned server = { 0 };
	if (argc != 2) {
		fprintf(stderr, "usage: s3 BREAKGLASS\n");
		return 2;
	}
	setenv("BENCH_KEY", "key", 1);
	setenv("BENCH_SECRET", "secret", 1);
	if (!mkdtemp(folder) || !canned_start(&server)) {
		perror("s3: cannot begin");
		return 1;
	}
	bool ok = measure(argv[1], folder, &server);
	canned_end(&server);
	BG_IGNORE(file_remove_tree(folder, NULL));   /* a leftover folder of a measurement is harmless */
	return ok ? 0 : 1;
}
