/* markdown.c: the report as a document. One function for each section, in the order in which a reader asks: what was
 * it, how long did it take, what is still open, what was decided and done by whom, and last the whole timeline. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/plan.h"
#include "core/report/report.h"
#include "core/report/signature.h"
#include "core/report/zones.h"

/* Text as text: whatever Markdown would take for its own is escaped. */
static void put_text(Buf *out, const char *text)
{
	AUTO_CLEAR(Buf) clean = { 0 };
	text_sanitise(str_from(text), SANITISE_LINE, &clean);
	for (size_t i = 0; i < clean.len; i++) {
		if (strchr("\\`*_<>[]|#~&$", clean.data[i]))
			buf_putc(out, '\\');
		buf_putc(out, clean.data[i]);
	}
}

/* A report is read on any later day: a clock time alone is of the day on which the incident was declared. */
static void put_time(Buf *out, const Incident *incident, WallTime time)
{
	char day[WALL_TEXT_SIZE], clock[WALL_TEXT_SIZE];
	if (wall_known(time) && !wall_same_day(time, incident->declared))
		buf_printf(out, "%s ", wall_format_day(time, incident->declared, day));
	buf_puts(out, wall_format_clock(time, time, clock));
}

static void put_span(Buf *out, int64_t span_ms)
{
	char text[SPAN_TEXT_SIZE];
	buf_puts(out, span_format(span_ms, text));
}

static void put_row(Buf *out, const char *name, const char *value)
{
	buf_printf(out, "| %s | ", name);
	put_text(out, value);
	buf_puts(out, " |\n");
}

/* By every clock of those who took part. */
static void put_moment(Buf *out, const Incident *incident, const char *name, WallTime time)
{
	char iso[WALL_TEXT_SIZE];
	AUTO_CLEAR(Buf) said = { 0 };
	buf_puts(&said, wall_format_iso(time, iso));
	zones_say(incident, time, &said);
	put_row(out, name, buf_text(&said));
}

static void put_step_name(Buf *out, const IncidentStep *step)
{
	if (*step->number) {
		put_text(out, step->number);
		buf_putc(out, ' ');
	}
	put_text(out, step->title);
}

static void markdown_head(const Incident *incident, Buf *out)
{
	buf_puts(out, "# ");
	put_text(out, incident->title);
	buf_puts(out, "\n\n| | |\n|---|---|\n");
	put_row(out, "incident", incident->id);
	put_row(out, "environment", incident->environment ? incident->environment : "-");
	put_row(out, "kind", incident->drill ? "DRILL" : "REAL");
	put_row(out, "commander", incident->commander);
	put_moment(out, incident, "declared", incident->declared);
	if (incident->phase == INCIDENT_ENDED)
		put_moment(out, incident, "ended", incident->ended);
	else
		put_row(out, "ended", "not yet");
	if (incident->end_reason)
		put_row(out, "ended with", incident->end_reason);
	buf_puts(out, "| took | ");
	put_span(out, incident->last_mono_ms);
	if (incident->objective_ms) {
		buf_puts(out, " of ");
		put_span(out, incident->objective_ms);
		buf_puts(out, incident->last_mono_ms > incident->objective_ms ? ", **over the objective**"
			: ", within the objective");
	}
	buf_puts(out, " |\n\n");
}

static void markdown_open(const Incident *incident, Buf *out)
{
	buf_puts(out, "## Still open\n\n");
	if (!incident->open_count && !incident_in_doubt(incident))
		buf_puts(out, "Nothing: everything that was opened is closed again, and no outcome is in doubt.\n");
	for (size_t i = 0; i < incident->open_count; i++) {
		const LedgerItem *item = &incident->ledger[incident->open_items[i]];
		buf_puts(out, "- **");
		put_text(out, item->name);
		buf_printf(out, "**%s, opened ", item->doubtful ? " (perhaps)" : "");
		put_time(out, incident, item->opened);
		buf_puts(out, " by ");
		put_text(out, item->opened_who);
		buf_puts(out, " in ");
		put_text(out, item->step_title);
		buf_putc(out, '\n');
	}
	for (size_t i = 0; i < incident->action_count; i++) {
		const IncidentAction *action = &incident->actions[i];
		if (action->state != ACTION_IN_DOUBT)
			continue;
		AUTO_CLEAR(Buf) name = { 0 };
		action_name(action, &name);
		buf_printf(out, "- **IN DOUBT**: action %lld, ", (long long) action->number);
		put_text(out, buf_text(&name));
		buf_putc(out, '\n');
	}
	buf_putc(out, '\n');
}

