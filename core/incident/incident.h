/* incident.h: the pure model of one incident: a fold over its records.
 * incident_decide() says what record a request becomes, or why it is refused; incident_apply() folds a record in. Both
 * are total and pure: no I/O, no clock, no randomness. Engine and consoles fold the same records with the same
 * functions, so they see the same. An Incident owns everything reachable from it; all pointers are valid until the next
 * incident_apply(). Structs are for reading. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/moment.h"
#include "core/base/risk.h"
#include "core/base/str.h"
#include "core/incident/event.h"
#include "core/incident/lifecycle.h"

/* ---- limits of what a record may bring: beyond them decide refuses and apply leaves the record out ---- */
enum {
	INCIDENT_LINE_MAX = 400,         /* bytes of a title, a name in words, a reason's line */
	INCIDENT_TEXT_MAX = 4000,        /* bytes of a note, a reason, a value */
	INCIDENT_NAME_MAX = 64,          /* bytes of the name of a value or a fact */
	INCIDENT_WHO_MAX = 128,          /* bytes of a person's name */
	INCIDENT_VALUES_MAX = 1000,      /* values of a run; facts of an incident */
	INCIDENT_RUNS_MAX = 500,
	INCIDENT_IMPROVEMENTS_MAX = 200,
	INCIDENT_ZONES_MAX = 6,
	RUN_STEPS_MAX = 5000,
	RUN_GATES_MAX = 200,
	RUN_TIMERS_MAX = 200,
	STEP_ROWS_MAX = 64,              /* actions of a step; its verifies */
	GATE_SIGNOFFS_MAX = 256,         /* over one subject */
	ACTION_NODES_MAX = 1000,         /* machines of one command */
	ACTION_NAME_COLUMNS = 48,        /* of a command, where it stands for its action */
	NODE_WHY_MAX = 200,              /* bytes of what came of it on one */
};

typedef struct StepAction {      /* one verb that a step can do, in order: `do`s and runnable commands, then `also`s */
	char *verb;                  /* "fastly.clone", "command.run" */
	Risk risk;
	Risk undo_risk;              /* of the way back with this row's index; at least as the row's own: row_risk() */
	char *label;                 /* words for a key or menu; NULL = the verb */
	char *save;                  /* name of the value that its result is kept under; NULL = none */
	bool also;                   /* optional: does not count for done */
	bool restores;               /* a backup over what is there: only into what is dedicated to it, or with a signed reason */
	bool done;
	bool undone;                 /* of a step with several undos: the one with this row's index was done */
	int64_t plan_seq;            /* record of its newest plan; 0 = none */
	char plan_digest[65];
	Json *plan;                  /* as in the record; NULL = none */
	WallTime plan_time;
	bool plan_is_undo;
	int64_t last_action;         /* number of the newest IncidentAction of this row, undo included; 0 = none */
} StepAction;

typedef enum CheckState { CHECK_NOT_LOOKED, CHECK_TRUE, CHECK_FALSE } CheckState;
typedef struct StepCheck { CheckState state; char *name, *text, *reason; WallTime time; } StepCheck;   /* NULL: not told */

typedef enum StepKind { STEP_KIND_STEP, STEP_KIND_CHECK, STEP_KIND_NOTE } StepKind;

typedef struct IncidentStep {
	char *id, *number, *title, *phase;
	int parent;                  /* index in the run's steps, -1 = top */
	int level;
	StepKind kind;
	bool counted, optional, human, can_undo;
	StepAction *actions;
	size_t action_count;
	StepCheck *checks;           /* one for each `verify` */
	size_t check_count;
	/* undos, each with the index of a row; the step is undone when all of them were done */
	size_t undo_count;
	StrList opens, closes;
	char *closed_by;
	StepState state;
	char *reason;                /* of a skip or an override */
	char *who;                   /* who brought it to its present state; NULL = nobody yet */
	WallTime changed;
	bool derived;                /* done because its sub-steps are */
	int skipped_with;            /* the step whose skip took this one along, as an index; -1 = none */
	/* The rest is for the fold itself. */
	bool settled;                /* its effects of being done (ledger, timers) are applied */
	bool opened;                 /* its `opens` were opened */
	StepState before_undo;       /* to go back to when an undo changed nothing */
} IncidentStep;

