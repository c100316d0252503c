/* Rules added and taken away among others, what is copied, and what was there before. */
#include <stdlib.h>

#include "aws_scene.h"
#include "core/base/alloc.h"
#include "core/providers/aws/aws.h"

#define OTHER_RULE "<Rule><ID>logs &amp; more</ID><Priority>7</Priority><Filter><And><Prefix>a</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter>" \
	"<Status>Disabled</Status><Destination><Bucket>arn:aws:s3:::elsewhere</Bucket><StorageClass>GLACIER</StorageClass></Destination>" \
	"<DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication></Rule>"
#define HOUR_MS 3600000

static AwsScene *two_buckets(void) {
	AwsScene *scene = aws_scene_begin(NULL);
	aws_scene_bucket(scene, "assets", "us-east-1", NULL);
	aws_scene_bucket(scene, "dr-assets", "us-east-2", NULL);
	return scene;
}

static char *configuration(AwsScene *scene, const char *bucket) {
	AUTO(Json) *state = aws_scene_state(scene);
	return bg_strdup(json_get_string_or(json_get(json_get(state, "buckets"), bucket), "replication", ""));
}

/* The other rule, put there by hand. */
static void put_other_rule(AwsScene *scene) {
	aws_scene_bucket(scene, "elsewhere", "us-west-2", NULL);
	AUTO(Json) *state = aws_scene_state(scene);
	Json *assets = json_get_mutable(json_get_mutable(state, "buckets"), "assets");
	json_add_string(assets, "replication", "<ReplicationConfiguration><Role>arn:aws:iam::123456789012:role/theirs</Role>" OTHER_RULE "</ReplicationConfiguration>");
	AUTO_FREE char *text = json_text(state);
	aws_scene_say(scene, text);
}

Test(aws_replication, a_rule_with_a_role_of_its_own_is_made_once) {
	AUTO(AwsScene) *scene = two_buckets();
	aws_scene_args(scene, "source", "assets", "destination", "dr-assets", NULL);
	AUTO_FREE char *first = aws_scene_do(scene, "aws.replication");
	cr_expect(strstr(first, "role s3crr_role_for_assets") && strstr(first, "s3:ReplicateObject") && strstr(first, "replication rule \"DR Replication\""), "%s", first);
	AUTO_FREE char *log = aws_scene_log(scene);
	assert_text("asked", log, "CreateRole\nPutRolePolicy\nPUT /assets?replication=\n");
	AUTO_FREE char *written = configuration(scene, "assets");
	cr_expect(strstr(written, "<Role>arn:aws:iam::123456789012:role/s3crr_role_for_assets</Role><Rule><ID>DR Replication</ID><Priority>1</Priority>"), "%s", written);
	AUTO_FREE char *second = aws_scene_do(scene, "aws.replication");
	assert_text("done again", second, AWS_NOTHING);
	aws_scene_put(scene, "assets", "a", 1000);
	cr_expect_eq(aws_scene_objects(scene, "dr-assets"), 1);
}

Test(aws_replication, other_rules_stay_byte_by_byte) {
	AUTO(AwsScene) *scene = two_buckets();
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	char *verb = NULL;
	Json *args = NULL;
	Error err = {0};
	put_other_rule(scene);
	aws_scene_args(scene, "source", "assets", "destination", "dr-assets", "rule", "a <b> & \"c\"", NULL);
	assert_ok(aws_scene_plan(scene, "aws.replication", &plan, &err), &err);
	cr_expect(plan.warnings.count && strstr(plan.warnings.items[0], "role/theirs"), "%s", plan.warnings.items[0]);
	assert_ok(aws_scene_apply(scene, "aws.replication", &plan, &result, &err), &err);
	cr_expect_eq(result.verified, VERIFIED_YES, "%s", result.evidence);
	AUTO_FREE char *with = configuration(scene, "assets");
	cr_expect(strstr(with, "role/theirs</Role>" OTHER_RULE "<Rule><ID>a &lt;b&gt; &amp; &quot;c&quot;</ID><Priority>8</Priority>"), "%s", with);
	cr_assert(action_find("aws.replication")->undo(&plan, NULL, &verb, &args));
	aws_scene_args(scene, "source", json_get_string(args, "source"), "rule", json_get_string(args, "rule"), NULL);
	AUTO_FREE char *back = aws_scene_do(scene, verb);
	AUTO_FREE char *without = configuration(scene, "assets");
	cr_expect(strstr(without, "role/theirs</Role>" OTHER_RULE "</ReplicationConfiguration>"), "%s", without);
	AUTO_FREE char *again = aws_scene_do(scene, verb);
	assert_text("again", again, AWS_NOTHING);
	cr_expect(strstr(back, "-> removed") || *back, "%s", back);
	free(verb);
	json_free(args);
}

