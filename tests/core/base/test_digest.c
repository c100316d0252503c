/* Hashes against published vectors, and bytes as text. */
#include "core/base/digest.h"

#include <stdlib.h>

#include "tests/support/support.h"

static const struct { const char *text, *hex; } hashes[] = { /* FIPS 180-2, appendix B */
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
};

Test(digest, hashes_texts_and_files)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	for (size_t i = 0; i < BG_LENGTH(hashes); i++) {
		char hex[SHA256_HEX_SIZE], file_hex[SHA256_HEX_SIZE];
		unsigned long long size = 99;
		Error err = { 0 };
		sha256_hex(hashes[i].text, strlen(hashes[i].text), hex);
		assert_text("text", hex, hashes[i].hex);
		const char *path = temp_write(&folder, "a", hashes[i].text);
		assert_ok(sha256_file_hex(path, file_hex, &size, &err), &err);
		assert_text("file", file_hex, hashes[i].hex);
		cr_assert(size == strlen(hashes[i].text));
	}
}

Test(digest, says_which_file_it_cannot_read)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	char hex[SHA256_HEX_SIZE];
	Error err = { 0 };
	const char *path = temp_path(&folder, "absent");
	assert_refused(sha256_file_hex(path, hex, NULL, &err), &err, ERROR_MISSING, "No such file");
	assert_text("where", err.where, path);
	assert_refused(sha256_file_hex(folder.path, hex, NULL, &err), &err, ERROR_IO, "directory");
}

Test(digest, authenticates) /* RFC 4231, test cases 1, 2 and 6 */
{
	unsigned char mac[SHA256_BYTES], key[131];
	char hex[SHA256_HEX_SIZE];
	memset(key, 0x0b, 20);
	hmac_sha256(key, 20, "Hi There", 8, mac);
	hex_encode(mac, sizeof mac, hex);
	assert_text("1", hex, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, mac);
	hex_encode(mac, sizeof mac, hex);
	assert_text("2", hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof key);
	hmac_sha256(key, sizeof key, "Test Using Larger Than Block-Size Key - Hash Key First", 54, mac);
	hex_encode(mac, sizeof mac, hex);
	assert_text("6", hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	hmac_sha256(NULL, 0, NULL, 0, mac);
	hex_encode(mac, sizeof mac, hex);
	assert_text("empty", hex, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static const struct { const char *plain, *encoded; } base64s[] = { /* RFC 4648, section 10 */
	{ "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" },
	{ "\xff\xfe\xfb", "//77" }, { ">>>?", "Pj4+Pw==" },
};

Test(digest, writes_and_reads_base64)
{
	for (size_t i = 0; i < BG_LENGTH(base64s); i++) {
		AUTO_CLEAR(Buf) encoded = { 0 };
		AUTO_CLEAR(Buf) plain = { 0 };
		base64_encode(base64s[i].plain, strlen(base64s[i].plain), &encoded);
		assert_text(base64s[i].plain, buf_text(&encoded), base64s[i].encoded);
		cr_assert(base64_decode(buf_str(&encoded), &plain));
		assert_text(base64s[i].encoded, buf_text(&plain), base64s[i].plain);
	}
	AUTO_CLEAR(Buf) wrapped = { 0 };
	cr_assert(base64_decode(STR(" Zm9v\r\n\tYm Fy\n"), &wrapped));
	assert_text("wrapped", buf_text(&wrapped), "foobar");
}

static const char *const no_base64[] = {
	"Z", "Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zg==Zg==", "Zm8=x", "Zm9v=", "Zm-v", "Zm_v", "Zh==", "Zm9=", "Zm9v\xc3", "Z=g=",
};

Test(digest, refuses_what_is_no_base64_and_adds_nothing)
{
	for (size_t i = 0; i < BG_LENGTH(no_base64); i++) {
		AUTO_CLEAR(Buf) out = { 0 };
		buf_puts(&out, "before");
		cr_assert(!base64_decode(str_from(no_base64[i]), &out), "accepted: %s", no_base64[i]);
		assert_text(no_base64[i], buf_text(&out), "before");
	}
	AUTO_CLEAR(Buf) out = { 0 };
	cr_assert(!base64_decode((Str) { "Zm\0v", 4 }, &out));
}

Test(digest, writes_and_reads_hex)
{
	unsigned char bytes[4] = { 0 };
	size_t len = 0;
	char hex[9];
	cr_assert(hex_decode(STR("00fFa1"), bytes, sizeof bytes, &len) && len == 3);
	hex_encode(bytes, len, hex);
	assert_text("hex", hex, "00ffa1");
	cr_assert(!hex_decode(STR("0"), bytes, sizeof bytes, &len));
	cr_assert(!hex_decode(STR("0g"), bytes, sizeof bytes, &len));
	cr_assert(!hex_decode(STR("0011223344"), bytes, sizeof bytes, &len));
	cr_assert(len == 3 && bytes[1] == 0xff);
}

Test(digest, compares_and_makes_randomness)
{
	cr_assert(constant_time_equal("abc", "abc", 3) && !constant_time_equal("abc", "abd", 3) && constant_time_equal("a", "b", 0));
	char one[33], two[33];
	random_hex(one, 32);
	random_hex(two, 32);
	cr_assert(strlen(one) == 32 && strspn(one, "0123456789abcdef") == 32 && strcmp(one, two) != 0);
}