typedef enum Decision {
	DECISION_YES,
	DECISION_NO,
	DECISION_ESCALATE,
	DECISION_WITHDRAW,    /* takes the signer's own answer back */
	DECISION_ALONE,       /* goes on without the roles that are missing: an override */
	DECISION_COUNTERSIGN, /* agrees afterwards to what somebody did alone */
} Decision;
enum { DECISION_COUNT = DECISION_COUNTERSIGN + 1 };

typedef struct Signoff {
	char *role, *person, *reason, *key, *method, *statement, *signature;
	char *login;                 /* at whose login it was given, when that is somebody else; NULL = their own */
	Decision decision;
	bool touched, verified;      /* by a security key that was touched; that asked for a PIN or a finger, too */
	char subject[65];
	int64_t seq;
	WallTime time, signed_at, expires;   /* when it came, when the signer says to have signed */
} Signoff;

typedef enum GateState {
	GATE_CLOSED,      /* nobody was asked yet */
	GATE_WAITING,     /* asked; roles are missing */
	GATE_SIGNED,
	GATE_REFUSED,     /* a holder of a role said no to this very subject */
	GATE_ESCALATED,
	GATE_EXPIRED,     /* was signed, too long ago to act on */
} GateState;
enum { GATE_STATE_COUNT = GATE_EXPIRED + 1 };

typedef struct Override {        /* one person opened a gate alone */
	char subject[65];
	StrList lines;               /* the same in words */
	StrList missing;             /* roles that have not signed over it yet; empty: settled */
	int64_t asked_seq, seq;
	WallTime time;
	char *person, *role, *reason;
} Override;

typedef struct Gate {
	char *id, *title;
	StrList roles;
	StrList steps;               /* ids of the steps that it covers */
	int min;                     /* people, at least */
	bool distinct, reason_required, live;
	bool solo;                   /* the environment lets one person go on alone, as it was when the run began */
	char subject[65];            /* what is to be signed now; "" = not asked */
	StrList lines;               /* the same in words */
	int64_t asked_seq;           /* record that asked for this subject: a checkpoint before it does not count */
	WallTime asked;
	Signoff *signoffs;           /* all, oldest first; only those over `subject` count */
	size_t signoff_count;
	size_t signoffs_from;        /* index of the first that may count: given after this subject was asked */
	bool latched;                /* every role said yes over `subject` while all were valid, or one went on alone */
	WallTime latched_at;
	Override *overrides;         /* over any subject, oldest first */
	size_t override_count;
} Gate;

/* `from`: the probe that told it, as "k8s.deployment replicas"; NULL: a person set it, a step found it, or the environment has it. */
/* Of a time also what was typed, the zone that was meant ("" or NULL: none was needed) and what that is in UTC; 0 = a record from before these. */
typedef struct NamedValue { char *name, *value; bool secret; WallTime set; char *who, *from, *typed, *zone; WallTime utc; } NamedValue;
typedef struct Timer { char *name, *label, *step; bool starts; WallTime started, stopped; } Timer;

typedef struct Run {
	char *id;
	char *playbook_id, *playbook_title, *playbook_path, *playbook_sha256;
	char *procedure_id, *procedure_title;
	bool dedicated;              /* its environment is there to be restored into, as it was when the run began */
	bool aside;                  /* a command beside the procedure that is walked: never the current run while there is another */
	RunState state;
	IncidentStep *steps;
	size_t step_count;
	Gate *gates;
	size_t gate_count;
	NamedValue *values;
	size_t value_count;
	Timer *timers;
	size_t timer_count;
	WallTime started, ended;
	char date[sizeof "2026-11-21"];   /* UTC: when it was started, for names that must not change at midnight */
	char *who;
	int64_t running_action;      /* number of the one that runs now; 0 = none */
	struct StepIndex *index;     /* for the fold itself */
} Run;

/* What came of a command on one machine. NOT_STARTED: it was surely not sent. */
typedef enum NodeEnd { NODE_OPEN, NODE_DONE, NODE_FAILED, NODE_IN_DOUBT, NODE_NOT_STARTED } NodeEnd;
enum { NODE_END_COUNT = NODE_NOT_STARTED + 1 };
typedef struct ActionNode {
	char *name;
	NodeEnd end;
	int64_t exit_code;           /* -1 = none */
	int64_t output;              /* those of an action with the same number said the same; 0 = not told */
	char *why;                   /* "exit 3", "connection refused"; NULL */
} ActionNode;

