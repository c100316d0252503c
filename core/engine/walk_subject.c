/* walk_subject.c: what a gate signs: for a step with actions their live plans; for a section the list of all its actions and commands
 * with every value filled in. Change a value or the file, and the digest is another one: the gate is open again. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/engine/walk.h"
#include "core/providers/command/machines.h"
#include "core/providers/plan.h"

void walk_subject_clear(WalkSubject *subject) {
	strlist_clear(&subject->lines);
	strlist_clear(&subject->missing);
	*subject = (WalkSubject){0};
}

/* Results of earlier steps are not known when a section is signed: they stand as what they are, and finding them changes nothing. */
static bool is_saved(const Procedure *procedure, const char *name) {
	for (size_t i = 0; i < procedure->step_count; i++)
		for (size_t a = 0; a < procedure->steps[i]->action_count; a++)
			if (text_eq(procedure->steps[i]->actions[a].save, name))
				return true;
	return false;
}

typedef struct SymbolicRun { Run run; NamedValue *values; } SymbolicRun;

/* The run as the signer of a section sees it: its values, and for results of steps the words that stand for them. */
static void make_symbolic(const Walk *walk, SymbolicRun *ret) {
	ret->run = *walk->run;
	ret->values = bg_calloc(walk->run->value_count + walk->procedure->step_count * 4 + 1, sizeof(*ret->values));
	size_t count = 0;
	for (size_t i = 0; i < walk->run->value_count; i++)
		if (!is_saved(walk->procedure, walk->run->values[i].name))
			ret->values[count++] = walk->run->values[i];
	for (size_t i = 0; i < walk->procedure->step_count; i++) {
		const Step *step = walk->procedure->steps[i];
		for (size_t a = 0; a < step->action_count && a < 4; a++)
			if (step->actions[a].save)
				ret->values[count++] = (NamedValue){.name = bg_strdup(step->actions[a].save),
					.value = bg_asprintf("(%s found by step %s)", step->actions[a].save, step->number), .secret = false,
					.who = NULL, .set = {-1}};
	}
	ret->run.values = ret->values;
	ret->run.value_count = count;
}

static void clear_symbolic(SymbolicRun *symbolic) {
	for (size_t i = 0; i < symbolic->run.value_count; i++) {
		if (symbolic->values[i].set.ms != -1)
			continue;
		free(symbolic->values[i].name);
		free(symbolic->values[i].value);
	}
	free(symbolic->values);
}

/* As in a plan: every machine by its name, address and login. */
static void describe_nodes(const Walk *walk, const Step *step, const char *host, StrList *lines) {
	AUTO_CLEAR(Machines) machines = {0};
	if (!machines_are_wanted(host) || !machines_choose(walk->environment, host, NULL, &machines, NULL))
		return;   /* what stands in the command is signed as it stands; planning it says what is wrong */
	for (size_t i = 0; i < machines.count; i++) {
		AUTO_FREE char *words = machine_words(walk->environment, machines.items[i].node);
		strlist_add_take(lines, bg_asprintf("%s %s", step->number, words));
	}
}

static void describe_call(const Walk *walk, const Step *step, const WalkRow *row, const WalkCall *call, StrList *lines) {
	AUTO_CLEAR(Buf) line = {0};
	buf_printf(&line, "%s %s: ", step->number, step->title);
	if (row->line) {
		buf_printf(&line, "run on %s: %s", json_get_string_or(call->args, "host", "local"), json_get_string_or(call->args, "text", ""));
	} else {
		buf_puts(&line, call->verb);
		JSON_EACH(arg, call->args)
			buf_printf(&line, " %s=%s", json_key(arg), json_string(arg));
	}
	if (row->also)
		buf_puts(&line, " (optional)");
	strlist_add(lines, buf_text(&line));
	if (row->line)
		describe_nodes(walk, step, json_get_string(call->args, "host"), lines);
}

