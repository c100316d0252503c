/* signing.c: see signing.h. The roster is read anew each time: a key that was revoked a minute ago does not sign. */
#include "core/engine/signing.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/engine/approval.h"
#include "core/engine/one_time.h"
#include "core/engine/receipt.h"
#include "core/signoff/judge.h"
#include "core/signoff/roster.h"
#include "core/signoff/statement.h"

/* ---- who may sign with which key ---- */

static void describe_signer(const SigningRules *rules, size_t key_index, const PublicKey *key, Json *signers) {
	char fingerprint[FINGERPRINT_SIZE];
	public_key_fingerprint(key, fingerprint);
	for (size_t i = 0; i < rules->count; i++) {
		if (!roster_lists(rules->roster, key, rules->holders[i].principal))
			continue;
		const RosterEntry *entry;
		RosterAnswer answer = roster_check(rules->roster, key, rules->holders[i].principal, SIGNOFF_NAMESPACE, wall_now(), &entry);
		Json *item = json_append(signers, json_new_object());
		json_add_int(item, "key", (int64_t) key_index);
		json_add_string(item, "fingerprint", fingerprint);
		json_add_string(item, "person", rules->holders[i].person);
		json_add_bool(item, "valid", answer == ROSTER_ALLOWED && !revocations_has(&rules->revocations, key));
		Json *roles = json_add(item, "roles", json_new_array());
		for (size_t r = 0; r < rules->holders[i].roles->count; r++)
			json_append_string(roles, rules->holders[i].roles->items[r]);
	}
}

bool signing_signers(Ask *ask, Error *err) {
	AUTO_CLEAR(SigningRules) rules = {0};
	if (!signing_rules_load(ask->engine->environment, &rules, err))
		return false;
	ask->data = json_new_object();
	Json *signers = json_add(ask->data, "signers", json_new_array());
	size_t index = 0;
	JSON_EACH(key, json_get(ask->args, "keys")) {
		AUTO_CLEAR(Buf) blob = {0};
		AUTO_CLEAR(PublicKey) parsed = {0};
		if (json_string(key) && base64_decode(str_from(json_string(key)), &blob) && public_key_parse(buf_str(&blob), &parsed, NULL))
			describe_signer(&rules, index, &parsed, signers);
		index++;
	}
	return true;
}

/* ---- the subject and the text ---- */

#define GATES_OF_STEP_MAX 16

/* A step named instead of a gate means the one that still wants signatures: the innermost of those that were asked for, else the
 * innermost at all. */
static const Gate *gate_of_step(const Run *run, const IncidentStep *step, bool countersign) {
	const Gate *gates[GATES_OF_STEP_MAX], *chosen = NULL;
	size_t count = run_step_gates(run, step, gates, GATES_OF_STEP_MAX);
	for (size_t i = 0; countersign && i < count; i++)
		if (gate_override(gates[i], NULL))
			return gates[i];
	for (size_t i = 0; i < count; i++) {
		bool wanted = *gates[i]->subject && gate_state(gates[i], wall_now()) != GATE_SIGNED;
		bool chosen_wanted = chosen && *chosen->subject && gate_state(chosen, wall_now()) != GATE_SIGNED;
		if (!chosen || wanted > chosen_wanted || (wanted == chosen_wanted && gates[i]->steps.count < chosen->steps.count))
			chosen = gates[i];
	}
	return chosen;
}

static bool find_gate(const Ask *ask, Walk *ret_walk, const PlaybookGate **ret_gate, const Gate **ret_state, Error *err) {
	if (!ask_find_walk(ask, ret_walk, NULL, err))
		return false;
	const char *id = json_get_string_or(ask->args, "gate", "");
	const char *step_id = json_get_string(ask->args, "step");
	const IncidentStep *step = step_id ? run_find_step(ret_walk->run, step_id) : NULL;
	const Gate *meant = step ? gate_of_step(ret_walk->run, step, text_eq(json_get_string(ask->args, "decision"), "countersign")) : NULL;
	if (meant)
		id = meant->id;
	*ret_gate = playbook_find_gate(ret_walk->playbook, id);
	*ret_state = run_find_gate(ret_walk->run, id);
	if (*ret_gate && *ret_state)
		return true;
	error_set(err, ERROR_MISSING, step_id ? "no sign-off is asked at step %s" : "there is no gate %s in this run", step_id ? step_id : id);
	return error_hint(err, "breakglass show names the gates of a playbook");
}

