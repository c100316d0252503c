/* walk.c: rows of a step, values of a run, and the outline that starts one. */
#include "core/engine/walk.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/playbook/placeholder.h"
#include "core/providers/provider.h"

#define EXPAND_DEPTH_MAX 8

/* ---- rows ---- */

static size_t add_lines(const StepCommand *command, bool also, WalkRow *rows, size_t count, size_t max) {
	for (size_t i = 0; i < command->line_count && count < max; i++)
		rows[count++] = (WalkRow){.command = command, .line = &command->lines[i], .also = also};
	return count;
}

static size_t add_command(const StepCommand *command, bool also, WalkRow *rows, size_t count, size_t max) {
	if (!command_is_chosen(command))
		return add_lines(command, also, rows, count, max);
	if (count < max)
		rows[count++] = (WalkRow){.command = command, .line = &command->lines[0], .chosen = true, .also = also};
	return count;
}

size_t walk_rows(const Step *step, WalkRow *rows, size_t max) {
	size_t count = 0;
	for (size_t i = 0; i < step->action_count && count < max; i++)
		rows[count++] = (WalkRow){.action = &step->actions[i]};
	for (size_t i = 0; i < step->command_count; i++)
		if (command_is_work(step->commands[i]) && !step->action_count)
			count = add_command(step->commands[i], false, rows, count, max);
	for (size_t i = 0; i < step->also_count && count < max; i++)
		rows[count++] = (WalkRow){.action = &step->also[i], .also = true};
	for (size_t i = 0; i < step->command_count; i++)
		if (step->commands[i]->kind == CODE_SHELL && !step->commands[i]->undo && (!command_is_work(step->commands[i]) || step->action_count))
			count = add_command(step->commands[i], true, rows, count, max);
	return count;
}

/* In the order in which they are written. */
size_t walk_undo_rows(const Step *step, WalkRow *rows, size_t max) {
	size_t count = 0, action = 0;
	for (size_t i = 0; i <= step->command_count; i++) {
		const StepCommand *command = i < step->command_count ? step->commands[i] : NULL;
		if (command && (!command->undo || command->kind != CODE_SHELL))
			continue;
		for (; action < step->undo_count && count < max && (!command || step->undo[action].line < command->line); action++)
			rows[count++] = (WalkRow){.action = &step->undo[action]};
		if (command)
			count = add_command(command, false, rows, count, max);
	}
	return count;
}

/* ---- values ---- */

typedef struct Lookup { const Walk *walk; Buf scratch; StrList *missing; int depth; } Lookup;

static bool expand(Lookup *lookup, const char *text, Buf *out);

static const char *raw_value(const Walk *walk, const char *name, bool *ret_is_default) {
	*ret_is_default = false;
	if (text_eq(name, "environment"))
		return walk->environment->name;
	if (text_eq(name, "incident") && walk->incident)
		return walk->incident->id;
	if (text_eq(name, "run_id") && walk->run)
		return walk->run->id;
	if (text_eq(name, "run_date") && walk->run)
		return walk->run->date;
	const char *value = walk->run ? run_value(walk->run, name) : NULL;
	if (value)
		return value;
	const Variable *variable = playbook_find_variable(walk->playbook, name);
	value = json_get_string(walk->environment->values, name);
	if (value)
		return value;
	*ret_is_default = true;
	/* A default is no answer of the probe that was to be asked: a person takes it over, or types another. */
	return variable && !variable->from ? variable->fallback : NULL;
}

/* "~/.ssh/id_ed25519" as a default or in the environment: it is quoted where it goes, and a quoted ~ is no home. */
static void expand_path(const Walk *walk, const char *name, Buf *value) {
	const Variable *variable = playbook_find_variable(walk->playbook, name);
	if (!variable || variable->type != VARIABLE_PATH)
		return;
	AUTO_FREE char *path = path_expand_home(buf_text(value));
	buf_truncate(value, 0);
	buf_puts(value, path);
}

static const char *look_up(void *userdata, const char *name) {
	Lookup *lookup = userdata;
	bool is_default, whole = true;
	const char *value = raw_value(lookup->walk, name, &is_default);
	if (!value)
		return NULL;
	Lookup deeper = {.walk = lookup->walk, .depth = lookup->depth + 1};
	buf_truncate(&lookup->scratch, 0);
	if (deeper.depth > EXPAND_DEPTH_MAX)
		return NULL;
	if (is_default)
		whole = expand(&deeper, value, &lookup->scratch);
	else
		buf_puts(&lookup->scratch, value);
	buf_clear(&deeper.scratch);
	expand_path(lookup->walk, name, &lookup->scratch);
	return whole ? buf_text(&lookup->scratch) : NULL;
}

