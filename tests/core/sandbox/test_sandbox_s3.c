/* The simulated S3 on the wire: refusals, listings in pages, prefixes, delimiters, encodings, objects. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/sandbox/sim_s3.h"
#include "core/transport/xml.h"
#include "ground.h"

#define LIVE "/ocw-content-live-production"

/* Every element of a kind in the last answer, in order. */
typedef struct Elements { const char *wanted; StrList texts; } Elements;

static bool on_end(void *userdata, Str path, Str text) {
	Elements *elements = userdata;
	if (str_eq_c(path, elements->wanted))
		strlist_add_str(&elements->texts, text);
	return true;
}

static StrList elements(const char *body, const char *path) {
	Elements found = {.wanted = path};
	XmlHandler handler = {.end = on_end, .userdata = &found};
	AUTO(XmlReader) *reader = xml_reader_new(&handler);
	Error err;
	assert_ok(xml_reader_feed(reader, str_from(body), &err) && xml_reader_finish(reader, &err), &err);
	return found.texts;
}

static char *element(const char *body, const char *path) {
	AUTO_CLEAR(StrList) all = elements(body, path);
	return bg_strdup(all.count ? all.items[0] : "-");
}

#define expect_element(body, path, expected) do { \
		AUTO_FREE char *text_ = element((body), (path)); \
		cr_expect_str_eq(text_, (expected), "%s: %s", (path), (body)); \
	} while (0)

Test(sandbox_s3, refuses_with_a_code_and_a_status) {
	static const GroundCall none = {.token = ""}, wrong = {.token = "wrong"};
	static const struct { const char *method, *target; const GroundCall *call; int status; const char *code; } cases[] = {
		{"GET", LIVE "?list-type=2", &none, 403, "AccessDenied"},
		{"GET", LIVE "?list-type=2", &wrong, 403, "SignatureDoesNotMatch"},
		{"GET", "/none?list-type=2", NULL, 404, "NoSuchBucket"},
		{"GET", LIVE "/none", NULL, 404, "NoSuchKey"},
		{"DELETE", LIVE "/index.html", NULL, 405, "MethodNotAllowed"},
		{"GET", LIVE "?list-type=1", NULL, 501, "NotImplemented"},
		{"GET", LIVE "?continuation-token=%21&list-type=2", NULL, 400, "InvalidArgument"},
		{"GET", LIVE "?list-type=2&max-keys=many", NULL, 400, "InvalidArgument"},
		{"GET", LIVE "?list-type=2&max-keys=-1", NULL, 400, "InvalidArgument"},
		{"GET", LIVE "?replication=", NULL, 404, "ReplicationConfigurationNotFoundError"},
	};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		int status = ground_ask(&ground, "s3", cases[i].method, cases[i].target, cases[i].call);
		cr_expect_eq(status, cases[i].status, "%s %s: %d", cases[i].method, cases[i].target, status);
		expect_element(ground_body(&ground), "Error/Code", cases[i].code);
		cr_expect(str_eq_c(http_header(&ground.answer, "x-amz-bucket-region"), "us-east-1"));
	}
}

Test(sandbox_s3, lists_buckets_and_tells_of_one) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "s3", "GET", "/", NULL);
	AUTO_CLEAR(StrList) names = elements(ground_body(&ground), "ListAllMyBucketsResult/Buckets/Bucket/Name");
	cr_expect(strlist_has(&names, "ocw-content-live-production") && strlist_has(&names, "ocw-content-backup-live-production"));
	ground_expect(&ground, 200, "s3", "GET", LIVE "?location=", NULL);
	expect_element(ground_body(&ground), "LocationConstraint", "");
	ground_expect(&ground, 200, "s3", "GET", LIVE "?versioning=", NULL);
	ground_expect(&ground, 200, "s3", "HEAD", LIVE, NULL);
}

Test(sandbox_s3, an_object_comes_whole_with_its_time_and_etag) {
	WallTime modified;
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	for (int head = 0; head < 2; head++) {
		ground_expect(&ground, 200, "s3", head ? "HEAD" : "GET", LIVE "/robots.txt", NULL);
		cr_expect_str_eq(ground_body(&ground), head ? "" : "User-agent: *\nAllow: /\n");
		cr_expect(str_eq_c(http_header(&ground.answer, "Content-Length"), "23"));
		cr_expect(wall_parse_http(http_header(&ground.answer, "Last-Modified"), &modified));
		cr_expect(str_starts(http_header(&ground.answer, "ETag"), "\""));
	}
}

