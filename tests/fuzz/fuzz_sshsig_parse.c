/* Any armour is refused or gives a key that reads back; no text that a fuzzer makes up is a good signature. */
#include "core/base/alloc.h"
#include "core/signoff/sshsig.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(SshSig) sig = { 0 };
	Error err = { 0 };
	if (!sshsig_parse((Str) { (const char *) data, size }, &sig, &err)) {
		BG_ASSERT(!sig.signature && err.why[0]);
		return 0;
	}
	AUTO_CLEAR(PublicKey) again = { 0 };
	AUTO_CLEAR(Buf) line = { 0 };
	public_key_write_line(&sig.key, &line);
	bool same = public_key_parse_line(buf_str(&line), &again, NULL, &err) && str_eq(public_key_blob(&again), public_key_blob(&sig.key));
	BG_ASSERT(same);
	SignatureFacts facts = { 0 };
	bool good = sshsig_verify(&sig, sig.name_space, STR("a text that nobody signed"), &facts, &err);
	BG_ASSERT(!good);
	return 0;
}
