/* print.c: `print`: the playbook for paper. The words of the file stand as written, block by block; before each step
 * there is an empty box and the number that the console uses, and what a directive does is a numbered footnote, so
 * that nothing is invisible on paper. */
#include "core/base/text.h"
#include "core/playbook/names.h"
#include "core/playbook/show.h"

typedef struct Printer {
	Buf *out;
	Buf notes;
	size_t note_count;
	unsigned line;             /* the next line that was not printed */
	const Playbook *playbook;

	size_t next_binding;

} Printer;

static void put_text(Buf *out, const char *text)
{
	text_sanitise(str_from(text), SANITISE_BLOCK, out);
}

/* Every line of a block, under the indentation of its container. */
static void put_lines(Printer *printer, const char *source, unsigned indent)
{
	Str rest = str_from(source);
	for (Str line; str_next_line(&rest, &line);) {
		for (unsigned i = 0; i < indent; i++)
			buf_puts(printer->out, "  ");
		text_sanitise(line, SANITISE_BLOCK, printer->out);
		buf_putc(printer->out, '\n');
	}
}

static size_t add_note(Printer *printer, const Binding *binding)
{
	printer->note_count++;
	buf_printf(&printer->notes, "[%zu] line %d, ", printer->note_count, binding->directive->line);
	AUTO_CLEAR(Buf) text = {0};
	directive_render(binding->directive, &text);
	text_sanitise(buf_str(&text), SANITISE_LINE, &printer->notes);
	buf_printf(&printer->notes, "  (%s)\n", directive_verb_help(binding->directive->verb));
	return printer->note_count;
}

/* "[3][4]" for the directives of an annotation that stand in lines from..to. */
static void put_notes(Printer *printer, const Block *annotation)
{
	const Playbook *playbook = printer->playbook;
	unsigned end = annotation->line + annotation->line_count;
	bool any = false;
	while (printer->next_binding < playbook->binding_count) {
		const Binding *binding = &playbook->bindings[printer->next_binding];
		if ((unsigned) binding->directive->line >= end)
			break;
		printer->next_binding++;
		/* Those in braces behind a fence are on the page already. */
		if ((unsigned) binding->directive->line < annotation->line)
			continue;
		if (!any)
			for (unsigned i = 0; i < annotation->indent; i++)
				buf_puts(printer->out, "  ");
		any = true;
		buf_printf(printer->out, "[%zu]", add_note(printer, binding));
	}
	if (any)
		buf_putc(printer->out, '\n');
}

/* "- [ ] 4.3  Activate the new configuration." The author's own bullet, number or box is replaced. */
static void put_step(Printer *printer, const Block *block, const Step *step)
{
	Str source = str_from(block->source);
	if (block->marker) {
		size_t skip = 0;
		while (skip < source.len && (strchr("-*+.) \t", source.ptr[skip])
			|| (source.ptr[skip] >= '0' && source.ptr[skip] <= '9')))
			skip++;
		source = str_slice(source, skip, source.len);
		if (str_starts(source, "[ ]") || str_starts(source, "[x]") || str_starts(source, "[X]"))
			source = str_trim(str_slice(source, 3, source.len));
	}
	for (unsigned i = 0; i < step->depth; i++)
		buf_puts(printer->out, "  ");
	buf_printf(printer->out, "%s %s  ", step->counted ? "[ ]" : "   ", step->number);
	bool first = true;
	for (Str rest = source, line; str_next_line(&rest, &line); first = false) {
		for (unsigned i = 0; !first && i < step->depth + 4; i++)
			buf_puts(printer->out, "  ");
		text_sanitise(first ? line : str_trim(line), SANITISE_BLOCK, printer->out);
		buf_putc(printer->out, '\n');
	}
}

static void put_heading_step(Printer *printer, const Step *step)
{
	buf_printf(printer->out, "%s %s  ", step->counted ? "[ ]" : "   ", step->number);
	text_sanitise(str_from(step->title), SANITISE_LINE, printer->out);
	buf_putc(printer->out, '\n');
}

static void put_block(Printer *printer, const Block *block)
{
	bool blank_before = block->line > printer->line;
	if (blank_before && printer->out->len)
		buf_putc(printer->out, '\n');
	if (block->kind == BLOCK_ANNOTATION)
		put_notes(printer, block);
	else if (block->use == USE_TITLE && block->step && block->step->blocks[0] == block)
		put_step(printer, block, block->step);
	else
		put_lines(printer, block->source, block->indent + (block->step && block->use != USE_NOTE ? 1u : 0u));
	printer->line = block->line + block->line_count;
}

static void put_head(Printer *printer)
{
	const Playbook *playbook = printer->playbook;
	put_text(printer->out, playbook->title);
	buf_printf(printer->out, "\nsha256 %s\n", playbook->sha256);
	buf_puts(printer->out,
		"Incident ____________________  Commander ____________________  Begun ______________ UTC\n\n");
}

static void put_gate_lines(Printer *printer)
{
	const Playbook *playbook = printer->playbook;
	if (playbook->gate_count)
		buf_puts(printer->out, "\nSign-offs\n");
	for (size_t i = 0; i < playbook->gate_count; i++)
		for (size_t k = 0; k < playbook->gates[i]->role_count; k++) {
			buf_puts(printer->out, "  ");
			text_sanitise(str_from(playbook->gates[i]->id), SANITISE_LINE, printer->out);
			buf_puts(printer->out, ", ");
			text_sanitise(str_from(playbook->gates[i]->roles[k]), SANITISE_LINE, printer->out);
			buf_puts(printer->out, ": ____________________  at ______________ UTC\n");
		}
}

void playbook_print(const Playbook *playbook, Buf *out)
{
	Printer printer = {.out = out, .playbook = playbook, .line = 1};
	put_head(&printer);
	/* Steps that a heading tells have no block of their own: they are printed behind it, by line. */
	size_t procedure = 0, step = 0;
	for (size_t i = 0; i < playbook->block_count; i++) {
		const Block *block = playbook->blocks[i];
		put_block(&printer, block);
		while (procedure < playbook->procedure_count) {
			const Procedure *at = playbook->procedures[procedure];
			if (step >= at->step_count) {
				procedure++;
				step = 0;
				continue;
			}
			const Step *next = at->steps[step];
			if (next->line > block->line)
				break;
			bool told_by_heading = next->block_count == 0 || next->blocks[0]->use != USE_TITLE;
			if (told_by_heading && block->kind == BLOCK_HEADING && next->line == block->line) {
				buf_putc(printer.out, '\n');
				put_heading_step(&printer, next);
			}
			step++;
		}
	}
	put_gate_lines(&printer);
	if (printer.note_count) {
		buf_puts(out, "\nNotes: what the console does beside the text\n");
		buf_put_str(out, buf_str(&printer.notes));
	}
	buf_clear(&printer.notes);
}
