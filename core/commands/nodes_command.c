/* nodes_command.c: nodes PATTERN -- COMMAND and nodes --retry: a command on machines, as a run of the incident beside the one that is walked. It is planned and
 * applied as any step is; where somebody has to sign first, or says not yet how many machines are meant, what to type next is printed. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/zone.h"
#include "core/commands/acting.h"
#include "core/commands/nodes_command.h"
#include "core/providers/plan.h"

#define RENEWAL_WAIT_MS 5000

/* `changed`: it was planned anew, and the plan is not the one that was shown before. */
typedef struct Errand { Acting acting; int64_t action; const char *waits_for; bool changed; } Errand;

/* ---- telling ---- */

static Json *score_json(const IncidentAction *action) {
	static const NodeEnd ends[] = {NODE_DONE, NODE_FAILED, NODE_IN_DOUBT, NODE_NOT_STARTED, NODE_OPEN};
	Json *score = json_new_object();
	for (size_t i = 0; i < BG_LENGTH(ends); i++)
		json_add_int(score, node_end_name(ends[i]), (int64_t) action_count_nodes(action, ends[i]));
	return score;
}

static void print_json(Command *command, Errand *errand) {
	const Incident *incident = client_model(command->client)->incident;
	const StepAction *row = acting_row(command, &errand->acting);
	const IncidentAction *action = incident && errand->action ? incident_find_action(incident, errand->action) : NULL;
	AUTO(Json) *json = json_new_object();
	json_add_string(json, "run", errand->acting.run_id);
	json_add_string(json, "state", action ? action_state_name(action->state) : errand->waits_for ? "waiting" : "planned");
	json_add_string(json, "waits_for", errand->waits_for);
	if (row && row->plan)
		json_add(json, "plan", json_copy(row->plan));
	if (action) {
		AUTO(Json) *all = incident_to_json(incident);
		size_t at = (size_t) (action - incident->actions), i = 0;
		json_add_int(json, "action", action->number);
		json_add(json, "score", score_json(action));
		JSON_EACH(item, json_get(all, "actions"))
			if (i++ == at)
				json_add(json, "nodes", json_copy(json_get(item, "nodes")));
	}
	command_print_json(json);
}

static void print_score(const Errand *errand, const IncidentAction *action) {
	AUTO_CLEAR(Buf) score = {0};
	action_score(action, &score);
	command_print("%s\n", buf_text(&score));
	for (size_t i = 0; i < action->node_count; i++)
		if (action->nodes[i].end != NODE_DONE)
			command_print("  %-12s %s%s%s\n", node_end_words(action->nodes[i].end), action->nodes[i].name, action->nodes[i].why ? ": " : "",
				action->nodes[i].why ? action->nodes[i].why : "");
	if (action->state == ACTION_IN_DOUBT)
		command_print("look there, then: breakglass resolve %lld ran|not-run --reason TEXT%s\n", (long long) action->number,
			action_count_nodes(action, NODE_IN_DOUBT) > 1 ? ", or with --node NAME one by one" : "");
	else if (action_count_nodes(action, NODE_DONE) < action->node_count)
		command_print("where it is not done, again: breakglass nodes --retry --run %s\n", errand->acting.run_id);
}

/* ---- doing ---- */

/* Roles that have not signed yet, "engineering"; NULL: nobody is waited for. */
static const Gate *closed_gate(const Acting *acting) {
	for (size_t i = 0; i < acting->run->gate_count; i++)
		if (gate_state(&acting->run->gates[i], wall_now()) != GATE_SIGNED && !gate_alone(&acting->run->gates[i], wall_now()))
			return &acting->run->gates[i];
	return NULL;
}

static int tell_waiting(Command *command, Errand *errand, const StepAction *row, const Gate *gate) {
	AUTO_FREE char *roles = strlist_join(&gate->roles, " and ");
	const char *name = json_get_string_or(row->plan, "confirm_name", "");
	errand->waits_for = roles;
	if (command->json) {
		print_json(command, errand);
	} else {
		if (errand->changed && gate->signoff_count)
			command_print("what was signed before is not this: it was planned anew, only where it is not done, and is to be signed anew\n");
		command_print("it waits for %s: breakglass sign %s --role ROLE --run %s\n", roles, gate->id, errand->acting.run_id);
		command_print("then: breakglass nodes --retry --run %s", errand->acting.run_id);
		if (row->risk != RISK_READ)
			command_print(" --confirm \"%s\"", name);
		command_print("\n");
	}
	errand->waits_for = NULL;
	return EXIT_FAILED;
}

