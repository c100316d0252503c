/* couchdb.restore: databases out of dumps, against a CouchDB of the tests' own that keeps state. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "backup_set.h"
#include "couch_scene.h"

#define ROW(id, rev, more) "{\"id\":\"" id "\",\"key\":\"" id "\",\"value\":{\"rev\":\"" rev "\"},\"doc\":{\"_id\":\"" id "\",\"_rev\":\"" rev "\"" more "}}"
#define DUMP(count, rows) "{\"total_rows\":" count ",\"offset\":0,\"rows\":[\n" rows "\n]}\n"
#define VALIDATION ROW("_design/check", "1-d", ",\"validate_doc_update\":\"function(n){if(!n.type)throw({forbidden:'type'})}\"")

/* A dump of many, as the server writes it; every hundredth has another revision number. */
static const char *many(CouchScene *scene, const char *name, int count) {
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, "{\"total_rows\":%d,\"offset\":0,\"rows\":[\n", count + 1);
	buf_puts(&text, VALIDATION);
	for (int i = 0; i < count; i++)
		buf_printf(&text, ",\n{\"id\":\"u%05d\",\"key\":\"u%05d\",\"value\":{\"rev\":\"%d-a\"},\"doc\":{\"_id\":\"u%05d\",\"_rev\":\"%d-a\",\"n\":%d,\"text\":\"%0200d\"}}", i, i,
			i % 100 + 1, i, i % 100 + 1, i, i);
	buf_puts(&text, "\n]}\n");
	return temp_write(&scene->folder, name, buf_text(&text));
}

static void expect_verified(const ActionResult *result, Verified verified, const char *evidence) {
	cr_expect_eq(result->verified, verified, "%s", result->evidence);
	cr_expect(result->evidence && strstr(result->evidence, evidence), "%s", result->evidence);
}

static char *changes_of(const Plan *plan) {
	AUTO_CLEAR(StrList) lines = {0};
	plan_describe(plan, &lines);
	return strlist_join(&lines, "\n");
}

Test(couch_restore, a_set_of_the_backup_script_is_restored_with_revisions_and_design_documents_last) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	couch_scene_begin(&scene, NULL);
	/* The validation would refuse both: they are older than it. */
	temp_write(&scene.folder, "20260101/openedx_users.json", DUMP("3", VALIDATION ",\n" ROW("a", "3-aa", ",\"name\":\"A\"") ",\n" ROW("b", "1-bb", "")));
	temp_write(&scene.folder, "20260101/openedx_courses.json", DUMP("1", ROW("course-v1:X/1", "7-cc", ",\"_attachments\":{\"x.png\":{\"stub\":true,\"length\":3}}")));
	temp_write(&scene.folder, "20260101/openedx_users.security.json", "{\"admins\":{\"names\":[],\"roles\":[]},\"members\":{\"names\":[\"edx\"],\"roles\":[]}}");
	temp_write(&scene.folder, "20260101/_replicator.json", DUMP("1", ROW("r", "1-r", "")));
	temp_write(&scene.folder, "20260101/backup_manifest.json", "{\"backup_type\":\"daily\"}");
	temp_write(&scene.folder, "20260101/configmaps.yaml", "x: 1\n");
	couch_scene_args(&scene, "from", "20260101", (char *) NULL);
	assert_ok(couch_scene_run(&scene, "couchdb.restore", &plan, &result, &err), &err);
	AUTO_FREE char *changes = changes_of(&plan);
	assert_text("changes", changes, "database openedx_courses: becomes 1 documents of openedx_courses.json, 1 of them without their attachments\n"
		"database openedx_users: becomes 3 documents of openedx_users.json, 1 design documents last\n"
		"security of openedx_users: as the server makes it -> {\"admins\":{\"names\":[],\"roles\":[]},\"members\":{\"names\":[\"edx\"],\"roles\":[]}}");
	AUTO_FREE char *warnings = strlist_join(&plan.warnings, "\n");
	cr_expect(strstr(warnings, "left out: _replicator.json: it would begin to replicate"), "%s", warnings);
	cr_expect(strstr(warnings, "openedx_courses: the set holds no security object"), "%s", warnings);
	AUTO_FREE char *a = couch_server_document(scene.server, "openedx_users", "a");
	assert_text("a", a, "{\"_id\":\"a\",\"_rev\":\"3-aa\",\"name\":\"A\"}");
	AUTO_FREE char *course = couch_server_document(scene.server, "openedx_courses", "course-v1:X/1");
	assert_text("course", course, "{\"_id\":\"course-v1:X/1\",\"_rev\":\"7-cc\"}");
	cr_expect_eq(couch_server_count(scene.server, "openedx_users"), 3);
	cr_expect_eq(couch_server_count(scene.server, "_replicator"), -1);
	AUTO_FREE char *security = couch_server_security(scene.server, "openedx_users");
	cr_expect(strstr(security, "\"edx\""), "%s", security);
	expect_verified(&result, VERIFIED_YES, "4 documents in 2 databases; 4 of them compared with the dumps");
	cr_expect_str_eq(result.value, "4");
	assert_text("request", plan.request + strlen(plan.request) - strlen("/openedx_users/_security"), "/openedx_users/_security");
}

