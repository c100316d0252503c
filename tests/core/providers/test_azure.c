/* Azure: pages of blobs, their newest, the days that have none, signatures, and what the service or a SAS can say instead. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/azure/azure.h"
#include "fixture.h"

#define SIGNATURE "hush-hush%2Bhush%3D"
#define SAS "sv=2021-12-02&sr=c&sp=rl&se=2030-01-01T00%3A00%3A00Z&sig=" SIGNATURE
#define BY_SAS "    account: backups1\n    sas: { env: AZURE_SAS }\n"
#define BY_KEY "    account: devstoreaccount1\n    key: { env: AZURE_KEY }\n"
#define KEY "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="   /* the emulator's, known to all */
#define BOM "\xef\xbb\xbf"
#define PAGE(content, marker) BOM "<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"http://h/\" ContainerName=\"b\">" \
	"<MaxResults>5000</MaxResults><Blobs>" content "</Blobs><NextMarker>" marker "</NextMarker></EnumerationResults>"
#define TIERED(attribute, name, time, size, tier) "<Blob><Name" attribute ">" name "</Name><Properties><Creation-Time>" time "</Creation-Time>" \
	"<Last-Modified>" time "</Last-Modified><Etag>0x1</Etag><Content-Length>" size "</Content-Length><AccessTier>" tier "</AccessTier></Properties></Blob>"
#define BLOB(name, time, size) TIERED("", name, time, size, "Hot")
#define CLOCK "Date: Fri, 24 May 2013 12:00:00 GMT\r\n"
#define NINE "Fri, 24 May 2013 09:00:00 GMT"
#define TEN "Fri, 24 May 2013 10:00:00 GMT"
#define QUERY "comp=list&maxresults=5000&restype=container"
#define FIRST "GET /b?" QUERY
#define SECOND "GET /b?comp=list&marker=n%2F2%3D%3D&maxresults=5000&restype=container"

static void begin(Fixture *fixture, const char *system, const FixtureRoute *routes) {
	setenv("AZURE_SAS", "?" SAS, 1);
	setenv("AZURE_KEY", KEY, 1);
	fixture_begin(fixture, "azure", system, routes);
	fixture_args(fixture, "container", "b", (char *) NULL);
}

Test(azure, blobs_of_all_pages_are_counted_and_the_newest_is_found) {
	/* The page in between is empty and goes on all the same. */
	static const FixtureRoute routes[] = {
		{FIRST "*", 200, CLOCK, PAGE(BLOB("a", NINE, "1048576") TIERED(" Encoded=\"true\"", "new%20one%2Fb%FF", TEN, "1024", "Cool"), "n/2=="), LOOPBACK_WHOLE},
		{SECOND "*", 200, CLOCK, PAGE("", "n3"), LOOPBACK_WHOLE},
		{"GET /b?comp=list&marker=n3&*", 200, CLOCK, PAGE(BLOB("c &amp; d", "Thu, 23 May 2013 10:00:00 GMT", "0")
			"<Blob><Name>folder</Name><Properties><Last-Modified>Fri, 24 May 2013 11:00:00 GMT</Last-Modified><Content-Length>0</Content-Length>"
			"<ResourceType>directory</ResourceType></Properties></Blob>", ""), LOOPBACK_WHOLE}, {0}};
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Reading) reading = {0};
	begin(&fixture, BY_SAS, routes);
	fixture_read(&fixture, "azure.container", &reading);
	cr_expect_eq(reading.state, READING_OK, "%s %s", reading.text, reading.reason);
	assert_text("text", reading.text, "newest 2 h, 1.0 KiB, of 3 blobs");
	AUTO_FREE char *facts = json_text(reading.facts);
	assert_text("facts", facts, "{\"container\":\"b\",\"count\":3,\"bytes\":1049600,\"empty\":1,\"newest\":1369389600000,\"newest_name\":\"new one/b\xef\xbf\xbd\","
		"\"newest_bytes\":1024,\"newest_tier\":\"Cool\",\"age\":7200000,\"bytes_before\":1048576}");
	cr_expect(strstr(reading.reason, "behind ours"), "%s", reading.reason);
	JSON_EACH(fact, reading.facts)
		cr_expect_not_null(verb_find_field(&probe_find("azure.container")->spec, str_from(json_key(fact))), "%s", json_key(fact));
	AUTO_FREE char *log = loopback_log(fixture.server);
	cr_expect(strstr(log, FIRST "&" SAS " "), "the SAS stands behind the query: %s", log);
}

