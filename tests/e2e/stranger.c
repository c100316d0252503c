/* stranger.c: see stranger.h. */
#include "stranger.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/engine/frame.h"

int stranger_try(const Scene *scene) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	AUTO_FREE char *path = bg_asprintf("%s/trial/engine.sock", scene->state);
	cr_assert(strlen(path) < sizeof(address.sun_path), "%s is too long", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *) &address, sizeof(address)) == 0)
		return fd;
	close(fd);
	return -1;
}

int stranger_knock(const Scene *scene) {
	int fd = stranger_try(scene);
	cr_assert(fd >= 0, "cannot connect");
	return fd;
}

bool stranger_send_bytes(int fd, const void *bytes, size_t len) {
	const char *next = bytes;
	while (len) {
		ssize_t sent = send(fd, next, len, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		next += sent;
		len -= (size_t) sent;
	}
	return true;
}

bool stranger_send(int fd, const char *json) {
	AUTO_CLEAR(Buf) out = {0};
	frame_write_text(str_from(json), &out);
	return stranger_send_bytes(fd, out.data, out.len);
}

Json *stranger_read(int fd, Buf *in) {
	for (;;) {
		Str rest = buf_str(in);
		Json *frame = NULL;
		if (frame_take(&rest, FRAME_MAX_FROM_ENGINE, &frame, NULL) == FRAME_COMPLETE) {
			buf_consume(in, in->len - rest.len);
			return frame;
		}
		struct pollfd wanted = {.fd = fd, .events = POLLIN};
		cr_assert(poll(&wanted, 1, SCENE_WAIT_MS) == 1, "the engine neither answers nor closes");
		char block[65536];
		ssize_t got = read(fd, block, sizeof(block));
		if (got <= 0)
			return NULL;
		buf_append(in, block, (size_t) got);
	}
}

Json *stranger_wait(int fd, Buf *in, const char *type, int64_t id) {
	for (;;) {
		AUTO(Json) *frame = stranger_read(fd, in);
		if (!frame)
			return NULL;
		if (text_eq(json_get_string(frame, "t"), type) && (!text_eq(type, "reply") || json_get_int(frame, "id", -1) == id))
			return TAKE(frame);
	}
}

void stranger_enter(int fd, Buf *in) {
	cr_assert(stranger_send(fd, "{\"t\":\"hello\",\"protocol\":1,\"kind\":\"command\"}"));
	AUTO(Json) *frame = stranger_wait(fd, in, "caught-up", 0);
	cr_assert(frame, "not let in");
}

void stranger_expect_refused(int fd, Buf *in, const char *name, const char *part) {
	AUTO_CLEAR(Buf) said = {0};
	for (;;) {
		AUTO(Json) *frame = stranger_read(fd, in);
		if (!frame)
			break;
		if (text_eq(json_get_string(frame, "t"), "refused"))
			buf_puts(&said, json_get_string_or(json_get(frame, "error"), "why", ""));
	}
	cr_expect(!part || strstr(buf_text(&said), part), "%s: it said \"%s\", expected \"%s\"", name, buf_text(&said), part);
}