Test(couch_restore, files_of_couchbackup_bring_all_revisions_and_deletions) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	couch_scene_begin(&scene, NULL);
	temp_write(&scene.folder, "set/notes.couchbackup", "{\"name\":\"@cloudant/couchbackup\",\"version\":\"2.11.12\",\"mode\":\"full\",\"attachments\":false}\n"
		"[{\"_id\":\"a\",\"_rev\":\"2-b\",\"_revisions\":{\"start\":2,\"ids\":[\"b\",\"r\"]},\"v\":1},{\"_id\":\"a\",\"_rev\":\"2-c\",\"_revisions\":{\"start\":2,\"ids\":[\"c\",\"r\"]}}]\n"
		"[{\"_id\":\"gone\",\"_rev\":\"3-x\",\"_deleted\":true,\"_revisions\":{\"start\":3,\"ids\":[\"x\"]}}]\n");
	couch_scene_args(&scene, "from", "set", (char *) NULL);
	assert_ok(couch_scene_run(&scene, "couchdb.restore", &plan, &result, &err), &err);
	AUTO_FREE char *changes = changes_of(&plan);
	assert_text("changes", changes, "database notes: becomes 1 documents of notes.couchbackup (3 revisions, 1 of deleted documents)");
	cr_expect_eq(couch_server_count(scene.server, "notes"), 1);
	cr_expect_eq(couch_server_revisions(scene.server, "notes"), 3);
	expect_verified(&result, VERIFIED_YES, "1 documents in 1 databases; 2 of them compared");
}

Test(couch_restore, compressed_dumps_are_read_as_they_are) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) cut = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	couch_scene_begin(&scene, NULL);
	temp_write(&scene.folder, "set/users.json", DUMP("2", ROW("a", "1-a", "") "," ROW("b", "1-b", "")));
	temp_write(&scene.folder, "set/users.security.json", "{}");
	backup_set_run(temp_path(&scene.folder, "set"), "gzip users.json");
	couch_scene_args(&scene, "from", "set", (char *) NULL);
	assert_ok(couch_scene_run(&scene, "couchdb.restore", &plan, &result, &err), &err);
	AUTO_FREE char *changes = changes_of(&plan);
	assert_text("changes", changes, "database users: becomes 2 documents of users.json.gz\nsecurity of users: as the server makes it -> {}");
	expect_verified(&result, VERIFIED_YES, "2 documents in 1 databases; 2 of them");
	backup_set_run(temp_path(&scene.folder, "set"), "head -c 40 users.json.gz >x && mv x users.json.gz");
	assert_refused(couch_scene_plan(&scene, "couchdb.restore", &cut, &err), &err, ERROR_INVALID, "truncated gzip input");
}

