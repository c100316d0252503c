/* remote.h: the backup node and its sets, over SFTP: remote.c; used by fetch*.c and rotation.c. */
#pragma once
#include "core/providers/backup/backup.h"
#include "core/transport/ssh/sftp.h"

/* The backup node for the length of one Call. */
typedef struct BackupNode {
	const EnvironmentNode *node;
	KnownHosts *known;
	Sftp *sftp;
	char *root;            /* of its sets: holds daily, weekly and monthly, or the sets themselves */
} BackupNode;
BG_CHECK bool backup_node_open(const Call *call, bool much, BackupNode *ret, Error *err);
void backup_node_clear(BackupNode *node);
BG_DEFINE_CLEARP(BackupNode, backup_node_clear)

/* Names of the sets below ROOT/tier, in order ("" = ROOT itself). *ret_there false: there is no such folder. */
BG_CHECK bool backup_node_sets(BackupNode *node, const char *tier, BackupSets *ret, bool *ret_there, Error *err);
/* The folder of daily sets, "daily" or "" as it is laid out there, and the sets in it. */
BG_CHECK bool backup_node_daily(BackupNode *node, const char **ret_tier, BackupSets *ret, Error *err);

typedef struct RemoteFile { char *name; int64_t bytes, changed_s; } RemoteFile;   /* name: below the set */
typedef struct RemoteFiles { RemoteFile *items; size_t count, capacity; int64_t bytes; } RemoteFiles;
/* Every file of a folder, and of those in it. */
BG_CHECK bool backup_node_files(BackupNode *node, const char *folder, RemoteFiles *ret, Error *err);
void remote_files_clear(RemoteFiles *files);
BG_DEFINE_CLEARP(RemoteFiles, remote_files_clear)
