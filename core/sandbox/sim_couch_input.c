/* sim_couch_input.c: documents as they come in: couch_doc:from_json_obj and couch_db:validate_docid of CouchDB's source, and the two ways to write one:
 * an edit, which needs the revision that is there, and a replicated one, which brings its own. */
#include <stdio.h>
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/sandbox/sim_couch_data.h"
#include "core/sandbox/sim_couch_parts.h"

void couch_input_clear(CouchInput *input) {
	free(input->id);
	json_free(input->before);
	json_free(input->body);
	*input = (CouchInput) {0};
}

/* ---- what it says about itself ---- */

bool couch_rev_take(const char *text, int64_t *ret_number, char ret_hash[static 33]) {
	Str rest = str_from(text), number;
	if (!str_split(&rest, '-', &number) || !str_parse_int(number, ret_number) || *ret_number < 1 || rest.len < 1 || rest.len > 32)
		return false;
	memcpy(ret_hash, rest.ptr, rest.len);
	ret_hash[rest.len] = '\0';
	return true;
}

static bool id_is_fine(const Json *id, CouchRefusal *refusal) {
	const char *text = json_string(id);
	if (!text)
		return couch_refuse(refusal, 400, "illegal_docid", "Document id must be a string");
	if (!*text)
		return couch_refuse(refusal, 400, "illegal_docid", "Document id must not be empty");
	if (text_eq(text, "_design/") || text_eq(text, "_local/"))
		return couch_refuse(refusal, 400, "illegal_docid", "Illegal document id `%s`", text);
	if (*text == '_' && !str_starts(str_from(text), "_design/") && !str_starts(str_from(text), "_local/"))
		return couch_refuse(refusal, 400, "illegal_docid", "Only reserved document ids may start with underscore.");
	return true;
}

/* {"start":3,"ids":["c","b","a"]} */
static bool take_revisions(const Json *revisions, CouchInput *ret, CouchRefusal *refusal) {
	const Json *ids = json_get(revisions, "ids"), *first = json_first(ids);
	int64_t start = json_get_int(revisions, "start", -1);
	if (start < 1 || !json_is_array(ids) || !json_string(first) || strlen(json_string(first)) > 32 || !*json_string(first))
		return couch_refuse(refusal, 400, "doc_validation", "_revisions.start isn't an integer.");
	ret->number = start;
	memcpy(ret->hash, json_string(first), strlen(json_string(first)) + 1);
	ret->before = json_new_array();
	for (const Json *id = json_next(first); id; id = json_next(id))
		json_append_string(ret->before, json_string(id));
	return true;
}

static bool take_member(const Json *member, CouchInput *ret, CouchRefusal *refusal) {
	static const char *const DROPPED[] = { "_revs_info", "_local_seq", "_conflicts", "_deleted_conflicts" };
	const char *key = json_key(member);
	for (size_t i = 0; i < BG_LENGTH(DROPPED); i++)
		if (text_eq(key, DROPPED[i]))
			return true;
	if (text_eq(key, "_id")) {
		if (!id_is_fine(member, refusal))
			return false;
		free(ret->id);
		ret->id = bg_strdup(json_string(member));
	} else if (text_eq(key, "_revisions")) {
		return take_revisions(member, ret, refusal);
	} else if (text_eq(key, "_rev")) {
		if (!json_string(member) || (!ret->before && !couch_rev_take(json_string(member), &ret->number, ret->hash)))
			return couch_refuse(refusal, 400, "bad_request", "Invalid rev format");
	} else if (text_eq(key, "_deleted") && json_is_bool(member)) {
		ret->deleted = json_bool(member, false);
	} else if (key[0] == '_' && !text_eq(key, "_attachments")) {
		return couch_refuse(refusal, 400, "doc_validation", "Bad special document member: %.80s", key);
	} else {
		json_add(ret->body, key, json_copy(member));
	}
	return true;
}

bool couch_input_take(const Json *json, CouchInput *ret, CouchRefusal *refusal) {
	if (!json_is_object(json))
		return couch_refuse(refusal, 400, "bad_request", "Document must be a JSON object");
	AUTO_FREE char *text = json_text(json);
	if (strlen(text) > SIM_COUCH_MAX_DOCUMENT)
		return couch_refuse(refusal, 413, "document_too_large", "%.200s", json_get_string_or(json, "_id", ""));
	ret->body = json_new_object();
	JSON_EACH(member, json)
		if (!take_member(member, ret, refusal))
			return false;
	JSON_EACH(attachment, json_get(ret->body, "_attachments"))
		if (json_key(attachment)[0] == '_')
			return couch_refuse(refusal, 400, "bad_request", "Attachment name '%.80s' starts with prohibited character '_'", json_key(attachment));
	return true;
}

/* ---- attachments ---- */

static bool take_data(Json *attachment, int64_t number, CouchRefusal *refusal) {
	AUTO_CLEAR(Buf) plain = {0};
	AUTO_CLEAR(Buf) digest = {0};
	char hex[MD5_HEX_SIZE];
	unsigned char raw[16];
	size_t len = 0;
	const char *data = json_get_string(attachment, "data");
	if (!data || !base64_decode(str_from(data), &plain))
		return couch_refuse(refusal, 400, "bad_request", "Invalid attachment data");
	md5_hex(buf_text(&plain), plain.len, hex);
	(void) hex_decode(str_from(hex), raw, sizeof(raw), &len);   /* of our own digits */
	buf_puts(&digest, "md5-");
	base64_encode(raw, len, &digest);
	if (!json_get_string(attachment, "content_type"))
		json_add_string(attachment, "content_type", "application/octet-stream");
	json_add_int(attachment, "revpos", number);
	json_add_string(attachment, "digest", buf_text(&digest));
	json_add_int(attachment, "length", (int64_t) plain.len);
	return true;
}

