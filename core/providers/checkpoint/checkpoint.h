/* checkpoint.h: places outside of this machine's state folder that keep a copy of the record's checkpoints: INCIDENT/00000041.txt for
 * record 41, and INCIDENT/latest.txt. A note is written once and never replaced by another. A place is a probe, so that the prober asks
 * it again and again and the board shows it; it is the only probe that writes, and all that it writes are these notes. */
#pragma once
#include "core/providers/provider.h"

extern const Provider CHECKPOINT_PROVIDER;

/* What a place tells besides. */
typedef struct PlaceSeen { int64_t clock_difference_ms; bool by_name; } PlaceSeen;

/* One kind of place. Another kind (a file on a node) is a file here and a row in provider.c. */
typedef struct PlaceKind {
	const char *verb;
	/* *ret_there false: there is none of that name, and the place was asked. */
	bool (*get)(const Call *call, const char *name, Buf *out, bool *ret_there, PlaceSeen *seen, Error *err);
	bool (*put)(const Call *call, const char *name, Str bytes, PlaceSeen *seen, Error *err);
	bool (*ready)(const Call *call, PlaceSeen *seen, Error *err);   /* it can be asked, as far as that is known without a note */
	char *(*describe)(const Call *call);      /* "bucket b", "folder /mnt/x"; owned */
	bool (*has_answered)(const Error *err);   /* the place itself said so, it was not that nobody could ask it */
} PlaceKind;
extern const PlaceKind PLACE_FOLDER, PLACE_BUCKET;

/* Keeps call->checkpoint at the place; with none it is only asked. */
void checkpoint_keep(const Call *call, const PlaceKind *kind, Reading *ret);
/* What the place `verb` holds as the newest checkpoint of an incident; *ret_there false: nothing. For verify. */
BG_CHECK bool checkpoint_newest(const Call *call, const char *verb, const char *incident, Buf *out, bool *ret_there, Error *err);
