/* The simulated Fastly on the wire: services, versions that lock, objects, what has no versions, rate limits. */
#include "core/base/alloc.h"
#include "core/sandbox/sim_fastly.h"
#include "ground.h"

#define ID "SANDBOXservice00000001"
#define S "/service/" ID
#define LIVE "ocw-content-live-production.s3.us-east-1.amazonaws.com"
#define BACKUP "ocw-content-backup-live-production.s3.us-east-1.amazonaws.com"

Test(sandbox_fastly, refuses_in_fastlys_words) {
	static const GroundCall none = {.token = ""}, wrong = {.token = "wrong"}, form = {.body = "address=x"};
	static const struct { const char *method, *target; const GroundCall *call; int status; const char *msg; } cases[] = {
		{"GET", "/service", &none, 401, "Provided credentials are missing or invalid"},
		{"GET", "/service", &wrong, 401, "Provided credentials are missing or invalid"},
		{"GET", "/service/search?name=nobody", NULL, 400, "Bad request"},        /* no such name: 400, not 404 */
		{"GET", "/service/none", NULL, 404, "Record not found"},
		{"GET", "/service/none/details", NULL, 404, "Record not found"},
		{"GET", S "/version/9999", NULL, 404, "Record not found"},
		{"GET", S "/version/x/backend", NULL, 404, "Record not found"},
		{"GET", S "/version/76/nothing", NULL, 404, "Record not found"},
		{"GET", S "/version/76/backend/none", NULL, 404, "Record not found"},
		{"GET", S "/dictionary/none/items", NULL, 404, "Record not found"},
		{"GET", S "/snippet/none", NULL, 404, "Record not found"},
		{"GET", S "/diff/from/1/to/76", NULL, 404, "Record not found"},
		{"PUT", S "/version/76/backend/origin-s3", &form, 422, "Version locked"},
		{"DELETE", S "/version/76/backend/origin-s3", NULL, 422, "Version locked"},
		{"POST", S "/version/76/backend", &form, 422, "Version locked"},
		{"PUT", S "/version/76/settings", &form, 422, "Version locked"},
		{"GET", "/nothing", NULL, 404, "Record not found"},
	};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		int status = ground_ask(&ground, "fastly", cases[i].method, cases[i].target, cases[i].call);
		cr_expect_eq(status, cases[i].status, "%s %s: %d", cases[i].method, cases[i].target, status);
		cr_expect_str_eq(ground_field(&ground, "msg"), cases[i].msg, "%s: %s", cases[i].target, ground_body(&ground));
	}
	ground_expect(&ground, 422, "fastly", "DELETE", S "/version/76/backend/origin-s3", NULL);
	ground_expect_field(&ground, "detail", "Version '76' for service '" ID "' is locked");
}

Test(sandbox_fastly, services_are_listed_found_and_told_in_full) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "fastly", "GET", "/service?page=1&per_page=100&sort=created&direction=descend", NULL);
	ground_expect_field(&ground, "0/name", "ocw-live");
	ground_expect_field(&ground, "0/version", "76");
	ground_expect(&ground, 200, "fastly", "GET", "/service?page=2", NULL);
	cr_expect_str_eq(ground_body(&ground), "[]");
	ground_expect(&ground, 200, "fastly", "GET", "/service/search?name=ocw-live", NULL);
	ground_expect_field(&ground, "id", ID);
	ground_expect(&ground, 200, "fastly", "GET", S "/details", NULL);
	ground_expect_field(&ground, "active_version/number", "76");
	ground_expect_field(&ground, "active_version/backends/0/address", LIVE);
	ground_expect_field(&ground, "version/snippets/0/version", "76");
	cr_expect(json_is_string(json_get(json_at(json_get(json_get(ground.json, "version"), "snippets"), 0), "version")));
	cr_expect(json_is_string(json_get(json_at(json_get(json_get(ground.json, "version"), "dictionaries"), 0), "created_at")));
	cr_expect(json_is_bool(json_get(json_at(json_get(json_get(ground.json, "version"), "backends"), 0), "use_ssl")));
	ground_expect(&ground, 200, "fastly", "GET", S "/domain", NULL);
	ground_expect_field(&ground, "0/name", "ocw.example.edu");
}

