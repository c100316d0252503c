/* board.c: all readings at a glance, with their ages, and the verdict that matters before anybody presses a key. What is green was seen
 * within its budget: every reading is judged by the clock each time that it is drawn. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/health/health.h"
#include "tui/view/shell.h"
#include "tui/view/standing.h"
#include "tui/widget/list.h"
#include "tui/widget/pager.h"
#include "tui/widget/wrap.h"

typedef struct BoardState {
	List list;
	const ViewContext *context;     /* of the present call: the list's questions come back to it */
	bool details;
	Styled page;
	Pager pager;
	Standing standing;
	char text[300];
} BoardState;

/* Columns of a row: sign and state word, name, text, age. */
enum { STATE_COLUMN = 1, NAME_COLUMN = 10, NAME_WIDTH = 17, AGE_WIDTH = 9 };

static const Reading *reading_at(const BoardState *state, size_t index) { return &state->context->model->readings[index]; }

static const struct { Glyph glyph; Role role; const char *word; } LOOKS[] = {
	[READING_OK] = { GLYPH_OK, ROLE_OK, "ok" },
	[READING_WARN] = { GLYPH_WARN, ROLE_WARN, "warn" },
	[READING_FAIL] = { GLYPH_FAIL, ROLE_FAIL, "fail" },
	[READING_STALE] = { GLYPH_STALE, ROLE_STALE, "stale" },
	[READING_UNKNOWN] = { GLYPH_UNKNOWN, ROLE_UNKNOWN, "unkn" },
};

/* ---- rows ---- */

static const char *row_id(size_t index, void *userdata) { return reading_at(userdata, index)->name; }

static const char *row_text(size_t index, void *userdata)
{
	BoardState *state = userdata;
	const Reading *reading = reading_at(state, index);
	snprintf(state->text, sizeof(state->text), "%.80s %.12s %.180s", reading->name, reading_state_name(reading->state),
		reading->text ? reading->text : "");
	return state->text;
}

/* "12 s ago"; the age of an unknown one is how long nobody knows. */
static void age_words(const Reading *reading, WallTime now, char text[static SPAN_TEXT_SIZE + 8])
{
	char span[SPAN_TEXT_SIZE];
	if (!wall_known(reading->taken)) {
		snprintf(text, SPAN_TEXT_SIZE + 8, "not yet");
		return;
	}
	/* Not "now": somebody decides on it. A bound is as true, and as quiet. */
	if (view_age_is_now(now, reading->taken))
		snprintf(text, SPAN_TEXT_SIZE + 8, "< %d s ago", VIEW_NOW_MS / 1000);
	else
		snprintf(text, SPAN_TEXT_SIZE + 8, "%s ago", view_age(now, reading->taken, span));
}

#define ANSWER_SIZE 300
#define ANSWER_WHOLE 1000   /* columns that none is longer than */
/* What was last known of one that cannot be seen outlives the cut at `columns`: the reason can be read below the list. */
static void answer_words(const Reading *reading, ReadingState judged, WallTime now, int columns, char text[static ANSWER_SIZE])
{
	char span[SPAN_TEXT_SIZE], was[64];
	const char *said = reading->text ? reading->text : "";
	if (judged != READING_UNKNOWN || !wall_known(reading->last_time)) {
		snprintf(text, ANSWER_SIZE, "%.280s", said);
		return;
	}
	snprintf(was, sizeof(was), "was %s %s ago", reading_state_name(reading->last_state), span_format_short(now.ms - reading->last_time.ms, span));
	snprintf(text, ANSWER_SIZE, "%.200s; %s", said, was);
	if (canvas_text_width(text) > columns)
		snprintf(text, ANSWER_SIZE, "%s; %.200s", was, said);
}

static void draw_row(Canvas *canvas, Rect rect, size_t index, void *userdata)
{
	const BoardState *state = userdata;
	const Reading *reading = reading_at(state, index);
	const char *why;
	ReadingState judged = standing_judge(&state->standing, state->context, reading, &why);
	char age[SPAN_TEXT_SIZE + 8];
	age_words(reading, state->context->wall, age);
	canvas_glyph(canvas, rect, rect.x + STATE_COLUMN, rect.y, LOOKS[judged].role, LOOKS[judged].glyph);
	canvas_text(canvas, rect, rect.x + STATE_COLUMN + 2, rect.y, LOOKS[judged].role, LOOKS[judged].word);
	int name_width = state->context->small ? 12 : NAME_WIDTH;
	canvas_text_fit(canvas, rect, rect.x + NAME_COLUMN, rect.y, name_width, ROLE_TEXT, reading->name);
	int x = rect.x + NAME_COLUMN + name_width + 1;
	int right = state->context->small ? rect.x + rect.width
		: canvas_text_right(canvas, rect, rect.x + rect.width - 1, rect.y, ROLE_MUTED, age);
	char text[ANSWER_SIZE];
	answer_words(reading, judged, state->context->wall, right - x - 1, text);
	canvas_text_fit(canvas, rect, x, rect.y, right - x - 1, ROLE_TEXT, text);
}

