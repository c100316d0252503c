/* procedures.c: which sections are procedures (H3). Where the author named some, those are all. Steps that no
 * procedure walks become notes again: shown, without a box. */
#include "core/playbook/build.h"
#include "core/playbook/imperative.h"
#include "core/playbook/words.h"

static const char *const NAMES[] = {"failback", "failover", "failure", "loss", "procedure", "recovery", "restore",
	"rollback", "runbook", "scenario"};
static const char *const PLURALS[] = {"options", "playbooks", "procedures", "recoveries", "runbooks", "scenarios"};

static bool names_procedure(Str title)
{
	for (Str rest = title, word; (word = text_next_word(&rest)).len;) {
		Str after = rest;
		bool option = str_eq_nocase(word, STR("option")) && text_next_word(&after).len == 1;
		bool drill = str_eq_nocase(word, STR("un-dr")) || str_eq_nocase(word, STR("undr"));
		if (option || drill || word_in(NAMES, BG_LENGTH(NAMES), word))
			return true;
	}
	return false;
}

/* "Restore Procedures" holds procedures, it is none. */
static bool holds_procedures(const Phase *phase)
{
	Str last = {"", 0};
	for (Str rest = str_from(phase->title), word; (word = text_next_word(&rest)).len;)
		last = word;
	return word_in(PLURALS, BG_LENGTH(PLURALS), last);
}

/* Steps of each section alone and with its sub-sections, by phase index. */
typedef struct Counts { size_t *own, *all; } Counts;

static Counts count_steps(const Builder *builder)
{
	const Playbook *playbook = builder->playbook;
	size_t n = playbook->phase_count + 1;
	Counts counts = {arena_alloc(builder->arena, n * sizeof(size_t)), arena_alloc(builder->arena, n * sizeof(size_t))};
	for (size_t i = 0; i < builder->step_count; i++)
		if (builder->steps[i]->phase)
			counts.own[builder->steps[i]->phase->index]++;
	for (size_t i = playbook->phase_count; i-- > 0;) {
		counts.all[i] += counts.own[i];
		if (playbook->phases[i]->parent)
			counts.all[playbook->phases[i]->parent->index] += counts.all[i];
	}
	return counts;
}

static Procedure *add_procedure(Builder *builder, Phase *phase)
{
	Playbook *playbook = builder->playbook;
	Procedure *procedure = ARENA_NEW(builder->arena, Procedure);
	procedure->phase = phase;
	procedure->id = phase ? phase->id : slug_make(builder->arena, str_from(playbook->title));
	if (!*procedure->id)
		procedure->id = "procedure";
	procedure->title = phase && !(builder->has_title && phase->index == 0) ? phase->title : playbook->title;
	procedure->line = phase ? phase->line : 1;
	if (phase)
		for (size_t i = phase->index; i < phase->end_index; i++)
			playbook->phases[i]->procedure = procedure;
	ARENA_PUSH(builder->arena, playbook->procedures, playbook->procedure_count, procedure);
	return procedure;
}

/* A `procedure` directive directly below a heading. NULL when it stands elsewhere. */
static Phase *annotated_phase(const Mark *annotation)
{
	if (annotation->parent->kind != MARK_DOCUMENT)
		return NULL;
	return annotation->phase;
}

static const Directive *procedure_directive(const Mark *annotation)
{
	for (size_t i = 0; i < annotation->directives->count; i++)
		if (annotation->directives->items[i].verb == DIRECTIVE_PROCEDURE)
			return &annotation->directives->items[i];
	return NULL;
}

