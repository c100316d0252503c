/* Revoked keys: lists of keys and KRLs, here and to ssh-keygen -Y verify -r. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/signoff/certificate.h"
#include "core/signoff/revocations.h"
#include "core/signoff/sshsig.h"
#include "tool.h"

#define NAMESPACE "signoff@breakglass"

/* The lines of a KRL specification (ssh-keygen -k). %K the key, %A its authority, %O another key, %S and %H its SHA-256 fingerprint. */
typedef struct Case { const char *name, *spec; bool authority, certificate, revoked; } Case;
static const Case cases[] = {
	{ "empty", "", false, false, false },
	{ "the key", "key: %K\n", false, false, true },
	{ "another key", "key: %O\n", false, false, false },
	{ "by SHA-1", "sha1: %K\n", false, false, true },
	{ "another by SHA-1", "sha1: %O\n", false, false, false },
	{ "by SHA-256", "sha256: %K\n", false, false, true },
	{ "another by SHA-256", "sha256: %O\n", false, false, false },
	{ "by its fingerprint", "hash: %H\n", false, false, true },
	{ "among others", "sha1: %O\nkey: %O\nsha256: %K\n", false, false, true },
	{ "the key of a certificate", "key: %K\n", false, true, true },
	{ "the authority of a certificate", "key: %A\n", false, true, true },
	{ "the authority by SHA-256", "sha256: %A\n", false, true, true },
	{ "its serial number", "serial: 7\n", true, true, true },
	{ "another serial number", "serial: 8\n", true, true, false },
	{ "a range", "serial: 5-9\n", true, true, true },
	{ "a range that ends before", "serial: 1-6\n", true, true, false },
	{ "a range from it on", "serial: 7-18446744073709551615\n", true, true, true },
	{ "many numbers", "serial: 1\nserial: 3\nserial: 5\nserial: 7\nserial: 8\nserial: 11\nserial: 13\nserial: 20\n", true, true, true },
	{ "many others", "serial: 1\nserial: 3\nserial: 5\nserial: 6\nserial: 8\nserial: 11\nserial: 13\nserial: 20\n", true, true, false },
	{ "its key id", "id: test\n", true, true, true },
	{ "another key id", "id: tes\n", true, true, false },
	{ "serial numbers do not touch plain keys", "serial: 1-100\n", true, false, false },
};

typedef struct Keys { const char *user, *ca; char *key, *authority, *other, *hash; PublicKey plain, certificate; } Keys;
static void keys_clear(Keys *keys)
{
	free(keys->key);
	free(keys->authority);
	free(keys->other);
	free(keys->hash);
	public_key_clear(&keys->plain);
	public_key_clear(&keys->certificate);
}
BG_DEFINE_CLEARP(Keys, keys_clear)

static void make_keys(TempFolder *folder, Keys *ret)
{
	Error err = { 0 };
	AUTO_CLEAR(Buf) output = { 0 };
	const ToolKey kinds[] = { { "ca", "ed25519", NULL }, { "user", "ed25519", NULL }, { "other", "ecdsa", "256" } };
	ret->ca = tool_make_key(folder, &kinds[0]);
	ret->user = tool_make_key(folder, &kinds[1]);
	ret->authority = tool_public_line(ret->ca);
	ret->key = tool_public_line(ret->user);
	ret->other = tool_public_line(tool_make_key(folder, &kinds[2]));
	AUTO_FREE char *public_path = bg_asprintf("%s.pub", ret->user);
	AUTO_FREE char *certificate_path = bg_asprintf("%s-cert.pub", ret->user);
	cr_assert_eq(TOOL(NULL, &output, "ssh-keygen", "-q", "-s", ret->ca, "-I", "test", "-n", "alice", "-z", "7", public_path), 0, "%s",
		buf_text(&output));
	AUTO_FREE char *line = read_text(certificate_path);
	assert_ok(public_key_parse_line(str_from(line), &ret->certificate, NULL, &err), &err);
	assert_ok(public_key_parse_line(str_from(ret->key), &ret->plain, NULL, &err), &err);
	char fingerprint[FINGERPRINT_SIZE];
	ret->hash = bg_strdup(public_key_fingerprint(&ret->plain, fingerprint));
}

static char *fill_in(const char *template, const Keys *keys)
{
	AUTO_CLEAR(Buf) text = { 0 };
	for (const char *p = template; *p; p++) {
		if (p[0] == '%')
			p++, buf_puts(&text, *p == 'K' ? keys->key : *p == 'A' ? keys->authority : *p == 'H' ? keys->hash : keys->other);
		else
			buf_putc(&text, *p);
	}
	return buf_take(&text);
}

static const char *make_krl(TempFolder *folder, const Case *c, const Keys *keys)
{
	AUTO_CLEAR(Buf) output = { 0 };
	AUTO_FREE char *spec = fill_in(c->spec, keys);
	AUTO_FREE char *authority = bg_asprintf("%s.pub", keys->ca);
	const char *krl = temp_path(folder, "krl"), *spec_path = temp_write(folder, "spec", spec);
	int code = c->authority ? TOOL(NULL, &output, "ssh-keygen", "-q", "-k", "-f", krl, "-s", authority, spec_path)
		: TOOL(NULL, &output, "ssh-keygen", "-q", "-k", "-f", krl, spec_path);
	cr_assert_eq(code, 0, "%s: %s", c->name, buf_text(&output));
	return krl;
}

