/* The simulated CouchDB, request by request: what CouchDB's documentation and source say that it answers. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/sandbox/sim_couch_data.h"
#include "couch_ask.h"

typedef struct Row { CouchSent sent; int status; const char *said; } Row;

/* One after the other, to one CouchDB. */
static void walk(SimCouch *couch, const Row *rows, size_t count) {
	for (size_t i = 0; i < count; i++) {
		AUTO_CLEAR(CouchReply) reply = {0};
		couch_send_to(couch, &rows[i].sent, &reply);
		cr_expect_eq(reply.status, rows[i].status, "row %zu: %s %s: %d %s", i, rows[i].sent.method, rows[i].sent.target, reply.status, reply.body);
		cr_expect(strstr(reply.body, rows[i].said), "row %zu: %s %s: %s", i, rows[i].sent.method, rows[i].sent.target, reply.body);
		cr_expect(text_eq(sim_fields_get(&reply.headers, "Server"), "CouchDB/" SIM_COUCH_VERSION " (Erlang OTP/26)"));
	}
}
#define WALK(couch, rows) walk(couch, rows, BG_LENGTH(rows))
#define ASK(m, t) {.method = m, .target = t}
#define SAY(m, t, b) {.method = m, .target = t, .body = b}

Test(sim_couch, who_asks_is_told_what_he_may) {
	AUTO(SimCouch) *couch = couch_begin();
	static const Row rows[] = {
		{{.method = "GET", .target = "/", .login = ""}, 200, "{\"couchdb\":\"Welcome\",\"version\":\"" SIM_COUCH_VERSION "\""},
		{{.method = "GET", .target = "/_up", .login = ""}, 200, "{\"status\":\"ok\",\"seeds\":{}}\n"},
		{{.method = "GET", .target = "/_all_dbs", .login = ""}, 401, "{\"error\":\"unauthorized\",\"reason\":\"You are not a server admin.\"}\n"},
		{{.method = "GET", .target = "/_membership", .login = ""}, 401, "You are not a server admin."},
		{{.method = "PUT", .target = "/a", .login = ""}, 401, "You are not a server admin."},
		{{.method = "GET", .target = "/", .login = "admin:wrong"}, 401, "{\"error\":\"unauthorized\",\"reason\":\"Name or password is incorrect.\"}\n"},
		{{.method = "GET", .target = "/_up", .login = "root:" COUCH_TEST_PASSWORD}, 401, "Name or password is incorrect."},
		{{.method = "POST", .target = "/_session", .login = "", .body = "{\"name\":\"admin\",\"password\":\"no\"}"}, 401, "Name or password is incorrect."},
		{{.method = "POST", .target = "/_session", .login = "", .body = "{}"}, 400, "request body must contain a username"},
		{{.method = "POST", .target = "/_session", .login = "", .body = "name=admin&password=" COUCH_TEST_PASSWORD, .type = "application/x-www-form-urlencoded"}, 200,
			"{\"ok\":true,\"name\":\"admin\",\"roles\":[\"_admin\"]}\n"},
		{{.method = "GET", .target = "/_session", .login = ""}, 200, "\"userCtx\":{\"name\":null,\"roles\":[]}"},
		{ASK("GET", "/_session"), 200, "\"userCtx\":{\"name\":\"admin\",\"roles\":[\"_admin\"]}"},
		{ASK("DELETE", "/_session"), 200, "{\"ok\":true}\n"},
		{ASK("PUT", "/a"), 201, "{\"ok\":true}"},
		{{.method = "GET", .target = "/a", .login = ""}, 401, "You are not authorized to access this db."},
		{{.method = "GET", .target = "/nowhere", .login = ""}, 404, "{\"error\":\"not_found\",\"reason\":\"Database does not exist.\"}\n"},
		{SAY("PUT", "/a/_security", "{\"admins\":{},\"members\":{\"names\":[],\"roles\":[]}}"), 200, "{\"ok\":true}"},
		{{.method = "GET", .target = "/a", .login = ""}, 200, "\"db_name\":\"a\""},
	};
	WALK(couch, rows);
	AUTO_CLEAR(CouchReply) reply = {0};
	couch_send_to(couch, &(CouchSent){.method = "POST", .target = "/_session", .login = "", .body = "{\"name\":\"admin\",\"password\":\"" COUCH_TEST_PASSWORD "\"}"}, &reply);
	AUTO_FREE char *cookie = bg_strdup(sim_fields_get(&reply.headers, "Set-Cookie"));
	*strchr(cookie, ';') = '\0';
	couch_send_to(couch, &(CouchSent){.method = "GET", .target = "/_all_dbs", .login = "", .header = "Cookie", .value = cookie}, &reply);
	assert_text("with the cookie", reply.body, "[\"a\"]\n");
	sim_couch_delete(couch);
	sim_couch_run(couch, 0, true);
	couch_send_to(couch, &(CouchSent){.method = "GET", .target = "/_all_dbs", .login = "", .header = "Cookie", .value = cookie}, &reply);
	cr_expect_eq(reply.status, 401, "a cookie from before the stateful set was deleted: %s", reply.body);
}

