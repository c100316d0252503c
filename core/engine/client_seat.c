/* client_seat.c: see client_seat.h. The connection is a second one beside the client's own: the worker gets it, and it lives on when the engine dies. */
#include "core/engine/client_seat.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/moment.h"
#include "core/base/text.h"
#include "core/engine/client_internal.h"
#include "core/engine/error_json.h"
#include "core/engine/frame.h"
#include "core/engine/listener.h"
#include "core/engine/seat.h"
#include "core/transport/foreground.h"
#include "core/transport/process.h"

#define HAND_IN_MS 10000         /* the worker writes a line to a disk */
#define PIECE_MAX 8192           /* of what is recorded, in one frame: a byte takes up to six there, and SEAT_FRAME_MAX is the end of the line */
#define NO_CHARACTER 0xFFFD

struct ClientSeat {
	int fd;
	Buf in, out;
	int64_t number, action;          /* of the seat; of what was started in it, 0 = not told yet */
	Json *args;                      /* of the ask that is owed */
	ClientReply reply;
	void *userdata;
	Json *order;                     /* what the worker wants run */
	bool asked, answered, lost;
	/* While it runs: */
	Client *client;
	Buf piece;
	int64_t told_bytes;
	bool cut;
};

static void forget(Client *client) {
	ClientSeat *seat = client->seat;
	client->seat = NULL;
	if (!seat)
		return;
	bg_close_fd(&seat->fd);
	buf_clear(&seat->in);
	buf_clear(&seat->out);
	buf_clear(&seat->piece);
	json_free(seat->args);
	json_free(seat->order);
	free(seat);
}

void client_seat_close(Client *client) { forget(client); }

bool client_wants_terminal(const StepAction *row) {
	return row && !row->plan_is_undo && text_eq(json_get_string(json_get(row->plan, "args"), "terminal"), "yes");
}

/* ---- asking ---- */

static void write_out(ClientSeat *seat) {
	while (!seat->lost && seat->out.len) {
		ssize_t sent = send(seat->fd, seat->out.data, seat->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN)
			return;
		if (sent < 0)
			seat->lost = true;
		else
			buf_consume(&seat->out, (size_t) sent);
	}
}

static void send_hello(ClientSeat *seat) {
	AUTO(Json) *hello = json_new_object();
	const char *terminal = ttyname(STDIN_FILENO);
	json_add_string(hello, "t", "hello");
	json_add_int(hello, "protocol", PROTOCOL_VERSION);
	json_add_string(hello, "kind", "seat");
	json_add_string(hello, "terminal", terminal ? terminal : "");
	frame_write(hello, &seat->out);
	write_out(seat);
}

void client_lend(Client *client, Json *args, ClientReply reply, void *userdata) {
	Error why = {0};
	int fd = -1;
	if (client->seat)
		error_set(&why, ERROR_CONFLICT, "this terminal is lent already");
	else if ((fd = listener_connect(&client->paths)) < 0)
		error_errno(&why, errno, "the engine takes no second connection");
	if (fd < 0) {
		error_hint(&why, "nothing was started; try again when the console has its connection");
		json_free(args);
		reply(userdata, false, NULL, &why);
		return;
	}
	ClientSeat *seat = bg_calloc(1, sizeof(*seat));
	*seat = (ClientSeat){.fd = fd, .args = args, .reply = reply, .userdata = userdata, .client = client};
	client->seat = seat;
	send_hello(seat);
}

/* It was started, or it was not: then the terminal stays ours. */
static void on_started(void *userdata, bool ok, const Json *data, const Error *err) {
	Client *client = userdata;
	ClientSeat *seat = client->seat;
	if (!seat)
		return;
	ClientReply reply = seat->reply;
	void *own = seat->userdata;
	/* The worker has said what to run: it was started, whatever became of the answer. */
	bool started = ok || seat->order;
	seat->answered = true;
	if (ok)
		seat->action = json_get_int(data, "action", 0);
	if (!started)
		forget(client);
	reply(own, started, data, err);
}

