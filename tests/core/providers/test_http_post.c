/* http.post, against a server that keeps what it got: values are data whatever stands in them, secrets are names, what is refused, what is not known. */
#include <pthread.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/http/post.h"
#include "core/sandbox/sim_http.h"
#include "fixture.h"

#define TOKEN "hush7Wq9Zk3tracker"
#define KEY "k-hush7Wq9Zk3"
#define HOOK "/hooks/T0/hush7Wq9Zk3"

typedef struct Scene {
	pthread_mutex_t lock;        /* of the server's part */
	int status, limited;
	const char *answer, *location;
	SimEnding ending;
	int requests;
	char *got;                   /* "METHOD PATH|Content-Type|Authorization|X-Api-Key|X-Project|BODY" of the newest */
	SimHttp *http;
	Environment *environment;
	TempFolder folder;
	Json *args;
	Call call;
} Scene;

static const char *header(const SimRequest *request, const char *name) {
	const char *value = sim_request_header(request, name);
	return value ? value : "-";
}

static void on_request(void *userdata, const SimRequest *request, SimReply *reply) {
	Scene *scene = userdata;
	pthread_mutex_lock(&scene->lock);
	scene->requests++;
	free(scene->got);
	scene->got = bg_asprintf("%s %s|%s|%s|%s|%s|%s", request->method, request->path, header(request, "Content-Type"), header(request, "Authorization"),
		header(request, "X-Api-Key"), header(request, "X-Project"), buf_text(&request->body));
	sim_reply_text(reply, scene->limited > 0 ? 429 : scene->status, "application/json", scene->answer);
	if (scene->limited-- > 0)
		sim_reply_header(reply, "Retry-After", "0");
	if (scene->location)
		sim_reply_header(reply, "Location", scene->location);
	reply->ending = scene->ending;
	pthread_mutex_unlock(&scene->lock);
}

/* `system`: what it says beside its address. `path`: behind the address; the whole is a secret with `secret`. */
static void scene_begin(Scene *scene, bool secret, const char *path, const char *system) {
	Error err = {0};
	pthread_mutex_init(&scene->lock, NULL);
	scene->status = 201;
	scene->answer = "{\"key\":\"OPS-12\",\"issue\":{\"number\":7},\"message\":\"no " TOKEN " here\"}";
	scene->folder = temp_folder();
	assert_ok(sim_http_start(on_request, scene, &scene->http, &err), &err);
	AUTO_FREE char *url = bg_asprintf("http://127.0.0.1:%u%s", sim_http_port(scene->http), path);
	setenv("TRACKER_TOKEN", TOKEN, 1);
	setenv("TRACKER_KEY", KEY, 1);
	setenv("TRACKER_URL", url, 1);
	AUTO_FREE char *text = bg_asprintf("name: test\nkind: live\nsystems:\n  tracker:\n    provider: http\n    url: %s\n%s",
		secret ? "{ env: TRACKER_URL }" : url, system);
	assert_ok(environment_parse(str_from(text), temp_path(&scene->folder, "environment.yaml"), &scene->environment, &err), &err);
	assert_ok(provider_check_environment(scene->environment, &err), &err);
	scene->args = json_new_object();
	scene->call = (Call){.environment = scene->environment, .system = &scene->environment->systems[0], .args = scene->args, .incident = "20260102-031205-db-down",
		.deadline = {mono_now().ms + 20000}};
}

static void scene_clear(Scene *scene) {
	scene->http = sim_http_stop(scene->http);
	scene->environment = environment_free(scene->environment);
	scene->args = json_free(scene->args);
	free(scene->got);
	pthread_mutex_destroy(&scene->lock);
	temp_folder_clear(&scene->folder);
}
BG_DEFINE_CLEARP(Scene, scene_clear)

static void arg(Scene *scene, const char *name, const char *value) { json_add_string(scene->args, name, value); }

static void tells_no_secret(const char *text) { assert_no_secret(text ? text : "", "hush7Wq9Zk3"); }

/* Plans, applies and verifies, as a worker does; false: apply failed. */
static bool run(Scene *scene, Plan *plan, ActionResult *result, Error *err) {
	const Action *action = action_find("http.post");
	char told[640];
	assert_ok(provider_check_args(&action->spec, scene->args, err), err);
	assert_ok(action->plan(&scene->call, plan, err), err);
	bool ok = action->apply(&scene->call, plan, result, err);
	assert_ok(action->verify(&scene->call, plan, result, err), err);
	AUTO(Json) *json = plan_to_json(plan);
	AUTO_FREE char *text = json_text(json);
	error_format(err, told, sizeof(told));
	tells_no_secret(text);
	tells_no_secret(told);
	tells_no_secret(result->evidence);
	tells_no_secret(result->value);
	return ok;
}

