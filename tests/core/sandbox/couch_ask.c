/* couch_ask.c: see couch_ask.h. */
#include "couch_ask.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"

void couch_reply_clear(CouchReply *reply) {
	free(reply->body);
	json_free(reply->json);
	sim_fields_clear(&reply->headers);
	*reply = (CouchReply){0};
}

SimCouch *couch_begin(void) {
	static const char *const HOSTS[] = {"127.0.0.1", "127.0.0.2", "127.0.0.3"};
	SimCouch *couch = sim_couch_new(COUCH_TEST_PASSWORD);
	for (size_t i = 0; i < BG_LENGTH(HOSTS); i++)
		sim_couch_set_place(couch, i, HOSTS[i], 5984);
	return couch;
}

void couch_send_to(SimCouch *couch, const CouchSent *sent, CouchReply *ret) {
	AUTO_CLEAR(SimRequest) request = {0};
	AUTO_CLEAR(SimReply) reply = {0};
	AUTO_CLEAR(Buf) login = {0};
	const char *who = sent->login ? sent->login : SIM_COUCH_USER ":" COUCH_TEST_PASSWORD;
	sim_request_init(&request, sent->method, sent->target);
	buf_puts(&login, "Basic ");
	base64_encode(who, strlen(who), &login);
	if (*who)
		sim_fields_add(&request.headers, "Authorization", buf_text(&login));
	if (sent->body)
		sim_fields_add(&request.headers, "Content-Type", sent->type ? sent->type : "application/json");
	if (sent->header)
		sim_fields_add(&request.headers, sent->header, sent->value);
	buf_puts(&request.body, sent->body);
	couch_reply_clear(ret);
	sim_couch_handle(couch, sent->member, &request, &reply, (WallTime){1});
	*ret = (CouchReply){.status = reply.status, .body = bg_strdup(buf_text(&reply.body)), .ending = reply.ending, .headers = reply.headers};
	reply.headers = (SimFields){0};
	if (!json_parse(str_trim(str_from(ret->body)), &ret->json, NULL))
		ret->json = NULL;
}

char *couch_said(SimCouch *couch, const char *method, const char *target, const char *body, int *ret_status) {
	AUTO_CLEAR(CouchReply) reply = {0};
	couch_send_to(couch, &(CouchSent){.method = method, .target = target, .body = body}, &reply);
	if (ret_status)
		*ret_status = reply.status;
	return bg_strdup(reply.body);
}
