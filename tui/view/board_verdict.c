/* board_verdict.c: below the readings what they amount to: whether the newest good backup is older than the damage, and what to do. */
#include <stdio.h>
#include "core/base/zone.h"
#include "core/health/health.h"
#include "tui/view/board_view.h"
#include "tui/widget/wrap.h"

static const struct { const char *word; Role role; } ANSWERS[] = {
	[ANSWER_CANNOT_TELL] = { "CANNOT TELL", ROLE_UNKNOWN }, [ANSWER_YES] = { "YES", ROLE_OK }, [ANSWER_NO] = { "NO", ROLE_FAIL },
};

#define BRIEFING_HEADING "What has happened, for this drill:"
#define QUESTION "Does the newest good backup predate the damage?"
typedef struct VerdictLine { const char *text; Role role; } VerdictLine;

/* On a small screen what must be done at once comes before what it rests on. */
static void verdict_lines(const BoardState *state, VerdictLine lines[static 2])
{
	bool small = state->context->small;
	lines[small ? 1 : 0] = (VerdictLine) { state->standing.verdict.reason, ROLE_TEXT };
	lines[small ? 0 : 1] = (VerdictLine) { state->standing.verdict.warning, ROLE_DANGER };
}

static Rect indented(const BoardState *state, Rect rect)
{
	int indent = state->context->small ? 1 : 3;
	return (Rect) { rect.x + indent, rect.y, rect.width - indent - 1, rect.height };
}

/* What is not seen is not well either. */
static const char *no_damage(BoardState *state)
{
	int unseen = standing_count(state->context, READING_UNKNOWN);
	char known[80] = "Nothing here fails.";
	if (unseen)
		snprintf(known, sizeof(known), "Nothing here is known to fail, but %d cannot be seen.", unseen);
	if (state->standing.mended) {
		snprintf(state->text, sizeof(state->text), "%s All that was broken open is closed again. :end ends the incident.", known);
		return state->text;
	}
	snprintf(state->text, sizeof(state->text), "%s If something is damaged all the same, declare it (D) and say since when (t): the board then tells "
		"whether the newest backup is older.", known);
	return state->text;
}

static int draw_verdict(BoardState *state, Canvas *canvas, Rect rect)
{
	VerdictLine lines[2];
	if (!state->standing.damaged)
		return rect.y + canvas_paragraph(canvas, rect_inset(rect, 1, 0), 0, ROLE_MUTED, no_damage(state));
	const char *question = state->context->small ? "Backup older than damage?" : QUESTION;
	int x = canvas_text(canvas, rect, rect.x + 1, rect.y, ROLE_HEADING, question);
	canvas_text(canvas, rect, x + 2, rect.y, ANSWERS[state->standing.verdict.answer].role, ANSWERS[state->standing.verdict.answer].word);
	verdict_lines(state, lines);
	int y = rect.y + 1;
	for (int i = 0; i < 2; i++)
		if (*lines[i].text)
			y += canvas_paragraph(canvas, indented(state, (Rect) { rect.x, y, rect.width, rect.y + rect.height - y }), 0, lines[i].role, lines[i].text);
	return y;
}

/* What those who practise are told; once they walk it, they know. */
static const char *briefing(const BoardState *state)
{
	return state->standing.has_verdict || standing_walked(state->context) ? "" : standing_story(state->context);
}

static int draw_briefing(const BoardState *state, Canvas *canvas, Rect rect)
{
	canvas_text(canvas, rect, rect.x + 1, rect.y, ROLE_HEADING, BRIEFING_HEADING);
	rect_cut_top(&rect, 1);
	return rect.y + canvas_paragraph(canvas, rect_inset(rect, 1, 0), 0, ROLE_TEXT, briefing(state));
}

