/* backup.fetch and backup.rotation: from a backup node, which is a real sshd of the test's own. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backup_set.h"
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/backup/backup.h"
#include "tests/support/sshd.h"

#define NO_SSHD "there is no /usr/sbin/sshd here: nothing to fetch from"

typedef struct Scene {
	TempFolder folder, remote;
	TestSshd *sshd;
	Environment *environment;
	Json *args;
	Call call;
	Buf progress;
	int64_t cancel_at;            /* bytes; 0 = never */
	bool cancelled;
} Scene;

static void on_progress(void *userdata, const char *text, int64_t done, int64_t total) {
	Scene *scene = userdata;
	buf_printf(&scene->progress, "%s [%lld/%lld]\n", text, (long long) done, (long long) total);
	scene->cancelled = scene->cancelled || (scene->cancel_at && done >= scene->cancel_at);
}

static bool is_cancelled(void *userdata) { return ((Scene *) userdata)->cancelled; }

static void begin_with(Scene *scene, const char *config) {
	Error err = {0};
	scene->folder = temp_folder();
	scene->remote = temp_folder();
	TestSshdOptions options = {.config = config};
	scene->sshd = test_sshd_start(&scene->folder, "sshd", &options);
	AUTO_FREE char *line = test_sshd_known_line(scene->sshd);
	const char *known = temp_write(&scene->folder, "known_hosts", line);
	const char *here = temp_path(&scene->folder, "here");
	AUTO_FREE char *text = bg_asprintf("name: n\nkind: live\nnodes:\n  known-hosts: %s\n  list:\n    - { name: node4, address: \"127.0.0.1\", port: %d, user: %s, key: %s, role: backup }\n"
		"systems:\n  b: { provider: backup, folder: %s, remote: %s }\n", known, test_sshd_port(scene->sshd), test_login(), test_sshd_key(&scene->folder), here,
		scene->remote.path);
	assert_ok(environment_parse(str_from(text), temp_path(&scene->folder, "environment.yaml"), &scene->environment, &err), &err);
	assert_ok(provider_check_environment(scene->environment, &err), &err);
	scene->args = json_new_object();
	scene->call = (Call){.environment = scene->environment, .system = &scene->environment->systems[0], .args = scene->args, .progress = on_progress,
		.cancelled = is_cancelled, .userdata = scene};
}

static void begin(Scene *scene) { begin_with(scene, "Subsystem sftp internal-sftp\n"); }

static void scene_clear(Scene *scene) {
	test_sshd_free(scene->sshd);
	environment_free(scene->environment);
	json_free(scene->args);
	buf_clear(&scene->progress);
	temp_folder_clear(&scene->folder);
	temp_folder_clear(&scene->remote);
}
BG_DEFINE_CLEARP(Scene, scene_clear)

/* A set on the node; its daily folder is `daily`. */
static const char *make_remote(Scene *scene, const char *name) {
	AUTO_FREE char *at = bg_asprintf("daily/%s", name);
	AUTO_FREE char *told_as = bg_asprintf("%s/daily/%s", scene->remote.path, name);
	return backup_set_make(&scene->remote, at, told_as);
}

static bool plan_fetch(Scene *scene, Plan *ret, Error *err) {
	scene->call.deadline = (MonoTime){mono_now().ms + 60000};
	return action_find("backup.fetch")->plan(&scene->call, ret, err);
}

static bool fetch(Scene *scene, Plan *plan, ActionResult *result, Error *err) {
	const Action *action = action_find("backup.fetch");
	return plan_fetch(scene, plan, err) && action->apply(&scene->call, plan, result, err) && action->verify(&scene->call, plan, result, err);
}

static char *names_here(Scene *scene) {
	AUTO_CLEAR(BackupSets) sets = {0};
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	assert_ok(backup_local_sets(temp_path(&scene->folder, "here"), false, &sets, &err), &err);
	for (size_t i = 0; i < sets.count; i++)
		strlist_add(&names, sets.items[i].name);
	return strlist_join(&names, " ");
}

static void make_old(Scene *scene, int count) {
	for (int i = 0; i < count; i++) {
		AUTO_FREE char *name = bg_asprintf("here/202501%02d/backup_manifest.json", i + 1);
		temp_write(&scene->folder, name, "{}");
	}
}

static char *changes_of(const Plan *plan) {
	AUTO_CLEAR(StrList) lines = {0};
	plan_describe(plan, &lines);
	return strlist_join(&lines, "\n");
}

