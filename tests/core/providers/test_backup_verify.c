/* backup.verify: sets of the team's script read to their end, and what is wrong with one named to the file and the byte. */
#include <stdlib.h>

#include "backup_set.h"
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/backup/backup.h"

#define ROOT "/opt/k3s/storage/backup/daily/20260101"

typedef struct Scene { TempFolder folder; Environment *environment; Json *args; Call call; Buf output; } Scene;

static void on_output(void *userdata, bool is_stderr, Str bytes) {
	(void) is_stderr;
	buf_put_str(&((Scene *) userdata)->output, bytes);
}

static void begin(Scene *scene) {
	Error err = {0};
	scene->folder = temp_folder();
	AUTO_FREE char *text = bg_asprintf("name: n\nkind: live\nsystems:\n  b: { provider: backup, folder: %s }\n", scene->folder.path);
	assert_ok(environment_parse(str_from(text), temp_path(&scene->folder, "environment.yaml"), &scene->environment, &err), &err);
	assert_ok(provider_check_environment(scene->environment, &err), &err);
	scene->args = json_new_object();
	scene->call = (Call){.environment = scene->environment, .system = &scene->environment->systems[0], .args = scene->args, .deadline = {mono_now().ms + 60000},
		.output = on_output, .userdata = scene};
}

static void scene_clear(Scene *scene) {
	environment_free(scene->environment);
	json_free(scene->args);
	buf_clear(&scene->output);
	temp_folder_clear(&scene->folder);
}
BG_DEFINE_CLEARP(Scene, scene_clear)

static char *verified(const Scene *scene, const char *path) {
	AUTO_CLEAR(VerifyReport) report = {0};
	Error err = {0};
	assert_ok(backup_verify_set(&scene->call, path, NULL, &report, &err), &err);
	AUTO_FREE char *wrong = strlist_join(&report.wrong, "; ");
	AUTO_FREE char *notes = strlist_join(&report.notes, "; ");
	return bg_asprintf("%lld files, %lld documents in %lld databases, %lld files in %lld archives | %s | %s", (long long) report.files,
		(long long) report.documents, (long long) report.databases, (long long) report.entries, (long long) report.archives, wrong, notes);
}

Test(backup_verify, a_whole_set_is_read_to_its_end) {
	static const struct { const char *name, *told_as, *told; } cases[] = {
		{"20260101", ROOT, "6 files, 4 documents in 2 databases, 3 files in 1 archives |  | "},
		{"20260101.2", "/backup/daily/20260101", "6 files, 4 documents in 2 databases, 3 files in 1 archives |  | "},
		{"2026-week01", ROOT, "6 files, 4 documents in 2 databases, 3 files in 1 archives |  | "},
		{"20260102", NULL, "6 files, 4 documents in 2 databases, 3 files in 1 archives |  | the manifest's checksum is that of no file at all: "
			"the script took it on another machine; each file was read by itself"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Scene) scene = {0};
		begin(&scene);
		AUTO_FREE char *told = verified(&scene, backup_set_make(&scene.folder, cases[i].name, cases[i].told_as));
		assert_text(cases[i].name, told, cases[i].told);
	}
}

/* Each by what a shell does to a set that was whole. */
Test(backup_verify, what_is_wrong_is_named_to_the_file_and_the_byte) {
	static const struct { const char *name, *command, *told; bool is_also_sum; } cases[] = {
		{"a dump that is cut", "head -c 120 openedx_users.json >x && mv x openedx_users.json", "openedx_users.json, byte 120: it ends in the middle", true},
		{"a dump that is empty", ": >openedx_courses.json", "openedx_courses.json: it is empty", true},
		{"a dump that is a refusal", "echo '{\"error\":\"unauthorized\",\"reason\":\"x\"}' >openedx_users.json",
			"openedx_users.json, byte 37: it holds what the server said when it refused, not a dump: unauthorized", true},
		{"a byte of a dump", "sed -i 's/\"rev\"/\"rev/' openedx_users.json", "openedx_users.json, byte ", true},
		{"an archive that is cut", "head -c 30000 uploads.tar.gz >x && mv x uploads.tar.gz", "uploads.tar.gz, byte 30000: truncated gzip input", true},
		{"an archive without its end", "gzip -d uploads.tar.gz && head -c 1536 uploads.tar >x && rm uploads.tar && gzip <x >uploads.tar.gz && rm x", "uploads.tar.gz, byte ", true},
		{"a byte of an archive", "printf X | dd of=uploads.tar.gz bs=1 seek=31000 conv=notrunc status=none", "uploads.tar.gz, byte ", true},
		{"an archive that is none", "echo nothing >uploads.tar.gz", "uploads.tar.gz, byte ", true},
		{"a compressed dump that is cut", "gzip openedx_users.json && head -c 60 openedx_users.json.gz >x && mv x openedx_users.json.gz", "openedx_users.json.gz, byte ", true},
		{"a file that is gone", "rm secrets.yaml", "backup_manifest.json: its checksum is not that of the files: one was changed, is missing, or was added", false},
		{"a file that was changed", "echo x >>configmaps.yaml", "backup_manifest.json: its checksum is not that of the files", false},
		{"no manifest", "rm backup_manifest.json", "backup_manifest.json: it is not there", false},
		{"a manifest that is none", "echo '{}' >backup_manifest.json", "backup_manifest.json: it does not say backup_date and backup_type", false},
		{"a manifest that is cut", "echo '{' >backup_manifest.json", "backup_manifest.json", false},
		{"a manifest of another version", "sed -i 's/{/{\"version\":2,/' backup_manifest.json", "backup_manifest.json: it is of another version than 1", false},
		{"a link", "ln -s /etc/passwd passwd", "passwd: it is no file: a backup has none such", false},
		{"no dump and no archive", "rm openedx_* uploads.tar.gz", "it holds no dump of a database and no archive", true},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Scene) scene = {0};
		begin(&scene);
		const char *path = backup_set_make(&scene.folder, "20260101", ROOT);
		backup_set_run(path, cases[i].command);
		AUTO_FREE char *told = verified(&scene, path);
		AUTO_FREE char *wanted = bg_asprintf("| %s", cases[i].told);
		cr_expect(strstr(told, cases[i].told), "%s: \"%s\" is not in: %s", cases[i].name, cases[i].told, told);
		cr_expect(!cases[i].is_also_sum || strstr(told, "its checksum is not that of the files"), "%s: %s", cases[i].name, told);
		cr_expect(strstr(buf_text(&scene.output), "wrong: "), "%s", cases[i].name);
	}
}

