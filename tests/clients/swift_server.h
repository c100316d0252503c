/* swift_server.h: OpenStack Swift on free loopback ports: one node, its S3 interface, which checks signatures, and its own interface,
 * by which a test makes a world without S3. One server a test program: what runs the tests starts it before the first and ends it after
 * the last, whatever became of them; should the program itself be killed, the system ends the processes. */
#pragma once
#include "core/base/moment.h"
#include "core/base/str.h"

#define SWIFT_KEY "test:tester"
#define SWIFT_SECRET "testing"
#define SWIFT_REGION "us-east-1"
#define SWIFT_PAGE 300            /* keys of one listing, fewer than are asked for */

/* From the hooks of Criterion before and after all tests. */
void swift_start(void);
void swift_stop(void);

/* "http://127.0.0.1:PORT", borrowed. Skips the test, with the reason, where there is no Swift; fails it where Swift did not start. */
const char *swift_url(void);

/* All of these by curl, over Swift's own interface. Names and keys are encoded here, except for curl's ranges: "[001-900]". */
void swift_make_bucket(const char *bucket);
void swift_put(const char *bucket, const char *key, WallTime time, Str bytes);
/* Many at once: `suffix` is a range of curl after `key`. */
void swift_put_range(const char *bucket, const char *key, const char *suffix, WallTime time, Str bytes);
char *swift_get(const char *bucket, const char *key);     /* owned */
