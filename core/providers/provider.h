/* provider.h: the adapter to one kind of outside system: its probes and its actions, as const tables.
 * Every function here is blocking straight-line code: it runs in a worker process or on a prober thread, never in the engine or a
 * console. It must respect call->deadline and poll call->cancelled between requests. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/moment.h"
#include "core/base/secret.h"
#include "core/environment/environment.h"
#include "core/playbook/vocabulary.h"
#include "core/providers/plan.h"
#include "core/providers/reading.h"
#include "core/providers/rights.h"

/* Where the record of the open incident is, for the places that keep copies: `note` is the checkpoint as text. */
typedef struct CallCheckpoint { const char *incident, *note; int64_t seq; } CallCheckpoint;

/* A record of the open incident in words, for where they are posted. */
typedef struct CallAnnouncement {
	const char *incident, *text;
	const char *thread;                /* what the first one was given as its place; NULL: this is the first */
	int64_t seq;
} CallAnnouncement;

/* A command that runs in the terminal of the person who started it. */
typedef struct TerminalCommand {
	const char *text;                  /* for sh, values filled in */
	const char *folder;                /* that it names to be run in; "" = none */
	const char *usual_folder;          /* else, of the engine's own login; another one begins at home */
	bool record;                       /* what it prints is kept, where that is possible */
	const StrList *environment;        /* "NAME=value": what the engine's own login would give it */
	const StrList *path;               /* folders before those of PATH, for another login, which keeps its own environment */
} TerminalCommand;
typedef struct TerminalEnd {
	bool began;                        /* false: surely nothing ran */
	int exit_code, signal;             /* as of a process: -1 and the signal */
	int64_t elapsed_ms;
	char recording[160];               /* "recorded in actions/3.log", or why it is not */
} TerminalEnd;

/* What one call may use. Borrowed for the call. */
typedef struct Call {
	const Environment *environment;
	const EnvironmentSystem *system;   /* NULL for verbs that need none (command.run) */
	const Json *args;                  /* parameter name -> string, every value filled in and checked against the VerbSpec */
	MonoTime deadline;
	const char *state_folder;          /* of the run: what command steps carry along; NULL for probes */
	const char *incident;              /* the id of the open incident; NULL: none, or it does not matter */
	const Json *improvements;          /* noted in the open incident, oldest first: [{record, who, text}]; NULL: none are known here */
	const CallCheckpoint *checkpoint;  /* NULL: no incident */
	const char *incidents;             /* folder of the incidents that were; NULL = not known here */
	const CallAnnouncement *announcement;   /* NULL: there is nothing to post */
	bool (*cancelled)(void *userdata);                                              /* NULL = never */
	void (*progress)(void *userdata, const char *text, int64_t done, int64_t total); /* total 0 = not known; NULL ok */
	void (*output)(void *userdata, bool is_stderr, Str bytes);                       /* raw bytes of a program; NULL ok */
	/* Durably says, before anything is sent to them, which of several machines come next: [{name, end: "open"}]. False: nothing may be sent to them, since
	 * nobody would know. NULL ok. */
	bool (*sending)(void *userdata, const Json *nodes, Error *err);
	void (*fact)(void *userdata, const Json *node);                                  /* what came of one of several machines; NULL ok */
	/* Runs it there and waits for its end. False: it did not run (ret->began is false), or its end was not seen. NULL: nobody lent a terminal. */
	bool (*in_terminal)(void *userdata, const TerminalCommand *command, TerminalEnd *ret, Error *err);
	void *userdata;
} Call;

const char *call_arg(const Call *call, const char *name);           /* NULL when not given */
/* Its value is known in a run only: `may` is asked without it. Such an argument is null. */
bool call_arg_is_open(const Call *call, const char *name);
bool call_is_cancelled(const Call *call);
int64_t call_remaining_ms(const Call *call);                         /* 0 when the deadline has passed */
void call_progress(const Call *call, int64_t done, int64_t total, const char *text, ...) BG_PRINTF(4, 5);

typedef enum Verified { VERIFIED_UNKNOWN = 0, VERIFIED_YES, VERIFIED_NO } Verified;

