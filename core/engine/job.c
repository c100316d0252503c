/* job.c: see job.h. The log is watched with inotify and, as a net under it, by a slow timer; an adopted worker's end is seen by
 * its lock being free, our own child's by its exit. */
#include "core/engine/job.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/moment.h"
#include "core/engine/crash_points.h"
#include "core/engine/worker_log.h"

#define POLL_MS 250
#define LOG_RESERVE (32 * 1024)
#define READ_AT_ONCE (256u * 1024)   /* per turn of the loop: a worker that prints without end must not hold the loop */

struct Job {
	JobSpec spec;
	JobOwner owner;
	WorkerLog *log;
	Json *result, *told;
	bool began, adopted, spawned, exited, cancelled, closing, ended;   /* spawned: uv_spawn was called, failed or not */
	bool unread;                 /* the log could not be read on */
	int worker_pid;
	int64_t started_ms;
	uv_process_t process;
	uv_pipe_t stdin_pipe;
	uv_write_t write;
	Buf request;
	uv_fs_event_t watch;
	uv_timer_t timer;
	uv_idle_t more;
	int open_handles;
};

const char *job_kind_name(JobKind kind) {
	static const char *const NAMES[] = {[JOB_PLAN] = "plan", [JOB_APPLY] = "apply", [JOB_CHECK] = "check", [JOB_LOOK] = "look"};
	return NAMES[kind];
}

/* ---- end of life ---- */

static void free_job(Job *job) {
	job->log = worker_log_close(job->log);
	json_free(job->result);
	json_free(job->told);
	buf_clear(&job->request);
	free((char *) (uintptr_t) job->spec.run);
	free((char *) (uintptr_t) job->spec.step);
	free((char *) (uintptr_t) job->spec.log_path);
	free((char *) (uintptr_t) job->spec.label);
	free((char *) (uintptr_t) job->spec.who);
	free(job);
}

static void on_closed(uv_handle_t *handle) {
	Job *job = handle->data;
	if (--job->open_handles == 0)
		free_job(job);
}

static void close_handle(uv_handle_t *handle) {
	if (!uv_is_closing(handle))
		uv_close(handle, on_closed);
}

static void close_all(Job *job) {
	if (job->closing)
		return;
	job->closing = true;
	if (job->spawned) {
		close_handle((uv_handle_t *) &job->process);
		close_handle((uv_handle_t *) &job->stdin_pipe);
	}
	close_handle((uv_handle_t *) &job->watch);
	close_handle((uv_handle_t *) &job->timer);
	close_handle((uv_handle_t *) &job->more);
}

/* ---- following ---- */

static void on_line(void *userdata, const Json *line) {
	Job *job = userdata;
	const char *kind = json_get_string(line, "k");
	if (text_eq(kind, "begin"))
		job->began = true;
	if (text_eq(kind, "start"))
		job->worker_pid = (int) json_get_int(line, "pid", 0);
	if (text_eq(kind, "confined")) {
		json_free(job->told);
		job->told = json_copy(json_get(line, "told"));
		return;
	}
	if (text_eq(kind, "result")) {
		json_free(job->result);
		job->result = json_copy(line);
		return;
	}
	job->owner.line(job->owner.userdata, job, line);
}

static void finish(Job *job) {
	if (job->ended)
		return;
	job->ended = true;
	job->owner.ended(job->owner.userdata, job, job->result, job->began);
	close_all(job);
}

static void on_more(uv_idle_t *idle);

static void look(Job *job) {
	if (job->closing)
		return;
	bool gone = job->adopted ? worker_log_is_free(job->log) : job->exited;
	bool more = false;
	if (!worker_log_poll(job->log, READ_AT_ONCE, on_line, job, &more, NULL)) {
		job->unread = true;
		finish(job);
		return;
	}
	if (more) {
		uv_idle_start(&job->more, on_more);
		return;
	}
	uv_idle_stop(&job->more);
	if (gone)
		finish(job);
}

static void on_more(uv_idle_t *idle) { look(idle->data); }
static void on_timer(uv_timer_t *timer) { look(timer->data); }

static void on_watch(uv_fs_event_t *watch, const char *name, int events, int status) {
	(void) name;
	(void) events;
	(void) status;
	look(watch->data);
}

static void on_exit_status(uv_process_t *process, int64_t status, int signal_number) {
	(void) status;
	(void) signal_number;
	Job *job = process->data;
	job->exited = true;
	look(job);
}

/* ---- start ---- */

static Job *new_job(uv_loop_t *loop, const JobSpec *spec, const JobOwner *owner) {
	Job *job = bg_calloc(1, sizeof(*job));
	job->spec = *spec;
	job->spec.run = bg_strdup(spec->run);
	job->spec.step = bg_strdup(spec->step);
	job->spec.log_path = bg_strdup_or_null(spec->log_path);
	job->spec.label = bg_strdup(spec->label);
	job->spec.who = bg_strdup(spec->who);
	job->owner = *owner;
	job->started_ms = mono_now().ms;
	uv_fs_event_init(loop, &job->watch);
	uv_timer_init(loop, &job->timer);
	uv_idle_init(loop, &job->more);
	job->watch.data = job->timer.data = job->more.data = job;
	job->open_handles = 3;
	return job;
}

static bool follow(Job *job, int log_fd, Error *err) {
	char memory[64];
	int own = job->spec.log_path ? -1 : fcntl(log_fd, F_DUPFD_CLOEXEC, 3);
	if (!job->spec.log_path && own < 0)
		return error_errno(err, errno, "cannot follow the log");
	job->log = job->spec.log_path ? worker_log_open(job->spec.log_path, err) : worker_log_from(own);
	if (!job->log)
		return false;
	snprintf(memory, sizeof(memory), "/proc/self/fd/%d", own);
	/* Without inotify (watches used up) the timer alone is enough. */
	(void) uv_fs_event_start(&job->watch, on_watch, job->spec.log_path ? job->spec.log_path : memory, 0);
	uv_timer_start(&job->timer, on_timer, POLL_MS, POLL_MS);
	return true;
}

