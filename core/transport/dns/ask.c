/* ask.c: every question on its way at once, in one poll loop. Over UDP it is sent up to three times; an answer that was cut off is asked for over TCP. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/transport/dns/dns.h"

#define POLL_SLICE_MS 200         /* a person's cancel is noticed within it */
#define TCP_MAX 65535
#define SENDS_MAX 3
static const int64_t SEND_AGAIN_MS[SENDS_MAX] = {700, 1500, INT64_MAX / 2};

typedef enum Phase { PHASE_UDP, PHASE_TCP_SEND, PHASE_TCP_READ, PHASE_DONE } Phase;

typedef struct Exchange {
	DnsAsk *ask;
	Phase phase;
	int fd, sends;
	uint16_t id;
	int64_t begun_ms;
	bool strange;                  /* something came that answers nothing */
	unsigned char query[DNS_QUERY_MAX];
	size_t query_len, sent;
	unsigned char *in;             /* TCP: length and message */
	size_t in_len;
} Exchange;

void dns_asks_clear(DnsAsk *asks, size_t count) {
	for (size_t i = 0; i < count; i++)
		dns_answer_clear(&asks[i].answer);
}

static void close_socket(Exchange *exchange) {
	if (exchange->fd >= 0)
		close(exchange->fd);
	exchange->fd = -1;
}

static void end(Exchange *exchange) {
	close_socket(exchange);
	free(exchange->in);
	exchange->in = NULL;
	exchange->phase = PHASE_DONE;
}

static void fail(Exchange *exchange, ErrorKind kind, const char *why) {
	DnsAsk *ask = exchange->ask;
	AUTO_FREE char *place = dns_server_text(&ask->server);
	if (why)
		error_set(&ask->problem, kind, "%s", why);
	error_where(&ask->problem, "name server %s", place);
	error_hint(&ask->problem, "look whether it runs and is reached from here: dig @%s %.80s", ask->server.address, ask->name);
	end(exchange);
}

static void fail_errno(Exchange *exchange, int code) {
	fail(exchange, code == ETIMEDOUT ? ERROR_TIMEOUT : ERROR_IO, code == ECONNREFUSED ? "connection refused" : code == ENETUNREACH || code == EHOSTUNREACH
		? "no route to it" : code == ECONNRESET || code == EPIPE ? "the connection broke off" : code == ETIMEDOUT ? "no answer in time" : "cannot be asked: no socket");
}

/* ---- sockets ---- */

static socklen_t address_of(const DnsServer *server, struct sockaddr_storage *ret) {
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t) server->port)};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t) server->port)};
	if (inet_pton(AF_INET6, server->address, &six.sin6_addr) == 1) {
		memcpy(ret, &six, sizeof(six));
		return sizeof(six);
	}
	if (inet_pton(AF_INET, server->address, &four.sin_addr) != 1)
		return 0;
	memcpy(ret, &four, sizeof(four));
	return sizeof(four);
}

/* Connected, so that only its server is heard, and a refusal is. */
static bool open_socket(Exchange *exchange, int type) {
	struct sockaddr_storage address = {0};
	socklen_t len = address_of(&exchange->ask->server, &address);
	close_socket(exchange);
	exchange->fd = len ? socket(address.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0) : -1;
	if (exchange->fd >= 0 && (connect(exchange->fd, (const struct sockaddr *) &address, len) == 0 || errno == EINPROGRESS))
		return true;
	fail_errno(exchange, errno);
	return false;
}

static void send_udp(Exchange *exchange) {
	if (send(exchange->fd, exchange->query, exchange->query_len, MSG_NOSIGNAL) < 0 && errno != EAGAIN)
		fail_errno(exchange, errno);
	exchange->sends++;
}

static void begin(Exchange *exchange, DnsAsk *ask) {
	unsigned char noise[2];
	random_bytes(noise, sizeof(noise));
	*exchange = (Exchange){.ask = ask, .fd = -1, .id = (uint16_t) (noise[0] << 8 | noise[1]), .begun_ms = mono_now().ms};
	ask->answered = false;
	exchange->query_len = dns_query_write(exchange->id, ask->name, ask->type, ask->recurse, exchange->query);
	if (!exchange->query_len)
		fail(exchange, ERROR_INVALID, "the name is none that DNS takes");
	else if (open_socket(exchange, SOCK_DGRAM))
		send_udp(exchange);
}

static void begin_tcp(Exchange *exchange) {
	if (!open_socket(exchange, SOCK_STREAM))
		return;
	exchange->phase = PHASE_TCP_SEND;
	exchange->ask->by_tcp = true;
	exchange->in = bg_calloc(1, TCP_MAX + 2);
}

/* ---- answers ---- */

static void take(Exchange *exchange, const unsigned char *bytes, size_t size) {
	DnsAsk *ask = exchange->ask;
	bool other = false;
	AUTO_CLEAR(DnsAnswer) answer = {0};
	if (!dns_answer_parse(bytes, size, exchange->id, ask->name, ask->type, &answer, &other, &ask->problem)) {
		/* Over UDP anybody can have sent it: the true one may come yet. */
		exchange->strange = true;
		if (!other || exchange->phase != PHASE_UDP)
			fail(exchange, ERROR_NONE, NULL);
	} else if (answer.truncated && exchange->phase == PHASE_UDP) {
		begin_tcp(exchange);
	} else if (answer.truncated) {
		fail(exchange, ERROR_PROTOCOL, "answers with half of it, also over TCP");
	} else {
		error_clear(&ask->problem);
		ask->answer = answer;
		answer = (DnsAnswer){0};
		ask->answered = true;
		end(exchange);
	}
}

