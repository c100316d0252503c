/* The first line is a text, the second a pattern of ssh_config. Where the C library's patterns mean the same, both say the same. A list that refuses a
 * name with "!" lets it in by nothing else. */
#include <fnmatch.h>

#include "fuzz.h"
#include "core/signoff/roster.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Str rest = { (const char *) data, size };
	/* Long rows of stars take fnmatch ages; ours are tried by the length of the input alone. */
	if (!size || size > 200 || memchr(data, '\0', size))
		return 0;
	Str text = fuzz_line(&rest), pattern = fuzz_line(&rest);
	bool ours = pattern_match(text, pattern), listed = pattern_list_match(text, pattern);
	AUTO_FREE char *plain_text = str_dup(text);
	AUTO_FREE char *plain = str_dup(pattern);
	size_t stars = 0;
	for (size_t i = 0; i < pattern.len; i++)
		stars += pattern.ptr[i] == '*';
	bool ascii = text_plain_ascii(text) == text.len && text_plain_ascii(pattern) == pattern.len;
	if (ascii && stars < 6 && !strpbrk(plain, "[\\"))
		BG_ASSERT(ours == (fnmatch(plain, plain_text, FNM_NOESCAPE) == 0));
	AUTO_FREE char *refusing = bg_asprintf("!%s,%s", plain, plain);
	if (!strpbrk(plain, ",!") && pattern.len && ours)
		BG_ASSERT(listed && !pattern_list_match(text, str_from(refusing)));
	return 0;
}
