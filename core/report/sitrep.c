/* sitrep.c: the situation in a few lines, to be read aloud or pasted into a chat. */
#include "core/base/text.h"
#include "core/report/report.h"

static void sitrep_step_name(const IncidentStep *step, Buf *out)
{
	buf_printf(out, "%s%s%s", step->number, *step->number ? " " : "", step->title);
}

static void sitrep_head(const Incident *incident, WallTime now, Buf *out)
{
	char clock[WALL_TEXT_SIZE], elapsed[SPAN_TEXT_SIZE], objective[SPAN_TEXT_SIZE];
	WallTime until = incident->phase == INCIDENT_ENDED ? incident->ended : now;
	buf_printf(out, "SITREP %s %s: %s\n", wall_format_dated(now, now, clock), incident->drill ? "DRILL" : "REAL",
		incident->title);
	buf_printf(out, "T+%s", span_format_clock(until.ms - incident->declared.ms, elapsed));
	if (incident->objective_ms)
		buf_printf(out, " of %s", span_format_short(incident->objective_ms, objective));
	buf_printf(out, ", commander %s", incident->commander);
	if (incident->phase == INCIDENT_ENDED)
		buf_puts(out, ", ended");
	buf_putc(out, '\n');
}

static const IncidentStep *sitrep_next_step(const Run *run)
{
	for (size_t i = 0; i < run->step_count; i++) {
		const IncidentStep *step = &run->steps[i];
		if (step->counted && step->state != STEP_DONE && step->state != STEP_SKIPPED && !run_step_is_parent(run, step))
			return step;
	}
	return NULL;
}

static void sitrep_gates(const Run *run, WallTime now, Buf *out)
{
	for (size_t i = 0; i < run->gate_count; i++) {
		const Gate *gate = &run->gates[i];
		GateState state = gate_state(gate, now);
		Error why;
		const Signoff *alone = gate_alone(gate, now);
		if (alone)
			buf_printf(out, "Signed ALONE: %s, by %s as %s: %s\n", *gate->title ? gate->title : gate->id, alone->person, alone->role,
				alone->reason ? alone->reason : "");
		if (state == GATE_CLOSED || !gate_refuses(gate, now, &why))
			continue;
		buf_printf(out, "Sign-off: %s: %s\n", *gate->title ? gate->title : gate->id, why.why);
	}
}

static void sitrep_run(const Incident *incident, const Run *run, WallTime now, Buf *out)
{
	char span[SPAN_TEXT_SIZE];
	size_t done, total;
	run_progress(run, &done, &total);
	buf_printf(out, "%s: %zu of %zu steps done\n", run->procedure_title, done, total);
	const IncidentAction *running = incident_running_action(incident, run);
	const IncidentStep *step = running ? &run->steps[running->step] : sitrep_next_step(run);
	if (running) {
		buf_puts(out, "Now: ");
		sitrep_step_name(step, out);
		buf_printf(out, ", %s runs since %s\n", running->verb, span_format(now.ms - running->started.ms, span));
	} else if (step) {
		buf_puts(out, "Next: ");
		sitrep_step_name(step, out);
		buf_printf(out, " (%s)\n", step_state_words(step->state));
	}
	sitrep_gates(run, now, out);
}

static void sitrep_doubts(const Incident *incident, Buf *out)
{
	for (size_t i = 0; incident_in_doubt(incident) && i < incident->action_count; i++) {
		const IncidentAction *action = &incident->actions[i];
		if (action->state != ACTION_IN_DOUBT)
			continue;
		buf_printf(out, "IN DOUBT: action %lld, %s of ", (long long) action->number, action->verb);
		sitrep_step_name(&incident->runs[action->run].steps[action->step], out);
		buf_putc(out, '\n');
	}
}

static void sitrep_open(const Incident *incident, WallTime now, Buf *out)
{
	char span[SPAN_TEXT_SIZE];
	if (!incident->open_count)
		buf_puts(out, "Nothing is open.\n");
	for (size_t i = 0; i < incident->open_count; i++) {
		const LedgerItem *item = &incident->ledger[incident->open_items[i]];
		buf_printf(out, "Open: %s%s for %s, by %s\n", item->name, item->doubtful ? " (perhaps)" : "",
			span_format(now.ms - item->opened.ms, span), item->opened_who);
	}
}

void report_sitrep(const Incident *incident, WallTime now, Buf *out)
{
	AUTO_CLEAR(Buf) text = { 0 };
	if (incident->phase == INCIDENT_NONE) {
		buf_puts(out, "No incident is declared.\n");
		return;
	}
	sitrep_head(incident, now, &text);
	for (size_t i = 0; i < incident->run_count; i++) {
		if (incident->runs[i].state == RUN_WALKING)
			sitrep_run(incident, &incident->runs[i], now, &text);
	}
	sitrep_doubts(incident, &text);
	sitrep_open(incident, now, &text);
	text_sanitise(buf_str(&text), SANITISE_BLOCK, out);
}
