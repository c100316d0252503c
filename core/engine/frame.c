/* frame.c: see frame.h. */
#include "core/engine/frame.h"

#include <stdint.h>

void frame_write_text(Str text, Buf *out) {
	uint32_t len = (uint32_t) text.len;
	unsigned char head[4] = {(unsigned char) (len >> 24), (unsigned char) (len >> 16), (unsigned char) (len >> 8),
		(unsigned char) len};
	buf_append(out, head, sizeof(head));
	buf_put_str(out, text);
}

void frame_write(const Json *json, Buf *out) {
	AUTO_CLEAR(Buf) text = {0};
	json_write(json, &text);
	frame_write_text(buf_str(&text), out);
}

FrameStatus frame_take(Str *rest, size_t limit, Json **ret_json, Error *err) {
	if (rest->len < 4)
		return FRAME_INCOMPLETE;
	const unsigned char *head = (const unsigned char *) rest->ptr;
	size_t len = (size_t) head[0] << 24 | (size_t) head[1] << 16 | (size_t) head[2] << 8 | head[3];
	if (len > limit) {
		error_set(err, ERROR_PROTOCOL, "a message of %zu bytes is over the limit of %zu", len, limit);
		return FRAME_BROKEN;
	}
	if (rest->len - 4 < len)
		return FRAME_INCOMPLETE;
	Json *json = NULL;
	if (!json_parse((Str){rest->ptr + 4, len}, &json, err))
		return FRAME_BROKEN;
	if (!json_is_object(json)) {
		json_free(json);
		error_set(err, ERROR_PROTOCOL, "a message that is not a JSON object");
		return FRAME_BROKEN;
	}
	*rest = (Str){rest->ptr + 4 + len, rest->len - 4 - len};
	*ret_json = json;
	return FRAME_COMPLETE;
}
