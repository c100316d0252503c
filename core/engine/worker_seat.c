/* worker_seat.c: see worker_seat.h. Nothing here has a deadline: what a person does in their own terminal takes as long as it takes. */
#include "core/engine/worker_seat.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/moment.h"
#include "core/base/text.h"
#include "core/engine/error_json.h"
#include "core/engine/frame.h"
#include "core/engine/seat.h"
#include "core/engine/worker_log.h"

/* A worker is one process for one action: which one is its state. */
static int64_t action_number;
static bool (*is_stopped)(void *userdata);

void worker_seat_begin(const Json *request, bool (*stopped)(void *userdata)) {
	is_stopped = stopped;
	action_number = json_get_int(request, "action", 0);
	if (json_get_bool(request, "seat", false))
		fd_set_cloexec(WORKER_SEAT_FD);
}

typedef struct Seat {
	Buf in;
	TerminalEnd *end;
	MonoTime began;
	int64_t stored;
	bool recorded, cut, ended;
	Error refused;
} Seat;

/* ---- what it is told ---- */

static void note_recording(Seat *seat) {
	char *out = seat->end->recording;
	size_t size = sizeof(seat->end->recording);
	if (!seat->recorded)
		return;
	if (seat->cut)
		snprintf(out, size, "recorded in actions/%lld.log up to %lld MB", (long long) action_number, (long long) (SEAT_RECORDING_MAX / 1024 / 1024));
	else
		snprintf(out, size, "recorded in actions/%lld.log", (long long) action_number);
}

static void take_began(Seat *seat, const Json *frame) {
	seat->end->began = true;
	seat->began = mono_now();
	seat->recorded = json_get_bool(frame, "recorded", false);
	AUTO_FREE char *why = text_sanitised_line(json_get_string_or(frame, "why", "nobody said why"));
	snprintf(seat->end->recording, sizeof(seat->end->recording), "not recorded: %s", why);
	AUTO_FREE char *told = bg_asprintf("it runs in that terminal, %s", seat->recorded ? "recorded" : seat->end->recording);
	worker_log_progress(told, 0, 0);
	note_recording(seat);
}

static void take_output(Seat *seat, const Json *frame) {
	Str text = str_from(json_get_string_or(frame, "text", ""));
	if (seat->stored >= SEAT_RECORDING_MAX) {
		seat->cut = true;
		return;
	}
	seat->stored += (int64_t) text.len;
	worker_log_output(false, text);
}

static void take_ended(Seat *seat, const Json *frame) {
	seat->ended = true;
	seat->cut = seat->cut || json_get_bool(frame, "cut", false);
	seat->end->signal = (int) json_get_int(frame, "signal", 0);
	seat->end->exit_code = seat->end->signal ? -1 : (int) json_get_int(frame, "exit", -1);
	seat->end->elapsed_ms = mono_now().ms - seat->began.ms;   /* by our own clock: what it says may be anything */
	note_recording(seat);
}

/* False: it is over. */
static bool take(Seat *seat, const Json *frame) {
	const char *type = json_get_string_or(frame, "t", "");
	if (text_eq(type, "not-run"))
		error_from_json(json_get(frame, "error"), &seat->refused);
	else if (text_eq(type, "began") && !seat->end->began)
		take_began(seat, frame);
	else if (text_eq(type, "output") && seat->end->began)
		take_output(seat, frame);
	else if (text_eq(type, "ended") && seat->end->began)
		take_ended(seat, frame);
	return !seat->ended && !error_is_set(&seat->refused);
}

/* ---- the line ---- */

/* False: a person who saw no other way has ended us. */
static bool wait_for(short events) {
	struct pollfd fd = {.fd = WORKER_SEAT_FD, .events = events};
	sigset_t stop, before;
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, &before);   /* none may come between looking and waiting */
	bool ready = !is_stopped(NULL) && (ppoll(&fd, 1, NULL, &before) > 0 || errno == EINTR);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return ready;
}

