/* connection.c: see connection.h. */
#include "core/engine/connection.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "core/base/alloc.h"
#include "core/base/moment.h"
#include "core/engine/frame.h"

typedef struct Write { uv_write_t request; char *bytes; } Write;

static void on_closed(uv_handle_t *handle) {
	Connection *connection = handle->data;
	connection->owner.closed(connection->owner.userdata, connection);
	buf_clear(&connection->in);
	strlist_clear(&connection->roles);
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
}

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
	Str rest = buf_str(&connection->in);
	while (!connection->closing) {
		AUTO(Json) *frame = NULL;
		FrameStatus status = frame_take(&rest, FRAME_MAX_FROM_CLIENT, &frame, NULL);
		if (status == FRAME_INCOMPLETE) {
			buf_consume(&connection->in, connection->in.len - rest.len);
			return;
		}
		if (status == FRAME_BROKEN || !connection->owner.frame(connection->owner.userdata, connection, frame))
			connection_close(connection);
	}
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

Connection *connection_accept(uv_loop_t *loop, uv_stream_t *server, const ConnectionOwner *owner) {
	Connection *connection = bg_calloc(1, sizeof(*connection));
	connection->owner = *owner;
	connection->since_ms = mono_now().ms;
	uv_pipe_init(loop, &connection->pipe, 0);
	connection->pipe.data = connection;
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
	uv_read_start((uv_stream_t *) &connection->pipe, on_alloc, on_read);
	return connection;
}

static void on_written(uv_write_t *request, int status) {
	Write *write = (Write *) request;
	Connection *connection = request->handle->data;
	if (status < 0)
		connection_close(connection);
	free(write->bytes);
	free(write);
}

void connection_send_text(Connection *connection, Str json_text) {
	if (connection->closing)
		return;
	if (uv_stream_get_write_queue_size((uv_stream_t *) &connection->pipe) > CONNECTION_QUEUE_MAX) {
		connection_close(connection);
		return;
	}
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