static void markdown_timers(const Incident *incident, Buf *out)
{
	bool any = false;
	for (size_t r = 0; r < incident->run_count; r++) {
		const Run *run = &incident->runs[r];
		for (size_t i = 0; i < run->timer_count; i++) {
			const Timer *timer = &run->timers[i];
			if (!timer->starts || !wall_known(timer->started))
				continue;
			buf_puts(out, any ? "- " : "## Times\n\n- ");
			any = true;
			put_text(out, timer->label);
			buf_puts(out, ": ");
			if (timer_was_given_up(run, timer))
				buf_puts(out, "not reached, its procedure was abandoned after ");
			if (wall_known(timer->stopped))
				put_span(out, timer->stopped.ms - timer->started.ms);
			else
				buf_puts(out, timer_was_given_up(run, timer) ? "it began" : "not stopped");
			buf_putc(out, '\n');
		}
	}
	buf_puts(out, any ? "\n" : "");
}

static void markdown_improvements(const Incident *incident, Buf *out)
{
	AUTO(Json) *noted = incident_improvements(incident);
	if (!json_count(noted))
		return;
	buf_puts(out, "## To do better\n\n");
	JSON_EACH(item, noted) {
		buf_puts(out, "- ");
		put_text(out, json_get_string_or(item, "text", ""));
		buf_puts(out, " (");
		put_text(out, json_get_string_or(item, "who", "?"));
		buf_printf(out, ", record %lld)\n", (long long) json_get_int(item, "record", 0));
	}
	buf_putc(out, '\n');
}

static void markdown_step(const Incident *incident, const IncidentStep *step, Buf *out)
{
	for (int i = 0; i < step->level && i < 8; i++)
		buf_puts(out, "  ");
	if (step->kind == STEP_KIND_NOTE) {
		buf_puts(out, "- ");
		put_step_name(out, step);
		buf_putc(out, '\n');
		return;
	}
	buf_printf(out, "- [%c] ", step->state == STEP_DONE ? 'x' : ' ');
	put_step_name(out, step);
	if (step->state != STEP_TODO) {
		buf_printf(out, ": %s", step_state_words(step->state));
		if (step->who) {
			buf_puts(out, ", ");
			put_text(out, step->who);
			buf_putc(out, ' ');
			put_time(out, incident, step->changed);
		}
	}
	if (step->reason) {
		buf_puts(out, ". Reason: ");
		put_text(out, step->reason);
	}
	buf_putc(out, '\n');
}

static void markdown_overrides(const Gate *gate, Buf *out)
{
	for (size_t i = 0; i < gate->override_count; i++) {
		const Override *override = &gate->overrides[i];
		AUTO_FREE char *missing = strlist_join(&override->missing, " and ");
		buf_puts(out, "\n**Signed ALONE** by ");
		put_text(out, override->person);
		buf_printf(out, " over %.12s: ", override->subject);
		put_text(out, override->reason);
		buf_printf(out, override->missing.count ? ". Not countersigned by %s.\n" : ". Settled%s.\n", missing);
	}
}

