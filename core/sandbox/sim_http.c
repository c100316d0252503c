/* sim_http.c: the adapter to libmicrohttpd. Paths and queries are kept exactly as sent, because signatures are made over
 * those bytes. Answers can be delayed, cut, dropped or never given: that is how the simulated systems fail. */
#include "core/sandbox/sim_http.h"
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/sandbox/mhd_library.h"

#define MAX_CONNECTIONS 256
#define IDLE_SECONDS 30
#define HANG_MS (15 * 60 * 1000)

struct SimHttp {
	const MhdLibrary *mhd;
	struct MHD_Daemon *daemon;
	SimHttpHandler handler;
	void *userdata;
	unsigned port;
	int stop_fd;   /* readable once the server stops: wakes delayed answers */
};

typedef struct Exchange {
	char *target;
	Buf body;
	bool began;
} Exchange;

static Exchange *exchange_free(Exchange *exchange) {
	if (!exchange)
		return NULL;
	free(exchange->target);
	buf_clear(&exchange->body);
	free(exchange);
	return NULL;
}

static size_t keep_encoded(void *userdata, struct MHD_Connection *connection, char *text) {
	(void) userdata;
	(void) connection;
	return strlen(text);
}

static void *begin_exchange(void *userdata, const char *target, struct MHD_Connection *connection) {
	(void) userdata;
	(void) connection;
	Exchange *exchange = bg_calloc(1, sizeof(*exchange));
	exchange->target = bg_strdup(target);
	exchange->body.limit = SIM_MAX_BODY_BYTES;
	return exchange;
}

static void end_exchange(void *userdata, struct MHD_Connection *connection, void **exchange,
		enum MHD_RequestTerminationCode code) {
	(void) userdata;
	(void) connection;
	(void) code;
	*exchange = exchange_free(*exchange);
}

static enum MHD_Result add_header(void *request, enum MHD_ValueKind kind, const char *name, const char *value) {
	(void) kind;
	sim_fields_add(&((SimRequest *) request)->headers, name, value);
	return MHD_YES;
}

static int connection_fd(const SimHttp *http, struct MHD_Connection *connection) {
	const union MHD_ConnectionInfo *info = http->mhd->get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	return info ? info->connect_fd : -1;
}

/* Waits until the time has passed, the client hung up or the server stops. */
static void wait_before_answer(const SimHttp *http, struct MHD_Connection *connection, int64_t ms) {
	struct pollfd fds[] = {
		{ .fd = http->stop_fd, .events = POLLIN },
		{ .fd = connection_fd(http, connection), .events = POLLRDHUP },
	};
	MonoTime end = { mono_now().ms + ms };
	for (int64_t left = ms; left > 0; left = end.ms - mono_now().ms)
		if (poll(fds, BG_LENGTH(fds), (int) (left < HANG_MS ? left : HANG_MS)) >= 0 || errno != EINTR)
			return;
}

/* Closing with this set sends a reset instead of an orderly end. */
static enum MHD_Result drop_connection(const SimHttp *http, struct MHD_Connection *connection) {
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	int fd = connection_fd(http, connection);
	if (fd >= 0)
		(void) setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));   /* else it ends orderly: as good */
	return MHD_NO;
}

static ssize_t send_half(void *userdata, uint64_t position, char *out, size_t room) {
	const Buf *body = userdata;
	size_t half = body->len / 2;
	if (position >= half)
		return MHD_CONTENT_READER_END_WITH_ERROR;
	size_t len = half - (size_t) position < room ? half - (size_t) position : room;
	memcpy(out, body->data + position, len);
	return (ssize_t) len;
}

static void free_half(void *userdata) {
	buf_clear(userdata);
	free(userdata);
}

static struct MHD_Response *make_response(const MhdLibrary *mhd, SimReply *reply) {
	if (reply->ending != SIM_ENDING_TRUNCATED || reply->body.len < 2)
		return mhd->create_response_from_buffer(reply->body.len, reply->body.data, MHD_RESPMEM_MUST_COPY);
	Buf *body = bg_malloc(sizeof(*body));
	*body = reply->body;
	reply->body = (Buf) {0};
	return mhd->create_response_from_callback(body->len, 4096, send_half, body, free_half);
}

