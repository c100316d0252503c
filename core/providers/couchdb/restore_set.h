/* restore_set.h: which databases a set of dumps holds: a folder with a dump for each (as the backup scripts make it), or one file. */
#pragma once
#include "core/base/error.h"
#include "core/base/str.h"
#include "core/providers/couchdb/dump.h"

#define RESTORE_DATABASES_MAX 1000

typedef struct RestoreItem {
	char *database;
	char *path;            /* of the dump */
	char *security;        /* path of its security object; NULL = the set has none */
	int64_t bytes, changed_s;
	DumpKind kind;
	DumpSum sum;           /* filled when the dump was read, or by a plan that did */
	char digest[SHA256_HEX_SIZE], security_digest[SHA256_HEX_SIZE];   /* of what was planned; "" = not yet, or there is none */
} RestoreItem;

typedef struct RestoreSet {
	RestoreItem *items;    /* by name */
	size_t count, capacity;
	StrList left_out;      /* "_replicator: it would begin to replicate" */
} RestoreSet;

/* `wanted`: names of databases, empty = all but those that would do something by themselves. `as`: the database of a single file; NULL = by its name. */
BG_CHECK bool restore_set_find(const char *path, const StrList *wanted, const char *as, RestoreSet *ret, Error *err);
void restore_set_clear(RestoreSet *set);
BG_DEFINE_CLEARP(RestoreSet, restore_set_clear)
/* The database that a dump of this file name is of; NULL: it is the name of none. Owned. */
char *restore_database_of(const char *file_name);
bool restore_is_dump_name(const char *file_name);      /* users.json, users.couchbackup, users.json.gz */
