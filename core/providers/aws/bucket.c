/* bucket.c: a bucket made as promised, or one that is ours brought to it. What it shall be stands in the plan's basis. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/aws/aws.h"

#define FIRST_REGION "us-east-1"      /* the one that is not named when a bucket is made */

/* As the seed's private bucket. */
static const char *const DEFAULTS[SHAPE_PARTS] = {
	[SHAPE_OWNERSHIP] = "BucketOwnerEnforced", [SHAPE_PUBLIC] = "blocked", [SHAPE_VERSIONING] = "Enabled", [SHAPE_ENCRYPTION] = "AES256",
};

/* What is looked at, and what it shall be. */
typedef struct Scene {
	Aws aws;
	const char *bucket, *region;      /* wanted */
	BucketThere there;
	char *actual_region;
	AwsShape actual, wanted;
} Scene;

static void scene_clear(Scene *scene) {
	aws_clear(&scene->aws);
	free(scene->actual_region);
	aws_shape_clear(&scene->actual);
	aws_shape_clear(&scene->wanted);
}
BG_DEFINE_CLEARP(Scene, scene_clear)

/* ---- what it shall be ---- */

static bool far_enough(Scene *scene, const char *from, char **ret_region, Error *err) {
	if (!aws_bucket_region(&scene->aws, from, ret_region, err))
		return false;
	if (!text_eq(*ret_region, scene->region))
		return true;
	error_set(err, ERROR_INVALID, "bucket %s is in %s, too: what happens to one happens to the other", from, scene->region);
	return error_hint(err, "choose another region=");
}

/* A key of the source's region cannot be used in another one. */
static void use_own_key(AwsShape *wanted, Plan *plan) {
	char *encryption = wanted->parts[SHAPE_ENCRYPTION];
	if (!str_starts(str_from(encryption), "aws:kms:"))
		return;
	strlist_add_take(&plan->warnings, bg_asprintf("the source is encrypted with a key of its own region (%s): the new bucket uses its region's aws/s3", encryption));
	free(encryption);
	wanted->parts[SHAPE_ENCRYPTION] = bg_strdup("aws:kms");
}

static bool find_wanted(Scene *scene, Plan *plan, Error *err) {
	const char *like = call_arg(scene->aws.call, "like"), *apart = call_arg(scene->aws.call, "apart-from");
	AUTO_FREE char *source_region = NULL;
	AUTO_FREE char *apart_region = NULL;
	AUTO_CLEAR(AwsShape) source = {0};
	if (apart && !far_enough(scene, apart, &apart_region, err))
		return false;
	if (like && (!far_enough(scene, like, &source_region, err) || !aws_read_shape(&scene->aws, like, source_region, &source, err)))
		return false;
	for (size_t i = 0; i < SHAPE_PARTS; i++) {
		scene->wanted.parts[i] = aws_wanted_part(scene->aws.call, (ShapePart) i);
		if (!scene->wanted.parts[i])
			scene->wanted.parts[i] = bg_strdup(like ? source.parts[i] : DEFAULTS[i]);
	}
	if (text_eq(scene->wanted.parts[SHAPE_ENCRYPTION], "none")) {
		free(scene->wanted.parts[SHAPE_ENCRYPTION]);
		scene->wanted.parts[SHAPE_ENCRYPTION] = bg_strdup(DEFAULTS[SHAPE_ENCRYPTION]);
	}
	if (like)
		use_own_key(&scene->wanted, plan);
	return true;
}

/* ---- what is there ---- */

static bool foreign(const char *bucket, Error *err) {
	error_set(err, ERROR_CONFLICT, "there is a bucket %s already, and these credentials may not look at it (status 403)", bucket);
	return error_hint(err, "it is somebody else's, whose names are one with ours: choose another name; if it is yours, they need s3:GetBucketLocation");
}

/* Versions that were kept once cannot be unkept. */
static bool can_become(const Scene *scene, Error *err) {
	if (!text_eq(scene->actual_region, scene->region)) {
		error_set(err, ERROR_CONFLICT, "bucket %s is there already, in %s: a bucket does not move", scene->bucket, scene->actual_region);
		return error_hint(err, "choose another name, or region=%s", scene->actual_region);
	}
	if (!text_eq(scene->wanted.parts[SHAPE_VERSIONING], "off") || text_eq(scene->actual.parts[SHAPE_VERSIONING], "off"))
		return true;
	error_set(err, ERROR_CONFLICT, "versioning of bucket %s is %s: it can be suspended, but not taken away", scene->bucket, scene->actual.parts[SHAPE_VERSIONING]);
	return error_hint(err, "say versioning=suspended or versioning=on");
}

