/* markdown.h: the Markdown tree as plain nodes of our own, with nothing of the parser's library in it.
 * Marks is the tree before it has a meaning; the other files of this folder give it one. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/playbook/arena.h"
#include "core/playbook/model.h"
#include "core/playbook/source.h"

typedef enum MarkKind {
	MARK_DOCUMENT, MARK_HEADING, MARK_PARAGRAPH, MARK_LIST, MARK_ITEM, MARK_CODE, MARK_HTML, MARK_QUOTE, MARK_TABLE,
		MARK_RULE,
} MarkKind;

/* A code span, by its place in the plain text of its block. */
typedef struct CodeSpan { const char *text; size_t offset; } CodeSpan;

typedef struct Mark {
	MarkKind kind;
	unsigned line;             /* where it starts */
	unsigned level;            /* of a heading */
	unsigned depth;            /* containers around it */
	bool ordered;              /* of a list */
	int start;                 /* first number of an ordered list */
	bool task, checked;        /* of an item */
	bool fenced;
	const char *text;          /* plain text of a heading or paragraph; content of code and HTML; never NULL */
	const char *info;          /* info string of a fence; NULL when empty */
	CodeSpan *spans;
	size_t span_count;
	TextLink *links;
	size_t link_count;
	size_t link_bytes;         /* of `text` that are link text */
	size_t child_count;
	struct Mark *parent, *first, *last, *next, *previous;

	/* What the later passes find out. */
	Block *block;              /* leaves only */
	Step *step;                /* the step that it is, or belongs to */
	StepCommand *command;
	Phase *phase;              /* of a top-level heading: itself; of others: where it stands */
	DirectiveList *directives; /* of an annotation */
	bool annotation;
	struct Mark *before, *after;   /* siblings, comments and annotations left out */
	bool force_step, force_note;
	int sort;                  /* of a list: a ListSort, 0 = not asked yet */
	Step *belongs;             /* between the parts of a split list: the step before it */
	bool continues;            /* of an ordered list: goes on with one that was split */
} Mark;

#define MARKDOWN_MAX_DEPTH 64      /* deeper blocks are shown as they stand */

Mark *markdown_parse(Arena *arena, const Source *source);
bool mark_is_leaf(const Mark *mark);
/* The next mark in document order within `root`, children first; NULL at the end. */
Mark *mark_next(const Mark *root, const Mark *mark);
/* The next mark after all of this one's children. */
Mark *mark_next_outside(const Mark *root, const Mark *mark);
/* The paragraph that an item starts with; NULL when it starts with something else. */
Mark *mark_item_paragraph(const Mark *item);
