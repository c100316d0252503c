/* lint_explain.c: the document as written, with every directive in words where it stands: what a person sees on paper beside what the
 * console will do. */
#include "core/base/text.h"
#include "core/playbook/lint.h"

static void say_target(const Binding *binding, Buf *out)
{
	switch (binding->target) {
	case BIND_DOCUMENT:
		buf_puts(out, "whole file");
		break;
	case BIND_PHASE:
		buf_puts(out, "section \"");
		text_sanitise(str_from(binding->phase ? binding->phase->title : ""), SANITISE_LINE, out);
		buf_putc(out, '"');
		break;
	case BIND_STEP:
		buf_printf(out, "step %s", binding->step->number ? binding->step->number : "");
		break;
	case BIND_COMMAND:
		buf_printf(out, "command in line %u", binding->command->line);
		break;
	case BIND_NOWHERE:
		buf_puts(out, "bound to nothing");
		break;
	}
}

static const char *verb_meaning(const Binding *binding, const Vocabulary *vocabulary)
{
	const Directive *directive = binding->directive;
	bool action = directive->verb == DIRECTIVE_DO || directive->verb == DIRECTIVE_ALSO || directive->verb == DIRECTIVE_UNDO;
	const char *name = directive_word(directive, 0);
	const VerbSpec *verb = name ? vocabulary_find(vocabulary, action ? VERB_ACTION : VERB_PROBE, str_from(name)) : NULL;
	bool calls = action || directive->verb == DIRECTIVE_VERIFY || directive->verb == DIRECTIVE_GUARD;
	return calls && verb ? verb->help : directive_verb_help(directive->verb);
}

static void explain(const Binding *binding, const Vocabulary *vocabulary, Buf *out)
{
	AUTO_CLEAR(Buf) directive = {0};
	directive_render(binding->directive, &directive);
	buf_puts(out, "      | ");
	text_sanitise(buf_str(&directive), SANITISE_LINE, out);
	buf_puts(out, "\n      |   ");
	say_target(binding, out);
	buf_printf(out, ": %s\n", verb_meaning(binding, vocabulary));
}

/* The annotation block that takes up the line; NULL when it is text. */
static const Block *annotation_at(const Playbook *playbook, size_t *at, unsigned number)
{
	while (*at < playbook->block_count && playbook->blocks[*at]->line + playbook->blocks[*at]->line_count <= number)
		(*at)++;
	const Block *block = *at < playbook->block_count ? playbook->blocks[*at] : NULL;
	return block && block->line <= number && block->kind == BLOCK_ANNOTATION ? block : NULL;
}

static void explain_bound(const Playbook *playbook, unsigned from, unsigned count, const Vocabulary *vocabulary, Buf *out)
{
	for (size_t i = 0; i < playbook->binding_count; i++) {
		unsigned line = (unsigned) playbook->bindings[i].directive->line;
		if (line >= from && line < from + count)
			explain(&playbook->bindings[i], vocabulary, out);
	}
}

void lint_explain(const Playbook *playbook, const Vocabulary *vocabulary, Buf *out)
{
	Str rest = { playbook->bytes, playbook->byte_count }, line;
	size_t block = 0;
	for (unsigned number = 1; str_next_line(&rest, &line); number++) {
		const Block *annotation = annotation_at(playbook, &block, number);
		if (annotation) {
			if (annotation->line == number)
				explain_bound(playbook, number, annotation->line_count, vocabulary, out);
			continue;
		}
		buf_printf(out, "%5u ", number);
		text_sanitise(line, SANITISE_LINE, out);
		buf_putc(out, '\n');
		if (str_find_char(line, '{') >= 0)
			explain_bound(playbook, number, 1, vocabulary, out);   /* settings in an info string */
	}
}
