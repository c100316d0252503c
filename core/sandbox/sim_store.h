/* sim_store.h: the buckets and objects that the simulated S3, the backup job and the OCW site share. Objects are kept in
 * key order (by bytes, as S3 lists them); equal contents are shared between buckets. Not thread-safe: the sandbox locks. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/moment.h"
#include "core/base/str.h"

typedef struct SimBody {
	unsigned references;
	size_t len;
	char etag[33];       /* MD5 in hex, as S3 gives for a simple upload */
	char *bytes;
} SimBody;

typedef struct SimObject {
	char *key;
	SimBody *body;
	char *type;          /* Content-Type */
	WallTime modified;   /* whole seconds */
} SimObject;

typedef struct SimBucket {
	char *name;
	WallTime created;
	SimObject *objects;
	size_t count, capacity;
} SimBucket;

typedef struct SimStore SimStore;

SimStore *sim_store_new(void);
SimStore *sim_store_free(SimStore *store);
BG_DEFINE_FREEP(SimStore, sim_store_free)
/* Pointers to buckets stay good; those to objects only until their bucket changes. */
SimBucket *sim_store_add_bucket(SimStore *store, const char *name, WallTime created);
/* One that is empty. */
void sim_store_remove_bucket(SimStore *store, SimBucket *bucket);
SimBucket *sim_store_find(const SimStore *store, Str name);
size_t sim_store_count(const SimStore *store);
SimBucket *sim_store_at(const SimStore *store, size_t index);   /* by name */

const SimObject *sim_bucket_find(const SimBucket *bucket, const char *key);
/* Index of the first object whose key is not less than `key`. */
size_t sim_bucket_lower_bound(const SimBucket *bucket, Str key);
void sim_bucket_put(SimBucket *bucket, const char *key, Str bytes, const char *type, WallTime modified);
/* The same contents under the same key in another bucket. */
void sim_bucket_put_copy(SimBucket *bucket, const SimObject *object, WallTime modified);
bool sim_bucket_remove(SimBucket *bucket, const char *key);

/* What `aws s3 sync --delete` has done once it is through with the first `source_count` objects of `from`: what differs is
 * copied, what the source has not is removed (up to there; all of it when every source object is done). Doing it again with
 * a larger count goes on from there. Returns how many objects changed. */
size_t sim_bucket_sync(const SimBucket *from, SimBucket *to, size_t source_count, WallTime now);
