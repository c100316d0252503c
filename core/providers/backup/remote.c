/* remote.c: see remote.h. */
#include "core/providers/backup/remote.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/node/node.h"

#define CONNECT_MS 20000
#define DEPTH_MAX 8
#define FILES_MAX 100000

static const EnvironmentNode *find_node(const Call *call, Error *err) {
	const char *name = call->system ? system_setting(call->system, "node") : NULL;
	const EnvironmentNode *found = name ? environment_find_node(call->environment, name) : NULL;
	for (size_t i = 0; !name && i < call->environment->node_count; i++)
		if (call->environment->nodes[i].is_backup)
			found = found ? found : &call->environment->nodes[i];
	if (found)
		return found;
	if (name)
		error_set(err, ERROR_MISSING, "the environment has no node %.60s", name);
	else
		error_set(err, ERROR_MISSING, "the environment has no backup node");
	error_hint(err, "add it under nodes:, with role: backup, or name it as node: of a backup system");
	if (call->system)
		environment_error_at(call->environment, call->system->place, err);
	return NULL;
}

/* "~/x" starts from the home, where SFTP begins. */
static char *root_of(const Call *call, const EnvironmentNode *node) {
	const char *said = call->system ? system_setting(call->system, "remote") : NULL;
	Str root = str_from(said ? said : *node->backups ? node->backups : BACKUP_REMOTE);
	if (str_starts(root, "~/"))
		root = str_slice(root, 2, root.len);
	while (root.len > 1 && root.ptr[root.len - 1] == '/')
		root.len--;
	return str_dup(root);
}

bool backup_node_open(const Call *call, bool much, BackupNode *ret, Error *err) {
	AUTO_CLEAR(BackupNode) node = {.node = find_node(call, err)};
	SshTarget target;
	if (!node.node || !node_known_hosts(call->environment, &node.known, err))
		return false;
	node_target(call->environment, node.node, node.known, 2 * CONNECT_MS, &target);
	SftpOptions options = {.deadline = call->deadline, .cancelled = call->cancelled, .userdata = call->userdata, .near_ms = much ? SFTP_NEAR_MS : 0};
	if (!sftp_open(&target, &options, &node.sftp, err))
		return error_what(err, "reach %s", node.node->name);
	node.root = root_of(call, node.node);
	*ret = node;
	node = (BackupNode){0};
	return true;
}

void backup_node_clear(BackupNode *node) {
	sftp_free(node->sftp);
	known_hosts_free(node->known);
	free(node->root);
	*node = (BackupNode){0};
}

/* ---- sets ---- */

bool backup_node_sets(BackupNode *node, const char *tier, BackupSets *ret, bool *ret_there, Error *err) {
	AUTO_CLEAR(SftpEntries) entries = {0};
	AUTO_FREE char *folder = *tier ? path_join(node->root, tier) : bg_strdup(node->root);
	*ret = (BackupSets){0};
	if (!sftp_list(node->sftp, folder, &entries, ret_there, err))
		return false;
	for (size_t i = 0; i < entries.count; i++) {
		BackupSet set = {0};
		if (entries.items[i].kind != SFTP_FOLDER || !backup_set_day(entries.items[i].name, &set.time))
			continue;
		set.made = (WallTime){entries.items[i].changed_s * 1000};
		set.name = bg_strdup(entries.items[i].name);
		backup_sets_add(ret, &set);
	}
	return true;
}

bool backup_node_daily(BackupNode *node, const char **ret_tier, BackupSets *ret, Error *err) {
	bool there = false;
	*ret_tier = "daily";
	if (!backup_node_sets(node, *ret_tier, ret, &there, err))
		return false;
	if (there)
		return true;
	*ret_tier = "";
	if (!backup_node_sets(node, *ret_tier, ret, &there, err))
		return false;
	if (there)
		return true;
	error_set(err, ERROR_MISSING, "there is no folder of backups on %s", node->node->name);
	error_hint(err, "look where the backups are there, and write it as remote: of the system or backups: of the node");
	return error_where(err, "%s", node->root);
}

/* ---- files ---- */

static void add_file(RemoteFiles *files, const char *below, const SftpEntry *entry) {
	if (files->count == files->capacity) {
		files->capacity = files->capacity ? files->capacity * 2 : 64;
		files->items = bg_realloc(files->items, files->capacity * sizeof(*files->items));
	}
	files->items[files->count++] = (RemoteFile){*below ? path_join(below, entry->name) : bg_strdup(entry->name), entry->bytes, entry->changed_s};
	files->bytes += entry->bytes;
}

static bool add_folder(BackupNode *node, const char *folder, const char *below, int depth, RemoteFiles *files, Error *err) {
	AUTO_CLEAR(SftpEntries) entries = {0};
	AUTO_FREE char *path = *below ? path_join(folder, below) : bg_strdup(folder);
	bool there = false;
	if (!sftp_list(node->sftp, path, &entries, &there, err))
		return false;
	if (!there) {
		error_set(err, ERROR_MISSING, "the folder went away");
		return error_where(err, "%s:%s", node->node->name, path);
	}
	for (size_t i = 0; i < entries.count; i++) {
		const SftpEntry *entry = &entries.items[i];
		AUTO_FREE char *name = *below ? path_join(below, entry->name) : bg_strdup(entry->name);
		if (entry->kind == SFTP_FILE && files->count < FILES_MAX) {
			add_file(files, below, entry);
		} else if (entry->kind == SFTP_FOLDER && depth < DEPTH_MAX) {
			if (!add_folder(node, folder, name, depth + 1, files, err))
				return false;
		} else {
			error_set(err, ERROR_INVALID, "%.80s is no file, or there are more of them than a set has", name);
			error_hint(err, "look at it there: a backup holds plain files and folders");
			return error_where(err, "%s:%s", node->node->name, path);
		}
	}
	return true;
}

bool backup_node_files(BackupNode *node, const char *folder, RemoteFiles *ret, Error *err) {
	AUTO_CLEAR(RemoteFiles) files = {0};
	if (!add_folder(node, folder, "", 0, &files, err))
		return false;
	*ret = files;
	files = (RemoteFiles){0};
	return true;
}

void remote_files_clear(RemoteFiles *files) {
	for (size_t i = 0; i < files->count; i++)
		free(files->items[i].name);
	free(files->items);
	*files = (RemoteFiles){0};
}
