/* outcome.c: what a command came to, beyond being taken: an action that did not end well, a plan or a look that could not be made, a check
 * that is not true. A script must not go on as if nothing had happened. */
#include <stdio.h>
#include "tui/line/line_state.h"

void outcome_begin(Line *line)
{
	const ClientModel *model = shell_model(&line->shell);
	Outcomes *outcomes = &line->outcomes;
	*outcomes = (Outcomes) { .began = wall_now(), .actions = model->incident ? model->incident->action_count : 0 };
	for (size_t i = 0; i < model->job_count; i++)
		if (model->jobs[i].id > outcomes->highest_job)
			outcomes->highest_job = model->jobs[i].id;
	outcomes->engine_pid = model->engine_pid;
}

static bool ended_badly(const IncidentAction *action)
{
	static const bool BAD[ACTION_STATE_COUNT] = { [ACTION_FAILED] = true, [ACTION_STOPPED] = true, [ACTION_CANCELLED] = true,
		[ACTION_IN_DOUBT] = true };
	return BAD[action->state];
}

static void judge_actions(Line *line, const ClientModel *model)
{
	for (size_t i = line->outcomes.actions; model->incident && i < model->incident->action_count; i++) {
		const IncidentAction *action = &model->incident->actions[i];
		AUTO_CLEAR(Buf) name = { 0 };
		action_name(action, &name);
		if (ended_badly(action) && text_eq(action->who, model->who))
			line_fail(line, "action %lld, %s, %s%s%s", (long long) action->number, buf_text(&name), action_state_words(action->state),
				action->why ? ": " : "", action->why ? action->why : "");
	}
}

static void judge_jobs(Line *line, const ClientModel *model)
{
	for (size_t i = 0; model->engine_pid == line->outcomes.engine_pid && i < model->job_count; i++) {
		const ClientJob *job = &model->jobs[i];
		if (job->id > line->outcomes.highest_job && !job->running && !job->action && error_is_set(&job->error) && text_eq(job->who, model->who))
			line_fail(line, "%s: %s", text_eq(job->kind, "plan") ? "no plan could be made" : "could not look", job->error.why);
	}
}

static void judge_checks(Line *line, const Run *run)
{
	for (size_t i = 0; run && i < run->step_count; i++)
		for (size_t c = 0; c < run->steps[i].check_count; c++) {
			const StepCheck *check = &run->steps[i].checks[c];
			if (check->state == CHECK_FALSE && check->time.ms >= line->outcomes.began.ms)
				line_fail(line, "step %s: a check is not true: %s%s%s", run->steps[i].number, check->text ? check->text : "",
					check->reason && *check->reason ? ": " : "", check->reason ? check->reason : "");
		}
}

void outcome_judge(Line *line)
{
	const ClientModel *model = shell_model(&line->shell);
	ViewContext context = shell_context(&line->shell, line->shell.shown, NULL);
	judge_actions(line, model);
	judge_jobs(line, model);
	judge_checks(line, context.run);
}
