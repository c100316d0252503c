/* What credentials may, and until when they count: each provider's `may` and `credential_end` against what its service answers, and every fault of the
 * wire on each. A provider that has such a function and no row here fails. k8s asks a program: test_k8s_may.c; aws two services: test_aws_may.c. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "fixture.h"

typedef struct Row {
	const char *name, *provider, *more;      /* further lines of the system */
	const char *verb;                        /* NULL: its end is asked */
	const char *args[5];                     /* name, value, ... */
	FixtureRoute routes[5];
	RightAnswer answer;
	const char *what, *evidence;             /* parts of them */
	WallTime end;                            /* of a row without a verb */
} Row;

#define TOKEN "    token: { env: FIXTURE_TOKEN }\n"
#define GITHUB TOKEN "    repository: octo/app\n"
#define REPO(private, role) "{\"full_name\":\"octo/app\",\"private\":" private ",\"permissions\":{\"admin\":" role ",\"push\":" role ",\"pull\":true}}"
#define CLASSIC(scopes) "X-OAuth-Scopes: " scopes "\r\n"
#define NOT_ACCESSIBLE "{\"message\":\"Resource not accessible by personal access token\",\"status\":\"403\"}"
#define MAY_PROTECT "change the protection of branches of octo/app"
#define MAY_START "start workflows of octo/app"

#define TRELLO TOKEN "    key: { env: FIXTURE_TOKEN }\n    board: b\n    list: L\n"
#define BOARD "{\"id\":\"b1\",\"name\":\"B\",\"closed\":false}"
#define TEAM "    team: main\n"
#define USER(admin, teams) "GET /api/v1/user", 200, "X-Concourse-Version: 8.2.5\r\n", "{\"sub\":\"x\",\"is_admin\":" #admin ",\"teams\":{" teams "}}", 0
#define SERVICE "    service: shop\n"
#define FOUND "GET /service/search?name=shop", 200, NULL, "{\"id\":\"SU1Z0isxPaozGVKXdv0eY1\",\"name\":\"shop\"}", 0
#define SELF(scope, services, end) "GET /tokens/self", 200, NULL, "{\"id\":\"T\",\"scope\":\"" scope "\",\"services\":[" services "],\"expires_at\":" end "}", 0
#define COUCH "    password: { env: FIXTURE_TOKEN }\n"
#define SESSION(name, roles) "GET /_session", 200, NULL, "{\"ok\":true,\"userCtx\":{\"name\":" name ",\"roles\":[" roles "]}}", 0
#define AUTH(scopes) "GET /auth.test", 200, "x-oauth-scopes: " scopes "\r\n", "{\"ok\":true,\"team\":\"T\"}", 0

