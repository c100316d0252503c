/* Pipelines as time passes, without a server: what falls due, what a pause keeps back, what a half-done copy has copied. */
#include "core/base/alloc.h"
#include "core/sandbox/sim_content.h"
#include "core/sandbox/sim_pipeline.h"
#include "tests/support/support.h"

#define MINUTE 60000LL
#define START 1700000000000LL

typedef struct Works { SimStore *store; SimBucket *from, *to; SimPipelines pipelines; SimPipeline *pipeline; SimJob *job; } Works;

/* A job that copies bucket `from` over `to`, every ten minutes, in one minute. Ten objects in `from`. */
static void works_begin(Works *works) {
	static const char CONFIG[] = "{\"resources\":[{\"name\":\"s\",\"type\":\"time\",\"source\":{\"interval\":\"10m\"}}],\"jobs\":[{\"name\":\"j\","
		"\"plan\":[{\"get\":\"s\",\"trigger\":true},{\"task\":\"t\",\"params\":{\"SOURCE_BUCKET\":\"from\",\"TARGET_BUCKET\":\"to\"}}]}]}";
	Error err;
	Json *config = NULL;
	*works = (Works){.store = sim_store_new()};
	works->from = sim_store_add_bucket(works->store, "from", (WallTime){START});
	works->to = sim_store_add_bucket(works->store, "to", (WallTime){START});
	for (int i = 0; i < 10; i++) {
		AUTO_FREE char *key = bg_asprintf("k%d", i);
		sim_bucket_put(sim_store_find(works->store, STR("from")), key, str_from(key), "text/plain", (WallTime){START});
	}
	sim_bucket_put(sim_store_find(works->store, STR("to")), "stale", STR("x"), "text/plain", (WallTime){START});
	works->from = sim_store_find(works->store, STR("from"));
	works->to = sim_store_find(works->store, STR("to"));
	sim_pipelines_init(&works->pipelines, works->store, MINUTE);
	assert_ok(json_parse(str_from(CONFIG), &config, &err), &err);
	works->pipeline = sim_pipeline_set_take(&works->pipelines, "main", "p", config, (WallTime){START}, NULL);
	works->job = sim_job_find(works->pipeline, "j");
}

static void works_clear(Works *works) {
	sim_pipelines_clear(&works->pipelines);
	sim_store_free(works->store);
}
BG_DEFINE_CLEARP(Works, works_clear)

static void advance(Works *works, int64_t minutes_halved) {
	sim_pipelines_advance(&works->pipelines, (WallTime){START + minutes_halved * MINUTE / 2});
}

Test(sandbox_pipeline, a_new_one_is_paused_and_runs_nothing) {
	AUTO_CLEAR(Works) works = {0};
	works_begin(&works);
	advance(&works, 200);
	cr_expect(works.pipeline->paused);
	cr_expect_eq(works.job->build_count, 0);
	cr_expect_eq(works.to->count, 1);
}

Test(sandbox_pipeline, a_copy_that_is_looked_at_half_way_has_copied_half) {
	AUTO_CLEAR(Works) works = {0};
	works_begin(&works);
	sim_pipeline_unpause(works.pipeline, (WallTime){START});
	advance(&works, 0);
	cr_assert_eq(works.job->build_count, 1);
	cr_expect_eq(works.job->builds[0].status, SIM_BUILD_STARTED);
	advance(&works, 1);
	cr_expect_not_null(sim_bucket_find(works.to, "k4"));
	cr_expect_null(sim_bucket_find(works.to, "k5"));
	cr_expect_not_null(sim_bucket_find(works.to, "stale"), "what is to be deleted comes later in the order");
	advance(&works, 2);
	cr_expect_eq(works.job->builds[0].status, SIM_BUILD_SUCCEEDED);
	cr_expect_eq(works.job->builds[0].ended.ms, START + MINUTE);
	cr_expect_eq(works.job->builds[0].changed, 11);
	cr_expect_eq(works.to->count, 10);
	cr_expect_null(sim_bucket_find(works.to, "stale"));
}

Test(sandbox_pipeline, a_clock_that_jumps_does_everything_that_fell_due) {
	AUTO_CLEAR(Works) works = {0};
	works_begin(&works);
	sim_pipeline_unpause(works.pipeline, (WallTime){START});
	advance(&works, 2 * 35);
	cr_assert_eq(works.job->build_count, 4);
	for (size_t i = 0; i < 4; i++) {
		cr_expect_eq(works.job->builds[i].started.ms, START + (int64_t) i * 10 * MINUTE);
		cr_expect_eq(works.job->builds[i].status, SIM_BUILD_SUCCEEDED);
	}
	cr_expect_eq(works.job->next_run.ms, START + 40 * MINUTE);
}

