/* restore.c: the plan of a restore: which databases, how many documents of each, where they go, and what is there now. Every dump is read through to its
 * end first: one that is not whole is found before anything is changed. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/providers/couchdb/restore.h"
#include "core/providers/settings.h"
#include "core/providers/words.h"

#define SECURITY_MAX (64u * 1024)

bool restore_open_set(const Call *call, RestoreSet *ret, Error *err) {
	AUTO_FREE char *path = argument_path(call->environment, call_arg(call, "from"));
	AUTO_CLEAR(StrList) wanted = {0};
	const char *named = call_arg(call, "databases"), *as = call_arg(call, "as");
	strlist_split(&wanted, str_from(named ? named : ""), ',');
	return restore_set_find(path, &wanted, as && *as ? as : NULL, ret, err);
}

bool restore_takes_attachments(const Call *call) { return text_eq(call_arg(call, "attachments"), "keep"); }

bool restore_security(const RestoreItem *item, Json **ret_json, Error *err) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Json) *json = NULL;
	*ret_json = NULL;
	if (!item->security)
		return true;
	if (!file_read(item->security, SECURITY_MAX, &text, err) || !json_parse(buf_str(&text), &json, err))
		return error_where(err, "%s", item->security);
	if (!json_is_object(json)) {
		error_set(err, ERROR_INVALID, "it is no security object");
		return error_where(err, "%s", item->security);
	}
	*ret_json = TAKE(json);
	return true;
}

/* ---- counting ---- */

typedef struct Counting { const Call *call; const RestoreItem *item; const DumpFile *file; } Counting;

static bool go_on(void *userdata, const Dump *dump) {
	const Counting *counting = userdata;
	char count[WORDS_SIZE];
	call_progress(counting->call, dump_file_offset(counting->file), counting->item->bytes, "%s: counting, %s documents so far", counting->item->database,
		words_count(dump_sum(dump)->documents, count));
	return !call_is_cancelled(counting->call) && call_remaining_ms(counting->call) > 0;
}

static bool count_item(const Call *call, RestoreItem *item, Error *err) {
	AUTO_CLEAR(DumpFile) file = {.fd = -1};
	Counting counting = {.call = call, .item = item, .file = &file};
	if (!dump_file_open(item->path, &file, err))
		return false;
	bool ok = dump_scan(file.dump, go_on, &counting, err);
	item->kind = dump_kind(file.dump);
	item->sum = *dump_sum(file.dump);
	dump_file_digest(&file, item->digest);
	if (!ok && err && err->kind == ERROR_CANCELLED && call_remaining_ms(call) <= 0) {
		error_set(err, ERROR_TIMEOUT, "there was not time enough to read all of the dumps");
		error_where(err, "%s", item->path);
	}
	return ok;
}

/* ---- one database ---- */

static const char *at_present(const CouchDatabase *now, char text[static WORDS_SIZE + 16]) {
	char count[WORDS_SIZE];
	if (!now->there)
		return NULL;
	snprintf(text, WORDS_SIZE + 16, now->documents ? "%s documents" : "empty", words_count(now->documents, count));
	return text;
}

static char *to_come(const RestoreItem *item, bool drops) {
	char documents[WORDS_SIZE], live[WORDS_SIZE], stubs[WORDS_SIZE];
	const DumpSum *sum = &item->sum;
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, "%s documents of %s", words_count(sum->live, live), path_base(item->path));
	if (sum->documents != sum->live)
		buf_printf(&text, " (%s revisions, %lld of deleted documents)", words_count(sum->documents, documents), (long long) sum->deleted);
	if (sum->designs)
		buf_printf(&text, ", %lld design documents last", (long long) sum->designs);
	if (sum->with_stubs && drops)
		buf_printf(&text, ", %s of them without their attachments", words_count(sum->with_stubs, stubs));
	return buf_take(&text);
}

/* A database of the system is made by the cluster, with a document of its own. */
static bool may_hold_some(const Call *call, const RestoreItem *item, const RestorePlace *place) {
	return text_eq(call_arg(call, "existing"), "merge") || item->database[0] == '_' || place->done || place->designs || place->complete;
}

static bool holds_already(const Call *call, const RestoreItem *item, const CouchDatabase *now, Error *err) {
	char count[WORDS_SIZE];
	error_set(err, ERROR_CONFLICT, "database %s is there already and holds %s documents (%lld deleted)", item->database, words_count(now->documents, count),
		(long long) now->deleted);
	error_hint(err, "nothing was changed; existing=merge puts the dump's revisions beside what is there");
	return error_where(err, "%s", system_setting(call->system, "url"));
}

