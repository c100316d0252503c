/* verify.c: a set read through to its end, file by file: dumps as a stream with their documents counted, archives entry by entry, everything by its bytes,
 * and the manifest's checksum against them. Whatever is wrong is named with file and byte; one thing that is wrong does not keep the others from being found. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/providers/backup/verify.h"
#include "core/providers/couchdb/restore_set.h"
#include "core/providers/words.h"
#include "core/transport/unpack.h"

#define DEPTH_MAX 8
#define FILES_MAX 100000
#define WRONG_MAX 100          /* then a set needs no more */

void verify_report_clear(VerifyReport *report) {
	strlist_clear(&report->wrong);
	strlist_clear(&report->notes);
	free(report->type);
	*report = (VerifyReport){0};
}

/* ---- what is told ---- */

static const char *short_name(const Verify *verify, const char *path) {
	size_t len = strlen(verify->path);
	return strncmp(path, verify->path, len) == 0 && path[len] == '/' ? path + len + 1 : path_base(path);
}

void verify_wrong(Verify *verify, const char *path, const Error *err) {
	const char *byte = strstr(err->where, ", byte ");
	AUTO_FREE char *raw = bg_asprintf("%s%.40s: %s", short_name(verify, path), byte ? byte : "", err->why);
	AUTO_FREE char *line = text_sanitised_line(raw);
	if (verify->report->wrong.count < WRONG_MAX)
		strlist_add(&verify->report->wrong, line);
	AUTO_FREE char *told = bg_asprintf("wrong: %s\n", line);
	if (verify->call->output)
		verify->call->output(verify->call->userdata, true, str_from(told));
}

static bool stop_asked(const Verify *verify) { return call_is_cancelled(verify->call) || call_remaining_ms(verify->call) <= 0; }

static void tell(const Verify *verify, int64_t more) {
	call_progress(verify->call, verify->report->bytes + more, verify->total, "reading %s", short_name(verify, verify->file));
}

/* ---- one file ---- */

typedef struct Hashed { Verify *verify; Unpack *unpack; int fd; } Hashed;

static bool read_dump(void *userdata, char *bytes, size_t size, size_t *ret_got, Error *err) {
	Hashed *hashed = userdata;
	if (stop_asked(hashed->verify))
		return error_set(err, ERROR_CANCELLED, "it was stopped");
	tell(hashed->verify, unpack_offset(hashed->unpack));
	return unpack_next(hashed->unpack, bytes, size, ret_got, err);
}

static bool verify_dump(Verify *verify, const char *path, Error *err) {
	Hashed hashed = {.verify = verify};
	AUTO(Unpack) *unpack = NULL;
	if (!unpack_open(path, &unpack, err))
		return false;
	hashed.unpack = unpack;
	AUTO(Dump) *dump = dump_new((ByteSource){read_dump, &hashed}, path);
	bool ok = dump_scan(dump, NULL, NULL, err);
	verify->report->databases++;
	verify->report->documents += dump_sum(dump)->live;
	if (ok && dump_sum(dump)->with_stubs)
		strlist_add_take(&verify->report->notes, bg_asprintf("%s: of %lld documents the attachments are not in the dump", short_name(verify, path),
			(long long) dump_sum(dump)->with_stubs));
	return ok;
}

static bool go_on(void *userdata, int64_t offset) {
	const Verify *verify = userdata;
	tell(verify, offset);
	return !stop_asked(verify);
}

static bool verify_archive(Verify *verify, const char *path, Error *err) {
	UnpackSum sum = {0};
	if (!unpack_walk(path, go_on, verify, &sum, err))
		return false;
	verify->report->archives++;
	verify->report->entries += sum.entries;
	return true;
}

static bool is_archive(const char *path) {
	static const char *const ENDINGS[] = {".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tar.zst", ".zip", ".cpio"};
	for (size_t i = 0; i < BG_LENGTH(ENDINGS); i++)
		if (str_ends(str_from(path), ENDINGS[i]))
			return true;
	return false;
}

static bool is_manifest(const Verify *verify, const char *path) { return text_eq(short_name(verify, path), BACKUP_MANIFEST); }

