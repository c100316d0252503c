/* walk.c: the walk screen: its state, what is selected, and what is fetched from the engine for it. */
#include "core/base/alloc.h"
#include "core/providers/provider.h"
#include "tui/view/walk_line.h"
#include <stdio.h>

bool walk_row_is_over(const IncidentStep *step)
{
	return step->state == STEP_DONE || step->state == STEP_SKIPPED;
}

/* ---- what is selected ---- */

const Procedure *walk_procedure(const WalkView *walk, const Run *run)
{
	if (!walk->playbook || !text_eq(walk->playbook_sha256, run->playbook_sha256))
		return NULL;
	return playbook_find_procedure(walk->playbook, run->procedure_id);
}

const Json *walk_preview(const WalkView *walk, const WalkTarget *target)
{
	return target->step && text_eq(walk->preview_step, target->step->id) ? walk->preview : NULL;
}

static const OutlineRow *selected_row(const WalkView *walk)
{
	for (size_t i = 0; i < walk->outline.count; i++)
		if (text_eq(walk->outline.rows[i].id, walk->list.selected))
			return &walk->outline.rows[i];
	return NULL;
}

/* A plan is open while nothing has been started from it and what it was made for can still be begun. */
static bool plan_is_open(const WalkTarget *target, const StepAction *action)
{
	const IncidentAction *last = incident_find_action(target->incident, action->last_action);
	if (!action->plan || (last && last->started_seq > action->plan_seq))
		return false;
	if (action->plan_is_undo)
		return step_can_undo(target->incident, target->run, target->step, NULL);
	return target->run->state == RUN_WALKING && !action->done && (action->also || target->step->state == STEP_PLANNED);
}

static void find_plan(const WalkView *walk, WalkTarget *target)
{
	for (size_t i = 0; i < target->step->action_count; i++) {
		const StepAction *action = &target->step->actions[i];
		/* Of a step that is signed as a whole all plans are there: they are done in their order. */
		bool in_order = target->open && !target->open->also && !target->open->plan_is_undo && !action->also && !action->plan_is_undo;
		bool newer = !target->open || (!in_order && action->plan_seq > target->open->plan_seq);
		if (newer && action->plan_seq != walk->dismissed && plan_is_open(target, action)) {
			target->open = action;
			target->open_index = i;
		}
	}
}

static void find_actions(const WalkView *walk, WalkTarget *target)
{
	const IncidentStep *step = target->step;
	target->action = step_next_action(step, &target->index);
	if (text_eq(walk->also_step, step->id) && walk->also < step->action_count) {
		target->index = walk->also;
		target->action = &step->actions[walk->also];
	}
	for (size_t i = 0; i < step->action_count; i++) {
		const IncidentAction *last = incident_find_action(target->incident, step->actions[i].last_action);
		if (last && (!target->last || last->number > target->last->number))
			target->last = last;
		if (last && last->state == ACTION_IN_DOUBT)
			target->doubt = last;
	}
}

WalkTarget walk_target(const WalkView *walk, const ViewContext *context)
{
	WalkTarget target = { .incident = context->model->incident, .run = context->run };
	const OutlineRow *row = target.run && text_eq(walk->outline.run, target.run->id) ? selected_row(walk) : NULL;
	if (!row || !target.incident)
		return target;
	target.kind = row->kind;
	target.procedure = walk_procedure(walk, target.run);
	if (row->kind == OUTLINE_GATE && row->index < target.run->gate_count)
		target.gate = &target.run->gates[row->index];
	if (row->kind == OUTLINE_PHASE && row->index < target.run->step_count)
		target.phase = target.run->steps[row->index].phase;
	if (row->kind != OUTLINE_STEP || row->index >= target.run->step_count)
		return target;
	target.step = &target.run->steps[row->index];
	target.written = target.procedure ? procedure_find_step(target.procedure, target.step->id) : NULL;
	target.job = client_job_of_step(context->model, target.run->id, target.step->id);
	find_actions(walk, &target);
	find_plan(walk, &target);
	return target;
}