/* The string to sign was checked against Azurite; what signs it here is Python's hmac. */
Test(azure, a_request_is_signed_as_the_service_checks_it) {
	static const AzureField plain[] = {{"comp", "list"}, {"restype", "container"}};
	static const AzureField odd[] = {{"comp", "list"}, {"marker", "n/2=="}, {"maxresults", "5000"}, {"prefix", "a b/+\xc3\xbc"}, {"restype", "container"}};
	static const struct { const char *account, *path; const AzureField *fields; size_t count; const char *wanted; } CASES[] = {
		{"devstoreaccount1", "/devstoreaccount1/backups", plain, 2, "SharedKey devstoreaccount1:gzNLgjoNCrr1z4N/28xOIJDXbJYhV/f1H+wioLp6Zcc="},
		{"myaccount", "/backups", odd, 5, "SharedKey myaccount:0ANVtQXmtgXr+JByY8q57nfGARlcF3cqj87nM3Ylags="},
	};
	AUTO(Secret) *key = secret_new(STR(KEY), "test");
	AUTO(Secret) *broken = secret_new(STR("no base64!"), "test");
	Error err;
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO(Secret) *authorization = NULL;
		assert_ok(azure_shared_key(CASES[i].account, key, str_from(CASES[i].path), CASES[i].fields, CASES[i].count, "Fri, 24 May 2013 12:00:41 GMT", "2021-12-02",
			&authorization, &err), &err);
		assert_text(CASES[i].account, secret_reveal(authorization), CASES[i].wanted);
	}
	AUTO(Secret) *none = NULL;
	assert_refused(azure_shared_key("x", broken, STR("/b"), plain, 2, "", "", &none, &err), &err, ERROR_INVALID, "not in base64");
}

static void answer_signed(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	buf_put_str(userdata, str_from(request->head));
	buf_puts(&reply->headers, CLOCK);
	buf_puts(&reply->body, PAGE(BLOB("a", NINE, "10"), ""));
}

Test(azure, a_key_is_never_sent_and_its_signature_is_in_the_head) {
	static const FixtureRoute none[] = {{0}};
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Reading) reading = {0};
	AUTO_CLEAR(Buf) heads = {0};
	AUTO(Loopback) *server = loopback_start(answer_signed, &heads);
	begin(&fixture, BY_KEY, none);
	AUTO_FREE char *text = bg_asprintf("name: t\nkind: live\nsystems:\n  s: { provider: azure, account: devstoreaccount1, url: \"%s/devstoreaccount1/\","
		" key: { env: AZURE_KEY } }\n", loopback_url(server));
	Error err;
	AUTO(Environment) *environment = NULL;
	assert_ok(environment_parse(str_from(text), "e.yaml", &environment, &err), &err);
	fixture.call.environment = environment;
	fixture.call.system = &environment->systems[0];
	fixture_read(&fixture, "azure.container", &reading);
	cr_assert_eq(reading.state, READING_OK, "%s %s", reading.text, reading.reason);
	const char *head = buf_text(&heads);
	cr_expect(strstr(head, "GET /devstoreaccount1/b?" QUERY " "), "%s", head);
	cr_expect(strstr(head, "Authorization: SharedKey devstoreaccount1:") && strstr(head, "x-ms-version: 2021-12-02\r\n")
		&& strstr(head, "x-ms-date: Fri, 24 May 2013 12:00:41 GMT\r\n") && !strstr(head, "\r\nContent-Type:"), "%s", head);
	cr_expect(!strstr(head, KEY));
	fixture.call.environment = fixture.environment;
	fixture.call.system = &fixture.environment->systems[0];
}