static const Row ROWS[] = {
	{"a list that is seen", "trello", TRELLO, "trello.card", {"improvements", "yes"},
		{{"GET /1/boards/b?*", 200, NULL, BOARD, 0}, {"GET /1/boards/b1/lists*", 200, NULL, "[{\"id\":\"l1\",\"name\":\"L\",\"closed\":false}]", 0}},
		RIGHT_UNTOLD, "make cards in the list L", "it sees the list on the board B", {0}},
	{"a list that is not there", "trello", TRELLO, "trello.card", {"improvements", "yes"},
		{{"GET /1/boards/b?*", 200, NULL, BOARD, 0}, {"GET /1/boards/b1/lists*", 200, NULL, "[]", 0}},
		RIGHT_NO, "make cards in the list L", "the board B has no list L", {0}},
	{"a board that is not for this token", "trello", TRELLO, "trello.card", {"improvements", "yes"},
		{{"GET /1/boards/b?*", 401, NULL, "unauthorized permission requested", 0}}, RIGHT_NO, "make cards in the list L", "does not let this token do that", {0}},
	{"a classic token with repo", "github", GITHUB, "github.protection", {"approvals", "6"},
		{{"GET /repos/octo/app", 200, CLASSIC("repo, workflow"), REPO("true", "true"), 0}}, RIGHT_YES, MAY_PROTECT, "its user is admin there", {0}},
	{"a classic token without repo", "github", GITHUB, "github.protection", {"approvals", "6"},
		{{"GET /repos/octo/app", 200, CLASSIC("public_repo, gist"), REPO("true", "true"), 0}}, RIGHT_NO, MAY_PROTECT, "its scopes are public_repo, gist", {0}},
	{"public_repo is enough for a public one", "github", GITHUB, "github.workflow", {NULL},
		{{"GET /repos/octo/app", 200, CLASSIC("public_repo"), REPO("false", "true"), 0}}, RIGHT_YES, MAY_START, "its user is push there", {0}},
	{"a classic token without any scope", "github", GITHUB, "github.workflow", {NULL},
		{{"GET /repos/octo/app", 200, CLASSIC(""), REPO("true", "true"), 0}}, RIGHT_NO, MAY_START, "its scopes are none", {0}},
	{"a user without the role", "github", GITHUB, "github.protection", {"approvals", "6"},
		{{"GET /repos/octo/app", 200, CLASSIC("repo"), REPO("true", "false"), 0}}, RIGHT_NO, MAY_PROTECT, "no role there with admin", {0}},
	{"no roles told", "github", GITHUB, "github.protection", {"approvals", "6"},
		{{"GET /repos/octo/app", 200, CLASSIC("repo"), "{\"full_name\":\"octo/app\"}", 0}}, RIGHT_UNTOLD, MAY_PROTECT, "does not say", {0}},
	{"an archived repository", "github", GITHUB, "github.workflow", {NULL},
		{{"GET /repos/octo/app", 200, CLASSIC("repo"), "{\"full_name\":\"octo/app\",\"archived\":true}", 0}}, RIGHT_NO, MAY_START, "archived", {0}},
	{"a fine-grained token that reads", "github", GITHUB, "github.protection", {"approvals", "6", "branch", "release/1"},
		{{"GET /repos/octo/app", 200, NULL, REPO("true", "true"), 0}, {"GET /repos/octo/app/branches/release%2F1/protection", 404, NULL, "{\"message\":\"Branch not protected\"}", 0}},
		RIGHT_UNTOLD, MAY_PROTECT, "tells no permissions", {0}},
	{"a fine-grained token that does not even read", "github", GITHUB, "github.protection", {"approvals", "6"},
		{{"GET /repos/octo/app", 200, NULL, REPO("true", "true"), 0}, {"GET /repos/octo/app/branches/main/protection", 403, NULL, NOT_ACCESSIBLE, 0}},
		RIGHT_NO, MAY_PROTECT, "cannot even read there, Administration", {0}},
	{"an app that reads workflows", "github", GITHUB, "github.workflow", {NULL},
		{{"GET /repos/octo/app", 200, NULL, "{\"full_name\":\"octo/app\"}", 0}, {"GET /repos/octo/app/actions/workflows*", 200, NULL, "{\"total_count\":0,\"workflows\":[]}", 0}},
		RIGHT_UNTOLD, MAY_START, "tells no permissions", {0}},
	{"a repository that it does not see", "github", GITHUB, "github.workflow", {"repo", "octo/other"},
		{{"GET /repos/octo/other", 404, NULL, "{\"message\":\"Not Found\"}", 0}}, RIGHT_NO, "start workflows of octo/other", "no such repository", {0}},
	{"a token that is not taken", "github", GITHUB, "github.workflow", {NULL},
		{{"GET /repos/octo/app", 401, NULL, "{\"message\":\"Bad credentials\"}", 0}}, RIGHT_NO, MAY_START, "status 401", {0}},
	{"the end of a token", "github", GITHUB, NULL, {NULL},
		{{"GET /rate_limit", 200, "github-authentication-token-expiration: 2026-11-21 03:04:05 UTC\r\n", "{}", 0}}, 0, NULL, NULL, {INT64_C(1795230245000)}},
	{"the end of a token in another zone", "github", GITHUB, NULL, {NULL},
		{{"GET /rate_limit", 200, "GitHub-Authentication-Token-Expiration: 2026-11-21 12:04:05 +0900\r\n", "{}", 0}}, 0, NULL, NULL, {INT64_C(1795230245000)}},
	/* ---- Concourse ---- */
	{"a member", "concourse", TOKEN TEAM, "concourse.destroy", {"pipeline", "p"}, {{USER(false, "\"main\":[\"viewer\",\"member\"]")}},
		RIGHT_YES, "set and destroy pipelines of the team main", "member there", {0}},
	{"an operator destroys nothing", "concourse", TOKEN TEAM, "concourse.set-pipeline", {"pipeline", "p"}, {{USER(false, "\"main\":[\"pipeline-operator\"]")}},
		RIGHT_NO, "set and destroy pipelines of the team main", "pipeline-operator there, and that wants a member", {0}},
	{"an operator pauses", "concourse", TOKEN TEAM, "concourse.pause", {"pipeline", "p"}, {{USER(false, "\"main\":[\"pipeline-operator\"]")}},
		RIGHT_YES, "pause and trigger pipelines of the team main", "pipeline-operator there", {0}},
	{"another team", "concourse", TOKEN TEAM, "concourse.trigger", {"pipeline", "p"}, {{USER(false, "\"other\":[\"owner\"]")}},
		RIGHT_NO, "pause and trigger", "no role in that team", {0}},
	{"an admin", "concourse", TOKEN TEAM, "concourse.destroy", {"pipeline", "p"}, {{USER(true, "")}}, RIGHT_YES, "set and destroy", "an admin", {0}},
	/* ---- Fastly ---- */
	{"a token for everything", "fastly", TOKEN SERVICE, "fastly.activate", {"version", "7"}, {{SELF("global", "", "null")}, {FOUND}},
		RIGHT_YES, "make and activate versions of the service shop", "its scope is global", {0}},
	{"a token that reads", "fastly", TOKEN SERVICE, "fastly.clone", {NULL}, {{SELF("purge_select global:read", "", "null")}, {FOUND}},
		RIGHT_NO, "make and activate versions of the service shop", "its scope is purge_select global:read", {0}},
	{"a token that reads and validates", "fastly", TOKEN SERVICE, "fastly.validate", {"version", "7"}, {{SELF("global:read", "\"SU1Z0isxPaozGVKXdv0eY1\"", "null")}, {FOUND}},
		RIGHT_YES, "read versions of the service shop", "its scope is global:read", {0}},
	{"a token of another service", "fastly", TOKEN SERVICE, "fastly.clone", {NULL}, {{SELF("global", "\"S2\",\"S3\"", "null")}, {FOUND}},
		RIGHT_NO, "make and activate versions of the service shop", "other services only", {0}},
	{"the end of a Fastly token", "fastly", TOKEN SERVICE, NULL, {NULL}, {{SELF("global", "", "\"2026-11-21T03:04:05Z\"")}}, 0, NULL, NULL, {INT64_C(1795230245000)}},
	/* ---- CouchDB ---- */
	{"a server admin", "couchdb", COUCH, "couchdb.restore", {"from", "x"}, {{SESSION("\"admin\"", "\"_admin\"")}}, RIGHT_YES, "make and restore databases", "server admin", {0}},
	{"no server admin", "couchdb", COUCH, "couchdb.setup", {NULL}, {{SESSION("\"bob\"", "\"ops\"")}}, RIGHT_NO, "set up the cluster", "bob is no server admin", {0}},
	{"nobody", "couchdb", "", "couchdb.restore", {"from", "x"}, {{SESSION("null", "")}}, RIGHT_NO, "make and restore databases", "takes us for nobody", {0}},
	/* ---- Slack ---- */
	{"a bot that posts", "slack", TOKEN, "slack.post", {"text", "x"}, {{AUTH("identify, chat:write")}}, RIGHT_YES, "post messages", "chat:write", {0}},
	{"a bot that only posts", "slack", TOKEN, "slack.channel", {NULL}, {{AUTH("chat:write,channels:read")}}, RIGHT_NO, "make channels", "not the scope channels:manage", {0}},
	{"a Slack that tells no scopes", "slack", TOKEN, "slack.announce", {NULL}, {{"GET /auth.test", 200, NULL, "{\"ok\":true}", 0}}, RIGHT_UNTOLD, "post messages", "does not tell", {0}},
	{"a bot that was taken out", "slack", TOKEN, "slack.post", {"text", "x"}, {{"GET /auth.test", 200, NULL, "{\"ok\":false,\"error\":\"token_revoked\"}", 0}},
		RIGHT_NO, "post messages", "token_revoked", {0}},
	/* ---- Azure ---- */
	{"the end of a SAS", "azure", "    account: acct\n    sas: { env: FIXTURE_SAS }\n", NULL, {NULL}, {{NULL, 0, NULL, NULL, 0}}, 0, NULL, NULL, {INT64_C(1795230245000)}},
	{"a token without an end", "github", GITHUB, NULL, {NULL}, {{"GET /rate_limit", 200, NULL, "{}", 0}}, 0, NULL, NULL, {0}},
};

