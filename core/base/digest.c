/* digest.c: hashes, and bytes as text. SHA-256 and HMAC are OpenSSL's; an OpenSSL that cannot hash is a broken
 * invariant. */
#include "core/base/digest.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "core/base/alloc.h"

#define FILE_CHUNK_BYTES 65536

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static EVP_MD *sha256;

static void fetch_sha256(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	BG_ASSERT(sha256);
}

/* Looked up once: OpenSSL would search its providers for every hash again. */
static const EVP_MD *sha256_method(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	(void) pthread_once(&once, fetch_sha256); /* cannot fail */
	return sha256;
}

void sha256_bytes(const void *data, size_t len, unsigned char ret[static SHA256_BYTES])
{
	int done = EVP_Digest(len ? data : "", len, ret, NULL, sha256_method(), NULL);
	BG_ASSERT(done == 1);
}

void sha256_hex(const void *data, size_t len, char ret[static SHA256_HEX_SIZE])
{
	unsigned char digest[SHA256_BYTES];
	sha256_bytes(data, len, digest);
	hex_encode(digest, sizeof digest, ret);
}

static bool digest_fd(EVP_MD_CTX *context, int fd, const char *path, unsigned long long *ret_size, Error *err)
{
	AUTO_FREE unsigned char *chunk = bg_malloc(FILE_CHUNK_BYTES);
	unsigned long long size = 0;
	for (;;) {
		ssize_t got = read(fd, chunk, FILE_CHUNK_BYTES);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			(void) error_errno(err, errno, "reading failed");
			return error_where(err, "%s", path);
		}
		if (got == 0)
			break;
		int fed = EVP_DigestUpdate(context, chunk, (size_t) got);
		BG_ASSERT(fed == 1);
		size += (unsigned long long) got;
	}
	*ret_size = size;
	return true;
}

/* `ret` takes twice as many digits as the method makes bytes. */
static bool file_hex(const EVP_MD *method, const char *path, char *ret, unsigned long long *ret_size, Error *err)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		(void) error_errno(err, errno, "cannot open the file");
		return error_where(err, "%s", path);
	}
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	BG_ASSERT(context);
	int begun = EVP_DigestInit_ex(context, method, NULL);
	BG_ASSERT(begun == 1);
	unsigned long long size = 0;
	bool ok = digest_fd(context, fd, path, &size, err);
	if (ok) {
		unsigned char digest[EVP_MAX_MD_SIZE];
		unsigned len = 0;
		int ended = EVP_DigestFinal_ex(context, digest, &len);
		BG_ASSERT(ended == 1);
		hex_encode(digest, len, ret);
		if (ret_size)
			*ret_size = size;
	}
	EVP_MD_CTX_free(context);
	return ok;
}

bool sha256_file_hex(const char *path, char ret[static SHA256_HEX_SIZE], unsigned long long *ret_size, Error *err)
{
	return file_hex(sha256_method(), path, ret, ret_size, err);
}

/* ---- piece by piece ---- */

struct Sha256 { EVP_MD_CTX *context; };

Sha256 *sha256_begin(void)
{
	Sha256 *sum = bg_calloc(1, sizeof *sum);
	sum->context = EVP_MD_CTX_new();
	BG_ASSERT(sum->context);
	int begun = EVP_DigestInit_ex(sum->context, sha256_method(), NULL);
	BG_ASSERT(begun == 1);
	return sum;
}

void sha256_add(Sha256 *sum, const void *data, size_t len)
{
	int added = EVP_DigestUpdate(sum->context, data, len);
	BG_ASSERT(added == 1);
}

void sha256_end_hex(Sha256 *sum, char ret[static SHA256_HEX_SIZE])
{
	unsigned char digest[SHA256_BYTES];
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	BG_ASSERT(copy);
	int copied = EVP_MD_CTX_copy_ex(copy, sum->context);
	BG_ASSERT(copied == 1);
	int ended = EVP_DigestFinal_ex(copy, digest, NULL);
	BG_ASSERT(ended == 1);
	EVP_MD_CTX_free(copy);
	hex_encode(digest, sizeof digest, ret);
}

Sha256 *sha256_free(Sha256 *sum)
{
	if (sum)
		EVP_MD_CTX_free(sum->context);
	free(sum);
	return NULL;
}

bool md5_file_hex(const char *path, char ret[static MD5_HEX_SIZE], Error *err)
{
	return file_hex(EVP_md5(), path, ret, NULL, err);
}

