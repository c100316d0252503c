/* A playbook that a procedure is walked of, up to a line "----" after which values are "NAME=VALUE" lines: its outline is one that an incident takes, every
 * row has its call or says what is missing, no filled-in command or argument holds a value bare, subjects of gates are the same each time. */
#include "fuzz.h"
#include "core/engine/walk.h"
#include "core/providers/provider.h"

static const char ENVIRONMENT[] = "name: fuzz\nkind: live\nsystems:\n  ci: { provider: concourse, url: 'http://127.0.0.1:1', token: { env: X } }\n"
	"people:\n  - { name: ann, roles: [product] }\n  - { name: bob, roles: [engineering] }\nvalues: { given: 'it''s $(x) \"there\"' }\n";

static void fold(Incident *incident, const Draft *draft)
{
	Event event = { .seq = incident->seq + 1, .time = { 1000 + incident->seq }, .who = "ann", .how = "uid", .type = draft->type, .data = draft->data };
	incident_apply(incident, &event);
}

static bool ask(Incident *incident, RequestKind kind, const Json *args)
{
	AUTO_CLEAR(Draft) draft = { 0 };
	Error err = { 0 };
	Request request = { kind, "ann", "uid", args };
	bool ok = incident_decide(incident, &request, (WallTime) { 1000 }, &draft, &err);
	if (ok)
		fold(incident, &draft);
	else
		fuzz_refused(&err);
	return ok;
}

static void declare(Incident *incident)
{
	AUTO(Json) *args = NULL;
	Error err = { 0 };
	bool ok = json_parse(STR("{\"incident\":\"i\",\"title\":\"t\",\"environment\":\"fuzz\",\"drill\":true}"), &args, &err) && ask(incident, REQUEST_DECLARE, args);
	BG_ASSERT(ok);
}

static void set_values(Incident *incident, const Run *run, Str lines)
{
	Str line, name;
	while (str_next_line(&lines, &line)) {
		if (!str_split(&line, '=', &name) || !line.ptr || memchr(line.ptr, '\0', line.len))
			continue;
		AUTO(Json) *args = json_new_object();
		AUTO_FREE char *name_text = str_dup(name);
		AUTO_FREE char *value = str_dup(line);
		json_add_string(args, "run", run->id);
		json_add_string(args, "name", name_text);
		json_add_string(args, "value", value);
		if (utf8_is_valid(name) && utf8_is_valid(line))
			(void) ask(incident, REQUEST_SET, args);
	}
}

static void check_step(const Walk *walk, const Step *step)
{
	WalkRow rows[WALK_ROWS_MAX];
	size_t count = walk_rows(step, rows, WALK_ROWS_MAX);
	AUTO(Json) *checks = NULL;
	AUTO(Json) *failed = walk_failed_guards(walk, step, false);
	AUTO(Json) *probes = walk_probe_guards(walk, step);
	Error err = { 0 };
	if (!walk_checks(walk, step, &checks, &err))
		fuzz_refused(&err);
	for (size_t i = 0; i < 2 * count; i++) {
		AUTO_CLEAR(WalkCall) call = { 0 };
		if (!walk_call(walk, step, i / 2, i % 2, &call, &err))
			fuzz_refused(&err);
		else
			BG_ASSERT(call.verb && !call.missing.count && json_is_object(call.args));
	}
	BG_ASSERT(json_is_array(failed) && json_is_array(probes));
	AUTO_CLEAR(StrList) names = { 0 };
	walk_needs(walk, step, &names);
	AUTO(Json) *looks = walk_looks(walk, &names);
	JSON_EACH(look, looks)
		BG_ASSERT(!walk_value(walk, json_get_string_or(look, "name", "")) && probe_find(json_get_string(look, "probe")));
}

static void check_gate(const Walk *walk, const PlaybookGate *gate)
{
	AUTO_CLEAR(WalkSubject) one = { 0 };
	AUTO_CLEAR(WalkSubject) other = { 0 };
	Error err = { 0 };
	bool can = walk_subject(walk, gate, &one, &err);
	if (!can)
		fuzz_refused(&err);
	BG_ASSERT(walk_subject(walk, gate, &other, &err) == can);
	BG_ASSERT(text_eq(one.digest, other.digest));
}

static void walk_procedure(const Environment *environment, const Playbook *playbook, const Procedure *procedure, Str values)
{
	AUTO(Incident) *incident = incident_new();
	declare(incident);
	Walk walk = { environment, incident, NULL, playbook, procedure };
	AUTO(Json) *outline = walk_outline(&walk);
	if (!ask(incident, REQUEST_START, outline))
		return;
	walk.run = incident_current_run(incident);
	BG_ASSERT(walk.run);
	set_values(incident, walk.run, values);
	walk.run = incident_current_run(incident);
	for (size_t i = 0; i < procedure->step_count && i < 40; i++)
		check_step(&walk, procedure->steps[i]);
	for (size_t i = 0; i < procedure->gate_count && i < 20; i++)
		check_gate(&walk, procedure->gates[i]);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static Environment *environment;
	AUTO(Playbook) *playbook = NULL;
	Error err = { 0 };
	bool ok = environment || environment_parse(str_from(ENVIRONMENT), "/fuzz/environment.yaml", &environment, &err);
	BG_ASSERT(ok);
	Str text = { size ? (const char *) data : "", size };
	ptrdiff_t cut = str_find(text, "\n----\n");
	Str values = cut < 0 ? STR("") : str_slice(text, (size_t) cut + 6, size);
	if (!playbook_parse(cut < 0 ? text : str_slice(text, 0, (size_t) cut + 1), "fuzz.md", provider_vocabulary(), &playbook, &err))
		return 0;
	for (size_t i = 0; i < playbook->procedure_count && i < 4; i++)
		if (!playbook_has_errors(playbook))
			walk_procedure(environment, playbook, playbook->procedures[i], values);
	return 0;
}