Test(aws_replication, the_last_rule_takes_the_configuration_with_it) {
	AUTO(AwsScene) *scene = two_buckets();
	aws_scene_args(scene, "source", "assets", "destination", "dr-assets", "role", "arn:aws:iam::123456789012:role/given", NULL);
	AUTO_FREE char *made = aws_scene_do(scene, "aws.replication");
	cr_expect(!strstr(made, "s3crr"), "%s", made);
	aws_scene_args(scene, "source", "assets", NULL);
	AUTO_FREE char *removed = aws_scene_do(scene, "aws.remove-rule");
	AUTO_FREE char *left = configuration(scene, "assets");
	assert_text("configuration", left, "");
	AUTO_FREE char *log = aws_scene_log(scene);
	assert_text("asked", log, "PUT /assets?replication=\nDELETE /assets?replication=\n");
}

Test(aws_replication, what_cannot_be_says_why_and_changes_nothing) {
	static const struct { const char *source, *destination, *name, *value; ErrorKind kind; const char *why; } CASES[] = {
		{"old", "dr-assets", NULL, NULL, ERROR_CONFLICT, "versioning of bucket old is Suspended"},
		{"assets", "old", NULL, NULL, ERROR_CONFLICT, "versioning of bucket old is Suspended"},
		{"assets", "assets", NULL, NULL, ERROR_INVALID, "into itself"},
		{"assets", "nowhere", NULL, NULL, ERROR_MISSING, "there is no bucket nowhere"},
		{"assets", "dr-assets", "rule", "logs & more", ERROR_CONFLICT, "which goes to elsewhere"},
		{"assets", "dr-assets", "role", "arn:aws:iam::1:role/x", ERROR_CONFLICT, "has one role for all its rules"},
	};
	AUTO(AwsScene) *scene = two_buckets();
	aws_scene_bucket(scene, "old", "us-east-2", "Suspended");
	put_other_rule(scene);
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(Plan) plan = {0};
		Error err = {0};
		aws_scene_args(scene, "source", CASES[i].source, "destination", CASES[i].destination, CASES[i].name, CASES[i].value, NULL);
		assert_refused(aws_scene_plan(scene, "aws.replication", &plan, &err), &err, CASES[i].kind, CASES[i].why);
		cr_expect(*err.hint || CASES[i].kind == ERROR_INVALID, "%s", CASES[i].why);
	}
	AUTO_FREE char *log = aws_scene_log(scene);
	assert_text("asked", log, "");
}

