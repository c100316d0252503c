/* sshsig.c: armour, blob and signed bytes of SSHSIG. */
#include "core/signoff/sshsig.h"

#include <openssl/evp.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/signoff/wire.h"

#define BEGIN "-----BEGIN SSH SIGNATURE-----"
#define END "-----END SSH SIGNATURE-----"
#define MAGIC "SSHSIG"
#define VERSION 1
#define COLUMNS 70                   /* as ssh-keygen wraps */

static bool fail(Error *err, const char *why)
{
	error_set(err, ERROR_INVALID, "%s", why);
	return error_hint(err, "paste all of it, from BEGIN SSH SIGNATURE to END SSH SIGNATURE");
}

static bool dearmour(Str armoured, Buf *ret_blob, Error *err)
{
	if (armoured.len > SSHSIG_MAX_ARMOUR)
		return fail(err, "the signature is larger than the limit of 64 KiB");
	Str text = str_trim(armoured);
	if (!str_starts(text, BEGIN))
		return fail(err, "the signature does not begin with " BEGIN);
	text = str_slice(text, strlen(BEGIN), text.len);
	ptrdiff_t end = str_find(text, "\n" END);
	if (end < 0)
		return fail(err, "the signature has no line " END);
	if (str_trim(str_slice(text, (size_t) end + 1 + strlen(END), text.len)).len)
		return fail(err, "text follows the signature");
	if (!base64_decode(str_slice(text, 0, (size_t) end), ret_blob))
		return fail(err, "the signature's base64 is damaged");
	return true;
}

static bool is_namespace(Str text)
{
	if (!text.len || text.len > SSHSIG_MAX_NAMESPACE)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char) text.ptr[i] <= ' ' || (unsigned char) text.ptr[i] >= 0x7f)
			return false;
	return true;
}

static bool is_hash(Str text)
{
	return str_eq_c(text, "sha512") || str_eq_c(text, "sha256");
}

static bool parse_blob(Str blob, SshSig *sig, Error *err)
{
	WireReader reader = wire_reader(blob);
	Str magic = wire_take(&reader, strlen(MAGIC));
	uint32_t version = wire_u32(&reader);
	Str key = wire_string(&reader), name_space = wire_string(&reader), reserved = wire_string(&reader);
	Str hash = wire_string(&reader), signature = wire_string(&reader);
	if (!str_eq_c(magic, MAGIC))
		return fail(err, "this is not an SSH signature");
	if (!wire_done(&reader))
		return fail(err, reader.failed ? "the signature ends too early" : "bytes follow the signature");
	if (version != VERSION)
		return fail(err, "the signature's format is newer than version 1");
	if (!is_namespace(name_space))
		return fail(err, "the signature's namespace is empty or not plain text");
	if (reserved.len)
		return fail(err, "the signature's reserved part is not empty");
	if (!is_hash(hash))
		return fail(err, "the signature's hash is neither sha512 nor sha256");
	if (!public_key_parse(key, &sig->key, err))
		return false;
	sig->name_space = str_dup(name_space);
	sig->hash = str_dup(hash);
	sig->signature = bg_memdup(signature.ptr, signature.len);
	sig->signature_len = signature.len;
	return true;
}

bool sshsig_parse(Str armoured, SshSig *ret_sig, Error *err)
{
	AUTO_CLEAR(Buf) blob = { 0 };
	AUTO_CLEAR(SshSig) sig = { 0 };
	if (!dearmour(armoured, &blob, err) || !parse_blob(buf_str(&blob), &sig, err))
		return false;
	*ret_sig = sig;
	sig = (SshSig){ 0 };
	return true;
}

static void signed_bytes(const char *name_space, const char *hash, Str message, Buf *out)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	size_t len = 0;
	BG_ASSERT(EVP_Q_digest(NULL, hash, NULL, message.ptr, message.len, digest, &len) == 1);
	buf_puts(out, MAGIC);
	wire_put_string(out, str_from(name_space));
	wire_put_string(out, STR(""));
	wire_put_string(out, str_from(hash));
	wire_put_string(out, (Str){ (const char *) digest, len });
}

bool sshsig_verify(const SshSig *sig, const char *name_space, Str message, SignatureFacts *ret_facts, Error *err)
{
	if (!text_eq(sig->name_space, name_space)) {
		error_set(err, ERROR_DENIED, "the signature is for the namespace \"%.60s\", not \"%s\"", sig->name_space, name_space);
		return error_hint(err, "sign with: ssh-keygen -Y sign -n %s", name_space);
	}
	AUTO_CLEAR(Buf) data = { 0 };
	signed_bytes(name_space, sig->hash, message, &data);
	return public_key_verify(&sig->key, (Str){ sig->signature, sig->signature_len }, buf_str(&data), ret_facts, err);
}

void sshsig_clear(SshSig *sig)
{
	public_key_clear(&sig->key);
	free(sig->name_space);
	free(sig->hash);
	free(sig->signature);
	*sig = (SshSig){ 0 };
}

void sshsig_signed_bytes(const char *name_space, Str message, Buf *out)
{
	signed_bytes(name_space, SSHSIG_HASH, message, out);
}

void sshsig_armour(Str key_blob, const char *name_space, Str signature, Buf *out)
{
	AUTO_CLEAR(Buf) blob = { 0 };
	buf_puts(&blob, MAGIC);
	wire_put_u32(&blob, VERSION);
	wire_put_string(&blob, key_blob);
	wire_put_string(&blob, str_from(name_space));
	wire_put_string(&blob, STR(""));
	wire_put_string(&blob, STR(SSHSIG_HASH));
	wire_put_string(&blob, signature);
	AUTO_CLEAR(Buf) base64 = { 0 };
	base64_encode(blob.data, blob.len, &base64);
	buf_puts(out, BEGIN "\n");
	for (size_t at = 0; at < base64.len; at += COLUMNS) {
		buf_put_str(out, str_slice(buf_str(&base64), at, COLUMNS));
		buf_putc(out, '\n');
	}
	buf_puts(out, END "\n");
}
