/* held_words.h: what is not on disk, as the engine tells it and as people read it: the same words on every screen, in lines and in commands. */
#pragma once
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/moment.h"

typedef struct ClientHeld {
	bool troubled;           /* the disk takes nothing; false: all of this is empty */
	int64_t records, first;  /* held in memory, from this number on; 0 = none so far */
	WallTime since;
	char why[96];            /* "No space left on device" */
	char where[160];         /* a folder */
	char advice[64];         /* "Free space" */
} ClientHeld;

void held_from_error(ClientHeld *held, const Error *why, const char *where);
Json *held_to_json(const ClientHeld *held);              /* owned; null when nothing is troubled */
void held_from_json(const Json *json, ClientHeld *ret);
/* "LOST: 3 records since 03:12Z, which were in the memory of an engine that ended. ..." Appends. */
void lost_words(const ClientHeld *lost, WallTime now, Buf *out);
/* "NOT ON DISK: 7 records held in memory since 03:12Z: No space left on device in PATH. Free space; they are written by themselves".
 * `small`: for a screen without room for the place. Appends. */
void held_words(const ClientHeld *held, WallTime now, bool small, Buf *out);
