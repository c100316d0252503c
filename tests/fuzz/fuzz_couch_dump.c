/* A dump, given out in pieces whose size the first byte tells: documents are JSON objects with an id, with and without their attachments; the sums fit what
 * was given out; a refusal says why and where. In one piece it tells the same. */
#include <stdlib.h>

#include "fuzz.h"
#include "core/base/json.h"
#include "core/providers/couchdb/dump.h"

typedef struct Pieces { Str rest; size_t size; } Pieces;

static bool read_piece(void *userdata, char *bytes, size_t size, size_t *ret_got, Error *err)
{
	Pieces *pieces = userdata;
	size_t len = pieces->rest.len < pieces->size ? pieces->rest.len : pieces->size;
	(void) err;
	len = len < size ? len : size;
	if (len)
		memcpy(bytes, pieces->rest.ptr, len);
	pieces->rest = str_slice(pieces->rest, len, pieces->rest.len);
	*ret_got = len;
	return true;
}

static void check_document(const DumpDocument *document)
{
	AUTO_CLEAR(Buf) bare = { 0 };
	AUTO(Json) *whole = NULL;
	AUTO(Json) *without = NULL;
	AUTO_FREE char *id = dump_document_id(document);
	BG_ASSERT(document->id.len && id);
	dump_document_put(document, false, &bare);
	/* Ours refuses what is nested deeper, a NUL and a key that stands twice; what it takes must be the same object. */
	if (!json_parse(document->text, &whole, NULL))
		return;
	BG_ASSERT(json_is_object(whole));
	bool parsed = json_parse(buf_str(&bare), &without, NULL);
	BG_ASSERT(parsed && !json_get(without, "_attachments"));
	json_remove(whole, "_attachments");
	BG_ASSERT(json_equal(whole, without));
	BG_ASSERT(text_eq(json_get_string(whole, "_id"), id));
}

static void read_all(Str text, size_t size, DumpSum *ret_sum, Error *err)
{
	Pieces pieces = { text, size };
	AUTO(Dump) *dump = dump_new((ByteSource) { read_piece, &pieces }, "dump");
	DumpDocument document;
	DumpStep step;
	int64_t given = 0;
	while ((step = dump_next(dump, &document, err)) == DUMP_DOCUMENT) {
		BG_ASSERT(document.number == ++given);
		check_document(&document);
	}
	*ret_sum = *dump_sum(dump);
	/* One that stands in a row that is broken behind it was counted, and not given out. */
	BG_ASSERT(ret_sum->documents <= given + (step == DUMP_BAD) && ret_sum->live <= ret_sum->ids && ret_sum->ids <= ret_sum->documents);
	BG_ASSERT((step == DUMP_BAD) == error_is_set(err));
	if (step == DUMP_BAD)
		fuzz_refused(err);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	DumpSum in_pieces, in_one;
	Error first = { 0 }, second = { 0 };
	Str text = { size ? (const char *) data : "", size };
	read_all(text, size ? data[0] % 13 + 1u : 1, &in_pieces, &first);
	read_all(text, 1024 * 1024, &in_one, &second);
	BG_ASSERT(memcmp(&in_pieces, &in_one, sizeof(in_one)) == 0 && text_eq(first.why, second.why) && text_eq(first.where, second.where));
	return 0;
}
