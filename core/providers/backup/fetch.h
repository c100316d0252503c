/* fetch.h: a fetch under way: fetch*.c only. */
#pragma once
#include <sys/stat.h>
#include "core/providers/backup/remote.h"

typedef struct Fetch {
	BackupNode node;
	RemoteFiles files;
	char *folder;          /* of this machine's sets */
	char *remote;          /* the set there */
	char *name;            /* of the set here */
	char *partial;         /* where it is put together; kept when it is interrupted */
	bool is_here;          /* all of its files are here already, in their sizes */
} Fetch;
BG_CHECK bool fetch_open(const Call *call, bool much, Fetch *ret, Error *err);
void fetch_clear(Fetch *fetch);
BG_DEFINE_CLEARP(Fetch, fetch_clear)
int64_t fetch_keep(const Call *call);
BG_CHECK bool fetch_old_sets(const Fetch *fetch, int64_t keep, StrList *ret, Error *err);
