/* decide.c: the one door for requests: finds the handler in the table, checks that the incident is in a phase for it,
 * and frames every refusal with what was asked. */
#include "core/incident/decide.h"

#define IN(phase) (1u << (phase))
#define WHILE_OPEN IN(INCIDENT_OPEN)
#define ALWAYS (IN(INCIDENT_NONE) | IN(INCIDENT_OPEN) | IN(INCIDENT_ENDED))

static const struct { const char *name; EventType event; } names[REQUEST_KIND_COUNT] = {
#define X(enumerator, name, event, fields) [enumerator] = { name, event },
#include "core/incident/requests.def"
#undef X
};

static const struct { Handler *decide; unsigned phases; const char *what; } handlers[REQUEST_KIND_COUNT] = {
	[REQUEST_DECLARE] = { decide_declare, IN(INCIDENT_NONE), "declare an incident" },
	[REQUEST_END] = { decide_end, WHILE_OPEN, "end the incident" },
	[REQUEST_HANDOVER] = { decide_handover, WHILE_OPEN, "hand over command" },
	/* What was learned afterwards still belongs into the record. */
	[REQUEST_NOTE] = { decide_note, WHILE_OPEN | IN(INCIDENT_ENDED), "add a note" },
	[REQUEST_FACT] = { decide_fact, WHILE_OPEN, "set a fact" },
	[REQUEST_START] = { decide_start, WHILE_OPEN, "start a procedure" },
	[REQUEST_FINISH] = { decide_finish, WHILE_OPEN, "finish the run" },
	[REQUEST_SET] = { decide_set, WHILE_OPEN, "set a value" },
	[REQUEST_TICK] = { decide_tick, WHILE_OPEN, "tick a step" },
	[REQUEST_UNTICK] = { decide_untick, WHILE_OPEN, "untick a step" },
	[REQUEST_SKIP] = { decide_skip, WHILE_OPEN, "skip a step" },
	[REQUEST_RECLASSIFY] = { decide_reclassify, WHILE_OPEN, "make it a step or a note" },
	[REQUEST_ASK] = { decide_ask, WHILE_OPEN, "ask for sign-off" },
	[REQUEST_SIGN] = { decide_sign, WHILE_OPEN, "sign" },
	[REQUEST_PLANNED] = { decide_planned, WHILE_OPEN, "plan a step" },
	[REQUEST_APPLY] = { decide_apply, WHILE_OPEN, "apply a plan" },
	[REQUEST_FINISHED] = { decide_finished, ALWAYS, "record an outcome" },
	[REQUEST_LOST] = { decide_lost, ALWAYS, "record an outcome as not known" },
	[REQUEST_RESOLVE] = { decide_resolve, WHILE_OPEN, "resolve an outcome" },
	[REQUEST_CHECKED] = { decide_checked, WHILE_OPEN, "record a check" },
	[REQUEST_READING] = { decide_reading, WHILE_OPEN, "record a reading" },
	[REQUEST_REPAIRED] = { decide_repaired, ALWAYS, "record a repair" },
	[REQUEST_HELD] = { decide_held, ALWAYS, "record that records were held" },
	[REQUEST_ENGINE] = { decide_engine, ALWAYS, "record the start of the engine" },
};

const char *request_kind_name(RequestKind kind)
{
	return kind < REQUEST_KIND_COUNT ? names[kind].name : "";
}

bool request_kind_parse(const char *name, RequestKind *ret_kind)
{
	for (int i = 0; i < REQUEST_KIND_COUNT; i++) {
		if (text_eq(names[i].name, name)) {
			*ret_kind = (RequestKind) i;
			return true;
		}
	}
	return false;
}

void draft_clear(Draft *draft)
{
	draft->data = json_free(draft->data);
	draft->type = EVENT_UNKNOWN;
}

static bool refuse_phase(Asked *asked)
{
	static const struct { const char *why, *hint; } words[INCIDENT_PHASE_COUNT] = {
		[INCIDENT_NONE] = { "no incident is declared", "declare an incident or a drill first" },
		[INCIDENT_OPEN] = { "an incident is open already", "go on with it, or end it first" },
		[INCIDENT_ENDED] = { "the incident has ended", "declare a new one to act again" },
	};
	IncidentPhase phase = asked->incident->phase;
	return refuse(asked, ERROR_CONFLICT, words[phase].hint, "%s", words[phase].why);
}

bool incident_decide(const Incident *incident, const Request *request, WallTime now, Draft *ret_draft, Error *err)
{
	if (request->kind >= REQUEST_KIND_COUNT)
		return error_set(err, ERROR_BUG, "there is no such request");
	Error unwanted;
	AUTO(Json) *data = json_new_object();
	Asked asked = {
		.incident = incident, .request = request, .args = request->args, .now = now, .data = data, .err = err ? err
			: &unwanted,
	};
	error_clear(asked.err);
	bool fits = (handlers[request->kind].phases & IN(incident->phase)) != 0;
	if (!(fits ? handlers[request->kind].decide(&asked) : refuse_phase(&asked)))
		return error_what(asked.err, "%s", handlers[request->kind].what);
	*ret_draft = (Draft) { .type = names[request->kind].event, .data = TAKE(data) };
	return true;
}
