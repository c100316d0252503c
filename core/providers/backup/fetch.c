/* fetch.c: the plan of backup.fetch: which set of the backup node comes, where to, and which sets of this machine go afterwards. */
#include <stdlib.h>
#include <sys/statvfs.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/providers/backup/fetch.h"
#include "core/providers/words.h"

#define SPARE_BYTES (64LL * 1024 * 1024)

void fetch_clear(Fetch *fetch) {
	backup_node_clear(&fetch->node);
	remote_files_clear(&fetch->files);
	free(fetch->folder);
	free(fetch->remote);
	free(fetch->name);
	free(fetch->partial);
	*fetch = (Fetch){0};
}

/* The node's newest, or the one that was named. */
static bool choose_set(const Call *call, Fetch *fetch, Error *err) {
	AUTO_CLEAR(BackupSets) sets = {0};
	const char *tier = "", *wanted = call_arg(call, "set");
	const BackupSet *chosen = NULL;
	bool newest = !wanted || !*wanted || text_eq(wanted, "newest");
	if (!backup_node_daily(&fetch->node, &tier, &sets, err))
		return false;
	for (size_t i = 0; i < sets.count; i++)
		if (newest || text_eq(sets.items[i].name, wanted))
			chosen = &sets.items[i];
	AUTO_FREE char *folder = *tier ? path_join(fetch->node.root, tier) : bg_strdup(fetch->node.root);
	if (chosen) {
		fetch->remote = path_join(folder, chosen->name);
		fetch->name = bg_strdup(chosen->name);
		return true;
	}
	error_set(err, ERROR_MISSING, newest ? "%s holds no set" : "%s holds no set %s", fetch->node.node->name, newest ? "" : wanted);
	error_hint(err, "look whether its daily backup runs; older sets stand in weekly and monthly");
	return error_where(err, "%s:%s", fetch->node.node->name, folder);
}

/* The script writes the manifest last. */
static bool has_manifest(const Fetch *fetch, Error *err) {
	for (size_t i = 0; i < fetch->files.count; i++)
		if (text_eq(fetch->files.items[i].name, BACKUP_MANIFEST))
			return true;
	error_set(err, ERROR_CONFLICT, "set %s has no manifest yet: its backup is still being made, or did not come to its end", fetch->name);
	error_hint(err, "wait for it, or name the set before with set=");
	return error_where(err, "%s:%s", fetch->node.node->name, fetch->remote);
}

/* The same files, the same sizes: it is here, by us or by the script. */
static bool is_here(const Fetch *fetch, const char *folder) {
	for (size_t i = 0; i < fetch->files.count; i++) {
		AUTO_FREE char *path = path_join(folder, fetch->files.items[i].name);
		struct stat info;
		if (lstat(path, &info) != 0 || !S_ISREG(info.st_mode) || info.st_size != fetch->files.items[i].bytes)
			return false;
	}
	BackupSet set = {0};
	return backup_add_up(folder, &set, NULL) && set.files == (int64_t) fetch->files.count;
}

/* Another one of that day: the first is never written over. */
static void choose_place(Fetch *fetch) {
	AUTO_FREE char *first = path_join(fetch->folder, fetch->name);
	fetch->is_here = file_exists(first) && is_here(fetch, first);
	for (int i = 2; !fetch->is_here && i < 100; i++) {
		AUTO_FREE char *path = path_join(fetch->folder, fetch->name);
		if (!file_exists(path))
			break;
		ptrdiff_t dash = str_find(str_from(fetch->name), ".");
		AUTO_FREE char *name = bg_asprintf("%.*s.%d", (int) (dash < 0 ? (ptrdiff_t) strlen(fetch->name) : dash), fetch->name, i);
		free(fetch->name);
		fetch->name = TAKE(name);
		AUTO_FREE char *other = path_join(fetch->folder, fetch->name);
		fetch->is_here = file_exists(other) && is_here(fetch, other);
	}
	/* By what it holds: a set that changed on the node since it was begun to be fetched is another one. */
	AUTO_CLEAR(Buf) what = {0};
	char digest[SHA256_HEX_SIZE];
	buf_printf(&what, "%s:%s\n", fetch->node.node->name, fetch->remote);
	for (size_t i = 0; i < fetch->files.count; i++)
		buf_printf(&what, "%s %lld %lld\n", fetch->files.items[i].name, (long long) fetch->files.items[i].bytes, (long long) fetch->files.items[i].changed_s);
	sha256_hex(buf_text(&what), what.len, digest);
	fetch->partial = bg_asprintf("%s/.fetching/%s-%.12s", fetch->folder, fetch->name, digest);
}

bool fetch_open(const Call *call, bool much, Fetch *ret, Error *err) {
	AUTO_CLEAR(Fetch) fetch = {.folder = backup_folder(call)};
	if (!backup_node_open(call, much, &fetch.node, err) || !choose_set(call, &fetch, err) || !backup_node_files(&fetch.node, fetch.remote, &fetch.files, err)
	    || !has_manifest(&fetch, err))
		return false;
	choose_place(&fetch);
	*ret = fetch;
	fetch = (Fetch){0};
	return true;
}

