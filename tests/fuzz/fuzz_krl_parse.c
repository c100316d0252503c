/* A key revocation list is refused, or asked about keys of every kind without harm, and says the same each time. */
#include "fuzz.h"
#include "core/signoff/krl.h"

/* A plain key of two kinds, and a certificate, which a list can also name by its serial number, its id and its authority. */
static const char *const LINES[] = {
	"ssh-ed25519 "
		"AAAAC3NzaC1lZDI1NTE5AAAAIMoOl4gsLFAwyoijaRUmPA5gHaOTrL2SBBtBIAmfF7ib",
	"ecdsa-sha2-nistp256 "
		"AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBLKH/x5S984eS1iipCQogNac8mOwOVbs02BNCTjVuwXYfz295Piv8fgtf9kQlgvFcDnnIL5F9u7u9e"
		"8HsNV1DzU=",
	"ssh-ed25519-cert-v01@openssh.com "
		"AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIC1zq2JzRzJguNTXI0DsfqQ7MVU91lKTOZ4+5w2OzdO0AAAAIMoOl4gsLFAwyoijaRUmPA5gHaOTrL"
		"2SBBtBIAmfF7ibAAAAAAAAACkAAAABAAAACGFsaWNlLWlkAAAAEAAAAAVhbGljZQAAAANib2IAAAAAaVW5AAAAAABrNuyAAAAAAAAAAIIAAAAVcGVybWl0LVgxMS1mb3J3"
		"YXJkaW5nAAAAAAAAABdwZXJtaXQtYWdlbnQtZm9yd2FyZGluZwAAAAAAAAAWcGVybWl0LXBvcnQtZm9yd2FyZGluZwAAAAAAAAAKcGVybWl0LXB0eQAAAAAAAAAOcGVybW"
		"l0LXVzZXItcmMAAAAAAAAAAAAAADMAAAALc3NoLWVkMjU1MTkAAAAg/JeBzmCXxnSTYh9QY7t/hOu309rlCk8gNptXIPaKNFQAAABTAAAAC3NzaC1lZDI1NTE5AAAAQAED"
		"JkLcfU8kZKUga5P3NxCZE1I9Pzhi5kYJ/oy5tK8LrV/4EvQAsT/Psj121BUMkQUUnatXxCLYHeNmYKagKAs=",
};

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO(Krl) *krl = NULL;
	Error err = { 0 };
	Str text = { (const char *) data, size };
	BG_ASSERT(krl_is(text) || !krl_parse(text, &krl, &err));
	if (!krl_parse(text, &krl, &err)) {
		fuzz_refused(&err);
		return 0;
	}
	for (size_t i = 0; i < BG_LENGTH(LINES); i++) {
		AUTO_CLEAR(PublicKey) key = { 0 };
		bool read = public_key_parse_line(str_from(LINES[i]), &key, NULL, &err);
		BG_ASSERT(read && krl_has(krl, &key) == krl_has(krl, &key));
	}
	return 0;
}
