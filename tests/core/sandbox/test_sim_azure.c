/* Our provider against the simulated Azure, over the wire: both were written from the same reference and share no code. */
#include <pthread.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/provider.h"
#include "core/sandbox/sim_azure.h"
#include "core/sandbox/sim_http.h"
#include "tests/support/support.h"

#define KEY "c2ltdWxhdGVkIGtleSBvZiBhbiBhY2NvdW50"
#define DAY_S 86400

typedef struct World { pthread_mutex_t lock; SimAzure azure; SimHttp *http; Environment *environment; Json *args; Call call; } World;

static void on_request(void *userdata, const SimRequest *request, SimReply *reply)
{
	World *world = userdata;
	pthread_mutex_lock(&world->lock);
	sim_azure_handle(&world->azure, request, reply, wall_now());
	pthread_mutex_unlock(&world->lock);
}

static void begin(World *world)
{
	Error err = { 0 };
	pthread_mutex_init(&world->lock, NULL);
	world->azure = (SimAzure) { .store = sim_store_new(), .account = "sandbox1", .key = KEY };
	assert_ok(sim_http_start(on_request, world, &world->http, &err), &err);
}

static void world_clear(World *world)
{
	world->http = sim_http_stop(world->http);
	sim_store_free(world->azure.store);
	environment_free(world->environment);
	json_free(world->args);
}
BG_DEFINE_CLEARP(World, world_clear)

static void put(World *world, const char *name, int size, int64_t age_s)
{
	Error err = { 0 };
	AUTO_FREE char *line = bg_asprintf("backups %s %d %lld", name, size, (long long) age_s);
	assert_ok(sim_azure_put(&world->azure, line, wall_now(), &err), &err);
}

/* `secret`: "key" or "sas", out of a variable. */
static void ask(World *world, const char *secret, const char *value, const char *name, const char *argument, Reading *ret)
{
	Error err = { 0 };
	AUTO_FREE char *text = bg_asprintf("name: n\nkind: drill\nsystems:\n  s: { provider: azure, account: sandbox1, url: \"http://127.0.0.1:%u/sandbox1\", %s: { env: SIM_SECRET } }\n",
		sim_http_port(world->http), secret);
	setenv("SIM_SECRET", value, 1);
	environment_free(world->environment);
	json_free(world->args);
	assert_ok(environment_parse(str_from(text), "e.yaml", &world->environment, &err), &err);
	assert_ok(provider_check_environment(world->environment, &err), &err);
	world->args = json_new_object();
	json_add_string(world->args, "container", "backups");
	if (name)
		json_add_string(world->args, name, argument);
	world->call = (Call) { .environment = world->environment, .system = &world->environment->systems[0], .args = world->args, .deadline = { mono_now().ms + 20000 } };
	probe_find("azure.container")->read(&world->call, ret);
}

static void expect(World *world, const char *secret, const char *value, ReadingState state, const char *text)
{
	AUTO_CLEAR(Reading) reading = { 0 };
	ask(world, secret, value, NULL, NULL, &reading);
	cr_expect(reading.state == state && strstr(reading.text, text), "%s: %s, \"%s\" (%s)", text, reading_state_name(reading.state), reading.text, reading.reason);
}

Test(sim_azure, pages_also_empty_ones_are_read_to_the_end)
{
	AUTO_CLEAR(World) world = { 0 };
	AUTO_CLEAR(Reading) reading = { 0 };
	begin(&world);
	put(&world, "newest%07%20of%20%26%20all", 1000, 60);
	for (int i = 1; i < 12; i++) {
		AUTO_FREE char *name = bg_asprintf("night-%02d", i);
		put(&world, name, 1000, i * (int64_t) DAY_S);
	}
	world.azure.page = 5;
	world.azure.empty_pages = true;
	ask(&world, "key", KEY, "retention", "7", &reading);
	cr_expect_eq(reading.state, READING_OK, "%s: %s", reading.text, reading.reason);
	assert_text("text", reading.text, "newest 1 m, 1000 bytes, of 12 blobs");
	assert_text("name", json_get_string_or(reading.facts, "newest_name", "-"), "newest\a of & all");
	AUTO_CLEAR(Reading) part = { 0 };
	ask(&world, "key", KEY, "prefix", "night-1", &part);
	cr_expect_eq(json_get_int(part.facts, "count", -1), 2, "%s", part.text);
}

Test(sim_azure, signatures_and_permissions_are_judged_by_it)
{
	AUTO_CLEAR(World) world = { 0 };
	begin(&world);
	put(&world, "dump", 10, 60);
	WallTime later = { wall_now().ms + 30 * INT64_C(86400000) };
	AUTO_FREE char *good = sim_azure_sas(&world.azure, "backups", "rl", later);
	AUTO_FREE char *other = sim_azure_sas(&world.azure, "others", "rl", later);
	expect(&world, "key", KEY, READING_OK, "of 1 blobs");
	expect(&world, "sas", good, READING_OK, "of 1 blobs");
	expect(&world, "key", "b3RoZXIga2V5", READING_UNKNOWN, "the key is not one of the account sandbox1 (status 403, AuthenticationFailed)");
	expect(&world, "sas", other, READING_UNKNOWN, "its SAS is not good");
	world.azure.fault = "ServerBusy";
	expect(&world, "key", KEY, READING_UNKNOWN, "it asks for fewer requests (status 503, ServerBusy)");
	world.azure.fault = "ContainerBeingDeleted";
	expect(&world, "key", KEY, READING_UNKNOWN, "the container is being deleted");
	world.azure.fault = NULL;
	Error err = { 0 };
	assert_refused(sim_azure_put(&world.azure, "backups dump many 60", wall_now(), &err), &err, ERROR_INVALID, "is no blob to write");
}

Test(sim_azure, a_night_that_failed_is_named)
{
	AUTO_CLEAR(World) world = { 0 };
	AUTO_CLEAR(Reading) reading = { 0 };
	begin(&world);
	for (int i = 0; i < 8; i++) {
		AUTO_FREE char *name = bg_asprintf("night-%d", i);
		put(&world, name, i == 3 ? 0 : 1000, i * (int64_t) DAY_S);
	}
	ask(&world, "key", KEY, "retention", "7", &reading);
	cr_expect_eq(json_get_int(reading.facts, "days_missing", -1), 1, "%s: %s", reading.text, reading.reason);
	cr_expect(reading.state == READING_WARN && strstr(reading.reason, "of the last 7 days these have no backup: "), "%s", reading.reason);
}
