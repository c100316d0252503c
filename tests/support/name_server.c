/* name_server.c: see name_server.h. */
#include "tests/support/name_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/str.h"
#include "tests/support/support.h"

#define MESSAGE_MAX 65535
#define TYPE_SOA 6
#define TYPE_NS 2
#define TYPE_CNAME 5
#define TYPE_A 1
#define TYPE_AAAA 28
#define FLOOD 600

struct NameServer {
	pthread_t thread;
	pthread_mutex_t lock;
	int udp, tcp, stop[2];
	char at[80];
	int port;
	const NameRow *rows;
	NameFault fault;
	int asked[2];            /* over UDP, over TCP */
};

typedef struct Message { unsigned char bytes[MESSAGE_MAX]; size_t len; } Message;

static void put(Message *message, unsigned value, size_t bytes) {
	for (size_t i = bytes; i-- && message->len < MESSAGE_MAX;)
		message->bytes[message->len++] = (unsigned char) (value >> (8 * i));
}

static void put_name(Message *message, const char *name) {
	Str rest = str_from(name), label;
	while (str_split(&rest, '.', &label)) {
		put(message, (unsigned) label.len, 1);
		for (size_t i = 0; i < label.len; i++)
			put(message, (unsigned char) label.ptr[i], 1);
	}
	put(message, 0, 1);
}

/* The name and type of the question; the length of the whole of it. */
static size_t read_question(const unsigned char *query, size_t len, char name[static 256], int *type) {
	size_t at = 12, out = 0;
	while (at < len && query[at]) {
		size_t label = query[at++];
		cr_assert(at + label < len && out + label + 2 < 256);
		for (size_t i = 0; i < label; i++)   /* upper and lower case are the same name */
			name[out + i] = (char) (query[at + i] >= 'A' && query[at + i] <= 'Z' ? query[at + i] + 32 : query[at + i]);
		out += label;
		name[out++] = '.';
		at += label;
	}
	name[out ? out - 1 : 0] = '\0';
	cr_assert(at + 5 <= len);
	*type = query[at + 1] << 8 | query[at + 2];
	return at + 5;
}

static void put_record(Message *message, const NameRow *row) {
	unsigned char address[16];
	put_name(message, row->name);
	put(message, (unsigned) row->type, 2);
	put(message, 1, 2);
	put(message, row->ttl, 4);
	size_t at = message->len;
	put(message, 0, 2);
	if (row->type == TYPE_AAAA || row->type == TYPE_A) {
		cr_assert(inet_pton(row->type == TYPE_AAAA ? AF_INET6 : AF_INET, row->value, address) == 1, "%s", row->value);
		for (size_t i = 0; i < (row->type == TYPE_AAAA ? 16u : 4u); i++)
			put(message, address[i], 1);
	} else {
		put_name(message, row->value);
		if (row->type == TYPE_SOA)
			for (int i = 0; i < 22; i++)   /* the second name's one byte, five numbers, and one more */
				put(message, 0, i < 21 ? 1 : 0);
	}
	message->bytes[at] = (unsigned char) ((message->len - at - 2) >> 8);
	message->bytes[at + 1] = (unsigned char) (message->len - at - 2);
}

static bool is_below(const char *name, const char *zone) {
	AUTO_FREE char *end = bg_asprintf(".%s", zone);
	return text_eq(name, zone) || str_ends(str_from(name), end);
}

/* Answers, the zone it lies in, and whether there is such a name at all. */
static void put_records(Message *message, const NameRow *rows, const char *name, int type) {
	unsigned answers = 0, authority = 0;
	bool known = false;
	for (const NameRow *row = rows; row && row->name; row++) {
		known = known || is_below(row->name, name);
		if (!text_eq(row->name, name) || (row->type != type && row->type != TYPE_CNAME))
			continue;
		put_record(message, row);
		answers++;
	}
	for (const NameRow *row = rows; row && row->name && !answers; row++)
		if (row->type == TYPE_SOA && is_below(name, row->name)) {
			put_record(message, row);
			authority++;
			break;
		}
	message->bytes[3] = known ? 0 : 3;
	message->bytes[7] = (unsigned char) answers;
	message->bytes[9] = (unsigned char) authority;
}

