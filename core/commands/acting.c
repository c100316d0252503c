/* acting.c: plan, apply, look, undo, resolve: the same ceremony as on the screens. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/zone.h"
#include "core/commands/acting.h"
#include "core/commands/rows.h"
#include "core/engine/client_seat.h"
#include "core/providers/plan.h"

#define PLAN_WAIT_MS (2 * 60 * 1000)
#define APPLY_WAIT_MS (60LL * 60 * 1000)

bool acting_find(Command *command, const Run *run, const char *step, bool undo, Acting *ret, Error *err) {
	*ret = (Acting){.undo = undo, .run = run};
	ret->step = run_find_step(run, step);
	if (!ret->step) {
		error_set(err, ERROR_MISSING, "there is no step %s in this run", step);
		return error_hint(err, "breakglass steps lists them");
	}
	snprintf(ret->run_id, sizeof(ret->run_id), "%s", run->id);
	snprintf(ret->step_id, sizeof(ret->step_id), "%s", ret->step->id);
	int64_t also = 0;
	if (command_has(command, "also") && (!str_parse_int(str_from(command_flag(command, "also")), &also) || also < 1))
		return error_set(err, ERROR_INVALID, "--also wants the number of an optional action, from 1");
	(void) step_next_action(ret->step, &ret->index);
	size_t seen = 0;
	for (size_t i = 0; also && i < ret->step->action_count; i++)
		if (ret->step->actions[i].also && ++seen == (size_t) also)
			ret->index = i;
	return true;
}

static bool find_target(Command *command, bool undo, Acting *ret, Error *err) {
	const Run *run;
	return command_run(command, &run, err) && acting_find(command, run, command_word(command, 0), undo, ret, err);
}

static Json *target_args(const Acting *target) {
	Json *args = json_new_object();
	json_add_string(args, "run", target->run->id);
	json_add_string(args, "step", target->step->id);
	json_add_int(args, "index", (int64_t) target->index);
	json_add_bool(args, "undo", target->undo);
	return args;
}

/* ---- waiting for a job ---- */

typedef struct Wait { int64_t job, action, engine_pid; size_t shown; bool quiet; char last[256]; } Wait;

static const ClientJob *find_job(const ClientModel *model, const Wait *wait) {
	for (size_t i = 0; i < model->job_count; i++)
		if ((wait->job && model->jobs[i].id == wait->job) || (wait->action && model->jobs[i].action == wait->action))
			return &model->jobs[i];
	return NULL;
}

static void show_progress(Wait *wait, const ClientJob *job) {
	if (wait->quiet)
		return;
	if (job->output.len > wait->shown) {
		fwrite(job->output.data + wait->shown, 1, job->output.len - wait->shown, stdout);
		wait->shown = job->output.len;
	}
	if (job->progress && !text_eq(job->progress, wait->last)) {
		snprintf(wait->last, sizeof(wait->last), "%s", job->progress);
		fprintf(stderr, "  %s\n", wait->last);
	}
}

/* What an action came to stands in the record, whichever engine wrote it: one that took up after another knows no job of it any more.
 * Plans and checks live and die with their engine, whose job numbers mean nothing to the next. */
static bool has_ended(const ClientModel *model, void *userdata) {
	Wait *wait = userdata;
	if (!model->caught_up)
		return false;
	bool other_engine = model->engine_pid != wait->engine_pid;
	const ClientJob *job = wait->action || !other_engine ? find_job(model, wait) : NULL;
	if (job)
		show_progress(wait, job);
	if (!wait->action)
		return other_engine || (job && !job->running);
	const IncidentAction *action = model->incident ? incident_find_action(model->incident, wait->action) : NULL;
	return !action || action->state != ACTION_RUNNING || (job && !job->running);
}

static bool wait_for(Command *command, Wait *wait, int64_t deadline_ms, Error *err) {
	const ClientModel *model = client_model(command->client);
	wait->engine_pid = model->engine_pid;
	if (!client_wait(command->client, has_ended, wait, deadline_ms, err))
		return error_hint(err, "it goes on by itself: breakglass steps shows its state");
	if (!wait->action && model->engine_pid != wait->engine_pid) {
		error_set(err, ERROR_CONFLICT, "the engine was restarted while it looked");
		return error_hint(err, "nothing was changed; plan again, or look again");
	}
	const ClientJob *job = find_job(model, wait);
	if (job && error_is_set(&job->error)) {
		*err = job->error;
		return false;
	}
	return true;
}

