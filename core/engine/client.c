/* client.c: the connection to the engine: connecting, starting one, coming back, asking. No call waits, except the *_wait ones. */
#include "core/engine/client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/client_internal.h"
#include "core/engine/client_seat.h"
#include "core/engine/error_json.h"
#include "core/engine/frame.h"
#include "core/engine/listener.h"

#define RETRY_FIRST_MS 1
#define RETRY_LAST_MS 2000
#define RETRY_QUICK_MS 1             /* while an engine is expected to come up any moment */
#define CALM_MS 10000                /* an engine that answered for so long was a good one */
#define CONNECT_DEADLINE_MS 10000
#define PENDING_MAX 256

/* ---- connecting ---- */

static void wait_to_retry(Client *client, int64_t now_ms) {
	int64_t next = client->retry_wait_ms ? client->retry_wait_ms * 2 : RETRY_FIRST_MS;
	if (now_ms < client->quick_until_ms)
		next = client->retry_wait_ms < RETRY_QUICK_MS ? client->retry_wait_ms + 1 : RETRY_QUICK_MS;
	client->retry_wait_ms = next < RETRY_LAST_MS ? next : RETRY_LAST_MS;
	client->retry_at_ms = now_ms + client->retry_wait_ms;
}

/* The next try comes soon after a good connection was lost: an engine that was killed is started again at once, one that ends again
 * and again is not. */
static void forget_connection(Client *client, int64_t now_ms) {
	if (!client->model.connected)
		return;
	if (now_ms - client->welcome_at_ms > CALM_MS)
		client->launch_at_ms = client->launch_wait_ms = 0;
	client->quick_until_ms = now_ms + CLIENT_QUICK_FOR_MS;
	client->retry_wait_ms = 0;
}

static void drop(Client *client, const Error *why) {
	forget_connection(client, mono_now().ms);
	if (client->fd >= 0)
		close(client->fd);
	client->fd = -1;
	client->connecting = false;
	buf_truncate(&client->in, 0);
	buf_truncate(&client->out, 0);
	client_model_lost(client, why);
	PendingAsk *pending = client->pending;
	size_t count = client->pending_count;
	client->pending = NULL;
	client->pending_count = 0;
	for (size_t i = 0; i < count; i++)
		if (pending[i].reply)
			pending[i].reply(pending[i].userdata, false, NULL, why);
	free(pending);
	wait_to_retry(client, mono_now().ms);
}

static void send_hello(Client *client) {
	AUTO(Json) *hello = json_new_object();
	json_add_string(hello, "t", "hello");
	json_add_int(hello, "protocol", PROTOCOL_VERSION);
	json_add_string(hello, "kind", client->console ? "console" : "command");
	json_add_string(hello, "terminal", client->terminal);
	if (client->incident_id) {
		Json *from = json_add(hello, "from", json_new_object());
		json_add_string(from, "incident", client->incident_id);
		json_add_int(from, "seq", client->incident->seq);
		json_add_string(from, "head", client->head);
	}
	frame_write(hello, &client->out);
}

static void try_connect(Client *client) {
	client->retry_at_ms = 0;
	Error why = {0};
	client->fd = listener_connect(&client->paths);
	if (client->fd >= 0) {
		send_hello(client);
		return;
	}
	int connect_errno = errno;
	client->crowded = connect_errno == EAGAIN;   /* it is there, and many stand at its door */
	/* A folder that cannot be entered or is not there holds no socket. */
	if (connect_errno == ENOENT || connect_errno == ECONNREFUSED || error_is_set(&client->paths.trouble)) {
		client_explain_nobody(client, &why);
	} else {
		error_errno(&why, connect_errno, "cannot reach the engine");
		error_where(&why, "%s", client->paths.socket);
	}
	drop(client, &why);
}

/* ---- reading and writing ---- */

static void read_in(Client *client);

static void write_out(Client *client) {
	while (client->fd >= 0 && client->out.len) {
		ssize_t sent = send(client->fd, client->out.data, client->out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0 && errno == EAGAIN)
			return;
		if (sent < 0) {
			Error why = {0};
			error_errno(&why, errno, "the connection to the engine broke");
			read_in(client);   /* it may have said why before it closed */
			if (client->fd >= 0)
				drop(client, &why);
			return;
		}
		buf_consume(&client->out, (size_t) sent);
	}
}