/* The nights of a container, newest first: 'x' a whole backup, '-' none, 'o' an empty one, 's' one of half the size. */
static char *nights(const char *pattern) {
	static const char *const WEEKDAYS[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
	AUTO_CLEAR(Buf) out = {0};
	buf_puts(&out, "<EnumerationResults><Blobs>");
	for (int64_t i = 0; pattern[i]; i++) {
		char time[WALL_TEXT_SIZE];
		wall_format_http((WallTime){(INT64_C(15849) - i) * 86400000 + 3 * 3600000}, time);   /* 2013-05-24 03:00 */
		cr_assert(strstr(time, WEEKDAYS[(15849 - i) % 7]));
		if (pattern[i] != '-')
			buf_printf(&out, "<Blob><Name>%lld</Name><Properties><Last-Modified>%s</Last-Modified><Content-Length>%d</Content-Length></Properties></Blob>",
				(long long) i, time, pattern[i] == 'o' ? 0 : pattern[i] == 's' ? 500000 : 1000000);
	}
	buf_puts(&out, "</Blobs><NextMarker/></EnumerationResults>");
	return buf_take(&out);
}

Test(azure, age_size_and_retention_are_judged_where_limits_are_given) {
	static const struct { const char *nights, *name, *value; ReadingState state; const char *reason; } CASES[] = {
		{"xxxxxxx", "max-age", "26h", READING_OK, NULL},
		{"-xxxxxx", "max-age", "26h", READING_WARN, "nothing is newer than 26 h 00 m"},
		{"", "max-age", "26h", READING_FAIL, "there is no blob"},
		{"", "prefix", "daily/", READING_FAIL, "no blob below daily/"},
		{"oxxxxxx", "max-age", "26h", READING_WARN, "its newest blob is empty"},
		{"xxxxxxx", "min-size", "1000000", READING_OK, NULL},
		{"xxxxxxx", "min-size", "1000001", READING_WARN, "has only 1,000,000 bytes, less than 1,000,001"},
		{"sxxxxxx", "shrink", "50", READING_OK, NULL},
		{"sxxxxxx", "shrink", "49", READING_WARN, "50 % smaller than those before it (977 KiB)"},
		{"xsssssss", "shrink", "10", READING_OK, NULL},
		{"xxsxxxx", "shrink", "10", READING_OK, NULL},           /* one that was odd does not move the median */
		{"x", "shrink", "10", READING_OK, NULL},
		{"xxxxxxx", "retention", "7", READING_OK, NULL},
		{"xxxxxxxxxxxxxx", "retention", "7", READING_OK, NULL},
		{"-xxxxxxx", "retention", "7", READING_OK, NULL},        /* today's has not run yet, and the one of seven days ago is there */
		{"-xxxxxx", "retention", "7", READING_WARN, "no backup: May 17 or today: look"},
		{"xx-xx-x", "retention", "7", READING_WARN, "of the last 7 days these have no backup: May 19, May 22"},
		{"xxoxxxx", "retention", "7", READING_WARN, "no backup: May 22: look"},
		{"x", "retention", "9", READING_WARN, "May 16, May 17, May 18, May 19, May 20 and 3 more"},
		{"xxxxxxx", "retention", "0", READING_UNKNOWN, "write a number from 1 to 400"},
		{"xxxxxxx", "shrink", "100", READING_UNKNOWN, "write a number from 1 to 99"},
		{"xxxxxxx", "min-size", "-1", READING_UNKNOWN, "write a number of bytes"},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_FREE char *body = nights(CASES[i].nights);
		FixtureRoute routes[] = {{"GET /b?*", 200, CLOCK, body, LOOPBACK_WHOLE}, {0}};
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		begin(&fixture, BY_SAS, routes);
		fixture_args(&fixture, "container", "b", CASES[i].name, CASES[i].value, (char *) NULL);
		fixture_read(&fixture, "azure.container", &reading);
		cr_expect_eq(reading.state, CASES[i].state, "case %zu: %s: %s", i, reading.text, reading.reason);
		if (CASES[i].reason)
			cr_expect(strstr(reading.reason, CASES[i].reason), "case %zu: %s", i, reading.reason);
	}
}

Test(azure, an_archived_backup_is_not_at_hand) {
	static const FixtureRoute routes[] = {{FIRST "*", 200, CLOCK, PAGE(TIERED("", "a", NINE, "10", "Archive"), ""), LOOPBACK_WHOLE}, {0}};
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Reading) reading = {0};
	begin(&fixture, BY_SAS, routes);
	fixture_read(&fixture, "azure.container", &reading);
	cr_expect_eq(reading.state, READING_WARN, "%s", reading.text);
	cr_expect(strstr(reading.reason, "archived: have it rehydrated first"), "%s", reading.reason);
}

