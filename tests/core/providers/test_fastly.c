/* Fastly: names exchanged as whole labels, plans field by field, and nobody's activation overlooked. */
#include "core/base/alloc.h"
#include "core/providers/fastly/fastly.h"
#include "fixture.h"

#define SYSTEM "    service: ocw-live\n    token: { env: FIXTURE_TOKEN }\n"
#define ID "1234567890abcdefABCD12"
#define S "/service/" ID
#define SERVICE {"GET /service/search?name=ocw-live", 200, NULL, "{\"id\":\"" ID "\",\"name\":\"ocw-live\"}", LOOPBACK_WHOLE}
#define V(number, active, locked) "{\"number\":" number ",\"active\":" active ",\"locked\":" locked "}"
#define VERSIONS {"GET " S "/version", 200, NULL, "[" V("76", "true", "true") "," V("77", "false", "false") "]", LOOPBACK_WHOLE}
#define OLD_HOST "content-live.s3.us-east-1.amazonaws.com"
#define NEW_HOST "content-backup-live.s3.us-east-1.amazonaws.com"
#define BACKEND(host) "[{\"name\":\"origin s3\",\"address\":\"" host "\",\"hostname\":\"" host "\",\"override_host\":\"" host "\"," \
	"\"ssl_sni_hostname\":\"" host "\",\"ssl_cert_hostname\":\"" host "\",\"ssl_client_key\":\"KEYMATERIAL\",\"port\":443," \
	"\"version\":1}]"
#define CHECK(host) "[{\"name\":\"hc\",\"host\":\"" host "\",\"path\":\"/\"}]"
/* Kinds that a test says nothing about are empty; settings is one object. */
#define REST {"GET " S "/version/76/settings", 200, NULL, "{\"general.default_host\":\"\"}", LOOPBACK_WHOLE}, \
	{"GET " S "/version/77/settings", 200, NULL, "{\"general.default_host\":\"\"}", LOOPBACK_WHOLE}, \
	{"GET " S "/version/77/validate", 200, NULL, "{\"status\":\"ok\",\"msg\":null}", LOOPBACK_WHOLE}, \
	{"GET " S "/version/*", 200, NULL, "[]", LOOPBACK_WHOLE}, {0}
#define GET(path, body) {"GET " S path, 200, NULL, body, LOOPBACK_WHOLE}

Test(fastly, names_are_found_and_exchanged_as_whole_labels) {
	static const struct { const char *value, *from, *to, *expected; } cases[] = {
		{OLD_HOST, "content-live", "content-backup-live", NEW_HOST},
		{"s3://Content-Live/x,content-live", "content-live", "b", "s3://b/x,b"},
		{"content-live-2.s3.amazonaws.com", "content-live", "b", NULL},
		{"old-content-live.s3.amazonaws.com", "content-live", "b", NULL},
		{"content_live", "content", "b", NULL},
		{"content-backup-live.s3", "content-live", "b", NULL},
		{"content-live\\.s3", "content-live", "b", "b\\.s3"},
		{"x", "", "b", NULL},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_FREE char *out = fastly_exchange(cases[i].value, cases[i].from, cases[i].to);
		assert_text(cases[i].value, out ? out : "-", cases[i].expected ? cases[i].expected : "-");
		cr_expect_eq(fastly_names(cases[i].value, cases[i].from), cases[i].expected != NULL);
	}
}

Test(fastly, a_clone_is_planned_made_and_found) {
	static const FixtureRoute before[] = {SERVICE, {"GET " S "/version", 200, NULL, "[" V("76", "true", "true") "]", LOOPBACK_WHOLE}, {0}};
	static const FixtureRoute after[] = {SERVICE, VERSIONS,
		{"PUT " S "/version/76/clone", 200, NULL, V("77", "false", "false"), LOOPBACK_WHOLE}, {0}};
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	fixture_begin(&fixture, "fastly", SYSTEM, before);
	fixture_args(&fixture, "version", "active", (char *) NULL);
	assert_ok(fixture_plan(&fixture, "fastly.clone", &plan, &err), &err);
	AUTO_FREE char *changes = fixture_changes(&plan);
	assert_text("changes", changes, "a new draft of service ocw-live: becomes a copy of v76");
	fixture.routes = after;
	assert_ok(fixture_apply(&fixture, "fastly.clone", &plan, &result, &err), &err);
	assert_text("value", result.value, "77");
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
}

