/* dump_internal.h: a dump's insides, for dump*.c only. */
#pragma once
#include "core/providers/couchdb/dump.h"

typedef enum DumpState {
	DUMP_AT_BEGIN, DUMP_IN_TOP, DUMP_IN_ROWS, DUMP_BEHIND_ROWS, DUMP_BETWEEN_LINES, DUMP_IN_LINE, DUMP_BEHIND, DUMP_DONE, DUMP_AT_FAULT, DUMP_STATES
} DumpState;

/* Places in the document that is being read, counted from the mark. */
typedef struct DumpPlaces {
	size_t end, id_from, id_to, rev_from, rev_to, attachments_from, attachments_to;
	bool is_design, is_deleted, same_id, has_stubs, has_id;
	int64_t offset;
} DumpPlaces;

struct Dump {
	JsonStream stream;
	char *name;
	DumpState state;
	DumpKind kind;
	bool has_header;
	bool first;               /* nothing of this array went by yet */
	bool has_document;
	DumpPlaces places;
	DumpSum sum, sum_at_line; /* of a line that turns out to be broken, nothing counts */
	int64_t rows, given;
	uint64_t id_hash;         /* of the document before */
	bool id_is_live;          /* a revision of it that is not deleted was counted */
	char header[32], error[64];
	char last_id[64];         /* for errors */
	char said[96];
	const char *why;          /* ours, where the stream's is not telling enough */
};

bool dump_row(Dump *dump);
bool dump_line(Dump *dump);
bool dump_line_document(Dump *dump);
/* After a fault: true when it was a line that an interruption broke, and reading can go on behind it. */
bool dump_line_mend(Dump *dump);
/* The object that begins here. */
bool dump_document_read(Dump *dump);
void dump_document_told(Dump *dump, DumpDocument *ret);
