/* connection.h: one client of the engine on its socket. Who it is comes from the kernel (peer credentials) or from a key that
 * signed a challenge (badge.h), never from what it says.
 * Output to a client that does not read is bounded: such a client is dropped and can come back for what it missed. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>
#include "core/base/json.h"
#include "core/base/str.h"

#define CONNECTION_QUEUE_MAX (64u * 1024 * 1024)

typedef struct Connection Connection;
typedef struct ConnectionOwner {
	/* A whole frame came. Returning false closes the connection. */
	bool (*frame)(void *userdata, Connection *connection, const Json *frame);
	void (*closed)(void *userdata, Connection *connection);   /* its last word; memory goes afterwards */
	void *userdata;
} ConnectionOwner;

struct Connection {
	Connection *next;                /* in the server's list */
	uv_pipe_t pipe;
	Buf in;
	ConnectionOwner owner;
	unsigned uid;
	char *who, *how;                 /* filled by the server from the uid */
	StrList roles;
	bool welcome, console, observer, closing;
	int64_t since_ms;                /* mono */
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
void connection_close(Connection *connection);
