/* A record that is accepted is written, read back and found the same; its hash is that of the bytes that were read. */
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/journal/journal.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Str line = { (const char *) data, size };
	AUTO_CLEAR(Record) record = { 0 };
	AUTO_CLEAR(Record) again = { 0 };
	AUTO_CLEAR(Buf) text = { 0 };
	AUTO_CLEAR(Buf) text_again = { 0 };
	char hash[SHA256_HEX_SIZE];
	Error err = { 0 };
	if (!record_parse(line, &record, &err)) {
		BG_ASSERT(err.kind == ERROR_INVALID && err.why[0]);
		return 0;
	}
	sha256_hex(line.ptr, line.len, hash);
	BG_ASSERT(text_eq(hash, record.hash));
	record_write(&record, &text);
	bool ok = record_parse(buf_str(&text), &again, &err);
	BG_ASSERT(ok);
	record_write(&again, &text_again);
	BG_ASSERT(str_eq(buf_str(&text), buf_str(&text_again)));
	return 0;
}
