/* job.h: one worker process being followed: a plan, an apply, or a check.
 * A job reads the worker's log as it grows and tells its owner about every line; it ends when the worker is gone, with the result line
 * that the worker left, or without one. Lives on the engine's loop; freeing is asynchronous (the owner's `ended` is its last word). */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/json.h"

typedef enum JobKind { JOB_PLAN, JOB_APPLY, JOB_CHECK, JOB_LOOK } JobKind;   /* a look asks probes for values */
const char *job_kind_name(JobKind kind);

typedef struct Job Job;
typedef struct JobOwner {
	void (*line)(void *userdata, Job *job, const Json *line);
	/* The worker is gone. `result` is its result line or NULL; `began` whether it said that it would now change something. */
	void (*ended)(void *userdata, Job *job, const Json *result, bool began);
	void *userdata;
} JobOwner;

typedef struct JobSpec {
	JobKind kind;
	const char *run, *step;      /* ids */
	size_t index;                /* of the action, or of the verify */
	bool undo;
	bool goes_on;                /* of a look: when the values are known, `then` begins, which they were asked for */
	JobKind then;
	int64_t action;              /* number, 0 for plans and checks */
	const char *log_path;        /* made new; must not exist. NULL: in memory, which is enough for what only looks, and needs no disk */
	const char *label;           /* for screens: "plan fastly.replace" */
	const char *who;             /* who asked */
	int seat_fd;                 /* the person's terminal, lent to it (seat.h); borrowed, 0 = none */
} JobSpec;

/* Starts `self __worker` with `request` on its stdin. NULL and err when it could not be started: then nothing ran. */
Job *job_start(uv_loop_t *loop, const char *self, const JobSpec *spec, const Json *request, const JobOwner *owner, Error *err);
/* Follows a worker that outlived the engine that started it. */
Job *job_adopt(uv_loop_t *loop, const JobSpec *spec, const JobOwner *owner, Error *err);
/* Asks the worker to stop at the next safe place (SIGTERM). What then happened is looked at, not assumed. */
void job_cancel(Job *job);
/* Stops following without waiting; the worker goes on. For the engine's own end. */
void job_abandon(Job *job);

JobKind job_kind(const Job *job);
const JobSpec *job_spec(const Job *job);     /* owned copies, valid until `ended` returns */
bool job_is_cancelled(const Job *job);
int job_pid(const Job *job);                 /* 0: not known yet */
const Json *job_told(const Job *job);        /* what holds for the worker (confine.h); NULL: it did not say so yet */
bool job_log_is_whole(const Job *job);       /* false: it broke off in the middle, and there may be lines that were not seen */
/* All of a log in memory, at most `limit` bytes. */
BG_CHECK bool job_read_log(const Job *job, size_t limit, Buf *out, Error *err);
int64_t job_started_ms(const Job *job);      /* mono */