static void ask(Client *client) {
	ClientSeat *seat = client->seat;
	Json *args = TAKE(seat->args);
	json_remove(args, "seat");
	json_add_int(args, "seat", seat->number);
	seat->asked = true;
	client_ask(client, ASK_APPLY, args, on_started, client);
}

static void take(ClientSeat *seat, const Json *frame) {
	const char *type = json_get_string_or(frame, "t", "");
	if (text_eq(type, "seat"))
		seat->number = json_get_int(frame, "number", 0);
	else if (text_eq(type, "run") && !seat->order)
		seat->order = json_copy(frame);
	else if (text_eq(type, "refused") || text_eq(type, "welcome"))   /* an engine that knows no seats, or one that is full */
		seat->lost = true;
}

static void read_in(ClientSeat *seat) {
	while (!seat->lost) {
		buf_reserve(&seat->in, 65536);
		ssize_t got = recv(seat->fd, seat->in.data + seat->in.len, 65536, MSG_DONTWAIT);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			break;
		if (got <= 0) {
			seat->lost = true;
			break;
		}
		seat->in.len += (size_t) got;
	}
	Str rest = buf_str(&seat->in);
	for (;;) {
		AUTO(Json) *frame = NULL;
		FrameStatus status = frame_take(&rest, FRAME_MAX_FROM_ENGINE, &frame, NULL);
		if (status != FRAME_COMPLETE) {
			seat->lost = seat->lost || status == FRAME_BROKEN;
			break;
		}
		take(seat, frame);
	}
	buf_consume(&seat->in, seat->in.len - rest.len);
}

void client_seat_process(Client *client) {
	ClientSeat *seat = client->seat;
	if (!seat)
		return;
	write_out(seat);
	read_in(seat);
	if (seat->number && !seat->asked && !seat->lost) {   /* of an engine that is gone, the number may be another's at the next one */
		ask(client);
		return;
	}
	if (!seat->lost || seat->order)
		return;
	/* Before the ask nothing was started. After it the record says what came of it: the worker ended before it began. */
	ClientReply reply = seat->asked ? NULL : seat->reply;
	void *own = seat->userdata;
	Error why = {0};
	if (seat->asked && client->pending_count)
		return;   /* the answer to the ask is still to come */
	forget(client);
	error_set(&why, ERROR_IO, "the engine did not take this terminal");
	error_hint(&why, "nothing was started; is the engine of an older version? breakglass engine status");
	if (reply)
		reply(own, false, NULL, &why);
}

int client_seat_fd(const Client *client) { return client->seat && !client->seat->lost ? client->seat->fd : -1; }
bool client_seat_is_due(const Client *client) { return client->seat && client->seat->order; }
const char *client_seat_text(const Client *client) { return client_seat_is_due(client) ? json_get_string_or(client->seat->order, "text", "") : NULL; }

/* ---- running ---- */

static void tell(ClientSeat *seat, const Json *frame) {
	frame_write(frame, &seat->out);
	write_out(seat);
}

static void tell_output(ClientSeat *seat, size_t len) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Json) *frame = json_new_object();
	Str rest = {seat->piece.data, len};
	uint32_t code_point;
	while (utf8_next(&rest, &code_point))
		utf8_append(&text, code_point ? code_point : NO_CHARACTER);   /* a zero would end the text, and hide what follows */
	json_add_string(frame, "t", "output");
	json_add_string(frame, "text", buf_text(&text));
	tell(seat, frame);
	seat->told_bytes += (int64_t) len;
	buf_consume(&seat->piece, len);
}

/* Not in the middle of a character. */
static size_t whole_characters(const Buf *piece, size_t most) {
	size_t len = most;
	while (len > 0 && most - len < 4 && ((unsigned char) piece->data[len - 1] & 0xC0) == 0x80)
		len--;
	return len > 0 && (unsigned char) piece->data[len - 1] >= 0xC0 ? len - 1 : most;
}

