/* sim_couch_document.c: one document, and many in one request: chttpd_db:db_doc_req and _bulk_docs of CouchDB's source. */
#include <stdio.h>
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/sandbox/sim_couch_parts.h"

/* ---- reading ---- */

static void add_attachments(Json *answer, const Json *attachments, bool with_data) {
	Json *all = json_add(answer, "_attachments", json_copy(attachments));
	JSON_EACH(attachment, attachments) {
		Json *one = json_get_mutable(all, json_key(attachment));
		if (!with_data) {
			json_remove(one, "data");
			json_add_bool(one, "stub", true);
		}
	}
}

Json *couch_document(const CouchDoc *doc, const CouchLeaf *leaf, bool with_attachments, bool with_conflicts) {
	AUTO(Json) *body = NULL;
	Json *answer = json_new_object();
	AUTO_FREE char *rev = bg_asprintf("%lld-%s", (long long) leaf->number, leaf->hash);
	json_add_string(answer, "_id", doc->id);
	json_add_string(answer, "_rev", rev);
	if (leaf->deleted)
		json_add_bool(answer, "_deleted", true);
	bool ok = json_parse(str_from(leaf->body), &body, NULL);
	BG_ASSERT(ok);
	JSON_EACH(member, body)
		if (!text_eq(json_key(member), "_attachments"))
			json_add(answer, json_key(member), json_copy(member));
	Json *conflicts = json_new_array();
	for (size_t i = 0; with_conflicts && i < doc->count; i++)
		if (&doc->leaves[i] != leaf && !doc->leaves[i].deleted) {
			AUTO_FREE char *other = bg_asprintf("%lld-%s", (long long) doc->leaves[i].number, doc->leaves[i].hash);
			json_append_string(conflicts, other);
		}
	if (json_count(conflicts))
		json_add(answer, "_conflicts", conflicts);
	else
		json_free(conflicts);
	if (json_get(body, "_attachments"))
		add_attachments(answer, json_get(body, "_attachments"), with_attachments);
	return answer;
}

static bool is_true(const SimCall *call, const char *name) { return text_eq(sim_request_arg(call->request, name), "true"); }

static void get_document(CouchAsk *ask, SimCall *call, const char *id) {
	const CouchDoc *doc = couch_doc_find(ask->db, id);
	const char *rev = sim_request_arg(call->request, "rev");
	const CouchLeaf *leaf = doc ? couch_winner(doc) : NULL;
	int64_t number;
	char hash[33];
	if (sim_request_arg(call->request, "open_revs")) {
		couch_answer_error(call, 501, "not_implemented", "this feature is not yet implemented");
		return;
	}
	if (rev && !couch_rev_take(rev, &number, hash)) {
		couch_answer_error(call, 400, "bad_request", "Invalid rev format");
		return;
	}
	if (rev && doc)
		leaf = couch_leaf_find(doc, number, hash);
	if (!leaf || (!rev && leaf->deleted)) {
		couch_answer_error(call, 404, "not_found", leaf ? "deleted" : "missing");
		return;
	}
	Json *answer = couch_document(doc, leaf, is_true(call, "attachments"), is_true(call, "conflicts"));
	if (is_true(call, "revs")) {
		Json *revisions = json_add(answer, "_revisions", json_new_object());
		json_add_int(revisions, "start", leaf->number);
		json_append_string(json_add(revisions, "ids", json_new_array()), leaf->hash);
	}
	AUTO_FREE char *etag = bg_asprintf("\"%lld-%s\"", (long long) leaf->number, leaf->hash);
	sim_reply_header(call->reply, "ETag", etag);
	couch_answer(call, 200, answer);
}

/* ---- writing one ---- */

static void written(SimCall *call, int status, const char *id, const char *rev) {
	AUTO_FREE char *etag = bg_asprintf("\"%s\"", rev);
	Json *answer = json_new_object();
	json_add_bool(answer, "ok", true);
	json_add_string(answer, "id", id);
	json_add_string(answer, "rev", rev);
	sim_reply_header(call->reply, "ETag", etag);
	couch_answer(call, status, answer);
}

