/* bad_server.c: accept, read, ask the row, answer badly. */
#include "bad_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/moment.h"
#include "tests/support/support.h"

#define TRICKLE_MS 200      /* longer than any deadline that a test waits for */
#define FILLERS 4
#define ENDLESS_BYTES (80u * 1024 * 1024)   /* more than any limit, in case one is missing */

struct BadServer {
	BadPlan plan;
	pthread_t thread;
	pthread_mutex_t lock;
	Buf heads;
	size_t requests;
	int listener, port, stop_read, stop_write;
	int fillers[FILLERS];
	char url[40];
};

/* One connection, plain or under TLS. */
typedef struct Line { BadServer *server; int fd; SSL *tls; } Line;

/* False when the test is over, or when the other side went away and nothing is left to be read. */
static bool wait_for(const Line *line, short events, int wait_ms) {
	struct pollfd fds[] = {{line->fd, events, 0}, {line->server->stop_read, POLLIN, 0}};
	if (line->tls && (events & POLLIN) && SSL_pending(line->tls))
		return true;
	int ready = poll(fds, 2, wait_ms);
	return ready >= 0 && !fds[1].revents && (ready == 0 || !(fds[0].revents & (POLLERR | POLLHUP)));
}

static ssize_t take(const Line *line, char *bytes, size_t size) {
	if (!wait_for(line, POLLIN, -1))
		return 0;
	return line->tls ? SSL_read(line->tls, bytes, (int) size) : read(line->fd, bytes, size);
}

static bool give(const Line *line, const char *bytes, size_t len) {
	while (len) {
		size_t piece = len < 65536 ? len : 65536;
		ssize_t sent = line->tls ? SSL_write(line->tls, bytes, (int) piece) : send(line->fd, bytes, piece, MSG_NOSIGNAL);
		if (sent <= 0)
			return false;
		bytes += sent;
		len -= (size_t) sent;
	}
	return true;
}

