/* html_runs.c: the procedures that were walked, step by step with planned and actual times, and who signed what. */
#include "core/base/alloc.h"
#include "core/providers/provider.h"
#include "core/report/html_parts.h"
#include "core/report/html_text.h"
#include "core/report/signature.h"

const char *html_step_kind(StepState state)
{
	static const char *const kinds[STEP_STATE_COUNT] = {
		[STEP_DONE] = "good", [STEP_FAILED] = "bad", [STEP_IN_DOUBT] = "bad", [STEP_STOPPED] = "warn", [STEP_CHECKING] = "warn",
		[STEP_UNDONE] = "warn", [STEP_RUNNING] = "warn",
	};
	return kinds[state] ? kinds[state] : "calm";
}

/* ---- steps ---- */

typedef struct StepTimes { WallTime planned, started, finished; int64_t usual_ms; } StepTimes;

static StepTimes step_times(const Report *report, size_t run, size_t step)
{
	const Incident *incident = report->incident;
	StepTimes times = { 0 };
	for (size_t i = 0; i < report->plan_count && !wall_known(times.planned); i++) {
		const ReportPlan *plan = &report->plans[i];
		if (plan->run == (int) run && plan->step == (int) step && !plan->undo)
			times.planned = plan->time;
	}
	for (size_t i = 0; i < incident->action_count; i++) {
		const IncidentAction *action = &incident->actions[i];
		if (action->run != (int) run || action->step != (int) step || action->undo)
			continue;
		if (!wall_known(times.started))
			times.started = action->started;
		times.finished = action->finished;
	}
	const IncidentStep *row = &incident->runs[run].steps[step];
	for (size_t i = 0; i < row->action_count; i++) {
		const Action *verb = row->actions[i].also ? NULL : action_find(row->actions[i].verb);
		times.usual_ms += verb ? verb->usual_ms : 0;
	}
	return times;
}

static void put_cell_time(const Report *report, Buf *out, WallTime time)
{
	buf_puts(out, "<td class=\"time\">");
	if (wall_known(time))
		html_time(out, time, report->incident->declared);
	buf_puts(out, "</td>");
}

static void put_took(Buf *out, const StepTimes *times)
{
	buf_puts(out, "<td class=\"time\">");
	if (wall_known(times->started) && wall_known(times->finished))
		html_span(out, times->finished.ms - times->started.ms);
	buf_puts(out, "</td><td class=\"time\">");
	if (times->usual_ms)
		html_span(out, times->usual_ms);
	buf_puts(out, "</td>");
}

static void put_step(const Report *report, size_t r, size_t s, Buf *out)
{
	const IncidentStep *step = &report->incident->runs[r].steps[s];
	StepTimes times = step_times(report, r, s);
	buf_printf(out, "<tr><td class=\"words in%d\">", step->level < 3 ? step->level : 3);
	html_step_name(out, step);
	if (step->reason) {
		buf_puts(out, "<br><span class=\"soft\">Reason: ");
		html_text(out, step->reason);
		buf_puts(out, "</span>");
	}
	if (step->kind == STEP_KIND_NOTE) {
		buf_puts(out, "</td><td colspan=\"7\" class=\"soft\">to be read</td></tr>\n");
		return;
	}
	buf_puts(out, "</td><td>");
	html_chip(out, html_step_kind(step->state), step_state_words(step->state));
	buf_puts(out, "</td>");
	put_cell_time(report, out, times.planned);
	put_cell_time(report, out, times.started);
	put_cell_time(report, out, step->state == STEP_DONE || step->state == STEP_SKIPPED ? step->changed : times.finished);
	put_took(out, &times);
	buf_puts(out, "<td class=\"who\">");
	html_text(out, step->who ? step->who : "");
	buf_puts(out, "</td></tr>\n");
}

/* Of a time: what somebody typed, and which clocks they meant. */
static void put_typed(const NamedValue *value, Buf *out)
{
	if (!value->typed || value->secret)
		return;
	buf_puts(out, ", typed \"");
	html_text(out, value->typed);
	buf_puts(out, "\"");
	if (!value->zone || !*value->zone)
		return;
	buf_puts(out, " (zone ");
	html_text(out, value->zone);
	buf_puts(out, ")");
}

