/* lifecycle.c: the tables of what may follow what.
 * A cell is written either as the state that follows or as a refusal in words, with what to do instead. A cell that
 * nobody wrote is refused too: "not possible" with the state's own advice. */
#include "core/incident/lifecycle.h"

#include <stddef.h>

#include "core/base/attributes.h"

typedef struct Cell {
	bool allowed;
	int next;
	const char *why, *hint;
} Cell;

#define TO(state) { .allowed = true, .next = (state) }
#define NO(reason, advice) { .why = (reason), .hint = (advice) }

/* Reasons that several cells share. */
#define NOT_RUNNING NO("nothing of this step is running", NULL)
#define NOT_IN_DOUBT NO("its outcome is known, there is nothing to resolve", NULL)
#define WAIT NO("it is running", "wait for its result, or cancel it")
#define RESOLVE_FIRST NO("the outcome of its last action is not known", "look at the system, then say ran or not-run")
#define NOT_TICKED NO("it is not ticked", NULL)
#define NOTHING_TO_UNDO NO("nothing of it was done", NULL)
#define PLAN_AGAIN(reason) NO(reason, "make a new plan: p")

static const Cell step_table[STEP_STATE_COUNT][STEP_MOVE_COUNT] = {
	[STEP_TODO] = {
		[MOVE_TICK] = TO(STEP_DONE),
		[MOVE_UNTICK] = NOT_TICKED,
		[MOVE_SKIP] = TO(STEP_SKIPPED),
		[MOVE_PLAN] = TO(STEP_PLANNED),
		[MOVE_START] = TO(STEP_RUNNING),
		[MOVE_ACTION_DONE] = NOT_RUNNING,
		[MOVE_ALL_DONE] = NOT_RUNNING,
		[MOVE_TO_CHECK] = NOT_RUNNING,
		[MOVE_CHECKS_TRUE] = TO(STEP_DONE),
		[MOVE_CHECKS_TRUE_HUMAN] = TO(STEP_READY),
		[MOVE_CHECK_FALSE] = TO(STEP_CHECKING),
		[MOVE_FAIL] = NOT_RUNNING,
		[MOVE_STOP] = NOT_RUNNING,
		[MOVE_CANCEL] = NOT_RUNNING,
		[MOVE_LOSE] = NOT_RUNNING,
		[MOVE_RESOLVE_RAN] = NOT_IN_DOUBT,
		[MOVE_RESOLVE_NOT_RUN] = NOT_IN_DOUBT,
		/* Of several actions the first may be done while the step as a whole is to do. */
		[MOVE_UNDO_START] = TO(STEP_RUNNING),
		[MOVE_UNDO_DONE] = NOT_RUNNING,
	},
	[STEP_PLANNED] = {
		[MOVE_TICK] = TO(STEP_DONE),
		[MOVE_UNTICK] = NOT_TICKED,
		[MOVE_SKIP] = TO(STEP_SKIPPED),
		[MOVE_PLAN] = TO(STEP_PLANNED),
		[MOVE_START] = TO(STEP_RUNNING),
		[MOVE_ACTION_DONE] = NOT_RUNNING,
		[MOVE_ALL_DONE] = NOT_RUNNING,
		[MOVE_TO_CHECK] = NOT_RUNNING,
		[MOVE_CHECKS_TRUE] = TO(STEP_DONE),
		[MOVE_CHECKS_TRUE_HUMAN] = TO(STEP_READY),
		[MOVE_CHECK_FALSE] = TO(STEP_PLANNED),
		[MOVE_FAIL] = NOT_RUNNING,
		[MOVE_STOP] = NOT_RUNNING,
		[MOVE_CANCEL] = NOT_RUNNING,
		[MOVE_LOSE] = NOT_RUNNING,
		[MOVE_RESOLVE_RAN] = NOT_IN_DOUBT,
		[MOVE_RESOLVE_NOT_RUN] = NOT_IN_DOUBT,
		[MOVE_UNDO_START] = TO(STEP_RUNNING),
		[MOVE_UNDO_DONE] = NOT_RUNNING,
	},
	[STEP_RUNNING] = {
		[MOVE_TICK] = WAIT,
		[MOVE_UNTICK] = WAIT,
		[MOVE_SKIP] = WAIT,
		[MOVE_PLAN] = WAIT,
		[MOVE_START] = NO("it is running already", "wait for its result, or cancel it"),
		[MOVE_ACTION_DONE] = TO(STEP_TODO),
		[MOVE_ALL_DONE] = TO(STEP_DONE),
		[MOVE_TO_CHECK] = TO(STEP_CHECKING),
		[MOVE_CHECKS_TRUE] = WAIT,
		[MOVE_CHECKS_TRUE_HUMAN] = TO(STEP_READY),
		[MOVE_CHECK_FALSE] = WAIT,
		[MOVE_FAIL] = TO(STEP_FAILED),
		[MOVE_STOP] = TO(STEP_STOPPED),
		[MOVE_CANCEL] = TO(STEP_FAILED),
		[MOVE_LOSE] = TO(STEP_IN_DOUBT),
		[MOVE_RESOLVE_RAN] = WAIT,
		[MOVE_RESOLVE_NOT_RUN] = WAIT,
		[MOVE_UNDO_START] = WAIT,
		[MOVE_UNDO_DONE] = TO(STEP_UNDONE),
	},
	[STEP_CHECKING] = {
		[MOVE_TICK] = TO(STEP_DONE),
		[MOVE_UNTICK] = NOT_TICKED,
		[MOVE_SKIP] = TO(STEP_SKIPPED),
		[MOVE_PLAN] = TO(STEP_PLANNED),
		[MOVE_START] = PLAN_AGAIN("its action was done already"),
		[MOVE_ACTION_DONE] = TO(STEP_TODO),
		[MOVE_ALL_DONE] = NOT_RUNNING,
		[MOVE_TO_CHECK] = NOT_RUNNING,
		[MOVE_CHECKS_TRUE] = TO(STEP_DONE),
		[MOVE_CHECKS_TRUE_HUMAN] = TO(STEP_READY),
		[MOVE_CHECK_FALSE] = TO(STEP_CHECKING),
		[MOVE_FAIL] = NOT_RUNNING,
		[MOVE_STOP] = NOT_RUNNING,
		[MOVE_CANCEL] = NOT_RUNNING,
		[MOVE_LOSE] = NOT_RUNNING,
		[MOVE_RESOLVE_RAN] = NOT_IN_DOUBT,
		[MOVE_RESOLVE_NOT_RUN] = NOT_IN_DOUBT,
		[MOVE_UNDO_START] = TO(STEP_RUNNING),
		[MOVE_UNDO_DONE] = NOT_RUNNING,
	},
	[STEP_READY] = {
		[MOVE_TICK] = TO(STEP_DONE),
		[MOVE_UNTICK] = NOT_TICKED,
		[MOVE_SKIP] = TO(STEP_SKIPPED),
		[MOVE_PLAN] = TO(STEP_PLANNED),
		[MOVE_START] = PLAN_AGAIN("its action was done already"),
		[MOVE_ACTION_DONE] = NOT_RUNNING,
		[MOVE_ALL_DONE] = NOT_RUNNING,
		[MOVE_TO_CHECK] = NOT_RUNNING,
		[MOVE_CHECKS_TRUE] = TO(STEP_READY),
		[MOVE_CHECKS_TRUE_HUMAN] = TO(STEP_READY),
		[MOVE_CHECK_FALSE] = TO(STEP_CHECKING),
		[MOVE_FAIL] = NOT_RUNNING,
		[MOVE_STOP] = NOT_RUNNING,
		[MOVE_CANCEL] = NOT_RUNNING,
		[MOVE_LOSE] = NOT_RUNNING,
		[MOVE_RESOLVE_RAN] = NOT_IN_DOUBT,
		[MOVE_RESOLVE_NOT_RUN] = NOT_IN_DOUBT,
		[MOVE_UNDO_START] = TO(STEP_RUNNING),
		[MOVE_UNDO_DONE] = NOT_RUNNING,
	},
	[STEP_DONE] = {
		[MOVE_TICK] = NO("it is done already", NULL),
		[MOVE_UNTICK] = TO(STEP_TODO),
		[MOVE_SKIP] = NO("it is done", "untick it first if that was a mistake"),
		[MOVE_PLAN] = NO("it is done", "untick it first to do it again"),
		[MOVE_START] = NO("it is done", "untick it first to do it again"),
		[MOVE_ACTION_DONE] = NOT_RUNNING,
		[MOVE_ALL_DONE] = NOT_RUNNING,
		[MOVE_TO_CHECK] = NOT_RUNNING,
		[MOVE_CHECKS_TRUE] = NO("it is done already", NULL),
		[MOVE_CHECKS_TRUE_HUMAN] = NO("it is done already", NULL),
		/* What was done stays done; what is seen now stands in the text of the check. */
		[MOVE_CHECK_FALSE] = NO("it was done before this check turned false", NULL),
		[MOVE_FAIL] = NOT_RUNNING,
		[MOVE_STOP] = NOT_RUNNING,
		[MOVE_CANCEL] = NOT_RUNNING,
		[MOVE_LOSE] = NOT_RUNNING,
		[MOVE_RESOLVE_RAN] = NOT_IN_DOUBT,
		[MOVE_RESOLVE_NOT_RUN] = NOT_IN_DOUBT,
		[MOVE_UNDO_START] = TO(STEP_RUNNING),
		[MOVE_UNDO_DONE] = NOT_RUNNING,
	},
	[STEP_SKIPPED] = {
		[MOVE_TICK] = TO(STEP_DONE),
		[MOVE_UNTICK] = TO(STEP_TODO),
		[MOVE_SKIP] = NO("it is skipped already", NULL),
		[MOVE_PLAN] = TO(STEP_PLANNED),
		[MOVE_START] = PLAN_AGAIN("it was skipped"),
		[MOVE_ACTION_DONE] = NOT_RUNNING,
		[MOVE_ALL_DONE] = NOT_RUNNING,
		[MOVE_TO_CHECK] = NOT_RUNNING,
		[MOVE_CHECKS_TRUE] = NO("it was skipped", NULL),
		[MOVE_CHECKS_TRUE_HUMAN] = NO("it was skipped", NULL),
		[MOVE_CHECK_FALSE] = NO("it was skipped", NULL),
		[MOVE_FAIL] = NOT_RUNNING,
		[MOVE_STOP] = NOT_RUNNING,
		[MOVE_CANCEL] = NOT_RUNNING,
		[MOVE_LOSE] = NOT_RUNNING,
		[MOVE_RESOLVE_RAN] = NOT_IN_DOUBT,
		[MOVE_RESOLVE_NOT_RUN] = NOT_IN_DOUBT,
		/* Skipped after one of its actions had been done. */
		[MOVE_UNDO_START] = TO(STEP_RUNNING),
		[MOVE_UNDO_DONE] = NOT_RUNNING,
	},
	[STEP_FAILED] = {
		[MOVE_TICK] = TO(STEP_DONE),
		[MOVE_UNTICK] = NOT_TICKED,
		[MOVE_SKIP] = TO(STEP_SKIPPED),
		[MOVE_PLAN] = TO(STEP_PLANNED),
		[MOVE_START] = PLAN_AGAIN("it failed, so the plan may no longer be true"),
		[MOVE_ACTION_DONE] = NOT_RUNNING,
		[MOVE_ALL_DONE] = NOT_RUNNING,
		[MOVE_TO_CHECK] = NOT_RUNNING,
		[MOVE_CHECKS_TRUE] = TO(STEP_DONE),
		[MOVE_CHECKS_TRUE_HUMAN] = TO(STEP_READY),
		[MOVE_CHECK_FALSE] = TO(STEP_FAILED),
		[MOVE_FAIL] = NOT_RUNNING,
		[MOVE_STOP] = NOT_RUNNING,
		[MOVE_CANCEL] = NOT_RUNNING,
		[MOVE_LOSE] = NOT_RUNNING,
		[MOVE_RESOLVE_RAN] = NOT_IN_DOUBT,
		[MOVE_RESOLVE_NOT_RUN] = NOT_IN_DOUBT,
		[MOVE_UNDO_START] = TO(STEP_RUNNING),
		[MOVE_UNDO_DONE] = NOT_RUNNING,
	},
	[STEP_STOPPED] = {
		[MOVE_TICK] = TO(STEP_DONE),
		[MOVE_UNTICK] = NOT_TICKED,
		[MOVE_SKIP] = TO(STEP_SKIPPED),
		[MOVE_PLAN] = TO(STEP_PLANNED),
		[MOVE_START] = PLAN_AGAIN("the system has changed since this plan was made"),
		[MOVE_ACTION_DONE] = NOT_RUNNING,
		[MOVE_ALL_DONE] = NOT_RUNNING,
		[MOVE_TO_CHECK] = NOT_RUNNING,
		[MOVE_CHECKS_TRUE] = TO(STEP_DONE),
		[MOVE_CHECKS_TRUE_HUMAN] = TO(STEP_READY),
		[MOVE_CHECK_FALSE] = TO(STEP_STOPPED),
		[MOVE_FAIL] = NOT_RUNNING,
		[MOVE_STOP] = NOT_RUNNING,
		[MOVE_CANCEL] = NOT_RUNNING,
		[MOVE_LOSE] = NOT_RUNNING,
		[MOVE_RESOLVE_RAN] = NOT_IN_DOUBT,
		[MOVE_RESOLVE_NOT_RUN] = NOT_IN_DOUBT,
		[MOVE_UNDO_START] = TO(STEP_RUNNING),
		[MOVE_UNDO_DONE] = NOT_RUNNING,
	},
	[STEP_IN_DOUBT] = {
		[MOVE_TICK] = RESOLVE_FIRST,
		[MOVE_UNTICK] = RESOLVE_FIRST,
		[MOVE_SKIP] = RESOLVE_FIRST,
		[MOVE_PLAN] = RESOLVE_FIRST,
		[MOVE_START] = RESOLVE_FIRST,
		[MOVE_ACTION_DONE] = RESOLVE_FIRST,
		[MOVE_ALL_DONE] = RESOLVE_FIRST,
		[MOVE_TO_CHECK] = RESOLVE_FIRST,
		[MOVE_CHECKS_TRUE] = RESOLVE_FIRST,
		[MOVE_CHECKS_TRUE_HUMAN] = RESOLVE_FIRST,
		[MOVE_CHECK_FALSE] = RESOLVE_FIRST,
		[MOVE_FAIL] = TO(STEP_FAILED),   /* an undo that a person says was done on some machines only */
		[MOVE_STOP] = RESOLVE_FIRST,
		[MOVE_CANCEL] = RESOLVE_FIRST,
		[MOVE_LOSE] = RESOLVE_FIRST,
		[MOVE_RESOLVE_RAN] = TO(STEP_CHECKING),
		[MOVE_RESOLVE_NOT_RUN] = TO(STEP_TODO),
		[MOVE_UNDO_START] = RESOLVE_FIRST,
		[MOVE_UNDO_DONE] = TO(STEP_UNDONE),
	},
	[STEP_UNDONE] = {
		[MOVE_TICK] = TO(STEP_DONE),
		[MOVE_UNTICK] = NOT_TICKED,
		[MOVE_SKIP] = TO(STEP_SKIPPED),
		[MOVE_PLAN] = TO(STEP_PLANNED),
		[MOVE_START] = PLAN_AGAIN("it was undone, so the plan may no longer be true"),
		[MOVE_ACTION_DONE] = NOT_RUNNING,
		[MOVE_ALL_DONE] = NOT_RUNNING,
		[MOVE_TO_CHECK] = NOT_RUNNING,
		[MOVE_CHECKS_TRUE] = NO("it was undone", "plan and do it again"),
		[MOVE_CHECKS_TRUE_HUMAN] = NO("it was undone", "plan and do it again"),
		[MOVE_CHECK_FALSE] = NO("it was undone", "plan and do it again"),
		[MOVE_FAIL] = NOT_RUNNING,
		[MOVE_STOP] = NOT_RUNNING,
		[MOVE_CANCEL] = NOT_RUNNING,
		[MOVE_LOSE] = NOT_RUNNING,
		[MOVE_RESOLVE_RAN] = NOT_IN_DOUBT,
		[MOVE_RESOLVE_NOT_RUN] = NOT_IN_DOUBT,
		[MOVE_UNDO_START] = NO("it was undone already", NULL),
		[MOVE_UNDO_DONE] = NOT_RUNNING,
	},
};