static void begin(Fixture *fixture, const Row *row) {
	setenv("FIXTURE_SAS", "sv=2021-12-02&sr=c&sp=rl&se=2026-11-21T03:04:05Z&sig=hush-hush", 1);
	fixture_begin(fixture, row->provider, row->more, row->routes);
	for (size_t i = 0; row->args[i]; i += 2)
		json_add_string(fixture->args, row->args[i], row->args[i + 1]);
	fixture->call.deadline = (MonoTime){mono_now().ms + 20000};
}

static void judge_end(Fixture *fixture, const Row *row) {
	WallTime end = {0};
	Error err = {0};
	assert_ok(provider_find(row->provider)->credential_end(&fixture->call, &end, &err), &err);
	cr_expect_eq(end.ms, row->end.ms, "%s: %lld", row->name, (long long) end.ms);
}

static void judge_may(Fixture *fixture, const Row *row) {
	AUTO_CLEAR(Rights) rights = {0};
	provider_find(row->provider)->may(&fixture->call, row->verb, &rights);
	cr_assert_eq(rights.count, 1, "%s: %zu answers", row->name, rights.count);
	const Right *right = &rights.items[0];
	cr_expect_eq(right->answer, row->answer, "%s: %d: %s: %s", row->name, (int) right->answer, right->what, right->evidence);
	cr_expect(strstr(right->what, row->what), "%s: %s", row->name, right->what);
	cr_expect(strstr(right->evidence, row->evidence), "%s: %s", row->name, right->evidence);
	cr_expect(right->answer != RIGHT_NO || *right->hint, "%s: nothing says what to do", row->name);
	provider_find(row->provider)->may(&fixture->call, row->verb, &rights);
	cr_expect_eq(rights.count, 1, "%s: it is told twice", row->name);
}

