/* standing.h: how the damage stands, for every screen that must know: the verdict, the hurry, and what fits. Made anew from the model each
 * time, so that the board, the bar and the playbooks cannot disagree. */
#pragma once
#include "core/health/board.h"
#include "tui/view/view.h"

typedef struct Standing {
	bool has_verdict;        /* the environment says what it rests on */
	bool damaged;            /* something is damaged, or may be: before that the verdict would only frighten */
	bool mended;             /* it was, and what was broken open for it is closed again */
	Verdict verdict;
} Standing;

void standing_read(const ViewContext *context, Standing *ret);
/* The state to show for a reading; *ret_reason as board_judge() has it. */
ReadingState standing_judge(const Standing *standing, const ViewContext *context, const Reading *reading, const char **ret_reason);
/* "backup runs in 1 m 49 s", as long as the next run would copy the damage over a good backup; false when that is not so. */
bool standing_countdown(const Standing *standing, const ViewContext *context, bool small, char text[static 48]);
/* The run that is being walked; NULL = none. */
const Run *standing_walked(const ViewContext *context);
/* The procedure that a board like this one is a case for: in a drill the one that its briefing names, until an incident is declared and as long as something fails. Else it is a guess, offered and never opened: the way back while visitors are served
 * from the backup, the failover while something fails and the backup is not known to hold the damage. Nothing while one is walked. */
bool standing_fitting(const Standing *standing, const ViewContext *context, const PlaybookEntry **ret_entry, const PlaybookProcedure **ret_procedure);
/* What a drill's briefing says has happened; "" = it has none. */
const char *standing_story(const ViewContext *context);
/* Readings that are in this state now. */
int standing_count(const ViewContext *context, ReadingState wanted);
