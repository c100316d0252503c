/* sim_github_parts.h: shared by the files of the simulated GitHub, nobody else. */
#pragma once
#include "core/sandbox/sim_github.h"
#include "core/sandbox/sim_route.h"

typedef struct SimGithubToken { char *value, *login; SimGithubRights rights; SimGithubTokenKind kind; } SimGithubToken;
typedef struct SimGithubBranch { char *name; Json *protection; } SimGithubBranch;   /* in the shape of its GET; NULL: not protected */
typedef struct SimGithubRuleset { int64_t id; char *branch, *organization; int approvals; } SimGithubRuleset;
typedef struct SimGithubPull { char *branch; int approvals; bool merged; } SimGithubPull;

struct SimGithub {
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