#define REFUSAL(code) "<?xml version=\"1.0\"?><Error><Code>" code "</Code><Message>No. RequestId:1 Time:2</Message>" \
	"<AuthenticationErrorDetail>the signature " SIGNATURE " and hush-hush+hush= are not good</AuthenticationErrorDetail></Error>"

Test(azure, refusals_are_told_with_what_to_do) {
	static const struct { int status; const char *headers, *body, *text, *reason; } CASES[] = {
		{403, CLOCK, REFUSAL("AuthenticationFailed"), "its SAS is not good", "make a new one"},
		{403, "Date: Fri, 24 May 2013 13:00:41 GMT\r\n", REFUSAL("AuthenticationFailed"), "too far apart for a signature: Azure's is 1 h 00 m ahead of ours", "set this machine's clock"},
		{403, "Date: Tue, 01 Jan 2030 00:00:01 GMT\r\n", REFUSAL("AuthenticationFailed"), "SAS has expired by Azure's clock", "clock"},
		{403, "x-ms-error-code: AuthorizationPermissionMismatch\r\n", "", "may not list it", "sp=rl"},
		{403, CLOCK, REFUSAL("AuthorizationFailure"), "refuses these credentials, or this network", "network rules"},
		{404, CLOCK, REFUSAL("ContainerNotFound"), "no such container", "check its name"},
		{409, CLOCK, REFUSAL("ContainerBeingDeleted"), "being deleted", "soft delete"},
		{400, CLOCK, REFUSAL("OutOfRangeInput"), "can be no container's name", "3 to 63"},
		{503, CLOCK, REFUSAL("ServerBusy"), "fewer requests", "every:"},
		{200, CLOCK, REFUSAL("InternalError"), "error of its own", "status page"},
		{418, CLOCK, REFUSAL("Teapot"), "not expected (status 418, Teapot)", "url"},
		{404, CLOCK, "<html>nothing here</html>", "no such container", "check its name"},
		{200, CLOCK, "<html>log in</html>", "not a listing", "url"},
		{200, CLOCK, "{}", "XML is broken", "url"},
		{200, CLOCK, PAGE(BLOB("a", NINE, "1"), "again"), "does not get on", "url"},
		{200, CLOCK, "<EnumerationResults><Blobs/></EnumerationResults>", "does not say whether it goes on", "url"},
		{200, CLOCK, PAGE(BLOB("a", NINE, "ten"), ""), "no name, size or time", "url"},
		{200, CLOCK, PAGE(BLOB("a", "yesterday", "10"), ""), "a time that is none", "url"},
		{200, CLOCK, "<!DOCTYPE x [<!ENTITY e \"boom\">]><EnumerationResults/>", "document type declaration", "url"},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		FixtureRoute routes[] = {{"*", CASES[i].status, CASES[i].headers, CASES[i].body, LOOPBACK_WHOLE}, {0}};
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		begin(&fixture, BY_SAS, routes);
		fixture_read(&fixture, "azure.container", &reading);
		/* That there is none is what the store itself said: seen, and bad. */
		cr_expect_eq(reading.state, strstr(CASES[i].body, "ContainerNotFound") ? READING_FAIL : READING_UNKNOWN, "case %zu: %s", i, reading.text);
		cr_expect(strstr(reading.text, CASES[i].text), "case %zu: %s", i, reading.text);
		cr_expect(reading.reason && strstr(reading.reason, CASES[i].reason), "case %zu: %s", i, reading.reason);
		assert_no_secret(reading.text, "hush-hush");
		assert_no_secret(reading.reason, "hush-hush");
	}
}