/* ---- plan ---- */

void acting_print_plan(const StepAction *action) {
	AUTO_CLEAR(Plan) plan = {0};
	if (!action->plan || !plan_from_json(action->plan, &plan, NULL))
		return;
	command_print("%s on %s   risk %s\n", plan.action, plan.target ? plan.target : "-", risk_name(row_risk(action, action->plan_is_undo)));
	AUTO_CLEAR(StrList) lines = {0};
	plan_describe(&plan, &lines);
	for (size_t i = 0; i < lines.count; i++)
		command_print("  %s\n", lines.items[i]);
	for (size_t i = 0; i < plan.warnings.count; i++)
		command_print("! %s\n", plan.warnings.items[i]);
	if (plan.undo)
		command_print("undo     %s\n", plan.undo);
	if (plan.manual)
		command_print("by hand  %s\n", plan.manual);
	command_print("digest   sha256:%s\n", action->plan_digest);
}

static bool make_plan(Command *command, const Acting *target, Error *err) {
	AUTO(Json) *data = NULL;
	if (!command_ask(command, ASK_PLAN, target_args(target), &data, err))
		return false;
	Wait wait = {.job = json_get_int(data, "job", 0), .quiet = command->json};
	return wait_for(command, &wait, PLAN_WAIT_MS, err);
}

bool acting_plan(Command *command, Acting *acting, Error *err) { return make_plan(command, acting, err); }

/* The step again: the model has moved on while we waited. */
const StepAction *acting_row(Command *command, Acting *target) {
	const ClientModel *model = client_model(command->client);
	target->run = model->incident ? incident_find_run(model->incident, target->run_id) : NULL;
	target->step = target->run ? run_find_step(target->run, target->step_id) : NULL;
	return target->step && target->index < target->step->action_count ? &target->step->actions[target->index] : NULL;
}

static void print_plan(const Command *command, const StepAction *action) {
	if (command->json)
		command_print_json(action->plan);
	else
		acting_print_plan(action);
}

static void print_failed_guards(const Json *failed) {
	JSON_EACH(guard, failed)
		command_print("%s %s\n", json_get_bool(guard, "confirm", false) ? "?" : "!", json_get_string_or(guard, "text", "a guard of this step does not hold"));
}

/* What apply will refuse, before anybody signs for it: guards on values and the ledger, and those that asked the world with the plan. */
static void print_guards(Command *command, const Acting *target, const StepAction *row) {
	AUTO(Json) *data = NULL;
	Error err = {0};
	if (command->json || !row || !row->plan)
		return;
	print_failed_guards(json_get(json_get(row->plan, "guards"), "failed"));
	/* Asking lets the model move on: nothing of it is used from here. */
	if (command_ask(command, ASK_PREVIEW, target_args(target), &data, &err))
		print_failed_guards(json_get(data, "failed_guards"));
}

static int plan_and_print(Command *command, Acting *target) {
	Error err = {0};
	if (!make_plan(command, target, &err))
		return command_failed(&err);
	const StepAction *action = acting_row(command, target);
	if (action)
		print_plan(command, action);
	return EXIT_OK;
}

int run_plan(Command *command) {
	Error err = {0};
	Acting target;
	if (!find_target(command, false, &target, &err))
		return command_failed(&err);
	int64_t before = client_model(command->client)->incident->seq;
	/* Of a step that is signed as a whole the engine makes them all, as far as it can. */
	bool whole = step_is_signed_as_a_whole(target.run, target.step) && !command_has(command, "also");
	bool made = make_plan(command, &target, &err);
	const StepAction *row = acting_row(command, &target);
	size_t end = !row ? 0 : whole ? target.step->action_count : target.index + 1;
	for (size_t i = target.index; i < end; i++)
		if (target.step->actions[i].plan && target.step->actions[i].plan_seq > before && !target.step->actions[i].plan_is_undo)
			print_plan(command, &target.step->actions[i]);
	if (made)
		print_guards(command, &target, row);
	return made ? EXIT_OK : command_failed(&err);
}

/* ---- apply ---- */

int acting_status(const IncidentAction *action) {
	static const int STATUS[ACTION_STATE_COUNT] = {[ACTION_RUNNING] = EXIT_IN_DOUBT, [ACTION_DONE] = EXIT_OK, [ACTION_FAILED] = EXIT_FAILED,
		[ACTION_STOPPED] = EXIT_FAILED, [ACTION_CANCELLED] = EXIT_FAILED, [ACTION_IN_DOUBT] = EXIT_IN_DOUBT,
		[ACTION_RESOLVED_RAN] = EXIT_OK, [ACTION_RESOLVED_NOT_RUN] = EXIT_FAILED};
	bool left = action->state == ACTION_RESOLVED_RAN && action_count_nodes(action, NODE_DONE) < action->node_count;
	return left ? EXIT_FAILED : STATUS[action->state];
}

