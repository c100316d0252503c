/* apply.c: applies a manifest. The plan shows it whole, and what `kubectl diff` says would change. Values of secrets are not shown: one that holds a
 * Secret is refused. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/providers/k8s/k8s.h"
#include "core/providers/settings.h"

#define MANIFEST_MAX (256u * 1024)
#define DIFFERS 1

static bool read_manifest(const Call *call, Buf *ret, Error *err) {
	AUTO_FREE char *path = argument_path(call->environment, call_arg(call, "file"));
	return file_read(path, MANIFEST_MAX, ret, err) || error_hint(err, "file= is relative to the environment file");
}

/* "statefulset.apps/couchdb", one for each object, without asking what is there. */
static bool name_objects(const Kube *kube, Str manifest, StrList *ret, Error *err) {
	AUTO_CLEAR(ProcessResult) ended = {0};
	const char *words[] = {"create", "--filename=-", "--dry-run=client", "--validate=false", "--output=name", NULL};
	if (!kube_run(kube, &(KubeRun){.words = words, .input = manifest}, &ended, err))
		return false;
	Str rest = buf_str(&ended.out), line;
	while (str_next_line(&rest, &line))
		if (str_trim(line).len)
			strlist_add_str(ret, str_trim(line));
	for (size_t i = 0; i < ret->count; i++) {
		if (!str_starts(str_from(ret->items[i]), "secret/"))
			continue;
		error_set(err, ERROR_DENIED, "the manifest holds a Secret (%s), and plans stand in the record", ret->items[i]);
		error_hint(err, "apply it by hand, and leave it out of this file");
		return error_where(err, "%s", call_arg(kube->call, "file"));
	}
	return ret->count > 0 || kube_strange(kube, err, "finds no object in %s", call_arg(kube->call, "file"));
}

static bool is_there(const Kube *kube, const char *object, bool *ret, Error *err) {
	AUTO_CLEAR(ProcessResult) ended = {0};
	const char *words[] = {"get", object, "--ignore-not-found", "--output=name", NULL};
	if (!kube_run(kube, &(KubeRun){.words = words}, &ended, err))
		return false;
	*ret = str_trim(buf_str(&ended.out)).len > 0;
	return true;
}

bool k8s_manifest_objects(const Kube *kube, StrList *ret, Error *err) {
	AUTO_CLEAR(Buf) manifest = {0};
	return read_manifest(kube->call, &manifest, err) && name_objects(kube, buf_str(&manifest), ret, err);
}

/* Its headers name temporary files and times. */
static void add_difference(Str said, Buf *ret) {
	Str line;
	while (str_next_line(&said, &line))
		if (!str_starts(line, "diff ") && !str_starts(line, "--- ") && !str_starts(line, "+++ "))
			buf_printf(ret, "%.*s\n", STR_ARG(line));
}

/* *ret_differs: something would be changed. */
static bool difference(const Kube *kube, Str manifest, bool *ret_differs, Buf *ret, Error *err) {
	AUTO_CLEAR(ProcessResult) ended = {0};
	const char *words[] = {"diff", "--filename=-", NULL};
	if (!kube_run(kube, &(KubeRun){.words = words, .input = manifest, .accept = DIFFERS}, &ended, err))
		return false;
	/* An exit code of 1 is also that of a refusal, which prints no difference. */
	if (ended.exit_code == DIFFERS && !ended.out.len)
		return kube_refused(buf_str(&ended.err), ended.exit_code, err);
	*ret_differs = ended.exit_code == DIFFERS;
	add_difference(buf_str(&ended.out), ret);
	return true;
}

