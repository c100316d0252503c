/* A service that is played: what its visitors see, and what its workflows do to its data, or do not. */
#include "core/base/alloc.h"
#include "core/sandbox/sim_github_practice.h"
#include "core/sandbox/sim_service.h"
#include "tests/support/support.h"

#define MINUTE_MS (60 * 1000LL)

typedef struct Field { SimGithub *github; SimService *service; WallTime now; } Field;

static void field_begin(Field *field) {
	field->now = wall_now();
	field->github = sim_github_practice("token", 1, field->now);
	field->service = sim_service_new(field->github, field->now);
}

static void field_clear(Field *field) {
	field->github = sim_github_free(field->github);
	field->service = sim_service_free(field->service);
}
BG_DEFINE_CLEARP(Field, field_clear)

static void expect_page(const Field *field, bool temporary, int status, const char *part) {
	AUTO_CLEAR(SimRequest) request = {0};
	AUTO_CLEAR(SimReply) reply = {0};
	sim_request_init(&request, "GET", "/");
	sim_service_handle(field->service, temporary, &request, &reply);
	cr_expect(reply.status == status && strstr(buf_text(&reply.body), part), "expected %d \"%s\", got %d: %s", status, part, reply.status, buf_text(&reply.body));
}

static char *ended;
static void remember(void *userdata, const SimGithubRun *run) {
	(void) userdata;
	free(ended);
	ended = bg_strdup(run->conclusion);
}

static void expect_run(Field *field, const char *file, const char *inputs, const char *conclusion) {
	AUTO(Json) *json = NULL;
	AUTO_FREE char *text = bg_asprintf("{\"environment\":\"production\"%s%s}", *inputs ? "," : "", inputs);
	Error err = {0};
	assert_ok(json_parse(str_from(text), &json, &err), &err);
	sim_github_on_completed(field->github, remember, NULL);
	cr_assert(sim_github_dispatch(field->github, file, "main", "eng-practice", json, field->now) > 0, "%s %s", file, text);
	field->now.ms += 1000;
	sim_github_advance(field->github, field->now);
	cr_expect_str_eq(ended, conclusion, "%s %s", file, text);
	free(ended);
	ended = NULL;
}

static char *point(const Field *field, int minutes_ago, const char *name, const char *confirmed) {
	char iso[WALL_TEXT_SIZE];
	wall_format_iso((WallTime) { field->now.ms - minutes_ago * MINUTE_MS }, iso);
	return bg_asprintf("\"restore-time\":\"%.19s\",\"new-db-server\":\"%s\",\"confirm-production\":\"%s\"", iso, name, confirmed);
}

static void expect_point(Field *field, int minutes_ago, const char *name, const char *conclusion, int64_t applications) {
	AUTO_FREE char *inputs = point(field, minutes_ago, name, "true");
	expect_run(field, "postgres-ptr.yml", inputs, conclusion);
	const SimDatabase *database = sim_service_database(field->service, name);
	cr_expect_eq(database ? database->applications : -1, applications, "%s", name);
}

Test(sim_service, a_copy_is_good_only_of_a_time_before_the_damage) {
	AUTO_CLEAR(Field) field = {0};
	field_begin(&field);
	sim_service_damage(field.service, field.now);
	expect_page(&field, false, 200, "37 applications are in work. Your application cannot be found.");
	expect_point(&field, 60, "good", "success", SIM_SERVICE_GOOD);
	expect_point(&field, 30, "late", "success", 37);
	expect_point(&field, 2, "too-late", "failure", -1);
	expect_point(&field, 8 * 24 * 60, "too-early", "failure", -1);
	expect_point(&field, 60, "late", "failure", 37);   /* it is there already */
}

Test(sim_service, a_restore_brings_in_what_the_file_holds) {
	AUTO_CLEAR(Field) field = {0};
	field_begin(&field);
	sim_service_damage(field.service, field.now);
	expect_point(&field, 60, "copy", "success", SIM_SERVICE_GOOD);
	expect_run(&field, "database-backup.yml", "\"backup-file\":\"damaged\"", "success");
	expect_run(&field, "database-backup.yml", "\"backup-file\":\"good\",\"db-server\":\"copy\"", "success");
	expect_run(&field, "database-backup.yml", "\"backup-file\":\"none\",\"db-server\":\"nowhere\"", "failure");
	expect_run(&field, "postgres-restore.yml", "\"backup-file\":\"none.sql.gz\",\"confirm-production\":\"true\"", "failure");
	expect_run(&field, "postgres-restore.yml", "\"backup-file\":\"good.sql.gz\"", "skipped");
	expect_page(&field, false, 200, "37 applications");
	expect_run(&field, "postgres-restore.yml", "\"backup-file\":\"good.sql.gz\",\"confirm-production\":\"true\"", "success");
	expect_page(&field, false, 200, "1204 applications are in work.</p>");
	expect_run(&field, "postgres-restore.yml", "\"backup-file\":\"damaged.sql.gz\",\"confirm-production\":\"true\"", "success");
	expect_page(&field, false, 200, "37 applications");
	sim_github_fail_runs(field.github, true);
	expect_run(&field, "postgres-restore.yml", "\"backup-file\":\"good.sql.gz\",\"confirm-production\":\"true\"", "failure");
	expect_page(&field, false, 200, "37 applications");
}

Test(sim_service, visitors_see_the_maintenance_page_and_the_temporary_address_does_not) {
	AUTO_CLEAR(Field) field = {0};
	field_begin(&field);
	expect_run(&field, "enable-maintenance.yml", "", "success");
	expect_page(&field, false, 200, "Sorry, the service is unavailable");
	expect_page(&field, true, 200, "1204 applications");
	SimResource *web = sim_cluster_object(field.service->cluster, "deployment.apps", SIM_SERVICE_WEB);
	web->wanted = 0;
	expect_page(&field, true, 503, "Temporarily Unavailable");
	web->wanted = 2;
	cr_expect(sim_service_delete_database(field.service, SIM_SERVICE_DATABASE) && !sim_service_delete_database(field.service, SIM_SERVICE_DATABASE));
	expect_page(&field, true, 500, "there is a problem with the service");
	expect_run(&field, "disable-maintenance.yml", "", "success");
	expect_page(&field, false, 500, "there is a problem with the service");
}

Test(sim_service, a_deployment_makes_the_lost_server_anew_and_keeps_the_maintenance_page_only_where_the_branch_says_so) {
	AUTO_CLEAR(Field) field = {0};
	field_begin(&field);
	sim_service_lose(field.service);
	expect_page(&field, false, 500, "there is a problem with the service");
	expect_run(&field, "database-backup.yml", "\"backup-file\":\"none\"", "failure");
	expect_run(&field, "enable-maintenance.yml", "", "success");
	strlist_add(&field.service->keeping, "main");
	expect_run(&field, "deploy.yml", "", "success");
	expect_page(&field, false, 200, "Sorry, the service is unavailable");
	expect_page(&field, true, 200, "0 applications");
	strlist_clear(&field.service->keeping);
	expect_run(&field, "deploy.yml", "", "success");
	expect_page(&field, false, 200, "0 applications");
}
