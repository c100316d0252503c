/* A pipeline's configuration and, after a line "----", the file of its variables: filled in, or refused. What is filled in changes no line of the
 * configuration that has no ((name)), and adds none. */
#include "fuzz.h"
#include "core/providers/concourse/vars.h"

static size_t count_lines(Str text)
{
	size_t count = 0;
	for (size_t i = 0; i < text.len; i++)
		count += text.ptr[i] == '\n';
	return count;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(Buf) out = { 0 };
	AUTO_CLEAR(StrList) left = { 0 };
	Error err = { 0 };
	Str text = { (const char *) data, size };
	ptrdiff_t cut = str_find(text, "\n----\n");
	Str config = cut < 0 ? text : str_slice(text, 0, (size_t) cut + 1), vars = cut < 0 ? STR("") : str_slice(text, (size_t) cut + 6, size);
	if (!concourse_fill_vars(config, vars, "vars.yaml", &out, &left, &err)) {
		fuzz_refused(&err);
		return 0;
	}
	BG_ASSERT(count_lines(buf_str(&out)) == count_lines(config));
	BG_ASSERT(str_find(config, "((") >= 0 || str_eq(buf_str(&out), config));
	return 0;
}
