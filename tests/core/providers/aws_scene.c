/* aws_scene.c: see aws_scene.h. */
#include "aws_scene.h"

#include <pthread.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/sandbox/sim_http.h"

#define KEY_ID "AKIASCENE00000000001"
#define SECRET "hush-7Wq9-aws-secret"
#define DEADLINE_MS 20000

struct AwsScene {
	pthread_mutex_t lock;
	SimStore *store;
	SimS3 s3;
	SimHttp *http;
	char *url;
	Buf log;
	Buf kinds;               /* a letter for each request: "r" only looks, "w" may change something */
	size_t redirected;
	int status;
	const char *location;
	TempFolder folder;
	Environment *environment;
	Json *args;
	Call call;
};

static bool only_looks(const SimRequest *request) {
	Str body = buf_str(&request->body);
	return text_eq(request->method, "GET") || text_eq(request->method, "HEAD") || str_starts(body, "Action=Get") || str_starts(body, "Action=List");
}

static void note(AwsScene *scene, const SimRequest *request) {
	Str body = buf_str(&request->body), action = {0};
	if (only_looks(request))
		return;
	if (sim_account_is_iam(request) && str_split(&body, '&', &action))
		buf_printf(&scene->log, "%.*s\n", STR_ARG(str_slice(action, 7, action.len)));
	else
		buf_printf(&scene->log, "%s %s%s%s\n", request->method, request->path, *request->query ? "?" : "", request->query);
}

static void answer(void *userdata, const SimRequest *request, SimReply *reply) {
	AwsScene *scene = userdata;
	pthread_mutex_lock(&scene->lock);
	bool redirected = scene->kinds.len == scene->redirected;
	buf_putc(&scene->kinds, only_looks(request) ? 'r' : 'w');
	if (redirected) {
		sim_reply_text(reply, scene->status, "text/html", "<html>Welcome to the hotel network.</html>");
		sim_reply_header(reply, "Location", scene->location);
	} else {
		note(scene, request);
		sim_s3_handle(&scene->s3, request, reply, wall_now());
	}
	pthread_mutex_unlock(&scene->lock);
}

AwsScene *aws_scene_begin(const char *more) {
	AwsScene *scene = bg_calloc(1, sizeof(*scene));
	Error err;
	pthread_mutex_init(&scene->lock, NULL);
	scene->redirected = SIZE_MAX;
	scene->store = sim_store_new();
	scene->s3 = (SimS3){.store = scene->store, .region = "us-east-1", .access_key = KEY_ID, .secret_key = SECRET, .account = sim_account_new()};
	assert_ok(sim_http_start(answer, scene, &scene->http, &err), &err);
	scene->url = bg_asprintf("http://127.0.0.1:%u", sim_http_port(scene->http));
	scene->folder = temp_folder();
	setenv("SCENE_KEY_ID", KEY_ID, 1);
	setenv("SCENE_SECRET", SECRET, 1);
	AUTO_FREE char *text = bg_asprintf("name: test\nkind: live\nsystems:\n  s:\n    provider: aws\n    region: us-east-1\n    account: \"" SIM_ACCOUNT "\"\n"
		"    s3-url: %s\n    iam-url: %s\n    sts-url: %s\n    control-url: %s\n    access-key-id: { env: SCENE_KEY_ID }\n    secret-access-key: { env: SCENE_SECRET }\n%s",
		scene->url, scene->url, scene->url, scene->url, more ? more : "");
	const char *path = temp_path(&scene->folder, "environment.yaml");
	assert_ok(environment_parse(str_from(text), path, &scene->environment, &err), &err);
	assert_ok(provider_check_environment(scene->environment, &err), &err);
	scene->args = json_new_object();
	return scene;
}

AwsScene *aws_scene_free(AwsScene *scene) {
	if (!scene)
		return NULL;
	sim_http_stop(scene->http);
	sim_account_free(scene->s3.account);
	sim_store_free(scene->store);
	environment_free(scene->environment);
	json_free(scene->args);
	temp_folder_clear(&scene->folder);
	buf_clear(&scene->log);
	buf_clear(&scene->kinds);
	free(scene->url);
	pthread_mutex_destroy(&scene->lock);
	free(scene);
	return NULL;
}

void aws_scene_say(AwsScene *scene, const char *json) {
	AUTO(Json) *said = NULL;
	Error err;
	assert_ok(json_parse(str_from(json), &said, &err), &err);
	pthread_mutex_lock(&scene->lock);
	JSON_EACH(item, said)
		json_add(sim_account_state(scene->s3.account), json_key(item), json_copy(item));
	pthread_mutex_unlock(&scene->lock);
}

Json *aws_scene_state(AwsScene *scene) {
	pthread_mutex_lock(&scene->lock);
	Json *copy = json_copy(sim_account_state(scene->s3.account));
	pthread_mutex_unlock(&scene->lock);
	return copy;
}

