/* One-time codes: the tables of RFC 4226 and RFC 6238, base32, what is read and what is refused. */
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/signoff/codes.h"
#include "tests/support/support.h"

#define KEY20 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
#define KEY32 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA===="
#define KEY64 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNA="

static Totp totp_of(const char *text)
{
	Totp totp = { 0 };
	Error err = { 0 };
	assert_ok(totp_parse(str_from(text), "test", &totp, &err), &err);
	return totp;
}

Test(totp, base32_reads_what_rfc_4648_writes)
{
	static const struct { const char *text, *bytes; } good[] = {
		{ "", "" }, { "MY======", "f" }, { "MZXQ====", "fo" }, { "MZXW6===", "foo" }, { "MZXW6YQ=", "foob" }, { "MZXW6YTB", "fooba" },
		{ "MZXW6YTBOI======", "foobar" }, { "mzxw6ytboi", "foobar" }, { "MZXW 6YTB-OI", "foobar" },
	};
	static const char *const bad[] = { "M", "MZX", "MZXW6Y", "MZ1W6", "MZ0W", "MZ8W", "MY=A", "MZ", "MZXW6YR=", "M Z!", };
	for (size_t i = 0; i < BG_LENGTH(good); i++) {
		AUTO_CLEAR(Buf) bytes = { 0 };
		cr_expect(base32_decode(str_from(good[i].text), &bytes), "%s", good[i].text);
		cr_expect_str_eq(buf_text(&bytes), good[i].bytes);
	}
	for (size_t i = 0; i < BG_LENGTH(bad); i++) {
		AUTO_CLEAR(Buf) bytes = { 0 };
		cr_expect(!base32_decode(str_from(bad[i]), &bytes), "%s", bad[i]);
	}
}

Test(totp, counters_give_the_codes_of_rfc_4226)
{
	static const char *const codes[] = { "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489" };
	AUTO_CLEAR(Totp) totp = totp_of(KEY20);
	for (size_t i = 0; i < BG_LENGTH(codes); i++) {
		char code[TOTP_CODE_SIZE];
		totp_code(&totp, (int64_t) i, code);
		cr_expect_str_eq(code, codes[i]);
	}
}

Test(totp, times_give_the_codes_of_rfc_6238)
{
	static const struct { const char *secret, *algorithm; } keys[] = { { KEY20, "SHA1" }, { KEY32, "SHA256" }, { KEY64, "SHA512" } };
	static const struct { int64_t second; const char *codes[3]; } table[] = {
		{ 59, { "94287082", "46119246", "90693936" } }, { 1111111109, { "07081804", "68084774", "25091201" } },
		{ 1111111111, { "14050471", "67062674", "99943326" } }, { 1234567890, { "89005924", "91819424", "93441116" } },
		{ 2000000000, { "69279037", "90698825", "38618901" } }, { 20000000000, { "65353130", "77737706", "47863826" } },
	};
	for (size_t k = 0; k < BG_LENGTH(keys); k++) {
		AUTO_FREE char *uri = bg_asprintf("otpauth://totp/OCW:ann?secret=%s&issuer=OCW&algorithm=%s&digits=8&period=30", keys[k].secret,
			keys[k].algorithm);
		AUTO_CLEAR(Totp) totp = totp_of(uri);
		for (size_t i = 0; i < BG_LENGTH(table); i++) {
			char code[TOTP_CODE_SIZE];
			totp_code(&totp, totp_step(&totp, (WallTime) { table[i].second * 1000 }), code);
			cr_expect_str_eq(code, table[i].codes[k], "%s at %lld", keys[k].algorithm, (long long) table[i].second);
		}
	}
}

Test(totp, a_code_counts_one_step_early_and_late_and_no_more)
{
	AUTO_CLEAR(Totp) totp = totp_of(KEY20);
	static const struct { int64_t second; bool good; } at[] = { { 1111111050, false }, { 1111111079, false }, { 1111111080, true }, { 1111111109, true },
		{ 1111111110, true }, { 1111111139, true }, { 1111111140, true }, { 1111111169, true }, { 1111111170, false } };
	for (size_t i = 0; i < BG_LENGTH(at); i++) {
		int64_t step = 0;
		cr_expect_eq(totp_match(&totp, "050471", (WallTime) { at[i].second * 1000 }, &step), at[i].good, "%lld", (long long) at[i].second);
		if (at[i].good)
			cr_expect_eq(step, 0x23523ED);
	}
	static const char *const wrong[] = { "", "050472", "50471", "0050471", "05047a", "050471 " };
	for (size_t i = 0; i < BG_LENGTH(wrong); i++) {
		int64_t step = 0;
		cr_expect(!totp_match(&totp, wrong[i], (WallTime) { INT64_C(1111111111000) }, &step), "%s", wrong[i]);
	}
}

Test(totp, what_is_no_secret_is_refused_without_telling_it)
{
	static const char *const bad[] = { "", "GEZDG", "SECRET1890SECRET1890", "otpauth://totp/x", "otpauth://totp/x?digits=6",
		"otpauth://totp/x?secret=" KEY20 "&digits=9", "otpauth://totp/x?secret=" KEY20 "&digits=5",
		"otpauth://totp/x?secret=" KEY20 "&period=0", "otpauth://totp/x?secret=" KEY20 "&algorithm=MD5", "otpauth://hotp/x?secret=" KEY20,
		"otpauth://totp/x?secret=" KEY20 "&digits" };
	for (size_t i = 0; i < BG_LENGTH(bad); i++) {
		Totp totp = { 0 };
		Error err = { 0 };
		cr_expect(!totp_parse(str_from(bad[i]), "test", &totp, &err), "%s", bad[i]);
		cr_expect(err.why[0] && err.hint[0] && !strstr(err.why, "GEZD") && !strstr(err.hint, "GEZD"), "%s", err.why);
	}
}

Test(totp, the_file_of_secrets_is_for_the_engine_alone)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *path = temp_write(&folder, "codes", "# who\n\nann " KEY20 "\nbob the second otpauth://totp/x?secret=" KEY20 "&digits=8\nbad GEZ1\n");
	Error err = { 0 };
	AUTO_CLEAR(Totp) ann = { 0 };
	AUTO_CLEAR(Totp) bob = { 0 };
	Totp none = { 0 };
	cr_assert_eq(chmod(path, 0640), 0);
	assert_refused(codes_find(path, "ann", &none, &err), &err, ERROR_DENIED, "");
	cr_assert_eq(chmod(path, 0600), 0);
	assert_ok(codes_find(path, "ann", &ann, &err), &err);
	assert_ok(codes_find(path, "bob the second", &bob, &err), &err);
	cr_expect_eq(bob.digits, 8);
	assert_refused(codes_find(path, "bob", &none, &err), &err, ERROR_MISSING, "bob has no one-time codes");
	assert_refused(codes_find(path, "bad", &none, &err), &err, ERROR_INVALID, "not base32");
	cr_expect(strstr(err.where, ":5"), "%s", err.where);
}
