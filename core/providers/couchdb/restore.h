/* restore.h: what the steps of a restore share: restore*.c only. */
#pragma once
#include "core/providers/couchdb/couchdb.h"

BG_CHECK bool restore_open_set(const Call *call, RestoreSet *ret, Error *err);
/* Attachments that are written into the documents are sent along in any case; stubs only when asked for: the server refuses them. */
bool restore_takes_attachments(const Call *call);
/* *ret_json NULL: the set has none. */
BG_CHECK bool restore_security(const RestoreItem *item, Json **ret_json, Error *err);
/* The place that counts for a database as it is now: one that was made anew meanwhile is begun anew. */
void restore_place_for(const Call *call, const RestoreItem *item, const CouchDatabase *now, RestorePlace *ret);
/* The plan knows how many documents there are, and the digest of each dump: they are not read another time for that. */
void restore_take_sums(const Plan *plan, RestoreSet *set);
