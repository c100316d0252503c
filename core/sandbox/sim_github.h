/* sim_github.h: a GitHub with one repository: its protection and rulesets, pull requests that really are refused, workflows that run, users and tokens.
 * Paths, bodies and refusals are those of GitHub's OpenAPI description of its REST API; texts that it does not hold are as they are seen in the wild.
 * Not thread-safe: the sandbox locks. */
#pragma once
#include "core/sandbox/sim_message.h"

typedef struct SimGithub SimGithub;

typedef enum SimGithubRights { SIM_GITHUB_READS, SIM_GITHUB_WRITES, SIM_GITHUB_ADMIN } SimGithubRights;
/* Who lacks a right is refused in other ways by the kind of the token: 404 for a classic one, 403 for the others. */
typedef enum SimGithubTokenKind { SIM_GITHUB_CLASSIC, SIM_GITHUB_FINE_GRAINED, SIM_GITHUB_APP } SimGithubTokenKind;

/* `repository` is "owner/name"; it has the branch `main`, which is its default one and not protected. */
SimGithub *sim_github_new(const char *repository);
SimGithub *sim_github_free(SimGithub *github);
BG_DEFINE_FREEP(SimGithub, sim_github_free)
/* Where it can be reached, for the links that it hands out; and where logs are fetched, which is another host. */
void sim_github_set_url(SimGithub *github, const char *url);
void sim_github_set_logs_url(SimGithub *github, const char *url);
void sim_github_add_token(SimGithub *github, const char *token, const char *login, SimGithubRights rights, SimGithubTokenKind kind);
/* Of the newest token: its scopes, as a classic one has them ("repo, workflow"; static), and when it ends, 0 = never. */
void sim_github_bound_token(SimGithub *github, const char *scopes, WallTime end);
/* From now on it is called so, and the old name answers 301. */
void sim_github_rename(SimGithub *github, const char *repository);

void sim_github_add_branch(SimGithub *github, const char *branch);
bool sim_github_has_branch(const SimGithub *github, const char *branch);
/* `approvals` -1: without a rule that asks for any. `admins`: the rules are for administrators too. */
void sim_github_protect(SimGithub *github, const char *branch, int approvals, bool admins);
/* A user who may merge without approvals. */
void sim_github_add_bypass(SimGithub *github, const char *branch, const char *login);
/* One that asks for approvals; an organisation's when `organization` is said. */
void sim_github_add_ruleset(SimGithub *github, int64_t id, const char *branch, int approvals, const char *organization);
/* A pull request into `branch`. Returns its number. */
int sim_github_add_pull(SimGithub *github, const char *branch, int approvals);
/* What the branch's own rule asks for; -1: it has none. */
int sim_github_approvals(const SimGithub *github, const char *branch);
/* May `login` merge something with so many approvals? NULL: yes, else why not. Static until the next call. */
const char *sim_github_why_no_merge(SimGithub *github, const char *branch, const char *login, int approvals);

/* ---- workflows ---- */

/* A run as it ended: for whoever changes another simulated system by it. */
typedef struct SimGithubRun {
	int64_t id;
	int number;
	const char *file;         /* "restore.yml" */
	const char *ref, *actor;
	const char *conclusion;   /* "success", "failure", "cancelled" */
	const Json *inputs;       /* name -> text, defaults filled in */
} SimGithubRun;
typedef void SimGithubCompleted(void *userdata, const SimGithubRun *run);
/* Called once for each run that ends, by whoever notices it: under the sandbox's lock. */
void sim_github_on_completed(SimGithub *github, SimGithubCompleted *completed, void *userdata);
/* Decides how a run ends that comes to its end at `at`: "success", "failure", or "skipped", which does nothing. Without one, all succeed. */
typedef const char *SimGithubEnding(void *userdata, const SimGithubRun *run, WallTime at);
void sim_github_on_ending(SimGithub *github, SimGithubEnding *ending, void *userdata);

/* The file .github/workflows/FILE on the default branch, and so a workflow: `yaml` says its name, its inputs, its run-name and its jobs with their steps.
 * A run waits in the queue for `queue_ms` and then takes `run_ms`. */
void sim_github_add_workflow(SimGithub *github, const char *file, const char *yaml, int64_t queue_ms, int64_t run_ms);
/* The same file as it is on another branch; NULL text: it is not there. */
void sim_github_put_file(SimGithub *github, const char *branch, const char *file, const char *yaml);
/* "active", "disabled_manually", ... */
void sim_github_set_workflow_state(SimGithub *github, const char *file, const char *state);
/* Jobs with this `environment:` wait until somebody approves. */
void sim_github_guard_environment(SimGithub *github, const char *environment, const char *reviewer);
void sim_github_approve(SimGithub *github, WallTime now);   /* every run that waits */
/* A run by somebody else, now. Its id; 0: the workflow refuses. */
int64_t sim_github_dispatch(SimGithub *github, const char *file, const char *ref, const char *actor, const Json *inputs, WallTime now);
/* Runs from now on: fail in their last step; never end; are told with 204 only, as by an Enterprise Server. */
void sim_github_fail_runs(SimGithub *github, bool fail);
void sim_github_hang_runs(SimGithub *github, bool hang);
void sim_github_tell_no_details(SimGithub *github, bool silent);
/* And that they can be told is refused, as by a server that knows no such question. */
void sim_github_refuse_details(SimGithub *github, bool refuse);
/* What is asked for is taken, and nothing comes of it. */
void sim_github_lose_runs(SimGithub *github, bool lose);
/* Brings everything to `now`: runs begin and end. */
void sim_github_advance(SimGithub *github, WallTime now);

/* Requests are counted against the primary limit, until `reset`; then there are 5000 again. */
void sim_github_limit(SimGithub *github, int64_t remaining, WallTime reset);
/* The next `count` requests are refused by a secondary limit, with Retry-After unless that is negative. */
void sim_github_limit_secondary(SimGithub *github, int count, int64_t retry_after_s);
void sim_github_handle(SimGithub *github, const SimRequest *request, SimReply *reply, WallTime now);
/* The host of the logs: it wants the signature of the link, and no credentials. */
void sim_github_handle_logs(SimGithub *github, const SimRequest *request, SimReply *reply);
void sim_github_refuse_token(SimReply *reply);
void sim_github_refuse_limit(SimReply *reply);
