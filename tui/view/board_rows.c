/* board_rows.c: one reading a row: its state in a word and a sign, its name, its answer and its age. */
#include <stdio.h>
#include "core/health/health.h"
#include "tui/view/board_view.h"
#include "tui/widget/wrap.h"

/* Columns of a row: sign and state word, name, then the answer, and the age at the right. */
enum { STATE_COLUMN = 1, NAME_COLUMN = 10, NAME_WIDTH = 17, SMALL_NAME_COLUMN = 8, SMALL_NAME_WIDTH = 12, SMALL_INDENT = 2 };

const Reading *board_reading(const BoardState *state, size_t index) { return &state->context->model->readings[index]; }

ReadingState board_judged(const BoardState *state, size_t index)
{
	const char *why;
	return standing_judge(&state->standing, state->context, board_reading(state, index), &why);
}

static const char *row_id(size_t index, void *userdata) { return board_reading(userdata, index)->name; }

static const char *row_text(size_t index, void *userdata)
{
	BoardState *state = userdata;
	const Reading *reading = board_reading(state, index);
	snprintf(state->text, sizeof(state->text), "%.80s %.12s %.180s", reading->name, reading_state_name(reading->state),
		reading->text ? reading->text : "");
	return state->text;
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

/* Where the answer stands: right of the name, left of the age. */
static int answer_columns(const BoardState *state, int columns, const char *age)
{
	bool small = state->context->small;
	return columns - (small ? SMALL_NAME_COLUMN + SMALL_NAME_WIDTH : NAME_COLUMN + NAME_WIDTH) - 3 - canvas_text_width(age);
}

static void draw_row(Canvas *canvas, Rect rect, size_t index, void *userdata)
{
	const BoardState *state = userdata;
	const Reading *reading = board_reading(state, index);
	ReadingState judged = board_judged(state, index);
	ReadingLook look = READING_LOOKS[judged];
	bool small = state->context->small;
	char age[READING_AGE_SIZE], text[ANSWER_SIZE];
	reading_age(reading, state->context->wall, state->context->small, age);
	int x = rect.x + (small ? 0 : STATE_COLUMN);
	canvas_glyph(canvas, rect, x, rect.y, look.role, look.glyph);
	canvas_text(canvas, rect, x + 2, rect.y, look.role, look.word);
	x = rect.x + (small ? SMALL_NAME_COLUMN : NAME_COLUMN);
	int name_width = small ? SMALL_NAME_WIDTH : NAME_WIDTH, room = answer_columns(state, rect.width, age);
	canvas_text_fit(canvas, rect, x, rect.y, name_width, ROLE_TEXT, reading->name);
	canvas_text_right(canvas, rect, rect.x + rect.width - 1, rect.y, ROLE_MUTED, age);
	answer_words(reading, judged, state->context->wall, room, text);
	canvas_text_fit(canvas, rect, x + name_width + 1, rect.y, room, ROLE_TEXT, text);
}

static void say_row(size_t index, void *userdata, Buf *out)
{
	const BoardState *state = userdata;
	const Reading *reading = board_reading(state, index);
	ReadingState judged = board_judged(state, index);
	char age[READING_AGE_SIZE], text[ANSWER_SIZE];
	reading_age(reading, state->context->wall, state->context->small, age);
	answer_words(reading, judged, state->context->wall, ANSWER_WHOLE, text);
	buf_printf(out, "%s: %s: %s%s(%s)", reading_state_name(judged), reading->name, text, *text ? " " : "", age);
}

ListSource board_source(BoardState *state)
{
	return (ListSource) { .count = state->context->model->reading_count, .id = row_id, .render = draw_row, .text = row_text,
		.say = say_row, .userdata = state, .empty = "This environment asks nothing yet. List its \"probes\" in its file: each is a question that is asked again "
		"and again, such as how old the newest backup is." };
}

/* ---- the selected one, whole ---- */

#define ANSWER_ROWS 2

/* False: it has no answer, or its row shows all of it. */
static bool read_cut_answer(BoardState *state, int columns, char text[static ANSWER_SIZE])
{
	ListSource source = board_source(state);
	size_t index;
	char age[READING_AGE_SIZE];
	if (!state->context->small || !list_selected(&state->list, &source, &index))
		return false;
	const Reading *reading = board_reading(state, index);
	reading_age(reading, state->context->wall, state->context->small, age);
	answer_words(reading, board_judged(state, index), state->context->wall, ANSWER_WHOLE, text);
	return canvas_text_width(text) > answer_columns(state, columns, age) || canvas_text_width(reading->name) > SMALL_NAME_WIDTH;
}

int board_answer_rows(BoardState *state, int columns)
{
	char text[ANSWER_SIZE];
	if (!read_cut_answer(state, columns, text))
		return 0;
	int rows = wrap_count(str_from(text), columns - SMALL_INDENT);
	return rows > ANSWER_ROWS ? ANSWER_ROWS : rows;
}

void board_draw_answer(BoardState *state, Canvas *canvas, Rect rect)
{
	char text[ANSWER_SIZE];
	if (read_cut_answer(state, rect.width, text))
		canvas_paragraph(canvas, (Rect) { rect.x + SMALL_INDENT, rect.y, rect.width - SMALL_INDENT, rect.height }, 0, ROLE_MUTED, text);
}