static void put_values(const Run *run, Buf *out)
{
	if (!run->value_count)
		return;
	buf_puts(out, "<details><summary>Values that were filled in</summary>\n<dl>\n");
	for (size_t i = 0; i < run->value_count; i++) {
		buf_puts(out, "<dt>");
		html_text(out, run->values[i].name);
		buf_puts(out, "</dt><dd>");
		html_text(out, run->values[i].secret ? "(secret)" : run->values[i].value);
		if (run->values[i].from) {
			buf_puts(out, ", from ");
			html_text(out, run->values[i].from);
		}
		put_typed(&run->values[i], out);
		buf_puts(out, "</dd>\n");
	}
	buf_puts(out, "</dl>\n</details>\n");
}

static void put_timers(const Run *run, Buf *out)
{
	buf_puts(out, "<dl>\n");
	for (size_t i = 0; i < run->timer_count; i++) {
		const Timer *timer = &run->timers[i];
		if (!timer->starts || !wall_known(timer->started))
			continue;
		buf_puts(out, "<dt>");
		html_text(out, timer->label);
		buf_puts(out, "</dt><dd>");
		if (timer_was_given_up(run, timer))
			buf_puts(out, "not reached, its procedure was abandoned after ");
		if (wall_known(timer->stopped))
			html_span(out, timer->stopped.ms - timer->started.ms);
		else
			buf_puts(out, timer_was_given_up(run, timer) ? "it began" : "not stopped");
		buf_puts(out, "</dd>\n");
	}
	buf_puts(out, "<dt>Playbook</dt><dd>");
	html_text(out, run->playbook_path);
	buf_puts(out, " <span class=\"id\">sha256:");
	html_text(out, run->playbook_sha256);
	buf_puts(out, "</span></dd>\n</dl>\n");
}

static void put_run(const Report *report, size_t r, Buf *out)
{
	const Run *run = &report->incident->runs[r];
	const char *phase = "";
	AUTO_FREE char *progress = run_progress_words(run);
	buf_puts(out, "<h3>");
	html_text(out, run->procedure_title);
	buf_printf(out, "</h3>\n<p class=\"soft\">Run %s, %s, %s, started ", run->id, report_run_words(report->incident, run), progress);
	html_time(out, run->started, report->incident->declared);
	buf_puts(out, " by ");
	html_text(out, run->who);
	buf_puts(out, "</p>\n");
	put_timers(run, out);
	put_values(run, out);
	buf_puts(out, "<div class=\"wide\"><table class=\"steps\"><thead><tr><th>Step</th><th>State</th><th>Planned</th><th>Started</th><th>Done</th><th>Took</th>"
		"<th>Usually</th><th>By</th></tr></thead><tbody>\n");
	for (size_t s = 0; s < run->step_count; s++) {
		const char *own = run->steps[s].phase ? run->steps[s].phase : "";
		if (*own && !text_eq(own, phase)) {
			buf_puts(out, "<tr class=\"phase\"><td colspan=\"8\">");
			html_text(out, own);
			buf_puts(out, "</td></tr>\n");
		}
		phase = own;
		put_step(report, r, s, out);
	}
	buf_puts(out, "</tbody></table></div>\n");
}

void html_runs(const Report *report, Buf *out)
{
	buf_puts(out, "<section id=\"steps\">\n<h2>Steps</h2>\n");
	if (!report->incident->run_count)
		buf_puts(out, "<p>No procedure was walked.</p>\n");
	for (size_t r = 0; r < report->incident->run_count; r++)
		put_run(report, r, out);
	buf_puts(out, "</section>\n");
}

/* ---- sign-offs ---- */

const char *html_decision_kind(Decision decision)
{
	static const char *const kinds[DECISION_COUNT] = { [DECISION_YES] = "good", [DECISION_NO] = "bad", [DECISION_COUNTERSIGN] = "good",
		[DECISION_ALONE] = "bad" };
	return kinds[decision] ? kinds[decision] : "warn";
}

static void put_check(const Signoff *signoff, const CheckedSignoff *checked, Buf *out)
{
	if (!checked->has_signature) {
		html_chip(out, "warn", signoff_is_weaker(signoff) ? "one-time code (weaker)" : "no signature");
		buf_puts(out, " nobody can check it now: nothing here proves it to a stranger");
		return;
	}
	html_chip(out, checked->holds ? "good" : "bad", checked->holds ? "signature holds" : "does not hold");
	buf_putc(out, ' ');
	html_text(out, checked->holds ? checked->key_type : checked->why);
	if (checked->from_device)
		buf_printf(out, ", from a security key that was %s%s", checked->touched ? "touched" : "NOT touched",
			checked->verified ? ", with PIN or finger" : "");
	buf_puts(out, "<br><span class=\"id\">");
	html_text(out, signoff->key);
	buf_puts(out, "</span>");
}

