/* set_pipeline.c: setting a pipeline from a file, or from the configuration that was saved when it was destroyed. A new pipeline starts
 * paused; one that is there keeps its state. An update must name the version that it replaces, or Concourse refuses it. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/providers/concourse/concourse.h"
#include "core/providers/concourse/vars.h"
#include "core/providers/settings.h"

/* The bytes that are sent, and where they are from. */
typedef struct Source {
	Buf text;
	char *path;
	bool saved;           /* from the destroyed pipeline, not from the file that was named */
	StrList left;         /* variables that nobody filled in */
	char sha256[SHA256_HEX_SIZE];
} Source;

static void source_clear(Source *source) {
	buf_clear(&source->text);
	free(source->path);
	strlist_clear(&source->left);
}
BG_DEFINE_CLEARP(Source, source_clear)

static bool choose_file(const Concourse *ci, const Call *call, Source *source, Error *err) {
	const char *named = call_arg(call, "config");
	AUTO_FREE char *file = named && *named ? argument_path(call->environment, named) : NULL;
	AUTO_FREE char *saved = concourse_saved_path(ci, call);
	if (file && file_exists(file)) {
		source->path = TAKE(file);
		return true;
	}
	if (saved && file_exists(saved)) {
		source->path = TAKE(saved);
		source->saved = true;
		return true;
	}
	error_set(err, ERROR_MISSING, file ? "there is no file %s, and no saved configuration" : "no configuration was saved in this incident%s",
		file ? file : "");
	return error_hint(err, "give the file of the pipeline as config=PATH, relative to the environment file");
}

static bool read_source(const Concourse *ci, const Call *call, Source *source, Error *err) {
	AUTO_CLEAR(Buf) raw = {0};
	AUTO_CLEAR(Buf) vars = {0};
	const char *named = call_arg(call, "vars");
	AUTO_FREE char *vars_path = named && *named ? argument_path(call->environment, named) : NULL;
	if (!choose_file(ci, call, source, err) || !file_read(source->path, CONCOURSE_CONFIG_MAX, &raw, err))
		return false;
	/* What was saved is whole: its variables were filled in when it was set. */
	if (!source->saved && vars_path && !file_read(vars_path, CONCOURSE_VARS_MAX, &vars, err))
		return error_hint(err, "vars= is relative to the environment file");
	if (!concourse_fill_vars(buf_str(&raw), buf_str(&vars), vars_path ? vars_path : "", &source->text, &source->left, err))
		return false;
	sha256_hex(buf_text(&source->text), source->text.len, source->sha256);
	return true;
}

static void describe(const Source *source, const char *name, int64_t version, Plan *plan) {
	AUTO_FREE char *what = bg_asprintf("configuration of pipeline %s", name);
	AUTO_FREE char *from = version ? bg_asprintf("version %lld", (long long) version) : NULL;
	AUTO_FREE char *to = bg_asprintf("%s, %zu bytes, sha256 %.12s", source->path, source->text.len, source->sha256);
	plan_add_change(plan, what, from, to);
	if (!version)
		strlist_add(&plan->warnings, "a new pipeline starts paused: unpause it afterwards");
	if (source->saved)
		strlist_add(&plan->warnings, "the configuration that was saved before the pipeline was destroyed is used");
	AUTO_FREE char *names = strlist_join(&source->left, ", ");
	if (source->left.count)
		strlist_add_take(&plan->warnings, bg_asprintf("left to Concourse's credential manager: %.300s", names));
}