Test(aws_replication, configurations_that_are_not_understood_are_not_rewritten) {
	static const struct { const char *name, *text; bool good; size_t count; } CASES[] = {
		{"none", "<ReplicationConfiguration><Role>r</Role></ReplicationConfiguration>", true, 0},
		{"one", "<ReplicationConfiguration><Role>r</Role>" OTHER_RULE "</ReplicationConfiguration>", true, 1},
		{"a prefix", "<a:ReplicationConfiguration xmlns:a=\"u\"><a:Role>r</a:Role><a:Rule><a:Status>Enabled</a:Status><a:Destination><a:Bucket>arn:aws:s3:::b</a:Bucket>"
			"</a:Destination></a:Rule></a:ReplicationConfiguration>", false, 0},
		{"a rule in a comment", "<ReplicationConfiguration><Role>r</Role><!-- <Rule> -->" OTHER_RULE "</ReplicationConfiguration>", false, 0},
		{"no role", "<ReplicationConfiguration>" OTHER_RULE "</ReplicationConfiguration>", false, 0},
		{"no destination", "<ReplicationConfiguration><Role>r</Role><Rule><Status>Enabled</Status></Rule></ReplicationConfiguration>", false, 0},
		{"another document", "<ListBucketResult/>", false, 0},
		{"half", "<ReplicationConfiguration><Role>r</Role>", false, 0},
		{"no XML", "hello", false, 0},
		{"a number that is none", "<ReplicationConfiguration><Role>r</Role><Rule><Priority>x</Priority><Status>Enabled</Status><Destination><Bucket>b</Bucket></Destination>"
			"</Rule></ReplicationConfiguration>", false, 0},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(Replication) replication = {0};
		Error err = {0};
		cr_expect_eq(replication_parse(str_from(CASES[i].text), &replication, &err), CASES[i].good, "%s: %s", CASES[i].name, err.why);
		cr_expect_eq(replication.count, CASES[i].count, "%s", CASES[i].name);
	}
}

/* ---- what was there before ---- */

Test(aws_replication, what_was_there_before_is_copied_by_one_job_of_a_run) {
	AUTO(AwsScene) *scene = two_buckets();
	AUTO_CLEAR(Plan) plan = {0};
	Error err = {0};
	aws_scene_put(scene, "assets", "old-1", HOUR_MS);
	aws_scene_put(scene, "assets", "old-2", HOUR_MS);
	aws_scene_args(scene, "source", "assets", "destination", "dr-assets", NULL);
	assert_refused(aws_scene_plan(scene, "aws.replicate-existing", &plan, &err), &err, ERROR_CONFLICT, "has no enabled rule to dr-assets");
	AUTO_FREE char *rule = aws_scene_do(scene, "aws.replication");
	AUTO_FREE char *first = aws_scene_do(scene, "aws.replicate-existing");
	cr_expect(strstr(first, "which reports to s3://dr-assets/replication-reports") && strstr(first, "s3batch_role_for_assets"), "%s", first);
	cr_expect_eq(aws_scene_objects(scene, "dr-assets"), 2);
	AUTO_FREE char *second = aws_scene_do(scene, "aws.replicate-existing");
	assert_text("again", second, AWS_NOTHING);
	AUTO(Json) *state = aws_scene_state(scene);
	cr_expect_eq(json_count(json_get(state, "jobs")), 1);
	cr_expect_str_eq(json_get_string(json_at(json_get(state, "jobs"), 0), "report"), "replication-reports");
	cr_expect(rule && *rule);
}

/* The worker died behind the request: the next plan finds the job and follows it. */
Test(aws_replication, a_job_that_was_begun_is_followed_not_begun_again) {
	AUTO(AwsScene) *scene = two_buckets();
	AUTO_CLEAR(Plan) begun = {0};
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(ActionResult) first = {0};
	AUTO_CLEAR(ActionResult) second = {0};
	Error err = {0};
	aws_scene_args(scene, "source", "assets", "destination", "dr-assets", NULL);
	AUTO_FREE char *rule = aws_scene_do(scene, "aws.replication");
	aws_scene_args(scene, "source", "assets", "destination", "dr-assets", "wait", "no", NULL);
	assert_ok(aws_scene_plan(scene, "aws.replicate-existing", &begun, &err), &err);
	assert_ok(aws_scene_apply(scene, "aws.replicate-existing", &begun, &first, &err), &err);
	cr_expect_eq(first.verified, VERIFIED_UNKNOWN, "%s", first.evidence);
	aws_scene_args(scene, "source", "assets", "destination", "dr-assets", NULL);
	assert_ok(aws_scene_plan(scene, "aws.replicate-existing", &again, &err), &err);
	cr_expect(again.count == 1 && strstr(again.changes[0].to, "followed to its end"), "%s", again.changes[0].to);
	assert_ok(aws_scene_apply(scene, "aws.replicate-existing", &again, &second, &err), &err);
	cr_expect(second.verified == VERIFIED_YES && !second.began && text_eq(first.value, second.value), "%s", second.evidence);
	cr_expect(rule && *rule);
}