/* Walks all pages; the keys in the order in which they came. */
static StrList walk(Ground *ground, const char *query, size_t *ret_pages) {
	StrList keys = {0};
	AUTO_FREE char *token = bg_strdup("");
	*ret_pages = 0;
	while (true) {
		AUTO_FREE char *target = *token ? bg_asprintf(LIVE "?continuation-token=%s&%s", token, query) : bg_asprintf(LIVE "?%s", query);
		ground_expect(ground, 200, "s3", "GET", target, NULL);
		AUTO_CLEAR(StrList) page = elements(ground_body(ground), "ListBucketResult/Contents/Key");
		AUTO_CLEAR(StrList) folders = elements(ground_body(ground), "ListBucketResult/CommonPrefixes/Prefix");
		AUTO_FREE char *count = element(ground_body(ground), "ListBucketResult/KeyCount");
		AUTO_FREE char *truncated = element(ground_body(ground), "ListBucketResult/IsTruncated");
		AUTO_FREE char *next = element(ground_body(ground), "ListBucketResult/NextContinuationToken");
		cr_expect_eq((size_t) atol(count), page.count + folders.count);
		for (size_t i = 0; i < page.count; i++)
			strlist_add(&keys, page.items[i]);
		for (size_t i = 0; i < folders.count; i++)
			strlist_add(&keys, folders.items[i]);
		cr_assert(++*ret_pages < 5000);
		if (!text_eq(truncated, "true")) {
			cr_expect_str_eq(next, "-");
			return keys;
		}
		/* A token is base64: it must be encoded to be sent. */
		AUTO_CLEAR(Buf) encoded = {0};
		sim_percent_encode(str_from(next), false, &encoded);
		free(token);
		token = buf_take(&encoded);
	}
}

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *) a, *(char *const *) b); }

Test(sandbox_s3, a_listing_in_pages_of_any_size_is_the_same_listing) {
	static const struct { const char *more; const char *sizes[4]; } cases[] = {
		{"", {"1000", "999", "100", "57"}},
		{"&prefix=courses%2Fgenetics%2F", {"1000", "21", "2", "1"}},
		{"&delimiter=%2F", {"1000", "4", "2", "1"}},
		{"&delimiter=%2F&prefix=courses%2F", {"1000", "13", "2", "1"}},
	};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_FREE char *whole = NULL;
		for (size_t k = 0; k < BG_LENGTH(cases[i].sizes); k++) {
			size_t pages;
			/* In the order in which queries are sorted for signing. */
			const char *delimiter = strstr(cases[i].more, "delimiter") ? "delimiter=%2F&" : "", *prefix = strstr(cases[i].more, "&prefix");
			AUTO_FREE char *query = bg_asprintf("%slist-type=2&max-keys=%s%s", delimiter, cases[i].sizes[k], prefix ? prefix : "");
			AUTO_CLEAR(StrList) keys = walk(&ground, query, &pages);
			qsort(keys.items, keys.count, sizeof(*keys.items), by_text);   /* within a page, folders come after objects */
			AUTO_FREE char *text = strlist_join(&keys, "\n");
			cr_assert(keys.count > 3);
			if (!whole)
				whole = TAKE(text);
			else
				cr_expect_str_eq(text, whole, "%s: pages of %s", cases[i].more, cases[i].sizes[k]);
		}
	}
}

Test(sandbox_s3, a_listing_begins_after_a_key_and_below_a_prefix) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "s3", "GET", LIVE "?list-type=2&max-keys=2&start-after=robots.txt", NULL);
	expect_element(ground_body(&ground), "ListBucketResult/Contents/Key", "sitemap.xml");
	expect_element(ground_body(&ground), "ListBucketResult/StartAfter", "robots.txt");
	expect_element(ground_body(&ground), "ListBucketResult/KeyCount", "1");
	ground_expect(&ground, 200, "s3", "GET", LIVE "?list-type=2&prefix=robots&start-after=a", NULL);
	expect_element(ground_body(&ground), "ListBucketResult/Contents/Key", "robots.txt");
	ground_expect(&ground, 200, "s3", "GET", LIVE "?list-type=2&prefix=nothing%2F", NULL);
	expect_element(ground_body(&ground), "ListBucketResult/Contents/Key", "-");
	expect_element(ground_body(&ground), "ListBucketResult/Prefix", "nothing/");
	ground_expect(&ground, 200, "s3", "GET", LIVE "?list-type=2&max-keys=0", NULL);
	expect_element(ground_body(&ground), "ListBucketResult/KeyCount", "0");
	expect_element(ground_body(&ground), "ListBucketResult/IsTruncated", "false");
	ground_expect(&ground, 200, "s3", "GET", LIVE "?list-type=2&max-keys=5000", NULL);
	expect_element(ground_body(&ground), "ListBucketResult/MaxKeys", "1000");
}

