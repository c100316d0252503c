/* wait.c: waits until a job is complete, or pods are ready, and ends as soon as they cannot be: `kubectl wait` never notices a failure. It polls, and what
 * the pods said is shown when it came to nothing. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/k8s/k8s.h"

#define EVERY_MS 2000
#define SLICE_MS 200
#define LOG_LINES "--tail=200"

bool k8s_job_parse(const Json *object, K8sEnd *ret_end, char *ret_why, size_t size) {
	if (!text_eq(json_get_string(object, "kind"), "Job") || !json_is_object(json_get(object, "status")))
		return false;
	*ret_end = K8S_GOES_ON;
	snprintf(ret_why, size, "%lld running, %lld failed", (long long) json_get_int(json_get(object, "status"), "active", 0),
		(long long) json_get_int(json_get(object, "status"), "failed", 0));
	JSON_EACH(condition, json_get(json_get(object, "status"), "conditions")) {
		const char *type = json_get_string_or(condition, "type", "");
		bool holds = text_eq(json_get_string(condition, "status"), "True");
		bool failed = text_eq(type, "Failed") || text_eq(type, "FailureTarget");
		if (!holds || !(failed || text_eq(type, "Complete")))
			continue;
		*ret_end = failed ? K8S_FAILED : K8S_DONE;
		snprintf(ret_why, size, "%s: %.120s", failed ? json_get_string_or(condition, "reason", "failed") : "complete", json_get_string_or(condition, "message", ""));
	}
	return true;
}

bool k8s_pods_end(const Json *list, K8sEnd *ret_end, char *ret_why, size_t size) {
	int count = 0, ready = 0;
	*ret_end = K8S_GOES_ON;
	*ret_why = '\0';
	JSON_EACH(item, json_get(list, "items")) {
		K8sPod pod;
		if (!k8s_pod_parse(item, &pod))
			return false;
		if (pod.ended)
			continue;
		count++;
		ready += pod.ready;
		if (!k8s_pod_is_broken(&pod) && !text_eq(pod.phase, "Failed"))
			continue;
		*ret_end = K8S_FAILED;
		snprintf(ret_why, size, "%.80s: %s", pod.name, *pod.waiting ? pod.waiting : "failed");
	}
	if (*ret_end == K8S_FAILED)
		return true;
	*ret_end = count && ready == count ? K8S_DONE : K8S_GOES_ON;
	snprintf(ret_why, size, "%d of %d pods ready", ready, count);
	return true;
}

/* "job restore" or "pods app=couchdb". Owned; NULL when not exactly one is named. */
static char *subject_of(const Call *call, Error *err) {
	const char *job = call_arg(call, "job"), *pods = call_arg(call, "pods");
	if ((job != NULL) != (pods != NULL))
		return bg_asprintf("%s %s", job ? "job" : "pods", job ? job : pods);
	error_set(err, ERROR_INVALID, "k8s.wait wants either job= or pods=");
	error_hint(err, "write job=NAME, or pods=app=couchdb");
	return NULL;
}

bool k8s_plan_wait(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Kube) kube = {0};
	AUTO_FREE char *subject = subject_of(call, err);
	if (!subject || !kube_open(call, &kube, err))
		return error_what(err, "plan to wait");
	const char *job = call_arg(call, "job");
	AUTO_FREE char *what = bg_asprintf("wait until %s %s", subject, job ? "is complete" : "are ready");
	AUTO_FREE char *object = job ? bg_asprintf("job/%s", job) : bg_asprintf("--selector=%s", call_arg(call, "pods"));
	plan_set(&ret_plan->action, "k8s.wait");
	plan_set(&ret_plan->target, "%s, %s", subject, kube.place);
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	plan_add_change(ret_plan, what, NULL, NULL);
	AUTO_FREE char *line = kube_line(&kube, (const char *const[]){"get", job ? object : "pods", job ? "--watch" : object, job ? NULL : "--watch", NULL});
	plan_set(&ret_plan->request, "%s", line);
	plan_set(&ret_plan->manual, "%s", line);
	return true;
}

