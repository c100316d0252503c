/* Any file is refused as no text or becomes a playbook whose blocks show every line once, whose ids lead back, and
 * whose text, paper and data can be made and hold nothing that a terminal obeys. */
#include "core/base/alloc.h"
#include "core/playbook/show.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_blocks(const Playbook *playbook)
{
	unsigned next = 1;
	for (size_t i = 0; i < playbook->block_count; i++) {
		const Block *block = playbook->blocks[i];
		BG_ASSERT(block->line >= next && block->line_count > 0);
		next = block->line + block->line_count;
	}
	BG_ASSERT(next <= playbook->line_total + 1);
}

static void check_steps(const Playbook *playbook)
{
	for (size_t i = 0; i < playbook->procedure_count; i++) {
		const Procedure *procedure = playbook->procedures[i];
		BG_ASSERT(playbook_find_procedure(playbook, procedure->id) == procedure);
		for (size_t k = 0; k < procedure->step_count && k < 50; k++) {
			const Step *step = procedure->steps[k];
			BG_ASSERT(step->index == k && step->end_index > k && step->end_index <= procedure->step_count);
			BG_ASSERT(playbook_find_step(playbook, step->id) == step);
			BG_ASSERT(step->title && step->title[0]);
		}
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO(Playbook) *playbook = NULL;
	Error err = {0};
	if (!playbook_parse((Str){(const char *) data, size}, "fuzz.md", NULL, &playbook, &err)) {
		BG_ASSERT(err.kind == ERROR_INVALID && err.where[0]);
		BG_ASSERT(size > PLAYBOOK_MAX_BYTES || memchr(data, 0, size));
		return 0;
	}
	check_blocks(playbook);
	check_steps(playbook);
	AUTO_CLEAR(Buf) text = {0};
	playbook_show(playbook, NULL, &text);
	playbook_print(playbook, &text);
	BG_ASSERT(!text.len || !memchr(text.data, 0x1b, text.len));
	AUTO(Json) *json = playbook_show_json(playbook, NULL);
	BG_ASSERT(json_is_object(json));
	return 0;
}
