/* difference.c: each step as one text, counted in a table, so that two long files compare in linear time. */
#include "core/playbook/difference.h"
#include "core/base/buf.h"
#include "core/playbook/names.h"

/* How often a text stands in each file; the value of a table's slot. */
typedef struct Seen { size_t before, after; } Seen;

/* Everything of a step that a person or a key acts on. */
static char *step_text(Arena *arena, const Playbook *playbook, const Step *step, size_t *next_binding)
{
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, "%s\n", step->procedure->id);
	for (size_t i = 0; i < step->block_count; i++)
		buf_printf(&text, "%s\n", step->blocks[i]->source);
	if (step->block_count == 0)
		buf_puts(&text, step->title);
	size_t i = *next_binding;
	for (; i < playbook->binding_count && playbook->bindings[i].step == step; i++)
		directive_render(playbook->bindings[i].directive, &text);
	*next_binding = i;
	return arena_str(arena, buf_str(&text));
}

static void count_steps(NameTable *table, const Playbook *playbook, bool after)
{
	size_t binding = 0;
	for (size_t i = 0; i < playbook->procedure_count; i++)
		for (size_t k = 0; k < playbook->procedures[i]->step_count; k++) {
			const Step *step = playbook->procedures[i]->steps[k];
			while (binding < playbook->binding_count && playbook->bindings[binding].step != step
				&& (unsigned) playbook->bindings[binding].directive->line < step->line)
				binding++;
			const char *text = step_text(table->arena, playbook, step, &binding);
			Seen *seen = names_find(table, text);
			if (!seen) {
				seen = ARENA_NEW(table->arena, Seen);
				names_set(table, text, seen);
			}
			*(after ? &seen->after : &seen->before) += 1;
		}
}

static size_t count_all(const Playbook *playbook)
{
	size_t count = 0;
	for (size_t i = 0; i < playbook->procedure_count; i++)
		count += playbook->procedures[i]->step_count;
	return count;
}

PlaybookDifference playbook_difference(const Playbook *pinned, const Playbook *edited)
{
	AUTO(Arena) *arena = arena_new();
	NameTable table = {.arena = arena};
	count_steps(&table, pinned, false);
	count_steps(&table, edited, true);
	size_t gone = 0, fresh = 0;
	for (size_t i = 0; i < table.size; i++) {
		const Seen *seen = table.slots[i].value;
		if (!seen)
			continue;
		gone += seen->before > seen->after ? seen->before - seen->after : 0;
		fresh += seen->after > seen->before ? seen->after - seen->before : 0;
	}
	/* One that went and one that came are one that changed. */
	size_t before = count_all(pinned), after = count_all(edited);
	PlaybookDifference difference = {.changed = gone < fresh ? gone : fresh};
	difference.added = after > before ? fresh - difference.changed : 0;
	difference.removed = before > after ? gone - difference.changed : 0;
	return difference;
}

void playbook_difference_describe(const PlaybookDifference *difference, Buf *out)
{
	const struct { size_t count; const char *one, *several; } PARTS[] = {
		{difference->changed, "step differs", "steps differ"},
		{difference->added, "was added", "were added"},
		{difference->removed, "was removed", "were removed"},
	};
	bool any = false;
	for (size_t i = 0; i < BG_LENGTH(PARTS); i++) {
		if (!PARTS[i].count)
			continue;
		buf_puts(out, any ? ", " : "the file has changed since: ");
		buf_printf(out, "%zu %s", PARTS[i].count, PARTS[i].count == 1 ? PARTS[i].one : PARTS[i].several);
		any = true;
	}
}
