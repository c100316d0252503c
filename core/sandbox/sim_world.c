/* sim_world.c: scenarios: what stands in the buckets, in Concourse and in Fastly when the sandbox opens. */
#include "core/sandbox/sim_world.h"
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/sandbox/sim_account.h"
#include "core/sandbox/sim_cluster_fault.h"
#include "core/sandbox/sim_content.h"
#include "core/sandbox/sim_github_practice.h"

#define MINUTE_MS (60 * 1000LL)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define BACKUP_TOOK_MS (12 * MINUTE_MS)
#define HISTORY_DAYS 12

static const SimScenario SCENARIOS[] = {
	{.name = "ocw-mass-publish", .summary = "a mass publish has damaged 14 courses; the backup is good, but its next run is near",
		.story = "A mass publish four hours ago has damaged 14 of 40 courses of the live site. The backup of last night is good.\n"
		"Its pipeline runs again in five minutes, and then the damage is copied over it.",
		.drill = SIM_DRILL_OCW, .damaged = true, .publish_age_ms = 4 * HOUR_MS + 10 * MINUTE_MS, .next_run_ms = 5 * MINUTE_MS},
	{.name = "ocw-backup-overwritten", .summary = "the same damage, but the backup ran after it: failing over would not help",
		.story = "A mass publish thirty hours ago has damaged 14 of 40 courses. Nobody noticed, and the backup ran after it: it holds the damage.",
		.drill = SIM_DRILL_OCW, .damaged = true, .overwritten = true, .publish_age_ms = 30 * HOUR_MS, .next_run_ms = 20 * HOUR_MS},
	{.name = "ocw-healthy", .summary = "nothing is wrong: to look around, or to practise a planned failover",
		.story = "Nothing is wrong. The live site is well, the backup is from last night.", .drill = SIM_DRILL_OCW, .publish_age_ms = 3 * DAY_MS, .next_run_ms = 6 * HOUR_MS},
	{.name = "openedx", .summary = "one of four machines of an Open edX cluster is lost; a new one stands ready",
		.story = "The machine node2 of the school's cluster does not answer any more. Students still learn: two of three are left.\n"
		"A new machine, node2-new, stands ready. Take node2 out of the cluster and put node2-new in: playbook openedx-node.",
		.estate = SIM_ESTATE_OPENEDX, .drill = SIM_DRILL_OPENEDX, .procedure = "openedx-node", .faults = "node-lost=node2", .spares = "node2-new"},
	{.name = "openedx-all-lost", .summary = "every machine of the cluster is lost; four new ones and last night's backup are there",
		.story = "Nothing of the school answers: all four machines are lost. On this machine lies the backup of last night.\n"
		"Four new machines stand ready, and the team's cluster-config.json names them. Build it anew: playbook openedx-complete-loss.",
		.estate = SIM_ESTATE_OPENEDX, .drill = SIM_DRILL_OPENEDX, .procedure = "openedx-complete-loss", .faults = "all-lost", .spares = "node1-new,node2-new,node3-new,node4-new"},
	{.name = "openedx-healthy", .summary = "nothing is wrong with the cluster: to look around, and to break it with --tell \"fault ...\"",
		.story = "Nothing is wrong. A new machine, node2-new, stands ready; break what you want with breakglass sandbox --tell \"fault node-lost\".",
		.estate = SIM_ESTATE_OPENEDX, .drill = SIM_DRILL_OPENEDX, .spares = "node2-new"},
	{.name = "service-healthy", .summary = "nothing is wrong with a service that is deployed from GitHub: to practise its freeze and its workflows",
		.story = "Nothing is wrong. A merge into main needs one approval; workflows deploy the service, back it up and restore it.\n"
		"Try what a freeze does with breakglass sandbox --tell \"merge 1\"; a deployment waits until somebody approves: --tell approve.",
		.estate = SIM_ESTATE_SERVICE, .drill = SIM_DRILL_SERVICE},
	{.name = "teacher-data-loss", .summary = "a migration has deleted most data of a service's production database; its server still runs",
		.story = "A migration 40 minutes ago has deleted most applications of the service: 37 of 1204 are left, and people write to say that theirs is gone.\n"
		"The database server runs, and can be had as it was an hour ago. It is production. Stop the service first: playbook teacher-data-loss, step 1.",
		.estate = SIM_ESTATE_SERVICE, .drill = SIM_DRILL_SERVICE, .procedure = "teacher-data-loss", .data_loss = true},
	{.name = "teacher-server-loss", .summary = "the production database server of a service is gone; last night's backup is in Azure storage",
		.story = "The production database server of the service was deleted, and Azure's own backups of it are gone too: every page is an error.\n"
		"Last night's backup is in the container database-backup. Freeze, put up the maintenance page, make the server anew: playbook teacher-server-loss.",
		.estate = SIM_ESTATE_SERVICE, .drill = SIM_DRILL_SERVICE, .procedure = "teacher-server-loss", .server_loss = true},
	{.name = "hosted-verify", .summary = "the question of every quarter to a hosted project: can last night's backup really be restored?",
		.story = "Nothing is wrong, and nobody has restored a backup of the project for three months. Its disaster recovery environment is there, turned off.\n"
		"Restore the newest backup of production into it, look at the site, turn it off again: playbook hosted-verification.",
		.estate = SIM_ESTATE_HOSTED, .drill = SIM_DRILL_HOSTED, .procedure = "hosted-verification"},
};