static void put_signoff(const Incident *incident, const Gate *gate, const Signoff *signoff, Buf *out)
{
	AUTO_CLEAR(CheckedSignoff) checked = { 0 };
	signoff_check(signoff, &checked);
	buf_printf(out, "<div class=\"box %s\">\n<h3>", checked.has_signature && !checked.holds ? "bad" : html_decision_kind(signoff->decision));
	html_text(out, signoff->person);
	buf_puts(out, " as ");
	html_text(out, signoff->role);
	buf_puts(out, " ");
	html_chip(out, html_decision_kind(signoff->decision), decision_words(signoff->decision));
	buf_puts(out, "</h3>\n<dl>\n");
	html_fact(out, "Reason", signoff->reason);
	html_fact(out, "How", signoff->method);
	buf_puts(out, "<dt>Signed</dt><dd>");
	html_time(out, signoff->signed_at, incident->declared);
	buf_puts(out, " by the signer's clock</dd>\n<dt>Recorded</dt><dd>");
	html_time(out, signoff->time, incident->declared);
	buf_printf(out, " by the engine's, as <a href=\"#r%lld\">record %lld</a></dd>\n<dt>Counted until</dt><dd>", (long long) signoff->seq,
		(long long) signoff->seq);
	html_time(out, signoff->expires, incident->declared);
	buf_puts(out, "</dd>\n<dt>Checked</dt><dd>");
	put_check(signoff, &checked, out);
	buf_puts(out, "</dd>\n<dt>Over</dt><dd><span class=\"id\">sha256:");
	html_text(out, signoff->subject);
	buf_puts(out, text_eq(signoff->subject, gate->subject) ? "</span></dd>\n" : "</span>, which was not the last</dd>\n");
	if (checked.readable)
		buf_printf(out, "<dt>Had seen</dt><dd>record %lld</dd>\n", (long long) checked.statement.record);
	buf_puts(out, "</dl>\n");
	if (signoff->statement) {
		buf_puts(out, "<details><summary>The text that was signed</summary>\n<pre>");
		html_block(out, str_from(signoff->statement));
		buf_puts(out, "</pre>\n</details>\n");
	}
	buf_puts(out, "</div>\n");
}

static void put_override(const Incident *incident, const Override *override, Buf *out)
{
	AUTO_FREE char *missing = strlist_join(&override->missing, " and ");
	buf_puts(out, "<p>");
	html_chip(out, override->missing.count ? "bad" : "good", override->missing.count ? "signed ALONE" : "signed alone, countersigned or taken back");
	buf_putc(out, ' ');
	html_text(out, override->person);
	buf_puts(out, " as ");
	html_text(out, override->role);
	buf_puts(out, ", ");
	html_time(out, override->time, incident->declared);
	buf_puts(out, ": ");
	html_text(out, override->reason);
	if (override->missing.count) {
		buf_puts(out, ". Not countersigned by ");
		html_text(out, missing);
	}
	buf_puts(out, "</p>\n");
}

void html_signoffs(const Report *report, Buf *out)
{
	bool any = false;
	buf_puts(out, "<section id=\"signoffs\">\n<h2>Sign-offs</h2>\n");
	for (size_t r = 0; r < report->incident->run_count; r++) {
		const Run *run = &report->incident->runs[r];
		for (size_t g = 0; g < run->gate_count; g++) {
			const Gate *gate = &run->gates[g];
			if (!gate->signoff_count)
				continue;
			any = true;
			AUTO_FREE char *roles = strlist_join(&gate->roles, ", ");
			buf_puts(out, "<h3>");
			html_text(out, *gate->title ? gate->title : gate->id);
			buf_puts(out, "</h3>\n<p class=\"soft\">Wanted: ");
			html_text(out, roles);
			buf_puts(out, gate->distinct ? ", each by another person</p>\n" : "</p>\n");
			for (size_t i = 0; i < gate->override_count; i++)
				put_override(report->incident, &gate->overrides[i], out);
			for (size_t i = 0; i < gate->signoff_count; i++)
				put_signoff(report->incident, gate, &gate->signoffs[i], out);
		}
	}
	buf_puts(out, any ? "</section>\n" : "<p>Nothing was signed.</p>\n</section>\n");
}
