/* Buckets made, brought to what is promised, deleted again, and looked at. */
#include <stdlib.h>

#include "aws_scene.h"
#include "core/base/alloc.h"

Test(aws_bucket, the_private_bucket_of_the_runbook_is_made_once) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	aws_scene_bucket(scene, "project-assets", "us-east-1", NULL);
	aws_scene_args(scene, "bucket", "project-hosting-services", "region", "us-east-2", "apart-from", "project-assets", NULL);
	AUTO_FREE char *first = aws_scene_do(scene, "aws.bucket");
	cr_expect(strstr(first, "bucket project-hosting-services: in us-east-2") || strstr(first, "in us-east-2"), "%s", first);
	cr_expect(strstr(first, "BucketOwnerEnforced") && strstr(first, "blocked") && strstr(first, "Enabled") && strstr(first, "AES256"), "%s", first);
	AUTO_FREE char *log = aws_scene_log(scene);
	assert_text("asked", log, "PUT /project-hosting-services\nPUT /project-hosting-services?publicAccessBlock=\n"
		"PUT /project-hosting-services?versioning=\nPUT /project-hosting-services?encryption=\n");
	AUTO_FREE char *second = aws_scene_do(scene, "aws.bucket");
	assert_text("done again", second, AWS_NOTHING);
	AUTO_FREE char *after = aws_scene_log(scene);
	assert_text("asked again", after, log);
}

Test(aws_bucket, a_replica_is_like_its_source_but_for_the_region) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Reading) reading = {0};
	Error err = {0};
	aws_scene_bucket(scene, "project-assets", "us-east-1", NULL);
	aws_scene_args(scene, "bucket", "project-dr-assets", "region", "us-east-1", "like", "project-assets", NULL);
	assert_refused(aws_scene_plan(scene, "aws.bucket", &plan, &err), &err, ERROR_INVALID, "is in us-east-1, too");
	aws_scene_args(scene, "bucket", "project-dr-assets", "region", "us-east-2", "like", "project-assets", NULL);
	AUTO_FREE char *changes = aws_scene_do(scene, "aws.bucket");
	cr_expect(strstr(changes, "BucketOwnerPreferred") && strstr(changes, "BlockPublicPolicy,RestrictPublicBuckets"), "%s", changes);
	aws_scene_args(scene, "bucket", "project-dr-assets", "like", "project-assets", NULL);
	aws_scene_read(scene, "aws.policy", &reading);
	cr_expect_eq(reading.state, READING_OK, "%s (%s)", reading.text, reading.reason);
	cr_expect_str_eq(json_get_string(reading.facts, "region"), "us-east-2");
}

Test(aws_bucket, what_differs_is_told_and_only_that_is_set) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Reading) before = {0};
	AUTO_CLEAR(Reading) after = {0};
	aws_scene_bucket(scene, "hosting", "us-east-2", "Suspended");
	aws_scene_args(scene, "bucket", "hosting", "ownership", "acls-disabled", "region", "us-east-2", "public", "blocked", "versioning", "on", NULL);
	aws_scene_read(scene, "aws.policy", &before);
	cr_expect_eq(before.state, READING_WARN);
	cr_expect(strstr(before.text, "versioning is Suspended, not Enabled") && strstr(before.text, "ownership is BucketOwnerPreferred, not BucketOwnerEnforced")
		&& strstr(before.text, "public is BlockPublicPolicy,RestrictPublicBuckets, not blocked") && !strstr(before.text, "encryption"), "%s", before.text);
	cr_expect_eq(json_get_int(before.facts, "drifts", 0), 3);
	aws_scene_args(scene, "bucket", "hosting", "region", "us-east-2", NULL);
	AUTO_FREE char *changes = aws_scene_do(scene, "aws.bucket");
	cr_expect(strstr(changes, "versioning of bucket hosting: Suspended -> Enabled") && !strstr(changes, "encryption"), "%s", changes);
	AUTO_FREE char *log = aws_scene_log(scene);
	assert_text("asked", log, "PUT /hosting?ownershipControls=\nPUT /hosting?publicAccessBlock=\nPUT /hosting?versioning=\n");
	aws_scene_read(scene, "aws.policy", &after);
	cr_expect_eq(after.state, READING_OK, "%s", after.text);
}

/* Of a bucket that is public on purpose only what is said is judged; of one of which nothing is said, what every backup needs. */
Test(aws_bucket, what_is_not_promised_is_not_judged) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Reading) said = {0};
	AUTO_CLEAR(Reading) unsaid = {0};
	aws_scene_bucket(scene, "assets", "us-east-1", "Suspended");
	aws_scene_args(scene, "bucket", "assets", "region", "us-east-1", NULL);
	aws_scene_read(scene, "aws.policy", &said);
	cr_expect_eq(said.state, READING_OK, "%s", said.text);
	aws_scene_args(scene, "bucket", "assets", NULL);
	aws_scene_read(scene, "aws.policy", &unsaid);
	cr_expect(unsaid.state == READING_WARN && strstr(unsaid.text, "versioning is Suspended, not Enabled") && strstr(unsaid.text, "not blocked"), "%s", unsaid.text);
}

