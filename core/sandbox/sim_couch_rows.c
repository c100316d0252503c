/* sim_couch_rows.c: _all_docs: documents by id, byte by byte, from a key to a key, forwards or backwards, a page at a time, or those of some keys. */
#include <stdio.h>
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/sandbox/sim_couch_parts.h"

typedef struct RowsWanted {
	bool documents, attachments, conflicts, descending, inclusive;
	int64_t limit, skip;
	Json *from, *to, *keys;
} RowsWanted;

static void wanted_clear(RowsWanted *wanted) {
	json_free(wanted->from);
	json_free(wanted->to);
	json_free(wanted->keys);
}
BG_DEFINE_CLEARP(RowsWanted, wanted_clear)

/* ---- the query ---- */

static bool take_bool(const SimCall *call, const char *name, bool *ret, CouchRefusal *refusal) {
	const char *text = sim_request_arg(call->request, name);
	if (!text)
		return true;
	*ret = str_eq_nocase(str_from(text), STR("true"));
	return *ret || str_eq_nocase(str_from(text), STR("false"))
		|| couch_refuse(refusal, 400, "query_parse_error", "Invalid boolean parameter: \"%.60s\"", text);
}

static bool take_count(const SimCall *call, const char *name, int64_t *ret, CouchRefusal *refusal) {
	const char *text = sim_request_arg(call->request, name);
	if (!text)
		return true;
	if (!str_parse_int(str_from(text), ret))
		return couch_refuse(refusal, 400, "query_parse_error", "Invalid value for integer: \"%.60s\"", text);
	return *ret >= 0 || couch_refuse(refusal, 400, "query_parse_error", "Invalid value for positive integer: \"%.60s\"", text);
}

/* Clients ask for the next page with "LAST\u0000". No id here has a byte that low, so that \u0001 stands for the same place. */
static bool take_key(const SimCall *call, const char *name, Json **ret, CouchRefusal *refusal) {
	const char *asked = sim_request_arg(call->request, name);
	if (!asked)
		return true;
	*ret = json_free(*ret);
	AUTO_FREE char *text = bg_strdup(asked);
	for (char *nul = strstr(text, "\\u0000"); nul; nul = strstr(nul, "\\u0000"))
		nul[5] = '1';
	return json_parse(str_from(text), ret, NULL) || couch_refuse(refusal, 400, "bad_request", "invalid UTF-8 JSON");
}

static bool take_query(const SimCall *call, RowsWanted *ret, CouchRefusal *refusal) {
	*ret = (RowsWanted) { .inclusive = true, .limit = INT64_MAX };
	Json *key = NULL;
	bool ok = take_bool(call, "include_docs", &ret->documents, refusal) && take_bool(call, "attachments", &ret->attachments, refusal)
		&& take_bool(call, "conflicts", &ret->conflicts, refusal) && take_bool(call, "descending", &ret->descending, refusal)
		&& take_bool(call, "inclusive_end", &ret->inclusive, refusal) && take_count(call, "limit", &ret->limit, refusal)
		&& take_count(call, "skip", &ret->skip, refusal) && take_key(call, "start_key", &ret->from, refusal)
		&& take_key(call, "startkey", &ret->from, refusal) && take_key(call, "end_key", &ret->to, refusal)
		&& take_key(call, "endkey", &ret->to, refusal) && take_key(call, "keys", &ret->keys, refusal) && take_key(call, "key", &key, refusal);
	if (key) {
		json_free(ret->from);
		json_free(ret->to);
		ret->from = key;
		ret->to = json_copy(key);
	}
	if (ok && ret->keys && !json_is_array(ret->keys))
		return couch_refuse(refusal, 400, "bad_request", "`keys` parameter must be an array.");
	return ok;
}

/* ---- rows ---- */

static void put_row(const RowsWanted *wanted, const CouchDoc *doc, const CouchLeaf *leaf, const char *key, Buf *out) {
	AUTO(Json) *row = json_new_object();
	if (!leaf) {
		json_add_string(row, "key", key);
		json_add_string(row, "error", "not_found");
	} else {
		AUTO_FREE char *rev = bg_asprintf("%lld-%s", (long long) leaf->number, leaf->hash);
		json_add_string(row, "id", doc->id);
		json_add_string(row, "key", doc->id);
		Json *value = json_add(row, "value", json_new_object());
		json_add_string(value, "rev", rev);
		if (leaf->deleted)
			json_add_bool(value, "deleted", true);
		if (wanted->documents)
			json_add(row, "doc", leaf->deleted ? json_new_null() : couch_document(doc, leaf, wanted->attachments, wanted->conflicts));
	}
	json_write(row, out);
}