static void take_reply(Client *client, const Json *frame) {
	int64_t id = json_get_int(frame, "id", -1);
	for (size_t i = 0; i < client->pending_count; i++) {
		if (client->pending[i].id != id)
			continue;
		PendingAsk ask = client->pending[i];
		client->pending[i] = client->pending[--client->pending_count];
		if (!ask.reply)
			return;
		Error error = {0};
		bool ok = json_get_bool(frame, "ok", false);
		if (!ok)
			error_from_json(json_get(frame, "error"), &error);
		ask.reply(ask.userdata, ok, json_get(frame, "data"), &error);
		return;
	}
}

/* Nothing here changes client->in before the end, except a reply's callback that drops the connection: then there is no more to take. */
static bool take_frames(Client *client, Error *why) {
	Str rest = buf_str(&client->in);
	for (;;) {
		AUTO(Json) *frame = NULL;
		FrameStatus status = frame_take(&rest, FRAME_MAX_FROM_ENGINE, &frame, why);
		if (status == FRAME_INCOMPLETE) {
			buf_consume(&client->in, client->in.len - rest.len);
			return true;
		}
		if (status == FRAME_BROKEN)
			return false;
		const char *type = json_get_string_or(frame, "t", "");
		if (text_eq(type, "reply")) {
			take_reply(client, frame);
			if (client->fd < 0)
				return true;
			continue;
		}
		if (!client_model_frame(client, frame, why))
			return false;
		if (text_eq(type, "welcome")) {
			client->welcome_at_ms = mono_now().ms;
			client->retry_wait_ms = 0;
		}
	}
}

#define READ_AT_ONCE (1024 * 1024)

static void read_in(Client *client) {
	size_t total = 0;
	while (client->fd >= 0 && total < READ_AT_ONCE) {
		buf_reserve(&client->in, 65536);
		ssize_t got = recv(client->fd, client->in.data + client->in.len, 65536, MSG_DONTWAIT);
		Error why = {0};
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 && errno == EAGAIN)
			return;
		if (got <= 0) {
			error_set(&why, ERROR_IO, "the engine closed the connection");
			drop(client, &why);
			return;
		}
		client->in.len += (size_t) got;
		total += (size_t) got;
		if (!take_frames(client, &why)) {
			drop(client, &why);
			return;
		}
	}
}

void client_process(Client *client) {
	if (client->fd < 0 && client->retry_at_ms && mono_now().ms >= client->retry_at_ms)
		try_connect(client);
	if (client->fd >= 0) {
		write_out(client);
		read_in(client);
		write_out(client);
	}
	client_seat_process(client);
}

/* ---- open and close ---- */

bool client_begin(const ClientOptions *options, Client **ret_client, Error *err) {
	AUTO(Client) *client = bg_calloc(1, sizeof(*client));
	client->fd = -1;
	client->log_from = client->log_memory = -1;
	if (!state_paths_init(options->state, options->environment_name, options->environment_group, &client->paths, err))
		return false;
	client->environment_path = bg_strdup(options->environment_path);
	client->self = bg_strdup(options->self);
	client->console = options->console;
	client->start_engine = options->start_engine;
	const char *terminal = options->console ? ttyname(0) : NULL;
	client->terminal = bg_strdup(terminal ? terminal : "");
	client->model.environment_name = bg_strdup(options->environment_name);
	client->model.version = 1;
	client->next_ask = 1;
	try_connect(client);
	if (client->fd >= 0)
		write_out(client);
	*ret_client = TAKE(client);
	return true;
}

static bool has_caught_up_or_failed(const ClientModel *model, void *userdata) {
	const Client *client = userdata;
	/* One that is just ending closes the door that it had opened: nobody will open it again. */
	bool nobody = !client->start_engine && client->fd < 0 && !client->crowded;
	return model->caught_up || client->engine_failed || nobody;
}

bool client_open(const ClientOptions *options, Client **ret_client, Error *err) {
	AUTO(Client) *client = NULL;
	if (!client_begin(options, &client, err))
		return false;
	if (client->fd < 0 && !client->start_engine && !client->crowded) {
		*err = client->model.why_not;
		return false;
	}
	Error waited = {0};
	int64_t deadline = options->deadline_ms ? options->deadline_ms : CONNECT_DEADLINE_MS;
	if (!client_wait(client, has_caught_up_or_failed, client, deadline, &waited) || !client->model.caught_up) {
		*err = error_is_set(&client->model.why_not) ? client->model.why_not : waited;
		return error_what(err, "reach the engine");
	}
	*ret_client = TAKE(client);
	return true;
}

