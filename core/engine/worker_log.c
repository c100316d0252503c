/* worker_log.c: writing, following and judging a worker's log. */
#include "core/engine/worker_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"

struct WorkerLog {
	int fd;
	char *path;
	int64_t offset;
	Buf partial;
};

WorkerLog *worker_log_open(const char *path, Error *err) {
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		error_errno(err, errno, "cannot open the log of an action");
		error_where(err, "%s", path);
		return NULL;
	}
	WorkerLog *log = bg_calloc(1, sizeof(*log));
	log->fd = fd;
	log->path = bg_strdup(path);
	return log;
}

WorkerLog *worker_log_from(int fd) {
	WorkerLog *log = bg_calloc(1, sizeof(*log));
	log->fd = fd;
	log->path = bg_strdup("a log in memory");
	return log;
}

bool worker_log_read_all(const WorkerLog *log, size_t limit, Buf *out, Error *err) {
	/* The worker wrote through the same offset: it is gone, so nobody minds. */
	if (lseek(log->fd, 0, SEEK_SET) < 0)
		return error_errno(err, errno, "cannot read %s", log->path);
	return file_read_fd(log->fd, log->path, limit, out, err);
}

WorkerLog *worker_log_close(WorkerLog *log) {
	if (!log)
		return NULL;
	close(log->fd);
	buf_clear(&log->partial);
	free(log->path);
	free(log);
	return NULL;
}

/* A line that is not ours (a damaged log) is passed over: the result line alone decides, and its absence is "in doubt". */
static void take_lines(WorkerLog *log, void (*each)(void *, const Json *), void *userdata) {
	size_t start = 0;
	while (start < log->partial.len) {
		const char *from = log->partial.data + start;
		const char *end = memchr(from, '\n', log->partial.len - start);
		if (!end)
			break;
		AUTO(Json) *line = NULL;
		if (json_parse((Str){from, (size_t) (end - from)}, &line, NULL) && json_is_object(line))
			each(userdata, line);
		start += (size_t) (end - from) + 1;
	}
	buf_consume(&log->partial, start);
	if (log->partial.len > WORKER_LINE_MAX)
		buf_clear(&log->partial);
}

