/* connection.h: one client of the engine on its socket. Who it is comes from the kernel (peer credentials) or from a key that
 * signed a challenge (badge.h), never from what it says.
 * Nothing that a client does costs the others: it is served a few messages at a time, not served while it does not read, and dropped with a
 * word why when it breaks a rule. Output to a client that does not read is bounded: such a client is dropped and can come back for what it missed. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>
#include "core/base/json.h"
#include "core/base/str.h"

#define CONNECTION_QUEUE_MAX (64u * 1024 * 1024)        /* of one client: the whole record of a long incident at once */
#define CONNECTION_QUEUES_MAX (128u * 1024 * 1024)      /* of all together: then the one that took nothing for longest is dropped */
#define CONNECTION_HALF_FRAME_MS 10000                  /* a message that was begun must have ended by then */

typedef struct Connection Connection;
typedef struct ConnectionOwner {
	/* A whole frame came. Returning false refuses the connection with `err`. */
	bool (*frame)(void *userdata, Connection *connection, const Json *frame, Error *err);
	void (*closed)(void *userdata, Connection *connection);   /* its last word; memory goes afterwards */
	void *userdata;
} ConnectionOwner;

struct Connection {
	Connection *next;                /* in the server's list */
	uv_pipe_t pipe;
	uv_idle_t more;                  /* frames that wait for the next turn of the loop */
	int handles;
	bool paused;                     /* not read from until it has read */
	Buf in;
	ConnectionOwner owner;
	unsigned uid;
	unsigned *groups;                /* of the peer, from the kernel; group_count of them */
	size_t group_count;
	char *who, *how;                 /* filled by the server from the uid */
	StrList roles;
	bool welcome, console, observer, closing;
	int64_t seat;                    /* its number, of one that only lends its terminal (seat.h); 0 = it is none */
	int64_t since_ms;                /* mono */
	int64_t half_since_ms;           /* mono; the first byte of a message that is not whole came then; 0 = there is none */
	int64_t took_ms;                 /* mono; when it last took some of what is queued for it */
	char *challenge;                 /* what a badge has to sign; NULL = none was asked for */
	int64_t challenge_ms, badge_until_ms;   /* mono; 0 = no badge: the login acts */
	char *terminal;                  /* as the client names it: shown only */
};

/* Accepts from a listening pipe; NULL when that failed. */
Connection *connection_accept(uv_loop_t *loop, uv_stream_t *server, const ConnectionOwner *owner);
/* From now on it acts as `who`, which is known by `how`. Takes an earlier badge off. */
void connection_become(Connection *connection, const char *who, const char *how, const StrList *roles);
void connection_send(Connection *connection, const Json *frame);
/* The same frame for many: written once as text. */
void connection_send_text(Connection *connection, Str json_text);
/* Bytes that wait until it reads. */
size_t connection_queued(const Connection *connection);
void connection_close(Connection *connection);
/* Closes after a last frame, if the other side takes it at once: nobody waits for who is refused. */
void connection_close_with(Connection *connection, const Json *frame);
/* The same with {"t":"refused","error":{..}}. */
void connection_refuse(Connection *connection, const Error *why);