static bool can_be_worked_on(const Run *run, const IncidentStep *step)
{
	return step->counted && !walk_row_is_over(step) && !run_step_is_parent(run, step);
}

const IncidentStep *walk_next_step(const Run *run, const IncidentStep *from)
{
	size_t start = from ? (size_t) run_step_index(run, from) + 1 : 0;
	for (size_t i = 0; i < run->step_count; i++) {
		const IncidentStep *step = &run->steps[(start + i) % run->step_count];
		if (step != from && can_be_worked_on(run, step))
			return step;
	}
	return NULL;
}

/* ---- moving the selection ---- */

static void tell(WalkView *walk, ViewContext *context)
{
	const OutlineRow *row = selected_row(walk);
	const char *step = row && row->kind == OUTLINE_STEP ? row->id : "";
	if (text_eq(walk->told, step))
		return;
	snprintf(walk->told, sizeof(walk->told), "%s", step);
	view_select(context, NULL, step, NULL);
}

void walk_choose(WalkView *walk, ViewContext *context, const char *row_id)
{
	OutlineSource outline = { &walk->outline, context->run, &walk->list, context->wall, walk, context };
	ListSource source = outline_source(&outline);
	list_select(&walk->list, &source, row_id);
	tell(walk, context);
}

static void begin_run(WalkView *walk, ViewContext *context)
{
	const IncidentStep *first = context->step ? context->step : walk_next_step(context->run, NULL);
	list_clear(&walk->list);
	outline_build(&walk->outline, context->run);
	walk->expects[0] = walk->told[0] = '\0';
	walk_choose(walk, context, first && context->run->state == RUN_WALKING ? first->id : "run");
}

/* What was only looked at has said something, and that was the point of it. */
static bool has_looked(const IncidentStep *step)
{
	for (size_t i = 0; i < step->action_count; i++)
		if (step->actions[i].done && step->actions[i].risk == RISK_READ && text_eq(step->actions[i].verb, "command.run"))
			return step->state == STEP_DONE;
	return false;
}

/* What was being worked on has ended: on to the next, unless the person has gone elsewhere. */
static void move_on(WalkView *walk, ViewContext *context)
{
	const IncidentStep *step = walk->expects[0] ? run_find_step(context->run, walk->expects) : NULL;
	if (!step || !walk_row_is_over(step))
		return;
	bool here = text_eq(walk->list.selected, walk->expects);
	const IncidentStep *next = walk_next_step(context->run, step);
	walk->expects[0] = '\0';
	if (!here)
		return;
	view_say(context, ROLE_OK, "%s is %s.%s", step->number, step->state == STEP_DONE ? "done" : "left out", has_looked(step) ? " Up shows what it said." : "");
	walk_choose(walk, context, next ? next->id : "run");
}

/* Another screen may have chosen a step meanwhile. */
static void follow_shell(WalkView *walk, ViewContext *context)
{
	if (context->step && !text_eq(context->step->id, walk->told)) {
		snprintf(walk->told, sizeof(walk->told), "%s", context->step->id);
		walk_choose(walk, context, context->step->id);
		walk->expects[0] = '\0';
	}
}

/* ---- fetching ---- */

static void took_playbook(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	WalkView *walk = state;
	Playbook *playbook = NULL;
	Error why = { 0 };
	(void) data;
	const char *bytes = json_get_string(reply, "bytes");
	if (!ok || !bytes) {
		walk->playbook_asked[0] = '\0';
		if (!ok)
			view_error(context, err);
		return;
	}
	if (!playbook_parse(str_from(bytes), json_get_string_or(reply, "path", "playbook.md"), provider_vocabulary(), &playbook, &why)) {
		view_error(context, &why);
		return;
	}
	playbook_free(walk->playbook);
	walk->playbook = playbook;
	walk->record_of[0] = '\0';
	snprintf(walk->playbook_sha256, sizeof(walk->playbook_sha256), "%s", json_get_string_or(reply, "sha256", ""));
}