static void say_row(size_t index, void *userdata, Buf *out)
{
	const BoardState *state = userdata;
	const Reading *reading = reading_at(state, index);
	const char *why;
	ReadingState judged = standing_judge(&state->standing, state->context, reading, &why);
	char age[SPAN_TEXT_SIZE + 8], text[ANSWER_SIZE];
	age_words(reading, state->context->wall, age);
	answer_words(reading, judged, state->context->wall, ANSWER_WHOLE, text);
	buf_printf(out, "%s: %s: %s%s(%s)", reading_state_name(judged), reading->name, text, *text ? " " : "", age);
}

static ListSource source_of(BoardState *state)
{
	return (ListSource) { .count = state->context->model->reading_count, .id = row_id, .render = draw_row, .text = row_text,
		.say = say_row, .userdata = state, .empty = "This environment asks nothing yet. List its \"probes\" in its file: each is a question that is asked again "
		"and again, such as how old the newest backup is." };
}

static int count_of(const ViewContext *context, ReadingState wanted)
{
	int count = 0;
	for (size_t i = 0; i < context->model->reading_count; i++)
		count += health_judge(&context->model->readings[i], context->wall) == wanted;
	return count;
}

static void update(void *data, ViewContext *context)
{
	BoardState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	list_update(&state->list, &source);
	standing_read(context, &state->standing);
}

/* ---- details ---- */

static void write_fact(Styled *page, const Json *fact)
{
	char clock[WALL_TEXT_SIZE];
	int64_t number;
	const char *key = json_key(fact);
	if (json_is_string(fact))
		styled_field(page, 16, key, ROLE_TEXT, json_string(fact));
	else if (json_is_bool(fact))
		styled_field(page, 16, key, ROLE_TEXT, json_bool(fact, false) ? "yes" : "no");
	else if (json_int(fact, &number) && number > 1000000000000)
		styled_field(page, 16, key, ROLE_TEXT, wall_format_iso((WallTime) { number }, clock));
	else if (json_int(fact, &number)) {
		snprintf(clock, sizeof(clock), "%lld", (long long) number);
		styled_field(page, 16, key, ROLE_TEXT, clock);
	} else if (json_is_array(fact)) {
		JSON_EACH(item, fact)
			styled_field(page, 16, item == json_first(fact) ? key : "", ROLE_TEXT, json_string(item) ? json_string(item) : "");
	}
}

static void write_last_known(Styled *page, const Reading *reading, WallTime now)
{
	char span[SPAN_TEXT_SIZE], line[400];
	if (!wall_known(reading->last_time) || reading->state != READING_UNKNOWN)
		return;
	snprintf(line, sizeof(line), "%s %s ago: %.300s", reading_state_name(reading->last_state),
		span_format(now.ms - reading->last_time.ms, span), reading->last_text ? reading->last_text : "");
	styled_field(page, 16, "last known", ROLE_TEXT, line);
}

static void write_details(const BoardState *state, const Reading *reading, Styled *page)
{
	WallTime now = state->context->wall;
	const char *why;
	ReadingState judged = standing_judge(&state->standing, state->context, reading, &why);
	char span[SPAN_TEXT_SIZE], clock[WALL_TEXT_SIZE], line[200];
	styled_printf(page, ROLE_HEADING, "%s\n\n", reading->name);
	styled_field(page, 16, "state", LOOKS[judged].role, reading_state_name(judged));
	styled_field(page, 16, "answer", ROLE_TEXT, reading->text ? reading->text : "-");
	if (why)
		styled_field(page, 16, "because", ROLE_NOTICE, why);
	if (reading->reason)
		styled_field(page, 16, why ? "" : "because", ROLE_NOTICE, reading->reason);
	write_last_known(page, reading, now);
	bool outside = reading->system && *reading->system;
	snprintf(line, sizeof(line), "%s%s%s", reading->probe ? reading->probe : "?", outside ? " of system " : ", by itself", outside ? reading->system : "");
	styled_field(page, 16, "asked", ROLE_TEXT, line);
	snprintf(line, sizeof(line), "%s, took %lld ms", wall_format_clock(reading->taken, now, clock), (long long) reading->elapsed_ms);
	styled_field(page, 16, "when", ROLE_TEXT, line);
	if (reading->budget_ms) {
		snprintf(line, sizeof(line), "%s, then it is stale", span_format(reading->budget_ms, span));
		styled_field(page, 16, "good for", ROLE_TEXT, line);
	}
	if (reading->by_name)
		styled_field(page, 16, "depends on", ROLE_NOTICE, "DNS: it was found by name");
	const Json *facts = reading->facts ? reading->facts : reading->last_facts;
	if (json_first(facts))
		styled_add(page, ROLE_MUTED, "\nWhat it tells\n");
	JSON_EACH(fact, facts)
		write_fact(page, fact);
}

