/* test_mapping.c: from Markdown to steps. Each fixtures/playbook/mapping/NAME.md has its outline beside it;
 * UPDATE_GOLDEN=1 rewrites them. For every one of them, and for the team's documents where they lie beside the tree,
 * what is promised of any file must hold. */
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/playbook/show.h"
#include "tests/support/support.h"

static Playbook *load(const char *path)
{
	AUTO_CLEAR(Buf) bytes = {0};
	Playbook *playbook = NULL;
	Error err = {0};
	assert_ok(file_read(path, PLAYBOOK_MAX_BYTES, &bytes, &err), &err);
	assert_ok(playbook_parse(buf_str(&bytes), path_base(path), NULL, &playbook, &err), &err);
	return playbook;
}

static bool is_blank(const Playbook *playbook, unsigned line)
{
	Str rest = {playbook->bytes, playbook->byte_count}, text = {"", 0};
	for (unsigned i = 0; i < line && str_next_line(&rest, &text); i++)
		;
	return str_trim(text).len == 0;
}

/* Nothing is hidden: the blocks cover every line that is not blank, once. */
static void check_every_line_is_shown_once(const Playbook *playbook)
{
	unsigned next = 1;
	for (size_t i = 0; i < playbook->block_count; i++) {
		const Block *block = playbook->blocks[i];
		cr_assert_geq(block->line, next, "%s: line %u is shown twice", playbook->path, block->line);
		for (; next < block->line; next++)
			cr_assert(is_blank(playbook, next), "%s: line %u is not shown", playbook->path, next);
		cr_assert_gt(block->line_count, 0);
		next = block->line + block->line_count;
	}
	for (; next <= playbook->line_total; next++)
		cr_assert(is_blank(playbook, next), "%s: line %u is not shown", playbook->path, next);
}

static void check_step(const Playbook *playbook, const Procedure *procedure, size_t index)
{
	const Step *step = procedure->steps[index];
	cr_assert_eq(step->index, index);
	cr_assert(step->title && *step->title, "%s: step %s has no title", playbook->path, step->number);
	cr_assert_eq(playbook_find_step(playbook, step->id), step, "%s: %s", playbook->path, step->id);
	cr_assert_eq(procedure_find_step(procedure, step->number), step, "%s: %s", playbook->path, step->number);
	cr_assert_gt(step->end_index, index);
	cr_assert_eq(step->depth, step->parent ? step->parent->depth + 1 : 0);
	cr_assert(!step->parent || (step->parent->index < index && step->parent->end_index > index));
	for (size_t i = 0; i < step->block_count; i++)
		cr_assert_eq(step->blocks[i]->step, step, "%s: step %s, block in line %u", playbook->path, step->number,
			step->blocks[i]->line);
	for (size_t i = 0; i < step->command_count; i++) {
		cr_assert_eq(step->commands[i]->step, step);
		cr_assert_eq(playbook_find_command(playbook, step->commands[i]->id), step->commands[i], "%s",
			step->commands[i]->id);
	}
}

static void check_promises(const Playbook *playbook)
{
	check_every_line_is_shown_once(playbook);
	for (size_t i = 0; i < playbook->procedure_count; i++) {
		const Procedure *procedure = playbook->procedures[i];
		cr_assert_eq(playbook_find_procedure(playbook, procedure->id), procedure);
		for (size_t k = 0; k < procedure->step_count; k++)
			check_step(playbook, procedure, k);
	}
	for (size_t i = 0; i < playbook->phase_count; i++)
		cr_assert_eq(playbook_find_phase(playbook, playbook->phases[i]->id), playbook->phases[i]);
}

static void compare(const char *name, const char *golden, const char *text)
{
	Error err = {0};
	if (getenv("UPDATE_GOLDEN")) {
		assert_ok(file_write_atomic(golden, text, strlen(text), 0644, &err), &err);
		return;
	}
	AUTO_FREE char *expected = read_text(golden);
	assert_text(name, text, expected);
}

static void check_document(const char *folder, const char *name)
{
	AUTO_FREE char *path = path_join(folder, name);
	AUTO_FREE char *golden = bg_asprintf("%.*s.outline", (int) (strlen(path) - 3), path);
	AUTO(Playbook) *playbook = load(path);
	AUTO_CLEAR(Buf) text = {0};
	check_promises(playbook);
	playbook_show(playbook, NULL, &text);
	for (size_t i = 0; i < playbook->diagnostics.count; i++)
		if (text_eq(playbook->diagnostics.items[i].code, "E-BIND")) {
			diagnostic_render(&playbook->diagnostics.items[i], &text);
			buf_putc(&text, '\n');
		}
	compare(name, golden, buf_text(&text));
}

Test(mapping, documents_become_the_outlines_beside_them)
{
	AUTO_FREE char *folder = source_path("tests/fixtures/playbook/mapping");
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	assert_ok(file_list_folder(folder, &names, &err), &err);
	size_t count = 0;
	for (size_t i = 0; i < names.count; i++)
		if (str_ends(str_from(names.items[i]), ".md")) {
			check_document(folder, names.items[i]);
			count++;
		}
	cr_assert_geq(count, 13);
}

/* The documents that the work started from; they are not ours to ship. */
Test(mapping, the_teams_own_documents_have_procedures_as_they_stand)
{
	AUTO_FREE char *folder = source_path("../shared/seeds");
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	if (!file_is_folder(folder))
		cr_skip_test("the team's documents are not beside this tree");
	assert_ok(file_list_folder(folder, &names, &err), &err);
	static const struct { const char *name; size_t procedures, steps; } EXPECTED[] = {
		{"000_", 3, 17}, {"001_", 3, 19}, {"002_", 6, 27}, {"003_", 3, 36}, {"004_", 7, 54},
	};
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *path = path_join(folder, names.items[i]);
		AUTO(Playbook) *playbook = load(path);
		check_promises(playbook);
		size_t steps = 0;
		for (size_t k = 0; k < playbook->procedure_count; k++)
			steps += playbook->procedures[k]->step_count;
		for (size_t k = 0; k < BG_LENGTH(EXPECTED); k++)
			if (str_starts(str_from(names.items[i]), EXPECTED[k].name)) {
				cr_assert_eq(playbook->procedure_count, EXPECTED[k].procedures, "%s: %zu procedures", names.items[i],
					playbook->procedure_count);
				cr_assert_eq(steps, EXPECTED[k].steps, "%s: %zu steps", names.items[i], steps);
			}
	}
}
