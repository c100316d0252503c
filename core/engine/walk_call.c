/* walk_call.c: one row of a step as a call that a worker can make: verb, arguments, everything filled in. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/engine/walk.h"
#include "core/providers/provider.h"

void walk_call_clear(WalkCall *call) {
	free(call->verb);
	json_free(call->args);
	free(call->label);
	strlist_clear(&call->missing);
	*call = (WalkCall){0};
}

static bool missing_error(const WalkCall *call, Error *err) {
	AUTO_FREE char *names = strlist_join(&call->missing, ", ");
	error_set(err, ERROR_MISSING, "not known yet: %s", names);
	return error_hint(err, "set the values first (e), or do the step that finds them");
}

static bool fill_action(const Walk *walk, const PlaybookAction *action, WalkCall *call, Error *err) {
	call->verb = bg_strdup(action->verb);
	call->risk = action->risk;
	call->label = bg_strdup(action->label ? action->label : action->verb);
	call->args = json_new_object();
	for (size_t i = 0; i < action->arg_count; i++) {
		const DirectiveArg *arg = &action->args[i];
		AUTO_CLEAR(Buf) value = {0};
		if (arg->op != OP_EQ)
			continue;
		BG_IGNORE(walk_expand(walk, arg->value, &value, &call->missing));   /* what is missing is named below */
		json_add_string(call->args, arg->key, buf_text(&value));
	}
	const Action *known = action_find(action->verb);
	if (!known) {
		error_set(err, ERROR_INVALID, "there is no action %s", action->verb);
		return error_hint(err, "breakglass check names the line");
	}
	if (call->missing.count)
		return missing_error(call, err);
	return provider_check_args(&known->spec, call->args, err);
}

/* choose=VAR of=a|b: the line that the variable's value names. Of alternatives in rows of their own, only that one may run. NULL: none, with the reason. */
static const ShellLine *choose_line(const Walk *walk, const WalkRow *row, WalkCall *call, Error *err) {
	const StepCommand *command = row->command;
	AUTO_CLEAR(Buf) value = {0};
	AUTO_FREE char *reference = command->choose ? bg_asprintf("${%s}", command->choose) : NULL;
	if (!reference || command->choice_count != command->line_count)
		return row->line;
	if (!walk_expand(walk, reference, &value, &call->missing)) {
		missing_error(call, err);
		return NULL;
	}
	for (size_t i = 0; i < command->choice_count; i++)
		if (text_eq(command->choices[i], buf_text(&value)) && (row->chosen || row->line == &command->lines[i]))
			return &command->lines[i];
	error_set(err, ERROR_DENIED, row->chosen ? "no command is for %s %.60s" : "this is not the command for %s %.60s", command->choose, buf_text(&value));
	error_hint(err, "only the one that fits is run: look at the value (e), or do it by hand");
	return NULL;
}

static bool fill_command(const Walk *walk, const WalkRow *row, WalkCall *call, Error *err) {
	const StepCommand *command = row->command;
	call->verb = bg_strdup(COMMAND_VERB);
	call->risk = row->line->risk > command->risk ? row->line->risk : command->risk;
	call->args = json_new_object();
	const ShellLine *chosen = choose_line(walk, row, call, err);
	if (!chosen) {
		call->label = row->chosen ? bg_asprintf("the one for %s", command->choose) : str_dup(str_slice(str_from(row->line->text), 0, 60));
		return false;
	}
	call->risk = chosen->risk > command->risk ? chosen->risk : command->risk;
	AUTO_CLEAR(Buf) text = {0};
	bool whole = walk_fill_command(walk, command, chosen->text, &text, &call->missing, err);
	json_add_string(call->args, "text", buf_text(&text));
	Str first = buf_str(&text), line = {0};
	(void) str_next_line(&first, &line);
	call->label = str_dup(str_slice(line, 0, 60));
	AUTO_FREE char *host = NULL;
	if (!walk_host(walk, command, &call->missing, &host, err))
		return false;
	if (text_eq(host, "elsewhere")) {
		error_set(err, ERROR_INVALID, "this command is for a machine that is not reached from here");
		return error_hint(err, "do it there, then tick the step with a reason");
	}
	json_add_string(call->args, "host", host);
	AUTO_FREE char *folder = walk_folder(walk, command, &call->missing);
	json_add_string(call->args, "cwd", folder);
	if (command->timeout_ms) {
		AUTO_FREE char *timeout = bg_asprintf("%lldms", (long long) command->timeout_ms);
		json_add_string(call->args, "timeout", timeout);
	}
	if (command->expect)
		json_add_string(call->args, "expect", command->expect);
	AUTO_CLEAR(Buf) confirm = {0};
	if (command->confirm && walk_expand(walk, command->confirm, &confirm, &call->missing))
		json_add_string(call->args, "confirm", buf_text(&confirm));
	if (!whole)
		return false;
	if (call->missing.count)
		return missing_error(call, err);
	if (chosen->why_not || !command->runnable) {
		error_set(err, ERROR_INVALID, "%s", chosen->why_not ? chosen->why_not : command->why_not);
		return error_hint(err, "do it by hand and tick the step with a reason");
	}
	if (!command->terminal && !chosen->needs_terminal)
		return true;
	json_add_string(call->args, "terminal", "yes");
	if (command->unrecorded)
		json_add_string(call->args, "record", "no");
	if (!host || text_eq(host, "local"))
		return true;
	error_set(err, ERROR_INVALID, "this command wants a terminal, and there is none on %s", host);
	return error_hint(err, "ssh there in another terminal, then tick the step with a reason");
}

bool walk_call(const Walk *walk, const Step *step, size_t index, bool undo, WalkCall *ret_call, Error *err) {
	WalkRow rows[WALK_ROWS_MAX];
	size_t count = undo ? walk_undo_rows(step, rows, WALK_ROWS_MAX) : walk_rows(step, rows, WALK_ROWS_MAX);
	if (undo && index >= count) {
		error_set(err, ERROR_MISSING, "this step has no way back written down");
		return error_hint(err, "its playbook may have a procedure that goes back: look under Playbooks");
	}
	if (index >= count) {
		error_set(err, ERROR_MISSING, "this step has nothing to run");
		return error_hint(err, "do it by hand and tick it");
	}
	return rows[index].action ? fill_action(walk, rows[index].action, ret_call, err) : fill_command(walk, &rows[index], ret_call, err);
}
