/* workflow.h: what the files about workflows and their runs share, within the GitHub provider. */
#pragma once
#include <string.h>

#include "core/providers/github/github.h"

#define GITHUB_INPUTS_MAX 25      /* "The maximum number of properties is 25" */

typedef struct GithubWorkflow { int64_t id; char *name, *path, *state; } GithubWorkflow;
void github_workflow_clear(GithubWorkflow *workflow);
BG_DEFINE_CLEARP(GithubWorkflow, github_workflow_clear)
/* The one that `workflow` (a file's name, or its own) or `match` (a pattern on either) says; several are refused, with their names. */
BG_CHECK bool github_find_workflow(Github *github, const Call *call, GithubWorkflow *ret, Error *err);
/* The last part of its path: "restore.yml". Borrowed. */
const char *github_workflow_file(const GithubWorkflow *workflow);

/* ---- inputs ---- */

typedef struct GithubInput {
	char *name, *description, *type, *usual;   /* usual NULL: it has no default */
	bool required;
	StrList options;
} GithubInput;

typedef struct GithubInputs {
	GithubInput *items;
	size_t count;
	bool known;            /* the file could be read; else `unread` says why not, and GitHub alone judges what is given */
	Error unread;
	char *run_name;        /* NULL: it has none */
} GithubInputs;
void github_inputs_clear(GithubInputs *inputs);
BG_DEFINE_CLEARP(GithubInputs, github_inputs_clear)
/* From the text of a workflow's file; false when that says that it cannot be started by hand. */
BG_CHECK bool github_inputs_parse(Str text, const char *name, GithubInputs *ret, Error *err);
/* What is sent, {name: text}, from the arguments that begin with "input."; each input, given or not, as a change of the plan. `correlation` (NULL = none) is
 * the input that gets an id when it is sent. */
BG_CHECK bool github_fill_inputs(const GithubInputs *inputs, const Json *args, const char *correlation, Json **ret_sent, char **ret_correlation, Plan *plan, Error *err);

/* ---- runs ---- */

typedef struct GithubRun {
	int64_t id, number;
	char status[32], conclusion[32];   /* conclusion "" until it is over */
	WallTime created, updated;         /* updated is when it ended, once it is over */
	char *event, *branch, *actor, *title;
} GithubRun;
void github_run_clear(GithubRun *run);
BG_DEFINE_CLEARP(GithubRun, github_run_clear)
/* False when it is none. */
bool github_take_run(const Json *json, GithubRun *ret);
/* Where it stands: "under way" for what GitHub calls in_progress, else its word. */
const char *github_run_words(const GithubRun *run);
static inline bool github_run_is_over(const GithubRun *run) { return strcmp(run->status, "completed") == 0; }
static inline bool github_run_is_good(const GithubRun *run) { return github_run_is_over(run) && strcmp(run->conclusion, "success") == 0; }
BG_CHECK bool github_get_run(Github *github, int64_t id, GithubRun *ret, Error *err);
char *github_run_page(const Github *github, int64_t id);
/* Appends a page of the workflow's newest runs, of `event` (NULL = any). */
BG_CHECK bool github_list_runs(Github *github, int64_t workflow, const char *event, GithubRun **ret_runs, size_t *ret_count, Error *err);
GithubRun *github_runs_free(GithubRun *runs, size_t count);

/* What is known when a run has been asked for: which ones there were before, and when, by GitHub's clock. */
typedef struct GithubSearch {
	int64_t workflow;
	int64_t *before;
	size_t before_count;
	WallTime from, until;  /* when ours can have begun */
	const char *ref;
	char *login;           /* NULL: the token's own name is not known */
	const char *mark;      /* an id that the run's title shows; NULL = none was sent */
} GithubSearch;
/* Before it is asked for. */
BG_CHECK bool github_search_begin(Github *github, GithubSearch *search, Error *err);
/* The run that came of it, which GitHub has just taken; false when that cannot be told. `ret_links`: the runs that it may be. */
BG_CHECK bool github_search(Github *github, GithubSearch *search, int64_t *ret_run, StrList *ret_links, Error *err);
void github_search_clear(GithubSearch *search);
BG_DEFINE_CLEARP(GithubSearch, github_search_clear)

/* Waits for the run's end and tells how it goes. True: it ended well. `result->values` gets its conclusion. */
BG_CHECK bool github_follow(Github *github, int64_t run, ActionResult *result, Error *err);
/* Where and why it failed, "job restore, step Load"; owned; the end of that step's log goes to the call's output. */
char *github_tell_failure(Github *github, const Json *jobs);
/* The end of a job's log between the two times; what it says of why not is a line of output, too. */
void github_tell_log(Github *github, int64_t job, WallTime from, WallTime to);
