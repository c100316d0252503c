/* A text that parses as a statement is written again byte for byte. */
#include "core/base/alloc.h"
#include "core/signoff/statement.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(Statement) statement = { 0 };
	AUTO_CLEAR(Buf) again = { 0 };
	Error err = { 0 };
	Str text = { (const char *) data, size };
	if (!statement_parse(text, &statement, &err)) {
		BG_ASSERT(!statement.signer && err.why[0]);
		return 0;
	}
	statement_render(&statement, &again);
	BG_ASSERT(str_eq(buf_str(&again), text));
	return 0;
}