static bool describe(const Kube *kube, Str manifest, Plan *plan, Error *err) {
	AUTO_CLEAR(StrList) objects = {0};
	AUTO_CLEAR(Buf) changes = {0};
	Error why = {0};
	char digest[SHA256_HEX_SIZE];
	bool differs = true, all_there = true;
	const char *file = call_arg(kube->call, "file");
	if (!name_objects(kube, manifest, &objects, err))
		return false;
	if (!difference(kube, manifest, &differs, &changes, &why))
		strlist_add_take(&plan->warnings, bg_asprintf("what would change cannot be told: %s", why.why));
	for (size_t i = 0; i < objects.count; i++) {
		bool there = false;
		if (!is_there(kube, objects.items[i], &there, err))
			return false;
		all_there = all_there && there;
		AUTO_FREE char *after = bg_asprintf("as in %s", path_base(file));
		if (!there || differs)
			plan_add_change(plan, objects.items[i], there ? "there" : NULL, after);
	}
	plan->nothing_to_do = all_there && !differs;
	sha256_hex(manifest.ptr, manifest.len, digest);
	json_add_string(plan->basis, "manifest", digest);
	sha256_hex(buf_text(&changes), changes.len, digest);
	json_add_string(plan->basis, "difference", digest);
	AUTO_FREE char *line = kube_line(kube, (const char *const[]){"apply", "--filename=-", NULL});
	plan_set(&plan->request, "%s\n%.*s%s%s", line, STR_ARG(manifest), changes.len ? "\n# what changes:\n" : "", buf_text(&changes));
	plan_set(&plan->manual, "kubectl apply -f %s", file);
	return true;
}

bool k8s_plan_apply(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Kube) kube = {0};
	AUTO_CLEAR(Buf) manifest = {0};
	const char *file = call_arg(call, "file");
	if (!read_manifest(call, &manifest, err) || !kube_open(call, &kube, err))
		return error_what(err, "plan to apply %s", file);
	plan_set(&ret_plan->action, "k8s.apply");
	plan_set(&ret_plan->target, "%s, %s", path_base(file), kube.place);
	plan_set(&ret_plan->confirm_name, "%s", path_base(file));
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	return describe(&kube, buf_str(&manifest), ret_plan, err) || error_what(err, "plan to apply %s", file);
}

bool k8s_apply_manifest(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Kube) kube = {0};
	AUTO_CLEAR(Buf) manifest = {0};
	AUTO_CLEAR(ProcessResult) ended = {0};
	char digest[SHA256_HEX_SIZE];
	const char *words[] = {"apply", "--filename=-", "--validate=false", NULL};
	if (plan->nothing_to_do)
		return true;
	if (!read_manifest(call, &manifest, err) || !kube_open(call, &kube, err))
		return error_what(err, "apply %s", call_arg(call, "file"));
	sha256_hex(manifest.data, manifest.len, digest);
	if (!text_eq(digest, json_get_string(plan->basis, "manifest"))) {
		error_set(err, ERROR_CONFLICT, "the manifest was changed since it was planned");
		error_hint(err, "plan again, and look at it");
		return error_where(err, "%s", call_arg(call, "file"));
	}
	bool ok = kube_run(&kube, &(KubeRun){.words = words, .input = buf_str(&manifest)}, &ended, err);
	result->began = ended.started;
	if (call->output)
		call->output(call->userdata, false, buf_str(&ended.out));
	return ok || error_what(err, "apply %s", call_arg(call, "file"));
}

bool k8s_verify_apply(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Kube) kube = {0};
	AUTO_CLEAR(Buf) manifest = {0};
	AUTO_CLEAR(Buf) changes = {0};
	bool differs = true;
	(void) plan;
	if (!read_manifest(call, &manifest, err) || !kube_open(call, &kube, err) || !difference(&kube, buf_str(&manifest), &differs, &changes, err))
		return error_what(err, "compare with %s", call_arg(call, "file"));
	result->verified = differs ? VERIFIED_NO : VERIFIED_YES;
	free(result->evidence);
	result->evidence = bg_asprintf("the cluster is %s in %s", differs ? "not as" : "as", path_base(call_arg(call, "file")));
	return true;
}
