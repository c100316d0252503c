/* lint_ledger.c: what is opened must be closed somewhere, and what destroys should say how it is taken back. */
#include "core/base/file.h"
#include "core/playbook/lint_rules.h"

const LedgerMark *lint_find_closing(const LedgerMark *marks, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (!marks[i].opens && text_eq(marks[i].name, name))
			return &marks[i];
	return NULL;
}

static bool procedure_closes(const Procedure *procedure, const char *name)
{
	for (size_t i = 0; procedure && i < procedure->step_count; i++)
		if (lint_find_closing(procedure->steps[i]->marks, procedure->steps[i]->mark_count, name))
			return true;
	for (size_t i = 0; procedure && i < procedure->phase_count; i++)
		if (lint_find_closing(procedure->phases[i]->marks, procedure->phases[i]->mark_count, name))
			return true;
	return false;
}

/* The section and the procedure that walks it. */
static bool section_closes(const Phase *phase, const char *name)
{
	return phase && (lint_find_closing(phase->marks, phase->mark_count, name) || procedure_closes(phase->procedure, name));
}

static bool names_a_file(const char *closed_by)
{
	return closed_by && closed_by[0] != '#';
}

static void refuse_open(const Lint *lint, const LedgerMark *mark)
{
	const char *hint = "add closes NAME to the step that mends it, or closed-by=#section to this opens";
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, "nothing closes \"%s\"", mark->name);
	if (mark->closed_by)
		buf_printf(&text, ": no step of %s does", mark->closed_by);
	diagnostic_add(lint->out, (int) mark->line, 1, "E-UNCLOSED", hint, "%s", buf_text(&text));
}

static void check_marks(const Lint *lint, const Procedure *procedure, const LedgerMark *marks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const LedgerMark *mark = &marks[i];
		if (!mark->opens || names_a_file(mark->closed_by))
			continue;
		bool closed = mark->closed_by ? section_closes(playbook_find_phase(lint->playbook, mark->closed_by), mark->name)
			: procedure_closes(procedure, mark->name) || procedure_closes(procedure->undo_procedure, mark->name);
		if (!closed)
			refuse_open(lint, mark);
	}
}

void lint_unclosed(const Lint *lint)
{
	for (size_t i = 0; i < lint->playbook->procedure_count; i++) {
		const Procedure *procedure = lint->playbook->procedures[i];
		for (size_t k = 0; k < procedure->step_count; k++)
			check_marks(lint, procedure, procedure->steps[k]->marks, procedure->steps[k]->mark_count);
		for (size_t k = 0; k < procedure->phase_count; k++)
			check_marks(lint, procedure, procedure->phases[k]->marks, procedure->phases[k]->mark_count);
	}
}

/* "failback.md#the-way-back": the file must be there and close it in that section (anywhere, when none is named). */
static bool file_closes(const Playbook *other, const char *anchor, const char *name)
{
	if (anchor)
		return section_closes(playbook_find_phase(other, anchor), name);
	for (size_t i = 0; i < other->procedure_count; i++)
		if (procedure_closes(other->procedures[i], name))
			return true;
	return false;
}

static void check_beside(const Lint *lint, const LedgerMark *mark)
{
	if (!mark->opens || !names_a_file(mark->closed_by))
		return;
	const char *anchor = strchr(mark->closed_by, '#');
	AUTO_FREE char *folder = path_folder(lint->playbook->path);
	AUTO_FREE char *name = str_dup(anchor ? (Str){ mark->closed_by, (size_t) (anchor - mark->closed_by) } : str_from(mark->closed_by));
	AUTO_FREE char *path = path_join(folder, name);
	AUTO(Playbook) *other = NULL;
	Error err = {0};
	if (!playbook_load(path, NULL, &other, &err) || !file_closes(other, anchor, mark->name))
		refuse_open(lint, mark);
}