const SimScenario *sim_scenario_at(size_t index) { return index < BG_LENGTH(SCENARIOS) ? &SCENARIOS[index] : NULL; }

const SimScenario *sim_scenario_find(const char *name) {
	for (size_t i = 0; i < BG_LENGTH(SCENARIOS); i++)
		if (!name || text_eq(SCENARIOS[i].name, name))
			return &SCENARIOS[i];
	return NULL;
}

/* ---- buckets ---- */

static void fill_buckets(SimStore *store, const SimScenario *scenario, WallTime backup_start, WallTime now) {
	WallTime created = { now.ms - 400 * DAY_MS }, published = { now.ms - scenario->publish_age_ms };
	WallTime edited = { (backup_start.ms < published.ms ? backup_start.ms : published.ms) - 9 * HOUR_MS };
	SimBucket *live = sim_store_add_bucket(store, SIM_LIVE_BUCKET, created);
	SimBucket *backup = sim_store_add_bucket(store, SIM_BACKUP_BUCKET, created);
	SimBucket *draft = sim_store_add_bucket(store, "ocw-content-draft-production", created);
	SimBucket *draft_backup = sim_store_add_bucket(store, "ocw-content-backup-draft-production", created);
	sim_content_write(live, edited);
	(void) sim_bucket_sync(live, backup, live->count, (WallTime) { backup_start.ms - DAY_MS });
	sim_content_write(draft, edited);
	(void) sim_bucket_sync(draft, draft_backup, draft->count, (WallTime) { backup_start.ms - DAY_MS });
	if (scenario->damaged)
		sim_content_publish(live, true, published);
	if (scenario->overwritten)
		(void) sim_bucket_sync(live, backup, live->count, (WallTime) { backup_start.ms + BACKUP_TOOK_MS });
}

/* ---- Concourse ---- */

static const char BACKUP_CONFIG[] =
	"{\"resources\":[{\"name\":\"schedule\",\"type\":\"time\",\"source\":{\"interval\":\"%s\"}}],"
	"\"jobs\":[{\"name\":\"" SIM_JOB_NAME "\",\"plan\":[{\"get\":\"schedule\",\"trigger\":true},{\"task\":\"sync\",\"config\":{\"platform\":\"linux\","
	"\"run\":{\"path\":\"aws\",\"args\":[\"s3\",\"sync\",\"--delete\"]}},\"params\":{\"SOURCE_BUCKET\":\"" SIM_LIVE_BUCKET "\","
	"\"TARGET_BUCKET\":\"" SIM_BACKUP_BUCKET "\"}}]}]}";