#define ENDED NO("its outcome is recorded already", NULL)
#define ACTION_RESOLVE NO("its outcome was recorded as not known", "look at the system, then say ran or not-run")

static const Cell action_table[ACTION_STATE_COUNT][ACTION_MOVE_COUNT] = {
	[ACTION_RUNNING] = {
		[ACTION_MOVE_DONE] = TO(ACTION_DONE),
		[ACTION_MOVE_FAIL] = TO(ACTION_FAILED),
		[ACTION_MOVE_STOP] = TO(ACTION_STOPPED),
		[ACTION_MOVE_CANCEL] = TO(ACTION_CANCELLED),
		[ACTION_MOVE_LOSE] = TO(ACTION_IN_DOUBT),
		[ACTION_MOVE_RESOLVE_RAN] = WAIT,
		[ACTION_MOVE_RESOLVE_NOT_RUN] = WAIT,
	},
	[ACTION_IN_DOUBT] = {
		[ACTION_MOVE_DONE] = ACTION_RESOLVE,
		[ACTION_MOVE_FAIL] = ACTION_RESOLVE,
		[ACTION_MOVE_STOP] = ACTION_RESOLVE,
		[ACTION_MOVE_CANCEL] = ACTION_RESOLVE,
		[ACTION_MOVE_LOSE] = ACTION_RESOLVE,
		[ACTION_MOVE_RESOLVE_RAN] = TO(ACTION_RESOLVED_RAN),
		[ACTION_MOVE_RESOLVE_NOT_RUN] = TO(ACTION_RESOLVED_NOT_RUN),
	},
#define FINAL_ROW { ENDED, ENDED, ENDED, ENDED, ENDED, ENDED, ENDED }
	[ACTION_DONE] = FINAL_ROW,
	[ACTION_FAILED] = FINAL_ROW,
	[ACTION_STOPPED] = FINAL_ROW,
	[ACTION_CANCELLED] = FINAL_ROW,
	[ACTION_RESOLVED_RAN] = FINAL_ROW,
	[ACTION_RESOLVED_NOT_RUN] = FINAL_ROW,
#undef FINAL_ROW
};

