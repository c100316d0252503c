/* Dumps of CouchDB: what their documents are, and what is wrong with one, to the byte. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/couchdb/dump.h"
#include "tests/support/support.h"

#define HEADER "{\"name\":\"@cloudant/couchbackup\",\"version\":\"2.11.12\",\"mode\":\"full\",\"attachments\":false}\n"
#define MARKER "{\"marker\":\"@cloudant/couchbackup:resume\"}"

/* Given out in pieces: what stands between two of them must not matter. */
typedef struct Pieces { Str rest; size_t size; bool breaks; } Pieces;

static bool read_piece(void *userdata, char *bytes, size_t size, size_t *ret_got, Error *err) {
	Pieces *pieces = userdata;
	size_t len = pieces->rest.len < pieces->size ? pieces->rest.len : pieces->size;
	if (pieces->breaks && !len)
		return error_set(err, ERROR_IO, "the disk is broken");
	if (len > size)
		len = size;
	if (len)
		memcpy(bytes, pieces->rest.ptr, len);
	pieces->rest = str_slice(pieces->rest, len, pieces->rest.len);
	*ret_got = len;
	return true;
}

/* "id rev flags; ...| documents/ids/live/designs/deleted", or "why @where". */
static char *told(Str text, size_t size) {
	Pieces pieces = {text, size, false};
	Error err = {0};
	AUTO(Dump) *dump = dump_new((ByteSource){read_piece, &pieces}, "d.json");
	AUTO_CLEAR(Buf) out = {0};
	DumpDocument document;
	DumpStep step;
	while ((step = dump_next(dump, &document, &err)) == DUMP_DOCUMENT) {
		AUTO_CLEAR(Buf) bare = {0};
		dump_document_put(&document, false, &bare);
		buf_printf(&out, "%.*s %.*s%s%s%s %s; ", STR_ARG(document.id), STR_ARG(document.revision), document.is_design ? " design" : "",
			document.is_deleted ? " deleted" : "", document.has_stubs ? " stubs" : "", buf_text(&bare));
	}
	const DumpSum *sum = dump_sum(dump);
	if (step == DUMP_END)
		buf_printf(&out, "| %lld/%lld/%lld/%lld/%lld skipped %lld", (long long) sum->documents, (long long) sum->ids, (long long) sum->live,
			(long long) sum->designs, (long long) sum->deleted, (long long) sum->skipped_lines);
	else
		buf_printf(&out, "! %s @%s", err.why, err.where);
	return buf_take(&out);
}

