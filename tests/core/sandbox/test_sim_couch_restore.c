/* Our provider against the simulated CouchDB, over the wire: the way of the recovery guide, from damage to a platform that is whole again. */
#include <pthread.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/provider.h"
#include "core/sandbox/sim_backup.h"
#include "core/sandbox/sim_couch_data.h"
#include "core/sandbox/sim_http.h"
#include "couch_ask.h"

typedef struct World World;
typedef struct Member { World *world; size_t index; SimHttp *http; char *url; } Member;
struct World {
	pthread_mutex_t lock;
	SimCouch *couch;
	Member members[SIM_COUCH_MEMBERS];
	TempFolder folder;
	Environment *environment;
	Json *args;
	Call call;
	Buf output;
};

static void on_request(void *userdata, const SimRequest *request, SimReply *reply) {
	Member *member = userdata;
	pthread_mutex_lock(&member->world->lock);
	sim_couch_handle(member->world->couch, member->index, request, reply, wall_now());
	pthread_mutex_unlock(&member->world->lock);
}

static void on_output(void *userdata, bool is_stderr, Str bytes) {
	(void) is_stderr;
	buf_put_str(&((World *) userdata)->output, bytes);
}

static void begin(World *world, const char *password) {
	static const char *const HOSTS[] = {"127.0.0.1", "127.0.0.2", "127.0.0.3"};
	Error err = {0};
	pthread_mutex_init(&world->lock, NULL);
	world->folder = temp_folder();
	world->couch = sim_couch_new(COUCH_TEST_PASSWORD);
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++) {
		world->members[i] = (Member){.world = world, .index = i};
		assert_ok(sim_http_start_on(HOSTS[i], on_request, &world->members[i], &world->members[i].http, &err), &err);
		world->members[i].url = bg_asprintf("http://%s:%u", HOSTS[i], sim_http_port(world->members[i].http));
		sim_couch_set_place(world->couch, i, HOSTS[i], sim_http_port(world->members[i].http));
	}
	temp_write(&world->folder, "password", password);
	AUTO_FREE char *secret = bg_strdup(temp_path(&world->folder, "password"));
	AUTO_FREE char *text = bg_asprintf("name: n\nkind: drill\nsystems:\n  couch: { provider: couchdb, url: \"%s\", nodes: [ \"%s\", \"%s\" ], password: { file: %s } }\n"
		"  backups: { provider: backup, folder: %s/sets }\n", world->members[0].url, world->members[1].url, world->members[2].url, secret, world->folder.path);
	assert_ok(environment_parse(str_from(text), temp_path(&world->folder, "environment.yaml"), &world->environment, &err), &err);
	assert_ok(provider_check_environment(world->environment, &err), &err);
	AUTO_FREE char *state = path_join(world->folder.path, "state");
	assert_ok(file_make_folder(state, 0700, &err), &err);
	world->call = (Call){.environment = world->environment, .output = on_output, .userdata = world, .state_folder = bg_strdup(state)};
}

static void world_clear(World *world) {
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++) {
		sim_http_stop(world->members[i].http);
		free(world->members[i].url);
	}
	sim_couch_free(world->couch);
	environment_free(world->environment);
	json_free(world->args);
	free((char *) (uintptr_t) world->call.state_folder);
	buf_clear(&world->output);
	temp_folder_clear(&world->folder);
	pthread_mutex_destroy(&world->lock);
}
BG_DEFINE_CLEARP(World, world_clear)

static void take_args(World *world, size_t system, const char *name, const char *value) {
	json_free(world->args);
	world->args = json_new_object();
	json_add_string(world->args, name, value);
	world->call.system = &world->environment->systems[system];
	world->call.args = world->args;
	world->call.deadline = (MonoTime){mono_now().ms + 60000};
}

/* Plans, applies and verifies; what it ended with: "yes: EVIDENCE", "no: EVIDENCE", or the error. Owned. */
static char *run(World *world, size_t system, const char *action, const char *name, const char *value) {
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	const Action *row = action_find(action);
	take_args(world, system, name, value);
	assert_ok(provider_check_args(&row->spec, world->args, &err), &err);
	if (!row->plan(&world->call, &plan, &err) || !row->apply(&world->call, &plan, &result, &err) || (row->verify && !row->verify(&world->call, &plan, &result, &err)))
		return bg_asprintf("%s: %s", err.what, err.why);
	return bg_asprintf("%s: %s", !row->verify ? "done" : result.verified == VERIFIED_YES ? "yes" : "no", result.evidence ? result.evidence : "");
}

