/* loopback.h: an HTTP server of one thread on a free loopback port, whose answers a test writes by hand, right or wrong.
 * It speaks just enough HTTP/1.1, one connection after another, each closed after its answer. */
#pragma once
#include "core/base/buf.h"
#include "core/base/str.h"

typedef enum LoopbackFault {
	LOOPBACK_WHOLE,       /* no fault */
	LOOPBACK_HANG,        /* reads the request and says nothing until it is freed */
	LOOPBACK_CLOSE,       /* closes without an answer */
	LOOPBACK_RESET,       /* half an answer, then a reset */
	LOOPBACK_TRUNCATE,    /* announces the whole length, sends half */
	LOOPBACK_NONSENSE,    /* sends the body only: no HTTP */
} LoopbackFault;

typedef struct LoopbackRequest {
	const char *method;
	const char *target;   /* path and query as sent */
	const char *head;     /* the whole head: request line and headers */
	const char *body;
} LoopbackRequest;

/* Given with status 200 and no body. */
typedef struct LoopbackReply {
	int status;
	Buf headers;          /* "Name: value\r\n" each */
	Buf body;
	LoopbackFault fault;
} LoopbackReply;

typedef struct Loopback Loopback;
/* Runs on the server's thread. */
typedef void (*LoopbackHandler)(void *userdata, const LoopbackRequest *request, LoopbackReply *reply);

Loopback *loopback_start(LoopbackHandler handler, void *userdata);
const char *loopback_url(const Loopback *loopback);      /* "http://127.0.0.1:PORT", borrowed */
/* All requests so far as "METHOD TARGET BODY" lines; owned. */
char *loopback_log(Loopback *loopback);
Loopback *loopback_free(Loopback *loopback);             /* stops and waits for the thread */
BG_DEFINE_FREEP(Loopback, loopback_free)
/* A port on which nothing listens: connections are refused. */
int loopback_unused_port(void);
/* The value of a header in request->head, trimmed; empty when absent. */
Str loopback_header(const LoopbackRequest *request, const char *name);
