/* A checkpoint that is accepted says the same after it was written and read again. */
#include "core/base/alloc.h"
#include "core/journal/journal.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_FREE char *incident = NULL;
	AUTO_FREE char *again = NULL;
	int64_t seq = 0, seq_again = 0;
	char head[65], head_again[65];
	AUTO_CLEAR(Buf) note = { 0 };
	Error err = { 0 };
	if (!checkpoint_parse((Str) { (const char *) data, size }, &incident, &seq, head, &err)) {
		BG_ASSERT(err.kind == ERROR_INVALID && err.why[0]);
		return 0;
	}
	checkpoint_write(incident, seq, head, &note);
	bool ok = checkpoint_parse(buf_str(&note), &again, &seq_again, head_again, &err);
	BG_ASSERT(ok && text_eq(incident, again) && seq == seq_again && text_eq(head, head_again));
	return 0;
}