/* One bit anywhere in the compressed bytes: found by gzip's own checksum, which libarchive does not compare. */
Test(backup_verify, every_damaged_byte_of_an_archive_is_found) {
	for (int at = 64; at < 60000; at += 12007) {
		AUTO_CLEAR(Scene) scene = {0};
		begin(&scene);
		const char *path = backup_set_make(&scene.folder, "20260101", NULL);
		AUTO_FREE char *command = bg_asprintf("b=$(od -An -tu1 -j%d -N1 uploads.tar.gz); printf \"\\\\$(printf %%03o $((b ^ 1)))\" | dd of=uploads.tar.gz bs=1 seek=%d conv=notrunc status=none",
			at, at);
		backup_set_run(path, command);
		AUTO_FREE char *told = verified(&scene, path);
		cr_expect(strstr(told, "| uploads.tar.gz, byte "), "byte %d: %s", at, told);
	}
}

Test(backup_verify, the_action_tells_what_it_found_and_leaves_a_mark_that_a_change_takes_back) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO_CLEAR(ActionResult) second = {0};
	Error err = {0};
	WallTime at;
	begin(&scene);
	backup_set_make(&scene.folder, "20251231", NULL);
	const char *path = backup_set_make(&scene.folder, "20260101", ROOT);
	const Action *action = action_find("backup.verify");
	assert_ok(action->plan(&scene.call, &plan, &err), &err);
	cr_expect(strstr(plan.changes[0].what, "reads 6 files"), "%s", plan.changes[0].what);
	cr_expect(!backup_is_verified(scene.folder.path, "20260101", &at) && !wall_known(at));
	assert_ok(action->apply(&scene.call, &plan, &result, &err), &err);
	cr_expect(strstr(result.evidence, "4 documents in 2 databases, 3 files in 1 archives; made Jan 1"), "%s", result.evidence);
	cr_expect(backup_is_verified(scene.folder.path, "20260101", &at) && wall_known(at));
	backup_set_run(path, "head -c 100 openedx_users.json >x && mv x openedx_users.json");
	cr_expect(!backup_is_verified(scene.folder.path, "20260101", &at));
	assert_refused(action->apply(&scene.call, &plan, &second, &err), &err, ERROR_INVALID, "2 things are wrong: openedx_users.json, byte 100: it ends in the middle");
	cr_expect(strstr(err.hint, "do not restore from it"), "%s", err.hint);
}

Test(backup_verify, names_of_sets_tell_their_day) {
	static const struct { const char *name; bool is_set; const char *day; } cases[] = {
		{"20260101", true, "2026-01-01"}, {"20260101-0100", true, "2026-01-01"}, {"20260101.2", true, "2026-01-01"}, {"2026-02", true, "2026-02-01"},
		{"2026-02-03", true, "2026-02-03"}, {"2026-week01", true, "2026-01-04"}, {"2026-week00", true, "2026-01-01"}, {"2023-week01", true, "2023-01-01"},
		{"logs", false, NULL}, {"2026", false, NULL}, {"20x", false, NULL}, {"2026-week99", false, NULL}, {"2026-1", false, NULL},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		WallTime day = {0};
		char text[WALL_TEXT_SIZE];
		cr_expect_eq(backup_set_day(cases[i].name, &day), cases[i].is_set, "%s", cases[i].name);
		cr_expect(!cases[i].is_set || str_starts(str_from(wall_format_iso(day, text)), cases[i].day), "%s: %s", cases[i].name, text);
	}
}
