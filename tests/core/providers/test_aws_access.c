/* The user that writes backups, its key, and the policy of a role. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "aws_scene.h"
#include "core/base/alloc.h"
#include "core/base/file.h"

static void user_args(AwsScene *scene, const char *file) {
	aws_scene_args(scene, "user", "project-backups", "bucket", "project-hosting-services", "file", aws_scene_path(scene, file), NULL);
}

static char *last_secret(AwsScene *scene) {
	AUTO(Json) *state = aws_scene_state(scene);
	return bg_strdup(json_get_string_or(json_get(json_get(state, "users"), "project-backups"), "last_secret", "none"));
}

Test(aws_access, the_user_of_the_runbook_has_its_policy_and_one_key) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	struct stat status;
	Error err = {0};
	user_args(scene, "key.csv");
	assert_ok(aws_scene_plan(scene, "aws.user", &plan, &err), &err);
	assert_ok(aws_scene_apply(scene, "aws.user", &plan, &result, &err), &err);
	cr_assert_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	AUTO_FREE char *secret = last_secret(scene);
	AUTO_FREE char *file = read_text(aws_scene_path(scene, "key.csv"));
	AUTO_FREE char *expected = bg_asprintf("Access key ID,Secret access key\n%s,%s\n", result.value, secret);
	assert_text("the file", file, expected);
	cr_assert_eq(stat(aws_scene_path(scene, "key.csv"), &status), 0);
	cr_expect_eq(status.st_mode & 0777, 0600);
	AUTO(Json) *shown = plan_to_json(&plan);
	AUTO_FREE char *text = json_text(shown);
	cr_expect(!strstr(text, secret) && !strstr(result.evidence, secret) && !strstr(result.value, secret));
	AUTO(Json) *state = aws_scene_state(scene);
	assert_text("policy", json_get_string(json_get(json_get(json_get(state, "users"), "project-backups"), "policies"), "backups"),
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"ListObjectsInBucket\",\"Effect\":\"Allow\",\"Action\":[\"s3:ListBucket\"],"
		"\"Resource\":[\"arn:aws:s3:::project-hosting-services\"]},{\"Sid\":\"ObjectActions\",\"Effect\":\"Allow\",\"Action\":\"s3:PutObject\","
		"\"Resource\":[\"arn:aws:s3:::project-hosting-services/*\"]}]}");
	AUTO_FREE char *log = aws_scene_log(scene);
	assert_text("asked", log, "CreateUser\nPutUserPolicy\nCreateAccessKey\n");
	AUTO_FREE char *again = aws_scene_do(scene, "aws.user");
	assert_text("again", again, AWS_NOTHING);
	AUTO_FREE char *after = aws_scene_log(scene);
	assert_text("asked again", after, log);
}

Test(aws_access, a_second_key_is_never_made) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Plan) plan = {0};
	Error err = {0};
	user_args(scene, "key.csv");
	AUTO_FREE char *first = aws_scene_do(scene, "aws.user");
	user_args(scene, "other.csv");
	assert_ok(aws_scene_plan(scene, "aws.user", &plan, &err), &err);
	cr_expect(plan.nothing_to_do && plan.warnings.count == 2 && strstr(plan.warnings.items[1], "no second key is made"), "%s", plan.warnings.items[1]);
	cr_expect(first && !file_exists(aws_scene_path(scene, "other.csv")));
}

/* Nothing is asked for before it is known where the secret goes. */
Test(aws_access, without_a_place_for_the_key_none_is_made) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	close(open(aws_scene_path(scene, "there.csv"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
	user_args(scene, "there.csv");
	assert_refused(aws_scene_plan(scene, "aws.user", &plan, &err), &err, ERROR_CONFLICT, "there is a file");
	user_args(scene, "no/such/folder/key.csv");
	assert_ok(aws_scene_plan(scene, "aws.user", &plan, &err), &err);
	assert_refused(aws_scene_apply(scene, "aws.user", &plan, &result, &err), &err, ERROR_MISSING, "the file for the access key cannot be made");
	AUTO_FREE char *log = aws_scene_log(scene);
	assert_text("asked", log, "CreateUser\nPutUserPolicy\n");
}

Test(aws_access, a_key_that_is_refused_leaves_no_file) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	aws_scene_say(scene, "{\"denied\":[\"iam:CreateAccessKey\"]}");
	user_args(scene, "key.csv");
	assert_ok(aws_scene_plan(scene, "aws.user", &plan, &err), &err);
	assert_refused(aws_scene_apply(scene, "aws.user", &plan, &result, &err), &err, ERROR_DENIED, "may not do that");
	cr_expect(strstr(err.hint, "iam:CreateAccessKey"), "%s", err.hint);
	cr_expect(result.began && !file_exists(aws_scene_path(scene, "key.csv")));
}

Test(aws_access, a_full_disk_takes_the_key_back) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	user_args(scene, "key.csv");
	assert_ok(aws_scene_plan(scene, "aws.user", &plan, &err), &err);
	/* Writing to it fails as on a full disk: the size of files is limited for as long as that takes. */
	struct rlimit before, none;
	signal(SIGXFSZ, SIG_IGN);
	cr_assert_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
	none = before;
	none.rlim_cur = 0;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &none), 0);
	bool ok = aws_scene_apply(scene, "aws.user", &plan, &result, &err);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_refused(ok, &err, ERROR_IO, "the access key could not be written");
	cr_expect(strstr(err.hint, "was deleted again"), "%s", err.hint);
	AUTO_FREE char *log = aws_scene_log(scene);
	assert_text("asked", log, "CreateUser\nPutUserPolicy\nCreateAccessKey\nDeleteAccessKey\n");
}

