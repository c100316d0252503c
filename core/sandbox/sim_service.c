/* sim_service.c: see sim_service.h. Workflows of another environment than production succeed, and change nothing here. */
#include "core/sandbox/sim_service.h"
#include <stdio.h>
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"

#define MINUTE_MS (60 * 1000LL)
#define DAY_MS (24 * 60 * MINUTE_MS)
#define DAMAGED_AGO_MS (40 * MINUTE_MS)
#define BACKUP_AGO_MS (6 * 60 * MINUTE_MS)
#define NIGHTS 8
#define AT_NIGHT 1200                    /* in last night's backup: what was entered since is in none */
#define LEFT 37                          /* applications that the damage has left */
#define NEWEST_MS (5 * MINUTE_MS)        /* a server can be had as it was so long ago, and not later */
#define OLDEST_MS (7 * DAY_MS)
#define HEADER "-- PostgreSQL database dump\n-- applications: "

/* ---- database servers ---- */

SimDatabase *sim_service_database(const SimService *service, const char *name) {
	for (size_t i = 0; i < service->database_count; i++)
		if (text_eq(service->databases[i].name, name))
			return &service->databases[i];
	return NULL;
}

static void add_database(SimService *service, const char *name, int64_t applications, WallTime made) {
	service->databases = bg_reallocarray(service->databases, service->database_count + 1, sizeof(*service->databases));
	service->databases[service->database_count++] = (SimDatabase) { bg_strdup(name), applications, made };
}

bool sim_service_delete_database(SimService *service, const char *name) {
	SimDatabase *database = sim_service_database(service, name);
	if (!database)
		return false;
	free(database->name);
	*database = service->databases[--service->database_count];
	return true;
}

/* ---- dumps ---- */

static SimBucket *container(const SimService *service) { return sim_store_find(service->store, STR(SIM_SERVICE_CONTAINER)); }

static void write_dump(SimService *service, const char *name, int64_t applications, WallTime at) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO_FREE char *file = bg_asprintf("%s.sql.gz", name);
	buf_printf(&text, HEADER "%lld\n", (long long) applications);
	for (int64_t i = 1; i <= applications; i++)
		buf_printf(&text, "INSERT INTO applications VALUES (%lld, 'Practice Person %lld', 'Invented School');\n", (long long) i, (long long) i);
	sim_bucket_put(container(service), file, buf_str(&text), "application/gzip", (WallTime) { at.ms / 1000 * 1000 });
}

static bool read_dump(const SimService *service, const char *file, int64_t *ret_applications) {
	const SimObject *object = sim_bucket_find(container(service), file);
	Str text = object ? (Str) { object->body->bytes, object->body->len } : STR(""), line;
	if (!str_starts(text, HEADER))
		return false;
	text = str_slice(text, sizeof(HEADER) - 1, text.len);
	return str_split(&text, '\n', &line) && str_parse_int(line, ret_applications);
}

/* ---- workflows ---- */

#define FAILURE "failure"
#define SUCCESS "success"

static const char *input(const SimGithubRun *run, const char *name) { return json_get_string_or(run->inputs, name, ""); }

static const char *enable(SimService *service, const SimGithubRun *run, WallTime at) {
	(void) run, (void) at;
	service->maintenance = true;
	return SUCCESS;
}

static const char *disable(SimService *service, const SimGithubRun *run, WallTime at) {
	(void) run, (void) at;
	service->maintenance = false;
	return SUCCESS;
}

static const char *back_up(SimService *service, const SimGithubRun *run, WallTime at) {
	const char *server = input(run, "db-server");
	const SimDatabase *database = sim_service_database(service, *server ? server : SIM_SERVICE_DATABASE);
	if (!database)
		return FAILURE;
	write_dump(service, input(run, "backup-file"), database->applications, at);
	return SUCCESS;
}

/* "2026-11-21T06:00:00", which is UTC. */
static bool read_time(const char *text, WallTime *ret) {
	AUTO_FREE char *zoned = bg_asprintf("%sZ", text);
	return wall_parse_iso(str_from(zoned), ret);
}