static void reset(const Line *line) {
	struct linger linger = {1, 0};
	setsockopt(line->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

/* Until the other side gives up, or the test is over. */
static void sit(const Line *line) { (void) wait_for(line, POLLRDHUP, -1); }

static void trickle(const Line *line, const Buf *bytes, size_t at) {
	for (; at < bytes->len && give(line, bytes->data + at, 1); at++) {
		struct pollfd fds[] = {{line->fd, POLLRDHUP, 0}, {line->server->stop_read, POLLIN, 0}};
		if (poll(fds, 2, TRICKLE_MS) != 0)
			return;
	}
	sit(line);
}

/* ---- a request ---- */

Str bad_header(const BadRequest *request, const char *name) {
	Str rest = str_from(request->head), line;
	while (str_next_line(&rest, &line)) {
		ptrdiff_t colon = str_find_char(line, ':');
		if (colon > 0 && str_eq_nocase(str_slice(line, 0, (size_t) colon), str_from(name)))
			return str_trim(str_slice(line, (size_t) colon + 1, line.len));
	}
	return (Str){0};
}

static bool read_request(const Line *line, Buf *head, Buf *body) {
	char bytes[8192];
	ptrdiff_t end;
	int64_t wanted = 0;
	while ((end = str_find(buf_str(head), "\r\n\r\n")) < 0) {
		ssize_t got = take(line, bytes, sizeof(bytes));
		if (got <= 0)
			return false;
		buf_append(head, bytes, (size_t) got);
	}
	size_t head_len = (size_t) end + 4;
	buf_append(body, head->data + head_len, head->len - head_len);
	buf_truncate(head, head_len);
	BadRequest request = {.head = buf_text(head)};
	(void) str_parse_int(bad_header(&request, "Content-Length"), &wanted);   /* none: 0 */
	while ((int64_t) body->len < wanted) {
		ssize_t got = take(line, bytes, sizeof(bytes));
		if (got <= 0)
			return false;
		buf_append(body, bytes, (size_t) got);
	}
	return true;
}

/* ---- an answer ---- */

static void write_head(const BadAnswer *answer, const char *framing, Buf *out) {
	char date[WALL_TEXT_SIZE];
	buf_printf(out, "HTTP/1.1 %d Status\r\nConnection: close\r\nDate: %s\r\n%s%s\r\n", answer->status,
		wall_format_http((WallTime){wall_now().ms + answer->clock_ms}, date), buf_text(&answer->headers), framing);
}

static void give_endless(const Line *line, Buf *out, bool in_head) {
	AUTO_CLEAR(Buf) block = {0};
	if (in_head)
		buf_truncate(out, out->len - 2);   /* the blank line */
	for (int i = 0; i < 1024; i++)
		buf_printf(&block, in_head ? "X-More: %048d\r\n" : "%062d\r\n", i);
	bool going = give(line, out->data, out->len);
	for (size_t sent = 0; going && sent < ENDLESS_BYTES; sent += block.len)
		going = give(line, block.data, block.len);
}

static void give_answer(const Line *line, const BadAnswer *answer, BadWire wire) {
	AUTO_CLEAR(Buf) out = {0};
	AUTO_FREE char *sized = answer->status == 204 || answer->status == 304 ? bg_strdup("")
		: bg_asprintf("Content-Length: %zu\r\n", answer->body.len + (wire == WIRE_SHORT ? 17 : 0));
	bool chunked = wire == WIRE_CHUNK_NONSENSE || wire == WIRE_CHUNK_CUT;
	if (wire != WIRE_NONSENSE)
		write_head(answer, chunked ? "Transfer-Encoding: chunked\r\n" : wire == WIRE_OVERSIZED ? "" : sized, &out);
	size_t head_len = out.len;
	if (chunked)
		buf_printf(&out, "%zx\r\n", answer->body.len);
	buf_append(&out, buf_text(&answer->body), answer->body.len);
	if (wire == WIRE_CHUNK_NONSENSE)
		buf_puts(&out, "\r\nzz;\r\n");
	if (wire == WIRE_ENDLESS_HEADERS || wire == WIRE_OVERSIZED) {
		buf_truncate(&out, head_len);
		give_endless(line, &out, wire == WIRE_ENDLESS_HEADERS);
	} else if (wire == WIRE_TRICKLE_HEAD || wire == WIRE_TRICKLE_BODY) {
		size_t at = wire == WIRE_TRICKLE_HEAD ? 0 : head_len;
		if (give(line, out.data, at))
			trickle(line, &out, at);
	} else if (wire == WIRE_RESET_IN_HEAD || wire == WIRE_RESET_IN_BODY) {
		(void) give(line, out.data, wire == WIRE_RESET_IN_HEAD ? head_len / 2 : head_len + answer->body.len / 2);   /* it is reset anyway */
		reset(line);
	} else {
		(void) give(line, out.data, out.len);   /* a client that went away is the client's test */
	}
}

static void serve_request(const Line *line, bool at_fault) {
	BadServer *server = line->server;
	AUTO_CLEAR(Buf) head = {0};
	AUTO_CLEAR(Buf) body = {0};
	char method[16] = "", target[8192] = "";
	if (!read_request(line, &head, &body) || sscanf(buf_text(&head), "%15s %8191s", method, target) != 2)
		return;
	pthread_mutex_lock(&server->lock);
	buf_append(&server->heads, head.data, head.len);
	BadRequest request = {method, target, buf_text(&head), buf_text(&body), server->requests++, line->tls != NULL};
	pthread_mutex_unlock(&server->lock);
	BadAnswer answer = {.status = 200};
	server->plan.honest(server->plan.userdata, &request, &answer);
	if (at_fault && server->plan.spoil)
		server->plan.spoil(server->plan.userdata, &request, &answer);
	BadWire wire = at_fault ? server->plan.wire : WIRE_WHOLE;
	/* Before the answer: the client may come back at once. */
	if (server->plan.wire == WIRE_REFUSED && server->requests >= server->plan.from && server->listener >= 0) {
		close(server->listener);
		server->listener = -1;
	}
	if (wire == WIRE_SILENT)
		sit(line);
	else if (wire != WIRE_CLOSE)
		give_answer(line, &answer, wire);
	buf_clear(&answer.headers);
	buf_clear(&answer.body);
}

static void serve_plain_for_tls(const Line *line) {
	static const char REFUSAL[] = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
	char bytes[4096];
	if (take(line, bytes, sizeof(bytes)) > 0)
		(void) give(line, REFUSAL, sizeof(REFUSAL) - 1);
}

static void serve_connection(BadServer *server, int fd) {
	const BadPlan *plan = &server->plan;
	bool at_fault = server->requests >= plan->from;
	Line line = {server, fd, NULL};
	if (at_fault && plan->wire == WIRE_PLAIN_FOR_TLS) {
		serve_plain_for_tls(&line);
		return;
	}
	if (plan->tls || (at_fault && plan->wire == WIRE_TLS_FOR_PLAIN)) {
		line.tls = SSL_new(certificate_context(at_fault ? plan->certificate : CERTIFICATE_GOOD));
		SSL_set_fd(line.tls, fd);
	}
	if (!line.tls || SSL_accept(line.tls) == 1)
		serve_request(&line, at_fault);
	if (line.tls) {
		(void) SSL_shutdown(line.tls);
		SSL_free(line.tls);
	}
}

static void *serve(void *userdata) {
	BadServer *server = userdata;
	/* SSL_write has no MSG_NOSIGNAL. */
	sigset_t pipes;
	sigemptyset(&pipes);
	sigaddset(&pipes, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipes, NULL);
	for (;;) {
		struct pollfd fds[] = {{server->plan.wire == WIRE_FULL ? -1 : server->listener, POLLIN, 0}, {server->stop_read, POLLIN, 0}};
		if (poll(fds, 2, -1) <= 0 || fds[1].revents)
			return NULL;
		int fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		serve_connection(server, fd);
		close(fd);
	}
}

/* ---- start and end ---- */

static void listen_somewhere(BadServer *server) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	bool full = server->plan.wire == WIRE_FULL;
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(server->listener >= 0 && bind(server->listener, (struct sockaddr *) &address, size) == 0);
	cr_assert(getsockname(server->listener, (struct sockaddr *) &address, &size) == 0 && listen(server->listener, full ? 0 : 16) == 0);
	server->port = ntohs(address.sin_port);
	for (int i = 0; i < FILLERS; i++) {
		server->fillers[i] = full ? socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1;
		if (full)
			(void) connect(server->fillers[i], (struct sockaddr *) &address, size);   /* in progress, or in the queue */
	}
	if (server->plan.wire == WIRE_REFUSED && server->plan.from == 0) {
		close(server->listener);
		server->listener = -1;
	}
}

BadServer *bad_server_start(const BadPlan *plan) {
	BadServer *server = bg_calloc(1, sizeof(*server));
	int ends[2];
	server->plan = *plan;
	listen_somewhere(server);
	cr_assert(pipe2(ends, O_CLOEXEC) == 0);
	server->stop_read = ends[0];
	server->stop_write = ends[1];
	snprintf(server->url, sizeof(server->url), "http%s://127.0.0.1:%d", plan->tls || plan->wire == WIRE_PLAIN_FOR_TLS ? "s" : "", server->port);
	pthread_mutex_init(&server->lock, NULL);
	cr_assert(pthread_create(&server->thread, NULL, serve, server) == 0);
	return server;
}

const char *bad_server_url(const BadServer *server) { return server->url; }

int bad_server_port(const BadServer *server) { return server->port; }

size_t bad_server_requests(BadServer *server) {
	pthread_mutex_lock(&server->lock);
	size_t requests = server->requests;
	pthread_mutex_unlock(&server->lock);
	return requests;
}

char *bad_server_heads(BadServer *server) {
	pthread_mutex_lock(&server->lock);
	char *text = bg_strdup(buf_text(&server->heads));
	pthread_mutex_unlock(&server->lock);
	return text;
}

BadServer *bad_server_free(BadServer *server) {
	if (!server)
		return NULL;
	cr_assert(write(server->stop_write, "x", 1) == 1);
	pthread_join(server->thread, NULL);
	pthread_mutex_destroy(&server->lock);
	if (server->listener >= 0)
		close(server->listener);
	for (int i = 0; i < FILLERS; i++)
		if (server->fillers[i] >= 0)
			close(server->fillers[i]);
	close(server->stop_read);
	close(server->stop_write);
	buf_clear(&server->heads);
	free(server);
	return NULL;
}
