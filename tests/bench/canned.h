/* canned.h: a small HTTP server in a process of its own, so that its work is nobody else's CPU time. It keeps connections open and knows:
 * /objects-N   a bucket of N objects, as ListObjectsV2 pages of 1,000
 * /slow/MS     a small page, MS milliseconds late
 * anything else: a small page. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

typedef struct Canned { pid_t pid; int port; char url[40]; } Canned;

/* Forks: before any thread. The server ends with the process that started it, or with canned_end(). False: it could not be started. */
bool canned_start(Canned *ret_server);
void canned_end(Canned *server);