Test(couch_restore, batches_fit_what_the_server_takes) {
	static const struct { const char *name; CouchFaults faults; int at_most; } cases[] = {
		{"no limit", {0}, 4}, {"a small body", {.max_body = 20000}, 60}, {"a proxy's page", {.max_body = 20000, .proxy_413 = true}, 60},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(CouchScene) scene = {0};
		AUTO_CLEAR(Plan) plan = {0};
		AUTO_CLEAR(ActionResult) result = {0};
		Error err = {0};
		couch_scene_begin(&scene, NULL);
		*couch_server_faults(scene.server) = cases[i].faults;
		couch_scene_args(&scene, "from", many(&scene, "users.json", 1200), (char *) NULL);
		assert_ok(couch_scene_run(&scene, "couchdb.restore", &plan, &result, &err), &err);
		cr_expect_eq(couch_server_count(scene.server, "users"), 1201, "%s", cases[i].name);
		cr_expect_eq(couch_server_revisions(scene.server, "users"), 1201, "%s", cases[i].name);
		cr_expect_leq(couch_server_bulks(scene.server), cases[i].at_most, "%s: %d requests", cases[i].name, couch_server_bulks(scene.server));
		expect_verified(&result, VERIFIED_YES, "1,201 documents in 1 databases; 9 of them");
		cr_expect(strstr(buf_text(&scene.progress), "users: 1,201 of 1,201 documents, "), "%s: %s", cases[i].name, buf_text(&scene.progress));
		cr_expect(strstr(buf_text(&scene.progress), " a second, "), "%s", buf_text(&scene.progress));
	}
}

Test(couch_restore, a_document_that_is_not_taken_is_named_and_the_others_are_restored) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	couch_scene_begin(&scene, NULL);
	couch_server_faults(scene.server)->max_document = 1000;
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, DUMP("7", ROW("a", "1-a", "") ",\n" ROW("b", "1-b", ",\"_odd\":1") ",\n" ROW("c", "1-c", ",\"forbidden\":1") ",\n" ROW("d", "1-d", ",\"x\":\"%01500d\"")
		",\n" ROW("e", "1-e", "") ",\n{\"id\":\"f\",\"key\":\"f\",\"doc\":{\"_id\":\"f\"}},\n" ROW("g", "1-g", ",\"_attachments\":{\"x\":{\"stub\":true}}")), 1);
	couch_scene_args(&scene, "from", temp_write(&scene.folder, "users.json", buf_text(&text)), "attachments", "keep", (char *) NULL);
	assert_ok(couch_scene_run(&scene, "couchdb.restore", &plan, &result, &err), &err);
	cr_expect_eq(couch_server_count(scene.server, "users"), 2);
	expect_verified(&result, VERIFIED_NO, "users holds 2 documents, the dump 7");
	AUTO_FREE char *warnings = strlist_join(&result.warnings, "\n");
	static const char *const TOLD[] = {"not taken: users: b: refused: CouchDB finds the request wrong (status 400): doc_validation: Bad special document member",
		"not taken: users: c: forbidden: type is missing", "not taken: users: d: too large for the server", "not taken: users: f: refused",
		"users: g: refused: CouchDB gives an answer that is not expected (status 412): missing_stub"};
	for (size_t i = 0; i < BG_LENGTH(TOLD); i++)
		cr_expect(strstr(warnings, TOLD[i]), "%s is not in %s", TOLD[i], warnings);
	cr_expect_eq(json_get_int(result.values, "not_taken", 0), 5);
	cr_expect(strstr(buf_text(&scene.output), "not taken: users: f"), "%s", buf_text(&scene.output));
}

Test(couch_restore, a_server_that_is_not_there_for_a_while_is_waited_for) {
	static const LoopbackFault WIRES[] = {LOOPBACK_WHOLE, LOOPBACK_CLOSE, LOOPBACK_TRUNCATE};
	for (size_t i = 0; i < BG_LENGTH(WIRES); i++) {
		AUTO_CLEAR(CouchScene) scene = {0};
		AUTO_CLEAR(Plan) plan = {0};
		AUTO_CLEAR(ActionResult) result = {0};
		Error err = {0};
		couch_scene_begin(&scene, NULL);
		*couch_server_faults(scene.server) = (CouchFaults){.fail_from = 2, .fail_count = 1, .wire = WIRES[i]};
		couch_scene_args(&scene, "from", many(&scene, "users.json", 700), (char *) NULL);
		assert_ok(couch_scene_run(&scene, "couchdb.restore", &plan, &result, &err), &err);
		cr_expect_eq(couch_server_revisions(scene.server, "users"), 701);
		expect_verified(&result, VERIFIED_YES, "701 documents");
	}
}

