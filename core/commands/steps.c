/* steps.c: `steps` and `step`: what of the run is done, and one step in full, as the screen tells it, with every value filled in. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/commands/command.h"
#include "core/commands/rows.h"

static bool has_code(const Gate *gate) {
	for (size_t i = 0; i < gate->roles.count; i++) {
		const Signoff *signoff = gate_signoff(gate, gate->roles.items[i]);
		if (signoff && signoff_is_weaker(signoff))
			return true;
	}
	return false;
}

int run_steps(Command *command) {
	Error err = {0};
	const Run *run;
	if (!command_run(command, &run, &err))
		return command_failed(&err);
	if (command->json) {
		AUTO(Json) *all = incident_to_json(client_model(command->client)->incident);
		command_print_json(json_get(all, "runs"));
		return EXIT_OK;
	}
	/* Titles with the values that are known; what they say otherwise is the example of whoever wrote the page. */
	AUTO(Json) *titles = NULL;
	Json *args = json_new_object();
	json_add_string(args, "run", run->id);
	bool told = command_ask(command, ASK_TITLES, args, &titles, NULL);
	AUTO_FREE char *progress = run_progress_words(run);
	command_print("%s: %s   %s\n", run->procedure_title, run->playbook_title, progress);
	for (size_t i = 0; i < run->step_count; i++) {
		const IncidentStep *step = &run->steps[i];
		command_print("%*s%-6s %-14s %s%s%s\n", step->level * 2, "", step->number, step_state_words(step->state),
			told ? json_get_string_or(json_get(titles, "titles"), step->id, step->title) : step->title,
			step->reason ? "  -- " : "", step->reason ? step->reason : "");
	}
	for (size_t g = 0; g < run->gate_count; g++) {
		static const char *const WORDS[] = {[GATE_CLOSED] = "not asked yet", [GATE_WAITING] = "waiting", [GATE_SIGNED] = "signed",
			[GATE_REFUSED] = "REFUSED", [GATE_ESCALATED] = "escalated", [GATE_EXPIRED] = "expired: sign again"};
		AUTO_FREE char *roles = strlist_join(&run->gates[g].roles, " and ");
		const Signoff *alone = gate_alone(&run->gates[g], wall_now());
		if (alone)
			command_print("gate %s: signed ALONE by %s as %s: %s\n", run->gates[g].id, alone->person, alone->role,
				alone->reason ? alone->reason : "");
		else
			command_print("gate %s: %s (%s)%s\n", run->gates[g].id, WORDS[run_gate_state(run, &run->gates[g], wall_now())], roles,
				has_code(&run->gates[g]) ? ", by one-time code (weaker)" : "");
	}
	return EXIT_OK;
}

/* ---- one step ---- */

static void print_args(const Json *args) {
	JSON_EACH(arg, args) {
		const char *text = json_string(arg);
		command_print(" %s=%s", json_key(arg), text ? text : "");
	}
}

static void print_row(const Json *row) {
	const Json *args = json_get(row, "args");
	const char *text = json_get_string(args, "text"), *verb = json_get_string_or(row, "verb", "?");
	command_print("  %s", json_get_bool(row, "also", false) ? "optional: " : "");
	if (text && text_eq(verb, "command.run")) {
		command_print("%s", text);
	} else {
		command_print("%s", verb);
		print_args(args);
	}
	command_print("  (%s)\n", json_get_string_or(row, "risk", "?"));
	JSON_EACH(name, json_get(row, "missing"))
		command_print("    needs %s: breakglass set %s VALUE\n", json_string(name), json_string(name));
	if (!json_get_bool(row, "ready", true) && !json_count(json_get(row, "missing")) && json_get_string(row, "why"))
		command_print("    not now: %s\n", json_get_string(row, "why"));
}

static void print_values(const Json *values) {
	int width = 0;
	JSON_EACH(value, values) {
		int len = (int) strlen(json_get_string_or(value, "name", ""));
		width = len > width ? len : width;
	}
	if (width)
		command_print("values\n");
	JSON_EACH(value, values) {
		const char *text = json_get_string(value, "filled");
		command_print("  %-*s  %s\n", width, json_get_string_or(value, "name", ""), text ? text : "not set");
	}
}

int run_step(Command *command) {
	Error err = {0};
	Json *args = json_new_object();
	json_add_string(args, "step", command_word(command, 0));
	AUTO(Json) *data = NULL;
	const Run *run;
	if (!command_ask(command, ASK_PREVIEW, args, &data, &err))
		return command_failed(&err);
	if (command->json) {
		command_print_json(data);
		return EXIT_OK;
	}
	const IncidentStep *step = command_run(command, &run, &err) ? run_find_step(run, command_word(command, 0)) : NULL;
	command_print("%s  %s\n", step ? step->number : command_word(command, 0), json_get_string_or(data, "title", ""));
	if (step)
		command_print("%s%s%s\n", step_state_words(step->state), step->reason ? "  -- " : "", step->reason ? step->reason : "");
	if (json_count(json_get(data, "rows")))
		command_print("what it does\n");
	JSON_EACH(row, json_get(data, "rows"))
		print_row(row);
	print_values(json_get(data, "values"));
	if (json_count(json_get(data, "failed_guards")))
		command_print("held up by\n");
	JSON_EACH(guard, json_get(data, "failed_guards"))
		command_print("  %s%s\n", json_get_string_or(guard, "text", "?"), json_get_bool(guard, "soft", false) ? "  (a reason overrides it)" : "");
	return EXIT_OK;
}