static char *cluster(World *world, ReadingState *ret_state) {
	AUTO_CLEAR(Reading) reading = {0};
	take_args(world, 0, "-", NULL);
	probe_find("couchdb.cluster")->read(&world->call, &reading);
	*ret_state = reading.state;
	return bg_asprintf("%s; %s", reading.text, reading.reason ? reading.reason : "");
}

Test(sim_couch_restore, what_was_damaged_is_deleted_set_up_anew_and_restored) {
	World world = {0};
	Error err = {0};
	ReadingState state;
	begin(&world, COUCH_TEST_PASSWORD);
	sim_couch_fill(world.couch);
	AUTO_FREE char *sets = path_join(world.folder.path, "sets");
	assert_ok(sim_backup_write_local(world.couch, sets, 2, wall_now(), &err), &err);
	AUTO_FREE char *well = cluster(&world, &state);
	cr_expect_eq(state, READING_OK, "%s", well);
	sim_couch_damage(world.couch);
	AUTO_FREE char *ill = cluster(&world, &state);
	cr_expect_eq(state, READING_FAIL, "%s", ill);
	cr_expect(strstr(ill, "2 of 3 connected") && strstr(ill, "couchdb@127.0.0.3"), "%s", ill);
	AUTO_FREE char *verified = run(&world, 1, "backup.verify", "set", "newest");
	cr_expect(strstr(verified, "223 documents in 4 databases"), "%s", verified);
	/* kubectl delete statefulset; apply; the pods are ready. */
	sim_couch_delete(world.couch);
	AUTO_FREE char *away = cluster(&world, &state);
	cr_expect(state == READING_FAIL || state == READING_UNKNOWN, "%s", away);
	for (size_t i = 0; i < SIM_COUCH_MEMBERS; i++)
		sim_couch_run(world.couch, i, true);
	AUTO_FREE char *alone = cluster(&world, &state);
	cr_expect_eq(state, READING_WARN, "%s", alone);
	AUTO_FREE char *set_up = run(&world, 0, "couchdb.setup", "-", NULL);
	cr_expect(str_starts(str_from(set_up), "yes: "), "%s", set_up);
	cr_expect_eq(sim_couch_connected(world.couch), 3u);
	AUTO_CLEAR(StrList) names = {0};
	assert_ok(file_list_folder(sets, &names, &err), &err);
	AUTO_FREE char *set = path_join(sets, names.items[names.count - 1]);
	AUTO_FREE char *restored = run(&world, 0, "couchdb.restore", "from", set);
	cr_expect(str_starts(str_from(restored), "yes: 223 documents in 4 databases"), "%s", restored);
	cr_expect_eq(sim_couch_missing(world.couch), 0u);
	/* Revisions are those of the backup: what was dumped before is dumped again. */
	AUTO_FREE char *path = path_join(set, "openedx_courses.json");
	AUTO_FREE char *dumped = read_text(path);
	AUTO_FREE char *now = couch_said(world.couch, "GET", "/openedx_courses/_all_docs?include_docs=true", NULL, NULL);
	assert_text("openedx_courses", now, dumped);
	world_clear(&world);
}

Test(sim_couch_restore, what_is_refused_is_told) {
	World world = {0};
	Error err = {0};
	begin(&world, "wrong");
	sim_couch_fill(world.couch);
	AUTO_FREE char *sets = path_join(world.folder.path, "sets");
	assert_ok(sim_backup_write_local(world.couch, sets, 1, wall_now(), &err), &err);
	AUTO_FREE char *denied = run(&world, 0, "couchdb.setup", "-", NULL);
	cr_expect(strstr(denied, "does not accept user admin with this password (status 401)"), "%s", denied);
	assert_ok(sim_backup_corrupt(sets, NULL, &err), &err);
	AUTO_FREE char *corrupt = run(&world, 1, "backup.verify", "set", "newest");
	cr_expect(strstr(corrupt, "openedx_enrollments.json, byte "), "%s", corrupt);
	AUTO_CLEAR(StrList) names = {0};
	assert_ok(file_list_folder(sets, &names, &err), &err);
	AUTO_FREE char *set = path_join(sets, names.items[names.count - 1]);
	temp_write(&world.folder, "password", COUCH_TEST_PASSWORD);
	AUTO_FREE char *full = run(&world, 0, "couchdb.restore", "from", set);
	cr_expect(strstr(full, "database openedx_courses is there already and holds 13 documents"), "%s", full);
	sim_couch_delete(world.couch);
	sim_couch_run(world.couch, 0, true);
	AUTO_FREE char *unread = run(&world, 0, "couchdb.restore", "from", set);
	cr_expect(strstr(unread, "it ends in the middle"), "%s", unread);
	cr_expect_eq(sim_couch_documents(world.couch, SIM_COUCH_COURSES_DB), -1, "nothing was changed");
	world_clear(&world);
}
