/* Every action of every provider that speaks HTTP, with each of its requests in turn answered by a redirect to another host, and with a proxy
 * in its way: the other host gets nothing, what had been done is not done twice, and the error says what happened and what to do next. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bad_server.h"
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/provider.h"
#include "core/sandbox/sandbox.h"
#include "core/sandbox/sim_office.h"
#include "core/transport/http.h"
#include "couch_server.h"
#include "github_scene.h"
#include "tests/support/support.h"
#include "tests/support/told.h"

#define PIPELINE "backup-ocw-content"
#define LIVE "ocw-content-live-production"
#define BACKUP "ocw-content-backup-live-production"
#define NONE SIZE_MAX
#define DEADLINE_MS 20000
#define GETS_APART 3             /* of what is only read, every third: they all go one way */

/* One for each action. DRAFT stands for the number of a draft that was made before. */
typedef struct Row { const char *verb, *before, *args[10]; } Row;
static const Row ROWS[] = {
	{"concourse.pause", NULL, {"pipeline", PIPELINE}},
	{"concourse.unpause", "concourse.pause", {"pipeline", PIPELINE}},
	{"concourse.destroy", NULL, {"pipeline", PIPELINE}},
	{"concourse.set-pipeline", "concourse.destroy", {"pipeline", PIPELINE}},
	{"concourse.trigger", NULL, {"pipeline", PIPELINE, "job", PIPELINE}},
	{"fastly.clone", NULL, {"service", "ocw-live", "version", "active"}},
	{"fastly.replace", "fastly.clone", {"version", "DRAFT", "from", LIVE, "to", BACKUP}},
	{"fastly.validate", "fastly.clone", {"version", "DRAFT"}},
	{"fastly.activate", "fastly.clone", {"version", "DRAFT"}},
	{"github.protection", NULL, {"approvals", "6"}},
	{"github.workflow", NULL, {"workflow", "backup.yml"}},
	{"couchdb.setup", NULL, {NULL}},
	{"couchdb.restore", NULL, {"from", "set"}},
	{"slack.channel", NULL, {"name", "inc-db-down", "invite", "U1"}},
	{"slack.post", NULL, {"text", "We are on it", "channel", "C0GENERAL"}},
	{"http.post", NULL, {"value.text", "We are on it"}},
	{"trello.card", NULL, {"name", "Alert on the size", "list", "To do"}},
};

static const Row *row_of(const char *verb) {
	for (size_t i = 0; i < BG_LENGTH(ROWS); i++)
		if (text_eq(ROWS[i].verb, verb))
			return &ROWS[i];
	return NULL;
}

/* ---- a system with somebody in between ---- */

typedef struct Relay {
	Sandbox *sandbox;            /* or */
	CouchServer *couch;
	GithubScene github;          /* or */
	SimOffice *office;
	const char *system;          /* its settings but for address and secret; NULL = by what is there */
	const char *path;            /* of the system behind its address; NULL = none */
	const char *behind;          /* the address of the system itself; borrowed from one of them */
	HttpClient *client;
	StrList asked;               /* "GET", a method for each request */
	size_t redirected;           /* this request is not passed on, but sent elsewhere; NONE = none is */
	int status;
	const char *location;
} Relay;

static void pass_header(const BadRequest *request, const char *name, StrList *kept, HttpHeader *headers, size_t *count) {
	Str value = bad_header(request, name);
	if (!value.len)
		return;
	strlist_add_str(kept, value);
	headers[(*count)++] = (HttpHeader){name, kept->items[kept->count - 1]};
}

