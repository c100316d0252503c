/* bulk.c: documents in batches. With new_edits=false the server stores exactly these revisions, as replication does: what is there already stays as it is, so
 * that sending a batch twice is the same as sending it once. The answer lists only what was not taken. One document that the server does not take makes it
 * refuse the whole batch (400, 412, 413): a batch that is refused is halved until the document is found by itself. */
#include <poll.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/couchdb/couchdb.h"

#define OPENING "{\"new_edits\":false,\"docs\":["
#define BATCH_DOCUMENTS 500
#define BATCH_BYTES (4u * 1024 * 1024)   /* proxies often take no more than 8 MiB */
#define FAILURES_TOLD 10
#define TRIES 12                 /* a server that is started again is waited for, about a minute */
#define WAIT_FIRST_MS 200
#define WAIT_LAST_MS 10000
#define WAIT_SLICE_MS 100

/* ---- failures ---- */

void failures_add(Failures *failures, const char *database, const char *id, const char *error, const char *reason) {
	AUTO_FREE char *raw = bg_asprintf("%s: %.120s: %s%s%.120s", database, id, error, reason && *reason ? ": " : "", reason ? reason : "");
	AUTO_FREE char *line = text_sanitised_line(raw);
	failures->count++;
	if (failures->first.count < FAILURES_TOLD)
		strlist_add(&failures->first, line);
	if (failures->call && failures->call->output) {
		AUTO_FREE char *whole = bg_asprintf("not taken: %s\n", line);
		failures->call->output(failures->call->userdata, true, str_from(whole));
	}
}

void failures_clear(Failures *failures) { strlist_clear(&failures->first); }

/* ---- a batch ---- */

void bulk_init(Bulk *bulk, Couch *couch, const char *database, Failures *failures) {
	*bulk = (Bulk){.couch = couch, .database = database, .failures = failures, .max_count = BATCH_DOCUMENTS, .max_bytes = BATCH_BYTES};
	buf_puts(&bulk->body, OPENING);
}

void bulk_clear(Bulk *bulk) {
	buf_clear(&bulk->body);
	free(bulk->starts);
	bulk->starts = NULL;
}

bool bulk_is_full(const Bulk *bulk, size_t more) {
	return bulk->count >= bulk->max_count || (bulk->count && bulk->body.len + more > bulk->max_bytes);
}

void bulk_add(Bulk *bulk, const DumpDocument *document, bool with_attachments) {
	if (bulk->count == bulk->capacity) {
		bulk->capacity = bulk->capacity ? bulk->capacity * 2 : BATCH_DOCUMENTS;
		bulk->starts = bg_realloc(bulk->starts, bulk->capacity * sizeof(*bulk->starts));
	}
	if (bulk->count)
		buf_putc(&bulk->body, ',');
	bulk->starts[bulk->count++] = bulk->body.len;
	dump_document_put(document, with_attachments, &bulk->body);
}

static size_t end_of(const Bulk *bulk, size_t index) { return index + 1 < bulk->count ? bulk->starts[index + 1] - 1 : bulk->body.len; }

/* Only now is the document parsed: its name for people. */
static void add_failure(Bulk *bulk, size_t index, const char *error, const char *reason) {
	AUTO(Json) *json = NULL;
	Str text = str_slice(buf_str(&bulk->body), bulk->starts[index], end_of(bulk, index) - bulk->starts[index]);
	const char *id = json_parse(text, &json, NULL) ? json_get_string_or(json, "_id", "?") : "?";
	failures_add(bulk->failures, bulk->database, id, error, reason);
}

/* ---- one request ---- */

typedef enum Sent { SENT, SENT_TOO_LARGE, SENT_REFUSED_ONE, SENT_LATER, SENT_FAILED } Sent;

static bool take_answer(Bulk *bulk, const char *path, const HttpResponse *response, Error *err) {
	AUTO(Json) *json = NULL;
	if (!api_json(&bulk->couch->api, path, response, &json, err))
		return false;
	if (!json_is_array(json))
		return api_strange(&bulk->couch->api, path, err, "does not say which documents it took");
	JSON_EACH(item, json)
		if (json_get_string(item, "error"))
			failures_add(bulk->failures, bulk->database, json_get_string_or(item, "id", "?"), json_get_string(item, "error"), json_get_string(item, "reason"));
	return true;
}

static bool is_for_later(const HttpResponse *response) { return response->status == 429 || response->status >= 500; }

