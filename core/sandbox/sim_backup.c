/* sim_backup.c: see sim_backup.h. Dumps are what the simulated CouchDB answers, byte for byte, as `curl -o` writes it; a week's and a month's set are
 * copies of a daily one, checksum included, as the rotation's script makes them. */
#include "core/sandbox/sim_backup.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/sandbox/sim_archive.h"
#include "core/sandbox/sim_couch_data.h"
#include "core/sandbox/sim_couch_parts.h"

#define DAY_MS 86400000LL
#define MADE_MS (7 * 1000LL + 3600 * 1000LL)   /* each night at 01:00, and it takes a little */
#define DAYS 8
#define WEEKS 5
#define MONTHS 13
#define ARCHIVE "uploads.tar.gz"
#define MANIFEST "backup_manifest.json"
#define MAX_FILE_BYTES (64 * 1024 * 1024)

static const char CONFIGMAPS[] =
	"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: { name: openedx-config, namespace: openedx }\n"
	"  data: { PLATFORM_NAME: \"Northfield School\", LMS_HOST: school.northfield.example, CMS_HOST: studio.school.northfield.example }\n";
static const char SECRETS[] =
	"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: { name: couchdb-secrets, namespace: openedx }\n"
	"  type: Opaque\n  stringData: { adminUsername: admin, adminPassword: \"not in a practice backup\" }\n";

/* What every set of one moment holds; by name. */
typedef struct Contents { struct { char *name; Buf bytes; char md5[MD5_HEX_SIZE]; } *items; size_t count; } Contents;

static void contents_clear(Contents *contents) {
	for (size_t i = 0; i < contents->count; i++) {
		free(contents->items[i].name);
		buf_clear(&contents->items[i].bytes);
	}
	free(contents->items);
	*contents = (Contents) {0};
}
BG_DEFINE_CLEARP(Contents, contents_clear)

static void add_file(Contents *contents, char *name_take, Str bytes) {
	contents->items = bg_reallocarray(contents->items, contents->count + 1, sizeof(*contents->items));
	memset(&contents->items[contents->count], 0, sizeof(*contents->items));
	contents->items[contents->count].name = name_take;
	buf_put_str(&contents->items[contents->count].bytes, bytes);
	md5_hex(bytes.ptr, bytes.len, contents->items[contents->count].md5);
	contents->count++;
}

/* ---- what is in it ---- */

static bool ask(SimCouch *couch, const char *target, SimReply *ret, Error *err) {
	if (sim_couch_as_admin(couch, "GET", target, (Str){0}, ret) && ret->status == 200)
		return true;
	error_set(err, ERROR_REMOTE, "the practice CouchDB does not tell its documents: %s", ret->status ? buf_text(&ret->body) : "no member runs");
	return error_where(err, "%s", target);
}

/* Not the system's databases: the cluster makes those itself. */
static bool dump_databases(SimCouch *couch, size_t member, Contents *contents, Error *err) {
	const CouchGroup *group = &couch->groups[couch->members[member].group];
	for (size_t i = 0; i < group->count; i++) {
		AUTO_CLEAR(SimReply) reply = {0};
		AUTO_FREE char *target = bg_asprintf("/%s/_all_docs?include_docs=true", group->items[i].name);
		if (group->items[i].name[0] == '_')
			continue;
		if (!ask(couch, target, &reply, err))
			return false;
		add_file(contents, bg_asprintf("%s.json", group->items[i].name), buf_str(&reply.body));
	}
	return true;
}

static void archive_uploads(WallTime made, Contents *contents) {
	AUTO_CLEAR(Buf) bytes = {0};
	SimArchive archive = { .time = made };
	for (size_t i = 0;; i++) {
		AUTO(Json) *file = sim_couch_document_at(SIM_COUCH_FILES_DB, i);
		AUTO_CLEAR(Buf) text = {0};
		if (!file)
			break;
		sim_couch_upload(file, &text);
		sim_archive_add(&archive, json_get_string(file, "path"), buf_str(&text));
	}
	sim_archive_end(&archive, &bytes);
	add_file(contents, bg_strdup(ARCHIVE), buf_str(&bytes));
}