static void put_flood(Message *message, const char *name) {
	NameRow row = {name, TYPE_AAAA, "4a1::1", 60};
	for (int i = 0; i < FLOOD; i++)
		put_record(message, &row);
	message->bytes[6] = FLOOD >> 8;
	message->bytes[7] = FLOOD & 0xff;
}

static void put_bad_record(Message *message, NameFault fault) {
	message->bytes[7] = 1;
	put(message, fault == NAME_LOOP ? 0xc000 | (unsigned) message->len : 0xc00c, 2);
	put(message, TYPE_AAAA, 2);
	put(message, 1, 2);
	put(message, 60, 4);
	put(message, fault == NAME_HALF ? 400 : 16, 2);
	for (int i = 0; i < 16; i++)
		put(message, 7, 1);
}

static void spoil_flags(Message *message, NameFault fault, bool tcp) {
	bool cut = fault >= NAME_TRUNCATED && fault <= NAME_TCP_CLOSES && (!tcp || fault == NAME_ALWAYS_TRUNCATED);
	if (cut || (fault == NAME_FLOOD && !tcp))
		message->bytes[2] |= 0x02;
	if (fault == NAME_FROM_CACHE)
		message->bytes[2] &= (unsigned char) ~0x04;
	if (fault == NAME_SERVFAIL || fault == NAME_REFUSED || fault == NAME_FORMERR)
		message->bytes[3] = fault == NAME_SERVFAIL ? 2 : fault == NAME_REFUSED ? 5 : 1;
	if (fault == NAME_OTHER_ID)
		message->bytes[0] ^= 0x55;
	if (fault == NAME_OTHER_QUESTION)
		message->bytes[13] ^= 0x01;
}

static void answer(const NameServer *server, const unsigned char *query, size_t len, bool tcp, Message *message) {
	char name[256];
	int type;
	size_t question = read_question(query, len, name, &type);
	memcpy(message->bytes, query, question);
	message->len = question;
	message->bytes[2] = 0x84;              /* an answer, authoritative */
	memset(message->bytes + 6, 0, 6);
	if (server->fault == NAME_GARBAGE)
		message->len = 7;
	else if (server->fault == NAME_HALF || server->fault == NAME_LOOP)
		put_bad_record(message, server->fault);
	else if (server->fault == NAME_FLOOD && tcp)
		put_flood(message, name);
	else if (server->fault != NAME_SERVFAIL && server->fault != NAME_REFUSED && server->fault != NAME_FORMERR)
		put_records(message, server->rows, name, type);
	spoil_flags(message, server->fault, tcp);
}

/* ---- the wire ---- */

static void serve_udp(NameServer *server) {
	unsigned char query[1024];
	struct sockaddr_storage from;
	socklen_t from_len = sizeof(from);
	Message *message = bg_calloc(1, sizeof(*message));
	ssize_t got = recvfrom(server->udp, query, sizeof(query), 0, (struct sockaddr *) &from, &from_len);
	bool lost = server->fault == NAME_SILENT || (server->fault == NAME_LOSES_ONE && server->asked[0] == 0);
	server->asked[0]++;
	if (got > 12 && !lost) {
		answer(server, query, (size_t) got, false, message);
		if (server->fault == NAME_SPOOFED) {
			message->bytes[0] ^= 0x55;
			BG_IGNORE(sendto(server->udp, message->bytes, message->len, 0, (struct sockaddr *) &from, from_len));
			message->bytes[0] ^= 0x55;
		}
		BG_IGNORE(sendto(server->udp, message->bytes, message->len, 0, (struct sockaddr *) &from, from_len));   /* who is gone needs no answer */
	}
	free(message);
}

static bool read_whole(int fd, unsigned char *bytes, size_t len) {
	for (size_t have = 0; have < len;) {
		ssize_t got = read(fd, bytes + have, len - have);
		if (got <= 0)
			return false;
		have += (size_t) got;
	}
	return true;
}

static void serve_tcp(NameServer *server) {
	unsigned char query[1024], size[2];
	int fd = accept(server->tcp, NULL, NULL);
	Message *message = bg_calloc(1, sizeof(*message));
	server->asked[1]++;
	if (fd >= 0 && server->fault != NAME_TCP_CLOSES && read_whole(fd, size, 2) && (size[0] << 8 | size[1]) <= (int) sizeof(query)
		&& read_whole(fd, query, (size_t) (size[0] << 8 | size[1]))) {
		answer(server, query, (size_t) (size[0] << 8 | size[1]), true, message);
		unsigned char head[2] = {(unsigned char) (message->len >> 8), (unsigned char) message->len};
		(void) send(fd, head, 2, MSG_NOSIGNAL | MSG_MORE);
		(void) send(fd, message->bytes, server->fault == NAME_TCP_CUT ? message->len / 2 : message->len, MSG_NOSIGNAL);
	}
	if (fd >= 0)
		close(fd);
	free(message);
}

