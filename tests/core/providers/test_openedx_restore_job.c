/* playbooks/openedx-ha/restore-job.yaml: its script is run as the container would, by the shells that it is written for, against a CouchDB that keeps state;
 * the manifest goes through k8s.apply with the real kubectl. */
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/environment/yaml.h"
#include "couch_server.h"
#include "kube_server.h"
#include "tests/support/process.h"

#define MANIFEST "playbooks/openedx-ha/restore-job.yaml"
#define ROW(id, rev, more) "{\"id\":\"" id "\",\"key\":\"" id "\",\"value\":{\"rev\":\"" rev "\"},\"doc\":{\"_id\":\"" id "\",\"_rev\":\"" rev "\"" more "}}"
#define DUMP(count, rows) "{\"total_rows\":" count ",\"offset\":0,\"rows\":[\r\n" rows "\r\n]}\n"
#define VALIDATION ROW("_design/check", "1-d", ",\"validate_doc_update\":\"function(n){if(!n.type)throw({forbidden:'type'})}\"")
#define USERS DUMP("3", VALIDATION ",\r\n" ROW("a", "3-aa", ",\"name\":\"{\\\"A\\\"}\"") ",\r\n" ROW("b \\\" \\\\", "1-bb", ""))

/* The container's shell and tools; dash with the tools of this machine shows that nothing of busybox's own is used. */
static const char *const SHELLS[] = { "busybox", "dash" };
static const char *const TOOLS[] = { "sh", "awk", "basename", "cat", "find", "head", "mkdir", "printf", "rm", "sed", "sha256sum", "sort", "tr" };

typedef struct Scene { CouchServer *server; TempFolder folder; const char *shell; ProgramRun run; } Scene;

static void scene_clear(Scene *scene)
{
	couch_server_free(scene->server);
	program_run_clear(&scene->run);
	temp_folder_clear(&scene->folder);
}
BG_DEFINE_CLEARP(Scene, scene_clear)

/* The text of the ConfigMap, as Kubernetes mounts it. */
static char *script_text(void)
{
	AUTO_FREE char *path = source_path(MANIFEST);
	AUTO_FREE char *text = read_text(path);
	char *end = strstr(text, "\n---\n");
	AUTO(YamlNode) *root = NULL;
	Error err = { 0 };
	cr_assert(end);
	assert_ok(yaml_parse((Str) { text, (size_t) (end - text) }, path, 1 << 20, &root, &err), &err);
	const YamlNode *script = yaml_find(yaml_find(root, "data"), "restore.sh");
	cr_assert(script);
	return bg_strdup(script->text);
}

static void link_tools(Scene *scene)
{
	AUTO_CLEAR(ProgramRun) where = { 0 };
	run_program((const char *const[]) { "/bin/sh", "-c", "command -v busybox; command -v curl", NULL }, NULL, NULL, &where);
	Str rest = buf_str(&where.out), busybox, curl;
	cr_assert(str_next_line(&rest, &busybox) && str_next_line(&rest, &curl));
	AUTO_FREE char *busybox_path = str_dup(busybox);
	AUTO_FREE char *curl_path = str_dup(curl);
	for (size_t i = 0; i < BG_LENGTH(TOOLS); i++) {
		AUTO_FREE char *name = bg_asprintf("bin/%s", TOOLS[i]);
		cr_assert_eq(symlink(busybox_path, temp_path(&scene->folder, name)), 0);
	}
	cr_assert_eq(symlink(curl_path, temp_path(&scene->folder, "bin/curl")), 0);
}

static void scene_begin(Scene *scene, const char *shell)
{
	AUTO_FREE char *script = script_text();
	scene->shell = shell;
	scene->server = couch_server_start();
	scene->folder = temp_folder();
	(void) temp_write(&scene->folder, "restore.sh", script);
	(void) temp_write(&scene->folder, "bin/.keep", "");
	link_tools(scene);
}

static void set_file(Scene *scene, const char *name, const char *text)
{
	AUTO_FREE char *path = bg_asprintf("set/%s", name);
	(void) temp_write(&scene->folder, path, text);
}

static void whole_set(Scene *scene)
{
	set_file(scene, "backup_manifest.json", "{\"backup_type\":\"daily\"}\n");
	set_file(scene, "openedx_users.json", USERS);
	set_file(scene, "openedx_users.security.json", "{\"admins\":{\"names\":[],\"roles\":[]},\"members\":{\"names\":[\"edx\"],\"roles\":[]}}");
	set_file(scene, "openedx_courses.json", DUMP("1", ROW("course-v1:X", "7-cc", "")));
	set_file(scene, "empty.json", DUMP("0", ""));
	set_file(scene, "_replicator.json", DUMP("1", ROW("r", "1-r", "")));
	set_file(scene, "configmaps.yaml", "x: 1\n");
}

