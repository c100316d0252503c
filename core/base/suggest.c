/* suggest.c: edit distance with transpositions (optimal string alignment) over short words. */
#include "core/base/suggest.h"

#include <ctype.h>
#include <string.h>

#define MAX_WORD 64

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static int lower(const char *text, size_t i)
{
	return tolower((unsigned char) text[i]);
}

/* Both are at most MAX_WORD long. Three rows of the table are enough. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][MAX_WORD + 1];
	for (size_t j = 0; j <= b_len; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *row = rows[i % 3];
		const size_t *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t cost = lower(a, i - 1) != lower(b, j - 1);
			row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + cost);
			if (i > 1 && j > 1 && lower(a, i - 1) == lower(b, j - 2) && lower(a, i - 2) == lower(b, j - 1))
				row[j] = least(row[j], two_above[j - 2] + 1);
		}
	}
	return rows[a_len % 3][b_len];
}

const char *suggest_nearest(const char *word, const char *const *names, size_t count)
{
	size_t len = word ? strlen(word) : 0;
	if (!len || len > MAX_WORD)
		return NULL;
	size_t allowed = least(len / 3, 3);
	if (!allowed)
		allowed = 1;
	const char *best = NULL;
	size_t best_distance = allowed + 1;
	for (size_t i = 0; i < count; i++) {
		size_t name_len = names[i] ? strlen(names[i]) : 0;
		if (!name_len || name_len > MAX_WORD)
			continue;
		size_t d = distance(word, len, names[i], name_len);
		if (d < best_distance) {
			best = names[i];
			best_distance = d;
		}
	}
	return best;
}
