/* bad_server.h: an HTTP server of one thread on a free loopback port that answers as it should up to a request, and from then on is at
 * fault: on the wire, in its TLS, or in what it says. One connection after another, each closed after its answer. */
#pragma once
#include "certificates.h"
#include "core/base/buf.h"
#include "core/base/str.h"

typedef enum BadWire {
	WIRE_WHOLE,             /* no fault */
	WIRE_REFUSED,           /* nothing listens any more */
	WIRE_FULL,              /* the queue of connections is full: packets are dropped (from the first request on only) */
	WIRE_SILENT,            /* takes the request and says nothing */
	WIRE_CLOSE,             /* closes without an answer */
	WIRE_RESET_IN_HEAD,     /* part of the header, then a reset */
	WIRE_RESET_IN_BODY,     /* the header and part of the body, then a reset */
	WIRE_TRICKLE_HEAD,      /* one byte now and then, of the header */
	WIRE_TRICKLE_BODY,      /* the header, then one byte of the body now and then */
	WIRE_SHORT,             /* Content-Length is longer than the body */
	WIRE_CHUNK_NONSENSE,    /* a chunk whose size is none */
	WIRE_CHUNK_CUT,         /* chunks without an end */
	WIRE_ENDLESS_HEADERS,   /* more header than anybody needs */
	WIRE_OVERSIZED,         /* a body without an end */
	WIRE_NONSENSE,          /* the body only: no HTTP */
	WIRE_PLAIN_FOR_TLS,     /* https is asked, http is spoken */
	WIRE_TLS_FOR_PLAIN,     /* http is asked, https is spoken */
} BadWire;

typedef struct BadRequest {
	const char *method, *target, *head, *body;
	size_t number;          /* 0 = the first */
	bool tls;
} BadRequest;

/* Given with status 200, a Date of now and no body. */
typedef struct BadAnswer {
	int status;
	Buf headers;            /* "Name: value\r\n" each */
	Buf body;
	int64_t clock_ms;       /* how far the Date is off */
} BadAnswer;

typedef void BadHonest(void *userdata, const BadRequest *request, BadAnswer *answer);
typedef void BadSpoil(void *userdata, const BadRequest *request, BadAnswer *answer);

/* Borrowed until the server is freed. */
typedef struct BadPlan {
	bool tls;                    /* it speaks TLS, with a good certificate */
	size_t from;                 /* the first request that is at fault; SIZE_MAX = none */
	BadWire wire;
	CertificateKind certificate; /* from then on */
	BadHonest *honest;
	BadSpoil *spoil;             /* changes the honest answer from then on; NULL = not */
	void *userdata;              /* of both */
} BadPlan;

typedef struct BadServer BadServer;
BadServer *bad_server_start(const BadPlan *plan);
const char *bad_server_url(const BadServer *server);    /* "http://127.0.0.1:PORT" or https; borrowed */
int bad_server_port(const BadServer *server);
size_t bad_server_requests(BadServer *server);
/* The heads of all requests so far; owned. */
char *bad_server_heads(BadServer *server);
BadServer *bad_server_free(BadServer *server);
BG_DEFINE_FREEP(BadServer, bad_server_free)
/* The value of a header in request->head, trimmed; empty when absent. */
Str bad_header(const BadRequest *request, const char *name);
