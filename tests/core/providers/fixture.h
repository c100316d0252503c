/* fixture.h: one provider's system against a server of the test's own, and what a worker does with an action. */
#pragma once
#include "core/providers/provider.h"
#include "tests/support/loopback.h"
#include "tests/support/support.h"

/* What the server answers to "METHOD /path": rows of a test's table. */
typedef struct FixtureRoute {
	const char *request;      /* "GET /api/x"; a "*" at its end stands for anything */
	int status;
	const char *headers;      /* "Name: value\r\n", or NULL */
	const char *body;
	LoopbackFault fault;
} FixtureRoute;

typedef struct Fixture {
	Loopback *server;
	Environment *environment;
	TempFolder folder;
	const FixtureRoute *routes;   /* ends with a NULL request; may be exchanged between calls */
	Json *args;
	Call call;
} Fixture;

/* Our wall clock stands still at 2013-05-24T12:00:41Z: servers whose Date is noon are 41 s behind it. */
#define FIXTURE_CLOCK_MS "1369396841000"
/* An environment with one system `s` of `provider` at the server's address; `more` are further lines of it, "" if none. */
void fixture_begin(Fixture *fixture, const char *provider, const char *more, const FixtureRoute *routes);
void fixture_clear(Fixture *fixture);
BG_DEFINE_CLEARP(Fixture, fixture_clear)
/* Arguments of the next call: name, value pairs, NULL-terminated. */
void fixture_args(Fixture *fixture, ...) __attribute__((sentinel));
void fixture_read(Fixture *fixture, const char *probe, Reading *ret);
bool fixture_plan(Fixture *fixture, const char *action, Plan *ret, Error *err);
bool fixture_apply(Fixture *fixture, const char *action, const Plan *plan, ActionResult *result, Error *err);
/* The plan's changes, a line each; owned. */
char *fixture_changes(const Plan *plan);
/* Every text of a value is shown nowhere: not in the reading, plan or error given. */
void assert_no_secret(const char *text, const char *secret);

/* Answers that every provider must turn into an error with what, why and a hint. */
typedef struct FixtureFault {
	const char *name;
	int status;
	const char *body;
	LoopbackFault fault;
	ErrorKind kind;
	const char *why;
} FixtureFault;
extern const FixtureFault FIXTURE_FAULTS[];   /* ends with a NULL name */
/* Puts one fault on every request. The routes live in the fixture's caller. */
void fixture_fault(Fixture *fixture, const FixtureFault *fault, FixtureRoute routes[static 2]);
