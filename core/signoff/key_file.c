/* key_file.c: reads openssh-key-v1 files (OpenSSH PROTOCOL.key) and signs with OpenSSL. Every signature is checked with the public
 * half before it leaves, so that a damaged file cannot hand out a wrong one. */
#include "core/signoff/key_file.h"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/base/private_file.h"
#include "core/base/secret.h"
#include "core/base/text.h"
#include "core/signoff/key_types.h"
#include "core/signoff/openssl_cleanup.h"
#include "core/signoff/sshsig.h"
#include "core/signoff/wire.h"

#define BEGIN "-----BEGIN OPENSSH PRIVATE KEY-----"
#define END "-----END OPENSSH PRIVATE KEY-----"
#define MAGIC "openssh-key-v1"

struct PrivateKey {
	PublicKey public_key;
	char *comment;
	Secret *scalar;              /* ed25519: the seed; ecdsa: d */
};

/* Wiped when it ends: holds private bytes on their way to the Secret. */
typedef Buf KeyBytes;
static void key_bytes_clear(KeyBytes *bytes)
{
	if (bytes->data)
		secret_wipe(bytes->data, bytes->capacity);
	buf_clear(bytes);
}
BG_DEFINE_CLEARP(KeyBytes, key_bytes_clear)

static bool fail_use_agent(const char *path, Error *err, const char *why)
{
	error_set(err, ERROR_DENIED, "%s", why);
	return error_hint(err, "ssh-add %s and use the agent, or paste what ssh-keygen -Y sign -n NAMESPACE -f %s makes", path, path);
}

static bool fail_form(Error *err)
{
	return error_set(err, ERROR_INVALID, "the key file is not well formed");
}

static bool dearmour(Str text, const char *path, Buf *ret_blob, Error *err)
{
	Str body = str_trim(text);
	if (str_find(body, "PRIVATE KEY-----") < 0)
		return error_set(err, ERROR_INVALID, "this is not a private key file");
	if (!str_starts(body, BEGIN))
		return fail_use_agent(path, err, "the key file is in an older format");
	body = str_slice(body, strlen(BEGIN), body.len);
	ptrdiff_t end = str_find(body, END);
	buf_reserve(ret_blob, body.len);
	if (end < 0 || !base64_decode(str_slice(body, 0, (size_t) end), ret_blob))
		return fail_form(err);
	return true;
}

typedef struct Container { Str cipher, public_blob, private_block; } Container;

static bool open_container(Str blob, Container *ret_container, Error *err)
{
	WireReader reader = wire_reader(blob);
	Str magic = wire_take(&reader, sizeof MAGIC);
	Container container = { .cipher = wire_string(&reader) };
	wire_string(&reader);                                        /* kdf name */
	wire_string(&reader);                                        /* kdf options */
	uint32_t count = wire_u32(&reader);
	container.public_blob = wire_string(&reader);
	container.private_block = wire_string(&reader);
	/* An AEAD cipher's tag follows the block. */
	if (reader.failed || magic.len != sizeof MAGIC || memcmp(magic.ptr, MAGIC, sizeof MAGIC) != 0 || count != 1)
		return fail_form(err);
	*ret_container = container;
	return true;
}

static Str read_ed25519(WireReader *reader, const PublicKey *public_key)
{
	Str point = wire_string(reader), both = wire_string(reader);
	if (both.len != 64 || !str_eq(point, public_key->point) || !str_eq(str_slice(both, 32, 32), public_key->point))
		reader->failed = true;
	return str_slice(both, 0, 32);
}

static Str read_ecdsa(WireReader *reader, const PublicKey *public_key)
{
	Str curve = wire_string(reader), point = wire_string(reader);
	Str scalar = wire_mpint(reader, public_key->type->scalar_bytes);
	if (!str_eq_c(curve, public_key->type->curve) || !str_eq(point, public_key->point) || !scalar.len)
		reader->failed = true;
	return scalar;
}

static bool padding_is_right(Str padding)
{
	for (size_t i = 0; i < padding.len; i++)
		if ((unsigned char) padding.ptr[i] != (unsigned char) (i + 1))
			return false;
	return padding.len < 256;
}

