/* digest.h: SHA-256, HMAC, hex and base64 over OpenSSL. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/cleanup.h"
#include "core/base/error.h"

#define SHA256_BYTES 32
#define SHA256_HEX_SIZE 65   /* 64 digits and NUL */

void sha256_bytes(const void *data, size_t len, unsigned char ret[static SHA256_BYTES]);
void sha256_hex(const void *data, size_t len, char ret[static SHA256_HEX_SIZE]);
BG_CHECK bool sha256_file_hex(const char *path, char ret[static SHA256_HEX_SIZE], unsigned long long *ret_size,
	Error *err);
/* The same over bytes that come piece by piece. */
typedef struct Sha256 Sha256;
Sha256 *sha256_begin(void);
void sha256_add(Sha256 *sum, const void *data, size_t len);
void sha256_end_hex(Sha256 *sum, char ret[static SHA256_HEX_SIZE]);   /* of all that was added; more may be added behind it */
Sha256 *sha256_free(Sha256 *sum);
BG_DEFINE_FREEP(Sha256, sha256_free)
#define MD5_HEX_SIZE 33
/* For comparing with what md5sum says: it protects against damage, not against people. */
void md5_hex(const void *data, size_t len, char ret[static MD5_HEX_SIZE]);
BG_CHECK bool md5_file_hex(const char *path, char ret[static MD5_HEX_SIZE], Error *err);
void hmac_sha256(const void *key, size_t key_len, const void *data, size_t len, unsigned char ret[static SHA256_BYTES]);
void hex_encode(const void *data, size_t len, char *ret /* 2*len+1 */);
bool hex_decode(Str text, unsigned char *ret, size_t ret_size, size_t *ret_len);
void base64_encode(const void *data, size_t len, Buf *out);
/* Ignores white space; false on any other byte outside the alphabet or wrong padding. Appends to `out`. */
bool base64_decode(Str text, Buf *out);
bool constant_time_equal(const void *a, const void *b, size_t len);
void random_bytes(void *ret, size_t len);                 /* kernel randomness; aborts if there is none */
void random_hex(char *ret, size_t digits);                /* writes `digits` hex digits and NUL */