static void fetch_playbook(WalkView *walk, ViewContext *context)
{
	const Run *run = context->run;
	if (text_eq(walk->playbook_asked, run->playbook_sha256) || !context->model->connected)
		return;
	snprintf(walk->playbook_asked, sizeof(walk->playbook_asked), "%s", run->playbook_sha256);
	Json *args = json_new_object();
	json_add_string(args, "run", run->id);
	view_ask_then(context, ASK_PLAYBOOK, args, took_playbook, NULL);
}

static void took_preview(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	WalkView *walk = state;
	(void) context;
	(void) err;   /* the step cannot be previewed just now: what was shown stays, and the next record asks again */
	if (!ok || !text_eq(json_get_string(data, "step"), walk->preview_wanted))
		return;
	json_free(walk->preview);
	walk->preview = json_copy(reply);
	walk->record_of[0] = '\0';
	snprintf(walk->preview_step, sizeof(walk->preview_step), "%s", walk->preview_wanted);
}

/* Every record may have changed a value or a guard. */
static void fetch_preview(WalkView *walk, ViewContext *context)
{
	const WalkTarget target = walk_target(walk, context);
	if (!target.step || !context->model->connected)
		return;
	if (text_eq(walk->preview_wanted, target.step->id) && walk->preview_seq == target.incident->seq)
		return;
	snprintf(walk->preview_wanted, sizeof(walk->preview_wanted), "%s", target.step->id);
	walk->preview_seq = target.incident->seq;
	Json *args = json_new_object(), *data = json_new_object();
	json_add_string(args, "run", target.run->id);
	json_add_string(args, "step", target.step->id);
	json_add_string(data, "step", target.step->id);
	view_ask_then(context, ASK_PREVIEW, args, took_preview, data);
}

static void took_output(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	WalkView *walk = state;
	(void) context;
	(void) err;   /* an output that cannot be read is simply not shown: the record says where it is */
	if (!ok || json_get_int(data, "action", 0) != walk->record_action)
		return;
	json_free(walk->record_output);
	walk->record_output = json_copy(reply);
	walk->record_of[0] = '\0';
}

/* Whole only once the action has ended, which may be while one reads about it. */
void walk_fetch_output(WalkView *walk, ViewContext *context)
{
	const WalkTarget target = walk_target(walk, context);
	if (!walk->details || !target.last || target.last->state == ACTION_RUNNING || walk->record_action == target.last->number)
		return;
	walk->record_output = json_free(walk->record_output);
	walk->record_action = target.last->number;
	Json *args = json_new_object();
	json_add_int(args, "action", walk->record_action);
	view_ask_then(context, ASK_OUTPUT, args, took_output, json_copy(args));
}

/* ---- the view ---- */

static void update(void *state, ViewContext *context)
{
	WalkView *walk = state;
	if (!context->run || !context->model->incident)
		return;
	if (!text_eq(walk->outline.run, context->run->id))
		begin_run(walk, context);
	else
		outline_build(&walk->outline, context->run);
	follow_shell(walk, context);
	move_on(walk, context);
	fetch_playbook(walk, context);
	fetch_preview(walk, context);
	walk_fetch_output(walk, context);
	walk_pending(walk, context);
}

/* Keys typed ahead come before the first drawing: what they act on must be there. */
static void shown(void *state, ViewContext *context)
{
	WalkView *walk = state;
	walk->on_outline = walk->details = false;
	walk->pending = (Pending) { 0 };
	walk->dismissed = 0;   /* a plan that was signed elsewhere is open again */
	update(state, context);
}

