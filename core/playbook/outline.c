/* outline.c: puts the steps of each procedure in order and gives them numbers, ids and the answer to "does it
 * count?". */
#include "core/playbook/build.h"
#include "core/playbook/names.h"

/* Steps come in document order but for those that a heading became after its section was read. A merge sort would do;
 * insertion is linear here, since only such steps move, and each by the few details of its own section. */
static void sort_steps(Builder *builder)
{
	for (size_t i = 1; i < builder->step_count; i++) {
		Step *step = builder->steps[i];
		size_t k = i;
		while (k > 0 && builder->steps[k - 1]->line > step->line) {
			builder->steps[k] = builder->steps[k - 1];
			k--;
		}
		builder->steps[k] = step;
	}
}

static void number_step(Builder *builder, Step *step, unsigned *counters, size_t depth_max)
{
	unsigned depth = step->depth < depth_max ? step->depth : (unsigned) depth_max - 1;
	counters[depth]++;
	for (size_t i = depth + 1; i < depth_max; i++)
		counters[i] = 0;
	const char *number = step->parent ? arena_printf(builder->arena, "%s.%u", step->parent->number, counters[depth])
		: arena_printf(builder->arena, "%u", counters[depth]);
	step->number = number;
	step->id = arena_printf(builder->arena, "%s/%s", step->procedure->id, number);
	for (size_t i = 0; i < step->command_count; i++)
		step->commands[i]->id = arena_printf(builder->arena, "%s/c%zu", step->id, i + 1);
}

static void close_parents(Step *step, size_t end)
{
	for (Step *at = step; at; at = at->parent)
		at->end_index = end;
}

static void number_steps(Builder *builder, Procedure *procedure)
{
	unsigned counters[MARKDOWN_MAX_DEPTH + 1] = {0};
	for (size_t i = 0; i < procedure->step_count; i++) {
		Step *step = procedure->steps[i];
		step->index = i;
		if (step->parent)
			step->parent->child_count++;
		close_parents(step, i + 1);
		number_step(builder, step, counters, BG_LENGTH(counters));
	}
}

/* Ids of procedures are part of every id below them: they must differ. */
static void make_ids_unique(Builder *builder)
{
	Playbook *playbook = builder->playbook;
	NameTable ids = {.arena = builder->arena};
	for (size_t i = 0; i < playbook->procedure_count; i++) {
		Procedure *procedure = playbook->procedures[i], *other = names_find(&ids, procedure->id);
		if (other)
			diagnostic_add(&playbook->diagnostics, (int) procedure->line, 1, "E-BIND",
				"give each procedure an id of its own",
				"the id \"%s\" is taken by the procedure in line %u", procedure->id, other->line);
		procedure->id = names_unique(&ids, procedure->id, procedure);
	}
}

static void fill_phases(Builder *builder, Procedure *procedure)
{
	Playbook *playbook = builder->playbook;
	size_t first = procedure->phase ? procedure->phase->index : 0;
	size_t end = procedure->phase ? procedure->phase->end_index : playbook->phase_count;
	size_t step = 0;
	for (size_t i = first; i < end; i++) {
		Phase *phase = playbook->phases[i];
		if (!procedure->phase && !phase->procedure)
			phase->procedure = procedure;
		if (phase->procedure != procedure)
			continue;
		ARENA_PUSH(builder->arena, procedure->phases, procedure->phase_count, phase);
		unsigned next_line = phase->end_index < playbook->phase_count ? playbook->phases[phase->end_index]->line
			: UINT32_MAX;
		while (step < procedure->step_count && procedure->steps[step]->line < phase->line)
			step++;
		phase->first_step = step;
		size_t last = step;
		while (last < procedure->step_count && procedure->steps[last]->line < next_line)
			last++;
		phase->step_count = last - step;
	}
}

/* Parents without work of their own are done when their sub-steps are. */
void outline_count(Playbook *playbook)
{
	for (size_t i = 0; i < playbook->procedure_count; i++) {
		Procedure *procedure = playbook->procedures[i];
		procedure->counted = 0;
		for (size_t k = 0; k < procedure->step_count; k++) {
			Step *step = procedure->steps[k];
			if (step->form == FORM_TASK && step_main_command(step))
				step->form = FORM_COMMAND;
			bool work = step->action_count || step->verify_count || step_main_command(step) || step->confirm;
			step->counted = step->child_count == 0 || work;
			procedure->counted += step->counted;
		}
	}
}

static void name_loose_commands(Builder *builder)
{
	Playbook *playbook = builder->playbook;
	for (size_t i = 0; i < playbook->command_count; i++)
		if (!playbook->commands[i]->id)
			playbook->commands[i]->id = arena_printf(builder->arena, "L%u/c%zu", playbook->commands[i]->line, i + 1);
}

void build_outline(Builder *builder)
{
	Playbook *playbook = builder->playbook;
	sort_steps(builder);
	make_ids_unique(builder);
	for (size_t i = 0; i < builder->step_count; i++) {
		Procedure *procedure = builder->steps[i]->procedure;
		ARENA_PUSH(builder->arena, procedure->steps, procedure->step_count, builder->steps[i]);
	}
	for (size_t i = 0; i < playbook->procedure_count; i++) {
		number_steps(builder, playbook->procedures[i]);
		fill_phases(builder, playbook->procedures[i]);
	}
	name_loose_commands(builder);
}