static bool cell_take(const Cell *cell, int *ret_next, Error *err)
{
	if (cell->allowed) {
		*ret_next = cell->next;
		return true;
	}
	error_set(err, ERROR_CONFLICT, "%s", cell->why ? cell->why : "that cannot follow here");
	if (cell->hint)
		error_hint(err, "%s", cell->hint);
	return false;
}

bool step_move(StepState from, StepMove move, StepState *ret_next, Error *err)
{
	int next = 0;
	if (from >= STEP_STATE_COUNT || move >= STEP_MOVE_COUNT)
		return error_set(err, ERROR_BUG, "no such state or move");
	if (!cell_take(&step_table[from][move], &next, err))
		return false;
	*ret_next = (StepState) next;
	return true;
}

bool action_move(ActionState from, ActionMove move, ActionState *ret_next, Error *err)
{
	int next = 0;
	if (from >= ACTION_STATE_COUNT || move >= ACTION_MOVE_COUNT)
		return error_set(err, ERROR_BUG, "no such state or move");
	if (!cell_take(&action_table[from][move], &next, err))
		return false;
	*ret_next = (ActionState) next;
	return true;
}

typedef struct Words { const char *name, *words; } Words;

static const Words step_words[STEP_STATE_COUNT] = {
	[STEP_TODO] = { "todo", "to do" },
	[STEP_PLANNED] = { "planned", "planned" },
	[STEP_RUNNING] = { "running", "running" },
	[STEP_CHECKING] = { "checking", "checking" },
	[STEP_READY] = { "ready", "ready to tick" },
	[STEP_DONE] = { "done", "done" },
	[STEP_SKIPPED] = { "skipped", "skipped" },
	[STEP_FAILED] = { "failed", "FAILED" },
	[STEP_STOPPED] = { "stopped", "stopped: the system had changed" },
	[STEP_IN_DOUBT] = { "in-doubt", "IN DOUBT" },
	[STEP_UNDONE] = { "undone", "undone" },
};

