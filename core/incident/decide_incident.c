/* decide_incident.c: requests about the incident and its runs as a whole. */
#include <stdio.h>

#include "core/incident/decide.h"

static bool take_zones(Asked *asked)
{
	Json *zones = NULL;
	JSON_EACH(zone, json_get(asked->args, "zones")) {
		if (!model_is_zone(json_string(zone)) || json_count(zones) >= INCIDENT_ZONES_MAX)
			return refuse(asked, ERROR_INVALID, "name up to six, such as Europe/London", "the time zones cannot be used");
		zones = zones ? zones : json_add(asked->data, "zones", json_new_array());
		json_append_string(zones, json_string(zone));
	}
	return true;
}

bool decide_declare(Asked *asked)
{
	/* A year: anything longer is a typing mistake. */
	const int64_t objective_max = INT64_C(366) * 24 * 3600 * 1000;
	if (!take_line(asked, "incident", REQUIRED, INCIDENT_LINE_MAX) || !take_line(asked, "title", REQUIRED,
		INCIDENT_LINE_MAX)
		|| !take_line(asked, "environment", REQUIRED, INCIDENT_LINE_MAX)
		|| !take_int(asked, "objective_ms", OPTIONAL, 0, objective_max)
		|| !take_line(asked, "commander", OPTIONAL, INCIDENT_WHO_MAX))
		return false;
	if (!take_zones(asked))
		return false;
	take_bool(asked, "drill");
	if (!json_get(asked->data, "commander"))
		json_add_string(asked->data, "commander", asked->request->who);
	return true;
}

static bool refuse_unsettled(Asked *asked, const Run *run)
{
	const IncidentAction *running = incident_running_action(asked->incident, run);
	if (running)
		return refuse(asked, ERROR_CONFLICT, "wait for its result, or cancel it", "action %lld (%s) is still running",
			(long long) running->number, running->verb);
	for (size_t i = 0; asked->incident->doubt_count && i < asked->incident->action_count; i++) {
		const IncidentAction *action = &asked->incident->actions[i];
		if (action->state == ACTION_IN_DOUBT && (!run || &asked->incident->runs[action->run] == run))
			return refuse(asked, ERROR_CONFLICT, "look at the system, then say ran or not-run",
				"the outcome of action %lld (%s) is not known", (long long) action->number, action->verb);
	}
	return true;
}

bool decide_end(Asked *asked)
{
	const Incident *incident = asked->incident;
	if (!refuse_unsettled(asked, NULL))
		return false;
	Json *open = json_add(asked->data, "open", json_new_array());
	AUTO_CLEAR(StrList) names = { 0 };
	for (size_t i = 0; i < incident->open_count; i++) {
		const char *name = incident->ledger[incident->open_items[i]].name;
		if (strlist_has(&names, name))
			continue;
		strlist_add(&names, name);
		json_append_string(open, name);
	}
	AUTO_FREE char *listed = strlist_join(&names, ", ");
	char why[160];
	snprintf(why, sizeof why, "still open: %s", listed);
	if (!names.count || has_text(asked, "reason"))
		return take_reason(asked, NULL);
	return refuse(asked, ERROR_CONFLICT, "mend what is open (ledger), or give the reason why it stays open", "%s", why);
}

bool decide_handover(Asked *asked)
{
	if (!take_line(asked, "to", REQUIRED, INCIDENT_WHO_MAX))
		return false;
	const char *to = json_get_string(asked->data, "to");
	if (text_eq(to, asked->incident->commander))
		return refuse(asked, ERROR_CONFLICT, NULL, "%s is the commander already", to);
	return true;
}

bool decide_note(Asked *asked)
{
	static const char *const kinds[] = { "sitrep", "improvement", NULL };
	if (!take_text(asked, "text", REQUIRED, INCIDENT_TEXT_MAX) || (json_get(asked->args, "as") && !take_choice(asked, "as", kinds)))
		return false;
	if (text_eq(json_get_string(asked->data, "as"), "improvement") && asked->incident->improvement_count >= INCIDENT_IMPROVEMENTS_MAX)
		return refuse(asked, ERROR_INVALID, "write it as a note", "there are %d improvements already", INCIDENT_IMPROVEMENTS_MAX);
	return true;
}

bool decide_fact(Asked *asked)
{
	const Incident *incident = asked->incident;
	if (!take_name(asked, "name") || !take_value(asked, "value"))
		return false;
	if (incident->fact_count >= INCIDENT_VALUES_MAX && !incident_fact(incident, json_get_string(asked->data, "name")))
		return refuse(asked, ERROR_INVALID, "write it as a note", "there are %d facts already", INCIDENT_VALUES_MAX);
	return true;
}

