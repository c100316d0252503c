/* totp.c: HMAC by OpenSSL, the rest as the RFCs write it down. */
#include "core/signoff/totp.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"

#define URI "otpauth://totp/"
#define SECRET_MAX_BYTES 256

static int base32_value(char c)
{
	if (c >= 'a' && c <= 'z')
		return c - 'a';
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	return c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

bool base32_decode(Str text, Buf *out)
{
	uint32_t bits = 0;
	int count = 0;
	size_t digits = 0;
	bool padded = false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == ' ' || c == '-' || c == '\t')
			continue;
		padded = padded || c == '=';
		if (c == '=')
			continue;
		int value = base32_value(c);
		if (value < 0 || padded)
			return false;
		bits = bits << 5 | (uint32_t) value;
		count += 5;
		digits++;
		if (count >= 8) {
			count -= 8;
			buf_putc(out, (char) (unsigned char) (bits >> count));
		}
	}
	/* 1, 3 and 6 digits too many make no whole byte; what is left over must be zero. */
	size_t over = digits % 8;
	return over != 1 && over != 3 && over != 6 && !(bits & ((1u << count) - 1));
}

static bool take_number(Str text, int min, int max, int *ret)
{
	int value = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9' || value > 1000)
			return false;
		value = value * 10 + (text.ptr[i] - '0');
	}
	*ret = value;
	return text.len && value >= min && value <= max;
}

static bool take_digest(Str text, const char **ret)
{
	static const char *const digests[] = { "SHA1", "SHA256", "SHA512" };
	for (size_t i = 0; i < BG_LENGTH(digests); i++) {
		if (str_eq_nocase(text, str_from(digests[i]))) {
			*ret = digests[i];
			return true;
		}
	}
	return false;
}

/* One name=value of the URI. Others (issuer, image) say nothing about the code. */
static bool take_parameter(Str parameter, Totp *totp, Str *secret)
{
	ptrdiff_t equals = str_find_char(parameter, '=');
	if (equals < 0)
		return false;
	Str name = str_slice(parameter, 0, (size_t) equals), value = str_slice(parameter, (size_t) equals + 1, parameter.len);
	if (str_eq_c(name, "secret"))
		*secret = value;
	else if (str_eq_c(name, "algorithm"))
		return take_digest(value, &totp->digest);
	else if (str_eq_c(name, "digits"))
		return take_number(value, 6, 8, &totp->digits);
	else if (str_eq_c(name, "period"))
		return take_number(value, 10, 120, &totp->period_s);
	return true;
}

static bool take_uri(Str text, Totp *totp, Str *secret)
{
	ptrdiff_t mark = str_find_char(text, '?');
	if (mark < 0)
		return false;
	for (Str rest = str_slice(text, (size_t) mark + 1, text.len), parameter; str_split(&rest, '&', &parameter);)
		if (!take_parameter(parameter, totp, secret))
			return false;
	return secret->len > 0;
}

bool totp_parse(Str text, const char *origin, Totp *ret_totp, Error *err)
{
	Totp totp = { .digest = "SHA1", .digits = 6, .period_s = 30 };
	Str secret = str_trim(text);
	if (str_starts(secret, URI) && !take_uri(secret, &totp, &secret)) {
		error_set(err, ERROR_INVALID, "the otpauth address is not one of a time-based code that is known here");
		return error_hint(err, URI "NAME?secret=BASE32, with digits=6 to 8, period in seconds, algorithm=SHA1, SHA256 or SHA512");
	}
	AUTO_CLEAR(Buf) key = { 0 };
	buf_reserve(&key, SECRET_MAX_BYTES);
	bool ok = secret.len <= SECRET_MAX_BYTES && base32_decode(secret, &key) && key.len >= TOTP_MIN_SECRET_BYTES;
	if (ok) {
		totp.key = secret_new(buf_str(&key), origin);
		*ret_totp = totp;
	}
	secret_wipe(key.data, key.capacity);
	if (ok)
		return true;
	error_set(err, ERROR_INVALID, "the secret is not base32 of at least %d bytes", TOTP_MIN_SECRET_BYTES);
	return error_hint(err, "A to Z and 2 to 7, as the authenticator shows it");
}

void totp_code(const Totp *totp, int64_t step, char ret[static TOTP_CODE_SIZE])
{
	static const uint32_t powers[] = { [6] = 1000000, [7] = 10000000, [8] = 100000000 };
	unsigned char message[8], mac[EVP_MAX_MD_SIZE];
	size_t len = 0;
	for (int i = 0; i < 8; i++)
		message[i] = (unsigned char) ((uint64_t) step >> (56 - 8 * i));
	BG_ASSERT(EVP_Q_mac(NULL, "HMAC", NULL, totp->digest, NULL, secret_reveal(totp->key), secret_len(totp->key), message, sizeof message,
		mac, sizeof mac, &len));
	const unsigned char *at = mac + (mac[len - 1] & 0x0f);
	uint32_t value = (uint32_t) (at[0] & 0x7f) << 24 | (uint32_t) at[1] << 16 | (uint32_t) at[2] << 8 | at[3];
	snprintf(ret, TOTP_CODE_SIZE, "%0*u", totp->digits, (unsigned) (value % powers[totp->digits]));
	secret_wipe(mac, sizeof mac);
}

int64_t totp_step(const Totp *totp, WallTime at)
{
	return at.ms / 1000 / totp->period_s;
}

bool totp_match(const Totp *totp, const char *code, WallTime at, int64_t *ret_step)
{
	int64_t present = totp_step(totp, at);
	bool matched = false;
	for (int64_t step = present - TOTP_WINDOW; step <= present + TOTP_WINDOW; step++) {
		char expected[TOTP_CODE_SIZE];
		totp_code(totp, step, expected);
		if (step >= 0 && strlen(code) == (size_t) totp->digits && constant_time_equal(code, expected, (size_t) totp->digits)) {
			matched = true;
			*ret_step = step;
		}
		secret_wipe(expected, sizeof expected);
	}
	return matched;
}

void totp_clear(Totp *totp)
{
	secret_free(totp->key);
	*totp = (Totp) { 0 };
}
