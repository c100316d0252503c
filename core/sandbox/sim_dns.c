/* sim_dns.c: see sim_dns.h. One thread for all sockets; each server has one port for UDP and TCP. */
#include "core/sandbox/sim_dns.h"
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include "core/base/alloc.h"
#include "core/base/file.h"

#define PORT_TRIES 20
#define MESSAGE_MAX 65535
#define CONNECTIONS_MAX 16

static const char *const HOSTS[SIM_ZONE_SERVERS] = { "127.0.0.1", "127.0.0.2" };

typedef struct Connection { int fd; size_t server; Buf in; } Connection;

struct SimDns {
	const SimZone *zone;
	pthread_mutex_t *lock;
	struct { int udp, tcp; unsigned port; } servers[SIM_ZONE_SERVERS];
	Connection connections[CONNECTIONS_MAX];
	size_t count;
	pthread_t thread;
	bool threaded;
	int wake;
};

/* ---- sockets ---- */

static int bound(const char *host, int type, unsigned port) {
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t) port) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (inet_pton(AF_INET, host, &address.sin_addr) == 1 && fd >= 0 && bind(fd, (struct sockaddr *) &address, sizeof(address)) == 0)
		return fd;
	bg_close_fd(&fd);
	return -1;
}

static unsigned port_of(int fd) {
	struct sockaddr_in address;
	socklen_t len = sizeof(address);
	return getsockname(fd, (struct sockaddr *) &address, &len) == 0 ? ntohs(address.sin_port) : 0;
}

/* A port that is free for both. */
static bool open_server(SimDns *dns, size_t server, Error *err) {
	int *udp = &dns->servers[server].udp, *tcp = &dns->servers[server].tcp;
	for (int i = 0; i < PORT_TRIES; i++) {
		*tcp = bound(HOSTS[server], SOCK_STREAM, 0);
		unsigned port = dns->servers[server].port = *tcp >= 0 ? port_of(*tcp) : 0;
		*udp = port ? bound(HOSTS[server], SOCK_DGRAM, port) : -1;
		if (*udp >= 0 && listen(*tcp, CONNECTIONS_MAX) == 0)
			return true;
		bg_close_fd(udp);
		bg_close_fd(tcp);
	}
	return error_errno(err, errno, "cannot find a free port for a name server at %s", HOSTS[server]);
}

/* ---- answering ---- */

static bool answer(const SimDns *dns, size_t server, Str message, bool by_udp, Buf *out) {
	pthread_mutex_lock(dns->lock);
	bool told = sim_dns_answer(dns->zone, server, message, by_udp, out);
	pthread_mutex_unlock(dns->lock);
	return told;
}

static void serve_udp(SimDns *dns, size_t server) {
	char bytes[MESSAGE_MAX];
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	for (ssize_t got; (got = recvfrom(dns->servers[server].udp, bytes, sizeof(bytes), 0, (struct sockaddr *) &from, &len)) >= 0; len = sizeof(from)) {
		AUTO_CLEAR(Buf) out = {0};
		if (answer(dns, server, (Str) { bytes, (size_t) got }, true, &out))
			(void) sendto(dns->servers[server].udp, out.data, out.len, 0, (struct sockaddr *) &from, len);   /* who asked has gone, or asks again */
	}
}

static void end_connection(SimDns *dns, size_t index) {
	bg_close_fd(&dns->connections[index].fd);
	buf_clear(&dns->connections[index].in);
	dns->connections[index] = dns->connections[--dns->count];
}

