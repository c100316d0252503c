/* bar.c: the two rows that are always there: where we are, whether it is real, how long it takes already, who is here; and the tabs. */
#include <stdio.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/base/zone.h"
#include "tui/view/shell.h"
#include "tui/view/standing.h"

#define SEGMENT_SIZE 96
#define NAME_LEAST 6   /* columns below which a name tells nothing */
#define SEGMENTS_MAX 12

typedef struct Segment { char text[SEGMENT_SIZE]; Role role; int rank; bool dropped; } Segment;   /* the highest rank is dropped first */
typedef struct Segments { Segment items[SEGMENTS_MAX]; size_t count; } Segments;

static Segment *add(Segments *segments, int rank, Role role, const char *text)
{
	Segment *segment = &segments->items[segments->count++];
	*segment = (Segment) { .role = role, .rank = rank };
	snprintf(segment->text, sizeof(segment->text), "%s", text);
	return segment;
}

static void add_time(Segments *segments, const Incident *incident, WallTime now)
{
	bool ended = incident->phase == INCIDENT_ENDED;
	int64_t elapsed = incident_elapsed_ms(incident, now);
	char clock[SPAN_TEXT_SIZE], span[SPAN_TEXT_SIZE], text[SEGMENT_SIZE];
	span_format_clock(elapsed, clock);
	bool late = incident->objective_ms > 0 && elapsed > incident->objective_ms;
	snprintf(text, sizeof(text), "%sT+%s", ended ? "ended " : "", clock);
	add(segments, 0, late && !ended ? ROLE_FAIL : ROLE_BAR, text);
	if (incident->objective_ms > 0) {
		snprintf(text, sizeof(text), "of %s%s", span_format_exact(incident->objective_ms, span), late ? " LATE" : "");
		add(segments, late ? 1 : 5, late ? ROLE_FAIL : ROLE_BAR, text);
	}
}

/* "03:04Z 04:04 BST": for whoever does not live in UTC, in which everything here is told. Each console by its own TZ. */
static void add_clock(Segments *segments, WallTime now)
{
	char utc[WALL_TEXT_SIZE], local[ZONE_TEXT_SIZE], text[SEGMENT_SIZE];
	if (zone_offset_minutes(NULL, now) == 0)
		return;
	/* Which day it is for them they know. */
	snprintf(text, sizeof(text), "%s %.40s", wall_format_hm(now, now, utc), zone_format_local(NULL, now, local));
	add(segments, 2, ROLE_BAR, text);
}

/* One person with two consoles is one. */
static size_t count_persons(const ClientModel *model)
{
	size_t count = 0;
	for (size_t i = 0; i < model->people_count; i++) {
		bool again = false;
		for (size_t k = 0; k < i; k++)
			again |= text_eq(model->people[k].who, model->people[i].who);
		count += !again;
	}
	return count;
}

/* Whoever is deep in a step must see it run out too. */
static void add_countdown(Shell *shell, Segments *segments)
{
	ViewContext context = shell_context(shell, shell->shown, NULL);
	Standing standing;
	char text[48];
	standing_read(&context, &standing);
	if (!context.small && standing_countdown(&standing, &context, false, text))
		add(segments, 1, ROLE_FAIL, text);
}

static void collect(Shell *shell, bool small, Segments *segments)
{
	const ClientModel *model = shell_model(shell);
	const Incident *incident = model->incident;
	char text[SEGMENT_SIZE];
	bool drill = shell->was_connected ? model->drill : shell->settings->drill;
	if (!small)
		add(segments, 7, ROLE_BAR, "breakglass");
	add(segments, 0, ROLE_BAR, shell->settings->environment_name);
	if (drill)
		add(segments, 0, ROLE_BAR_DRILL, "DRILL");
	else if (incident)
		add(segments, 0, ROLE_BAR_REAL, "REAL");
	if (!shell->was_connected)
		return;
	/* Never dropped: everybody sees it until the missing role has countersigned. */
	if (incident && incident_overrides(incident))
		add(segments, 0, ROLE_FAIL, "SIGNED ALONE");
	if (incident)
		add_time(segments, incident, wall_now());
	else
		add(segments, 2, ROLE_BAR, "no incident");
	add_countdown(shell, segments);
	add_clock(segments, wall_now());
	if (incident && incident->commander && *incident->commander) {
		snprintf(text, sizeof(text), "cmd %s", incident->commander);
		add(segments, 3, ROLE_BAR, text);
	}
	/* A small screen has no row for who one is: but it tells when that is not the login. */
	if (small && badge_wants_touch(shell)) {
		add(segments, 2, ROLE_WARN, "touch your key");
	} else if (small && model->login) {
		snprintf(text, sizeof(text), "%s%s", badge_is_over(model, mono_now()) ? "badge ran out: " : "as ", model->who);
		add(segments, 2, ROLE_WARN, text);
	}
	if (model->connected && model->people_count) {
		snprintf(text, sizeof(text), "%zu here", count_persons(model));
		add(segments, 4, ROLE_BAR, text);
	}
}

static int width_of(const Segments *segments)
{
	int width = 1;
	for (size_t i = 0; i < segments->count; i++)
		if (!segments->items[i].dropped)
			width += canvas_text_width(segments->items[i].text) + 2;
	return width - 1;
}

static bool drop_one(Segments *segments)
{
	Segment *worst = NULL;
	for (size_t i = 0; i < segments->count; i++) {
		Segment *segment = &segments->items[i];
		if (!segment->dropped && segment->rank > 0 && (!worst || segment->rank > worst->rank))
			worst = segment;
	}
	if (worst)
		worst->dropped = true;
	return worst != NULL;
}