static void render(void *state, const ViewContext *context, Canvas *canvas, Rect rect)
{
	WalkView *walk = state;
	const char *not_yet = view_not_yet(context);
	if (not_yet || !context->run || !text_eq(walk->outline.run, context->run->id)) {
		canvas_paragraph(canvas, rect_inset(rect, 1, 1), 0, ROLE_MUTED, not_yet ? not_yet : context->run ? "" :
			!context->model->incident ? "Nothing is being walked: no incident is open. On the playbooks screen (2), s starts a procedure and declares the incident with it; "
			"D only declares it." :
			"No procedure is being walked. Choose one on the playbooks screen (2) and start it with s.");
		return;
	}
	walk_render(walk, context, canvas, rect);
}

static Outcome on_command(void *state, ViewContext *context, CommandId id)
{
	WalkView *walk = state;
	Outcome outcome = walk_command(walk, context, id);
	if (context->run && text_eq(walk->outline.run, context->run->id))
		tell(walk, context);
	return outcome;
}

static const char *reason(void *state, const ViewContext *context, CommandId id)
{
	return walk_reason(state, context, id);
}

static void filter(void *state, ViewContext *context, const char *text)
{
	WalkView *walk = state;
	if (walk->details) {
		(void) pager_search(&walk->record_pager, &walk->record, text);   /* not found: it stays where it is */
		return;
	}
	if (!context->run)
		return;
	OutlineSource outline = { &walk->outline, context->run, &walk->list, context->wall, walk, context };
	ListSource source = outline_source(&outline);
	list_filter(&walk->list, &source, text);
}

static void hint(void *state, const ViewContext *context, char text[static VIEW_HINT_SIZE])
{
	const WalkTarget target = walk_target(state, context);
	walk_write_hint(state, context, &target, text);
}

static void brief(void *state, const ViewContext *context, char left[static VIEW_HINT_SIZE], char right[static 32])
{
	const WalkTarget target = walk_target(state, context);
	size_t done, total;
	if (!target.run)
		return;
	run_progress(target.run, &done, &total);
	AUTO_FREE char *title = target.step ? walk_filled(state, context, &target, target.step->title) : NULL;
	if (title)
		snprintf(left, VIEW_HINT_SIZE, "%s %s", target.step->number, title);
	else
		snprintf(left, VIEW_HINT_SIZE, "%s", target.gate ? target.gate->title : target.run->procedure_title);
	snprintf(right, 32, "%zu/%zu", done, total);
}

/* A running action's time, and the age of an open plan. */
static int64_t wake_ms(void *state, const ViewContext *context)
{
	const WalkTarget target = walk_target(state, context);
	if (target.job && target.job->running)
		return 1000 - (context->mono.ms - target.job->started_ms) % 1000;
	return target.open ? 10000 : 0;
}

static void close_view(void *state)
{
	WalkView *walk = state;
	outline_clear(&walk->outline);
	list_clear(&walk->list);
	playbook_free(walk->playbook);
	json_free(walk->preview);
	json_free(walk->record_output);
	json_free(walk->form_errors);
	json_free(walk->form_answers);
	json_free(walk->form_times);
	styled_clear(&walk->head);
	styled_clear(&walk->body);
	styled_clear(&walk->output);
	styled_clear(&walk->record);
}

const View VIEW_WALK = {
	.name = "walk",
	.title = "Walk",
	.command = COMMAND_SCREEN_WALK,
	.contexts = { CONTEXT_WALK, CONTEXT_LIST },
	.state_size = sizeof(WalkView),
	.close = close_view,
	.shown = shown,
	.update = update,
	.render = render,
	.on_command = on_command,
	.on_key = walk_key,
	.copy = walk_copy,
	.reason = reason,
	.first = walk_first,
	.label = walk_label,
	.filter = filter,
	.hint = hint,
	.brief = brief,
	.wake_ms = wake_ms,
	.rows = walk_line_rows,
	.choose = walk_line_choose,
	.page = walk_line_page,
	.is_busy = walk_line_is_busy,
	.in_words = walk_line_in_words,
};