typedef struct IncidentAction {  /* something that was started */
	int64_t number;              /* 1, 2, ...: also the name of its log, actions/N.log */
	int run, step;               /* indexes */
	size_t index;                /* of the StepAction */
	bool undo;
	char *verb, *digest, *who, *save;
	char *terminal;              /* in which it runs: that of whoever started it; NULL = the engine runs it */
	Risk risk;
	ActionState state;
	int64_t started_seq;
	WallTime started, finished;
	bool began;                  /* it may have changed something */
	int64_t exit_code;           /* of a command; -1 = none */
	char *verified;              /* "yes" "no" "unknown"; NULL: it runs, or has no verify of its own */
	char *evidence, *value;
	char *what, *where, *why, *hint;   /* of the error, or NULL */
	char *resolved_reason;       /* why a person said ran or not-run */
	char *log_sha256;            /* NULL while running or when the log was not closed */
	ActionNode *nodes;           /* of a command on machines, in the plan's order; else none */
	size_t node_count;
	char *command;               /* of command.run: its text; else NULL */
} IncidentAction;

typedef struct LedgerItem {
	char *name;                  /* "backup-paused" */
	char *gate;                  /* id: it is an override of this gate that waits for its countersignature; NULL: a step opened it */
	char *run, *step, *step_title, *closed_by;
	bool open, doubtful;         /* doubtful: the action that opens it is in doubt */
	bool can_undo;
	WallTime opened, closed;
	char *opened_who, *closed_who;
	char *closed_run, *closed_step;   /* the step that closed it, maybe of another run; NULL while open */
} LedgerItem;

/* A note of what to do better next time. `seq` is its record: by that it is known outside, too. */
typedef struct Improvement { int64_t seq; char *who, *text; } Improvement;

typedef struct Incident {
	char *id, *title, *environment, *commander;
	StrList zones;               /* of those who take part, as their environment named them: "Europe/London" */
	bool drill;
	IncidentPhase phase;
	int64_t objective_ms;        /* 0 = none */
	WallTime declared, ended;
	char *end_reason;
	int64_t seq;                 /* of the last record folded in */
	WallTime last_time;
	int64_t last_mono_ms;
	int64_t declared_mono_ms;
	Run *runs;
	size_t run_count;
	IncidentAction *actions;
	size_t action_count;
	LedgerItem *ledger;          /* open and closed, oldest first */
	size_t ledger_count;
	NamedValue *facts;
	size_t fact_count;
	Improvement *improvements;   /* oldest first */
	size_t improvement_count;
	uint64_t unknown_records;    /* records of a type that this version does not know */
	size_t running_count, doubt_count;   /* actions that run now; actions in doubt */
	size_t *open_items;          /* indexes of the open ledger items, oldest first */
	size_t open_count;
} Incident;

Incident *incident_new(void);
Incident *incident_free(Incident *incident);
BG_DEFINE_FREEP(Incident, incident_free)

/* Folds one record in. Total: data of the wrong shape changes nothing but seq and times. An event whose seq is not
 * incident->seq + 1 is left out entirely. Never fails: whoever reads a journal has checked its chain before. */
void incident_apply(Incident *incident, const Event *event);

/* ---- requests ---- requests.def: X(enumerator, "name", event type, "fields of args") */
typedef enum RequestKind {
#define X(enumerator, name, event, fields) enumerator,
#include "core/incident/requests.def"
#undef X
	REQUEST_KIND_COUNT
} RequestKind;
const char *request_kind_name(RequestKind kind);
bool request_kind_parse(const char *name, RequestKind *ret_kind);

typedef struct Request {
	RequestKind kind;
	const char *who, *how;
	const Json *args;
} Request;

typedef struct Draft { EventType type; Json *data; } Draft;   /* data owned */
void draft_clear(Draft *draft);
BG_DEFINE_CLEARP(Draft, draft_clear)

/* The record that `request` becomes at `now` (exactly one; what follows from it is worked out by incident_apply), or a
 * refusal: what (the request in words), where (step number and title), why, hint. */
BG_CHECK bool incident_decide(const Incident *incident, const Request *request, WallTime now, Draft *ret_draft,
	Error *err);

