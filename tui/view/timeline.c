/* timeline.c: the record of the incident as it was written, newest last, with one record in full on request. */
#include <stdio.h>
#include <string.h>
#include "core/base/zone.h"
#include "tui/view/view.h"
#include "tui/widget/list.h"

typedef struct TimelineState {
	List list;
	const ViewContext *context;
	bool stay;              /* a person has gone back: new records do not move the selection */
	bool details;
	bool dated;             /* something happened on another day than today: every row has room for its day */
	int local;              /* columns of the reader's own clock beside UTC; 0 = it is UTC */
	size_t seen;
	Styled page;
	char id[24];
	char text[400];
} TimelineState;

static const TimelineEntry *entry_at(const TimelineState *state, size_t index) { return &state->context->model->timeline[index]; }

static const char *row_id(size_t index, void *userdata)
{
	TimelineState *state = userdata;
	snprintf(state->id, sizeof(state->id), "%lld", (long long) entry_at(state, index)->seq);
	return state->id;
}

static const char *row_text(size_t index, void *userdata)
{
	TimelineState *state = userdata;
	const TimelineEntry *entry = entry_at(state, index);
	snprintf(state->text, sizeof(state->text), "%.40s %.350s", entry->who, entry->text);
	return state->text;
}

static Role role_of(EventType type)
{
	static const Role ROLES[EVENT_TYPE_COUNT] = {
		[EVENT_ACTION_LOST] = ROLE_DOUBT, [EVENT_SIGNOFF_GIVEN] = ROLE_HEADING, [EVENT_ACTION_STARTED] = ROLE_RUNNING,
		[EVENT_READING_CHANGED] = ROLE_MUTED, [EVENT_ENGINE_STARTED] = ROLE_MUTED, [EVENT_JOURNAL_HELD] = ROLE_WARN, [EVENT_INCIDENT_DECLARED] = ROLE_HEADING,
		[EVENT_GATE_ASKED] = ROLE_WAITING, [EVENT_NOTE_ADDED] = ROLE_NOTICE,
	};
	return type < EVENT_TYPE_COUNT && ROLES[type] ? ROLES[type] : ROLE_TEXT;
}

/* From this width on the seconds keep their place beside the reader's own clock. */
#define SECONDS_COLUMNS 100
#define CLOCK_COLUMNS 5   /* "23:51": on a small screen, whose second row tells the zone */

/* "22:51:07Z"; among records of several days the others carry theirs, on a small screen instead of the seconds. The reader's own clock stands beside it,
 * "22:51Z 23:51 BST": which day that is for them they know, and the page of the record tells. */
static int draw_time(const TimelineState *state, Canvas *canvas, Rect rect, const TimelineEntry *entry)
{
	WallTime now = state->context->wall;
	char clock[WALL_TEXT_SIZE], day[WALL_TEXT_SIZE], local[ZONE_TEXT_SIZE];
	bool today = wall_same_day(entry->time, now), small = state->context->small;
	bool seconds = !state->local || rect.width >= SECONDS_COLUMNS;
	int x = rect.x + 1, width = seconds ? 10 : 7, columns = !state->dated ? width : small ? 14 : width + 7;
	if (!today && small)
		canvas_text_fit(canvas, rect, x, rect.y, columns - 1, ROLE_MUTED, wall_format_dated(entry->time, now, clock));
	else
		canvas_text(canvas, rect, x + columns - width, rect.y, ROLE_MUTED, (seconds ? wall_format_clock : wall_format_hm)(entry->time, entry->time, clock));
	if (!today && !small)
		canvas_text_fit(canvas, rect, x, rect.y, columns - width - 1, ROLE_MUTED, wall_format_day(entry->time, now, day));
	if (state->local) {
		int room = small ? CLOCK_COLUMNS : state->local;
		(void) zone_format_local(NULL, entry->time, local);
		local[small ? CLOCK_COLUMNS : ZONE_TEXT_SIZE - 1] = '\0';
		canvas_text_fit(canvas, rect, x + columns, rect.y, room, ROLE_TEXT, local);
		columns += room + 1;
	}
	return x + columns;
}

static int local_width(WallTime time)
{
	char local[ZONE_TEXT_SIZE];
	return canvas_text_width(zone_format_local(NULL, time, local));
}

