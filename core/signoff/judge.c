/* judge.c: the checks of a sign-off in their fixed order, each with its own refusal. */
#include "core/signoff/judge.h"

#include <inttypes.h>

#include "core/base/alloc.h"
#include "core/signoff/certificate.h"
#include "core/signoff/sshsig.h"

typedef struct Judging {
	const SignoffRules *rules;
	const SignoffExpectation *expected;
	Str text;
	Statement statement;
	SshSig sig;
	SignatureFacts facts;
	const RoleHolder *holder;
	Error *err;
} Judging;

static const struct { const char *name, *hint; } refusals[SIGNOFF_REFUSAL_COUNT] = {
	[REFUSED_NOT] = { "accepted", "" },
#define X(code, refusal_name, refusal_hint) [code] = { refusal_name, refusal_hint },
	SIGNOFF_REFUSALS(X)
#undef X
};

const char *signoff_refusal_name(SignoffRefusal refusal)
{
	return refusals[refusal].name;
}

const char *signoff_refusal_hint(SignoffRefusal refusal)
{
	return refusals[refusal].hint;
}

static SignoffRefusal refuse(const Judging *judging, SignoffRefusal refusal, const char *why, ...) BG_PRINTF(3, 4);

static SignoffRefusal refuse(const Judging *judging, SignoffRefusal refusal, const char *why, ...)
{
	va_list args;
	va_start(args, why);
	AUTO_FREE char *text = bg_vasprintf(why, args);
	va_end(args);
	error_set(judging->err, ERROR_DENIED, "%s", text);
	error_hint(judging->err, "%s", refusals[refusal].hint);
	return refusal;
}

static SignoffRefusal judge_signature(Judging *judging)
{
	Error err = { 0 };
	if (!text_eq(judging->sig.name_space, SIGNOFF_NAMESPACE))
		return refuse(judging, REFUSED_WRONG_NAMESPACE, "the signature is for the namespace \"%.60s\", not %s",
			judging->sig.name_space, SIGNOFF_NAMESPACE);
	if (!sshsig_verify(&judging->sig, SIGNOFF_NAMESPACE, judging->text, &judging->facts, &err))
		return refuse(judging, REFUSED_BAD_SIGNATURE, "%s", err.why);
	return REFUSED_NOT;
}

static SignoffRefusal judge_key(Judging *judging)
{
	const char *signer = judging->statement.signer, *path = judging->rules->roster->path;
	const PublicKey *key = &judging->sig.key;
	char fingerprint[FINGERPRINT_SIZE];
	public_key_fingerprint(key, fingerprint);
	if (judging->rules->revocations && revocations_has(judging->rules->revocations, key))
		return refuse(judging, REFUSED_KEY_REVOKED, "the key %s is revoked", fingerprint);
	const RosterEntry *entry = NULL;
	RosterAnswer answer = roster_check(judging->rules->roster, key, signer, SIGNOFF_NAMESPACE, judging->statement.time, &entry);
	Error why = { 0 };
	int line = entry ? entry->line : 0;
	switch (answer) {
	case ROSTER_ALLOWED:
		return REFUSED_NOT;
	case ROSTER_EXPIRED:
		return refuse(judging, REFUSED_KEY_EXPIRED, "the key's time had passed when it signed (%.60s:%d)", path, line);
	case ROSTER_NOT_YET_VALID:
		return refuse(judging, REFUSED_KEY_NOT_YET_VALID, "the key's time had not come when it signed (%.60s:%d)", path, line);
	case ROSTER_NAMESPACE_NOT_ALLOWED:
		return refuse(judging, REFUSED_KEY_NAMESPACE, "the key may not sign in the namespace %s (%.60s:%d)", SIGNOFF_NAMESPACE,
			path, line);
	case ROSTER_CERTIFICATE_NOT_VALID:
		BG_IGNORE(certificate_counts(key->certificate, signer, judging->statement.time, &why));      /* only its words are wanted */
		return refuse(judging, REFUSED_CERTIFICATE, "%s (%.60s:%d)", why.why, path, line);
	case ROSTER_PRINCIPAL_NOT_ALLOWED:
		return refuse(judging, REFUSED_PRINCIPAL, "the key is not %.60s's (%.60s:%d)", signer, path, line);
	case ROSTER_KEY_UNKNOWN:
		break;
	}
	if (key->certificate)
		return refuse(judging, REFUSED_UNKNOWN_KEY, "no cert-authority in %.60s made the certificate of the key %s", path, fingerprint);
	return refuse(judging, REFUSED_UNKNOWN_KEY, "nobody in %.60s has the key %s", path, fingerprint);
}