static Sent send_once(Bulk *bulk, const Buf *body, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_FREE char *path = api_path("/%s/_bulk_docs", bulk->database);
	if (!couch_send(bulk->couch, "POST", path, body, &response, err))
		return err->kind == ERROR_CANCELLED ? SENT_FAILED : SENT_LATER;
	if (response.status == 201 || response.status == 202)
		return take_answer(bulk, path, &response, err) ? SENT : SENT_FAILED;
	AUTO_FREE char *error = couch_error_of(&response);
	BG_IGNORE(couch_refused(bulk->couch, "POST", path, &response, err));   /* the error is what it is asked for */
	if (response.status == 413)
		return text_eq(error, "document_too_large") || text_eq(error, "attachment_too_large") ? SENT_REFUSED_ONE : SENT_TOO_LARGE;
	if (response.status == 400 || response.status == 412)
		return SENT_REFUSED_ONE;
	return is_for_later(&response) ? SENT_LATER : SENT_FAILED;
}

static bool wait_a_little(const Call *call, int64_t ms) {
	for (int64_t left = ms; left > 0 && call_remaining_ms(call) > 0 && !call_is_cancelled(call); left -= WAIT_SLICE_MS)
		(void) poll(NULL, 0, WAIT_SLICE_MS);
	return call_remaining_ms(call) > 0 && !call_is_cancelled(call);
}

/* A server that restarts, or that has too much to do, gets time: nothing is lost by asking again. */
static Sent send_patiently(Bulk *bulk, const Buf *body, Error *err) {
	int64_t wait = WAIT_FIRST_MS;
	Sent sent = send_once(bulk, body, err);
	for (int i = 1; i < TRIES && sent == SENT_LATER && wait_a_little(bulk->couch->api.call, wait); i++) {
		wait = 2 * wait < WAIT_LAST_MS ? 2 * wait : WAIT_LAST_MS;
		call_progress(bulk->couch->api.call, 0, 0, "once more: %s", err->why);
		sent = send_once(bulk, body, err);
	}
	if (sent == SENT_LATER && call_is_cancelled(bulk->couch->api.call))
		error_set(err, ERROR_CANCELLED, "it was stopped while the server did not answer");
	return sent;
}

/* ---- halves ---- */

static bool send_range(Bulk *bulk, size_t from, size_t to, Error *err);

static bool send_halves(Bulk *bulk, size_t from, size_t to, bool too_large, size_t bytes, Error *err) {
	int64_t before = bulk->failures->count;
	size_t middle = from + (to - from) / 2;
	if (!send_range(bulk, from, middle, err) || !send_range(bulk, middle, to, err))
		return false;
	/* It was the batch that was too large, not one document in it: the next ones are smaller. */
	if (too_large && bulk->failures->count == before) {
		bulk->max_count = bulk->max_count < middle - from ? bulk->max_count : middle - from;
		bulk->max_bytes = bulk->max_bytes < bytes / 2 ? bulk->max_bytes : bytes / 2;
	}
	return true;
}

static bool send_range(Bulk *bulk, size_t from, size_t to, Error *err) {
	AUTO_CLEAR(Buf) part = {0};
	Error local = {0};
	bool whole = from == 0 && to == bulk->count;
	if (!whole) {
		buf_puts(&part, OPENING);
		buf_append(&part, bulk->body.data + bulk->starts[from], end_of(bulk, to - 1) - bulk->starts[from]);
	}
	Buf *body = whole ? &bulk->body : &part;
	size_t len = body->len;
	buf_puts(body, "]}");
	Sent sent = send_patiently(bulk, body, &local);
	buf_truncate(body, len);
	buf_clear(&part);
	if (sent == SENT)
		return true;
	bool by_one = sent == SENT_TOO_LARGE || sent == SENT_REFUSED_ONE;
	if (by_one && to - from > 1)
		return send_halves(bulk, from, to, sent == SENT_TOO_LARGE, len, err);
	if (by_one) {
		add_failure(bulk, from, local.os_code == 413 ? "too large for the server" : "refused", local.why);
		return true;
	}
	if (err)
		*err = local;
	return false;
}

bool bulk_send(Bulk *bulk, Error *err) {
	bool ok = !bulk->count || send_range(bulk, 0, bulk->count, err);
	buf_truncate(&bulk->body, sizeof(OPENING) - 1);
	bulk->count = 0;
	return ok;
}