Test(aws_bucket, what_cannot_be_says_why_and_changes_nothing) {
	static const struct { const char *bucket, *region, *name, *value; ErrorKind kind; const char *why; } CASES[] = {
		{"taken", "us-east-2", "public", "blocked", ERROR_CONFLICT, "there is a bucket taken already"},
		{"hosting", "us-west-2", "public", "blocked", ERROR_CONFLICT, "is there already, in us-east-2"},
		{"hosting", "us-east-2", "versioning", "off", ERROR_CONFLICT, "it can be suspended, but not taken away"},
		{"Hosting", "us-east-2", "public", "blocked", ERROR_INVALID, "cannot be the name of a bucket"},
		{"a/../b", "us-east-2", "public", "blocked", ERROR_INVALID, "cannot be the name of a bucket"},
		{"new-one", "us-east-2", "like", "nowhere", ERROR_MISSING, "there is no bucket nowhere"},
		{"new-one", "us-east-2", "apart-from", "hosting", ERROR_INVALID, "is in us-east-2, too"},
	};
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	aws_scene_bucket(scene, "hosting", "us-east-2", NULL);
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(Plan) plan = {0};
		Error err = {0};
		aws_scene_args(scene, "bucket", CASES[i].bucket, "region", CASES[i].region, CASES[i].name, CASES[i].value, NULL);
		assert_refused(aws_scene_plan(scene, "aws.bucket", &plan, &err), &err, CASES[i].kind, CASES[i].why);
		cr_expect(*err.hint && *err.what, "%s", CASES[i].why);
	}
	AUTO_FREE char *log = aws_scene_log(scene);
	assert_text("asked", log, "");
}

/* Between the plan and its apply somebody else is quicker. */
Test(aws_bucket, a_name_that_was_taken_meanwhile_is_told_apart_from_ours) {
	static const struct { bool foreign; const char *why; } CASES[] = {{true, "belongs to a bucket of somebody else"}, {false, "it was made meanwhile, and is yours"}};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO(AwsScene) *scene = aws_scene_begin(NULL);
		AUTO_CLEAR(Plan) plan = {0};
		AUTO_CLEAR(ActionResult) result = {0};
		Error err = {0};
		aws_scene_args(scene, "bucket", "wanted", "region", "us-east-2", NULL);
		assert_ok(aws_scene_plan(scene, "aws.bucket", &plan, &err), &err);
		if (CASES[i].foreign)
			aws_scene_say(scene, "{\"foreign\":[\"wanted\"]}");
		else
			aws_scene_bucket(scene, "wanted", "us-east-2", NULL);
		assert_refused(aws_scene_apply(scene, "aws.bucket", &plan, &result, &err), &err, ERROR_CONFLICT, CASES[i].why);
		cr_expect(result.began);
	}
}

Test(aws_bucket, a_missing_right_is_unknown_with_its_name) {
	static const char *const RIGHTS[] = {"s3:GetBucketVersioning", "s3:GetEncryptionConfiguration", "s3:GetBucketPublicAccessBlock", "s3:GetBucketOwnershipControls"};
	for (size_t i = 0; i < BG_LENGTH(RIGHTS); i++) {
		AUTO(AwsScene) *scene = aws_scene_begin(NULL);
		AUTO_CLEAR(Reading) reading = {0};
		AUTO_FREE char *said = bg_asprintf("{\"denied\":[\"%s\"]}", RIGHTS[i]);
		aws_scene_bucket(scene, "hosting", "us-east-2", NULL);
		aws_scene_say(scene, said);
		aws_scene_args(scene, "bucket", "hosting", "public", "open", NULL);
		aws_scene_read(scene, "aws.policy", &reading);
		bool drifts = i != 2;   /* public is not "open" either, and that can be seen */
		cr_expect_eq(reading.state, drifts ? READING_WARN : READING_UNKNOWN, "%s: %s", RIGHTS[i], reading.text);
		cr_expect(drifts || strstr(reading.reason, RIGHTS[i]), "%s", reading.reason);
	}
}

Test(aws_bucket, only_an_empty_bucket_that_was_made_is_deleted_again) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(Plan) full = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	char *verb = NULL;
	Json *args = NULL;
	Error err = {0};
	aws_scene_args(scene, "bucket", "made-here", "region", "us-east-2", NULL);
	assert_ok(aws_scene_plan(scene, "aws.bucket", &plan, &err), &err);
	assert_ok(aws_scene_apply(scene, "aws.bucket", &plan, &result, &err), &err);
	cr_assert(action_find("aws.bucket")->undo(&plan, NULL, &verb, &args));
	assert_text("verb", verb, "aws.delete-bucket");
	aws_scene_args(scene, "bucket", json_get_string(args, "bucket"), NULL);
	aws_scene_put(scene, "made-here", "a", 1000);
	assert_refused(aws_scene_plan(scene, verb, &full, &err), &err, ERROR_CONFLICT, "is not empty");
	free(verb);
	json_free(args);
	aws_scene_args(scene, "bucket", "made-too", "region", "us-east-1", NULL);
	AUTO_FREE char *made = aws_scene_do(scene, "aws.bucket");
	aws_scene_args(scene, "bucket", "made-too", NULL);
	AUTO_FREE char *deleted = aws_scene_do(scene, "aws.delete-bucket");
	cr_expect(strstr(deleted, "made-too"), "%s", deleted);
	cr_expect_eq(aws_scene_objects(scene, "made-too"), (size_t) -1);
	AUTO_FREE char *again = aws_scene_do(scene, "aws.delete-bucket");
	assert_text("again", again, AWS_NOTHING);
}
