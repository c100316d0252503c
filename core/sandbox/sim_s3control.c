/* sim_s3control.c: jobs of S3 Batch Operations that replicate (AWS API reference, S3 Control 2018-08-20). A job goes one state on each time it is
 * looked at. */
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/sandbox/sim_account.h"

#define JOBS "/v20180820/jobs"
#define NAMESPACE " xmlns=\"http://awss3control.amazonaws.com/doc/2018-08-20/\""

bool sim_account_is_control(const SimRequest *request) { return str_starts(str_from(request->path), JOBS); }

static void refuse(SimReply *reply, int status, const char *code, const char *message) {
	AUTO_FREE char *text = bg_asprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ErrorResponse><Error><Code>%s</Code><Message>%s</Message></Error>"
		"<RequestId>sandbox</RequestId></ErrorResponse>", code, message);
	sim_reply_text(reply, status, "text/xml", text);
}

static void put_job(const Json *job, Buf *out) {
	buf_printf(out, "<JobId>%s</JobId><Description>", json_get_string(job, "id"));
	sim_markup_escape(str_from(json_get_string(job, "description")), out);
	buf_printf(out, "</Description><Priority>1</Priority><Status>%s</Status><ProgressSummary><TotalNumberOfTasks>%lld</TotalNumberOfTasks>"
		"<NumberOfTasksSucceeded>%lld</NumberOfTasksSucceeded><NumberOfTasksFailed>%lld</NumberOfTasksFailed></ProgressSummary>", json_get_string(job, "status"),
		(long long) json_get_int(job, "total", 0), (long long) json_get_int(job, "done", 0), (long long) json_get_int(job, "failed", 0));
	if (text_eq(json_get_string(job, "status"), "Failed"))
		buf_puts(out, "<FailureReasons><member><FailureCode>403</FailureCode><FailureReason>the role may not read the source</FailureReason></member></FailureReasons>");
}

/* The field as it stands in the document; "" when it is missing. Owned. */
static void keep(Json *job, const char *name, Str body, const char *element) {
	AUTO_FREE char *text = sim_account_element(body, element);
	json_add_string(job, name, text ? text : "");
}

static void create(SimS3 *s3, const SimRequest *request, SimReply *reply) {
	Str body = buf_str(&request->body);
	AUTO_FREE char *token = sim_account_element(body, "ClientRequestToken");
	AUTO_FREE char *source = sim_account_element(body, "SourceBucket");
	AUTO_FREE char *role = sim_account_element(body, "RoleArn");
	Json *jobs = json_get_mutable(sim_account_state(s3->account), "jobs");
	const char *name = source && strncmp(source, "arn:aws:s3:::", 13) == 0 ? source + 13 : NULL;
	const Json *job = NULL;
	if (!token || !*token || strlen(token) > 64 || !name || !role || str_find(body, "<S3ReplicateObject") < 0 || str_find(body, "<Prefix>") < 0)
		return refuse(reply, 400, "InvalidRequest", "Request invalid");
	JSON_EACH(other, jobs)
		if (text_eq(json_get_string(other, "token"), token))
			job = other;
	if (!job) {
		char id[33];
		random_hex(id, 32);
		Json *made = json_append(jobs, json_new_object());
		json_add_string(made, "id", id);
		json_add_string(made, "token", token);
		json_add_string(made, "source", name);
		json_add_string(made, "status", "New");
		keep(made, "description", body, "Description");
		keep(made, "report", body, "Prefix");
		job = made;
	}
	AUTO_FREE char *text = bg_asprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<CreateJobResult" NAMESPACE "><JobId>%s</JobId></CreateJobResult>",
		json_get_string(job, "id"));
	sim_reply_text(reply, 200, "application/xml", text);
}

static void list(SimS3 *s3, SimReply *reply) {
	AUTO_CLEAR(Buf) out = {0};
	buf_puts(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListJobsResult" NAMESPACE "><Jobs>");
	JSON_EACH(job, json_get(sim_account_state(s3->account), "jobs")) {
		buf_puts(&out, "<member>");
		put_job(job, &out);
		buf_puts(&out, "</member>");
	}
	buf_puts(&out, "</Jobs></ListJobsResult>");
	sim_reply_bytes(reply, 200, "application/xml", buf_str(&out));
}

static void go_on(SimS3 *s3, Json *job, WallTime now) {
	const char *status = json_get_string_or(job, "status", "");
	bool broken = json_get_bool(sim_account_state(s3->account), "broken", false);
	if (text_eq(status, "New")) {
		json_add_string(job, "status", "Preparing");
	} else if (text_eq(status, "Preparing")) {
		json_add_string(job, "status", broken ? "Failed" : "Active");
	} else if (text_eq(status, "Active")) {
		size_t copied = sim_account_copy_all(s3, json_get_string_or(job, "source", ""), now);
		json_add_int(job, "total", (int64_t) copied);
		json_add_int(job, "done", (int64_t) copied);
		json_add_string(job, "status", "Complete");
	}
}

static void describe(SimS3 *s3, const char *id, SimReply *reply, WallTime now) {
	AUTO_CLEAR(Buf) out = {0};
	Json *jobs = json_get_mutable(sim_account_state(s3->account), "jobs");
	for (size_t i = 0; i < json_count(jobs); i++) {
		const Json *job = json_at(jobs, i);
		if (!text_eq(json_get_string(job, "id"), id))
			continue;
		AUTO(Json) *changed = json_copy(job);
		go_on(s3, changed, now);
		buf_puts(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<DescribeJobResult" NAMESPACE "><Job>");
		put_job(changed, &out);
		buf_puts(&out, "</Job></DescribeJobResult>");
		Json *all = json_new_array();
		for (size_t k = 0; k < json_count(jobs); k++)
			json_append(all, k == i ? json_copy(changed) : json_copy(json_at(jobs, k)));
		json_add(sim_account_state(s3->account), "jobs", all);
		return sim_reply_bytes(reply, 200, "application/xml", buf_str(&out));
	}
	refuse(reply, 404, "NoSuchJob", "The specified job does not exist");
}

void sim_control_jobs(SimS3 *s3, const SimRequest *request, SimReply *reply, WallTime now) {
	Str path = str_from(request->path);
	const char *account = sim_request_header(request, "x-amz-account-id");
	bool one = path.len > sizeof(JOBS) && path.ptr[sizeof(JOBS) - 1] == '/';
	if (!sim_s3_signature_is_good(s3, request, reply, now))
		return;
	if (!text_eq(account, SIM_ACCOUNT))
		return refuse(reply, 403, "AccessDenied", "Access Denied");
	if (text_eq(request->method, "POST") && !one)
		return sim_account_denies(s3->account, "s3:CreateJob") ? refuse(reply, 403, "AccessDenied", "Access Denied") : create(s3, request, reply);
	if (!text_eq(request->method, "GET"))
		return refuse(reply, 405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
	if (one)
		describe(s3, request->path + sizeof(JOBS), reply, now);
	else
		list(s3, reply);
}
