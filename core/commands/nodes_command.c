/* nodes_command.c: nodes PATTERN -- COMMAND and nodes --retry: a command on machines, as a run of the incident beside the one that is walked. It is planned and
 * applied as any step is; where somebody has to sign first, or says not yet how many machines are meant, what to type next is printed. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/commands/acting.h"
#include "core/commands/nodes_command.h"
#include "core/providers/plan.h"

typedef struct Errand { Acting acting; int64_t action; const char *waits_for; } Errand;

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

static void print_score(const IncidentAction *action) {
	AUTO_CLEAR(Buf) score = {0};
	action_score(action, &score);
	command_print("%s\n", buf_text(&score));
	for (size_t i = 0; i < action->node_count; i++)
		if (action->nodes[i].end != NODE_DONE)
			command_print("  %-12s %s%s%s\n", node_end_words(action->nodes[i].end), action->nodes[i].name, action->nodes[i].why ? ": " : "",
				action->nodes[i].why ? action->nodes[i].why : "");
	if (action->state == ACTION_IN_DOUBT)
		command_print("look there, then: breakglass resolve %lld ran|not-run --reason TEXT\n", (long long) action->number);
	else if (action_count_nodes(action, NODE_DONE) < action->node_count)
		command_print("where it is not done, again: breakglass nodes --retry\n");
}

/* ---- doing ---- */

/* Roles that have not signed yet, "engineering"; NULL: nobody is waited for. */
static const Gate *closed_gate(const Acting *acting) {
	for (size_t i = 0; i < acting->run->gate_count; i++)
		if (gate_state(&acting->run->gates[i], wall_now()) != GATE_SIGNED && !gate_alone(&acting->run->gates[i], wall_now()))
			return &acting->run->gates[i];
	return NULL;
}

static int tell_waiting(Command *command, Errand *errand, const Gate *gate) {
	AUTO_FREE char *roles = strlist_join(&gate->roles, " and ");
	errand->waits_for = roles;
	if (command->json)
		print_json(command, errand);
	else
		command_print("it waits for %s: breakglass sign %s --role ROLE --run %s\nthen: breakglass nodes --retry\n", roles, gate->id, errand->acting.run_id);
	errand->waits_for = NULL;
	return EXIT_FAILED;
}

/* A change wants the number of machines typed, as what is destructive does: "3 nodes". */
static bool is_agreed(Command *command, const StepAction *row) {
	const char *given = command_flag(command, "confirm");
	return row->risk == RISK_READ || (given && text_eq(given, json_get_string_or(row->plan, "confirm_name", "")));
}

static int tell_agreeing(Command *command, Errand *errand, const StepAction *row) {
	const char *name = json_get_string_or(row->plan, "confirm_name", "");
	if (command->json)
		print_json(command, errand);
	else
		command_print("%snothing was sent yet. To send it: breakglass nodes --retry --confirm \"%s\"\n",
			command_has(command, "confirm") ? "that is not what it would be sent to; " : "", name);
	return EXIT_USAGE;
}

static int send(Command *command, Errand *errand, const StepAction *row) {
	Error err = {0};
	const char *confirm = row->risk == RISK_DESTRUCTIVE ? command_flag(command, "confirm") : "yes";
	if (!acting_apply(command, &errand->acting, row, confirm, &errand->action, &err))
		return command_failed(&err);
	const IncidentAction *action = incident_find_action(client_model(command->client)->incident, errand->action);
	if (!action)
		return EXIT_IN_DOUBT;
	if (command->json)
		print_json(command, errand);
	else
		print_score(action);
	return acting_status(action);
}

static bool is_signed(const Acting *acting) { return acting->run->gate_count && !closed_gate(acting); }

/* What was signed is sent as it was planned; everything else is planned now. */
static int plan_and_send(Command *command, Errand *errand) {
	Error err = {0};
	const StepAction *row = acting_row(command, &errand->acting);
	bool stands = row && row->plan && is_signed(&errand->acting);
	if (!stands && !acting_plan(command, &errand->acting, &err))
		return command_failed(&err);
	row = acting_row(command, &errand->acting);
	if (!row || !row->plan)
		return EXIT_IN_DOUBT;
	if (!command->json)
		acting_print_plan(row);
	const Gate *gate = closed_gate(&errand->acting);
	if (gate)
		return tell_waiting(command, errand, gate);
	return is_agreed(command, row) ? send(command, errand, row) : tell_agreeing(command, errand, row);
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

/* The newest command on machines that is not over. */
static const Run *open_errand(const Incident *incident) {
	for (size_t i = incident ? incident->run_count : 0; i-- > 0;)
		if (incident->runs[i].aside && incident->runs[i].state == RUN_WALKING)
			return &incident->runs[i];
	return NULL;
}

int run_nodes_retry(Command *command) {
	Error err = {0};
	Errand errand = {0};
	const Run *run = open_errand(client_model(command->client)->incident);
	if (command->run_id && !command_run(command, &run, &err))
		return command_failed(&err);
	if (!run || !run->aside) {
		error_set(&err, ERROR_MISSING, "no command on nodes is open");
		error_hint(&err, "breakglass nodes PATTERN -- COMMAND sends one");
		return command_failed(&err);
	}
	if (!acting_find(command, run, run->steps[0].id, false, &errand.acting, &err))
		return command_failed(&err);
	return plan_and_send(command, &errand);
}
