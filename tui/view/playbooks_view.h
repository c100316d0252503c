/* playbooks_view.h: what the files of the playbooks screen share. Internal. */
#pragma once
#include "tui/view/view.h"
#include "tui/widget/list.h"
#include "tui/widget/pager.h"

#define PLAYBOOK_ID_SIZE LIST_ID_SIZE

typedef struct PlaybookRow {
	const PlaybookEntry *entry;
	const PlaybookProcedure *procedure;   /* NULL: the playbook's own line */
} PlaybookRow;

typedef struct PlaybooksState {
	List list;
	PlaybookRow *rows;
	size_t count;
	char id[PLAYBOOK_ID_SIZE], text[400];          /* scratch of the list's questions */
	GlyphSet glyphs;
	bool reading;                         /* the selected one is read, in a pager */
	Pager pager;
	Styled page;
	char read_title[120];
	char fitting[PLAYBOOK_ID_SIZE];                /* id of the row that fits the board; "" = none */
	char walked[PLAYBOOK_ID_SIZE];                 /* id of the row that is being walked; "" = none */
	char walked_words[80];                         /* "being walked: 4 of 16 steps done" */
} PlaybooksState;

/* ---- playbooks_rows.c ---- */
ListSource playbooks_source(PlaybooksState *state);
/* NULL = none. */
const PlaybookRow *playbooks_selected(PlaybooksState *state);
void playbooks_write_id(const PlaybookEntry *entry, const PlaybookProcedure *procedure, char id[static PLAYBOOK_ID_SIZE]);
/* Its only procedure has its name: one row tells both. */
/* "7 steps, 12 commands, 3 actions, 1 sign-off": what there is none of is left out. Appends. */
void playbooks_counts(const PlaybookProcedure *procedure, Buf *out);
bool playbooks_says_it_twice(const PlaybookEntry *entry);

bool playbooks_is_walked(const PlaybooksState *state, const PlaybookRow *row);

/* ---- playbooks_start.c ---- */
void playbooks_start(PlaybooksState *state, ViewContext *context);
