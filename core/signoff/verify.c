/* verify.c: public_key_verify(): SSH signature blobs to what OpenSSL's EVP checks. Sizes are checked before OpenSSL sees them. */
#include "core/signoff/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/digest.h"
#include "core/signoff/key_types.h"
#include "core/signoff/openssl_cleanup.h"
#include "core/signoff/wire.h"

#define FIDO_USER_PRESENT 0x01
#define FIDO_USER_VERIFIED 0x04

static const unsigned char *bytes_of(Str text)
{
	return (const unsigned char *) text.ptr;
}

static EVP_PKEY *key_from_params(const char *algorithm, OSSL_PARAM_BLD *build)
{
	AUTO_OPENSSL(OSSL_PARAM) *params = OSSL_PARAM_BLD_to_param(build);
	AUTO_OPENSSL(EVP_PKEY_CTX) *context = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
	EVP_PKEY *key = NULL;
	if (!params || !context || EVP_PKEY_fromdata_init(context) != 1
		|| EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		return NULL;
	return key;
}

/* NULL when the numbers are no key: a point that is not on its curve. */
static EVP_PKEY *openssl_key(const PublicKey *key)
{
	if (key->type->family == FAMILY_ED25519)
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes_of(key->point), key->point.len);
	AUTO_OPENSSL(OSSL_PARAM_BLD) *build = OSSL_PARAM_BLD_new();
	BG_ASSERT(build);
	if (key->type->family == FAMILY_ECDSA) {
		if (!OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, key->type->group, 0)
			|| !OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, key->point.ptr, key->point.len))
			return NULL;
		return key_from_params("EC", build);
	}
	AUTO_OPENSSL(BIGNUM) *n = BN_bin2bn(bytes_of(key->rsa_n), (int) key->rsa_n.len, NULL);
	AUTO_OPENSSL(BIGNUM) *e = BN_bin2bn(bytes_of(key->rsa_e), (int) key->rsa_e.len, NULL);
	if (!n || !e || !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n)
		|| !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
		return NULL;
	return key_from_params("RSA", build);
}

/* `digest` NULL: the algorithm hashes by itself (ed25519). */
static bool check(EVP_PKEY *key, const char *digest, Str signature, Str data, Error *err)
{
	AUTO_OPENSSL(EVP_MD_CTX) *context = EVP_MD_CTX_new();
	BG_ASSERT(context);
	bool good = EVP_DigestVerifyInit_ex(context, NULL, digest, NULL, NULL, key, NULL) == 1
		&& EVP_DigestVerify(context, bytes_of(signature), signature.len, bytes_of(data), data.len) == 1;
	ERR_clear_error();
	return good ? true : error_set(err, ERROR_DENIED, "the signature does not fit the text and the key");
}

/* mpint r, mpint s -> DER, as OpenSSL wants them. */
static bool ecdsa_to_der(Str raw, size_t scalar_bytes, Buf *ret_der)
{
	WireReader reader = wire_reader(raw);
	Str r_bytes = wire_mpint(&reader, scalar_bytes), s_bytes = wire_mpint(&reader, scalar_bytes);
	if (!wire_done(&reader))
		return false;
	AUTO_OPENSSL(ECDSA_SIG) *sig = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(bytes_of(r_bytes), (int) r_bytes.len, NULL), *s = BN_bin2bn(bytes_of(s_bytes), (int) s_bytes.len, NULL);
	BG_ASSERT(sig && r && s);
	ECDSA_SIG_set0(sig, r, s);
	unsigned char *der = NULL;
	int len = i2d_ECDSA_SIG(sig, &der);
	if (len <= 0)
		return false;
	buf_append(ret_der, der, (size_t) len);
	OPENSSL_free(der);
	return true;
}

static const char *rsa_digest(Str algorithm)
{
	return str_eq_c(algorithm, "rsa-sha2-512") ? "SHA512" : str_eq_c(algorithm, "rsa-sha2-256") ? "SHA256" : NULL;
}