static enum MHD_Result send_reply(const SimHttp *http, struct MHD_Connection *connection, SimReply *reply) {
	if (reply->ending == SIM_ENDING_HANG)
		wait_before_answer(http, connection, HANG_MS);
	else if (reply->delay_ms > 0)
		wait_before_answer(http, connection, reply->delay_ms);
	if (reply->ending == SIM_ENDING_RESET || reply->ending == SIM_ENDING_HANG)
		return drop_connection(http, connection);
	struct MHD_Response *response = make_response(http->mhd, reply);
	if (!response)
		return MHD_NO;
	for (size_t i = 0; i < reply->headers.count; i++)
		(void) http->mhd->add_response_header(response, reply->headers.items[i].name, reply->headers.items[i].value);
	enum MHD_Result result = http->mhd->queue_response(connection, (unsigned) reply->status, response);
	http->mhd->destroy_response(response);
	return result;
}

static enum MHD_Result on_request(void *userdata, struct MHD_Connection *connection, const char *url, const char *method,
		const char *version, const char *upload, size_t *upload_size, void **state) {
	(void) url;
	(void) version;
	SimHttp *http = userdata;
	Exchange *exchange = *state;
	if (!exchange->began) {
		exchange->began = true;
		return MHD_YES;
	}
	if (*upload_size > 0) {
		buf_append(&exchange->body, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	AUTO_CLEAR(SimRequest) request = {0};
	AUTO_CLEAR(SimReply) reply = { .status = 500 };
	sim_request_init(&request, method, exchange->target);
	http->mhd->get_connection_values(connection, MHD_HEADER_KIND, add_header, &request);
	request.body = exchange->body;
	exchange->body = (Buf) {0};
	if (request.body.overflowed)
		sim_reply_text(&reply, 413, "text/plain", "the body is larger than the sandbox takes");
	else
		http->handler(http->userdata, &request, &reply);
	return send_reply(http, connection, &reply);
}

static struct sockaddr_in loopback_address(const char *host) {
	struct sockaddr_in address = { .sin_family = AF_INET };
	int ok = inet_pton(AF_INET, host, &address.sin_addr);
	BG_ASSERT(ok == 1 && ntohl(address.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET);
	return address;
}

bool sim_http_start(SimHttpHandler handler, void *userdata, SimHttp **ret_http, Error *err) {
	return sim_http_start_on("127.0.0.1", handler, userdata, ret_http, err);
}

bool sim_http_start_on(const char *host, SimHttpHandler handler, void *userdata, SimHttp **ret_http, Error *err) {
	AUTO(SimHttp) *http = bg_calloc(1, sizeof(*http));
	http->stop_fd = -1;
	if (!mhd_library_get(&http->mhd, err))
		return false;
	http->handler = handler;
	http->userdata = userdata;
	http->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (http->stop_fd < 0)
		return error_errno(err, errno, "cannot make an event descriptor");
	struct sockaddr_in address = loopback_address(host);
	http->daemon = http->mhd->start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL, 0,
		NULL, NULL, on_request, http,
		MHD_OPTION_SOCK_ADDR, (struct sockaddr *) &address,
		MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, NULL,
		MHD_OPTION_URI_LOG_CALLBACK, begin_exchange, NULL,
		MHD_OPTION_NOTIFY_COMPLETED, end_exchange, NULL,
		MHD_OPTION_CONNECTION_LIMIT, (unsigned) MAX_CONNECTIONS,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned) IDLE_SECONDS,
		MHD_OPTION_END);
	if (!http->daemon) {
		(void) error_errno(err, errno, "cannot listen on %s", host);
		return error_hint(err, "see whether this machine has a loopback interface and free ports");
	}
	const union MHD_DaemonInfo *info = http->mhd->get_daemon_info(http->daemon, MHD_DAEMON_INFO_BIND_PORT);
	http->port = info ? info->port : 0;
	*ret_http = TAKE(http);
	return true;
}

unsigned sim_http_port(const SimHttp *http) {
	return http->port;
}

SimHttp *sim_http_stop(SimHttp *http) {
	if (!http)
		return NULL;
	uint64_t one = 1;
	if (http->stop_fd >= 0)
		(void) !write(http->stop_fd, &one, sizeof(one));   /* cannot fail: the counter is far from full */
	if (http->daemon)
		http->mhd->stop_daemon(http->daemon);
	bg_close_fd(&http->stop_fd);
	free(http);
	return NULL;
}
