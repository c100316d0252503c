/* The bytes inside a key file (the target adds the armour): refused, or a key whose signatures are good or refused, never wrong. Its public half can be read
 * without the rest, and is the same. */
#include "core/base/digest.h"
#include "core/signoff/key_file.h"
#include "core/signoff/sshsig.h"
#include "fuzz.h"

static void check_public(Str text, const PrivateKey *key)
{
	AUTO_CLEAR(PublicKey) public_half = { 0 };
	AUTO_FREE char *path = fuzz_path("key");
	Error err = { 0 };
	fuzz_write("key", text);
	if (!private_key_read_public(path, &public_half, &err))
		fuzz_refused(&err);
	else if (key)
		BG_ASSERT(str_eq(public_key_blob(&public_half), public_key_blob(private_key_public(key))));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(Buf) text = { 0 };
	AUTO_CLEAR(Buf) armoured = { 0 };
	AUTO(PrivateKey) *key = NULL;
	Error err = { 0 };
	buf_puts(&text, "-----BEGIN OPENSSH PRIVATE KEY-----\n");
	base64_encode(data, size, &text);
	buf_puts(&text, "\n-----END OPENSSH PRIVATE KEY-----\n");
	if (!private_key_parse(buf_str(&text), "key", &key, &err)) {
		BG_ASSERT(err.why[0] && !key);
		check_public(buf_str(&text), NULL);
		return 0;
	}
	check_public(buf_str(&text), key);
	if (!private_key_sign_message(key, "n", STR("text"), &armoured, &err))
		return 0;
	AUTO_CLEAR(SshSig) sig = { 0 };
	SignatureFacts facts = { 0 };
	bool good = sshsig_parse(buf_str(&armoured), &sig, &err) && sshsig_verify(&sig, "n", STR("text"), &facts, &err);
	BG_ASSERT(good);
	return 0;
}