static bool section_lines(const Walk *walk, const PlaybookGate *gate, WalkSubject *subject) {
	bool whole = true;
	for (size_t i = 0; i < gate->cover_count; i++) {
		const Step *step = gate->covers[i];
		WalkRow rows[WALK_ROWS_MAX];
		size_t count = walk_rows(step, rows, WALK_ROWS_MAX);
		if (!count)
			strlist_add_take(&subject->lines, bg_asprintf("%s %s", step->number, step->title));
		for (size_t r = 0; r < count; r++) {
			AUTO_CLEAR(WalkCall) call = {0};
			Error why = {0};
			bool ok = walk_call(walk, step, r, false, &call, &why);
			describe_call(walk, step, &rows[r], &call, &subject->lines);
			/* What cannot be run as it stands (a command that wants a terminal) is signed as text; a value that is missing is not. */
			if (!ok && call.missing.count && !rows[r].also) {
				whole = false;
				for (size_t m = 0; m < call.missing.count; m++)
					if (!strlist_has(&subject->missing, call.missing.items[m]))
						strlist_add(&subject->missing, call.missing.items[m]);
			}
		}
	}
	return whole;
}

/* Why there is none, where it cannot be made yet. Always false. */
static bool no_plan(const Walk *walk, const Step *step, size_t index, Error *err) {
	AUTO_CLEAR(WalkCall) call = {0};
	Error why = {0};
	if (!walk_call(walk, step, index, false, &call, &why)) {
		error_set(err, why.kind, "there is no plan of %.60s to sign: %s", call.label ? call.label : "it", why.why);
		return error_hint(err, "%s; then breakglass plan %s", why.hint, step->number);
	}
	error_set(err, ERROR_MISSING, "there is no plan of %.60s to sign yet", call.label);
	return error_hint(err, "breakglass plan %s makes the plans of the step, and they are what is signed", step->number);
}

/* The plans of a step's own rows. Those that are done stand with the plan they were done by; a way back is signed like the way there. */
static bool live_lines(const Walk *walk, const PlaybookGate *gate, WalkSubject *subject, Error *err) {
	const IncidentStep *state = run_find_step(walk->run, gate->step->id);
	for (size_t i = 0; state && i < state->action_count; i++) {
		const StepAction *action = &state->actions[i];
		if (action->also)
			continue;
		if (!action->plan)
			return no_plan(walk, gate->step, i, err);
		AUTO_CLEAR(Plan) plan = {0};
		if (!plan_from_json(action->plan, &plan, err))
			return false;
		strlist_add_take(&subject->lines, bg_asprintf("%s%s on %s, plan sha256:%s", action->plan_is_undo ? "undo: " : "",
			action->plan_is_undo ? plan.action : action->verb, plan.target ? plan.target : "-", action->plan_digest));
		plan_describe(&plan, &subject->lines);
	}
	return true;
}

static void digest_lines(WalkSubject *subject, const char *playbook_sha256) {
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, "%s\n", playbook_sha256);
	for (size_t i = 0; i < subject->lines.count; i++)
		buf_printf(&text, "%s\n", subject->lines.items[i]);
	sha256_hex(text.data, text.len, subject->digest);
}

bool walk_subject(const Walk *walk, const PlaybookGate *gate, WalkSubject *ret_subject, Error *err) {
	const Gate *state = run_find_gate(walk->run, gate->id);
	if (!state)
		return error_set(err, ERROR_BUG, "the run has no gate %s", gate->id);
	if (state->live) {
		if (!live_lines(walk, gate, ret_subject, err))
			return false;
	} else {
		SymbolicRun symbolic;
		make_symbolic(walk, &symbolic);
		Walk as_signed = *walk;
		as_signed.run = &symbolic.run;
		bool whole = section_lines(&as_signed, gate, ret_subject);
		clear_symbolic(&symbolic);
		if (!whole) {
			AUTO_FREE char *names = strlist_join(&ret_subject->missing, ", ");
			error_set(err, ERROR_MISSING, "not known yet: %s", names);
			return error_hint(err, "set these values first (e): what is signed names them");
		}
	}
	digest_lines(ret_subject, walk->playbook->sha256);
	return true;
}
