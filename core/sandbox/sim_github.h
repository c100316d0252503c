/* sim_github.h: a GitHub with one repository: its protection and rulesets, pull requests that really are refused, users and tokens. Paths, bodies
 * and refusals are those of GitHub's OpenAPI description of its REST API; texts that it does not hold are as they are seen in the wild.
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
/* Where it can be reached, for the links that it hands out. */
void sim_github_set_url(SimGithub *github, const char *url);
void sim_github_add_token(SimGithub *github, const char *token, const char *login, SimGithubRights rights, SimGithubTokenKind kind);
/* From now on it is called so, and the old name answers 301. */
void sim_github_rename(SimGithub *github, const char *repository);

void sim_github_add_branch(SimGithub *github, const char *branch);
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

/* Requests are counted against the primary limit, until `reset`; then there are 5000 again. */
void sim_github_limit(SimGithub *github, int64_t remaining, WallTime reset);
/* The next `count` requests are refused by a secondary limit, with Retry-After unless that is negative. */
void sim_github_limit_secondary(SimGithub *github, int count, int64_t retry_after_s);
void sim_github_handle(SimGithub *github, const SimRequest *request, SimReply *reply, WallTime now);
void sim_github_refuse_token(SimReply *reply);
void sim_github_refuse_limit(SimReply *reply);