static const char *restore_point(SimService *service, const SimGithubRun *run, WallTime at) {
	const char *name = input(run, "new-db-server");
	WallTime point = {0};
	if (!read_time(input(run, "restore-time"), &point) || point.ms > at.ms - NEWEST_MS || point.ms < at.ms - OLDEST_MS)
		return FAILURE;
	if (!sim_service_database(service, SIM_SERVICE_DATABASE) || sim_service_database(service, name))
		return FAILURE;   /* no server to copy; one of that name is there */
	add_database(service, name, wall_known(service->damaged) && point.ms >= service->damaged.ms ? LEFT : SIM_SERVICE_GOOD, at);
	return SUCCESS;
}

static const char *restore(SimService *service, const SimGithubRun *run, WallTime at) {
	SimDatabase *live = sim_service_database(service, SIM_SERVICE_DATABASE);
	(void) at;
	return live && read_dump(service, input(run, "backup-file"), &live->applications) ? SUCCESS : FAILURE;
}

/* What is missing is made anew, and empty; users are sent to the application again, unless the branch says otherwise. */
static const char *deploy_anew(SimService *service, const SimGithubRun *run, WallTime at) {
	if (!sim_service_database(service, SIM_SERVICE_DATABASE))
		add_database(service, SIM_SERVICE_DATABASE, 0, at);
	service->maintenance = service->maintenance && strlist_has(&service->keeping, run->ref);
	return SUCCESS;
}

static const struct { const char *file; bool confirmed; const char *(*run)(SimService *service, const SimGithubRun *run, WallTime at); } WORKFLOWS[] = {
	{ "enable-maintenance.yml", false, enable }, { "disable-maintenance.yml", false, disable }, { "database-backup.yml", false, back_up },
	{ "deploy.yml", false, deploy_anew },
	{ "postgres-ptr.yml", true, restore_point }, { "postgres-restore.yml", true, restore },
};

/* How a run ends that nothing else has ended. */
static const char *on_ending(void *userdata, const SimGithubRun *run, WallTime at) {
	for (size_t i = 0; i < BG_LENGTH(WORKFLOWS); i++) {
		if (!text_eq(WORKFLOWS[i].file, run->file) || !text_eq(input(run, "environment"), "production"))
			continue;
		bool confirmed = !WORKFLOWS[i].confirmed || text_eq(input(run, "confirm-production"), "true");
		return confirmed ? WORKFLOWS[i].run(userdata, run, at) : "skipped";
	}
	return SUCCESS;
}

/* ---- the application ---- */

static bool is_running(const SimService *service) {
	const SimResource *web = sim_cluster_object(service->cluster, "deployment.apps", SIM_SERVICE_WEB);
	return web && sim_cluster_ready(service->cluster, web) > 0;
}

static void send_page(SimReply *reply, int status, const char *title, const char *text) {
	AUTO_FREE char *page = bg_asprintf("<!doctype html>\n<html><head><title>%s</title></head><body><h1>%s</h1><p>%s</p></body></html>\n", title, title, text);
	sim_reply_text(reply, status, "text/html; charset=utf-8", page);
}

void sim_service_handle(const SimService *service, bool temporary, const SimRequest *request, SimReply *reply) {
	const SimDatabase *live = sim_service_database(service, SIM_SERVICE_DATABASE);
	if (!text_eq(request->method, "GET") && !text_eq(request->method, "HEAD"))
		return sim_reply_text(reply, 405, "text/plain", "405 Method Not Allowed");
	if (service->maintenance && !temporary)
		return send_page(reply, text_eq(request->path, "/") ? 200 : 500, "Sorry, the service is unavailable", "This is the maintenance page. You will be able to use the service later.");
	if (!is_running(service))
		return send_page(reply, 503, "503 Service Temporarily Unavailable", "nginx");
	if (!live)
		return send_page(reply, 500, "Sorry, there is a problem with the service", "Try again later.");
	AUTO_FREE char *text = bg_asprintf("%lld applications are in work.%s", (long long) live->applications,
		live->applications < SIM_SERVICE_GOOD / 2 ? " Your application cannot be found." : "");
	send_page(reply, 200, "Apply for a place", text);
}