static bool send_all(Str bytes) {
	while (bytes.len) {
		ssize_t sent = send(WORKER_SEAT_FD, bytes.ptr, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent > 0)
			bytes = str_slice(bytes, (size_t) sent, bytes.len - (size_t) sent);
		else if (sent < 0 && errno != EINTR && (errno != EAGAIN || !wait_for(POLLOUT)))
			return false;
	}
	return true;
}

static bool take_frames(Seat *seat) {
	Str rest = buf_str(&seat->in);
	bool more = true;
	while (more) {
		AUTO(Json) *frame = NULL;
		FrameStatus status = frame_take(&rest, SEAT_FRAME_MAX, &frame, NULL);
		if (status == FRAME_INCOMPLETE)
			break;
		more = status == FRAME_COMPLETE && take(seat, frame);
	}
	buf_consume(&seat->in, seat->in.len - rest.len);
	return more;
}

/* Until the end was told, or nobody is there who could tell it. */
static void listen_to(Seat *seat) {
	while (!seat->end->began || !is_stopped(NULL)) {
		buf_reserve(&seat->in, 65536);
		ssize_t got = recv(WORKER_SEAT_FD, seat->in.data + seat->in.len, 65536, MSG_DONTWAIT);
		if (got < 0 && (errno == EINTR || (errno == EAGAIN && wait_for(POLLIN))))
			continue;
		if (got <= 0)
			return;
		seat->in.len += (size_t) got;
		if (!take_frames(seat))
			return;
	}
}

/* ---- what it is to run ---- */

static bool is_own_login(void) {
	struct ucred peer;
	socklen_t size = sizeof(peer);
	return getsockopt(WORKER_SEAT_FD, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == getuid();
}

static void add_list(Json *frame, const char *key, const StrList *list) {
	Json *items = json_add(frame, key, json_new_array());
	for (size_t i = 0; list && i < list->count; i++)
		json_append_string(items, list->items[i]);
}

/* What our own login keeps in its environment is nobody else's business: another login has its own. */
static Json *run_frame(const TerminalCommand *command) {
	bool own = is_own_login();
	Json *frame = json_new_object();
	json_add_string(frame, "t", "run");
	json_add_string(frame, "text", command->text);
	json_add_string(frame, "folder", *command->folder || !own ? command->folder : command->usual_folder);
	json_add_bool(frame, "record", command->record);
	json_add_bool(frame, "login", own);
	add_list(frame, "environment", own ? command->environment : NULL);
	add_list(frame, "path", command->path);
	return frame;
}

bool worker_seat_run(void *userdata, const TerminalCommand *command, TerminalEnd *ret, Error *err) {
	(void) userdata;
	AUTO_CLEAR(Buf) bytes = {0};
	AUTO(Json) *frame = run_frame(command);
	Seat seat = {.end = ret, .began = mono_now()};
	frame_write(frame, &bytes);
	if (send_all(buf_str(&bytes)))
		listen_to(&seat);
	/* From here on it cannot be told that it begins, and so it does not; unless that is on its way already. */
	if (!ret->began && !error_is_set(&seat.refused) && shutdown(WORKER_SEAT_FD, SHUT_RD) == 0)
		listen_to(&seat);
	buf_clear(&seat.in);
	if (seat.ended)
		return true;
	if (error_is_set(&seat.refused)) {
		ret->began = false;
		*err = seat.refused;
		return false;
	}
	if (!ret->began) {
		error_set(err, ERROR_IO, is_stopped(NULL) ? "its worker was ended before it began: nothing ran" : "the terminal was gone before it began: nothing ran");
		return error_hint(err, "start it again");
	}
	if (is_stopped(NULL))
		error_set(err, ERROR_IO, "its worker was ended, and nobody saw the end of what it ran in that terminal: look before you do it again");
	else
		error_set(err, ERROR_IO, "the terminal that ran it is gone, and with it whoever could tell its end: look before you do it again");
	return error_hint(err, "look what it did, then resolve it");
}
