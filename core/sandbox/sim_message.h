/* sim_message.h: a request as it came in and the reply that is being made, for all simulated systems, with the decoding
 * that servers do: percent encoding, queries and forms. Written for the servers alone: the console's own clients have
 * their own code, so that one misreading of a protocol cannot hide on both sides. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/base/moment.h"
#include "core/base/str.h"

#define SIM_MAX_BODY_BYTES (8 * 1024 * 1024)
#define SIM_MAX_PARAMS 8

typedef struct SimField { char *name, *value; } SimField;
typedef struct SimFields { SimField *items; size_t count, capacity; } SimFields;

typedef struct SimRequest {
	char *method;
	char *path;          /* as sent, still encoded, without the query */
	char *query;         /* as sent, without "?"; "" if none */
	SimFields headers;
	SimFields args;      /* the query, decoded */
	Buf body;
} SimRequest;

typedef enum SimEnding {
	SIM_ENDING_WHOLE,
	SIM_ENDING_TRUNCATED,   /* the length of the whole is announced, half is sent */
	SIM_ENDING_RESET,       /* the connection is dropped without an answer */
	SIM_ENDING_HANG,        /* nothing is answered until the client gives up */
} SimEnding;

typedef struct SimReply {
	int status;
	SimFields headers;
	Buf body;
	SimEnding ending;
	int64_t delay_ms;
} SimReply;

/* One request on its way through a system. */
typedef struct SimCall {
	const SimRequest *request;
	SimReply *reply;
	WallTime now;
	char *params[SIM_MAX_PARAMS];   /* decoded path parts that the route's "*" stand for */
	size_t param_count;
} SimCall;

void sim_fields_add(SimFields *fields, const char *name, const char *value);
/* First value; names compare without case. NULL if absent. */
const char *sim_fields_get(const SimFields *fields, const char *name);
void sim_fields_clear(SimFields *fields);
BG_DEFINE_CLEARP(SimFields, sim_fields_clear)

/* Broken escapes stay as they are. */
void sim_percent_decode(Str text, bool plus_is_blank, Buf *out);
/* All but A-Z a-z 0-9 - _ . ~ (and / where kept) as %XX in upper case. */
void sim_percent_encode(Str text, bool keep_slash, Buf *out);
/* "a=1&b=%20" -> fields. A name without "=" has the value "". */
void sim_form_parse(Str text, SimFields *ret_fields);
/* Appends with & < > " made harmless, for XML and HTML. */
void sim_markup_escape(Str text, Buf *out);

/* Makes a request from the text of its target ("/path?query"). */
void sim_request_init(SimRequest *request, const char *method, const char *target);
const char *sim_request_header(const SimRequest *request, const char *name);
const char *sim_request_arg(const SimRequest *request, const char *name);
int64_t sim_request_int_arg(const SimRequest *request, const char *name, int64_t fallback);
void sim_request_clear(SimRequest *request);
BG_DEFINE_CLEARP(SimRequest, sim_request_clear)

void sim_reply_header(SimReply *reply, const char *name, const char *value);
/* Answers with a body, replacing what was there. */
void sim_reply_text(SimReply *reply, int status, const char *type, const char *text);
void sim_reply_bytes(SimReply *reply, int status, const char *type, Str bytes);
/* Takes `json`. */
void sim_reply_json_take(SimReply *reply, int status, Json *json);
void sim_reply_empty(SimReply *reply, int status);
void sim_reply_clear(SimReply *reply);
BG_DEFINE_CLEARP(SimReply, sim_reply_clear)

void sim_call_clear_params(SimCall *call);
