/* sim_s3_signature.c: Signature Version 4 as the server sees it: the canonical request is made from the bytes that arrived, by AWS's rules,
 * and nothing is taken from the client's side of this project. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/sandbox/sim_s3.h"

typedef struct Claim { Str key_id, date, region, service, signed_headers, signature; } Claim;

void sim_s3_error(SimReply *reply, int status, const char *code, const char *message, const char *more_name, const char *more) {
	Buf text = {0};
	buf_printf(&text, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>%s</Code><Message>", code);
	sim_markup_escape(str_from(message), &text);
	buf_puts(&text, "</Message>");
	if (more_name) {
		buf_printf(&text, "<%s>", more_name);
		sim_markup_escape(str_from(more), &text);
		buf_printf(&text, "</%s>", more_name);
	}
	buf_puts(&text, "<RequestId>SANDBOX000000001</RequestId><HostId>sandbox</HostId></Error>");
	sim_reply_bytes(reply, status, "application/xml", buf_str(&text));
	buf_clear(&text);
}

static Str field(Str header, const char *name) {
	ptrdiff_t at = str_find(header, name);
	if (at < 0)
		return STR("");
	Str rest = str_slice(header, (size_t) at + strlen(name), header.len);
	ptrdiff_t end = str_find_char(rest, ',');
	return str_trim(end < 0 ? rest : str_slice(rest, 0, (size_t) end));
}

static bool read_claim(const SimRequest *request, Claim *claim) {
	Str header = str_from(sim_request_header(request, "Authorization"));
	if (!str_starts(header, "AWS4-HMAC-SHA256 "))
		return false;
	Str scope = field(header, "Credential="), end;
	claim->signed_headers = field(header, "SignedHeaders=");
	claim->signature = field(header, "Signature=");
	return str_split(&scope, '/', &claim->key_id) && str_split(&scope, '/', &claim->date) && str_split(&scope, '/', &claim->region)
		&& str_split(&scope, '/', &claim->service) && str_split(&scope, '/', &end) && str_eq_c(end, "aws4_request");
}

static int compare_text(const void *a, const void *b) { return strcmp(*(char *const *) a, *(char *const *) b); }

/* Decoded and encoded again, sorted by name and value: what the client should have signed, whatever it wrote. */
static void canonical_query(const SimRequest *request, Buf *out) {
	AUTO_CLEAR(StrList) pairs = {0};
	for (size_t i = 0; i < request->args.count; i++) {
		Buf pair = {0};
		sim_percent_encode(str_from(request->args.items[i].name), false, &pair);
		buf_putc(&pair, '=');
		sim_percent_encode(str_from(request->args.items[i].value), false, &pair);
		strlist_add_take(&pairs, buf_take(&pair));
	}
	if (pairs.count)
		qsort(pairs.items, pairs.count, sizeof(*pairs.items), compare_text);
	for (size_t i = 0; i < pairs.count; i++)
		buf_printf(out, "%s%s", i ? "&" : "", pairs.items[i]);
}

static void canonical_path(const SimRequest *request, Buf *out) {
	AUTO_CLEAR(Buf) decoded = {0};
	sim_percent_decode(str_from(request->path), false, &decoded);
	sim_percent_encode(buf_str(&decoded), true, out);
}

static bool canonical_headers(const SimRequest *request, Str names, Buf *out) {
	Str rest = names, name;
	while (str_split(&rest, ';', &name)) {
		AUTO_FREE char *key = str_dup(name);
		const char *value = sim_request_header(request, key);
		if (!value)
			return false;
		Str trimmed = str_trim(str_from(value));
		buf_printf(out, "%s:%.*s\n", key, STR_ARG(trimmed));
	}
	return true;
}

static bool is_signed(Str names, const char *name) {
	Str rest = names, part;
	while (str_split(&rest, ';', &part))
		if (str_eq_nocase(part, str_from(name)))
			return true;
	return false;
}

/* Amazon takes no x-amz-* header that the signature does not cover. */
static bool all_are_signed(const SimRequest *request, Str names) {
	for (size_t i = 0; i < request->headers.count; i++)
		if (strncasecmp(request->headers.items[i].name, "x-amz-", 6) == 0 && !is_signed(names, request->headers.items[i].name))
			return false;
	return true;
}

/* The hash that was signed has to be that of the body, or say that it is none. */
static bool body_is_as_signed(const SimRequest *request, SimReply *reply) {
	char actual[SHA256_HEX_SIZE];
	const char *told = sim_request_header(request, "x-amz-content-sha256");
	sha256_hex(buf_text(&request->body), request->body.len, actual);
	if (!told || text_eq(told, "UNSIGNED-PAYLOAD") || text_eq(told, actual))
		return true;
	sim_s3_error(reply, 400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.",
		NULL, NULL);
	return false;
}