bool id_is_plain(const char *id)
{
	static const char FIRST[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	static const char PLAIN[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
	return *id && strchr(FIRST, *id) && id[strspn(id, PLAIN)] == '\0';
}

static void describe_procedure(Builder *builder, Procedure *procedure, const Directive *directive)
{
	const char *id = directive_value(directive, "id"), *title = directive_value(directive, "title");
	procedure->annotated = true;
	if (id && id_is_plain(id))
		procedure->id = id;
	else if (id)
		diagnostic_add(&builder->playbook->diagnostics, directive->line, directive->column, "E-KEY",
			"use letters, digits, '-', '_' and '.' only", "\"%s\" can be no id: nobody could type it", id);
	if (title && *title)
		procedure->title = title;
	procedure->undo = directive_value(directive, "undo");
}

static bool add_annotated(Builder *builder)
{
	bool any = false;
	for (size_t i = 0; i < builder->annotation_count; i++) {
		Mark *mark = builder->annotations[i];
		const Directive *directive = procedure_directive(mark);
		if (!directive)
			continue;
		Phase *phase = annotated_phase(mark);
		if (phase && phase->procedure && phase->procedure->phase == phase) {
			diagnostic_add(&builder->playbook->diagnostics, directive->line, directive->column, "E-BIND",
				"take one of them out",
				"this section is a procedure already");
			continue;
		}
		if (!phase && mark->parent->kind != MARK_DOCUMENT)
			continue;
		describe_procedure(builder, add_procedure(builder, phase), directive);
		any = true;
	}
	return any;
}

/* Sections that could each be a procedure: those below the title, or the top ones. */
/* True when one section was found to hold several. */
static bool find_candidates(Builder *builder, const Counts *counts, Phase ***ret, size_t *ret_count)
{
	bool any_split = false;
	Playbook *playbook = builder->playbook;
	for (size_t i = 0; i < playbook->phase_count; i++) {
		Phase *phase = playbook->phases[i];
		bool below = builder->has_title ? phase->depth == 1 : phase->depth == 0;
		if (!below || counts->all[i] == 0)
			continue;
		size_t inner = 0;
		for (size_t k = i + 1; k < phase->end_index; k++)
			inner += playbook->phases[k]->depth == phase->depth + 1 && counts->all[k];
		bool split = inner >= 2 && counts->own[i] == 0 && holds_procedures(phase);
		for (size_t k = i + 1; split && k < phase->end_index; k++)
			if (playbook->phases[k]->depth == phase->depth + 1 && counts->all[k])
				ARENA_PUSH(builder->arena, *ret, *ret_count, playbook->phases[k]);
		if (!split)
			ARENA_PUSH(builder->arena, *ret, *ret_count, phase);
		any_split = any_split || split;
	}
	return any_split;
}

/* Steps above the first section, when they are more than a sentence: a procedure of their own, so that none is lost. */
static bool preface_has_work(const Builder *builder, const Phase *title)
{
	for (size_t i = 0; i < builder->step_count; i++) {
		const Step *step = builder->steps[i];
		bool item = step->block_count && step->blocks[0]->kind == BLOCK_ITEM;
		if (step->phase == title && (item || step->by_directive || step_main_command(step)))
			return true;
	}
	return false;
}

static void add_found(Builder *builder)
{
	Phase *title = builder->has_title ? builder->playbook->phases[0] : NULL;
	Counts counts = count_steps(builder);
	Phase **candidates = NULL;
	size_t count = 0;
	bool several = find_candidates(builder, &counts, &candidates, &count);
	for (size_t i = 0; i < count; i++)
		several = several || counts.all[candidates[i]->index] > counts.own[candidates[i]->index]
			|| names_procedure(str_from(candidates[i]->title));
	if (count < 2 || !several) {
		if (builder->step_count)
			(void) add_procedure(builder, title);
		return;
	}
	if (preface_has_work(builder, title))
		(void) add_procedure(builder, title);
	for (size_t i = 0; i < count; i++)
		(void) add_procedure(builder, candidates[i]);
}

/* The procedure that walks the whole file takes what stands outside of sections too. */
static Procedure *procedure_of(const Builder *builder, const Step *step)
{
	if (step->phase && step->phase->procedure)
		return step->phase->procedure;
	Playbook *playbook = builder->playbook;
	for (size_t i = 0; i < playbook->procedure_count && i < 2; i++) {
		Procedure *procedure = playbook->procedures[i];
		bool whole = !procedure->phase || (builder->has_title && procedure->phase->index == 0);
		if (whole && (!step->phase || !procedure->phase))
			return procedure;
	}
	return NULL;
}

/* Without a procedure there is no box: the blocks are notes. */
static void demote(Builder *builder, Step *step)
{
	for (size_t i = 0; i < step->block_count; i++) {
		step->blocks[i]->step = NULL;
		if (step->blocks[i]->use == USE_TITLE || step->blocks[i]->use == USE_DETAIL)
			step->blocks[i]->use = USE_NOTE;
	}
	for (size_t i = 0; i < step->command_count; i++)
		step->commands[i]->step = NULL;
	if (step->by_directive)
		diagnostic_add(&builder->playbook->diagnostics, (int) step->line, 1, "E-BIND",
			"put it into a section with a `procedure` directive",
			"this step is in no procedure, so it can never be walked");
}

void build_procedures(Builder *builder)
{
	if (!add_annotated(builder))
		add_found(builder);
	size_t kept = 0;
	for (size_t i = 0; i < builder->step_count; i++) {
		Step *step = builder->steps[i];
		step->procedure = procedure_of(builder, step);
		if (step->procedure)
			builder->steps[kept++] = step;
		else
			demote(builder, step);
	}
	builder->step_count = kept;
	if (!builder->playbook->procedure_count || kept == 0)
		builder->playbook->no_run = "no step was found in it: it is there to be read";
}
