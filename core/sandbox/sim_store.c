/* sim_store.c: sorted arrays of objects with shared bodies. A few thousand objects, so insertion by moving is enough. */
#include "core/sandbox/sim_store.h"
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_crypto.h"

#define MAX_BUCKETS 64

struct SimStore {
	SimBucket *buckets[MAX_BUCKETS];
	size_t count;
};

static SimBody *body_new(Str bytes) {
	SimBody *body = bg_calloc(1, sizeof(*body));
	body->references = 1;
	body->len = bytes.len;
	body->bytes = bg_memdup(bytes.len ? bytes.ptr : "", bytes.len ? bytes.len : 1);
	sim_md5_hex(bytes, body->etag);
	return body;
}

static SimBody *body_hold(SimBody *body) {
	body->references++;
	return body;
}

static void body_release(SimBody *body) {
	if (--body->references > 0)
		return;
	free(body->bytes);
	free(body);
}

static void object_clear(SimObject *object) {
	free(object->key);
	free(object->type);
	body_release(object->body);
}

SimStore *sim_store_new(void) {
	return bg_calloc(1, sizeof(SimStore));
}

SimStore *sim_store_free(SimStore *store) {
	if (!store)
		return NULL;
	for (size_t i = 0; i < store->count; i++) {
		SimBucket *bucket = store->buckets[i];
		for (size_t j = 0; j < bucket->count; j++)
			object_clear(&bucket->objects[j]);
		free(bucket->objects);
		free(bucket->name);
		free(bucket);
	}
	free(store);
	return NULL;
}

SimBucket *sim_store_add_bucket(SimStore *store, const char *name, WallTime created) {
	BG_ASSERT(store->count < MAX_BUCKETS);
	SimBucket *bucket = bg_calloc(1, sizeof(*bucket));
	bucket->name = bg_strdup(name);
	bucket->created = created;
	size_t at = store->count;
	for (; at > 0 && strcmp(store->buckets[at - 1]->name, name) > 0; at--)
		store->buckets[at] = store->buckets[at - 1];
	store->buckets[at] = bucket;
	store->count++;
	return bucket;
}

void sim_store_remove_bucket(SimStore *store, SimBucket *bucket) {
	size_t at = 0;
	while (at < store->count && store->buckets[at] != bucket)
		at++;
	BG_ASSERT(at < store->count && bucket->count == 0);
	store->count--;
	for (; at < store->count; at++)
		store->buckets[at] = store->buckets[at + 1];
	free(bucket->objects);
	free(bucket->name);
	free(bucket);
}

SimBucket *sim_store_find(const SimStore *store, Str name) {
	for (size_t i = 0; i < store->count; i++)
		if (str_eq_c(name, store->buckets[i]->name))
			return store->buckets[i];
	return NULL;
}

size_t sim_store_count(const SimStore *store) {
	return store->count;
}

SimBucket *sim_store_at(const SimStore *store, size_t index) {
	return store->buckets[index];
}

static int compare_key(const char *a, Str b) {
	size_t a_len = strlen(a);
	int order = memcmp(a, b.len ? b.ptr : "", a_len < b.len ? a_len : b.len);
	if (order != 0)
		return order;
	return (a_len > b.len) - (a_len < b.len);
}

size_t sim_bucket_lower_bound(const SimBucket *bucket, Str key) {
	size_t low = 0, high = bucket->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_key(bucket->objects[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const SimObject *sim_bucket_find(const SimBucket *bucket, const char *key) {
	size_t at = sim_bucket_lower_bound(bucket, str_from(key));
	return at < bucket->count && text_eq(bucket->objects[at].key, key) ? &bucket->objects[at] : NULL;
}

static void put(SimBucket *bucket, const char *key, SimBody *body_taken, const char *type, WallTime modified) {
	SimObject object = {
		.key = bg_strdup(key), .body = body_taken, .type = bg_strdup(type), .modified = { modified.ms / 1000 * 1000 },
	};
	size_t at = sim_bucket_lower_bound(bucket, str_from(key));
	if (at < bucket->count && text_eq(bucket->objects[at].key, key)) {
		object_clear(&bucket->objects[at]);
		bucket->objects[at] = object;
		return;
	}
	if (bucket->count == bucket->capacity) {
		bucket->capacity = bucket->capacity ? 2 * bucket->capacity : 64;
		bucket->objects = bg_reallocarray(bucket->objects, bucket->capacity, sizeof(*bucket->objects));
	}
	memmove(&bucket->objects[at + 1], &bucket->objects[at], (bucket->count - at) * sizeof(*bucket->objects));
	bucket->objects[at] = object;
	bucket->count++;
}

void sim_bucket_put(SimBucket *bucket, const char *key, Str bytes, const char *type, WallTime modified) {
	put(bucket, key, body_new(bytes), type, modified);
}

void sim_bucket_put_copy(SimBucket *bucket, const SimObject *object, WallTime modified) {
	put(bucket, object->key, body_hold(object->body), object->type, modified);
}

bool sim_bucket_remove(SimBucket *bucket, const char *key) {
	size_t at = sim_bucket_lower_bound(bucket, str_from(key));
	if (at == bucket->count || !text_eq(bucket->objects[at].key, key))
		return false;
	object_clear(&bucket->objects[at]);
	bucket->count--;
	memmove(&bucket->objects[at], &bucket->objects[at + 1], (bucket->count - at) * sizeof(*bucket->objects));
	return true;
}

static bool same_contents(const SimObject *a, const SimObject *b) {
	return a->body == b->body || (a->body->len == b->body->len && strcmp(a->body->etag, b->body->etag) == 0);
}

size_t sim_bucket_sync(const SimBucket *from, SimBucket *to, size_t source_count, WallTime now) {
	size_t changed = 0, i = 0, j = 0;
	bool whole = source_count >= from->count;
	while (i < from->count || j < to->count) {
		if (!whole && i >= source_count)
			break;
		int order = i == from->count ? 1 : j == to->count ? -1 : strcmp(from->objects[i].key, to->objects[j].key);
		if (order > 0) {
			changed += sim_bucket_remove(to, to->objects[j].key);   /* the next one moves to j */
			continue;
		}
		if (order < 0 || !same_contents(&from->objects[i], &to->objects[j])) {
			sim_bucket_put_copy(to, &from->objects[i], now);
			changed++;
		}
		i++;
		j++;
	}
	return changed;
}