/* Asks the real one, and answers as it does. */
static void pass_on(void *userdata, const BadRequest *request, BadAnswer *answer) {
	static const char *const PASSED[] = {"Authorization", "Fastly-Key", "Content-Type", "X-Concourse-Config-Version"};
	Relay *relay = userdata;
	AUTO_CLEAR(StrList) kept = {0};
	HttpHeader headers[BG_LENGTH(PASSED)];
	AUTO_CLEAR(HttpResponse) response = {0};
	Error err = {0};
	size_t count = 0;
	AUTO_FREE char *url = bg_asprintf("%s%s", relay->behind, request->target);
	for (size_t i = 0; i < BG_LENGTH(PASSED); i++)
		pass_header(request, PASSED[i], &kept, headers, &count);
	HttpRequest asked = {.method = request->method, .url = url, .headers = headers, .header_count = count, .body = str_from(request->body)};
	strlist_add(&relay->asked, request->method);
	if (request->number == relay->redirected) {
		answer->status = relay->status;
		buf_printf(&answer->headers, "Location: %s\r\nSet-Cookie: a=b\r\n", relay->location);
		return;
	}
	assert_ok(http_request(relay->client, &asked, &response, &err), &err);
	answer->status = response.status;
	buf_put_str(&answer->body, buf_str(&response.body));
	static const char *const TOLD[] = {"Content-Type", "X-Concourse-Version", "X-Concourse-Config-Version", "Fastly-RateLimit-Reset"};
	for (size_t i = 0; i < BG_LENGTH(TOLD); i++)
		if (http_header(&response, TOLD[i]).len)
			buf_printf(&answer->headers, "%s: %.*s\r\n", TOLD[i], STR_ARG(http_header(&response, TOLD[i])));
}

/* ---- one action, as a worker does it ---- */

typedef enum Stage { STAGE_PLAN, STAGE_APPLY, STAGE_VERIFY, STAGE_DONE } Stage;

typedef struct Try {
	StrList asked;               /* as the relay was */
	Stage stage;                 /* how far it came */
	bool began;
	Verified verified;           /* looked at without anybody in between */
	char *evidence;
	StrList warnings;            /* of the plan */
	StrList changes;             /* that the system was asked for, by this action */
	Error err;
} Try;

static void try_clear(Try *try) {
	strlist_clear(&try->asked);
	strlist_clear(&try->warnings);
	strlist_clear(&try->changes);
	free(try->evidence);
}
BG_DEFINE_CLEARP(Try, try_clear)

static char *exchange(const char *text, const char *from, const char *to) {
	const char *at = strstr(text, from);
	cr_assert(at, "%s is not in: %s", from, text);
	return bg_asprintf("%.*s%s%s", (int) (at - text), text, to, at + strlen(from));
}

/* The system as it is at first: the sandbox, or a CouchDB with a dump to restore. */
static void relay_begin(Relay *relay, const Row *row, TempFolder *folder) {
	static const char DUMP[] = "{\"total_rows\":1,\"offset\":0,\"rows\":[\n{\"id\":\"a\",\"key\":\"a\",\"value\":{\"rev\":\"1-a\"},"
		"\"doc\":{\"_id\":\"a\",\"_rev\":\"1-a\"}}\n]}\n";
	Error err = {0};
	assert_ok(http_client_new(NULL, &relay->client, &err), &err);
	if (strstr(row->verb, "couchdb.")) {
		setenv("REDIRECTED_PASSWORD", COUCH_PASSWORD, 1);
		temp_write(folder, "set/notes.json", DUMP);
		relay->couch = couch_server_start();
		couch_server_cluster(relay->couch, "cluster_disabled", "ok", "[\"couchdb@first\"]", "[\"couchdb@first\"]");
		relay->behind = couch_server_url(relay->couch);
		return;
	}
	if (strstr(row->verb, "github.")) {
		setenv("REDIRECTED_PASSWORD", SCENE_TOKEN, 1);
		scene_begin(&relay->github, "");
		sim_github_add_workflow(relay->github.github, "backup.yml", "name: Backup\non: workflow_dispatch\njobs: { a: { steps: [ { name: Dump } ] } }\n", 0, 1);
		relay->behind = relay->github.url;
		return;
	}
	if (strstr(row->verb, "slack.")) {
		setenv("REDIRECTED_PASSWORD", SIM_OFFICE_TOKEN, 1);
		assert_ok(sim_office_start(&relay->office, &err), &err);
		relay->behind = sim_office_slack_url(relay->office);
		return;
	}
	if (strstr(row->verb, "http.")) {
		setenv("REDIRECTED_PASSWORD", SIM_OFFICE_TOKEN, 1);
		assert_ok(sim_office_start(&relay->office, &err), &err);
		relay->behind = sim_office_trello_url(relay->office);
		relay->path = SIM_OFFICE_WEBHOOK;
		relay->system = "http, token";
		return;
	}
	if (strstr(row->verb, "trello.")) {
		setenv("REDIRECTED_PASSWORD", SIM_OFFICE_TRELLO_TOKEN, 1);
		setenv("REDIRECTED_KEY", SIM_OFFICE_KEY, 1);
		assert_ok(sim_office_start(&relay->office, &err), &err);
		relay->behind = sim_office_trello_url(relay->office);
		relay->system = "trello, board: " SIM_TRELLO_BOARD ", key: { env: REDIRECTED_KEY }, token";
		return;
	}
	SandboxOptions options = {.build_ms = 1};
	assert_ok(sandbox_start(&options, &relay->sandbox, &err), &err);
	relay->behind = sandbox_url(relay->sandbox, strstr(row->verb, "fastly.") ? "fastly" : "concourse");
}