typedef struct ActionResult {
	Verified verified;       /* filled by verify */
	char *evidence;          /* what verify saw, one line */
	char *value;             /* what `save=NAME` keeps: the new version's number, ...; NULL = nothing */
	Json *values;            /* further named results; may be NULL */
	Json *nodes;             /* of a command on machines: [{name, end, exit, why, output}]; else NULL */
	int exit_code;           /* command.run only */
	bool began;              /* set true immediately before the first request that can change something */
	StrList warnings;        /* said by the other side on success: Fastly's msg */
} ActionResult;
void action_result_clear(ActionResult *result);
BG_DEFINE_CLEARP(ActionResult, action_result_clear)

typedef struct Action {
	VerbSpec spec;           /* name, parameters, risk, help */
	bool needs_system;       /* of a provider whose other verbs need none */
	bool repeatable;         /* doing it again after an interruption is safe */
	int64_t usual_ms;        /* how long it usually takes, for "slow" on screens */
	int64_t plan_ms, apply_ms;   /* what planning and doing it may take at most; 0 = the worker's own limits */
	/* Reads the world, lists changes. Changes nothing. */
	bool (*plan)(const Call *call, Plan *ret_plan, Error *err);
	/* Does what `plan` says. The caller has just computed `plan` again and compared its digest. On failure after result->began
	 * the outcome is judged by verify, not assumed. */
	bool (*apply)(const Call *call, const Plan *plan, ActionResult *result, Error *err);
	/* Reads the world afterwards; sets result->verified and evidence. False only when it could not look. NULL: nothing to look at. */
	bool (*verify)(const Call *call, const Plan *plan, ActionResult *result, Error *err);
	/* Pure: which verb and arguments would take `plan` (as applied, with `values`) back. NULL: there is no way back. */
	bool (*undo)(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args);
	const char *manual;      /* the manual equivalent in words, for `show` and help */
} Action;

typedef struct Probe {
	VerbSpec spec;           /* name, parameters, fields, help */
	int64_t every_ms, deadline_ms, budget_ms;   /* defaults: asked every, gives up after, good for */
	/* Looks once and fills state, text, reason and facts of `ret`. Cannot fail: what it cannot tell is unknown with a reason. */
	void (*read)(const Call *call, Reading *ret);
} Probe;

typedef struct Provider {
	const char *name;        /* "concourse" */
	const char *title;       /* "Concourse CI" */
	bool needs_no_system;    /* its verbs work without a system of the environment: command.run, http with a whole url */
	bool actions_are_programs;   /* what its actions do is to start one; a provider that does not say so may start none */
	/* Which program this system cannot do without, beside those that its secrets name; NULL = none. NULL function: never one. Static text. */
	const char *(*system_program)(const EnvironmentSystem *system);
	/* Checks a system's settings and secrets for missing and unknown keys: one error at a time with the line. */
	bool (*check_system)(const Environment *environment, const EnvironmentSystem *system, Error *err);
	/* Whether the credential of call->system may do what `verb` (an action, or a probe that writes) with call->args wants: adds to `rights` what it may and
	 * may not. It is asked read-only, long before: nothing is changed. An argument that only the run will know is left out. A verb that wants nothing adds
	 * nothing. NULL: there is nobody to ask. */
	void (*may)(const Call *call, const char *verb, Rights *rights);
	/* Until when that credential counts, as the service tells or as stands in it: *ret stays unset (0) when it has no end, or none is told. False: it
	 * could not be looked at. NULL: it is never told. */
	bool (*credential_end)(const Call *call, WallTime *ret, Error *err);
	/* Folders in which its actions keep something beside the run's own; NULL = none. */
	void (*write_folders)(const Call *call, StrList *ret);
	const Action *actions;
	size_t action_count;
	const Probe *probes;
	size_t probe_count;
} Provider;

extern const Provider *const PROVIDERS[];            /* ends with NULL */
const Provider *provider_find(const char *name);     /* NULL if there is none */
const Action *action_find(const char *verb);         /* "fastly.clone" */
const Probe *probe_find(const char *verb);
const Vocabulary *provider_vocabulary(void);         /* every verb, static */
/* The system that `verb` with `args` speaks to: args.system, else the only system of its provider. */
BG_CHECK bool provider_choose_system(const Environment *environment, const char *verb, const Json *args,
	const EnvironmentSystem **ret_system, Error *err);
/* Every system's settings and every probe's arguments against the tables: the first that is wrong, with its place. */
BG_CHECK bool provider_check_environment(const Environment *environment, Error *err);
/* Checks `args` against the VerbSpec: unknown names, missing required ones, types, choices. */
BG_CHECK bool provider_check_args(const VerbSpec *spec, const Json *args, Error *err);