/* A change wants the number of machines typed, as what is destructive does: "3 nodes"; of a plan that was not shown before, that says nothing. */
static bool is_agreed(Command *command, const Errand *errand, const StepAction *row) {
	const char *given = command_flag(command, "confirm");
	return row->risk == RISK_READ || (given && !errand->changed && text_eq(given, json_get_string_or(row->plan, "confirm_name", "")));
}

static int tell_agreeing(Command *command, Errand *errand, const StepAction *row) {
	const char *name = json_get_string_or(row->plan, "confirm_name", "");
	if (command->json)
		print_json(command, errand);
	else
		command_print("%snothing was sent yet. To send it: breakglass nodes --retry --run %s --confirm \"%s\"\n",
			!command_has(command, "confirm") ? "" : errand->changed ? "the plan is not the one that was shown before; " : "that is not what it would be sent to; ",
			errand->acting.run_id, name);
	return EXIT_USAGE;
}

/* It was not taken, or it went and nobody saw how: a script that takes 1 for "not done" would send that twice. */
static int tell_unseen(Command *command, Errand *errand, const Error *err) {
	int status = acting_unseen_status(command, errand->action, err);
	(void) command_failed(err);
	if (errand->action && command->json)
		print_json(command, errand);
	if (status == EXIT_IN_DOUBT)
		fprintf(stderr, "  it may have been sent: breakglass timeline tells; where it is not done, again: breakglass nodes --retry --run %s\n", errand->acting.run_id);
	return status;
}

static int send(Command *command, Errand *errand, const StepAction *row) {
	Error err = {0};
	const char *confirm = row->risk == RISK_DESTRUCTIVE ? command_flag(command, "confirm") : "yes";
	if (!acting_apply(command, &errand->acting, row, confirm, &errand->action, &err))
		return tell_unseen(command, errand, &err);
	const IncidentAction *action = incident_find_action(client_model(command->client)->incident, errand->action);
	if (!action)
		return EXIT_IN_DOUBT;
	if (command->json)
		print_json(command, errand);
	else
		print_score(errand, action);
	return acting_status(action);
}

static bool is_signed(const Acting *acting) { return acting->run->gate_count && !closed_gate(acting); }

/* What was signed, and what was shown a moment ago and is agreed to now, is sent as it was planned; everything else is planned now. */
static bool stands(Command *command, Errand *errand, const StepAction *row) {
	if (!row || !row->plan || errand->acting.step->state != STEP_PLANNED)
		return false;
	bool fresh = wall_now().ms - row->plan_time.ms <= command->environment->signoff.plan_age_ms;
	return is_signed(&errand->acting) || (fresh && command_has(command, "confirm"));
}

typedef struct Renewal { const char *run; int64_t plan_seq; } Renewal;

static bool is_renewed(const ClientModel *model, void *userdata) {
	const Renewal *renewal = userdata;
	const Run *run = model->incident ? incident_find_run(model->incident, renewal->run) : NULL;
	for (size_t i = 0; run && i < run->gate_count; i++)
		if (run->gates[i].asked_seq < renewal->plan_seq)
			return false;
	return true;
}

/* What was signed is another plan now: the record that asks for it anew comes just behind the plan's. */
static void wait_for_renewal(Command *command, Errand *errand, const StepAction *row) {
	Renewal renewal = {errand->acting.run_id, row->plan_seq};
	if (is_signed(&errand->acting))
		BG_IGNORE(client_wait(command->client, is_renewed, &renewal, RENEWAL_WAIT_MS, NULL));   /* without it the engine refuses to send */
}