Test(azure, a_wrong_key_is_told_apart_from_a_wrong_clock) {
	static const struct { const char *headers, *text; } CASES[] = {
		{CLOCK, "the key is not one of the account devstoreaccount1"},
		{"Date: Fri, 24 May 2013 11:30:00 GMT\r\n", "Azure's is 30 m 41 s behind ours"},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		FixtureRoute routes[] = {{"*", 403, CASES[i].headers, REFUSAL("AuthenticationFailed"), LOOPBACK_WHOLE}, {0}};
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		begin(&fixture, BY_KEY, routes);
		fixture_read(&fixture, "azure.container", &reading);
		cr_expect(reading.state == READING_UNKNOWN && strstr(reading.text, CASES[i].text), "%s", reading.text);
	}
}

/* Nobody is asked with a SAS that cannot do it. */
Test(azure, a_sas_says_itself_what_it_cannot_do) {
	static const struct { const char *sas, *text, *reason; } CASES[] = {
		{"sv=2021-12-02&sr=c&sp=rl&se=2013-05-24T11%3A00%3A00Z&sig=" SIGNATURE, "its SAS has expired: May 24 11:00Z", "make a new one"},
		{"sv=2021-12-02&sr=c&sp=rl&se=2013-05-24&sig=" SIGNATURE, "its SAS has expired: May 24 00:00Z", "make a new one"},
		{"sr=c&sp=rl&st=2013-05-24T13%3A00Z&sig=" SIGNATURE, "not good before May 24 13:00Z", "clock"},
		{"sr=c&sp=r&sig=" SIGNATURE, "does not permit listing", "sp=rl"},
		{"sr=b&sp=rl&sig=" SIGNATURE, "is for one blob", "sr=c"},
		{"ss=q&srt=co&sp=rl&sig=" SIGNATURE, "not for blobs", "sr=c"},
		{"ss=bq&srt=o&sp=rl&sig=" SIGNATURE, "cannot list a container", "sr=c"},
		{"sr=c&sp=rl&spr=https&sig=" SIGNATURE, "permits https only", "https://"},
		{"sr=c&sp=rl", "the SAS is none", "SAS token of the container"},
		{"https://x.blob.core.windows.net/b?sr=c&sp=rl&sig=" SIGNATURE, "the SAS is none", "not an address"},
	};
	static const FixtureRoute routes[] = {{"*", 200, CLOCK, PAGE(BLOB("a", NINE, "1"), ""), LOOPBACK_WHOLE}, {0}};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		begin(&fixture, BY_SAS, routes);
		setenv("AZURE_SAS", CASES[i].sas, 1);
		fixture_read(&fixture, "azure.container", &reading);
		AUTO_FREE char *log = loopback_log(fixture.server);
		cr_expect_eq(reading.state, READING_UNKNOWN, "%s: %s", CASES[i].sas, reading.text);
		cr_expect(strstr(reading.text, CASES[i].text) && strstr(reading.reason, CASES[i].reason), "%s: %s (%s)", CASES[i].sas, reading.text, reading.reason);
		cr_expect_str_empty(log, "asked all the same: %s", log);
		assert_no_secret(reading.text, "hush-hush");
		assert_no_secret(reading.reason, "hush-hush");
	}
}