Test(sim_couch, databases_are_made_told_and_removed) {
	AUTO(SimCouch) *couch = couch_begin();
	static const Row rows[] = {
		{ASK("PUT", "/openedx_users"), 201, "{\"ok\":true}\n"},
		{ASK("PUT", "/openedx_users/"), 412, "{\"error\":\"file_exists\",\"reason\":\"The database could not be created, the file already exists.\"}\n"},
		{ASK("PUT", "/Users"), 400, "\"error\":\"illegal_database_name\",\"reason\":\"Name: 'Users'. Only lowercase characters (a-z)"},
		{ASK("PUT", "/_mine"), 400, "illegal_database_name"},
		{ASK("PUT", "/a%2Fb?q=4"), 201, "{\"ok\":true}"},
		{ASK("GET", "/a%2Fb"), 200, "\"db_name\":\"a/b\""},
		{ASK("GET", "/a%2Fb"), 200, "\"cluster\":{\"q\":4,\"n\":3,\"w\":2,\"r\":2}"},
		{ASK("GET", "/_all_dbs"), 200, "[\"a/b\",\"openedx_users\"]\n"},
		{ASK("GET", "/openedx_users/_security"), 200, "{\"members\":{\"roles\":[\"_admin\"]},\"admins\":{\"roles\":[\"_admin\"]}}\n"},
		{SAY("PUT", "/openedx_users/_security", "{\"members\":{\"names\":[1]}}"), 500, "names must be a JSON list of strings"},
		{SAY("PUT", "/openedx_users/_security", "[]"), 400, "Request body must be a JSON object"},
		{ASK("DELETE", "/a%2Fb?rev=1-a"), 400, "You tried to DELETE a database with a ?=rev parameter."},
		{ASK("DELETE", "/a%2Fb"), 200, "{\"ok\":true}\n"},
		{ASK("DELETE", "/a%2Fb"), 404, "Database does not exist."},
		{ASK("PATCH", "/openedx_users"), 405, "{\"error\":\"method_not_allowed\",\"reason\":\"Only DELETE,GET,HEAD,POST allowed\"}\n"},
		{ASK("PUT", "/_up"), 400, "illegal_database_name"},
		{ASK("POST", "/_membership"), 404, "Database does not exist."},
		{SAY("PUT", "/openedx_users/_all_docs", "{}"), 400, "Only reserved document ids may start with underscore."},
		{ASK("PATCH", "/openedx_users/_bulk_docs"), 405, "Only POST allowed"},
		{SAY("POST", "/openedx_users/_find", "{}"), 501, "not_implemented"},
		{ASK("GET", "/openedx_users/a/b/c/d"), 404, "missing"},
	};
	WALK(couch, rows);
}