static void serve_listener(SimDns *dns, size_t server) {
	for (int fd; (fd = accept4(dns->servers[server].tcp, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0;) {
		if (dns->count == CONNECTIONS_MAX)
			end_connection(dns, 0);   /* the oldest, more or less */
		dns->connections[dns->count++] = (Connection) { .fd = fd, .server = server };
	}
}

/* Each message has its length before it. False: the connection is over. */
static bool answer_whole(SimDns *dns, Connection *connection) {
	const unsigned char *in = (const unsigned char *) connection->in.data;
	while (connection->in.len >= 2) {
		size_t len = (size_t) in[0] << 8 | in[1];
		AUTO_CLEAR(Buf) out = {0};
		if (connection->in.len < 2 + len)
			return true;
		buf_append(&out, "\0\0", 2);
		if (!answer(dns, connection->server, str_slice(buf_str(&connection->in), 2, len), false, &out) || out.len - 2 > MESSAGE_MAX)
			return false;
		out.data[0] = (char) ((out.len - 2) >> 8);
		out.data[1] = (char) ((out.len - 2) & 0xff);
		/* Far less than a socket's buffer; who does not read loses the rest. */
		if (send(connection->fd, out.data, out.len, MSG_NOSIGNAL) != (ssize_t) out.len)
			return false;
		buf_consume(&connection->in, 2 + len);
	}
	return true;
}

static void serve_connection(SimDns *dns, size_t index) {
	Connection *connection = &dns->connections[index];
	char bytes[4096];
	ssize_t got = recv(connection->fd, bytes, sizeof(bytes), 0);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got > 0)
		buf_append(&connection->in, bytes, (size_t) got);
	if (got <= 0 || connection->in.len > MESSAGE_MAX + 2 || !answer_whole(dns, connection))
		end_connection(dns, index);
}

static void *serve(void *userdata) {
	SimDns *dns = userdata;
	for (;;) {
		struct pollfd polled[1 + 2 * SIM_ZONE_SERVERS + CONNECTIONS_MAX];
		nfds_t count = 0;
		polled[count++] = (struct pollfd) { .fd = dns->wake, .events = POLLIN };
		for (size_t i = 0; i < SIM_ZONE_SERVERS; i++) {
			polled[count++] = (struct pollfd) { .fd = dns->servers[i].udp, .events = POLLIN };
			polled[count++] = (struct pollfd) { .fd = dns->servers[i].tcp, .events = POLLIN };
		}
		for (size_t i = 0; i < dns->count; i++)
			polled[count++] = (struct pollfd) { .fd = dns->connections[i].fd, .events = POLLIN };
		(void) poll(polled, count, -1);
		if (polled[0].revents)
			return NULL;
		for (size_t i = dns->count; i-- > 0;)
			if (polled[1 + 2 * SIM_ZONE_SERVERS + i].revents)
				serve_connection(dns, i);
		for (size_t i = 0; i < SIM_ZONE_SERVERS; i++) {
			serve_udp(dns, i);
			serve_listener(dns, i);
		}
	}
}

/* ---- start and end ---- */

bool sim_dns_start(const SimZone *zone, pthread_mutex_t *lock, SimDns **ret_dns, Error *err) {
	AUTO(SimDns) *dns = bg_calloc(1, sizeof(*dns));
	*dns = (SimDns) { .zone = zone, .lock = lock, .wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK) };
	for (size_t i = 0; i < SIM_ZONE_SERVERS; i++)
		dns->servers[i].udp = dns->servers[i].tcp = -1;
	for (size_t i = 0; i < SIM_ZONE_SERVERS; i++)
		if (!open_server(dns, i, err))
			return false;
	int status = dns->wake < 0 ? errno : pthread_create(&dns->thread, NULL, serve, dns);
	dns->threaded = status == 0;
	if (!dns->threaded)
		return error_errno(err, status, "cannot start the name servers");
	*ret_dns = TAKE(dns);
	return true;
}

SimDns *sim_dns_stop(SimDns *dns) {
	uint64_t one = 1;
	if (!dns)
		return NULL;
	if (dns->threaded) {
		(void) !write(dns->wake, &one, sizeof(one));   /* cannot fail: it is the first */
		pthread_join(dns->thread, NULL);
	}
	while (dns->count)
		end_connection(dns, 0);
	for (size_t i = 0; i < SIM_ZONE_SERVERS; i++) {
		bg_close_fd(&dns->servers[i].udp);
		bg_close_fd(&dns->servers[i].tcp);
	}
	bg_close_fd(&dns->wake);
	free(dns);
	return NULL;
}

char *sim_dns_address(const SimDns *dns, size_t server) { return bg_asprintf("%s:%u", HOSTS[server], dns->servers[server].port); }
