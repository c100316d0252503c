/* client_internal.h: what client.c (the connection) and client_model.c (what the engine knows) share. */
#pragma once
#include "core/base/buf.h"
#include "core/engine/client.h"
#include "core/engine/paths.h"

typedef struct PendingAsk { int64_t id; ClientReply reply; void *userdata; } PendingAsk;

typedef struct ClientSeat ClientSeat;

struct Client {
	ClientModel model;
	Incident *incident;              /* model.incident, writable */
	char *incident_id;
	size_t timeline_capacity;
	char head[65];                   /* hash of the last record taken: the chain is checked here too */
	int fd;
	bool connecting;                 /* connect() is under way */
	Buf in, out;
	PendingAsk *pending;
	size_t pending_count;
	ClientSeat *seat;                /* a terminal that is lent, or about to be; NULL = none */
	int64_t next_ask;
	int64_t retry_at_ms;             /* mono; 0 = not due */
	int64_t retry_wait_ms, quick_until_ms;
	/* Starting an engine: not before, and how long after the next time; where its log ended when it was started (-1 = never was). */
	int64_t launch_at_ms, launch_wait_ms, log_from;
	int log_memory;                  /* its log, where that cannot be a file; -1 = it is one */
	int64_t welcome_at_ms;           /* mono, of the present connection */
	bool engine_failed;              /* the engine that was started has said in its log why it could not start */
	StatePaths paths;
	char *environment_path, *self, *terminal;
	bool console, start_engine;
	bool crowded;                    /* the last try found more callers at the engine's door than it can hold: one comes again */
};

#define CLIENT_QUICK_FOR_MS 1000         /* tries come quickly for so long after an engine was started or lost */
/* client_start.c: nobody listens: starts an engine when that is wanted and due, and says how things stand. */
void client_explain_nobody(Client *client, Error *why);

/* client_model.c: one frame folded into the model. False: the engine speaks nonsense, reconnect (err says). */
BG_CHECK bool client_model_frame(Client *client, const Json *frame, Error *err);
void client_model_lost(Client *client, const Error *why);      /* the connection is gone */
void client_model_clear(Client *client);