/* The revision of ?rev= or of If-Match, where the body tells none; both must be the same. */
static bool take_rev(const SimCall *call, CouchInput *input, CouchRefusal *refusal) {
	const char *rev = sim_request_arg(call->request, "rev"), *match = sim_request_header(call->request, "If-Match");
	AUTO_FREE char *bare = match && strlen(match) > 2 && *match == '"' ? bg_strndup(match + 1, strlen(match) - 2) : NULL;
	const char *told = rev ? rev : bare ? bare : match;
	int64_t number = 0;
	char hash[33];
	if (!told)
		return true;
	if (!couch_rev_take(told, &number, hash))
		return couch_refuse(refusal, 400, "bad_request", "Invalid rev format");
	if (input->number && (input->number != number || !text_eq(input->hash, hash)))
		return couch_refuse(refusal, 400, "bad_request", rev ? "Document rev from request body and query string have different values"
			: "Document rev and etag have different values");
	input->number = number;
	memcpy(input->hash, hash, sizeof(input->hash));
	return true;
}

/* ?new_edits=false: as replication does it. */
static bool write_document(CouchAsk *ask, SimCall *call, CouchInput *input, char rev[static 64], CouchRefusal *refusal) {
	if (!text_eq(sim_request_arg(call->request, "new_edits"), "false"))
		return couch_edit(ask, input, rev, refusal);
	if (!input->number)
		return couch_refuse(refusal, 400, "bad_request", "When `new_edits: false`, the document needs `_rev` or `_revisions` specified");
	snprintf(rev, 64, "%lld-%s", (long long) input->number, input->hash);
	return couch_replicate(ask, input, refusal);
}

static void put_document(CouchAsk *ask, SimCall *call, const char *id) {
	AUTO(Json) *json = NULL;
	AUTO_CLEAR(CouchInput) input = {0};
	CouchRefusal refusal = {0};
	char rev[64];
	if (!couch_body(call, false, &json))
		return;
	json_add_string(json, "_id", id);   /* that of the path counts */
	if (!couch_input_take(json, &input, &refusal) || !take_rev(call, &input, &refusal) || !write_document(ask, call, &input, rev, &refusal))
		couch_answer_refusal(call, &refusal);
	else
		written(call, couch_written(ask), id, rev);
}

static void delete_document(CouchAsk *ask, SimCall *call, const char *id) {
	AUTO_CLEAR(CouchInput) input = { .id = bg_strdup(id), .deleted = true, .body = json_new_object() };
	CouchRefusal refusal = {0};
	const CouchDoc *doc = couch_doc_find(ask->db, id);
	char rev[64];
	if (!doc || !couch_live(doc))
		couch_answer_error(call, 404, "not_found", doc ? "deleted" : "missing");
	else if (!take_rev(call, &input, &refusal) || !couch_edit(ask, &input, rev, &refusal))
		couch_answer_refusal(call, &refusal);
	else
		written(call, couch_written(ask) == 201 ? 200 : 202, id, rev);
}

/* POST /DB: the id is the body's, or a new one. */
void couch_post_document(void *userdata, SimCall *call) {
	CouchAsk *ask = userdata;
	AUTO(Json) *json = NULL;
	AUTO_CLEAR(CouchInput) input = {0};
	CouchRefusal refusal = {0};
	char rev[64], id[33];
	if (!couch_body(call, true, &json))
		return;
	random_hex(id, 32);
	if (!json_get(json, "_id"))
		json_add_string(json, "_id", id);
	if (!couch_input_take(json, &input, &refusal) || !couch_edit(ask, &input, rev, &refusal))
		couch_answer_refusal(call, &refusal);
	else
		written(call, couch_written(ask), input.id, rev);
}

/* Parts: database, id; or database, name of the design document. */
void couch_get_document(void *ask, SimCall *call) { get_document(ask, call, call->params[1]); }
void couch_put_document(void *ask, SimCall *call) { put_document(ask, call, call->params[1]); }
void couch_delete_document(void *ask, SimCall *call) { delete_document(ask, call, call->params[1]); }

