/* approval.c: see approval.h. */
#include "core/engine/approval.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/file.h"

void signing_rules_clear(SigningRules *rules) {
	roster_free(rules->roster);
	revocations_clear(&rules->revocations);
	free(rules->holders);
}
bool signing_rules_load(const Environment *environment, SigningRules *ret_rules, Error *err) {
	AUTO_CLEAR(SigningRules) rules = {0};
	const SignoffSettings *settings = &environment->signoff;
	if (!settings->signers || !*settings->signers) {
		error_set(err, ERROR_MISSING, "the environment names no signers");
		return error_hint(err, "add `signers: allowed_signers` to %s", environment->path);
	}
	if (!roster_load(settings->signers, &rules.roster, err))
		return false;
	if (settings->revoked && *settings->revoked && !revocations_load(settings->revoked, &rules.revocations, err))
		return false;
	rules.holders = bg_calloc(environment->person_count + 1, sizeof(*rules.holders));
	for (size_t i = 0; i < environment->person_count; i++)
		rules.holders[rules.count++] = (RoleHolder){environment->people[i].name, environment->people[i].principal,
			&environment->people[i].roles};
	*ret_rules = rules;
	rules = (SigningRules){0};
	return true;
}

const char *approval_kind(const Environment *environment) {
	return environment->kind == ENVIRONMENT_DRILL ? "drill" : "live";
}

char *approval_step(const PlaybookGate *gate, const Gate *state) {
	return gate->step ? bg_asprintf("%s %s", gate->step->number, gate->step->title) : bg_strdup(state->title);
}

/* ---- as data ---- */

static void describe_signoff(const Signoff *signoff, Json *list) {
	Json *json = json_append(list, json_new_object());
	json_add_string(json, "role", signoff->role);
	json_add_string(json, "person", signoff->person);
	json_add_string(json, "decision", decision_name(signoff->decision));
	json_add_string(json, "method", signoff->method);
	json_add_string(json, "key", signoff->key);
	json_add_string(json, "statement", signoff->statement);
	json_add_string(json, "signature", signoff->signature);
	json_add_string(json, "subject", signoff->subject);
	json_add_int(json, "time", signoff->time.ms);
	json_add_int(json, "expires", signoff->expires.ms);
}

static void add_list(Json *json, const char *key, const StrList *list) {
	Json *array = json_add(json, key, json_new_array());
	for (size_t i = 0; i < list->count; i++)
		json_append_string(array, list->items[i]);
}

static void describe_gate(const Walk *walk, const Gate *gate, Json *list) {
	const PlaybookGate *written = playbook_find_gate(walk->playbook, gate->id);
	AUTO_FREE char *step = written ? approval_step(written, gate) : NULL;
	Json *json = json_append(list, json_new_object());
	json_add_string(json, "incident", walk->incident->id);
	json_add_string(json, "run", walk->run->id);
	json_add_string(json, "playbook", path_base(walk->run->playbook_path));
	json_add_string(json, "playbook_digest", walk->run->playbook_sha256);
	json_add_string(json, "step", step);
	json_add_string(json, "id", gate->id);
	json_add_string(json, "title", gate->title);
	json_add_string(json, "subject", gate->subject);
	json_add_int(json, "asked_seq", gate->asked_seq);
	json_add_int(json, "min", gate->min);
	json_add_bool(json, "reason", gate->reason_required);
	json_add_bool(json, "live", gate->live);
	json_add_bool(json, "solo", gate->solo);
	json_add_int(json, "latched", gate->latched ? gate->latched_at.ms : 0);
	add_list(json, "roles", &gate->roles);
	add_list(json, "lines", &gate->lines);
	Json *signoffs = json_add(json, "signoffs", json_new_array());
	for (size_t i = gate->signoffs_from; i < gate->signoff_count; i++)
		describe_signoff(&gate->signoffs[i], signoffs);
}

Json *approval_json(const Walk *walk, const IncidentStep *step) {
	const Gate *gates[RUN_GATES_MAX];
	size_t count = run_step_gates(walk->run, step, gates, RUN_GATES_MAX);
	Json *list = json_new_array();
	for (size_t i = 0; i < count; i++)
		describe_gate(walk, gates[i], list);
	return list;
}

/* ---- judged ---- */

typedef struct Approved { Gate gate; const Json *json; } Approved;

static void approved_clear(Approved *approved) {
	Gate *gate = &approved->gate;
	for (size_t i = 0; i < gate->signoff_count; i++) {
		Signoff *signoff = &gate->signoffs[i];
		char *texts[] = {signoff->role, signoff->person, signoff->method, signoff->key, signoff->statement, signoff->signature};
		for (size_t k = 0; k < BG_LENGTH(texts); k++)
			free(texts[k]);
	}
	free(gate->signoffs);
	free(gate->id);
	free(gate->title);
	strlist_clear(&gate->roles);
	strlist_clear(&gate->lines);
}
BG_DEFINE_CLEARP(Approved, approved_clear)

static char *take_text(const Json *json, const char *key) { return bg_strdup_or_null(json_get_string(json, key)); }

