/* test_lifecycle.c: every cell of the tables: the allowed ones as listed here, every other a refusal with words. */
#include "core/incident/lifecycle.h"

#include "core/base/alloc.h"
#include "tests/support/support.h"

/* state: move>next ... */
static const char *const allowed_steps[STEP_STATE_COUNT] = {
	[STEP_TODO] = "tick>done skip>skipped plan>planned start>running checks-true>done checks-true-human>ready "
		"check-false>checking "
		"undo-start>running",
	[STEP_PLANNED] = "tick>done skip>skipped plan>planned start>running checks-true>done checks-true-human>ready "
		"check-false>planned "
		"undo-start>running",
	[STEP_RUNNING] = "action-done>todo all-done>done to-check>checking checks-true-human>ready fail>failed "
		"stop>stopped cancel>failed "
		"lose>in-doubt undo-done>undone",
	[STEP_CHECKING] = "tick>done skip>skipped plan>planned action-done>todo checks-true>done checks-true-human>ready "
		"check-false>checking undo-start>running",
	[STEP_READY] = "tick>done skip>skipped plan>planned checks-true>ready checks-true-human>ready check-false>checking "
		"undo-start>running",
	[STEP_DONE] = "untick>todo undo-start>running",
	[STEP_SKIPPED] = "tick>done untick>todo plan>planned undo-start>running",
	[STEP_FAILED] = "tick>done skip>skipped plan>planned checks-true>done checks-true-human>ready check-false>failed "
		"undo-start>running",
	[STEP_STOPPED] = "tick>done skip>skipped plan>planned checks-true>done checks-true-human>ready check-false>stopped "
		"undo-start>running",
	[STEP_IN_DOUBT] = "fail>failed resolve-ran>checking resolve-not-run>todo undo-done>undone",
	[STEP_UNDONE] = "tick>done skip>skipped plan>planned",
};

Test(lifecycle, every_cell_of_the_step_table_is_as_listed_or_refuses_in_words)
{
	for (int from = 0; from < STEP_STATE_COUNT; from++) {
		AUTO_CLEAR(Buf) seen = { 0 };
		for (int move = 0; move < STEP_MOVE_COUNT; move++) {
			StepState next;
			Error err = { 0 };
			if (step_move((StepState) from, (StepMove) move, &next, &err)) {
				buf_printf(&seen, "%s%s>%s", seen.len ? " " : "", step_move_name((StepMove) move),
					step_state_name(next));
				continue;
			}
			cr_assert_eq(err.kind, ERROR_CONFLICT);
			cr_assert(*err.why, "%s, %s: no reason", step_state_name((StepState) from),
				step_move_name((StepMove) move));
			cr_assert_not(strstr(err.why, "cannot follow here"), "%s, %s: nobody wrote this cell",
				step_state_name((StepState) from),
				step_move_name((StepMove) move));
		}
		assert_text(step_state_name((StepState) from), buf_text(&seen), allowed_steps[from]);
	}
}

Test(lifecycle, an_action_ends_once_and_one_in_doubt_only_by_a_person)
{
	static const ActionState from_running[ACTION_MOVE_COUNT] = {
		[ACTION_MOVE_DONE] = ACTION_DONE, [ACTION_MOVE_FAIL] = ACTION_FAILED, [ACTION_MOVE_STOP] = ACTION_STOPPED,
		[ACTION_MOVE_CANCEL] = ACTION_CANCELLED, [ACTION_MOVE_LOSE] = ACTION_IN_DOUBT,
	};
	for (int from = 0; from < ACTION_STATE_COUNT; from++) {
		for (int move = 0; move < ACTION_MOVE_COUNT; move++) {
			ActionState next;
			Error err = { 0 };
			bool resolve = move >= ACTION_MOVE_RESOLVE_RAN;
			bool expected = (from == ACTION_RUNNING && !resolve) || (from == ACTION_IN_DOUBT && resolve);
			bool ok = action_move((ActionState) from, (ActionMove) move, &next, &err);
			cr_assert_eq(ok, expected, "%s, move %d", action_state_name((ActionState) from), move);
			cr_assert(ok || *err.why);
			if (ok && from == ACTION_RUNNING)
				cr_assert_eq(next, from_running[move]);
		}
	}
}

Test(lifecycle, every_state_has_a_name_and_words)
{
	for (int i = 0; i < STEP_STATE_COUNT; i++)
		cr_assert(*step_state_name((StepState) i) && *step_state_words((StepState) i));
	for (int i = 0; i < ACTION_STATE_COUNT; i++)
		cr_assert(*action_state_name((ActionState) i) && *action_state_words((ActionState) i));
	for (int i = 0; i < RUN_STATE_COUNT; i++)
		cr_assert(*run_state_name((RunState) i));
	for (int i = 0; i < INCIDENT_PHASE_COUNT; i++)
		cr_assert(*incident_phase_name((IncidentPhase) i));
}
