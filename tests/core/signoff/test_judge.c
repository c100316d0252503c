/* Judging: one good sign-off, and one case for every refusal, each changing one thing. The refusals' names are all reached. */
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/signoff/judge.h"
#include "core/signoff/key_file.h"
#include "core/signoff/sshsig.h"
#include "tool.h"

#define DIGEST_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define NOW_MS INT64_C(1795230060000)        /* 2026-11-21T03:01:00Z */

/* What a case changes; everything not named is as it should be. */
typedef struct Case {
	const char *name;
	SignoffRefusal refusal;
	const char *why;                         /* part of the message */
	/* of the statement */
	const char *signer, *role, *environment, *kind, *incident, *run, *gate, *playbook_digest, *digest, *reason, *head, *playbook, *change, *step;
	StatementDecision decision;
	int64_t record, time_ms, expires_ms;
	/* of the signing */
	const char *name_space, *signed_text, *key, *allowed, *signature;
	const char *certified;                   /* the name in a certificate that comes in place of the key */
	const char *certified_for;               /* its validity; NULL = always */
	/* of what is expected */
	bool revoked, reason_required;
	int64_t max_validity_ms;
} Case;

static const Case cases[] = {
	{ "all as it should be", REFUSED_NOT, NULL, .record = 61 },
	{ "a no with a reason", REFUSED_NOT, NULL, .decision = STATEMENT_NO, .reason = "the backup is bad too" },
	{ "an escalation with a reason", REFUSED_NOT, NULL, .decision = STATEMENT_ESCALATE, .reason = "ask the director" },
	{ "a minute ahead of our clock", REFUSED_NOT, NULL, .time_ms = NOW_MS + 60000, .expires_ms = NOW_MS + 600000 },
	{ "the last millisecond", REFUSED_NOT, NULL, .time_ms = NOW_MS - 1000, .expires_ms = NOW_MS },
	{ "the very record of the gate", REFUSED_NOT, NULL, .record = 60 },
	{ "a text that is no statement", REFUSED_MALFORMED_STATEMENT, "breakglass-signoff", .signed_text = "hello\n" },
	{ "half a signature", REFUSED_MALFORMED_SIGNATURE, "does not begin", .signature = "U1NIU0lH" },
	{ "another text was signed", REFUSED_BAD_SIGNATURE, "does not fit the text", .signature = "other" },
	{ "wrong namespace", REFUSED_WRONG_NAMESPACE, "\"git\"", .name_space = "git" },
	{ "a key that nobody has", REFUSED_UNKNOWN_KEY, "nobody in", .key = "stranger" },
	{ "signing as somebody else", REFUSED_PRINCIPAL, "not bob's", .signer = "bob" },
	{ "key for git only", REFUSED_KEY_NAMESPACE, "namespace", .allowed = "alice namespaces=\"git\" %s\n" },
	{ "key of next year", REFUSED_KEY_NOT_YET_VALID, "had not come when it signed", .allowed = "alice valid-after=\"20270101Z\" %s\n" },
	{ "key of last year", REFUSED_KEY_EXPIRED, "had passed when it signed", .allowed = "alice valid-before=\"20260101Z\" %s\n" },
	{ "key that ran out on the way", REFUSED_NOT, NULL, .allowed = "alice valid-before=\"20261121030030Z\" %s\n" },
	{ "key that ran out just before", REFUSED_KEY_EXPIRED, "had passed", .allowed = "alice valid-before=\"20261121025959Z\" %s\n" },
	{ "key that began on the way", REFUSED_KEY_NOT_YET_VALID, "had not come", .allowed = "alice valid-after=\"20261121030001Z\" %s\n" },
	{ "key that began as it signed", REFUSED_NOT, NULL, .allowed = "alice valid-after=\"20261121030000Z\" %s\n" },
	{ "certified by an authority", REFUSED_NOT, NULL, .allowed = "* cert-authority %s\n", .certified = "alice" },
	{ "certificate that ran out on the way", REFUSED_NOT, NULL, .allowed = "* cert-authority %s\n", .certified = "alice",
		.certified_for = "20261101:20261121030030" },
	{ "certificate that ran out just before", REFUSED_CERTIFICATE, "time had passed (allowed_signers:1)", .allowed = "* cert-authority %s\n", .certified = "alice",
		.certified_for = "20261101:20261121025959" },
	{ "certified for somebody else", REFUSED_CERTIFICATE, "is not for alice (allowed_signers:1)", .allowed = "* cert-authority %s\n",
		.certified = "carol" },
	{ "certified by nobody that we know", REFUSED_UNKNOWN_KEY, "no cert-authority in", .certified = "alice" },
	{ "certified and revoked", REFUSED_KEY_REVOKED, "is revoked", .allowed = "* cert-authority %s\n", .certified = "alice", .revoked = true },
	{ "revoked key", REFUSED_KEY_REVOKED, "is revoked", .revoked = true },
	{ "a name that the roster has and the environment has not", REFUSED_UNKNOWN_PERSON, "not one of the people", .signer = "eve",
		.allowed = "eve %s\n" },
	{ "role not held", REFUSED_ROLE_NOT_HELD, "does not hold the role product", .role = "product" },
	{ "role that the gate does not want", REFUSED_ROLE_NOT_ASKED, "does not ask for the role legal", .role = "legal" },
	{ "a no without a reason", REFUSED_NO_REASON, "without a reason", .decision = STATEMENT_NO },
	{ "a no with a blank reason", REFUSED_NO_REASON, "without a reason", .decision = STATEMENT_NO, .reason = "  " },
	{ "a yes where a reason is required", REFUSED_NO_REASON, "without a reason", .reason_required = true },
	{ "another environment", REFUSED_OTHER_ENVIRONMENT, "ocw-staging", .environment = "ocw-staging" },
	{ "the drill of the same name", REFUSED_OTHER_ENVIRONMENT, "(drill)", .kind = "drill" },
	{ "another incident", REFUSED_OTHER_INCIDENT, "in the incident i2", .incident = "i2" },
	{ "another run", REFUSED_OTHER_STEP, "run r2", .run = "r2" },
	{ "another gate", REFUSED_OTHER_STEP, "gate other", .gate = "other" },
	{ "edited playbook", REFUSED_EDITED_PLAYBOOK, "sha256:bbbbbbbbbbbb...", .playbook_digest = DIGEST_B },
	{ "drifted plan", REFUSED_DRIFTED_PLAN, "sha256:aaaaaaaaaaaa... now", .digest = DIGEST_B },
	{ "false words over the true digest", REFUSED_ALTERED_WORDS, "other changes", .change = "nothing dangerous" },
	{ "false name over the true playbook", REFUSED_ALTERED_WORDS, "another playbook", .playbook = "tea.md" },
	{ "false step over the true digest", REFUSED_ALTERED_WORDS, "names the step \"1.1 take a look\"", .step = "1.1 take a look" },
	{ "checkpoint from before the gate", REFUSED_OLD_CHECKPOINT, "line 59", .record = 59 },
	{ "checkpoint that never was", REFUSED_UNKNOWN_CHECKPOINT, "line 70 of the record is not there", .record = 70 },
	{ "checkpoint of another record", REFUSED_UNKNOWN_CHECKPOINT, "not what the signer saw", .head = DIGEST_B },
	{ "far ahead of our clock", REFUSED_NOT_YET_VALID, "03:04:00", .time_ms = NOW_MS + 180000, .expires_ms = NOW_MS + 600000 },
	{ "expired", REFUSED_EXPIRED, "expired at", .time_ms = NOW_MS - 600000, .expires_ms = NOW_MS - 1 },
	{ "expires before it begins", REFUSED_EXPIRED, "before the time", .time_ms = NOW_MS, .expires_ms = NOW_MS - 1 },
	{ "valid for a day", REFUSED_TOO_LONG, "86400 s, longer than 900 s", .expires_ms = NOW_MS - 60000 + 86400000, .max_validity_ms = 900000 },
};

