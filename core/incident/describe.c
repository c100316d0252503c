/* describe.c: one plain line for each record: what a timeline shows. Titles come from the incident where it is at hand,
 * else the ids of the record stand for themselves. */
#include "core/base/text.h"
#include "core/incident/model.h"

typedef struct Told {
	const Event *event;
	const Json *data;
	const Incident *incident;    /* may be NULL */
	const Run *run;              /* NULL when not known */
	Buf *out;
} Told;

typedef void Describe(const Told *told);

static const char *told_text(const Told *told, const char *key)
{
	return json_get_string_or(told->data, key, "");
}

static void told_add(const Told *told, const char *before, const char *key)
{
	const char *text = told_text(told, key);
	if (*text) {
		buf_puts(told->out, before);
		buf_puts(told->out, text);
	}
}

static void told_step(const Told *told, const IncidentStep *step, const char *id)
{
	if (step && *step->number)
		buf_printf(told->out, "%s ", step->number);
	buf_puts(told->out, step ? step->title : id);
}

#define SHORT_TITLE 20

/* "pause the…": enough to know it by, with room for what came of it on the same line. */
static void told_title_short(const Told *told, Str title)
{
	size_t width, fits = text_fit(title, SHORT_TITLE, &width);
	bool whole = fits == title.len;
	for (size_t end = fits; !whole && end > 0; end--) {
		if (title.ptr[end] == ' ') {
			fits = end;
			break;
		}
	}
	buf_put_str(told->out, str_slice(title, 0, fits));
	buf_puts(told->out, whole ? "" : "\xe2\x80\xa6");
}

/* "2.1 pause the…" */
static void told_step_short(const Told *told, const IncidentStep *step, const char *id)
{
	if (step && *step->number)
		buf_printf(told->out, "%s ", step->number);
	told_title_short(told, str_from(step ? step->title : id));
}

static void told_own_step_short(const Told *told)
{
	const char *id = told_text(told, "step");
	told_step_short(told, told->run ? run_find_step(told->run, id) : NULL, id);
}

/* "2.1 pause the pipeline" from the record's step. */
static void told_own_step(const Told *told)
{
	const char *id = told_text(told, "step");
	told_step(told, told->run ? run_find_step(told->run, id) : NULL, id);
}

static const char *gate_words(const Told *told)
{
	const char *id = told_text(told, "gate");
	const Gate *gate = told->run ? run_find_gate(told->run, id) : NULL;
	return gate && *gate->title ? gate->title : id;
}

static void told_gate(const Told *told)
{
	buf_puts(told->out, gate_words(told));
}

/* A step's gate has the step's title, behind which nobody would see whether it was a yes or a no. */
static void told_gate_short(const Told *told)
{
	told_title_short(told, str_from(gate_words(told)));
}

/* "action 7 fastly.clone of 4.2 clone": an action's record names only its number. */
static void told_action(const Told *told)
{
	int64_t number = json_get_int(told->data, "action", 0);
	const IncidentAction *action = told->incident ? incident_find_action(told->incident, number) : NULL;
	if (action) {
		const IncidentStep *step = &told->incident->runs[action->run].steps[action->step];
		told_step_short(told, step, step->id);
		buf_printf(told->out, ": %s%s", action->undo ? "undo, " : "", action->verb);
	} else {
		buf_printf(told->out, "action %lld", (long long) number);
	}
}

static void describe_declared(const Told *told)
{
	buf_puts(told->out, json_get_bool(told->data, "drill", false) ? "drill declared: " : "incident declared: ");
	buf_puts(told->out, told_text(told, "title"));
}

static void describe_ended(const Told *told)
{
	const Json *open = json_get(told->data, "open");
	buf_puts(told->out, "incident ended");
	if (json_count(open)) {
		const char *before = ", still open: ";
		JSON_EACH(name, open) {
			buf_puts(told->out, before);
			buf_puts(told->out, json_string(name));
			before = ", ";
		}
	}
	told_add(told, ": ", "reason");
}

static void describe_commander(const Told *told)
{
	told_add(told, "command goes to ", "to");
}

static void describe_note(const Told *told)
{
	const char *as = told_text(told, "as");
	buf_printf(told->out, "%s: ", *as ? as : "note");
	buf_puts(told->out, told_text(told, "text"));
}

#define WRITABLE_MS INT64_C(253402300800000)   /* the year 10000 */

