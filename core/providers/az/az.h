/* az.h: what is read of Azure through its own program, `az` (Azure CLI 2), which brings every way to log in. It gets an argv and never a shell, and
 * answers in JSON. Exit codes as its documentation gives them: 1 any failure, 2 an argument that it does not know, 3 a resource that is not there. */
#pragma once
#include "core/providers/provider.h"
#include "core/transport/process.h"

extern const Provider AZ_PROVIDER;

#define AZ_ANSWER_MAX (1024u * 1024)
#define AZ_NAME_MAX 64
#define AZ_NEWEST_MS (INT64_C(5) * 60000)      /* a point in time may lie so close to now, no closer: the log is archived up to so late */

/* ---- program.c ---- */

/* Runs `az WORDS... --output json`, with the system's subscription. `words` ends with NULL. False with what az said, in words: ERROR_MISSING with
 * os_code 404 when the resource itself is not there. *ret is owned. */
BG_CHECK bool az_ask(const Call *call, const char *const *words, Json **ret, Error *err);
/* What az wrote on stderr, as an Error. Always false. */
bool az_refused(Str said, int exit_code, Error *err);

/* ---- postgres.c ---- */

/* A flexible server, as `az postgres flexible-server show` prints the resource Microsoft.DBforPostgreSQL/flexibleServers: state, version and
 * backup.{backupRetentionDays, earliestRestoreDate, geoRedundantBackup}; read at the top, where az flattens them, or below `properties`. */
typedef struct AzPostgres {
	char state[AZ_NAME_MAX], version[AZ_NAME_MAX];
	int64_t retention_days;
	WallTime earliest;             /* the first moment that can be restored; unknown while the first backup is not made */
	bool geo_redundant;
} AzPostgres;

typedef struct AzWanted {
	int64_t retention_days;        /* 0 = whatever it keeps */
	WallTime at;                   /* unknown = no moment is asked for */
} AzWanted;

/* False: this is no such server, or a part that is needed is missing or of another kind. */
bool az_postgres_parse(const Json *json, const char *name, AzPostgres *ret);
void az_postgres_judge(const AzPostgres *server, const AzWanted *wanted, WallTime now, Reading *ret);
void az_probe_postgres(const Call *call, Reading *ret);
