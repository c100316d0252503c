/* probe_policy.c: whether a bucket is as promised: each part that is not is told with what it is and what it should be. What could not be looked at for
 * want of a permission is told with the permission's name, and is not taken for right. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/aws/aws.h"

typedef struct Look {
	Aws aws;
	const char *bucket;
	char *region, *like_region;
	AwsShape actual, promised;
	Replication replication;
	Buf drifts;               /* in words, "; " between */
	int64_t drift_count;
	Error unseen;             /* the first that could not be looked at */
} Look;

static void look_clear(Look *look) {
	aws_clear(&look->aws);
	free(look->region);
	free(look->like_region);
	aws_shape_clear(&look->actual);
	aws_shape_clear(&look->promised);
	replication_clear(&look->replication);
	buf_clear(&look->drifts);
}
BG_DEFINE_CLEARP(Look, look_clear)

static void drift(Look *look, const char *what, const char *is, const char *should) {
	buf_printf(&look->drifts, "%s%s is %s, not %s", look->drift_count ? "; " : "", what, is, should);
	look->drift_count++;
}

/* Of several that cannot be seen the first is told. */
static void cannot_see(Look *look, const Error *err) {
	if (!error_is_set(&look->unseen))
		look->unseen = *err;
}

/* A missing right is one part's; anything else is the whole look's. */
static bool tolerable(const Error *err) { return err->kind == ERROR_DENIED && err->os_code == 403; }

static bool read_parts(Look *look, const char *bucket, const char *region, AwsShape *ret, Error *err) {
	for (size_t i = 0; i < SHAPE_PARTS; i++) {
		Error local = {0};
		if (aws_read_part(&look->aws, bucket, region, (ShapePart) i, &ret->parts[i], &local))
			continue;
		cannot_see(look, &local);
		if (!tolerable(&local)) {
			*err = local;
			return false;
		}
	}
	return true;
}

/* ---- what is promised ---- */

static bool find_promise(Look *look, Error *err) {
	const char *like = call_arg(look->aws.call, "like");
	if (like && (!aws_bucket_region(&look->aws, like, &look->like_region, err) || !read_parts(look, like, look->like_region, &look->promised, err)))
		return false;
	for (size_t i = 0; i < SHAPE_PARTS; i++) {
		char *said = aws_wanted_part(look->aws.call, (ShapePart) i);
		if (!said)
			continue;
		free(look->promised.parts[i]);
		look->promised.parts[i] = said;
	}
	return true;
}

/* The key of another region cannot be the same; the way of encryption can. */
static bool same_encryption(const char *is, const char *should) {
	return text_eq(is, should) || (str_starts(str_from(is), "aws:kms") && str_starts(str_from(should), "aws:kms"));
}

static void compare_parts(Look *look) {
	for (size_t i = 0; i < SHAPE_PARTS; i++) {
		const char *is = look->actual.parts[i], *should = look->promised.parts[i];
		if (is && should && !(i == SHAPE_ENCRYPTION ? same_encryption(is, should) : text_eq(is, should)))
			drift(look, SHAPE_NAMES[i], is, should);
	}
}

/* Of a bucket of which nothing is said at all: what every backup needs. */
static void compare_usual(Look *look) {
	static const char *const SAID[] = {"like", "region", "apart-from", "replicates-to", "rule", "ownership", "public", "versioning", "encryption"};
	const char *const *is = (const char *const *) look->actual.parts;
	for (size_t i = 0; i < BG_LENGTH(SAID); i++)
		if (call_arg(look->aws.call, SAID[i]))
			return;
	if (is[SHAPE_VERSIONING] && !text_eq(is[SHAPE_VERSIONING], "Enabled"))
		drift(look, "versioning", is[SHAPE_VERSIONING], "Enabled");
	if (text_eq(is[SHAPE_ENCRYPTION], "none"))
		drift(look, "encryption", "none", "on");
	if (is[SHAPE_PUBLIC] && !text_eq(is[SHAPE_PUBLIC], "blocked"))
		drift(look, "public", is[SHAPE_PUBLIC], "blocked");
}

