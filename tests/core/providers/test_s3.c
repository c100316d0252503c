/* S3: pages of objects, their newest, and what a store can say instead. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/s3/s3.h"
#include "fixture.h"

#define SYSTEM "    region: us-east-1\n    access-key-id: { env: FIXTURE_ID }\n    secret-access-key: { env: FIXTURE_TOKEN }\n"
#define PAGE(content) "<?xml version=\"1.0\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>b</Name>" \
	"<EncodingType>url</EncodingType>" content "</ListBucketResult>"
#define OBJECT(key, time, size) "<Contents><Key>" key "</Key><LastModified>" time "</LastModified><ETag>&quot;d4&quot;</ETag><Size>" size \
	"</Size><Owner><ID>x</ID></Owner></Contents>"
#define REFUSAL(code, more) "<?xml version=\"1.0\"?><Error><Code>" code "</Code><Message>No.</Message>" more "</Error>"
#define CLOCK "Date: Fri, 24 May 2013 12:00:00 GMT\r\n"
#define FIRST "GET /b?encoding-type=url&list-type=2&max-keys=1000"
#define SECOND "GET /b?continuation-token=n%2F2%3D%3D&encoding-type=url&list-type=2&max-keys=1000"

static void begin(Fixture *fixture, const FixtureRoute *routes) {
	setenv("FIXTURE_ID", "AKIDEXAMPLE", 1);
	fixture_begin(fixture, "s3", SYSTEM, routes);
	fixture_args(fixture, "bucket", "b", (char *) NULL);
}

Test(s3, objects_of_all_pages_are_counted_and_the_newest_is_found) {
	static const FixtureRoute routes[] = {
		{FIRST, 200, CLOCK, PAGE("<IsTruncated>true</IsTruncated><NextContinuationToken>n/2==</NextContinuationToken>"
			OBJECT("a", "2013-05-24T09:00:00.000Z", "1048576") OBJECT("new%20one%2Fb", "2013-05-24T10:00:00.000Z", "1024")), LOOPBACK_WHOLE},
		{SECOND, 200, CLOCK, PAGE("<IsTruncated>false</IsTruncated>" OBJECT("c", "2013-05-23T10:00:00.000Z", "0")), LOOPBACK_WHOLE}, {0}};
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Reading) reading = {0};
	begin(&fixture, routes);
	fixture_read(&fixture, "s3.bucket", &reading);
	cr_expect_eq(reading.state, READING_OK, "%s %s", reading.text, reading.reason);
	assert_text("text", reading.text, "newest 2 h, 3 objects, 1.0 MiB");
	AUTO_FREE char *facts = json_text(reading.facts);
	assert_text("facts", facts, "{\"bucket\":\"b\",\"count\":3,\"bytes\":1049600,\"empty\":1,\"newest\":1369389600000,\"newest_key\":\"new one/b\",\"newest_bytes\":1024,\"age\":7200000}");
	cr_expect(strstr(reading.reason, "behind ours"), "%s", reading.reason);
}

Test(s3, what_changed_since_the_last_look_is_told) {
	static const FixtureRoute before[] = {{FIRST, 200, CLOCK, PAGE(OBJECT("a", "2013-05-24T09:00:00.000Z", "10")), LOOPBACK_WHOLE}, {0}};
	static const FixtureRoute after[] = {{FIRST, 200, "Date: Fri, 24 May 2013 12:02:00 GMT\r\n", PAGE(
		OBJECT("a", "2013-05-24T12:01:00.000Z", "8") OBJECT("c", "2013-05-24T12:01:00.000Z", "12")), LOOPBACK_WHOLE}, {0}};
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Reading) first = {0};
	AUTO_CLEAR(Reading) second = {0};
	begin(&fixture, before);
	fixture_read(&fixture, "s3.bucket", &first);
	fixture.routes = after;
	fixture_read(&fixture, "s3.bucket", &second);
	cr_expect_null(json_get(first.facts, "count_change"));
	cr_expect_eq(json_get_int(second.facts, "count_change", 0), 1);
	assert_text("text", second.text, "newest 1 m, 2 objects, 20 bytes");
	cr_expect(strstr(second.reason, "since last looked at: +1 objects, +10 bytes"), "%s", second.reason);
	JSON_EACH(fact, second.facts)
		cr_expect_not_null(verb_find_field(&probe_find("s3.bucket")->spec, str_from(json_key(fact))), "%s", json_key(fact));
}

/* Amazon writes a space in a key as a plus sign, Swift as %20. */
Test(s3, a_key_is_told_as_it_is_however_it_was_encoded) {
	static const struct { const char *encoded, *key; } cases[] = {
		{"a+b%2Bc", "a b+c"}, {"a%20b%2Bc", "a b+c"}, {"100%25%2B", "100%+"}, {"%C3%BC", "\xc3\xbc"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_FREE char *page = bg_asprintf(PAGE(OBJECT("%s", "2013-05-24T09:00:00.000Z", "1")), cases[i].encoded);
		FixtureRoute routes[] = {{FIRST, 200, CLOCK, page, LOOPBACK_WHOLE}, {0}};
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		begin(&fixture, routes);
		fixture_read(&fixture, "s3.bucket", &reading);
		assert_text(cases[i].encoded, json_get_string_or(reading.facts, "newest_key", "-"), cases[i].key);
	}
}

Test(s3, age_and_number_are_judged_where_limits_are_given) {
	static const FixtureRoute one[] = {{FIRST "*", 200, CLOCK, PAGE(OBJECT("a", "2013-05-24T09:00:00.000Z", "10")), LOOPBACK_WHOLE}, {0}};
	static const FixtureRoute none[] = {{FIRST "*", 200, CLOCK, PAGE("<KeyCount>0</KeyCount>"), LOOPBACK_WHOLE}, {0}};
	static const FixtureRoute hollow[] = {{FIRST "*", 200, CLOCK, PAGE(OBJECT("a", "2013-05-24T09:00:00.000Z", "0")), LOOPBACK_WHOLE}, {0}};
	static const FixtureRoute folder[] = {{FIRST "*", 200, CLOCK, PAGE(OBJECT("a%2F", "2013-05-24T09:00:00.000Z", "0")), LOOPBACK_WHOLE}, {0}};
	static const struct { const FixtureRoute *routes; const char *name, *value; ReadingState state; const char *reason; } cases[] = {
		{one, "max-age", "4h", READING_OK, NULL},
		{one, "max-age", "2h", READING_WARN, "nothing is newer than 2 h 00 m"},
		{none, "max-age", "2h", READING_FAIL, "there is no object"},
		{none, "prefix", "daily/", READING_FAIL, "no object below daily/"},
		{hollow, "max-age", "4h", READING_WARN, "its newest object is empty: look at a"},
		{folder, "max-age", "4h", READING_OK, NULL},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		begin(&fixture, cases[i].routes);
		fixture_args(&fixture, "bucket", "b", cases[i].name, cases[i].value, (char *) NULL);
		fixture_read(&fixture, "s3.bucket", &reading);
		cr_expect_eq(reading.state, cases[i].state, "case %zu: %s", i, reading.text);
		if (cases[i].reason)
			cr_expect(strstr(reading.reason, cases[i].reason), "case %zu: %s", i, reading.reason);
	}
}

Test(s3, refusals_are_told_with_what_to_do) {
	static const struct { int status; const char *body, *text, *reason; } cases[] = {
		{403, REFUSAL("SignatureDoesNotMatch", ""), "secret key is not the one of this access key", "credentials come from"},
		{403, REFUSAL("AccessDenied", ""), "may not list it", "s3:ListBucket"},
		{403, REFUSAL("RequestTimeTooSkewed", ""), "clocks are too far apart", "clock"},
		{404, REFUSAL("NoSuchBucket", ""), "no such bucket", "check its name"},
		{400, REFUSAL("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"), "wrong region", "set region: eu-west-1"},
		{503, REFUSAL("SlowDown", ""), "fewer requests", "every:"},
		{200, REFUSAL("InternalError", ""), "error of its own", "status page"},
		{418, REFUSAL("Teapot", ""), "(status 418, Teapot): No.", "endpoint"},
		{404, "<html>nothing here</html>", "no such bucket", "check its name"},
		{200, "<html>log in</html>", "not a listing", "endpoint"},
		{200, "{}", "XML is broken", "endpoint"},
		{200, PAGE("<IsTruncated>true</IsTruncated>"), "says not where", "endpoint"},
		{200, PAGE(OBJECT("a", "2013-05-24T09:00:00.000Z", "ten")), "no key, size or time", "endpoint"},
		{200, PAGE(OBJECT("a", "yesterday", "10")), "a time that is none", "endpoint"},
		{200, "<!DOCTYPE x [<!ENTITY e \"boom\">]>" PAGE(""), "document type declaration", "endpoint"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		FixtureRoute routes[] = {{"*", cases[i].status, NULL, cases[i].body, LOOPBACK_WHOLE}, {0}};
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		begin(&fixture, routes);
		fixture_read(&fixture, "s3.bucket", &reading);
		/* That there is none is what the store itself said: seen, and bad. */
		cr_expect_eq(reading.state, strstr(cases[i].body, "NoSuchBucket") ? READING_FAIL : READING_UNKNOWN, "case %zu: %s", i, reading.text);
		cr_expect(strstr(reading.text, cases[i].text), "case %zu: %s", i, reading.text);
		cr_expect(reading.reason && strstr(reading.reason, cases[i].reason), "case %zu: %s", i, reading.reason);
		assert_no_secret(reading.text, "hush-hush");
	}
}

Test(s3, every_fault_leaves_a_reading_unknown_with_a_reason) {
	for (const FixtureFault *fault = FIXTURE_FAULTS; fault->name; fault++) {
		FixtureRoute routes[2];
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		begin(&fixture, routes);
		fixture_fault(&fixture, fault, routes);
		fixture_read(&fixture, "s3.bucket", &reading);
		cr_expect_eq(reading.state, READING_UNKNOWN, "%s: %s", fault->name, reading.text);
		cr_expect(reading.reason && *reading.reason, "%s has no reason", fault->name);
	}
}

Test(s3, amazons_addresses_have_the_bucket_in_the_host_unless_it_has_dots) {
	static const struct { const char *bucket, *more, *url; } cases[] = {
		{"content-live", "", "https://content-live.s3.eu-west-1.amazonaws.com"},
		{"content.live", "", "https://s3.eu-west-1.amazonaws.com/content.live"},
		{"content-live", ", path-style: true", "https://s3.eu-west-1.amazonaws.com/content-live"},
		{"content-live", ", endpoint: \"https://store:9000/\", path-style: false", "https://content-live.store:9000"},
		{"content-live", ", endpoint: \"https://store:9000/\"", "https://store:9000/content-live"},
		{"evil.example/x?y", "", "https://s3.eu-west-1.amazonaws.com/evil.example%2Fx%3Fy"},
		{"evil@x", "", "https://evil%40x.s3.eu-west-1.amazonaws.com"},
	};
	setenv("FIXTURE_TOKEN", "x", 1);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		AUTO(Environment) *environment = NULL;
		AUTO_CLEAR(Buf) text = {0};
		AUTO_CLEAR(S3) s3 = {0};
		buf_printf(&text, "name: t\nkind: live\nsystems:\n  s: { provider: s3, region: eu-west-1, access-key-id: { env: FIXTURE_TOKEN },"
			" secret-access-key: { env: FIXTURE_TOKEN }%s }\n", cases[i].more);
		assert_ok(environment_parse(buf_str(&text), "e.yaml", &environment, &err), &err);
		Call call = {.environment = environment, .system = &environment->systems[0]};
		assert_ok(s3_open(&call, &s3, &err), &err);
		AUTO_FREE char *url = s3_bucket_url(&s3, cases[i].bucket);
		assert_text(cases[i].bucket, url, cases[i].url);
	}
}

Test(s3, a_page_that_breaks_off_is_asked_again_and_counted_once) {
	static const FixtureRoute routes[] = {
		{FIRST, 200, CLOCK, PAGE("<IsTruncated>true</IsTruncated><NextContinuationToken>n/2==</NextContinuationToken>"
			OBJECT("a", "2013-05-24T09:00:00.000Z", "1")), LOOPBACK_WHOLE},
		{SECOND, 200, CLOCK, PAGE(OBJECT("c", "2013-05-23T10:00:00.000Z", "5")), LOOPBACK_TRUNCATE}, {0}};
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Reading) reading = {0};
	begin(&fixture, routes);
	fixture_read(&fixture, "s3.bucket", &reading);
	cr_expect_eq(reading.state, READING_UNKNOWN, "a part is not a sum");
	cr_expect(strstr(reading.text, "truncated"), "%s", reading.text);
	AUTO_FREE char *log = loopback_log(fixture.server);
	size_t asked = 0;
	for (const char *at = log; (at = strstr(at, "continuation-token")); at++)
		asked++;
	cr_expect_eq(asked, 4, "%zu", asked);
}