static void *run(void *userdata) {
	NameServer *server = userdata;
	for (;;) {
		struct pollfd polled[] = {{.fd = server->stop[0], .events = POLLIN}, {.fd = server->udp, .events = POLLIN}, {.fd = server->tcp, .events = POLLIN}};
		if (poll(polled, 3, -1) < 0 || polled[0].revents)
			return NULL;
		pthread_mutex_lock(&server->lock);
		if (polled[1].revents)
			serve_udp(server);
		if (polled[2].revents)
			serve_tcp(server);
		pthread_mutex_unlock(&server->lock);
	}
}

static socklen_t fill_address(const char *address, int port, struct sockaddr_storage *ret) {
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t) port)};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t) port)};
	bool is_six = inet_pton(AF_INET6, address, &six.sin6_addr) == 1;
	cr_assert(is_six || inet_pton(AF_INET, address, &four.sin_addr) == 1);
	memset(ret, 0, sizeof(*ret));
	memcpy(ret, is_six ? (void *) &six : (void *) &four, is_six ? sizeof(six) : sizeof(four));
	return is_six ? sizeof(six) : sizeof(four);
}

static int port_of(const struct sockaddr_storage *address) {
	struct sockaddr_in four;
	memcpy(&four, address, sizeof(four));   /* the port of both stands at the same place */
	return ntohs(four.sin_port);
}

/* One port for both: another one where somebody has it over UDP. */
static bool open_both(NameServer *server, const char *address) {
	struct sockaddr_storage at;
	socklen_t len = fill_address(address, 0, &at);
	server->tcp = socket(at.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	server->udp = socket(at.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	cr_assert(server->tcp >= 0 && server->udp >= 0 && bind(server->tcp, (struct sockaddr *) &at, len) == 0 && listen(server->tcp, 16) == 0);
	cr_assert(getsockname(server->tcp, (struct sockaddr *) &at, &len) == 0);
	server->port = port_of(&at);
	snprintf(server->at, sizeof(server->at), strchr(address, ':') ? "[%s]:%d" : "%s:%d", address, server->port);
	return bind(server->udp, (struct sockaddr *) &at, len) == 0;
}

NameServer *name_server_start(const char *address, const NameRow *rows, NameFault fault) {
	NameServer *server = bg_calloc(1, sizeof(*server));
	server->rows = rows;
	server->fault = fault;
	while (!open_both(server, address)) {
		close(server->tcp);
		close(server->udp);
	}
	cr_assert(pipe(server->stop) == 0);
	pthread_mutex_init(&server->lock, NULL);
	cr_assert(pthread_create(&server->thread, NULL, run, server) == 0);
	return server;
}

const char *name_server_at(const NameServer *server) { return server->at; }

int name_server_port(const NameServer *server) { return server->port; }

void name_server_rows(NameServer *server, const NameRow *rows) {
	pthread_mutex_lock(&server->lock);
	server->rows = rows;
	pthread_mutex_unlock(&server->lock);
}

void name_server_fault(NameServer *server, NameFault fault) {
	pthread_mutex_lock(&server->lock);
	server->fault = fault;
	server->asked[0] = server->asked[1] = 0;
	pthread_mutex_unlock(&server->lock);
}

int name_server_asked(NameServer *server, bool tcp) {
	pthread_mutex_lock(&server->lock);
	int asked = server->asked[tcp];
	pthread_mutex_unlock(&server->lock);
	return asked;
}

NameServer *name_server_free(NameServer *server) {
	if (!server)
		return NULL;
	cr_assert(write(server->stop[1], "x", 1) == 1);
	pthread_join(server->thread, NULL);
	const int fds[] = {server->udp, server->tcp, server->stop[0], server->stop[1]};
	for (size_t i = 0; i < BG_LENGTH(fds); i++)
		close(fds[i]);
	pthread_mutex_destroy(&server->lock);
	free(server);
	return NULL;
}