Test(revocations, a_krl_means_here_what_it_means_to_ssh_keygen)
{
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Keys) keys = { 0 };
	make_keys(&folder, &keys);
	AUTO_FREE char *allowed = bg_asprintf("alice cert-authority %s\nalice %s\n", keys.authority, keys.key);
	AUTO_FREE char *signature = tool_sign(keys.user, NAMESPACE, "sha512", "m");
	AUTO_CLEAR(SshSig) sig = { 0 };
	Error err = { 0 };
	assert_ok(sshsig_parse(str_from(signature), &sig, &err), &err);
	AUTO_CLEAR(Buf) certified = { 0 };
	sshsig_armour(public_key_blob(&keys.certificate), NAMESPACE, (Str){ sig.signature, sig.signature_len }, &certified);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		const Case *c = &cases[i];
		const char *krl = make_krl(&folder, c, &keys);
		AUTO_CLEAR(Revocations) revocations = { 0 };
		assert_ok(revocations_load(krl, &revocations, &err), &err);
		cr_expect_eq(revocations_has(&revocations, c->certificate ? &keys.certificate : &keys.plain), c->revoked, "%s", c->name);
		ToolVerify asked = { .allowed = allowed, .identity = "alice", .name_space = NAMESPACE, .message = "m", .revoked_path = krl,
			.signature = c->certificate ? buf_text(&certified) : signature };
		cr_expect_eq(tool_verify_with(&folder, &asked), !c->revoked, "%s: ssh-keygen", c->name);
	}
}

Test(revocations, a_list_of_keys_means_here_what_it_means_to_ssh_keygen)
{
	static const Case lists[] = {
		{ "the key", "# lost\n\n%K old one\n", false, false, true }, { "another", "%O\n", false, false, false },
		{ "the key of a certificate", "%K\n", false, true, true }, { "the authority", "%O\n%A\n", false, true, true },
		{ "nothing", "# none\n", false, true, false },
	};
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Keys) keys = { 0 };
	make_keys(&folder, &keys);
	AUTO_FREE char *allowed = bg_asprintf("alice cert-authority %s\nalice %s\n", keys.authority, keys.key);
	AUTO_FREE char *signature = tool_sign(keys.user, NAMESPACE, "sha512", "m");
	AUTO_CLEAR(SshSig) sig = { 0 };
	AUTO_CLEAR(Buf) certified = { 0 };
	Error err = { 0 };
	assert_ok(sshsig_parse(str_from(signature), &sig, &err), &err);
	sshsig_armour(public_key_blob(&keys.certificate), NAMESPACE, (Str){ sig.signature, sig.signature_len }, &certified);
	for (size_t i = 0; i < BG_LENGTH(lists); i++) {
		const Case *c = &lists[i];
		AUTO_FREE char *list = fill_in(c->spec, &keys);
		AUTO_CLEAR(Revocations) revocations = { 0 };
		assert_ok(revocations_parse(str_from(list), "revoked", &revocations, &err), &err);
		cr_expect_eq(revocations_has(&revocations, c->certificate ? &keys.certificate : &keys.plain), c->revoked, "%s", c->name);
		ToolVerify asked = { .allowed = allowed, .identity = "alice", .name_space = NAMESPACE, .message = "m", .revoked = list,
			.signature = c->certificate ? buf_text(&certified) : signature };
		cr_expect_eq(tool_verify_with(&folder, &asked), !c->revoked, "%s: ssh-keygen", c->name);
	}
}

Test(revocations, what_cannot_be_read_is_an_error_and_not_a_skipped_line)
{
	AUTO_CLEAR(Revocations) revocations = { 0 };
	Error err = { 0 };
	assert_refused(revocations_parse(STR("# x\nssh-ed25519 AAAA\n"), "r", &revocations, &err), &err, ERROR_INVALID,
		"the key ends too early");
	cr_expect_str_eq(err.where, "r:2");
	assert_refused(revocations_load("/nonexistent/revoked", &revocations, &err), &err, ERROR_MISSING, "");
}

/* A KRL with all kinds of sections, cut and changed everywhere: an error or a list, never a crash; a cut one is never a list. */
Test(revocations, a_damaged_krl_is_an_error)
{
	static const Case all = { "all", "key: %K\nsha1: %O\nsha256: %O\nserial: 1\nserial: 3-9\nid: x\nserial: 100\nserial: 102\nserial: 105\n",
		true, true, true };
	need_ssh_keygen();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Keys) keys = { 0 };
	make_keys(&folder, &keys);
	AUTO_CLEAR(Buf) bytes = { 0 };
	Error err = { 0 };
	assert_ok(file_read(make_krl(&folder, &all, &keys), REVOCATIONS_MAX_BYTES, &bytes, &err), &err);
	size_t lists = 0;
	for (size_t i = 8; i < bytes.len; i++) {
		AUTO_CLEAR(Revocations) cut = { 0 };
		lists += revocations_parse(str_slice(buf_str(&bytes), 0, i), "krl", &cut, &err);
		for (int bit = 0; bit < 8; bit++) {
			AUTO_CLEAR(Revocations) changed = { 0 };
			bytes.data[i] = (char) (bytes.data[i] ^ 1 << bit);
			if (revocations_parse(buf_str(&bytes), "krl", &changed, &err))
				(void) revocations_has(&changed, &keys.certificate);
			bytes.data[i] = (char) (bytes.data[i] ^ 1 << bit);
		}
	}
	/* Sections follow each other without a count: cut just between two is a list, for ssh-keygen too. */
	cr_expect_leq(lists, 4u, "%zu prefixes are lists", lists);
}
