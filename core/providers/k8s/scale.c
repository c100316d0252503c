/* scale.c: how many pods a deployment has. The numbers of before are in the plan's basis, and are what --current-replicas compares with: a number
 * that somebody else changed meanwhile is not overwritten. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/k8s/k8s.h"

/* "web=3,worker=2": what rescale is asked, and what scale leaves. */
static bool counts_parse(const char *text, Json *counts, Error *err) {
	Str rest = str_from(text), part;
	while (str_split(&rest, ',', &part)) {
		ptrdiff_t equals = str_find_char(part, '=');
		int64_t number = -1;
		AUTO_FREE char *name = equals > 0 ? str_dup(str_trim(str_slice(part, 0, (size_t) equals))) : NULL;
		if (!name || !str_parse_int(str_trim(str_slice(part, (size_t) equals + 1, part.len)), &number) || number < 0 || number > K8S_COUNT_MAX || json_get(counts, name)) {
			error_set(err, ERROR_INVALID, "counts=%.80s is no list of names with a number each", text);
			return error_hint(err, "write counts=web=3,worker=2: each name once");
		}
		json_add_int(counts, name, number);
	}
	return json_count(counts) > 0;
}

static char *counts_text(const Json *counts) {
	AUTO_CLEAR(Buf) text = {0};
	JSON_EACH(count, counts)
		buf_printf(&text, "%s%s=%lld", text.len ? "," : "", json_key(count), (long long) json_int_lenient(count, 0));
	return buf_take(&text);
}

static bool read_number(const Call *call, int64_t *ret, Error *err) {
	const char *given = call_arg(call, "replicas");
	*ret = 0;
	if (!given)   /* k8s.stop */
		return true;
	if ( str_parse_int(str_from(given), ret) && *ret >= 0 && *ret <= K8S_COUNT_MAX)
		return true;
	error_set(err, ERROR_INVALID, "replicas=%s is no number of pods", given);
	return error_hint(err, "write a number from 0 on");
}

/* ---- what is there, and what is wanted ---- */

static bool add_workload(const Kube *kube, const Json *object, Json *counts, Json *ready, Error *err) {
	K8sWorkload workload;
	if (!k8s_workload_parse(object, &KUBE_DEPLOYMENTS, &workload))
		return kube_strange(kube, err, "tells of a deployment what cannot be");
	json_add_int(counts, workload.name, workload.wanted);
	json_add_int(ready, workload.name, workload.ready);
	return true;
}

static bool read_one(const Kube *kube, const char *name, Json *counts, Json *ready, Error *err) {
	AUTO(Json) *object = NULL;
	if (!kube_get(kube, &KUBE_DEPLOYMENTS, name, &object, err))
		return false;
	return object ? add_workload(kube, object, counts, ready, err) : kube_missing(kube, &KUBE_DEPLOYMENTS, name, err);
}

static bool read_all(const Kube *kube, Json *counts, Json *ready, Error *err) {
	AUTO(Json) *list = NULL;
	if (!kube_list(kube, &KUBE_DEPLOYMENTS, NULL, &list, err))
		return false;
	JSON_EACH(item, json_get(list, "items"))
		if (!add_workload(kube, item, counts, ready, err))
			return false;
	if (json_count(counts))
		return true;
	error_set(err, ERROR_MISSING, "there is no deployment");
	error_hint(err, "look whether the namespace is the right one");
	return error_where(err, "%s", kube->place);
}

/* name -> number, of what this call is about: as it is now, and as it shall be. */
typedef struct Counts { Json *now, *ready, *wanted; } Counts;

static void counts_clear(Counts *counts) {
	json_free(counts->now);
	json_free(counts->ready);
	json_free(counts->wanted);
}
BG_DEFINE_CLEARP(Counts, counts_clear)

