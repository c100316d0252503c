/* show.c: `show`, as text. Every line says what a person will see or what a key will do; lines of the source stand at
 * the right. */
#include "core/playbook/show.h"
#include "core/base/moment.h"
#include "core/base/text.h"

static void put_line(Buf *out, const char *text)
{
	text_sanitise(str_from(text), SANITISE_LINE, out);
}

static void put_indent(Buf *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		buf_puts(out, "  ");
}

static void put_args(Buf *out, const DirectiveArg *args, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buf_putc(out, ' ');
		put_line(out, args[i].key ? args[i].key : "");
		buf_puts(out, directive_op_name(args[i].op));
		put_line(out, args[i].value ? args[i].value : "");
	}
}

static void put_detail(Buf *out, unsigned depth, const char *label)
{
	put_indent(out, depth);
	buf_printf(out, "          %-7s ", label);
}

static void show_actions(Buf *out, unsigned depth, const char *label, const PlaybookAction *actions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		put_detail(out, depth, label);
		put_line(out, actions[i].label ? actions[i].label : actions[i].verb);
		if (actions[i].label) {
			buf_puts(out, ": ");
			put_line(out, actions[i].verb);
		}
		put_args(out, actions[i].args, actions[i].arg_count);
		buf_printf(out, "  (%s)", risk_name(actions[i].risk));
		if (actions[i].save) {
			buf_puts(out, " -> ");
			put_line(out, actions[i].save);
		}
		buf_putc(out, '\n');
	}
}

static void show_verifies(Buf *out, unsigned depth, const Step *step)
{
	for (size_t i = 0; i < step->verify_count; i++) {
		const PlaybookVerify *verify = &step->verifies[i];
		put_detail(out, depth, "verify");
		put_line(out, verify->probe ? verify->probe : "");
		put_args(out, verify->args, verify->arg_count);
		char span[SPAN_TEXT_SIZE];
		if (verify->within_ms)
			buf_printf(out, " within %s", span_format_short(verify->within_ms, span));
		if (verify->sample)
			buf_printf(out, " sample of %d", verify->sample);
		if (verify->by_human)
			buf_puts(out, "  and a person looks");
		buf_putc(out, '\n');
	}
}

static void show_guards(Buf *out, unsigned depth, const PlaybookGuard *guards, size_t count)
{
	static const char *const KINDS[] = {"", "", "is known: ", "is open: ", "confirm: "};
	for (size_t i = 0; i < count; i++) {
		const PlaybookGuard *guard = &guards[i];
		put_detail(out, depth, guard->soft ? "should" : "must");
		buf_puts(out, KINDS[guard->kind]);
		put_line(out, guard->subject);
		if (guard->kind == GUARD_VARIABLE) {
			buf_puts(out, directive_op_name(guard->op));
			put_line(out, guard->value ? guard->value : "");
		}
		put_args(out, guard->args, guard->arg_count);
		if (guard->otherwise) {
			buf_puts(out, "  else: ");
			put_line(out, guard->otherwise);
		}
		buf_putc(out, '\n');
	}
}

static void show_marks(Buf *out, unsigned depth, const LedgerMark *marks, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		put_detail(out, depth, marks[i].opens ? "opens" : "closes");
		put_line(out, marks[i].name);
		if (marks[i].closed_by) {
			buf_puts(out, ", closed by ");
			put_line(out, marks[i].closed_by);
		}
		buf_putc(out, '\n');
	}
}

static void show_timers(Buf *out, unsigned depth, const PlaybookTimer *timers, size_t count)
{
	static const char *const KINDS[] = {"start", "stop", "due"};
	for (size_t i = 0; i < count; i++) {
		put_detail(out, depth, "timer");
		buf_printf(out, "%s ", KINDS[timers[i].kind]);
		put_line(out, timers[i].name);
		buf_putc(out, '\n');
	}
}