/* False only when it was stopped. */
static bool verify_file(Verify *verify, const char *path, const struct stat *info, Error *err) {
	Error wrong = {0};
	bool ok = true;
	verify->file = path;
	verify->report->files++;
	if (!info->st_size)
		ok = error_set(&wrong, ERROR_INVALID, "it is empty");
	else if (is_manifest(verify, path))
		ok = verify_manifest(verify, path, &wrong);
	else if (restore_is_dump_name(path_base(path)))
		ok = verify_dump(verify, path, &wrong);
	else if (is_archive(path))
		ok = verify_archive(verify, path, &wrong);
	if (!ok && !stop_asked(verify))
		verify_wrong(verify, path, &wrong);
	/* The manifest's checksum is over all the others. */
	if (!stop_asked(verify) && !is_manifest(verify, path) && !verify_add_sum(verify, path, &wrong))
		verify_wrong(verify, path, &wrong);
	verify->report->bytes += info->st_size;
	if (!stop_asked(verify))
		return true;
	if (call_is_cancelled(verify->call))
		return error_set(err, ERROR_CANCELLED, "it was stopped at %s", short_name(verify, path));
	error_set(err, ERROR_TIMEOUT, "the time for it is over, at %s", short_name(verify, path));
	return error_hint(err, "give it more with timeout=");
}

/* ---- all files ---- */

static bool verify_folder(Verify *verify, const char *folder, int depth, Error *err);

static bool verify_entry(Verify *verify, const char *path, int depth, Error *err) {
	struct stat info;
	Error wrong = {0};
	if (lstat(path, &info) != 0)
		error_errno(&wrong, errno, "cannot look at it");
	else if (S_ISDIR(info.st_mode) && depth < DEPTH_MAX)
		return verify_folder(verify, path, depth + 1, err);
	else if (S_ISREG(info.st_mode) && verify->report->files < FILES_MAX)
		return verify_file(verify, path, &info, err);
	else
		error_set(&wrong, ERROR_INVALID, S_ISREG(info.st_mode) ? "there are more files than a set has" : "it is no file: a backup has none such");
	verify_wrong(verify, path, &wrong);
	return true;
}

static bool verify_folder(Verify *verify, const char *folder, int depth, Error *err) {
	AUTO_CLEAR(StrList) names = {0};
	if (!file_list_folder(folder, &names, err))
		return false;
	for (size_t i = 0; i < names.count; i++) {
		AUTO_FREE char *path = path_join(folder, names.items[i]);
		if (!verify_entry(verify, path, depth, err))
			return false;
	}
	return true;
}

static void judge_whole(Verify *verify) {
	Error wrong = {0};
	AUTO_FREE char *configmaps = path_join(verify->path, "configmaps.yaml");
	AUTO_FREE char *secrets = path_join(verify->path, "secrets.yaml");
	if (!verify->has_manifest) {
		error_set(&wrong, ERROR_MISSING, "it is not there: the backup did not come to its end, or this is no backup");
		verify_wrong(verify, BACKUP_MANIFEST, &wrong);
	} else {
		verify_compare_sums(verify);
	}
	if (!verify->report->databases && !verify->report->archives) {
		error_set(&wrong, ERROR_MISSING, "it holds no dump of a database and no archive");
		verify_wrong(verify, verify->path, &wrong);
	}
	if (verify->report->databases && (!file_exists(configmaps) || !file_exists(secrets)))
		strlist_add(&verify->report->notes, "configmaps.yaml or secrets.yaml is not there: the configuration may not be whole");
}

bool backup_verify_set(const Call *call, const char *path, const char *told_as, VerifyReport *ret, Error *err) {
	Verify verify = {.call = call, .path = path, .told_as = told_as, .report = ret};
	BackupSet size = {0};
	*ret = (VerifyReport){0};
	bool ok = backup_add_up(path, &size, err);
	verify.total = size.bytes;
	ok = ok && verify_folder(&verify, path, 0, err);
	if (ok)
		judge_whole(&verify);
	verify_sums_clear(&verify);
	return ok;
}
