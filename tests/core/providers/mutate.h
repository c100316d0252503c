/* mutate.h: valid JSON of the wrong shape (and JSON that is not even valid), one node at a time. */
#pragma once
#include "core/base/json.h"

typedef enum Mutation {
	MUTATE_MISSING,     /* the field is not there */
	MUTATE_NULL,
	MUTATE_ARRAY,       /* [] */
	MUTATE_OBJECT,      /* {} */
	MUTATE_WRAPPED,     /* [what it was] */
	MUTATE_OTHER,       /* a number or a boolean as text, a text as a number */
	MUTATE_HUGE,        /* a number beyond all integers */
	MUTATE_NEGATIVE,
	MUTATE_EMPTY,       /* "" */
	MUTATE_LONG,        /* a text of 70,000 bytes */
	MUTATE_HOSTILE,     /* escape sequences, two lines, text that runs the other way */
	MUTATE_DEEP,        /* a thousand arrays in one another */
	MUTATE_TWICE,       /* the field stands twice; the second says null */
	MUTATE_NUL,         /* a text with a NUL in it */
	MUTATE_BAD_UTF8,
	MUTATIONS,
} Mutation;

const char *mutation_name(Mutation mutation);
/* Writes `json` with its `target`th node changed (0 = the whole). False when it has not so many nodes, or this one cannot be changed so.
 * *ret_end: there are no more nodes. `path` gets where that node is: "0.status". */
bool mutate(const Json *json, size_t target, Mutation mutation, Buf *out, Buf *path, bool *ret_end);