/* What the first batch can be answered: the documents of a batch that was refused for good are not sent again by itself. */
Test(couch_restore, every_answer_to_a_batch_is_told_apart) {
	static const struct { int status; const char *body; bool goes_on; ErrorKind kind; const char *why; } cases[] = {
		{202, "[]", true, ERROR_NONE, NULL},
		{429, "{\"error\":\"too_many_requests\",\"reason\":\"slow down\"}", true, ERROR_NONE, NULL},
		{500, "{\"error\":\"write_quorum_not_met\",\"reason\":\"x\"}", true, ERROR_NONE, NULL},
		{503, "<html>Service Unavailable</html>", true, ERROR_NONE, NULL},
		{401, "{\"error\":\"unauthorized\",\"reason\":\"Name or password is incorrect.\"}", false, ERROR_DENIED, "does not accept user admin"},
		{403, "{\"error\":\"forbidden\",\"reason\":\"no\"}", false, ERROR_DENIED, "status 403): forbidden: no"},
		{404, "{\"error\":\"not_found\",\"reason\":\"Database does not exist.\"}", false, ERROR_MISSING, "Database does not exist"},
		{409, "{\"error\":\"conflict\",\"reason\":\"x\"}", false, ERROR_CONFLICT, "status 409"},
		{415, "{\"error\":\"bad_content_type\",\"reason\":\"x\"}", false, ERROR_PROTOCOL, "status 415): bad_content_type"},
		{417, "[]", false, ERROR_PROTOCOL, "status 417"},
		{302, "", false, ERROR_PROTOCOL, "sends us elsewhere"},
		{201, "{\"ok\":true}", false, ERROR_PROTOCOL, "does not say which documents it took"},
		{201, "<html>log in</html>", false, ERROR_PROTOCOL, "not JSON"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(CouchScene) scene = {0};
		AUTO_CLEAR(Plan) plan = {0};
		AUTO_CLEAR(ActionResult) result = {0};
		Error err = {0};
		couch_scene_begin(&scene, NULL);
		*couch_server_faults(scene.server) = (CouchFaults){.answer_status = cases[i].status, .answer_body = cases[i].body};
		couch_scene_args(&scene, "from", temp_write(&scene.folder, "users.json", DUMP("1", ROW("a", "1-a", ""))), (char *) NULL);
		bool ok = couch_scene_run(&scene, "couchdb.restore", &plan, &result, &err);
		cr_expect_eq(ok, cases[i].goes_on, "%d: %s", cases[i].status, err.why);
		cr_expect(result.began, "%d", cases[i].status);
		if (!cases[i].goes_on)
			assert_error(&err, cases[i].kind, cases[i].why);
		cr_expect(ok || err.hint[0], "%d has no hint", cases[i].status);
		cr_expect_eq(couch_server_bulks(scene.server), cases[i].goes_on && cases[i].status != 202 ? 2 : 1, "%d: %d requests", cases[i].status,
			couch_server_bulks(scene.server));
	}
}

/* Stopped by a person in the middle; started again, it sends only what is missing, and nothing is there twice. */
Test(couch_restore, an_interrupted_restore_goes_on_where_it_was) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(Plan) last = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO_CLEAR(ActionResult) second = {0};
	Error err = {0};
	couch_scene_begin(&scene, NULL);
	couch_server_faults(scene.server)->cancel_at = 2;
	couch_scene_args(&scene, "from", many(&scene, "users.json", 1700), (char *) NULL);
	assert_refused(couch_scene_run(&scene, "couchdb.restore", &plan, &result, &err), &err, ERROR_CANCELLED, "");
	cr_expect(result.began);
	int there = couch_server_count(scene.server, "users"), bulks = couch_server_bulks(scene.server);
	cr_assert(there >= 500 && there <= 1000, "%d", there);
	scene.call.cancelled = NULL;
	assert_ok(couch_scene_run(&scene, "couchdb.restore", &again, &second, &err), &err);
	AUTO_FREE char *changes = changes_of(&again);
	cr_expect(strstr(changes, ", from document 50") || strstr(changes, ", from document 1,00"), "%s", changes);
	cr_expect_eq(couch_server_revisions(scene.server, "users"), 1701);
	cr_expect_leq(couch_server_bulks(scene.server) - bulks, 4, "it sent what was there already: %d requests", couch_server_bulks(scene.server) - bulks);
	expect_verified(&second, VERIFIED_YES, "1,701 documents");
	assert_ok(couch_scene_plan(&scene, "couchdb.restore", &last, &err), &err);
	cr_expect(last.nothing_to_do);
	/* Somebody deleted it: what was done before does not count any more. */
	AUTO_CLEAR(Plan) anew = {0};
	couch_server_drop(scene.server, "users");
	assert_ok(couch_scene_plan(&scene, "couchdb.restore", &anew, &err), &err);
	AUTO_FREE char *from_the_start = changes_of(&anew);
	cr_expect_str_eq(from_the_start, "database users: becomes 1,701 documents of users.json, 1 design documents last");
}

