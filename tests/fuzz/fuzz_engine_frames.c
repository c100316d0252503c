/* Bytes that a client (or the prober) sends: frames that are whole, or the connection is broken; what is taken is written as the same frame. An ask has a
 * name of the table or none. */
#include "fuzz.h"
#include "core/engine/asks.h"
#include "core/engine/frame.h"

static void check(const Json *frame)
{
	AUTO_CLEAR(Buf) bytes = { 0 };
	AUTO(Json) *again = NULL;
	Error err = { 0 };
	AskName name;
	frame_write(frame, &bytes);
	Str rest = buf_str(&bytes);
	FrameStatus status = frame_take(&rest, FRAME_MAX_FROM_ENGINE, &again, &err);
	BG_ASSERT(status == FRAME_COMPLETE && !rest.len && json_equal(frame, again));
	if (ask_parse(json_get_string_or(frame, "name", ""), &name))
		BG_ASSERT(text_eq(ask_name(name), json_get_string(frame, "name")));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	Str rest = { size ? (const char *) data : "", size };
	for (;;) {
		AUTO(Json) *frame = NULL;
		Error err = { 0 };
		size_t before = rest.len;
		FrameStatus status = frame_take(&rest, FRAME_MAX_FROM_CLIENT, &frame, &err);
		if (status == FRAME_BROKEN)
			fuzz_refused(&err);
		BG_ASSERT((status == FRAME_COMPLETE) == (frame != NULL));
		BG_ASSERT((status == FRAME_COMPLETE) == (rest.len < before));
		if (status != FRAME_COMPLETE)
			return 0;
		check(frame);
	}
}
