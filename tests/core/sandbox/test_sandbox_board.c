/* Each fault of the cluster as the board tells it: the probes of the environment file, asked as the prober asks them. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/environment/environment.h"
#include "core/providers/provider.h"
#include "core/sandbox/sandbox.h"
#include "tests/support/process.h"
#include "tests/support/sshd.h"

#define LOOK_MS 30000   /* only ever reached by a failing test */
#define SILENT_MS 1000  /* of a machine that never answers: whenever it ends, it ends so */

typedef struct Case { const char *fault, *probe; ReadingState state; const char *part; } Case;

static const Case CASES[] = {
	{NULL, "nodes ready", READING_OK, "4 of 4 ready"},
	{NULL, "couchdb", READING_OK, "3 of 3 nodes up, 3 of 3 connected"},
	{NULL, "backup rotation", READING_OK, "7 of 7 days"},
	{NULL, "overlay", READING_OK, "2 of 2 peers alive"},
	{NULL, "lms page", READING_OK, "status 200"},
	{"node-lost", "node2", READING_UNKNOWN, "nothing answer"},
	{"node-lost", "nodes ready", READING_FAIL, "stopped reporting: node2"},
	{"node-lost", "couchdb", READING_FAIL, "2 of 3 nodes up"},
	{"node-lost", "lms", READING_WARN, "2 of 3 ready"},
	{"node-lost", "lms page", READING_OK, "status 200"},
	{"two-nodes-lost", "nodes ready", READING_UNKNOWN, "connection refused"},
	{"first-master-lost", "masters ready", READING_FAIL, "2 of 3 ready"},
	{"couchdb-damaged", "couchdb", READING_FAIL, "2 of 3 connected"},
	{"couchdb-damaged", "lms page", READING_FAIL, "503"},
	{"couchdb-damaged", "couchdb pods", READING_OK, "3 of 3 ready"},
	{"control-plane-gone", "nodes ready", READING_UNKNOWN, "no answer in time"},
	{"control-plane-gone", "lms page", READING_FAIL, "503"},
	{"overlay-gone", "overlay", READING_FAIL, "0 of 2 peers alive"},
	{"overlay-gone", "node1", READING_FAIL, "by its LAN address 127.0.0.2 only"},
	{"overlay-gone", "nodes ready", READING_UNKNOWN, "no route to it"},
	{"all-lost", "node4", READING_UNKNOWN, "nothing answer"},
};

static void look(const Environment *environment, const char *name, bool silent, Reading *ret) {
	const EnvironmentProbe *probe = environment_find_probe(environment, name);
	cr_assert(probe, "no probe %s", name);
	const Probe *verb = probe_find(probe->probe);
	Call call = {.environment = environment, .args = probe->args, .deadline = {mono_now().ms + (silent ? SILENT_MS : LOOK_MS)}};
	for (size_t i = 0; i < environment->system_count; i++)
		if (*probe->system ? text_eq(environment->systems[i].name, probe->system) : str_starts(str_from(probe->probe), environment->systems[i].provider))
			call.system = &environment->systems[i];
	verb->read(&call, ret);
}

Test(sandbox_board, tells_each_fault_with_its_reason) {
	if (!have_sshd())
		cr_skip_test("there is no sshd here");
	const char *struck = "";
	for (size_t i = 0; i < BG_LENGTH(CASES);) {
		AUTO_CLEAR(TempFolder) folder = temp_folder();
		AUTO(Sandbox) *sandbox = NULL;
		AUTO(Environment) *environment = NULL;
		AUTO_FREE char *self = build_path("breakglass");
		Error err = {0};
		SandboxOptions options = {.scenario = "openedx-healthy", .folder = temp_path(&folder, "drill"), .self = self};
		assert_ok(sandbox_start(&options, &sandbox, &err), &err);
		AUTO_FREE char *path = sandbox_environment(sandbox);
		assert_ok(environment_load(path, &environment, &err), &err);
		assert_ok(provider_check_environment(environment, &err), &err);
		struck = CASES[i].fault;
		AUTO_FREE char *words = bg_asprintf("fault %s", struck ? struck : "none");
		assert_ok(sandbox_command(sandbox, words, &err), &err);
		for (; i < BG_LENGTH(CASES) && (CASES[i].fault == struck || text_eq(CASES[i].fault, struck)); i++) {
			AUTO_CLEAR(Reading) reading = {0};
			look(environment, CASES[i].probe, strstr(CASES[i].part, "nothing answer"), &reading);
			cr_expect(reading.state == CASES[i].state && strstr(reading.text, CASES[i].part), "%s, %s: %s, %s (%s)", words, CASES[i].probe,
				reading_state_name(reading.state), reading.text, reading.reason ? reading.reason : "");
		}
	}
}

/* A set that is corrupt is found where it is read, and only there: its age and size tell nothing. */
Test(sandbox_board, a_corrupt_set_is_found_by_reading_it) {
	if (!have_sshd())
		cr_skip_test("there is no sshd here");
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Sandbox) *sandbox = NULL;
	AUTO(Environment) *environment = NULL;
	AUTO(Json) *args = json_new_object();
	AUTO_FREE char *self = build_path("breakglass");
	Error err = {0};
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	SandboxOptions options = {.scenario = "openedx-healthy", .folder = temp_path(&folder, "drill"), .self = self};
	assert_ok(sandbox_start(&options, &sandbox, &err), &err);
	AUTO_FREE char *path = sandbox_environment(sandbox);
	assert_ok(environment_load(path, &environment, &err), &err);
	assert_ok(sandbox_command(sandbox, "fault backup-corrupt", &err), &err);
	Call call = {.environment = environment, .args = args, .deadline = {mono_now().ms + LOOK_MS}};
	for (size_t i = 0; i < environment->system_count; i++)
		if (text_eq(environment->systems[i].name, "sets"))
			call.system = &environment->systems[i];
	const Action *verify = action_find("backup.verify");
	bool ok = verify->plan(&call, &plan, &err) && verify->apply(&call, &plan, &result, &err);
	cr_expect(!ok && *err.why, "a corrupt set passed");
}