static bool read_private_block(Str block, const char *path, PrivateKey *key, Error *err)
{
	const KeyType *type = key->public_key.type;
	if (type->device)
		return fail_use_agent(path, err, "the key lives on a FIDO device");
	if (type->family == FAMILY_RSA)
		return fail_use_agent(path, err, "rsa key files are not read here");
	WireReader reader = wire_reader(block);
	uint32_t first = wire_u32(&reader), second = wire_u32(&reader);
	Str name = wire_string(&reader);
	if (reader.failed || first != second || !str_eq_c(name, type->name))
		return fail_form(err);
	Str scalar = type->family == FAMILY_ED25519 ? read_ed25519(&reader, &key->public_key) : read_ecdsa(&reader, &key->public_key);
	Str comment = wire_string(&reader);
	if (reader.failed || !padding_is_right(reader.rest))
		return fail_form(err);
	AUTO_CLEAR(Buf) shown = { 0 };
	text_sanitise(comment, SANITISE_LINE, &shown);
	key->comment = buf_take(&shown);
	key->scalar = secret_new(scalar, "private key");
	return true;
}

static bool parse(Str text, const char *path, PrivateKey **ret_key, Error *err)
{
	AUTO_CLEAR(KeyBytes) blob = { 0 };
	Container container = { 0 };
	if (!dearmour(text, path, &blob, err) || !open_container(buf_str(&blob), &container, err))
		return false;
	AUTO(PrivateKey) *key = bg_calloc(1, sizeof *key);
	if (!public_key_parse(container.public_blob, &key->public_key, err))
		return false;
	if (!str_eq_c(container.cipher, "none"))
		return fail_use_agent(path, err, "the key file is protected by a passphrase");
	if (!read_private_block(container.private_block, path, key, err))
		return false;
	*ret_key = TAKE(key);
	return true;
}

bool private_key_parse(Str text, const char *path, PrivateKey **ret_key, Error *err)
{
	if (text.len <= KEY_FILE_MAX_BYTES) {
		if (parse(text, path, ret_key, err))
			return true;
	} else {
		error_set(err, ERROR_INVALID, "the key file is larger than the limit of %d bytes", KEY_FILE_MAX_BYTES);
	}
	error_what(err, "read the signing key");
	return error_where(err, "%s", path);
}

bool private_key_load(const char *path, PrivateKey **ret_key, Error *err)
{
	AUTO_CLEAR(KeyBytes) text = { 0 };
	/* On their way to a Secret, and later in OpenSSL, the bytes stand in plain memory: a console that dies must not leave them in a core. */
	secret_harden_process();
	if (!private_file_read(path, KEY_FILE_MAX_BYTES, &text, err))
		return error_what(err, "read the signing key");
	return private_key_parse(buf_str(&text), path, ret_key, err);
}

static bool read_public_head(const char *path, PublicKey *ret_key, Error *err)
{
	AUTO_CLEAR(KeyBytes) text = { 0 };
	AUTO_CLEAR(KeyBytes) blob = { 0 };
	Container container = { 0 };
	return private_file_read(path, KEY_FILE_MAX_BYTES, &text, err) && dearmour(buf_str(&text), path, &blob, err)
		&& open_container(buf_str(&blob), &container, err) && public_key_parse(container.public_blob, ret_key, err);
}

bool private_key_read_public(const char *path, PublicKey *ret_key, Error *err)
{
	AUTO_FREE char *public_path = bg_asprintf("%s.pub", path);
	AUTO_CLEAR(Buf) line = { 0 };
	if (file_exists(public_path) && file_read(public_path, KEY_FILE_MAX_BYTES, &line, NULL)
		&& public_key_parse_line(buf_str(&line), ret_key, NULL, NULL))
		return true;
	if (read_public_head(path, ret_key, err))
		return true;
	error_what(err, "read the public key");
	return error_where(err, "%s", path);
}

const PublicKey *private_key_public(const PrivateKey *key)
{
	return &key->public_key;
}

const char *private_key_comment(const PrivateKey *key)
{
	return key->comment;
}

