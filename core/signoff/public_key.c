/* public_key.c: parses key blobs and lines by the table of kinds. Checking signatures is verify.c. */
#include "core/signoff/public_key.h"

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/signoff/certificate.h"
#include "core/signoff/key_types.h"
#include "core/signoff/wire.h"

#define CERTIFIED "-cert-v01@openssh.com"
static const KeyType key_types[] = {
	{ "ssh-ed25519", "ssh-ed25519" CERTIFIED, FAMILY_ED25519, .point_bytes = 32 },
	{ "ssh-rsa", "ssh-rsa" CERTIFIED, FAMILY_RSA, .device = false },
	{ "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256" CERTIFIED, FAMILY_ECDSA, false, "nistp256", "P-256", 65, 32, "SHA256" },
	{ "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384" CERTIFIED, FAMILY_ECDSA, false, "nistp384", "P-384", 97, 48, "SHA384" },
	{ "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521" CERTIFIED, FAMILY_ECDSA, false, "nistp521", "P-521", 133, 66, "SHA512" },
	{ "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519" CERTIFIED, FAMILY_ED25519, .device = true, .point_bytes = 32 },
	{ "sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256" CERTIFIED, FAMILY_ECDSA, true, "nistp256", "P-256", 65, 32,
		"SHA256" },
};

const KeyType *key_type_find(Str name, bool *ret_certified)
{
	for (size_t i = 0; i < BG_LENGTH(key_types); i++) {
		bool certified = str_eq_c(name, key_types[i].certificate_name);
		if (!certified && !str_eq_c(name, key_types[i].name))
			continue;
		*ret_certified = certified;
		return &key_types[i];
	}
	return NULL;
}

static bool fail_type(Str name, Error *err)
{
	AUTO_CLEAR(Buf) shown = { 0 };
	text_sanitise(str_slice(name, 0, 40), SANITISE_LINE, &shown);
	error_set(err, ERROR_INVALID, "keys of the kind \"%s\" cannot sign here", buf_text(&shown));
	return error_hint(err, "use ed25519, ecdsa, rsa or a FIDO key of the first two kinds");
}

static bool read_point(WireReader *reader, PublicKey *key, Error *err)
{
	const KeyType *type = key->type;
	if (type->curve && !str_eq_c(wire_string(reader), type->curve))
		return error_set(err, ERROR_INVALID, "the key's curve is not that of its kind");
	key->point = wire_string(reader);
	bool uncompressed = type->family != FAMILY_ECDSA || (key->point.len && key->point.ptr[0] == 4);
	if (reader->failed || key->point.len != type->point_bytes || !uncompressed)
		return error_set(err, ERROR_INVALID, "the key has the wrong length for its kind");
	return true;
}

static size_t bit_length(Str magnitude)
{
	if (!magnitude.len)
		return 0;
	size_t bits = magnitude.len * 8;
	for (unsigned char top = (unsigned char) magnitude.ptr[0]; !(top & 0x80); top = (unsigned char) (top << 1))
		bits--;
	return bits;
}

static bool read_rsa(WireReader *reader, PublicKey *key, Error *err)
{
	key->rsa_e = wire_mpint(reader, 8);
	key->rsa_n = wire_mpint(reader, PUBLIC_KEY_MAX_RSA_BITS / 8);
	if (reader->failed || !key->rsa_e.len)
		return error_set(err, ERROR_INVALID, "the rsa key's numbers are not well formed");
	size_t bits = bit_length(key->rsa_n);
	if (bits >= PUBLIC_KEY_MIN_RSA_BITS)
		return true;
	error_set(err, ERROR_INVALID, "the rsa key has %zu bits, fewer than %d", bits, PUBLIC_KEY_MIN_RSA_BITS);
	return error_hint(err, "use an ed25519 key, or rsa with 3072 bits");
}

/* The fields of the key itself, as they stand in a plain blob after its kind. */
static bool read_numbers(WireReader *reader, PublicKey *key, Error *err)
{
	if (!(key->type->family == FAMILY_RSA ? read_rsa(reader, key, err) : read_point(reader, key, err)))
		return false;
	if (key->type->device)
		key->application = wire_string(reader);
	return true;
}

static bool read_certified(WireReader *reader, PublicKey *key, Error *err)
{
	wire_string(reader);                                         /* nonce */
	const char *begin = reader->rest.ptr;
	if (!read_numbers(reader, key, err))
		return false;
	AUTO_CLEAR(Buf) plain = { 0 };
	wire_put_string(&plain, str_from(key->type->name));
	buf_append(&plain, begin, (size_t) (reader->rest.ptr - begin));
	if (!certificate_read((Str){ key->blob, key->blob_len }, reader, &key->certificate, err))
		return false;
	key->certificate->plain_len = plain.len;
	key->certificate->plain = buf_take(&plain);
	return true;
}

