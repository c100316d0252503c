/* show_json.c: `show --json`: the model as data, for scripts and for screens that are not ours. Field names are part
 * of the interface. */
#include "core/playbook/show.h"

static void add_texts(Json *object, const char *key, const char *const *items, size_t count)
{
	Json *array = json_add(object, key, json_new_array());
	for (size_t i = 0; i < count; i++)
		(void) json_append_string(array, items[i]);
}

static void add_args(Json *object, const DirectiveArg *args, size_t count)
{
	Json *array = json_add(object, "args", json_new_array());
	for (size_t i = 0; i < count; i++) {
		Json *arg = json_append(array, json_new_object());
		(void) json_add_string(arg, "key", args[i].key);
		(void) json_add_string(arg, "op", directive_op_name(args[i].op));
		(void) json_add_string(arg, "value", args[i].value);
	}
}

static void add_actions(Json *step, const char *key, const PlaybookAction *actions, size_t count)
{
	if (!count)
		return;
	Json *array = json_add(step, key, json_new_array());
	for (size_t i = 0; i < count; i++) {
		Json *action = json_append(array, json_new_object());
		(void) json_add_string(action, "action", actions[i].verb);
		add_args(action, actions[i].args, actions[i].arg_count);
		(void) json_add_string(action, "risk", risk_name(actions[i].risk));
		(void) json_add_string(action, "label", actions[i].label);
		(void) json_add_string(action, "save", actions[i].save);
		if (actions[i].restores)
			(void) json_add_bool(action, "restores", true);
		(void) json_add_int(action, "line", actions[i].line);
	}
}

static void add_verifies(Json *step, const PlaybookVerify *verifies, size_t count)
{
	if (!count)
		return;
	Json *array = json_add(step, "verify", json_new_array());
	for (size_t i = 0; i < count; i++) {
		Json *verify = json_append(array, json_new_object());
		(void) json_add_string(verify, "probe", verifies[i].probe);
		add_args(verify, verifies[i].args, verifies[i].arg_count);
		(void) json_add_int(verify, "within_ms", verifies[i].within_ms);
		(void) json_add_bool(verify, "by_human", verifies[i].by_human);
		(void) json_add_int(verify, "line", verifies[i].line);
	}
}

static void add_guards(Json *object, const PlaybookGuard *guards, size_t count)
{
	static const char *const KINDS[] = {"probe", "variable", "set", "open", "confirm"};
	if (!count)
		return;
	Json *array = json_add(object, "guards", json_new_array());
	for (size_t i = 0; i < count; i++) {
		Json *guard = json_append(array, json_new_object());
		(void) json_add_string(guard, "kind", KINDS[guards[i].kind]);
		(void) json_add_string(guard, "subject", guards[i].subject);
		if (guards[i].kind == GUARD_VARIABLE) {
			(void) json_add_string(guard, "op", directive_op_name(guards[i].op));
			(void) json_add_string(guard, "value", guards[i].value);
		}
		if (guards[i].kind == GUARD_PROBE)
			add_args(guard, guards[i].args, guards[i].arg_count);
		(void) json_add_bool(guard, "soft", guards[i].soft);
		(void) json_add_string(guard, "else", guards[i].otherwise);
		(void) json_add_int(guard, "line", guards[i].line);
	}
}

static void add_marks(Json *object, const LedgerMark *marks, size_t count)
{
	for (size_t pass = 0; pass < 2; pass++) {
		Json *array = NULL;
		for (size_t i = 0; i < count; i++) {
			if (marks[i].opens != (pass == 0))
				continue;
			if (!array)
				array = json_add(object, pass == 0 ? "opens" : "closes", json_new_array());
			(void) json_append_string(array, marks[i].name);
		}
	}
}

static void add_gates(Json *object, PlaybookGate *const *gates, size_t count)
{
	if (!count)
		return;
	Json *array = json_add(object, "gates", json_new_array());
	for (size_t i = 0; i < count; i++) {
		Json *gate = json_append(array, json_new_object());
		(void) json_add_string(gate, "id", gates[i]->id);
		add_texts(gate, "roles", gates[i]->roles, gates[i]->role_count);
		(void) json_add_int(gate, "min", gates[i]->min);
		(void) json_add_bool(gate, "distinct", gates[i]->distinct);
		(void) json_add_bool(gate, "reason_required", gates[i]->reason_required);
		(void) json_add_string(gate, "scope", scope_name(gates[i]->scope));
		Json *covers = json_add(gate, "covers", json_new_array());
		for (size_t k = 0; k < gates[i]->cover_count; k++)
			(void) json_append_string(covers, gates[i]->covers[k]->id);
	}
}

static void add_command(Json *array, const StepCommand *command)
{
	Json *json = json_append(array, json_new_object());
	(void) json_add_string(json, "id", command->id);
	(void) json_add_string(json, "kind", code_kind_name(command->kind));
	(void) json_add_string(json, "language", command->language);
	(void) json_add_int(json, "line", command->line);
	(void) json_add_string(json, "text", command->text);
	if (command->kind != CODE_SHELL)
		return;
	(void) json_add_string(json, "risk", risk_name(command->risk));
	(void) json_add_bool(json, "terminal", command->terminal);
	if (command->unrecorded)
		(void) json_add_bool(json, "recorded", false);
	(void) json_add_bool(json, "offer", command->offer);
	(void) json_add_bool(json, "example", command->example);
	(void) json_add_bool(json, "optional", command->optional);
	(void) json_add_bool(json, "undo", command->undo);
	(void) json_add_bool(json, "alternatives", command->alternatives);
	if (command->restores)
		(void) json_add_bool(json, "restores", true);
	(void) json_add_string(json, "host", command->host);
	(void) json_add_string(json, "why_not", command->why_not);
	Json *lines = json_add(json, "commands", json_new_array());
	for (size_t i = 0; i < command->line_count; i++) {
		Json *line = json_append(lines, json_new_object());
		(void) json_add_string(line, "text", command->lines[i].text);
		(void) json_add_string(line, "label", command->lines[i].label);
		(void) json_add_string(line, "risk", risk_name(command->lines[i].risk));
		(void) json_add_int(line, "line", command->lines[i].line);
		add_texts(line, "asks", command->lines[i].placeholders, command->lines[i].placeholder_count);
	}
}