static void relay_clear(Relay *relay) {
	relay->client = http_client_free(relay->client);
	relay->couch = couch_server_free(relay->couch);
	if (relay->github.http)
		scene_clear(&relay->github);
	relay->office = sim_office_stop(relay->office);
	relay->sandbox = sandbox_stop(relay->sandbox);
}
BG_DEFINE_CLEARP(Relay, relay_clear)

/* What the system was asked for and that was not only looking. */
static void relay_changes(const Relay *relay, StrList *ret) {
	if (relay->sandbox)
		return sandbox_changes(relay->sandbox, ret);
	if (relay->office)
		return sim_office_changes(relay->office, ret);
	AUTO_FREE char *log = relay->couch ? couch_server_log(relay->couch) : strlist_join(&relay->github.asked, "\n");
	Str rest = str_from(log), line;
	while (str_next_line(&rest, &line))
		if (!str_starts(line, "GET "))
			strlist_add_str(ret, line);
}

/* The environment with `url` as the system's address. */
static Environment *environment_by(const Relay *relay, TempFolder *folder, const char *url) {
	AUTO_FREE char *path = relay->sandbox ? sandbox_environment(relay->sandbox) : bg_strdup(temp_path(folder, "environment.yaml"));
	const char *system = relay->system ? relay->system : relay->office ? "slack, token" : relay->couch ? "couchdb, password" : "github, repository: " SCENE_REPO ", token";
	AUTO_FREE char *text = relay->sandbox ? read_text(path)
		: bg_asprintf("name: test\nkind: live\nsystems:\n  s: { url: \"%s%s\", provider: %s: { env: REDIRECTED_PASSWORD } }\n", relay->behind, relay->path ? relay->path : "", system);
	AUTO_FREE char *changed = exchange(text, relay->behind, url);
	Environment *environment = NULL;
	Error err = {0};
	assert_ok(environment_parse(str_from(changed), path, &environment, &err), &err);
	return environment;
}

static Call call_by(const Environment *environment, const Row *row, const char *draft, const char *folder, Json *args) {
	Error err = {0};
	for (size_t i = 0; i + 1 < BG_LENGTH(row->args) && row->args[i]; i += 2)
		json_add_string(args, row->args[i], text_eq(row->args[i + 1], "DRAFT") ? draft : row->args[i + 1]);
	Call call = {.environment = environment, .args = args, .deadline = {mono_now().ms + DEADLINE_MS}, .state_folder = folder};
	assert_ok(provider_check_args(&action_find(row->verb)->spec, args, &err), &err);
	assert_ok(provider_choose_system(environment, row->verb, args, &call.system, &err), &err);
	return call;
}

/* What has to be there first, by the straight way. Owned: what it keeps. */
static char *do_before(const Relay *relay, const Row *row, TempFolder *folder) {
	const Row *before = row->before ? row_of(row->before) : NULL;
	if (!before)
		return NULL;
	AUTO(Environment) *environment = environment_by(relay, folder, relay->behind);
	AUTO(Json) *args = json_new_object();
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	Call call = call_by(environment, before, NULL, folder->path, args);
	const Action *action = action_find(before->verb);
	assert_ok(action->plan(&call, &plan, &err), &err);
	assert_ok(action->apply(&call, &plan, &result, &err), &err);
	return TAKE(result.value);
}

