/* job.c: what was in a bucket before its rule, copied by a job of S3 Batch Operations, which is followed to its end. Doing it again in the same run
 * finds the same job: its description and its token are made from the run and from what is asked. */
#include <poll.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/providers/aws/aws.h"
#include "core/transport/url.h"
#include "core/transport/xml.h"

#define DEFAULT_PREFIX "replication-reports"
#define JOBS "/v20180820/jobs"
#define PAGES_MAX 20
#define LOOK_EVERY_MS 5000
#define FIRST_LOOK_MS 20

typedef struct Job {
	char *id, *status, *description, *done, *failed, *total, *why;
	char *next;                /* of a listing: the token of its next page */
	bool found;
} Job;

static void job_clear(Job *job) {
	char *const texts[] = {job->id, job->status, job->description, job->done, job->failed, job->total, job->why, job->next};
	for (size_t i = 0; i < BG_LENGTH(texts); i++)
		free(texts[i]);
	*job = (Job){0};
}
BG_DEFINE_CLEARP(Job, job_clear)

typedef struct Scene {
	Aws aws;
	const char *source, *destination, *prefix;
	char *source_region, *destination_region;
	Replication rules;
	AwsRole role;
	char *role_arn;
	char token[SHA256_HEX_SIZE];
	char *description;
	Job job;
} Scene;

static void scene_clear(Scene *scene) {
	aws_clear(&scene->aws);
	free(scene->source_region);
	free(scene->destination_region);
	replication_clear(&scene->rules);
	aws_role_clear(&scene->role);
	free(scene->role_arn);
	free(scene->description);
	job_clear(&scene->job);
}
BG_DEFINE_CLEARP(Scene, scene_clear)

/* ---- the jobs that there are ---- */

typedef struct Search { const char *description; Job *found, now; char *next; bool root_is_right; } Search;

static bool list_begin(void *userdata, Str path) {
	Search *search = userdata;
	if (str_find_char(path, '/') < 0)
		search->root_is_right = str_eq_c(path, "ListJobsResult");
	if (str_eq_c(path, "ListJobsResult/Jobs/member"))
		job_clear(&search->now);
	return search->root_is_right;
}

static void keep(char **to, Str text) {
	free(*to);
	*to = str_dup(str_trim(text));
}

/* One that went wrong is not it: the next try is another job. */
static bool counts(const Job *job) { return !text_eq(job->status, "Failed") && !text_eq(job->status, "Cancelled"); }

static bool list_end(void *userdata, Str path, Str text) {
	Search *search = userdata;
	if (str_eq_c(path, "ListJobsResult/Jobs/member/JobId"))
		keep(&search->now.id, text);
	else if (str_eq_c(path, "ListJobsResult/Jobs/member/Status"))
		keep(&search->now.status, text);
	else if (str_eq_c(path, "ListJobsResult/Jobs/member/Description"))
		keep(&search->now.description, text);
	else if (str_eq_c(path, "ListJobsResult/NextToken"))
		keep(&search->next, text);
	else if (str_eq_c(path, "ListJobsResult/Jobs/member") && !search->found->id && text_eq(search->now.description, search->description) && counts(&search->now)) {
		*search->found = search->now;
		search->now = (Job){0};
	}
	return true;
}

static bool list_page(Scene *scene, Search *search, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_CLEAR(Buf) query = {0};
	url_add_field(&query, "maxResults", "1000");
	if (search->next)
		url_add_field(&query, "nextToken", search->next);
	free(search->next);
	search->next = NULL;
	AwsAsk ask = {.service = AWS_CONTROL, .region = scene->source_region, .path = JOBS, .query = buf_text(&query), .right = "s3:ListJobs", .what = "jobs"};
	XmlHandler handler = {.begin = list_begin, .end = list_end, .userdata = search};
	AUTO(XmlReader) *reader = xml_reader_new(&handler);
	if (!aws_do(&scene->aws, &ask, &response, err))
		return false;
	if (xml_reader_feed(reader, buf_str(&response.body), err) && xml_reader_finish(reader, err) && search->root_is_right)
		return true;
	return aws_strange(&ask, err, "the answer is not a list of jobs");
}

static bool find_job(Scene *scene, Error *err) {
	Search search = {.description = scene->description, .found = &scene->job};
	bool ok = true;
	for (int page = 0; ok && page < PAGES_MAX && !scene->job.id && (page == 0 || search.next); page++)
		ok = list_page(scene, &search, err);
	job_clear(&search.now);
	free(search.next);
	return ok;
}

