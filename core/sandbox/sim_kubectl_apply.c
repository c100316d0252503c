/* sim_kubectl_apply.c: manifests: what is made and changed by them. */
#include <stdio.h>
#include <stdlib.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/sandbox/sim_job.h"
#include "core/sandbox/sim_kubectl.h"
#include "core/sandbox/sim_yaml.h"

#define MANIFEST_MAX (1024u * 1024)

/* ---- reading it ---- */

/* All manifests of a folder, by name. */
static bool read_folder(const char *folder, Buf *ret, Error *err) {
	AUTO_CLEAR(StrList) names = {0};
	if (!file_list_folder(folder, &names, err))
		return false;
	for (size_t i = 0; i < names.count; i++) {
		AUTO_CLEAR(Buf) text = {0};
		AUTO_FREE char *path = path_join(folder, names.items[i]);
		if (!str_ends(str_from(names.items[i]), ".yaml"))
			continue;
		if (!file_read(path, MANIFEST_MAX, &text, err))
			return false;
		buf_printf(ret, "---\n%s\n", buf_text(&text));
	}
	return true;
}

static bool read_manifest(SimKube *kube, Buf *ret) {
	const char *file = sim_run_option(kube->run, "-f");
	Error err = {0};
	file = file ? file : sim_run_option(kube->run, "--filename");
	if (!file) {
		sim_run_refuse(kube->run, 1, "error: must specify one of -f and -k");
		return false;
	}
	if (text_eq(file, "-")) {
		buf_put_str(ret, kube->run->input);
		return true;
	}
	AUTO_FREE char *path = path_join(kube->run->folder, file);
	if (file_is_folder(path) ? read_folder(path, ret, &err) : file_read(path, MANIFEST_MAX, ret, &err))
		return true;
	sim_run_refuse(kube->run, 1, "error: the path \"%s\" cannot be read: %s", file, err.why);
	return false;
}

typedef struct Manifest { const SimKubeKind *kind; const char *name; Json *json; } Manifest;

/* Comments alone are no document. */
static bool says_something(Str text) {
	Str line;
	while (str_next_line(&text, &line))
		if (str_trim(line).len && !str_starts(str_trim(line), "#"))
			return true;
	return false;
}

static bool take_document(SimKube *kube, Str text, Json *list) {
	Json *json = NULL;
	Error err = {0};
	if (!says_something(text))
		return true;
	if (!sim_yaml_parse(text, &json, &err)) {
		sim_run_refuse(kube->run, 1, "error: error parsing the manifest: %s", err.why);
		return false;
	}
	json_append(list, json);
	return true;
}

/* Documents are parted by a line of "---". */
static Json *take_documents(SimKube *kube) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Json) *list = json_new_array();
	if (!read_manifest(kube, &text))
		return NULL;
	Str rest = buf_str(&text), line, document = {rest.ptr, 0};
	while (str_next_line(&rest, &line)) {
		if (str_starts(line, "---")) {
			if (!take_document(kube, document, list))
				return NULL;
			document = (Str){line.ptr + line.len, 0};
		} else {
			document.len = (size_t) (line.ptr + line.len - document.ptr);
		}
	}
	if (!take_document(kube, document, list))
		return NULL;
	if (!json_count(list))
		sim_run_refuse(kube->run, 1, "error: no objects passed to %s", sim_kube_word(kube, 0));
	return json_count(list) ? TAKE(list) : NULL;
}

/* False: refused, because it is of a kind that the sandbox does not play. */
static bool understand(SimKube *kube, const Json *json, Manifest *ret) {
	const char *kind = json_get_string_or(json, "kind", "");
	*ret = (Manifest){.kind = sim_kube_kind_of(kind), .name = json_get_string(json_get(json, "metadata"), "name")};
	if (!ret->kind || text_eq(ret->kind->resource, "node"))
		sim_run_refuse(kube->run, 1, "error: the practice kubectl plays no %s", *kind ? kind : "manifest without a kind");
	else if (!ret->name)
		sim_run_refuse(kube->run, 1, "error: the manifest of a %s has no name", kind);
	else
		return true;
	return false;
}

/* ---- what is there, and what would be ---- */

/* What was applied, as it is compared: a number of replicas that somebody scaled to stays a difference. */
static bool differs(const SimResource *object, const Json *json) {
	return !json_equal(object->manifest, json) || (json_get(json_get(json, "spec"), "replicas")
		&& json_get_int(json_get(json, "spec"), "replicas", 1) != object->wanted);
}

