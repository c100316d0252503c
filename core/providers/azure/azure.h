/* azure.h: the provider for Azure Blob Storage, read side: one probe, azure.container. Wire facts: Microsoft's Blob service REST reference
 * (List Blobs, Shared Key, service and account SAS), checked against its emulator Azurite. */
#pragma once
#include "core/providers/provider.h"
#include "core/transport/http.h"

#define AZURE_NAME_MAX 4096         /* bytes of a blob's name: 1024 characters */
#define AZURE_BEFORE 7              /* backups before the newest that its size is compared with */
#define AZURE_RETENTION_MAX 400     /* days */

extern const Provider AZURE_PROVIDER;

/* What a shared access signature says of itself; its signature is only there or not. Every field may be absent. */
typedef struct AzureSas {
	WallTime starts, expires;
	char permissions[32];    /* sp: "rl" */
	char resource[8];        /* sr: "c" a container, "b" one blob; none: an account's */
	char services[8];        /* ss, of an account's: "b" */
	char types[8];           /* srt, of an account's: "sco" */
	bool https_only, by_policy, has_signature;
} AzureSas;
/* From the query, with or without "?" before it. Refuses what can be no SAS; the error repeats nothing of it. */
BG_CHECK bool azure_sas_parse(Str query, AzureSas *ret, Error *err);
/* Whether it can list a container now: said before anybody is asked. */
BG_CHECK bool azure_sas_may_list(const AzureSas *sas, WallTime now, bool https, Error *err);

/* A storage account for the length of one Call. */
typedef struct Azure {
	const Call *call;
	const char *account;         /* borrowed from the system */
	char *base;                  /* "https://ACCOUNT.blob.core.windows.net", without a slash at its end */
	Secret *key, *sas;           /* one of the two */
	AzureSas told;               /* what the SAS says of itself */
	HttpClient *client;
	WallTime now;                /* the server's clock at its last answer, ours when it tells none */
	int64_t clock_difference_ms;
	bool by_name;
} Azure;
BG_CHECK bool azure_open(const Call *call, Azure *ret, Error *err);
void azure_clear(Azure *azure);
/* Of a SAS, as it says itself; a key has none, and that of a SAS by policy (si) stands with the account. */
bool azure_credential_end(const Call *call, WallTime *ret, Error *err);
BG_DEFINE_CLEARP(Azure, azure_clear)
/* "https://host/container". Owned. */
char *azure_container_url(const Azure *azure, const char *container);

typedef struct AzureField { const char *name, *value; } AzureField;
/* The Authorization of a GET, Shared Key: `path` as it is sent (still encoded), `fields` of the query decoded and sorted by name. False when
 * the key is no key. */
BG_CHECK bool azure_shared_key(const char *account, const Secret *key, Str path, const AzureField *fields, size_t count, const char *date,
	const char *version, Secret **ret_authorization, Error *err);

typedef struct BlobSeen { WallTime time; int64_t bytes; } BlobSeen;

/* What a whole listing adds up to. Memory does not grow with the number of blobs. */
typedef struct BlobSum {
	int64_t count, bytes, pages;
	int64_t empty;                       /* blobs of no bytes */
	BlobSeen newest[1 + AZURE_BEFORE];   /* newest first; unknown times behind the last */
	char newest_name[AZURE_NAME_MAX + 1];
	char newest_tier[16];                /* "Hot" "Cool" "Cold" "Archive" or "" */
	/* Which days (UTC, since 1970) have a backup that is not too small: a slot a day, where a later day takes the place of an earlier one. */
	int32_t days[512];
} BlobSum;
typedef struct BlobWanted { const char *container, *prefix; int64_t min_bytes; } BlobWanted;
/* Pages through all blobs below the prefix ("" = the whole container). False when a page could not be had: a part is not a sum. */
BG_CHECK bool azure_sum(Azure *azure, const BlobWanted *wanted, BlobSum *ret_sum, Error *err);

/* The days of the last `retention` that have no backup, into `names` ("Nov 14, Nov 16"); how many. Today counts only when it has one. */
size_t azure_missing_days(const BlobSum *sum, int64_t retention, WallTime now, Buf *names);

/* A refusal as an Error, by its code. Always false. */
bool azure_refused(const Azure *azure, const char *container, const HttpResponse *response, Error *err);
