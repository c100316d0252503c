/* What is accepted is written, read back and found equal, in all three forms. */
#include "core/base/alloc.h"
#include "core/base/json.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_form(const Json *json, void (*write)(const Json *, Buf *))
{
	AUTO_CLEAR(Buf) text = { 0 };
	AUTO(Json) *again = NULL;
	Error err = { 0 };
	write(json, &text);
	bool ok = json_parse(buf_str(&text), &again, &err);
	BG_ASSERT(ok);
	BG_ASSERT(json_equal(json, again));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO(Json) *json = NULL;
	Error err = { 0 };
	if (!json_parse((Str) { (const char *) data, size }, &json, &err)) {
		BG_ASSERT(err.kind == ERROR_INVALID && err.why[0]);
		BG_ASSERT(!text_eq(err.why, "not valid JSON: the parser refused it"));
		return 0;
	}
	check_form(json, json_write);
	check_form(json, json_write_canonical);
	check_form(json, json_write_pretty);
	return 0;
}
