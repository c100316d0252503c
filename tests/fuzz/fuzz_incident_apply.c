/* An incident is told line by line: "TYPE JSON" is a record, "?REQUEST JSON" a request, whose record is folded in when it is
 * accepted. Whatever comes, the counts stay true and every refusal has words; a record that was decided is written, read back and folded by
 * somebody else into the very same state. */
#include "fuzz.h"
#include "core/incident/incident.h"

/* A console's incident beside the engine's. */
typedef struct Two { Incident *mine, *theirs; } Two;

static void fold(Incident *incident, EventType type, const Json *data)
{
	Event event = {
		.seq = incident->seq + 1, .time = { 1000 + incident->seq }, .who = "ann", .how = "uid", .type = type, .data = data,
	};
	AUTO_CLEAR(Buf) line = { 0 };
	incident_apply(incident, &event);
	BG_ASSERT(incident->seq == event.seq);
	event_describe(&event, incident, &line);
	fuzz_harmless(buf_str(&line), SANITISE_LINE);
}

static void fold_both(const Two *two, EventType type, const Json *data)
{
	AUTO_CLEAR(Buf) text = { 0 };
	AUTO(Json) *again = NULL;
	Error err = { 0 };
	fold(two->mine, type, data);
	json_write(data, &text);
	bool read = json_parse(buf_str(&text), &again, &err);
	BG_ASSERT(read);
	fold(two->theirs, event_type_parse(event_type_name(type)), again);
}

static void ask(const Two *two, const char *name, const Json *args)
{
	Incident *incident = two->mine;
	Request request = { .who = "ann", .how = "uid", .args = args };
	AUTO_CLEAR(Draft) draft = { 0 };
	Error err = { 0 };
	if (!request_kind_parse(name, &request.kind))
		return;
	if (incident_decide(incident, &request, (WallTime) { 1000 + incident->seq }, &draft, &err))
		fold_both(two, draft.type, draft.data);
	else
		BG_ASSERT(err.kind != ERROR_BUG && err.what[0] && err.why[0]);
}

static void tell(const Two *two, Str line)
{
	Str name;
	AUTO(Json) *json = NULL;
	Error err;
	if (!str_split(&line, ' ', &name) || !json_parse(line, &json, &err))
		return;
	AUTO_FREE char *text = str_dup(name);
	if (*text == '?')
		ask(two, text + 1, json);
	else
		fold_both(two, event_type_parse(text), json);
}

static void check_counts(const Incident *incident)
{
	size_t running = 0, doubt = 0, open = 0;
	for (size_t i = 0; i < incident->action_count; i++) {
		running += incident->actions[i].state == ACTION_RUNNING;
		doubt += incident->actions[i].state == ACTION_IN_DOUBT;
	}
	for (size_t i = 0; i < incident->ledger_count; i++)
		open += incident->ledger[i].open;
	BG_ASSERT(running == incident->running_count && doubt == incident->doubt_count && open == incident->open_count);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO(Incident) *incident = incident_new();
	AUTO(Incident) *other = incident_new();
	Two two = { incident, other };
	Str rest = { (const char *) data, size }, line;
	while (str_next_line(&rest, &line))
		tell(&two, line);
	check_counts(incident);
	AUTO(Json) *mine = incident_to_json(incident);
	AUTO(Json) *theirs = incident_to_json(other);
	BG_ASSERT(json_equal(mine, theirs));
	return 0;
}