static const struct { const char *name, *text, *told; } CASES[] = {
	{"rows", "{\"total_rows\":2,\"offset\":0,\"rows\":[\n{\"id\":\"_design/x\",\"key\":\"_design/x\",\"value\":{\"rev\":\"1-a\"},\"doc\":{\"_id\":\"_design/x\",\"_rev\":\"1-a\"}},\n"
		"{\"id\":\"b\",\"key\":\"b\",\"value\":{\"rev\":\"2-b\"},\"doc\":{\"_id\":\"b\",\"_rev\":\"2-b\",\"n\":[1,{\"a\":-1.5e+3}]}}\n]}\n",
		"_design/x 1-a design {\"_id\":\"_design/x\",\"_rev\":\"1-a\"}; b 2-b {\"_id\":\"b\",\"_rev\":\"2-b\",\"n\":[1,{\"a\":-1.5e+3}]}; | 2/2/2/1/0 skipped 0"},
	{"no rows", "{\"total_rows\":0,\"offset\":0,\"rows\":[]}", "| 0/0/0/0/0 skipped 0"},
	{"members in another order", " { \"rows\" : [ {\"doc\":{\"_rev\":\"1-a\",\"_id\":\"a\"},\"id\":\"a\"} ] , \"total_rows\" : 1 } ",
		"a 1-a {\"_rev\":\"1-a\",\"_id\":\"a\"}; | 1/1/1/0/0 skipped 0"},
	{"a row of a document that went meanwhile", "{\"rows\":[{\"key\":\"a\",\"error\":\"not_found\"},{\"id\":\"b\",\"doc\":null}]}", "| 0/0/0/0/0 skipped 0"},
	{"stubs in the middle", "{\"rows\":[{\"doc\":{\"_id\":\"a\",\"_rev\":\"1-a\", \"_attachments\":{\"x\":{\"stub\":true,\"length\":3}},\"b\":1}}]}",
		"a 1-a stubs {\"_id\":\"a\",\"_rev\":\"1-a\",\"b\":1}; | 1/1/1/0/0 skipped 0"},
	{"stubs first", "{\"rows\":[{\"doc\":{\"_attachments\":{\"x\":{\"stub\":true}},\"_id\":\"a\"}}]}", "a  stubs {\"_id\":\"a\"}; | 1/1/1/0/0 skipped 0"},
	{"stubs last", "{\"rows\":[{\"doc\":{\"_id\":\"a\",\"_attachments\":{\"x\":{\"stub\":true}}}}]}", "a  stubs {\"_id\":\"a\"}; | 1/1/1/0/0 skipped 0"},
	{"attachments that are there", "{\"rows\":[{\"doc\":{\"_id\":\"a\",\"_attachments\":{\"x\":{\"data\":\"QQ==\"}}}}]}", "a  {\"_id\":\"a\"}; | 1/1/1/0/0 skipped 0"},
	{"couchbackup", HEADER "[{\"_id\":\"a\",\"_rev\":\"2-b\"},{\"_id\":\"a\",\"_rev\":\"2-c\"}]\n\n[]\n[{\"_id\":\"d\",\"_rev\":\"1-x\",\"_deleted\":true}]\n",
		"a 2-b {\"_id\":\"a\",\"_rev\":\"2-b\"}; a 2-c {\"_id\":\"a\",\"_rev\":\"2-c\"}; d 1-x deleted {\"_id\":\"d\",\"_rev\":\"1-x\",\"_deleted\":true}; | 3/2/1/0/1 skipped 0"},
	{"couchbackup without a header", "[{\"_id\":\"a\",\"_rev\":\"2-b\"}]\n[{\"_id\":\"b\"}]", "a 2-b {\"_id\":\"a\",\"_rev\":\"2-b\"}; b  {\"_id\":\"b\"}; | 2/2/2/0/0 skipped 0"},
	{"resumed", HEADER "[{\"_id\":\"a\"}]\n" MARKER "\n[{\"_id\":\"b\"}]\n", "a  {\"_id\":\"a\"}; b  {\"_id\":\"b\"}; | 2/2/2/0/0 skipped 0"},
	{"resumed behind a broken line", HEADER "[{\"_id\":\"a\"},{\"_id\":\"b\",\"x\":[1,\n" MARKER "\n[{\"_id\":\"a\"},{\"_id\":\"b\"}]\n",
		"a  {\"_id\":\"a\"}; a  {\"_id\":\"a\"}; b  {\"_id\":\"b\"}; | 2/2/2/0/0 skipped 1"},
	{"resumed in a broken line", HEADER "[{\"_id\":\"a\"},{\"_id\":\"b\",\"x\":\"" MARKER "\n[{\"_id\":\"a\"}]\n", "a  {\"_id\":\"a\"}; a  {\"_id\":\"a\"}; | 1/1/1/0/0 skipped 1"},
	{"a broken line without a header is passed over", "[{\"_id\":\"a\"}]\n[{\"_id\":\"b\",\n[{\"_id\":\"c\"}]\n",
		"a  {\"_id\":\"a\"}; c  {\"_id\":\"c\"}; | 2/2/2/0/0 skipped 1"},
	{"empty", "", "! it is empty @d.json, byte 0"},
	{"blank", "\n \n", "! it is empty @d.json, byte 3"},
	{"cut in a document", "{\"total_rows\":2,\"rows\":[{\"doc\":{\"_id\":\"a\"}},{\"doc\":{\"_id\":\"b\",\"x\":\"yy", "a  {\"_id\":\"a\"}; ! it ends in the middle, behind document a @d.json, byte 69"},
	{"cut between rows", "{\"total_rows\":2,\"rows\":[{\"doc\":{\"_id\":\"a\"}},", "a  {\"_id\":\"a\"}; ! it ends in the middle, behind document a @d.json, byte 44"},
	{"cut behind the rows", "{\"rows\":[{\"doc\":{\"_id\":\"a\"}}]", "a  {\"_id\":\"a\"}; ! it ends in the middle, behind document a @d.json, byte 29"},
	{"fewer rows than it says", "{\"total_rows\":3,\"rows\":[{\"doc\":{\"_id\":\"a\"}}]}", "a  {\"_id\":\"a\"}; ! it holds another number of rows than it says, behind document a: 1 of 3 @d.json, byte 45"},
	{"two dumps in one file", "{\"rows\":[]}\n{\"rows\":[]}", "! something stands behind its end @d.json, byte 12"},
	{"a byte that was damaged", "{\"rows\":[{\"doc\":{\"_id\":\"a\",\"x\":\"\xff\"}}]}", "! a document is not in UTF-8: its bytes were damaged @d.json, byte 35"},
	{"a control byte", "{\"rows\":[{\"doc\":{\"_id\":\"a\",\"x\":\"\x01\"}}]}", "! a control character stands in a text @d.json, byte 32"},
	{"a bracket that is another", "{\"rows\":[{\"doc\":{\"_id\":\"a\",\"x\":[1}]}}]}", "! a comma or a closing bracket is expected here @d.json, byte 33"},
	{"no include_docs", "{\"total_rows\":1,\"offset\":0,\"rows\":[{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"1-a\"}}]}",
		"! its rows hold no documents: it was made without include_docs=true @d.json, byte 77"},
	{"an error that curl kept", "{\"error\":\"unauthorized\",\"reason\":\"Name or password is incorrect.\"}\n",
		"! it holds what the server said when it refused, not a dump: unauthorized @d.json, byte 66"},
	{"a page", "<html>", "! it is no JSON @d.json, byte 0"},
	{"other JSON", "{\"domain\":\"school.example.com\"}", "! it is JSON, and no dump @d.json, byte 31"},
	{"no id", "[{\"_rev\":\"1-a\"}]", "! a document has no _id @d.json, byte 15"},
	{"a broken line with a header", HEADER "[{\"_id\":\"a\",\n[{\"_id\":\"b\"}]\n", "! it ends in the middle @d.json, byte 99"},
	{"a last line that is cut", HEADER "[{\"_id\":\"a\"},{\"_id", "a  {\"_id\":\"a\"}; ! it ends in the middle, behind document a @d.json, byte 105"},
	{"an escaped id", "[{\"_id\":\"_design\\/x\\u00e9\"}]", "_design\\/x\\u00e9  design {\"_id\":\"_design\\/x\\u00e9\"}; | 1/1/1/1/0 skipped 0"},
};

