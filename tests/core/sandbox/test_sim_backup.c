/* Practice backups are what the provider takes for backups: read to their end they are whole, and damaged ones are found. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/backup/backup.h"
#include "core/sandbox/sim_backup.h"
#include "core/sandbox/sim_couch_data.h"
#include "couch_ask.h"

#define DAY_MS 86400000LL

static WallTime at(const char *text) {
	WallTime time = {0};
	cr_assert(wall_parse_iso(str_from(text), &time), "%s", text);
	return time;
}

static char *verified(const char *path) {
	AUTO_CLEAR(VerifyReport) report = {0};
	Error err = {0};
	Call call = {.deadline = {mono_now().ms + 60000}};
	assert_ok(backup_verify_set(&call, path, NULL, &report, &err), &err);
	AUTO_FREE char *wrong = strlist_join(&report.wrong, "; ");
	AUTO_FREE char *notes = strlist_join(&report.notes, "; ");
	return bg_asprintf("%s: %lld files, %lld documents in %lld databases, %lld files in %lld archives | %s | %s", report.type, (long long) report.files,
		(long long) report.documents, (long long) report.databases, (long long) report.entries, (long long) report.archives, wrong, notes);
}

#define WHOLE "8 files, 223 documents in 4 databases, 16 files in 1 archives |  | "

Test(sim_backup, a_set_is_whole_for_the_provider) {
	AUTO(SimCouch) *couch = couch_begin();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	Error err = {0};
	sim_couch_fill(couch);
	assert_ok(sim_backup_write(couch, &(SimBackup){folder.path, "20260301", "daily", at("2026-03-01T01:00:07Z")}, &err), &err);
	AUTO_FREE char *path = path_join(folder.path, "20260301");
	AUTO_FREE char *told = verified(path);
	assert_text("verified", told, "daily: " WHOLE);
	AUTO_FREE char *users = path_join(path, "openedx_users.json");
	AUTO_FREE char *dump = read_text(users);
	cr_expect(str_starts(str_from(dump), "{\"total_rows\":49,\"offset\":0,\"rows\":[\r\n{\"id\":\"_design/users\",\"key\":\"_design/users\",\"value\":{\"rev\":"), "%.200s", dump);
	/* A member that is down is not asked; when none is up, there is none to ask. */
	sim_couch_run(couch, 0, false);
	assert_ok(sim_backup_write(couch, &(SimBackup){folder.path, "20260302", "daily", at("2026-03-02T01:00:07Z")}, &err), &err);
	for (size_t i = 1; i < SIM_COUCH_MEMBERS; i++)
		sim_couch_run(couch, i, false);
	assert_refused(sim_backup_write(couch, &(SimBackup){folder.path, "20260303", "daily", at("2026-03-03T01:00:07Z")}, &err), &err, ERROR_REMOTE, "no member runs");
}

/* Days that make a rotation difficult: the first of a year, a Sunday, the first of a month, before and after the night's hour. */
Test(sim_backup, a_node_holds_what_the_rotation_promises) {
	static const struct { const char *now, *newest, *week, *month; } cases[] = {
		{"2026-11-21T16:00:00Z", "20261121", "2026-week46", "2026-11"}, {"2026-01-01T12:00:00Z", "20260101", "2025-week52", "2026-01"},
		{"2026-03-01T00:30:00Z", "20260228", "2026-week08", "2026-02"}, {"2026-03-01T08:00:00Z", "20260301", "2026-week09", "2026-03"},
		{"2023-01-01T09:00:00Z", "20230101", "2023-week01", "2023-01"},
	};
	AUTO(SimCouch) *couch = couch_begin();
	sim_couch_fill(couch);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(TempFolder) folder = temp_folder();
		static const char *const TIERS[] = {"daily", "weekly", "monthly"};
		const char *const newest[] = {cases[i].newest, cases[i].week, cases[i].month};
		static const size_t COUNTS[] = {8, 5, 13};
		Error err = {0};
		assert_ok(sim_backup_write_node(couch, folder.path, at(cases[i].now), &err), &err);
		for (size_t k = 0; k < BG_LENGTH(TIERS); k++) {
			AUTO_CLEAR(BackupSets) sets = {0};
			AUTO_FREE char *tier = path_join(folder.path, TIERS[k]);
			assert_ok(backup_local_sets(tier, true, &sets, &err), &err);
			cr_assert_eq(sets.count, COUNTS[k], "%s %s: %zu", cases[i].now, TIERS[k], sets.count);
			assert_text(cases[i].now, sets.items[sets.count - 1].name, newest[k]);
			for (size_t m = 0; m < sets.count; m++) {
				cr_expect(sets.items[m].is_whole && sets.items[m].made.ms < at(cases[i].now).ms, "%s", sets.items[m].name);
				cr_expect_eq(sets.items[m].made.ms / DAY_MS, sets.items[m].time.ms / DAY_MS, "%s %s is made on its day", TIERS[k], sets.items[m].name);
			}
			AUTO_FREE char *last = path_join(tier, newest[k]);
			AUTO_FREE char *told = verified(last);
			cr_expect(strstr(told, WHOLE), "%s: %s", last, told);
		}
	}
}

Test(sim_backup, a_corrupt_set_is_found_out_and_the_one_before_is_whole) {
	AUTO(SimCouch) *couch = couch_begin();
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_FREE char *set = NULL;
	Error err = {0};
	sim_couch_fill(couch);
	assert_refused(sim_backup_corrupt(folder.path, &set, &err), &err, ERROR_MISSING, "there is no backup set");
	assert_ok(sim_backup_write_local(couch, folder.path, 3, at("2026-11-21T16:00:00Z"), &err), &err);
	assert_ok(sim_backup_corrupt(folder.path, &set, &err), &err);
	cr_expect(str_ends(str_from(set), "/20261121"), "%s", set);
	AUTO_FREE char *told = verified(set);
	cr_expect(strstr(told, "openedx_enrollments.json, byte ") && strstr(told, "it ends in the middle"), "%s", told);
	cr_expect(strstr(told, "uploads.tar.gz, byte ") && strstr(told, "its checksum is not that of the files"), "%s", told);
	AUTO_FREE char *before = path_join(folder.path, "20261120");
	AUTO_FREE char *whole = verified(before);
	assert_text("the one before", whole, "daily: " WHOLE);
}