Test(sandbox_pipeline, a_pause_stops_no_build_keeps_back_the_next_and_owes_one_run) {
	AUTO_CLEAR(Works) works = {0};
	works_begin(&works);
	sim_pipeline_unpause(works.pipeline, (WallTime){START});
	advance(&works, 1);
	sim_pipeline_pause(works.pipeline, "ann", (WallTime){START + MINUTE / 2});
	advance(&works, 2 * 35);
	cr_assert_eq(works.job->build_count, 1);
	cr_expect_eq(works.job->builds[0].status, SIM_BUILD_SUCCEEDED);
	sim_pipeline_unpause(works.pipeline, (WallTime){START + 35 * MINUTE});
	advance(&works, 2 * 36);
	cr_assert_eq(works.job->build_count, 2, "three runs were missed, one is made up for");
	cr_expect_eq(works.job->builds[1].started.ms, START + 35 * MINUTE);
}

Test(sandbox_pipeline, builds_run_one_after_another) {
	AUTO_CLEAR(Works) works = {0};
	works_begin(&works);
	works.job->next_run = (WallTime){0};
	sim_pipeline_unpause(works.pipeline, (WallTime){START});
	for (int i = 0; i < 3; i++)
		(void) sim_job_trigger(&works.pipelines, works.job, "ann", (WallTime){START});
	advance(&works, 3);
	cr_expect_eq(works.job->builds[0].status, SIM_BUILD_SUCCEEDED);
	cr_expect_eq(works.job->builds[1].status, SIM_BUILD_STARTED);
	cr_expect_eq(works.job->builds[2].status, SIM_BUILD_PENDING);
	sim_build_abort(&works.job->builds[1], (WallTime){START + 3 * MINUTE / 2});
	advance(&works, 3);
	cr_expect_eq(works.job->builds[2].started.ms, START + 3 * MINUTE / 2);
}

Test(sandbox_pipeline, a_hanging_build_does_half_and_goes_on_when_the_fault_is_gone) {
	AUTO_CLEAR(Works) works = {0};
	works_begin(&works);
	works.job->next_run = (WallTime){0};
	works.pipelines.builds_hang = true;
	sim_pipeline_unpause(works.pipeline, (WallTime){START});
	(void) sim_job_trigger(&works.pipelines, works.job, NULL, (WallTime){START});
	advance(&works, 2000);
	cr_expect_eq(works.job->builds[0].status, SIM_BUILD_STARTED);
	cr_expect_null(sim_bucket_find(works.to, "k5"));
	works.pipelines.builds_hang = false;
	advance(&works, 2001);
	cr_expect_eq(works.job->builds[0].status, SIM_BUILD_SUCCEEDED);
	cr_expect_eq(works.job->builds[0].ended.ms, START + 2001 * MINUTE / 2, "it ended when it could, not in the past");
}

Test(sandbox_pipeline, a_build_without_its_bucket_fails) {
	AUTO_CLEAR(Works) works = {0};
	works_begin(&works);
	free(works.job->target_bucket);
	works.job->target_bucket = bg_strdup("gone");
	sim_pipeline_unpause(works.pipeline, (WallTime){START});
	advance(&works, 4);
	cr_expect_eq(works.job->builds[0].status, SIM_BUILD_FAILED);
}

Test(sandbox_pipeline, archiving_a_paused_one_leaves_nothing_behind) {
	AUTO_CLEAR(Works) works = {0};
	works_begin(&works);
	sim_pipeline_unpause(works.pipeline, (WallTime){START});
	sim_pipeline_pause(works.pipeline, "ann", (WallTime){START});
	sim_pipeline_archive(works.pipeline, (WallTime){START + 1});
	cr_expect_str_eq(works.pipeline->paused_by, "automatic-pipeline-archiver");
	cr_expect_null(works.pipeline->config);
}

Test(sandbox_pipeline, old_builds_are_reaped) {
	AUTO_CLEAR(Works) works = {0};
	works_begin(&works);
	for (int i = 0; i < SIM_MAX_BUILDS + 5; i++)
		sim_job_add_history(&works.pipelines, works.job, SIM_BUILD_SUCCEEDED, (WallTime){START}, (WallTime){START + 1}, "ann");
	cr_expect_eq(works.job->build_count, SIM_MAX_BUILDS);
	cr_expect_eq(works.job->builds[0].number, 6);
}

Test(sandbox_pipeline, publishing_damages_fourteen_courses_and_publishing_again_heals_them) {
	AUTO(SimStore) *store = sim_store_new();
	SimBucket *bucket = sim_store_add_bucket(store, "b", (WallTime){START});
	sim_content_write(bucket, (WallTime){START});
	size_t whole = bucket->count;
	cr_expect_eq(sim_content_damaged_count(bucket), 0);
	sim_content_publish(bucket, true, (WallTime){START + 1000});
	cr_expect_eq(sim_content_damaged_count(bucket), SIM_DAMAGED_COUNT);
	cr_expect(bucket->count < whole);
	sim_content_publish(bucket, false, (WallTime){START + 2000});
	cr_expect_eq(sim_content_damaged_count(bucket), 0);
	cr_expect_eq(bucket->count, whole);
}
