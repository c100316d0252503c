/* Certificates: made by ssh-keygen, signed with, and judged here and there: the two agree on every one. */
#include <stdlib.h>
#include <time.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/signoff/certificate.h"
#include "core/signoff/key_file.h"
#include "core/signoff/roster.h"
#include "core/signoff/sshsig.h"
#include "tool.h"

#define NAMESPACE "signoff@breakglass"

/* %A is the authority's key, %K the certified key itself, %O another key. `options` go to ssh-keygen -s. */
typedef struct Case {
	const char *name;
	const char *options[8];
	const char *allowed, *identity, *verify_time;
	RosterAnswer answer;
} Case;

#define FOR(...) { "-n", __VA_ARGS__ }
static const Case cases[] = {
	{ "for alice", FOR("alice"), "alice cert-authority %A\n", "alice", NULL, ROSTER_ALLOWED },
	{ "of a list", FOR("carol,alice"), "*@example.org,alice cert-authority %A\n", "alice", NULL, ROSTER_ALLOWED },
	{ "any person of the authority", FOR("alice"), "* cert-authority %A\n", "alice", NULL, ROSTER_ALLOWED },
	{ "for somebody else", FOR("carol"), "* cert-authority %A\n", "alice", NULL, ROSTER_CERTIFICATE_NOT_VALID },
	{ "names in a certificate are no patterns", FOR("al*"), "* cert-authority %A\n", "alice", NULL, ROSTER_CERTIFICATE_NOT_VALID },
	{ "line for somebody else", FOR("alice"), "carol cert-authority %A\n", "alice", NULL, ROSTER_PRINCIPAL_NOT_ALLOWED },
	{ "line with a negation", FOR("alice"), "*,!alice cert-authority %A\n", "alice", NULL, ROSTER_PRINCIPAL_NOT_ALLOWED },
	{ "for nobody", { NULL }, "* cert-authority %A\n", "alice", NULL, ROSTER_CERTIFICATE_NOT_VALID },
	{ "of a host", { "-h", "-n", "alice" }, "* cert-authority %A\n", "alice", NULL, ROSTER_CERTIFICATE_NOT_VALID },
	{ "another authority", FOR("alice"), "alice cert-authority %O\n", "alice", NULL, ROSTER_KEY_UNKNOWN },
	{ "the authority on a plain line", FOR("alice"), "alice %A\n", "alice", NULL, ROSTER_KEY_UNKNOWN },
	{ "the certified key on a plain line", FOR("alice"), "alice %K\n", "alice", NULL, ROSTER_KEY_UNKNOWN },
	{ "other namespace", FOR("alice"), "alice cert-authority,namespaces=\"git\" %A\n", "alice", NULL, ROSTER_NAMESPACE_NOT_ALLOWED },
	{ "namespace", FOR("alice"), "alice namespaces=\"signoff@*\",cert-authority %A\n", "alice", NULL, ROSTER_ALLOWED },
	{ "a line that has run out", FOR("alice"), "alice cert-authority,valid-before=\"20260101Z\" %A\n", "alice", NULL, ROSTER_EXPIRED },
	{ "a line that has run out, then", FOR("alice"), "alice cert-authority,valid-before=\"20260101Z\" %A\n", "alice", "20251231Z",
		ROSTER_ALLOWED },
	{ "before its time", { "-n", "alice", "-V", "20260301:20260401" }, "* cert-authority %A\n", "alice", "20260228235959Z",
		ROSTER_CERTIFICATE_NOT_VALID },
	{ "the first second", { "-n", "alice", "-V", "20260301:20260401" }, "* cert-authority %A\n", "alice", "20260301Z", ROSTER_ALLOWED },
	{ "the last second", { "-n", "alice", "-V", "20260301:20260401" }, "* cert-authority %A\n", "alice", "20260331235959Z",
		ROSTER_ALLOWED },
	{ "the second after", { "-n", "alice", "-V", "20260301:20260401" }, "* cert-authority %A\n", "alice", "20260401Z",
		ROSTER_CERTIFICATE_NOT_VALID },
	{ "a later line counts", FOR("alice"), "carol cert-authority %A\nalice cert-authority %A\n", "alice", NULL, ROSTER_ALLOWED },
	{ "extensions do not matter", { "-n", "alice", "-O", "clear" }, "* cert-authority %A\n", "alice", NULL, ROSTER_ALLOWED },
	{ "restricted to a command", { "-n", "alice", "-O", "force-command=true" }, "* cert-authority %A\n", "alice", NULL,
		ROSTER_CERTIFICATE_NOT_VALID },
};
#undef FOR

