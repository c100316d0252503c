/* picture.c: the timeline as one picture: a lane for each phase of the runs with its actions as bars and its ticks, one for the
 * sign-offs, one for each thing that was broken open and each reading that changed. Inline SVG, coloured by the report's style. */
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/report/html_parts.h"
#include "core/report/html_text.h"

enum { WIDTH = 1000, LEFT = 196, RIGHT = 12, LANE = 26, TOP = 30, LABEL_CHARS = 27, PHASES_MAX = 14, READINGS_MAX = 8, OPEN_MAX = 10 };

typedef struct Picture {
	const Incident *incident;
	const Report *report;
	int64_t from, to;            /* ms since 1970 */
	int y;                       /* top of the next lane */
	Buf body;
} Picture;

static double x_of(const Picture *picture, int64_t time_ms)
{
	int64_t at = time_ms < picture->from ? picture->from : time_ms > picture->to ? picture->to : time_ms;
	return LEFT + (double) (WIDTH - LEFT - RIGHT) * (double) (at - picture->from) / (double) (picture->to - picture->from);
}

static void put_title(Picture *picture, const char *name, WallTime from, WallTime to, const char *state)
{
	char start[WALL_TEXT_SIZE], end[WALL_TEXT_SIZE];
	buf_puts(&picture->body, "<title>");
	html_text(&picture->body, name);
	buf_printf(&picture->body, ", %s", wall_format_dated(from, picture->incident->declared, start));
	if (wall_known(to))
		buf_printf(&picture->body, " to %s", wall_format_dated(to, picture->incident->declared, end));
	if (state) {
		buf_puts(&picture->body, ", ");
		html_text(&picture->body, state);
	}
	buf_puts(&picture->body, "</title>");
}

static void put_bar(Picture *picture, const char *kind, const char *name, WallTime from, WallTime to, const char *state)
{
	double left = x_of(picture, from.ms), right = x_of(picture, wall_known(to) ? to.ms : picture->to);
	double width = right - left < 3 ? 3 : right - left;
	if (left + width > WIDTH - RIGHT)
		left = WIDTH - RIGHT - width;
	buf_printf(&picture->body, "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\">", kind, left, picture->y + 6,
		width, LANE - 12);
	put_title(picture, name, from, to, state);
	buf_puts(&picture->body, "</rect>\n");
}

/* What a bar is, in words on it, where it is wide enough: colour alone says nothing. */
static void put_word(Picture *picture, const char *word, WallTime from, WallTime to)
{
	double left = x_of(picture, from.ms), right = x_of(picture, to.ms);
	if (right - left < 8.0 + 7.0 * (double) strlen(word))
		return;
	buf_printf(&picture->body, "<text class=\"inbar\" x=\"%.1f\" y=\"%d\">", left + 5, picture->y + 17);
	html_text(&picture->body, word);
	buf_puts(&picture->body, "</text>\n");
}

static void put_mark(Picture *picture, const char *kind, const char *mark, const char *name, WallTime at, const char *state)
{
	buf_printf(&picture->body, "<text class=\"%s\" x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s", kind, x_of(picture, at.ms),
		picture->y + 18, mark);
	put_title(picture, name, at, (WallTime) { 0 }, state);
	buf_puts(&picture->body, "</text>\n");
}

static void begin_lane(Picture *picture, const char *name)
{
	AUTO_FREE char *line = text_sanitised_line(name);
	size_t cut = 0;
	int chars = 0;
	while (line[cut] && chars < LABEL_CHARS) {
		cut++;
		while (((unsigned char) line[cut] & 0xC0) == 0x80)
			cut++;
		chars++;
	}
	bool longer = line[cut] != '\0';
	line[cut] = '\0';
	buf_printf(&picture->body, "<rect class=\"lane\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/><text x=\"0\" y=\"%d\">", LEFT,
		picture->y + 1, WIDTH - LEFT - RIGHT, LANE - 2, picture->y + 18);
	html_text(&picture->body, line);
	buf_printf(&picture->body, "%s</text>\n", longer ? "…" : "");
}

static void end_lane(Picture *picture) { picture->y += LANE; }

/* ---- phases: the actions of their steps as bars, what people did as ticks ---- */

