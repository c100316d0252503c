/* sim_backup.h: practice backups, laid out as the team's scripts lay them out: a folder named by its day with `DATABASE.json` (what
 * `_all_docs?include_docs=true` answers), configmaps.yaml, secrets.yaml, uploads.tar.gz, and backup_manifest.json, written last. */
#pragma once
#include "core/base/error.h"
#include "core/base/moment.h"
#include "core/sandbox/sim_couch.h"

#define SIM_BACKUP_ROOT "/opt/k3s/storage/backup"   /* where the node's script makes them: the manifest's checksum holds its paths */

/* ROOT/NAME, of what the CouchDB holds now; `type`: "daily", "weekly", "monthly". A member that runs is asked, as the script does. */
typedef struct SimBackup { const char *root, *name, *type; WallTime made; } SimBackup;
BG_CHECK bool sim_backup_write(SimCouch *couch, const SimBackup *backup, Error *err);
/* A backup node's folder: daily, weekly and monthly sets as the rotation promises them, the newest from last night, of what the CouchDB holds now. */
BG_CHECK bool sim_backup_write_node(SimCouch *couch, const char *root, WallTime now, Error *err);
/* The last `days` daily sets, as somebody's own machine holds them. */
BG_CHECK bool sim_backup_write_local(SimCouch *couch, const char *root, size_t days, WallTime now, Error *err);
/* "backup corrupt": of the newest set in ROOT (a folder of sets, as ROOT/daily of a node is one) a dump is cut, and a byte of the archive changed.
 * `ret_set` (NULL ok): its path, owned. */
BG_CHECK bool sim_backup_corrupt(const char *root, char **ret_set, Error *err);