/* These are OpenSSH's to tell; all others are about what was signed, of which it knows nothing. */
static bool ssh_keygen_refuses_too(SignoffRefusal refusal)
{
	static const SignoffRefusal both[] = { REFUSED_MALFORMED_SIGNATURE, REFUSED_BAD_SIGNATURE, REFUSED_WRONG_NAMESPACE, REFUSED_UNKNOWN_KEY,
		REFUSED_PRINCIPAL, REFUSED_KEY_NAMESPACE, REFUSED_KEY_NOT_YET_VALID, REFUSED_KEY_EXPIRED, REFUSED_KEY_REVOKED,
		REFUSED_CERTIFICATE };
	for (size_t i = 0; i < BG_LENGTH(both); i++)
		if (both[i] == refusal)
			return true;
	return false;
}

static char *text_or(const char *text, const char *fallback)
{
	return bg_strdup(text ? text : fallback);
}

static void make_statement(const Case *c, Buf *out)
{
	if (c->signed_text) {
		buf_puts(out, c->signed_text);
		return;
	}
	AUTO_CLEAR(Statement) s = { .environment = text_or(c->environment, "ocw"), .kind = text_or(c->kind, "live"),
		.incident = text_or(c->incident, "i1"), .run = text_or(c->run, "r1"), .playbook = text_or(c->playbook, "failover.md"),
		.playbook_digest = text_or(c->playbook_digest, DIGEST_A), .gate = text_or(c->gate, "break-glass"), .step = text_or(c->step, "4.5 activate"),
		.role = text_or(c->role, "engineering"), .signer = text_or(c->signer, "alice"), .decision = c->decision,
		.reason = c->reason ? bg_strdup(c->reason) : NULL, .digest = text_or(c->digest, DIGEST_A), .record = c->record ? c->record : 61,
		.head = text_or(c->head, DIGEST_A), .time = { c->time_ms ? c->time_ms : NOW_MS - 60000 },
		.expires = { c->expires_ms ? c->expires_ms : NOW_MS + 600000 } };
	strlist_add(&s.changes, c->change ? c->change : "backend: a -> b");
	statement_render(&s, out);
}

