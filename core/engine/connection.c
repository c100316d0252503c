/* connection.c: see connection.h. */
#include "core/engine/connection.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "core/base/alloc.h"
#include "core/base/moment.h"
#include "core/engine/error_json.h"
#include "core/engine/frame.h"

#define FRAME_MAX_HELLO 8192u             /* who has not said what it is gets no room for more */
#define FRAMES_AT_ONCE 4                  /* of one client in a turn of the loop: a flood must not keep the others waiting */
#define UNREAD_MAX (1024u * 1024)         /* who does not read its answers is not asked for more questions */
#define IN_KEPT 65536                     /* a buffer that once held a long message is given back */

typedef struct Write { uv_write_t request; char *bytes; } Write;

size_t connection_queued(const Connection *connection) {
	return connection->closing ? 0 : uv_stream_get_write_queue_size((const uv_stream_t *) &connection->pipe);
}

static void on_closed(uv_handle_t *handle) {
	Connection *connection = handle->data;
	if (--connection->handles > 0)
		return;
	connection->owner.closed(connection->owner.userdata, connection);
	buf_clear(&connection->in);
	strlist_clear(&connection->roles);
	free(connection->groups);
	free(connection->who);
	free(connection->how);
	free(connection->challenge);
	free(connection->terminal);
	free(connection);
}

void connection_close(Connection *connection) {
	if (connection->closing)
		return;
	connection->closing = true;
	uv_close((uv_handle_t *) &connection->pipe, on_closed);
	uv_close((uv_handle_t *) &connection->more, on_closed);
}

void connection_close_with(Connection *connection, const Json *frame) {
	AUTO_CLEAR(Buf) bytes = {0};
	if (connection->closing)
		return;
	frame_write(frame, &bytes);
	uv_buf_t part = uv_buf_init(bytes.data, (unsigned) bytes.len);
	(void) uv_try_write((uv_stream_t *) &connection->pipe, &part, 1);   /* one that does not read does not hear why */
	connection_close(connection);
}

void connection_refuse(Connection *connection, const Error *why) {
	AUTO(Json) *frame = json_new_object();
	json_add_string(frame, "t", "refused");
	json_add(frame, "error", error_to_json(why));
	connection_close_with(connection, frame);
}

/* ---- what it sends ---- */

static void on_more(uv_idle_t *idle);
static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret);
static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *bytes);

static void note_half_frame(Connection *connection, bool had_whole) {
	if (!connection->in.len)
		connection->half_since_ms = 0;
	else if (had_whole || !connection->half_since_ms)
		connection->half_since_ms = mono_now().ms;
	if (!connection->in.len && connection->in.capacity > IN_KEPT)
		buf_clear(&connection->in);
}

static bool reads_too_little(const Connection *connection) { return connection_queued(connection) > UNREAD_MAX; }

/* Serves what is there, a few at a time; the rest comes with the next turn of the loop, after everybody else's. */
static void serve(Connection *connection) {
	Str rest = buf_str(&connection->in);
	int served = 0;
	FrameStatus status = FRAME_COMPLETE;
	while (!connection->closing && served < FRAMES_AT_ONCE && !reads_too_little(connection)) {
		AUTO(Json) *frame = NULL;
		Error err = {0};
		status = frame_take(&rest, connection->welcome ? FRAME_MAX_FROM_CLIENT : FRAME_MAX_HELLO, &frame, &err);
		if (status == FRAME_INCOMPLETE)
			break;
		served++;
		if (status == FRAME_BROKEN || !connection->owner.frame(connection->owner.userdata, connection, frame, &err))
			connection_refuse(connection, &err);
	}
	if (connection->closing)
		return;
	buf_consume(&connection->in, connection->in.len - rest.len);
	note_half_frame(connection, served > 0);
	connection->paused = reads_too_little(connection);
	if (status == FRAME_INCOMPLETE && !connection->paused) {
		uv_idle_stop(&connection->more);
		uv_read_start((uv_stream_t *) &connection->pipe, on_alloc, on_read);   /* no harm where it reads already */
		return;
	}
	uv_read_stop((uv_stream_t *) &connection->pipe);
	connection->half_since_ms = 0;   /* it waits for us */
	if (connection->paused)
		uv_idle_stop(&connection->more);
	else
		uv_idle_start(&connection->more, on_more);
}