Test(couch_dump, documents_and_faults_are_told_however_the_bytes_come) {
	static const size_t SIZES[] = {1, 2, 7, 64, 100000};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++)
		for (size_t k = 0; k < BG_LENGTH(SIZES); k++) {
			AUTO_FREE char *text = told(str_from(CASES[i].text), SIZES[k]);
			AUTO_FREE char *name = bg_asprintf("%s, in pieces of %zu", CASES[i].name, SIZES[k]);
			assert_text(name, text, CASES[i].told);
		}
}

/* Whatever is cut off, it is noticed: no beginning of a dump is taken for a whole one. */
Test(couch_dump, every_beginning_of_a_dump_is_refused) {
	static const char *const DUMPS[] = {"{\"total_rows\":1,\"offset\":0,\"rows\":[\n{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"1-a\"},\"doc\":{\"_id\":\"a\",\"_rev\":\"1-a\",\"t\":true,"
		"\"f\":\"\\u00e9\\\"\",\"n\":-0.5e9}}\n]}"};
	for (size_t i = 0; i < BG_LENGTH(DUMPS); i++)
		for (size_t len = 0; len < strlen(DUMPS[i]); len++) {
			AUTO_FREE char *text = told((Str){DUMPS[i], len}, 100000);
			cr_expect(strstr(text, "! "), "cut at %zu: %s", len, text);
		}
}

Test(couch_dump, a_document_that_is_too_long_is_told_and_not_kept) {
	AUTO_CLEAR(Buf) text = {0};
	buf_puts(&text, "[{\"_id\":\"small\"},{\"_id\":\"large\",\"x\":\"");
	while (text.len < DUMP_DOCUMENT_MAX + 1024 * 1024)
		buf_puts(&text, "0123456789012345678901234567890123456789012345678901234567890123456789");
	buf_puts(&text, "\"}]\n");
	AUTO_FREE char *line = told(buf_str(&text), 100000);
	cr_expect(strstr(line, "! one document is longer than can be held, behind document small"), "%.300s", line);
}

Test(couch_dump, what_the_disk_says_is_told) {
	Pieces pieces = {STR("{\"rows\":["), 100, true};
	Error err = {0};
	DumpDocument document;
	AUTO(Dump) *dump = dump_new((ByteSource){read_piece, &pieces}, "d.json");
	cr_expect_eq(dump_next(dump, &document, &err), DUMP_BAD);
	assert_error(&err, ERROR_IO, "the disk is broken");
}

Test(couch_dump, ids_are_told_as_text) {
	DumpDocument document = {.id = STR("caf\\u00e9\\/x")};
	AUTO_FREE char *id = dump_document_id(&document);
	assert_text("id", id, "caf\xc3\xa9/x");
}