bool public_key_parse(Str blob, PublicKey *ret_key, Error *err)
{
	if (blob.len > PUBLIC_KEY_MAX_BYTES)
		return error_set(err, ERROR_INVALID, "the key is larger than the limit of %d bytes", PUBLIC_KEY_MAX_BYTES);
	AUTO_CLEAR(PublicKey) key = { .blob = bg_memdup(blob.ptr, blob.len), .blob_len = blob.len };
	WireReader reader = wire_reader((Str){ key.blob, key.blob_len });
	Str name = wire_string(&reader);
	bool certified = false;
	if (reader.failed)
		return error_set(err, ERROR_INVALID, "the key ends too early");
	key.type = key_type_find(name, &certified);
	if (!key.type)
		return fail_type(name, err);
	if (!(certified ? read_certified(&reader, &key, err) : read_numbers(&reader, &key, err)))
		return false;
	if (!wire_done(&reader))
		return error_set(err, ERROR_INVALID, reader.failed ? "the key ends too early" : "bytes follow the key");
	*ret_key = key;
	key = (PublicKey){ 0 };
	return true;
}

static Str next_word(Str *rest)
{
	while (rest->len && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t'))
		*rest = (Str){ rest->ptr + 1, rest->len - 1 };
	size_t len = 0;
	while (len < rest->len && rest->ptr[len] != ' ' && rest->ptr[len] != '\t')
		len++;
	Str word = { rest->ptr, len };
	*rest = (Str){ rest->ptr + len, rest->len - len };
	return word;
}

bool public_key_parse_line(Str line, PublicKey *ret_key, Str *ret_comment, Error *err)
{
	Str rest = str_trim(line);
	Str name = next_word(&rest), base64 = next_word(&rest);
	bool certified = false;
	if (!key_type_find(name, &certified))
		return fail_type(name, err);
	if (base64.len > PUBLIC_KEY_MAX_BYTES * 4 / 3 + 4)
		return error_set(err, ERROR_INVALID, "the key is larger than the limit of %d bytes", PUBLIC_KEY_MAX_BYTES);
	AUTO_CLEAR(Buf) blob = { 0 };
	if (!base64.len || !base64_decode(base64, &blob))
		return error_set(err, ERROR_INVALID, "the key is not valid base64");
	AUTO_CLEAR(PublicKey) key = { 0 };
	if (!public_key_parse(buf_str(&blob), &key, err))
		return false;
	if (!str_eq_c(name, public_key_type(&key)))
		return error_set(err, ERROR_INVALID, "the line says %.*s and the key inside is %s", STR_ARG(name), public_key_type(&key));
	if (ret_comment)
		*ret_comment = str_trim(rest);
	*ret_key = key;
	key = (PublicKey){ 0 };
	return true;
}

void public_key_clear(PublicKey *key)
{
	certificate_free(key->certificate);
	free(key->blob);
	*key = (PublicKey){ 0 };
}

const char *public_key_type(const PublicKey *key)
{
	return key->certificate ? key->type->certificate_name : key->type->name;
}

bool public_key_is_device(const PublicKey *key)
{
	return key->type->device;
}

bool public_key_is_rsa(const PublicKey *key)
{
	return key->type->family == FAMILY_RSA;
}

Str public_key_blob(const PublicKey *key)
{
	return (Str){ key->blob, key->blob_len };
}

Str public_key_plain_blob(const PublicKey *key)
{
	return key->certificate ? (Str){ key->certificate->plain, key->certificate->plain_len } : public_key_blob(key);
}

const char *key_blob_fingerprint(Str blob, char ret[static FINGERPRINT_SIZE])
{
	unsigned char digest[SHA256_BYTES];
	sha256_bytes(blob.ptr, blob.len, digest);
	AUTO_CLEAR(Buf) text = { 0 };
	buf_puts(&text, "SHA256:");
	base64_encode(digest, sizeof digest, &text);
	while (text.len && text.data[text.len - 1] == '=')
		buf_truncate(&text, text.len - 1);
	BG_ASSERT(text.len < FINGERPRINT_SIZE);
	memcpy(ret, buf_text(&text), text.len + 1);
	return ret;
}

const char *public_key_fingerprint(const PublicKey *key, char ret[static FINGERPRINT_SIZE])
{
	return key_blob_fingerprint(public_key_plain_blob(key), ret);
}

void public_key_write_line(const PublicKey *key, Buf *out)
{
	buf_printf(out, "%s ", public_key_type(key));
	base64_encode(key->blob, key->blob_len, out);
}