Test(rights, each_service_tells_what_a_credential_may) {
	for (size_t i = 0; i < BG_LENGTH(ROWS); i++) {
		AUTO_CLEAR(Fixture) fixture = {0};
		begin(&fixture, &ROWS[i]);
		if (ROWS[i].verb)
			judge_may(&fixture, &ROWS[i]);
		else
			judge_end(&fixture, &ROWS[i]);
	}
}

/* Whatever comes: never yes, always with a reason and a way out, in time, and without the secret. */
static void try_fault(Fixture *fixture, const Row *row, const FixtureFault *fault) {
	FixtureRoute routes[2];
	AUTO_CLEAR(Rights) rights = {0};
	Error err = {0};
	WallTime end = {0};
	fixture_fault(fixture, fault, routes);
	if (!row->verb) {
		bool ok = provider_find(row->provider)->credential_end(&fixture->call, &end, &err);
		cr_expect(!wall_known(end), "%s, %s: an end is made up", row->provider, fault->name);
		cr_expect(ok || (*err.why && *err.hint), "%s, %s: %s: %s", row->provider, fault->name, err.why, err.hint);
		assert_no_secret(err.why, "hush-hush");
		return;
	}
	provider_find(row->provider)->may(&fixture->call, row->verb, &rights);
	cr_assert(rights.count, "%s, %s: no answer", row->verb, fault->name);
	for (size_t i = 0; i < rights.count; i++) {
		const Right *right = &rights.items[i];
		cr_expect_neq(right->answer, RIGHT_YES, "%s, %s: %s", row->verb, fault->name, right->evidence);
		cr_expect(*right->evidence && (right->answer == RIGHT_UNTOLD || *right->hint), "%s, %s: %s", row->verb, fault->name, right->evidence);
		assert_no_secret(right->evidence, "hush-hush");
	}
}

Test(rights, no_fault_of_the_wire_becomes_a_yes) {
	for (size_t i = 0; i < BG_LENGTH(ROWS); i++) {
		bool seen = false;
		for (size_t before = 0; before < i; before++)
			seen |= text_eq(ROWS[before].provider, ROWS[i].provider) && !ROWS[before].verb == !ROWS[i].verb;
		if (seen || !ROWS[i].routes[0].request)   /* what stands in the credential itself is asked of nobody */
			continue;
		for (const FixtureFault *fault = FIXTURE_FAULTS; fault->name; fault++) {
			AUTO_CLEAR(Fixture) fixture = {0};   /* a server that hangs does so until it ends */
			begin(&fixture, &ROWS[i]);
			try_fault(&fixture, &ROWS[i], fault);
		}
	}
}

static bool has_row(const char *provider, bool may) {
	for (size_t i = 0; i < BG_LENGTH(ROWS); i++)
		if (text_eq(ROWS[i].provider, provider) && (ROWS[i].verb != NULL) == may)
			return true;
	return text_eq(provider, "k8s") || text_eq(provider, "aws");
}

Test(rights, every_provider_that_tells_has_its_rows) {
	for (size_t i = 0; PROVIDERS[i]; i++) {
		cr_expect(!PROVIDERS[i]->may || has_row(PROVIDERS[i]->name, true), "%s: no row for what it may", PROVIDERS[i]->name);
		cr_expect(!PROVIDERS[i]->credential_end || has_row(PROVIDERS[i]->name, false), "%s: no row for its end", PROVIDERS[i]->name);
	}
}

Test(rights, a_target_that_only_a_run_knows_is_asked_of_nobody) {
	AUTO_CLEAR(Fixture) fixture = {0};
	AUTO_CLEAR(Rights) rights = {0};
	begin(&fixture, &(Row){.provider = "github", .more = GITHUB, .routes = {{0}}});
	json_add(fixture.args, "repo", json_new_null());
	provider_find("github")->may(&fixture.call, "github.workflow", &rights);
	cr_assert_eq(rights.count, 1);
	cr_expect_eq(rights.items[0].answer, RIGHT_UNTOLD);
	cr_expect(strstr(rights.items[0].evidence, "known in the run only"), "%s", rights.items[0].evidence);
}