/* ---- what goes ---- */

int64_t fetch_keep(const Call *call) {
	int64_t keep = BACKUP_KEEP;
	const char *said = call_arg(call, "keep");
	return said && str_parse_int(str_from(said), &keep) && keep > 0 ? keep : BACKUP_KEEP;
}

/* The oldest, by name, with the new one counted; never the new one. */
bool fetch_old_sets(const Fetch *fetch, int64_t keep, StrList *ret, Error *err) {
	AUTO_CLEAR(BackupSets) sets = {0};
	if (!backup_local_sets(fetch->folder, false, &sets, err))
		return false;
	bool counted = false;
	for (size_t i = 0; i < sets.count; i++)
		counted = counted || text_eq(sets.items[i].name, fetch->name);
	int64_t over = (int64_t) sets.count + !counted - keep;
	for (size_t i = 0; i < sets.count && over > 0; i++) {
		if (text_eq(sets.items[i].name, fetch->name))
			continue;
		strlist_add(ret, sets.items[i].name);
		over--;
	}
	return true;
}

/* ---- the plan ---- */

static int64_t bytes_here(const Fetch *fetch) {
	BackupSet set = {0};
	return file_is_folder(fetch->partial) && backup_add_up(fetch->partial, &set, NULL) ? set.bytes : 0;
}

static bool has_room(const Fetch *fetch, int64_t missing, Error *err) {
	struct statvfs disk;
	char need[WORDS_SIZE], free_text[WORDS_SIZE];
	AUTO_FREE char *above = path_folder(fetch->folder);
	if (statvfs(file_is_folder(fetch->folder) ? fetch->folder : above, &disk) != 0)
		return true;   /* writing will tell */
	int64_t room = (int64_t) (disk.f_bavail * disk.f_frsize);
	if (room >= missing + SPARE_BYTES)
		return true;
	error_set(err, ERROR_IO, "there is no room for it: %s are needed, %s are free", words_size(missing, need), words_size(room, free_text));
	error_hint(err, "free some, or name another folder: in the environment file; nothing was removed");
	return error_where(err, "%s", fetch->folder);
}

static void describe(const Call *call, const Fetch *fetch, int64_t here, const StrList *old, Plan *plan) {
	char size[WORDS_SIZE], part[WORDS_SIZE];
	AUTO_FREE char *what = bg_asprintf("set %s here", fetch->name);
	AUTO_FREE char *from = here ? bg_asprintf("%s of it", words_size(here, part)) : NULL;
	AUTO_FREE char *to = bg_asprintf("%zu files, %s, of %s:%s", fetch->files.count, words_size(fetch->files.bytes, size), fetch->node.node->name, fetch->remote);
	plan_set(&plan->target, "set %s of %s into %s", path_base(fetch->remote), fetch->node.node->name, fetch->folder);
	plan_set(&plan->confirm_name, "%s", fetch->name);
	if (!fetch->is_here)
		plan_add_change(plan, what, from, to);
	AUTO_FREE char *set = path_join(fetch->folder, fetch->name);
	WallTime verified;
	bool is_verified = fetch->is_here && backup_is_verified(fetch->folder, fetch->name, &verified);
	if (fetch->is_here && !is_verified)
		plan_add_change(plan, what, "not verified", "read to its end");
	for (size_t i = 0; i < old->count; i++) {
		AUTO_FREE char *gone = bg_asprintf("set %s here", old->items[i]);
		plan_add_change(plan, gone, "there", NULL);
	}
	if (old->count)
		strlist_add_take(&plan->preconditions, bg_asprintf("the new set was verified: else nothing is removed (the newest %lld are kept)",
			(long long) fetch_keep(call)));
	plan->nothing_to_do = plan->count == 0;
	plan_set(&plan->manual, "./fetch-openedx-backup.sh");
	plan_set(&plan->request, "sftp %s: get -r %s", fetch->node.node->address, fetch->remote);
	json_add_string(plan->basis, "partial", path_base(fetch->partial));
	json_add_string(plan->basis, "name", fetch->name);
}

bool backup_plan_fetch(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Fetch) fetch = {0};
	AUTO_CLEAR(StrList) old = {0};
	if (!fetch_open(call, false, &fetch, err))
		return error_what(err, "plan to fetch a backup");
	int64_t here = bytes_here(&fetch);
	if (!fetch_old_sets(&fetch, fetch_keep(call), &old, err) || (!fetch.is_here && !has_room(&fetch, fetch.files.bytes - here, err)))
		return error_what(err, "plan to fetch set %s", fetch.name);
	plan_set(&ret_plan->action, "backup.fetch");
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	describe(call, &fetch, here, &old, ret_plan);
	return true;
}