Test(sim_couch, a_document_goes_from_revision_to_revision) {
	AUTO(SimCouch) *couch = couch_begin();
	/* The hash is of what is in the document: the same edit gives the same revision everywhere. */
	static const Row rows[] = {
		{ASK("PUT", "/d"), 201, ""},
		{ASK("GET", "/d/x"), 404, "{\"error\":\"not_found\",\"reason\":\"missing\"}\n"},
		{SAY("PUT", "/d/x", "{\"n\":1}"), 201, "{\"ok\":true,\"id\":\"x\",\"rev\":\"1-"},
		{SAY("PUT", "/d/x", "{\"n\":2}"), 409, "{\"error\":\"conflict\",\"reason\":\"Document update conflict.\"}\n"},
		{SAY("PUT", "/d/x", "{\"n\":2,\"_rev\":\"1-0\"}"), 409, "Document update conflict."},
		{SAY("PUT", "/d/x", "{\"n\":2,\"_rev\":\"none\"}"), 400, "Invalid rev format"},
		{SAY("PUT", "/d/x", "{\"n\":2,\"_rev\":\"1-0\"}"), 409, ""},
		{SAY("PUT", "/d/y", "{\"_rev\":\"1-abc\"}"), 409, "Document update conflict."},
		{SAY("PUT", "/d/_x", "{}"), 400, "illegal_docid"},
		{SAY("PUT", "/d/y", "{\"_odd\":1}"), 400, "{\"error\":\"doc_validation\",\"reason\":\"Bad special document member: _odd\"}\n"},
		{SAY("PUT", "/d/y", "[1]"), 400, "Request body must be a JSON object"},
		{SAY("PUT", "/d/y", "{"), 400, "{\"error\":\"bad_request\",\"reason\":\"invalid UTF-8 JSON\"}\n"},
		{SAY("POST", "/d", "{\"_id\":\"p\",\"a\":1}"), 201, "\"id\":\"p\""},
		{SAY("POST", "/d", "{\"_id\":\"q\",\"_rev\":\"1-abc\"}"), 409, "Document update conflict."},
		{{.method = "POST", .target = "/d", .body = "a=1", .type = "application/x-www-form-urlencoded"}, 415, "Content-Type must be application/json"},
		{ASK("DELETE", "/d/x"), 409, "conflict"},
		{ASK("DELETE", "/d/none"), 404, "missing"},
		{SAY("PUT", "/d/_design/v", "{\"views\":{}}"), 201, "\"id\":\"_design/v\""},
		{ASK("GET", "/d/_design/v"), 200, "{\"_id\":\"_design/v\",\"_rev\":\"1-"},
		{ASK("GET", "/d/_design/v/_view/a"), 501, "not_implemented"},
		{ASK("GET", "/d"), 200, "\"doc_del_count\":0,\"doc_count\":3"},
	};
	WALK(couch, rows);
	AUTO_CLEAR(CouchReply) reply = {0};
	couch_send_to(couch, &(CouchSent)ASK("GET", "/d/x"), &reply);
	AUTO_FREE char *first = bg_strdup(json_get_string(reply.json, "_rev"));
	AUTO_FREE char *edit = bg_asprintf("{\"_rev\":\"%s\",\"n\":2}", first);
	AUTO_FREE char *old = bg_asprintf("/d/x?rev=%s", first);
	couch_send_to(couch, &(CouchSent)SAY("PUT", "/d/x", edit), &reply);
	AUTO_FREE char *second = bg_strdup(json_get_string(reply.json, "rev"));
	cr_expect(str_starts(str_from(second), "2-"), "%s", reply.body);
	AUTO_FREE char *removal = bg_asprintf("/d/x?rev=%s", second);
	const Row more[] = {
		{ASK("GET", "/d/x?revs=true"), 200, "\"n\":2,\"_revisions\":{\"start\":2,\"ids\":["},
		{ASK("GET", old), 404, "missing"},
		{ASK("DELETE", old), 409, "conflict"},
		{ASK("DELETE", removal), 200, "\"rev\":\"3-"},
		{ASK("GET", "/d/x"), 404, "{\"error\":\"not_found\",\"reason\":\"deleted\"}\n"},
		{ASK("GET", "/d"), 200, "\"doc_del_count\":1,\"doc_count\":2"},
		{SAY("PUT", "/d/x", "{\"n\":4}"), 201, "\"rev\":\"4-"},
		{{.method = "DELETE", .target = "/d/p", .header = "If-Match", .value = "\"1-0\""}, 409, "conflict"},
	};
	WALK(couch, more);
}

