/* api.h: an HTTP service behind a provider, for the length of one Call: its address, its credentials, and the errors that every such
 * service can answer with. A provider adds how its own error texts are found in a body. */
#pragma once
#include "core/providers/provider.h"
#include "core/transport/http.h"

/* Appends what the other side said, in its words; nothing when the body says nothing. */
typedef void ApiExplain(const HttpResponse *response, Buf *said);

#define API_SECRETS_MAX 8

typedef struct Api {
	const Call *call;
	const char *service;          /* "Concourse", for errors */
	char *url;                    /* without a slash at its end */
	const char *secret_header;    /* NULL with sigv4 or without credentials */
	bool secret_is_whole;         /* an "Authorization" that is sent as it stands */
	bool url_is_secret;           /* `url` is the credential (a webhook): paths are "", and only its host is ever told */
	Secret *secret;               /* owned */
	HttpSecret more[API_SECRETS_MAX];   /* further ones; owned */
	size_t more_count;
	char *secret_place;           /* "environment variable FASTLY_API_TOKEN": what may be shown; owned */
	ApiExplain *explain;          /* NULL: the first line of a plain text */
	HttpClient *client;
	bool by_name;                 /* some request asked DNS */
	int64_t clock_difference_ms;  /* of the last answer: the other side's clock minus ours */
	WallTime now;                 /* the other side's time of the last answer, ours when it tells none */
} Api;

typedef struct ApiBody {
	const char *content_type;
	Str bytes;
	const HttpHeader *headers;    /* further ones, without secrets */
	size_t header_count;
} ApiBody;

/* Opens the client: `insecure` and `ca-cert` come from the system's settings unless given here. */
BG_CHECK bool api_open(Api *api, const Call *call, const char *service, const char *url, const HttpClientOptions *options, Error *err);
/* Any whole answer, whatever its status. `path` begins with a slash. `body` NULL = none. `ret` is written also on failure, and then says
 * whether anything can have arrived. */
BG_CHECK bool api_send(Api *api, const char *method, const char *path, const ApiBody *body, HttpResponse *ret, Error *err);
/* Only an answer of 2xx is one. */
BG_CHECK bool api_do(Api *api, const char *method, const char *path, const ApiBody *body, HttpResponse *ret, Error *err);
/* A GET that answers 2xx with JSON. */
BG_CHECK bool api_get(Api *api, const char *path, Json **ret_json, Error *err);
BG_CHECK bool api_json(const Api *api, const char *path, const HttpResponse *response, Json **ret_json, Error *err);
/* The other side's refusal as an Error, by its status. Always false. */
bool api_refused(const Api *api, const char *method, const char *path, const HttpResponse *response, Error *err);
/* The answer is whole, but not what the service is known to say: `why` in words. Always false. */
bool api_strange(const Api *api, const char *path, Error *err, const char *why, ...) BG_PRINTF(4, 5);
/* Fills in what a reading says about how it was had: DNS, where (`place` in words), and the clocks when they disagree. */
void api_note(const Api *api, const char *place, Reading *reading);
void api_clear(Api *api);
BG_DEFINE_CLEARP(Api, api_clear)
/* The address with `path` behind it, as it may be shown. Owned. */
char *api_address(const Api *api, const char *path);
/* A path from a format whose %s arguments are percent-encoded, each as one segment. Owned. */
char *api_path(const char *format, ...) BG_PRINTF(1, 2);
