/* restore_verify.c: afterwards: does each database hold as many documents as its dump, and are some of them, taken from all over it, what the dump says? */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/couchdb/restore.h"
#include "core/providers/words.h"

#define SAMPLES 8                          /* of each database */
#define SAMPLE_MAX (1024u * 1024)

typedef struct Verifying {
	const Call *call;
	Couch *couch;
	const char *database;
	int64_t samples, documents;
	Buf wrong;               /* the first thing that is not as it should be */
} Verifying;

/* What the server adds, and what a restore leaves out, is not compared. */
static void strip(Json *document) {
	static const char *const KEYS[] = {"_attachments", "_revisions", "_revs_info", "_conflicts", "_deleted_conflicts", "_local_seq"};
	for (size_t i = 0; i < BG_LENGTH(KEYS); i++)
		json_remove(document, KEYS[i]);
}

static bool compare(Verifying *verifying, const DumpDocument *document, Error *err) {
	AUTO(Json) *ours = NULL;
	AUTO(Json) *theirs = NULL;
	if (!json_parse(document->text, &ours, NULL) || !json_get_string(ours, "_id") || !json_get_string(ours, "_rev"))
		return true;   /* deeper than our own limit: nothing to compare with */
	const char *id = json_get_string(ours, "_id");
	AUTO_FREE char *path = document->is_design ? api_path("/%s/_design/%s?rev=%s", verifying->database, id + strlen("_design/"), json_get_string(ours, "_rev"))
		: api_path("/%s/%s?rev=%s", verifying->database, id, json_get_string(ours, "_rev"));
	if (!couch_find(verifying->couch, path, &theirs, err))
		return false;
	if (!theirs) {
		buf_printf(&verifying->wrong, "%s: %.80s is not there", verifying->database, id);
		return true;
	}
	strip(ours);
	strip(theirs);
	verifying->samples++;
	if (!json_equal(ours, theirs))
		buf_printf(&verifying->wrong, "%s: %.80s is not what the dump says", verifying->database, id);
	return true;
}

static bool compare_samples(Verifying *verifying, const RestoreItem *item, Error *err) {
	AUTO_CLEAR(DumpFile) file = {.fd = -1};
	DumpDocument document;
	DumpStep step;
	int64_t every = item->sum.documents / SAMPLES, next = 1;
	if (!dump_file_open(item->path, &file, err))
		return false;
	while ((step = dump_next(file.dump, &document, err)) == DUMP_DOCUMENT && !verifying->wrong.len) {
		if (document.number < next || document.is_deleted || document.text.len > SAMPLE_MAX)
			continue;
		next = document.number + (every ? every : 1);
		if (!compare(verifying, &document, err))
			return false;
	}
	return step != DUMP_BAD;
}

static bool same_security(Verifying *verifying, const RestoreItem *item, Error *err) {
	AUTO(Json) *wanted = NULL;
	AUTO(Json) *now = NULL;
	AUTO_FREE char *path = api_path("/%s/_security", item->database);
	if (!restore_security(item, &wanted, err))
		return false;
	if (!wanted)
		return true;
	if (!couch_get(verifying->couch, path, &now, err))
		return false;
	if (!json_equal(wanted, now) && !verifying->wrong.len)
		buf_printf(&verifying->wrong, "%s: its security object is not the set's", item->database);
	return true;
}

static bool verify_item(Verifying *verifying, const RestoreItem *item, Error *err) {
	CouchDatabase now;
	verifying->database = item->database;
	if (!couch_database(verifying->couch, item->database, &now, err))
		return false;
	verifying->documents += now.documents;
	if (!now.there)
		buf_printf(&verifying->wrong, "there is no database %s", item->database);
	else if (now.documents < item->sum.live)
		buf_printf(&verifying->wrong, "%s holds %lld documents, the dump %lld", item->database, (long long) now.documents, (long long) item->sum.live);
	if (verifying->wrong.len)
		return true;
	return compare_samples(verifying, item, err) && same_security(verifying, item, err);
}

static bool verify_all(Verifying *verifying, const Plan *plan, Error *err) {
	AUTO_CLEAR(RestoreSet) set = {0};
	if (!restore_open_set(verifying->call, &set, err))
		return false;
	restore_take_sums(plan, &set);
	for (size_t i = 0; i < set.count && !verifying->wrong.len; i++)
		if (!verify_item(verifying, &set.items[i], err))
			return false;
	return true;
}

bool couch_verify_restore(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Couch) couch = {0};
	Verifying verifying = {.call = call, .couch = &couch};
	char count[WORDS_SIZE];
	bool ok = couch_open(call, &couch, err) && verify_all(&verifying, plan, err);
	if (ok) {
		result->verified = verifying.wrong.len ? VERIFIED_NO : VERIFIED_YES;
		free(result->evidence);
		result->evidence = verifying.wrong.len ? bg_strdup(buf_text(&verifying.wrong))
			: bg_asprintf("%s documents in %zu databases; %lld of them compared with the dumps", words_count(verifying.documents, count),
				json_count(json_get(plan->basis, "databases")), (long long) verifying.samples);
	}
	buf_clear(&verifying.wrong);
	return ok || error_what(err, "look at what was restored");
}