static void run_stages(Try *try, const Action *action, const Call *call, const Call *straight) {
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error unwanted = {0};
	try->stage = STAGE_PLAN;
	if (!action->plan(call, &plan, &try->err))
		return;
	for (size_t i = 0; i < plan.warnings.count; i++)
		strlist_add(&try->warnings, plan.warnings.items[i]);
	try->stage = STAGE_APPLY;
	bool applied = action->apply(call, &plan, &result, &try->err);
	try->began = result.began;
	if (applied && action->verify) {
		try->stage = STAGE_VERIFY;
		applied = action->verify(call, &plan, &result, &try->err);
	}
	if (applied)
		try->stage = STAGE_DONE;
	if (action->verify && !action->verify(straight, &plan, &result, &unwanted))
		result.verified = VERIFIED_UNKNOWN;
	try->verified = result.verified;
	try->evidence = bg_strdup_or_null(result.evidence);
}

/* `redirected`: the request that is sent elsewhere. `any_address`: the relay is asked by an address that a proxy may be asked for. */
static void run_row(const Row *row, size_t redirected, int status, const char *location, bool any_address, Try *try) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO_CLEAR(Relay) relay = {.redirected = redirected, .status = status, .location = location};
	AUTO_CLEAR(StrList) before = {0};
	relay_begin(&relay, row, &folder);
	AUTO_FREE char *draft = do_before(&relay, row, &folder);
	relay_changes(&relay, &before);
	BadPlan plan = {.from = SIZE_MAX, .honest = pass_on, .userdata = &relay};
	AUTO(BadServer) *server = bad_server_start(&plan);
	AUTO_FREE char *url = any_address ? exchange(bad_server_url(server), "127.0.0.1", "0.0.0.0") : bg_strdup(bad_server_url(server));
	AUTO(Environment) *environment = environment_by(&relay, &folder, url);
	AUTO(Environment) *direct = environment_by(&relay, &folder, relay.behind);
	AUTO(Json) *args = json_new_object();
	AUTO(Json) *same = json_new_object();
	Call call = call_by(environment, row, draft, folder.path, args);
	Call straight = call_by(direct, row, draft, folder.path, same);
	run_stages(try, action_find(row->verb), &call, &straight);
	relay_changes(&relay, &try->changes);
	for (size_t i = 0; i < before.count; i++)
		strlist_remove(&try->changes, 0);
	server = bad_server_free(server);
	try->asked = relay.asked;
	relay.asked = (StrList){0};
}

/* ---- what must be so ---- */

static void nothing(void *userdata, const BadRequest *request, BadAnswer *answer) {
	(void) userdata, (void) request;
	buf_puts(&answer->body, "<html>Welcome to the hotel network.</html>");
}

/* How many of these were asked for in the good run, before it came to request `at`. */
static size_t changes_before(const Try *good, size_t at) {
	size_t count = 0;
	for (size_t i = 0; i < at && i < good->asked.count; i++)
		count += !text_eq(good->asked.items[i], "GET");
	return count;
}

static void check_try(const char *name, const Try *good, const Try *bad, size_t at) {
	char text[640];
	bool changing = !text_eq(good->asked.items[at], "GET");
	error_format(&bad->err, text, sizeof(text));
	cr_expect(bad->stage != STAGE_DONE || bad->warnings.count > good->warnings.count, "%s: nobody is told of it: %s", name, bad->evidence);
	cr_expect(bad->stage == STAGE_DONE || (strstr(bad->err.why, "sends us elsewhere (status") && *bad->err.hint && *bad->err.where && *bad->err.what),
		"%s: %s | %s | %s | %s", name, bad->err.what, bad->err.where, bad->err.why, bad->err.hint);
	cr_expect(!bad->err.retryable, "%s: it would be tried again unattended", name);
	/* What was asked for is the beginning of what the good run asked for: nothing else, and nothing twice. */
	cr_expect_eq(bad->changes.count, bad->stage == STAGE_DONE ? good->changes.count : changes_before(good, at), "%s: %zu changes", name, bad->changes.count);
	for (size_t i = 0; i < bad->changes.count && i < good->changes.count; i++)
		cr_expect_str_eq(bad->changes.items[i], good->changes.items[i], "%s: %s, not %s", name, bad->changes.items[i], good->changes.items[i]);
	/* The engine may say "not done" only where nothing can have been done. */
	cr_expect(!changing || bad->began, "%s: it is told not to have begun, and a change was sent", name);
	cr_expect(!changing || changes_before(good, at) > 0 || bad->verified != VERIFIED_YES, "%s: what was never done is seen: %s", name, bad->evidence);
}

