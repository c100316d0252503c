/* github_scene.c: see github_scene.h. */
#include "github_scene.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"

WallTime scene_now(const GithubScene *scene) { return (WallTime){wall_now().ms + scene->ahead_ms}; }

static void answer(void *userdata, const SimRequest *request, SimReply *reply) {
	GithubScene *scene = userdata;
	char date[WALL_TEXT_SIZE];
	pthread_mutex_lock(&scene->lock);
	scene->ahead_ms += scene->jump_ms;
	WallTime now = scene_now(scene);
	sim_github_handle(scene->github, request, reply, now);
	sim_reply_header(reply, "Date", wall_format_http(now, date));
	if (scene->meanwhile)
		scene->meanwhile(scene, request, now);
	strlist_add_take(&scene->asked, bg_asprintf("%s %s %d", request->method, request->path, reply->status));
	pthread_mutex_unlock(&scene->lock);
}

static void answer_log(void *userdata, const SimRequest *request, SimReply *reply) {
	GithubScene *scene = userdata;
	pthread_mutex_lock(&scene->lock);
	sim_github_handle_logs(scene->github, request, reply);
	strlist_add_take(&scene->asked, bg_asprintf("log %d", reply->status));
	pthread_mutex_unlock(&scene->lock);
}

static bool is_cancelled(void *userdata) { return ((GithubScene *) userdata)->cancelled; }

static void on_progress(void *userdata, const char *text, int64_t done, int64_t total) {
	GithubScene *scene = userdata;
	(void) done, (void) total;
	strlist_add(&scene->told, text);
	if (scene->stop_at && strstr(text, scene->stop_at))
		scene->cancelled = true;
}

static void on_output(void *userdata, bool is_stderr, Str bytes) {
	(void) is_stderr;
	strlist_add_str(&((GithubScene *) userdata)->output, bytes);
}

bool scene_told(const GithubScene *scene, const char *part) {
	for (size_t i = 0; i < scene->told.count; i++)
		if (strstr(scene->told.items[i], part))
			return true;
	return false;
}

char *scene_output(const GithubScene *scene) { return strlist_join(&scene->output, ""); }

void scene_begin(GithubScene *scene, const char *more) {
	Error err = {0};
	pthread_mutex_init(&scene->lock, NULL);
	scene->folder = temp_folder();
	scene->github = sim_github_new(SCENE_REPO);
	scene_use_token(scene, SCENE_TOKEN, "ann", SIM_GITHUB_ADMIN, SIM_GITHUB_CLASSIC);
	assert_ok(sim_http_start(answer, scene, &scene->http, &err), &err);
	assert_ok(sim_http_start_on("127.0.0.2", answer_log, scene, &scene->logs, &err), &err);
	scene->url = bg_asprintf("http://127.0.0.1:%u", sim_http_port(scene->http));
	AUTO_FREE char *logs = bg_asprintf("http://127.0.0.2:%u", sim_http_port(scene->logs));
	sim_github_set_url(scene->github, scene->url);
	sim_github_set_logs_url(scene->github, logs);
	sim_github_protect(scene->github, "main", 1, true);
	AUTO_FREE char *text = bg_asprintf("name: test\nkind: live\nsystems:\n  gh:\n    provider: github\n    url: %s\n    token: { env: SCENE_TOKEN }\n%s%s",
		scene->url, strstr(more, "repository:") ? "" : "    repository: " SCENE_REPO "\n", more);
	assert_ok(environment_parse(str_from(text), temp_path(&scene->folder, "environment.yaml"), &scene->environment, &err), &err);
	assert_ok(provider_check_environment(scene->environment, &err), &err);
	scene->args = json_new_object();
	scene->call = (Call){.environment = scene->environment, .system = &scene->environment->systems[0], .args = scene->args, .cancelled = is_cancelled,
		.progress = on_progress, .output = on_output, .userdata = scene, .state_folder = scene->folder.path};
}

void scene_clear(GithubScene *scene) {
	scene->http = sim_http_stop(scene->http);
	scene->logs = sim_http_stop(scene->logs);
	scene->github = sim_github_free(scene->github);
	scene->environment = environment_free(scene->environment);
	scene->args = json_free(scene->args);
	strlist_clear(&scene->asked);
	strlist_clear(&scene->told);
	strlist_clear(&scene->output);
	free(scene->url);
	temp_folder_clear(&scene->folder);
	pthread_mutex_destroy(&scene->lock);
}

void scene_use_token(GithubScene *scene, const char *token, const char *login, SimGithubRights rights, SimGithubTokenKind kind) {
	setenv("SCENE_TOKEN", token, 1);
	pthread_mutex_lock(&scene->lock);
	sim_github_add_token(scene->github, token, login, rights, kind);
	pthread_mutex_unlock(&scene->lock);
}

void scene_args(GithubScene *scene, ...) {
	va_list args;
	json_free(scene->args);
	scene->args = json_new_object();
	va_start(args, scene);
	for (const char *name = va_arg(args, const char *); name; name = va_arg(args, const char *))
		json_add_string(scene->args, name, va_arg(args, const char *));
	va_end(args);
	scene->call.args = scene->args;
}

static void set_deadline(GithubScene *scene) {
	if (!scene->call.deadline.ms)
		scene->call.deadline = (MonoTime){mono_now().ms + 20000};
}

bool scene_plan(GithubScene *scene, const char *verb, Plan *ret, Error *err) {
	const Action *action = action_find(verb);
	cr_assert_not_null(action, "%s", verb);
	assert_ok(provider_check_args(&action->spec, scene->args, err), err);
	set_deadline(scene);
	bool ok = action->plan(&scene->call, ret, err);
	cr_expect(ok || (*err->what && *err->hint && *err->where), "%s | %s | %s | %s", err->what, err->where, err->why, err->hint);
	return ok;
}

bool scene_apply(GithubScene *scene, const char *verb, const Plan *plan, ActionResult *result, Error *err) {
	const Action *action = action_find(verb);
	Error looking = {0};
	set_deadline(scene);
	bool ok = action->apply(&scene->call, plan, result, err);
	scene->cancelled = false;
	scene->stop_at = NULL;
	if (!result->began && !ok)
		return false;
	if (!action->verify(&scene->call, plan, result, &looking))
		result->verified = VERIFIED_UNKNOWN;
	return ok;
}

void scene_read(GithubScene *scene, const char *probe, Reading *ret) {
	Error err = {0};
	const Probe *row = probe_find(probe);
	cr_assert_not_null(row, "%s", probe);
	assert_ok(provider_check_args(&row->spec, scene->args, &err), &err);
	set_deadline(scene);
	reading_clear(ret);
	row->read(&scene->call, ret);
}

size_t scene_count(GithubScene *scene, const char *beginning) {
	size_t count = 0;
	pthread_mutex_lock(&scene->lock);
	for (size_t i = 0; i < scene->asked.count; i++)
		count += str_starts(str_from(scene->asked.items[i]), beginning);
	pthread_mutex_unlock(&scene->lock);
	return count;
}