static const char *phase_of(const Run *run, const IncidentStep *step)
{
	return step->phase && *step->phase ? step->phase : run->procedure_title;
}

static void put_phase(Picture *picture, const Run *run, const char *phase)
{
	const Incident *incident = picture->incident;
	for (size_t i = 0; i < incident->action_count; i++) {
		const IncidentAction *action = &incident->actions[i];
		if (&incident->runs[action->run] != run || !text_eq(phase_of(run, &run->steps[action->step]), phase))
			continue;
		const char *kind = html_action_kind(action->state);
		put_bar(picture, text_eq(kind, "good") ? "work" : kind, run->steps[action->step].title, action->started, action->finished,
			action_state_words(action->state));
	}
	for (size_t i = 0; i < run->step_count; i++) {
		const IncidentStep *step = &run->steps[i];
		if (!text_eq(phase_of(run, step), phase) || step->action_count || step->derived)
			continue;
		if (step->state == STEP_DONE)
			put_mark(picture, "good", "✓", step->title, step->changed, "done");
		else if (step->state == STEP_SKIPPED)
			put_mark(picture, "calm", "↷", step->title, step->changed, "left out");
	}
}

static bool phase_has_anything(const Run *run, const char *phase)
{
	for (size_t i = 0; i < run->step_count; i++) {
		const IncidentStep *step = &run->steps[i];
		if (text_eq(phase_of(run, step), phase) && step->state != STEP_TODO)
			return true;
	}
	return false;
}

static void put_phases(Picture *picture)
{
	int count = 0;
	for (size_t r = 0; r < picture->incident->run_count; r++) {
		const Run *run = &picture->incident->runs[r];
		AUTO_CLEAR(StrList) seen = { 0 };
		for (size_t i = 0; i < run->step_count && count < PHASES_MAX; i++) {
			const char *phase = phase_of(run, &run->steps[i]);
			if (strlist_has(&seen, phase) || !phase_has_anything(run, phase))
				continue;
			strlist_add(&seen, phase);
			begin_lane(picture, phase);
			put_phase(picture, run, phase);
			end_lane(picture);
			count++;
		}
	}
}

/* ---- sign-offs, what is open, readings ---- */

static void put_signoffs(Picture *picture)
{
	static const char *const marks[DECISION_COUNT] = { [DECISION_YES] = "◆", [DECISION_NO] = "✕", [DECISION_ESCALATE] = "▲",
		[DECISION_WITHDRAW] = "◇", [DECISION_ALONE] = "!", [DECISION_COUNTERSIGN] = "◆" };
	bool any = false;
	for (size_t r = 0; r < picture->incident->run_count; r++) {
		const Run *run = &picture->incident->runs[r];
		for (size_t g = 0; g < run->gate_count; g++) {
			for (size_t i = 0; i < run->gates[g].signoff_count; i++) {
				const Signoff *signoff = &run->gates[g].signoffs[i];
				AUTO_FREE char *state = bg_asprintf("%s: %s", signoff->role, decision_words(signoff->decision));
				if (!any)
					begin_lane(picture, "Sign-offs");
				any = true;
				put_mark(picture, html_decision_kind(signoff->decision), marks[signoff->decision], signoff->person, signoff->time, state);
			}
		}
	}
	if (any)
		end_lane(picture);
}

static void put_ledger(Picture *picture)
{
	for (size_t i = 0; i < picture->incident->ledger_count && i < OPEN_MAX; i++) {
		const LedgerItem *item = &picture->incident->ledger[i];
		AUTO_FREE char *name = bg_asprintf("open: %s", item->name);
		begin_lane(picture, name);
		put_bar(picture, "open", item->name, item->opened, item->open ? (WallTime) { 0 } : item->closed, item->open ? "still open" : "closed");
		end_lane(picture);
	}
}

static const char *reading_kind(const char *state)
{
	return text_eq(state, "ok") ? "good" : text_eq(state, "fail") ? "bad" : text_eq(state, "warn") ? "warn" : "calm";
}

