/* action.c: backup.verify: plan and report of a verification, and the mark that it leaves. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/backup/backup.h"
#include "core/providers/words.h"

#define MARK_MAX (16u * 1024)

/* ---- the mark ---- */

static char *mark_path(const char *folder, const char *name) { return bg_asprintf("%s/.verified/%s.json", folder, name); }

static bool look_at(const char *folder, const char *name, BackupSet *ret, Error *err) {
	AUTO_FREE char *path = path_join(folder, name);
	*ret = (BackupSet){0};
	return backup_add_up(path, ret, err);
}

bool backup_mark_verified(const char *folder, const char *name, const VerifyReport *report, Error *err) {
	BackupSet set;
	AUTO_FREE char *path = mark_path(folder, name);
	AUTO_FREE char *marks = path_folder(path);
	AUTO(Json) *json = json_new_object();
	if (!look_at(folder, name, &set, err))
		return false;
	json_add_int(json, "time", wall_now().ms);
	json_add_int(json, "files", set.files);
	json_add_int(json, "bytes", set.bytes);
	json_add_int(json, "changed", set.changed_ms);
	json_add_int(json, "documents", report->documents);
	AUTO_FREE char *text = json_text(json);
	return file_make_folder(marks, 0700, err) && file_write_atomic(path, text, strlen(text), 0600, err);
}

/* A file that was changed, added or lost since then takes it back. */
bool backup_is_verified(const char *folder, const char *name, WallTime *ret_time) {
	AUTO_FREE char *path = mark_path(folder, name);
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Json) *json = NULL;
	BackupSet set;
	*ret_time = (WallTime){0};
	if (!file_exists(path) || !file_read(path, MARK_MAX, &text, NULL) || !json_parse(buf_str(&text), &json, NULL) || !look_at(folder, name, &set, NULL))
		return false;
	ret_time->ms = json_get_int(json, "time", 0);
	return json_get_int(json, "files", -1) == set.files && json_get_int(json, "bytes", -1) == set.bytes && json_get_int(json, "changed", -1) == set.changed_ms;
}

/* ---- the action ---- */

bool backup_plan_verify(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_FREE char *path = NULL;
	BackupSet set = {0};
	char size[WORDS_SIZE];
	if (!backup_find_set(call, call_arg(call, "set"), &path, err) || !backup_add_up(path, &set, err))
		return error_what(err, "plan to verify a backup");
	plan_set(&ret_plan->action, "backup.verify");
	plan_set(&ret_plan->target, "backup set %s", path);
	plan_set(&ret_plan->confirm_name, "%s", path_base(path));
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	json_add_string(ret_plan->basis, "set", path);
	json_add_int(ret_plan->basis, "files", set.files);
	json_add_int(ret_plan->basis, "bytes", set.bytes);
	AUTO_FREE char *what = bg_asprintf("reads %lld files, %s, to their ends; changes nothing", (long long) set.files, words_size(set.bytes, size));
	plan_add_change(ret_plan, what, NULL, NULL);
	plan_set(&ret_plan->manual, "./verify-backup.sh %s", path);
	return true;
}

static char *evidence_of(const VerifyReport *report) {
	char documents[WORDS_SIZE], entries[WORDS_SIZE], size[WORDS_SIZE], day[WALL_TEXT_SIZE];
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, "%lld files, %s", (long long) report->files, words_size(report->bytes, size));
	if (report->databases)
		buf_printf(&text, ", %s documents in %lld databases", words_count(report->documents, documents), (long long) report->databases);
	if (report->archives)
		buf_printf(&text, ", %s files in %lld archives", words_count(report->entries, entries), (long long) report->archives);
	if (wall_known(report->time))
		buf_printf(&text, "; made %s", wall_format_dated(report->time, wall_now(), day));
	return buf_take(&text);
}

bool backup_apply_verify(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(VerifyReport) report = {0};
	const char *path = json_get_string_or(plan->basis, "set", "");
	AUTO_FREE char *folder = path_folder(path);
	AUTO_FREE char *sets = backup_folder(call);
	Error marking = {0};
	if (!backup_verify_set(call, path, NULL, &report, err))
		return error_what(err, "verify %s", path_base(path));
	free(result->evidence);
	result->evidence = evidence_of(&report);
	result->value = bg_asprintf("%lld", (long long) report.documents);
	for (size_t i = 0; i < report.notes.count; i++)
		strlist_add(&result->warnings, report.notes.items[i]);
	if (report.wrong.count) {
		error_set(err, ERROR_INVALID, "%zu %s wrong: %.150s", report.wrong.count, report.wrong.count == 1 ? "thing is" : "things are", report.wrong.items[0]);
		error_hint(err, "do not restore from it: take another set; the output names all that is wrong");
		error_where(err, "%s", path);
		return error_what(err, "verify %s", path_base(path));
	}
	if (text_eq(folder, sets) && !backup_mark_verified(folder, path_base(path), &report, &marking))
		strlist_add_take(&result->warnings, bg_asprintf("that it was verified could not be kept: %s", marking.why));
	return true;
}