static bool describe_job(Scene *scene, const char *id, Job *ret, Error *err) {
#define AT "DescribeJobResult/Job/"
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_CLEAR(Buf) path = {0};
	buf_puts(&path, JOBS "/");
	url_encode(str_from(id), &path);
	const AwsField fields[] = {{AT "JobId", &ret->id}, {AT "Status", &ret->status}, {AT "ProgressSummary/TotalNumberOfTasks", &ret->total},
		{AT "ProgressSummary/NumberOfTasksSucceeded", &ret->done}, {AT "ProgressSummary/NumberOfTasksFailed", &ret->failed},
		{AT "FailureReasons/member/FailureReason", &ret->why}};
	AwsAsk ask = {.service = AWS_CONTROL, .region = scene->source_region, .path = buf_text(&path), .right = "s3:DescribeJob", .what = "job"};
	if (!aws_do(&scene->aws, &ask, &response, err))
		return false;
	if (aws_read_xml(buf_str(&response.body), "DescribeJobResult", fields, BG_LENGTH(fields), err) && ret->id && ret->status)
		return true;
	return aws_strange(&ask, err, "the answer tells of no job");
#undef AT
}

/* ---- what is asked for ---- */

/* As Amazon documents it for batch replication with a manifest that S3 makes. */
static Json *role_policy(const Scene *scene) {
	static const char *const START[] = {"s3:InitiateReplication", NULL};
	static const char *const LOOK[] = {"s3:GetReplicationConfiguration", "s3:PutInventoryConfiguration", NULL};
	static const char *const REPORT[] = {"s3:PutObject", NULL};
	AUTO_FREE char *objects = bg_asprintf("arn:aws:s3:::%s/*", scene->source);
	AUTO_FREE char *source = bg_asprintf("arn:aws:s3:::%s", scene->source);
	AUTO_FREE char *reports = bg_asprintf("arn:aws:s3:::%s/%s/*", scene->destination, scene->prefix);
	Json *document = json_new_object();
	json_add_string(document, "Version", "2012-10-17");
	Json *statements = json_add(document, "Statement", json_new_array());
	iam_allow(statements, START, objects);
	iam_allow(statements, LOOK, source);
	iam_allow(statements, REPORT, reports);
	return document;
}

static void make_token(Scene *scene) {
	AUTO_FREE char *text = bg_asprintf("%s\n%s\n%s\n%s", scene->aws.call->state_folder ? scene->aws.call->state_folder : "", scene->source, scene->destination, scene->prefix);
	sha256_hex(text, strlen(text), scene->token);
	scene->description = bg_asprintf("breakglass %.12s: %s to %s", scene->token, scene->source, scene->destination);
}

static bool open_scene(const Call *call, Scene *scene, Error *err) {
	scene->source = call_arg(call, "source");
	scene->destination = call_arg(call, "destination");
	scene->prefix = call_arg(call, "prefix") ? call_arg(call, "prefix") : DEFAULT_PREFIX;
	if (!aws_open(call, &scene->aws, err))
		return false;
	if (!scene->aws.account) {
		error_set(err, ERROR_MISSING, "the account's number is not known");
		error_hint(err, "set account: of the system in the environment file: twelve digits");
		return error_where(err, "system %s", call->system->name);
	}
	make_token(scene);
	return aws_bucket_region(&scene->aws, scene->source, &scene->source_region, err)
		&& aws_bucket_region(&scene->aws, scene->destination, &scene->destination_region, err)
		&& replication_read(&scene->aws, scene->source, scene->source_region, &scene->rules, err);
}

static bool has_rule(const Scene *scene, Error *err) {
	if (replication_to(&scene->rules, scene->destination))
		return true;
	error_set(err, ERROR_CONFLICT, "bucket %s has no enabled rule to %s: a job copies only what a rule takes", scene->source, scene->destination);
	return error_hint(err, "make the rule first: aws.replication");
}

