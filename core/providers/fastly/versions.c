/* versions.c: cloning a version and having one validated. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/fastly/fastly.h"

bool fastly_plan_clone(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Fastly) fastly = {0};
	AUTO_CLEAR(FastlyVersions) versions = {0};
	const FastlyVersion *source = NULL;
	if (!fastly_open(call, &fastly, err) || !fastly_versions(&fastly, &versions, err) ||
	    !fastly_choose_version(&fastly, &versions, call_arg(call, "version"), &source, err))
		return error_what(err, "plan to clone a Fastly version");
	fastly_plan_begin(&fastly, call, "fastly.clone", ret_plan);
	plan_set(&ret_plan->target, "fastly service %s, v%lld%s", fastly.name, (long long) source->number,
		source->active ? " (active)" : "");
	json_add_int(ret_plan->basis, "source", source->number);
	json_add_int(ret_plan->basis, "active", versions.active);
	json_add_int(ret_plan->basis, "latest", versions.latest);
	AUTO_FREE char *what = bg_asprintf("a new draft of service %s", fastly.name);
	AUTO_FREE char *to = bg_asprintf("a copy of v%lld", (long long) source->number);
	plan_add_change(ret_plan, what, NULL, to);
	if (versions.active)
		strlist_add_take(&ret_plan->preconditions, bg_asprintf("v%lld is active", (long long) versions.active));
	plan_set(&ret_plan->request, "PUT %s/service/%s/version/%lld/clone", fastly.api.url, fastly.id, (long long) source->number);
	plan_set(&ret_plan->manual, "fastly service-version clone --service-id %s --version %lld", fastly.id, (long long) source->number);
	plan_set(&ret_plan->undo, "nothing to take back: a draft serves nobody");
	return true;
}

bool fastly_apply_clone(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Fastly) fastly = {0};
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *json = NULL;
	if (!fastly_open(call, &fastly, err))
		return error_what(err, "clone a Fastly version");
	int64_t source = json_get_int(plan->basis, "source", 0);
	AUTO_FREE char *path = api_path("/service/%s/version/%lld/clone", fastly.id, (long long) source);
	result->began = true;
	if (!api_do(&fastly.api, "PUT", path, NULL, &response, err) || !api_json(&fastly.api, path, &response, &json, err))
		return error_what(err, "clone v%lld of %s", (long long) source, fastly.name);
	int64_t draft = json_int_lenient(json_get(json, "number"), 0);
	if (draft <= 0) {
		api_strange(&fastly.api, path, err, "does not say the number of the new version");
		return error_what(err, "clone v%lld of %s", (long long) source, fastly.name);
	}
	fastly_note_limit(&response, result);
	result->value = bg_asprintf("%lld", (long long) draft);
	result->values = json_new_object();
	json_add_int(result->values, "draft", draft);
	json_add_int(result->values, "source", source);
	return true;
}

static void judge_clone(const FastlyVersions *versions, int64_t draft, int64_t latest_before, ActionResult *result) {
	for (size_t i = 0; i < versions->count && draft; i++) {
		const FastlyVersion *version = &versions->items[i];
		if (version->number != draft)
			continue;
		result->verified = version->active || version->locked ? VERIFIED_NO : VERIFIED_YES;
		result->evidence = bg_asprintf("v%lld is %s", (long long) draft, version->active ? "active already" : version->locked ?
			"locked" : "a draft that can be edited");
		return;
	}
	/* The answer was lost: a version that came meanwhile may be ours or somebody else's. */
	bool newer = versions->latest > latest_before;
	result->verified = newer && !draft ? VERIFIED_UNKNOWN : VERIFIED_NO;
	result->evidence = newer ? bg_asprintf("v%lld appeared meanwhile: it may be the one that was asked for", (long long) versions->latest)
	                         : bg_strdup("there is no new version");
}

bool fastly_verify_clone(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Fastly) fastly = {0};
	AUTO_CLEAR(FastlyVersions) versions = {0};
	if (!fastly_open(call, &fastly, err) || !fastly_versions(&fastly, &versions, err))
		return error_what(err, "look at the versions of the service");
	free(result->evidence);
	judge_clone(&versions, json_get_int(result->values, "draft", 0), json_get_int(plan->basis, "latest", 0), result);
	return true;
}

bool fastly_plan_validate(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Fastly) fastly = {0};
	AUTO_CLEAR(FastlyVersions) versions = {0};
	const FastlyVersion *version = NULL;
	if (!fastly_open(call, &fastly, err) || !fastly_versions(&fastly, &versions, err) ||
	    !fastly_choose_version(&fastly, &versions, call_arg(call, "version"), &version, err))
		return error_what(err, "plan to validate a Fastly version");
	fastly_plan_begin(&fastly, call, "fastly.validate", ret_plan);
	plan_set(&ret_plan->target, "fastly service %s, v%lld", fastly.name, (long long) version->number);
	json_add_int(ret_plan->basis, "version", version->number);
	AUTO_FREE char *what = bg_asprintf("asks Fastly whether v%lld is valid; changes nothing", (long long) version->number);
	plan_add_change(ret_plan, what, NULL, NULL);
	plan_set(&ret_plan->request, "GET %s/service/%s/version/%lld/validate", fastly.api.url, fastly.id, (long long) version->number);
	plan_set(&ret_plan->manual, "fastly service-version validate --service-id %s --version %lld", fastly.id, (long long) version->number);
	return true;
}

bool fastly_apply_validate(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Fastly) fastly = {0};
	AUTO_FREE char *why_not = NULL;
	int64_t version = json_get_int(plan->basis, "version", 0);
	if (!fastly_open(call, &fastly, err) || !fastly_validate(&fastly, version, &why_not, err))
		return error_what(err, "validate v%lld", (long long) version);
	if (why_not) {
		error_set(err, ERROR_INVALID, "v%lld of %s is not valid: %s", (long long) version, fastly.name, why_not);
		return error_hint(err, "mend the draft, or clone the active version anew");
	}
	result->verified = VERIFIED_YES;
	result->evidence = bg_asprintf("v%lld of %s is valid", (long long) version, fastly.name);
	return true;
}