void aws_scene_bucket(AwsScene *scene, const char *name, const char *region, const char *versioning) {
	pthread_mutex_lock(&scene->lock);
	sim_store_add_bucket(scene->store, name, wall_now());
	Json *settings = json_add(json_get_mutable(sim_account_state(scene->s3.account), "buckets"), name, json_new_object());
	json_add_string(settings, "region", region);
	AUTO_FREE char *text = bg_asprintf("<VersioningConfiguration><Status>%s</Status></VersioningConfiguration>", versioning ? versioning : "Enabled");
	json_add_string(settings, "versioning", text);
	json_add_string(settings, "ownershipControls", "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerPreferred</ObjectOwnership></Rule></OwnershipControls>");
	json_add_string(settings, "publicAccessBlock", "<PublicAccessBlockConfiguration><BlockPublicAcls>false</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls>"
		"<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>");
	json_add_string(settings, "encryption", "<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
		"</ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>");
	pthread_mutex_unlock(&scene->lock);
}

void aws_scene_put(AwsScene *scene, const char *bucket, const char *key, int64_t age_ms) {
	WallTime then = {(wall_now().ms - age_ms) / 1000 * 1000};
	pthread_mutex_lock(&scene->lock);
	sim_bucket_put(sim_store_find(scene->store, str_from(bucket)), key, STR("content"), "text/plain", then);
	sim_account_replicate(&scene->s3, bucket, key, then);
	pthread_mutex_unlock(&scene->lock);
}

size_t aws_scene_objects(AwsScene *scene, const char *bucket) {
	pthread_mutex_lock(&scene->lock);
	const SimBucket *there = sim_store_find(scene->store, str_from(bucket));
	size_t count = there ? there->count : (size_t) -1;
	pthread_mutex_unlock(&scene->lock);
	return count;
}

char *aws_scene_log(AwsScene *scene) {
	pthread_mutex_lock(&scene->lock);
	char *text = bg_strdup(buf_text(&scene->log));
	pthread_mutex_unlock(&scene->lock);
	return text;
}

void aws_scene_redirect(AwsScene *scene, size_t number, int status, const char *location) {
	pthread_mutex_lock(&scene->lock);
	buf_truncate(&scene->log, 0);
	buf_truncate(&scene->kinds, 0);
	scene->redirected = number;
	scene->status = status;
	scene->location = location;
	pthread_mutex_unlock(&scene->lock);
}

size_t aws_scene_requests(AwsScene *scene) {
	pthread_mutex_lock(&scene->lock);
	size_t count = scene->kinds.len;
	pthread_mutex_unlock(&scene->lock);
	return count;
}

bool aws_scene_changes(AwsScene *scene, size_t number) {
	pthread_mutex_lock(&scene->lock);
	bool changes = number < scene->kinds.len && scene->kinds.data[number] == 'w';
	pthread_mutex_unlock(&scene->lock);
	return changes;
}

const char *aws_scene_url(const AwsScene *scene) { return scene->url; }
const char *aws_scene_path(AwsScene *scene, const char *name) { return temp_path(&scene->folder, name); }

/* ---- verbs ---- */

void aws_scene_args(AwsScene *scene, ...) {
	va_list list;
	json_free(scene->args);
	scene->args = json_new_object();
	va_start(list, scene);
	for (const char *name; (name = va_arg(list, const char *));)
		json_add_string(scene->args, name, va_arg(list, const char *));
	va_end(list);
}

static void prepare(AwsScene *scene, const VerbSpec *spec) {
	Error err;
	scene->call = (Call){.environment = scene->environment, .args = scene->args, .deadline = {mono_now().ms + DEADLINE_MS}, .state_folder = scene->folder.path};
	assert_ok(provider_check_args(spec, scene->args, &err), &err);
	assert_ok(provider_choose_system(scene->environment, spec->name, scene->args, &scene->call.system, &err), &err);
}

bool aws_scene_plan(AwsScene *scene, const char *action, Plan *ret, Error *err) {
	cr_assert(action_find(action), "%s", action);
	prepare(scene, &action_find(action)->spec);
	return action_find(action)->plan(&scene->call, ret, err);
}

bool aws_scene_apply(AwsScene *scene, const char *action, const Plan *plan, ActionResult *result, Error *err) {
	prepare(scene, &action_find(action)->spec);
	return action_find(action)->apply(&scene->call, plan, result, err) && action_find(action)->verify(&scene->call, plan, result, err);
}

char *aws_scene_do(AwsScene *scene, const char *action) {
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	AUTO_CLEAR(StrList) lines = {0};
	Error err = {0};
	assert_ok(aws_scene_plan(scene, action, &plan, &err), &err);
	assert_ok(aws_scene_apply(scene, action, &plan, &result, &err), &err);
	cr_assert_eq(result.verified, VERIFIED_YES, "%s: %s", action, result.evidence);
	cr_assert_eq(result.began, !plan.nothing_to_do, "%s", action);
	plan_describe(&plan, &lines);
	return strlist_join(&lines, "\n");
}

void aws_scene_read(AwsScene *scene, const char *probe, Reading *ret) {
	prepare(scene, &probe_find(probe)->spec);
	probe_find(probe)->read(&scene->call, ret);
}

void aws_scene_may(AwsScene *scene, const char *action, Rights *ret) {
	prepare(scene, &action_find(action)->spec);
	provider_find("aws")->may(&scene->call, action, ret);
}
