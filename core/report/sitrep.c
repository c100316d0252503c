/* sitrep.c: the situation in a few lines, to be read aloud or pasted into a chat: how things are, what is done, what is needed. Each line is
 * short and their number is bounded, whatever happens. */
#include <stdarg.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/report/report.h"
#include "core/report/zones.h"

enum { LINE_MAX_BYTES = 150, LIST_MAX = 5, ZONES_TOLD = 3 };

/* A line of the message; what is too long is cut at a character. */
static void put_line(Buf *out, const char *format, ...) BG_PRINTF(2, 3);
static void put_line(Buf *out, const char *format, ...)
{
	AUTO_CLEAR(Buf) clean = { 0 };
	va_list args;
	va_start(args, format);
	AUTO_FREE char *text = bg_vasprintf(format, args);
	va_end(args);
	text_sanitise(str_from(text), SANITISE_LINE, &clean);
	if (clean.len > LINE_MAX_BYTES) {
		size_t len = LINE_MAX_BYTES - 3;
		while (len && ((unsigned char) clean.data[len] & 0xC0) == 0x80)
			len--;
		buf_truncate(&clean, len);
		buf_puts(&clean, "...");
	}
	buf_put_str(out, buf_str(&clean));
	buf_putc(out, '\n');
}

/* "22:51Z (23:51 BST)": by the first clock of those who read it, too. Appends. */
static const char *say_hm(const Incident *incident, WallTime time, WallTime now, Buf *out)
{
	char clock[WALL_TEXT_SIZE];
	buf_puts(out, wall_format_hm(time, now, clock));
	zones_say_short(incident, time, 1, out);
	return buf_text(out);
}

static void sitrep_head(const Incident *incident, WallTime now, Buf *out)
{
	char clock[WALL_TEXT_SIZE], elapsed[SPAN_TEXT_SIZE], objective[SPAN_TEXT_SIZE] = "";
	AUTO_CLEAR(Buf) zones = { 0 };
	bool over = incident->phase == INCIDENT_ENDED;
	zones_say_short(incident, now, ZONES_TOLD, &zones);
	put_line(out, "SITREP %s%s %s: %s", wall_format_dated(now, now, clock), buf_text(&zones), incident->drill ? "DRILL" : "REAL", incident->title);
	if (incident->objective_ms)
		(void) span_format_exact(incident->objective_ms, objective);
	put_line(out, "T+%s%s%s, commander %s%s", span_format_clock(incident_elapsed_ms(incident, now), elapsed), *objective ? " of " : "", objective,
		incident->commander, over ? ", ended" : "");
}

/* ---- conditions ---- */

/* `recorded`: unknown when they were just seen; else the time of the record that tells them, and ok is what they were then. */
static void sitrep_conditions(const Incident *incident, const SitrepCondition *conditions, size_t count, WallTime recorded, WallTime now, Buf *out)
{
	size_t good = 0, told = 0;
	put_line(out, "CONDITIONS");
	for (size_t i = 0; i < count; i++) {
		const SitrepCondition *condition = &conditions[i];
		good += condition->state == READING_OK;
		if (condition->state == READING_OK || told++ >= LIST_MAX)
			continue;
		AUTO_CLEAR(Buf) clock = { 0 };
		bool since = wall_known(condition->since);
		put_line(out, "- %s: %s%s%s%s%s", condition->name, reading_state_name(condition->state), since ? " since " : "",
			since ? say_hm(incident, condition->since, now, &clock) : "", condition->text && *condition->text ? ", " : "",
			condition->text ? condition->text : "");
	}
	AUTO_CLEAR(Buf) clock = { 0 };
	if (told > LIST_MAX)
		put_line(out, "- %zu more are not ok", told - LIST_MAX);
	if (good && wall_known(recorded))
		put_line(out, "- %zu ok when last recorded, %s; not looked at now", good, say_hm(incident, recorded, now, &clock));
	else if (good)
		put_line(out, told ? "- %zu ok" : "- all %zu ok", good);
	else if (!told)
		put_line(out, "- no reading");
}

/* ---- actions ---- */

static const IncidentStep *sitrep_next_step(const Run *run)
{
	for (size_t i = 0; i < run->step_count; i++) {
		const IncidentStep *step = &run->steps[i];
		if (step->counted && step->state != STEP_DONE && step->state != STEP_SKIPPED && !run_step_is_parent(run, step))
			return step;
	}
	return NULL;
}

static const IncidentStep *sitrep_last_step(const Run *run)
{
	const IncidentStep *last = NULL;
	for (size_t i = 0; i < run->step_count; i++) {
		const IncidentStep *step = &run->steps[i];
		if (step->counted && step->state == STEP_DONE && !step->derived && (!last || step->changed.ms >= last->changed.ms))
			last = step;
	}
	return last;
}

static const char *gap(const IncidentStep *step) { return *step->number ? " " : ""; }