static void show_gates(Buf *out, unsigned depth, PlaybookGate *const *gates, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const PlaybookGate *gate = gates[i];
		put_detail(out, depth, "gate");
		put_line(out, gate->id);
		buf_puts(out, ": ");
		for (size_t k = 0; k < gate->role_count; k++) {
			buf_puts(out, k == 0 ? "" : k + 1 == gate->role_count ? " and " : ", ");
			put_line(out, gate->roles[k]);
		}
		buf_printf(out, " sign%s%s\n", gate->role_count == 1 ? "s" : "", gate->reason_required ? ", with a reason"
			: "");
	}
}

static const char *command_word(const StepCommand *command)
{
	if (command->kind != CODE_SHELL)
		return command->kind == CODE_MANUAL ? "manual" : code_kind_name(command->kind);
	return command->undo ? "undo" : command->example ? "example" : command->offer ? "offer" : "run";
}

static void show_shell_line(Buf *out, unsigned depth, const StepCommand *command, size_t index)
{
	const ShellLine *line = &command->lines[index];
	bool choice = command->alternatives && index > 0;
	put_detail(out, depth, choice ? "or" : command_word(command));
	Str rest = str_from(line->text), first;
	(void) str_next_line(&rest, &first);
	text_sanitise(first, SANITISE_LINE, out);
	if (rest.ptr && rest.len)
		buf_puts(out, " ...");
	buf_printf(out, "  (%s%s)", risk_name(command->line_count == 1 ? command->risk : line->risk),
		text_eq(command->host, "elsewhere") ? ", by hand on another machine"
			: line->needs_terminal || (command->terminal && command->line_count == 1) ? ", terminal" : "");
	if (line->label) {
		buf_puts(out, "  # ");
		put_line(out, line->label);
	}
	buf_putc(out, '\n');
	if (line->why_not) {
		put_detail(out, depth, "");
		buf_printf(out, "cannot be run: %s\n", line->why_not);
	}
}

static void show_command(Buf *out, unsigned depth, const StepCommand *command)
{
	if (command->kind == CODE_SHELL) {
		for (size_t i = 0; i < command->line_count; i++)
			show_shell_line(out, depth, command, i);
		return;
	}
	put_detail(out, depth, command_word(command));
	if (*command->language && command->kind != CODE_MANUAL) {
		put_line(out, command->language);
		buf_puts(out, ", ");
	}
	size_t lines = 0;
	for (Str rest = str_from(command->text), line; str_next_line(&rest, &line);)
		lines++;
	buf_printf(out, "%zu line%s\n", lines, lines == 1 ? "" : "s");
}

static void show_warnings(Buf *out, unsigned depth, const Step *step)
{
	for (size_t i = 0; i < step->warning_count; i++) {
		if (step->warnings[i]->use == USE_TITLE)
			continue;
		put_detail(out, depth, "!");
		put_line(out, step->warnings[i]->text);
		buf_putc(out, '\n');
	}
}

static void show_details(Buf *out, const Step *step)
{
	unsigned depth = step->depth;
	show_warnings(out, depth, step);
	show_gates(out, depth, step->gates, step->gate_count);
	show_guards(out, depth, step->guards, step->guard_count);
	show_actions(out, depth, "do", step->actions, step->action_count);
	show_actions(out, depth, "also", step->also, step->also_count);
	show_actions(out, depth, "undo", step->undo, step->undo_count);
	for (size_t i = 0; i < step->command_count; i++)
		show_command(out, depth, step->commands[i]);
	show_verifies(out, depth, step);
	show_marks(out, depth, step->marks, step->mark_count);
	show_timers(out, depth, step->timers, step->timer_count);
	if (step->confirm) {
		put_detail(out, depth, "type");
		put_line(out, step->confirm);
		buf_putc(out, '\n');
	}
	if (step->placeholder_count) {
		put_detail(out, depth, "asks");
		for (size_t i = 0; i < step->placeholder_count; i++) {
			buf_puts(out, i ? ", " : "");
			put_line(out, step->placeholders[i]);
		}
		buf_putc(out, '\n');
	}
}