static void put_reading(Picture *picture, size_t first)
{
	const ReportReading *readings = picture->report->readings;
	const char *name = readings[first].name, *state = readings[first].from;
	WallTime since = { picture->from };
	begin_lane(picture, name);
	for (size_t i = first; i < picture->report->reading_count; i++) {
		if (!text_eq(readings[i].name, name))
			continue;
		put_bar(picture, reading_kind(state), name, since, readings[i].time, state);
		put_word(picture, state, since, readings[i].time);
		since = readings[i].time;
		state = readings[i].to;
	}
	put_bar(picture, reading_kind(state), name, since, (WallTime) { picture->to }, state);
	put_word(picture, state, since, (WallTime) { picture->to });
	end_lane(picture);
}

static void put_readings(Picture *picture)
{
	AUTO_CLEAR(StrList) seen = { 0 };
	for (size_t i = 0; i < picture->report->reading_count && seen.count < READINGS_MAX; i++) {
		const char *name = picture->report->readings[i].name;
		if (strlist_has(&seen, name))
			continue;
		strlist_add(&seen, name);
		put_reading(picture, i);
	}
}

/* ---- the frame ---- */

/* The smallest of these that gives at most eight lines. */
static int64_t grid_step(int64_t span_ms)
{
	static const int64_t steps[] = { 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600, 43200, 86400 };
	for (size_t i = 0; i < BG_LENGTH(steps); i++) {
		if (span_ms / (steps[i] * 1000) <= 8)
			return steps[i] * 1000;
	}
	return span_ms / 8 + 1;
}

static void put_grid(const Picture *picture, Buf *out)
{
	char span[SPAN_TEXT_SIZE], clock[WALL_TEXT_SIZE];
	int64_t length = picture->to - picture->from, step = grid_step(length);
	for (int64_t at = 0; at <= length; at += step) {
		double x = x_of(picture, picture->from + at);
		const char *anchor = at == 0 ? "start" : x > WIDTH - 60 ? "end" : "middle";
		buf_printf(out, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/><text class=\"soft\" x=\"%.1f\" y=\"18\" "
			"text-anchor=\"%s\">T+%s</text><text class=\"soft\" x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", x, x, TOP - 6,
			picture->y + 2, x, anchor, span_format_clock(at, span), x, picture->y + 17, anchor,
			wall_format_clock((WallTime) { picture->from + at }, (WallTime) { picture->from + at }, clock));
	}
	int64_t goal = picture->incident->objective_ms;
	if (!goal || goal > length)
		return;
	double x = x_of(picture, picture->from + goal);
	buf_printf(out, "<line class=\"goal\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"><title>objective: %s</title></line>"
		"<text class=\"goalword\" x=\"%.1f\" y=\"%d\" text-anchor=\"end\">objective</text>\n", x, x, TOP - 6, picture->y + 2,
		span_format(goal, span), x - 4, TOP + 4);
}

void picture_svg(const Report *report, Buf *out)
{
	const Incident *incident = report->incident;
	WallTime end = incident->phase == INCIDENT_ENDED ? incident->ended : incident->last_time;
	Picture picture = { .incident = incident, .report = report, .from = incident->declared.ms, .to = end.ms, .y = TOP };
	if (!wall_known(incident->declared) || picture.to < picture.from)
		picture.to = picture.from;
	/* A little air at the end; an objective that is not far off is shown, too. */
	picture.to += (picture.to - picture.from) / 50 + 1000;
	int64_t goal = picture.from + incident->objective_ms;
	if (goal > picture.to && goal - picture.from < 2 * (picture.to - picture.from))
		picture.to = goal + (goal - picture.from) / 50;
	put_phases(&picture);
	put_signoffs(&picture);
	put_ledger(&picture);
	put_readings(&picture);
	buf_printf(out, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"Timeline of the incident\">\n", WIDTH, picture.y + 24);
	AUTO_CLEAR(Buf) grid = { 0 };
	put_grid(&picture, &grid);
	/* Lanes lie below the grid, the grid below what happened: lanes come with their contents, so the grid is see-through. */
	buf_append(out, picture.body.data, picture.body.len);
	buf_printf(out, "<g opacity=\".75\">\n%s</g>\n</svg>\n", buf_text(&grid));
	buf_clear(&picture.body);
}