/* ---- the verdict ---- */

static const struct { const char *word; Role role; } ANSWERS[] = {
	[ANSWER_CANNOT_TELL] = { "CANNOT TELL", ROLE_UNKNOWN }, [ANSWER_YES] = { "YES", ROLE_OK }, [ANSWER_NO] = { "NO", ROLE_FAIL },
};

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
	int unseen = count_of(state->context, READING_UNKNOWN);
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

/* Rows below the list, its rule included. A small screen has room for the question and for the first of its lines, whole. */
static int verdict_rows(const BoardState *state, Rect rect)
{
	VerdictLine lines[2];
	if (!state->standing.has_verdict)
		return 0;
	if (!state->context->small)
		return state->standing.damaged ? 7 : 4;
	if (!state->standing.damaged)
		return 0;
	verdict_lines(state, lines);
	const char *first = *lines[0].text ? lines[0].text : lines[1].text;
	return 2 + wrap_count(str_from(first), indented(state, rect).width);
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
	int x = canvas_text(canvas, rect, rect.x + 1, y + 1, ROLE_MUTED, walked ? "Being walked:" : "Fits this board:");
	x = canvas_text_fit(canvas, rect, x + 2, y + 1, rect.width - (x - rect.x) - 20, ROLE_LINK, walked ? walked->procedure_title : procedure->title);
	canvas_text(canvas, rect, x + 2, y + 1, ROLE_MUTED, walked ? "3 goes there" : "p opens");
}

static void render(void *data, const ViewContext *context, Canvas *canvas, Rect rect)
{
	BoardState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	const char *not_yet = view_not_yet(context);
	size_t index;
	if (not_yet && !context->model->reading_count) {
		canvas_paragraph(canvas, rect_inset(rect, 1, 1), 0, ROLE_MUTED, not_yet);
		return;
	}
	if (state->details && list_selected(&state->list, &source, &index)) {
		styled_reset(&state->page);
		write_details(state, reading_at(state, index), &state->page);
		pager_render(&state->pager, &state->page, canvas, rect_inset(rect, 1, 0));
		return;
	}
	int below = verdict_rows(state, rect);
	int rows = (int) source.count + 1 < rect.height - below ? (int) source.count + 1 : rect.height - below;
	Rect top = { rect.x, rect.y, rect.width, rows > 1 ? rows : rect.height };
	list_render(&state->list, &source, canvas, top);
	if (!below || rows <= 1)
		return;
	canvas_horizontal(canvas, rect, rect.x, rect.y + rows, rect.width, ROLE_BORDER);
	Rect bottom = { rect.x, rect.y + rows + 1, rect.width, rect.height - rows - 1 };
	int y = draw_verdict(state, canvas, bottom);
	draw_next(state, canvas, bottom, y);
}

/* ---- in words ---- */

static void rows(void *data, ViewContext *context, ViewRowsUse *use, void *userdata)
{
	BoardState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	use(&state->list, &source, userdata);
}

static void choose(void *data, ViewContext *context, const char *id)
{
	BoardState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	list_select(&state->list, &source, id);
}

