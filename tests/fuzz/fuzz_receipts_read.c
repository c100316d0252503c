/* One text as a receipt of the record, as a receipt that its signer kept, and as a note of a checkpoint: what it claims of a record of another text is a
 * problem; what says nothing of this record never makes it more trusted. */
#include "fuzz.h"
#include "core/journal/anchors.h"

static const char JOURNAL[] =
	"{\"seq\":1,\"time\":\"2026-11-21T03:04:05.678Z\",\"mono\":0,\"actor\":{\"who\":\"ann\",\"how\":\"uid\"},\"type\":\"note.added\",\"data\":{\"text\":\"x\"},"
	"\"prev\":\"0000000000000000000000000000000000000000000000000000000000000000\"}\n";

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Str text = { (const char *) data, size };
	AUTO_CLEAR(Anchors) anchors = { 0 };
	AUTO_CLEAR(JournalReport) alone = { 0 };
	AUTO_CLEAR(JournalReport) report = { 0 };
	AUTO_CLEAR(StrList) places = { 0 };
	Error err = { 0 };
	bool claims = anchors_add(&anchors, text, NULL, "a note");
	BG_ASSERT(claims == (anchors.count == 1));
	BG_ASSERT(!claims || anchors.items[0].seq >= 0);
	fuzz_write("journal.jsonl", str_from(JOURNAL));
	fuzz_write("receipts/1.txt", text);
	fuzz_write("kept/1.txt", text);
	strlist_add_take(&places, fuzz_path("kept"));
	bool looked = journal_verify(fuzz_folder(), NULL, &alone, &err) && journal_verify(fuzz_folder(), &places, &report, &err);
	BG_ASSERT(looked);
	BG_ASSERT(report.anchored <= report.records && alone.anchored <= alone.records);
	BG_ASSERT(!claims || anchors.items[0].seq == 0 || report.anchored == anchors.items[0].seq || report.problems.count);
	/* What says nothing of this record does not belong beside it. */
	BG_ASSERT(claims || alone.problems.count);
	BG_ASSERT(report.problems.count >= alone.problems.count);
	return 0;
}