void lint_unclosed_beside(const Lint *lint)
{
	for (size_t i = 0; i < lint->playbook->procedure_count; i++) {
		const Procedure *procedure = lint->playbook->procedures[i];
		for (size_t k = 0; k < procedure->step_count; k++)
			for (size_t m = 0; m < procedure->steps[k]->mark_count; m++)
				check_beside(lint, &procedure->steps[k]->marks[m]);
		for (size_t k = 0; k < procedure->phase_count; k++)
			for (size_t m = 0; m < procedure->phases[k]->mark_count; m++)
				check_beside(lint, &procedure->phases[k]->marks[m]);
	}
}

/* Each way back is planned, signed and recorded in the place of something that the step does: there can be no more of them, and only of a step that does. */
static void check_way_back(const Lint *lint, const Step *step, const StepCommand *command)
{
	size_t work = step_count_work(step), undos = step_count_undos(step);
	if (command->kind != CODE_SHELL)
		diagnostic_add(lint->out, (int) command->line, 1, "E-BIND", "only a block of shell commands can be run", "cmd undo stands behind a block that is no command");
	else if (command->alternatives && command_count_rows(command) > 1)
		diagnostic_add(lint->out, (int) command->line, 1, "E-BIND", "let a variable choose: cmd undo choose=VAR of=a|b",
			"this way back is one of several, and nothing says which");
	else if (command->restores)
		diagnostic_add(lint->out, (int) command->line, 1, "E-BIND", "make it a step of its own: then it is refused where the environment is not dedicated to it",
			"a way back cannot be a restore");
	else if (undos > work)
		diagnostic_add(lint->out, (int) command->line, 1, "E-BIND", work ? "join them with && into fewer, or make them steps of their own"
			: "a step that a person does by hand is taken back by hand, or by a step of its own",
			"the step has %zu way%s back and %zu thing%s to do", undos, undos == 1 ? "" : "s", work, work == 1 ? "" : "s");
}

void lint_ways_back(const Lint *lint)
{
	for (size_t i = 0; i < lint->playbook->procedure_count; i++) {
		const Procedure *procedure = lint->playbook->procedures[i];
		for (size_t k = 0; k < procedure->step_count; k++) {
			const Step *step = procedure->steps[k];
			size_t last = 0;
			for (size_t c = 0; c < step->command_count; c++)
				last = step->commands[c]->undo ? c + 1 : last;
			if (last)
				check_way_back(lint, step, step->commands[last - 1]);
		}
	}
}

static bool opens_or_closes(const Step *step)
{
	for (; step; step = step->parent)
		if (step->mark_count > 0)
			return true;
	return false;
}

static const char *destructive_action(const PlaybookAction *actions, size_t count, unsigned *ret_line)
{
	for (size_t i = 0; i < count; i++)
		if (actions[i].risk == RISK_DESTRUCTIVE) {
			*ret_line = actions[i].line;
			return actions[i].verb;
		}
	return NULL;
}

static const char *destructive_command(const Step *step, unsigned *ret_line)
{
	for (size_t i = 0; i < step->command_count; i++)
		if (step->commands[i]->kind == CODE_SHELL && !step->commands[i]->undo && step->commands[i]->risk == RISK_DESTRUCTIVE) {
			*ret_line = step->commands[i]->line;
			return "this command";
		}
	return NULL;
}

void lint_undo(const Lint *lint)
{
	for (size_t i = 0; i < lint->playbook->procedure_count; i++) {
		const Procedure *procedure = lint->playbook->procedures[i];
		for (size_t k = 0; k < procedure->step_count; k++) {
			const Step *step = procedure->steps[k];
			unsigned line = step->line;
			const char *what = destructive_action(step->actions, step->action_count, &line);
			if (!what)
				what = destructive_action(step->also, step->also_count, &line);
			if (!what)
				what = destructive_command(step, &line);
			if (what && !step_count_undos(step) && !opens_or_closes(step))
				diagnostic_add(lint->out, (int) line, 1, "W-UNDOFLAG",
					"add undo ACTION, or a command block with cmd undo, or opens NAME so that it stays in the ledger until it is mended",
					"%s is destructive, and nothing says how it is taken back", what);
		}
	}
}