/* ---- queries ---- */
const Run *incident_find_run(const Incident *incident, const char *id);
const Run *incident_current_run(const Incident *incident);              /* the newest that is walked, one aside last; NULL */
const IncidentStep *run_find_step(const Run *run, const char *id);      /* by id or by number ("4.3") */
int run_step_index(const Run *run, const IncidentStep *step);
/* Done because its counted sub-steps are: a step with counted sub-steps and neither actions nor verifies of its own. */
bool run_step_is_parent(const Run *run, const IncidentStep *step);
const Gate *run_find_gate(const Run *run, const char *id);
const char *run_value(const Run *run, const char *name);                /* NULL: not set */
const NamedValue *run_find_value(const Run *run, const char *name);     /* NULL: not set */
/* For how long it has lasted at `now`, or did last: by the clock that nobody can set as far as the newest record, after it by `now`. A clock that was
 * set is wrong until the next record at most, and never counts back. */
int64_t incident_elapsed_ms(const Incident *incident, WallTime now);
const IncidentAction *incident_find_action(const Incident *incident, int64_t number);
const IncidentAction *incident_running_action(const Incident *incident, const Run *run);  /* NULL = none */
size_t incident_in_doubt(const Incident *incident);
const char *node_end_name(NodeEnd end);                                 /* "in-doubt", as in records */
const char *node_end_words(NodeEnd end);                                /* "in doubt" */
/* What it is called where a person reads of it: "fastly.clone", or a command's own first words. Appends. */
void action_name(const IncidentAction *action, Buf *out);
const ActionNode *action_find_node(const IncidentAction *action, const char *name);   /* NULL: it was not sent there */
size_t action_count_nodes(const IncidentAction *action, NodeEnd end);
/* "5 nodes: 2 done, 1 failed, 1 in doubt, 1 not started". Appends; nothing for an action without machines. */
void action_score(const IncidentAction *action, Buf *out);
/* The machines on which `command` was done already by row `index` of a step, since the row was done or taken back as a whole, by actions before number
 * `before`: it is not sent there again. */
void step_nodes_done(const Incident *incident, const Run *run, const IncidentStep *step, size_t index, const char *command, int64_t before,
	StrList *ret_names);
/* The newest action on machines; NULL = none. */
const IncidentAction *incident_last_on_nodes(const Incident *incident);
size_t ledger_open_count(const Incident *incident);
/* Something was broken open, and all of it is closed again. */
bool incident_is_mended(const Incident *incident);
const LedgerItem *ledger_find_open(const Incident *incident, const char *name);
const char *incident_fact(const Incident *incident, const char *name);
/* When the damage began: as somebody told it apart (the fact "bad-publish", in ms), else as the newest run's value `value_name` says it (a
 * time that its procedure asks for; NULL or "" = none does). incident may be NULL. */
#define DAMAGE_FACT "bad-publish"
typedef enum DamageFrom { DAMAGE_NOT_KNOWN, DAMAGE_TOLD, DAMAGE_BY_VALUE } DamageFrom;
typedef struct DamageTime { WallTime time; DamageFrom from; } DamageTime;
/* What that time is, in words: "bad publish (said with t)", "bad publish (as the procedure's value says)"; NULL when it is not known. */
const char *damage_words(DamageFrom from);
DamageTime incident_damage(const Incident *incident, const char *value_name);
GateState gate_state(const Gate *gate, WallTime now);
const char *gate_state_name(GateState state);                           /* "waiting" */
const char *decision_name(Decision decision);                           /* "yes" */
bool decision_parse(const char *text, Decision *ret_decision);
const char *decision_words(Decision decision);                          /* "said NO", "signed ALONE": of whoever answered */
/* It opens the gate, as far as its role goes. */
bool decision_opens(Decision decision);
/* Why this answer cannot be given to a gate in that state, in words; NULL: it can. */
const char *decision_refused(Decision decision, GateState state);
/* A one-time code vouches for it and no signature: the engine alone could check that. */
bool signoff_is_weaker(const Signoff *signoff);
/* What a security key vouches for, in words: "touched"; "" for every other key. */
const char *signoff_touch_words(const Signoff *signoff);
#define SIGNOFF_BY_CODE "code"           /* its method */
/* The sign-off of the one person by whom the gate is open, roles missing; NULL: it is not, or all have signed. */
const Signoff *gate_alone(const Gate *gate, WallTime now);
/* The oldest override that waits for a countersignature, over `subject` (NULL = over any); NULL = none. */
const Override *gate_override(const Gate *gate, const char *subject);
/* The answer of `role` that came afterwards to what somebody did alone over the present subject; NULL = none. */
const Signoff *gate_countersignature(const Gate *gate, const char *role);
size_t incident_overrides(const Incident *incident);                    /* that wait for a countersignature */
/* True and err filled (what is missing, from whom) unless the gate is SIGNED. */
bool gate_refuses(const Gate *gate, WallTime now, Error *err);
/* The same for people: what was signed and is done or left out since asks nobody any more, however long ago that was. What decides whether an action
 * may start is gate_state(). */
