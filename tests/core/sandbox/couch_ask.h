/* couch_ask.h: requests to a simulated CouchDB without a server between. */
#pragma once
#include "core/sandbox/sim_couch.h"
#include "tests/support/support.h"

#define COUCH_TEST_PASSWORD "practice-pass"

typedef struct CouchReply { int status; char *body; Json *json; SimFields headers; SimEnding ending; } CouchReply;
void couch_reply_clear(CouchReply *reply);
BG_DEFINE_CLEARP(CouchReply, couch_reply_clear)

/* Three members at 127.0.0.1, .2 and .3, port 5984, that know nothing. */
SimCouch *couch_begin(void);
/* `login`: NULL = the admin, "" = nobody, else "name:password"; `type`: NULL = application/json. */
typedef struct CouchSent { size_t member; const char *method, *target, *body, *login, *type, *header, *value; } CouchSent;
void couch_send_to(SimCouch *couch, const CouchSent *sent, CouchReply *ret);
/* As the admin, to the first member; the answer's body. Owned. */
char *couch_said(SimCouch *couch, const char *method, const char *target, const char *body, int *ret_status);