static void render_first(Shell *shell, Canvas *canvas, Rect row, bool small)
{
	Segments segments = { 0 };
	collect(shell, small, &segments);
	while (width_of(&segments) > row.width && drop_one(&segments))
		continue;
	canvas_fill(canvas, row, ROLE_BAR);
	/* The name of the environment gives way last, to what says whether this is real and how late it is. */
	int over = width_of(&segments) - row.width;
	int x = row.x + 1;
	for (size_t i = 0; i < segments.count; i++) {
		const Segment *segment = &segments.items[i];
		if (segment->dropped)
			continue;
		int width = canvas_text_width(segment->text);
		if (over > 0 && text_eq(segment->text, shell->settings->environment_name))
			width = width > over + 3 ? width - over : 3;
		x = canvas_text_fit(canvas, row, x, row.y, width, segment->role, segment->text) + 2;
	}
}

/* "you: eng-oncall/E": the roles by their first letters. Gives way to the tabs: first "you:", then the end of the name. */
static void your_name(const Shell *shell, int room, char *text, size_t size)
{
	const ClientModel *model = shell_model(shell);
	if (badge_wants_touch(shell)) {
		snprintf(text, size, "touch your key ");
		return;
	}
	AUTO_CLEAR(Buf) roles = { 0 };
	for (size_t i = 0; i < model->roles.count; i++) {
		char letter = *model->roles.items[i];
		buf_putc(&roles, letter >= 'a' && letter <= 'z' ? (char) (letter - 'a' + 'A') : letter);
	}
	const char *label = !model->login ? "you: " : badge_is_over(model, mono_now()) ? "badge ran out: " : "badge: ";
	snprintf(text, size, "%s%s%s%s ", label, model->who ? model->who : "?", roles.len ? "/" : "", buf_text(&roles));
	if (canvas_text_width(text) <= room)
		return;
	memmove(text, text + strlen(label), strlen(text + strlen(label)) + 1);
	size_t width, fits = text_fit(str_from(text), room > 0 ? (size_t) room : 0, &width);
	text[room < NAME_LEAST ? 0 : fits] = '\0';
}

/* The digit that shows a screen, which works on every one; '\0' when it was given another key. */
static char key_of(const Shell *shell, CommandId id)
{
	for (size_t i = 0; i < shell->keymap.count; i++) {
		const KeyBinding *binding = &shell->keymap.bindings[i];
		if (binding->command == id && !binding->key.modifiers && binding->key.code_point >= '0' && binding->key.code_point <= '9')
			return (char) binding->key.code_point;
	}
	return '\0';
}

#define TABS_MAX 16
static void render_tabs(Shell *shell, Canvas *canvas, Rect row)
{
	const ClientModel *model = shell_model(shell);
	Tab tabs[TABS_MAX] = { 0 };
	char marked[TABS_MAX][40], you[128];
	size_t count = 0, active = 0;
	for (size_t i = 0; i < view_count() && count < TABS_MAX; i++) {
		if (i != shell->shown && shell_hides_tab(shell, i))
			continue;
		ViewContext context = shell_context(shell, i, NULL);
		Tab *tab = &tabs[count];
		tab->title = VIEWS[i]->title;
		tab->key = key_of(shell, VIEWS[i]->command);
		if (VIEWS[i]->tab)
			VIEWS[i]->tab(shell->states[i], &context, tab);
		if (tab->urgent && tab->count == 0) {
			snprintf(marked[count], sizeof(marked[count]), "%s!", tab->title);
			tab->title = marked[count];
		}
		if (i == shell->shown)
			active = count;
		count++;
	}
	canvas_fill(canvas, row, ROLE_TAB);
	Rect room = row;
	rect_cut_left(&room, 1);
	*you = '\0';
	if (model->who)
		your_name(shell, room.width - tabs_least_width(tabs, count, active), you, sizeof(you));
	int whole = room.width, beside = canvas_text_width(you);
	/* Who one is matters more than roomy tabs, but not more than the tabs. */
	room.width = whole - beside > whole / 2 ? whole - beside : whole;
	int x = tabs_render(canvas, room, tabs, count, active);
	if (row.x + row.width - beside >= x)
		canvas_text_right(canvas, row, row.x + row.width, row.y, ROLE_TAB, you);
}

static void render_brief(Shell *shell, Canvas *canvas, Rect row)
{
	const View *view = VIEWS[shell->shown];
	char left[VIEW_HINT_SIZE] = "", right[32] = "", countdown[48];
	Standing standing;
	ViewContext context = shell_context(shell, shell->shown, NULL);
	if (view->brief)
		view->brief(shell->states[shell->shown], &context, left, right);
	int from = canvas_text_right(canvas, row, row.x + row.width - 1, row.y, ROLE_TAB, right);
	/* Its own row has no room for the countdown; the board says it in its verdict. */
	standing_read(&context, &standing);
	if (view != &VIEW_BOARD && standing_countdown(&standing, &context, true, countdown))
		from = canvas_text_right(canvas, row, from - (*right ? 2 : 0), row.y, ROLE_FAIL, countdown);
	canvas_text_fit(canvas, row, row.x + 1, row.y, from - row.x - 2, ROLE_TAB_ACTIVE, *left ? left : view->title);
}

void bar_render(Shell *shell, Canvas *canvas, Rect rect)
{
	ViewContext context = shell_context(shell, shell->shown, NULL);
	render_first(shell, canvas, rect_cut_top(&rect, 1), context.small);
	Rect second = rect_cut_top(&rect, 1);
	if (context.small)
		render_brief(shell, canvas, second);
	else
		render_tabs(shell, canvas, second);
}