Test(backup_fetch, the_newest_set_comes_is_verified_and_then_the_oldest_go) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	WallTime at;
	if (!have_sshd())
		cr_skip_test(NO_SSHD);
	begin(&scene);
	make_remote(&scene, "20251231");
	const char *remote = make_remote(&scene, "20260101");
	make_old(&scene, 11);
	assert_ok(fetch(&scene, &plan, &result, &err), &err);
	AUTO_FREE char *changes = changes_of(&plan);
	cr_expect(strstr(changes, "set 20260101 here: becomes 6 files, ") && strstr(changes, "of node4:"), "%s", changes);
	cr_expect(strstr(changes, "set 20250101 here: there goes\nset 20250102 here: there goes") && !strstr(changes, "20250103"), "%s", changes);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	cr_expect(strstr(result.evidence, "set 20260101 is here: 6 files") && strstr(result.evidence, "4 documents in 2 databases, verified"), "%s", result.evidence);
	AUTO_FREE char *names = names_here(&scene);
	assert_text("sets", names, "20250103 20250104 20250105 20250106 20250107 20250108 20250109 20250110 20250111 20260101");
	AUTO_FREE char *compare = bg_asprintf("diff -r '%s' here/20260101", remote);
	backup_set_run(scene.folder.path, compare);
	cr_expect(backup_is_verified(temp_path(&scene.folder, "here"), "20260101", &at));
	cr_expect(strstr(buf_text(&scene.progress), "/s, ") && strstr(buf_text(&scene.progress), " left: "), "%s", buf_text(&scene.progress));
	assert_ok(plan_fetch(&scene, &again, &err), &err);
	cr_expect(again.nothing_to_do);
}

Test(backup_fetch, one_that_was_stopped_goes_on_where_it_was) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO_CLEAR(ActionResult) second = {0};
	Error err = {0};
	if (!have_sshd())
		cr_skip_test(NO_SSHD);
	begin(&scene);
	const char *remote = make_remote(&scene, "20260101");
	/* Larger than one piece, so that it can be stopped inside; the manifest is made anew over it. */
	backup_set_run(remote, "head -c 5000000 /dev/urandom >media.bin; rm backup_manifest.json; "
		"printf '{\"backup_date\":\"2026-01-01T01:00:07Z\",\"backup_type\":\"daily\"}' >backup_manifest.json");
	make_old(&scene, 12);
	scene.cancel_at = 1500000;
	assert_refused(fetch(&scene, &plan, &result, &err), &err, ERROR_CANCELLED, "");
	AUTO_FREE char *names = names_here(&scene);
	cr_expect(strstr(names, "20250101") && !strstr(names, "20260101"), "something was removed, or half a set is here: %s", names);
	scene.cancelled = false;
	scene.cancel_at = 0;
	buf_clear(&scene.progress);
	assert_ok(fetch(&scene, &again, &second, &err), &err);
	AUTO_FREE char *changes = changes_of(&again);
	cr_expect(strstr(changes, "set 20260101 here: ") && strstr(changes, " MiB of it -> "), "%s", changes);
	cr_expect_eq(second.verified, VERIFIED_YES, "%s", second.evidence);
	AUTO_FREE char *compare = bg_asprintf("diff -r '%s' here/20260101", remote);
	backup_set_run(scene.folder.path, compare);
}

/* Whatever is wrong, everything that was here stays. */
Test(backup_fetch, a_set_that_is_not_whole_removes_nothing) {
	static const struct { const char *name, *command, *why; } cases[] = {
		{"a dump that is cut", "head -c 120 openedx_users.json >x && mv x openedx_users.json", "the set is not whole, and was not taken: openedx_users.json, byte 120"},
		{"no manifest yet", "rm backup_manifest.json", "set 20260101 has no manifest yet"},
		{"a link", "ln -s /etc/passwd p", "p is no file"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Scene) scene = {0};
		AUTO_CLEAR(Plan) plan = {0};
		AUTO_CLEAR(ActionResult) result = {0};
		Error err = {0};
		if (!have_sshd())
			cr_skip_test(NO_SSHD);
		begin(&scene);
		backup_set_run(make_remote(&scene, "20260101"), cases[i].command);
		make_old(&scene, 12);
		assert_refused(fetch(&scene, &plan, &result, &err), &err, err.kind, cases[i].why);
		cr_expect(err.hint[0], "%s has no hint", cases[i].name);
		AUTO_FREE char *names = names_here(&scene);
		cr_expect(strstr(names, "20250101") && !strstr(names, "20260101"), "%s: %s", cases[i].name, names);
	}
}