static void on_written(uv_write_t *write, int status) {
	(void) status;
	Job *job = write->data;
	close_handle((uv_handle_t *) &job->stdin_pipe);
}

static bool spawn(Job *job, uv_loop_t *loop, const char *self, int log_fd, Error *err) {
	char role[] = "__worker";
	AUTO_FREE char *program = bg_strdup(self);
	char *args[] = {program, role, NULL};
	bool seated = job->spec.seat_fd > 0;
	uv_stdio_container_t stdio[] = {
		{.flags = UV_CREATE_PIPE | UV_READABLE_PIPE, .data.stream = (uv_stream_t *) &job->stdin_pipe},
		{.flags = UV_IGNORE},
		{.flags = UV_IGNORE},
		{.flags = UV_INHERIT_FD, .data.fd = log_fd},
		{.flags = seated ? UV_INHERIT_FD : UV_IGNORE, .data.fd = job->spec.seat_fd},
	};
	uv_process_options_t options = {.exit_cb = on_exit_status, .file = program, .args = args, .stdio = stdio,
		.stdio_count = seated ? 5 : 4, .flags = UV_PROCESS_DETACHED};
	uv_pipe_init(loop, &job->stdin_pipe, 0);
	job->stdin_pipe.data = job->process.data = job->write.data = job;
	job->spawned = true;
	job->open_handles += 2;
	int status = uv_spawn(loop, &job->process, &options);
	if (status < 0) {
		error_set(err, ERROR_IO, "cannot start a worker: %s", uv_strerror(status));
		err->os_code = -status;
		return error_hint(err, "is the machine out of processes or memory? Then try again");
	}
	job->worker_pid = job->process.pid;
	uv_buf_t bytes = uv_buf_init(job->request.data, (unsigned) job->request.len);
	if (uv_write(&job->write, (uv_stream_t *) &job->stdin_pipe, &bytes, 1, on_written) < 0)
		close_handle((uv_handle_t *) &job->stdin_pipe);
	return true;
}

/* An action's log must be found again even after a power cut: its absence says that nothing began. */
static bool keep_name(const JobSpec *spec, Error *err) {
	AUTO_FREE char *folder = path_folder(spec->log_path);
	return file_sync_folder(folder, err);
}

/* That it begins, and what came of it, must find room even when the disk becomes full meanwhile. Where nobody can promise that, it is tried
 * without. */
static bool reserve(int log_fd, Error *err) {
	if (fallocate(log_fd, FALLOC_FL_KEEP_SIZE, 0, LOG_RESERVE) == 0 || (errno != ENOSPC && errno != EDQUOT))
		return true;
	return error_errno(err, errno, "there is no room for what the action tells");
}

static int open_log(const JobSpec *spec, Error *err) {
	if (!spec->log_path) {
		int memory = memfd_create("worker-log", MFD_CLOEXEC);
		if (memory < 0)
			error_errno(err, errno, "cannot make a log in memory");
		return memory;
	}
	AUTO_CLOSE int fd = open(spec->log_path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		error_errno(err, errno, "cannot make the action's log");
	else if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		error_errno(err, errno, "cannot lock the action's log");
	else if (reserve(fd, err) && keep_name(spec, err))
		return TAKE_FD(fd);
	error_where(err, "%s", spec->log_path);
	return -1;
}

Job *job_start(uv_loop_t *loop, const char *self, const JobSpec *spec, const Json *request, const JobOwner *owner, Error *err) {
	AUTO_CLOSE int log_fd = open_log(spec, err);
	if (log_fd < 0)
		return NULL;
	Job *job = new_job(loop, spec, owner);
	json_write(request, &job->request);
	crash_point(CRASH_BEFORE_SPAWN);
	if (!follow(job, log_fd, err) || !spawn(job, loop, self, log_fd, err)) {
		close_all(job);
		return NULL;
	}
	crash_point(CRASH_AFTER_SPAWN);
	return job;
}

Job *job_adopt(uv_loop_t *loop, const JobSpec *spec, const JobOwner *owner, Error *err) {
	Job *job = new_job(loop, spec, owner);
	job->adopted = true;
	if (!follow(job, -1, err)) {
		close_all(job);
		return NULL;
	}
	return job;
}

void job_cancel(Job *job) {
	job->cancelled = true;
	/* Our own child was not waited for yet, and of one that was taken over the lock says that it lives: the number is still its own. */
	if (job->worker_pid > 0 && !job->exited && (!job->adopted || !worker_log_is_free(job->log)))
		(void) kill(job->worker_pid, SIGTERM);
}

void job_abandon(Job *job) {
	/* One that only looks has nobody left to look for; one that may change something goes on, and leaves its result in its log. */
	if (job->spec.kind != JOB_APPLY)
		job_cancel(job);
	job->ended = true;
	close_all(job);
}

JobKind job_kind(const Job *job) { return job->spec.kind; }
const JobSpec *job_spec(const Job *job) { return &job->spec; }
bool job_is_cancelled(const Job *job) { return job->cancelled; }
int job_pid(const Job *job) { return job->worker_pid; }
const Json *job_told(const Job *job) { return job->told; }
bool job_log_is_whole(const Job *job) { return !job->unread; }
bool job_read_log(const Job *job, size_t limit, Buf *out, Error *err) { return worker_log_read_all(job->log, limit, out, err); }
int64_t job_started_ms(const Job *job) { return job->started_ms; }
