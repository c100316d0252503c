#include "soft_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>

#include "core/base/digest.h"
#include "core/signoff/sshsig.h"
#include "core/signoff/wire.h"
#include "tests/support/support.h"

void soft_signature_clear(SoftSignature *made)
{
	buf_clear(&made->key_blob);
	buf_clear(&made->signature);
}

static void sign_digest(EVP_PKEY *pkey, const char *digest, Str data, Buf *out)
{
	unsigned char raw[512];
	size_t len = sizeof raw;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	cr_assert(EVP_DigestSignInit_ex(context, NULL, digest, NULL, NULL, pkey, NULL) == 1
		&& EVP_DigestSign(context, raw, &len, (const unsigned char *) data.ptr, data.len) == 1);
	EVP_MD_CTX_free(context);
	buf_append(out, raw, len);
}

static void put_number(Buf *out, const BIGNUM *number)
{
	unsigned char bytes[512];
	int len = BN_bn2bin(number, bytes);
	wire_put_mpint(out, (Str){ (char *) bytes, (size_t) len });
}

/* What a device signs of the data. */
static void device_bytes(uint8_t flags, Str data, Buf *out)
{
	unsigned char digest[SHA256_BYTES];
	sha256_bytes("ssh:", 4, digest);
	buf_append(out, digest, sizeof digest);
	wire_put_byte(out, flags);
	wire_put_u32(out, SOFT_COUNTER);
	sha256_bytes(data.ptr, data.len, digest);
	buf_append(out, digest, sizeof digest);
}

static void make_ed25519(Str data, Buf *blob, Buf *raw)
{
	unsigned char point[32];
	size_t len = sizeof point;
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	cr_assert(pkey && EVP_PKEY_get_raw_public_key(pkey, point, &len) == 1);
	wire_put_string(blob, (Str){ (char *) point, sizeof point });
	sign_digest(pkey, NULL, data, raw);
	EVP_PKEY_free(pkey);
}

static void make_ecdsa(Str data, Buf *blob, Buf *raw)
{
	unsigned char point[65];
	size_t len = 0;
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	cr_assert(pkey && EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &len) == 1 && len == 65);
	wire_put_string(blob, STR("nistp256"));
	wire_put_string(blob, (Str){ (char *) point, len });
	AUTO_CLEAR(Buf) der = { 0 };
	sign_digest(pkey, "SHA256", data, &der);
	const unsigned char *at = (const unsigned char *) der.data;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long) der.len);
	put_number(raw, ECDSA_SIG_get0_r(sig));
	put_number(raw, ECDSA_SIG_get0_s(sig));
	ECDSA_SIG_free(sig);
	EVP_PKEY_free(pkey);
}

static void make_rsa(const char *digest, Str data, Buf *blob, Buf *raw)
{
	BIGNUM *n = NULL, *e = NULL;
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t) 2048);
	cr_assert(pkey && EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1 && EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1);
	put_number(blob, e);
	put_number(blob, n);
	sign_digest(pkey, digest, data, raw);
	BN_free(n);
	BN_free(e);
	EVP_PKEY_free(pkey);
}

void soft_sign(const SoftKey *key, const char *name_space, Str message, SoftSignature *ret)
{
	AUTO_CLEAR(Buf) data = { 0 };
	AUTO_CLEAR(Buf) device_data = { 0 };
	AUTO_CLEAR(Buf) raw = { 0 };
	sshsig_signed_bytes(name_space, message, &data);
	device_bytes(key->flags, buf_str(&data), &device_data);
	wire_put_string(&ret->key_blob, str_from(key->type));
	if (key->digest)
		make_rsa(key->digest, buf_str(&data), &ret->key_blob, &raw);
	else if (strstr(key->type, "ecdsa"))
		make_ecdsa(buf_str(&device_data), &ret->key_blob, &raw);
	else
		make_ed25519(buf_str(&device_data), &ret->key_blob, &raw);
	wire_put_string(&ret->signature, str_from(key->algorithm ? key->algorithm : key->type));
	wire_put_string(&ret->signature, buf_str(&raw));
	if (key->digest)
		return;
	wire_put_string(&ret->key_blob, STR("ssh:"));
	wire_put_byte(&ret->signature, key->flags);
	wire_put_u32(&ret->signature, SOFT_COUNTER);
}