static SignoffRefusal judge_person(Judging *judging)
{
	const Statement *statement = &judging->statement;
	for (size_t i = 0; i < judging->rules->holder_count; i++)
		if (text_eq(judging->rules->holders[i].principal, statement->signer))
			judging->holder = &judging->rules->holders[i];
	if (!judging->holder)
		return refuse(judging, REFUSED_UNKNOWN_PERSON, "%.60s is not one of the people of this environment", statement->signer);
	if (!strlist_has(judging->holder->roles, statement->role))
		return refuse(judging, REFUSED_ROLE_NOT_HELD, "%.60s does not hold the role %.60s", judging->holder->person, statement->role);
	const StrList *asked = judging->expected->gate_roles;
	if (asked && !strlist_has(asked, statement->role))
		return refuse(judging, REFUSED_ROLE_NOT_ASKED, "this gate does not ask for the role %.60s", statement->role);
	bool agrees = statement->decision == STATEMENT_YES || statement->decision == STATEMENT_COUNTERSIGN;
	bool needs_reason = !agrees || judging->expected->reason_required;
	if (needs_reason && (!statement->reason || text_eq(statement->reason, "-")))
		return refuse(judging, REFUSED_NO_REASON, "the answer \"%s\" comes without a reason",
			statement_decision_name(statement->decision));
	return REFUSED_NOT;
}

/* The text as it would be with one of its parts as it should be. There is one text for every statement, so it must be the same again. */
static bool says(const Judging *judging, const Statement *should)
{
	AUTO_CLEAR(Buf) text = { 0 };
	statement_render(should, &text);
	return str_eq(buf_str(&text), judging->text);
}

static bool says_text(const Judging *judging, size_t offset, const char *wanted)
{
	if (!wanted)
		return true;
	Statement should = judging->statement;           /* borrows: not cleared */
	AUTO_FREE char *text = bg_strdup(wanted);
	*(char **) (void *) ((char *) &should + offset) = text;
	return says(judging, &should);
}

static SignoffRefusal judge_words(Judging *judging)
{
	const SignoffExpectation *expected = judging->expected;
	if (!says_text(judging, offsetof(Statement, playbook), expected->playbook))
		return refuse(judging, REFUSED_ALTERED_WORDS, "the text that was signed describes another playbook");
	if (!says_text(judging, offsetof(Statement, step), expected->step))
		return refuse(judging, REFUSED_ALTERED_WORDS, "the text that was signed names the step \"%.60s\", and this one is \"%.60s\"",
			judging->statement.step, expected->step);
	Statement should = judging->statement;           /* borrows: not cleared */
	if (expected->changes)
		should.changes = *expected->changes;
	if (!says(judging, &should))
		return refuse(judging, REFUSED_ALTERED_WORDS, "the text that was signed describes other changes than those that would be made");
	return REFUSED_NOT;
}

static SignoffRefusal judge_subject(Judging *judging)
{
	const Statement *statement = &judging->statement;
	const SignoffExpectation *expected = judging->expected;
	if (!text_eq(statement->environment, expected->environment) || !text_eq(statement->kind, expected->kind))
		return refuse(judging, REFUSED_OTHER_ENVIRONMENT, "it was signed for %.60s (%.20s), and this is %.60s (%.20s)",
			statement->environment, statement->kind, expected->environment, expected->kind);
	if (!text_eq(statement->incident, expected->incident))
		return refuse(judging, REFUSED_OTHER_INCIDENT, "it was signed in the incident %.60s", statement->incident);
	if (!text_eq(statement->run, expected->run) || !text_eq(statement->gate, expected->gate))
		return refuse(judging, REFUSED_OTHER_STEP, "it was signed for the gate %.60s of run %.60s", statement->gate, statement->run);
	if (!text_eq(statement->playbook_digest, expected->playbook_digest))
		return refuse(judging, REFUSED_EDITED_PLAYBOOK, "the playbook was signed as sha256:%.12s..., and is sha256:%.12s... now",
			statement->playbook_digest, expected->playbook_digest);
	if (!text_eq(statement->digest, expected->digest))
		return refuse(judging, REFUSED_DRIFTED_PLAN, "what would be done is sha256:%.12s... now, and was signed as sha256:%.12s...",
			expected->digest, statement->digest);
	return REFUSED_NOT;
}

static SignoffRefusal judge_checkpoint(Judging *judging)
{
	const Statement *statement = &judging->statement;
	const SignoffExpectation *expected = judging->expected;
	if (statement->record < expected->gate_record)
		return refuse(judging, REFUSED_OLD_CHECKPOINT, "the signer saw the record up to line %" PRId64 "; the gate was reached at line %"
			PRId64, statement->record, expected->gate_record);
	if (!expected->head_of)
		return REFUSED_NOT;
	const char *head = expected->head_of(expected->userdata, statement->record);
	if (!text_eq(head, statement->head))
		return refuse(judging, REFUSED_UNKNOWN_CHECKPOINT, "line %" PRId64 " of the record is %s", statement->record,
			head ? "not what the signer saw" : "not there");
	return REFUSED_NOT;
}

