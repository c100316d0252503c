/* sim_github_parts.h: shared by the files of the simulated GitHub, nobody else. */
#pragma once
#include "core/sandbox/sim_github.h"
#include "core/sandbox/sim_route.h"

typedef struct SimGithubToken {
	char *value, *login;
	SimGithubRights rights;
	SimGithubTokenKind kind;
	const char *scopes;       /* of a classic one; NULL = repo */
	WallTime end;             /* 0 = none */
} SimGithubToken;
typedef struct SimGithubBranch { char *name; Json *protection; } SimGithubBranch;   /* in the shape of its GET; NULL: not protected */
typedef struct SimGithubRuleset { int64_t id; char *branch, *organization; int approvals; } SimGithubRuleset;
typedef struct SimGithubPull { char *branch; int approvals; bool merged; } SimGithubPull;

typedef struct SimGithubFile { char *branch, *text; } SimGithubFile;   /* NULL text: not there */
typedef struct SimGithubWorkflow {
	int64_t id;
	char *file, *state;
	SimGithubFile *files;     /* by branch; the first is the default one's */
	size_t file_count;
	int64_t queue_ms, run_ms;
	int last_number;
} SimGithubWorkflow;

typedef struct SimGithubExecution {
	SimGithubWorkflow *workflow;
	int64_t id;
	int number;
	char *ref, *actor, *title;
	const char *status, *conclusion, *event;
	Json *inputs, *source;    /* the file as it was */
	WallTime created, started, ended;
	bool fails, hangs, waits, told;
	char signature[17];       /* of the link to its log */
} SimGithubExecution;               /* a run, which has one job for each of its file */

struct SimGithub {
	char *logs_url, *environment, *reviewer;
	SimGithubWorkflow **workflows;
	size_t workflow_count;
	SimGithubExecution **runs;
	size_t run_count;
	bool fail_runs, hang_runs, no_details, refuse_details, lose_runs;
	SimGithubCompleted *completed;
	void *completed_userdata;
	SimGithubEnding *ending;
	void *ending_userdata;
	char *repository, *old_repository, *url, *said;
	int64_t id;
	SimGithubToken *tokens;
	size_t token_count;
	SimGithubBranch *branches;
	size_t branch_count;
	SimGithubRuleset *rulesets;
	size_t ruleset_count;
	SimGithubPull *pulls;
	size_t pull_count;
	int64_t remaining;
	WallTime reset;
	int secondary;
	int64_t retry_after_s;
};

/* {"message", "documentation_url", "status"}: every refusal has them. */
void sim_github_refuse(SimReply *reply, int status, const char *message, ...) BG_PRINTF(3, 4);
const SimGithubToken *sim_github_token(const SimGithub *github, const SimCall *call);
SimGithubBranch *sim_github_branch(const SimGithub *github, const char *name);
/* "URL/repos/OWNER/NAME" + rest; owned. */
char *sim_github_link(const SimGithub *github, const char *rest);

/* Handlers (void *system is the SimGithub). The first two parts are the owner and the name. */
void sim_github_get_branch(void *system, SimCall *call);
void sim_github_get_protection(void *system, SimCall *call);
void sim_github_get_reviews(void *system, SimCall *call);
void sim_github_patch_reviews(void *system, SimCall *call);
void sim_github_get_rules(void *system, SimCall *call);
void sim_github_merge_pull(void *system, SimCall *call);

SimGithubWorkflow *sim_github_workflow(const SimGithub *github, const char *name);   /* by file or id; NULL if there is none */
const char *sim_github_file(const SimGithubWorkflow *workflow, const char *branch);   /* its text; NULL if it is not there */
SimGithubExecution *sim_github_run(const SimGithub *github, int64_t id);
/* Begins a run, or says why not. `ret_why` is owned. */
SimGithubExecution *sim_github_start(SimGithub *github, SimGithubWorkflow *workflow, const char *ref, const char *actor, const Json *inputs, WallTime now, char **ret_why);
void sim_github_cancel(SimGithubExecution *run, WallTime now);
/* How many of the run's steps are over; `ret_total` all of them. */
size_t sim_github_steps_done(const SimGithubExecution *run, WallTime now, size_t *ret_total);
void sim_github_clear_runs(SimGithub *github);

void sim_github_list_workflows(void *system, SimCall *call);
void sim_github_get_workflow(void *system, SimCall *call);
void sim_github_get_contents(void *system, SimCall *call);
void sim_github_post_dispatch(void *system, SimCall *call);
void sim_github_list_runs(void *system, SimCall *call);
void sim_github_get_run(void *system, SimCall *call);
void sim_github_list_jobs(void *system, SimCall *call);
void sim_github_cancel_run(void *system, SimCall *call);
void sim_github_get_pending(void *system, SimCall *call);
void sim_github_get_log(void *system, SimCall *call);