GateState run_gate_state(const Run *run, const Gate *gate, WallTime now);
/* The step that comes before what the gate covers and is not behind us yet; NULL = none. Until then it is not asked: nobody signs what they
 * have not come to. */
const IncidentStep *gate_waits_for(const Run *run, const Gate *gate);
/* The newest no over the present subject that stands: only whoever said it can say otherwise; NULL = none. */
const Signoff *gate_no(const Gate *gate);
/* What `role` answers over the present subject: a no that stands, else the newest that its signer has not taken back; NULL = none. */
const Signoff *gate_signoff(const Gate *gate, const char *role);
/* The newest answer of `person` over the present subject that was not taken back; NULL = none. */
const Signoff *gate_signoff_of(const Gate *gate, const char *person);
/* Every role has signed, and so many people more are wanted (its `min`); 0 = none. */
int gate_people_wanted(const Gate *gate, WallTime now);
/* `signoff`, one of gate->signoffs, is among those by which the gate is open. */
bool gate_counts(const Gate *gate, const Signoff *signoff, WallTime now);
/* Why, as somebody wrote whose sign-off counts now; NULL: none of them says. */
const char *gate_reason(const Gate *gate, WallTime now);
/* Gates that cover `step` itself or a step that it is a sub-step of, in order, at most `max`; returns how many. */
size_t run_step_gates(const Run *run, const IncidentStep *step, const Gate **ret, size_t max);
/* What a gate of its own asks to be signed is all of its plans: all of them have to be made. */
bool step_is_signed_as_a_whole(const Run *run, const IncidentStep *step);
/* What is asked of a person before the row is done, or before it is taken back: what takes a destructive thing back is not less than that, and never unasked. */
Risk row_risk(const StepAction *row, bool undo);
/* The first way back of a step that is still to be done, by its row; 0 when all of them were. */
size_t step_next_undo(const IncidentStep *step);
/* The first action of a step that is still to be done (also's never); NULL = none. *ret_index its index. */
const StepAction *step_next_action(const IncidentStep *step, size_t *ret_index);
/* Every verify was seen true (also when there is none). */
bool step_checks_true(const IncidentStep *step);
/* Row `index` may be planned now; false and err filled. Gates do not matter: what they sign is the plan. */
bool step_can_plan(const Incident *incident, const Run *run, const IncidentStep *step, size_t index, Error *err);
/* The undo of `step` may be planned or started now. */
bool step_can_undo(const Incident *incident, const Run *run, const IncidentStep *step, Error *err);
/* Why `step`'s main key cannot act now; false and err filled. Used by screens to show a disabled key's reason and by
 * decide. Looks at the lifecycle, what runs, what is in doubt, the order of the rows and the gates; not whether there
 * is a plan. */
bool step_can_start(const Incident *incident, const Run *run, const IncidentStep *step, size_t index, WallTime now,
	Error *err);
/* Counted steps and how many of them are done or skipped. */
void run_progress(const Run *run, size_t *ret_done, size_t *ret_total);
/* It was not reached: it stood still because its run was given up. */
bool timer_was_given_up(const Run *run, const Timer *timer);
/* How many of what run_progress() counts as done were left out. */
size_t run_left_out(const Run *run);
/* "21 of 24 steps done, 3 left out": what is told to those who were not there; a step that was left out is not done. Owned. */
char *run_progress_words(const Run *run);

/* The whole state as canonical JSON: for `--json`, for tests that replay is identical. Owned. */
Json *incident_to_json(const Incident *incident);
/* [{record, who, text}], oldest first. Owned. */
Json *incident_improvements(const Incident *incident);