Test(backup_fetch, a_part_that_was_damaged_here_is_found_and_comes_anew) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO_CLEAR(ActionResult) second = {0};
	Error err = {0};
	if (!have_sshd())
		cr_skip_test(NO_SSHD);
	begin(&scene);
	make_remote(&scene, "20260101");
	assert_ok(plan_fetch(&scene, &plan, &err), &err);
	/* As a disk leaves it behind that lost power: the right length, other bytes. */
	AUTO_FREE char *part = bg_asprintf("here/.fetching/%s/configmaps.yaml", json_get_string(plan.basis, "partial"));
	temp_write(&scene.folder, part, "kind: Lost\n");
	assert_refused(action_find("backup.fetch")->apply(&scene.call, &plan, &result, &err), &err, ERROR_IO, "1 files are not as they are there, the first: configmaps.yaml");
	assert_ok(fetch(&scene, &again, &second, &err), &err);
	cr_expect_eq(second.verified, VERIFIED_YES, "%s", second.evidence);
}

Test(backup_fetch, a_folder_that_the_script_made_is_understood) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	if (!have_sshd())
		cr_skip_test(NO_SSHD);
	begin(&scene);
	const char *remote = make_remote(&scene, "20260101");
	AUTO_FREE char *as_rsync = bg_asprintf("mkdir -p here/logs && cp -a '%s' here/", remote);
	backup_set_run(scene.folder.path, as_rsync);
	assert_ok(fetch(&scene, &plan, &result, &err), &err);
	AUTO_FREE char *changes = changes_of(&plan);
	assert_text("changes", changes, "set 20260101 here: not verified -> read to its end");
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	/* Another one of that day comes beside it: what is here is never written over. */
	AUTO_CLEAR(Plan) other = {0};
	backup_set_run(remote, "echo more >>configmaps.yaml");
	assert_ok(plan_fetch(&scene, &other, &err), &err);
	AUTO_FREE char *beside = changes_of(&other);
	cr_expect(strstr(beside, "set 20260101.2 here: becomes 6 files"), "%s", beside);
}

Test(backup_fetch, only_one_fetches_at_a_time_and_leftovers_go_with_success) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO_CLEAR(ActionResult) second = {0};
	Error err = {0};
	if (!have_sshd())
		cr_skip_test(NO_SSHD);
	begin(&scene);
	make_remote(&scene, "20260101");
	const char *left = temp_write(&scene.folder, "here/.fetching/20251231-0123456789ab/x.json", "half");
	int held = open(temp_write(&scene.folder, "here/.fetching/lock", ""), O_RDONLY | O_CLOEXEC);
	cr_assert(held >= 0 && flock(held, LOCK_EX) == 0);
	assert_refused(fetch(&scene, &plan, &result, &err), &err, ERROR_CONFLICT, "another fetch into this folder is under way");
	cr_expect(file_exists(left));
	close(held);
	assert_ok(fetch(&scene, &again, &second, &err), &err);
	cr_expect(!file_exists(left), "a leftover stays");
}

Test(backup_fetch, a_machine_without_sftp_is_told) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	Error err = {0};
	if (!have_sshd())
		cr_skip_test(NO_SSHD);
	begin_with(&scene, NULL);
	assert_refused(plan_fetch(&scene, &plan, &err), &err, ERROR_DENIED, "it offers no SFTP to this login");
	cr_expect(strstr(err.hint, "Subsystem sftp"), "%s", err.hint);
}

Test(backup_fetch, what_is_missing_is_told) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) none = {0};
	AUTO_CLEAR(Plan) plan = {0};
	Error err = {0};
	if (!have_sshd())
		cr_skip_test(NO_SSHD);
	begin(&scene);
	assert_refused(plan_fetch(&scene, &none, &err), &err, ERROR_MISSING, "node4 holds no set");
	scene.sshd = test_sshd_free(scene.sshd);
	assert_refused(plan_fetch(&scene, &plan, &err), &err, ERROR_IO, "connection refused");
}

/* ---- the rotation ---- */

static void make_sets(Scene *scene, const char *tier, const char *first, ...) __attribute__((sentinel));
static void make_sets(Scene *scene, const char *tier, const char *first, ...) {
	va_list args;
	va_start(args, first);
	for (const char *name = first; name; name = va_arg(args, const char *)) {
		AUTO_FREE char *path = bg_asprintf("%s/%s/" BACKUP_MANIFEST, tier, name);
		temp_write(&scene->remote, path, "{}");
	}
	va_end(args);
}

static void read_rotation(Scene *scene, Reading *ret) {
	scene->call.deadline = (MonoTime){mono_now().ms + 60000};
	probe_find("backup.rotation")->read(&scene->call, ret);
}

/* Friday, 2026-03-13 noon. */
#define FRIDAY "1773403200000"

