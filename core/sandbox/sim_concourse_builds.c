/* sim_concourse_builds.c: the calls about jobs and builds (atc/api/jobserver, atc/api/buildserver). */
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/sandbox/sim_concourse_parts.h"

#define DEFAULT_LIMIT 100
#define ARCHIVED_TEXT "action not allowed for an archived pipeline\n"

void sim_concourse_list_jobs(void *system, SimCall *call) {
	const SimPipeline *pipeline = sim_concourse_pipeline(system, call);
	Json *list = json_new_array();
	for (size_t i = 0; i < pipeline->job_count; i++)
		json_append(list, sim_present_job(pipeline, &pipeline->jobs[i]));
	sim_reply_json_take(call->reply, 200, list);
}

void sim_concourse_get_job(void *system, SimCall *call) {
	SimPipeline *pipeline = NULL;
	const SimJob *job = sim_concourse_job(system, call, &pipeline);
	if (job)
		sim_reply_json_take(call->reply, 200, sim_present_job(pipeline, job));
}

static void set_paused(void *system, SimCall *call, bool paused) {
	SimJob *job = sim_concourse_job(system, call, NULL);
	if (!job)
		return;
	sim_job_set_paused(job, paused, call->now);
	sim_reply_empty(call->reply, 200);
}

void sim_concourse_pause_job(void *system, SimCall *call) {
	set_paused(system, call, true);
}

void sim_concourse_unpause_job(void *system, SimCall *call) {
	set_paused(system, call, false);
}

/* Which builds a page holds: [first, end) of the array, which is oldest first. */
typedef struct Page { size_t first, end; } Page;

static int64_t page_position(const SimBuild *build, bool by_time) {
	return by_time ? build->started.ms / 1000 : build->id;
}

static Page choose_page(const SimJob *job, const SimRequest *request, size_t limit) {
	bool by_time = sim_request_arg(request, "timestamps") && *sim_request_arg(request, "timestamps");
	int64_t from = sim_request_int_arg(request, "from", 0), to = sim_request_int_arg(request, "to", 0);
	Page page = { 0, job->build_count };
	while (from > 0 && page.first < page.end && page_position(&job->builds[page.first], by_time) < from)
		page.first++;
	while (to > 0 && page.end > page.first && page_position(&job->builds[page.end - 1], by_time) > to)
		page.end--;
	if (page.end - page.first > limit) {
		/* Only `from` given: the ones next to it; else the newest. */
		if (from > 0 && to <= 0)
			page.end = page.first + limit;
		else
			page.first = page.end - limit;
	}
	return page;
}

static void add_link(const SimConcourse *concourse, SimCall *call, const char *key, int id, size_t limit, const char *relation) {
	AUTO_FREE char *link = bg_asprintf("<%s/api/v1/teams/%s/pipelines/%s/jobs/%s/builds?%s=%d&limit=%zu>; rel=\"%s\"", concourse->url,
		call->params[0], call->params[1], call->params[2], key, id, limit, relation);
	sim_reply_header(call->reply, "Link", link);
}

void sim_concourse_list_builds(void *system, SimCall *call) {
	SimPipeline *pipeline = NULL;
	const SimJob *job = sim_concourse_job(system, call, &pipeline);
	if (!job)
		return;
	int64_t limit = sim_request_int_arg(call->request, "limit", 0);
	if (limit <= 0)
		limit = DEFAULT_LIMIT;
	Page page = choose_page(job, call->request, (size_t) limit);
	Json *list = json_new_array();
	for (size_t i = page.end; i > page.first; i--)
		json_append(list, sim_present_build(pipeline, job, &job->builds[i - 1]));
	if (page.first > 0)
		add_link(system, call, "to", job->builds[page.first - 1].id, (size_t) limit, "next");
	if (page.end < job->build_count)
		add_link(system, call, "from", job->builds[page.end].id, (size_t) limit, "previous");
	sim_reply_json_take(call->reply, 200, list);
}

