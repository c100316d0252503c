/* bucket.c: objects of a bucket. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/checkpoint/checkpoint.h"
#include "core/providers/s3/s3.h"

static char *key_of(const Call *call, const char *name) {
	const char *prefix = call_arg(call, "prefix");
	return bg_asprintf("%s%s", prefix ? prefix : "", name);
}

/* A playbook can ask a place by its verb, too, and then nobody has looked whether there is a store behind it. */
static bool open_store(const Call *call, S3 *ret, Error *err) {
	if (call->system && text_eq(call->system->provider, "s3"))
		return s3_open(call, ret, err);
	error_set(err, ERROR_MISSING, "no s3 system is named that the bucket is in");
	return error_hint(err, "keep checkpoints there with checkpoints: in the environment file, and its system:");
}

static bool bucket_get(const Call *call, const char *name, Buf *out, bool *ret_there, PlaceSeen *seen, Error *err) {
	AUTO_CLEAR(S3) s3 = {0};
	AUTO_FREE char *key = key_of(call, name);
	bool ok = open_store(call, &s3, err) && s3_get(&s3, call_arg(call, "bucket"), key, out, ret_there, err);
	*seen = (PlaceSeen){s3.clock_difference_ms, s3.by_name};
	return ok;
}

static bool bucket_put(const Call *call, const char *name, Str bytes, PlaceSeen *seen, Error *err) {
	AUTO_CLEAR(S3) s3 = {0};
	AUTO_FREE char *key = key_of(call, name);
	bool ok = open_store(call, &s3, err) && s3_put(&s3, call_arg(call, "bucket"), key, bytes, err);
	*seen = (PlaceSeen){s3.clock_difference_ms, s3.by_name};
	return ok;
}

/* It can be asked; whether it takes a note is only known when it is given one. */
static bool bucket_ready(const Call *call, PlaceSeen *seen, Error *err) {
	AUTO_CLEAR(Buf) kept = {0};
	bool there;
	return bucket_get(call, "none/latest.txt", &kept, &there, seen, err);
}

static char *describe(const Call *call) { return bg_asprintf("bucket %s", call_arg(call, "bucket")); }

/* os_code is then the status of the answer; what has no answer has an error number, or libcurl's, which are all smaller. */
static bool has_answered(const Error *err) { return err->os_code >= 200; }

const PlaceKind PLACE_BUCKET = {"checkpoint.bucket", bucket_get, bucket_put, bucket_ready, describe, has_answered};