static bool compare_regions(Look *look, Error *err) {
	const char *wanted = call_arg(look->aws.call, "region"), *apart = call_arg(look->aws.call, "apart-from");
	AUTO_FREE char *other = NULL;
	if (apart && !aws_bucket_region(&look->aws, apart, &other, err))
		return false;
	const char *same = other ? other : look->like_region;
	if (wanted && !text_eq(wanted, look->region))
		drift(look, "region", look->region, wanted);
	if (same && text_eq(same, look->region)) {
		AUTO_FREE char *should = bg_asprintf("another one than that of %s", apart ? apart : call_arg(look->aws.call, "like"));
		drift(look, "region", look->region, should);
	}
	return true;
}

static bool compare_replication(Look *look, Reading *ret, Error *err) {
	const char *destination = call_arg(look->aws.call, "replicates-to"), *name = call_arg(look->aws.call, "rule");
	Error local = {0};
	if (!destination && !name)
		return true;
	if (!replication_read(&look->aws, look->bucket, look->region, &look->replication, &local)) {
		cannot_see(look, &local);
		*err = local;
		return tolerable(&local);
	}
	const ReplicationRule *rule = name ? replication_find(&look->replication, name) : replication_to(&look->replication, destination);
	bool right = rule && text_eq(rule->status, "Enabled") && (!destination || text_eq(rule->bucket, destination));
	reading_fact_bool(ret, "replicates", right);
	if (rule)
		reading_fact_string(ret, "replicates_to", rule->bucket);
	AUTO_FREE char *is = rule ? bg_asprintf("%s, to %s", rule->status, rule->bucket) : bg_strdup("not there");
	AUTO_FREE char *should = bg_asprintf("an enabled rule%s%s%s%s", name ? " " : "", name ? name : "", destination ? " to " : "", destination ? destination : "");
	if (!right)
		drift(look, "replication", is, should);
	return true;
}

/* ---- words ---- */

static void facts(const Look *look, Reading *ret) {
	reading_fact_string(ret, "bucket", look->bucket);
	reading_fact_string(ret, "region", look->region);
	for (size_t i = 0; i < SHAPE_PARTS; i++)
		reading_fact_string(ret, SHAPE_NAMES[i], look->actual.parts[i]);
	reading_fact_int(ret, "drifts", look->drift_count);
}

static void tell(const Look *look, Reading *ret) {
	const Error *unseen = &look->unseen;
	if (look->drift_count) {
		reading_set(ret, READING_WARN, "not as promised: %s", buf_text(&look->drifts));
		reading_because(ret, "%s%s", "set it by aws.bucket or aws.replication, or by hand", error_is_set(unseen) ? "; not all of it could be looked at" : "");
	} else if (error_is_set(unseen)) {
		reading_set_error(ret, unseen);
	} else {
		AUTO_CLEAR(Buf) parts = {0};
		for (size_t i = 0; i < SHAPE_PARTS; i++)
			buf_printf(&parts, ", %s %s", SHAPE_NAMES[i], look->actual.parts[i]);
		reading_set(ret, READING_OK, "as promised: in %s%s", look->region, buf_text(&parts));
	}
}

static bool look_at(Look *look, Reading *ret, Error *err) {
	if (!aws_bucket_region(&look->aws, look->bucket, &look->region, err) || !read_parts(look, look->bucket, look->region, &look->actual, err)
		|| !find_promise(look, err) || !compare_regions(look, err))
		return false;
	compare_parts(look);
	compare_usual(look);
	return compare_replication(look, ret, err);
}

void aws_probe_policy(const Call *call, Reading *ret) {
	AUTO_CLEAR(Look) look = {.bucket = call_arg(call, "bucket")};
	Error err = {0};
	bool ok = aws_open(call, &look.aws, &err) && look_at(&look, ret, &err);
	AUTO_FREE char *at = aws_place(look.aws.call ? &look.aws : &(Aws){.call = call});
	AUTO_FREE char *place = bg_asprintf("bucket %s at %s", look.bucket, at);
	ret->by_name = look.aws.by_name;
	if (ok) {
		facts(&look, ret);
		tell(&look, ret);
	} else {
		reading_set_error(ret, &err);
		/* Amazon itself said that there is none: that is seen. */
		if (err.kind == ERROR_MISSING && err.os_code == 404)
			ret->state = READING_FAIL;
	}
	reading_at_place(ret, at, place);
	reading_note_clocks(ret, look.aws.clock_difference_ms, place);
}