/* Stubs stand for what the revision before had; those of a document that is not there are refused. */
static bool take_attachments(const CouchInput *input, const CouchLeaf *base, CouchRefusal *refusal) {
	AUTO(Json) *old = NULL;
	Json *attachments = json_get_mutable(input->body, "_attachments");
	if (!attachments)
		return true;
	if (base && !json_parse(str_from(base->body), &old, NULL))
		old = NULL;   /* it was text of ours: it parses */
	AUTO(Json) *names = json_copy(attachments);
	JSON_EACH(attachment, names) {
		const char *name = json_key(attachment);
		const Json *kept = json_get(json_get(old, "_attachments"), name);
		if (!json_get_bool(attachment, "stub", false)) {
			if (!take_data(json_get_mutable(attachments, name), input->number ? input->number : 1, refusal))
				return false;
		} else if (kept) {
			json_add(attachments, name, json_copy(kept));
		} else {
			return couch_refuse(refusal, 412, "missing_stub", "Invalid attachment stub in %.100s for %.80s", input->id, name);
		}
	}
	return true;
}

bool couch_stubs_are_there(const CouchAsk *ask, const CouchInput *input, CouchRefusal *refusal) {
	const CouchDoc *doc = couch_doc_find(ask->db, input->id);
	const CouchLeaf *leaf = doc ? couch_winner(doc) : NULL;
	AUTO(Json) *old = NULL;
	if (leaf && !json_parse(str_from(leaf->body), &old, NULL))
		old = NULL;   /* it was text of ours: it parses */
	JSON_EACH(attachment, json_get(input->body, "_attachments"))
		if (json_get_bool(attachment, "stub", false) && !json_get(json_get(old, "_attachments"), json_key(attachment)))
			return couch_refuse(refusal, 412, "missing_stub", "Invalid attachment stub in %.100s for %.80s", input->id, json_key(attachment));
	return true;
}

/* ---- writing ---- */

/* JavaScript is not run: of all validations only the platform's own is known, and it wants a `type`. */
static bool is_forbidden(const CouchDb *db, const CouchInput *input, CouchRefusal *refusal) {
	if (input->deleted || json_get(input->body, "type") || str_starts(str_from(input->id), "_design/"))
		return false;
	for (size_t i = couch_doc_place(db, "_design/"); i < db->count && str_starts(str_from(db->docs[i].id), "_design/"); i++) {
		const CouchLeaf *leaf = couch_live(&db->docs[i]);
		AUTO(Json) *design = NULL;
		if (!leaf || !json_parse(str_from(leaf->body), &design, NULL) || !text_eq(json_get_string(design, "validate_doc_update"), SIM_COUCH_VALIDATION))
			continue;
		(void) couch_refuse(refusal, 403, "forbidden", "type is missing");
		return true;
	}
	return false;
}

static bool keep(CouchAsk *ask, CouchInput *input, CouchLeaf *instead, CouchRefusal *refusal) {
	CouchDoc *doc = couch_doc_find(ask->db, input->id);
	bool is_new = !doc;
	if (is_new)
		doc = couch_doc_add(ask->db, input->id);
	CouchLeaf leaf = { .number = input->number, .deleted = input->deleted, .body = json_text(input->body) };
	memcpy(leaf.hash, input->hash, sizeof(leaf.hash));
	if (couch_leaf_set(ask->couch, ask->db, doc, instead, leaf))
		return true;
	if (is_new)
		couch_doc_remove(ask->couch, ask->db, couch_doc_find(ask->db, input->id));
	return couch_refuse(refusal, 507, "insufficient_storage", "the sandbox holds %u bytes of documents at most", SIM_COUCH_MAX_BYTES);
}

bool couch_edit(CouchAsk *ask, CouchInput *input, char ret_rev[static 64], CouchRefusal *refusal) {
	CouchDoc *doc = couch_doc_find(ask->db, input->id);
	CouchLeaf *leaf = doc ? couch_winner(doc) : NULL, *base = doc && input->number ? couch_leaf_find(doc, input->number, input->hash) : NULL;
	bool begins_anew = !input->number && (!leaf || leaf->deleted);
	if (!begins_anew && (!base || (base->deleted && !input->deleted && base != leaf)))
		return couch_refuse(refusal, 409, "conflict", "Document update conflict.");
	if (begins_anew)
		base = leaf;
	if (is_forbidden(ask->db, input, refusal))
		return false;
	input->number = base ? base->number + 1 : 1;
	if (!take_attachments(input, base, refusal))
		return false;
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, "%d %lld %s ", input->deleted, (long long) input->number, base ? base->hash : "");
	json_write_canonical(input->body, &text);
	md5_hex(buf_text(&text), text.len, input->hash);
	snprintf(ret_rev, 64, "%lld-%s", (long long) input->number, input->hash);
	return keep(ask, input, base, refusal);
}

/* The leaf that this revision was written upon, if it says so. */
static CouchLeaf *ancestor(const CouchDoc *doc, const CouchInput *input) {
	int64_t number = input->number;
	JSON_EACH(hash, input->before) {
		CouchLeaf *leaf = couch_leaf_find(doc, --number, json_string(hash));
		if (leaf)
			return leaf;
	}
	return NULL;
}

bool couch_replicate(CouchAsk *ask, CouchInput *input, CouchRefusal *refusal) {
	CouchDoc *doc = couch_doc_find(ask->db, input->id);
	if (doc && couch_leaf_find(doc, input->number, input->hash))
		return true;
	if (is_forbidden(ask->db, input, refusal))
		return false;
	CouchLeaf *instead = doc ? ancestor(doc, input) : NULL;
	return take_attachments(input, instead, refusal) && keep(ask, input, instead, refusal);
}
