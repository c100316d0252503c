/* backup.h: the provider for sets of backups: those of this machine, as the team's script makes them (`FOLDER/20260101/`), and those of the backup node
 * (`daily/20260101`, `weekly/2026-week01`, `monthly/2026-01`). */
#pragma once
#include "core/providers/provider.h"

extern const Provider BACKUP_PROVIDER;

#define BACKUP_FOLDER "~/openedx-backups"
#define BACKUP_REMOTE "/opt/k3s/storage/backup"
#define BACKUP_MANIFEST "backup_manifest.json"
#define BACKUP_KEEP 10

/* A folder of sets, by name: the last is the newest. */
typedef struct BackupSet {
	char *name;
	int64_t bytes, files, changed_ms;   /* of all its files together; when the newest was changed */
	bool is_whole;                      /* it has a manifest, which is written last */
	WallTime time;                      /* the day in its name */
	WallTime made;                      /* what its manifest says; unknown without one */
} BackupSet;
typedef struct BackupSets { BackupSet *items; size_t count, capacity; } BackupSets;
void backup_sets_add(BackupSets *sets, const BackupSet *set);     /* takes its name */
void backup_sets_clear(BackupSets *sets);
BG_DEFINE_CLEARP(BackupSets, backup_sets_clear)
/* "20260101", "20260101-0100", "2026-week01", "2026-01": the day in its name. False: it is no set's. */
bool backup_set_day(const char *name, WallTime *ret_day);

/* The folder of this machine's sets. Owned. */
char *backup_folder(const Call *call);
/* All sets of a folder; sizes are summed up only when asked for. A folder that is not there has none. */
BG_CHECK bool backup_local_sets(const char *folder, bool with_sizes, BackupSets *ret, Error *err);
/* Sums up the files below a folder. */
BG_CHECK bool backup_add_up(const char *folder, BackupSet *set, Error *err);
/* backup_date of a set's manifest; unknown when it says none. */
WallTime backup_manifest_date(const char *path);
/* The folder of the set that `set` names: a path, a name in the folder, or "newest" (also NULL). Owned. */
BG_CHECK bool backup_find_set(const Call *call, const char *set, char **ret_path, Error *err);

/* ---- verifying ---- */

typedef struct VerifyReport {
	StrList wrong;            /* "openedx_users.json, byte 4711: it ends in the middle" */
	StrList notes;            /* what is not as it might be, but restores */
	int64_t files, bytes, databases, documents, archives, entries;
	char *type;               /* of the manifest: "daily"; NULL */
	WallTime time;            /* of the manifest; unknown */
} VerifyReport;
void verify_report_clear(VerifyReport *report);
BG_DEFINE_CLEARP(VerifyReport, verify_report_clear)
/* Reads every file of a set to its end. False only when it was stopped or could not look. `told_as`: the folders in which the set stood when its checksum
 * was made, beside the usual ones; NULL = none. */
BG_CHECK bool backup_verify_set(const Call *call, const char *path, const char *told_as, VerifyReport *ret, Error *err);
/* That a set was verified, and what its files were then: kept beside the sets. */
BG_CHECK bool backup_mark_verified(const char *folder, const char *name, const VerifyReport *report, Error *err);
/* Whether that still holds; `ret_time` when it was (unknown: never). */
bool backup_is_verified(const char *folder, const char *name, WallTime *ret_time);

bool backup_plan_verify(const Call *call, Plan *ret_plan, Error *err);
bool backup_apply_verify(const Call *call, const Plan *plan, ActionResult *result, Error *err);
void backup_read_sets(const Call *call, Reading *ret);

/* ---- the backup node ---- */

bool backup_plan_fetch(const Call *call, Plan *ret_plan, Error *err);
bool backup_apply_fetch(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool backup_verify_fetch(const Call *call, const Plan *plan, ActionResult *result, Error *err);
void backup_read_rotation(const Call *call, Reading *ret);
