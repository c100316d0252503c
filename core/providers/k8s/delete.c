/* delete.c: deletes a statefulset, its pods with it. Its volumes stay. Its manifest is kept in the incident's folder before. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/k8s/k8s.h"

/* What the API server made of it is not wanted back. */
static void strip(Json *object) {
	static const char *const MADE[] = {"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink"};
	Json *meta = json_get_mutable(object, "metadata");
	json_remove(object, "status");
	for (size_t i = 0; i < BG_LENGTH(MADE); i++)
		json_remove(meta, MADE[i]);
}

bool k8s_plan_delete(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Kube) kube = {0};
	AUTO(Json) *object = NULL;
	K8sWorkload workload = {0};
	const char *name = call_arg(call, "statefulset");
	if (!kube_open(call, &kube, err) || !kube_get(&kube, &KUBE_STATEFULSETS, name, &object, err))
		return error_what(err, "plan to delete statefulset %s", name);
	if (object && !k8s_workload_parse(object, &KUBE_STATEFULSETS, &workload))
		return kube_strange(&kube, err, "tells of the statefulset %s what cannot be", name);
	AUTO_FREE char *what = bg_asprintf("statefulset %s", name);
	AUTO_FREE char *was = bg_asprintf("%lld pods wanted, %lld ready", (long long) workload.wanted, (long long) workload.ready);
	AUTO_FREE char *owned = bg_asprintf("statefulset/%s", name);
	AUTO_FREE char *line = kube_line(&kube, (const char *const[]){"delete", owned, NULL});
	plan_set(&ret_plan->action, "k8s.delete");
	plan_set(&ret_plan->target, "statefulset %s, %s", name, kube.place);
	plan_set(&ret_plan->confirm_name, "%s", name);
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	json_add_string(ret_plan->basis, "uid", json_get_string(json_get(object, "metadata"), "uid"));
	ret_plan->nothing_to_do = !object;
	if (object)
		plan_add_change(ret_plan, what, was, NULL);
	strlist_add(&ret_plan->warnings, "its volumes stay: what is made again under this name finds their data");
	plan_set(&ret_plan->request, "%s", line);
	plan_set(&ret_plan->manual, "%s", line);
	plan_set(&ret_plan->undo, "apply its manifest again; as it is now, it is kept in the incident's folder");
	return true;
}

static bool keep(const Call *call, const Kube *kube, char **ret_path, Error *err) {
	AUTO(Json) *object = NULL;
	AUTO_CLEAR(Buf) text = {0};
	const char *name = call_arg(call, "statefulset");
	if (!kube_get(kube, &KUBE_STATEFULSETS, name, &object, err))
		return false;
	if (!object || !call->state_folder)
		return true;
	strip(object);
	json_write_pretty(object, &text);
	AUTO_FREE char *folder = path_join(call->state_folder, "saved");
	AUTO_FREE char *file = bg_asprintf("k8s-%s-statefulset-%s.json", call->system->name, name);
	AUTO_FREE char *path = path_join(folder, file);
	if (!file_make_folder(folder, 0700, err) || !file_write_atomic(path, text.data, text.len, 0600, err))
		return error_hint(err, "its manifest must be saved before it is deleted");
	*ret_path = TAKE(path);
	return true;
}

bool k8s_apply_delete(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Kube) kube = {0};
	AUTO_CLEAR(ProcessResult) ended = {0};
	AUTO_FREE char *saved = NULL;
	const char *name = call_arg(call, "statefulset");
	if (plan->nothing_to_do)
		return true;
	if (!kube_open(call, &kube, err) || !keep(call, &kube, &saved, err))
		return error_what(err, "delete statefulset %s", name);
	result->value = bg_strdup_or_null(saved);
	AUTO_FREE char *object = bg_asprintf("statefulset.v1.apps/%s", name);
	const char *words[] = {"delete", object, "--wait=false", NULL};
	bool ok = kube_run(&kube, &(KubeRun){.words = words}, &ended, err);
	result->began = ended.started;
	return ok || error_what(err, "delete statefulset %s", name);
}

bool k8s_verify_delete(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Kube) kube = {0};
	AUTO(Json) *object = NULL;
	const char *name = call_arg(call, "statefulset"), *was = json_get_string(plan->basis, "uid");
	if (!kube_open(call, &kube, err) || !kube_get(&kube, &KUBE_STATEFULSETS, name, &object, err))
		return error_what(err, "look at statefulset %s", name);
	const Json *meta = json_get(object, "metadata");
	bool other = object && was && !text_eq(was, json_get_string(meta, "uid")), going = json_get(meta, "deletionTimestamp") != NULL;
	result->verified = !object || other ? VERIFIED_YES : going ? VERIFIED_UNKNOWN : VERIFIED_NO;
	free(result->evidence);
	result->evidence = bg_asprintf("statefulset %s is %s%s%s", name, !object ? "gone" : other ? "another one now" : going ? "being deleted" : "still there",
		result->value ? "; its manifest is in " : "", result->value ? result->value : "");
	return true;
}