static void markdown_signoffs(const Incident *incident, const Run *run, Buf *out)
{
	for (size_t g = 0; g < run->gate_count; g++) {
		const Gate *gate = &run->gates[g];
		if (!gate->signoff_count)
			continue;
		buf_puts(out, "\nSign-off: ");
		put_text(out, *gate->title ? gate->title : gate->id);
		buf_puts(out, "\n\n| signed | came | role | person | said | reason | key | how | checked | over |\n|---|---|---|---|---|---|---|---|---|---|\n");
		for (size_t i = 0; i < gate->signoff_count; i++) {
			const Signoff *signoff = &gate->signoffs[i];
			AUTO_CLEAR(CheckedSignoff) checked = { 0 };
			signoff_check(signoff, &checked);
			buf_puts(out, "| ");
			put_time(out, incident, wall_known(signoff->signed_at) ? signoff->signed_at : signoff->time);
			buf_puts(out, " | ");
			put_time(out, incident, signoff->time);
			AUTO_FREE char *how = bg_asprintf("%s%s%s", signoff_is_weaker(signoff) ? "one-time code (weaker)" : signoff->method ? signoff->method : "",
				checked.touched ? ", key touched" : checked.from_device ? ", key NOT touched" : "", checked.verified ? ", with PIN or finger" : "");
			const char *held = !checked.has_signature ? "no signature" : checked.holds ? "holds" : "DOES NOT HOLD";
			const char *cells[] = { signoff->role, signoff->person, decision_words(signoff->decision), signoff->reason,
				signoff->key, how, held };
			for (size_t k = 0; k < BG_LENGTH(cells); k++) {
				buf_puts(out, " | ");
				put_text(out, cells[k]);
			}
			buf_printf(out, " | %.12s%s |\n", signoff->subject, text_eq(signoff->subject, gate->subject) ? ""
				: ", not the last");
		}
		markdown_overrides(gate, out);
	}
}

static void markdown_runs(const Incident *incident, Buf *out)
{
	for (size_t r = 0; r < incident->run_count; r++) {
		const Run *run = &incident->runs[r];
		AUTO_FREE char *progress = run_progress_words(run);
		buf_puts(out, "## ");
		put_text(out, run->procedure_title);
		buf_printf(out, "\n\nRun %s, %s, %s, started ", run->id, report_run_words(incident, run), progress);
		put_time(out, incident, run->started);
		buf_puts(out, " by ");
		put_text(out, run->who);
		buf_puts(out, ". Playbook ");
		put_text(out, run->playbook_path);
		buf_printf(out, ", sha256 `%s`.\n\n", run->playbook_sha256);
		for (size_t i = 0; i < run->step_count; i++)
			markdown_step(incident, &run->steps[i], out);
		markdown_signoffs(incident, run, out);
		buf_putc(out, '\n');
	}
}

static void markdown_action(const Incident *incident, const IncidentAction *action, Buf *out)
{
	buf_printf(out, "| %lld | ", (long long) action->number);
	put_step_name(out, &incident->runs[action->run].steps[action->step]);
	AUTO_CLEAR(Buf) name = { 0 };
	action_name(action, &name);
	buf_printf(out, " | %s", action->undo ? "undo: " : "");
	put_text(out, buf_text(&name));
	buf_puts(out, " | ");
	put_text(out, action->who);
	buf_puts(out, " | ");
	put_time(out, incident, action->started);
	buf_puts(out, " | ");
	if (wall_known(action->finished))
		put_span(out, action->finished.ms - action->started.ms);
	buf_printf(out, " | %s", action_state_words(action->state));
	if (action->why) {
		buf_puts(out, ": ");
		put_text(out, action->why);
	}
	buf_puts(out, " | ");
	put_text(out, action->verified ? action->verified : "");
	if (action->evidence) {
		buf_puts(out, action->verified ? ": " : "");
		put_text(out, action->evidence);
	}
	buf_puts(out, " |\n");
}