static bool make_contents(SimCouch *couch, WallTime made, Contents *ret, Error *err) {
	size_t member = 0;
	while (member + 1 < SIM_COUCH_MEMBERS && !sim_couch_runs(couch, member))
		member++;
	if (!dump_databases(couch, member, ret, err))
		return false;
	archive_uploads(made, ret);
	add_file(ret, bg_strdup("configmaps.yaml"), str_from(CONFIGMAPS));
	add_file(ret, bg_strdup("secrets.yaml"), str_from(SECRETS));
	return true;
}

/* ---- writing a set ---- */

static int by_text(const void *a, const void *b) { return strcmp(*(char *const *) a, *(char *const *) b); }

/* find FOLDER -type f -exec md5sum {} \; | sort | md5sum */
static void checksum(const Contents *contents, const char *folder, char ret[static MD5_HEX_SIZE]) {
	AUTO_CLEAR(StrList) lines = {0};
	for (size_t i = 0; i < contents->count; i++)
		strlist_add_take(&lines, bg_asprintf("%s  %s/%s\n", contents->items[i].md5, folder, contents->items[i].name));
	qsort(lines.items, lines.count, sizeof(*lines.items), by_text);
	AUTO_FREE char *all = strlist_join(&lines, "");
	md5_hex(all, strlen(all), ret);
}

static void day_name(WallTime day, char ret[static 9]) {
	char text[WALL_TEXT_SIZE];
	wall_format_iso(day, text);
	snprintf(ret, 9, "%.4s%.2s%.2s", text, text + 5, text + 8);
}

/* Without waiting for the disk: what is lost with the machine is a practice. */
static bool write_file(const char *path, Str bytes, Error *err) {
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0) {
		(void) error_errno(err, errno, "cannot write a practice backup");
		return error_where(err, "%s", path);
	}
	return file_write_all(fd, bytes.ptr, bytes.len, err) || error_where(err, "%s", path);
}

static bool write_set(const Contents *contents, const SimBackup *backup, Error *err) {
	AUTO_FREE char *folder = path_join(backup->root, backup->name);
	AUTO_FREE char *manifest_path = path_join(folder, MANIFEST);
	char day[9], sum[MD5_HEX_SIZE], made[WALL_TEXT_SIZE];
	if (!file_make_folder(folder, 0700, err))
		return false;
	for (size_t i = 0; i < contents->count; i++) {
		AUTO_FREE char *path = path_join(folder, contents->items[i].name);
		if (!write_file(path, buf_str(&contents->items[i].bytes), err))
			return false;
	}
	day_name(backup->made, day);
	AUTO_FREE char *made_in = path_join(SIM_BACKUP_ROOT "/daily", day);
	checksum(contents, made_in, sum);
	wall_format_iso(backup->made, made);
	AUTO_FREE char *manifest = bg_asprintf("{\n  \"backup_date\": \"%.19s+00:00\",\n  \"backup_type\": \"%s\",\n  \"checksum\": \"%s\"\n}\n", made, backup->type, sum);
	return write_file(manifest_path, str_from(manifest), err);
}

bool sim_backup_write(SimCouch *couch, const SimBackup *backup, Error *err) {
	AUTO_CLEAR(Contents) contents = {0};
	return (make_contents(couch, backup->made, &contents, err) && write_set(&contents, backup, err)) || error_what(err, "write a practice backup");
}

/* ---- many sets ---- */

static bool write_daily(const Contents *contents, const char *root, int64_t day, Error *err) {
	char name[9];
	WallTime made = { day * DAY_MS + MADE_MS };
	day_name(made, name);
	return write_set(contents, &(SimBackup) { root, name, "daily", made }, err);
}

/* Made on Sundays, of that day's set: `date +%U` counts weeks from the year's first Sunday. */
static bool write_weekly(const Contents *contents, const char *root, int64_t sunday, Error *err) {
	WallTime made = { sunday * DAY_MS + MADE_MS }, january = {0};
	char text[WALL_TEXT_SIZE];
	int64_t year = 0;
	wall_format_iso(made, text);
	BG_IGNORE(str_parse_int(str_slice(str_from(text), 0, 4), &year));   /* our own digits */
	BG_IGNORE(wall_from_civil((int) year, 1, 1, 0, 0, 0, &january));
	int64_t day_of_year = sunday - january.ms / DAY_MS;
	AUTO_FREE char *name = bg_asprintf("%04lld-week%02lld", (long long) year, (long long) ((day_of_year + 7) / 7));
	return write_set(contents, &(SimBackup) { root, name, "weekly", made }, err);
}

