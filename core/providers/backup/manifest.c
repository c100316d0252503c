/* manifest.c: backup_manifest.json of the team's scripts: {"backup_date","backup_type","checksum"}. The checksum is the MD5 of the sorted lines of
 * `md5sum PATH` over all files, with the paths that they had on the machine where it was made: a set that was moved has other ones, so that they are tried. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/providers/backup/verify.h"

#define MANIFEST_MAX (4u * 1024 * 1024)
#define MD5_OF_NOTHING "d41d8cd98f00b204e9800998ecf8427e"

bool verify_manifest(Verify *verify, const char *path, Error *err) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Json) *json = NULL;
	verify->has_manifest = true;
	if (!file_read(path, MANIFEST_MAX, &text, err) || !json_parse(buf_str(&text), &json, err))
		return false;
	const char *date = json_get_string(json, "backup_date"), *type = json_get_string(json, "backup_type"), *sum = json_get_string(json, "checksum");
	const Json *version = json_get(json, "version");
	if (!json_is_object(json) || !date || !type)
		return error_set(err, ERROR_INVALID, "it does not say backup_date and backup_type: it is another version, or no manifest");
	if (version && json_int_lenient(version, 0) != 1)
		return error_set(err, ERROR_INVALID, "it is of another version than 1: this set was made by something newer");
	if (!wall_parse_iso(str_from(date), &verify->report->time))
		return error_set(err, ERROR_INVALID, "its backup_date is none: %.40s", date);
	verify->report->type = text_sanitised_line(type);
	if (sum && strlen(sum) == sizeof(verify->checksum) - 1)
		memcpy(verify->checksum, sum, sizeof(verify->checksum));
	else if (sum)
		return error_set(err, ERROR_INVALID, "its checksum is none");
	return true;
}

WallTime backup_manifest_date(const char *path) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Json) *json = NULL;
	WallTime date = {0};
	if (file_read(path, MANIFEST_MAX, &text, NULL) && json_parse(buf_str(&text), &json, NULL))
		BG_IGNORE(wall_parse_iso(str_from(json_get_string_or(json, "backup_date", "")), &date));   /* unreadable: unknown */
	return date;
}

/* ---- the checksum ---- */

bool verify_add_sum(Verify *verify, const char *path, Error *err) {
	FileSum sum = {.name = bg_strdup(path + strlen(verify->path) + 1)};
	if (!md5_file_hex(path, sum.md5, err)) {
		free(sum.name);
		return false;
	}
	if (verify->sum_count == verify->sum_capacity) {
		verify->sum_capacity = verify->sum_capacity ? verify->sum_capacity * 2 : 64;
		verify->sums = bg_realloc(verify->sums, verify->sum_capacity * sizeof(*verify->sums));
	}
	verify->sums[verify->sum_count++] = sum;
	return true;
}

static int by_line(const void *a, const void *b) {
	const FileSum *one = a, *other = b;
	int order = strcmp(one->md5, other->md5);
	return order ? order : strcmp(one->name, other->name);
}

static bool fits(const Verify *verify, const char *folder) {
	AUTO_CLEAR(Buf) lines = {0};
	char digest[33];
	for (size_t i = 0; i < verify->sum_count; i++)
		buf_printf(&lines, "%s  %s/%s\n", verify->sums[i].md5, folder, verify->sums[i].name);
	md5_hex(buf_text(&lines), lines.len, digest);
	return strcmp(digest, verify->checksum) == 0;
}

/* Where the scripts make it: on the node, and in the cluster's job. A weekly or monthly set keeps the checksum of the daily one that it was copied from. */
static bool fits_somewhere(const Verify *verify) {
	static const char *const ROOTS[] = {"/opt/k3s/storage/backup/daily", "/backup/daily"};
	char day[WALL_TEXT_SIZE], *digits = day;
	WallTime about = {verify->report->time.ms};
	if (fits(verify, verify->path) || (verify->told_as && fits(verify, verify->told_as)))
		return true;
	/* The day before and the day after, too: the name is of the machine's own zone. */
	for (int shift = -1; shift <= 1; shift++) {
		wall_format_iso((WallTime){about.ms + shift * 86400000LL}, day);
		AUTO_FREE char *name = bg_asprintf("%.4s%.2s%.2s", digits, digits + 5, digits + 8);
		const char *own = path_base(verify->path);
		for (size_t i = 0; i < BG_LENGTH(ROOTS); i++) {
			AUTO_FREE char *by_day = path_join(ROOTS[i], name);
			AUTO_FREE char *by_name = path_join(ROOTS[i], own);
			if (fits(verify, by_day) || fits(verify, by_name))
				return true;
		}
	}
	return false;
}

void verify_compare_sums(Verify *verify) {
	Error wrong = {0};
	if (!verify->checksum[0] || !wall_known(verify->report->time))
		return;
	/* The script takes it on the machine where it was started, not on the one that holds the files. */
	if (strcmp(verify->checksum, MD5_OF_NOTHING) == 0) {
		strlist_add(&verify->report->notes, "the manifest's checksum is that of no file at all: the script took it on another machine; each file was read by itself");
		return;
	}
	if (verify->sum_count)
		qsort(verify->sums, verify->sum_count, sizeof(*verify->sums), by_line);
	if (fits_somewhere(verify))
		return;
	error_set(&wrong, ERROR_INVALID, "its checksum is not that of the files: one was changed, is missing, or was added");
	verify_wrong(verify, BACKUP_MANIFEST, &wrong);
}

void verify_sums_clear(Verify *verify) {
	for (size_t i = 0; i < verify->sum_count; i++)
		free(verify->sums[i].name);
	free(verify->sums);
	verify->sums = NULL;
	verify->sum_count = verify->sum_capacity = 0;
}
