/* The blob of a public key or of a certificate (PROTOCOL.certkeys), as it stands behind the base64: refused, or a key that is written as a line and read
 * back as the same, and that verifies nothing that a fuzzer makes up. */
#include "fuzz.h"
#include "core/signoff/certificate.h"
#include "core/signoff/public_key.h"

static void check_line(const PublicKey *key)
{
	AUTO_CLEAR(PublicKey) again = { 0 };
	AUTO_CLEAR(Buf) line = { 0 };
	char one[FINGERPRINT_SIZE], other[FINGERPRINT_SIZE];
	Error err = { 0 };
	public_key_write_line(key, &line);
	bool read = public_key_parse_line(buf_str(&line), &again, NULL, &err);
	BG_ASSERT(read && str_eq(public_key_blob(&again), public_key_blob(key)));
	BG_ASSERT(text_eq(public_key_fingerprint(key, one), public_key_fingerprint(&again, other)));
}

static void check_certificate(const Certificate *certificate)
{
	static const int64_t TIMES[] = { 1, INT64_C(1795230000000), INT64_MAX };
	for (size_t i = 0; i < BG_LENGTH(TIMES); i++) {
		Error err = { 0 };
		bool counts = certificate_counts(certificate, "alice", (WallTime) { TIMES[i] }, &err);
		BG_ASSERT(counts || err.why[0]);
		BG_ASSERT(!counts || (!certificate->is_host && !certificate->critical_option));
	}
	check_line(&certificate->authority);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(PublicKey) key = { 0 };
	AUTO_CLEAR(PublicKey) by_line = { 0 };
	SignatureFacts facts = { 0 };
	Error err = { 0 };
	Str text = { (const char *) data, size };
	if (!public_key_parse_line(text, &by_line, NULL, &err))
		fuzz_refused(&err);
	if (!public_key_parse(text, &key, &err)) {
		fuzz_refused(&err);
		return 0;
	}
	check_line(&key);
	if (key.certificate)
		check_certificate(key.certificate);
	BG_ASSERT(!public_key_verify(&key, text, STR("a text that nobody signed"), &facts, &err));
	return 0;
}