static bool write_monthly(const Contents *contents, const char *root, int64_t year, int64_t month, Error *err) {
	WallTime first = {0};
	BG_IGNORE(wall_from_civil((int) year, (int) month, 1, 0, 0, 0, &first));   /* of a month that there is */
	AUTO_FREE char *name = bg_asprintf("%04lld-%02lld", (long long) year, (long long) month);
	return write_set(contents, &(SimBackup) { root, name, "monthly", { first.ms + MADE_MS } }, err);
}

/* The last night whose backup has been made. */
static int64_t last_night(WallTime now) { return (now.ms - MADE_MS) / DAY_MS; }

static bool write_days(const Contents *contents, const char *root, size_t days, WallTime now, Error *err) {
	for (size_t i = 0; i < days; i++)
		if (!write_daily(contents, root, last_night(now) - (int64_t) i, err))
			return false;
	return true;
}

static bool write_tiers(const Contents *contents, const char *root, WallTime now, Error *err) {
	AUTO_FREE char *daily = path_join(root, "daily");
	AUTO_FREE char *weekly = path_join(root, "weekly");
	AUTO_FREE char *monthly = path_join(root, "monthly");
	char text[WALL_TEXT_SIZE];
	int64_t night = last_night(now), sunday = night - (night + 4) % 7, year = 0, month = 0;   /* 1970-01-01 was a Thursday */
	if (!write_days(contents, daily, DAYS, now, err))
		return false;
	for (int64_t i = 0; i < WEEKS; i++)
		if (!write_weekly(contents, weekly, sunday - 7 * i, err))
			return false;
	wall_format_iso((WallTime) { night * DAY_MS }, text);
	BG_IGNORE(str_parse_int(str_slice(str_from(text), 0, 4), &year));   /* our own digits */
	BG_IGNORE(str_parse_int(str_slice(str_from(text), 5, 2), &month));
	for (int64_t i = 0, at = year * 12 + month - 1; i < MONTHS; i++)
		if (!write_monthly(contents, monthly, (at - i) / 12, (at - i) % 12 + 1, err))
			return false;
	return true;
}

bool sim_backup_write_node(SimCouch *couch, const char *root, WallTime now, Error *err) {
	AUTO_CLEAR(Contents) contents = {0};
	return (make_contents(couch, now, &contents, err) && write_tiers(&contents, root, now, err)) || error_what(err, "write the practice backups of a node");
}

bool sim_backup_write_local(SimCouch *couch, const char *root, size_t days, WallTime now, Error *err) {
	AUTO_CLEAR(Contents) contents = {0};
	return (make_contents(couch, now, &contents, err) && write_days(&contents, root, days, now, err)) || error_what(err, "write practice backups");
}

/* ---- damage ---- */

static bool damage_file(const char *set, const char *name, bool cut, Error *err) {
	AUTO_FREE char *path = path_join(set, name);
	AUTO_CLEAR(Buf) bytes = {0};
	if (!file_read(path, MAX_FILE_BYTES, &bytes, err))
		return false;
	if (cut)
		buf_truncate(&bytes, bytes.len * 3 / 5);
	else if (bytes.len)
		bytes.data[bytes.len / 2] ^= 1;
	return write_file(path, buf_str(&bytes), err);
}

bool sim_backup_corrupt(const char *root, char **ret_set, Error *err) {
	AUTO_CLEAR(StrList) names = {0};
	if (!file_list_folder(root, &names, err))
		return error_what(err, "damage the newest practice backup");
	for (size_t i = names.count; i-- > 0;) {
		AUTO_FREE char *set = path_join(root, names.items[i]);
		if (!str_starts(str_from(names.items[i]), "20") || !file_is_folder(set))
			continue;
		if (!damage_file(set, SIM_COUCH_ENROLLMENTS_DB ".json", true, err) || !damage_file(set, ARCHIVE, false, err))
			return error_what(err, "damage the newest practice backup");
		if (ret_set)
			*ret_set = TAKE(set);
		return true;
	}
	error_set(err, ERROR_MISSING, "there is no backup set");
	error_where(err, "%s", root);
	return error_what(err, "damage the newest practice backup");
}