static SignoffRefusal judge_time(Judging *judging)
{
	const Statement *statement = &judging->statement;
	const SignoffExpectation *expected = judging->expected;
	char text[WALL_TEXT_SIZE], now[WALL_TEXT_SIZE];
	wall_format_iso(expected->now, now);
	int64_t validity_ms = statement->expires.ms - statement->time.ms;
	if (validity_ms <= 0)
		return refuse(judging, REFUSED_EXPIRED, "it expires before the time that it says");
	if (statement->time.ms > expected->now.ms + SIGNOFF_CLOCK_SKEW_MS)
		return refuse(judging, REFUSED_NOT_YET_VALID, "it says %s, and it is %s here", wall_format_iso(statement->time, text), now);
	if (expected->now.ms > statement->expires.ms)
		return refuse(judging, REFUSED_EXPIRED, "it expired at %s, and it is %s here", wall_format_iso(statement->expires, text), now);
	if (expected->max_validity_ms && validity_ms > expected->max_validity_ms)
		return refuse(judging, REFUSED_TOO_LONG, "it would be valid for %" PRId64 " s, longer than %" PRId64 " s", validity_ms / 1000,
			expected->max_validity_ms / 1000);
	return REFUSED_NOT;
}

typedef SignoffRefusal Step(Judging *);

static SignoffRefusal judge_steps(Judging *judging, Step *const *steps, size_t count)
{
	SignoffRefusal refusal = REFUSED_NOT;
	for (size_t i = 0; i < count && refusal == REFUSED_NOT; i++)
		refusal = steps[i](judging);
	return refusal;
}

/* `signature` NULL: something else vouches for the text. */
static SignoffRefusal judge_all(Judging *judging, const Str *signature)
{
	static Step *const of_signature[] = { judge_signature, judge_key };
	static Step *const of_text[] = { judge_person, judge_subject, judge_words, judge_checkpoint, judge_time };
	Error err = { 0 };
	if (!statement_parse(judging->text, &judging->statement, &err))
		return refuse(judging, REFUSED_MALFORMED_STATEMENT, "%s", err.why);
	if (signature && !sshsig_parse(*signature, &judging->sig, &err))
		return refuse(judging, REFUSED_MALFORMED_SIGNATURE, "%s", err.why);
	SignoffRefusal refusal = signature ? judge_steps(judging, of_signature, BG_LENGTH(of_signature)) : REFUSED_NOT;
	return refusal == REFUSED_NOT ? judge_steps(judging, of_text, BG_LENGTH(of_text)) : refusal;
}

static SignoffRefusal judge(Judging *judging, const Str *signature, AcceptedSignoff *ret_accepted)
{
	SignoffRefusal refusal = judge_all(judging, signature);
	if (refusal == REFUSED_NOT) {
		*ret_accepted = (AcceptedSignoff){ .statement = judging->statement, .person = bg_strdup(judging->holder->person),
			.facts = judging->facts };
		if (signature)
			public_key_fingerprint(&judging->sig.key, ret_accepted->fingerprint);
		judging->statement = (Statement){ 0 };
	} else {
		error_what(judging->err, "count the signature");
	}
	statement_clear(&judging->statement);
	sshsig_clear(&judging->sig);
	return refusal;
}

SignoffRefusal signoff_judge(Str statement, Str signature, const SignoffRules *rules, const SignoffExpectation *expectation,
	AcceptedSignoff *ret_accepted, Error *err)
{
	Judging judging = { .rules = rules, .expected = expectation, .text = statement, .err = err };
	return judge(&judging, &signature, ret_accepted);
}

SignoffRefusal signoff_judge_code(Str statement, const SignoffRules *rules, const SignoffExpectation *expectation,
	AcceptedSignoff *ret_accepted, Error *err)
{
	Judging judging = { .rules = rules, .expected = expectation, .text = statement, .err = err };
	return judge(&judging, NULL, ret_accepted);
}

void accepted_signoff_clear(AcceptedSignoff *accepted)
{
	statement_clear(&accepted->statement);
	free(accepted->person);
	*accepted = (AcceptedSignoff){ 0 };
}

SignoffConflict signoff_conflict(const SignoffParty *a, const SignoffParty *b)
{
	bool same_person = text_eq(a->person, b->person);
	if (same_person && !text_eq(a->role, b->role))
		return CONFLICT_SAME_PERSON;
	return !same_person && text_eq(a->fingerprint, b->fingerprint) ? CONFLICT_SAME_KEY : CONFLICT_NONE;
}

bool signoff_conflict_error(SignoffConflict conflict, const SignoffParty *a, const SignoffParty *b, Error *err)
{
	switch (conflict) {
	case CONFLICT_NONE:
		return true;
	case CONFLICT_SAME_PERSON:
		error_set(err, ERROR_DENIED, "%.60s has signed as %.40s already and cannot sign as %.40s too", a->person, a->role, b->role);
		error_hint(err, "ask another person who holds the role %.40s", b->role);
		break;
	case CONFLICT_SAME_KEY:
		error_set(err, ERROR_DENIED, "the key %s has signed for %.60s already and cannot sign for %.60s too", a->fingerprint,
			a->person, b->person);
		error_hint(err, "each person signs with a key of their own; mend the allowed_signers file");
		break;
	}
	return error_what(err, "count the signature");
}