Test(couch_restore, what_cannot_be_restored_is_refused_before_anything_is_changed) {
	static const struct { const char *name, *dump, *args[4]; ErrorKind kind; const char *why, *where; } cases[] = {
		{"cut", "{\"total_rows\":2,\"rows\":[" ROW("a", "1-a", ""), {0}, ERROR_INVALID, "it ends in the middle, behind document a", "users.json, byte "},
		{"a refusal of the server", "{\"error\":\"unauthorized\",\"reason\":\"x\"}", {0}, ERROR_INVALID, "what the server said when it refused", "users.json"},
		{"no such database in the set", DUMP("1", ROW("a", "1-a", "")), {"databases", "courses"}, ERROR_MISSING, "no dump of a database to be restored", "set"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(CouchScene) scene = {0};
		AUTO_CLEAR(Plan) plan = {0};
		Error err = {0};
		couch_scene_begin(&scene, NULL);
		temp_write(&scene.folder, "set/users.json", cases[i].dump);
		couch_scene_args(&scene, "from", "set", cases[i].args[0], cases[i].args[1], (char *) NULL);
		assert_refused(couch_scene_plan(&scene, "couchdb.restore", &plan, &err), &err, cases[i].kind, cases[i].why);
		cr_expect(strstr(err.where, cases[i].where), "%s: %s", cases[i].name, err.where);
		cr_expect(err.hint[0], "%s has no hint", cases[i].name);
		AUTO_FREE char *log = couch_server_log(scene.server);
		cr_expect(!strstr(log, "PUT") && !strstr(log, "POST"), "%s: %s", cases[i].name, log);
	}
}

Test(couch_restore, a_database_that_holds_something_is_left_alone_unless_asked_for) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Plan) refused = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	couch_scene_begin(&scene, NULL);
	couch_server_put(scene.server, "users", "{\"_id\":\"a\",\"_rev\":\"9-z\",\"newer\":true}");
	const char *dump = temp_write(&scene.folder, "users.json", DUMP("2", ROW("a", "1-a", "") "," ROW("b", "1-b", "")));
	couch_scene_args(&scene, "from", dump, (char *) NULL);
	assert_refused(couch_scene_plan(&scene, "couchdb.restore", &refused, &err), &err, ERROR_CONFLICT, "users is there already and holds 1 documents");
	couch_scene_args(&scene, "from", dump, "existing", "merge", (char *) NULL);
	assert_ok(couch_scene_run(&scene, "couchdb.restore", &plan, &result, &err), &err);
	AUTO_FREE char *a = couch_server_document(scene.server, "users", "a");
	assert_text("the newer one stays", a, "{\"_id\":\"a\",\"_rev\":\"9-z\",\"newer\":true}");
	cr_expect_eq(couch_server_count(scene.server, "users"), 2);
	expect_verified(&result, VERIFIED_YES, "2 documents");
}

