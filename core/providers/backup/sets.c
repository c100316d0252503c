/* sets.c: which sets a folder of this machine holds. */
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/backup/backup.h"
#include "core/providers/settings.h"

#define DEPTH_MAX 8

void backup_sets_add(BackupSets *sets, const BackupSet *set) {
	if (sets->count == sets->capacity) {
		sets->capacity = sets->capacity ? sets->capacity * 2 : 32;
		sets->items = bg_realloc(sets->items, sets->capacity * sizeof(*sets->items));
	}
	sets->items[sets->count++] = *set;
}

void backup_sets_clear(BackupSets *sets) {
	for (size_t i = 0; i < sets->count; i++)
		free(sets->items[i].name);
	free(sets->items);
	*sets = (BackupSets){0};
}

static bool digits(Str text, size_t at, size_t len, int *ret) {
	int64_t value = 0;
	Str part = str_slice(text, at, len);
	for (size_t i = 0; i < part.len; i++)
		if (part.ptr[i] < '0' || part.ptr[i] > '9')
			return false;
	if (part.len != len || !str_parse_int(part, &value))
		return false;
	*ret = (int) value;
	return true;
}

/* `date +%U`: weeks begin on Sunday, those days before the first one are week 0. */
static bool week_day(int year, int week, WallTime *ret) {
	WallTime first = {0};
	if (week > 53 || !wall_from_civil(year, 1, 1, 0, 0, 0, &first))
		return false;
	int64_t days = first.ms / 86400000, weekday = (days + 4) % 7;   /* 1970-01-01 was a Thursday; 0 = Sunday */
	int64_t sunday = days + (7 - weekday) % 7;
	ret->ms = (week ? sunday + 7 * (week - 1) : days) * 86400000;
	return true;
}

bool backup_set_day(const char *name, WallTime *ret_day) {
	Str text = str_from(name);
	int year = 0, month = 0, day = 0, week = 0;
	if (!str_starts(text, "20") || !digits(text, 0, 4, &year))
		return false;
	if (digits(text, 4, 4, &day) && digits(text, 4, 2, &month) && digits(text, 6, 2, &day))
		return wall_from_civil(year, month, day, 0, 0, 0, ret_day);
	if (str_eq_c(str_slice(text, 4, 5), "-week") && digits(text, 9, 2, &week))
		return week_day(year, week, ret_day);
	if (!str_eq_c(str_slice(text, 4, 1), "-") || !digits(text, 5, 2, &month))
		return false;
	if (str_eq_c(str_slice(text, 7, 1), "-") && digits(text, 8, 2, &day))
		return wall_from_civil(year, month, day, 0, 0, 0, ret_day);
	return text.len == 7 && wall_from_civil(year, month, 1, 0, 0, 0, ret_day);
}

char *backup_folder(const Call *call) {
	char *folder = call->system ? setting_path(call->environment, call->system, "folder") : NULL;
	return folder ? folder : path_expand_home(BACKUP_FOLDER);
}

/* ---- sizes ---- */

static bool add_up(const char *folder, int depth, BackupSet *set, Error *err) {
	AUTO_CLEAR(StrList) names = {0};
	if (!file_list_folder(folder, &names, err))
		return false;
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *path = path_join(folder, names.items[i]);
		struct stat info;
		if (lstat(path, &info) != 0)
			continue;
		if (S_ISDIR(info.st_mode) && depth < DEPTH_MAX && !add_up(path, depth + 1, set, err))
			return false;
		if (S_ISREG(info.st_mode)) {
			int64_t changed = info.st_mtim.tv_sec * 1000LL + info.st_mtim.tv_nsec / 1000000;
			set->bytes += info.st_size;
			set->files++;
			set->changed_ms = changed > set->changed_ms ? changed : set->changed_ms;
		}
	}
	return true;
}

bool backup_add_up(const char *folder, BackupSet *set, Error *err) { return add_up(folder, 0, set, err); }

bool backup_local_sets(const char *folder, bool with_sizes, BackupSets *ret, Error *err) {
	AUTO_CLEAR(StrList) names = {0};
	AUTO_CLEAR(BackupSets) sets = {0};
	if (file_exists(folder) && !file_list_folder(folder, &names, err))
		return false;
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *path = path_join(folder, names.items[i]);
		AUTO_FREE char *manifest = path_join(path, BACKUP_MANIFEST);
		BackupSet set = {.is_whole = file_exists(manifest)};
		if (!file_is_folder(path) || !backup_set_day(names.items[i], &set.time))
			continue;
		if (with_sizes && !add_up(path, 0, &set, err))
			return false;
		set.made = set.is_whole && with_sizes ? backup_manifest_date(manifest) : (WallTime){0};
		set.name = bg_strdup(names.items[i]);
		backup_sets_add(&sets, &set);
	}
	*ret = sets;
	sets = (BackupSets){0};
	return true;
}

static bool no_set(const char *folder, Error *err) {
	error_set(err, ERROR_MISSING, "there is no backup set");
	error_hint(err, "sets are folders named by their day: 20260101; fetch one with backup.fetch");
	return error_where(err, "%s", folder);
}

bool backup_find_set(const Call *call, const char *set, char **ret_path, Error *err) {
	AUTO_FREE char *folder = backup_folder(call);
	AUTO_CLEAR(BackupSets) sets = {0};
	bool newest = !set || !*set || text_eq(set, "newest");
	AUTO_FREE char *named = newest ? NULL : str_find_char(str_from(set), '/') >= 0 ? argument_path(call->environment, set) : path_join(folder, set);
	if (newest && !backup_local_sets(folder, false, &sets, err))
		return false;
	if (newest && sets.count) {
		*ret_path = path_join(folder, sets.items[sets.count - 1].name);
		return true;
	}
	if (newest || !file_is_folder(named))
		return no_set(newest ? folder : named, err);
	*ret_path = TAKE(named);
	return true;
}