static char *job_body(const Scene *scene, const char *role) {
	AUTO_FREE char *source = bg_asprintf("arn:aws:s3:::%s", scene->source);
	AUTO_FREE char *destination = bg_asprintf("arn:aws:s3:::%s", scene->destination);
	Buf out = {0};
	buf_puts(&out, "<CreateJobRequest xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\">");
	aws_put_element(&out, "ConfirmationRequired", "false");
	buf_puts(&out, "<Operation><S3ReplicateObject></S3ReplicateObject></Operation><Report>");
	aws_put_element(&out, "Bucket", destination);
	aws_put_element(&out, "Format", "Report_CSV_20180820");
	aws_put_element(&out, "Enabled", "true");
	aws_put_element(&out, "Prefix", scene->prefix);
	aws_put_element(&out, "ReportScope", "AllTasks");
	buf_puts(&out, "</Report>");
	aws_put_element(&out, "ClientRequestToken", scene->token);
	aws_put_element(&out, "Description", scene->description);
	aws_put_element(&out, "Priority", "1");
	aws_put_element(&out, "RoleArn", role);
	buf_puts(&out, "<ManifestGenerator><S3JobManifestGenerator>");
	aws_put_element(&out, "ExpectedBucketOwner", scene->aws.account);
	aws_put_element(&out, "SourceBucket", source);
	buf_puts(&out, "<Filter><EligibleForReplication>true</EligibleForReplication></Filter><EnableManifestOutput>false</EnableManifestOutput>"
		"</S3JobManifestGenerator></ManifestGenerator></CreateJobRequest>");
	return buf_take(&out);
}

static bool find_role(Scene *scene, Plan *plan, StrList *requests, Error *err) {
	const char *given = call_arg(scene->aws.call, "role");
	if (given) {
		scene->role_arn = bg_strdup(given);
		return true;
	}
	AUTO_FREE char *name = bg_asprintf("s3batch_role_for_%s", scene->source);
	name[strlen(name) > AWS_NAME_MAX ? AWS_NAME_MAX : strlen(name)] = '\0';
	scene->role = (AwsRole){.name = TAKE(name), .service = "batchoperations.s3.amazonaws.com", .policy_name = "batch-replication", .policy = role_policy(scene)};
	return iam_plan_role(&scene->aws, &scene->role, plan, requests, err);
}

static bool describe(Scene *scene, Plan *plan, StrList *requests, Error *err) {
	AUTO_FREE char *what = bg_asprintf("objects that bucket %s has already", scene->source);
	AUTO_FREE char *to = bg_asprintf("copied to %s by a job, which reports to s3://%s/%s", scene->destination, scene->destination, scene->prefix);
	if (scene->job.id) {
		AUTO_FREE char *follow = bg_asprintf("job %s, begun before: followed to its end", scene->job.id);
		plan_add_change(plan, what, NULL, follow);
		return true;
	}
	if (!find_role(scene, plan, requests, err))
		return false;
	AUTO_FREE char *role = scene->role_arn ? bg_strdup(scene->role_arn) : bg_asprintf("arn:aws:iam::%s:role/%s", scene->aws.account, scene->role.name);
	AUTO_FREE char *body = job_body(scene, role);
	plan_add_change(plan, what, NULL, to);
	strlist_add_take(requests, bg_asprintf("POST " JOBS " %s", body));
	strlist_add(&plan->warnings, "Amazon charges for a job and for each object that it copies");
	return true;
}

bool aws_plan_job(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(StrList) requests = {0};
	if (!open_scene(call, &scene, err) || !has_rule(&scene, err) || !find_job(&scene, err))
		return error_what(err, "plan to copy what bucket %s has already", call_arg(call, "source"));
	ret_plan->nothing_to_do = text_eq(scene.job.status, "Complete");
	if (!ret_plan->nothing_to_do && !describe(&scene, ret_plan, &requests, err))
		return error_what(err, "plan to copy what bucket %s has already", scene.source);
	if (ret_plan->nothing_to_do)
		strlist_add_take(&ret_plan->warnings, bg_asprintf("job %s of this run is complete", scene.job.id));
	plan_set(&ret_plan->action, "aws.replicate-existing");
	plan_set(&ret_plan->target, "bucket %s to %s", scene.source, scene.destination);
	plan_set(&ret_plan->confirm_name, "%s", scene.source);
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	json_add_string(ret_plan->basis, "job", scene.job.id);
	AUTO_FREE char *request = strlist_join(&requests, "\n");
	plan_set(&ret_plan->request, "%s", request);
	plan_set(&ret_plan->undo, "none: copies are not taken back; a job that runs is cancelled in the console");
	plan_set(&ret_plan->manual, "S3 console > Batch Operations > Create job: replicate %s, report to s3://%s/%s", scene.source, scene.destination, scene.prefix);
	return true;
}

