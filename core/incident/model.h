/* model.h: what the parts of the fold share among themselves. Not for other layers. */
#pragma once
#include "core/base/alloc.h"
#include "core/incident/incident.h"

/* Room for one more element in an array that holds `count`: it grows at powers of two, so that no capacity need be
 * kept. */
void *model_room(void *items, size_t count, size_t size) BG_CHECK;
/* Replaces an owned text. NULL empties it. */
void model_set(char **field, const char *text);
/* An object's text that is at most `max` bytes long; NULL when it is absent, empty or longer. */
const char *model_text(const Json *object, const char *key, size_t max);
/* A lower-case SHA-256 in hex; false leaves `ret` alone. */
bool model_digest(const Json *object, const char *key, char ret[static 65]);
bool model_is_digest(const char *text);
/* of a value or a fact: letters, digits, _ - . beginning with a letter or _ */
bool model_is_name(const char *text);
/* "Europe/London", "UTC". Says nothing about tz data. */
bool model_is_zone(const char *text);

/* Builds a run from the data of run.started. What it refuses, decide refuses with the same words. `err` may be NULL. */
bool outline_parse(const Json *data, Run *ret_run, Error *err);
void run_clear(Run *run);
BG_DEFINE_CLEARP(Run, run_clear)

/* ---- action_nodes.c: the machines of a command ---- */
/* From the plan that is started: every machine is open. */
void action_nodes_begin(IncidentAction *action, const Json *plan);
/* What a record tells of them; those it does not tell of end as `rest`. */
void action_nodes_take(IncidentAction *action, const Json *told, NodeEnd rest);
/* A person looked: those in doubt end so. */
void action_nodes_resolve(IncidentAction *action, bool ran);
/* The same of those of `names` only. False: none of them is in doubt. */
bool action_nodes_resolve_named(IncidentAction *action, const Json *names, bool ran, const char *reason);
/* Some were not done, so the row is not. */
bool action_nodes_are_left(const IncidentAction *action);
/* It came to an end on some, well or not: something may have changed there. */
bool action_nodes_ran(const IncidentAction *action);
void action_nodes_clear(IncidentAction *action);
/* For decide: what may stand in a record. Owned; NULL = nothing was told. */
Json *action_nodes_told(const Json *told);
Json *action_nodes_to_json(const IncidentAction *action);

/* Lookups by id: -1 when there is none. */
int incident_run_index(const Incident *incident, const char *id);
int run_index_of(const Run *run, const char *step_id);
int run_gate_index(const Run *run, const char *gate_id);
void run_index_build(Run *run);
struct StepIndex *run_index_free(struct StepIndex *index);
/* What a record's "run", "step", "gate" and "index" name; NULL when they name nothing. */
Run *model_run(Incident *incident, const Json *data);
IncidentStep *model_step(Run *run, const Json *data);
StepAction *model_row(IncidentStep *step, const Json *data);

/* When it happened, by the clock that nobody can set: the time of the declaration and what has passed since. For what is measured; a record's
 * own time stays what the wall clock said. */
WallTime model_steady_time(const Incident *incident, const Event *event);

/* ---- the fold, one function for each type of record ---- */
typedef void ApplyFunction(Incident *incident, const Event *event);
ApplyFunction apply_declared, apply_ended, apply_commander, apply_note, apply_fact;
ApplyFunction apply_run_started, apply_run_ended, apply_value_set;
ApplyFunction apply_ticked, apply_unticked, apply_skipped, apply_reclassified, apply_check;
ApplyFunction apply_gate_asked, apply_signoff;
ApplyFunction apply_plan_made, apply_action_started, apply_action_finished, apply_action_lost, apply_action_resolved;

/* Sets or replaces; `value` NULL for a secret, `from` NULL unless a probe told it. Over the limit nothing happens. */
void values_set(NamedValue **values, size_t *count, const char *name, const char *value, bool secret, const char *from,
	const Event *event);

/* Moves a step by its table, then does what follows: ledger and timers when it becomes done, the steps above it. False:
 * no such cell. */
bool step_apply_move(Incident *incident, Run *run, IncidentStep *step, StepMove move, const Event *event);
/* After a person took back or an undo reverted: the step is not done, what it closed is open again. */
void step_unsettle(Incident *incident, Run *run, IncidentStep *step);
/* Back to what it was before an undo that changed nothing. */
void step_restore(Incident *incident, Run *run, IncidentStep *step, const Event *event);
/* After the last of its rows is done: moves on to done, checking or ready. `verified` as in the record, may be NULL. */
void step_rows_done(Incident *incident, Run *run, IncidentStep *step, const char *verified, const Event *event);
bool step_rows_all_done(const IncidentStep *step);

void ledger_open(Incident *incident, const Run *run, IncidentStep *step, bool doubtful, const Event *event);
/* its `closes`, wherever */
void ledger_close_named(Incident *incident, const Run *run, const IncidentStep *step, const Event *event);
/* what it opened */
void ledger_close_own(Incident *incident, const Run *run, IncidentStep *step, const Event *event);
void ledger_close_doubtful(Incident *incident, const Run *run, IncidentStep *step, const Event *event);
/* what it closed */
void ledger_reopen(Incident *incident, const Run *run, const IncidentStep *step);
void ledger_item_clear(LedgerItem *item);
/* an override of a gate, until it is countersigned */
void ledger_open_gate(Incident *incident, const Run *run, const Gate *gate, const Override *override, const Event *event);
void ledger_close_gate(Incident *incident, const Run *run, const Gate *gate, const Event *event);

void override_clear(Override *override);
/* `alone` was just given over the present subject. */
void override_open(Incident *incident, const Run *run, Gate *gate, const Signoff *alone, const Event *event);
/* A role has signed over an overridden subject. */
void override_settle(Incident *incident, const Run *run, Gate *gate, const Signoff *signoff, const Event *event);
/* Taken back before anything was started by it: then nothing was overridden. */
void override_withdraw(Incident *incident, const Run *run, Gate *gate, const char *person, const Event *event);

/* The sign-offs that count over the present subject fill every role and the number of people, all unexpired at `at`. */
bool gate_is_complete(const Gate *gate, WallTime at);
/* The same, or one person goes on alone where that is allowed. */
bool gate_is_open(const Gate *gate, WallTime at);
