/* Signatures as the simulated S3 checks them: the published examples of AWS are accepted, everything near them is refused by its code. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/sandbox/sim_s3.h"
#include "tests/support/support.h"

#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define LIFECYCLE "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"
#define JS "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"
#define RANGE "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
#define NAMES "host;x-amz-content-sha256;x-amz-date"

static const WallTime DAY = {1369353600000};

typedef struct Case {
	const char *name, *target, *signature, *code;   /* code "": accepted */
	/* NULL: as in the published example. */
	const char *key_id, *region, *host, *date, *payload, *names, *range, *token, *authorization;
	int64_t late_ms;
} Case;

static void put_header(SimRequest *request, const char *name, const char *value, const char *fallback) {
	const char *text = value ? value : fallback;
	if (text && *text)
		sim_fields_add(&request->headers, name, text);
}

static char *code_of(const Case *wanted, const char *session_token) {
	AUTO(SimStore) *store = sim_store_new();
	SimS3 s3 = {.store = store, .region = "us-east-1", .access_key = "AKIAIOSFODNN7EXAMPLE", .secret_key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", .session_token = session_token};
	AUTO_CLEAR(SimRequest) request = {0};
	AUTO_CLEAR(SimReply) reply = {.status = 500};
	sim_request_init(&request, "GET", wanted->target ? wanted->target : "/?lifecycle=");
	AUTO_FREE char *authorization = bg_asprintf("AWS4-HMAC-SHA256 Credential=%s/20130524/%s/s3/aws4_request,SignedHeaders=%s,Signature=%s",
		wanted->key_id ? wanted->key_id : "AKIAIOSFODNN7EXAMPLE", wanted->region ? wanted->region : "us-east-1",
		wanted->names ? wanted->names : NAMES, wanted->signature ? wanted->signature : LIFECYCLE);
	put_header(&request, "Host", wanted->host, "examplebucket.s3.amazonaws.com");
	put_header(&request, "X-Amz-Date", wanted->date, "20130524T000000Z");
	put_header(&request, "X-Amz-Content-Sha256", wanted->payload, EMPTY);
	put_header(&request, "Authorization", wanted->authorization, authorization);
	put_header(&request, "Range", wanted->range, NULL);
	put_header(&request, "X-Amz-Security-Token", wanted->token, NULL);
	bool good = sim_s3_signature_is_good(&s3, &request, &reply, (WallTime){DAY.ms + wanted->late_ms});
	Str body = buf_str(&reply.body);
	ptrdiff_t from = str_find(body, "<Code>"), to = str_find(body, "</Code>");
	cr_assert(good == (from < 0), "%s", wanted->name);
	return good ? bg_strdup("") : str_dup(str_slice(body, (size_t) from + 6, (size_t) (to - from - 6)));
}

Test(sandbox_signature, accepts_what_aws_publishes_and_refuses_what_is_near_it) {
	static const Case cases[] = {
		{.name = "lifecycle", .code = ""},
		{.name = "list", .target = "/?max-keys=2&prefix=J", .signature = JS, .code = ""},
		{.name = "unsorted on the wire", .target = "/?prefix=J&max-keys=2", .signature = JS, .code = ""},
		{.name = "range", .target = "/test.txt", .signature = RANGE, .names = "host;range;x-amz-content-sha256;x-amz-date",
			.range = "bytes=0-9", .code = ""},
		{.name = "14 minutes late", .late_ms = 14 * 60000, .code = ""},
		{.name = "signed range differs", .target = "/test.txt", .signature = RANGE, .range = "bytes=0-8",
			.names = "host;range;x-amz-content-sha256;x-amz-date", .code = "SignatureDoesNotMatch"},
		{.name = "signed header not sent", .target = "/test.txt", .signature = RANGE,
			.names = "host;range;x-amz-content-sha256;x-amz-date", .code = "SignatureDoesNotMatch"},
		{.name = "another query", .target = "/?max-keys=3&prefix=J", .signature = JS, .code = "SignatureDoesNotMatch"},
		{.name = "another path", .target = "/x?lifecycle=", .code = "SignatureDoesNotMatch"},
		{.name = "another host", .host = "other.s3.amazonaws.com", .code = "SignatureDoesNotMatch"},
		{.name = "another payload", .payload = "UNSIGNED-PAYLOAD", .code = "SignatureDoesNotMatch"},
		{.name = "signature cut", .signature = "fea454ca", .code = "SignatureDoesNotMatch"},
		{.name = "host not signed", .names = "x-amz-content-sha256;x-amz-date", .code = "SignatureDoesNotMatch"},
		{.name = "date not signed", .names = "host;x-amz-content-sha256", .code = "AccessDenied"},
		{.name = "unsigned token", .token = "t", .code = "AccessDenied"},
		{.name = "no payload hash", .payload = "", .names = "host;x-amz-date", .code = "InvalidRequest"},
		{.name = "payload hash of another body", .payload = "0000c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
			.code = "SignatureDoesNotMatch"},
		{.name = "unknown key", .key_id = "AKIAOTHER", .code = "InvalidAccessKeyId"},
		{.name = "wrong region", .region = "eu-west-1", .code = "AuthorizationHeaderMalformed"},
		{.name = "16 minutes late", .late_ms = 16 * 60000, .code = "RequestTimeTooSkewed"},
		{.name = "16 minutes early", .late_ms = -16 * 60000, .code = "RequestTimeTooSkewed"},
		{.name = "no date", .date = "", .code = "AccessDenied"},
		{.name = "date of another day", .date = "20130525T000000Z", .code = "AccessDenied"},
		{.name = "date that is none", .date = "yesterday", .code = "AccessDenied"},
		{.name = "no credentials", .authorization = "Basic x", .code = "AccessDenied"},
		{.name = "half credentials", .authorization = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/2013", .code = "AccessDenied"},
		{.name = "empty credentials", .authorization = "AWS4-HMAC-SHA256 ", .code = "AccessDenied"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_FREE char *code = code_of(&cases[i], NULL);
		cr_expect_str_eq(code, cases[i].code, "%s: %s, expected %s", cases[i].name, code, cases[i].code);
	}
}

Test(sandbox_signature, wants_the_session_token_where_there_is_one) {
	static const Case none = {.name = "no token"}, other = {.name = "other token", .token = "other",
		.names = NAMES ";x-amz-security-token"};
	AUTO_FREE char *without = code_of(&none, "right"), *wrong = code_of(&other, "right");
	cr_expect_str_eq(without, "AccessDenied");
	cr_expect_str_eq(wrong, "InvalidToken");
}
