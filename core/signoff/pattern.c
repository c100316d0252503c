/* pattern.c: ssh_config PATTERNS. Matching goes back only to the last *, so that no pattern takes more than text times pattern. */
#include "core/signoff/roster.h"

bool pattern_match(Str text, Str pattern)
{
	size_t t = 0, p = 0, star = SIZE_MAX, star_text = 0;
	while (t < text.len) {
		if (p < pattern.len && pattern.ptr[p] == '*') {
			star = p++;
			star_text = t;
		} else if (p < pattern.len && (pattern.ptr[p] == '?' || pattern.ptr[p] == text.ptr[t])) {
			p++;
			t++;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			t = ++star_text;
		} else {
			return false;
		}
	}
	while (p < pattern.len && pattern.ptr[p] == '*')
		p++;
	return p == pattern.len;
}

/* A negated match refuses, wherever it stands in the list. */
bool pattern_list_match(Str text, Str list)
{
	bool matched = false;
	for (Str rest = list, pattern; str_split(&rest, ',', &pattern);) {
		bool negated = pattern.len && pattern.ptr[0] == '!';
		if (negated)
			pattern = str_slice(pattern, 1, pattern.len - 1);
		if (!pattern_match(text, pattern))
			continue;
		if (negated)
			return false;
		matched = true;
	}
	return matched;
}