static void add_step(Json *array, const Step *step)
{
	Json *json = json_append(array, json_new_object());
	(void) json_add_string(json, "id", step->id);
	(void) json_add_string(json, "number", step->number);
	(void) json_add_string(json, "title", step->title);
	(void) json_add_string(json, "kind", step_form_name(step->form));
	(void) json_add_int(json, "line", step->line);
	(void) json_add_int(json, "depth", step->depth);
	(void) json_add_string(json, "phase", step->phase ? step->phase->id : NULL);
	(void) json_add_bool(json, "counted", step->counted);
	(void) json_add_bool(json, "optional", step->optional);
	(void) json_add_bool(json, "conditional", step->conditional);
	if (step->warning_count) {
		Json *warnings = json_add(json, "warnings", json_new_array());
		for (size_t i = 0; i < step->warning_count; i++)
			(void) json_append_string(warnings, step->warnings[i]->text);
	}
	add_actions(json, "do", step->actions, step->action_count);
	add_actions(json, "also", step->also, step->also_count);
	add_actions(json, "undo", step->undo, step->undo_count);
	add_verifies(json, step->verifies, step->verify_count);
	add_guards(json, step->guards, step->guard_count);
	add_marks(json, step->marks, step->mark_count);
	add_gates(json, step->gates, step->gate_count);
	if (step->command_count) {
		Json *commands = json_add(json, "commands", json_new_array());
		for (size_t i = 0; i < step->command_count; i++)
			add_command(commands, step->commands[i]);
	}
	(void) json_add_string(json, "confirm", step->confirm);
	add_texts(json, "asks", step->placeholders, step->placeholder_count);
}

static void add_procedure(Json *array, const Procedure *procedure)
{
	Json *json = json_append(array, json_new_object());
	(void) json_add_string(json, "id", procedure->id);
	(void) json_add_string(json, "title", procedure->title);
	(void) json_add_int(json, "line", procedure->line);
	(void) json_add_int(json, "counted", (int64_t) procedure->counted);
	(void) json_add_string(json, "undo", procedure->undo);
	add_gates(json, procedure->gates, procedure->gate_count);
	Json *phases = json_add(json, "phases", json_new_array());
	for (size_t i = 0; i < procedure->phase_count; i++) {
		Json *phase = json_append(phases, json_new_object());
		(void) json_add_string(phase, "id", procedure->phases[i]->id);
		(void) json_add_string(phase, "title", procedure->phases[i]->title);
		(void) json_add_int(phase, "line", procedure->phases[i]->line);
		add_guards(phase, procedure->phases[i]->guards, procedure->phases[i]->guard_count);
		add_marks(phase, procedure->phases[i]->marks, procedure->phases[i]->mark_count);
	}
	Json *steps = json_add(json, "steps", json_new_array());
	for (size_t i = 0; i < procedure->step_count; i++)
		add_step(steps, procedure->steps[i]);
}

static void add_variables(Json *json, const Playbook *playbook)
{
	static const char *const TYPES[] = {"text", "int", "time", "ipv6", "host", "path", "secret", "choice"};
	Json *variables = json_add(json, "values", json_new_array());
	for (size_t i = 0; i < playbook->variable_count; i++) {
		const Variable *variable = playbook->variables[i];
		Json *value = json_append(variables, json_new_object());
		(void) json_add_string(value, "name", variable->name);
		(void) json_add_string(value, "type", TYPES[variable->type]);
		(void) json_add_bool(value, "declared", !variable->implicit);
		(void) json_add_string(value, "ask", variable->ask);
		(void) json_add_string(value, "default", variable->fallback);
		(void) json_add_string(value, "match", variable->match);
		add_texts(value, "choices", variable->choices, variable->choice_count);
		(void) json_add_int(value, "line", variable->line);
	}
}

Json *playbook_show_json(const Playbook *playbook, const Procedure *procedure)
{
	Json *json = json_new_object();
	(void) json_add_string(json, "id", playbook->id);
	(void) json_add_string(json, "title", playbook->title);
	(void) json_add_string(json, "path", playbook->path);
	(void) json_add_string(json, "sha256", playbook->sha256);
	(void) json_add_string(json, "last_reviewed_on", playbook->front_matter.last_reviewed_on);
	(void) json_add_string(json, "no_run", playbook->no_run);
	Json *procedures = json_add(json, "procedures", json_new_array());
	for (size_t i = 0; i < playbook->procedure_count; i++)
		if (!procedure || procedure == playbook->procedures[i])
			add_procedure(procedures, playbook->procedures[i]);
	add_variables(json, playbook);
	(void) json_add(json, "diagnostics", diagnostic_list_to_json(&playbook->diagnostics));
	return json;
}
