/* sim_github_runs.c: workflows, and their runs in time: queued, in progress, completed, by the clock of whoever asks. A run waits for the approval of an
 * environment; it ends once, and that is told. */
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/sandbox/sim_github_parts.h"
#include "core/sandbox/sim_yaml.h"

#define FIRST_WORKFLOW_ID 161335
#define FIRST_RUN_ID 30433642
#define INPUTS_MAX 25

/* ---- workflows and their files ---- */

static void put_file(SimGithubWorkflow *workflow, const char *branch, const char *text) {
	for (size_t i = 0; i < workflow->file_count; i++) {
		if (text_eq(workflow->files[i].branch, branch)) {
			free(workflow->files[i].text);
			workflow->files[i].text = bg_strdup_or_null(text);
			return;
		}
	}
	workflow->files = bg_reallocarray(workflow->files, workflow->file_count + 1, sizeof(*workflow->files));
	workflow->files[workflow->file_count++] = (SimGithubFile) { bg_strdup(branch), bg_strdup_or_null(text) };
}

void sim_github_add_workflow(SimGithub *github, const char *file, const char *yaml, int64_t queue_ms, int64_t run_ms) {
	SimGithubWorkflow *workflow = bg_calloc(1, sizeof(*workflow));
	*workflow = (SimGithubWorkflow) { .id = FIRST_WORKFLOW_ID + (int64_t) github->workflow_count, .file = bg_strdup(file), .state = bg_strdup("active"),
		.queue_ms = queue_ms, .run_ms = run_ms };
	put_file(workflow, "main", yaml);
	github->workflows = bg_reallocarray(github->workflows, github->workflow_count + 1, sizeof(SimGithubWorkflow *));
	github->workflows[github->workflow_count++] = workflow;
}

SimGithubWorkflow *sim_github_workflow(const SimGithub *github, const char *name) {
	int64_t id = 0;
	BG_IGNORE(str_parse_int(str_from(name), &id));   /* 0: it is a file's name */
	for (size_t i = 0; i < github->workflow_count; i++)
		if (text_eq(github->workflows[i]->file, name) || github->workflows[i]->id == id)
			return github->workflows[i];
	return NULL;
}

void sim_github_put_file(SimGithub *github, const char *branch, const char *file, const char *yaml) {
	SimGithubWorkflow *workflow = sim_github_workflow(github, file);
	BG_ASSERT(workflow);
	put_file(workflow, branch, yaml);
}

void sim_github_set_workflow_state(SimGithub *github, const char *file, const char *state) {
	SimGithubWorkflow *workflow = sim_github_workflow(github, file);
	BG_ASSERT(workflow);
	free(workflow->state);
	workflow->state = bg_strdup(state);
}

/* A branch that has none of its own has the default one's. */
const char *sim_github_file(const SimGithubWorkflow *workflow, const char *branch) {
	for (size_t i = 0; i < workflow->file_count; i++)
		if (text_eq(workflow->files[i].branch, branch))
			return workflow->files[i].text;
	return workflow->files[0].text;
}

/* ---- beginning a run ---- */

static bool is_given(const Json *value) { return json_is_string(value) && *json_string(value); }

static char *check_input(const Json *spec, const char *name, const Json *value) {
	if (!is_given(value))
		return json_get_bool(spec, "required", false) && !json_get(spec, "default") ? bg_asprintf("Required input '%s' not provided", name) : NULL;
	if (!text_eq(json_get_string(spec, "type"), "choice"))
		return NULL;
	JSON_EACH(option, json_get(spec, "options"))
		if (text_eq(json_string(option), json_string(value)))
			return NULL;
	return bg_asprintf("Provided value '%s' for input '%s' not in the list of allowed values", json_string(value), name);
}

static char *default_of(const Json *spec) {
	const Json *value = json_get(spec, "default");
	if (json_is_string(value))
		return bg_strdup(json_string(value));
	return value && !json_is_null(value) ? json_text(value) : bg_strdup(json_is_null(value) || !text_eq(json_get_string(spec, "type"), "boolean") ? "" : "false");
}

/* NULL: they are good, and *ret_inputs has all of them. */
static char *check_inputs(const Json *specs, const Json *given, Json **ret_inputs) {
	AUTO(Json) *inputs = json_new_object();
	AUTO_CLEAR(StrList) unknown = {0};
	JSON_EACH(value, given)
		if (!json_get(specs, json_key(value)))
			strlist_add_take(&unknown, bg_asprintf("\"%s\"", json_key(value)));
	if (unknown.count) {
		AUTO_FREE char *names = strlist_join(&unknown, ", ");
		return bg_asprintf("Unexpected inputs provided: [%s]", names);
	}
	JSON_EACH(spec, specs) {
		const Json *value = json_get(given, json_key(spec));
		char *why = check_input(spec, json_key(spec), value);
		if (why)
			return why;
		AUTO_FREE char *usual = default_of(spec);
		json_add_string(inputs, json_key(spec), is_given(value) ? json_string(value) : usual);
	}
	*ret_inputs = TAKE(inputs);
	return NULL;
}