static void on_more(uv_idle_t *idle) { serve(idle->data); }

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *ret) {
	Connection *connection = handle->data;
	(void) suggested;
	buf_reserve(&connection->in, 16384);
	*ret = uv_buf_init(connection->in.data + connection->in.len, 16384);
}

static void on_read(uv_stream_t *stream, ssize_t got, const uv_buf_t *bytes) {
	(void) bytes;
	Connection *connection = stream->data;
	if (got < 0) {
		connection_close(connection);
		return;
	}
	connection->in.len += (size_t) got;
	if (got > 0)
		serve(connection);
}

/* A person with this role sees everything and changes nothing. */
#define OBSERVER_ROLE "observer"

void connection_become(Connection *connection, const char *who, const char *how, const StrList *roles) {
	char *name = bg_strdup(who);
	free(connection->who);
	free(connection->how);
	strlist_clear(&connection->roles);
	connection->who = name;
	connection->how = bg_strdup(how);
	for (size_t i = 0; roles && i < roles->count; i++)
		strlist_add(&connection->roles, roles->items[i]);
	connection->observer = strlist_has(&connection->roles, OBSERVER_ROLE);
	connection->badge_until_ms = 0;
}

/* All groups of the other side, the one that it runs as first. */
static void read_groups(Connection *connection, int fd, unsigned gid) {
	socklen_t size = 0;
	/* It says how much room it wants. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, NULL, &size) == 0 || errno != ERANGE)
		size = 0;
	connection->groups = bg_calloc(size / sizeof(gid) + 1, sizeof(gid));
	connection->groups[0] = gid;
	connection->group_count = 1;
	if (size && getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, connection->groups + 1, &size) == 0)
		connection->group_count += size / sizeof(gid);
}

Connection *connection_accept(uv_loop_t *loop, uv_stream_t *server, const ConnectionOwner *owner) {
	Connection *connection = bg_calloc(1, sizeof(*connection));
	connection->owner = *owner;
	connection->since_ms = mono_now().ms;
	uv_pipe_init(loop, &connection->pipe, 0);
	uv_idle_init(loop, &connection->more);
	connection->pipe.data = connection->more.data = connection;
	connection->handles = 2;
	uv_os_fd_t fd;
	struct ucred peer;
	socklen_t size = sizeof(peer);
	if (uv_accept(server, (uv_stream_t *) &connection->pipe) < 0
		|| uv_fileno((uv_handle_t *) &connection->pipe, &fd) < 0
		|| getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
		connection_close(connection);
		return NULL;
	}
	connection->uid = peer.uid;
	read_groups(connection, fd, peer.gid);
	uv_read_start((uv_stream_t *) &connection->pipe, on_alloc, on_read);
	return connection;
}

static void on_written(uv_write_t *request, int status) {
	Write *write = (Write *) request;
	Connection *connection = request->handle->data;
	connection->took_ms = mono_now().ms;
	if (status < 0)
		connection_close(connection);
	else if (connection->paused && !connection->closing && !reads_too_little(connection))
		serve(connection);
	free(write->bytes);
	free(write);
}

void connection_send_text(Connection *connection, Str json_text) {
	if (connection->closing)
		return;
	size_t waiting = connection_queued(connection);
	if (waiting > CONNECTION_QUEUE_MAX) {
		connection_close(connection);
		return;
	}
	if (!waiting)
		connection->took_ms = mono_now().ms;
	Buf frame = {0};
	frame_write_text(json_text, &frame);
	Write *write = bg_calloc(1, sizeof(*write));
	uv_buf_t bytes = uv_buf_init(frame.data, (unsigned) frame.len);
	write->bytes = buf_take(&frame);
	bytes.base = write->bytes;
	if (uv_write(&write->request, (uv_stream_t *) &connection->pipe, &bytes, 1, on_written) < 0) {
		free(write->bytes);
		free(write);
		connection_close(connection);
	}
}

void connection_send(Connection *connection, const Json *frame) {
	AUTO_CLEAR(Buf) text = {0};
	json_write(frame, &text);
	connection_send_text(connection, buf_str(&text));
}