#define TRACKER "    token: { env: TRACKER_TOKEN }\n    header.X-Api-Key: { env: TRACKER_KEY }\n    header.X-Project: ops\n" \
	"    body: '{\"fields\": {\"project\": {\"key\": \"OPS\"}, \"summary\": \"${title} in ${incident}\", \"labels\": [\"${title}\", 3, true]}}'\n"

Test(http_post, values_are_put_into_the_document_and_secrets_into_headers) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	scene_begin(&scene, false, "/api/issues/", TRACKER);
	arg(&scene, "value.title", "\"}, \"admin\": true, {\"${incident}\n\\");
	arg(&scene, "keep", "issue.number");
	assert_ok(run(&scene, &plan, &result, &err), &err);
	assert_text("request", scene.got, "POST /api/issues/|application/json|Bearer " TOKEN "|" KEY "|ops|"
		"{\"fields\":{\"project\":{\"key\":\"OPS\"},\"summary\":\"\\\"}, \\\"admin\\\": true, {\\\"${incident}\\n\\\\ in 20260102-031205-db-down\","
		"\"labels\":[\"\\\"}, \\\"admin\\\": true, {\\\"${incident}\\n\\\\\",3,true]}}");
	cr_expect(result.began && result.verified == VERIFIED_UNKNOWN && strstr(result.evidence, "tracker took it (status 201)"), "%s", result.evidence);
	assert_text("value", result.value, "7");
	cr_expect(strstr(plan.request, "/api/issues/\nContent-Type: application/json\nX-Project: ops\nAuthorization: Bearer (environment variable TRACKER_TOKEN)\n"
		"X-Api-Key (environment variable TRACKER_KEY)\n{\"fields\""), "%s", plan.request);
	cr_expect(plan.count == 4 && text_eq(plan.changes[2].to, "Authorization: Bearer (environment variable TRACKER_TOKEN)"));
	cr_expect(str_starts(str_from(plan.changes[0].what), "POST http://127.0.0.1:") && strstr(plan.changes[0].to, "\"project\""));
	cr_expect(plan.warnings.count == 2 && strstr(plan.warnings.items[0], "not safe to repeat"));
	cr_expect(!action_find("http.post")->repeatable);
}

Test(http_post, without_a_document_the_values_are_one) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	scene_begin(&scene, true, HOOK, "");
	arg(&scene, "value.text", "We are <on> it");
	arg(&scene, "method", "PUT");
	assert_ok(run(&scene, &plan, &result, &err), &err);
	assert_text("request", scene.got, "PUT " HOOK "|application/json|-|-|-|{\"text\":\"We are <on> it\"}");
	cr_expect(strstr(plan.request, "the rest of the address is not shown"), "%s", plan.request);
}

Test(http_post, a_form_is_encoded) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	scene_begin(&scene, false, "", "    sends: form\n    body: '{\"text\": \"${text}\", \"loud\": true}'\n");
	arg(&scene, "value.text", "a&b=c d\xc3\xa4");
	assert_ok(run(&scene, &plan, &result, &err), &err);
	assert_text("request", scene.got, "POST /|application/x-www-form-urlencoded|-|-|-|text=a%26b%3Dc%20d%C3%A4&loud=true");
}

typedef struct EndCase { const char *name; int status; SimEnding ending; const char *expect; bool ok; Verified verified; const char *why; } EndCase;
static const EndCase ENDS[] = {
	{"refused", 422, SIM_ENDING_WHOLE, NULL, false, VERIFIED_NO, "status 422): no ****"},
	{"no right", 401, SIM_ENDING_WHOLE, NULL, false, VERIFIED_NO, "does not accept the token"},
	{"an error of its own", 500, SIM_ENDING_WHOLE, NULL, false, VERIFIED_UNKNOWN, "error of its own"},
	{"another yes", 202, SIM_ENDING_WHOLE, "200,201", false, VERIFIED_UNKNOWN, "status 202"},
	{"the yes that is meant", 201, SIM_ENDING_WHOLE, "200,201", true, VERIFIED_UNKNOWN, NULL},
	{"lost", 201, SIM_ENDING_RESET, NULL, false, VERIFIED_UNKNOWN, "without an answer"},
};

