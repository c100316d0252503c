/* sim_crypto.c: MD5 and ed25519 through OpenSSL's EVP, and the openssh-key-v1 container (OpenSSH's PROTOCOL.key). */
#include "core/sandbox/sim_crypto.h"
#include <openssl/evp.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/secret.h"

#define KEY_TYPE "ssh-ed25519"
#define ED25519_BYTES 32
#define CIPHER_BLOCK 8   /* of the cipher "none" */
#define BASE64_LINE 70

void sim_md5_hex(Str bytes, char ret[static 33]) {
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	int done = EVP_Digest(bytes.len ? bytes.ptr : "", bytes.len, digest, &len, EVP_md5(), NULL);
	BG_ASSERT(done == 1 && len == 16);
	hex_encode(digest, len, ret);
}

static void put_u32(Buf *out, uint32_t value) {
	for (int shift = 24; shift >= 0; shift -= 8)
		buf_putc(out, (char) (value >> shift & 0xff));
}

static void put_string(Buf *out, const void *bytes, size_t len) {
	put_u32(out, (uint32_t) len);
	buf_append(out, bytes, len);
}

static void put_public_blob(Buf *out, const unsigned char *public_key) {
	put_string(out, KEY_TYPE, strlen(KEY_TYPE));
	put_string(out, public_key, ED25519_BYTES);
}

static void put_private_section(Buf *out, const unsigned char *seed, const unsigned char *public_key, const char *comment) {
	uint32_t check = 0;
	random_bytes(&check, sizeof(check));
	put_u32(out, check);
	put_u32(out, check);
	put_public_blob(out, public_key);
	put_u32(out, 2 * ED25519_BYTES);
	buf_append(out, seed, ED25519_BYTES);
	buf_append(out, public_key, ED25519_BYTES);
	put_string(out, comment, strlen(comment));
	for (char pad = 1; out->len % CIPHER_BLOCK != 0; pad++)
		buf_putc(out, pad);
}

static void wipe(Buf *buf) {
	secret_wipe(buf->data, buf->len);
	buf_clear(buf);
}

static void put_private_file(Buf *out, const unsigned char *seed, const unsigned char *public_key, const char *comment) {
	static const char magic[] = "openssh-key-v1";   /* the NUL belongs to it */
	Buf blob = {0}, section = {0}, text = {0};
	buf_append(&blob, magic, sizeof(magic));
	put_string(&blob, "none", 4);
	put_string(&blob, "none", 4);
	put_string(&blob, "", 0);
	put_u32(&blob, 1);
	put_public_blob(&section, public_key);
	put_string(&blob, section.data, section.len);
	buf_truncate(&section, 0);
	put_private_section(&section, seed, public_key, comment);
	put_string(&blob, section.data, section.len);
	base64_encode(blob.data, blob.len, &text);
	buf_puts(out, "-----BEGIN OPENSSH PRIVATE KEY-----\n");
	for (size_t at = 0; at < text.len; at += BASE64_LINE) {
		buf_put_str(out, str_slice(buf_str(&text), at, BASE64_LINE));
		buf_putc(out, '\n');
	}
	buf_puts(out, "-----END OPENSSH PRIVATE KEY-----\n");
	wipe(&blob);
	wipe(&section);
	wipe(&text);
}

bool sim_make_ssh_key(const char *comment, Buf *ret_private, Buf *ret_public, Error *err) {
	unsigned char seed[ED25519_BYTES], public_key[ED25519_BYTES];
	size_t seed_len = sizeof(seed), public_len = sizeof(public_key);
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	bool made = key && EVP_PKEY_get_raw_private_key(key, seed, &seed_len) == 1 &&
		EVP_PKEY_get_raw_public_key(key, public_key, &public_len) == 1;
	EVP_PKEY_free(key);
	if (!made)
		return error_set(err, ERROR_IO, "OpenSSL could not make an ed25519 key");
	put_private_file(ret_private, seed, public_key, comment);
	secret_wipe(seed, sizeof(seed));
	AUTO_CLEAR(Buf) blob = {0};
	put_public_blob(&blob, public_key);
	buf_puts(ret_public, KEY_TYPE " ");
	base64_encode(blob.data, blob.len, ret_public);
	buf_printf(ret_public, " %s", comment);
	return true;
}
