/* draw.c: small things that several screens draw alike. */
#include <stdio.h>
#include "core/base/zone.h"
#include "tui/view/shell.h"

/* While a connection is younger than this, having none yet is ordinary. */
#define PATIENCE_MS 1500
/* An age that moves on is output that nobody asked for: a board of a dozen readings must stay quiet over a slow line. */
#define MINUTE_MS 60000

Rect view_split(Canvas *canvas, Rect *rest, int left)
{
	Rect pane = rect_cut_left(rest, left);
	Rect line = rect_cut_left(rest, 1);
	Rect all = canvas_rect(canvas);
	canvas_vertical(canvas, line, line.x, line.y, line.height, ROLE_BORDER);
	if (!rect_is_empty(line)) {
		canvas_glyph(canvas, all, line.x, line.y - 1, ROLE_BORDER, GLYPH_TEE_DOWN);
		canvas_glyph(canvas, all, line.x, line.y + line.height, ROLE_BORDER, GLYPH_TEE_UP);
	}
	return pane;
}

const char *view_bound(WallTime now, WallTime then, char text[static SPAN_TEXT_SIZE])
{
	if (!view_age_is_now(now, then))
		return view_age(now, then, text);
	snprintf(text, SPAN_TEXT_SIZE, "< %d s", VIEW_NOW_MS / 1000);
	return text;
}

const char *view_hm_fit(WallTime time, WallTime now, int columns, char text[static ZONE_BOTH_SIZE])
{
	return canvas_text_width(zone_hm(time, now, text)) <= columns ? text : wall_format_hm(time, now, text);
}

const char *view_clock_fit(WallTime time, WallTime now, int columns, char text[static ZONE_BOTH_SIZE])
{
	bool both = zone_offset_minutes(NULL, time) != 0;
	return !both || canvas_text_width(zone_clock(time, now, text)) <= columns ? zone_clock(time, now, text) : zone_hm(time, now, text);
}

bool view_age_is_now(WallTime now, WallTime then)
{
	return now.ms - then.ms < VIEW_NOW_MS;
}

const char *view_age(WallTime now, WallTime then, char text[static SPAN_TEXT_SIZE])
{
	int64_t age = now.ms - then.ms;
	if (view_age_is_now(now, then))
		snprintf(text, SPAN_TEXT_SIZE, "now");
	else
		span_format_short(age < MINUTE_MS ? age - age % VIEW_NOW_MS : age, text);
	return text;
}

static const struct { Glyph glyph; Role role; } STEPS[STEP_STATE_COUNT] = {
	[STEP_TODO] = { GLYPH_WAITING, ROLE_WAITING },
	[STEP_PLANNED] = { GLYPH_RUNNING, ROLE_RUNNING },
	[STEP_RUNNING] = { GLYPH_RUNNING, ROLE_RUNNING },
	[STEP_CHECKING] = { GLYPH_RUNNING, ROLE_RUNNING },
	[STEP_READY] = { GLYPH_RUNNING, ROLE_RUNNING },
	[STEP_DONE] = { GLYPH_DONE, ROLE_DONE },
	[STEP_SKIPPED] = { GLYPH_SKIPPED, ROLE_SKIPPED },
	[STEP_FAILED] = { GLYPH_FAIL, ROLE_FAIL },
	[STEP_STOPPED] = { GLYPH_WARN, ROLE_WARN },
	[STEP_IN_DOUBT] = { GLYPH_DOUBT, ROLE_DOUBT },
	[STEP_UNDONE] = { GLYPH_SKIPPED, ROLE_SKIPPED },
};

const StepCheck *view_step_untrue(const IncidentStep *step)
{
	for (size_t i = 0; step->state == STEP_CHECKING && i < step->check_count; i++)
		if (step->checks[i].state == CHECK_FALSE)
			return &step->checks[i];
	return NULL;
}

Glyph view_step_glyph(const IncidentStep *step)
{
	return view_step_untrue(step) ? GLYPH_FAIL : STEPS[step->state].glyph;
}

Role view_step_role(const IncidentStep *step)
{
	return view_step_untrue(step) ? ROLE_FAIL : STEPS[step->state].role;
}

const char *view_step_words(const IncidentStep *step)
{
	return view_step_untrue(step) ? "not true" : step_state_words(step->state);
}

const char *view_not_yet(const ViewContext *context)
{
	const ClientModel *model = context->model;
	if (model->caught_up || (!model->connected && context->shell->was_connected))
		return NULL;
	bool patient = context->mono.ms - context->shell->began.ms < PATIENCE_MS;
	if (model->connected || patient || !error_is_set(&model->why_not))
		return "connecting to the engine...";
	return "There is no engine yet; this console goes on trying. The row at the top tells why. Playbooks can be read without it: "
		"breakglass show, breakglass print.";
}