static void sign(const SimS3 *s3, const Claim *claim, const char *date, const Buf *canonical, char ret[static SHA256_HEX_SIZE]) {
	char digest[SHA256_HEX_SIZE];
	unsigned char key[SHA256_BYTES];
	sha256_hex(canonical->data, canonical->len, digest);
	AUTO_FREE char *text = bg_asprintf("AWS4-HMAC-SHA256\n%s\n%.*s/%.*s/%.*s/aws4_request\n%s", date, STR_ARG(claim->date),
		STR_ARG(claim->region), STR_ARG(claim->service), digest);
	AUTO_FREE char *first = bg_asprintf("AWS4%s", s3->secret_key);
	hmac_sha256(first, strlen(first), claim->date.ptr, claim->date.len, key);
	hmac_sha256(key, sizeof(key), claim->region.ptr, claim->region.len, key);
	hmac_sha256(key, sizeof(key), claim->service.ptr, claim->service.len, key);
	hmac_sha256(key, sizeof(key), "aws4_request", 12, key);
	hmac_sha256(key, sizeof(key), text, strlen(text), key);
	hex_encode(key, sizeof(key), ret);
}

/* "20130524T000000Z" */
static bool parse_date(const char *text, WallTime *ret) {
	if (!text || strlen(text) != 16 || text[8] != 'T')
		return false;
	AUTO_FREE char *iso = bg_asprintf("%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", text, text + 4, text + 6, text + 9, text + 11, text + 13);
	return wall_parse_iso(str_from(iso), ret);
}

static bool claim_is_ours(const SimS3 *s3, const Claim *claim, const SimRequest *request, SimReply *reply, WallTime now) {
	const char *date = sim_request_header(request, "x-amz-date");
	const char *token = sim_request_header(request, "x-amz-security-token");
	WallTime time;
	if (!parse_date(date, &time) || claim->date.len != 8 || memcmp(date, claim->date.ptr, 8) != 0)
		sim_s3_error(reply, 403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header", NULL, NULL);
	else if (time.ms > now.ms + SIM_S3_SKEW_MS || time.ms < now.ms - SIM_S3_SKEW_MS)
		sim_s3_error(reply, 403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.",
			NULL, NULL);
	else if (!str_eq_c(claim->key_id, s3->access_key))
		sim_s3_error(reply, 403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.", NULL, NULL);
	else if (!str_eq_c(claim->service, s3->service ? s3->service : "s3"))
		sim_s3_error(reply, 403, "SignatureDoesNotMatch", "Credential should be scoped to correct service", NULL, NULL);
	else if (!str_eq_c(claim->region, s3->region))
		sim_s3_error(reply, 400, "AuthorizationHeaderMalformed", "The authorization header is malformed; the region is wrong", "Region",
			s3->region);
	else if (s3->session_token && !text_eq(token, s3->session_token))
		sim_s3_error(reply, 400, token ? "InvalidToken" : "AccessDenied", "The provided token is malformed or otherwise invalid.", NULL, NULL);
	else if (!all_are_signed(request, claim->signed_headers))
		sim_s3_error(reply, 403, "AccessDenied", "There were headers present in the request which were not signed", NULL, NULL);
	else if (!s3->service && !sim_request_header(request, "x-amz-content-sha256"))
		sim_s3_error(reply, 400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256", NULL, NULL);
	else
		return true;
	return false;
}

bool sim_s3_signature_is_good(const SimS3 *s3, const SimRequest *request, SimReply *reply, WallTime now) {
	Claim claim = {0};
	char expected[SHA256_HEX_SIZE];
	if (!read_claim(request, &claim)) {
		sim_s3_error(reply, 403, "AccessDenied", "Access Denied", NULL, NULL);
		return false;
	}
	if (!claim_is_ours(s3, &claim, request, reply, now))
		return false;
	AUTO_CLEAR(Buf) canonical = {0};
	buf_printf(&canonical, "%s\n", request->method);
	canonical_path(request, &canonical);
	buf_putc(&canonical, '\n');
	canonical_query(request, &canonical);
	buf_putc(&canonical, '\n');
	bool whole = canonical_headers(request, claim.signed_headers, &canonical);
	/* Only S3 demands that the header is there. */
	char actual[SHA256_HEX_SIZE];
	const char *told = sim_request_header(request, "x-amz-content-sha256");
	sha256_hex(buf_text(&request->body), request->body.len, actual);
	buf_printf(&canonical, "\n%.*s\n%s", STR_ARG(claim.signed_headers), told ? told : actual);
	sign(s3, &claim, sim_request_header(request, "x-amz-date"), &canonical, expected);
	if (whole && is_signed(claim.signed_headers, "host") && claim.signature.len == 64 && constant_time_equal(claim.signature.ptr, expected, 64))
		return body_is_as_signed(request, reply);
	sim_s3_error(reply, 403, "SignatureDoesNotMatch",
		"The request signature we calculated does not match the signature you provided. Check your key and signing method.", NULL, NULL);
	return false;
}