/* On purpose: what restricts a login says nothing about a signature, so it does not count for more. */
static bool refused_here_alone(const Case *c) { return text_eq(c->name, "restricted to a command"); }

static char *fill_in(const char *template, const char *authority, const char *key, const char *other)
{
	AUTO_CLEAR(Buf) text = { 0 };
	for (const char *p = template; *p; p++) {
		if (p[0] == '%')
			p++, buf_puts(&text, *p == 'A' ? authority : *p == 'K' ? key : other);
		else
			buf_putc(&text, *p);
	}
	return buf_take(&text);
}

/* The certificate's line, by `ssh-keygen -s`. Owned. */
static char *certify(const char *authority, const char *key, const char *const *options)
{
	AUTO_CLEAR(Buf) output = { 0 };
	AUTO_FREE char *public_path = bg_asprintf("%s.pub", key);
	AUTO_FREE char *path = bg_asprintf("%s-cert.pub", key);
	const char *argv[24] = { "ssh-keygen", "-q", "-s", authority, "-I", "test", "-z", "7" };
	size_t count = 8;
	for (size_t i = 0; i < 8 && options[i]; i++)
		argv[count++] = options[i];
	argv[count] = public_path;
	cr_assert_eq(tool_run(argv, NULL, &output), 0, "%s", buf_text(&output));
	AUTO_FREE char *text = read_text(path);
	return str_dup(str_trim(str_from(text)));
}

/* A signature by the key in the file, with the certificate in place of the key. */
static void sign_certified(const char *key_path, const PublicKey *certificate, const char *message, Buf *out)
{
	Error err = { 0 };
	AUTO(PrivateKey) *key = NULL;
	AUTO_CLEAR(Buf) data = { 0 };
	AUTO_CLEAR(Buf) signature = { 0 };
	assert_ok(private_key_load(key_path, &key, &err), &err);
	sshsig_signed_bytes(NAMESPACE, str_from(message), &data);
	assert_ok(private_key_sign(key, buf_str(&data), &signature, &err), &err);
	sshsig_armour(public_key_blob(certificate), NAMESPACE, buf_str(&signature), out);
}

Test(certificate, means_here_what_it_means_to_ssh_keygen)
{
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const ToolKey kinds[] = { { "ca", "ed25519", NULL }, { "user", "ed25519", NULL }, { "other", "ecdsa", "256" } };
	const char *ca = tool_make_key(&folder, &kinds[0]), *user = tool_make_key(&folder, &kinds[1]);
	AUTO_FREE char *authority = tool_public_line(ca);
	AUTO_FREE char *key = tool_public_line(user);
	AUTO_FREE char *other = tool_public_line(tool_make_key(&folder, &kinds[2]));
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		const Case *c = &cases[i];
		Error err = { 0 };
		AUTO_CLEAR(PublicKey) certificate = { 0 };
		AUTO_FREE char *line = certify(ca, user, c->options);
		assert_ok(public_key_parse_line(str_from(line), &certificate, NULL, &err), &err);
		AUTO_CLEAR(Buf) armoured = { 0 };
		sign_certified(user, &certificate, "m", &armoured);
		AUTO_CLEAR(SshSig) sig = { 0 };
		SignatureFacts facts = { 0 };
		assert_ok(sshsig_parse(buf_str(&armoured), &sig, &err), &err);
		assert_ok(sshsig_verify(&sig, NAMESPACE, STR("m"), &facts, &err), &err);
		AUTO_FREE char *allowed = fill_in(c->allowed, authority, key, other);
		AUTO(Roster) *roster = NULL;
		assert_ok(roster_parse(str_from(allowed), "allowed", &roster, &err), &err);
		WallTime at = wall_now();
		if (c->verify_time)
			cr_assert(roster_parse_time(str_from(c->verify_time), &at));
		RosterAnswer answer = roster_check(roster, &sig.key, c->identity, NAMESPACE, at, NULL);
		cr_expect_eq(answer, c->answer, "%s: %d", c->name, answer);
		bool theirs = tool_verify(&folder, allowed, c->identity, NAMESPACE, buf_text(&armoured), c->verify_time, "m");
		cr_expect_eq(theirs, answer == ROSTER_ALLOWED || refused_here_alone(c), "%s: ssh-keygen says %s", c->name, theirs ? "good" : "bad");
		if (answer == ROSTER_CERTIFICATE_NOT_VALID) {
			cr_expect(!certificate_counts(sig.key.certificate, c->identity, at, &err));
			cr_expect(err.why[0], "%s", c->name);
		}
	}
}

