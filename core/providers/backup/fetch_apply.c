/* fetch_apply.c: backup.fetch: the files come into a folder of their own beside the sets, each from where it was left; compared with the node's own checksums;
 * verified; and only then is it a set, and are old ones removed. Whatever fails before removes nothing. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/providers/backup/fetch.h"
#include "core/providers/words.h"

#define PIECE (1024u * 1024)           /* read at once: SFTP asks that much ahead, and more */
#define TELL_MS 500

typedef struct Coming {
	const Call *call;
	Fetch *fetch;
	ActionResult *result;
	char *piece;
	int64_t done, fresh;               /* bytes of the set that are here; of them, those of this time */
	MonoTime begun, told;
} Coming;

static void tell(Coming *coming, const char *name) {
	char done[WORDS_SIZE], total[WORDS_SIZE], rate_text[WORDS_SIZE], span[SPAN_TEXT_SIZE];
	int64_t now = mono_now().ms, elapsed = now - coming->begun.ms, rate = elapsed > 0 ? coming->fresh * 1000 / elapsed : 0;
	int64_t left = coming->fetch->files.bytes - coming->done;
	if (now - coming->told.ms < TELL_MS && left)
		return;
	coming->told = mono_now();
	call_progress(coming->call, coming->done, coming->fetch->files.bytes, "%s of %s, %s/s, %s left: %s", words_size(coming->done, done),
		words_size(coming->fetch->files.bytes, total), words_size(rate, rate_text), rate ? span_format(left * 1000 / rate, span) : "-", name);
}

/* ---- one file ---- */

static bool cannot_write(const char *path, Error *err) {
	error_errno(err, errno, "cannot write it");
	error_hint(err, "what came is kept: mend it, and start again");
	return error_where(err, "%s", path);
}

static bool copy_rest(Coming *coming, const RemoteFile *file, int fd, int64_t at, const char *path, Error *err) {
	size_t got = 1;
	while (got) {
		if (!sftp_next(coming->fetch->node.sftp, coming->piece, PIECE, &got, err))
			return false;
		if (got && !file_write_all(fd, coming->piece, got, err))
			return error_where(err, "%s", path);
		at += (int64_t) got;
		coming->done += (int64_t) got;
		coming->fresh += (int64_t) got;
		tell(coming, file->name);
	}
	if (at == file->bytes)
		return fsync(fd) == 0 || cannot_write(path, err);
	error_set(err, ERROR_CONFLICT, "%.60s has %lld bytes, and had %lld when it was listed: it is being written there", file->name, (long long) at,
		(long long) file->bytes);
	return error_hint(err, "wait until the backup there is made, then fetch it again");
}

static bool fetch_file(Coming *coming, const RemoteFile *file, Error *err) {
	AUTO_FREE char *path = path_join(coming->fetch->partial, file->name);
	AUTO_FREE char *from = path_join(coming->fetch->remote, file->name);
	AUTO_FREE char *folder = path_folder(path);
	if (!file_make_folder(folder, 0700, err))
		return false;
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	struct stat info;
	if (fd < 0 || fstat(fd, &info) != 0)
		return cannot_write(path, err);
	int64_t at = info.st_size;
	if (at > file->bytes && ftruncate(fd, at = 0) != 0)
		return cannot_write(path, err);
	coming->done += at;
	if (at == file->bytes)
		return true;
	if (lseek(fd, at, SEEK_SET) != at)
		return cannot_write(path, err);
	bool ok = sftp_begin_file(coming->fetch->node.sftp, from, at, err) && copy_rest(coming, file, fd, at, path, err);
	sftp_end_file(coming->fetch->node.sftp);
	return ok;
}

/* ---- checksums ---- */

