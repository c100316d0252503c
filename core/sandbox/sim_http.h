/* sim_http.h: one HTTP server on a free port of 127.0.0.1. Only sim_http.c calls libmicrohttpd.
 * Every connection has its own thread, so that a slow or hanging answer holds up nobody else; the handler is called from
 * those threads and does its own locking. */
#pragma once
#include "core/base/error.h"
#include "core/sandbox/sim_message.h"

typedef struct SimHttp SimHttp;
/* Fills in the reply. Called from several threads at once. */
typedef void (*SimHttpHandler)(void *userdata, const SimRequest *request, SimReply *reply);

BG_CHECK bool sim_http_start(SimHttpHandler handler, void *userdata, SimHttp **ret_http, Error *err);
/* The same on another address of this machine's loopback, "127.0.0.2": for servers that are told apart by their host. */
BG_CHECK bool sim_http_start_on(const char *host, SimHttpHandler handler, void *userdata, SimHttp **ret_http, Error *err);
unsigned sim_http_port(const SimHttp *http);
/* Ends open connections, also hanging and delayed ones, and waits for their threads. NULL ok; returns NULL. */
SimHttp *sim_http_stop(SimHttp *http);
BG_DEFINE_FREEP(SimHttp, sim_http_stop)