static const char PUBLISH_CONFIG[] =
	"{\"resources\":[],\"jobs\":[{\"name\":\"mass-publish\",\"plan\":[{\"task\":\"publish\",\"config\":{\"platform\":\"linux\",\"run\":{\"path\":"
	"\"ocw-publish\"}},\"params\":{\"PUBLISH_BUCKET\":\"" SIM_LIVE_BUCKET "\"}}]}]}";

static SimPipeline *add_pipeline(SimWorld *world, const char *name, const char *config_text, WallTime now) {
	Json *config = NULL;
	bool ok = json_parse(str_from(config_text), &config, NULL);
	BG_ASSERT(ok);
	SimPipeline *pipeline = sim_pipeline_set_take(&world->pipelines, SIM_CONCOURSE_TEAM, name, config, now, NULL);
	sim_pipeline_unpause(pipeline, now);
	return pipeline;
}

static void fill_concourse(SimWorld *world, const SimScenario *scenario, int64_t every_ms, WallTime last_start, WallTime now) {
	AUTO_FREE char *interval = bg_asprintf("%llds", (long long) (every_ms / 1000));
	AUTO_FREE char *config = bg_asprintf("%.*s%s%s", (int) (strstr(BACKUP_CONFIG, "%s") - BACKUP_CONFIG), BACKUP_CONFIG, interval,
		strstr(BACKUP_CONFIG, "%s") + 2);
	SimPipeline *backup = add_pipeline(world, SIM_PIPELINE_NAME, config, (WallTime) { now.ms - 30 * DAY_MS });
	SimJob *job = sim_job_find(backup, SIM_JOB_NAME);
	for (int day = HISTORY_DAYS; day >= 0; day--) {
		WallTime start = { last_start.ms - day * DAY_MS };
		sim_job_add_history(&world->pipelines, job, day == 5 ? SIM_BUILD_FAILED : SIM_BUILD_SUCCEEDED, start,
			(WallTime) { start.ms + BACKUP_TOOK_MS }, NULL);
	}
	job->next_run = (WallTime) { now.ms + scenario->next_run_ms };
	SimPipeline *publish = add_pipeline(world, "publish-ocw", PUBLISH_CONFIG, (WallTime) { now.ms - 30 * DAY_MS });
	WallTime published = { now.ms - scenario->publish_age_ms };
	sim_job_add_history(&world->pipelines, sim_job_find(publish, "mass-publish"), SIM_BUILD_SUCCEEDED, (WallTime) { published.ms - 5 * MINUTE_MS },
		published, "content-team");
	world->concourse = sim_concourse_new(&world->pipelines);
	sim_concourse_add_token(world->concourse, world->concourse_token, "drill", SIM_ROLE_MEMBER, (WallTime) {0});
	sim_concourse_add_user(world->concourse, "drill", "drill", SIM_ROLE_MEMBER);
}

/* ---- Fastly ---- */

