/* An incident is told line by line: "TYPE JSON" is a record, "?REQUEST JSON" a request, whose record is folded in when it is
 * accepted. Whatever comes, the counts stay true and every refusal has words. */
#include "core/base/alloc.h"
#include "core/incident/incident.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void fold(Incident *incident, EventType type, const Json *data)
{
	Event event = {
		.seq = incident->seq + 1, .time = { 1000 + incident->seq }, .who = "ann", .how = "uid", .type = type, .data = data,
	};
	AUTO_CLEAR(Buf) line = { 0 };
	incident_apply(incident, &event);
	BG_ASSERT(incident->seq == event.seq);
	event_describe(&event, incident, &line);
}

static void ask(Incident *incident, const char *name, const Json *args)
{
	Request request = { .who = "ann", .how = "uid", .args = args };
	AUTO_CLEAR(Draft) draft = { 0 };
	Error err = { 0 };
	if (!request_kind_parse(name, &request.kind))
		return;
	if (incident_decide(incident, &request, (WallTime) { 1000 + incident->seq }, &draft, &err))
		fold(incident, draft.type, draft.data);
	else
		BG_ASSERT(err.kind != ERROR_BUG && err.what[0] && err.why[0]);
}

static void tell(Incident *incident, Str line)
{
	Str name;
	AUTO(Json) *json = NULL;
	Error err;
	if (!str_split(&line, ' ', &name) || !json_parse(line, &json, &err))
		return;
	AUTO_FREE char *text = str_dup(name);
	if (*text == '?')
		ask(incident, text + 1, json);
	else
		fold(incident, event_type_parse(text), json);
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
	Str rest = { (const char *) data, size }, line;
	while (str_next_line(&rest, &line))
		tell(incident, line);
	check_counts(incident);
	AUTO(Json) *json = incident_to_json(incident);
	BG_ASSERT(json);
	return 0;
}
