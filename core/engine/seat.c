/* seat.c: the engine's part of lending a terminal: a number, and handing it over. */
#include "core/engine/seat.h"

#include <errno.h>
#include <fcntl.h>

#define FIRST_FREE_FD 5   /* above those that a worker has */

void seat_offer(Engine *engine, Connection *connection) {
	connection->seat = ++engine->next_seat;
	AUTO(Json) *frame = json_new_object();
	json_add_string(frame, "t", "seat");
	json_add_int(frame, "number", connection->seat);
	connection_send(connection, frame);
}

static bool is_that(const Connection *seat, const Connection *asker, int64_t number) {
	return seat->seat == number && number > 0 && seat->uid == asker->uid && !seat->closing;
}

bool seat_find(Engine *engine, const Connection *asker, int64_t number, Connection **ret_seat, Error *err) {
	for (Connection *seat = engine->connections; seat; seat = seat->next) {
		if (!is_that(seat, asker, number))
			continue;
		*ret_seat = seat;
		return true;
	}
	error_set(err, ERROR_MISSING, "the terminal that was lent is not there any more");
	return error_hint(err, "nothing was started; start it again");
}

bool seat_hold(const Connection *seat, int *ret_fd, Error *err) {
	uv_os_fd_t fd;
	if (connection_queued(seat) || uv_fileno((const uv_handle_t *) &seat->pipe, &fd) < 0)
		return error_set(err, ERROR_IO, "the terminal that was lent does not listen");
	*ret_fd = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
	return *ret_fd >= 0 ? true : error_errno(err, errno, "the terminal that was lent cannot be handed on");
}