Test(certificate, every_kind_of_key_can_be_certified_and_certify)
{
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *options[8] = { "-n", "alice" };
	for (size_t i = 0; i < TOOL_KEY_COUNT; i++) {
		Error err = { 0 };
		AUTO_FREE char *name = bg_asprintf("ca-%s", TOOL_KEYS[i].name);
		const ToolKey ca_kind = { name, TOOL_KEYS[TOOL_KEY_COUNT - 1 - i].type, TOOL_KEYS[TOOL_KEY_COUNT - 1 - i].bits };
		const char *ca = tool_make_key(&folder, &ca_kind), *user = tool_make_key(&folder, &TOOL_KEYS[i]);
		AUTO_FREE char *line = certify(ca, user, options);
		AUTO_FREE char *plain = tool_public_line(user);
		AUTO_CLEAR(PublicKey) certificate = { 0 };
		AUTO_CLEAR(PublicKey) key = { 0 };
		assert_ok(public_key_parse_line(str_from(line), &certificate, NULL, &err), &err);
		assert_ok(public_key_parse_line(str_from(plain), &key, NULL, &err), &err);
		cr_expect(str_eq(public_key_plain_blob(&certificate), public_key_blob(&key)), "the key in it is the key");
		cr_expect(!str_eq(public_key_blob(&certificate), public_key_blob(&key)));
		char first[FINGERPRINT_SIZE], second[FINGERPRINT_SIZE];
		cr_expect_str_eq(public_key_fingerprint(&certificate, first), public_key_fingerprint(&key, second), "one key is one key");
		cr_expect_eq(certificate.certificate->serial, 7u);
		cr_expect_str_eq(certificate.certificate->key_id, "test");
	}
}

/* No byte of a certificate is outside of what its authority signed, or is the signature. */
Test(certificate, no_changed_or_missing_byte_is_still_a_certificate)
{
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const ToolKey kinds[] = { { "ca", "ed25519", NULL }, { "user", "ed25519", NULL } };
	const char *options[8] = { "-n", "alice,bob", "-O", "force-command=true" };
	const char *ca = tool_make_key(&folder, &kinds[0]), *user = tool_make_key(&folder, &kinds[1]);
	AUTO_FREE char *line = certify(ca, user, options);
	AUTO_CLEAR(PublicKey) certificate = { 0 };
	Error err = { 0 };
	assert_ok(public_key_parse_line(str_from(line), &certificate, NULL, &err), &err);
	Str blob = public_key_blob(&certificate);
	for (size_t i = 0; i < blob.len; i++) {
		AUTO_FREE char *copy = bg_memdup(blob.ptr, blob.len);
		AUTO_CLEAR(PublicKey) changed = { 0 };
		copy[i] = (char) (copy[i] ^ 1);
		cr_expect(!public_key_parse((Str){ copy, blob.len }, &changed, &err), "byte %zu", i);
		cr_expect(err.why[0]);
		AUTO_CLEAR(PublicKey) cut = { 0 };
		cr_expect(!public_key_parse(str_slice(blob, 0, i), &cut, &err), "%zu bytes", i);
	}
}