/* ---- the whole ---- */

static void deploy(SimService *service, const char *name, int replicas, WallTime now) {
	Json *json = NULL;
	AUTO_FREE char *text = bg_asprintf("{\"apiVersion\":\"apps/v1\",\"kind\":\"Deployment\",\"metadata\":{\"name\":\"%s\",\"namespace\":\"" SIM_SERVICE_NAMESPACE "\"},"
		"\"spec\":{\"replicas\":%d,\"selector\":{\"matchLabels\":{\"app\":\"%s\"}},\"template\":{\"metadata\":{\"labels\":{\"app\":\"%s\"}},"
		"\"spec\":{\"containers\":[{\"name\":\"app\",\"image\":\"ghcr.io/practice-digital/apply-for-a-place:7fd1a60\"}]}}}}", name, replicas, name, name);
	bool ok = json_parse(str_from(text), &json, NULL);
	BG_ASSERT(ok);
	sim_cluster_add_object(service->cluster, "deployment.apps", name, json, now);
}

static void make_cluster(SimService *service, WallTime now) {
	service->cluster = sim_cluster_new(now);
	while (service->cluster->object_count)
		sim_cluster_remove_object(service->cluster, service->cluster->objects[0]);
	deploy(service, SIM_SERVICE_WEB, 2, service->cluster->born);
	deploy(service, SIM_SERVICE_WORKER, 1, service->cluster->born);
	sim_cluster_settle(service->cluster);
}

/* A key of the account, as Azure gives them out: in base64. */
static void make_key(SimService *service) {
	AUTO_CLEAR(Buf) key = {0};
	char hex[33];
	random_hex(hex, 32);
	base64_encode(hex, 32, &key);
	snprintf(service->azure_key, sizeof(service->azure_key), "%s", buf_text(&key));
}

static void write_nights(SimService *service, WallTime now) {
	char iso[WALL_TEXT_SIZE];
	for (int night = NIGHTS - 1; night >= 0; night--) {
		WallTime at = { now.ms - BACKUP_AGO_MS - night * DAY_MS };
		AUTO_FREE char *name = bg_asprintf("afap_prod_%.10s", wall_format_iso(at, iso));
		write_dump(service, name, AT_NIGHT - 2 * night, at);
	}
}

SimService *sim_service_new(SimGithub *github, WallTime now) {
	SimService *service = bg_calloc(1, sizeof(*service));
	service->github = github;
	service->store = sim_store_new();
	(void) sim_store_add_bucket(service->store, SIM_SERVICE_CONTAINER, (WallTime) { now.ms - 400 * DAY_MS });
	make_key(service);
	service->azure = (SimAzure) { .store = service->store, .account = SIM_SERVICE_ACCOUNT, .key = service->azure_key };
	add_database(service, SIM_SERVICE_DATABASE, SIM_SERVICE_GOOD, (WallTime) { now.ms - 30 * DAY_MS });
	make_cluster(service, now);
	write_nights(service, now);
	sim_github_on_ending(github, on_ending, service);
	return service;
}

void sim_service_damage(SimService *service, WallTime now) {
	service->damaged = (WallTime) { now.ms - DAMAGED_AGO_MS };
	sim_service_database(service, SIM_SERVICE_DATABASE)->applications = LEFT;
}

void sim_service_lose(SimService *service) { (void) sim_service_delete_database(service, SIM_SERVICE_DATABASE); }

SimService *sim_service_free(SimService *service) {
	if (!service)
		return NULL;
	for (size_t i = 0; i < service->database_count; i++)
		free(service->databases[i].name);
	free(service->databases);
	free(service->branch);
	strlist_clear(&service->keeping);
	sim_cluster_free(service->cluster);
	sim_store_free(service->store);
	free(service);
	return NULL;
}
