/* stranger.h: somebody on the engine's socket who is none of our clients: raw bytes to and fro. */
#pragma once
#include "core/base/json.h"
#include "scene.h"

/* Connects; -1 when the engine's queue of callers is full or it is not there. */
int stranger_try(const Scene *scene);
/* The same, and it must work. */
int stranger_knock(const Scene *scene);
/* One frame. False when the other side is gone. */
bool stranger_send(int fd, const char *json);
/* Without a frame around it, as far as it is taken. */
bool stranger_send_bytes(int fd, const void *bytes, size_t len);
/* The next frame; NULL when the engine closes. Keeps what follows for the next call in `in`. Owned. */
Json *stranger_read(int fd, Buf *in);
/* Reads on until a frame of this type, or a reply with this id (type "reply"). NULL: closed before. Owned. */
Json *stranger_wait(int fd, Buf *in, const char *type, int64_t id);
/* Says hello and reads until everything that is there has arrived. */
void stranger_enter(int fd, Buf *in);
/* The engine must end this connection, with `part` in the reason that it gives; NULL: whatever it says or not. */
void stranger_expect_refused(int fd, Buf *in, const char *name, const char *part);