Test(sim_couch, many_documents_come_in_one_request) {
	AUTO(SimCouch) *couch = couch_begin();
	static const Row rows[] = {
		{ASK("PUT", "/d"), 201, ""},
		{SAY("POST", "/none/_bulk_docs", "{\"docs\":[]}"), 404, "Database does not exist."},
		{SAY("POST", "/d/_bulk_docs", "{}"), 400, "POST body must include `docs` parameter."},
		{SAY("POST", "/d/_bulk_docs", "{\"docs\":1}"), 400, "`docs` parameter must be an array."},
		{SAY("POST", "/d/_bulk_docs", "{\"docs\":[],\"new_edits\":1}"), 400, "`new_edits` parameter must be a boolean."},
		{SAY("POST", "/d/_bulk_docs", "{\"docs\":[1]}"), 400, "Document must be a JSON object"},
		{SAY("POST", "/d/_bulk_docs", "{\"docs\":[{\"_id\":\"a\"},{\"_id\":\"b\"}]}"), 201, "[{\"ok\":true,\"id\":\"a\",\"rev\":\"1-"},
		{SAY("POST", "/d/_bulk_docs", "{\"docs\":[{\"_id\":\"a\"},{\"_id\":\"c\"}]}"), 201,
			"[{\"id\":\"a\",\"error\":\"conflict\",\"reason\":\"Document update conflict.\"},{\"ok\":true,\"id\":\"c\",\"rev\":\"1-"},
		{SAY("POST", "/d/_bulk_docs", "{\"new_edits\":false,\"docs\":[{\"_id\":\"e\"}]}"), 400, "When `new_edits: false`, the document needs `_rev` or `_revisions` specified"},
		{SAY("POST", "/d/_bulk_docs", "{\"new_edits\":false,\"docs\":[{\"_id\":\"e\",\"_rev\":\"3-abc\",\"n\":1}]}"), 201, "[]\n"},
		{SAY("POST", "/d/_bulk_docs", "{\"new_edits\":false,\"docs\":[{\"_id\":\"e\",\"_rev\":\"3-abc\",\"n\":1}]}"), 201, "[]\n"},
		{ASK("GET", "/d/e?conflicts=true"), 200, "{\"_id\":\"e\",\"_rev\":\"3-abc\",\"n\":1}\n"},
		{SAY("POST", "/d/_bulk_docs", "{\"new_edits\":false,\"docs\":[{\"_id\":\"e\",\"_rev\":\"3-abd\",\"n\":2}]}"), 201, "[]\n"},
		{ASK("GET", "/d/e?conflicts=true"), 200, "{\"_id\":\"e\",\"_rev\":\"3-abd\",\"n\":2,\"_conflicts\":[\"3-abc\"]}\n"},
		{ASK("GET", "/d/e?rev=3-abc"), 200, "\"n\":1"},
		{SAY("POST", "/d/_bulk_docs", "{\"new_edits\":false,\"docs\":[{\"_id\":\"e\",\"_rev\":\"4-x\",\"_revisions\":{\"start\":4,\"ids\":[\"x\",\"abd\",\"q\"]}}]}"), 201, "[]\n"},
		{ASK("GET", "/d/e?conflicts=true"), 200, "{\"_id\":\"e\",\"_rev\":\"4-x\",\"_conflicts\":[\"3-abc\"]}\n"},
		{SAY("POST", "/d/_bulk_docs", "{\"new_edits\":false,\"docs\":[{\"_id\":\"gone\",\"_rev\":\"2-a\",\"_deleted\":true}]}"), 201, "[]\n"},
		{ASK("GET", "/d/gone"), 404, "deleted"},
		{SAY("POST", "/d/_bulk_docs", "{\"docs\":[{\"_id\":\"n1\"},{\"_id\":\"n2\",\"_attachments\":{\"f\":{\"stub\":true}}}]}"), 412,
			"{\"error\":\"missing_stub\",\"reason\":\"Invalid attachment stub in n2 for f\"}\n"},
		{ASK("GET", "/d/n1"), 404, "missing"},
		{SAY("POST", "/d/_bulk_docs", "{\"docs\":[{\"_id\":\"f\",\"_attachments\":{\"f.txt\":{\"content_type\":\"text/plain\",\"data\":\"aGVsbG8=\"}}}]}"), 201, "\"ok\":true"},
		{ASK("GET", "/d/f"), 200, "\"_attachments\":{\"f.txt\":{\"content_type\":\"text/plain\",\"revpos\":1,\"digest\":\"md5-XUFAKrxLKna5cZ2REBfFkg==\",\"length\":5,\"stub\":true}}"},
		{ASK("GET", "/d/f?attachments=true"), 200, "\"data\":\"aGVsbG8=\""},
	};
	WALK(couch, rows);
}