/* From the oldest record to now: the clocks may have changed in between. */
static int local_columns(const TimelineState *state)
{
	WallTime now = state->context->wall, first = state->context->model->timeline_count ? entry_at(state, 0)->time : now;
	if (!zone_offset_minutes(NULL, now) && (!wall_known(first) || !zone_offset_minutes(NULL, first)))
		return 0;
	int at_first = wall_known(first) ? local_width(first) : 0, at_now = local_width(now);
	return at_first > at_now ? at_first : at_now;
}

#define HELD "not on disk: "

static void draw_row(Canvas *canvas, Rect rect, size_t index, void *userdata)
{
	const TimelineState *state = userdata;
	const TimelineEntry *entry = entry_at(state, index);
	int x = draw_time(state, canvas, rect, entry);
	if (!state->context->small) {
		canvas_text_fit(canvas, rect, x, rect.y, 13, text_eq(entry->who, "engine") ? ROLE_MUTED : ROLE_TEXT, entry->who);
		x += 14;
	}
	if (client_is_held(state->context->model, entry->seq))
		x = canvas_text_fit(canvas, rect, x, rect.y, rect.x + rect.width - x - 1, ROLE_FAIL, HELD);
	canvas_text_fit(canvas, rect, x, rect.y, rect.x + rect.width - x - 1, role_of(entry->type), entry->text);
}

static void say_row(size_t index, void *userdata, Buf *out)
{
	const TimelineState *state = userdata;
	const TimelineEntry *entry = entry_at(state, index);
	char clock[ZONE_BOTH_SIZE];
	buf_printf(out, "%s %s: %s%s", zone_clock(entry->time, state->context->wall, clock), entry->who,
		client_is_held(state->context->model, entry->seq) ? HELD : "", entry->text);
}

static ListSource source_of(TimelineState *state)
{
	return (ListSource) { .count = state->context->model->timeline_count, .id = row_id, .render = draw_row, .text = row_text,
		.say = say_row, .number = row_id, .newest_last = true, .userdata = state, .empty = "Nothing is recorded yet: no incident is open (breakglass incidents lists past ones). D declares one; from then on everything that is done or seen "
		"stands here, and can be checked by a stranger." };
}

static void update(void *data, ViewContext *context)
{
	TimelineState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	list_update(&state->list, &source);
	state->dated = context->model->timeline_count && !wall_same_day(entry_at(state, 0)->time, context->wall);
	state->local = local_columns(state);
	if (context->model->timeline_count != state->seen && !state->stay)
		(void) list_command(&state->list, &source, COMMAND_LAST);   /* nothing to go to when there is no row */
	state->seen = context->model->timeline_count;
}

static void write_details(const TimelineEntry *entry, Styled *page)
{
	char iso[ZONE_BOTH_SIZE], line[200], span[SPAN_TEXT_SIZE];
	snprintf(line, sizeof(line), "Record %lld: %s\n\n", (long long) entry->seq, event_type_label(entry->type));
	styled_add(page, ROLE_HEADING, line);
	styled_field(page, 10, "time", ROLE_TEXT, zone_iso(entry->time, iso));
	snprintf(line, sizeof(line), "T+%s, by a clock that no one can set", span_format_clock(entry->mono_ms, span));
	styled_field(page, 10, "", ROLE_MUTED, line);
	snprintf(line, sizeof(line), "%.120s (known by %.40s)", entry->who, entry->how);
	styled_field(page, 10, "who", ROLE_TEXT, line);
	styled_field(page, 10, "type", ROLE_TEXT, event_type_name(entry->type));
	styled_newline(page);
	styled_add(page, ROLE_TEXT, entry->text);
}

static void render(void *data, const ViewContext *context, Canvas *canvas, Rect rect)
{
	TimelineState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	size_t index;
	const char *not_yet = view_not_yet(context);
	if (not_yet && !context->model->timeline_count)
		canvas_paragraph(canvas, rect_inset(rect, 1, 1), 0, ROLE_MUTED, not_yet);
	else if (state->details && list_selected(&state->list, &source, &index)) {
		styled_reset(&state->page);
		write_details(entry_at(state, index), &state->page);
		(void) styled_render(&state->page, canvas, rect_inset(rect, 1, 0), 0, NULL);
	} else
		list_render(&state->list, &source, canvas, rect);
}