static const char *head_of(void *userdata, int64_t seq)
{
	(void) userdata;
	return seq <= 61 ? DIGEST_A : NULL;
}

/* The key is its own authority here: one key less to make. */
static void certify(const char *path, const char *principal, const char *validity, Buf *ret_blob)
{
	AUTO_FREE char *public_path = bg_asprintf("%s.pub", path);
	AUTO_FREE char *certificate_path = bg_asprintf("%s-cert.pub", path);
	AUTO_CLEAR(Buf) output = { 0 };
	AUTO_CLEAR(PublicKey) certificate = { 0 };
	Error err = { 0 };
	cr_assert_eq(TOOL(NULL, &output, "ssh-keygen", "-q", "-s", path, "-I", "test", "-n", principal, "-V", validity ? validity : "always:forever", public_path), 0, "%s",
		buf_text(&output));
	AUTO_FREE char *line = read_text(certificate_path);
	assert_ok(public_key_parse_line(str_from(line), &certificate, NULL, &err), &err);
	buf_put_str(ret_blob, public_key_blob(&certificate));
}

static void make_signature(const Case *c, const PrivateKey *key, const char *path, Str statement, Buf *out)
{
	if (c->certified) {
		AUTO_CLEAR(Buf) blob = { 0 };
		AUTO_CLEAR(Buf) data = { 0 };
		AUTO_CLEAR(Buf) signature = { 0 };
		Error why = { 0 };
		certify(path, c->certified, c->certified_for, &blob);
		sshsig_signed_bytes(SIGNOFF_NAMESPACE, statement, &data);
		assert_ok(private_key_sign(key, buf_str(&data), &signature, &why), &why);
		sshsig_armour(buf_str(&blob), SIGNOFF_NAMESPACE, buf_str(&signature), out);
		return;
	}
	Error err = { 0 };
	if (c->signature && !text_eq(c->signature, "other")) {
		buf_puts(out, c->signature);
		return;
	}
	Str text = c->signature ? STR("another text\n") : statement;
	assert_ok(private_key_sign_message(key, c->name_space ? c->name_space : SIGNOFF_NAMESPACE, text, out, &err), &err);
}