bool decide_start(Asked *asked)
{
	AUTO_CLEAR(Run) run = { 0 };
	if (asked->incident->run_count >= INCIDENT_RUNS_MAX)
		return refuse(asked, ERROR_INVALID, "end this incident and declare a new one", "there are %d runs already",
			INCIDENT_RUNS_MAX);
	if (!outline_parse(asked->args, &run, asked->err))
		return false;
	char id[16];
	snprintf(id, sizeof id, "r%zu", asked->incident->run_count + 1);
	json_add_string(asked->data, "run", id);
	JSON_EACH(field, asked->args) {
		if (!text_eq(json_key(field), "run"))
			json_add(asked->data, json_key(field), json_copy(field));
	}
	return true;
}

bool decide_finish(Asked *asked)
{
	static const char *const hows[] = { "done", "abandoned", NULL };
	if (!take_walked_run(asked) || !take_choice(asked, "how", hows) || !refuse_unsettled(asked, asked->run))
		return false;
	if (text_eq(json_get_string(asked->data, "how"), "abandoned"))
		return take_reason(asked, "leaving a run wants a reason");
	size_t open = 0;
	for (size_t i = 0; i < asked->run->step_count; i++) {
		const IncidentStep *step = &asked->run->steps[i];
		open += step->counted && !step->optional && step->state != STEP_DONE && step->state != STEP_SKIPPED;
	}
	char why[64];
	snprintf(why, sizeof why, "%zu %s still to do", open, open == 1 ? "step is" : "steps are");
	return take_reason(asked, open ? why : NULL);
}

/* What a probe told never goes over what somebody set while it was asked. */
static bool is_as_seen(Asked *asked, const char *name)
{
	const NamedValue *now = run_find_value(asked->run, name);
	if (!json_get(asked->data, "from") || (now ? now->set.ms : 0) == json_get_int(asked->args, "seen", 0))
		return true;
	return refuse(asked, ERROR_CONFLICT, "look at it; to ask the probe again: breakglass set NAME --from-probe", "%s set %s meanwhile",
		now && now->who ? now->who : "somebody", name);
}

bool decide_set(Asked *asked)
{
	if (!take_walked_run(asked) || !take_name(asked, "name") || !take_value(asked, "value") || !take_line(asked, "from", OPTIONAL, INCIDENT_LINE_MAX))
		return false;
	if (!take_line(asked, "typed", OPTIONAL, INCIDENT_LINE_MAX) || !take_line(asked, "zone", OPTIONAL, INCIDENT_LINE_MAX)
		|| !take_int(asked, "utc", OPTIONAL, 0, INT64_C(1) << 52))
		return false;
	const char *name = json_get_string(asked->data, "name");
	if (!is_as_seen(asked, name))
		return false;
	bool known = false;
	for (size_t i = 0; i < asked->run->value_count; i++)
		known = known || text_eq(asked->run->values[i].name, name);
	if (!known && asked->run->value_count >= INCIDENT_VALUES_MAX)
		return refuse(asked, ERROR_INVALID, "write it as a note", "the run has %d values already", INCIDENT_VALUES_MAX);
	take_bool(asked, "secret");
	if (json_get_bool(asked->data, "secret", false))
		json_remove(asked->data, "value");
	if (json_get_bool(asked->data, "secret", false))
		json_remove(asked->data, "typed");
	return true;
}

bool decide_reading(Asked *asked)
{
	return take_line(asked, "name", REQUIRED, INCIDENT_LINE_MAX) && take_line(asked, "from", OPTIONAL,
		INCIDENT_LINE_MAX)
		&& take_line(asked, "to", REQUIRED, INCIDENT_LINE_MAX) && take_line(asked, "text", OPTIONAL, INCIDENT_LINE_MAX)
		&& take_line(asked, "reason", OPTIONAL, INCIDENT_LINE_MAX);
}

bool decide_repaired(Asked *asked)
{
	return take_int(asked, "cut_bytes", REQUIRED, 0, INT64_C(1) << 40);
}

bool decide_held(Asked *asked)
{
	const int64_t most = INT64_C(1) << 52;
	return take_int(asked, "count", REQUIRED, 0, most) && take_int(asked, "first", OPTIONAL, 0, most) && take_int(asked, "last", OPTIONAL, 0, most)
		&& take_int(asked, "since", OPTIONAL, 0, most) && take_int(asked, "until", OPTIONAL, 0, most)
		&& take_line(asked, "why", REQUIRED, INCIDENT_LINE_MAX);
}

bool decide_engine(Asked *asked)
{
	return take_line(asked, "version", OPTIONAL, INCIDENT_LINE_MAX) && take_int(asked, "lost", OPTIONAL, 0,
		INT64_C(1) << 40);
}