Test(backup_fetch, the_rotation_is_held_against_what_was_promised) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Reading) none = {0};
	AUTO_CLEAR(Reading) whole = {0};
	AUTO_CLEAR(Reading) holes = {0};
	if (!have_sshd())
		cr_skip_test(NO_SSHD);
	setenv("BREAKGLASS_TEST_CLOCK", FRIDAY, 1);
	begin(&scene);
	make_sets(&scene, "weekly", "2026-week06", "2026-week07", "2026-week08", "2026-week09", (char *) NULL);
	read_rotation(&scene, &none);
	cr_expect_eq(none.state, READING_FAIL, "%s", none.text);
	cr_expect(strstr(none.reason, "node4:"), "%s", none.reason);
	make_sets(&scene, "daily", "20260306", "20260307", "20260308", "20260309", "20260310", "20260311", "20260312", "20260313", (char *) NULL);
	make_sets(&scene, "monthly", "2025-03", "2025-04", "2025-05", "2025-06", "2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-01",
		"2026-02", (char *) NULL);
	read_rotation(&scene, &whole);
	cr_expect_eq(whole.state, READING_OK, "%s: %s", whole.text, whole.reason);
	assert_text("whole", whole.text, "newest 12 h old; 7 of 7 days, 4 of 4 weeks, 12 of 12 months");
	backup_set_run(scene.remote.path, "rm -r daily/20260310 weekly/2026-week08 monthly/2025-11");
	read_rotation(&scene, &holes);
	cr_expect_eq(holes.state, READING_WARN, "%s", holes.text);
	cr_expect(strstr(holes.reason, "missing: daily 2026-03-10, week of 2026-02-22, month 2025-11: look"), "%s", holes.reason);
	cr_expect_eq(json_get_int(holes.facts, "missing", 0), 3);
	JSON_EACH(fact, holes.facts)
		cr_expect_not_null(verb_find_field(&probe_find("backup.rotation")->spec, str_from(json_key(fact))), "%s", json_key(fact));
}

/* What cannot be there yet is not missing, and not well either. */
Test(backup_fetch, a_new_node_is_told_as_one_until_it_has_all_days) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Reading) first = {0};
	AUTO_CLEAR(Reading) week = {0};
	AUTO_CLEAR(Reading) no_weeks = {0};
	AUTO_CLEAR(Reading) no_months = {0};
	if (!have_sshd())
		cr_skip_test(NO_SSHD);
	setenv("BREAKGLASS_TEST_CLOCK", FRIDAY, 1);
	begin(&scene);
	backup_set_run(scene.remote.path, "rm -rf daily weekly monthly");
	make_sets(&scene, "daily", "20260313", (char *) NULL);
	read_rotation(&scene, &first);
	cr_expect_eq(first.state, READING_WARN, "%s", first.text);
	assert_text("first", first.text, "newest 12 h old; 0 of 7 days, 0 of 4 weeks, 0 of 12 months");
	cr_expect(strstr(first.reason, "the node is new: its first set is of 20260313; all 7 days are there on 2026-03-20, if nothing fails"), "%s", first.reason);
	cr_expect_eq(json_get_int(first.facts, "missing", -1), 0);
	make_sets(&scene, "daily", "20260306", "20260307", "20260308", "20260309", "20260310", "20260311", "20260312", (char *) NULL);
	read_rotation(&scene, &no_weeks);
	cr_expect(no_weeks.state == READING_WARN && strstr(no_weeks.reason, "there is no weekly set: look"), "%s: %s", no_weeks.text, no_weeks.reason);
	make_sets(&scene, "weekly", "2026-week09", (char *) NULL);
	read_rotation(&scene, &week);
	cr_expect_eq(week.state, READING_OK, "%s: %s", week.text, week.reason);
	make_sets(&scene, "weekly", "2026-week06", "2026-week07", "2026-week08", (char *) NULL);
	read_rotation(&scene, &no_months);
	cr_expect(no_months.state == READING_WARN && strstr(no_months.reason, "there is no monthly set: look"), "%s: %s", no_months.text, no_months.reason);
}

Test(backup_fetch, a_rotation_that_cannot_be_looked_at_is_unknown) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Reading) reading = {0};
	if (!have_sshd())
		cr_skip_test(NO_SSHD);
	begin(&scene);
	scene.sshd = test_sshd_free(scene.sshd);
	read_rotation(&scene, &reading);
	cr_expect_eq(reading.state, READING_UNKNOWN, "%s", reading.text);
	cr_expect(strstr(reading.text, "connection refused") && reading.reason, "%s", reading.text);
}