/* What md5sum says there, "HASH  ./name", against the file here; one that differs is removed, so that it comes anew. */
static bool compare_line(const Fetch *fetch, Str line, const char *folder, StrList *differ, Error *err) {
	char md5[33];
	if (line.len < 36 || !str_eq_c(str_slice(line, 32, 4), "  ./"))
		return true;   /* a name that it writes with escapes: the verification reads it all the same */
	AUTO_FREE char *name = str_dup(str_slice(line, 36, line.len));
	for (size_t i = 0; i < fetch->files.count; i++) {
		if (!text_eq(fetch->files.items[i].name, name))
			continue;
		AUTO_FREE char *path = path_join(folder, name);
		if (!md5_file_hex(path, md5, err))
			return false;
		if (str_eq_c(str_slice(line, 0, 32), md5))
			return true;
		strlist_add(differ, name);
		if (!text_eq(folder, fetch->partial))
			return true;
		(void) unlink(path);   /* else it is compared again next time, and found again */
		return true;
	}
	return true;
}

static bool compare_sums(Coming *coming, const char *folder, Error *err) {
	AUTO_CLEAR(Buf) command = {0};
	AUTO_CLEAR(Buf) said = {0};
	AUTO_CLEAR(StrList) differ = {0};
	Error local = {0};
	Fetch *fetch = coming->fetch;
	call_progress(coming->call, fetch->files.bytes, fetch->files.bytes, "comparing checksums with %s", fetch->node.node->name);
	buf_puts(&command, "cd ");
	shell_quote(str_from(fetch->remote), &command);
	buf_puts(&command, " && find . -type f -exec md5sum {} +");
	if (!sftp_run(fetch->node.sftp, buf_text(&command), &said, &local)) {
		if (local.kind == ERROR_CANCELLED || local.kind == ERROR_TIMEOUT) {
			*err = local;
			return false;
		}
		strlist_add_take(&coming->result->warnings, bg_asprintf("checksums could not be had from %s: %s", fetch->node.node->name, local.why));
		return true;
	}
	Str rest = buf_str(&said), line;
	while (str_next_line(&rest, &line))
		if (!compare_line(fetch, line, folder, &differ, err))
			return false;
	if (!differ.count)
		return true;
	error_set(err, ERROR_IO, "%zu files are not as they are there, the first: %.80s", differ.count, differ.items[0]);
	error_hint(err, "fetch again: only those come anew. Nothing was removed");
	return error_where(err, "%s", folder);
}

/* ---- the set ---- */

static bool verify_here(Coming *coming, const char *folder, Error *err) {
	AUTO_CLEAR(VerifyReport) report = {0};
	Fetch *fetch = coming->fetch;
	if (!backup_verify_set(coming->call, folder, fetch->remote, &report, err))
		return false;
	for (size_t i = 0; i < report.notes.count; i++)
		strlist_add(&coming->result->warnings, report.notes.items[i]);
	if (report.wrong.count) {
		error_set(err, ERROR_INVALID, "the set is not whole, and was not taken: %.140s", report.wrong.items[0]);
		error_hint(err, "it is as bad on the node: look there, and fetch the set before with set=. Nothing was removed");
		return error_where(err, "%s", folder);
	}
	AUTO_FREE char *path = path_join(fetch->folder, fetch->name);
	if (!text_eq(folder, path) && (rename(folder, path) != 0 || !file_sync_folder(fetch->folder, err))) {
		error_errno(err, errno, "it cannot be put in its place");
		return error_where(err, "%s", path);
	}
	char size[WORDS_SIZE], documents[WORDS_SIZE];
	free(coming->result->evidence);
	coming->result->evidence = bg_asprintf("set %s is here: %lld files, %s, %s documents in %lld databases, verified", fetch->name, (long long) report.files,
		words_size(report.bytes, size), words_count(report.documents, documents), (long long) report.databases);
	return backup_mark_verified(fetch->folder, fetch->name, &report, err);
}

