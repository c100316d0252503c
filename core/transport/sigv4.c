/* sigv4.c: canonical request, string to sign, key chain. */
#include "core/transport/sigv4.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"

void sigv4_date(WallTime time, char ret[static SIGV4_DATE_SIZE]) {
	char iso[WALL_TEXT_SIZE];
	wall_format_iso(time, iso);
	/* 2013-05-24T00:00:00.000Z */
	snprintf(ret, SIGV4_DATE_SIZE, "%.4s%.2s%.2sT%.2s%.2s%.2sZ", iso, iso + 5, iso + 8, iso + 11, iso + 14, iso + 17);
}

/* By name, then value. Comparing whole parameters would be wrong where one name begins with another: "=" sorts after "-". */
static int compare_parameters(const void *a, const void *b) {
	const Str *left = a, *right = b;
	ptrdiff_t left_eq = str_find_char(*left, '='), right_eq = str_find_char(*right, '=');
	size_t left_len = left_eq < 0 ? left->len : (size_t) left_eq, right_len = right_eq < 0 ? right->len : (size_t) right_eq;
	size_t shorter = left_len < right_len ? left_len : right_len;
	int order = shorter ? memcmp(left->ptr, right->ptr, shorter) : 0;
	if (order == 0 && left_len != right_len)
		order = left_len < right_len ? -1 : 1;
	if (order != 0)
		return order;
	shorter = left->len < right->len ? left->len : right->len;
	order = shorter ? memcmp(left->ptr, right->ptr, shorter) : 0;
	return order != 0 ? order : (left->len > right->len) - (left->len < right->len);
}

void sigv4_canonical_query(Str query, Buf *out) {
	AUTO_FREE Str *parameters = NULL;
	size_t count = 0;
	Str rest = query, part;
	while (query.len && str_split(&rest, '&', &part)) {
		if (!part.len)
			continue;
		parameters = bg_reallocarray(parameters, count + 1, sizeof(*parameters));
		parameters[count++] = part;
	}
	if (count)
		qsort(parameters, count, sizeof(*parameters), compare_parameters);
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_putc(out, '&');
		buf_put_str(out, parameters[i]);
		if (str_find_char(parameters[i], '=') < 0)
			buf_putc(out, '=');
	}
}

typedef struct HeaderSet {
	SigV4Header items[SIGV4_MAX_HEADERS + 4];
	size_t count;
} HeaderSet;

static int compare_headers(const void *a, const void *b) {
	const SigV4Header *left = a, *right = b;
	return strcmp(left->name, right->name);
}

static void collect_headers(const SigV4 *credentials, const SigV4Request *request, const char *host, const char *date,
	HeaderSet *set) {
	BG_ASSERT(request->header_count <= SIGV4_MAX_HEADERS);
	set->items[set->count++] = (SigV4Header){"host", host};
	set->items[set->count++] = (SigV4Header){"x-amz-content-sha256", request->payload_sha256};
	set->items[set->count++] = (SigV4Header){"x-amz-date", date};
	if (credentials->session_token)
		set->items[set->count++] = (SigV4Header){"x-amz-security-token", secret_reveal(credentials->session_token)};
	for (size_t i = 0; i < request->header_count; i++)
		set->items[set->count++] = request->headers[i];
	qsort(set->items, set->count, sizeof(*set->items), compare_headers);
}

static void put_signed_names(const HeaderSet *set, Buf *out) {
	for (size_t i = 0; i < set->count; i++)
		buf_printf(out, "%s%s", i ? ";" : "", set->items[i].name);
}

static void canonical_request(const SigV4Request *request, const HeaderSet *set, Buf *out) {
	buf_printf(out, "%s\n", request->method);
	buf_put_str(out, request->path.len ? request->path : STR("/"));
	buf_putc(out, '\n');
	buf_put_str(out, request->query);
	buf_putc(out, '\n');
	for (size_t i = 0; i < set->count; i++) {
		buf_printf(out, "%s:", set->items[i].name);
		buf_put_str(out, str_trim(str_from(set->items[i].value)));
		buf_putc(out, '\n');
	}
	buf_putc(out, '\n');
	put_signed_names(set, out);
	buf_printf(out, "\n%s", request->payload_sha256);
}

static void signing_key(const SigV4 *credentials, const char *day, unsigned char ret[static SHA256_BYTES]) {
	const char *steps[] = {day, credentials->region, credentials->service, "aws4_request"};
	AUTO_CLEAR(Buf) first = {0};
	buf_puts(&first, "AWS4");
	buf_puts(&first, secret_reveal(credentials->secret_key));
	unsigned char key[SHA256_BYTES], next[SHA256_BYTES];
	hmac_sha256(first.data, first.len, steps[0], strlen(steps[0]), key);
	secret_wipe(first.data, first.len);
	for (size_t i = 1; i < BG_LENGTH(steps); i++) {
		hmac_sha256(key, sizeof(key), steps[i], strlen(steps[i]), next);
		memcpy(key, next, sizeof(key));
	}
	memcpy(ret, key, sizeof(key));
	secret_wipe(key, sizeof(key));
	secret_wipe(next, sizeof(next));
}

void sigv4_authorization(const SigV4 *credentials, const SigV4Request *request, Buf *out) {
	char date[SIGV4_DATE_SIZE], day[9], hash[SHA256_HEX_SIZE];
	sigv4_date(request->time, date);
	snprintf(day, sizeof(day), "%.8s", date);
	AUTO_FREE char *host = str_dup(request->host);
	HeaderSet set = {0};
	collect_headers(credentials, request, host, date, &set);
	AUTO_CLEAR(Buf) canonical = {0};
	canonical_request(request, &set, &canonical);
	sha256_hex(canonical.data, canonical.len, hash);
	secret_wipe(canonical.data, canonical.len);   /* holds the session token */
	AUTO_CLEAR(Buf) to_sign = {0};
	buf_printf(&to_sign, "AWS4-HMAC-SHA256\n%s\n%s/%s/%s/aws4_request\n%s", date, day, credentials->region, credentials->service,
		hash);
	unsigned char key[SHA256_BYTES], signature[SHA256_BYTES];
	signing_key(credentials, day, key);
	hmac_sha256(key, sizeof(key), to_sign.data, to_sign.len, signature);
	secret_wipe(key, sizeof(key));
	char hex[SHA256_HEX_SIZE];
	hex_encode(signature, sizeof(signature), hex);
	buf_printf(out, "AWS4-HMAC-SHA256 Credential=%s/%s/%s/%s/aws4_request,SignedHeaders=", credentials->access_key_id, day,
		credentials->region, credentials->service);
	put_signed_names(&set, out);
	buf_printf(out, ",Signature=%s", hex);
}