bool signing_gate(Ask *ask, Error *err) {
	Walk walk;
	const PlaybookGate *gate;
	const Gate *state;
	if (!find_gate(ask, &walk, &gate, &state, err))
		return false;
	AUTO_CLEAR(WalkSubject) subject = {0};
	Error why = {0};
	bool ready = walk_subject(&walk, gate, &subject, &why);
	ask->data = json_new_object();
	json_add_string(ask->data, "gate", gate->id);
	json_add_bool(ask->data, "ready", ready);
	json_add_bool(ask->data, "asked", ready && text_eq(state->subject, subject.digest));
	json_add_string(ask->data, "subject", ready ? subject.digest : NULL);
	if (!ready)
		json_add(ask->data, "error", error_to_json(&why));
	Json *lines = json_add(ask->data, "lines", json_new_array());
	for (size_t i = 0; i < subject.lines.count; i++)
		json_append_string(lines, subject.lines.items[i]);
	Json *missing = json_add(ask->data, "missing", json_new_array());
	for (size_t i = 0; i < subject.missing.count; i++)
		json_append_string(missing, subject.missing.items[i]);
	return true;
}

/* What is to be signed. Borrowed from the gate's state, or from a WalkSubject beside it. */
typedef struct SignSubject { const char *digest; const StrList *lines; int64_t asked_seq; } SignSubject;

/* The subject as it is now, not as it was when the text was made: a plan that changed in between is another subject. A countersignature
 * is over what was done alone: `digest` of it, or the oldest when NULL. */
static bool find_subject(const Walk *walk, const PlaybookGate *gate, const Gate *state, StatementDecision decision, const char *digest,
	WalkSubject *live, SignSubject *ret, Error *err) {
	if (decision == STATEMENT_COUNTERSIGN) {
		const Override *override = gate_override(state, digest);
		if (!override) {
			error_set(err, ERROR_CONFLICT, "nobody went on alone over exactly this, or it is countersigned");
			return error_hint(err, "breakglass ledger lists what waits for a countersignature");
		}
		*ret = (SignSubject){override->subject, &override->lines, override->asked_seq};
		return true;
	}
	if (!walk_subject(walk, gate, live, err))
		return false;
	*ret = (SignSubject){live->digest, &live->lines, state->asked_seq};
	return true;
}

static bool fill_statement(const Ask *ask, const Walk *walk, const PlaybookGate *gate, const Gate *state, const SignSubject *subject,
	Statement *statement, Error *err) {
	const Environment *environment = ask->engine->environment;
	const char *person = json_get_string_or(ask->args, "person", "");
	const EnvironmentPerson *signer = environment_find_person(environment, person);
	if (!signer) {
		error_set(err, ERROR_MISSING, "there is no person %s in the environment", person);
		return error_hint(err, "breakglass status lists who may sign");
	}
	WallTime now = wall_now();
	statement->environment = bg_strdup(environment->name);
	statement->kind = bg_strdup(approval_kind(environment));
	statement->incident = bg_strdup(walk->incident->id);
	statement->playbook = bg_strdup(path_base(walk->run->playbook_path));
	statement->playbook_digest = bg_strdup(walk->run->playbook_sha256);
	statement->run = bg_strdup(walk->run->id);
	statement->gate = bg_strdup(gate->id);
	statement->step = approval_step(gate, state);
	statement->role = bg_strdup(json_get_string_or(ask->args, "role", ""));
	statement->signer = bg_strdup(signer->principal);
	statement->reason = bg_strdup(json_get_string_or(ask->args, "reason", ""));
	statement->digest = bg_strdup(subject->digest);
	for (size_t i = 0; i < subject->lines->count; i++)
		strlist_add(&statement->changes, subject->lines->items[i]);
	statement->record = incident_file_seq(ask->engine->file);
	statement->head = bg_strdup(incident_file_head(ask->engine->file));
	/* Whole seconds: a text that a person compares by eye carries no more than it needs. */
	statement->time = (WallTime){now.ms / 1000 * 1000};
	statement->expires = (WallTime){statement->time.ms + environment->signoff.validity_ms};
	return true;
}