/* ---- apply and after ---- */

static bool create(Scene *scene, ActionResult *result, char **ret_id, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_CLEAR(Plan) unused = {0};
	AUTO_CLEAR(StrList) requests = {0};
	if (!find_role(scene, &unused, &requests, err) || (scene->role.name && !iam_apply_role(&scene->aws, &scene->role, result, err)))
		return false;
	AUTO_FREE char *body = job_body(scene, scene->role.name ? scene->role.arn : scene->role_arn);
	const AwsField field = {"CreateJobResult/JobId", ret_id};
	AwsAsk ask = {.service = AWS_CONTROL, .method = "POST", .region = scene->source_region, .path = JOBS, .body = str_from(body),
		.right = "s3:CreateJob, and iam:PassRole on the role,", .what = "a new job"};
	result->began = true;
	if (!aws_do(&scene->aws, &ask, &response, err))
		return false;
	if (aws_read_xml(buf_str(&response.body), "CreateJobResult", &field, 1, err) && *ret_id)
		return true;
	return aws_strange(&ask, err, "the answer tells of no job");
}

static bool has_ended(const Job *job) {
	static const char *const ENDS[] = {"Complete", "Failed", "Cancelled", "Suspended", "Paused"};
	for (size_t i = 0; i < BG_LENGTH(ENDS); i++)
		if (text_eq(job->status, ENDS[i]))
			return true;
	return false;
}

static int64_t number(const char *text) {
	int64_t value = 0;
	return text && str_parse_int(str_from(text), &value) ? value : 0;
}

static bool went_wrong(const Job *job, Error *err) {
	error_set(err, ERROR_REMOTE, "job %s is %s%s%.120s", job->id, job->status, job->why ? ": " : "", job->why ? job->why : "");
	return error_hint(err, "look at its report and at it in the S3 console > Batch Operations");
}

static bool follow(Scene *scene, const char *id, Error *err) {
	for (int wait_ms = FIRST_LOOK_MS;; wait_ms = wait_ms * 2 < LOOK_EVERY_MS ? wait_ms * 2 : LOOK_EVERY_MS) {
		AUTO_CLEAR(Job) job = {0};
		if (call_is_cancelled(scene->aws.call))
			return error_set(err, ERROR_CANCELLED, "it was cancelled here; job %s goes on", id);
		if (!describe_job(scene, id, &job, err))
			return false;
		call_progress(scene->aws.call, number(job.done) + number(job.failed), number(job.total), "job %s: %s", id, job.status);
		if (has_ended(&job))
			return text_eq(job.status, "Complete") || went_wrong(&job, err);
		(void) poll(NULL, 0, wait_ms);   /* only the time matters */
	}
}

bool aws_apply_job(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_FREE char *id = bg_strdup_or_null(json_get_string(plan->basis, "job"));
	if (!open_scene(call, &scene, err) || (!id && (!has_rule(&scene, err) || !create(&scene, result, &id, err))))
		return error_what(err, "copy what bucket %s has already", call_arg(call, "source"));
	result->value = bg_strdup(id);
	if (text_eq(call_arg(call, "wait"), "no"))
		return true;
	return follow(&scene, id, err) || error_what(err, "copy what bucket %s has already", scene.source);
}

bool aws_verify_job(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Job) job = {0};
	(void) plan;
	if (!open_scene(call, &scene, err) || !find_job(&scene, err) || (scene.job.id && !describe_job(&scene, scene.job.id, &job, err)))
		return error_what(err, "look at the jobs");
	if (!scene.job.id) {
		result->verified = VERIFIED_NO;
		plan_set(&result->evidence, "there is no job of this run");
		return true;
	}
	bool complete = text_eq(job.status, "Complete"), failed = number(job.failed) > 0;
	result->verified = complete ? (failed ? VERIFIED_NO : VERIFIED_YES) : has_ended(&job) ? VERIFIED_NO : VERIFIED_UNKNOWN;
	plan_set(&result->evidence, "job %s is %s: %lld of %lld objects copied, %lld not", job.id, job.status, (long long) number(job.done), (long long) number(job.total),
		(long long) number(job.failed));
	return true;
}