/* The damage is kept in ms, which the verdict reckons with. */
static void describe_fact(const Told *told)
{
	int64_t ms;
	char iso[WALL_TEXT_SIZE];
	const char *value = json_get_string_or(told->data, "value", "");
	if (text_eq(json_get_string(told->data, "name"), DAMAGE_FACT) && str_parse_int(str_from(value), &ms) && ms > 0 && ms < WRITABLE_MS)
		buf_printf(told->out, "the damage began %.19sZ", wall_format_iso((WallTime) { ms }, iso));
	else
		buf_printf(told->out, "%s is %s", told_text(told, "name"), told_text(told, "value"));
}

static void describe_run_started(const Told *told)
{
	buf_printf(told->out, "run %s started: %s", told_text(told, "run"),
		json_get_string_or(json_get(told->data, "procedure"), "title", ""));
}

static void describe_run_ended(const Told *told)
{
	buf_printf(told->out, "run %s ended: %s", told_text(told, "run"), told_text(told, "how"));
	told_add(told, ", ", "reason");
}

static void describe_value(const Told *told)
{
	bool secret = json_get_bool(told->data, "secret", false);
	buf_printf(told->out, "%s set to %s", told_text(told, "name"), secret ? "a secret value" : told_text(told,
		"value"));
	told_add(told, ", from ", "from");
	if (secret || !json_get_string(told->data, "typed"))
		return;
	buf_printf(told->out, ", typed \"%s\"", told_text(told, "typed"));
	if (json_get_string(told->data, "zone"))
		buf_printf(told->out, " (zone %s)", told_text(told, "zone"));
}

static void describe_step(const Told *told)
{
	told_own_step(told);
	buf_printf(told->out, ": %s", event_type_label(told->event->type));
	told_add(told, ", ", "reason");
}

static void describe_reclassified(const Told *told)
{
	told_own_step(told);
	told_add(told, ": is a ", "as");
}

static void describe_asked(const Told *told)
{
	buf_puts(told->out, "sign-off asked: ");
	told_gate(told);
}

static void describe_signoff(const Told *told)
{
	static const struct { const char *decision, *words; } words[] = {
		{ "yes", "signed" }, { "no", "said no" }, { "escalate", "wants somebody else to decide" }, { "withdraw", "took the answer back" },
		{ "alone", "GOES ON ALONE" }, { "countersign", "countersigned" },
	};
	const char *said = "answered";
	for (size_t i = 0; i < BG_LENGTH(words); i++) {
		if (text_eq(words[i].decision, told_text(told, "decision")))
			said = words[i].words;
	}
	told_gate_short(told);
	buf_printf(told->out, ": %s %s as %s", told_text(told, "person"), said, told_text(told, "role"));
	if (text_eq(told_text(told, "method"), SIGNOFF_BY_CODE))
		buf_puts(told->out, " by one-time code (weaker)");
	if (json_get_bool(told->data, "touched", false))
		buf_puts(told->out, json_get_bool(told->data, "verified", false) ? ", key touched, with PIN or finger" : ", key touched");
	if (told->event->who && !text_eq(told->event->who, told_text(told, "person")))
		buf_printf(told->out, " at %s's login", told->event->who);
	told_add(told, ", ", "reason");
}

static void describe_plan(const Told *told)
{
	size_t changes = json_count(json_get(json_get(told->data, "plan"), "changes"));
	told_own_step_short(told);
	buf_printf(told->out, ": %s, %zu %s, %.12s", json_get_bool(told->data, "undo", false) ? "undo planned" : "planned",
		changes,
		changes == 1 ? "change" : "changes", told_text(told, "digest"));
}

static void describe_started(const Told *told)
{
	told_own_step_short(told);
	buf_printf(told->out, ": %s%s started (action %lld)", json_get_bool(told->data, "undo", false) ? "undo, " : "",
		told_text(told, "verb"), (long long) json_get_int(told->data, "action", 0));
	told_add(told, " in the terminal ", "terminal");
	told_add(told, ", ", "reason");
}

static void describe_finished(const Told *told)
{
	const Json *error = json_get(told->data, "error");
	told_action(told);
	buf_printf(told->out, " %s", told_text(told, "outcome"));
	if (json_get_string(error, "why"))
		buf_printf(told->out, ": %s", json_get_string(error, "why"));
	if (text_eq(told_text(told, "verified"), "no"))
		buf_puts(told->out, ", but the system does not show it");
	told_add(told, ": ", "evidence");
}

static void describe_lost(const Told *told)
{
	told_action(told);
	told_add(told, " IN DOUBT: ", "why");
}