static bool page(void *data, ViewContext *context, Styled *out)
{
	BoardState *state = data;
	size_t index;
	state->context = context;
	ListSource source = source_of(state);
	const PlaybookEntry *entry;
	const PlaybookProcedure *procedure;
	const Run *walked = standing_walked(context);
	if (state->details && list_selected(&state->list, &source, &index)) {
		write_details(state, reading_at(state, index), out);
		return true;
	}
	if (state->standing.has_verdict && !state->standing.damaged)
		styled_printf(out, ROLE_TEXT, "%s\n", no_damage(state));
	else if (state->standing.has_verdict)
		styled_printf(out, ROLE_TEXT, "%s %s\n%s%s%s%s", QUESTION, ANSWERS[state->standing.verdict.answer].word, state->standing.verdict.reason,
			*state->standing.verdict.reason ? "\n" : "", state->standing.verdict.warning, *state->standing.verdict.warning ? "\n" : "");
	if (walked)
		styled_printf(out, ROLE_TEXT, "Being walked: %s. walk shows it.\n", walked->procedure_title);
	else if (standing_fitting(&state->standing, context, &entry, &procedure))
		styled_printf(out, ROLE_TEXT, "Fits this board: %s. playbooks shows it.\n", procedure->title);
	return false;
}

/* ---- commands ---- */

static Outcome on_command(void *data, ViewContext *context, CommandId id)
{
	BoardState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	size_t index;
	if (id == COMMAND_REFRESH) {
		view_ask(context, ASK_REFRESH, NULL, "Looking again");
		return OUTCOME_DONE;
	}
	if (state->details && (id == COMMAND_BACK || id == COMMAND_DETAILS)) {
		state->details = false;
		return OUTCOME_DONE;
	}
	if (id == COMMAND_DETAILS || id == COMMAND_OPEN) {
		state->details = list_selected(&state->list, &source, &index);
		state->pager = (Pager) { 0 };
		return OUTCOME_DONE;
	}
	if (state->details)
		return pager_command(&state->pager, &state->page, id) ? OUTCOME_DONE : OUTCOME_IGNORED;
	return list_command(&state->list, &source, id) ? OUTCOME_DONE : OUTCOME_IGNORED;
}

static void filter(void *data, ViewContext *context, const char *text)
{
	BoardState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	list_filter(&state->list, &source, text);
}

static void hint(void *data, const ViewContext *context, char text[static VIEW_HINT_SIZE])
{
	BoardState *state = data;
	size_t index;
	state->context = context;
	ListSource source = source_of(state);
	if (!context->model->reading_count || !list_selected(&state->list, &source, &index))
		return;
	const Reading *reading = reading_at(state, index);
	const char *why;
	(void) standing_judge(&state->standing, context, reading, &why);   /* its reason is what counts here */
	if (why || reading->reason)
		snprintf(text, VIEW_HINT_SIZE, "%.60s   %.130s", reading->name, why ? why : reading->reason);
}

static void tab(void *data, const ViewContext *context, Tab *ret)
{
	(void) data;
	ret->count = count_of(context, READING_FAIL);
}

/* A small screen shows only some of the rows: what is red, and what is not known, is told all the same. */
static void brief(void *data, const ViewContext *context, char left[static VIEW_HINT_SIZE], char right[static 32])
{
	(void) data;
	(void) left;
	int fail = count_of(context, READING_FAIL), unknown = count_of(context, READING_UNKNOWN);
	char text[64] = "";
	if (fail)
		snprintf(text, sizeof(text), "%d fail%s", fail, unknown ? "  " : "");
	if (unknown)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d unknown", unknown);
	snprintf(right, 32, "%.31s", text);
}

static const char *reason(void *data, const ViewContext *context, CommandId id)
{
	const BoardState *state = data;
	if (id == COMMAND_OPEN && state->details)
		return "it is open; Esc goes back";
	if ((id == COMMAND_OPEN || id == COMMAND_DETAILS) && !context->model->reading_count)
		return "there is no reading yet";
	if (id == COMMAND_BACK && !state->details && !state->list.filter[0] && !context->shell->history_count)
		return "this is the first screen; q leaves";
	return NULL;
}

/* Ages change although no news comes: coarse enough that an idle screen stays quiet. */
static int64_t wake_ms(void *data, const ViewContext *context)
{
	(void) data;
	return context->model->reading_count ? 10000 : 0;
}

static void close_board(void *data)
{
	BoardState *state = data;
	list_clear(&state->list);
	styled_clear(&state->page);
}

const View VIEW_BOARD = {
	.name = "board",
	.title = "Board",
	.command = COMMAND_SCREEN_BOARD,
	.contexts = { CONTEXT_BOARD, CONTEXT_LIST, CONTEXT_PAGER },
	.state_size = sizeof(BoardState),
	.close = close_board,
	.update = update,
	.render = render,
	.on_command = on_command,
	.reason = reason,
	.filter = filter,
	.hint = hint,
	.tab = tab,
	.brief = brief,
	.wake_ms = wake_ms,
	.rows = rows,
	.choose = choose,
	.page = page,
};
