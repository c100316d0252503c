/* build.h: how a tree of Marks becomes a Playbook. Private to this folder: each pass is one file and one function
 * here, called in order by parse.c. A pass may rely on what the passes before it filled in. */
#pragma once
#include "core/playbook/markdown.h"
#include "core/playbook/model.h"
#include "core/playbook/source.h"

typedef struct Builder {
	Arena *arena;
	Playbook *playbook;
	const Source *source;
	const Vocabulary *vocabulary;   /* NULL: names are not checked */
	Mark *root;
	Step **steps;              /* every step found, before procedures claim them */
	size_t step_count;
	Mark **annotations;        /* marks that hold directives, in order */
	size_t annotation_count;
	bool has_title;            /* phases[0] is the title of the document */
	Block **carried;           /* warnings of a section that wait for a step in its sub-sections */
	size_t carried_count;
	const Phase *carried_phase;
} Builder;

/* One run of siblings being classified: a section, or the inside of an item. */
typedef struct Walk {
	Builder *builder;
	Phase *phase;
	Step *parent;              /* the step around these siblings; NULL at section level */
	unsigned depth;
	Step *last;                /* the newest step at this level in this section */
	Block **warnings;          /* waiting for the next step */
	size_t warning_count;
	bool checklist;            /* items are checks */
	bool reference;            /* contacts, links: nothing here is a step unless the author says so */
} Walk;

/* blocks.c: a Block for every leaf and every stray line. */
void build_blocks(Builder *builder);
/* headings.c: phases, slugs, title; the phase of every top-level mark. */
void build_headings(Builder *builder);
/* annotations.c: directives of every annotation, and what they say about classification. */
void build_annotations(Builder *builder);
/* classify.c: steps, their blocks, commands, warnings. */
void build_steps(Builder *builder);
/* procedures.c: which sections are procedures; steps outside them become notes again. */
void build_procedures(Builder *builder);
bool id_is_plain(const char *id);         /* can be typed on a command line and stand in "procedure/4.3" */
/* outline.c: order, numbers, ids, what counts. */
void build_outline(Builder *builder);
void outline_count(Playbook *playbook);   /* once directives are bound */
/* bind.c: directives to what they stand behind. */
void build_bindings(Builder *builder);
/* gates.c: what each gate covers, which anchors exist. */
void build_gates(Builder *builder);
/* values.c: variables declared and placeholders found. */
void build_values(Builder *builder);

/* ---- shared between the classifying files ---- */

typedef enum ListSort { LIST_UNSORTED, LIST_STEPS, LIST_CHECKS, LIST_NOTES, LIST_NAVIGATION, LIST_REFERENCE } ListSort;

/* classify.c */
Step *walk_home(const Walk *walk);
void walk_marks(Walk *walk, Mark *first);
Step *step_new(Walk *walk, Mark *mark, Str text);
Step *step_from_heading(Walk *walk, Mark *mark);
/* Marks every leaf of `mark` as shown with `step` (NULL: with the section). */
void attach_leaves(Walk *walk, Mark *mark, Step *step, BlockUse use);
void add_block_to_step(Builder *builder, Step *step, Block *block, BlockUse use);
void add_warning(Walk *walk, Mark *mark);
/* The sibling before or after, annotations and comments left out. */
Mark *mark_before(const Mark *mark);
Mark *mark_after(const Mark *mark);

/* lists.c */
ListSort list_sort(const Walk *walk, Mark *list);
void list_classify(Walk *walk, Mark *list);

/* paragraphs.c */
void paragraph_classify(Walk *walk, Mark *mark);
bool mark_is_warning(const Mark *mark);
/* Section names that decide: H5 checklists, and lists of contacts and links. */
bool heading_is_checklist(Str title);
bool heading_is_reference(Str title);

/* codeblocks.c */
CodeKind code_kind(const Mark *mark);
void code_classify(Walk *walk, Mark *mark);
StepCommand *command_from_code(Walk *walk, Mark *mark, Step *step);
StepCommand *command_from_span(Walk *walk, Mark *mark, const CodeSpan *span, Step *step);
bool span_is_command(Str span);
/* The span that is all of the paragraph; NULL when there is none. */
const CodeSpan *mark_only_span(const Mark *mark);
/* Spans with a command inside other text become offers of `step`. */
void add_offers(Walk *walk, Mark *mark, Step *step, bool example);

/* slug.c: as the code host makes them; `title` is plain text. */
char *slug_make(Arena *arena, Str title);
