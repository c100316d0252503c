/* dump_rows.c: what documents stand in: rows of _all_docs, or lines of couchbackup. */
#include "core/providers/couchdb/dump_internal.h"

#define MARKER "{\"marker\":\"@cloudant/couchbackup:resume\"}"
#define MARKER_LEN (sizeof(MARKER) - 1)

/* ---- rows ---- */

static bool row_member(Dump *dump, bool *ret_has_doc, bool *ret_has_error) {
	char key[JSON_STREAM_KEY];
	JsonStream *stream = &dump->stream;
	if (!json_stream_key(stream, key))
		return false;
	*ret_has_error = *ret_has_error || str_eq_c(str_from(key), "error");
	if (!str_eq_c(str_from(key), "doc"))
		return json_stream_skip(stream);
	*ret_has_doc = true;
	if (!json_stream_space(stream))
		return false;
	return json_stream_peek(stream) == '{' && !dump->has_document ? dump_document_read(dump) : json_stream_skip(stream);
}

static bool end_rows(Dump *dump) {
	json_stream_take(&dump->stream);
	dump->state = DUMP_BEHIND_ROWS;
	return true;
}

bool dump_row(Dump *dump) {
	JsonStream *stream = &dump->stream;
	bool more = true, has_doc = false, has_error = false;
	if (!json_stream_space(stream))
		return false;
	if (dump->first && json_stream_peek(stream) == ']')
		return end_rows(dump);
	if (!dump->first && !json_stream_more(stream, ']', &more))
		return false;
	if (!more) {
		dump->state = DUMP_BEHIND_ROWS;
		return true;
	}
	dump->first = false;
	if (!json_stream_expect(stream, '{'))
		return false;
	while (more)
		if (!row_member(dump, &has_doc, &has_error) || !json_stream_more(stream, '}', &more))
			return false;
	dump->rows++;
	if (!has_doc && !has_error) {
		dump->why = "its rows hold no documents: it was made without include_docs=true";
		return json_stream_fail(stream, STREAM_BROKEN, dump->why);
	}
	if (!dump->has_document)
		dump->sum.without_document++;
	return true;
}

/* ---- lines ---- */

bool dump_line(Dump *dump) {
	JsonStream *stream = &dump->stream;
	int c;
	dump->sum_at_line = dump->sum;
	while ((c = json_stream_peek(stream)) == '\n' || c == ' ' || c == '\t' || c == '\r')
		json_stream_take(stream);
	if (c < 0 && stream->fault)
		return false;
	if (c < 0) {
		dump->state = DUMP_DONE;
		return true;
	}
	dump->state = DUMP_IN_LINE;
	if (c != '[')
		return json_stream_fail(stream, STREAM_BROKEN, "a line is no list of documents");
	json_stream_take(stream);
	dump->first = true;
	return true;
}

/* Behind the last document of a line nothing may stand. */
static bool end_line(Dump *dump) {
	if (!json_stream_space(&dump->stream))
		return false;
	int c = json_stream_peek(&dump->stream);
	if (c >= 0 && c != '\n')
		return json_stream_fail(&dump->stream, STREAM_BROKEN, "something stands behind the documents of a line");
	dump->state = DUMP_BETWEEN_LINES;
	return dump->stream.fault == STREAM_FINE;
}

bool dump_line_document(Dump *dump) {
	JsonStream *stream = &dump->stream;
	bool more = true;
	if (!json_stream_space(stream))
		return false;
	if (dump->first && json_stream_peek(stream) == ']') {
		json_stream_take(stream);
		return end_line(dump);
	}
	if (!dump->first && !json_stream_more(stream, ']', &more))
		return false;
	dump->first = false;
	if (!more)
		return end_line(dump);
	if (!json_stream_space(stream))
		return false;
	if (json_stream_peek(stream) != '{')
		return json_stream_fail(stream, json_stream_peek(stream) < 0 ? STREAM_ENDED : STREAM_BROKEN, "a line holds something that is no document");
	return dump_document_read(dump);
}

/* The rest of a line goes by; whether it ends with the marker that a resumed backup leaves. False where no newline ends it. The fault may have been found
 * in the middle of the marker: what stands before it is looked at, too. */
static bool pass_line(JsonStream *stream, bool *ret_marker) {
	char tail[MARKER_LEN];
	size_t count = 0, before = stream->at < MARKER_LEN ? stream->at : MARKER_LEN;
	int c;
	for (size_t i = 0; i < before; i++)
		tail[count++ % MARKER_LEN] = stream->window.data[stream->at - before + i];
	while ((c = json_stream_peek(stream)) >= 0 && c != '\n') {
		if (c != '\r')
			tail[count++ % MARKER_LEN] = (char) c;
		json_stream_take(stream);
	}
	*ret_marker = count >= MARKER_LEN;
	for (size_t i = 0; i < MARKER_LEN && *ret_marker; i++)
		*ret_marker = tail[(count + i) % MARKER_LEN] == MARKER[i];
	return c == '\n';
}

/* A file without a header has such lines ignored by couchrestore, too; one with a header only beside a marker. What broke off at the end of the file is
 * not whole in either. The line before a marker was fetched again behind it, so that nothing of it is missing. */
bool dump_line_mend(Dump *dump) {
	JsonStream *stream = &dump->stream;
	bool marker = false, next_marker = false;
	if (dump->kind != DUMP_COUCHBACKUP || !stream->by_line || stream->fault != STREAM_BROKEN || dump->state != DUMP_IN_LINE)
		return false;
	StreamFault fault = stream->fault;
	stream->fault = STREAM_FINE;
	bool ended = pass_line(stream, &marker);
	if (ended && !marker) {
		json_stream_take(stream);
		if (json_stream_peek(stream) == '{')
			ended = pass_line(stream, &next_marker);
	}
	json_stream_unmark(stream);
	bool over = json_stream_peek(stream) < 0;
	if (stream->fault == STREAM_FINE && (marker || next_marker || (!dump->has_header && !over))) {
		int64_t skipped = dump->sum_at_line.skipped_lines + !marker + (marker && dump->sum.documents > dump->sum_at_line.documents);
		dump->sum = dump->sum_at_line;
		dump->sum.skipped_lines = skipped;
		dump->state = DUMP_BETWEEN_LINES;
		dump->has_document = dump->id_is_live = false;
		dump->id_hash = 0;
		return true;
	}
	if (!stream->fault)
		stream->fault = fault;
	return false;
}