static int plan_and_send(Command *command, Errand *errand) {
	Error err = {0};
	const StepAction *row = acting_row(command, &errand->acting);
	AUTO_FREE char *before = row && row->plan ? bg_strdup(row->plan_digest) : NULL;
	bool failed = row && errand->acting.step->state != STEP_PLANNED;   /* then it is another plan as a matter of course */
	if (!stands(command, errand, row) && !acting_plan(command, &errand->acting, &err))
		return command_failed(&err);
	row = acting_row(command, &errand->acting);
	if (!row || !row->plan)
		return EXIT_IN_DOUBT;
	errand->changed = before && !text_eq(before, row->plan_digest);
	if (errand->changed)
		wait_for_renewal(command, errand, row);
	row = acting_row(command, &errand->acting);
	if (!row || !row->plan)
		return EXIT_IN_DOUBT;
	if (!command->json)
		acting_print_plan(row);
	const Gate *gate = closed_gate(&errand->acting);
	if (gate)
		return tell_waiting(command, errand, row, gate);
	errand->changed &= !failed;
	return is_agreed(command, errand, row) ? send(command, errand, row) : tell_agreeing(command, errand, row);
}

int run_nodes_command(Command *command, const StrList *names) {
	Error err = {0};
	Errand errand = {0};
	AUTO(Json) *data = NULL;
	AUTO_FREE char *text = strlist_join(&command->rest, " ");
	Json *args = json_new_object();
	Json *list = json_add(args, "nodes", json_new_array());
	for (size_t i = 0; i < names->count; i++)
		json_append_string(list, names->items[i]);
	json_add_string(args, "command", text);
	json_add_string(args, "timeout", command_flag(command, "timeout"));
	if (!command_ask(command, ASK_COMMAND, args, &data, &err))
		return command_failed(&err);
	const Incident *incident = client_model(command->client)->incident;
	const Run *run = incident ? incident_find_run(incident, json_get_string_or(data, "run", "")) : NULL;
	if (!run || !acting_find(command, run, json_get_string_or(data, "step", ""), false, &errand.acting, &err))
		return command_failed(&err);
	if (!command->json)
		command_print("run %s: %s\n", run->id, run->procedure_title);
	return plan_and_send(command, &errand);
}

static bool is_open(const Run *run) { return run->aside && run->state == RUN_WALKING; }

static void print_open(const Run *run) {
	const StepAction *row = run->step_count && run->steps[0].action_count ? &run->steps[0].actions[0] : NULL;
	const char *text = row ? json_get_string(json_get(row->plan, "args"), "text") : NULL;
	const char *nodes = row ? json_get_string(row->plan, "confirm_name") : NULL;
	char clock[ZONE_BOTH_SIZE];
	command_print("%-4s %s%s%s   %s, %s\n", run->id, text ? text : run->procedure_title, text ? " on " : "", text && nodes ? nodes : "", run->who ? run->who : "-",
		zone_clock(run->started, wall_now(), clock));
}

/* The command on machines that is not over. Of several, a person says which: to send another one's by its number of machines is no agreement. */
static bool find_open(Command *command, const Run **ret_run, Error *err) {
	const Incident *incident = client_model(command->client)->incident;
	size_t count = 0;
	for (size_t i = 0; incident && i < incident->run_count; i++)
		if (is_open(&incident->runs[i]) && ++count)
			*ret_run = &incident->runs[i];
	if (!count) {
		error_set(err, ERROR_MISSING, "no command on nodes is open");
		return error_hint(err, "breakglass nodes PATTERN -- COMMAND sends one");
	}
	if (count == 1)
		return true;
	for (size_t i = 0; !command->json && i < incident->run_count; i++)
		if (is_open(&incident->runs[i]))
			print_open(&incident->runs[i]);
	error_set(err, ERROR_CONFLICT, "%zu commands on nodes are open", count);
	return error_hint(err, "say which: breakglass nodes --retry --run %s", (*ret_run)->id);
}

int run_nodes_retry(Command *command) {
	Error err = {0};
	Errand errand = {0};
	const Run *run = NULL;
	if (command->run_id ? !command_run(command, &run, &err) : !find_open(command, &run, &err))
		return command_failed(&err);
	if (!run->aside) {
		error_set(&err, ERROR_INVALID, "run %s is no command on nodes", run->id);
		error_hint(&err, "breakglass timeline names the runs; a step of a procedure is done with breakglass apply");
		return command_failed(&err);
	}
	if (!acting_find(command, run, run->steps[0].id, false, &errand.acting, &err))
		return command_failed(&err);
	return plan_and_send(command, &errand);
}
