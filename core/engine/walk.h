/* walk.h: between the playbook (what is written) and the incident (what is recorded): outlines, rows, values, subjects, guards.
 * A step's rows are what its keys can do, in order: its `do` actions, or, when it has none, the commands of its main blocks; then the
 * optional ones (`also`, offers, examples, alternatives). Row n here is StepAction n of the incident. Pure. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/environment/environment.h"
#include "core/incident/incident.h"
#include "core/playbook/model.h"

#define COMMAND_VERB "command.run"
#define WALK_ROWS_MAX 64

typedef struct WalkRow {
	const PlaybookAction *action;    /* NULL for commands */
	const StepCommand *command;      /* NULL for actions */
	const ShellLine *line;           /* of the command; of one that chooses, its first */
	bool chosen;                     /* which of its lines is run, a variable chooses (choose=VAR of=a|b): one row, one line, never both */
	bool also;
} WalkRow;
/* At most `max` rows; returns how many. */
size_t walk_rows(const Step *step, WalkRow *ret_rows, size_t max);
/* The same of its ways back: its `undo` actions and the commands of blocks with `cmd undo`. The plan of n is kept with row n. */
size_t walk_undo_rows(const Step *step, WalkRow *ret_rows, size_t max);

/* What a walk looks at. All borrowed; `run` may be NULL for a playbook that is not being run. */
typedef struct Walk {
	const Environment *environment;
	const Incident *incident;
	const Run *run;
	const Playbook *playbook;
	const Procedure *procedure;
} Walk;

/* The outline of `procedure` as REQUEST_START wants it (all but "run"): steps, gates, timers, default values. Owned. */
Json *walk_outline(const Walk *walk);
/* The value of a variable: set in the run, else its default, else the environment's. NULL: not known. */
const char *walk_value(const Walk *walk, const char *name);
/* A default may itself hold ${name}: expanded into `out`. False when something in it is missing (added to `missing`). */
bool walk_expand(const Walk *walk, const char *text, Buf *out, StrList *missing);
/* A section's guards stand before its first counted step: asked once, where the section begins. */
bool walk_is_first_of(const Phase *phase, const Step *step);

/* Prose as it reads with the values that are known, secrets left out: titles. Appends. */
void walk_fill_prose(const Walk *walk, const char *text, Buf *out);
/* Line `text` of a visible command with its values filled in and quoted. False when it cannot be run as it stands. */
BG_CHECK bool walk_fill_command(const Walk *walk, const StepCommand *command, const char *text, Buf *out, StrList *missing, Error *err);

/* One row with every value filled in: the verb, its arguments and its system. Missing values make it fail, naming them. */
typedef struct WalkCall {
	char *verb;
	Json *args;                      /* name -> string */
	Risk risk;
	char *label;                     /* "fastly.replace", or the command's first line */
	StrList missing;                 /* names of values that are not known yet */
} WalkCall;
void walk_call_clear(WalkCall *call);
BG_DEFINE_CLEARP(WalkCall, walk_call_clear)
/* Row `index` of `step`, or its undo. Always fills what it can; true when nothing is missing and it can be started. */
BG_CHECK bool walk_call(const Walk *walk, const Step *step, size_t index, bool undo, WalkCall *ret_call, Error *err);

/* The folder that a command runs in, filled in; NULL: where the one before left off. Owned. */
char *walk_folder(const Walk *walk, const StepCommand *command, StrList *missing);
/* Where a command runs, filled in: "local", "ssh:node1,node2". False: host= and each= do not go together. */
BG_CHECK bool walk_host(const Walk *walk, const StepCommand *command, StrList *missing, char **ret_host, Error *err);
/* A command on machines is not sent again to those where this row did it before, in an action with a number less than `before`. */
void walk_leave_out_done(const Walk *walk, const IncidentStep *step, size_t index, int64_t before, WalkCall *call);

/* What a gate signs now. True when it can be asked: `subject` and `lines` filled. False: why not, in err; missing values in `missing`. */
typedef struct WalkSubject { char digest[65]; StrList lines; StrList missing; } WalkSubject;
void walk_subject_clear(WalkSubject *subject);
BG_DEFINE_CLEARP(WalkSubject, walk_subject_clear)
BG_CHECK bool walk_subject(const Walk *walk, const PlaybookGate *gate, WalkSubject *ret_subject, Error *err);

/* Guards of `step`, and of its sections where it is their first counted step, that do not hold now. [{text, soft}]; owned. Those that ask
 * a probe are left to the plan worker (walk_probe_guards). `confirmed`: the person said yes to what guards ask to confirm. */
Json *walk_failed_guards(const Walk *walk, const Step *step, bool confirmed);
/* ---- walk_looks.c: values that a probe tells (var NAME from=PROBE.FIELD) ---- */

/* Names of all values that the step's actions, commands, verifies and guards may want, and the guards of its sections where it is their first. */
void walk_needs(const Walk *walk, const Step *step, StrList *ret_names);
/* What to ask for those of `names` that a probe tells and that are not known yet, or for what those need in turn: [{name, probe, args{}, field,
 * from, seen}]; owned. Empty: nothing that can be asked now. */
Json *walk_looks(const Walk *walk, const StrList *names);
/* The same for one value, known or not. False with the reason: no probe tells it. */
BG_CHECK bool walk_look_again(const Walk *walk, const char *name, Json **ret_looks, Error *err);

/* Times that the step needs, each against its window as it is at `now`: what could be restored to when it was typed may be gone when it is used. */
BG_CHECK bool walk_windows(const Walk *walk, const Step *step, WallTime now, Error *err);

/* [{probe, args{}, conditions[{field,op,value}], soft, text}]; owned. */
Json *walk_probe_guards(const Walk *walk, const Step *step);
/* The `verify`s of a step for a check worker: [{probe, args{}, conditions[], within_ms, every_ms, sample, name}]; owned. False when a
 * value is missing. */
BG_CHECK bool walk_checks(const Walk *walk, const Step *step, Json **ret_checks, Error *err);