static bool is_last(TimelineState *state, const ListSource *source)
{
	size_t index;
	return !list_selected(&state->list, source, &index) || index + 1 == source->count;
}

static Outcome on_command(void *data, ViewContext *context, CommandId id)
{
	TimelineState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	size_t index;
	if (state->details && (id == COMMAND_BACK || id == COMMAND_DETAILS)) {
		state->details = false;
		return OUTCOME_DONE;
	}
	if (id == COMMAND_DETAILS || id == COMMAND_OPEN) {
		state->details = list_selected(&state->list, &source, &index);
		return OUTCOME_DONE;
	}
	if (id == COMMAND_FOLLOW) {
		state->stay = !state->stay;
		if (!state->stay)
			(void) list_command(&state->list, &source, COMMAND_LAST);   /* nothing to go to when there is no row */
		view_say(context, ROLE_TOAST, state->stay ? "New records no longer move the list" : "The newest record stays in sight");
		return OUTCOME_DONE;
	}
	if (!list_command(&state->list, &source, id))
		return OUTCOME_IGNORED;
	state->stay = !is_last(state, &source);
	return OUTCOME_DONE;
}

static const char *reason(void *data, const ViewContext *context, CommandId id)
{
	const TimelineState *state = data;
	if (id == COMMAND_OPEN && state->details)
		return "it is open; Esc goes back";
	if ((id == COMMAND_OPEN || id == COMMAND_DETAILS) && !context->model->timeline_count)
		return "nothing is recorded yet";
	return NULL;
}

static size_t first(void *data, const ViewContext *context, CommandId ret_ids[static VIEW_MAX_FIRST])
{
	const TimelineState *state = data;
	(void) context;
	ret_ids[0] = COMMAND_BACK;
	return state->details ? 1 : 0;
}

static const char *label(void *data, const ViewContext *context, CommandId id)
{
	const TimelineState *state = data;
	(void) context;
	if (id == COMMAND_OPEN)
		return state->details ? "" : "details";
	return id == COMMAND_DETAILS && !state->details ? "" : NULL;
}

static void filter(void *data, ViewContext *context, const char *text)
{
	TimelineState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	list_filter(&state->list, &source, text);
}

static void hint(void *data, const ViewContext *context, char text[static VIEW_HINT_SIZE])
{
	TimelineState *state = data;
	const Incident *incident = context->model->incident;
	if (incident)
		snprintf(text, VIEW_HINT_SIZE, "%lld records%s   check them: breakglass verify %.100s", (long long) incident->seq,
			state->stay ? ", not following (f)" : "", incident->id);
}

static void brief(void *data, const ViewContext *context, char left[static VIEW_HINT_SIZE], char right[static 32])
{
	const TimelineState *state = data;
	char zone[ZONE_TEXT_SIZE];
	snprintf(left, VIEW_HINT_SIZE, "Timeline");
	if (state->local)
		snprintf(right, 32, "%.31s", zone_format_offset(NULL, context->wall, zone));
}

/* ---- in words ---- */

static void rows(void *data, ViewContext *context, ViewRowsUse *use, void *userdata)
{
	TimelineState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	use(&state->list, &source, userdata);
}

static void choose(void *data, ViewContext *context, const char *id)
{
	TimelineState *state = data;
	state->context = context;
	ListSource source = source_of(state);
	list_select(&state->list, &source, id);
}

static bool page(void *data, ViewContext *context, Styled *out)
{
	TimelineState *state = data;
	size_t index;
	state->context = context;
	ListSource source = source_of(state);
	bool shown = state->details && list_selected(&state->list, &source, &index);
	if (shown)
		write_details(entry_at(state, index), out);
	return shown;
}

static void close_timeline(void *data)
{
	TimelineState *state = data;
	list_clear(&state->list);
	styled_clear(&state->page);
}

const View VIEW_TIMELINE = {
	.name = "timeline",
	.title = "Timeline",
	.command = COMMAND_SCREEN_TIMELINE,
	.contexts = { CONTEXT_TIMELINE, CONTEXT_LIST },
	.state_size = sizeof(TimelineState),
	.close = close_timeline,
	.update = update,
	.render = render,
	.on_command = on_command,
	.reason = reason,
	.first = first,
	.label = label,
	.filter = filter,
	.hint = hint,
	.brief = brief,
	.rows = rows,
	.choose = choose,
	.page = page,
};