static bool expand(Lookup *lookup, const char *text, Buf *out) {
	AUTO_CLEAR(StrList) unresolved = {0};
	placeholder_fill_arg(str_from(text), look_up, lookup, out, &unresolved);
	for (size_t i = 0; lookup->missing && i < unresolved.count; i++)
		if (!strlist_has(lookup->missing, unresolved.items[i]))
			strlist_add(lookup->missing, unresolved.items[i]);
	return unresolved.count == 0;
}

const char *walk_value(const Walk *walk, const char *name) {
	bool is_default;
	return raw_value(walk, name, &is_default);
}

bool walk_expand(const Walk *walk, const char *text, Buf *out, StrList *missing) {
	Lookup lookup = {.walk = walk, .missing = missing};
	bool whole = expand(&lookup, text, out);
	buf_clear(&lookup.scratch);
	return whole;
}

static const char *look_up_shown(void *userdata, const char *name) {
	const Variable *variable = playbook_find_variable(((Lookup *) userdata)->walk->playbook, name);
	return variable && variable->type == VARIABLE_SECRET ? NULL : look_up(userdata, name);
}

void walk_fill_prose(const Walk *walk, const char *text, Buf *out) {
	Lookup lookup = {.walk = walk};
	PlaceholderScope scope = {.variables = walk->playbook->variables, .variable_count = walk->playbook->variable_count};
	placeholder_fill_prose(str_from(text), &scope, look_up_shown, &lookup, out);
	buf_clear(&lookup.scratch);
}

bool walk_fill_command(const Walk *walk, const StepCommand *command, const char *text, Buf *out, StrList *missing, Error *err) {
	Lookup lookup = {.walk = walk};
	PlaceholderScope scope = {.variables = walk->playbook->variables, .variable_count = walk->playbook->variable_count,
		.elsewhere = command_is_elsewhere(command)};
	if (command->literal) {
		buf_puts(out, text);
		return true;
	}
	bool ok = placeholder_fill_command(str_from(text), &scope, look_up, &lookup, out, missing, err);
	buf_clear(&lookup.scratch);
	return ok;
}

/* ---- outline ---- */

static Risk written_risk(const WalkRow *row) {
	Risk risk = RISK_READ;
	for (size_t i = 0; row->chosen && i < row->command->line_count; i++)
		if (row->command->lines[i].risk > risk)
			risk = row->command->lines[i].risk;
	if (row->chosen)
		return risk > row->command->risk ? risk : row->command->risk;
	if (row->line)
		return row->line->risk > row->command->risk ? row->line->risk : row->command->risk;
	return row->action->risk;
}

static void outline_rows(const Step *step, Json *item) {
	WalkRow rows[WALK_ROWS_MAX], undos[WALK_ROWS_MAX];
	size_t count = walk_rows(step, rows, WALK_ROWS_MAX), undo_count = walk_undo_rows(step, undos, WALK_ROWS_MAX);
	Json *actions = json_add(item, "actions", json_new_array());
	for (size_t i = 0; i < count; i++) {
		Json *action = json_append(actions, json_new_object());
		json_add_string(action, "verb", rows[i].action ? rows[i].action->verb : COMMAND_VERB);
		json_add_string(action, "risk", risk_name(written_risk(&rows[i])));
		AUTO_FREE char *chooses = rows[i].chosen ? bg_asprintf("the one for %s", rows[i].command->choose) : NULL;
		json_add_string(action, "label", chooses ? chooses : rows[i].action ? rows[i].action->label : rows[i].line->label);
		json_add_string(action, "save", rows[i].action ? rows[i].action->save : NULL);
		json_add_bool(action, "also", rows[i].also);
		if (i < undo_count)
			json_add_string(action, "undo_risk", risk_name(written_risk(&undos[i])));
		if (rows[i].action ? rows[i].action->restores : rows[i].command->restores)
			json_add_bool(action, "restores", true);
	}
	json_add_bool(item, "undo", undo_count > 0);
	json_add_int(item, "undos", (int64_t) undo_count);
}

static void outline_marks(const LedgerMark *marks, size_t count, Json *item) {
	Json *opens = json_add(item, "opens", json_new_array());
	Json *closes = json_add(item, "closes", json_new_array());
	for (size_t i = 0; i < count; i++) {
		json_append_string(marks[i].opens ? opens : closes, marks[i].name);
		if (marks[i].closed_by)
			json_add_string(item, "closed_by", marks[i].closed_by);
	}
}

