/* fixture.c: routes from a table, environments from text. */
#include "fixture.h"

#include <stdlib.h>

#include "core/base/alloc.h"

const FixtureFault FIXTURE_FAULTS[] = {
	{"hang", 200, "{}", LOOPBACK_HANG, ERROR_TIMEOUT, "no answer within"},
	{"close", 200, "{}", LOOPBACK_CLOSE, ERROR_IO, "without an answer"},
	{"truncated", 200, "{\"a\": 1, \"b\": [1, 2, 3, 4]}", LOOPBACK_TRUNCATE, ERROR_IO, "truncated"},
	{"not JSON", 200, "<html>log in</html>", LOOPBACK_WHOLE, ERROR_PROTOCOL, "not JSON"},
	{"wrong shape", 200, "\"fine\"", LOOPBACK_WHOLE, ERROR_PROTOCOL, ""},
	{"another shape", 200, "[7]", LOOPBACK_WHOLE, ERROR_PROTOCOL, ""},
	{"401", 401, "not authorized", LOOPBACK_WHOLE, ERROR_DENIED, "does not accept the token (status 401)"},
	{"403", 403, "forbidden", LOOPBACK_WHOLE, ERROR_DENIED, "status 403"},
	{"422", 422, "", LOOPBACK_WHOLE, ERROR_INVALID, "status 422"},
	{"429", 429, "slow down", LOOPBACK_WHOLE, ERROR_REMOTE, "too many requests"},
	{"500", 500, "", LOOPBACK_WHOLE, ERROR_REMOTE, "status 500"},
	{"503", 503, "<html>oops</html>", LOOPBACK_WHOLE, ERROR_REMOTE, "not available"},
	{"599", 599, "", LOOPBACK_WHOLE, ERROR_REMOTE, "status 599"},
	{NULL, 0, NULL, LOOPBACK_WHOLE, ERROR_NONE, NULL},
};

static bool route_fits(const char *pattern, const char *line) {
	size_t len = strlen(pattern);
	if (len && pattern[len - 1] == '*')
		return strncmp(pattern, line, len - 1) == 0;
	return strcmp(pattern, line) == 0;
}

static void answer(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	Fixture *fixture = userdata;
	AUTO_FREE char *line = bg_asprintf("%s %s", request->method, request->target);
	for (const FixtureRoute *route = fixture->routes; route->request; route++) {
		if (!route_fits(route->request, line))
			continue;
		reply->status = route->status ? route->status : 200;
		reply->fault = route->fault;
		buf_puts(&reply->headers, route->headers);
		buf_puts(&reply->body, route->body);
		return;
	}
	reply->status = 404;
	buf_puts(&reply->headers, "X-Concourse-Version: 8.2.5\r\n");
}

void fixture_begin(Fixture *fixture, const char *provider, const char *more, const FixtureRoute *routes) {
	Error err;
	fixture->routes = routes;
	fixture->server = loopback_start(answer, fixture);
	fixture->folder = temp_folder();
	setenv("FIXTURE_TOKEN", "hush-hush", 1);
	/* Read once, so that it must be said before the first look at a clock. */
	setenv("BREAKGLASS_TEST_CLOCK", FIXTURE_CLOCK_MS, 1);
	AUTO_FREE char *text = bg_asprintf("name: test\nkind: live\nsystems:\n  s:\n    provider: %s\n    %s: %s\n%s", provider,
		text_eq(provider, "s3") ? "endpoint" : "url", loopback_url(fixture->server), more);
	const char *path = temp_path(&fixture->folder, "environment.yaml");
	assert_ok(environment_parse(str_from(text), path, &fixture->environment, &err), &err);
	fixture->args = json_new_object();
	fixture->call = (Call){.environment = fixture->environment, .system = &fixture->environment->systems[0], .args = fixture->args,
		.state_folder = fixture->folder.path};
	const Provider *known = provider_find(provider);
	cr_assert_not_null(known);
	assert_ok(!known->check_system || known->check_system(fixture->environment, fixture->call.system, &err), &err);
}

void fixture_clear(Fixture *fixture) {
	fixture->server = loopback_free(fixture->server);
	fixture->environment = environment_free(fixture->environment);
	fixture->args = json_free(fixture->args);
	temp_folder_clear(&fixture->folder);
}

void fixture_args(Fixture *fixture, ...) {
	va_list args;
	json_free(fixture->args);
	fixture->args = json_new_object();
	va_start(args, fixture);
	for (const char *name = va_arg(args, const char *); name; name = va_arg(args, const char *))
		json_add_string(fixture->args, name, va_arg(args, const char *));
	va_end(args);
	fixture->call.args = fixture->args;
}

static void set_deadline(Fixture *fixture) {
	if (!fixture->call.deadline.ms || fixture->call.deadline.ms < mono_now().ms)
		fixture->call.deadline = (MonoTime){mono_now().ms + 20000};
}

void fixture_read(Fixture *fixture, const char *probe, Reading *ret) {
	Error err;
	const Probe *row = probe_find(probe);
	cr_assert_not_null(row, "%s", probe);
	assert_ok(provider_check_args(&row->spec, fixture->args, &err), &err);
	set_deadline(fixture);
	row->read(&fixture->call, ret);
}

bool fixture_plan(Fixture *fixture, const char *action, Plan *ret, Error *err) {
	const Action *row = action_find(action);
	cr_assert_not_null(row, "%s", action);
	assert_ok(provider_check_args(&row->spec, fixture->args, err), err);
	set_deadline(fixture);
	return row->plan(&fixture->call, ret, err);
}

bool fixture_apply(Fixture *fixture, const char *action, const Plan *plan, ActionResult *result, Error *err) {
	const Action *row = action_find(action);
	set_deadline(fixture);
	return row->apply(&fixture->call, plan, result, err) && (!row->verify || row->verify(&fixture->call, plan, result, err));
}

char *fixture_changes(const Plan *plan) {
	AUTO_CLEAR(StrList) lines = {0};
	plan_describe(plan, &lines);
	return strlist_join(&lines, "\n");
}

void assert_no_secret(const char *text, const char *secret) {
	cr_expect(!text || !strstr(text, secret), "a secret is shown: %s", text);
}

void fixture_fault(Fixture *fixture, const FixtureFault *fault, FixtureRoute routes[static 2]) {
	routes[0] = (FixtureRoute){"*", fault->status, NULL, fault->body, fault->fault};
	routes[1] = (FixtureRoute){0};
	fixture->routes = routes;
	fixture->call.deadline = (MonoTime){mono_now().ms + (fault->fault == LOOPBACK_HANG ? 250 : 20000)};
}