Client *client_close(Client *client) {
	if (!client)
		return NULL;
	client_seat_close(client);
	if (client->fd >= 0)
		close(client->fd);
	bg_close_fd(&client->log_memory);
	client_model_clear(client);
	buf_clear(&client->in);
	buf_clear(&client->out);
	free(client->pending);
	state_paths_clear(&client->paths);
	free(client->environment_path);
	free(client->self);
	free(client->terminal);
	free(client);
	return NULL;
}

const ClientModel *client_model(const Client *client) { return &client->model; }
int client_fd(const Client *client) { return client->fd; }
bool client_wants_write(const Client *client) { return client->fd >= 0 && client->out.len > 0; }

int client_timeout_ms(const Client *client) {
	if (client->fd >= 0 || !client->retry_at_ms)
		return -1;
	int64_t left = client->retry_at_ms - mono_now().ms;
	return left < 0 ? 0 : (int) left;
}

/* ---- asking ---- */

void client_ask(Client *client, AskName name, Json *args, ClientReply reply, void *userdata) {
	AUTO(Json) *frame = json_new_object();
	int64_t id = client->next_ask++;
	json_add_string(frame, "t", "ask");
	json_add_int(frame, "id", id);
	json_add_string(frame, "name", ask_name(name));
	json_add(frame, "args", args ? args : json_new_object());
	Error why = {0};
	if (client->fd < 0 || !client->model.connected) {
		why = client->model.why_not;
		if (!error_is_set(&why))
			error_set(&why, ERROR_IO, "there is no connection to the engine yet");
		error_hint(&why, "nothing was sent; try again when the bar shows the connection");
	} else if (client->pending_count >= PENDING_MAX) {
		error_set(&why, ERROR_IO, "the engine has not answered %d earlier requests", PENDING_MAX);
	}
	if (error_is_set(&why)) {
		if (reply)
			reply(userdata, false, NULL, &why);
		return;
	}
	client->pending = bg_reallocarray(client->pending, client->pending_count + 1, sizeof(*client->pending));
	client->pending[client->pending_count++] = (PendingAsk){id, reply, userdata};
	frame_write(frame, &client->out);
	write_out(client);
}

bool client_wait(Client *client, bool (*until)(const ClientModel *, void *), void *userdata, int64_t deadline_ms, Error *err) {
	int64_t end = mono_now().ms + deadline_ms;
	for (;;) {
		client_process(client);
		if (until(&client->model, userdata))
			return true;
		int64_t left = end - mono_now().ms;
		if (left <= 0)
			return error_set(err, ERROR_TIMEOUT, "the engine did not answer within %lld s", (long long) (deadline_ms / 1000));
		int retry = client_timeout_ms(client);
		int wait = retry >= 0 && retry < left ? retry : (int) left;
		struct pollfd wanted[] = {{.fd = client->fd, .events = POLLIN}, {.fd = client_seat_fd(client), .events = POLLIN}};
		if (client_wants_write(client))
			wanted[0].events |= POLLOUT;
		(void) poll(wanted, BG_LENGTH(wanted), wait);   /* EINTR and timeouts are both "look again" */
	}
}

typedef struct Waited { bool came, ok; Json *data; Error error; } Waited;

static void on_waited(void *userdata, bool ok, const Json *data, const Error *error) {
	Waited *waited = userdata;
	waited->came = true;
	waited->ok = ok;
	waited->data = json_copy(data);
	if (!ok)
		waited->error = *error;
}

static bool has_come(const ClientModel *model, void *userdata) {
	(void) model;
	return ((Waited *) userdata)->came;
}

bool client_ask_wait(Client *client, AskName name, Json *args, int64_t deadline_ms, Json **ret_data, Error *err) {
	/* On the heap: after a time-out the reply may still come, into memory that must then still be there. */
	Waited *waited = bg_calloc(1, sizeof(*waited));
	client_ask(client, name, args, on_waited, waited);
	if (!client_wait(client, has_come, waited, deadline_ms, err)) {
		for (size_t i = 0; i < client->pending_count; i++)
			if (client->pending[i].userdata == waited)
				client->pending[i].reply = NULL;
		free(waited);
		error_what(err, "%s", ask_name(name));
		return error_hint(err, "whether it was done is not known: look with breakglass timeline");
	}
	bool ok = waited->ok;
	if (ok && ret_data)
		*ret_data = TAKE(waited->data);
	else if (!ok && err)
		*err = waited->error;
	json_free(waited->data);
	free(waited);
	return ok;
}
