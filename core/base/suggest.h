/* suggest.h: "did you mean": the known word that a misspelt one is closest to. */
#pragma once
#include <stddef.h>

/* The name within a small edit distance of `word` (a third of its length, at least 1, at most 3; case does not count), or NULL.
 * Words over 64 bytes have no suggestion. The result is one of `names`, borrowed. */
const char *suggest_nearest(const char *word, const char *const *names, size_t count);
