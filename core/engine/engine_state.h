/* engine_state.h: the one structure that the engine's files share. Not for anybody outside core/engine. */
#pragma once
#include <uv.h>
#include "core/engine/announcer.h"
#include "core/engine/connection.h"
#include "core/engine/held_words.h"
#include "core/engine/engine.h"
#include "core/engine/error_json.h"
#include "core/engine/incident_file.h"
#include "core/engine/job.h"
#include "core/engine/library.h"
#include "core/engine/listener.h"
#include "core/engine/logins.h"
#include "core/engine/paths.h"
#include "core/engine/prober_link.h"
#include "core/engine/worker_log.h"
#include "core/environment/environment.h"
#include "core/providers/reading.h"

#define ENGINE_CONNECTIONS_MAX 64
#define ENGINE_JOBS_MAX 64
#define NOT_RECORDED ((ReadingState) -1)

typedef struct EngineJob {
	struct EngineJob *next;
	struct Engine *engine;
	int64_t id;
	Job *job;
	char *progress;
	int64_t done, total, usual_ms;
	Json *plan;                       /* of a plan job: what the worker found */
	Json *request;                    /* as it was given to the worker */
	ToldNodes told;
} EngineJob;

typedef struct Engine {
	uv_loop_t loop;
	uv_pipe_t listening;
	ListenerMark heard;               /* the socket that it listens on */
	bool unheard;                     /* that one was removed, and another one could not be made yet */
	uv_signal_t on_term, on_int, on_hup;
	uv_timer_t tick;
	int lock_fd;                      /* -1: the folder could not hold a lock; then the abstract socket is one */
	int spare_fd;                     /* the abstract socket, before it is listened at; -1 = none */
	bool at_spare;                    /* listens at the abstract socket */
	StatePaths paths;
	char *self, *environment_path;
	WallTime started;
	int64_t clock_offset_ms;          /* wall less mono, as they were at the last tick */
	Environment *environment;
	Library *library;
	IncidentFile *file;               /* NULL: no incident is open */
	Connection *connections;
	size_t connection_count;
	EngineJob *jobs;
	int64_t next_job, next_seat;
	Reading *readings;
	size_t reading_count;
	ReadingState *recorded;           /* what the record last said of each reading, or would have; NOT_RECORDED: nothing yet */
	ProberLink *prober;
	Announcer *announcer;             /* NULL: nothing is posted by itself */
	char *banner;
	ClientHeld held;                  /* as it was told last */
	WallTime disk_failed;             /* since when nothing can be written, no incident being open; 0 = it can */
	Error broken;                     /* the newest incident that could not be opened; NONE = none */
	char *sheltered;                  /* where an earlier engine kept what is held; removed when it is on disk. NULL = nowhere */
	bool discards;                    /* somebody ended it and means that what is held goes */
	bool start_owed;                  /* that this engine took over is not in the record yet */
	Logins logins;
	bool has_group;                   /* whose members may use this engine, too */
	unsigned group;
	StrList asked_for_gates;          /* "INCIDENT r1 web_replicas": values whose probes were asked since a gate needs them */
	int wrong_codes;                  /* one-time codes, since: */
	MonoTime wrong_codes_since;
	bool stopping;
} Engine;

/* engine.c: makes the connection its login's again. */
void engine_identify(Engine *engine, Connection *connection);
/* Who that login is here, badge or not. Borrowed until the next call. */
const char *engine_login_of(Engine *engine, const Connection *connection);

/* publish.c: telling clients. */
void publish_text(Engine *engine, Str json_text);
void publish(Engine *engine, const Json *frame);
void publish_presence(Engine *engine);
/* Tells a client that it acts as somebody else now, and the others who is here. */
void publish_you(Engine *engine, Connection *connection);
void publish_job(Engine *engine, const EngineJob *job, bool running, const Error *error);
void publish_banner(Engine *engine, const char *text, const ClientHeld *held);   /* NULL takes it away */
void publish_playbooks(Engine *engine);
void publish_incident(Engine *engine);                      /* a new one, or none */
void publish_record(void *userdata, const Record *record, Str line);
/* Everything that a client which said hello must know. */
void publish_welcome(Engine *engine, Connection *connection, const Json *hello);

/* services.c: the table of asks. */
void engine_serve(Engine *engine, Connection *connection, const Json *frame);

/* acts.c: requests that come from the engine itself. */
bool engine_request(Engine *engine, RequestKind kind, const Json *args, Error *err);
/* Asks, or asks again, for every gate that can be signed now and whose subject is not the one that stands in the record. */
void engine_renew_gates(Engine *engine);
void engine_take_reading(Engine *engine, Reading *fresh);
/* Readings whose budget has passed: nobody sends that, and the record must tell it all the same. */
void engine_expire_readings(Engine *engine);
/* The record was kept by another engine: what it says of readings was true then, and nobody has looked since. */
void engine_forget_readings(Engine *engine);
/* Hands the record's newest checkpoint to the places that keep copies, by way of the prober. */
void engine_send_checkpoint(Engine *engine);
/* incidents.c: opening what is there, declaring, recovery of actions whose engine died. */
BG_CHECK bool engine_open_incident(Engine *engine, Error *err);
void engine_use_incident(Engine *engine, IncidentFile *file);
/* Writes what could not be written before, takes up actions that nobody follows, and shows or takes away the banner. */
void engine_settle(Engine *engine);
/* trouble.c: says on every screen what the engine's own disk does not take, or that an incident cannot be opened. */
void engine_show_trouble(Engine *engine);

/* job_calls.c: plans, applies and checks as worker processes. */
BG_CHECK bool engine_start_plan(Engine *engine, const char *who, const Run *run, const IncidentStep *step, size_t index, bool undo,
	int64_t *ret_job, Error *err);
BG_CHECK bool engine_start_check(Engine *engine, const char *who, const Run *run, const IncidentStep *step, int64_t *ret_job, Error *err);
/* fill.c: asks the probe of one value (again), known or not. */
struct Walk;
BG_CHECK bool engine_start_fill(Engine *engine, const char *who, const struct Walk *walk, const char *name, int64_t *ret_job, Error *err);
/* After action.started is durable: starts its worker. When that fails, the record says so: nothing ran. `seat_fd`: the terminal that was lent to it
 * (seat.h), borrowed; 0 = none. */
void engine_start_action(Engine *engine, const IncidentAction *action, int seat_fd);
/* The values that were asked for are known: on to what needs them, in the same job, if that is still there. */
BG_CHECK bool engine_job_go_on(EngineJob *job, Error *err);
/* What is signed at a step is all of its plans: after one the next is made, in the same job. False: there is no next, or none can be made. */
BG_CHECK bool engine_job_plan_next(EngineJob *job, Error *err);
/* A step whose actions are all done is looked at by itself. */
void engine_follow_up(Engine *engine, int64_t action);
int64_t job_usual_ms(const char *verb);                     /* 0 = not known */
/* job_recover.c: actions that run by the record and that nobody follows: their workers are followed, or what they left is recorded. */
void engine_recover_actions(Engine *engine);
/* Looks that an engine's end cut short. */
void engine_resume_checks(Engine *engine);
/* engine_jobs.c: follows a worker that another engine started. */
BG_CHECK bool engine_job_adopt(Engine *engine, const JobSpec *spec, int64_t usual_ms, Error *err);
EngineJob *engine_find_job(Engine *engine, int64_t id);
void engine_abandon_jobs(Engine *engine);