static bool remove_old(Coming *coming, Error *err) {
	AUTO_CLEAR(StrList) old = {0};
	const Fetch *fetch = coming->fetch;
	if (!fetch_old_sets(fetch, fetch_keep(coming->call), &old, err))
		return false;
	for (size_t i = 0; i < old.count; i++) {
		AUTO_FREE char *path = path_join(fetch->folder, old.items[i]);
		AUTO_FREE char *mark = bg_asprintf("%s/.verified/%s.json", fetch->folder, old.items[i]);
		if (!file_remove_tree(path, err))
			return error_what(err, "remove set %s", old.items[i]);
		(void) unlink(mark);   /* it may never have been verified */
	}
	return true;
}

/* Two that write the same files would spoil them. The lock goes with its descriptor. */
static bool lock(const Fetch *fetch, int *ret_fd, Error *err) {
	AUTO_FREE char *folder = path_join(fetch->folder, ".fetching");
	AUTO_FREE char *path = path_join(folder, "lock");
	if (!file_make_folder(folder, 0700, err))
		return false;
	AUTO_CLOSE int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return cannot_write(path, err);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		*ret_fd = TAKE_FD(fd);
		return true;
	}
	error_set(err, ERROR_CONFLICT, "another fetch into this folder is under way");
	error_hint(err, "wait for its end, or stop it");
	return error_where(err, "%s", fetch->folder);
}

/* What earlier ones left that never became a set, now that one did. It is only in the way: that it stays is told, and harmless. */
static void remove_leftovers(Coming *coming) {
	AUTO_FREE char *folder = path_join(coming->fetch->folder, ".fetching");
	AUTO_CLEAR(StrList) names = {0};
	Error err = {0};
	bool ok = file_list_folder(folder, &names, &err);
	for (size_t i = 0; i < names.count && ok; i++) {
		AUTO_FREE char *path = path_join(folder, names.items[i]);
		ok = !file_is_folder(path) || file_remove_tree(path, &err);
	}
	if (!ok)
		strlist_add_take(&coming->result->warnings, bg_asprintf("parts of earlier fetches could not be removed: %s", err.why));
}

static bool come(Coming *coming, Error *err) {
	Fetch *fetch = coming->fetch;
	AUTO_FREE char *here = path_join(fetch->folder, fetch->name);
	const char *folder = fetch->is_here ? here : fetch->partial;
	if (!fetch->is_here && !file_make_folder(fetch->partial, 0700, err))
		return false;
	for (size_t i = 0; i < fetch->files.count && !fetch->is_here; i++)
		if (!fetch_file(coming, &fetch->files.items[i], err))
			return false;
	if (!compare_sums(coming, folder, err) || !verify_here(coming, folder, err))
		return false;
	remove_leftovers(coming);
	return remove_old(coming, err);
}

bool backup_apply_fetch(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Fetch) fetch = {0};
	if (plan->nothing_to_do)
		return true;
	if (!fetch_open(call, true, &fetch, err))
		return error_what(err, "fetch a backup");
	AUTO_CLOSE int held = -1;
	if (!lock(&fetch, &held, err))
		return error_what(err, "fetch a backup");
	AUTO_FREE char *piece = bg_malloc(PIECE);
	Coming coming = {.call = call, .fetch = &fetch, .result = result, .piece = piece, .begun = mono_now()};
	result->began = true;
	result->value = bg_strdup(fetch.name);
	return come(&coming, err) || error_what(err, "fetch set %s of %s", path_base(fetch.remote), fetch.node.node->name);
}

/* Does not ask the node: what counts is what is here. */
bool backup_verify_fetch(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_FREE char *folder = backup_folder(call);
	const char *name = json_get_string_or(plan->basis, "name", "");
	WallTime at;
	(void) err;
	bool ok = backup_is_verified(folder, name, &at);
	result->verified = ok ? VERIFIED_YES : VERIFIED_NO;
	if (!result->evidence || !ok) {
		free(result->evidence);
		result->evidence = ok ? bg_asprintf("set %s is here, verified", name) : bg_asprintf("set %s is not here, or not verified", name);
	}
	return true;
}
