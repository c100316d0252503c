/* words.c: see words.h. */
#include "core/providers/words.h"

#include <stdio.h>

#include "core/base/attributes.h"

const char *words_size(int64_t bytes, char text[static WORDS_SIZE]) {
	static const char *const UNITS[] = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB"};
	double value = (double) bytes;
	size_t unit = 0;
	while (value >= 1024 && unit + 1 < BG_LENGTH(UNITS)) {
		value /= 1024;
		unit++;
	}
	snprintf(text, WORDS_SIZE, unit && value < 10 ? "%.1f %s" : "%.0f %s", value, UNITS[unit]);
	return text;
}

const char *words_count(int64_t count, char text[static WORDS_SIZE]) {
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%lld", (long long) count), at = 0;
	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0 && digits[i - 1] != '-')
			text[at++] = ',';
		text[at++] = digits[i];
	}
	text[at] = '\0';
	return text;
}
