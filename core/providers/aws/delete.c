/* delete.c: an empty bucket deleted again: the way back of one that was made. One that holds anything, be it an old version, is refused. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/aws/aws.h"

static bool is_empty(Aws *aws, const char *bucket, const char *region, bool *ret_empty, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_FREE char *what = bg_asprintf("what is in bucket %s", bucket);
	AUTO_FREE char *version = NULL, *marker = NULL, *name = NULL;
	const AwsField fields[] = {{"ListVersionsResult/Version/Key", &version}, {"ListVersionsResult/DeleteMarker/Key", &marker}, {"ListVersionsResult/Name", &name}};
	AwsAsk ask = {.bucket = bucket, .region = region, .query = "max-keys=1&versions=", .right = "s3:ListBucketVersions", .what = what};
	if (!aws_do(aws, &ask, &response, err))
		return false;
	if (!aws_read_xml(buf_str(&response.body), "ListVersionsResult", fields, BG_LENGTH(fields), err) || !text_eq(name, bucket))
		return aws_strange(&ask, err, "the answer is not a listing of it");
	*ret_empty = !version && !marker;
	return true;
}

static bool look(Aws *aws, const char *bucket, char **ret_region, Error *err) {
	BucketThere there;
	bool empty = false;
	if (!aws_find_bucket(aws, bucket, &there, ret_region, err))
		return false;
	if (there == BUCKET_FREE)
		return true;
	if (there == BUCKET_FOREIGN) {
		error_set(err, ERROR_DENIED, "these credentials may not look at bucket %s (status 403)", bucket);
		return error_hint(err, "they need s3:GetBucketLocation; or it is a bucket of somebody else");
	}
	if (!is_empty(aws, bucket, *ret_region, &empty, err))
		return false;
	if (empty)
		return true;
	error_set(err, ERROR_CONFLICT, "bucket %s is not empty", bucket);
	return error_hint(err, "what is in it, old versions too, is not deleted from here: look at it in the S3 console");
}

bool aws_plan_delete(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Aws) aws = {0};
	AUTO_FREE char *region = NULL;
	const char *bucket = call_arg(call, "bucket");
	if (!aws_open(call, &aws, err) || !look(&aws, bucket, &region, err))
		return error_what(err, "plan to delete bucket %s", bucket);
	AUTO_FREE char *what = bg_asprintf("bucket %s", bucket);
	plan_set(&ret_plan->action, "aws.delete-bucket");
	plan_set(&ret_plan->target, "bucket %s", bucket);
	plan_set(&ret_plan->confirm_name, "%s", bucket);
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	json_add_string(ret_plan->basis, "region", region);
	ret_plan->nothing_to_do = region == NULL;
	if (region) {
		AUTO_FREE char *where = bg_asprintf("empty, in %s", region);
		plan_add_change(ret_plan, what, where, NULL);
		strlist_add(&ret_plan->warnings, "the name is free then: anybody may take it");
		plan_set(&ret_plan->request, "DELETE s3://%s", bucket);
	}
	plan_set(&ret_plan->undo, "none: make it again with aws.bucket, while nobody has taken the name");
	plan_set(&ret_plan->manual, "aws s3api delete-bucket --bucket %s", bucket);
	return true;
}

bool aws_apply_delete(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Aws) aws = {0};
	const char *bucket = call_arg(call, "bucket"), *region = json_get_string(plan->basis, "region");
	AUTO_FREE char *what = bg_asprintf("bucket %s", bucket);
	AwsAsk ask = {.method = "DELETE", .bucket = bucket, .region = region, .right = "s3:DeleteBucket", .what = what};
	if (!region)
		return true;
	return (aws_open(call, &aws, err) && aws_change(&aws, &ask, result, err)) || error_what(err, "delete bucket %s", bucket);
}

bool aws_verify_delete(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Aws) aws = {0};
	AUTO_FREE char *region = NULL;
	BucketThere there;
	(void) plan;
	const char *bucket = call_arg(call, "bucket");
	if (!aws_open(call, &aws, err) || !aws_find_bucket(&aws, bucket, &there, &region, err))
		return error_what(err, "look for bucket %s", bucket);
	result->verified = there == BUCKET_FREE ? VERIFIED_YES : VERIFIED_NO;
	plan_set(&result->evidence, there == BUCKET_FREE ? "there is no bucket %s" : "there is a bucket %s", bucket);
	return true;
}