/* As in an environment: alice may sign as engineering and legal; legal is not asked for by the gate. */
static SignoffRefusal judge(const Case *c, const Roster *roster, const Revocations *revocations, Str statement, Str signature,
	AcceptedSignoff *ret, Error *err)
{
	AUTO_CLEAR(StrList) alice = { 0 };
	AUTO_CLEAR(StrList) bob = { 0 };
	AUTO_CLEAR(StrList) asked = { 0 };
	AUTO_CLEAR(StrList) changes = { 0 };
	strlist_add(&changes, " backend: a\n-> b");      /* as the plan says it, not yet cleaned */
	strlist_split(&alice, STR("engineering,legal"), ',');
	strlist_split(&bob, STR("product,engineering"), ',');
	strlist_split(&asked, STR("product,engineering"), ',');
	const RoleHolder holders[] = { { "bob b", "bob", &bob }, { "eng-oncall", "alice", &alice } };
	const SignoffRules rules = { roster, c->revoked ? revocations : NULL, holders, BG_LENGTH(holders) };
	const SignoffExpectation expected = { .environment = "ocw", .kind = "live", .incident = "i1", .run = "r1", .gate = "break-glass",
		.playbook_digest = DIGEST_A, .digest = DIGEST_A, .playbook = "failover.md", .step = " 4.5 activate\n", .changes = &changes, .gate_roles = &asked, .reason_required = c->reason_required, .gate_record = 60,
		.max_validity_ms = c->max_validity_ms, .head_of = head_of, .now = { NOW_MS } };
	return signoff_judge(statement, signature, &rules, &expected, ret, err);
}

/* Asked as anybody can ask: the signer by the name in the text, at the time in the text. */
static bool ssh_keygen_accepts(TempFolder *folder, const Case *c, const char *allowed, const char *revoked, const char *statement,
	const char *signature)
{
	WallTime at = { c->time_ms ? c->time_ms : NOW_MS - 60000 };
	char iso[WALL_TEXT_SIZE];
	AUTO_CLEAR(Buf) digits = { 0 };
	for (const char *p = wall_format_iso(at, iso); *p && *p != '.'; p++)
		if (*p >= '0' && *p <= '9')
			buf_putc(&digits, *p);
	buf_putc(&digits, 'Z');
	ToolVerify asked = { .allowed = allowed, .identity = c->signer ? c->signer : "alice", .name_space = SIGNOFF_NAMESPACE,
		.signature = signature, .verify_time = buf_text(&digits), .message = statement, .revoked = c->revoked ? revoked : NULL };
	return tool_verify_with(folder, &asked);
}

Test(judge, every_refusal_has_its_own_case_code_and_message)
{
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	Error err = { 0 };
	const ToolKey kinds[] = { { "alice", "ed25519", NULL }, { "stranger", "ecdsa", "256" } };
	AUTO(PrivateKey) *alice = NULL;
	AUTO(PrivateKey) *stranger = NULL;
	const char *path = tool_make_key(&folder, &kinds[0]);
	AUTO_FREE char *line = tool_public_line(path);
	assert_ok(private_key_load(path, &alice, &err), &err);
	assert_ok(private_key_load(tool_make_key(&folder, &kinds[1]), &stranger, &err), &err);
	AUTO_CLEAR(Revocations) revocations = { 0 };
	assert_ok(revocations_parse(str_from(line), "revoked", &revocations, &err), &err);
	bool reached[SIGNOFF_REFUSAL_COUNT] = { false };
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		const Case *c = &cases[i];
		AUTO_CLEAR(Buf) allowed = { 0 };
		for (const char *p = c->allowed ? c->allowed : "alice %s\n"; *p; p++)
			if (p[0] == '%')
				buf_puts(&allowed, line), p++;
			else
				buf_putc(&allowed, *p);
		AUTO(Roster) *roster = NULL;
		assert_ok(roster_parse(buf_str(&allowed), "allowed_signers", &roster, &err), &err);
		AUTO_CLEAR(Buf) statement = { 0 };
		AUTO_CLEAR(Buf) signature = { 0 };
		make_statement(c, &statement);
		make_signature(c, text_eq(c->key, "stranger") ? stranger : alice, path, buf_str(&statement), &signature);
		AUTO_CLEAR(AcceptedSignoff) accepted = { 0 };
		error_clear(&err);
		SignoffRefusal refusal = judge(c, roster, &revocations, buf_str(&statement), buf_str(&signature), &accepted, &err);
		cr_expect_eq(refusal, c->refusal, "%s: %s, %s", c->name, signoff_refusal_name(refusal), err.why);
		reached[refusal] = true;
		bool theirs = ssh_keygen_accepts(&folder, c, buf_text(&allowed), line, buf_text(&statement), buf_text(&signature));
		cr_expect_eq(theirs, !ssh_keygen_refuses_too(refusal), "%s: ssh-keygen says %s", c->name, theirs ? "good" : "bad");
		if (refusal == REFUSED_NOT) {
			cr_expect_str_eq(accepted.person, "eng-oncall");
			cr_expect_str_eq(accepted.statement.role, "engineering");
			cr_expect_eq(accepted.statement.decision, c->decision);
			cr_expect(str_starts(str_from(accepted.fingerprint), "SHA256:"));
			continue;
		}
		cr_expect_eq(err.kind, ERROR_DENIED);
		cr_expect(c->why && strstr(err.why, c->why), "%s: %s", c->name, err.why);
		cr_expect_str_eq(err.hint, signoff_refusal_hint(refusal));
		cr_expect_null(accepted.person);
	}
	for (size_t i = 0; i < SIGNOFF_REFUSAL_COUNT; i++)
		cr_expect(reached[i], "no case for %s", signoff_refusal_name((SignoffRefusal) i));
}