static int run_job(Scene *scene, const char *password, const char *existing)
{
	bool own = text_eq(scene->shell, "busybox");
	AUTO_FREE char *path = own ? bg_asprintf("PATH=%s", temp_path(&scene->folder, "bin")) : bg_asprintf("PATH=%s", getenv("PATH"));
	AUTO_FREE char *set = bg_asprintf("BACKUP_DIR=%s", temp_path(&scene->folder, "set"));
	AUTO_FREE char *work = bg_asprintf("WORK_DIR=%s", temp_path(&scene->folder, "work"));
	AUTO_FREE char *url = bg_asprintf("COUCHDB_URL=%s", couch_server_url(scene->server));
	AUTO_FREE char *login = bg_asprintf("COUCHDB_PASSWORD=%s", password);
	AUTO_FREE char *merge = bg_asprintf("EXISTING=%s", existing);
	const char *const env[] = { path, set, work, url, login, merge, "COUCHDB_USER=admin", NULL };
	const char *script = temp_path(&scene->folder, "restore.sh"), *sh = temp_path(&scene->folder, "bin/sh");
	const char *const busybox[] = { sh, script, NULL }, *const dash[] = { "dash", script, NULL };
	program_run_clear(&scene->run);
	scene->run = (ProgramRun) { 0 };
	run_program(own ? busybox : dash, NULL, env, &scene->run);
	cr_expect(!strstr(buf_text(&scene->run.out), password) && !strstr(buf_text(&scene->run.err), password), "%s: the password is in the log", scene->shell);
	return scene->run.status;
}

static bool can_run(const char *shell)
{
	if (have_program(shell) && have_program("busybox") && have_program("curl"))
		return true;
	cr_log_warn("skipped: busybox, dash or curl is not installed");
	return false;
}

static void expect_said(const Scene *scene, const char *words)
{
	cr_expect(strstr(buf_text(&scene->run.out), words) || strstr(buf_text(&scene->run.err), words), "%s: \"%s\" is not in:\n%s%s", scene->shell, words,
		buf_text(&scene->run.out), buf_text(&scene->run.err));
}

/* Which comes last, and that nothing is written twice. */
static void expect_restored(Scene *scene)
{
	AUTO_FREE char *a = couch_server_document(scene->server, "openedx_users", "a");
	AUTO_FREE char *b = couch_server_document(scene->server, "openedx_users", "b \" \\");
	AUTO_FREE char *course = couch_server_document(scene->server, "openedx_courses", "course-v1:X");
	AUTO_FREE char *security = couch_server_security(scene->server, "openedx_users");
	assert_text("a document", a, "{\"_id\":\"a\",\"_rev\":\"3-aa\",\"name\":\"{\\\"A\\\"}\"}");
	cr_expect(b && course);
	cr_expect_eq(couch_server_count(scene->server, "openedx_users"), 3);
	cr_expect_eq(couch_server_revisions(scene->server, "openedx_users"), 3);
	cr_expect_eq(couch_server_count(scene->server, "empty"), 0);
	cr_expect_eq(couch_server_count(scene->server, "_replicator"), -1, "it would begin to replicate");
	cr_expect(security && strstr(security, "\"edx\""), "%s", security);
}

Test(openedx_restore_job, restores_a_whole_set_and_may_be_run_again)
{
	for (size_t i = 0; i < BG_LENGTH(SHELLS); i++) {
		AUTO_CLEAR(Scene) scene = { 0 };
		if (!can_run(SHELLS[i]))
			continue;
		scene_begin(&scene, SHELLS[i]);
		whole_set(&scene);
		cr_expect_eq(run_job(&scene, COUCH_PASSWORD, "refuse"), 0, "%s: %s", SHELLS[i], buf_text(&scene.run.err));
		expect_said(&scene, "restored: openedx_users, 3 documents");
		expect_said(&scene, "all restored: 4 documents");
		expect_said(&scene, "left out: _replicator");
		expect_restored(&scene);
		/* The next try of the Job leaves alone what is whole: the validation that is there by now would refuse older documents. */
		cr_expect_eq(run_job(&scene, COUCH_PASSWORD, "refuse"), 0, "%s: %s", SHELLS[i], buf_text(&scene.run.err));
		expect_said(&scene, "restored before: openedx_users");
		expect_restored(&scene);
	}
}

