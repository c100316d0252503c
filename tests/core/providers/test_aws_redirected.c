/* Every action of the aws provider, with each of its requests in turn answered by a redirect: the other host gets nothing, what had been done is not
 * done twice, and the error says what happened. (Signatures cover the host, so that nobody can stand in between as for the other providers.) */
#include <stdlib.h>

#include "aws_scene.h"
#include "core/base/alloc.h"
#include "tests/support/loopback.h"
#include "tests/support/told.h"

typedef struct Row { const char *verb, *before, *args[8]; } Row;
static const Row ROWS[] = {
	{"aws.bucket", NULL, {"bucket", "new-one", "region", "us-east-2", "like", "assets"}},
	{"aws.delete-bucket", NULL, {"bucket", "empty-one"}},
	{"aws.replication", NULL, {"source", "assets", "destination", "dr-assets"}},
	{"aws.remove-rule", "aws.replication", {"source", "assets"}},
	{"aws.replicate-existing", "aws.replication", {"source", "assets", "destination", "dr-assets", "wait", "no"}},
	{"aws.user", NULL, {"user", "backups", "bucket", "assets", "file", "key.csv"}},
	{"aws.role-policy", NULL, {"bucket", "dr-assets"}},
};

static void give_args(AwsScene *scene, const Row *row) {
	const char *const *a = row->args;
	aws_scene_args(scene, a[0], a[1], a[2], a[2] ? a[3] : NULL, a[2] ? a[4] : NULL, a[2] && a[4] ? a[5] : NULL, NULL);
}

static AwsScene *begin(const Row *row) {
	AwsScene *scene = aws_scene_begin(NULL);
	aws_scene_bucket(scene, "assets", "us-east-1", NULL);
	aws_scene_bucket(scene, "dr-assets", "us-east-2", NULL);
	aws_scene_bucket(scene, "empty-one", "us-east-2", NULL);
	aws_scene_put(scene, "assets", "a", 1000);
	if (row->before) {
		aws_scene_args(scene, "source", "assets", "destination", "dr-assets", NULL);
		AUTO_FREE char *done = aws_scene_do(scene, row->before);
		cr_assert(done);
	}
	give_args(scene, row);
	return scene;
}

typedef struct Try { bool done, began; Error err; char *log; } Try;

static void run(AwsScene *scene, const Row *row, Try *ret) {
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	ret->done = aws_scene_plan(scene, row->verb, &plan, &ret->err) && aws_scene_apply(scene, row->verb, &plan, &result, &ret->err);
	ret->began = result.began;
	ret->log = aws_scene_log(scene);
}

static void count_call(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	(void) request, (void) reply;
	__atomic_add_fetch((int *) userdata, 1, __ATOMIC_SEQ_CST);
}

static void check(const Row *row, size_t at, int status, const char *location, const char *whole, bool changes) {
	AUTO(AwsScene) *scene = begin(row);
	Try bad = {0};
	aws_scene_redirect(scene, at, status, location);
	run(scene, row, &bad);
	cr_expect(!bad.done && strstr(bad.err.why, "sends us elsewhere (status") && *bad.err.what && *bad.err.where && *bad.err.hint,
		"%s, %d for request %zu: %s | %s | %s | %s", row->verb, status, at + 1, bad.err.what, bad.err.where, bad.err.why, bad.err.hint);
	cr_expect(!bad.err.retryable, "%s: it would be tried again unattended", row->verb);
	cr_expect(!changes || bad.began, "%s, request %zu: it is told not to have begun", row->verb, at + 1);
	/* What was done is the beginning of what the good run did. */
	cr_expect(strncmp(whole, bad.log, strlen(bad.log)) == 0, "%s, request %zu did:\n%s", row->verb, at + 1, bad.log);
	free(bad.log);
}

Test(aws_redirected, every_action_has_a_row) {
	const Provider *provider = provider_find("aws");
	for (size_t i = 0; i < provider->action_count; i++) {
		bool found = false;
		for (size_t r = 0; r < BG_LENGTH(ROWS); r++)
			found = found || text_eq(ROWS[r].verb, provider->actions[i].spec.name);
		cr_expect(found, "%s has no row", provider->actions[i].spec.name);
	}
}

Test(aws_redirected, a_redirect_gets_nothing_and_is_said) {
	static const int STATUSES[] = {301, 302, 303, 307, 308};
	int taken = 0;
	size_t tried = 0;
	AUTO(Loopback) *other = loopback_start(count_call, &taken);
	AUTO_FREE char *location = bg_asprintf("%s/taken", loopback_url(other));
	for (size_t i = 0; i < BG_LENGTH(ROWS); i++) {
		AUTO(AwsScene) *scene = begin(&ROWS[i]);
		Try good = {0};
		aws_scene_redirect(scene, SIZE_MAX, 0, NULL);
		run(scene, &ROWS[i], &good);
		cr_assert(good.done, "%s: %s %s", ROWS[i].verb, good.err.what, good.err.why);
		for (size_t at = 0; at < aws_scene_requests(scene); at++, tried++)
			check(&ROWS[i], at, STATUSES[tried % BG_LENGTH(STATUSES)], location, good.log, aws_scene_changes(scene, at));
		free(good.log);
	}
	cr_expect_eq(taken, 0, "%d requests were followed", taken);
	tell("requests of aws actions sent elsewhere: %zu", tried);
}