Test(fastly, a_clone_whose_answer_was_lost_is_not_known) {
	static const FixtureRoute before[] = {SERVICE, {"GET " S "/version", 200, NULL, "[" V("76", "true", "true") "]", LOOPBACK_WHOLE}, {0}};
	static const FixtureRoute after[] = {SERVICE, VERSIONS, {"PUT " S "/version/76/clone", 200, NULL, "", LOOPBACK_CLOSE}, {0}};
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	fixture_begin(&fixture, "fastly", SYSTEM, before);
	assert_ok(fixture_plan(&fixture, "fastly.clone", &plan, &err), &err);
	fixture.routes = after;
	assert_refused(fixture_apply(&fixture, "fastly.clone", &plan, &result, &err), &err, ERROR_IO, "without an answer");
	cr_expect(result.began);
	assert_ok(action_find("fastly.clone")->verify(&fixture.call, &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_UNKNOWN);
	cr_expect(strstr(result.evidence, "v77 appeared meanwhile"), "%s", result.evidence);
}

static const FixtureRoute REPLACE_BEFORE[] = {SERVICE, VERSIONS, GET("/version/77/backend", BACKEND(OLD_HOST)),
	GET("/version/77/healthcheck", CHECK(OLD_HOST)),
	GET("/version/77/dictionary", "[{\"name\":\"redirects\",\"id\":\"d1\",\"write_only\":false}]"),
	GET("/dictionary/d1/items*", "[{\"item_key\":\"/a\",\"item_value\":\"https://content-live/a\"}]"), REST};

Test(fastly, a_replacement_is_planned_field_by_field_and_names_what_it_leaves) {
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	fixture_begin(&fixture, "fastly", SYSTEM, REPLACE_BEFORE);
	fixture_args(&fixture, "version", "77", "from", "content-live", "to", "content-backup-live", (char *) NULL);
	assert_ok(fixture_plan(&fixture, "fastly.replace", &plan, &err), &err);
	AUTO_FREE char *changes = fixture_changes(&plan);
	assert_text("changes", changes, "backend origin s3 address: " OLD_HOST " -> " NEW_HOST "\n"
		"backend origin s3 override host: " OLD_HOST " -> " NEW_HOST "\n"
		"backend origin s3 SNI hostname: " OLD_HOST " -> " NEW_HOST "\n"
		"backend origin s3 certificate hostname: " OLD_HOST " -> " NEW_HOST "\n"
		"health check hc host: " OLD_HOST " -> " NEW_HOST);
	cr_assert_eq(plan.warnings.count, 2);
	assert_text("warning", plan.warnings.items[0], "still naming content-live: dictionary redirects item /a");
	cr_expect(strstr(plan.warnings.items[1], "they change at once"), "%s", plan.warnings.items[1]);
	cr_expect(strstr(plan.manual, " --version 77 --name 'origin s3' --address " NEW_HOST " --override-host " NEW_HOST
		" --ssl-sni-hostname " NEW_HOST " --ssl-cert-hostname " NEW_HOST "\nfastly healthcheck update"), "%s", plan.manual);
	cr_expect(strstr(plan.request, "/version/77/backend/origin%20s3 address=" NEW_HOST "&override_host="), "%s", plan.request);
	AUTO(Json) *json = plan_to_json(&plan);
	AUTO_FREE char *text = json_text(json);
	assert_no_secret(text, "KEYMATERIAL");
	assert_no_secret(text, "hush-hush");
}

Test(fastly, only_the_fields_that_are_named_change) {
	static const struct { const char *in; size_t count; } cases[] = {
		{"backends,hosts", 1}, {"override-host,sni-host,cert-host", 3}, {"healthcheck-host", 1}, {"all", 5},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Plan) plan = {0};
		fixture_begin(&fixture, "fastly", SYSTEM, REPLACE_BEFORE);
		fixture_args(&fixture, "version", "77", "from", "content-live", "to", "b", "in", cases[i].in, (char *) NULL);
		assert_ok(fixture_plan(&fixture, "fastly.replace", &plan, &err), &err);
		cr_expect_eq(plan.count, cases[i].count, "%s: %zu", cases[i].in, plan.count);
	}
}

