/* receipts.h: what stands beside the journal or elsewhere to vouch for it: receipts (a signed text and its signature, as
 * the signer took it away) and checkpoint notes. Used inside journal only. */
#pragma once
#include "core/journal/anchors.h"

/* Digests of every file in FOLDER/receipts. A folder that is not there has none. */
void receipts_digests(const char *folder, StrList *ret_digests);
/* The digest of the receipt that belongs to a sign-off. */
void receipt_digest(const char *statement, const char *signature, char ret[static 65]);

typedef struct ReceiptsReading {
	const char *incident;        /* NULL: not known */
	const StrList *given;        /* digests of the receipts of every sign-off in the record */
	Anchors *anchors;            /* what was seen, with each file's name, is added here */
	JournalReport *report;       /* and what is not right, here */
} ReceiptsReading;
/* FOLDER/receipts, as the engine keeps them: names that end in .txt, the rest was cut short by a crash. */
void receipts_read_own(const ReceiptsReading *reading, const char *folder);
/* A folder that somebody kept elsewhere: every file in it counts, and one without any file is a problem. */
void receipts_read_kept(const ReceiptsReading *reading, const char *folder);
