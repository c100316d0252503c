/* frame.h: length-prefixed JSON documents on a stream: four bytes of big-endian length, then one JSON object.
 * Used on the engine's socket and between engine and prober. A frame over its limit or that is not a JSON object breaks the
 * connection: there is no way to be in step again. */
#pragma once
#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/json.h"

#define PROTOCOL_VERSION 1
#define FRAME_MAX_FROM_CLIENT (2u * 1024 * 1024)    /* a pasted signature or a playbook's name, never more */
#define FRAME_MAX_FROM_ENGINE (16u * 1024 * 1024)

/* Appends one frame. */
void frame_write(const Json *json, Buf *out);
/* The same for text that is JSON already. */
void frame_write_text(Str text, Buf *out);

typedef enum FrameStatus { FRAME_COMPLETE, FRAME_INCOMPLETE, FRAME_BROKEN } FrameStatus;
/* Takes the first whole frame off the front of *rest, if there is one, and advances it: the caller consumes its buffer once after many.
 * *ret_json is owned. BROKEN fills err. */
BG_CHECK FrameStatus frame_take(Str *rest, size_t limit, Json **ret_json, Error *err);
