/* dump_document.c: one document: where its id, its revision and its attachments stand, and whether it is whole JSON in UTF-8. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "core/providers/couchdb/dump_internal.h"

/* A text value; `ret_from` and `ret_to` are between its quotes. */
static bool take_text(JsonStream *stream, size_t *ret_from, size_t *ret_to) {
	if (!json_stream_space(stream))
		return false;
	bool is_text = json_stream_peek(stream) == '"';
	size_t from = json_stream_behind(stream);
	if (!json_stream_skip(stream))
		return false;
	if (is_text) {
		*ret_from = from + 1;
		*ret_to = json_stream_behind(stream) - 1;
	}
	return true;
}

static bool take_true(JsonStream *stream, bool *ret) {
	if (!json_stream_space(stream))
		return false;
	*ret = json_stream_peek(stream) == 't';
	return json_stream_skip(stream);
}

/* {"x.png": {"content_type": .., "stub": true}, ..}: is the content of one of them not here? */
static bool take_attachments(JsonStream *stream, bool *ret_stubs) {
	char key[JSON_STREAM_KEY];
	bool more = true, inner, stub;
	if (!json_stream_space(stream) || json_stream_peek(stream) != '{')
		return json_stream_skip(stream);
	json_stream_take(stream);
	if (!json_stream_space(stream))
		return false;
	if (json_stream_peek(stream) == '}') {
		json_stream_take(stream);
		return true;
	}
	while (more) {
		if (!json_stream_key(stream, key) || !json_stream_expect(stream, '{') || !json_stream_space(stream))
			return false;
		inner = json_stream_peek(stream) != '}';
		if (!inner)
			json_stream_take(stream);
		while (inner) {
			stub = false;
			if (!json_stream_key(stream, key))
				return false;
			if (!(str_eq_c(str_from(key), "stub") ? take_true(stream, &stub) : json_stream_skip(stream)) || !json_stream_more(stream, '}', &inner))
				return false;
			*ret_stubs = *ret_stubs || stub;
		}
		if (!json_stream_more(stream, '}', &more))
			return false;
	}
	return true;
}

/* `from`: where the member begins, with the comma before it, unless it is the first. */
static bool take_member(JsonStream *stream, DumpPlaces *places, size_t from) {
	char key[JSON_STREAM_KEY];
	if (!json_stream_key(stream, key))
		return false;
	if (key[0] != '_')
		return json_stream_skip(stream);
	if (str_eq_c(str_from(key), "_id")) {
		places->has_id = true;
		return take_text(stream, &places->id_from, &places->id_to);
	}
	if (str_eq_c(str_from(key), "_rev"))
		return take_text(stream, &places->rev_from, &places->rev_to);
	if (str_eq_c(str_from(key), "_deleted"))
		return take_true(stream, &places->is_deleted);
	if (!str_eq_c(str_from(key), "_attachments"))
		return json_stream_skip(stream);
	places->attachments_from = from;
	bool ok = take_attachments(stream, &places->has_stubs);
	places->attachments_to = json_stream_behind(stream);
	return ok;
}

static uint64_t hash_of(Str text) {
	uint64_t hash = 1469598103934665603u;   /* FNV-1a */
	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (unsigned char) text.ptr[i]) * 1099511628211u;
	return hash;
}

static void count(Dump *dump, const DumpPlaces *places) {
	DumpSum *sum = &dump->sum;
	sum->documents++;
	sum->deleted += places->is_deleted;
	sum->with_stubs += places->has_stubs;
	if (!places->same_id) {
		sum->ids++;
		sum->designs += places->is_design;
		dump->id_is_live = false;
	}
	if (!dump->id_is_live && !places->is_deleted) {
		dump->id_is_live = true;
		sum->live++;
	}
}

static bool judge(Dump *dump, DumpPlaces *places) {
	Str text = json_stream_text(&dump->stream, 0, places->end);
	Str id = str_slice(text, places->id_from, places->id_to - places->id_from);
	if (!places->has_id || !id.len) {
		dump->why = "a document has no _id";
		return json_stream_fail(&dump->stream, STREAM_BROKEN, dump->why);
	}
	if (!utf8_is_valid(text)) {
		dump->why = "a document is not in UTF-8: its bytes were damaged";
		return json_stream_fail(&dump->stream, STREAM_BROKEN, dump->why);
	}
	uint64_t hash = hash_of(id);
	places->is_design = str_starts(id, "_design/") || str_starts(id, "_design\\/");
	places->same_id = dump->id_hash == hash && dump->given > 0;
	dump->id_hash = hash;
	size_t kept = id.len < sizeof(dump->last_id) ? id.len : sizeof(dump->last_id) - 1;
	memcpy(dump->last_id, id.ptr, kept);
	dump->last_id[kept] = 0;
	count(dump, places);
	dump->places = *places;
	dump->has_document = true;
	dump->given++;
	return true;
}

bool dump_document_read(Dump *dump) {
	JsonStream *stream = &dump->stream;
	DumpPlaces places = {.offset = json_stream_offset(stream)};
	bool more;
	size_t from;
	json_stream_mark(stream);
	json_stream_take(stream);
	if (!json_stream_space(stream))
		return false;
	more = json_stream_peek(stream) != '}';
	if (!more)
		json_stream_take(stream);
	for (bool first = true; more; first = false) {
		from = json_stream_behind(stream) - !first;   /* the comma went by just now */
		if (!take_member(stream, &places, from) || !json_stream_more(stream, '}', &more))
			return false;
		/* The first member takes the comma behind it along. */
		if (first && more && places.attachments_to)
			places.attachments_to = json_stream_behind(stream);
	}
	places.end = json_stream_behind(stream);
	return judge(dump, &places);
}

void dump_document_told(Dump *dump, DumpDocument *ret) {
	const DumpPlaces *places = &dump->places;
	Str text = json_stream_text(&dump->stream, 0, places->end);
	*ret = (DumpDocument){.text = text, .id = str_slice(text, places->id_from, places->id_to - places->id_from),
		.revision = str_slice(text, places->rev_from, places->rev_to - places->rev_from), .is_design = places->is_design,
		.is_deleted = places->is_deleted, .same_id = places->same_id, .has_stubs = places->has_stubs,
		.attachments_from = places->attachments_from, .attachments_to = places->attachments_to, .number = dump->given, .offset = places->offset};
}

void dump_document_put(const DumpDocument *document, bool with_attachments, Buf *out) {
	bool whole = with_attachments || !document->attachments_to;
	buf_put_str(out, whole ? document->text : str_slice(document->text, 0, document->attachments_from));
	if (!whole)
		buf_put_str(out, str_slice(document->text, document->attachments_to, document->text.len));
}

char *dump_document_id(const DumpDocument *document) {
	AUTO(Json) *json = NULL;
	AUTO_FREE char *quoted = bg_asprintf("\"%.*s\"", STR_ARG(document->id));
	const char *id = json_parse(str_from(quoted), &json, NULL) ? json_string(json) : NULL;
	return id ? bg_strdup(id) : str_dup(document->id);
}