static bool look(const Call *call, Scene *scene, Plan *plan, Error *err) {
	scene->bucket = call_arg(call, "bucket");
	scene->region = call_arg(call, "region");
	if (!aws_is_bucket_name(scene->bucket, err) || !aws_open(call, &scene->aws, err) || !find_wanted(scene, plan, err)
		|| !aws_find_bucket(&scene->aws, scene->bucket, &scene->there, &scene->actual_region, err))
		return false;
	if (scene->there == BUCKET_FOREIGN)
		return foreign(scene->bucket, err);
	return scene->there == BUCKET_FREE
		|| (aws_read_shape(&scene->aws, scene->bucket, scene->actual_region, &scene->actual, err) && can_become(scene, err));
}

/* ---- plan ---- */

static char *creation_body(const char *region) {
	Buf body = {0};
	buf_puts(&body, "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
	aws_put_element(&body, "LocationConstraint", region);
	buf_puts(&body, "</CreateBucketConfiguration>");
	return buf_take(&body);
}

static void describe_creation(const Scene *scene, Plan *plan, StrList *requests) {
	AUTO_FREE char *what = bg_asprintf("bucket %s", scene->bucket);
	AUTO_FREE char *where = bg_asprintf("in %s", scene->region);
	plan_add_change(plan, what, NULL, where);
	strlist_add_take(requests, bg_asprintf("PUT s3://%s x-amz-object-ownership: %s; in %s", scene->bucket, scene->wanted.parts[SHAPE_OWNERSHIP], scene->region));
}

/* Of a new bucket everything is set, but for what it has from its making and what cannot be written ("off"). */
static bool is_set(const Scene *scene, ShapePart part) {
	const char *wanted = scene->wanted.parts[part];
	if (scene->there == BUCKET_FREE)
		return part != SHAPE_OWNERSHIP && !text_eq(wanted, "off");
	return !text_eq(wanted, scene->actual.parts[part]);
}

static void describe(const Scene *scene, Plan *plan) {
	AUTO_CLEAR(StrList) requests = {0};
	Json *set = json_new_object(), *wanted = json_new_object();
	bool made = scene->there == BUCKET_FREE;
	if (made)
		describe_creation(scene, plan, &requests);
	for (size_t i = 0; i < SHAPE_PARTS; i++) {
		const char *value = scene->wanted.parts[i];
		json_add_string(wanted, SHAPE_NAMES[i], value);
		if (made ? !text_eq(value, "off") : is_set(scene, (ShapePart) i)) {
			AUTO_FREE char *what = bg_asprintf("%s of bucket %s", SHAPE_NAMES[i], scene->bucket);
			plan_add_change(plan, what, scene->actual.parts[i], value);
		}
		if (!is_set(scene, (ShapePart) i))
			continue;
		json_add_string(set, SHAPE_NAMES[i], value);
		strlist_add_take(&requests, aws_part_request(scene->bucket, (ShapePart) i, value));
	}
	plan->nothing_to_do = !made && !json_count(set);
	plan->basis = json_new_object();
	json_add_bool(plan->basis, "made", made);
	json_add_string(plan->basis, "region", scene->region);
	json_add(plan->basis, "set", set);
	json_add(plan->basis, "wanted", wanted);
	AUTO_FREE char *request = strlist_join(&requests, "\n");
	plan_set(&plan->request, "%s", request);
}

bool aws_plan_bucket(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Scene) scene = {0};
	if (!look(call, &scene, ret_plan, err))
		return error_what(err, "plan bucket %s", call_arg(call, "bucket"));
	plan_set(&ret_plan->action, "aws.bucket");
	plan_set(&ret_plan->target, "bucket %s in %s", scene.bucket, scene.region);
	plan_set(&ret_plan->confirm_name, "%s", scene.bucket);
	ret_plan->args = json_copy(call->args);
	describe(&scene, ret_plan);
	if (!text_eq(scene.wanted.parts[SHAPE_PUBLIC], "blocked"))
		strlist_add_take(&ret_plan->warnings, bg_asprintf("the public is not kept out of it altogether: %s", scene.wanted.parts[SHAPE_PUBLIC]));
	plan_set(&ret_plan->undo, "%s", scene.there == BUCKET_FREE ? "delete it, while it is empty: aws.delete-bucket" : "none: set by hand what stands under \"from\"");
	plan_set(&ret_plan->manual, "S3 console > Create bucket: name %s, region %s, and what stands above", scene.bucket, scene.region);
	return true;
}