/* "Restore ${{ inputs.file }}": only inputs are filled in. */
static char *make_title(const Json *source, const Json *inputs) {
	Buf out = {0};
	Str rest = str_from(json_get_string_or(source, "run-name", json_get_string_or(source, "name", "")));
	for (ptrdiff_t at; (at = str_find(rest, "${{")) >= 0;) {
		ptrdiff_t end = str_find(rest, "}}");
		if (end < at)
			break;
		buf_put_str(&out, str_slice(rest, 0, (size_t) at));
		Str name = str_trim(str_slice(rest, (size_t) at + 3, (size_t) (end - at) - 3));
		AUTO_FREE char *key = str_dup(str_slice(name, str_starts(name, "inputs.") ? strlen("inputs.") : 0, name.len));
		buf_puts(&out, json_get_string_or(inputs, key, ""));
		rest = str_slice(rest, (size_t) end + 2, rest.len);
	}
	buf_put_str(&out, rest);
	return buf_take(&out);
}

static bool wants_approval(const SimGithub *github, const Json *source) {
	JSON_EACH(job, json_get(source, "jobs"))
		if (github->environment && text_eq(json_get_string(job, "environment"), github->environment))
			return true;
	return false;
}

static char *cannot_start(const SimGithubWorkflow *workflow, const char *ref, const Json *source, bool has_ref) {
	if (!has_ref)
		return bg_asprintf("No ref found for: %s", ref);
	const Json *on = json_get(source, "on");
	bool by_hand = json_get(on, "workflow_dispatch") || text_eq(json_string(on), "workflow_dispatch");
	JSON_EACH(event, on)
		by_hand = by_hand || text_eq(json_string(event), "workflow_dispatch");
	if (!by_hand)
		return bg_strdup("Workflow does not have 'workflow_dispatch' trigger");
	return text_eq(workflow->state, "active") ? NULL : bg_strdup("Cannot trigger a 'workflow_dispatch' on a disabled workflow");
}

SimGithubExecution *sim_github_start(SimGithub *github, SimGithubWorkflow *workflow, const char *ref, const char *actor, const Json *inputs, WallTime now, char **ret_why) {
	AUTO(Json) *source = NULL;
	AUTO(Json) *all = NULL;
	const char *text = sim_github_file(workflow, ref);
	bool read = text && sim_yaml_parse(str_from(text), &source, NULL);
	BG_ASSERT(read || !text);
	*ret_why = cannot_start(workflow, ref, source, sim_github_branch(github, ref) != NULL);
	if (!*ret_why)
		*ret_why = check_inputs(json_get(json_get(json_get(source, "on"), "workflow_dispatch"), "inputs"), inputs, &all);
	if (*ret_why)
		return NULL;
	SimGithubExecution *run = bg_calloc(1, sizeof(*run));
	*run = (SimGithubExecution) { .workflow = workflow, .id = FIRST_RUN_ID + (int64_t) github->run_count, .number = ++workflow->last_number, .ref = bg_strdup(ref),
		.actor = bg_strdup(actor), .event = "workflow_dispatch", .status = "queued", .created = { now.ms / 1000 * 1000 }, .fails = github->fail_runs, .hangs = github->hang_runs };
	run->title = make_title(source, all);
	run->waits = wants_approval(github, source);
	run->inputs = TAKE(all);
	run->source = TAKE(source);
	random_hex(run->signature, 16);
	github->runs = bg_reallocarray(github->runs, github->run_count + 1, sizeof(SimGithubExecution *));
	return github->runs[github->run_count++] = run;
}

int64_t sim_github_dispatch(SimGithub *github, const char *file, const char *ref, const char *actor, const Json *inputs, WallTime now) {
	AUTO_FREE char *why = NULL;
	SimGithubWorkflow *workflow = sim_github_workflow(github, file);
	SimGithubExecution *run = workflow ? sim_github_start(github, workflow, ref, actor, inputs, now, &why) : NULL;
	return run ? run->id : 0;
}

SimGithubExecution *sim_github_run(const SimGithub *github, int64_t id) {
	for (size_t i = 0; i < github->run_count; i++)
		if (github->runs[i]->id == id)
			return github->runs[i];
	return NULL;
}

/* ---- in time ---- */

static void end_run(SimGithubExecution *run, const char *conclusion, WallTime at) {
	run->status = "completed";
	run->conclusion = conclusion;
	run->ended = at;
}