static EVP_PKEY *ecdsa_key(const PrivateKey *key)
{
	const PublicKey *public_key = &key->public_key;
	AUTO_OPENSSL(OSSL_PARAM_BLD) *build = OSSL_PARAM_BLD_new();
	AUTO_OPENSSL(BIGNUM) *d = BN_secure_new();
	if (!build || !d || !BN_bin2bn((const unsigned char *) secret_reveal(key->scalar), (int) secret_len(key->scalar), d)
		|| !OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, public_key->type->group, 0)
		|| !OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, public_key->point.ptr, public_key->point.len)
		|| !OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d))
		return NULL;
	AUTO_OPENSSL(OSSL_PARAM) *params = OSSL_PARAM_BLD_to_param(build);
	AUTO_OPENSSL(EVP_PKEY_CTX) *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	EVP_PKEY *pkey = NULL;
	if (!params || !context || EVP_PKEY_fromdata_init(context) != 1
		|| EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
		return NULL;
	return pkey;
}

static EVP_PKEY *openssl_key(const PrivateKey *key)
{
	if (key->public_key.type->family == FAMILY_ECDSA)
		return ecdsa_key(key);
	return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, (const unsigned char *) secret_reveal(key->scalar),
		secret_len(key->scalar));
}

/* DER -> mpint r, mpint s. */
static bool ecdsa_from_der(const unsigned char *der, size_t len, Buf *ret_raw)
{
	AUTO_OPENSSL(ECDSA_SIG) *sig = d2i_ECDSA_SIG(NULL, &der, (long) len);
	if (!sig)
		return false;
	const BIGNUM *numbers[] = { ECDSA_SIG_get0_r(sig), ECDSA_SIG_get0_s(sig) };
	for (size_t i = 0; i < BG_LENGTH(numbers); i++) {
		unsigned char bytes[80];
		BG_ASSERT(BN_num_bytes(numbers[i]) <= (int) sizeof bytes);
		int used = BN_bn2bin(numbers[i], bytes);
		wire_put_mpint(ret_raw, (Str){ (const char *) bytes, (size_t) used });
	}
	return true;
}

static bool sign_raw(const PrivateKey *key, Str data, Buf *ret_raw)
{
	AUTO_OPENSSL(EVP_PKEY) *pkey = openssl_key(key);
	AUTO_OPENSSL(EVP_MD_CTX) *context = EVP_MD_CTX_new();
	unsigned char bytes[256];
	size_t len = sizeof bytes;
	if (!pkey || !context || EVP_DigestSignInit_ex(context, NULL, key->public_key.type->digest, NULL, NULL, pkey, NULL) != 1
		|| EVP_DigestSign(context, bytes, &len, (const unsigned char *) data.ptr, data.len) != 1)
		return false;
	if (key->public_key.type->family == FAMILY_ECDSA)
		return ecdsa_from_der(bytes, len, ret_raw);
	buf_append(ret_raw, bytes, len);
	return true;
}

bool private_key_sign(const PrivateKey *key, Str data, Buf *ret_signature, Error *err)
{
	AUTO_CLEAR(Buf) raw = { 0 };
	AUTO_CLEAR(Buf) signature = { 0 };
	SignatureFacts facts = { 0 };
	bool made = sign_raw(key, data, &raw);
	ERR_clear_error();
	wire_put_string(&signature, str_from(key->public_key.type->name));
	wire_put_string(&signature, buf_str(&raw));
	if (!made || !public_key_verify(&key->public_key, buf_str(&signature), data, &facts, err)) {
		error_set(err, ERROR_INVALID, "the private and the public part of the key file do not fit");
		return error_what(err, "sign with the key file");
	}
	buf_put_str(ret_signature, buf_str(&signature));
	return true;
}

bool private_key_sign_message(const PrivateKey *key, const char *name_space, Str message, Buf *ret_armoured, Error *err)
{
	AUTO_CLEAR(Buf) data = { 0 };
	AUTO_CLEAR(Buf) signature = { 0 };
	sshsig_signed_bytes(name_space, message, &data);
	if (!private_key_sign(key, buf_str(&data), &signature, err))
		return false;
	sshsig_armour(public_key_blob(&key->public_key), name_space, buf_str(&signature), ret_armoured);
	return true;
}

PrivateKey *private_key_free(PrivateKey *key)
{
	if (!key)
		return NULL;
	secret_free(key->scalar);
	free(key->comment);
	public_key_clear(&key->public_key);
	free(key);
	return NULL;
}
