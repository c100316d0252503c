/* http.h: blocking HTTP requests. An HttpClient keeps connections open between requests; it belongs to one thread.
 * A status of 400 or 500 is an answer, not an Error: the provider that knows the protocol judges it. What comes back as an Error is
 * that no whole answer was had, and its text tells name lookup, refusal, deadline, certificates, a broken-off and a too large answer apart. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/moment.h"
#include "core/base/secret.h"
#include "core/transport/sigv4.h"

#define HTTP_DEFAULT_DEADLINE_MS 30000
#define HTTP_DEFAULT_CONNECT_MS 5000
#define HTTP_DEFAULT_MAX_BODY (4u * 1024 * 1024)
#define HTTP_MAX_HEADERS 24
#define HTTP_MAX_HEADER_BYTES (64u * 1024)
#define HTTP_MAX_REDIRECTS 5

typedef struct HttpClient HttpClient;

typedef struct HttpClientOptions {
	bool insecure;            /* certificates are not checked: only where the environment file says so */
	const char *ca_cert;      /* PEM text of the only authorities to trust; NULL or "" = the system's (or CURL_CA_BUNDLE, SSL_CERT_FILE) */
} HttpClientOptions;

/* Loads libcurl the first time. `options` NULL = none. Owned result. */
BG_CHECK bool http_client_new(const HttpClientOptions *options, HttpClient **ret_client, Error *err);
HttpClient *http_client_free(HttpClient *client);
BG_DEFINE_FREEP(HttpClient, http_client_free)

typedef struct HttpHeader { const char *name, *value; } HttpHeader;

/* A credential that goes into a header of its own as it stands; `header` NULL: it is a part of another one, not sent by itself, and an answer that
 * repeats it has it crossed out all the same. */
typedef struct HttpSecret { const char *header; Secret *secret; } HttpSecret;

/* Zero-initialise and fill in. Everything is borrowed until http_request() returns. */
typedef struct HttpRequest {
	const char *method;           /* NULL = GET */
	const char *url;              /* path and query percent-encoded already */
	const HttpHeader *headers;    /* without secrets */
	size_t header_count;
	const char *content_type;     /* NULL: none is sent */
	Str body;
	/* Credentials, at most one kind. They go to the URL's own host only: a redirect elsewhere is an error, and a plain-text request
	 * that carries them does not go through a proxy. */
	const char *secret_header;    /* "Fastly-Key"; "Authorization" sends "Bearer <secret>" */
	const Secret *secret;
	bool secret_is_whole;         /* an "Authorization" that is sent as it stands, without "Bearer" */
	const HttpSecret *more;       /* further ones of the same kind */
	size_t more_count;
	const SigV4 *sigv4;
	const Secret *secret_query;   /* "sv=..&sig=..": goes behind the URL's own query when it is sent, and is shown nowhere */
	bool url_is_secret;           /* what stands behind the host is itself a credential: no error names it, no answer brings it back */
	int64_t deadline_ms;          /* the whole request; 0 = HTTP_DEFAULT_DEADLINE_MS */
	int64_t connect_ms;           /* until the connection stands; 0 = HTTP_DEFAULT_CONNECT_MS */
	size_t max_body;              /* 0 = HTTP_DEFAULT_MAX_BODY */
	bool decode;                  /* a body may come compressed (gzip); else one that does stays as it is */
	bool follow;                  /* redirects of GET and HEAD; else they are answers */
	bool (*cancelled)(void *userdata);             /* asked at least once a second; NULL = never */
	/* Gets the body of a 2xx answer piece by piece instead of response->body; false stops the request. */
	bool (*on_body)(void *userdata, Str piece);
	void *userdata;
} HttpRequest;

typedef struct HttpResponse {
	int status;
	Buf headers;                  /* "name: value" lines of the final answer: use http_header() */
	Buf body;                     /* empty with on_body, but for answers that are not 2xx */
	WallTime date;                /* the other side's clock: its Date header; unknown if it sent none */
	WallTime received;            /* our clock when the answer began */
	int64_t elapsed_ms;
	bool unsent;                  /* no whole answer, and nothing of the request can have arrived: no connection stood */
	bool by_name;                 /* the host was not a literal address: DNS was asked */
	char *final_url;              /* the address that answered, when redirects led to another one; NULL = the one that was asked */
} HttpResponse;

/* True when a whole answer was had, whatever its status. `ret` is written in both cases and the caller clears it. */
BG_CHECK bool http_request(HttpClient *client, const HttpRequest *request, HttpResponse *ret, Error *err);
/* The value of a header, trimmed; empty with ptr NULL when absent. Borrowed from the response. */
Str http_header(const HttpResponse *response, const char *name);
/* A query that is a secret, whole or only its signature ("sig", however it is encoded), becomes asterisks in `bytes`. NULL ok. */
void http_hide_query(const Secret *query, char *bytes, size_t len);
/* The other side's clock minus ours, in ms (whole seconds); false when it told none. */
bool http_clock_difference(const HttpResponse *response, int64_t *ret_ms);
void http_response_clear(HttpResponse *response);
BG_DEFINE_CLEARP(HttpResponse, http_response_clear)
