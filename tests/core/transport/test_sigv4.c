/* The published examples of AWS ("Signature Calculations for the Authorization Header", examplebucket, 2013-05-24). */
#include "tests/support/support.h"

#include "core/transport/sigv4.h"

static const WallTime DAY = {1369353600000};

static char *signature(const char *path, const char *query, const SigV4Header *headers, size_t count, const Secret *token) {
	AUTO(Secret) *key = secret_new(STR("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"), "test");
	SigV4 credentials = {"AKIAIOSFODNN7EXAMPLE", key, token, "us-east-1", "s3"};
	AUTO_CLEAR(Buf) canonical = {0};
	sigv4_canonical_query(str_from(query), &canonical);
	SigV4Request request = {.method = "GET", .host = STR("examplebucket.s3.amazonaws.com"), .path = str_from(path),
		.query = buf_str(&canonical), .headers = headers, .header_count = count, .payload_sha256 = SIGV4_EMPTY_PAYLOAD, .time = DAY};
	Buf out = {0};
	sigv4_authorization(&credentials, &request, &out);
	return buf_take(&out);
}

Test(sigv4, gives_the_signatures_that_aws_publishes) {
	static const SigV4Header range = {"range", "bytes=0-9"};
	static const struct { const char *path, *query; const SigV4Header *headers; size_t count; const char *expected; } cases[] = {
		{"/", "lifecycle", NULL, 0, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
		{"", "prefix=J&max-keys=2", NULL, 0, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
		{"/test.txt", "", &range, 1, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_FREE char *text = signature(cases[i].path, cases[i].query, cases[i].headers, cases[i].count, NULL);
		cr_expect(str_ends(str_from(text), cases[i].expected), "%s?%s: %s", cases[i].path, cases[i].query, text);
	}
}

Test(sigv4, signs_the_session_token_too) {
	AUTO(Secret) *token = secret_new(STR("abc"), "test");
	AUTO_FREE char *text = signature("/", "", NULL, 0, token);
	cr_expect(str_find(str_from(text), "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,") > 0, "%s", text);
}

Test(sigv4, sorts_a_query_by_name_and_then_value) {
	static const struct { const char *given, *expected; } cases[] = {
		{"b=2&a=1", "a=1&b=2"},
		{"versioning", "versioning="},
		{"prefix=b&prefix=a", "prefix=a&prefix=b"},
		{"max-keys=1&max=2", "max=2&max-keys=1"},
		{"", ""},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Buf) out = {0};
		sigv4_canonical_query(str_from(cases[i].given), &out);
		assert_text(cases[i].given, buf_text(&out), cases[i].expected);
	}
}