static void show_step(Buf *out, const Step *step)
{
	put_indent(out, step->depth);
	const char *box = !step->counted ? "   " : step->form == FORM_CHECK ? "[v]" : "[ ]";
	buf_printf(out, "  %-5s %s ", step->number, box);
	for (size_t i = 0; i < step->warning_count; i++)
		if (step->warnings[i]->use == USE_TITLE)
			buf_puts(out, "! ");
	put_line(out, step->title);
	if (step->optional)
		buf_puts(out, step->optional_reason ? "  (optional, with a reason)" : "  (optional)");
	else if (step->conditional)
		buf_puts(out, "  (may not apply)");
	buf_printf(out, "  L%u\n", step->line);
	show_details(out, step);
}

static void show_phase(Buf *out, const Procedure *procedure, const Phase *phase)
{
	if (phase->step_count == 0 && phase != procedure->phase)
		return;
	if (phase != procedure->phase) {
		buf_puts(out, "\n  ");
		for (unsigned i = 0; i < phase->level; i++)
			buf_putc(out, '#');
		buf_putc(out, ' ');
		put_line(out, phase->title);
		buf_printf(out, "  L%u\n", phase->line);
	}
	show_gates(out, 0, phase->gates, phase->gate_count);
	show_guards(out, 0, phase->guards, phase->guard_count);
	show_marks(out, 0, phase->marks, phase->mark_count);
	show_timers(out, 0, phase->timers, phase->timer_count);
}

static void show_procedure(Buf *out, const Procedure *procedure)
{
	buf_puts(out, "\nprocedure ");
	put_line(out, procedure->id);
	buf_puts(out, ": ");
	put_line(out, procedure->title);
	buf_printf(out, "  (%zu to do, L%u)\n", procedure->counted, procedure->line);
	if (procedure->undo) {
		put_detail(out, 0, "undo");
		put_line(out, procedure->undo);
		buf_putc(out, '\n');
	}
	size_t phase = 0;
	for (size_t i = 0; i <= procedure->step_count; i++) {
		unsigned line = i < procedure->step_count ? procedure->steps[i]->line : UINT32_MAX;
		for (; phase < procedure->phase_count && procedure->phases[phase]->line <= line; phase++)
			show_phase(out, procedure, procedure->phases[phase]);
		if (i < procedure->step_count)
			show_step(out, procedure->steps[i]);
	}
}

static void show_variables(Buf *out, const Playbook *playbook)
{
	if (playbook->variable_count)
		buf_puts(out, "\nvalues\n");
	for (size_t i = 0; i < playbook->variable_count; i++) {
		const Variable *variable = playbook->variables[i];
		buf_puts(out, "  ");
		put_line(out, variable->name);
		if (variable->match) {
			buf_puts(out, "  for ");
			put_line(out, variable->match);
		}
		for (size_t k = 0; k < variable->choice_count; k++) {
			buf_puts(out, k ? "|" : "  one of ");
			put_line(out, variable->choices[k]);
		}
		if (variable->ask) {
			buf_puts(out, "  ");
			put_line(out, variable->ask);
		}
		buf_printf(out, "  L%u\n", variable->line);
	}
}

void playbook_show(const Playbook *playbook, const Procedure *procedure, Buf *out)
{
	put_line(out, playbook->title);
	buf_puts(out, "  (");
	put_line(out, playbook->id);
	buf_puts(out, ")\n");
	for (size_t i = 0; i < playbook->gate_count; i++)
		if (playbook->gates[i]->scope == SCOPE_DOCUMENT)
			show_gates(out, 0, &playbook->gates[i], 1);
	show_guards(out, 0, playbook->guards, playbook->guard_count);
	if (playbook->no_run)
		buf_printf(out, "%s\n", playbook->no_run);
	for (size_t i = 0; i < playbook->procedure_count; i++)
		if (!procedure || procedure == playbook->procedures[i])
			show_procedure(out, playbook->procedures[i]);
	show_variables(out, playbook);
}
