/* acting.h: planning and applying one row of a step, for the commands that do. */
#pragma once
#include "core/commands/command.h"

typedef struct Acting {
	const Run *run;
	const IncidentStep *step;        /* as the model has them; found again after every wait */
	char run_id[32], step_id[256];
	size_t index;
	bool undo;
} Acting;

/* The first row of a step that is still to be done. */
BG_CHECK bool acting_find(Command *command, const Run *run, const char *step, bool undo, Acting *ret, Error *err);
/* Makes its plan and waits for it. */
BG_CHECK bool acting_plan(Command *command, Acting *acting, Error *err);
/* The row as it is now; NULL: it is gone. */
const StepAction *acting_row(Command *command, Acting *acting);
void acting_print_plan(const StepAction *row);
/* Starts it over the plan that `row` has, and waits for its end. `confirm`: "yes", or the name that was typed. *ret_action: its number, also when the
 * wait failed. */
BG_CHECK bool acting_apply(Command *command, const Acting *acting, const StepAction *row, const char *confirm, int64_t *ret_action, Error *err);
/* The same of a row that wants a terminal: it runs in this one. `args` (of ASK_APPLY) is taken. */
BG_CHECK bool acting_lend(Command *command, Json *args, int64_t *ret_action, Error *err);
/* Waits until the record tells what came of that action. */
BG_CHECK bool acting_wait_end(Command *command, int64_t action, Error *err);
/* acting_apply() said no: 1 where it was surely not started, else what came of it as far as the record tells; 3 where nobody knows. A script that takes 1 for
 * "not done" would do that twice. */
int acting_unseen_status(const Command *command, int64_t action, const Error *err);
/* How the shell is told: 0 done, 1 not, 3 in doubt. */
int acting_status(const IncidentAction *action);
/* Says what came of it; returns the same. */
int acting_print_outcome(Command *command, int64_t number);
