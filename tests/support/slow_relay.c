/* slow_relay.c: see overlay_net.h. One thread, few connections; pieces wait in the order in which they came. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/moment.h"
#include "tests/support/overlay_net.h"
#include "tests/support/support.h"

#define WAYS_MAX 32
#define PIECE_SIZE 16384

typedef struct Piece { struct Piece *next; int64_t due_ms; size_t len; char bytes[PIECE_SIZE]; } Piece;
/* One direction of one connection. */
typedef struct Way { int from, to; Piece *first, **last; } Way;

struct SlowRelay {
	int listener, stop[2], to_port, delay_ms;
	pthread_t thread;
	Way ways[WAYS_MAX];
	size_t count;
};

static int connect_on(int port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t) port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (const struct sockaddr *) &address, sizeof address) != 0)
		bg_close_fd(&fd);
	return fd;
}

static void add_way(SlowRelay *relay, int from, int to)
{
	Way *way = &relay->ways[relay->count++];
	*way = (Way) { .from = from, .to = to };
	way->last = &way->first;
}

static void take_connection(SlowRelay *relay)
{
	int near = accept4(relay->listener, NULL, NULL, SOCK_CLOEXEC), far = connect_on(relay->to_port);
	if (near < 0 || far < 0 || relay->count + 2 > WAYS_MAX) {
		bg_close_fd(&near);
		bg_close_fd(&far);
		return;
	}
	add_way(relay, near, far);
	add_way(relay, far, near);
}

/* An end is a piece without bytes. */
static void take_piece(SlowRelay *relay, Way *way)
{
	Piece *piece = bg_calloc(1, sizeof *piece);
	ssize_t got = read(way->from, piece->bytes, sizeof piece->bytes);
	piece->len = got > 0 ? (size_t) got : 0;
	piece->due_ms = mono_now().ms + relay->delay_ms;
	*way->last = piece;
	way->last = &piece->next;
	if (!piece->len)
		way->from = -1;
}

static void hand_on(Way *way)
{
	while (way->first && way->first->due_ms <= mono_now().ms) {
		Piece *piece = way->first;
		for (size_t done = 0; done < piece->len;) {
			ssize_t put = send(way->to, piece->bytes + done, piece->len - done, MSG_NOSIGNAL);
			if (put <= 0)
				break;
			done += (size_t) put;
		}
		if (!piece->len)
			shutdown(way->to, SHUT_WR);
		way->first = piece->next;
		way->last = way->first ? way->last : &way->first;
		free(piece);
	}
}

static void *relay_thread(void *userdata)
{
	SlowRelay *relay = userdata;
	for (;;) {
		struct pollfd fds[WAYS_MAX + 2] = { { .fd = relay->stop[0], .events = POLLIN }, { .fd = relay->listener, .events = POLLIN } };
		int64_t now = mono_now().ms, wait = -1;
		size_t count = relay->count;
		for (size_t i = 0; i < count; i++) {
			const Way *way = &relay->ways[i];
			fds[i + 2] = (struct pollfd) { .fd = way->from, .events = POLLIN };
			int64_t left = way->first ? way->first->due_ms > now ? way->first->due_ms - now : 0 : -1;
			wait = left >= 0 && (wait < 0 || left < wait) ? left : wait;
		}
		if (poll(fds, count + 2, (int) wait) < 0 || fds[0].revents)
			return NULL;
		for (size_t i = 0; i < count; i++) {
			if (fds[i + 2].revents)
				take_piece(relay, &relay->ways[i]);
			hand_on(&relay->ways[i]);
		}
		if (fds[1].revents)
			take_connection(relay);
	}
}

SlowRelay *slow_relay_start(const char *address, int port, int to_port, int delay_ms)
{
	SlowRelay *relay = bg_calloc(1, sizeof *relay);
	relay->listener = overlay_net_silent(address, port);
	relay->to_port = to_port;
	relay->delay_ms = delay_ms;
	cr_assert(pipe(relay->stop) == 0 && pthread_create(&relay->thread, NULL, relay_thread, relay) == 0);
	return relay;
}

SlowRelay *slow_relay_free(SlowRelay *relay)
{
	if (!relay)
		return NULL;
	close(relay->stop[1]);
	pthread_join(relay->thread, NULL);
	close(relay->stop[0]);
	close(relay->listener);
	for (size_t i = 0; i < relay->count; i++) {
		while (relay->ways[i].first) {
			Piece *piece = relay->ways[i].first;
			relay->ways[i].first = piece->next;
			free(piece);
		}
		close(relay->ways[i].to);
	}
	free(relay);
	return NULL;
}
