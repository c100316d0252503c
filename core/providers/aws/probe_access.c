/* probe_access.c: whether who may write to a bucket is as promised: a user with its one policy and a key, or a role whose policy allows the bucket.
 * What is promised is what aws.user and aws.role-policy would make: the same code tells both. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/aws/aws.h"

static bool look(const Call *call, AwsDrifts *drifts, Error *err) {
	if (call_arg(call, "user") && call_arg(call, "role")) {
		error_set(err, ERROR_INVALID, "user and role are both given");
		return error_hint(err, "write one of them into the environment file");
	}
	return call_arg(call, "user") ? aws_user_drifts(call, drifts, err) : aws_role_drifts(call, drifts, err);
}

void aws_probe_access(const Call *call, Reading *ret) {
	AUTO_CLEAR(Aws) aws = {0};
	AwsDrifts drifts = {0};
	Error err = {0};
	const char *user = call_arg(call, "user"), *bucket = call_arg(call, "bucket");
	bool ok = aws_open(call, &aws, &err) && look(call, &drifts, &err);
	AUTO_FREE char *at = aws_place(aws.call ? &aws : &(Aws){.call = call});
	AUTO_FREE char *place = bg_asprintf("access to bucket %s at %s", bucket, at);
	AUTO_FREE char *told = strlist_join(&drifts.list, "; ");
	ret->by_name = aws.by_name;
	if (!ok) {
		reading_set_error(ret, &err);
		/* Amazon itself said that there is none: that is seen. */
		if (err.kind == ERROR_MISSING && err.os_code == 404)
			ret->state = READING_FAIL;
	} else if (drifts.list.count) {
		reading_set(ret, READING_WARN, "not as promised: %s", told);
		reading_because(ret, "set it by %s, or in the IAM console", user ? "aws.user" : "aws.role-policy");
	} else {
		reading_set(ret, READING_OK, "as promised: %s", user ? "may list and write, and nothing else" : "may list it, and do everything with what is in it");
	}
	if (ok) {
		reading_fact_int(ret, "drifts", (int64_t) drifts.list.count);
		reading_fact_string(ret, "bucket", bucket);
	}
	reading_at_place(ret, NULL, place);
	reading_note_clocks(ret, drifts.clock_difference_ms, place);
	strlist_clear(&drifts.list);
}
