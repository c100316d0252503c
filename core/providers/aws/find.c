/* find.c: whether there is a bucket of a name, whose it is, and where. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/aws/aws.h"

#define BUCKET_MIN 3
#define BUCKET_MAX 63

/* Amazon's rules for new buckets; what follows them needs no encoding anywhere. */
bool aws_is_bucket_name(const char *name, Error *err) {
	size_t len = strlen(name);
	bool ok = len >= BUCKET_MIN && len <= BUCKET_MAX;
	for (size_t i = 0; ok && i < len; i++) {
		char c = name[i];
		bool inside = i > 0 && i + 1 < len;
		ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (inside && (c == '-' || (c == '.' && name[i - 1] != '.')));
	}
	if (ok)
		return true;
	error_set(err, ERROR_INVALID, "%.80s cannot be the name of a bucket", name);
	return error_hint(err, "3 to 63 small letters, digits, dashes and dots, with a letter or digit at both ends");
}

/* A success names the region in a document (the oldest one by no name), an answer from another region in x-amz-bucket-region. Only a store says
 * that there is no such bucket; any server has a page for what it does not know. */
static bool judge(const AwsAsk *ask, const HttpResponse *response, BucketThere *ret_there, char **ret_region, bool *ret_known, Error *err) {
	Str region = http_header(response, "x-amz-bucket-region");
	AUTO_FREE char *named = NULL;
	const AwsField field = {"LocationConstraint", &named};
	*ret_known = true;
	if (response->status == 404 && aws_code_is(response, "NoSuchBucket")) {
		*ret_there = BUCKET_FREE;
	} else if (response->status == 403 && aws_code_is(response, "AccessDenied")) {
		*ret_there = BUCKET_FOREIGN;
	} else if ((response->status == 301 || response->status == 400) && region.len) {
		*ret_there = BUCKET_MINE;
		*ret_region = str_dup(region);
	} else if (response->status == 200) {
		if (!aws_read_xml(buf_str(&response->body), "LocationConstraint", &field, 1, NULL))
			return aws_strange(ask, err, "the answer does not name a region");
		*ret_there = BUCKET_MINE;
		*ret_region = bg_strdup(!named || !*named ? "us-east-1" : text_eq(named, "EU") ? "eu-west-1" : named);
	} else {
		*ret_known = false;
	}
	return true;
}

static bool ask_region(Aws *aws, const AwsAsk *ask, BucketThere *ret_there, char **ret_region, int *ret_status, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	bool known = false;
	if (!aws_send(aws, ask, &response, err) || !judge(ask, &response, ret_there, ret_region, &known, err))
		return false;
	*ret_status = response.status;
	return known || aws_refused(aws, ask, &response, err);
}

bool aws_find_bucket(Aws *aws, const char *bucket, BucketThere *ret_there, char **ret_region, Error *err) {
	AUTO_FREE char *what = bg_asprintf("bucket %s", bucket);
	AUTO_FREE char *region = NULL;
	int status = 0;
	AwsAsk ask = {.bucket = bucket, .query = "location=", .right = "s3:GetBucketLocation", .what = what};
	if (!aws_is_bucket_name(bucket, err) || !ask_region(aws, &ask, ret_there, &region, &status, err))
		return false;
	/* Only in its own region it is told whether it may be looked at. */
	if (*ret_there == BUCKET_MINE && status != 200) {
		AUTO_FREE char *there = TAKE(region);
		ask.region = there;
		if (!ask_region(aws, &ask, ret_there, &region, &status, err))
			return false;
		if (*ret_there == BUCKET_MINE && status != 200)
			return aws_strange(&ask, err, "each region says that it is in another one");
	}
	*ret_region = TAKE(region);
	return true;
}

bool aws_bucket_region(Aws *aws, const char *bucket, char **ret_region, Error *err) {
	BucketThere there;
	if (!aws_find_bucket(aws, bucket, &there, ret_region, err))
		return false;
	if (there == BUCKET_MINE)
		return true;
	AUTO_FREE char *place = aws_place(aws);
	if (there == BUCKET_FREE) {
		error_set(err, ERROR_MISSING, "there is no bucket %s", bucket);
		error_hint(err, "check its name, and whether these are the credentials of its account");
	} else {
		error_set(err, ERROR_DENIED, "these credentials may not look at bucket %s (status 403)", bucket);
		error_hint(err, "they need s3:GetBucketLocation; or it is a bucket of somebody else");
	}
	if (err)
		err->os_code = there == BUCKET_FREE ? 404 : 403;
	return error_where(err, "bucket %s at %s", bucket, place);
}