bool worker_log_poll(WorkerLog *log, size_t max_bytes, void (*each)(void *, const Json *), void *userdata, bool *ret_more,
	Error *err) {
	char block[64 * 1024];
	size_t total = 0;
	*ret_more = false;
	while (total < max_bytes) {
		ssize_t got = pread(log->fd, block, sizeof(block), log->offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return error_errno(err, errno, "cannot read %s", log->path);
		if (got == 0)
			return true;
		log->offset += got;
		total += (size_t) got;
		buf_append(&log->partial, block, (size_t) got);
		take_lines(log, each, userdata);
	}
	*ret_more = true;
	return true;
}

/* By the descriptor that we have: when no more can be opened, a worker that lives must not be taken for dead. */
bool worker_log_is_free(const WorkerLog *log) {
	bool is_free = flock(log->fd, LOCK_SH | LOCK_NB) == 0;
	if (is_free)
		(void) flock(log->fd, LOCK_UN);
	return is_free;
}

void told_nodes_take(ToldNodes *told, const Json *line) {
	const char *kind = json_get_string(line, "k");
	if (text_eq(kind, "begin"))
		told->all = json_get_bool(line, "names", false);   /* a worker of an older version does not name them */
	if (!text_eq(kind, "node"))
		return;
	told->list = told->list ? told->list : json_new_array();
	json_append(told->list, json_copy(json_get(line, "node")));
}

void told_nodes_clear(ToldNodes *told) {
	json_free(told->list);
	*told = (ToldNodes){0};
}

static void judge_line(void *userdata, const Json *line) {
	WorkerVerdict *verdict = userdata;
	const char *kind = json_get_string(line, "k");
	if (text_eq(kind, "begin"))
		verdict->began = true;
	told_nodes_take(&verdict->told, line);
	if (text_eq(kind, "result")) {
		json_free(verdict->result);
		verdict->result = json_copy(line);
	}
}

bool worker_log_judge(const char *path, WorkerVerdict *ret_verdict, Error *err) {
	WorkerVerdict verdict = {0};
	if (!file_exists(path)) {
		*ret_verdict = verdict;
		return true;
	}
	AUTO(WorkerLog) *log = worker_log_open(path, err);
	if (!log)
		return false;
	verdict.exists = true;
	verdict.locked = !worker_log_is_free(log);
	bool more = true;
	while (more) {
		if (!worker_log_poll(log, 1024 * 1024, judge_line, &verdict, &more, err)) {
			worker_verdict_clear(&verdict);
			return false;
		}
	}
	*ret_verdict = verdict;
	return true;
}

void worker_verdict_clear(WorkerVerdict *verdict) {
	json_free(verdict->result);
	told_nodes_clear(&verdict->told);
	*verdict = (WorkerVerdict){0};
}

/* ---- the worker's side ---- */

/* How much output was stored, and whether the last line may have been torn by a full disk. A worker is one process for one action:
 * these are its only globals. */
static int64_t stored_bytes;
static bool torn;

/* A full disk must not stop what is under way: the result line is what counts, and its absence is "in doubt". Only the line that says
 * that it begins must be written before it does. A line after one that was torn starts on a new one, so that it can be read. */
static bool write_line(Str text, Error *err) {
	AUTO_CLEAR(Buf) line = {0};
	if (torn)
		buf_putc(&line, '\n');
	buf_put_str(&line, text);
	buf_putc(&line, '\n');
	bool whole = file_write_all(WORKER_LOG_FD, line.data, line.len, err);
	torn = !whole;
	return whole;
}

static bool write_json(const Json *json, Error *err) {
	AUTO_CLEAR(Buf) line = {0};
	json_write(json, &line);
	return write_line(buf_str(&line), err);
}

void worker_log_json(const char *kind, const char *key, const Json *value) {
	AUTO(Json) *json = json_new_object();
	json_add_string(json, "k", kind);
	if (key)
		json_add(json, key, json_copy(value));
	BG_IGNORE(write_json(json, NULL));
}

bool worker_log_begin(Error *err) {
	AUTO(Json) *json = json_new_object();
	json_add_string(json, "k", "begin");
	json_add_bool(json, "names", true);
	if (write_json(json, err) && fdatasync(WORKER_LOG_FD) == 0)
		return true;
	if (!err || !error_is_set(err))
		error_errno(err, errno, "the disk did not confirm the action's log");
	error_what(err, "write down that the action begins");
	return error_hint(err, "make room on the disk of the journal; nothing was sent and nothing was changed");
}

bool worker_log_sending(const Json *nodes, Error *err) {
	bool written = true;
	JSON_EACH(node, nodes) {
		AUTO(Json) *json = json_new_object();
		json_add_string(json, "k", "node");
		json_add(json, "node", json_copy(node));
		written = written && write_json(json, err);
	}
	if (written && fdatasync(WORKER_LOG_FD) == 0)
		return true;
	if (!err || !error_is_set(err))
		error_errno(err, errno, "the disk did not confirm where it is sent");
	error_what(err, "write down where the command is sent");
	return error_hint(err, "make room on the disk of the journal; nothing was sent there");
}

void worker_log_progress(const char *text, int64_t done, int64_t total) {
	AUTO(Json) *json = json_new_object();
	json_add_string(json, "k", "progress");
	json_add_string(json, "text", text);
	json_add_int(json, "done", done);
	json_add_int(json, "total", total);
	BG_IGNORE(write_json(json, NULL));
}

void worker_log_output(bool is_stderr, Str bytes) {
	if (stored_bytes > WORKER_LOG_MAX)
		return;
	stored_bytes += (int64_t) bytes.len;
	AUTO_CLEAR(Buf) clean = {0};
	Str rest = bytes;
	uint32_t code_point;
	if (!utf8_is_valid(bytes)) {
		while (utf8_next(&rest, &code_point))
			utf8_append(&clean, code_point);
		bytes = buf_str(&clean);
	}
	AUTO_CLEAR(Buf) line = {0};
	buf_puts(&line, is_stderr ? "{\"k\":\"err\",\"s\":" : "{\"k\":\"out\",\"s\":");
	json_write_quoted(bytes, &line);
	buf_putc(&line, '}');
	BG_IGNORE(write_line(buf_str(&line), NULL));
	if (stored_bytes > WORKER_LOG_MAX)
		worker_log_progress("output is larger than what is kept: the rest is not stored", 0, 0);
}

void worker_log_result(const Json *result) {
	AUTO(Json) *json = json_copy(result);
	json_add_string(json, "k", "result");
	BG_IGNORE(write_json(json, NULL));
	(void) fdatasync(WORKER_LOG_FD);
}
