/* dump.h: the documents of a CouchDB dump, one after the other, whatever its size: what `GET /DB/_all_docs?include_docs=true` answers (as curl writes it
 * into a file), and files of couchbackup with and without a header line. At most one document is in memory. Wire facts: CouchDB docs, api/database/bulk-api;
 * IBM couchbackup, src/restoreMappings.js. */
#pragma once
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/digest.h"
#include "core/base/error.h"
#include "core/providers/couchdb/json_stream.h"
#include "core/transport/unpack.h"

#define DUMP_DOCUMENT_MAX (12u * 1024 * 1024)   /* CouchDB takes 8 MB (max_document_size); attachments that are written into it come on top */

typedef struct Dump Dump;

typedef enum DumpKind { DUMP_NOT_YET, DUMP_ROWS, DUMP_COUCHBACKUP } DumpKind;

/* A document of the dump: borrowed, good until the next one is asked for. */
typedef struct DumpDocument {
	Str text;                 /* the JSON object as it stands in the file */
	Str id;                   /* as it stands between its quotes, escapes included */
	Str revision;             /* the same of _rev; empty when it has none */
	bool is_design, is_deleted;
	bool same_id;             /* another revision of the document before */
	bool has_stubs;           /* attachments whose content is not in the dump */
	size_t attachments_from, attachments_to;   /* where _attachments and its comma stand in `text`; 0, 0 = there is none */
	int64_t number;           /* from 1; every document that was given out counts */
	int64_t offset;           /* in the file, where that is not compressed */
} DumpDocument;

/* What was read so far. A document of which there are several revisions is one id. */
typedef struct DumpSum {
	int64_t documents, ids, live, designs, deleted, with_stubs;
	int64_t total_rows;       /* what the dump says about itself; -1 = nothing */
	int64_t without_document; /* rows of documents that were deleted while the dump was made */
	int64_t skipped_lines;    /* of couchbackup files: lines that an interruption broke */
} DumpSum;

typedef enum DumpStep { DUMP_DOCUMENT, DUMP_END, DUMP_BAD } DumpStep;

/* `name` is told in errors. */
Dump *dump_new(ByteSource source, const char *name);
Dump *dump_free(Dump *dump);
BG_DEFINE_FREEP(Dump, dump_free)
/* DUMP_END only behind a dump that was whole. DUMP_BAD: err.why says what is wrong, err.where the name and the place in bytes. */
DumpStep dump_next(Dump *dump, DumpDocument *ret, Error *err);
DumpKind dump_kind(const Dump *dump);
const DumpSum *dump_sum(const Dump *dump);
int64_t dump_offset(const Dump *dump);
/* Reads to the end; false when it is not whole. `go_on` is asked now and then; NULL = never. */
typedef bool DumpGoOn(void *userdata, const Dump *dump);
BG_CHECK bool dump_scan(Dump *dump, DumpGoOn *go_on, void *userdata, Error *err);

/* The document, with or without its attachments. Appends. */
void dump_document_put(const DumpDocument *document, bool with_attachments, Buf *out);
/* Its id as text, escapes resolved. Owned. */
char *dump_document_id(const DumpDocument *document);

/* A dump in a file, plain or compressed (gzip, xz, zstd, bzip2). It must not move while it is open. */
typedef struct DumpFile { int fd; Unpack *unpack; int64_t bytes, changed_s; Dump *dump; Sha256 *sum; } DumpFile;
int64_t dump_file_offset(const DumpFile *file);      /* bytes of the file that were read */
/* SHA-256 of all that was read, uncompressed: of the whole dump behind DUMP_END. */
void dump_file_digest(const DumpFile *file, char ret[static SHA256_HEX_SIZE]);
BG_CHECK bool dump_file_open(const char *path, DumpFile *ret, Error *err);
void dump_file_clear(DumpFile *file);
BG_DEFINE_CLEARP(DumpFile, dump_file_clear)