void md5_hex(const void *data, size_t len, char ret[static MD5_HEX_SIZE])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned done_len = 0;
	int done = EVP_Digest(len ? data : "", len, digest, &done_len, EVP_md5(), NULL);
	BG_ASSERT(done == 1);
	hex_encode(digest, done_len, ret);
}

void hmac_sha256(const void *key, size_t key_len, const void *data, size_t len, unsigned char ret[static SHA256_BYTES])
{
	BG_ASSERT(key_len <= INT32_MAX);
	const void *key_bytes = key_len ? key : "", *data_bytes = len ? data : "";
	unsigned char *done = HMAC(sha256_method(), key_bytes, (int) key_len, data_bytes, len, ret, NULL);
	BG_ASSERT(done);
}

void hex_encode(const void *data, size_t len, char *ret)
{
	const unsigned char *bytes = data;
	for (size_t i = 0; i < len; i++) {
		ret[2 * i] = hex_digits[bytes[i] >> 4];
		ret[2 * i + 1] = hex_digits[bytes[i] & 15];
	}
	ret[2 * len] = '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_decode(Str text, unsigned char *ret, size_t ret_size, size_t *ret_len)
{
	if (text.len % 2 || text.len / 2 > ret_size)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (hex_value(text.ptr[i]) < 0)
			return false;
	}
	for (size_t i = 0; i < text.len / 2; i++)
		ret[i] = (unsigned char) (hex_value(text.ptr[2 * i]) << 4 | hex_value(text.ptr[2 * i + 1]));
	if (ret_len)
		*ret_len = text.len / 2;
	return true;
}

void base64_encode(const void *data, size_t len, Buf *out)
{
	const unsigned char *bytes = data;
	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i;
		uint32_t group = (uint32_t) bytes[i] << 16 | (left > 1 ? (uint32_t) bytes[i + 1] << 8 : 0) |
			(left > 2 ? bytes[i + 2] : 0U);
		char four[4] = {
			base64_digits[group >> 18],
			base64_digits[group >> 12 & 63],
			left > 1 ? base64_digits[group >> 6 & 63] : '=',
			left > 2 ? base64_digits[group & 63] : '=',
		};
		buf_append(out, four, sizeof four);
	}
}

static int base64_value(char c)
{
	const char *at = c ? strchr(base64_digits, c) : NULL;
	return at ? (int) (at - base64_digits) : -1;
}

/* Appends the bytes of one group of four; `count` of them are digits, the others padding. Spare bits must be zero: one
 * text, one meaning. */
static bool decode_group(const int digits[static 4], int count, Buf *out)
{
	uint32_t group = 0;
	for (int i = 0; i < 4; i++)
		group = group << 6 | (uint32_t) digits[i];
	char bytes[3] = { (char) (group >> 16), (char) (group >> 8), (char) group };
	if ((count == 2 && (group & 0xFFFF)) || (count == 3 && (group & 0xFF)))
		return false;
	buf_append(out, bytes, (size_t) count - 1);
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool base64_decode(Str text, Buf *out)
{
	size_t start = out->len;
	int digits[4] = { 0 }, count = 0, padding = 0;
	bool ok = true;
	for (size_t i = 0; ok && i < text.len; i++) {
		char c = text.ptr[i];
		if (is_blank(c))
			continue;
		if (c == '=') {
			ok = count >= 2 && count + ++padding <= 4;
			continue;
		}
		int value = base64_value(c);
		ok = value >= 0 && !padding;
		if (!ok)
			break;
		digits[count++] = value;
		if (count == 4) {
			ok = decode_group(digits, 4, out);
			memset(digits, 0, sizeof digits);
			count = 0;
		}
	}
	if (ok && (count || padding))
		ok = count + padding == 4 && decode_group(digits, count, out);
	if (!ok)
		buf_truncate(out, start);
	return ok;
}

bool constant_time_equal(const void *a, const void *b, size_t len)
{
	const volatile unsigned char *left = a, *right = b;
	unsigned char difference = 0;
	for (size_t i = 0; i < len; i++)
		difference |= left[i] ^ right[i];
	return difference == 0;
}

void random_bytes(void *ret, size_t len)
{
	unsigned char *bytes = ret;
	while (len) {
		ssize_t got = getrandom(bytes, len, 0);
		BG_ASSERT(got > 0 || errno == EINTR);
		if (got > 0) {
			bytes += got;
			len -= (size_t) got;
		}
	}
}

void random_hex(char *ret, size_t digits)
{
	for (size_t i = 0; i < digits; i++) {
		unsigned char byte;
		random_bytes(&byte, 1);
		ret[i] = hex_digits[byte & 15];
	}
	ret[digits] = '\0';
}
