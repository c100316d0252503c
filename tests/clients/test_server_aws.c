/* The provider aws against moto, which knows IAM from Amazon's service models and which nobody here wrote: what is written by the one is understood by the
 * other, and read back as it was meant. (Its S3 answers some questions about a bucket in documents of its own, which Amazon does not send.) */
#include <criterion/hooks.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/provider.h"
#include "moto_server.h"
#include "tests/support/support.h"

#define DEADLINE_MS 60000

ReportHook(PRE_ALL)(struct criterion_test_set *tests) {
	(void) tests;
	moto_start();
}

ReportHook(POST_ALL)(struct criterion_global_stats *stats) {
	(void) stats;
	moto_stop();
}

typedef struct Cloud {
	Environment *environment;
	TempFolder folder;
	Json *args;
	Call call;
} Cloud;

static void cloud_begin(Cloud *cloud) {
	Error err;
	const char *url = moto_url();
	cloud->folder = temp_folder();
	setenv("MOTO_ID", "AKIAMOTO", 1);
	setenv("MOTO_SECRET", "secret", 1);
	AUTO_FREE char *text = bg_asprintf("name: t\nkind: live\nsystems:\n  s: { provider: aws, account: \"123456789012\", region: us-east-1, s3-url: \"%s\", iam-url: \"%s\", "
		"control-url: \"%s\", access-key-id: { env: MOTO_ID }, secret-access-key: { env: MOTO_SECRET } }\n", url, url, url);
	assert_ok(environment_parse(str_from(text), temp_path(&cloud->folder, "e.yaml"), &cloud->environment, &err), &err);
	cloud->args = json_new_object();
}

static void cloud_clear(Cloud *cloud) {
	environment_free(cloud->environment);
	json_free(cloud->args);
	if (cloud->environment)
		temp_folder_clear(&cloud->folder);
}
BG_DEFINE_CLEARP(Cloud, cloud_clear)

static void give(Cloud *cloud, const char *const *args) {
	json_free(cloud->args);
	cloud->args = json_new_object();
	for (; args[0]; args += 2)
		json_add_string(cloud->args, args[0], args[1]);
	cloud->call = (Call){.environment = cloud->environment, .system = &cloud->environment->systems[0], .args = cloud->args,
		.deadline = {mono_now().ms + DEADLINE_MS}, .state_folder = cloud->folder.path};
}

/* Twice: the second time there is nothing to do. */
static void do_twice(Cloud *cloud, const char *verb, const char *const *args) {
	const Action *action = action_find(verb);
	for (int round = 0; round < 2; round++) {
		AUTO_CLEAR(Plan) plan = {0};
		AUTO_CLEAR(ActionResult) result = {0};
		Error err = {0};
		give(cloud, args);
		assert_ok(action->plan(&cloud->call, &plan, &err), &err);
		cr_assert_eq(plan.nothing_to_do, round == 1, "%s, round %d: %zu changes", verb, round, plan.count);
		assert_ok(action->apply(&cloud->call, &plan, &result, &err), &err);
		assert_ok(action->verify(&cloud->call, &plan, &result, &err), &err);
		cr_assert_eq(result.verified, VERIFIED_YES, "%s: %s", verb, result.evidence);
	}
}
#define do_it(cloud, verb, ...) do_twice((cloud), (verb), (const char *const[]){__VA_ARGS__, NULL})

Test(server_aws, users_and_their_policies_are_understood) {
	AUTO_CLEAR(Cloud) cloud = {0};
	cloud_begin(&cloud);
	do_it(&cloud, "aws.user", "user", "two-backups", "bucket", "two-hosting-services", "file", temp_path(&cloud.folder, "key.csv"));
	AUTO_FREE char *file = read_text(temp_path(&cloud.folder, "key.csv"));
	cr_expect(strstr(file, "Access key ID,Secret access key\nAKIA"), "%s", file);
}