/* ---- the policy of a role ---- */

Test(aws_access, a_bucket_is_added_to_the_policy_and_nothing_else_changes) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	aws_scene_args(scene, "bucket", "project-dr-assets", NULL);
	assert_ok(aws_scene_plan(scene, "aws.role-policy", &plan, &err), &err);
	cr_assert_eq(plan.count, 2);
	assert_text("first", plan.changes[0].to, "{\"Action\":[\"s3:ListBucket\"],\"Resource\":\"arn:aws:s3:::project-dr-assets\",\"Effect\":\"Allow\"}");
	assert_text("second", plan.changes[1].to, "{\"Action\":[\"s3:*\"],\"Resource\":\"arn:aws:s3:::project-dr-assets/*\",\"Effect\":\"Allow\"}");
	assert_ok(aws_scene_apply(scene, "aws.role-policy", &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	AUTO(Json) *state = aws_scene_state(scene);
	assert_text("policy", json_get_string(json_get(json_get(json_get(state, "roles"), SIM_ROLE), "policies"), SIM_ROLE_POLICY),
		"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Action\":[\"s3:ListBucket\"],\"Resource\":\"arn:aws:s3:::project-assets\",\"Effect\":\"Allow\"},"
		"{\"Action\":[\"s3:*\"],\"Resource\":\"arn:aws:s3:::project-assets/*\",\"Effect\":\"Allow\"},"
		"{\"Action\":[\"s3:ListBucket\"],\"Resource\":\"arn:aws:s3:::project-dr-assets\",\"Effect\":\"Allow\"},"
		"{\"Action\":[\"s3:*\"],\"Resource\":\"arn:aws:s3:::project-dr-assets/*\",\"Effect\":\"Allow\"}]}");
	AUTO_FREE char *again = aws_scene_do(scene, "aws.role-policy");
	assert_text("again", again, AWS_NOTHING);
}

Test(aws_access, policies_of_other_shapes_are_read_too) {
	static const struct { const char *name, *policy; size_t added; ErrorKind kind; } CASES[] = {
		{"one statement without a list", "{\\\"Statement\\\":{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"s3:ListBucket\\\",\\\"Resource\\\":\\\"arn:aws:s3:::dr-a\\\"}}", 1, ERROR_NONE},
		{"lists", "{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":[\\\"x\\\",\\\"s3:*\\\"],\\\"Resource\\\":[\\\"arn:aws:s3:::dr-a\\\",\\\"arn:aws:s3:::dr-a/*\\\"]}]}", 0, ERROR_NONE},
		{"denied does not count", "{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Deny\\\",\\\"Action\\\":\\\"*\\\",\\\"Resource\\\":\\\"*\\\"}]}", 2, ERROR_NONE},
		{"under a condition does not count", "{\\\"Statement\\\":[{\\\"Effect\\\":\\\"Allow\\\",\\\"Action\\\":\\\"*\\\",\\\"Resource\\\":\\\"*\\\",\\\"Condition\\\":{}}]}", 2, ERROR_NONE},
		{"no statements", "{\\\"Version\\\":\\\"2012-10-17\\\"}", 0, ERROR_PROTOCOL},
		{"no JSON", "hello", 0, ERROR_PROTOCOL},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO(AwsScene) *scene = aws_scene_begin(NULL);
		AUTO_CLEAR(Plan) plan = {0};
		Error err = {0};
		AUTO_FREE char *said = bg_asprintf("{\"roles\":{\"web\":{\"trust\":\"{}\",\"policies\":{\"assets\":\"%s\"}}}}", CASES[i].policy);
		aws_scene_say(scene, said);
		aws_scene_args(scene, "bucket", "dr-a", "role", "web", "policy", "assets", NULL);
		bool ok = aws_scene_plan(scene, "aws.role-policy", &plan, &err);
		cr_expect(ok == (CASES[i].kind == ERROR_NONE) && plan.count == CASES[i].added && err.kind == CASES[i].kind, "%s: %zu, %s", CASES[i].name, plan.count, err.why);
	}
}

Test(aws_access, what_is_not_there_or_not_allowed_says_so) {
	static const struct { const char *role, *say; ErrorKind kind; const char *why, *hint; } CASES[] = {
		{"nobody", "{}", ERROR_MISSING, "there is no role nobody with a policy", "IAM console > Roles"},
		{SIM_ROLE, "{\"denied\":[\"iam:GetRolePolicy\"]}", ERROR_DENIED, "may not do that", "iam:GetRolePolicy"},
		{"a/../b", "{}", ERROR_INVALID, "cannot be a name in IAM", "letters"},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO(AwsScene) *scene = aws_scene_begin(NULL);
		AUTO_CLEAR(Plan) plan = {0};
		Error err = {0};
		aws_scene_say(scene, CASES[i].say);
		aws_scene_args(scene, "bucket", "dr-a", "role", CASES[i].role, NULL);
		assert_refused(aws_scene_plan(scene, "aws.role-policy", &plan, &err), &err, CASES[i].kind, CASES[i].why);
		cr_expect(strstr(err.hint, CASES[i].hint), "%s", err.hint);
	}
}

/* The probe looks with the eyes of the two actions. */
Test(aws_access, what_is_not_as_promised_is_told) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Reading) none = {0};
	AUTO_CLEAR(Reading) made = {0};
	AUTO_CLEAR(Reading) other = {0};
	AUTO_CLEAR(Reading) role = {0};
	AUTO_CLEAR(Reading) added = {0};
	aws_scene_args(scene, "user", "project-backups", "bucket", "project-hosting-services", NULL);
	aws_scene_read(scene, "aws.access", &none);
	cr_expect(none.state == READING_FAIL && strstr(none.text, "there is no user project-backups"), "%s", none.text);
	user_args(scene, "key.csv");
	AUTO_FREE char *done = aws_scene_do(scene, "aws.user");
	aws_scene_args(scene, "user", "project-backups", "bucket", "project-hosting-services", NULL);
	aws_scene_read(scene, "aws.access", &made);
	cr_expect(done && made.state == READING_OK, "%s: %s", made.text, made.reason);
	aws_scene_args(scene, "user", "project-backups", "bucket", "another-bucket", NULL);
	aws_scene_read(scene, "aws.access", &other);
	cr_expect(other.state == READING_WARN && strstr(other.text, "its policy backups is another: {"), "%s", other.text);
	aws_scene_args(scene, "bucket", "dr-a", "role", SIM_ROLE, NULL);
	aws_scene_read(scene, "aws.access", &role);
	cr_expect(role.state == READING_WARN && strstr(role.text, "does not say: {\"Action\":[\"s3:ListBucket\"]"), "%s", role.text);
	AUTO_FREE char *widened = aws_scene_do(scene, "aws.role-policy");
	aws_scene_read(scene, "aws.access", &added);
	cr_expect(widened && added.state == READING_OK, "%s: %s", added.text, added.reason);
}
