/* record_signatures.c: every signature in a record, checked as a stranger would: the armour over the exact text, the key that it names,
 * and what the text says against what the record says of it. */
#include "core/commands/record_signatures.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/incident/event.h"
#include "core/incident/incident.h"
#include "core/journal/journal.h"
#include "core/signoff/sshsig.h"
#include "core/signoff/statement.h"

typedef struct Check { StrList *problems, *notes; const Roster *roster; char *incident; } Check;

static void problem(const Check *check, const Record *record, const char *text, ...) BG_PRINTF(3, 4);
static void problem(const Check *check, const Record *record, const char *text, ...) {
	va_list args;
	va_start(args, text);
	AUTO_FREE char *words = bg_vasprintf(text, args);
	va_end(args);
	strlist_add_take(check->problems, bg_asprintf("journal.jsonl:%lld: %s", (long long) record->seq, words));
}

static void compare(const Check *check, const Record *record, const char *field, const char *signed_text, const char *recorded) {
	if (!text_eq(signed_text ? signed_text : "", recorded ? recorded : ""))
		problem(check, record, "the signed text says %s \"%.80s\", the record says \"%.80s\"", field, signed_text ? signed_text : "",
			recorded ? recorded : "");
}

/* As at the time of signing: a key that has expired since signed well then. */
static void check_signer(const Check *check, const Record *record, const Statement *statement, const PublicKey *key) {
	static const char *const answers[] = {
		[ROSTER_EXPIRED] = "the key had expired", [ROSTER_NOT_YET_VALID] = "the key was not valid yet",
		[ROSTER_NAMESPACE_NOT_ALLOWED] = "the key is not for sign-offs", [ROSTER_PRINCIPAL_NOT_ALLOWED] = "the key is not theirs",
		[ROSTER_CERTIFICATE_NOT_VALID] = "its certificate did not count",
		[ROSTER_KEY_UNKNOWN] = "the key is not in the file",
	};
	RosterAnswer answer = check->roster ? roster_check(check->roster, key, statement->signer, SIGNOFF_NAMESPACE, statement->time, NULL)
		: ROSTER_ALLOWED;
	if (answer != ROSTER_ALLOWED)
		problem(check, record, "the signature of %s: %s (%s)", statement->signer, answers[answer], check->roster->path);
}

static void compare_statement(const Check *check, const Record *record, const Statement *statement) {
	compare(check, record, "incident", statement->incident, check->incident);
	compare(check, record, "run", statement->run, json_get_string(record->data, "run"));
	compare(check, record, "gate", statement->gate, json_get_string(record->data, "gate"));
	compare(check, record, "role", statement->role, json_get_string(record->data, "role"));
	compare(check, record, "digest", statement->digest, json_get_string(record->data, "subject"));
	compare(check, record, "decision", statement_decision_name(statement->decision), json_get_string(record->data, "decision"));
}

static void check_statement(const Check *check, const Record *record, const char *text, const PublicKey *key) {
	AUTO_CLEAR(Statement) statement = {0};
	Error why = {0};
	if (!statement_parse(str_from(text), &statement, &why)) {
		problem(check, record, "the signed text is not a statement: %s", why.why);
		return;
	}
	check_signer(check, record, &statement, key);
	compare_statement(check, record, &statement);
}

static void check_signature(const Check *check, const Record *record) {
	const char *text = json_get_string_or(record->data, "statement", "");
	AUTO_CLEAR(SshSig) signature = {0};
	SignatureFacts facts;
	Error why = {0};
	char fingerprint[FINGERPRINT_SIZE];
	if (!sshsig_parse(str_from(json_get_string_or(record->data, "signature", "")), &signature, &why)
		|| !sshsig_verify(&signature, SIGNOFF_NAMESPACE, str_from(text), &facts, &why)) {
		problem(check, record, "the signature does not hold: %s", why.why);
		return;
	}
	compare(check, record, "key", public_key_fingerprint(&signature.key, fingerprint),
		json_get_string(record->data, "key"));
	check_statement(check, record, text, &signature.key);
}

/* A one-time code leaves nothing that can be checked afterwards: its text is compared, and that is said. */
static void check_code(const Check *check, const Record *record) {
	AUTO_CLEAR(Statement) statement = {0};
	Error why = {0};
	const char *text = json_get_string_or(record->data, "statement", "");
	if (!statement_parse(str_from(text), &statement, &why))
		problem(check, record, "the text of a one-time code is not a statement: %s", why.why);
	else
		compare_statement(check, record, &statement);
	strlist_add_take(check->notes, bg_asprintf("journal.jsonl:%lld: signed by one-time code: weaker, nobody can check it now",
		(long long) record->seq));
}

static bool is_by_code(const Record *record) {
	return text_eq(json_get_string(record->data, "method"), SIGNOFF_BY_CODE) && !*json_get_string_or(record->data, "signature", "");
}

static bool each(void *userdata, const Record *record, Str line, Error *err) {
	(void) line;
	(void) err;
	Check *check = userdata;
	EventType type = event_type_parse(record->type);
	if (type == EVENT_INCIDENT_DECLARED && !check->incident)
		check->incident = bg_strdup(json_get_string(record->data, "incident"));
	if (type == EVENT_SIGNOFF_GIVEN && is_by_code(record))
		check_code(check, record);
	else if (type == EVENT_SIGNOFF_GIVEN)
		check_signature(check, record);
	return true;
}

bool verify_signatures(const char *folder, const Roster *roster, StrList *problems, StrList *notes, Error *err) {
	Check check = {problems, notes, roster, NULL};
	Error broken = {0};
	bool ok = journal_read(folder, 1, each, &check, &broken);
	free(check.incident);
	/* A broken chain is what journal_verify has told already, line by line: here it only ends the reading. */
	if (!ok && broken.kind == ERROR_IO)
		*err = broken;
	return ok || broken.kind != ERROR_IO;
}