Test(azure, a_sas_that_ends_soon_is_told) {
	static const FixtureRoute routes[] = {{"*", 200, "Date: Fri, 24 May 2013 12:00:41 GMT\r\n", PAGE(BLOB("a", NINE, "1"), ""), LOOPBACK_WHOLE}, {0}};
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Reading) reading = {0};
	begin(&fixture, BY_SAS, routes);
	setenv("AZURE_SAS", "ss=b&srt=c&sp=l&se=2013-05-27T12:00Z&sig=" SIGNATURE, 1);
	fixture_read(&fixture, "azure.container", &reading);
	cr_expect(reading.state == READING_OK && strstr(reading.reason, "its SAS expires in 2 days"), "%s: %s", reading.text, reading.reason);
}

Test(azure, a_system_has_an_account_and_one_kind_of_credentials) {
	static const struct { const char *system, *why; } CASES[] = {
		{"account: backups1, sas: { env: X }", NULL}, {"account: backups1, key: { env: X }", NULL},
		{"account: backups1, url: \"http://127.0.0.1:10000/backups1\", key: { env: X }", NULL},
		{"sas: { env: X }", "account"}, {"account: backups1", "sas or key is missing"},
		{"account: backups1, key: { env: X }, sas: { env: X }", "one of them is enough"}, {"account: Backups_1, sas: { env: X }", "3 to 24 small letters"},
		{"account: backups1, url: \"https://x/?sig=1\", sas: { env: X }", "a SAS is a secret"}, {"account: backups1, token: { env: X }", "token"},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		Error err;
		AUTO(Environment) *environment = NULL;
		AUTO_FREE char *text = bg_asprintf("name: t\nkind: live\nsystems:\n  s: { provider: azure, %s }\n", CASES[i].system);
		assert_ok(environment_parse(str_from(text), "e.yaml", &environment, &err), &err);
		bool ok = AZURE_PROVIDER.check_system(environment, &environment->systems[0], &err);
		cr_expect_eq(ok, CASES[i].why == NULL, "%s: %s", CASES[i].system, err.why);
		cr_expect(ok || strstr(err.why, CASES[i].why), "%s: %s", CASES[i].system, err.why);
	}
}

Test(azure, every_fault_leaves_a_reading_unknown_with_a_reason) {
	for (const FixtureFault *fault = FIXTURE_FAULTS; fault->name; fault++) {
		FixtureRoute routes[2];
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		begin(&fixture, BY_SAS, routes);
		fixture_fault(&fixture, fault, routes);
		fixture_read(&fixture, "azure.container", &reading);
		cr_expect_eq(reading.state, READING_UNKNOWN, "%s: %s", fault->name, reading.text);
		cr_expect(reading.reason && *reading.reason, "%s has no reason", fault->name);
		assert_no_secret(reading.text, "hush-hush");
		assert_no_secret(reading.reason, "hush-hush");
	}
}

Test(azure, a_page_that_breaks_off_is_asked_again_and_counted_once) {
	static const FixtureRoute routes[] = {
		{FIRST "*", 200, CLOCK, PAGE(BLOB("a", NINE, "1"), "n/2=="), LOOPBACK_WHOLE},
		{SECOND "*", 200, CLOCK, PAGE(BLOB("c", NINE, "5"), ""), LOOPBACK_TRUNCATE}, {0}};
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Reading) reading = {0};
	begin(&fixture, BY_SAS, routes);
	fixture_read(&fixture, "azure.container", &reading);
	cr_expect_eq(reading.state, READING_UNKNOWN, "a part is not a sum");
	cr_expect(strstr(reading.text, "truncated"), "%s", reading.text);
	AUTO_FREE char *log = loopback_log(fixture.server);
	size_t asked = 0;
	for (const char *at = log; (at = strstr(at, "marker=")); at++)
		asked++;
	cr_expect_eq(asked, 4, "%zu", asked);
}
