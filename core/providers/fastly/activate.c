/* activate.c: making a version the one that serves. The plan is the whole difference to the version that serves now; whether that one is
 * still the same is looked at once more, immediately before. The way back is to activate it again: locked versions can be. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/fastly/fastly.h"

static bool must_be_valid(Fastly *fastly, int64_t version, Error *err) {
	AUTO_FREE char *why_not = NULL;
	if (!fastly_validate(fastly, version, &why_not, err))
		return false;
	if (!why_not)
		return true;
	error_set(err, ERROR_INVALID, "v%lld of %s is not valid: %s", (long long) version, fastly->name, why_not);
	return error_hint(err, "mend the draft, or clone the active version anew");
}

static void describe(const Fastly *fastly, const FastlyVersions *versions, int64_t version, Plan *plan) {
	long long number = version, active = versions->active;
	plan_set(&plan->target, "fastly service %s, v%lld", fastly->name, number);
	json_add_int(plan->basis, "version", number);
	json_add_int(plan->basis, "active", active);
	AUTO_FREE char *what = bg_asprintf("active version of %s", fastly->name);
	AUTO_FREE char *from = active ? bg_asprintf("v%lld", active) : NULL;
	AUTO_FREE char *to = bg_asprintf("v%lld", number);
	plan->nothing_to_do = number == active;
	if (!plan->nothing_to_do)
		plan_add_change(plan, what, from, to);
	if (active)
		strlist_add_take(&plan->preconditions, bg_asprintf("v%lld is active", active));
	plan_set(&plan->request, "PUT %s/service/%s/version/%lld/activate", fastly->api.url, fastly->id, number);
	plan_set(&plan->manual, "fastly service-version activate --service-id %s --version %lld", fastly->id, number);
	if (active)
		plan_set(&plan->undo, "activate v%lld again", active);
}

bool fastly_plan_activate(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Fastly) fastly = {0};
	AUTO_CLEAR(FastlyVersions) versions = {0};
	const FastlyVersion *version = NULL;
	if (!fastly_open(call, &fastly, err) || !fastly_versions(&fastly, &versions, err) ||
	    !fastly_choose_version(&fastly, &versions, call_arg(call, "version"), &version, err))
		return error_what(err, "plan to activate a Fastly version");
	fastly_plan_begin(&fastly, call, "fastly.activate", ret_plan);
	describe(&fastly, &versions, version->number, ret_plan);
	if (ret_plan->nothing_to_do)
		return true;
	if (!must_be_valid(&fastly, version->number, err) ||
	    (versions.active && !fastly_diff(&fastly, versions.active, version->number, ret_plan, err)))
		return error_what(err, "plan to activate v%lld", (long long) version->number);
	if (ret_plan->count == 1)
		strlist_add_take(&ret_plan->warnings, bg_asprintf("v%lld is the same configuration as v%lld", (long long) version->number,
			(long long) versions.active));
	if (version->number < versions.latest && version->locked)
		strlist_add(&ret_plan->warnings, "this is an earlier version, which was active before");
	return true;
}

/* Between the comparison of the plans and this request somebody may have activated something else. */
static bool still_as_planned(Fastly *fastly, const Plan *plan, Error *err) {
	AUTO_CLEAR(FastlyVersions) versions = {0};
	int64_t planned = json_get_int(plan->basis, "active", 0);
	if (!fastly_versions(fastly, &versions, err))
		return false;
	if (versions.active == planned)
		return true;
	error_set(err, ERROR_CONFLICT, "somebody activated v%lld meanwhile; this was planned against v%lld", (long long) versions.active,
		(long long) planned);
	error_where(err, "fastly service %s", fastly->name);
	return error_hint(err, "nothing was changed: find out who did it and why, then make a new plan");
}

bool fastly_apply_activate(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Fastly) fastly = {0};
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *json = NULL;
	long long version = json_get_int(plan->basis, "version", 0), previous = json_get_int(plan->basis, "active", 0);
	result->values = json_new_object();
	json_add_int(result->values, "active", version);
	if (plan->nothing_to_do)   /* done again: what save= kept is the version of before, and not this one */
		return true;
	result->value = previous ? bg_asprintf("%lld", previous) : NULL;
	json_add_int(result->values, "previous", previous);
	if (!fastly_open(call, &fastly, err) || !still_as_planned(&fastly, plan, err))
		return error_what(err, "activate v%lld", version);
	AUTO_FREE char *path = api_path("/service/%s/version/%lld/activate", fastly.id, version);
	result->began = true;
	if (!api_do(&fastly.api, "PUT", path, NULL, &response, err) || !api_json(&fastly.api, path, &response, &json, err))
		return error_what(err, "activate v%lld", version);
	fastly_note_limit(&response, result);
	/* A success may carry a warning: an origin that cannot be resolved is only that (recorded: activate_version.yaml). */
	const char *said = json_get_string(json, "msg");
	if (said && *said)
		strlist_add_take(&result->warnings, bg_asprintf("Fastly says: %.300s", said));
	return true;
}

bool fastly_verify_activate(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Fastly) fastly = {0};
	AUTO_CLEAR(FastlyVersions) versions = {0};
	int64_t wanted = json_get_int(plan->basis, "version", 0);
	if (!fastly_open(call, &fastly, err) || !fastly_versions(&fastly, &versions, err))
		return error_what(err, "look at the active version");
	result->verified = versions.active == wanted ? VERIFIED_YES : VERIFIED_NO;
	free(result->evidence);
	result->evidence = bg_asprintf("v%lld is active on %s", (long long) versions.active, fastly.name);
	return true;
}

bool fastly_undo_activate(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args) {
	long long previous = json_get_int(plan->basis, "active", 0);
	(void) values;
	if (!previous || plan->nothing_to_do)
		return false;
	AUTO_FREE char *number = bg_asprintf("%lld", previous);
	*ret_verb = bg_strdup("fastly.activate");
	*ret_args = json_copy(plan->args);
	json_add_string(*ret_args, "version", number);
	return true;
}