static void describe_resolved(const Told *told)
{
	bool ran = text_eq(told_text(told, "as"), "ran");
	const char *separator = " resolved on ";
	told_action(told);
	JSON_EACH(name, json_get(told->data, "nodes")) {
		buf_printf(told->out, "%s%s", separator, json_string(name) ? json_string(name) : "");
		separator = ", ";
	}
	buf_printf(told->out, "%s, it %s", json_count(json_get(told->data, "nodes")) ? "" : " resolved", ran ? "ran" : "did not run");
	told_add(told, ": ", "reason");
}

static void describe_check(const Told *told)
{
	told_own_step_short(told);
	buf_puts(told->out, json_get_bool(told->data, "ok", false) ? ": verified" : ": not verified");
	told_add(told, ": ", "name");
	told_add(told, ", ", "text");
	told_add(told, ", ", "reason");
}

static void describe_reading(const Told *told)
{
	buf_printf(told->out, "%s %s", told_text(told, "name"), told_text(told, "to"));
	told_add(told, ", was ", "from");
	told_add(told, ": ", "text");
	told_add(told, ", ", "reason");
}

static void describe_repaired(const Told *told)
{
	buf_printf(told->out, "journal repaired: %lld bytes of a torn last line were cut",
		(long long) json_get_int(told->data, "cut_bytes", 0));
}

static void told_hm(const Told *told, const char *before, const char *key)
{
	char time[WALL_TEXT_SIZE];
	int64_t ms = json_get_int(told->data, key, 0);
	if (ms > 0)
		buf_printf(told->out, "%s%s", before, wall_format_clock((WallTime) { ms }, told->event->time, time));
}

static void describe_held(const Told *told)
{
	int64_t count = json_get_int(told->data, "count", 0);
	if (count)
		buf_printf(told->out, "%lld %s held in memory", (long long) count, count == 1 ? "record was" : "records were");
	else
		buf_puts(told->out, "the record could not be written");
	told_hm(told, " from ", "since");
	told_hm(told, " to ", "until");
	told_add(told, ": ", "why");
	buf_puts(told->out, count ? "; on disk since" : "; it can be again");
}

static void describe_engine(const Told *told)
{
	int64_t lost = json_get_int(told->data, "lost", 0);
	buf_puts(told->out, "engine started");
	told_add(told, " ", "version");
	if (lost)
		buf_printf(told->out, ", %lld %s under way", (long long) lost, lost == 1 ? "action" : "actions");
}

static Describe *const describers[EVENT_TYPE_COUNT] = {
	[EVENT_INCIDENT_DECLARED] = describe_declared,
	[EVENT_INCIDENT_ENDED] = describe_ended,
	[EVENT_COMMANDER_CHANGED] = describe_commander,
	[EVENT_NOTE_ADDED] = describe_note,
	[EVENT_FACT_SET] = describe_fact,
	[EVENT_RUN_STARTED] = describe_run_started,
	[EVENT_RUN_ENDED] = describe_run_ended,
	[EVENT_VALUE_SET] = describe_value,
	[EVENT_STEP_TICKED] = describe_step,
	[EVENT_STEP_UNTICKED] = describe_step,
	[EVENT_STEP_SKIPPED] = describe_step,
	[EVENT_STEP_RECLASSIFIED] = describe_reclassified,
	[EVENT_GATE_ASKED] = describe_asked,
	[EVENT_SIGNOFF_GIVEN] = describe_signoff,
	[EVENT_PLAN_MADE] = describe_plan,
	[EVENT_ACTION_STARTED] = describe_started,
	[EVENT_ACTION_FINISHED] = describe_finished,
	[EVENT_ACTION_LOST] = describe_lost,
	[EVENT_ACTION_RESOLVED] = describe_resolved,
	[EVENT_CHECK_FINISHED] = describe_check,
	[EVENT_READING_CHANGED] = describe_reading,
	[EVENT_JOURNAL_REPAIRED] = describe_repaired,
	[EVENT_JOURNAL_HELD] = describe_held,
	[EVENT_ENGINE_STARTED] = describe_engine,
};

void event_describe(const Event *event, const Incident *incident, Buf *out)
{
	AUTO_CLEAR(Buf) line = { 0 };
	Told told = { .event = event, .data = event->data, .incident = incident, .out = &line };
	if (incident)
		told.run = incident_find_run(incident, json_get_string(event->data, "run"));
	if (event->type > EVENT_UNKNOWN && event->type < EVENT_TYPE_COUNT)
		describers[event->type](&told);
	else
		buf_puts(&line, "a record of a newer version");
	text_sanitise(buf_str(&line), SANITISE_LINE, out);
}