static bool read_counts(const Kube *kube, Counts *ret, Error *err) {
	const char *listed = call_arg(kube->call, "counts"), *name = call_arg(kube->call, "deployment");
	int64_t number = 0;
	ret->now = json_new_object();
	ret->ready = json_new_object();
	ret->wanted = json_new_object();
	if (listed) {
		if (!counts_parse(listed, ret->wanted, err))
			return false;
		JSON_EACH(count, ret->wanted)
			if (!read_one(kube, json_key(count), ret->now, ret->ready, err))
				return false;
		return true;
	}
	if (!read_number(kube->call, &number, err) || !(name ? read_one(kube, name, ret->now, ret->ready, err) : read_all(kube, ret->now, ret->ready, err)))
		return false;
	JSON_EACH(count, ret->now)
		json_add_int(ret->wanted, json_key(count), number);
	return true;
}

/* ---- plan ---- */

static void add_command(const Kube *kube, const char *name, int64_t from, int64_t to, StrList *lines) {
	AUTO_FREE char *object = bg_asprintf("deployment/%s", name);
	AUTO_FREE char *before = bg_asprintf("--current-replicas=%lld", (long long) from);
	AUTO_FREE char *after = bg_asprintf("--replicas=%lld", (long long) to);
	strlist_add_take(lines, kube_line(kube, (const char *const[]){"scale", object, before, after, NULL}));
}

static void describe(const Kube *kube, const Counts *counts, Plan *plan) {
	AUTO_CLEAR(StrList) lines = {0};
	AUTO(Json) *before = json_new_object();
	JSON_EACH(count, counts->now) {
		const char *name = json_key(count);
		int64_t from = json_int_lenient(count, 0), to = json_get_int(counts->wanted, name, 0);
		if (from == to)
			continue;
		AUTO_FREE char *what = bg_asprintf("deployment %s", name);
		AUTO_FREE char *was = bg_asprintf("%lld replicas", (long long) from);
		AUTO_FREE char *will = bg_asprintf("%lld replicas", (long long) to);
		plan_add_change(plan, what, was, will);
		add_command(kube, name, from, to, &lines);
		json_add_int(before, name, from);
		if (to == 0)
			strlist_add_take(&plan->warnings, bg_asprintf("%s then serves nobody: %lld pods are ready now", name, (long long) json_get_int(counts->ready, name, 0)));
	}
	plan->nothing_to_do = !lines.count;
	AUTO_FREE char *request = strlist_join(&lines, "\n");
	AUTO_FREE char *text = counts_text(before);
	plan_set(&plan->request, "%s", request);
	plan_set(&plan->manual, "%s", request);
	plan_set(&plan->undo, "the numbers of before: %s", *text ? text : "as they are");
	json_add(plan->basis, "counts", json_copy(counts->now));
	json_add(plan->basis, "before", TAKE(before));
}

static bool plan_scaling(const Call *call, const char *action, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Kube) kube = {0};
	AUTO_CLEAR(Counts) counts = {0};
	const char *name = call_arg(call, "deployment");
	if (!kube_open(call, &kube, err) || !read_counts(&kube, &counts, err))
		return error_what(err, "plan to scale %s", name ? name : "deployments");
	plan_set(&ret_plan->action, "%s", action);
	if (name)
		plan_set(&ret_plan->target, "deployment %s, %s", name, kube.place);
	else
		plan_set(&ret_plan->target, "%zu deployments, %s", json_count(counts.now), kube.place);
	plan_set(&ret_plan->confirm_name, "%s", name ? name : kube.space ? kube.space : call->system->name);
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	json_add_string(ret_plan->basis, "namespace", kube.space);
	describe(&kube, &counts, ret_plan);
	return true;
}

/* All of a namespace at once, in the wrong one, stops production: that is another action, before which the namespace is typed. */
bool k8s_plan_scale(const Call *call, Plan *ret_plan, Error *err) {
	int64_t number = 0;
	bool ok = read_number(call, &number, err);
	if (ok && (number > 0 || call_arg(call, "deployment")))
		return plan_scaling(call, "k8s.scale", ret_plan, err);
	if (ok) {
		error_set(err, ERROR_INVALID, "this would stop every deployment of a namespace");
		error_hint(err, "use k8s.stop namespace=NAME: the name is then typed before it; or name the deployment");
	}
	return error_what(err, "plan to scale deployments");
}

