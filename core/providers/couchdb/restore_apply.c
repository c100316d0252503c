/* restore_apply.c: a restore: each database created, its documents in batches, design documents last (their validation would refuse old documents), its
 * security object. It can be stopped anywhere and goes on where it was. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/providers/couchdb/restore.h"
#include "core/providers/words.h"

#define KEEP_EVERY_MS 1000

typedef struct Restoring {
	const Call *call;
	Couch *couch;
	ActionResult *result;
	Failures failures;
	const RestoreItem *item;
	RestorePlace place;
	MonoTime kept;
	/* Of all databases together: */
	int64_t done, total, sent;
	MonoTime begun;
} Restoring;

void restore_place_for(const Call *call, const RestoreItem *item, const CouchDatabase *now, RestorePlace *ret) {
	restore_place_find(call, item, ret);
	/* Fewer documents than were taken: it is not that database any more. */
	if (!now->there || now->documents + now->deleted < ret->ids - ret->failed)
		*ret = (RestorePlace){0};
}

static void tell(const Restoring *restoring) {
	char done[WORDS_SIZE], total[WORDS_SIZE], rate_text[WORDS_SIZE], span[SPAN_TEXT_SIZE];
	int64_t elapsed = mono_now().ms - restoring->begun.ms, rate = elapsed > 0 ? restoring->sent * 1000 / elapsed : 0;
	const char *left = rate ? span_format((restoring->total - restoring->done) * 1000 / rate, span) : "-";
	call_progress(restoring->call, restoring->done, restoring->total, "%s: %s of %s documents, %s a second, %s left%s", restoring->item->database,
		words_count(restoring->done, done), words_count(restoring->total, total), words_count(rate, rate_text), left,
		restoring->failures.count ? ", some not taken" : "");
}

/* What was sent counts as done only now. */
static bool flush(Restoring *restoring, Bulk *bulk, int64_t number, int64_t ids, Error *err) {
	int64_t count = (int64_t) bulk->count, failed = restoring->failures.count;
	restoring->result->began = true;
	if (!bulk_send(bulk, err))
		return false;
	restoring->place.failed += restoring->failures.count - failed;
	restoring->place.done = number;
	restoring->place.ids = ids;
	restoring->done += count;
	restoring->sent += count;
	tell(restoring);
	if (mono_now().ms - restoring->kept.ms < KEEP_EVERY_MS)
		return true;
	restoring->kept = mono_now();
	return restore_place_keep(restoring->call, restoring->item, &restoring->place, err);
}

static bool stopped(const Restoring *restoring, Error *err) {
	if (!call_is_cancelled(restoring->call))
		return false;
	error_set(err, ERROR_CANCELLED, "it was stopped; %lld documents are restored", (long long) restoring->done);
	error_hint(err, "started again, it goes on there");
	return true;
}

static bool refuse_changed(const char *path, const char *what, Error *err) {
	error_set(err, ERROR_CONFLICT, "the %s is not the one that was planned: it was changed meanwhile", what);
	error_hint(err, "look at what is in the database now, and at who writes into the set; then plan again with the set as it is to be");
	return error_where(err, "%s", path);
}

static bool is_as_planned(const DumpFile *file, const RestoreItem *item, Error *err) {
	char digest[SHA256_HEX_SIZE];
	dump_file_digest(file, digest);
	return text_eq(digest, item->digest) || refuse_changed(item->path, "dump", err);
}

/* One reading of the dump: its ordinary documents, or its design documents. */
static bool send_round(Restoring *restoring, Bulk *bulk, Error *err) {
	AUTO_CLEAR(DumpFile) file = {.fd = -1};
	DumpDocument document;
	DumpStep step;
	int64_t last = restoring->place.done, ids = restoring->place.ids, from = restoring->place.done;
	bool with_stubs = restore_takes_attachments(restoring->call);
	if (!dump_file_open(restoring->item->path, &file, err))
		return false;
	while ((step = dump_next(file.dump, &document, err)) == DUMP_DOCUMENT) {
		if (document.is_design != restoring->place.designs || document.number <= from)
			continue;
		if (bulk_is_full(bulk, document.text.len) && (stopped(restoring, err) || !flush(restoring, bulk, last, ids, err)))
			return false;
		bulk_add(bulk, &document, with_stubs || !document.has_stubs);
		last = document.number;
		ids += !document.same_id;
	}
	return step == DUMP_END && !stopped(restoring, err) && flush(restoring, bulk, last, ids, err) && is_as_planned(&file, restoring->item, err);
}