Test(http_post, what_came_of_it_is_told_by_the_answer_alone) {
	for (size_t i = 0; i < BG_LENGTH(ENDS); i++) {
		AUTO_CLEAR(Scene) scene = {0};
		AUTO_CLEAR(Plan) plan = {0};
		AUTO_CLEAR(ActionResult) result = {0};
		Error err = {0};
		scene_begin(&scene, false, "/", "    token: { env: TRACKER_TOKEN }\n");
		scene.status = ENDS[i].status;
		scene.ending = ENDS[i].ending;
		arg(&scene, "value.text", "x");
		if (ENDS[i].expect)
			arg(&scene, "expect", ENDS[i].expect);
		cr_expect_eq(run(&scene, &plan, &result, &err), ENDS[i].ok, "%s", ENDS[i].name);
		cr_expect_eq(result.verified, ENDS[i].verified, "%s: %s", ENDS[i].name, result.evidence);
		cr_expect(!ENDS[i].why || (strstr(err.why, ENDS[i].why) && *err.hint && *err.where), "%s: %s | %s | %s", ENDS[i].name, err.why, err.hint, err.where);
		cr_expect_eq(scene.requests, 1, "%s: %d requests", ENDS[i].name, scene.requests);
	}
}

Test(http_post, a_limit_is_obeyed_and_a_redirect_is_not_followed) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0}, away = {0};
	AUTO_CLEAR(ActionResult) result = {0}, none = {0};
	Error err = {0};
	scene_begin(&scene, false, "/", "    token: { env: TRACKER_TOKEN }\n");
	arg(&scene, "value.text", "x");
	scene.limited = 2;
	assert_ok(run(&scene, &plan, &result, &err), &err);
	cr_expect_eq(scene.requests, 3);
	scene.status = 307;
	scene.location = "http://localhost:1/elsewhere";
	cr_expect(!run(&scene, &away, &none, &err));
	cr_expect(strstr(err.why, "sends us elsewhere") && none.verified == VERIFIED_UNKNOWN, "%s", err.why);
	cr_expect_eq(scene.requests, 4);
}

Test(http_post, what_has_no_place_or_no_value_is_refused) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) plan = {0};
	Error err = {0};
	scene_begin(&scene, false, "/", TRACKER);
	const Action *action = action_find("http.post");
	assert_refused(action->plan(&scene.call, &plan, &err), &err, ERROR_MISSING, "wants ${title}, and it is not given");
	arg(&scene, "value.title", "x");
	arg(&scene, "value.titel", "x");
	assert_refused(action->plan(&scene.call, &plan, &err), &err, ERROR_INVALID, "has no place for value.titel");
	json_remove(scene.args, "value.titel");
	arg(&scene, "expect", "200,404");
	assert_refused(action->plan(&scene.call, &plan, &err), &err, ERROR_INVALID, "404 is no status that says yes");
	cr_expect_eq(scene.requests, 0);
}

typedef struct SystemCase { const char *settings, *why; } SystemCase;
static const SystemCase SYSTEMS[] = {
	{"", "has no url"},
	{", url: 'https://t.example', header.Authorization: 'Basic YTpi'", "header.Authorization of t is a secret"},
	{", url: 'https://t.example', header.content-type: text/xml", "content-type of t is said by breakglass itself"},
	{", url: 'https://t.example', 'header.a b': x", "a b is no name of a header"},
	{", url: 'https://t.example', header.: x", "no setting header."},
	{", url: 'https://t.example', body: '{\"a\": ${x}}'", "body of t is no JSON"},
	{", url: 'https://t.example', sends: xml", "sends of t is json or form"},
	{", url: 'https://t.example', sends: form, body: '{\"a\": {\"b\": 1}}'", "a form has no objects in it"},
};

Test(http_post, a_system_is_checked_with_its_place) {
	for (size_t i = 0; i < BG_LENGTH(SYSTEMS); i++) {
		AUTO(Environment) *environment = NULL;
		Error err = {0};
		AUTO_FREE char *text = bg_asprintf("name: t\nkind: live\nsystems:\n  t: { provider: http%s }\n", SYSTEMS[i].settings);
		assert_ok(environment_parse(str_from(text), "e.yaml", &environment, &err), &err);
		cr_expect(!provider_check_environment(environment, &err), "%s", SYSTEMS[i].settings);
		cr_expect(strstr(err.why, SYSTEMS[i].why) && str_starts(str_from(err.where), "e.yaml:4:") && *err.hint, "%s | %s | %s", err.why, err.where, err.hint);
	}
}

Test(http_post, without_a_system_there_is_nothing_to_post_to) {
	AUTO(Environment) *environment = NULL;
	AUTO(Json) *args = json_new_object();
	const EnvironmentSystem *system = NULL;
	Error err = {0};
	assert_ok(environment_parse(STR("name: t\nkind: live\n"), "e.yaml", &environment, &err), &err);
	assert_refused(provider_choose_system(environment, "http.post", args, &system, &err), &err, ERROR_MISSING, "has no web site, or several");
	assert_ok(provider_choose_system(environment, "http", args, &system, &err), &err);
}