Test(fastly, a_replacement_sends_changed_fields_and_looks_afterwards) {
	static const FixtureRoute during[] = {SERVICE, VERSIONS, GET("/version/77/backend", BACKEND(OLD_HOST)),
		{"PUT " S "/version/77/backend/origin%20s3", 200, "Fastly-RateLimit-Remaining: 3\r\nFastly-RateLimit-Reset: 1369396800\r\n", "{}",
			LOOPBACK_WHOLE}, REST};
	static const FixtureRoute after[] = {SERVICE, VERSIONS, GET("/version/77/backend", BACKEND(NEW_HOST)), REST};
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	const Action *replace = action_find("fastly.replace");
	fixture_begin(&fixture, "fastly", SYSTEM, during);
	fixture_args(&fixture, "version", "77", "from", "content-live", "to", "content-backup-live", "in", "address", (char *) NULL);
	assert_ok(fixture_plan(&fixture, "fastly.replace", &plan, &err), &err);
	assert_ok(replace->apply(&fixture.call, &plan, &result, &err), &err);
	AUTO_FREE char *log = loopback_log(fixture.server);
	cr_expect(strstr(log, "PUT " S "/version/77/backend/origin%20s3 address=" NEW_HOST "\n"), "%s", log);
	cr_assert_eq(result.warnings.count, 1);
	assert_text("limit", result.warnings.items[0], "Fastly allows only 3 more changes until May 24 12:00Z");
	assert_ok(replace->verify(&fixture.call, &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_NO, "the world still names the old one");
	fixture.routes = after;
	assert_ok(replace->verify(&fixture.call, &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
}

Test(fastly, a_version_that_cannot_be_edited_is_refused_before_anything_is_sent) {
	static const FixtureRoute routes[] = {SERVICE, VERSIONS, REST};
	static const struct { const char *version; ErrorKind kind; const char *why; } cases[] = {
		{"76", ERROR_CONFLICT, "v76 of ocw-live is active: it cannot be edited"},
		{"99", ERROR_MISSING, "has no version 99"},
		{"seven", ERROR_INVALID, "is no version"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		Error err;
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Plan) plan = {0};
		fixture_begin(&fixture, "fastly", SYSTEM, routes);
		fixture_args(&fixture, "version", cases[i].version, "from", "a", "to", "b", (char *) NULL);
		assert_refused(fixture_plan(&fixture, "fastly.replace", &plan, &err), &err, cases[i].kind, cases[i].why);
		cr_expect(*err.hint);
	}
}

static const FixtureRoute ACTIVATE_BEFORE[] = {SERVICE, VERSIONS, GET("/version/76/backend", BACKEND(OLD_HOST)),
	GET("/version/77/backend", BACKEND(NEW_HOST)), GET("/version/76/vcl", "[{\"name\":\"main\",\"content\":\"one\\ntwo\"}]"),
	GET("/version/77/vcl", "[{\"name\":\"main\",\"content\":\"one\\nthree\"}]"), REST};

Test(fastly, an_activation_is_planned_as_the_whole_difference) {
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	fixture_begin(&fixture, "fastly", SYSTEM, ACTIVATE_BEFORE);
	fixture_args(&fixture, "version", "77", (char *) NULL);
	assert_ok(fixture_plan(&fixture, "fastly.activate", &plan, &err), &err);
	AUTO_FREE char *changes = fixture_changes(&plan);
	cr_expect(str_starts(str_from(changes), "active version of ocw-live: v76 -> v77\n"), "%s", changes);
	cr_expect(strstr(changes, "backend origin s3 override host: " OLD_HOST " -> " NEW_HOST), "%s", changes);
	cr_expect(strstr(changes, "VCL main content: 7 bytes, sha256 "), "%s", changes);
	cr_expect(!strstr(changes, "KEYMATERIAL") && !strstr(changes, "two"), "%s", changes);
	cr_expect_eq(json_get_int(plan.basis, "active", 0), 76);
}

Test(fastly, an_activation_shows_warnings_keeps_the_version_before_and_is_looked_at) {
	static const FixtureRoute during[] = {SERVICE, VERSIONS, {"PUT " S "/version/77/activate", 200, NULL,
		"{\"number\":77,\"active\":true,\"locked\":true,\"msg\":\"Warning: No default director found\"}", LOOPBACK_WHOLE}, {0}};
	static const FixtureRoute after[] = {SERVICE,
		GET("/version", "[" V("76", "false", "true") "," V("77", "true", "true") "]"), {0}};
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	const Action *activate = action_find("fastly.activate");
	fixture_begin(&fixture, "fastly", SYSTEM, ACTIVATE_BEFORE);
	fixture_args(&fixture, "version", "77", (char *) NULL);
	assert_ok(fixture_plan(&fixture, "fastly.activate", &plan, &err), &err);
	fixture.routes = during;
	assert_ok(activate->apply(&fixture.call, &plan, &result, &err), &err);
	assert_text("previous", result.value, "76");
	cr_assert_eq(result.warnings.count, 1);
	assert_text("warning", result.warnings.items[0], "Fastly says: Warning: No default director found");
	fixture.routes = after;
	assert_ok(activate->verify(&fixture.call, &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES);
	char *verb = NULL;
	Json *args = NULL;
	cr_assert(activate->undo(&plan, result.values, &verb, &args));
	cr_expect_str_eq(verb, "fastly.activate");
	cr_expect(text_eq(json_get_string(args, "version"), "76"));
	free(verb);
	json_free(args);
	/* Done again it changes nothing, and what was kept the first time stays kept. */
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(ActionResult) second = {0};
	assert_ok(fixture_plan(&fixture, "fastly.activate", &again, &err), &err);
	assert_ok(activate->apply(&fixture.call, &again, &second, &err), &err);
	cr_expect(!second.began && !second.value && !json_get(second.values, "previous"), "%s", second.value ? second.value : "");
}

Test(fastly, an_activation_by_somebody_else_stops_it) {
	static const FixtureRoute meanwhile[] = {SERVICE,
		GET("/version", "[" V("76", "false", "true") "," V("77", "false", "false") "," V("78", "true", "true") "]"), {0}};
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	fixture_begin(&fixture, "fastly", SYSTEM, ACTIVATE_BEFORE);
	fixture_args(&fixture, "version", "77", (char *) NULL);
	assert_ok(fixture_plan(&fixture, "fastly.activate", &plan, &err), &err);
	fixture.routes = meanwhile;
	assert_refused(fixture_apply(&fixture, "fastly.activate", &plan, &result, &err), &err, ERROR_CONFLICT, "somebody activated v78 meanwhile");
	cr_expect(!result.began);
	AUTO_FREE char *log = loopback_log(fixture.server);
	cr_expect(!strstr(log, "PUT"), "%s", log);
}

Test(fastly, a_version_that_is_not_valid_is_not_planned) {
	static const FixtureRoute routes[] = {SERVICE, VERSIONS,
		GET("/version/77/validate", "{\"status\":\"error\",\"msg\":\"Syntax error\"}"), REST};
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	fixture_begin(&fixture, "fastly", SYSTEM, routes);
	fixture_args(&fixture, "version", "77", (char *) NULL);
	assert_refused(fixture_plan(&fixture, "fastly.activate", &plan, &err), &err, ERROR_INVALID, "v77 of ocw-live is not valid: Syntax error");
}

Test(fastly, grep_finds_every_kind_of_place) {
	static const FixtureRoute routes[] = {SERVICE, VERSIONS, GET("/version/77/backend", BACKEND(NEW_HOST)),
		GET("/version/77/pool", "[{\"name\":\"p\",\"id\":\"p1\"}]"),
		GET("/pool/p1/servers", "[{\"address\":\"content-live.example\",\"override_host\":null}]"),
		GET("/version/77/header", "[{\"name\":\"h\",\"src\":\"\\\"content-live\\\"\",\"dst\":\"x\"}]"),
		GET("/version/77/vcl", "[{\"name\":\"main\",\"content\":\"set req.http.Host = \\\"content-live.s3\\\";\"}]"),
		GET("/version/77/snippet", "[{\"name\":\"dyn\",\"id\":\"s1\",\"dynamic\":\"1\",\"content\":null}]"),
		GET("/snippet/s1", "{\"content\":\"content-live\"}"),
		GET("/version/77/dictionary", "[{\"name\":\"redirects\",\"id\":\"d1\",\"write_only\":false}]"),
		GET("/dictionary/d1/items*", "[{\"item_key\":\"/a\",\"item_value\":\"content-live\"},{\"item_key\":\"b\",\"item_value\":\"x\"}]"),
		GET("/version/77/settings", "{\"general.default_host\":\"content-live.example\"}"),
		GET("/version/77/logging/s3", "[{\"name\":\"log\",\"bucket_name\":\"content-live\",\"secret_key\":\"content-live\"}]"), REST};
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Reading) reading = {0};
	fixture_begin(&fixture, "fastly", SYSTEM, routes);
	fixture_args(&fixture, "version", "77", "text", "content-live", (char *) NULL);
	fixture_read(&fixture, "fastly.grep", &reading);
	cr_expect_eq(reading.state, READING_WARN, "%s", reading.text);
	assert_text("places", json_get_string(reading.facts, "places"), "pool p server address,header h src,settings general.default_host,"
		"VCL main content,dynamic snippet dyn content,dictionary redirects item /a,S3 log log bucket_name");
	cr_expect_eq(json_get_int(reading.facts, "count", 0), 7);
}

Test(fastly, nothing_found_is_not_claimed_where_not_everything_can_be_seen) {
	static const FixtureRoute routes[] = {SERVICE, VERSIONS,
		GET("/version/77/dictionary", "[{\"name\":\"keys\",\"id\":\"d1\",\"write_only\":true}]"), REST};
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Reading) reading = {0};
	fixture_begin(&fixture, "fastly", SYSTEM, routes);
	fixture_args(&fixture, "version", "latest", "text", "content-live", (char *) NULL);
	fixture_read(&fixture, "fastly.grep", &reading);
	cr_expect_eq(reading.state, READING_WARN);
	cr_expect(strstr(reading.reason, "dictionary keys is write-only"), "%s", reading.reason);
	cr_expect_null(json_get(reading.facts, "count"));
}

Test(fastly, the_service_tells_its_active_version_and_bucket) {
	static const FixtureRoute routes[] = {SERVICE, VERSIONS, GET("/version/76/backend", BACKEND(OLD_HOST)), REST};
	static const struct { const char *serves, *backup; ReadingState state; const char *text, *reason; } cases[] = {
		{"content-live", "content-backup-live", READING_OK, "v76 serves content-live", NULL},
		{"content-backup-live", "none", READING_WARN, "v76 serves content-live", "it should serve content-backup-live"},
		{"content-draft", "content-live", READING_WARN, "v76 serves the BACKUP bucket, content-live", "it should serve content-draft"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		fixture_begin(&fixture, "fastly", SYSTEM, routes);
		fixture_args(&fixture, "serves", cases[i].serves, "backup", cases[i].backup, (char *) NULL);
		fixture_read(&fixture, "fastly.service", &reading);
		cr_expect_eq(reading.state, cases[i].state);
		assert_text("text", reading.text, cases[i].text);
		cr_expect(cases[i].reason ? reading.reason && strstr(reading.reason, cases[i].reason) : !reading.reason, "%s", reading.reason);
		cr_expect_eq(json_get_bool(reading.facts, "serves_backup", false), strstr(cases[i].text, "BACKUP") != NULL);
		cr_expect_eq(json_get_int(reading.facts, "active", 0), 76);
	}
}

Test(fastly, a_service_that_is_not_there_is_named) {
	static const FixtureRoute routes[] = {{"GET /service/search*", 400, NULL, "{\"msg\":\"Bad request\"}", LOOPBACK_WHOLE}, {0}};
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Reading) reading = {0};
	fixture_begin(&fixture, "fastly", SYSTEM, routes);
	fixture_read(&fixture, "fastly.service", &reading);
	cr_expect_eq(reading.state, READING_UNKNOWN);
	cr_expect(strstr(reading.text, "no Fastly service named ocw-live"), "%s", reading.text);
}

/* The faults come where they hurt most: on the request that activates. */
Test(fastly, every_fault_of_an_activation_ends_in_an_error_that_helps) {
	for (const FixtureFault *fault = FIXTURE_FAULTS; fault->name; fault++) {
		Error err;
		FixtureRoute routes[] = {SERVICE, VERSIONS, {"PUT *", fault->status, NULL, fault->body, fault->fault}, {0}};
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Plan) plan = {0};
		AUTO_CLEAR(ActionResult) result = {0};
		fixture_begin(&fixture, "fastly", SYSTEM, ACTIVATE_BEFORE);
		fixture_args(&fixture, "version", "77", (char *) NULL);
		assert_ok(fixture_plan(&fixture, "fastly.activate", &plan, &err), &err);
		fixture.routes = routes;
		fixture.call.deadline = (MonoTime){mono_now().ms + (fault->fault == LOOPBACK_HANG ? 400 : 20000)};
		if (fault->status == 200 && !*fault->why)
			continue;   /* an odd but whole answer to an activation is settled by looking, not by its shape */
		cr_assert(!action_find("fastly.activate")->apply(&fixture.call, &plan, &result, &err), "%s", fault->name);
		assert_error(&err, fault->kind, fault->why);
		cr_expect(strstr(err.what, "activate v77") && *err.where && *err.hint, "%s: %s | %s | %s", fault->name, err.what, err.where, err.hint);
		cr_expect(result.began, "%s", fault->name);
		assert_no_secret(err.why, "hush-hush");
	}
}

Test(fastly, every_fault_leaves_a_reading_unknown_with_a_reason) {
	for (const FixtureFault *fault = FIXTURE_FAULTS; fault->name; fault++) {
		FixtureRoute routes[2];
		AUTO_CLEAR(Fixture) fixture = {0};
		AUTO_CLEAR(Reading) reading = {0};
		fixture_begin(&fixture, "fastly", SYSTEM, routes);
		fixture_fault(&fixture, fault, routes);
		fixture_read(&fixture, "fastly.service", &reading);
		cr_expect_eq(reading.state, READING_UNKNOWN, "%s: %s", fault->name, reading.text);
		cr_expect(reading.reason && *reading.reason, "%s has no reason", fault->name);
	}
}

Test(fastly, fastlys_own_words_are_part_of_the_error) {
	static const FixtureRoute routes[] = {SERVICE, VERSIONS, {"PUT *", 422, NULL,
		"{\"msg\":\"Version locked\",\"detail\":\"Version '77' for service 'SID' is locked\"}", LOOPBACK_WHOLE}, {0}};
	Error err;
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	fixture_begin(&fixture, "fastly", SYSTEM, ACTIVATE_BEFORE);
	fixture_args(&fixture, "version", "77", (char *) NULL);
	assert_ok(fixture_plan(&fixture, "fastly.activate", &plan, &err), &err);
	fixture.routes = routes;
	assert_refused(fixture_apply(&fixture, "fastly.activate", &plan, &result, &err), &err, ERROR_INVALID,
		"Version locked: Version '77' for service 'SID' is locked");
}