Test(sandbox_fastly, a_version_is_cloned_edited_validated_and_activated) {
	static const GroundCall edit = {.body = "address=" BACKUP "&override_host=" BACKUP "&ssl_check_cert=0&port=8443"};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/76/clone", NULL);
	ground_expect_field(&ground, "number", "77");
	ground_expect_field(&ground, "active", "false");
	ground_expect_field(&ground, "locked", "false");
	ground_expect(&ground, 200, "fastly", "GET", S "/version/77/backend", NULL);
	ground_expect_field(&ground, "0/version", "77");          /* every object tells the clone's number */
	ground_expect(&ground, 200, "fastly", "GET", S "/version/77/snippet", NULL);
	ground_expect_field(&ground, "0/version", "77");
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/77/backend/origin-s3", &edit);
	ground_expect_field(&ground, "address", BACKUP);
	ground_expect_field(&ground, "hostname", BACKUP);         /* mirrors the address */
	ground_expect_field(&ground, "ssl_check_cert", "false");  /* forms say 0 and 1, answers say booleans */
	ground_expect_field(&ground, "port", "8443");
	ground_expect_field(&ground, "ssl_sni_hostname", LIVE);   /* what was not sent stays */
	ground_expect(&ground, 200, "fastly", "GET", S "/version/76/backend/origin-s3", NULL);
	ground_expect_field(&ground, "address", LIVE);
	ground_expect(&ground, 200, "fastly", "GET", S "/version/77/validate", NULL);
	ground_expect_field(&ground, "status", "ok");
	ground_expect(&ground, 200, "fastly", "GET", S "/diff/from/76/to/77", NULL);
	ground_expect_field(&ground, "from", "76");
	cr_expect(strstr(ground_body(&ground), "-  address: " LIVE) && strstr(ground_body(&ground), "+  address: " BACKUP), "%s",
		ground_body(&ground));
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/77/activate", NULL);
	ground_expect_field(&ground, "active", "true");
	ground_expect_field(&ground, "locked", "true");
	ground_expect(&ground, 200, "fastly", "GET", S "/version", NULL);
	ground_expect_field(&ground, "0/active", "false");        /* activating one deactivates the other */
	ground_expect_field(&ground, "0/locked", "true");
	ground_expect_field(&ground, "1/active", "true");
	ground_expect(&ground, 422, "fastly", "PUT", S "/version/77/backend/origin-s3", &edit);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/76/activate", NULL);   /* the way back: a locked version */
	ground_expect(&ground, 200, "fastly", "GET", S "/details", NULL);
	ground_expect_field(&ground, "active_version/number", "76");
}

Test(sandbox_fastly, a_diff_shows_only_what_was_changed) {
	static const GroundCall backend = {.body = "override_host=x.example"}, check = {.body = "host=x.example"};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/76/clone", NULL);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/77/backend/origin-s3", &backend);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/77/healthcheck/origin-s3%20health", &check);
	ground_expect(&ground, 200, "fastly", "GET", S "/diff/from/-2/to/-1", NULL);
	ground_expect_field(&ground, "to", "77");
	size_t changed = 0;
	Str rest = str_from(json_get_string(ground.json, "diff")), line;
	while (str_next_line(&rest, &line))
		changed += str_starts(line, "-") || str_starts(line, "+");
	cr_expect_eq(changed, 4, "%s", json_get_string(ground.json, "diff"));
}

Test(sandbox_fastly, a_diff_of_an_added_object_shows_it_and_nothing_else) {
	static const GroundCall add = {.body = "name=second&address=b.example"};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/76/clone", NULL);
	ground_expect(&ground, 200, "fastly", "POST", S "/version/77/backend", &add);
	ground_expect(&ground, 200, "fastly", "GET", S "/diff/from/76/to/77", NULL);
	Str rest = str_from(json_get_string(ground.json, "diff")), line;
	while (str_next_line(&rest, &line))
		cr_expect(!str_starts(line, "-"), "%.*s", STR_ARG(line));
	cr_expect(strstr(json_get_string(ground.json, "diff"), "+- name: second"));
}

Test(sandbox_fastly, objects_of_a_draft_can_be_made_renamed_and_deleted) {
	static const GroundCall add = {.body = "name=second+one%2Ftwo&address=b.example&port=80"}, rename = {.body = "name=third"},
		nameless = {.body = "address=x"};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/76/clone", NULL);
	ground_expect(&ground, 200, "fastly", "POST", S "/version/77/backend", &add);
	ground_expect_field(&ground, "name", "second one/two");
	ground_expect_field(&ground, "service_id", ID);
	ground_expect(&ground, 409, "fastly", "POST", S "/version/77/backend", &add);
	ground_expect_field(&ground, "msg", "Duplicate record");
	ground_expect(&ground, 400, "fastly", "POST", S "/version/77/backend", &nameless);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/77/backend/second%20one%2Ftwo", &rename);
	ground_expect(&ground, 200, "fastly", "GET", S "/version/77/backend/third", NULL);
	ground_expect(&ground, 200, "fastly", "DELETE", S "/version/77/backend/third", NULL);
	ground_expect_field(&ground, "status", "ok");
	ground_expect(&ground, 404, "fastly", "GET", S "/version/77/backend/third", NULL);
}