/* A store that checks signatures, which nobody here wrote: OpenStack Swift's s3api, or any other. TEST_S3_PREFIX and TEST_S3_COUNT, the
 * number of objects below it, may be given too. */
Test(s3, a_real_store_accepts_the_signatures) {
	const char *endpoint = getenv("TEST_S3_ENDPOINT"), *bucket = getenv("TEST_S3_BUCKET"), *key = getenv("TEST_S3_ACCESS_KEY");
	if (!endpoint || !bucket || !key || !getenv("TEST_S3_SECRET_KEY"))
		cr_skip_test("no real store: set TEST_S3_ENDPOINT, TEST_S3_BUCKET, TEST_S3_ACCESS_KEY and TEST_S3_SECRET_KEY");
	Error err;
	AUTO(Environment) *environment = NULL;
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, "name: t\nkind: live\nsystems:\n  s: { provider: s3, endpoint: \"%s\", access-key-id: { env: TEST_S3_ACCESS_KEY },"
		" secret-access-key: { env: TEST_S3_SECRET_KEY } }\n", endpoint);
	assert_ok(environment_parse(buf_str(&text), "e.yaml", &environment, &err), &err);
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "bucket", bucket);
	json_add_string(args, "prefix", getenv("TEST_S3_PREFIX"));
	Call call = {.environment = environment, .system = &environment->systems[0], .args = args, .deadline = {mono_now().ms + 50000}};
	AUTO_CLEAR(Reading) reading = {0};
	probe_find("s3.bucket")->read(&call, &reading);
	cr_expect_eq(reading.state, READING_OK, "%s: %s", reading.text, reading.reason);
	const char *count = getenv("TEST_S3_COUNT");
	int64_t wanted;
	if (count && str_parse_int(str_from(count), &wanted))
		cr_expect_eq(json_get_int(reading.facts, "count", -1), wanted, "%s", reading.text);
	json_add_string(args, "bucket", "no-such-bucket-here");
	AUTO_CLEAR(Reading) missing = {0};
	probe_find("s3.bucket")->read(&call, &missing);
	cr_expect(strstr(missing.text, "no such bucket"), "%s", missing.text);
	setenv("TEST_S3_SECRET_KEY", "wrong", 1);
	json_add_string(args, "bucket", bucket);
	AUTO_CLEAR(Reading) refused = {0};
	probe_find("s3.bucket")->read(&call, &refused);
	cr_expect(strstr(refused.text, "not the one of this access key"), "%s", refused.text);
}