#define HOST(bucket) bucket ".s3." SIM_REGION ".amazonaws.com"
static const char OBJECTS[] =
	"{\"backends\":[{\"name\":\"origin-s3\",\"address\":\"" HOST(SIM_LIVE_BUCKET) "\",\"hostname\":\"" HOST(SIM_LIVE_BUCKET) "\",\"ipv4\":null,"
	"\"ipv6\":null,\"port\":443,\"override_host\":\"" HOST(SIM_LIVE_BUCKET) "\",\"use_ssl\":true,\"ssl_check_cert\":true,\"ssl_hostname\":null,"
	"\"ssl_cert_hostname\":\"" HOST(SIM_LIVE_BUCKET) "\",\"ssl_sni_hostname\":\"" HOST(SIM_LIVE_BUCKET) "\",\"ssl_ca_cert\":null,"
	"\"ssl_client_key\":null,\"shield\":\"iad-va-us\",\"healthcheck\":\"origin-s3 health\",\"request_condition\":\"\",\"comment\":\"\","
	"\"weight\":100,\"auto_loadbalance\":false,\"connect_timeout\":1000,\"first_byte_timeout\":15000,\"between_bytes_timeout\":10000,"
	"\"error_threshold\":0,\"max_conn\":200,\"service_id\":\"" SIM_SERVICE_ID "\",\"version\":76,\"deleted_at\":null}],"
	"\"healthchecks\":[{\"name\":\"origin-s3 health\",\"host\":\"" HOST(SIM_LIVE_BUCKET) "\",\"path\":\"/robots.txt\",\"method\":\"HEAD\","
	"\"expected_response\":200,\"check_interval\":60000,\"timeout\":5000,\"window\":5,\"threshold\":3,\"initial\":2,\"http_version\":\"1.1\","
	"\"headers\":[],\"comment\":\"\",\"service_id\":\"" SIM_SERVICE_ID "\",\"version\":76}],"
	"\"domains\":[{\"name\":\"ocw.example.edu\",\"comment\":\"\",\"service_id\":\"" SIM_SERVICE_ID "\",\"version\":76}],"
	"\"dictionaries\":[{\"id\":\"SANDBOXdictionary00001\",\"name\":\"redirects\",\"write_only\":false,\"service_id\":\"" SIM_SERVICE_ID
	"\",\"version\":76}],"
	"\"snippets\":[{\"id\":\"SANDBOXsnippet00000002\",\"name\":\"maintenance notice\",\"type\":\"deliver\",\"dynamic\":\"1\",\"priority\":\"50\","
	"\"content\":null,\"service_id\":\"" SIM_SERVICE_ID "\",\"version\":\"76\"},{\"id\":\"SANDBOXsnippet00000001\",\"name\":\"index pages\",\"type\":\"recv\",\"dynamic\":\"0\",\"priority\":\"100\",\"content\":"
	"\"if (req.url ~ \\\"/$\\\") { set req.url = req.url + \\\"index.html\\\"; }\",\"service_id\":\"" SIM_SERVICE_ID "\",\"version\":\"76\"}],"
	"\"headers\":[{\"name\":\"strip amazon headers\",\"type\":\"response\",\"action\":\"delete\",\"dst\":\"http.x-amz-request-id\",\"src\":\"\","
	"\"regex\":\"\",\"substitution\":\"\",\"priority\":\"10\",\"service_id\":\"" SIM_SERVICE_ID "\",\"version\":76}],"
	"\"conditions\":[],\"request_settings\":[],\"response_objects\":[],\"vcls\":[],\"directors\":[],\"acls\":[],\"cache_settings\":[],\"gzips\":[],"
	"\"wordpress\":[],\"pools\":[],\"settings\":{\"general.default_host\":\"\",\"general.default_ttl\":3600,\"general.stale_if_error\":false,"
	"\"service_id\":\"" SIM_SERVICE_ID "\",\"version\":76}}";
static const char ITEMS[] =
	"[{\"dictionary_id\":\"SANDBOXdictionary00001\",\"item_key\":\"/OcwWeb\",\"item_value\":\"/search/\"},"
	"{\"dictionary_id\":\"SANDBOXdictionary00001\",\"item_key\":\"/ans7870\",\"item_value\":\"https://" HOST(SIM_LIVE_BUCKET) "/ans7870/\"}]";

static Json *parsed(const char *text) {
	Json *json = NULL;
	bool ok = json_parse(str_from(text), &json, NULL);
	BG_ASSERT(ok);
	return json;
}

static void fill_fastly(SimWorld *world, WallTime now) {
	world->fastly = sim_fastly_new();
	sim_fastly_add_token(world->fastly, world->fastly_key);
	sim_fastly_add_service(world->fastly, SIM_SERVICE_ID, SIM_SERVICE, 76, parsed(OBJECTS), (WallTime) { now.ms - 90 * DAY_MS });
	sim_fastly_set_items(world->fastly, "SANDBOXdictionary00001", parsed(ITEMS));
	sim_fastly_set_dynamic_snippet(world->fastly, "SANDBOXsnippet00000002", "set resp.http.X-Maintenance = \"none\";");
}