static const Words action_words[ACTION_STATE_COUNT] = {
	[ACTION_RUNNING] = { "running", "running" },
	[ACTION_DONE] = { "done", "done" },
	[ACTION_FAILED] = { "failed", "FAILED" },
	[ACTION_STOPPED] = { "stopped", "stopped: the system had changed" },
	[ACTION_CANCELLED] = { "cancelled", "cancelled" },
	[ACTION_IN_DOUBT] = { "in-doubt", "IN DOUBT" },
	[ACTION_RESOLVED_RAN] = { "resolved-ran", "resolved: it ran" },
	[ACTION_RESOLVED_NOT_RUN] = { "resolved-not-run", "resolved: it did not run" },
};

static const char *const run_names[RUN_STATE_COUNT] = {
	[RUN_WALKING] = "walking", [RUN_DONE] = "done", [RUN_ABANDONED] = "abandoned",
};

static const char *const phase_names[INCIDENT_PHASE_COUNT] = {
	[INCIDENT_NONE] = "none", [INCIDENT_OPEN] = "open", [INCIDENT_ENDED] = "ended",
};

static const char *const move_names[STEP_MOVE_COUNT] = {
	[MOVE_TICK] = "tick", [MOVE_UNTICK] = "untick", [MOVE_SKIP] = "skip", [MOVE_PLAN] = "plan", [MOVE_START] = "start",
	[MOVE_ACTION_DONE] = "action-done", [MOVE_ALL_DONE] = "all-done", [MOVE_TO_CHECK] = "to-check",
	[MOVE_CHECKS_TRUE] = "checks-true", [MOVE_CHECKS_TRUE_HUMAN] = "checks-true-human",
	[MOVE_CHECK_FALSE] = "check-false",
	[MOVE_FAIL] = "fail", [MOVE_STOP] = "stop", [MOVE_CANCEL] = "cancel", [MOVE_LOSE] = "lose",
	[MOVE_RESOLVE_RAN] = "resolve-ran", [MOVE_RESOLVE_NOT_RUN] = "resolve-not-run",
	[MOVE_UNDO_START] = "undo-start", [MOVE_UNDO_DONE] = "undo-done",
};

const char *step_state_name(StepState state)
{
	return state < STEP_STATE_COUNT ? step_words[state].name : "";
}

const char *step_state_words(StepState state)
{
	return state < STEP_STATE_COUNT ? step_words[state].words : "";
}

const char *action_state_name(ActionState state)
{
	return state < ACTION_STATE_COUNT ? action_words[state].name : "";
}

const char *action_state_words(ActionState state)
{
	return state < ACTION_STATE_COUNT ? action_words[state].words : "";
}

const char *run_state_name(RunState state)
{
	return state < RUN_STATE_COUNT ? run_names[state] : "";
}

const char *incident_phase_name(IncidentPhase phase)
{
	return phase < INCIDENT_PHASE_COUNT ? phase_names[phase] : "";
}

const char *step_move_name(StepMove move)
{
	return move < STEP_MOVE_COUNT ? move_names[move] : "";
}
