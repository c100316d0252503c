/* URLs: taken apart, encoded, and shown without what is secret in them. */
#include "tests/support/support.h"

#include "core/transport/url.h"

Test(url, is_taken_apart) {
	UrlParts parts;
	Error err;
	assert_ok(url_parse("https://u:p@[4a1::2]:8443/a/b?x=1&y#f", &parts, &err), &err);
	AUTO_FREE char *host = str_dup(parts.host), *port = str_dup(parts.port), *path = str_dup(parts.path), *query = str_dup(parts.query);
	assert_text("host", host, "[4a1::2]");
	assert_text("port", port, "8443");
	assert_text("path", path, "/a/b");
	assert_text("query", query, "x=1&y");
	cr_expect(url_host_is_literal(&parts));
}

Test(url, that_is_none_is_refused) {
	static const char *const cases[] = {"", "ftp://a/", "file:///etc/passwd", "http://", "http:///x", "http://a b/", "http://a/\r\nX: y"};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		UrlParts parts;
		cr_expect(!url_parse(cases[i], &parts, NULL), "%s", cases[i]);
	}
}

Test(url, is_shown_without_password_and_query) {
	AUTO_FREE char *shown = url_describe("https://user:secret@ci.example/api?token=secret");
	assert_text("shown", shown, "https://ci.example/api");
}

Test(url, origins_are_scheme_host_and_port) {
	static const struct { const char *a, *b; bool same; } cases[] = {
		{"https://a/x", "https://A:443/y", true},
		{"https://a/", "http://a/", false},
		{"http://a:81/", "http://a/", false},
		{"http://a/", "http://b/", false},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		UrlParts a, b;
		cr_assert(url_parse(cases[i].a, &a, NULL) && url_parse(cases[i].b, &b, NULL));
		cr_expect_eq(url_same_origin(&a, &b), cases[i].same, "%s %s", cases[i].a, cases[i].b);
	}
}

/* No proxy is asked for either: what answers there is this machine's own. */
Test(url, loopback_and_link_local_hosts_are_known) {
	static const struct { const char *url; bool loopback, link_local; } cases[] = {
		{"http://127.0.0.1/", true, false}, {"http://localhost:81/", true, false}, {"http://[::1]/", true, false},
		{"http://169.254.169.254/latest", false, true}, {"http://169.254.170.2/", false, true}, {"http://[FE80::1]/", false, true},
		{"http://169.254.example.org/", false, false}, {"http://127.example.org/", false, false}, {"http://[fd00:ec2::254]/", false, false},
		{"http://192.0.2.1/", false, false},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		UrlParts parts;
		cr_assert(url_parse(cases[i].url, &parts, NULL));
		cr_expect_eq(url_host_is_loopback(&parts), cases[i].loopback, "%s", cases[i].url);
		cr_expect_eq(url_host_is_link_local(&parts), cases[i].link_local, "%s", cases[i].url);
	}
}

Test(url, text_is_encoded_and_decoded_as_rfc_3986_says) {
	AUTO_CLEAR(Buf) encoded = {0};
	AUTO_CLEAR(Buf) decoded = {0};
	url_encode(STR("a b/c+ü~"), &encoded);
	assert_text("encoded", buf_text(&encoded), "a%20b%2Fc%2B%C3%BC~");
	url_decode(buf_str(&encoded), &decoded);
	assert_text("decoded", buf_text(&decoded), "a b/c+ü~");
	buf_truncate(&decoded, 0);
	url_decode(STR("100%"), &decoded);
	assert_text("stray", buf_text(&decoded), "100%");
}