Test(sim_couch, a_validation_refuses_a_document_and_not_the_batch) {
	AUTO(SimCouch) *couch = couch_begin();
	static const Row rows[] = {
		{ASK("PUT", "/d"), 201, ""},
		{SAY("PUT", "/d/_design/v", "{\"validate_doc_update\":\"" SIM_COUCH_VALIDATION "\"}"), 201, ""},
		{SAY("PUT", "/d/a", "{}"), 403, "{\"error\":\"forbidden\",\"reason\":\"type is missing\"}\n"},
		{SAY("PUT", "/d/a", "{\"type\":\"t\"}"), 201, ""},
		{SAY("POST", "/d/_bulk_docs", "{\"new_edits\":false,\"docs\":[{\"_id\":\"b\",\"_rev\":\"1-b\"},{\"_id\":\"c\",\"_rev\":\"1-c\",\"type\":\"t\"}]}"), 201,
			"[{\"id\":\"b\",\"rev\":\"1-b\",\"error\":\"forbidden\",\"reason\":\"type is missing\"}]\n"},
		{ASK("GET", "/d/c"), 200, "\"type\":\"t\""},
	};
	WALK(couch, rows);
}

Test(sim_couch, all_documents_are_told_a_page_at_a_time) {
	AUTO(SimCouch) *couch = couch_begin();
	static const Row rows[] = {
		{ASK("PUT", "/d"), 201, ""},
		{ASK("GET", "/d/_all_docs"), 200, "{\"total_rows\":0,\"offset\":0,\"rows\":[\r\n\r\n]}\n"},
		{SAY("POST", "/d/_bulk_docs", "{\"new_edits\":false,\"docs\":[{\"_id\":\"b\",\"_rev\":\"1-b\",\"n\":1},{\"_id\":\"a\",\"_rev\":\"1-a\"},{\"_id\":\"A\",\"_rev\":\"1-A\"},"
			"{\"_id\":\"x\",\"_rev\":\"2-x\",\"_deleted\":true},{\"_id\":\"c\",\"_rev\":\"1-c\"},{\"_id\":\"_design/v\",\"_rev\":\"1-v\"}]}"), 201, "[]"},
		{ASK("GET", "/d/_all_docs?include_docs=true&limit=2"), 200,
			"{\"total_rows\":5,\"offset\":0,\"rows\":[\r\n{\"id\":\"A\",\"key\":\"A\",\"value\":{\"rev\":\"1-A\"},\"doc\":{\"_id\":\"A\",\"_rev\":\"1-A\"}},\r\n"
			"{\"id\":\"_design/v\",\"key\":\"_design/v\",\"value\":{\"rev\":\"1-v\"},\"doc\":{\"_id\":\"_design/v\",\"_rev\":\"1-v\"}}\r\n]}\n"},
		{ASK("GET", "/d/_all_docs?limit=2&startkey=%22_design/v%5Cu0000%22"), 200, "{\"total_rows\":5,\"offset\":2,\"rows\":[\r\n{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"1-a\"}},\r\n{\"id\":\"b\""},
		{ASK("GET", "/d/_all_docs?start_key=%22b%22&skip=1"), 200, "{\"total_rows\":5,\"offset\":4,\"rows\":[\r\n{\"id\":\"c\",\"key\":\"c\",\"value\":{\"rev\":\"1-c\"}}\r\n]}\n"},
		{ASK("GET", "/d/_all_docs?descending=true&startkey=%22b%22&endkey=%22a%22&inclusive_end=false"), 200, "\"rows\":[\r\n{\"id\":\"b\",\"key\":\"b\",\"value\":{\"rev\":\"1-b\"}}\r\n]}\n"},
		{ASK("GET", "/d/_all_docs?key=%22a%22"), 200, "\"rows\":[\r\n{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"1-a\"}}\r\n]}\n"},
		{SAY("POST", "/d/_all_docs", "{\"keys\":[\"c\",\"none\",\"x\"]}"), 200, "\"offset\":null,\"rows\":[\r\n{\"id\":\"c\",\"key\":\"c\",\"value\":{\"rev\":\"1-c\"}},\r\n"
			"{\"key\":\"none\",\"error\":\"not_found\"},\r\n{\"id\":\"x\",\"key\":\"x\",\"value\":{\"rev\":\"2-x\",\"deleted\":true}}\r\n]}\n"},
		{ASK("GET", "/d/_all_docs?keys=%5B%22a%22%5D"), 200, "\"rows\":[\r\n{\"id\":\"a\""},
		{SAY("POST", "/d/_all_docs", "{\"keys\":1}"), 400, "`keys` body member must be an array."},
		{ASK("GET", "/d/_all_docs?keys=1"), 400, "`keys` parameter must be an array."},
		{ASK("GET", "/d/_all_docs?limit=x"), 400, "{\"error\":\"query_parse_error\",\"reason\":\"Invalid value for integer: \\\"x\\\"\"}\n"},
		{ASK("GET", "/d/_all_docs?limit=-1"), 400, "Invalid value for positive integer"},
		{ASK("GET", "/d/_all_docs?include_docs=yes"), 400, "Invalid boolean parameter"},
		{ASK("GET", "/d/_all_docs?startkey=b"), 400, "invalid UTF-8 JSON"},
	};
	WALK(couch, rows);
}

