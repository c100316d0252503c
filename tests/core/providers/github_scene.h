/* github_scene.h: the github provider against a simulated GitHub in the test's own process. */
#pragma once
#include <pthread.h>

#include "core/providers/provider.h"
#include "core/sandbox/sim_github.h"
#include "core/sandbox/sim_http.h"
#include "tests/support/support.h"

#define SCENE_REPO "octo/app"
#define SCENE_TOKEN "hush-hush-token"

typedef struct GithubScene {
	pthread_mutex_t lock;          /* of everything that the server's threads see */
	SimGithub *github;
	SimHttp *http, *logs;
	char *url;
	int64_t ahead_ms, jump_ms;     /* GitHub's clock is so far ahead of ours, and goes on by so much with each request */
	StrList output;                /* of the call, each piece */
	StrList asked;                 /* "PATCH /repos/... 200", each request that was answered */
	StrList told;                  /* progress */
	Environment *environment;
	TempFolder folder;
	Json *args;
	Call call;
	bool cancelled;
	const char *stop_at;           /* cancelled as soon as progress holds this; NULL = never */
	/* After each request, under the lock; NULL = nothing. */
	void (*meanwhile)(struct GithubScene *scene, const SimRequest *request, WallTime now);
} GithubScene;

/* main wants one approval, also of administrators; the token is an administrator's. `more` are further settings of the system; a `repository` among
 * them if the test does not want the usual one. */
void scene_begin(GithubScene *scene, const char *more);
void scene_clear(GithubScene *scene);
BG_DEFINE_CLEARP(GithubScene, scene_clear)
/* The token of the next calls; added to the GitHub. */
void scene_use_token(GithubScene *scene, const char *token, const char *login, SimGithubRights rights, SimGithubTokenKind kind);
/* Arguments of the next call: name, value pairs, NULL-terminated. */
void scene_args(GithubScene *scene, ...) __attribute__((sentinel));
bool scene_plan(GithubScene *scene, const char *verb, Plan *ret, Error *err);
/* Applies and looks, as a worker does: also after a failure that came once something had begun. */
bool scene_apply(GithubScene *scene, const char *verb, const Plan *plan, ActionResult *result, Error *err);
WallTime scene_now(const GithubScene *scene);
bool scene_told(const GithubScene *scene, const char *part);    /* by progress */
char *scene_output(const GithubScene *scene);                   /* owned */
void scene_read(GithubScene *scene, const char *probe, Reading *ret);
/* How many requests began so. */
size_t scene_count(GithubScene *scene, const char *beginning);
