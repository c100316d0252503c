/* worker_log.h: the lines that a worker writes and the engine follows: one JSON object a line in the action's own log file.
 *   {"k":"begin","names":true}                       durable before the first change; names: each machine of a command has its line before it is sent there
 *   {"k":"progress","text":"...","done":3,"total":40}
 *   {"k":"out","s":"..."} {"k":"err","s":"..."}      output of a program, as text (invalid UTF-8 replaced)
 *   {"k":"plan","plan":{..}}                         what a plan, or apply's own look, found
 *   {"k":"check","reading":{..}}
 *   {"k":"node","node":{"name":"a","end":"open"}}    durable before a command is sent to one of several machines
 *   {"k":"node","node":{..}}                         what came of a command on one of several machines, as soon as that is known
 *   {"k":"result",...}                               the last line: see worker_result in worker.c
 * The worker holds an exclusive flock on the file while it lives: it was taken by the engine before the worker was started and came
 * to it with the descriptor, so there is no moment at which a living worker's log is free. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/json.h"

#define WORKER_LOG_FD 3
#define WORKER_LINE_MAX (4u * 1024 * 1024)
#define WORKER_LOG_MAX (64LL * 1024 * 1024)    /* bytes of output kept; more is counted, not stored */

typedef struct WorkerLog WorkerLog;
/* Reading side. The reader keeps an offset and half a line between calls. */
WorkerLog *worker_log_open(const char *path, Error *err);             /* owned; NULL on error */
WorkerLog *worker_log_from(int fd);                                   /* of a log in memory; takes `fd` over */
WorkerLog *worker_log_close(WorkerLog *log);
BG_DEFINE_FREEP(WorkerLog, worker_log_close)
/* Reads what is new, at most `max_bytes`, and calls `each` for every whole line. False on a read error. *ret_more: there is more. */
BG_CHECK bool worker_log_poll(WorkerLog *log, size_t max_bytes, void (*each)(void *userdata, const Json *line), void *userdata,
	bool *ret_more, Error *err);
/* The whole log, at most `limit` bytes. */
BG_CHECK bool worker_log_read_all(const WorkerLog *log, size_t limit, Buf *out, Error *err);
/* Tries the lock of one that has a file: true = nobody holds it, so the worker is gone. The lock is let go again at once. */
bool worker_log_is_free(const WorkerLog *log);

/* What a log tells of the machines of a command. */
typedef struct ToldNodes {
	Json *list;               /* in the order of the lines: the last one of a machine holds; NULL = none */
	bool all;                 /* where nothing is told of one, nothing was sent to it */
} ToldNodes;
void told_nodes_take(ToldNodes *told, const Json *line);
void told_nodes_clear(ToldNodes *told);

/* What a finished log says, read from its start: for recovery. */
typedef struct WorkerVerdict {
	bool exists, locked, began;
	Json *result;             /* NULL when the worker left none */
	ToldNodes told;
} WorkerVerdict;
BG_CHECK bool worker_log_judge(const char *path, WorkerVerdict *ret_verdict, Error *err);
void worker_verdict_clear(WorkerVerdict *verdict);
BG_DEFINE_CLEARP(WorkerVerdict, worker_verdict_clear)

/* Writing side, in the worker: to WORKER_LOG_FD. Lines are written with one write each; output beyond WORKER_LOG_MAX is counted. */
/* Durably says that the world is about to be changed. False: it could not be written, and nothing may be changed then, since nobody
 * would know. */
BG_CHECK bool worker_log_begin(Error *err);
/* The machines that a command is sent to next. False: it could not be written, and nothing may be sent to them then. */
BG_CHECK bool worker_log_sending(const Json *nodes, Error *err);
void worker_log_progress(const char *text, int64_t done, int64_t total);
void worker_log_output(bool is_stderr, Str bytes);
void worker_log_json(const char *kind, const char *key, const Json *value);
/* Writes the result and fsyncs. */
void worker_log_result(const Json *result);