static void take_list(const Json *json, const char *key, StrList *list) {
	JSON_EACH(item, json_get(json, key))
		strlist_add(list, json_string(item));
}

static void take_subject(const Json *json, char ret[static 65]) {
	const char *subject = json_get_string_or(json, "subject", "");
	if (strlen(subject) == 64)
		memcpy(ret, subject, 65);
}

static void take_gate(const Json *json, Approved *approved) {
	Gate *gate = &approved->gate;
	approved->json = json;
	gate->id = take_text(json, "id");
	gate->title = bg_strdup(json_get_string_or(json, "title", ""));
	take_subject(json, gate->subject);
	gate->asked_seq = json_get_int(json, "asked_seq", 0);
	gate->min = (int) json_get_int(json, "min", 0);
	gate->reason_required = json_get_bool(json, "reason", true);
	gate->live = json_get_bool(json, "live", true);
	gate->solo = json_get_bool(json, "solo", false);
	gate->latched_at.ms = json_get_int(json, "latched", 0);
	gate->latched = gate->latched_at.ms != 0;
	take_list(json, "roles", &gate->roles);
	take_list(json, "lines", &gate->lines);
	gate->signoffs = bg_calloc(json_count(json_get(json, "signoffs")) + 1, sizeof(*gate->signoffs));
	JSON_EACH(item, json_get(json, "signoffs")) {
		Signoff *signoff = &gate->signoffs[gate->signoff_count];
		if (!decision_parse(json_get_string(item, "decision"), &signoff->decision))
			continue;
		gate->signoff_count++;
		signoff->role = take_text(item, "role");
		signoff->person = take_text(item, "person");
		signoff->method = take_text(item, "method");
		signoff->key = take_text(item, "key");
		signoff->statement = take_text(item, "statement");
		signoff->signature = take_text(item, "signature");
		take_subject(item, signoff->subject);
		signoff->time.ms = json_get_int(item, "time", 0);
		signoff->expires.ms = json_get_int(item, "expires", 0);
	}
}

static bool is_still_allowed(const Environment *environment, const Signoff *signoff, Error *err) {
	if (signoff->decision == DECISION_ALONE && !environment->signoff.solo)
		return error_set(err, ERROR_DENIED, "this environment lets nobody go on alone any more");
	if (signoff_is_weaker(signoff) && !*environment->signoff.codes)
		return error_set(err, ERROR_DENIED, "this environment takes no one-time codes any more");
	return true;
}

static bool judge(const Environment *environment, const SignoffRules *rules, const SignoffExpectation *expected, const Signoff *signoff,
	Error *err) {
	AUTO_CLEAR(AcceptedSignoff) accepted = {0};
	Str statement = str_from(signoff->statement ? signoff->statement : "");
	if (!is_still_allowed(environment, signoff, err))
		return false;
	SignoffRefusal refusal = signoff_is_weaker(signoff) ? signoff_judge_code(statement, rules, expected, &accepted, err)
		: signoff_judge(statement, str_from(signoff->signature ? signoff->signature : ""), rules, expected, &accepted, err);
	return refusal == REFUSED_NOT;
}

/* A signature that counted then must still count now, save for its expiry where a section was opened in time: that stays open. */
static bool gate_holds(const Environment *environment, const SigningRules *rules, const Approved *approved, SignoffExpectation expected,
	Error *err) {
	const Gate *gate = &approved->gate;
	SignoffRules given = {rules->roster, &rules->revocations, rules->holders, rules->count};
	WallTime now = expected.now;
	if (gate_refuses(gate, expected.now, err))
		return false;
	for (size_t i = 0; i < gate->signoff_count; i++) {
		const Signoff *signoff = &gate->signoffs[i];
		if (!gate_counts(gate, signoff, now))
			continue;
		expected.now = gate->live ? now : signoff->time;
		if (!judge(environment, &given, &expected, signoff, err))
			return error_where(err, "the sign-off of %s as %s no longer counts", signoff->person, signoff->role);
	}
	return true;
}

bool approval_holds(const Environment *environment, const Json *approvals, const char *(*head_of)(void *userdata, int64_t seq),
	void *userdata, Error *err) {
	AUTO_CLEAR(SigningRules) rules = {0};
	if (json_count(approvals) && !signing_rules_load(environment, &rules, err))
		return false;
	JSON_EACH(json, approvals) {
		AUTO_CLEAR(Approved) approved = {0};
		take_gate(json, &approved);
		SignoffExpectation expected = {.environment = environment->name, .kind = approval_kind(environment),
			.incident = json_get_string(json, "incident"), .run = json_get_string(json, "run"), .gate = approved.gate.id,
			.playbook_digest = json_get_string(json, "playbook_digest"), .digest = approved.gate.subject,
			.playbook = json_get_string(json, "playbook"), .step = json_get_string(json, "step"), .changes = &approved.gate.lines,
			.gate_roles = &approved.gate.roles, .reason_required = approved.gate.reason_required,
			.gate_record = approved.gate.asked_seq, .max_validity_ms = environment->signoff.validity_ms, .head_of = head_of,
			.userdata = userdata, .now = wall_now()};
		if (!gate_holds(environment, &rules, &approved, expected, err))
			return false;
	}
	return true;
}