static void try_redirects(const Row *row, BadServer *other, size_t *tried) {
	static const int STATUSES[] = {301, 302, 303, 307, 308};
	AUTO_CLEAR(Try) good = {0};
	run_row(row, NONE, 0, NULL, false, &good);
	cr_assert(good.stage == STAGE_DONE && good.changes.count == changes_before(&good, NONE), "%s: %s: %s", row->verb, good.err.why, good.evidence);
	for (size_t at = 0; at < good.asked.count; at++) {
		bool changing = !text_eq(good.asked.items[at], "GET");
		if (!changing && at % GETS_APART)
			continue;
		for (size_t i = 0; i < (changing ? BG_LENGTH(STATUSES) : 1); i++) {
			AUTO_CLEAR(Try) bad = {0};
			int status = STATUSES[(i + at) % BG_LENGTH(STATUSES)];
			AUTO_FREE char *location = bg_asprintf("http://%s:%d/taken?x=1", status % 2 ? "127.0.0.1" : "localhost", bad_server_port(other));
			AUTO_FREE char *name = bg_asprintf("%s, %d for request %zu (%s)", row->verb, status, at + 1, good.asked.items[at]);
			run_row(row, at, status, location, false, &bad);
			check_try(name, &good, &bad, at);
			cr_expect_eq(bad_server_requests(other), 0, "%s: it was followed", name);
			++*tried;
		}
	}
}

/* Providers whose actions send no request of ours: nobody can send them elsewhere. */
static const struct { const char *provider, *how; } OTHERS[] = {
	{"aws", "signs the host, too: test_aws_redirected.c sends each of its requests elsewhere"},
	{"command", "starts what stands in the playbook"},
	{"backup", "reads folders, and fetches over SFTP"},
	{"k8s", "kubectl speaks to the cluster"},
	{"dns", "name servers are asked over UDP and TCP, and nothing is changed there"},
};

static bool is_by_http(const Provider *provider) {
	for (size_t i = 0; i < BG_LENGTH(OTHERS); i++)
		if (text_eq(OTHERS[i].provider, provider->name))
			return false;
	return true;
}

Test(redirected_actions, every_action_has_a_row) {
	for (const Provider *const *provider = PROVIDERS; *provider; provider++)
		for (size_t i = 0; is_by_http(*provider) && i < (*provider)->action_count; i++)
			cr_expect(row_of((*provider)->actions[i].spec.name), "%s has no row in ROWS, and its provider none in OTHERS", (*provider)->actions[i].spec.name);
	for (size_t i = 0; i < BG_LENGTH(ROWS); i++)
		cr_expect(action_find(ROWS[i].verb), "%s is no action any more", ROWS[i].verb);
}

Test(redirected_actions, a_redirect_gets_nothing_and_is_said) {
	BadPlan plan = {.from = SIZE_MAX, .honest = nothing};
	AUTO(BadServer) *other = bad_server_start(&plan);
	size_t tried = 0;
	for (size_t i = 0; i < BG_LENGTH(ROWS); i++)
		try_redirects(&ROWS[i], other, &tried);
	tell("actions with one request sent elsewhere: %zu", tried);
}

Test(redirected_actions, a_proxy_that_could_read_them_is_passed_by) {
	BadPlan plan = {.from = SIZE_MAX, .honest = nothing};
	AUTO(BadServer) *proxy = bad_server_start(&plan);
	AUTO_FREE char *address = bg_asprintf("http://127.0.0.1:%d", bad_server_port(proxy));
	setenv("http_proxy", address, 1);
	setenv("all_proxy", address, 1);
	for (size_t i = 0; i < BG_LENGTH(ROWS); i++) {
		AUTO_CLEAR(Try) try = {0};
		run_row(&ROWS[i], NONE, 0, NULL, true, &try);
		cr_expect_eq(try.stage, STAGE_DONE, "%s: %s", ROWS[i].verb, try.err.why);
		cr_expect_eq(bad_server_requests(proxy), 0, "%s asked the proxy", ROWS[i].verb);
	}
}
