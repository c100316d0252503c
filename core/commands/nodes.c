/* nodes.c: nodes: the machines alone, as the screen of that name lists them, with an exit status for scripts. */
#include "core/base/alloc.h"
#include "core/commands/command.h"
#include "core/commands/nodes_command.h"
#include "core/commands/rows.h"
#include "core/health/nodes.h"

#define FIRST_ANSWERS_MS 30000

static bool all_looked(const ClientModel *model, void *userdata) {
	(void) userdata;
	for (size_t i = 0; i < model->reading_count; i++)
		if (nodes_is_one(&model->readings[i]) && !wall_known(model->readings[i].taken))
			return false;
	return true;
}

static ReadingState worst_of(const Nodes *nodes) {
	ReadingState worst = READING_OK;
	for (size_t i = 0; i < nodes->count; i++)
		if (health_rank(nodes->rows[i].state) > health_rank(worst))
			worst = nodes->rows[i].state;
	return worst;
}

static void print_row(const NodeRow *row, WallTime now) {
	AUTO_CLEAR(Buf) words = {0};
	char span[SPAN_TEXT_SIZE];
	int64_t age = health_age_ms(row->reading, now);
	node_row_words(row, now, &words);
	command_print("%-7s %-16s %-22s %-13s %s  %s%s\n", reading_state_name(row->state), row->reading->name, node_row_address(row), node_row_role(row),
		buf_text(&words), age < 0 ? "never" : span_format_short(age, span), age < 0 ? "" : " ago");
}

static Json *nodes_json(const ClientModel *model, const Nodes *nodes) {
	Json *json = json_new_object();
	json_add_string(json, "environment", model->environment_name);
	Json *list = json_add(json, "nodes", json_new_array());
	for (size_t i = 0; i < nodes->count; i++) {
		Json *item = json_append(list, reading_to_json(nodes->rows[i].reading));
		json_add_string(item, "shown", reading_state_name(nodes->rows[i].state));
	}
	json_add_string(json, "worst", reading_state_name(worst_of(nodes)));
	return json;
}

static void print_list(const Command *command, const Nodes *nodes, const char *filter, WallTime now) {
	AUTO_CLEAR(Buf) summary = {0};
	nodes_summary(nodes, &summary);
	if (!nodes->total)
		command_print("this environment has no nodes: name them under nodes: in %s\n", command->environment_path);
	else if (!nodes->count)
		command_print("none of %zu nodes is found by \"%s\"\n", nodes->total, filter);
	for (size_t i = 0; i < nodes->count; i++)
		print_row(&nodes->rows[i], now);
	if (nodes->total)
		command_print("%s\n", buf_text(&summary));
}

/* The fingerprint is the yes: whoever types it has compared it. */
static int run_trust(Command *command, const ClientModel *model) {
	Error err = {0};
	const char *name = command_flag(command, "trust"), *yes = command_flag(command, "yes");
	const Reading *reading = NULL;
	for (size_t i = 0; i < model->reading_count; i++)
		if (nodes_is_one(&model->readings[i]) && text_eq(model->readings[i].name, name))
			reading = &model->readings[i];
	const char *shown = reading ? json_get_string_or(reading->facts, "host_key", "") : "", *jump = reading ? json_get_string(reading->facts, "host_key_of") : NULL;
	if (!yes) {
		command_print("%s: %s\n  it shows   %s\n  known is   %s\n", name, reading && reading->text ? reading->text : "there is no such node", *shown ? shown : "-",
			reading ? json_get_string_or(reading->facts, "host_key_known", "none") : "-");
		if (jump)
			command_print("It is the jump host %s that shows it, not %s.\n", jump, name);
		if (*shown)
			command_print("Compare with ssh-keygen -lf on its console, then: breakglass nodes --trust %s --yes %s\n", name, shown);
		return *shown ? EXIT_OK : EXIT_FAILED;
	}
	Json *args = json_new_object();
	json_add_string(args, "node", name);
	json_add_string(args, "fingerprint", yes);
	json_add_string(args, "confirm", "yes");
	if (!command_ask(command, ASK_TRUST, args, NULL, &err))
		return command_failed(&err);
	command_print("accepted: %s is %s; it stands in the record and in known_hosts\n", jump ? jump : name, yes);
	return EXIT_OK;
}

static int send_to_found(Command *command, const Nodes *nodes, const char *filter) {
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	if (!nodes->count) {
		error_set(&err, ERROR_MISSING, nodes->total ? "none of %zu nodes is found by \"%s\"" : "this environment has %zu nodes%s", nodes->total,
			nodes->total ? filter : "");
		return command_failed(&err);
	}
	for (size_t i = 0; i < nodes->count; i++)
		strlist_add(&names, nodes->rows[i].reading->name);
	return run_nodes_command(command, &names);
}

int run_nodes(Command *command) {
	Error err = {0};
	NodesSort sort = NODES_BY_STATE;
	AUTO_CLEAR(Nodes) nodes = {0};
	AUTO_FREE char *filter = command_text(command, 0);
	if (command_has(command, "dns"))
		return run_nodes_dns(command);
	if (command_has(command, "sort") && !nodes_sort_parse(command_flag(command, "sort"), &sort))
		return command_usage(command, "--sort takes state, name, role, address, load, memory, disk, clock or age");
	if (!command_client(command, true, &err)) {
		command_failed(&err);
		return health_exit_status(READING_UNKNOWN);
	}
	if (command->rest.count)
		sort = NODES_BY_NAME;
	if (!command_has(command, "retry") && (*filter || !command->rest.count))
		BG_IGNORE(client_wait(command->client, all_looked, NULL, FIRST_ANSWERS_MS, NULL));   /* what does not answer is shown as such */
	const ClientModel *model = client_model(command->client);
	if (command_has(command, "trust"))
		return run_trust(command, model);
	if (command_has(command, "retry"))
		return run_nodes_retry(command);
	WallTime now = wall_now();
	nodes_collect(model->readings, model->reading_count, now, sort, filter, &nodes);
	if (command->rest.count)
		return send_to_found(command, &nodes, filter);
	if (command->json) {
		AUTO(Json) *json = nodes_json(model, &nodes);
		command_print_json(json);
	} else {
		print_list(command, &nodes, filter, now);
	}
	return health_exit_status(nodes.total && !nodes.count ? READING_UNKNOWN : worst_of(&nodes));   /* of what is not found nothing is known */
}