/* Whole lines, so that nobody sees half of what a terminal obeys. What a worker does not take any more is not kept either. */
static void on_recorded(void *userdata, Str bytes) {
	ClientSeat *seat = userdata;
	if (seat->lost || seat->told_bytes >= SEAT_RECORDING_MAX || seat->out.len > SEAT_RECORDING_MAX) {
		seat->cut = true;
		return;
	}
	buf_put_str(&seat->piece, bytes);
	ssize_t end = (ssize_t) seat->piece.len - 1;
	while (end >= 0 && seat->piece.data[end] != '\n')
		end--;
	for (size_t whole = (size_t) (end + 1); whole > 0;) {
		size_t len = whole <= PIECE_MAX ? whole : whole_characters(&seat->piece, PIECE_MAX);
		tell_output(seat, len);
		whole -= len;
	}
	while (seat->piece.len > PIECE_MAX)
		tell_output(seat, whole_characters(&seat->piece, PIECE_MAX));
}

static int prepare(void *userdata, struct pollfd fds[static FOREGROUND_FDS]) {
	ClientSeat *seat = userdata;
	fds[0] = (struct pollfd){.fd = seat->lost ? -1 : seat->fd, .events = (short) (POLLIN | (seat->out.len ? POLLOUT : 0))};
	fds[1] = (struct pollfd){.fd = client_fd(seat->client), .events = (short) (POLLIN | (client_wants_write(seat->client) ? POLLOUT : 0))};
	return client_timeout_ms(seat->client);
}

static void tend(void *userdata) { client_process(((ClientSeat *) userdata)->client); }

/* What a terminal program has to know of the terminal is known here, not in the engine; and the keys of this person are their own. */
static const char *const OF_HERE[] = {"TERM", "COLORTERM", "LANG", "LC_ALL", "LC_CTYPE", "SSH_AUTH_SOCK", "SSH_TTY", "SSH_CONNECTION", "GPG_TTY", "DISPLAY", "TMUX",
	"TMUX_PANE", "STY", "NO_COLOR"};

static void compose_environment(const Json *order, StrList *ret) {
	if (!json_get_bool(order, "login", false)) {
		process_environment(NULL, ret);
		AUTO_CLEAR(Buf) path = {0};
		JSON_EACH(folder, json_get(order, "path"))
			buf_printf(&path, "%s:", json_string(folder));
		const char *own = getenv("PATH");
		buf_puts(&path, own && *own ? own : "/usr/local/bin:/usr/bin:/bin");
		process_environment_set(ret, "PATH", buf_text(&path));
	}
	JSON_EACH(entry, json_get(order, "environment"))
		strlist_add(ret, json_string(entry));
	for (size_t i = 0; i < BG_LENGTH(OF_HERE); i++)
		if (getenv(OF_HERE[i]))
			process_environment_set(ret, OF_HERE[i], getenv(OF_HERE[i]));
}

static void tell_began(ClientSeat *seat, const char *why_not) {
	AUTO(Json) *frame = json_new_object();
	json_add_string(frame, "t", "began");
	json_add_bool(frame, "recorded", !why_not);
	json_add_string(frame, "why", why_not);
	tell(seat, frame);
}

static void tell_not_run(ClientSeat *seat, const Error *err) {
	AUTO(Json) *frame = json_new_object();
	json_add_string(frame, "t", "not-run");
	json_add(frame, "error", error_to_json(err));
	tell(seat, frame);
}

static void tell_ended(ClientSeat *seat, const SeatEnd *end) {
	AUTO(Json) *frame = json_new_object();
	if (seat->piece.len)
		tell_output(seat, seat->piece.len);
	json_add_string(frame, "t", "ended");
	json_add_int(frame, "exit", end->exit_code);
	json_add_int(frame, "signal", end->signal);
	json_add_bool(frame, "cut", end->cut);
	tell(seat, frame);
}