/* The first try was cut off after it had begun: the next one goes on, though the database is no longer empty. */
Test(openedx_restore_job, goes_on_after_a_try_that_was_cut_off)
{
	AUTO_CLEAR(Scene) scene = { 0 };
	if (!can_run("busybox"))
		return;
	scene_begin(&scene, "busybox");
	whole_set(&scene);
	*couch_server_faults(scene.server) = (CouchFaults) { .answer_status = 417, .answer_body = "[]\n" };
	set_file(&scene, "openedx_courses.json", DUMP("2", ROW("course-v1:X", "7-cc", "") ",\n" ROW("course-v1:Y", "1-yy", "")));
	cr_expect_eq(run_job(&scene, COUCH_PASSWORD, "refuse"), 1);
	expect_said(&scene, "openedx_courses: 417");
	couch_server_put(scene.server, "openedx_courses", "{\"_id\":\"course-v1:Y\",\"_rev\":\"1-yy\"}");
	cr_expect_eq(run_job(&scene, COUCH_PASSWORD, "refuse"), 0, "%s", buf_text(&scene.run.err));
	cr_expect_eq(couch_server_count(scene.server, "openedx_courses"), 2);
	expect_restored(&scene);
}

typedef struct Refused { const char *name, *file, *text, *password, *words; } Refused;

/* One thing of the set, or the login, is wrong: a status other than 0, and nothing was written. */
static const Refused REFUSED[] = {
	{ "no manifest", "backup_manifest.json", NULL, COUCH_PASSWORD, "no backup_manifest.json" },
	{ "cut after a line", "openedx_courses.json", "{\"total_rows\":2,\"offset\":0,\"rows\":[\n" ROW("x", "1-a", "") ",\n", COUCH_PASSWORD, "its end is missing" },
	{ "cut in a line", "openedx_courses.json", "{\"total_rows\":2,\"offset\":0,\"rows\":[\n" ROW("x", "1-a", "") ",\n{\"id\":\"y\",\"key\":\"y\",\"val", COUCH_PASSWORD,
		"line 3: this is no whole document" },
	{ "what a server says when it refuses", "openedx_courses.json", "{\"error\":\"unauthorized\",\"reason\":\"no\"}\n", COUCH_PASSWORD, "line 1: this is no dump" },
	{ "all on one line", "openedx_courses.json", "{\"total_rows\":1,\"offset\":0,\"rows\":[" ROW("x", "1-a", "") "]}\n", COUCH_PASSWORD, "one document a line" },
	{ "an empty file", "openedx_courses.json", "", COUCH_PASSWORD, "its end is missing" },
	{ "a password of today", NULL, NULL, "wr\"o\\n'g", "CouchDB says 401" },
};

Test(openedx_restore_job, writes_nothing_where_the_set_or_the_login_is_wrong)
{
	for (size_t i = 0; i < BG_LENGTH(REFUSED) * BG_LENGTH(SHELLS); i++) {
		AUTO_CLEAR(Scene) scene = { 0 };
		const Refused *row = &REFUSED[i / BG_LENGTH(SHELLS)];
		const char *shell = SHELLS[i % BG_LENGTH(SHELLS)];
		if (!can_run(shell))
			continue;
		scene_begin(&scene, shell);
		whole_set(&scene);
		AUTO_FREE char *path = row->file ? bg_asprintf("set/%s", row->file) : NULL;
		if (path && row->text)
			set_file(&scene, row->file, row->text);
		else if (path)
			cr_assert_eq(unlink(temp_path(&scene.folder, path)), 0);
		cr_expect_eq(run_job(&scene, row->password, "refuse"), 1, "%s: %s", row->name, buf_text(&scene.run.err));
		expect_said(&scene, row->words);
		cr_expect_eq(couch_server_bulks(scene.server), 0, "%s: something was written", row->name);
		cr_expect_eq(couch_server_count(scene.server, "openedx_users"), -1, "%s: a database was made", row->name);
	}
}

Test(openedx_restore_job, does_not_write_over_a_database_that_is_in_use)
{
	AUTO_CLEAR(Scene) scene = { 0 };
	if (!can_run("busybox"))
		return;
	scene_begin(&scene, "busybox");
	whole_set(&scene);
	couch_server_put(scene.server, "openedx_users", "{\"_id\":\"theirs\",\"_rev\":\"1-t\"}");
	cr_expect_eq(run_job(&scene, COUCH_PASSWORD, "refuse"), 1);
	expect_said(&scene, "openedx_users holds documents already");
	cr_expect_eq(couch_server_count(scene.server, "openedx_users"), 1);
	cr_expect_eq(run_job(&scene, COUCH_PASSWORD, "merge"), 0, "%s", buf_text(&scene.run.err));
	cr_expect_eq(couch_server_count(scene.server, "openedx_users"), 4);
}

