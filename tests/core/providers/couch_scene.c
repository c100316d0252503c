/* couch_scene.c: see couch_scene.h. */
#include "couch_scene.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"

static bool is_cancelled(void *userdata) {
	CouchScene *scene = userdata;
	return couch_server_cancelled(scene->server);
}

static void on_output(void *userdata, bool is_stderr, Str bytes) {
	(void) is_stderr;
	buf_put_str(&((CouchScene *) userdata)->output, bytes);
}

static void on_progress(void *userdata, const char *text, int64_t done, int64_t total) {
	buf_printf(&((CouchScene *) userdata)->progress, "%s [%lld/%lld]\n", text, (long long) done, (long long) total);
}

void couch_scene_begin(CouchScene *scene, const char *nodes) {
	Error err = {0};
	scene->server = couch_server_start();
	scene->folder = temp_folder();
	setenv("COUCH_SCENE_PASSWORD", COUCH_PASSWORD, 1);
	AUTO_FREE char *text = bg_asprintf("name: test\nkind: live\nsystems:\n  couch:\n    provider: couchdb\n    url: %s\n    password: { env: COUCH_SCENE_PASSWORD }\n%s%s%s",
		couch_server_url(scene->server), nodes ? "    nodes: " : "", nodes ? nodes : "", nodes ? "\n" : "");
	assert_ok(environment_parse(str_from(text), temp_path(&scene->folder, "environment.yaml"), &scene->environment, &err), &err);
	scene->args = json_new_object();
	scene->call = (Call){.environment = scene->environment, .system = &scene->environment->systems[0], .cancelled = is_cancelled, .output = on_output,
		.progress = on_progress, .userdata = scene, .state_folder = temp_path(&scene->folder, "state")};
	assert_ok(file_make_folder(scene->call.state_folder, 0700, &err), &err);
	assert_ok(provider_check_environment(scene->environment, &err), &err);
}

void couch_scene_clear(CouchScene *scene) {
	couch_server_free(scene->server);
	environment_free(scene->environment);
	json_free(scene->args);
	buf_clear(&scene->output);
	buf_clear(&scene->progress);
	temp_folder_clear(&scene->folder);
}

void couch_scene_args(CouchScene *scene, ...) {
	va_list args;
	json_free(scene->args);
	scene->args = json_new_object();
	va_start(args, scene);
	for (const char *name = va_arg(args, const char *); name; name = va_arg(args, const char *))
		json_add_string(scene->args, name, va_arg(args, const char *));
	va_end(args);
	scene->call.args = scene->args;
}

bool couch_scene_plan(CouchScene *scene, const char *action, Plan *ret, Error *err) {
	const Action *row = action_find(action);
	scene->call.args = scene->args;
	scene->call.deadline = (MonoTime){mono_now().ms + 60000};
	assert_ok(provider_check_args(&row->spec, scene->args, err), err);
	return row->plan(&scene->call, ret, err);
}

bool couch_scene_run(CouchScene *scene, const char *action, Plan *plan, ActionResult *result, Error *err) {
	const Action *row = action_find(action);
	assert_ok(couch_scene_plan(scene, action, plan, err), err);
	return row->apply(&scene->call, plan, result, err) && row->verify(&scene->call, plan, result, err);
}