static bool send_documents(Restoring *restoring, Error *err) {
	AUTO_CLEAR(Bulk) bulk = {0};
	bulk_init(&bulk, restoring->couch, restoring->item->database, &restoring->failures);
	if (!restoring->place.designs && !send_round(restoring, &bulk, err))
		return false;
	if (!restoring->place.designs) {
		restoring->place.designs = true;
		restoring->place.done = 0;
	}
	return !restoring->item->sum.designs || send_round(restoring, &bulk, err);
}

static bool put(Restoring *restoring, const char *path, const Buf *body, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	restoring->result->began = true;
	if (!couch_send(restoring->couch, "PUT", path, body, &response, err))
		return false;
	/* 412: it is there, which is what is wanted; how much is in it was looked at. */
	return response.status / 100 == 2 || response.status == 412 || couch_refused(restoring->couch, "PUT", path, &response, err);
}

static bool put_security(Restoring *restoring, Error *err) {
	AUTO(Json) *security = NULL;
	AUTO_CLEAR(Buf) body = {0};
	if (!restore_security(restoring->item, &security, err) || !security)
		return !restoring->item->security;
	char digest[SHA256_HEX_SIZE];
	AUTO_FREE char *path = api_path("/%s/_security", restoring->item->database);
	json_write(security, &body);
	sha256_hex(buf_text(&body), body.len, digest);
	if (!text_eq(digest, restoring->item->security_digest))
		return refuse_changed(restoring->item->security, "security object", err);
	return put(restoring, path, &body, err);
}

static bool restore_one(Restoring *restoring, const RestoreItem *item, Error *err) {
	CouchDatabase now;
	AUTO_FREE char *path = api_path("/%s", item->database);
	restoring->item = item;
	if (!couch_database(restoring->couch, item->database, &now, err))
		return false;
	restore_place_for(restoring->call, item, &now, &restoring->place);
	restoring->done += restoring->place.complete ? item->sum.documents : restoring->place.ids;
	if (restoring->place.complete)
		return true;
	bool ok = (now.there || put(restoring, path, NULL, err)) && send_documents(restoring, err) && put_security(restoring, err);
	restoring->place.complete = ok;
	/* A place that cannot be kept only means that more is sent again. */
	Error keeping = {0};
	if (!restore_place_keep(restoring->call, item, &restoring->place, &keeping))
		strlist_add_take(&restoring->result->warnings, bg_asprintf("how far it came could not be kept: %s", keeping.why));
	return ok;
}

static void tell_result(Restoring *restoring, ActionResult *result) {
	result->value = bg_asprintf("%lld", (long long) restoring->done);
	result->values = json_new_object();
	json_add_int(result->values, "documents", restoring->done);
	json_add_int(result->values, "not_taken", restoring->failures.count);
	for (size_t i = 0; i < restoring->failures.first.count; i++)
		strlist_add_take(&result->warnings, bg_asprintf("not taken: %s", restoring->failures.first.items[i]));
	if (restoring->failures.count > (int64_t) restoring->failures.first.count)
		strlist_add_take(&result->warnings, bg_asprintf("%lld documents were not taken; the output names all of them", (long long) restoring->failures.count));
}

static const char *given(const Json *row, const char *key) {
	const char *text = json_get_string(row, key);
	return text ? text : "";
}

/* The plan knows how many documents there are, and what they are: they are not counted a second time. */
void restore_take_sums(const Plan *plan, RestoreSet *set) {
	JSON_EACH(row, json_get(plan->basis, "databases"))
		for (size_t i = 0; i < set->count; i++)
			if (text_eq(set->items[i].database, json_get_string(row, "name"))) {
				set->items[i].sum.documents = json_get_int(row, "documents", 0);
				set->items[i].sum.designs = json_get_int(row, "designs", 0);
				set->items[i].sum.live = json_get_int(row, "live", 0);
				snprintf(set->items[i].digest, SHA256_HEX_SIZE, "%s", given(row, "sha256"));
				snprintf(set->items[i].security_digest, SHA256_HEX_SIZE, "%s", given(row, "security_sha256"));
			}
}

bool couch_apply_restore(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Couch) couch = {0};
	AUTO_CLEAR(RestoreSet) set = {0};
	if (plan->nothing_to_do)
		return true;
	if (!couch_open(call, &couch, err) || !restore_open_set(call, &set, err))
		return error_what(err, "restore databases");
	restore_take_sums(plan, &set);
	Restoring restoring = {.call = call, .couch = &couch, .result = result, .failures = {.call = call}, .begun = mono_now()};
	for (size_t i = 0; i < set.count; i++)
		restoring.total += set.items[i].sum.documents;
	bool ok = true;
	for (size_t i = 0; i < set.count && ok; i++)
		ok = restore_one(&restoring, &set.items[i], err) || error_what(err, "restore %s", set.items[i].database);
	tell_result(&restoring, result);
	failures_clear(&restoring.failures);
	return ok;
}