static bool verify_rsa(const PublicKey *key, EVP_PKEY *pkey, Str algorithm, Str raw, Str data, Error *err)
{
	if (raw.len > key->rsa_n.len)
		return error_set(err, ERROR_INVALID, "the signature is longer than its key");
	AUTO_CLEAR(Buf) padded = { 0 };
	for (size_t i = raw.len; i < key->rsa_n.len; i++)
		buf_putc(&padded, 0);
	buf_put_str(&padded, raw);
	return check(pkey, rsa_digest(algorithm), buf_str(&padded), data, err);
}

static bool verify_raw(const PublicKey *key, Str algorithm, Str raw, Str data, Error *err)
{
	AUTO_OPENSSL(EVP_PKEY) *pkey = openssl_key(key);
	ERR_clear_error();
	if (!pkey)
		return error_set(err, ERROR_INVALID, "the key's numbers are not a key");
	if (key->type->family == FAMILY_RSA)
		return verify_rsa(key, pkey, algorithm, raw, data, err);
	if (key->type->family == FAMILY_ED25519)
		return raw.len == 64 ? check(pkey, NULL, raw, data, err)
			: error_set(err, ERROR_INVALID, "the signature has the wrong length");
	AUTO_CLEAR(Buf) der = { 0 };
	if (!ecdsa_to_der(raw, key->type->scalar_bytes, &der))
		return error_set(err, ERROR_INVALID, "the signature's numbers are not well formed");
	return check(pkey, key->type->digest, buf_str(&der), data, err);
}

/* What a FIDO key signs: SHA256(application), flags, counter, SHA256(data) (PROTOCOL.u2f). */
static void device_bytes(const PublicKey *key, uint8_t flags, uint32_t counter, Str data, Buf *out)
{
	unsigned char digest[SHA256_BYTES];
	sha256_bytes(key->application.ptr, key->application.len, digest);
	buf_append(out, digest, sizeof digest);
	wire_put_byte(out, flags);
	wire_put_u32(out, counter);
	sha256_bytes(data.ptr, data.len, digest);
	buf_append(out, digest, sizeof digest);
}

static bool verify_device(const PublicKey *key, WireReader *reader, Str algorithm, Str raw, Str data, SignatureFacts *facts, Error *err)
{
	uint8_t flags = wire_byte(reader);
	facts->counter = wire_u32(reader);
	if (!wire_done(reader))
		return error_set(err, ERROR_INVALID, "the signature's FIDO part is not well formed");
	facts->from_device = true;
	facts->user_present = flags & FIDO_USER_PRESENT;
	facts->user_verified = flags & FIDO_USER_VERIFIED;
	AUTO_CLEAR(Buf) signed_bytes = { 0 };
	device_bytes(key, flags, facts->counter, data, &signed_bytes);
	if (!verify_raw(key, algorithm, raw, buf_str(&signed_bytes), err))
		return false;
	if (facts->user_present)
		return true;
	error_set(err, ERROR_DENIED, "the FIDO key signed without a touch");
	return error_hint(err, "use a key that was made without -O no-touch-required");
}

bool public_key_verify(const PublicKey *key, Str signature, Str data, SignatureFacts *ret_facts, Error *err)
{
	WireReader reader = wire_reader(signature);
	Str algorithm = wire_string(&reader), raw = wire_string(&reader);
	if (reader.failed)
		return error_set(err, ERROR_INVALID, "the signature ends too early");
	bool fits = key->type->family == FAMILY_RSA ? rsa_digest(algorithm) != NULL : str_eq_c(algorithm, key->type->name);
	if (!fits)
		return error_set(err, ERROR_INVALID, "the signature's algorithm does not go with a key of the kind %s", key->type->name);
	SignatureFacts facts = { 0 };
	if (key->type->device) {
		if (!verify_device(key, &reader, algorithm, raw, data, &facts, err))
			return false;
	} else if (!wire_done(&reader)) {
		return error_set(err, ERROR_INVALID, "bytes follow the signature");
	} else if (!verify_raw(key, algorithm, raw, data, err)) {
		return false;
	}
	*ret_facts = facts;
	return true;
}