static SimBuild *find_by_name(const SimJob *job, const char *name) {
	int64_t number = 0;
	if (!str_parse_int(str_from(name), &number))
		return NULL;
	for (size_t i = 0; i < job->build_count; i++)
		if (job->builds[i].number == number)
			return &job->builds[i];
	return NULL;
}

void sim_concourse_get_job_build(void *system, SimCall *call) {
	SimPipeline *pipeline = NULL;
	const SimJob *job = sim_concourse_job(system, call, &pipeline);
	if (!job)
		return;
	const SimBuild *build = find_by_name(job, call->params[3]);
	if (!build)
		return sim_reply_empty(call->reply, 404);
	sim_reply_json_take(call->reply, 200, sim_present_build(pipeline, job, build));
}

static void trigger(SimConcourse *concourse, SimCall *call, const SimPipeline *pipeline, SimJob *job) {
	if (pipeline->archived)
		return sim_reply_text(call->reply, 409, "text/plain; charset=utf-8", ARCHIVED_TEXT);
	if (job->disable_manual_trigger)
		return sim_reply_empty(call->reply, 409);
	const SimToken *token = sim_concourse_token(concourse, call);
	const SimBuild *build = sim_job_trigger(concourse->pipelines, job, token ? token->user : NULL, call->now);
	sim_reply_json_take(call->reply, 200, sim_present_build(pipeline, job, build));
}

void sim_concourse_trigger(void *system, SimCall *call) {
	SimPipeline *pipeline = NULL;
	SimJob *job = sim_concourse_job(system, call, &pipeline);
	if (job)
		trigger(system, call, pipeline, job);
}

void sim_concourse_rerun(void *system, SimCall *call) {
	SimPipeline *pipeline = NULL;
	SimJob *job = sim_concourse_job(system, call, &pipeline);
	if (!job)
		return;
	if (!find_by_name(job, call->params[3]))
		return sim_reply_empty(call->reply, 404);
	trigger(system, call, pipeline, job);
}

/* The build of the call's first part with its job; answers 404 and gives NULL if there is none. */
static SimBuild *build_of(const SimConcourse *concourse, const SimCall *call, SimPipeline **ret_pipeline, SimJob **ret_job) {
	int64_t id = 0;
	SimBuild *build = str_parse_int(str_from(call->params[0]), &id) && id > 0 && id < INT32_MAX
		? sim_build_find(concourse->pipelines, (int) id, ret_pipeline, ret_job) : NULL;
	if (!build)
		sim_reply_empty(call->reply, 404);
	return build;
}

void sim_concourse_get_build(void *system, SimCall *call) {
	SimPipeline *pipeline = NULL;
	SimJob *job = NULL;
	const SimBuild *build = build_of(system, call, &pipeline, &job);
	if (build)
		sim_reply_json_take(call->reply, 200, sim_present_build(pipeline, job, build));
}

void sim_concourse_abort(void *system, SimCall *call) {
	SimBuild *build = build_of(system, call, NULL, NULL);
	if (!build)
		return;
	sim_build_abort(build, call->now);
	sim_reply_empty(call->reply, 204);
}

void sim_concourse_preparation(void *system, SimCall *call) {
	SimPipeline *pipeline = NULL;
	SimJob *job = NULL;
	const SimBuild *build = build_of(system, call, &pipeline, &job);
	if (build)
		sim_reply_json_take(call->reply, 200, sim_present_preparation(pipeline, job, build));
}

void sim_concourse_events(void *system, SimCall *call) {
	SimPipeline *pipeline = NULL;
	SimJob *job = NULL;
	const SimBuild *build = build_of(system, call, &pipeline, &job);
	if (!build)
		return;
	sim_reply_text(call->reply, 200, "text/event-stream; charset=utf-8", "");
	sim_reply_header(call->reply, "Cache-Control", "no-cache, no-store, must-revalidate");
	sim_present_events(pipeline, job, build, &call->reply->body);
}