Test(sandbox_fastly, a_version_that_cannot_be_is_not_valid_and_not_activated) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/76/clone", NULL);
	ground_expect(&ground, 200, "fastly", "DELETE", S "/version/77/domain/ocw.example.edu", NULL);
	ground_expect(&ground, 200, "fastly", "GET", S "/version/77/validate", NULL);
	ground_expect_field(&ground, "status", "error");
	ground_expect(&ground, 400, "fastly", "PUT", S "/version/77/activate", NULL);
	ground_expect(&ground, 200, "fastly", "GET", S "/version/76", NULL);
	ground_expect_field(&ground, "active", "true");
}

Test(sandbox_fastly, items_and_settings_name_the_bucket_too) {
	static const GroundCall host = {.body = "general.default_host=x.example"};
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "fastly", "GET", S "/dictionary/SANDBOXdictionary00001/items?per_page=10000", NULL);
	ground_expect_field(&ground, "1/item_value", "https://" LIVE "/ans7870/");
	size_t all = json_count(ground.json);
	ground_expect(&ground, 200, "fastly", "GET", S "/dictionary/SANDBOXdictionary00001/items?per_page=1&page=2", NULL);
	cr_expect_eq(json_count(ground.json), 1);
	ground_expect_field(&ground, "0/item_key", "/ans7870");
	ground_expect(&ground, 200, "fastly", "GET", S "/dictionary/SANDBOXdictionary00001/items?page=2", NULL);
	cr_expect_eq(json_count(ground.json), 0, "%zu items, and a second page", all);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/76/clone", NULL);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/77/settings", &host);
	ground_expect(&ground, 200, "fastly", "GET", S "/version/77/settings", NULL);
	cr_expect_str_eq(json_get_string(ground.json, "general.default_host"), "x.example");
	ground_expect_field(&ground, "version", "77");
}

Test(sandbox_fastly, a_dynamic_snippet_tells_its_content_outside_of_versions) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "fastly", "GET", S "/version/76/snippet", NULL);
	const char *id = NULL;
	JSON_EACH(snippet, ground.json)
		if (text_eq(json_get_string(snippet, "dynamic"), "1")) {
			id = json_get_string(snippet, "id");
			cr_expect(json_is_null(json_get(snippet, "content")));
		}
	cr_assert_not_null(id, "no snippet of the sandbox is dynamic");
	AUTO_FREE char *target = bg_asprintf(S "/snippet/%s", id);
	ground_expect(&ground, 200, "fastly", "GET", target, NULL);
	cr_expect(strlen(ground_field(&ground, "content")) > 5);
}

Test(sandbox_fastly, writes_tell_how_many_are_left_and_reads_do_not) {
	AUTO_CLEAR(Ground) ground = {0};
	ground_begin(&ground, NULL);
	ground_expect(&ground, 200, "fastly", "GET", "/service", NULL);
	cr_expect_null(http_header(&ground.answer, "Fastly-RateLimit-Remaining").ptr);
	ground_expect(&ground, 200, "fastly", "PUT", S "/version/76/clone", NULL);
	cr_expect(str_eq_c(http_header(&ground.answer, "Fastly-RateLimit-Remaining"), "999"));
	int64_t reset = 0;
	cr_expect(str_parse_int(http_header(&ground.answer, "Fastly-RateLimit-Reset"), &reset) && reset * 1000 > wall_now().ms);
}

static int ask_directly(SimFastly *fastly, const char *method, WallTime now) {
	AUTO_CLEAR(SimRequest) request = {0};
	AUTO_CLEAR(SimReply) reply = {.status = 500};
	sim_request_init(&request, method, "/service/s/version/1/lock");
	sim_fields_add(&request.headers, "fastly-key", "k");
	sim_fastly_handle(fastly, &request, &reply, now);
	return reply.status;
}

Test(sandbox_fastly, changes_over_the_hours_limit_are_refused_until_the_next) {
	AUTO(SimFastly) *fastly = sim_fastly_new();
	WallTime now = {1700000000000};
	Json *objects = json_new_object();
	sim_fastly_add_token(fastly, "k");
	sim_fastly_add_service(fastly, "s", "s", 1, objects, now);
	sim_fastly_set_writes_left(fastly, 2, (WallTime){now.ms + 1000});
	cr_expect_eq(ask_directly(fastly, "PUT", now), 200);
	cr_expect_eq(ask_directly(fastly, "PUT", now), 200);
	cr_expect_eq(ask_directly(fastly, "PUT", now), 429);
	cr_expect_eq(ask_directly(fastly, "GET", now), 404, "reading is not limited");
	cr_expect_eq(ask_directly(fastly, "PUT", (WallTime){now.ms + 1000}), 200);
}