/* ---- all of it ---- */

static void fill_cluster(SimWorld *world, const SimScenario *scenario, WallTime now) {
	Str spares = str_from(scenario->spares), part;
	world->cluster = sim_cluster_new(now);
	for (int i = 0; str_split(&spares, ',', &part) && part.len; i++) {
		AUTO_FREE char *spare = str_dup(part);
		AUTO_FREE char *address = bg_asprintf("4a1:b2:%d::10", 11 + i);
		sim_cluster_add_node(world->cluster, spare, address);
	}
}

void sim_world_strike(SimWorld *world, const SimScenario *scenario) {
	Str faults = str_from(scenario->faults), part, name;
	while (str_split(&faults, ',', &part) && part.len) {
		bool struck = str_split(&part, '=', &name) && sim_cluster_fault(world->cluster, name, part, NULL);
		BG_ASSERT(struck);
	}
}

void sim_world_init(SimWorld *world, const SimScenario *scenario, int64_t backup_every_ms, int64_t build_ms, WallTime now) {
	*world = (SimWorld) { .estate = scenario->estate };
	pthread_mutex_init(&world->lock, NULL);
	if (scenario->estate == SIM_ESTATE_OPENEDX) {
		fill_cluster(world, scenario, now);
		return;
	}
	if (scenario->estate == SIM_ESTATE_SERVICE) {
		random_hex(world->github_token, 40);
		world->github = sim_github_practice(world->github_token, build_ms, now);
		if (!scenario->data_loss && !scenario->server_loss)   /* in an emergency nobody is waited for */
			sim_github_guard_environment(world->github, "production", "prod-practice");
		world->service = sim_service_new(world->github, now);
		memcpy(world->slack_token, "xoxb-", 5);
		random_hex(world->slack_token + 5, 32);
		random_hex(world->trello_key, 32);
		random_hex(world->trello_token, 40);
		world->trello = sim_trello_new(world->trello_key, world->trello_token);
		world->slack = sim_slack_new(world->slack_token, "/services/none");
		if (scenario->data_loss)
			sim_service_damage(world->service, now);
		if (scenario->server_loss)
			sim_service_lose(world->service);
		return;
	}
	if (scenario->estate == SIM_ESTATE_HOSTED) {
		world->hosted = sim_hosted_new(now);
		return;
	}
	random_hex(world->concourse_token, 40);
	random_hex(world->fastly_key, 40);
	random_hex(world->secret_key, 40);
	memcpy(world->access_key, "AKIASANDBOX", 11);
	random_hex(world->access_key + 11, 9);
	int64_t every = backup_every_ms ? backup_every_ms : DAY_MS;
	WallTime last_start = { now.ms + scenario->next_run_ms - DAY_MS };
	world->store = sim_store_new();
	fill_buckets(world->store, scenario, last_start, now);
	sim_pipelines_init(&world->pipelines, world->store, build_ms);
	fill_concourse(world, scenario, every, last_start, now);
	fill_fastly(world, now);
	world->s3 = (SimS3) { .store = world->store, .region = SIM_REGION, .access_key = world->access_key, .secret_key = world->secret_key,
		.account = sim_account_new() };
}

void sim_world_clear(SimWorld *world) {
	sim_github_free(world->github);
	sim_service_free(world->service);
	sim_hosted_free(world->hosted);
	sim_slack_free(world->slack);
	sim_trello_free(world->trello);
	sim_cluster_free(world->cluster);
	sim_fastly_free(world->fastly);
	sim_concourse_free(world->concourse);
	sim_pipelines_clear(&world->pipelines);
	sim_account_free(world->s3.account);
	sim_store_free(world->store);
	pthread_mutex_destroy(&world->lock);
	*world = (SimWorld) {0};
}
