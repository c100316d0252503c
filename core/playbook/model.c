/* model.c: questions about a finished playbook. */
#include "core/playbook/model.h"

static Str anchor_text(const char *anchor)
{
	Str text = str_from(anchor);
	return str_starts(text, "#") ? str_slice(text, 1, text.len) : text;
}

bool playbook_has_errors(const Playbook *playbook)
{
	return playbook->diagnostics.errors > 0;
}

const Phase *playbook_find_phase(const Playbook *playbook, const char *anchor)
{
	Str id = anchor_text(anchor);
	for (size_t i = 0; i < playbook->phase_count; i++)
		if (str_eq_c(id, playbook->phases[i]->id))
			return playbook->phases[i];
	return NULL;
}

const Procedure *playbook_find_procedure(const Playbook *playbook, const char *id)
{
	Str wanted = anchor_text(id);
	for (size_t i = 0; i < playbook->procedure_count; i++)
		if (str_eq_c(wanted, playbook->procedures[i]->id))
			return playbook->procedures[i];
	for (size_t i = 0; i < playbook->procedure_count; i++)
		if (playbook->procedures[i]->phase && str_eq_c(wanted, playbook->procedures[i]->phase->id))
			return playbook->procedures[i];
	return NULL;
}

const Step *procedure_find_step(const Procedure *procedure, const char *number_or_id)
{
	for (size_t i = 0; i < procedure->step_count; i++)
		if (text_eq(procedure->steps[i]->number, number_or_id) || text_eq(procedure->steps[i]->id, number_or_id))
			return procedure->steps[i];
	return NULL;
}

const Step *playbook_find_step(const Playbook *playbook, const char *id)
{
	for (size_t i = 0; i < playbook->procedure_count; i++)
		for (size_t k = 0; k < playbook->procedures[i]->step_count; k++)
			if (text_eq(playbook->procedures[i]->steps[k]->id, id))
				return playbook->procedures[i]->steps[k];
	return NULL;
}

bool command_is_elsewhere(const StepCommand *command)
{
	return command->host && (text_eq(command->host, "elsewhere") || text_eq(command->host, "ssh") || str_starts(str_from(command->host), "ssh:"));
}

const Variable *playbook_find_variable(const Playbook *playbook, const char *name)
{
	for (size_t i = 0; i < playbook->variable_count; i++)
		if (text_eq(playbook->variables[i]->name, name))
			return playbook->variables[i];
	return NULL;
}

const StepCommand *playbook_find_command(const Playbook *playbook, const char *id)
{
	for (size_t i = 0; i < playbook->command_count; i++)
		if (text_eq(playbook->commands[i]->id, id) || text_eq(playbook->commands[i]->name, id))
			return playbook->commands[i];
	return NULL;
}

const PlaybookGate *playbook_find_gate(const Playbook *playbook, const char *id)
{
	for (size_t i = 0; i < playbook->gate_count; i++)
		if (text_eq(playbook->gates[i]->id, id))
			return playbook->gates[i];
	return NULL;
}

const StepCommand *step_find_command(const Step *step, const char *id)
{
	for (size_t i = 0; i < step->command_count; i++)
		if (text_eq(step->commands[i]->id, id) || text_eq(step->commands[i]->name, id))
			return step->commands[i];
	return NULL;
}

bool gate_covers(const PlaybookGate *gate, const Step *step)
{
	for (size_t i = 0; i < gate->cover_count; i++)
		if (gate->covers[i] == step)
			return true;
	return false;
}

const PlaybookGate *step_gate_at(const Step *step, size_t n)
{
	for (size_t i = 0; i < step->procedure->gate_count; i++)
		if (gate_covers(step->procedure->gates[i], step) && n-- == 0)
			return step->procedure->gates[i];
	return NULL;
}

const StepCommand *step_main_command(const Step *step)
{
	for (size_t i = 0; i < step->command_count; i++) {
		const StepCommand *command = step->commands[i];
		if (command->kind == CODE_SHELL && !command->offer && !command->example && !command->optional && !command->undo)
			return command;
	}
	return NULL;
}

static bool command_is_main(const StepCommand *command)
{
	return command->kind == CODE_SHELL && !command->offer && !command->example && !command->optional && !command->alternatives;
}

bool command_is_chosen(const StepCommand *command)
{
	return command->kind == CODE_SHELL && command->choose && command->line_count && command->choice_count == command->line_count && !command->offer
		&& !command->example && !command->optional;
}

bool command_is_work(const StepCommand *command)
{
	return !command->undo && (command_is_main(command) || command_is_chosen(command));
}

size_t command_count_rows(const StepCommand *command)
{
	return command->kind != CODE_SHELL ? 0 : command_is_chosen(command) ? 1 : command->line_count;
}

size_t step_count_work(const Step *step)
{
	size_t count = step->action_count;
	for (size_t i = 0; !step->action_count && i < step->command_count; i++)
		if (command_is_work(step->commands[i]))
			count += command_count_rows(step->commands[i]);
	return count;
}

size_t step_count_undos(const Step *step)
{
	size_t count = step->undo_count;
	for (size_t i = 0; i < step->command_count; i++)
		if (step->commands[i]->undo)
			count += command_count_rows(step->commands[i]);
	return count;
}

const DirectiveArg *args_find(const DirectiveArg *args, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (text_eq(args[i].key, key))
			return &args[i];
	return NULL;
}

const char *args_value(const DirectiveArg *args, size_t count, const char *key)
{
	const DirectiveArg *arg = args_find(args, count, key);
	return arg && arg->op == OP_EQ ? arg->value : NULL;
}

const char *scope_name(GateScope scope)
{
	static const char *const NAMES[] = {"document", "procedure", "phase", "step"};
	return NAMES[scope];
}

const char *step_form_name(StepForm form)
{
	static const char *const NAMES[] = {"task", "check", "command"};
	return NAMES[form];
}

const char *code_kind_name(CodeKind kind)
{
	static const char *const NAMES[] = {"shell", "query", "sample", "data", "manual"};
	return NAMES[kind];
}

const char *block_kind_name(BlockKind kind)
{
	static const char *const NAMES[] = {"heading", "paragraph", "item", "code", "table", "quote", "html", "rule",
		"annotation", "front matter", "template", "references"};
	return NAMES[kind];
}

const char *block_use_name(BlockUse use)
{
	static const char *const NAMES[] = {"note", "title", "detail", "warning", "command", "sample", "label",
		"navigation", "metadata"};
	return NAMES[use];
}