int acting_unseen_status(const Command *command, int64_t number, const Error *err) {
	const Incident *incident = client_model(command->client)->incident;
	const IncidentAction *action = incident && number ? incident_find_action(incident, number) : NULL;
	bool refused = !number && err->kind != ERROR_TIMEOUT && err->kind != ERROR_IO;
	return refused ? EXIT_FAILED : action ? acting_status(action) : EXIT_IN_DOUBT;
}

int acting_print_outcome(Command *command, int64_t number) {
	const Incident *incident = client_model(command->client)->incident;
	const IncidentAction *action = incident ? incident_find_action(incident, number) : NULL;
	if (!action)
		return EXIT_IN_DOUBT;
	command_print("action %lld: %s%s%s\n", (long long) number, action_state_name(action->state), action->evidence ? ": " : "",
		action->evidence ? action->evidence : "");
	/* The score of a command on nodes is told already. */
	const char *where = action->where && *action->where && !text_eq(action->where, action->evidence) ? action->where : NULL;
	if (action->why)
		command_print("  %s%s%s%s\n", action->why, where ? " (" : "", where ? where : "", where ? ")" : "");
	if (action->hint && *action->hint)
		command_print("  %s\n", action->hint);
	return acting_status(action);
}

bool acting_apply(Command *command, const Acting *acting, const StepAction *row, const char *confirm, int64_t *ret_action, Error *err) {
	Json *args = target_args(acting);
	json_add_string(args, "digest", row->plan_digest);
	json_add_string(args, "confirm", confirm);
	json_add_string(args, "reason", command_flag(command, "reason"));
	json_add_bool(args, "confirmed", command_has(command, "sure"));
	AUTO(Json) *data = NULL;
	if (client_wants_terminal(row) && !acting->undo)
		return acting_lend(command, args, ret_action, err);
	if (!command_ask(command, ASK_APPLY, args, &data, err))
		return false;
	Wait wait = {.action = json_get_int(data, "action", 0), .quiet = command->json};
	*ret_action = wait.action;
	return wait_for(command, &wait, APPLY_WAIT_MS, err);
}

bool acting_wait_end(Command *command, int64_t action, Error *err) {
	Wait wait = {.action = action, .quiet = true};
	return wait_for(command, &wait, APPLY_WAIT_MS, err);
}

static int apply(Command *command, Acting *target) {
	Error err = {0};
	const StepAction *action = target->index < target->step->action_count ? &target->step->actions[target->index] : NULL;
	bool agreed = command_has(command, "yes") || command_has(command, "confirm");
	if (action && !action->plan && action->risk == RISK_READ && make_plan(command, target, &err))
		action = acting_row(command, target);
	if (!action || !action->plan || action->plan_is_undo != target->undo) {
		error_set(&err, ERROR_MISSING, "there is no plan yet");
		error_hint(&err, "breakglass %s %s shows what would change", target->undo ? "undo" : "plan", command_word(command, 0));
		return command_failed(&err);
	}
	Risk risk = row_risk(action, target->undo);
	if (!agreed && risk != RISK_READ) {
		acting_print_plan(action);
		return command_usage(command, risk == RISK_CHANGE ? "to do this, say --yes" : "to do this, say --confirm with the target's name");
	}
	int64_t number = 0;
	if (!acting_apply(command, target, action, command_has(command, "confirm") ? command_flag(command, "confirm") : "yes", &number, &err)) {
		(void) command_failed(&err);
		int status = acting_unseen_status(command, number, &err);
		if (status == EXIT_IN_DOUBT)
			fputs("  it may have been started: breakglass timeline tells what came of it\n", stderr);
		return status;
	}
	return acting_print_outcome(command, number);
}

int run_apply(Command *command) {
	Error err = {0};
	Acting target;
	if (!find_target(command, false, &target, &err))
		return command_failed(&err);
	return apply(command, &target);
}

int run_undo(Command *command) {
	Error err = {0};
	Acting target;
	if (!find_target(command, true, &target, &err))
		return command_failed(&err);
	target.index = step_next_undo(target.step);
	if (!command_has(command, "yes") && !command_has(command, "confirm"))
		return plan_and_print(command, &target);
	return apply(command, &target);
}

