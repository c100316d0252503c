/* ground.h: a sandbox in the test's own process, and asking its systems over HTTP with credentials that are good, bad or not there. */
#pragma once
#include "core/base/json.h"
#include "core/sandbox/sandbox.h"
#include "core/transport/http.h"
#include "tests/support/support.h"

#define GROUND_WAIT_MS 20000   /* only ever reached by a failing test */

typedef struct Ground {
	Sandbox *sandbox;
	HttpClient *client;
	Secret *concourse_token, *fastly_key, *s3_secret;
	char *s3_key_id;
	/* The last answer. */
	HttpResponse answer;
	Json *json;              /* its body; NULL when that is not JSON */
} Ground;

/* `options` NULL: the first scenario, builds that take a millisecond. */
void ground_begin(Ground *ground, const SandboxOptions *options);
void ground_clear(Ground *ground);
BG_DEFINE_CLEARP(Ground, ground_clear)

typedef struct GroundCall {
	const char *token;            /* NULL: the good one; "": none */
	const char *type, *body;      /* NULL body: none; NULL type with a body: a form */
	const char *header_name, *header_value;
} GroundCall;

/* The status; what else came is in ground->answer and ground->json. `call` NULL: good credentials, no body. Signed when `system` is s3. */
int ground_ask(Ground *ground, const char *system, const char *method, const char *target, const GroundCall *call);
const char *ground_body(const Ground *ground);
/* "jobs/0/name" of the last answer as text; numbers and booleans as JSON writes them; "-" when it is not there. Borrowed until the next. */
const char *ground_field(Ground *ground, const char *path);
/* Fails the test with the answer when it is not `status`. */
#define ground_expect(ground, expected, ...) do { \
		int status_ = ground_ask((ground), __VA_ARGS__); \
		cr_assert_eq(status_, (expected), "%s: status %d, expected %d: %s", #__VA_ARGS__, status_, (expected), ground_body(ground)); \
	} while (0)
#define ground_expect_field(ground, path, expected) \
	cr_expect_str_eq(ground_field((ground), (path)), (expected), "%s: %s", (path), ground_body(ground))