static void read_udp(Exchange *exchange) {
	unsigned char bytes[TCP_MAX];
	ssize_t got = recv(exchange->fd, bytes, sizeof(bytes), 0);
	if (got >= 0)
		take(exchange, bytes, (size_t) got);
	else if (errno != EAGAIN && errno != EINTR)
		fail_errno(exchange, errno);
}

static void send_tcp(Exchange *exchange) {
	unsigned char framed[DNS_QUERY_MAX + 2] = {(unsigned char) (exchange->query_len >> 8), (unsigned char) exchange->query_len};
	memcpy(framed + 2, exchange->query, exchange->query_len);
	ssize_t put = send(exchange->fd, framed + exchange->sent, exchange->query_len + 2 - exchange->sent, MSG_NOSIGNAL);
	if (put < 0 && errno != EAGAIN && errno != EINTR)
		fail_errno(exchange, errno);
	exchange->sent += put > 0 ? (size_t) put : 0;
	if (exchange->phase == PHASE_TCP_SEND && exchange->sent == exchange->query_len + 2)
		exchange->phase = PHASE_TCP_READ;
}

static void read_tcp(Exchange *exchange) {
	size_t wanted = exchange->in_len < 2 ? 2 : (size_t) (exchange->in[0] << 8 | exchange->in[1]) + 2;
	ssize_t got = recv(exchange->fd, exchange->in + exchange->in_len, wanted - exchange->in_len, 0);
	if (got < 0 && errno != EAGAIN && errno != EINTR) {
		fail_errno(exchange, errno);
	} else if (got == 0) {
		fail(exchange, ERROR_PROTOCOL, exchange->in_len ? "the answer is cut off" : "it closed without an answer");
	} else if (got > 0) {
		exchange->in_len += (size_t) got;
		wanted = exchange->in_len < 2 ? 3 : (size_t) (exchange->in[0] << 8 | exchange->in[1]) + 2;
		if (exchange->in_len == wanted)
			take(exchange, exchange->in + 2, wanted - 2);
	}
}

/* ---- the loop ---- */

static void serve(Exchange *exchange, short events) {
	if (!events)
		return;
	if (exchange->phase == PHASE_UDP)
		read_udp(exchange);
	else if (exchange->phase == PHASE_TCP_SEND)
		send_tcp(exchange);
	else
		read_tcp(exchange);
}

/* Sends again what was lost on the way; returns in how many milliseconds something is due. */
static int64_t again(Exchange *exchange, int64_t now_ms) {
	if (exchange->phase != PHASE_UDP)
		return POLL_SLICE_MS;
	int64_t due = exchange->begun_ms + SEND_AGAIN_MS[exchange->sends - 1];
	if (due <= now_ms)
		send_udp(exchange);
	return due <= now_ms ? 0 : due - now_ms;
}

static bool turn(Exchange *exchanges, size_t count, struct pollfd *polled, int64_t left_ms) {
	int64_t wait_ms = left_ms < POLL_SLICE_MS ? left_ms : POLL_SLICE_MS, now_ms = mono_now().ms;
	bool busy = false;
	for (size_t i = 0; i < count; i++) {
		int64_t due_ms = exchanges[i].phase == PHASE_DONE ? wait_ms : again(&exchanges[i], now_ms);
		bool done = exchanges[i].phase == PHASE_DONE;
		wait_ms = due_ms < wait_ms ? due_ms : wait_ms;
		busy = busy || !done;
		polled[i] = (struct pollfd){.fd = done ? -1 : exchanges[i].fd, .events = exchanges[i].phase == PHASE_TCP_SEND ? POLLOUT : POLLIN};
	}
	if (!busy || poll(polled, count, (int) wait_ms) < 0)
		return busy;
	for (size_t i = 0; i < count; i++)
		if (polled[i].fd >= 0)
			serve(&exchanges[i], polled[i].revents);
	return true;
}

void dns_ask_all(DnsAsk *asks, size_t count, MonoTime deadline, bool (*cancelled)(void *userdata), void *userdata) {
	Exchange *exchanges = bg_calloc(count + 1, sizeof(*exchanges));
	struct pollfd *polled = bg_calloc(count + 1, sizeof(*polled));
	bool stopped = false;
	for (size_t i = 0; i < count; i++)
		begin(&exchanges[i], &asks[i]);
	for (;;) {
		int64_t left_ms = deadline.ms - mono_now().ms;
		stopped = cancelled && cancelled(userdata);
		if (left_ms <= 0 || stopped || !turn(exchanges, count, polled, left_ms))
			break;
	}
	for (size_t i = 0; i < count; i++) {
		if (exchanges[i].phase == PHASE_DONE)
			continue;
		fail(&exchanges[i], stopped ? ERROR_CANCELLED : ERROR_TIMEOUT, stopped ? "stopped before it answered"
			: exchanges[i].strange ? "no answer in time; what came was no answer to the question" : "no answer in time");
	}
	free(polled);
	free(exchanges);
}