static Json *with_namespace(const Json *json) {
	Json *copy = json_copy(json), *meta = json_get_mutable(copy, "metadata");
	if (!json_get(meta, "namespace"))
		json_add_string(meta, "namespace", SIM_NAMESPACE);
	return copy;
}

static void start_job(SimKube *kube, SimResource *job) {
	job->wanted = 1;
	sim_job_start(kube->cluster, job, kube->now);
}

static void apply_one(SimKube *kube, const Json *json, bool is_create) {
	Manifest manifest;
	if (!understand(kube, json, &manifest))
		return;
	Json *wanted = with_namespace(json);
	SimResource *object = sim_cluster_object(kube->cluster, manifest.kind->resource, manifest.name);
	const char *did = object ? differs(object, wanted) ? "configured" : "unchanged" : "created";
	if (object && is_create) {
		sim_run_refuse(kube->run, 1, "Error from server (AlreadyExists): error when creating \"STDIN\": %s \"%s\" already exists", manifest.kind->plural,
			manifest.name);
		json_free(wanted);
		return;
	}
	if (!object) {
		object = sim_cluster_add_object(kube->cluster, manifest.kind->resource, manifest.name, wanted, kube->now);
		if (object->kind == SIM_JOB)
			start_job(kube, object);
	} else {
		object->generation += text_eq(did, "configured");
		object->wanted = json_get_int(json_get(wanted, "spec"), "replicas", object->wanted);
		json_free(object->manifest);
		object->manifest = wanted;
	}
	buf_printf(&kube->run->out, "%s/%s %s\n", manifest.kind->resource, manifest.name, is_create ? "created" : did);
}

void sim_kube_apply(SimKube *kube) {
	AUTO(Json) *list = take_documents(kube);
	JSON_EACH(json, list)
		if (kube->run->status == 0)
			apply_one(kube, json, false);
}

void sim_kube_diff(SimKube *kube) {
	AUTO(Json) *list = take_documents(kube);
	JSON_EACH(json, list) {
		Manifest manifest;
		if (!understand(kube, json, &manifest))
			return;
		AUTO(Json) *wanted = with_namespace(json);
		const SimResource *object = sim_cluster_object(kube->cluster, manifest.kind->resource, manifest.name);
		if (object && !differs(object, wanted))
			continue;
		AUTO_CLEAR(Buf) text = {0};
		Str rest, line;
		json_write_pretty(wanted, &text);
		buf_printf(&kube->run->out, "diff -u -N /tmp/LIVE/%s /tmp/MERGED/%s\n", manifest.name, manifest.name);
		if (object)
			buf_printf(&kube->run->out, "-replicas: %lld\n", (long long) object->wanted);
		for (rest = buf_str(&text); str_next_line(&rest, &line);)
			buf_printf(&kube->run->out, "+%.*s\n", STR_ARG(line));
		kube->run->status = 1;
	}
}

/* ---- create ---- */

/* `create job NAME --from=cronjob/daily-backup`. */
static void create_job(SimKube *kube) {
	const char *name = sim_kube_word(kube, 2), *from = sim_run_option(kube->run, "--from");
	Str source = str_from(from);
	AUTO_FREE char *cron = str_starts(source, "cronjob/") ? str_dup(str_slice(source, strlen("cronjob/"), source.len)) : NULL;
	const SimResource *model = cron ? sim_cluster_object(kube->cluster, "cronjob.batch", cron) : NULL;
	if (!name || !cron) {
		sim_run_refuse(kube->run, 1, "the practice kubectl creates jobs by: create job NAME --from=cronjob/NAME");
		return;
	}
	if (!model) {
		sim_run_refuse(kube->run, 1, "Error from server (NotFound): cronjobs.batch \"%s\" not found", cron);
		return;
	}
	AUTO(Json) *json = json_new_object();
	json_add_string(json, "apiVersion", "batch/v1");
	json_add_string(json, "kind", "Job");
	json_add_string(json_add(json, "metadata", json_new_object()), "name", name);
	json_add(json, "spec", json_copy(json_get(json_get(json_get(model->manifest, "spec"), "jobTemplate"), "spec")));
	apply_one(kube, json, true);
}

void sim_kube_create(SimKube *kube) {
	if (text_eq(sim_kube_word(kube, 1), "job")) {
		create_job(kube);
		return;
	}
	AUTO(Json) *list = take_documents(kube);
	JSON_EACH(json, list) {
		Manifest manifest;
		if (sim_kube_review(kube, json))
			continue;
		if (!sim_run_has(kube->run, "--dry-run=client"))
			apply_one(kube, json, true);
		else if (understand(kube, json, &manifest))
			buf_printf(&kube->run->out, "%s/%s\n", manifest.kind->resource, manifest.name);
	}
}