/* A row for the rule, and for what fits or is being walked, which a small screen has room for, too. */
static int briefing_rows(const BoardState *state, Rect rect)
{
	const PlaybookEntry *entry;
	const PlaybookProcedure *procedure;
	const char *story = briefing(state);
	bool next = standing_walked(state->context) || standing_fitting(&state->standing, state->context, &entry, &procedure);
	if (!*standing_story(state->context))
		return 0;
	if (state->context->small || !*story)
		return next ? 2 : 0;
	return 2 + wrap_count(str_from(story), rect.width - 2) + (next ? 2 : 0);
}

/* By two clocks the times may need a line more. */
static int rows_of_local_times(const BoardState *state, Rect rect)
{
	VerdictLine lines[2];
	if (!zone_offset_minutes(NULL, state->context->wall))
		return 0;
	verdict_lines(state, lines);
	int columns = indented(state, rect).width, rows = wrap_count(str_from(lines[0].text), columns) + wrap_count(str_from(lines[1].text), columns);
	return rows > 3 ? rows - 3 : 0;
}

/* A small screen has room for the question and, whole, for what must be done at once; for what that rests on only if nothing must. */
int board_verdict_rows(const BoardState *state, Rect rect)
{
	VerdictLine lines[2];
	if (!state->standing.has_verdict)
		return briefing_rows(state, rect);
	if (!state->context->small)
		return !state->standing.damaged ? 4 : 7 + rows_of_local_times(state, rect);
	if (!state->standing.damaged)
		return 0;
	verdict_lines(state, lines);
	return 2 + (*lines[0].text ? wrap_count(str_from(lines[0].text), indented(state, rect).width) : 0);
}

/* What to do about it: the procedure that is walked, else the one that fits. */
static void draw_next(const BoardState *state, Canvas *canvas, Rect rect, int y)
{
	const PlaybookEntry *entry;
	const PlaybookProcedure *procedure;
	const Run *walked = standing_walked(state->context);
	bool fits = standing_fitting(&state->standing, state->context, &entry, &procedure);
	if ((!walked && !fits) || y + 1 >= rect.y + rect.height)
		return;
	bool small = state->context->small;
	const char *fits_words = small ? "Fits:" : "Fits this board:", *walked_words = small ? "Walked:" : "Being walked:";
	int x = canvas_text(canvas, rect, rect.x + 1, y + 1, ROLE_MUTED, walked ? walked_words : fits_words);
	x = canvas_text_fit(canvas, rect, x + 2, y + 1, rect.width - (x - rect.x) - (small ? 16 : 20), ROLE_LINK, walked ? walked->procedure_title : procedure->title);
	canvas_text(canvas, rect, x + 2, y + 1, ROLE_MUTED, walked ? "3 goes there" : "p opens");
}

void board_draw_verdict(BoardState *state, Canvas *canvas, Rect rect)
{
	int y = rect.y - 1;
	if (state->standing.has_verdict)
		y = draw_verdict(state, canvas, rect);
	else if (!state->context->small && *briefing(state))
		y = draw_briefing(state, canvas, rect);
	draw_next(state, canvas, rect, y);
}

void board_say_verdict(BoardState *state, Styled *out)
{
	const PlaybookEntry *entry;
	const PlaybookProcedure *procedure;
	const Run *walked = standing_walked(state->context);
	if (state->standing.has_verdict && !state->standing.damaged)
		styled_printf(out, ROLE_TEXT, "%s\n", no_damage(state));
	else if (state->standing.has_verdict)
		styled_printf(out, ROLE_TEXT, "%s %s\n%s%s%s%s", QUESTION, ANSWERS[state->standing.verdict.answer].word, state->standing.verdict.reason,
			*state->standing.verdict.reason ? "\n" : "", state->standing.verdict.warning, *state->standing.verdict.warning ? "\n" : "");
	else if (*briefing(state))
		styled_printf(out, ROLE_TEXT, "%s %s\n", BRIEFING_HEADING, briefing(state));
	if (walked)
		styled_printf(out, ROLE_TEXT, "Being walked: %s. walk shows it.\n", walked->procedure_title);
	else if (standing_fitting(&state->standing, state->context, &entry, &procedure))
		styled_printf(out, ROLE_TEXT, "Fits this board: %s. playbooks shows it.\n", procedure->title);
}