bool concourse_plan_set_pipeline(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Concourse) ci = {0};
	AUTO_CLEAR(Source) source = {0};
	AUTO(Json) *existing = NULL;
	AUTO(Json) *wanted = NULL;
	int64_t version = 0;
	const char *name = concourse_pipeline_of(call), *vars = call_arg(call, "vars");
	if (!concourse_open(call, &ci, err) || !read_source(&ci, call, &source, err) ||
	    !concourse_config(&ci, name, &existing, &version, err))
		return error_what(err, "plan to set pipeline %s", name);
	concourse_plan_begin(&ci, call, "concourse.set-pipeline", ret_plan);
	json_add_int(ret_plan->basis, "config_version", version);
	json_add_string(ret_plan->basis, "sha256", source.sha256);
	bool same = existing && json_parse(buf_str(&source.text), &wanted, NULL) && json_equal(existing, wanted);
	ret_plan->nothing_to_do = same;
	if (!same)
		describe(&source, name, version, ret_plan);
	AUTO_FREE char *path = concourse_path(&ci, name, "/config");
	plan_set(&ret_plan->request, "PUT %s%s (X-Concourse-Config-Version: %lld)", ci.api.url, path, (long long) version);
	plan_set(&ret_plan->manual, "fly -t TARGET set-pipeline -p %s -c %s%s%s", name, source.path, vars ? " -l " : "", vars ? vars : "");
	plan_set(&ret_plan->undo, version ? "set the pipeline from its earlier file again" : "destroy the pipeline again");
	return true;
}

static bool refused(Concourse *ci, const char *path, const HttpResponse *response, Error *err) {
	/* A version that is not the present one is told as 500 with this text (db/team.go, ErrConfigComparisonFailed). */
	if (response->status != 500 || str_find(buf_str(&response->body), "comparison with existing config failed") < 0)
		return api_refused(&ci->api, "PUT", path, response, err);
	error_set(err, ERROR_CONFLICT, "somebody set this pipeline meanwhile");
	error_hint(err, "nothing was changed: find out who did it and why, then make a new plan");
	return error_where(err, "PUT %s", path);
}

static void take_warnings(const HttpResponse *response, ActionResult *result) {
	AUTO(Json) *json = NULL;
	if (!json_parse(buf_str(&response->body), &json, NULL))
		return;
	JSON_EACH(warning, json_get(json, "warnings"))
		strlist_add_take(&result->warnings, bg_asprintf("Concourse says: %.200s", json_get_string_or(warning, "message", "a warning")));
}

bool concourse_apply_set_pipeline(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Concourse) ci = {0};
	AUTO_CLEAR(Source) source = {0};
	AUTO_CLEAR(HttpResponse) response = {0};
	const char *name = concourse_pipeline_of(call);
	if (plan->nothing_to_do)
		return true;
	if (!concourse_open(call, &ci, err) || !read_source(&ci, call, &source, err))
		return error_what(err, "set pipeline %s", name);
	AUTO_FREE char *path = concourse_path(&ci, name, "/config");
	AUTO_FREE char *version = bg_asprintf("%lld", (long long) json_get_int(plan->basis, "config_version", 0));
	HttpHeader header = {"X-Concourse-Config-Version", version};
	Str text = str_trim(buf_str(&source.text));
	ApiBody body = {str_starts(text, "{") ? "application/json" : "application/x-yaml", buf_str(&source.text), &header, 1};
	result->began = true;
	if (!api_send(&ci.api, "PUT", path, &body, &response, err) ||
	    (response.status / 100 != 2 && !refused(&ci, path, &response, err)))
		return error_what(err, "set pipeline %s", name);
	take_warnings(&response, result);
	return true;
}

bool concourse_verify_set_pipeline(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Concourse) ci = {0};
	AUTO(Json) *config = NULL;
	int64_t version = 0;
	const char *name = concourse_pipeline_of(call);
	if (!concourse_open(call, &ci, err) || !concourse_config(&ci, name, &config, &version, err))
		return error_what(err, "look at pipeline %s", name);
	bool newer = config && version > json_get_int(plan->basis, "config_version", 0);
	result->verified = newer || (config && plan->nothing_to_do) ? VERIFIED_YES : VERIFIED_NO;
	free(result->evidence);
	result->evidence = config ? bg_asprintf("pipeline %s has configuration version %lld", name, (long long) version)
	                          : bg_asprintf("there is no pipeline %s", name);
	return true;
}