static void of_design(void *ask, SimCall *call, void (*handle)(CouchAsk *, SimCall *, const char *)) {
	AUTO_FREE char *id = bg_asprintf("_design/%s", call->params[1]);
	handle(ask, call, id);
}
void couch_get_design(void *ask, SimCall *call) { of_design(ask, call, get_document); }
void couch_put_design(void *ask, SimCall *call) { of_design(ask, call, put_document); }
void couch_delete_design(void *ask, SimCall *call) { of_design(ask, call, delete_document); }

/* ---- many ---- */

/* One that is wrong in itself ends the whole request. */
static bool take_all(const Json *docs, bool new_edits, CouchInput *inputs, CouchRefusal *refusal) {
	size_t at = 0;
	JSON_EACH(json, docs) {
		CouchInput *input = &inputs[at++];
		if (!couch_input_take(json, input, refusal))
			return false;
		if (!new_edits && !input->number)
			return couch_refuse(refusal, 400, "bad_request", "When `new_edits: false`, the document needs `_rev` or `_revisions` specified");
		if (!input->id) {
			input->id = bg_calloc(33, 1);
			random_hex(input->id, 32);
		}
	}
	return true;
}

static void answer_one(Json *answer, const CouchInput *input, bool ok, const char *rev, bool tells_rev, const CouchRefusal *refusal) {
	Json *item = json_append(answer, json_new_object());
	if (ok)
		json_add_bool(item, "ok", true);
	json_add_string(item, "id", input->id);
	if (ok || tells_rev)
		json_add_string(item, "rev", rev);
	if (ok)
		return;
	json_add_string(item, "error", refusal->error);
	json_add_string(item, "reason", refusal->reason);
}

/* A stub of an attachment, and no room, end the request; what validation and revisions say is of one document. */
static bool write_all(CouchAsk *ask, CouchInput *inputs, size_t count, bool new_edits, Json *answer, CouchRefusal *refusal) {
	for (size_t i = 0; i < count; i++)
		if (!couch_stubs_are_there(ask, &inputs[i], refusal))
			return false;
	for (size_t i = 0; i < count; i++) {
		char rev[64] = "";
		if (!new_edits)
			snprintf(rev, sizeof(rev), "%lld-%s", (long long) inputs[i].number, inputs[i].hash);
		bool ok = new_edits ? couch_edit(ask, &inputs[i], rev, refusal) : couch_replicate(ask, &inputs[i], refusal);
		if (!ok && refusal->status != 409 && refusal->status != 403)
			return false;
		if (new_edits || !ok)
			answer_one(answer, &inputs[i], ok, rev, !new_edits, refusal);
	}
	return true;
}

void couch_bulk_docs(void *userdata, SimCall *call) {
	CouchAsk *ask = userdata;
	AUTO(Json) *json = NULL;
	CouchRefusal refusal = {0};
	if (!couch_body(call, true, &json))
		return;
	const Json *docs = json_get(json, "docs"), *edits = json_get(json, "new_edits");
	if (!docs || !json_is_array(docs) || (edits && !json_is_bool(edits))) {
		couch_answer_error(call, 400, "bad_request", !docs ? "POST body must include `docs` parameter." : !json_is_array(docs)
			? "`docs` parameter must be an array." : "`new_edits` parameter must be a boolean.");
		return;
	}
	size_t count = json_count(docs);
	bool new_edits = json_bool(edits, true);
	CouchInput *inputs = bg_calloc(count + 1, sizeof(*inputs));
	Json *answer = json_new_array();
	if (take_all(docs, new_edits, inputs, &refusal) && write_all(ask, inputs, count, new_edits, answer, &refusal))
		couch_answer(call, couch_written(ask), TAKE(answer));
	else
		couch_answer_refusal(call, &refusal);
	json_free(answer);
	for (size_t i = 0; i < count; i++)
		couch_input_clear(&inputs[i]);
	free(inputs);
}