bool k8s_plan_stop(const Call *call, Plan *ret_plan, Error *err) { return plan_scaling(call, "k8s.stop", ret_plan, err); }

bool k8s_plan_rescale(const Call *call, Plan *ret_plan, Error *err) { return plan_scaling(call, "k8s.rescale", ret_plan, err); }

/* ---- apply and after ---- */

static bool scale_one(const Kube *kube, const char *name, int64_t from, int64_t to, ActionResult *result, Error *err) {
	AUTO_CLEAR(ProcessResult) ended = {0};
	AUTO_FREE char *object = bg_asprintf("deployment.v1.apps/%s", name);
	AUTO_FREE char *before = bg_asprintf("--current-replicas=%lld", (long long) from);
	AUTO_FREE char *after = bg_asprintf("--replicas=%lld", (long long) to);
	const char *words[] = {"scale", object, before, after, NULL};
	bool began = result->began;
	result->began = true;
	bool ok = kube_run(kube, &(KubeRun){.words = words}, &ended, err);
	result->began = began || ended.started;   /* without the program nothing was asked */
	return ok;
}

static int64_t wanted_of(const Call *call, const Json *wanted, const char *name) {
	int64_t number = 0;
	const char *given = call_arg(call, "replicas");
	return given && str_parse_int(str_from(given), &number) ? number : json_get_int(wanted, name, 0);
}

bool k8s_apply_scale(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Kube) kube = {0};
	AUTO(Json) *wanted = json_new_object();
	const Json *before = json_get(plan->basis, "before");
	const char *listed = call_arg(call, "counts");
	int64_t done = 0;
	if ((listed && !counts_parse(listed, wanted, err)) || !kube_open(call, &kube, err))
		return false;
	JSON_EACH(count, before) {
		const char *name = json_key(count);
		call_progress(call, done++, (int64_t) json_count(before), "scaling %s", name);
		if (!scale_one(&kube, name, json_int_lenient(count, 0), wanted_of(call, wanted, name), result, err))
			return error_what(err, "scale %s", name);
	}
	if (json_count(before))   /* done again, it changes nothing: what save= kept is the number of before, not none */
		result->value = counts_text(before);
	return true;
}

bool k8s_verify_scale(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Kube) kube = {0};
	AUTO_CLEAR(Counts) counts = {0};
	AUTO_CLEAR(Buf) seen = {0};
	(void) plan;
	if (!kube_open(call, &kube, err) || !read_counts(&kube, &counts, err))
		return error_what(err, "look at the deployments");
	bool as_wanted = true;
	JSON_EACH(count, counts.now) {
		const char *name = json_key(count);
		int64_t now = json_int_lenient(count, 0);
		as_wanted = as_wanted && now == json_get_int(counts.wanted, name, 0);
		buf_printf(&seen, "%s%s: %lld wanted, %lld ready", seen.len ? "; " : "", name, (long long) now, (long long) json_get_int(counts.ready, name, 0));
	}
	result->verified = as_wanted ? VERIFIED_YES : VERIFIED_NO;
	free(result->evidence);
	result->evidence = buf_take(&seen);
	return true;
}

/* What was so already is not taken back. */
bool k8s_undo_scale(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args) {
	const Json *before = json_get(plan->basis, "before");
	(void) values;
	if (plan->nothing_to_do || !json_count(before))
		return false;
	AUTO_FREE char *counts = counts_text(before);
	Json *args = json_new_object();
	json_add_string(args, "namespace", json_get_string(plan->basis, "namespace"));
	json_add_string(args, "system", json_get_string(plan->args, "system"));
	json_add_string(args, "counts", counts);
	*ret_verb = bg_strdup("k8s.rescale");
	*ret_args = args;
	return true;
}