/* What would be done now is not what the gate asks for. Always false. */
static bool not_asked(const Run *run, const Gate *gate, Error *err) {
	const IncidentStep *before = gate_waits_for(run, gate);
	if (before) {
		error_set(err, ERROR_CONFLICT, "it is signed after what comes before it, and step %s is not done", before->number);
		return error_hint(err, "first %s %.80s: do it, or leave it out with a reason", before->number, before->title);
	}
	error_set(err, ERROR_CONFLICT, "what would be done has changed a moment ago");
	return error_hint(err, "ask again: the gate is being renewed");
}

bool signing_statement(Ask *ask, Error *err) {
	Walk walk;
	const PlaybookGate *gate;
	const Gate *state;
	if (!find_gate(ask, &walk, &gate, &state, err))
		return false;
	AUTO_CLEAR(WalkSubject) live = {0};
	AUTO_CLEAR(Statement) statement = {0};
	SignSubject subject;
	if (!statement_decision_parse(json_get_string_or(ask->args, "decision", "yes"), &statement.decision))
		return error_set(err, ERROR_INVALID, "a decision is yes, no, escalate, withdraw, alone or countersign");
	if (!find_subject(&walk, gate, state, statement.decision, NULL, &live, &subject, err))
		return false;
	if (statement.decision != STATEMENT_COUNTERSIGN && !text_eq(state->subject, subject.digest))
		return not_asked(walk.run, state, err);
	if (!fill_statement(ask, &walk, gate, state, &subject, &statement, err))
		return false;
	AUTO_CLEAR(Buf) text = {0};
	statement_render(&statement, &text);
	ask->data = json_new_object();
	json_add_string(ask->data, "text", buf_text(&text));
	json_add_string(ask->data, "gate", gate->id);
	return true;
}

/* ---- judging ---- */

static const char *head_of(void *userdata, int64_t seq) { return incident_file_head_of(userdata, seq); }

/* Borrows all; `step` is what the gate is called in a statement. */
static SignoffExpectation expectation(const Engine *engine, const Walk *walk, const Gate *state, const SignSubject *subject,
	const char *step) {
	return (SignoffExpectation){.environment = engine->environment->name, .kind = approval_kind(engine->environment),
		.incident = walk->incident->id, .run = walk->run->id, .gate = state->id,
		.playbook_digest = walk->run->playbook_sha256, .digest = subject->digest,
		.playbook = path_base(walk->run->playbook_path), .step = step, .changes = subject->lines, .gate_roles = &state->roles,
		.reason_required = state->reason_required, .gate_record = subject->asked_seq,
		.max_validity_ms = engine->environment->signoff.validity_ms, .head_of = head_of, .userdata = engine->file,
		.now = wall_now()};
}

static bool is_by_code(const Ask *ask) { return json_get_string(ask->args, "code") != NULL; }

/* How it came: what a client says of a signature is shown and changes nothing; that it was a code, it cannot say. */
static const char *method_of(const Ask *ask) {
	static const char *const methods[] = {"agent", "key", "signature"};
	for (size_t i = 0; i < BG_LENGTH(methods); i++)
		if (!is_by_code(ask) && text_eq(json_get_string(ask->args, "method"), methods[i]))
			return methods[i];
	return is_by_code(ask) ? SIGNOFF_BY_CODE : "signature";
}

