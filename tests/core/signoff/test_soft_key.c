/* Signatures that ssh-keygen would not make here, judged by both: FIDO keys with and without a touch, rsa under every algorithm. */
#include "core/base/alloc.h"
#include "core/signoff/sshsig.h"
#include "soft_key.h"
#include "tool.h"

#define NAMESPACE "signoff@breakglass"
#define SK_ED25519 "sk-ssh-ed25519@openssh.com"
#define SK_ECDSA "sk-ecdsa-sha2-nistp256@openssh.com"

typedef struct Case {
	const char *name;
	SoftKey key;
	const char *why;                 /* NULL: it is good */
	bool verified;                   /* with a PIN or a finger */
} Case;

/* ssh-keygen takes a signature without a touch for good where no one asked for more; here a touch is always asked for. */
#define NO_TOUCH "the FIDO key signed without a touch"
static const Case cases[] = {
	{ "ed25519, touched", { SK_ED25519, 0x01, NULL, NULL }, NULL, false },
	{ "ed25519, touched, with a PIN", { SK_ED25519, 0x05, NULL, NULL }, NULL, true },
	{ "ed25519, not touched", { SK_ED25519, 0x00, NULL, NULL }, NO_TOUCH, false },
	{ "ed25519, only a PIN", { SK_ED25519, 0x04, NULL, NULL }, NO_TOUCH, false },
	{ "ecdsa, touched", { SK_ECDSA, 0x01, NULL, NULL }, NULL, false },
	{ "ecdsa, touched, with a PIN", { SK_ECDSA, 0x05, NULL, NULL }, NULL, true },
	{ "ecdsa, not touched", { SK_ECDSA, 0x00, NULL, NULL }, NO_TOUCH, false },
	{ "ecdsa, only a PIN", { SK_ECDSA, 0x04, NULL, NULL }, NO_TOUCH, false },
	{ "a device key under a plain name", { SK_ED25519, 0x01, "ssh-ed25519", NULL }, "does not go with", false },
	{ "the other device's name", { SK_ECDSA, 0x01, SK_ED25519, NULL }, "does not go with", false },
	{ "rsa with SHA-512", { "ssh-rsa", 0, "rsa-sha2-512", "SHA512" }, NULL, false },
	{ "rsa with SHA-256", { "ssh-rsa", 0, "rsa-sha2-256", "SHA256" }, NULL, false },
	{ "rsa with SHA-1", { "ssh-rsa", 0, "ssh-rsa", "SHA1" }, "does not go with", false },
	{ "rsa with SHA-1 under the name of SHA-256", { "ssh-rsa", 0, "rsa-sha2-256", "SHA1" }, "does not fit", false },
	{ "rsa with SHA-512 under the name of SHA-256", { "ssh-rsa", 0, "rsa-sha2-256", "SHA512" }, "does not fit", false },
	{ "rsa with SHA-256 under the old name", { "ssh-rsa", 0, "ssh-rsa", "SHA256" }, "does not go with", false },
};

Test(soft_key, is_judged_as_ssh_keygen_judges_it)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		const Case *c = &cases[i];
		AUTO_CLEAR(SoftSignature) made = { 0 };
		AUTO_CLEAR(Buf) armoured = { 0 };
		soft_sign(&c->key, NAMESPACE, STR("text"), &made);
		sshsig_armour(buf_str(&made.key_blob), NAMESPACE, buf_str(&made.signature), &armoured);
		AUTO_CLEAR(SshSig) sig = { 0 };
		SignatureFacts facts = { 0 };
		Error err = { 0 };
		assert_ok(sshsig_parse(buf_str(&armoured), &sig, &err), &err);
		bool good = sshsig_verify(&sig, NAMESPACE, STR("text"), &facts, &err);
		cr_expect_eq(good, !c->why, "%s: %s", c->name, err.why);
		cr_expect(good || strstr(err.why, c->why), "%s: %s", c->name, err.why);
		if (good && !c->key.digest)
			cr_expect(facts.from_device && facts.user_present && facts.user_verified == c->verified && facts.counter == SOFT_COUNTER,
				"%s", c->name);
		if (!have_program("ssh-keygen"))
			continue;
		AUTO_CLEAR(Buf) allowed = { 0 };
		buf_puts(&allowed, "a ");
		public_key_write_line(&sig.key, &allowed);
		bool theirs = tool_verify(&folder, buf_text(&allowed), "a", NAMESPACE, buf_text(&armoured), NULL, "text");
		cr_expect_eq(theirs, good || text_eq(c->why, NO_TOUCH), "%s: ssh-keygen says %s", c->name, theirs ? "good" : "bad");
		cr_expect(!tool_verify(&folder, buf_text(&allowed), "a", NAMESPACE, buf_text(&armoured), NULL, "texT"));
	}
}
