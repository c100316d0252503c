/* A secret of one-time codes, alone, as an address, or in a file of lines: refused without being repeated, or a key whose codes have their digits and
 * are accepted at their time. Base32 comes back. */
#include "fuzz.h"
#include "core/signoff/codes.h"

#define NOW ((WallTime) { INT64_C(1795230000000) })

static void check_base32(Str text)
{
	static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	AUTO_CLEAR(Buf) bytes = { 0 };
	AUTO_CLEAR(Buf) again = { 0 };
	AUTO_CLEAR(Buf) encoded = { 0 };
	if (!base32_decode(text, &bytes))
		return;
	unsigned long long bits = 0;
	unsigned count = 0;
	for (size_t i = 0; i < bytes.len; i++) {
		bits = (bits << 8 | (unsigned char) bytes.data[i]) & 0xFFFFF;
		for (count += 8; count >= 5; count -= 5)
			buf_putc(&encoded, ALPHABET[bits >> (count - 5) & 31]);
	}
	if (count)
		buf_putc(&encoded, ALPHABET[bits << (5 - count) & 31]);
	BG_ASSERT(base32_decode(buf_str(&encoded), &again) && str_eq(buf_str(&again), buf_str(&bytes)));
}

static void check_totp(const Totp *totp)
{
	char code[TOTP_CODE_SIZE];
	int64_t step = 0;
	BG_ASSERT(totp->digits >= 6 && totp->digits <= 8 && totp->period_s > 0 && secret_len(totp->key) >= TOTP_MIN_SECRET_BYTES);
	totp_code(totp, totp_step(totp, NOW), code);
	BG_ASSERT(strlen(code) == (size_t) totp->digits && strspn(code, "0123456789") == strlen(code));
	BG_ASSERT(totp_match(totp, code, NOW, &step));
	BG_ASSERT(!totp_match(totp, "x", NOW, &step) && !totp_match(totp, "", NOW, &step));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Str text = { (const char *) data, size };
	AUTO_CLEAR(Totp) alone = { 0 };
	AUTO_CLEAR(Totp) listed = { 0 };
	Error err = { 0 };
	check_base32(text);
	if (totp_parse(text, "ann", &alone, &err))
		check_totp(&alone);
	else
		fuzz_refused(&err);
	if (codes_parse(text, "codes", "ann", &listed, &err))
		check_totp(&listed);
	else
		fuzz_refused(&err);
	return 0;
}