Test(openedx_restore_job, fails_when_the_server_takes_less_than_all)
{
	static const struct { const char *name, *dump, *words; int answer; const char *body; } ROWS[] = {
		{ "attachments that are stubs", DUMP("1", ROW("x", "1-a", ",\"_attachments\":{\"x.png\":{\"stub\":true,\"length\":3}}")), "openedx_files: 412", 0, NULL },
		{ "one document refused", DUMP("1", ROW("x", "1-a", "")), "documents were refused: [{\"id\":\"x\"", 201, "[{\"id\":\"x\",\"error\":\"forbidden\",\"reason\":\"type\"}]\n" },
		{ "too large", DUMP("1", ROW("x", "1-a", "")), "openedx_files: 413", 413, "{\"error\":\"document_too_large\",\"reason\":\"x\"}\n" },
	};
	for (size_t i = 0; i < BG_LENGTH(ROWS); i++) {
		AUTO_CLEAR(Scene) scene = { 0 };
		if (!can_run("busybox"))
			return;
		scene_begin(&scene, "busybox");
		set_file(&scene, "backup_manifest.json", "{}");
		set_file(&scene, "openedx_files.json", ROWS[i].dump);
		*couch_server_faults(scene.server) = (CouchFaults) { .answer_status = ROWS[i].answer, .answer_body = ROWS[i].body };
		cr_expect_eq(run_job(&scene, COUCH_PASSWORD, "refuse"), 1, "%s", ROWS[i].name);
		expect_said(&scene, ROWS[i].words);
	}
}

/* More documents than a batch takes, and documents of which a batch takes only a few: uploaded files are documents here. */
Test(openedx_restore_job, cuts_batches_by_number_and_by_size)
{
	AUTO_CLEAR(Scene) scene = { 0 };
	AUTO_CLEAR(Buf) dump = { 0 };
	if (!can_run("busybox"))
		return;
	scene_begin(&scene, "busybox");
	set_file(&scene, "backup_manifest.json", "{}");
	buf_puts(&dump, "{\"total_rows\":1203,\"offset\":0,\"rows\":[\r\n");
	for (int i = 0; i < 1203; i++)
		buf_printf(&dump, "%s{\"id\":\"u%04d\",\"key\":\"u%04d\",\"value\":{\"rev\":\"1-a\"},\"doc\":{\"_id\":\"u%04d\",\"_rev\":\"1-a\",\"data\":\"%0*d\"}}", i ? ",\r\n" : "", i, i, i,
			i < 1200 ? 10 : 3000000, i);
	buf_puts(&dump, "\r\n]}\n");
	set_file(&scene, "openedx_k8s.json", buf_text(&dump));
	cr_expect_eq(run_job(&scene, COUCH_PASSWORD, "refuse"), 0, "%s", buf_text(&scene.run.err));
	expect_said(&scene, "all restored: 1203 documents");
	cr_expect_eq(couch_server_count(scene.server, "openedx_k8s"), 1203);
	cr_expect_eq(couch_server_bulks(scene.server), 5, "500, 500, 200 and a large one, two large ones apart");
}

/* Kubernetes takes it, and what the plan shows is what somebody signs. */
Test(openedx_restore_job, is_a_manifest_that_kubectl_applies)
{
	AUTO_CLEAR(KubeFixture) fixture = { 0 };
	AUTO_CLEAR(Plan) plan = { 0 };
	AUTO_CLEAR(ActionResult) result = { 0 };
	Error err = { 0 };
	if (!kube_fixture_begin(&fixture, ""))
		return;
	AUTO_FREE char *manifest = source_path(MANIFEST);
	kube_fixture_args(&fixture, "file", manifest, "namespace", KUBE_NS, (char *) NULL);
	assert_ok(kube_fixture_do(&fixture, "k8s.apply", &plan, &result, &err), &err);
	AUTO(Json) *job = kube_server_get(fixture.server, "/apis/batch/v1/namespaces/" KUBE_NS "/jobs/restore-from-backup");
	AUTO(Json) *map = kube_server_get(fixture.server, "/api/v1/namespaces/" KUBE_NS "/configmaps/restore-from-backup");
	const Json *pod = json_get(json_get(json_get(job, "spec"), "template"), "spec");
	AUTO_FREE char *script = script_text();
	cr_expect_eq(json_get_int(json_get(job, "spec"), "backoffLimit", -1), 2);
	cr_expect_str_eq(json_get_string(pod, "restartPolicy"), "Never");
	cr_expect_str_eq(json_get_string(json_get(pod, "nodeSelector"), "openedx-restore"), "here");
	cr_expect_str_eq(json_get_string(json_get(map, "data"), "restore.sh"), script);
}