static bool look(const Kube *kube, K8sEnd *ret_end, char *ret_why, size_t size, Error *err) {
	AUTO(Json) *seen = NULL;
	const char *job = call_arg(kube->call, "job");
	if (!job) {
		if (!kube_list(kube, &KUBE_PODS, call_arg(kube->call, "pods"), &seen, err))
			return false;
		return k8s_pods_end(seen, ret_end, ret_why, size) || kube_strange(kube, err, "tells of a pod what cannot be");
	}
	if (!kube_get(kube, &KUBE_JOBS, job, &seen, err))
		return false;
	if (!seen)
		return kube_missing(kube, &KUBE_JOBS, job, err);
	return k8s_job_parse(seen, ret_end, ret_why, size) || kube_strange(kube, err, "tells of the job %s what cannot be", job);
}

/* What its pods said; that it cannot be had changes nothing. */
static void show_logs(const Kube *kube) {
	AUTO_CLEAR(ProcessResult) ended = {0};
	Error err = {0};
	const char *job = call_arg(kube->call, "job");
	AUTO_FREE char *object = job ? bg_asprintf("job/%s", job) : bg_asprintf("--selector=%s", call_arg(kube->call, "pods"));
	const char *words[] = {"logs", object, "--all-containers", "--prefix", LOG_LINES, NULL};
	Call last = *kube->call;
	Kube own = *kube;
	if (call_remaining_ms(&last) < K8S_REQUEST_MS)
		last.deadline = (MonoTime){mono_now().ms + K8S_REQUEST_MS};
	own.call = &last;
	BG_IGNORE(kube_run(&own, &(KubeRun){.words = words}, &ended, &err));
	if (kube->call->output)
		kube->call->output(kube->call->userdata, ended.exit_code != 0, ended.out.len ? buf_str(&ended.out) : buf_str(&ended.err));
}

static bool pause_a_little(const Call *call) {
	for (int64_t end = mono_now().ms + EVERY_MS; mono_now().ms < end && call_remaining_ms(call) > 0 && !call_is_cancelled(call);)
		(void) poll(NULL, 0, SLICE_MS);
	return call_remaining_ms(call) > 0 && !call_is_cancelled(call);
}

static bool came_to_nothing(const Kube *kube, const char *subject, K8sEnd end, const char *why, Error *err) {
	if (call_is_cancelled(kube->call)) {
		error_set(err, ERROR_CANCELLED, "nobody waits any more for %s", subject);
	} else if (end == K8S_FAILED) {
		error_set(err, ERROR_REMOTE, "%s: %s", subject, why);
		error_hint(err, "its output says more; mend it, then start it again");
	} else {
		error_set(err, ERROR_TIMEOUT, "%s: still not after the time given: %s", subject, why);
		error_hint(err, "look what it does; wait again if it is only slow");
	}
	show_logs(kube);
	return error_where(err, "%s", kube->place);
}

bool k8s_apply_wait(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Kube) kube = {0};
	AUTO_FREE char *subject = subject_of(call, err);
	K8sEnd end = K8S_GOES_ON;
	char why[200] = "";
	(void) plan;
	if (!subject || !kube_open(call, &kube, err))
		return false;
	do {
		Error problem = {0};
		if (look(&kube, &end, why, sizeof(why), &problem)) {
			call_progress(call, 0, 0, "%s: %s", subject, why);
		} else if (problem.retryable || problem.kind == ERROR_TIMEOUT) {
			snprintf(why, sizeof(why), "not to be seen: %.170s", problem.why);
			call_progress(call, 0, 0, "%s: %s", subject, why);
		} else {
			if (err)
				*err = problem;
			return error_what(err, "wait for %s", subject);
		}
	} while (end == K8S_GOES_ON && pause_a_little(call));
	if (end != K8S_DONE)
		return came_to_nothing(&kube, subject, end, why, err);
	result->evidence = bg_asprintf("%s: %s", subject, why);
	return true;
}