/* Directly, with a bucket of strange keys and no network. */
static char *ask_signed(const char *method, const char *query, const char *body, int expected) {
	static const char *const KEYS[] = {"a b", "a+b", "a&b<c>", "\xc3\xbc/x", "dir/", "bell\x07"};
	AUTO(SimStore) *store = sim_store_new();
	SimBucket *bucket = sim_store_add_bucket(store, "b", (WallTime){1});
	for (size_t i = 0; i < BG_LENGTH(KEYS); i++)
		sim_bucket_put(bucket, KEYS[i], STR("x"), "text/plain", (WallTime){1700000000000});
	SimS3 s3 = {.store = store, .region = "us-east-1", .access_key = "k", .secret_key = "s"};
	AUTO_FREE char *target = bg_asprintf("/b?%s", query);
	AUTO(Secret) *secret = secret_new(STR("s"), "test");
	SigV4 credentials = {"k", secret, NULL, "us-east-1", "s3"};
	SigV4Request signing = {.method = method, .host = STR("h"), .path = STR("/b"), .query = str_from(query),
		.payload_sha256 = SIGV4_EMPTY_PAYLOAD, .time = {1700000000000}};
	AUTO_CLEAR(Buf) authorization = {0};
	char date[SIGV4_DATE_SIZE];
	sigv4_authorization(&credentials, &signing, &authorization);
	sigv4_date(signing.time, date);
	AUTO_CLEAR(SimRequest) request = {0};
	AUTO_CLEAR(SimReply) reply = {.status = 500};
	sim_request_init(&request, method, target);
	buf_puts(&request.body, body);
	sim_fields_add(&request.headers, "Host", "h");
	sim_fields_add(&request.headers, "X-Amz-Date", date);
	sim_fields_add(&request.headers, "X-Amz-Content-Sha256", SIGV4_EMPTY_PAYLOAD);
	sim_fields_add(&request.headers, "Authorization", buf_text(&authorization));
	sim_s3_handle(&s3, &request, &reply, signing.time);
	cr_assert_eq(reply.status, expected, "%s", buf_text(&reply.body));
	return buf_take(&reply.body);
}

static char *list_strange(const char *query) { return ask_signed("GET", query, "", 200); }

Test(sandbox_s3, a_body_that_is_not_the_one_that_was_signed_is_refused) {
	AUTO_FREE char *answer = ask_signed("POST", "delete=", "<Delete/>", 400);
	expect_element(answer, "Error/Code", "XAmzContentSHA256Mismatch");
}

Test(sandbox_s3, strange_keys_are_encoded_as_amazon_does_when_asked) {
	AUTO_FREE char *encoded = list_strange("encoding-type=url&list-type=2");
	AUTO_CLEAR(StrList) keys = elements(encoded, "ListBucketResult/Contents/Key");
	AUTO_FREE char *text = strlist_join(&keys, " ");
	/* A blank is a plus there, as in a form. */
	cr_expect_str_eq(text, "a+b a%26b%3Cc%3E a%2Bb bell%07 dir/ %C3%BC/x", "%s", text);
	expect_element(encoded, "ListBucketResult/EncodingType", "url");
	AUTO_FREE char *plain = list_strange("list-type=2&prefix=a");
	AUTO_CLEAR(StrList) raw = elements(plain, "ListBucketResult/Contents/Key");
	AUTO_FREE char *raw_text = strlist_join(&raw, " ");
	cr_expect_str_eq(raw_text, "a b a&b<c> a+b", "%s", raw_text);
}

Test(sandbox_s3, a_bucket_is_found_by_host_name_too) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "s3", "GET", LIVE "/robots.txt", NULL);
	/* The transport sends the Host of its URL: what *.localhost resolves to is this machine, by RFC 6761 and libcurl. */
	AUTO_FREE char *port = bg_strdup(strrchr(sandbox_url(ground.sandbox, "s3"), ':') + 1);
	AUTO_FREE char *url = bg_asprintf("http://ocw-content-live-production.localhost:%s/robots.txt", port);
	SigV4 signing = {ground.s3_key_id, ground.s3_secret, NULL, "us-east-1", "s3"};
	HttpRequest request = {.url = url, .sigv4 = &signing, .deadline_ms = GROUND_WAIT_MS};
	AUTO_CLEAR(HttpResponse) answer = {0};
	Error err;
	assert_ok(http_request(ground.client, &request, &answer, &err), &err);
	cr_expect_eq(answer.status, 200, "%s", buf_text(&answer.body));
}