/* What is agreed on is these very bytes: another dump of the same name makes another plan. */
static void rely_on(Plan *plan, const RestoreItem *item, const CouchDatabase *now, const RestorePlace *place, const char *rights) {
	char rights_digest[SHA256_HEX_SIZE];
	Json *row = json_append(json_get_mutable(plan->basis, "databases"), json_new_object());
	json_add_string(row, "name", item->database);
	json_add_string(row, "file", item->path);
	json_add_int(row, "bytes", item->bytes);
	json_add_string(row, "sha256", item->digest);
	json_add_int(row, "documents", item->sum.documents);
	json_add_int(row, "live", item->sum.live);
	json_add_int(row, "designs", item->sum.designs);
	json_add_int(row, "there", now->there ? now->documents : -1);
	json_add_int(row, "done", place->complete ? -1 : place->done);
	if (rights) {
		sha256_hex(rights, strlen(rights), rights_digest);
		json_add_string(row, "security_sha256", rights_digest);
	}
	strlist_add_take(&plan->preconditions, bg_asprintf("%s stays as it is, SHA-256 %.16s...", path_base(item->path), item->digest));
}

static bool plan_item(Couch *couch, const Call *call, const RestoreItem *item, Plan *plan, Error *err) {
	CouchDatabase now;
	RestorePlace place;
	char text[WORDS_SIZE + 16], count[WORDS_SIZE];
	AUTO(Json) *security = NULL;
	if (!couch_database(couch, item->database, &now, err) || !restore_security(item, &security, err))
		return false;
	restore_place_for(call, item, &now, &place);
	if ((now.documents || now.deleted) && !may_hold_some(call, item, &place))
		return holds_already(call, item, &now, err);
	AUTO_FREE char *what = bg_asprintf("database %s", item->database);
	AUTO_FREE char *to = to_come(item, !restore_takes_attachments(call));
	AUTO_FREE char *from_here = place.done ? bg_asprintf("%s, from document %s on", to, words_count(place.done + 1, count)) : NULL;
	if (!place.complete) {
		plan_add_change(plan, what, at_present(&now, text), from_here ? from_here : to);
		plan->nothing_to_do = false;
	}
	AUTO_FREE char *rights = security ? json_text(security) : NULL;
	AUTO_FREE char *rights_what = bg_asprintf("security of %s", item->database);
	if (security && !place.complete)
		plan_add_change(plan, rights_what, "as the server makes it", rights);
	else if (!security)
		strlist_add_take(&plan->warnings, bg_asprintf("%s: the set holds no security object (%s.security.json): only admins may read it, as CouchDB 3 makes it",
			item->database, item->database));
	if (item->sum.skipped_lines)
		strlist_add_take(&plan->warnings, bg_asprintf("%s: %lld lines that an interruption broke are passed over", item->database,
			(long long) item->sum.skipped_lines));
	rely_on(plan, item, &now, &place, rights);
	return true;
}

/* ---- the whole ---- */

static void describe(const Couch *couch, const Call *call, const RestoreSet *set, Plan *plan) {
	AUTO_CLEAR(Buf) requests = {0};
	int64_t documents = 0, bytes = 0;
	char count[WORDS_SIZE], size[WORDS_SIZE];
	for (size_t i = 0; i < set->count; i++) {
		AUTO_FREE char *path = api_path("/%s", set->items[i].database);
		documents += set->items[i].sum.documents;
		bytes += set->items[i].bytes;
		buf_printf(&requests, "%sPUT %s%s\nPOST %s%s/_bulk_docs {\"new_edits\":false,\"docs\":[...]}", i ? "\n" : "", couch->api.url, path, couch->api.url, path);
		if (set->items[i].security)
			buf_printf(&requests, "\nPUT %s%s/_security", couch->api.url, path);
	}
	plan_set(&plan->request, "%s", buf_text(&requests));
	plan_set(&plan->target, "CouchDB %s at %s: %zu databases, %s documents, %s", call->system->name, couch->api.url, set->count,
		words_count(documents, count), words_size(bytes, size));
	plan_set(&plan->manual, "for each database: curl -X PUT %s/DB; then the dump's documents to %s/DB/_bulk_docs with \"new_edits\":false, design documents last",
		couch->api.url, couch->api.url);
	plan_set(&plan->undo, "delete the databases that it created; what was merged into others stays");
	for (size_t i = 0; i < set->left_out.count; i++)
		strlist_add_take(&plan->warnings, bg_asprintf("left out: %s", set->left_out.items[i]));
}

bool couch_plan_restore(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Couch) couch = {0};
	AUTO_CLEAR(RestoreSet) set = {0};
	AUTO(Json) *welcome = NULL;
	if (!couch_open(call, &couch, err) || !restore_open_set(call, &set, err) || !couch_get(&couch, "/", &welcome, err))
		return error_what(err, "plan a restore");
	plan_set(&ret_plan->action, "couchdb.restore");
	plan_set(&ret_plan->confirm_name, "%s", call->system->name);
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	ret_plan->nothing_to_do = true;
	json_add_string(ret_plan->basis, "url", couch.api.url);
	json_add(ret_plan->basis, "databases", json_new_array());
	for (size_t i = 0; i < set.count; i++)
		if (!count_item(call, &set.items[i], err) || !plan_item(&couch, call, &set.items[i], ret_plan, err))
			return error_what(err, "plan a restore of %s", set.items[i].database);
	describe(&couch, call, &set, ret_plan);
	return true;
}
