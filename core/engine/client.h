/* client.h: the only door from a console or a command to the engine.
 * A Client owns one connection and a model of what the engine knows: the incident (folded from its records with the same pure functions
 * as the engine's), the readings, the playbooks, who is here, what is running. Single-threaded: the caller polls client_fd() and calls
 * client_process(); no call here waits, except those that say so with a deadline.
 *
 * Wire (frames of frame.h, one JSON object each, "t" = type):
 *   client: hello{protocol, version, kind("console"|"command"|"seat": seat.h), from{incident,seq}}   ask{id, name, args{}}
 *   engine: welcome{protocol, version, environment{name,kind,objective_ms,roles[],people[{name,roles[]}],values{}},
 *                   you{who,how,roles[], login, badge_ms: under a badge},
 *                   engine{pid,started}, state_folder}
 *           you{you}, incident{id|null}, record{line}, reading{reading}, playbooks{list[]}, presence{people[]}, job{..}, output{..}, caught-up{},
 *           reply{id, ok, data{}|error{}}, banner{text, held{}|null}, refused{error{}} (its last word) */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/engine/asks.h"
#include "core/engine/held_words.h"
#include "core/incident/incident.h"
#include "core/journal/journal.h"
#include "core/providers/reading.h"

typedef struct Client Client;

typedef struct ClientOptions {
	const char *environment_path;    /* the environment's YAML file, absolute */
	const char *environment_name;    /* its name */
	const char *environment_group;   /* the group that it names; NULL or "" = none */
	const char *state;               /* --state, or NULL */
	const char *self;                /* our own program, to start an engine with: /proc/self/exe */
	bool console;                    /* counts as a person who is here */
	bool start_engine;               /* start one when none answers */
	int64_t deadline_ms;             /* for the connection as a whole; 0 = 5 s */
} ClientOptions;

/* What the screens know of one person at a console. */
typedef struct Presence { char *who; char *terminal; bool you; } Presence;

typedef struct PlaybookProcedure { char *id, *title; size_t steps, gates, actions, commands; } PlaybookProcedure;
typedef struct PlaybookEntry {
	char *path, *title, *id, *sha256;
	char *problem;                   /* why it cannot be run: its first error; NULL when it can */
	size_t errors, warnings;
	char *review;                    /* "review overdue by 9 months", or NULL */
	PlaybookProcedure *procedures;
	size_t procedure_count;
} PlaybookEntry;

#define CLIENT_OUTPUT_MAX (1024 * 1024)   /* bytes of live output kept of one job; the whole stands in its log */
/* Something that is being worked on, or was last: a plan, an apply, a check. */
typedef struct ClientJob {
	int64_t id;                      /* of the job, unique within the engine's life */
	char *kind;                      /* "plan" "apply" "check" */
	char *run, *step, *label, *who;
	size_t index;
	int64_t action;                  /* 0 for plans and checks */
	bool running, undo;
	char *progress;                  /* latest words, NULL = none */
	int64_t done, total;
	int64_t started_ms;              /* mono of this console when it first heard of it */
	int64_t usual_ms;                /* 0 = not known */
	Buf output;                      /* the newest CLIENT_OUTPUT_MAX bytes, sanitised, lines */
	uint64_t output_total;           /* bytes that output has had, with those that are not kept any more */
	Error error;                     /* of a plan or check that could not be made */
} ClientJob;

typedef struct TimelineEntry { int64_t seq; WallTime time; int64_t mono_ms; EventType type; char *who, *how, *text; } TimelineEntry;

/* What the engine knows, for reading. All of it is replaced or grows only inside client_process(). */
typedef struct ClientModel {
	bool connected;                  /* false: what is here is old; `why_not` says why */
	bool caught_up;                  /* everything that was there when we came has arrived */
	Error why_not;
	char *environment_name, *environment_kind;   /* kind: "live" "drill" */
	bool drill;                      /* of the incident, else of the environment */
	int64_t objective_ms;
	Json *environment;               /* as in welcome */
	char *who, *how;
	StrList roles;                   /* of `who` */
	char *login;                     /* under a badge: whose login it is; NULL = the login acts */
	int64_t badge_until_ms;          /* mono of this console: the badge runs out; 0 = none */
	char *state_folder;
	int64_t engine_pid;
	const Incident *incident;        /* NULL: none declared */
	TimelineEntry *timeline;
	size_t timeline_count;
	Reading *readings;               /* in the environment's order; raw: judge with health before showing */
	size_t reading_count;
	PlaybookEntry *playbooks;
	size_t playbook_count;
	Presence *people;
	size_t people_count;
	ClientJob *jobs;                 /* running first, then the ended ones, newest first; bounded */
	size_t job_count;
	char *banner;                    /* one loud line from the engine (disk full, ...); NULL = none */
	ClientHeld held;                 /* what of it is about records that are not on disk */
	ClientHeld lost;                 /* what an engine that ended took along: it was in its memory only. `records` 0 = nothing */
	uint64_t version;                /* grows with every change: render when it does */
} ClientModel;

/* Connects, starting the engine if asked; waits within the deadline until everything that is there has arrived. */
BG_CHECK bool client_open(const ClientOptions *options, Client **ret_client, Error *err);
/* Begins to connect and returns at once: the model says `connected` later. For consoles: nothing on the screen waits. */
BG_CHECK bool client_begin(const ClientOptions *options, Client **ret_client, Error *err);
Client *client_close(Client *client);
BG_DEFINE_FREEP(Client, client_close)

const ClientModel *client_model(const Client *client);
int client_fd(const Client *client);                    /* -1 while there is no connection */
bool client_wants_write(const Client *client);
/* Milliseconds until client_process wants to be called even if nothing arrives (reconnecting); -1 = never. */
int client_timeout_ms(const Client *client);
/* Reads and writes what is possible without waiting; reconnects by itself when due. Never fails: trouble is in the model. */
void client_process(Client *client);

/* Called once for every ask, from client_process: ok with data (borrowed, may be NULL), or not ok with err. */
typedef void (*ClientReply)(void *userdata, bool ok, const Json *data, const Error *err);
/* Queues an ask (names and arguments: asks.def). `reply` may be NULL. Takes ownership of args (NULL = none).
 * Without a connection the reply comes at the next client_process, as an error: nothing is kept to be sent later by surprise. */
void client_ask(Client *client, AskName name, Json *args, ClientReply reply, void *userdata);
/* The same, waiting: for commands. *ret_data owned, may be NULL. */
BG_CHECK bool client_ask_wait(Client *client, AskName name, Json *args, int64_t deadline_ms, Json **ret_data, Error *err);
/* Processes until `until(model)` is true or the deadline passes (TIMEOUT error). For commands. */
BG_CHECK bool client_wait(Client *client, bool (*until)(const ClientModel *model, void *userdata), void *userdata,
	int64_t deadline_ms, Error *err);

/* The job that concerns this step now, or was last; NULL = none. */
const ClientJob *client_job_of_step(const ClientModel *model, const char *run, const char *step);
/* Record `seq` is in the engine's memory only. */
bool client_is_held(const ClientModel *model, int64_t seq);
const PlaybookEntry *client_find_playbook(const ClientModel *model, const char *path_or_id);
