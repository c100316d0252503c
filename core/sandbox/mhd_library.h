/* mhd_library.h: libmicrohttpd, loaded when the first simulated server starts.
 * The console, the engine, its prober and every worker are this same program and start no server. Linked, libmicrohttpd brings GnuTLS and
 * nine more libraries along, which cost each of them 2 ms at its start. So it is not linked: the functions are looked up once, typed by
 * <microhttpd.h>. For sim_http.c only. */
#pragma once
#include <microhttpd.h>
#include "core/base/error.h"

#define MHD_LIBRARY_FUNCTIONS(X) \
	X(start_daemon) X(stop_daemon) X(get_daemon_info) X(get_connection_info) X(get_connection_values) \
	X(create_response_from_buffer) X(create_response_from_callback) X(add_response_header) X(queue_response) X(destroy_response)

typedef struct MhdLibrary {
#define MHD_MEMBER(name) __typeof__(&MHD_##name) name;
	MHD_LIBRARY_FUNCTIONS(MHD_MEMBER)
#undef MHD_MEMBER
} MhdLibrary;

/* The one instance, static; loaded by the first call from any thread. A machine without the library gives an error that says so. */
BG_CHECK bool mhd_library_get(const MhdLibrary **ret_library, Error *err);
