/* cluster_draft.h: a cluster file while it is asked for: the questions in their order, what was answered, and the text that comes of it. No terminal. */
#pragma once
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/json.h"

/* In the order in which they are asked; those of a node once for each. */
typedef enum DraftField {
	DRAFT_DOMAIN, DRAFT_NAME, DRAFT_IPV6, DRAFT_USER, DRAFT_ROLE, DRAFT_FIRST, DRAFT_KEY, DRAFT_MORE,
	DRAFT_COUCH_USER, DRAFT_PASSWORD, DRAFT_PLATFORM, DRAFT_EMAIL, DRAFT_END
} DraftField;
typedef struct DraftPlace { DraftField field; size_t node; } DraftPlace;

#define DRAFT_NODES_MAX 200

typedef struct DraftNode { char *texts[DRAFT_END]; } DraftNode;
typedef struct ClusterDraft {
	const char *path;              /* of the file, for errors */
	Json *old;                     /* the file that is there; NULL = none */
	char *texts[DRAFT_END];        /* NULL = not answered yet */
	DraftNode *nodes;
	size_t count;                  /* that have been begun */
	size_t expected;               /* how many there will be, as far as that is known */
} ClusterDraft;

/* `old` NULL: a new file. Takes it. */
void cluster_draft_begin(ClusterDraft *draft, const char *path, Json *old);
void cluster_draft_clear(ClusterDraft *draft);
BG_DEFINE_CLEARP(ClusterDraft, cluster_draft_clear)

/* "IPv6 address of node2" */
void cluster_draft_label(const ClusterDraft *draft, DraftPlace place, Buf *out);
const char *cluster_draft_help(DraftField field);                                  /* how the answer looks */
bool cluster_draft_is_hidden(DraftField field);
/* What an empty answer stands for; NULL = nothing does. Never an example's value, nor one that breaks a rule. Owned. */
char *cluster_draft_default(ClusterDraft *draft, DraftPlace place);
/* Takes an answer, or says why not; then nothing is changed. */
BG_CHECK bool cluster_draft_answer(ClusterDraft *draft, DraftPlace place, const char *text, Error *err);
/* The question behind this one; its field is DRAFT_END behind the last. */
DraftPlace cluster_draft_next(const ClusterDraft *draft, DraftPlace place);
size_t cluster_draft_left(const ClusterDraft *draft, DraftPlace place);              /* about how many come behind it */

/* The whole file. What the old one held beyond our keys is kept. */
void cluster_draft_write(const ClusterDraft *draft, Buf *out);
BG_CHECK bool cluster_draft_check(const ClusterDraft *draft, Error *err);