static const char *kind_of(const Step *step) {
	return step->form == FORM_CHECK ? "check" : "step";
}

static bool by_human(const Step *step) {
	for (size_t i = 0; i < step->verify_count; i++)
		if (step->verifies[i].by_human)
			return true;
	return step->reason_required || step->confirm;
}

static void outline_step(const Step *step, Json *steps) {
	Json *item = json_append(steps, json_new_object());
	json_add_string(item, "id", step->id);
	json_add_string(item, "number", step->number);
	json_add_string(item, "title", step->title);
	json_add_string(item, "phase", step->phase ? step->phase->title : NULL);
	json_add_int(item, "parent", step->parent ? (int64_t) step->parent->index : -1);
	json_add_int(item, "level", (int64_t) step->depth);
	json_add_string(item, "kind", kind_of(step));
	json_add_bool(item, "counted", step->counted);
	json_add_bool(item, "optional", step->optional);
	json_add_bool(item, "human", by_human(step));
	outline_rows(step, item);
	json_add_int(item, "verifies", (int64_t) step->verify_count);
	outline_marks(step->marks, step->mark_count, item);
}

static bool is_live(const PlaybookGate *gate) {
	WalkRow rows[1];
	return gate->scope == SCOPE_STEP && walk_rows(gate->step, rows, 1) == 1 && !rows[0].also;
}

static void outline_gate(const PlaybookGate *gate, bool solo, Json *gates) {
	Json *item = json_append(gates, json_new_object());
	json_add_string(item, "id", gate->id);
	json_add_string(item, "title", gate->step ? gate->step->title : gate->phase ? gate->phase->title : "the whole procedure");
	Json *roles = json_add(item, "roles", json_new_array());
	for (size_t i = 0; i < gate->role_count; i++)
		json_append_string(roles, gate->roles[i]);
	json_add_int(item, "min", gate->min);
	json_add_bool(item, "distinct", gate->distinct);
	json_add_bool(item, "reason", gate->reason_required);
	json_add_bool(item, "live", is_live(gate));
	json_add_bool(item, "solo", solo);
	Json *steps = json_add(item, "steps", json_new_array());
	for (size_t i = 0; i < gate->cover_count; i++)
		json_append_string(steps, gate->covers[i]->id);
}

static void outline_timers(const PlaybookTimer *timers, size_t count, const char *step, Json *list) {
	for (size_t i = 0; i < count; i++) {
		if (timers[i].kind == TIMER_DUE)
			continue;
		Json *item = json_append(list, json_new_object());
		json_add_string(item, "name", timers[i].name);
		json_add_string(item, "label", timers[i].label);
		json_add_string(item, "op", timers[i].kind == TIMER_START ? "start" : "stop");
		json_add_string(item, "step", step);
	}
}

static void outline_values(const Walk *walk, Json *outline) {
	Json *values = json_add(outline, "values", json_new_object());
	JSON_EACH(value, walk->environment->values)
		if (playbook_find_variable(walk->playbook, json_key(value)))
			json_add_string(values, json_key(value), json_string(value));
}

Json *walk_outline(const Walk *walk) {
	const Procedure *procedure = walk->procedure;
	Json *outline = json_new_object();
	Json *playbook = json_add(outline, "playbook", json_new_object());
	json_add_string(playbook, "id", walk->playbook->id);
	json_add_string(playbook, "title", walk->playbook->title);
	json_add_string(playbook, "path", walk->playbook->path);
	json_add_string(playbook, "sha256", walk->playbook->sha256);
	Json *named = json_add(outline, "procedure", json_new_object());
	json_add_string(named, "id", procedure->id);
	json_add_string(named, "title", procedure->title);
	Json *steps = json_add(outline, "steps", json_new_array());
	Json *timers = json_add(outline, "timers", json_new_array());
	for (size_t i = 0; i < procedure->phase_count; i++)
		outline_timers(procedure->phases[i]->timers, procedure->phases[i]->timer_count, NULL, timers);
	for (size_t i = 0; i < procedure->step_count; i++) {
		outline_step(procedure->steps[i], steps);
		outline_timers(procedure->steps[i]->timers, procedure->steps[i]->timer_count, procedure->steps[i]->id, timers);
	}
	Json *gates = json_add(outline, "gates", json_new_array());
	for (size_t i = 0; i < procedure->gate_count; i++)
		outline_gate(procedure->gates[i], walk->environment->signoff.solo, gates);
	outline_values(walk, outline);
	json_add_bool(outline, "dedicated", walk->environment->dedicated);
	return outline;
}