static SimGithubRun describe_run(const SimGithubExecution *run) {
	return (SimGithubRun) { run->id, run->number, run->workflow->file, run->ref, run->actor, run->conclusion, run->inputs };
}

static void finish_run(const SimGithub *github, SimGithubExecution *run, WallTime at) {
	SimGithubRun told = describe_run(run);
	const char *conclusion = run->fails ? "failure" : github->ending ? github->ending(github->ending_userdata, &told, at) : "success";
	run->fails = text_eq(conclusion, "failure");
	if (text_eq(conclusion, "skipped"))
		run->started = (WallTime) {0};   /* no step of it ever began */
	end_run(run, conclusion, at);
}

static void advance_run(const SimGithub *github, SimGithubExecution *run, WallTime now) {
	WallTime start = { run->created.ms + run->workflow->queue_ms }, end = { (wall_known(run->started) ? run->started.ms : start.ms) + run->workflow->run_ms };
	if (run->conclusion || now.ms < start.ms)
		return;
	run->status = run->waits ? "waiting" : "in_progress";
	if (run->waits)
		return;
	if (!wall_known(run->started))
		run->started = start;
	if (!run->hangs && now.ms >= end.ms)
		finish_run(github, run, end);
}

void sim_github_advance(SimGithub *github, WallTime now) {
	for (size_t i = 0; i < github->run_count; i++) {
		SimGithubExecution *run = github->runs[i];
		advance_run(github, run, now);
		if (!run->conclusion || run->told)
			continue;
		run->told = true;
		SimGithubRun ended = describe_run(run);
		if (github->completed)
			github->completed(github->completed_userdata, &ended);
	}
}

void sim_github_on_completed(SimGithub *github, SimGithubCompleted *completed, void *userdata) {
	github->completed = completed;
	github->completed_userdata = userdata;
}

void sim_github_on_ending(SimGithub *github, SimGithubEnding *ending, void *userdata) {
	github->ending = ending;
	github->ending_userdata = userdata;
}

void sim_github_cancel(SimGithubExecution *run, WallTime now) {
	if (!run->conclusion)
		end_run(run, "cancelled", now);
}

void sim_github_guard_environment(SimGithub *github, const char *environment, const char *reviewer) {
	free(github->environment);
	free(github->reviewer);
	github->environment = bg_strdup(environment);
	github->reviewer = bg_strdup(reviewer);
}

void sim_github_approve(SimGithub *github, WallTime now) {
	for (size_t i = 0; i < github->run_count; i++) {
		if (github->runs[i]->waits)
			github->runs[i]->started = now;
		github->runs[i]->waits = false;
	}
}

void sim_github_fail_runs(SimGithub *github, bool fail) { github->fail_runs = fail; }
void sim_github_tell_no_details(SimGithub *github, bool silent) { github->no_details = silent; }
void sim_github_refuse_details(SimGithub *github, bool refuse) { github->refuse_details = refuse; }
void sim_github_lose_runs(SimGithub *github, bool lose) { github->lose_runs = lose; }

void sim_github_hang_runs(SimGithub *github, bool hang) {
	github->hang_runs = hang;
	for (size_t i = 0; i < github->run_count; i++)
		github->runs[i]->hangs = hang;
}

/* ---- steps ---- */

static size_t count_steps(const SimGithubExecution *run) {
	size_t total = 0;
	JSON_EACH(job, json_get(run->source, "jobs"))
		total += json_count(json_get(job, "steps"));
	return total;
}

size_t sim_github_steps_done(const SimGithubExecution *run, WallTime now, size_t *ret_total) {
	size_t total = *ret_total = count_steps(run);
	int64_t took = (wall_known(run->ended) ? run->ended : now).ms - run->started.ms;
	if (!wall_known(run->started))
		return 0;
	if (text_eq(run->conclusion, "success"))
		return total;
	size_t done = run->workflow->run_ms > 0 ? (size_t) ((int64_t) total * took / run->workflow->run_ms) : total;
	return done >= total ? total - (total > 0) : done;   /* the last one is what fails, or hangs */
}

void sim_github_clear_runs(SimGithub *github) {
	for (size_t i = 0; i < github->run_count; i++) {
		SimGithubExecution *run = github->runs[i];
		free(run->ref);
		free(run->actor);
		free(run->title);
		json_free(run->inputs);
		json_free(run->source);
		free(run);
	}
	for (size_t i = 0; i < github->workflow_count; i++) {
		SimGithubWorkflow *workflow = github->workflows[i];
		for (size_t f = 0; f < workflow->file_count; f++) {
			free(workflow->files[f].branch);
			free(workflow->files[f].text);
		}
		free(workflow->files);
		free(workflow->file);
		free(workflow->state);
		free(workflow);
	}
	free(github->runs);
	free(github->workflows);
	free(github->environment);
	free(github->reviewer);
}
