/* lint_hints.c: prose that sounds like a gate or a step, and procedures that end without looking whether it worked. */
#include "core/playbook/imperative.h"
#include "core/playbook/lint_rules.h"

/* Cheap words first: the pattern is only tried on text that holds one of them. */
bool lint_asks_for_decision(const char *text)
{
	/* Without their first letter, which may be a capital: the plain search is many times faster than one without case. */
	static const char *const WORDS[] = { "ecision", "ecide", "pprov", "ign-off", "ignoff", "ign off", "uthori", "ermission of",
		"ermission from", "onsent", "gree", "ade by" };
	static const char PATTERN[] = "(should|must|needs?|has|have|required|only with|only after|before|at least|ask)[^.]*"
		"(decision|decide|approv(al|ed|e )|sign.?off|authori[sz]|permission (of|from)|consent|agree|be (made|taken) by)"
		"|(decision|decide|approv(al|ed|e )|sign.?off|authori[sz]|permission (of|from)|consent|agree)[^.]*"
		"(should|must|needs?|required|made by|from|at least)";
	bool bad;
	for (size_t i = 0; i < BG_LENGTH(WORDS); i++)
		if (strstr(text, WORDS[i]))
			return str_matches(text, PATTERN, &bad);
	return false;
}

static bool is_text(const Block *block)
{
	bool text = block->kind == BLOCK_PARAGRAPH || block->kind == BLOCK_ITEM || block->kind == BLOCK_QUOTE;
	return text && block->use != USE_METADATA && block->use != USE_NAVIGATION && block->text;
}

static bool hint_gate(const Lint *lint, const Block *block)
{
	if (lint->playbook->gate_count > 0 || !lint_asks_for_decision(block->text))
		return false;
	diagnostic_add(lint->out, (int) block->line, 1, "H-GATE", "add <!-- bg gate NAME roles=product,engineering --> to the step that it is about",
		"this asks for a decision, but nothing waits for one");
	return true;
}

static void hint_step(const Lint *lint, const Block *block)
{
	const Playbook *playbook = lint->playbook;
	bool whole = playbook->procedure_count == 1 && !playbook->procedures[0]->phase;
	bool walked = block->phase ? block->phase->procedure != NULL : whole;
	if (block->step || block->use != USE_NOTE || block->kind != BLOCK_PARAGRAPH || !walked || !text_is_obligation(str_from(block->text)))
		return;
	diagnostic_add(lint->out, (int) block->line, 1, "H-STEP", "put <!-- bg step --> below it if somebody has to do it",
		"this says what must be done, but is no step");
}

static bool looks(const Step *step)
{
	static const char PATTERN[] = "^(verify|check|confirm|validate|test|make sure|ensure|see that|look)";
	bool bad;
	return step->verify_count > 0 || step->form == FORM_CHECK || str_matches(step->title, PATTERN, &bad);
}

/* The last step of all and those around it. */
static void hint_verify(const Lint *lint, const Procedure *procedure)
{
	const Step *last = NULL;
	for (size_t i = procedure->step_count; i-- > 0 && !last;)
		last = procedure->steps[i]->counted ? procedure->steps[i] : NULL;
	if (!last)
		return;
	for (const Step *step = last; step; step = step->parent)
		if (looks(step))
			return;
	diagnostic_add(lint->out, (int) last->line, 1, "H-VERIFY", "add a last step that looks: <!-- bg verify PROBE ... -->, or \"Check that ...\" for a person",
		"the procedure \"%s\" ends without looking whether it worked", procedure->title);
}

void lint_hints(const Lint *lint)
{
	for (size_t i = 0; i < lint->playbook->block_count; i++)
		if (is_text(lint->playbook->blocks[i]) && !hint_gate(lint, lint->playbook->blocks[i]))
			hint_step(lint, lint->playbook->blocks[i]);
	for (size_t i = 0; i < lint->playbook->procedure_count; i++)
		hint_verify(lint, lint->playbook->procedures[i]);
}