static Json *signoff_args(const Ask *ask, const Gate *state, const AcceptedSignoff *accepted, const char *run) {
	Json *args = json_new_object();
	json_add_string(args, "run", run);
	json_add_string(args, "gate", state->id);
	json_add_string(args, "role", accepted->statement.role);
	json_add_string(args, "person", accepted->person);
	json_add_string(args, "decision", statement_decision_name(accepted->statement.decision));
	json_add_string(args, "reason", accepted->statement.reason);
	json_add_string(args, "subject", accepted->statement.digest);
	json_add_string(args, "key", *accepted->fingerprint ? accepted->fingerprint : NULL);
	json_add_string(args, "method", method_of(ask));
	json_add_string(args, "statement", json_get_string(ask->args, "statement"));
	json_add_string(args, "signature", is_by_code(ask) ? NULL : json_get_string(ask->args, "signature"));
	json_add_int(args, "signed", accepted->statement.time.ms);
	json_add_int(args, "expires", accepted->statement.expires.ms);
	json_add_int(args, "checkpoint", accepted->statement.record);
	if (accepted->facts.from_device) {
		json_add_bool(args, "touched", accepted->facts.user_present);
		json_add_bool(args, "verified", accepted->facts.user_verified);
	}
	return args;
}

/* The record and the receipt stand and fall together. */
static bool record_with_receipt(const Ask *ask, const Request *request, const char *person, const char *gate, Error *err) {
	IncidentFile *file = ask->engine->file;
	AUTO_FREE char *receipt = NULL;
	if (!receipt_prepare(file, gate, person, json_get_string_or(ask->args, "statement", ""),
			is_by_code(ask) ? "" : json_get_string_or(ask->args, "signature", ""), &receipt, err))
		return false;
	Error why = {0};
	if (!incident_file_request(file, request, &why)) {
		/* On a disk that fails nobody knows whether the record is there after a restart: its receipt must be there then, too. */
		if (why.kind != ERROR_IO)
			receipt_drop(file, receipt);
		*err = why;
		return false;
	}
	receipt_keep(file, receipt);
	return true;
}

bool signing_sign(Ask *ask, Error *err) {
	Engine *engine = ask->engine;
	Walk walk;
	const PlaybookGate *gate;
	const Gate *state;
	if (!find_gate(ask, &walk, &gate, &state, err))
		return false;
	AUTO_CLEAR(SigningRules) rules = {0};
	if (!signing_rules_load(engine->environment, &rules, err))
		return false;
	AUTO_CLEAR(Statement) said = {0};
	AUTO_CLEAR(WalkSubject) live = {0};
	SignSubject subject;
	/* Only what it answers and over what: the judge reads it again, and says what is wrong with a text that is no statement. */
	BG_IGNORE(statement_parse(str_from(json_get_string_or(ask->args, "statement", "")), &said, NULL));
	if (!find_subject(&walk, gate, state, said.decision, said.digest, &live, &subject, err))
		return false;
	AUTO_FREE char *words = approval_step(gate, state);
	SignoffExpectation expected = expectation(engine, &walk, state, &subject, words);
	SignoffRules given = {rules.roster, &rules.revocations, rules.holders, rules.count};
	AUTO_CLEAR(AcceptedSignoff) accepted = {0};
	Str text = str_from(json_get_string_or(ask->args, "statement", ""));
	SignoffRefusal refusal = is_by_code(ask) ? signoff_judge_code(text, &given, &expected, &accepted, err)
		: signoff_judge(text, str_from(json_get_string_or(ask->args, "signature", "")), &given, &expected, &accepted, err);
	/* Last, so that only a text that counts uses a code up. */
	if (refusal != REFUSED_NOT || (is_by_code(ask) && !one_time_accept(engine, accepted.person, json_get_string(ask->args, "code"), err)))
		return false;
	AUTO(Json) *args = signoff_args(ask, state, &accepted, walk.run->id);
	Request request = {REQUEST_SIGN, ask->who, ask->how, args};
	return record_with_receipt(ask, &request, accepted.person, gate->id, err);
}

bool signing_still_hold(Engine *engine, const Walk *walk, const IncidentStep *step, Error *err) {
	AUTO(Json) *approvals = approval_json(walk, step);
	return approval_holds(engine->environment, approvals, head_of, engine->file, err);
}