/* ---- values that probes tell ---- */

int run_set_from_probe(Command *command, const char *run) {
	Error err = {0};
	AUTO(Json) *data = NULL;
	AUTO_FREE char *id = bg_strdup(run);   /* the model moves on while we wait */
	Json *args = json_new_object();
	json_add_string(args, "run", id);
	json_add_string(args, "name", command_word(command, 0));
	if (!command_ask(command, ASK_FILL, args, &data, &err))
		return command_failed(&err);
	Wait wait = {.job = json_get_int(data, "job", 0), .quiet = command->json};
	if (!wait_for(command, &wait, PLAN_WAIT_MS, &err))
		return command_failed(&err);
	const ClientModel *model = client_model(command->client);
	const Run *now = model->incident ? incident_find_run(model->incident, id) : NULL;
	const NamedValue *value = now ? run_find_value(now, command_word(command, 0)) : NULL;
	char clock[ZONE_BOTH_SIZE];
	if (!value)
		return EXIT_FAILED;
	if (command->json) {
		AUTO(Json) *json = json_new_object();
		json_add_string(json, "name", value->name);
		json_add_string(json, "value", value->value);
		json_add_string(json, "from", value->from);
		json_add_int(json, "set", value->set.ms);
		command_print_json(json);
	} else {
		command_print("%s is %s, from %s at %s\n", value->name, value->secret ? "set, not shown" : value->value, value->from ? value->from : value->who,
			zone_clock(value->set, wall_now(), clock));
	}
	return EXIT_OK;
}

/* ---- look and resolve ---- */

int run_look(Command *command) {
	Error err = {0};
	Acting target;
	AUTO(Json) *data = NULL;
	if (!find_target(command, false, &target, &err) || !command_ask(command, ASK_CHECK, target_args(&target), &data, &err))
		return command_failed(&err);
	Wait wait = {.job = json_get_int(data, "job", 0), .quiet = command->json};
	if (!wait_for(command, &wait, APPLY_WAIT_MS, &err))
		return command_failed(&err);
	(void) acting_row(command, &target);
	bool all = true;
	for (size_t i = 0; target.step && i < target.step->check_count; i++) {
		const StepCheck *check = &target.step->checks[i];
		all &= check->state == CHECK_TRUE;
		command_print("%s  %s%s%s%s%s\n", check->state == CHECK_TRUE ? "true " : "FALSE", check->name ? check->name : "",
			check->name && check->text ? ": " : "", check->text ? check->text : "", check->reason && *check->reason ? ": " : "",
			check->reason ? check->reason : "");
	}
	return all ? EXIT_OK : EXIT_FAILED;
}

/* "resolved", or where somebody has to look yet. */
static void print_resolved(Command *command, int64_t number) {
	const Incident *incident = client_model(command->client)->incident;
	const IncidentAction *action = incident ? incident_find_action(incident, number) : NULL;
	const char *separator = "still in doubt: ";
	if (!action || action->state != ACTION_IN_DOUBT) {
		command_print("resolved\n");
		return;
	}
	for (size_t i = 0; i < action->node_count; i++) {
		if (action->nodes[i].end != NODE_IN_DOUBT)
			continue;
		command_print("%s%s", separator, action->nodes[i].name);
		separator = ", ";
	}
	command_print("\n");
}

int run_resolve(Command *command) {
	Error err = {0};
	int64_t number;
	const char *as = command_word(command, 1);
	if (!str_parse_int(str_from(command_word(command, 0)), &number) || (!text_eq(as, "ran") && !text_eq(as, "not-run")))
		return command_usage(command, "an action's number, then ran or not-run");
	if (!command_has(command, "reason"))
		return command_usage(command, "say with --reason what you looked at");
	Json *args = json_new_object();
	json_add_int(args, "action", number);
	json_add_string(args, "as", as);
	json_add_string(args, "reason", command_flag(command, "reason"));
	if (command_has(command, "node")) {
		AUTO_CLEAR(StrList) names = {0};
		Json *list = json_add(args, "nodes", json_new_array());
		strlist_split(&names, str_from(command_flag(command, "node")), ',');
		for (size_t i = 0; i < names.count; i++)
			json_append_string(list, names.items[i]);
	}
	if (!command_ask(command, ASK_RESOLVE, args, NULL, &err))
		return command_failed(&err);
	print_resolved(command, number);
	return EXIT_OK;
}