Test(couch_restore, a_document_that_was_changed_on_its_way_is_found) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	couch_scene_begin(&scene, NULL);
	couch_scene_args(&scene, "from", temp_write(&scene.folder, "users.json", DUMP("1", ROW("a", "1-a", ",\"n\":1"))), (char *) NULL);
	assert_ok(couch_scene_run(&scene, "couchdb.restore", &plan, &result, &err), &err);
	couch_server_put(scene.server, "users", "{\"_id\":\"a\",\"_rev\":\"1-a\",\"n\":2}");
	assert_ok(action_find("couchdb.restore")->verify(&scene.call, &plan, &result, &err), &err);
	expect_verified(&result, VERIFIED_NO, "users: a is not what the dump says");
	couch_server_drop(scene.server, "users");
	assert_ok(action_find("couchdb.restore")->verify(&scene.call, &plan, &result, &err), &err);
	expect_verified(&result, VERIFIED_NO, "there is no database users");
}

/* Of the same length, with the same documents and revisions: only the bytes tell. */
Test(couch_restore, an_approval_is_for_these_very_bytes) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Plan) first = {0};
	AUTO_CLEAR(Plan) second = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	char agreed[65], other[65];
	couch_scene_begin(&scene, NULL);
	temp_write(&scene.folder, "users.json", DUMP("1", ROW("a", "1-aa", ",\"admin\":0")));
	couch_scene_args(&scene, "from", "users.json", (char *) NULL);
	assert_ok(couch_scene_plan(&scene, "couchdb.restore", &first, &err), &err);
	cr_expect(first.preconditions.count == 1 && strstr(first.preconditions.items[0], "users.json stays as it is, SHA-256 "));
	temp_write(&scene.folder, "users.json", DUMP("1", ROW("a", "1-aa", ",\"admin\":1")));
	assert_ok(couch_scene_plan(&scene, "couchdb.restore", &second, &err), &err);
	plan_digest(&first, agreed);
	plan_digest(&second, other);
	cr_expect(!text_eq(agreed, other), "another dump has the digest that was signed");
	/* And while it is restored, after the last look. */
	const Action *action = action_find("couchdb.restore");
	cr_assert(!action->apply(&scene.call, &first, &result, &err));
	cr_expect(strstr(err.why, "is not the one that was planned") && strstr(err.where, "users.json"), "%s", err.why);
}

Test(couch_restore, a_security_object_is_the_one_that_was_planned) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	couch_scene_begin(&scene, NULL);
	temp_write(&scene.folder, "set/users.json", DUMP("1", ROW("a", "1-aa", "")));
	temp_write(&scene.folder, "set/users.security.json", "{\"admins\":{\"names\":[\"ops\"]}}");
	couch_scene_args(&scene, "from", "set", (char *) NULL);
	assert_ok(couch_scene_plan(&scene, "couchdb.restore", &plan, &err), &err);
	temp_write(&scene.folder, "set/users.security.json", "{\"admins\":{\"names\":[\"eve\"]}}");
	const Action *action = action_find("couchdb.restore");
	cr_assert(!action->apply(&scene.call, &plan, &result, &err));
	cr_expect(strstr(err.why, "security object is not the one"), "%s", err.why);
}

Test(couch_restore, a_wrong_password_is_told_without_it) {
	AUTO_CLEAR(CouchScene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	Error err = {0};
	couch_scene_begin(&scene, NULL);
	couch_server_faults(scene.server)->refuses_login = true;
	couch_scene_args(&scene, "from", temp_write(&scene.folder, "users.json", DUMP("0", "")), (char *) NULL);
	assert_refused(couch_scene_plan(&scene, "couchdb.restore", &plan, &err), &err, ERROR_DENIED, "does not accept user admin with this password");
	cr_expect(strstr(err.hint, "COUCH_SCENE_PASSWORD") && !strstr(err.why, COUCH_PASSWORD), "%s", err.hint);
}