Test(judge, an_accepted_sign_off_is_good_for_ssh_keygen_too)
{
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	Error err = { 0 };
	for (size_t i = 0; i < TOOL_KEY_COUNT; i++) {
		const char *path = tool_make_key(&folder, &TOOL_KEYS[i]);
		AUTO_FREE char *line = tool_public_line(path);
		AUTO_FREE char *allowed = bg_asprintf("alice %s\n", line);
		AUTO(Roster) *roster = NULL;
		assert_ok(roster_parse(str_from(allowed), "allowed", &roster, &err), &err);
		AUTO_CLEAR(Buf) statement = { 0 };
		make_statement(&cases[0], &statement);
		AUTO_FREE char *signature = tool_sign(path, SIGNOFF_NAMESPACE, "sha512", buf_text(&statement));
		AUTO_CLEAR(AcceptedSignoff) accepted = { 0 };
		cr_expect_eq(judge(&cases[0], roster, NULL, buf_str(&statement), str_from(signature), &accepted, &err), REFUSED_NOT, "%s", err.why);
		cr_expect(tool_verify(&folder, allowed, "alice", SIGNOFF_NAMESPACE, signature, NULL, buf_text(&statement)));
	}
}

Test(judge, people_and_keys_must_be_different_ones)
{
	static const struct { const char *name; SignoffParty a, b; SignoffConflict conflict; const char *why; } pairs[] = {
		{ "two people", { "a", "product", "K1" }, { "b", "engineering", "K2" }, CONFLICT_NONE, "" },
		{ "one person in two roles", { "a", "product", "K1" }, { "a", "engineering", "K2" }, CONFLICT_SAME_PERSON, "a has signed as product already" },
		{ "the same with one key", { "a", "product", "K1" }, { "a", "engineering", "K1" }, CONFLICT_SAME_PERSON, "a has signed as product already" },
		{ "one key under two names", { "a", "product", "K1" }, { "b", "engineering", "K1" }, CONFLICT_SAME_KEY, "the key K1 has signed for a" },
		{ "one key, two names, one role", { "a", "product", "K1" }, { "b", "product", "K1" }, CONFLICT_SAME_KEY, "the key K1 has signed for a" },
		{ "one person renews", { "a", "product", "K1" }, { "a", "product", "K1" }, CONFLICT_NONE, "" },
	};
	for (size_t i = 0; i < BG_LENGTH(pairs); i++) {
		Error err = { 0 };
		SignoffConflict conflict = signoff_conflict(&pairs[i].a, &pairs[i].b);
		cr_expect_eq(conflict, pairs[i].conflict, "%s", pairs[i].name);
		cr_expect_eq(signoff_conflict_error(conflict, &pairs[i].a, &pairs[i].b, &err), conflict == CONFLICT_NONE);
		cr_expect(strstr(err.why, pairs[i].why), "%s: %s", pairs[i].name, err.why);
	}
}