/* What the plans were that actions carried out, change by change. */
static void markdown_plans(const Report *report, Buf *out)
{
	bool any = false;
	for (size_t i = 0; i < report->incident->action_count; i++) {
		const IncidentAction *action = &report->incident->actions[i];
		const ReportPlan *made = report_plan_of(report, action);
		AUTO_CLEAR(Plan) plan = { 0 };
		if (!made || !plan_from_json(made->plan, &plan, NULL) || !plan.count)
			continue;
		buf_puts(out, any ? "" : "## Plans\n");
		any = true;
		buf_printf(out, "\nAction %lld, %s", (long long) action->number, action->undo ? "undo: " : "");
		put_text(out, action->verb);
		buf_puts(out, " of ");
		put_step_name(out, &report->incident->runs[action->run].steps[action->step]);
		buf_puts(out, ", planned ");
		put_time(out, report->incident, made->time);
		buf_printf(out, ", sha256 `%.64s`:\n\n| what | from | to |\n|---|---|---|\n", made->digest);
		for (size_t k = 0; k < plan.count; k++) {
			const char *cells[] = { plan.changes[k].what, plan.changes[k].from, plan.changes[k].to };
			for (size_t c = 0; c < BG_LENGTH(cells); c++) {
				buf_puts(out, "| ");
				put_text(out, cells[c]);
				buf_putc(out, ' ');
			}
			buf_puts(out, "|\n");
		}
	}
	buf_puts(out, any ? "\n" : "");
}

static void markdown_actions(const Incident *incident, Buf *out)
{
	if (!incident->action_count)
		return;
	buf_puts(out, "## Actions\n\n| no. | step | action | by | started | took | outcome | seen afterwards |\n"
		"|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < incident->action_count; i++)
		markdown_action(incident, &incident->actions[i], out);
	buf_putc(out, '\n');
}

/* What came of commands on machines, machine by machine. */
static void markdown_nodes(const Incident *incident, Buf *out)
{
	for (size_t i = 0; i < incident->action_count; i++) {
		const IncidentAction *action = &incident->actions[i];
		if (!action->node_count)
			continue;
		AUTO_CLEAR(Buf) score = { 0 };
		action_score(action, &score);
		buf_printf(out, "Action %lld, ", (long long) action->number);
		put_text(out, action->command);
		buf_printf(out, " on %s:\n\n| node | came to | why |\n|---|---|---|\n", buf_text(&score));
		for (size_t n = 0; n < action->node_count; n++) {
			buf_puts(out, "| ");
			put_text(out, action->nodes[n].name);
			buf_printf(out, " | %s | ", node_end_words(action->nodes[n].end));
			put_text(out, action->nodes[n].why);
			buf_puts(out, " |\n");
		}
		buf_putc(out, '\n');
	}
}

static void markdown_timeline(const Report *report, Buf *out)
{
	char span[SPAN_TEXT_SIZE];
	ZoneColumn column = zone_column(report->incident);
	buf_printf(out, "## Timeline\n\n| no. | T+ | time | %s%swho | what |\n|---|---|---|%s---|---|\n", column.zone ? column.zone : "", column.zone ? " | " : "",
		column.zone ? "---|" : "");
	for (size_t i = 0; i < report->count; i++) {
		const ReportLine *line = &report->lines[i];
		buf_printf(out, "| %lld | %s | ", (long long) line->seq, span_format_clock(line->mono_ms, span));
		put_time(out, report->incident, line->time);
		if (column.zone)
			buf_printf(out, " | %s", zone_column_text(&column, line->time));
		buf_puts(out, " | ");
		put_text(out, line->who);
		buf_puts(out, " | ");
		put_text(out, line->text);
		buf_puts(out, " |\n");
	}
	buf_printf(out,
		"\n## Record\n\n%zu records, head `%s`. `breakglass verify` checks the chain, the logs and the signatures.\n",
		report->count, report->head);
}

void report_markdown(const Report *report, Buf *out)
{
	markdown_head(report->incident, out);
	markdown_open(report->incident, out);
	markdown_timers(report->incident, out);
	markdown_improvements(report->incident, out);
	markdown_runs(report->incident, out);
	markdown_plans(report, out);
	markdown_actions(report->incident, out);
	markdown_nodes(report->incident, out);
	markdown_timeline(report, out);
}
