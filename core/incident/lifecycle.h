/* lifecycle.h: how an incident, a run, a step and an action may change, as labelled tables.
 * An empty cell is a refusal with its reason in words; nothing outside these tables moves a state, with one exception
 * that the model keeps: an undo that changed nothing leaves its step as it was before. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"

typedef enum IncidentPhase { INCIDENT_NONE, INCIDENT_OPEN, INCIDENT_ENDED, INCIDENT_PHASE_COUNT } IncidentPhase;
typedef enum RunState { RUN_WALKING, RUN_DONE, RUN_ABANDONED, RUN_STATE_COUNT } RunState;

typedef enum StepState {
	STEP_TODO,
	STEP_PLANNED,      /* a plan is shown, nothing was changed */
	STEP_RUNNING,
	STEP_CHECKING,     /* its actions are done, its verifies are not all true yet */
	STEP_READY,        /* everything looked at is true: a person ticks it */
	STEP_DONE,
	STEP_SKIPPED,
	STEP_FAILED,       /* the outcome is known: it failed; can be planned again */
	STEP_STOPPED,      /* the world had changed: nothing was done; can be planned again */
	STEP_IN_DOUBT,     /* the outcome is not known */
	STEP_UNDONE,
	STEP_STATE_COUNT
} StepState;

typedef enum StepMove {
	MOVE_TICK, MOVE_UNTICK, MOVE_SKIP, MOVE_PLAN, MOVE_START,
	MOVE_ACTION_DONE,   /* one of several actions done: more to do */
	MOVE_ALL_DONE,      /* the last one done, nothing to verify */
	MOVE_TO_CHECK,      /* the last one done, verifies to come */
	MOVE_CHECKS_TRUE,
	MOVE_CHECKS_TRUE_HUMAN,   /* also: an action is done that nothing could verify: a person looks and ticks */
	MOVE_CHECK_FALSE,
	MOVE_FAIL, MOVE_STOP, MOVE_CANCEL, MOVE_LOSE, MOVE_RESOLVE_RAN, MOVE_RESOLVE_NOT_RUN,
	MOVE_UNDO_START,    /* the undo of a step is started: not MOVE_START, since it begins where that one may not */
	MOVE_UNDO_DONE,
	STEP_MOVE_COUNT
} StepMove;

typedef enum ActionState {
	ACTION_RUNNING, ACTION_DONE, ACTION_FAILED, ACTION_STOPPED, ACTION_CANCELLED, ACTION_IN_DOUBT,
	ACTION_RESOLVED_RAN, ACTION_RESOLVED_NOT_RUN, ACTION_STATE_COUNT
} ActionState;
typedef enum ActionMove {
	ACTION_MOVE_DONE, ACTION_MOVE_FAIL, ACTION_MOVE_STOP, ACTION_MOVE_CANCEL, ACTION_MOVE_LOSE,
	ACTION_MOVE_RESOLVE_RAN, ACTION_MOVE_RESOLVE_NOT_RUN, ACTION_MOVE_COUNT
} ActionMove;

/* True and *ret_next when the table has the cell; else false with the table's reason in err->why (kind CONFLICT) and,
 * where the table knows one, the next thing to do in err->hint. */
bool step_move(StepState from, StepMove move, StepState *ret_next, Error *err);
bool action_move(ActionState from, ActionMove move, ActionState *ret_next, Error *err);

const char *step_state_name(StepState state);       /* "in-doubt": as in JSON */
const char *step_state_words(StepState state);      /* "IN DOUBT", "ready to tick": as on screens */
const char *action_state_name(ActionState state);
const char *action_state_words(ActionState state);
const char *run_state_name(RunState state);
const char *incident_phase_name(IncidentPhase phase);
const char *step_move_name(StepMove move);          /* "tick": for tests and messages */