static void sitrep_run(const Incident *incident, const Run *run, WallTime now, Buf *out)
{
	char span[SPAN_TEXT_SIZE];
	AUTO_CLEAR(Buf) clock = { 0 };
	AUTO_FREE char *progress = run_progress_words(run);
	put_line(out, "- %s: %s", run->procedure_title, progress);
	const IncidentStep *last = sitrep_last_step(run), *next = sitrep_next_step(run);
	if (last)
		put_line(out, "- Last, %s: %s%s%s", say_hm(incident, last->changed, now, &clock), last->number, gap(last), last->title);
	const IncidentAction *running = incident_running_action(incident, run);
	if (running) {
		const IncidentStep *step = &run->steps[running->step];
		AUTO_CLEAR(Buf) name = { 0 };
		action_name(running, &name);
		put_line(out, "- Now, for %s: %s of %s%s%s", span_format(now.ms - running->started.ms, span), buf_text(&name), step->number, gap(step),
			step->title);
	} else if (next) {
		put_line(out, "- Next: %s%s%s (%s)", next->number, gap(next), next->title, step_state_words(next->state));
	}
}

static void sitrep_actions(const Incident *incident, WallTime now, Buf *out)
{
	bool any = false;
	put_line(out, "ACTIONS");
	for (size_t i = 0; i < incident->run_count; i++) {
		if (incident->runs[i].state != RUN_WALKING)
			continue;
		any = true;
		sitrep_run(incident, &incident->runs[i], now, out);
	}
	if (!any)
		put_line(out, incident->run_count ? "- every procedure that was begun is over" : "- no procedure was begun");
}

/* ---- needs ---- */

static size_t sitrep_gates(const Run *run, WallTime now, Buf *out)
{
	size_t told = 0;
	for (size_t i = 0; i < run->gate_count; i++) {
		const Gate *gate = &run->gates[i];
		const Signoff *alone = gate_alone(gate, now);
		Error why;
		if (alone && told++ < LIST_MAX)
			put_line(out, "- Signed ALONE: %s, by %s as %s: %s", *gate->title ? gate->title : gate->id, alone->person, alone->role,
				alone->reason ? alone->reason : "");
		GateState state = run_gate_state(run, gate, now);
		if (state == GATE_CLOSED || state == GATE_SIGNED || !gate_refuses(gate, now, &why))
			continue;
		if (told++ < LIST_MAX)
			put_line(out, "- Sign-off: %s: %s", *gate->title ? gate->title : gate->id, why.why);
	}
	return told;
}

static size_t sitrep_doubts(const Incident *incident, Buf *out)
{
	size_t told = 0;
	for (size_t i = 0; incident_in_doubt(incident) && i < incident->action_count; i++) {
		const IncidentAction *action = &incident->actions[i];
		const IncidentStep *step = &incident->runs[action->run].steps[action->step];
		AUTO_CLEAR(Buf) name = { 0 };
		action_name(action, &name);
		if (action->state == ACTION_IN_DOUBT && told++ < LIST_MAX)
			put_line(out, "- IN DOUBT, somebody must look: action %lld, %s of %s%s%s", (long long) action->number, buf_text(&name), step->number,
				gap(step), step->title);
	}
	return told;
}

static void sitrep_open(const Incident *incident, WallTime now, Buf *out)
{
	char span[SPAN_TEXT_SIZE];
	for (size_t i = 0; i < incident->open_count && i < LIST_MAX; i++) {
		const LedgerItem *item = &incident->ledger[incident->open_items[i]];
		put_line(out, "- Open: %s%s for %s, by %s", item->name, item->doubtful ? " (perhaps)" : "", span_format(now.ms - item->opened.ms, span),
			item->opened_who);
	}
	if (incident->open_count > LIST_MAX)
		put_line(out, "- %zu more are open", incident->open_count - LIST_MAX);
}

static void sitrep_needs(const Incident *incident, WallTime now, Buf *out)
{
	put_line(out, "NEEDS");
	size_t needs = sitrep_doubts(incident, out);
	for (size_t i = 0; i < incident->run_count; i++) {
		if (incident->runs[i].state == RUN_WALKING)
			needs += sitrep_gates(&incident->runs[i], now, out);
	}
	sitrep_open(incident, now, out);
	if (!needs && !incident->open_count)
		put_line(out, "- nothing; nothing is open");
}

static void sitrep(const Incident *incident, const SitrepCondition *conditions, size_t count, WallTime recorded, WallTime now, Buf *out)
{
	if (incident->phase == INCIDENT_NONE)
		put_line(out, "No incident is declared.");
	else
		sitrep_head(incident, now, out);
	sitrep_conditions(incident, conditions, count, recorded, now, out);
	if (incident->phase == INCIDENT_NONE)
		return;
	sitrep_actions(incident, now, out);
	sitrep_needs(incident, now, out);
}

void report_sitrep(const Incident *incident, const SitrepCondition *conditions, size_t count, WallTime now, Buf *out)
{
	sitrep(incident, conditions, count, (WallTime) { 0 }, now, out);
}

void report_sitrep_of(const Report *report, WallTime now, Buf *out)
{
	AUTO_FREE SitrepCondition *conditions = bg_calloc(report->reading_count + 1, sizeof *conditions);
	size_t count = 0;
	for (size_t i = report->reading_count; i > 0; i--) {
		const ReportReading *reading = &report->readings[i - 1];
		bool known = false;
		for (size_t k = 0; k < count && !known; k++)
			known = text_eq(conditions[k].name, reading->name);
		if (known)
			continue;
		conditions[count] = (SitrepCondition) { .name = reading->name, .text = reading->text, .since = reading->time };
		if (reading_state_parse(reading->to, &conditions[count].state))
			count++;
	}
	sitrep(report->incident, conditions, count, report->incident->last_time, now, out);
}