/* ---- apply and after ---- */

static bool create(Aws *aws, const char *bucket, const Plan *plan, ActionResult *result, Error *err) {
	const char *region = json_get_string_or(plan->basis, "region", "");
	AUTO_FREE char *body = creation_body(region);
	AUTO_FREE char *what = bg_asprintf("bucket %s", bucket);
	AwsAsk ask = {.method = "PUT", .bucket = bucket, .region = region, .right = "s3:CreateBucket", .what = what,
		.ownership = json_get_string(json_get(plan->basis, "wanted"), "ownership")};
	if (!text_eq(region, FIRST_REGION))
		ask.body = str_from(body);
	return aws_change(aws, &ask, result, err);
}

bool aws_apply_bucket(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Aws) aws = {0};
	const char *bucket = call_arg(call, "bucket"), *region = json_get_string_or(plan->basis, "region", "");
	const Json *set = json_get(plan->basis, "set");
	if (!aws_open(call, &aws, err))
		return false;
	if (json_get_bool(plan->basis, "made", false) && !create(&aws, bucket, plan, result, err))
		return error_what(err, "make bucket %s", bucket);
	for (size_t i = 0; i < SHAPE_PARTS; i++) {
		const char *value = json_get_string(set, SHAPE_NAMES[i]);
		call_progress(call, (int64_t) i, SHAPE_PARTS, "setting %s", SHAPE_NAMES[i]);
		if (value && !aws_write_part(&aws, bucket, region, (ShapePart) i, value, result, err))
			return error_what(err, "set %s of bucket %s", SHAPE_NAMES[i], bucket);
	}
	result->value = bg_strdup(bucket);
	return true;
}

bool aws_verify_bucket(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Aws) aws = {0};
	AUTO_CLEAR(AwsShape) actual = {0};
	AUTO_CLEAR(Buf) seen = {0};
	AUTO_FREE char *region = NULL;
	BucketThere there;
	const char *bucket = call_arg(call, "bucket");
	const Json *wanted = json_get(plan->basis, "wanted");
	if (!aws_open(call, &aws, err) || !aws_find_bucket(&aws, bucket, &there, &region, err)
		|| (there == BUCKET_MINE && !aws_read_shape(&aws, bucket, region, &actual, err)))
		return error_what(err, "look at bucket %s", bucket);
	bool right = there == BUCKET_MINE && text_eq(region, json_get_string(plan->basis, "region"));
	if (there == BUCKET_MINE)
		buf_printf(&seen, "bucket %s is in %s", bucket, region);
	else
		buf_printf(&seen, there == BUCKET_FREE ? "there is no bucket %s" : "bucket %s may not be looked at", bucket);
	for (size_t i = 0; there == BUCKET_MINE && i < SHAPE_PARTS; i++) {
		right = right && text_eq(actual.parts[i], json_get_string(wanted, SHAPE_NAMES[i]));
		buf_printf(&seen, ", %s %s", SHAPE_NAMES[i], actual.parts[i]);
	}
	result->verified = right ? VERIFIED_YES : VERIFIED_NO;
	free(result->evidence);
	result->evidence = buf_take(&seen);
	return true;
}

bool aws_undo_bucket(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args) {
	(void) values;
	if (!json_get_bool(plan->basis, "made", false))
		return false;
	*ret_verb = bg_strdup("aws.delete-bucket");
	*ret_args = json_new_object();
	json_add_string(*ret_args, "bucket", json_get_string(plan->args, "bucket"));
	json_add_string(*ret_args, "system", json_get_string(plan->args, "system"));
	return true;
}