static void begin_rows(const CouchDb *db, int64_t offset, Buf *out) {
	int64_t live, deleted;
	couch_db_count(db, &live, &deleted);
	buf_printf(out, "{\"total_rows\":%lld,\"offset\":", (long long) live);
	if (offset >= 0)
		buf_printf(out, "%lld,\"rows\":[\r\n", (long long) offset);
	else
		buf_puts(out, "null,\"rows\":[\r\n");
}

static void rows_of_keys(const CouchDb *db, const RowsWanted *wanted, Buf *out) {
	bool first = true;
	begin_rows(db, -1, out);
	JSON_EACH(key, wanted->keys) {
		const CouchDoc *doc = json_string(key) ? couch_doc_find(db, json_string(key)) : NULL;
		buf_puts(out, first ? "" : ",\r\n");
		put_row(wanted, doc, doc ? couch_winner(doc) : NULL, json_string(key), out);
		first = false;
	}
}

/* Before the first key, between the keys, or behind the last, in the direction of reading. Keys are ids: what is no text is below all of them. */
static int place_of(const RowsWanted *wanted, const char *id) {
	int direction = wanted->descending ? -1 : 1;
	int from = wanted->from ? direction * strcmp(id, json_string(wanted->from) ? json_string(wanted->from) : "") : 1;
	int to = wanted->to ? direction * strcmp(id, json_string(wanted->to) ? json_string(wanted->to) : "") : -1;
	if (from < 0)
		return -1;
	return to > 0 || (to == 0 && !wanted->inclusive) ? 1 : 0;
}

static void rows_in_order(const CouchDb *db, const RowsWanted *wanted, Buf *out) {
	AUTO_CLEAR(Buf) rows = {0};
	int64_t offset = 0, skipped = 0, given = 0;
	for (size_t i = 0; i < db->count; i++) {
		const CouchDoc *doc = &db->docs[wanted->descending ? db->count - 1 - i : i];
		const CouchLeaf *leaf = couch_live(doc);
		int place = place_of(wanted, doc->id);
		if (!leaf || place > 0)
			continue;
		if (place < 0 || skipped < wanted->skip) {
			offset++;
			skipped += place == 0;
			continue;
		}
		if (given++ >= wanted->limit)
			break;
		buf_puts(&rows, rows.len ? ",\r\n" : "");
		put_row(wanted, doc, leaf, doc->id, &rows);
	}
	begin_rows(db, offset, out);
	buf_put_str(out, buf_str(&rows));
}

static void all_docs(CouchAsk *ask, SimCall *call, RowsWanted *wanted) {
	AUTO_CLEAR(Buf) out = {0};
	if (wanted->keys)
		rows_of_keys(ask->db, wanted, &out);
	else
		rows_in_order(ask->db, wanted, &out);
	buf_puts(&out, "\r\n]}\n");
	sim_reply_bytes(call->reply, 200, "application/json", buf_str(&out));
}

void couch_all_docs(void *userdata, SimCall *call) {
	AUTO_CLEAR(RowsWanted) wanted = {0};
	CouchRefusal refusal = {0};
	if (take_query(call, &wanted, &refusal))
		all_docs(userdata, call, &wanted);
	else
		couch_answer_refusal(call, &refusal);
}

/* POST: {"keys":["a","b"]}, or an empty object. */
void couch_all_docs_of_keys(void *userdata, SimCall *call) {
	AUTO_CLEAR(RowsWanted) wanted = {0};
	AUTO(Json) *json = NULL;
	CouchRefusal refusal = {0};
	if (!couch_body(call, true, &json))
		return;
	if (!take_query(call, &wanted, &refusal)) {
		couch_answer_refusal(call, &refusal);
		return;
	}
	if (json_get(json, "keys") && !json_is_array(json_get(json, "keys"))) {
		couch_answer_error(call, 400, "bad_request", "`keys` body member must be an array.");
		return;
	}
	if (json_get(json, "keys")) {
		json_free(wanted.keys);
		wanted.keys = json_copy(json_get(json, "keys"));
	}
	all_docs(userdata, call, &wanted);
}
