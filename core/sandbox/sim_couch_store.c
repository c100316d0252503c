/* sim_couch_store.c: databases and documents of the simulated CouchDB, sorted, with the bytes that they take counted. */
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/sandbox/sim_couch_parts.h"

static const char ADMINS_ONLY[] =
	"{\"members\":{\"roles\":[\"_admin\"]},\"admins\":{\"roles\":[\"_admin\"]}}";   /* the default since 3.0: couch_db:get_security */

/* ---- databases ---- */

static size_t place_of_db(const CouchGroup *group, const char *name) {
	size_t at = 0;
	while (at < group->count && strcmp(group->items[at].name, name) < 0)
		at++;
	return at;
}

CouchDb *couch_db_find(const CouchGroup *group, const char *name) {
	size_t at = place_of_db(group, name);
	return at < group->count && text_eq(group->items[at].name, name) ? &group->items[at] : NULL;
}

CouchDb *couch_db_add(CouchGroup *group, const char *name) {
	size_t at = place_of_db(group, name);
	if (group->count == group->capacity) {
		group->capacity = group->capacity ? 2 * group->capacity : 8;
		group->items = bg_reallocarray(group->items, group->capacity, sizeof(*group->items));
	}
	memmove(group->items + at + 1, group->items + at, (group->count - at) * sizeof(*group->items));
	group->count++;
	group->items[at] = (CouchDb) { .name = bg_strdup(name), .security = bg_strdup(ADMINS_ONLY), .q = 2 };
	return &group->items[at];
}

static void clear_doc(CouchDoc *doc) {
	for (size_t i = 0; i < doc->count; i++)
		free(doc->leaves[i].body);
	free(doc->leaves);
	free(doc->id);
}

static void clear_db(SimCouch *couch, CouchDb *db) {
	for (size_t i = 0; i < db->count; i++)
		clear_doc(&db->docs[i]);
	couch->bytes -= db->bytes;
	free(db->docs);
	free(db->name);
	free(db->security);
}

void couch_db_remove(SimCouch *couch, CouchGroup *group, CouchDb *db) {
	size_t at = (size_t) (db - group->items);
	clear_db(couch, db);
	memmove(group->items + at, group->items + at + 1, (group->count - at - 1) * sizeof(*group->items));
	group->count--;
}

void couch_group_clear(SimCouch *couch, CouchGroup *group) {
	for (size_t i = 0; i < group->count; i++)
		clear_db(couch, &group->items[i]);
	free(group->items);
	*group = (CouchGroup) {0};
}

bool couch_db_name_is_fine(const char *name) {
	static const char *const SYSTEM[] = { "_users", "_replicator", "_global_changes" };
	for (size_t i = 0; i < BG_LENGTH(SYSTEM); i++)
		if (text_eq(name, SYSTEM[i]))
			return true;
	if (*name < 'a' || *name > 'z')
		return false;
	return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_$()+-/")] == '\0';
}

void couch_db_count(const CouchDb *db, int64_t *ret_live, int64_t *ret_deleted) {
	*ret_live = 0;
	for (size_t i = 0; i < db->count; i++)
		*ret_live += couch_live(&db->docs[i]) != NULL;
	*ret_deleted = (int64_t) db->count - *ret_live;
}

/* ---- documents ---- */

size_t couch_doc_place(const CouchDb *db, const char *id) {
	size_t from = 0, to = db->count;
	while (from < to) {
		size_t middle = from + (to - from) / 2;
		if (strcmp(db->docs[middle].id, id) < 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

CouchDoc *couch_doc_find(const CouchDb *db, const char *id) {
	size_t at = couch_doc_place(db, id);
	return at < db->count && text_eq(db->docs[at].id, id) ? &db->docs[at] : NULL;
}

CouchDoc *couch_doc_add(CouchDb *db, const char *id) {
	size_t at = couch_doc_place(db, id);
	if (db->count == db->capacity) {
		db->capacity = db->capacity ? 2 * db->capacity : 32;
		db->docs = bg_reallocarray(db->docs, db->capacity, sizeof(*db->docs));
	}
	memmove(db->docs + at + 1, db->docs + at, (db->count - at) * sizeof(*db->docs));
	db->count++;
	db->docs[at] = (CouchDoc) { .id = bg_strdup(id) };
	return &db->docs[at];
}

void couch_doc_remove(SimCouch *couch, CouchDb *db, CouchDoc *doc) {
	size_t at = (size_t) (doc - db->docs);
	for (size_t i = 0; i < doc->count; i++) {
		db->bytes -= doc->leaves[i].bytes;
		couch->bytes -= doc->leaves[i].bytes;
	}
	clear_doc(doc);
	memmove(db->docs + at, db->docs + at + 1, (db->count - at - 1) * sizeof(*db->docs));
	db->count--;
}

static bool wins(const CouchLeaf *a, const CouchLeaf *b) {
	if (a->deleted != b->deleted)
		return !a->deleted;
	return a->number != b->number ? a->number > b->number : strcmp(a->hash, b->hash) > 0;
}

CouchLeaf *couch_winner(const CouchDoc *doc) {
	CouchLeaf *best = NULL;
	for (size_t i = 0; i < doc->count; i++)
		if (!best || wins(&doc->leaves[i], best))
			best = &doc->leaves[i];
	return best;
}

const CouchLeaf *couch_live(const CouchDoc *doc) {
	const CouchLeaf *leaf = couch_winner(doc);
	return leaf && !leaf->deleted ? leaf : NULL;
}

CouchLeaf *couch_leaf_find(const CouchDoc *doc, int64_t number, const char *hash) {
	for (size_t i = 0; i < doc->count; i++)
		if (doc->leaves[i].number == number && text_eq(doc->leaves[i].hash, hash))
			return &doc->leaves[i];
	return NULL;
}

bool couch_leaf_set(SimCouch *couch, CouchDb *db, CouchDoc *doc, CouchLeaf *instead, CouchLeaf leaf) {
	size_t freed = instead ? instead->bytes : 0;
	leaf.bytes = strlen(leaf.body) + strlen(doc->id) + sizeof(leaf);
	if (couch->bytes - freed + leaf.bytes > SIM_COUCH_MAX_BYTES) {
		free(leaf.body);
		return false;
	}
	couch->bytes = couch->bytes - freed + leaf.bytes;
	db->bytes = db->bytes - freed + leaf.bytes;
	db->sequence++;
	if (instead) {
		free(instead->body);
		*instead = leaf;
		return true;
	}
	if (doc->count == doc->capacity) {
		doc->capacity = doc->capacity ? 2 * doc->capacity : 1;
		doc->leaves = bg_reallocarray(doc->leaves, doc->capacity, sizeof(*doc->leaves));
	}
	doc->leaves[doc->count++] = leaf;
	return true;
}