Test(aws_replication, a_job_that_fails_is_told_and_may_be_begun_anew) {
	AUTO(AwsScene) *scene = two_buckets();
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	aws_scene_args(scene, "source", "assets", "destination", "dr-assets", NULL);
	AUTO_FREE char *rule = aws_scene_do(scene, "aws.replication");
	aws_scene_say(scene, "{\"broken\":true}");
	assert_ok(aws_scene_plan(scene, "aws.replicate-existing", &plan, &err), &err);
	assert_refused(aws_scene_apply(scene, "aws.replicate-existing", &plan, &result, &err), &err, ERROR_REMOTE, "the role may not read the source");
	cr_expect(result.began && rule);
}

/* ---- the probe ---- */

Test(aws_replication, the_newest_object_tells_how_far_the_copy_is) {
	static const struct { const char *name, *say; int64_t age_ms; ReadingState state; const char *says, *status; } CASES[] = {
		{"arrived", "{}", HOUR_MS, READING_OK, "has arrived in us-east-2", "COMPLETED"},
		{"on its way", "{\"stuck\":true}", 60000, READING_OK, "on its way", "PENDING"},
		{"late", "{\"stuck\":true}", HOUR_MS, READING_WARN, "is not there yet", "PENDING"},
		{"failed", "{\"broken\":true}", HOUR_MS, READING_FAIL, "could not be copied", "FAILED"},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO(AwsScene) *scene = two_buckets();
		AUTO_CLEAR(Reading) reading = {0};
		aws_scene_args(scene, "source", "assets", "destination", "dr-assets", NULL);
		AUTO_FREE char *rule = aws_scene_do(scene, "aws.replication");
		aws_scene_say(scene, CASES[i].say);
		aws_scene_put(scene, "assets", "backup/a b+c.dump", CASES[i].age_ms);
		aws_scene_read(scene, "aws.replicas", &reading);
		cr_expect_eq(reading.state, CASES[i].state, "%s: %s", CASES[i].name, reading.text);
		cr_expect(strstr(reading.text, CASES[i].says), "%s: %s", CASES[i].name, reading.text);
		assert_text(CASES[i].name, json_get_string(reading.facts, "status"), CASES[i].status);
		cr_expect(json_get_bool(reading.facts, "other_region", false) && rule);
	}
}

Test(aws_replication, what_no_rule_takes_and_what_is_in_one_region_is_told) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Reading) untaken = {0};
	AUTO_CLEAR(Reading) empty = {0};
	AUTO_CLEAR(Reading) near = {0};
	AUTO_CLEAR(Reading) promised = {0};
	aws_scene_bucket(scene, "assets", "us-east-1", NULL);
	aws_scene_bucket(scene, "beside", "us-east-1", NULL);
	aws_scene_args(scene, "source", "assets", "destination", "beside", NULL);
	aws_scene_read(scene, "aws.replicas", &empty);
	cr_expect_eq(empty.state, READING_FAIL, "%s", empty.text);
	aws_scene_put(scene, "assets", "a", HOUR_MS);
	aws_scene_read(scene, "aws.replicas", &untaken);
	cr_expect(untaken.state == READING_WARN && strstr(untaken.text, "is taken by no rule"), "%s", untaken.text);
	aws_scene_args(scene, "bucket", "assets", "public", "open", "replicates-to", "beside", NULL);
	aws_scene_read(scene, "aws.policy", &promised);
	cr_expect(promised.state == READING_WARN && strstr(promised.text, "replication is not there, not an enabled rule to beside"), "%s", promised.text);
	aws_scene_args(scene, "source", "assets", "destination", "beside", NULL);
	AUTO_FREE char *rule = aws_scene_do(scene, "aws.replication");
	aws_scene_put(scene, "assets", "b", 1000);
	aws_scene_read(scene, "aws.replicas", &near);
	cr_expect(near.state == READING_WARN && strstr(near.text, "both are in us-east-1") && rule, "%s", near.text);
}
