/* loopback.c: accept, read, ask the test, answer. */
#include "tests/support/loopback.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "tests/support/support.h"

struct Loopback {
	LoopbackHandler handler;
	void *userdata;
	pthread_t thread;
	pthread_mutex_t lock;
	Buf log;
	int listener, stop_read, stop_write;
	char url[40];
};

static int bind_loopback(int *ret_port) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert(fd >= 0 && bind(fd, (struct sockaddr *) &address, size) == 0);
	cr_assert(getsockname(fd, (struct sockaddr *) &address, &size) == 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

int loopback_unused_port(void) {
	int port;
	close(bind_loopback(&port));
	return port;
}

static bool readable(Loopback *loopback, int fd) {
	struct pollfd fds[] = {{fd, POLLIN, 0}, {loopback->stop_read, POLLIN, 0}};
	return poll(fds, 2, -1) > 0 && !fds[1].revents;
}

static size_t body_length(const char *head) {
	LoopbackRequest request = {.head = head};
	int64_t len = 0;
	return str_parse_int(loopback_header(&request, "Content-Length"), &len) ? (size_t) len : 0;
}

/* Head and body as they come. False when the other side went away. */
static bool read_request(Loopback *loopback, int fd, Buf *head, Buf *body) {
	char bytes[8192];
	ptrdiff_t end;
	while ((end = str_find(buf_str(head), "\r\n\r\n")) < 0) {
		ssize_t got = readable(loopback, fd) ? read(fd, bytes, sizeof(bytes)) : 0;
		if (got <= 0)
			return false;
		buf_append(head, bytes, (size_t) got);
	}
	size_t head_len = (size_t) end + 4;
	buf_append(body, head->data + head_len, head->len - head_len);
	buf_truncate(head, head_len);
	while (body->len < body_length(buf_text(head))) {
		ssize_t got = readable(loopback, fd) ? read(fd, bytes, sizeof(bytes)) : 0;
		if (got <= 0)
			return false;
		buf_append(body, bytes, (size_t) got);
	}
	return true;
}

static void send_bytes(int fd, const char *bytes, size_t len) {
	while (len) {
		ssize_t sent = send(fd, bytes, len, MSG_NOSIGNAL);
		if (sent <= 0)
			return;
		bytes += sent;
		len -= (size_t) sent;
	}
}

static void send_reply(Loopback *loopback, int fd, const char *method, const LoopbackReply *reply) {
	AUTO_CLEAR(Buf) out = {0};
	if (reply->fault != LOOPBACK_NONSENSE) {
		bool sized = reply->status != 204 && reply->status != 304;
		buf_printf(&out, "HTTP/1.1 %d Status\r\nConnection: close\r\n%s", reply->status, buf_text(&reply->headers));
		if (sized)
			buf_printf(&out, "Content-Length: %zu\r\n", reply->body.len);
		buf_puts(&out, "\r\n");
	}
	size_t body_len = reply->fault == LOOPBACK_TRUNCATE || reply->fault == LOOPBACK_RESET ? reply->body.len / 2 : reply->body.len;
	if (strcmp(method, "HEAD") != 0)
		buf_append(&out, buf_text(&reply->body), body_len);
	if (reply->fault == LOOPBACK_HANG) {
		(void) readable(loopback, loopback->stop_read);   /* until the test is over */
		return;
	}
	if (reply->fault != LOOPBACK_CLOSE)
		send_bytes(fd, buf_text(&out), out.len);
	if (reply->fault == LOOPBACK_RESET) {
		struct linger linger = {1, 0};
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	}
}

static void serve_one(Loopback *loopback, int fd) {
	AUTO_CLEAR(Buf) head = {0};
	AUTO_CLEAR(Buf) body = {0};
	if (!read_request(loopback, fd, &head, &body))
		return;
	char method[16] = "", target[8192] = "";
	if (sscanf(buf_text(&head), "%15s %8191s", method, target) != 2)
		return;
	pthread_mutex_lock(&loopback->lock);
	buf_printf(&loopback->log, "%s %s %s\n", method, target, buf_text(&body));
	pthread_mutex_unlock(&loopback->lock);
	LoopbackRequest request = {method, target, buf_text(&head), buf_text(&body)};
	LoopbackReply reply = {.status = 200};
	loopback->handler(loopback->userdata, &request, &reply);
	send_reply(loopback, fd, method, &reply);
	buf_clear(&reply.headers);
	buf_clear(&reply.body);
}

static void *serve(void *userdata) {
	Loopback *loopback = userdata;
	while (readable(loopback, loopback->listener)) {
		int fd = accept4(loopback->listener, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			continue;
		serve_one(loopback, fd);
		close(fd);
	}
	return NULL;
}

Loopback *loopback_start(LoopbackHandler handler, void *userdata) {
	Loopback *loopback = bg_calloc(1, sizeof(*loopback));
	int port, ends[2];
	loopback->handler = handler;
	loopback->userdata = userdata;
	loopback->listener = bind_loopback(&port);
	cr_assert(listen(loopback->listener, 16) == 0);
	cr_assert(pipe2(ends, O_CLOEXEC) == 0);
	loopback->stop_read = ends[0];
	loopback->stop_write = ends[1];
	snprintf(loopback->url, sizeof(loopback->url), "http://127.0.0.1:%d", port);
	pthread_mutex_init(&loopback->lock, NULL);
	cr_assert(pthread_create(&loopback->thread, NULL, serve, loopback) == 0);
	return loopback;
}

const char *loopback_url(const Loopback *loopback) { return loopback->url; }

char *loopback_log(Loopback *loopback) {
	pthread_mutex_lock(&loopback->lock);
	char *text = bg_strdup(buf_text(&loopback->log));
	pthread_mutex_unlock(&loopback->lock);
	return text;
}

Loopback *loopback_free(Loopback *loopback) {
	if (!loopback)
		return NULL;
	cr_assert(write(loopback->stop_write, "x", 1) == 1);
	pthread_join(loopback->thread, NULL);
	pthread_mutex_destroy(&loopback->lock);
	close(loopback->listener);
	close(loopback->stop_read);
	close(loopback->stop_write);
	buf_clear(&loopback->log);
	free(loopback);
	return NULL;
}

Str loopback_header(const LoopbackRequest *request, const char *name) {
	Str rest = str_from(request->head), line;
	while (str_next_line(&rest, &line)) {
		ptrdiff_t colon = str_find_char(line, ':');
		if (colon > 0 && str_eq_nocase(str_slice(line, 0, (size_t) colon), str_from(name)))
			return str_trim(str_slice(line, (size_t) colon + 1, line.len));
	}
	return (Str){0};
}