/* The worker closes when it has written it down. The answer to the ask has long been there, but where the engine was very slow. */
static bool hand_in(ClientSeat *seat) {
	bool was_lost = seat->lost;
	MonoTime until = {mono_now().ms + HAND_IN_MS};
	while ((!seat->lost || !seat->answered) && mono_now().ms < until.ms) {
		struct pollfd fds[FOREGROUND_FDS];
		int wait = prepare(seat, fds);
		int64_t left = until.ms - mono_now().ms;
		(void) poll(fds, BG_LENGTH(fds), wait >= 0 && wait < left ? wait : (int) left);   /* EINTR and timeouts are both "look again" */
		client_process(seat->client);
	}
	return !was_lost && seat->lost && !seat->out.len;
}

bool client_seat_run(Client *client, int terminal, SeatEnd *ret, Error *err) {
	ClientSeat *seat = client->seat;
	AUTO_CLEAR(StrList) environment = {0};
	compose_environment(seat->order, &environment);
	const char *folder = json_get_string_or(seat->order, "folder", ""), *home = getenv("HOME");
	AUTO_CLOSE int own = -1;
	if ((fcntl(terminal, F_GETFL) & O_ACCMODE) != O_RDWR) {   /* somebody put a half of it there */
		own = open("/dev/tty", O_RDWR | O_CLOEXEC);
		terminal = own >= 0 ? own : terminal;
	}
	*ret = (SeatEnd){.exit_code = -1};
	bool wanted = json_get_bool(seat->order, "record", true);
	ret->why_not = "the playbook says so";
	AUTO_FREE char *script = wanted ? foreground_find_script(&environment, &ret->why_not) : NULL;
	if (script)
		ret->why_not = NULL;
	ret->recorded = script != NULL;
	ForegroundRequest request = {.text = json_get_string_or(seat->order, "text", ""), .folder = *folder ? folder : home && file_is_folder(home) && access(home, X_OK) == 0 ? home : "/", .environment = &environment, .terminal = terminal,
		.script = script, .recorded = on_recorded, .prepare = prepare, .tend = tend, .userdata = seat};
	ForegroundEnd end;
	MonoTime began = mono_now();
	tell_began(seat, ret->why_not);   /* before it is: what was told may have run, what was not told surely has not */
	bool ok = !seat->lost && foreground_run(&request, &end, err);
	if (!ok && seat->lost)
		error_set(err, ERROR_IO, "its worker was gone before it began: nothing ran");
	ret->elapsed_ms = mono_now().ms - began.ms;
	if (ok) {
		ret->exit_code = end.exit_code;
		ret->signal = end.signal;
		ret->cut = seat->cut;
		tell_ended(seat, ret);
	} else {
		tell_not_run(seat, err);
	}
	ret->handed_in = hand_in(seat);
	ret->action = seat->action;
	if (!seat->answered)
		on_started(client, true, NULL, NULL);   /* nobody waits for it any more */
	forget(client);
	return ok;
}

void seat_end_words(const SeatEnd *end, Buf *out) {
	char span[SPAN_TEXT_SIZE];
	(void) span_format(end->elapsed_ms, span);
	if (end->signal)
		buf_printf(out, "ended by signal %d after %s", end->signal, span);
	else
		buf_printf(out, "exit %d after %s", end->exit_code, span);
	if (!end->handed_in)
		buf_puts(out, ", but its worker is gone: its end could not be handed in, and the record will say that it is in doubt");
	else if (end->recorded)
		buf_printf(out, ", recorded in actions/%lld.log%s", (long long) end->action, end->cut ? " up to 16 MB" : "");
	else
		buf_printf(out, ", not recorded: %s", end->why_not ? end->why_not : "nobody knows why");
}