Test(sim_couch, what_is_too_large_is_refused_in_its_words) {
	AUTO(SimCouch) *couch = couch_begin();
	AUTO_CLEAR(Buf) large = {0};
	AUTO_CLEAR(CouchReply) reply = {0};
	couch_send_to(couch, &(CouchSent)ASK("PUT", "/d"), &reply);
	buf_puts(&large, "{\"_id\":\"big\",\"text\":\"");
	while (large.len < SIM_COUCH_MAX_DOCUMENT - 2)
		buf_puts(&large, "0123456789");
	buf_puts(&large, "\"}");
	couch_send_to(couch, &(CouchSent)SAY("POST", "/d", buf_text(&large)), &reply);
	assert_text("a body", reply.body, "{\"error\":\"too_large\",\"reason\":\"the request entity is too large\"}\n");
	cr_expect_eq(reply.status, 413);
	/* Eight of half that size fit into what the sandbox holds, a ninth does not. */
	buf_truncate(&large, SIM_COUCH_MAX_DOCUMENT / 2);
	buf_puts(&large, "\"}");
	for (int i = 0; i < 8; i++) {
		AUTO_FREE char *target = bg_asprintf("/d/big%d", i);
		couch_send_to(couch, &(CouchSent)SAY("PUT", target, buf_text(&large)), &reply);
		cr_expect_eq(reply.status, 201, "%d: %s", i, reply.body);
	}
	couch_send_to(couch, &(CouchSent)SAY("PUT", "/d/one-more", buf_text(&large)), &reply);
	cr_expect_eq(reply.status, 507, "%d %s", reply.status, reply.body);
	cr_expect(strstr(reply.body, "insufficient_storage") && sim_couch_bytes(couch) <= SIM_COUCH_MAX_BYTES, "%s", reply.body);
	cr_expect(!sim_couch_has(couch, "d", "one-more"));
	couch_send_to(couch, &(CouchSent)ASK("DELETE", "/d"), &reply);
	cr_expect_eq(sim_couch_bytes(couch), 0u, "what is removed gives its room back: %zu", sim_couch_bytes(couch));
}
