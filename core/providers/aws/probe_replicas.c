/* probe_replicas.c: whether what was written last has arrived on the other side. A source's object says PENDING, COMPLETED or FAILED, and nothing at all
 * when no rule takes it; its copy says REPLICA. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/aws/aws.h"
#include "core/providers/s3/s3.h"

#define AHEAD_MS 5000
#define DEFAULT_LAG_MS (15 * 60 * 1000)    /* what Amazon promises where replication has a promise */

typedef struct Look {
	Aws aws;
	const char *source, *destination;
	char *source_region, *destination_region;
	BucketSum from, to;
	char *status, *copy;     /* of the newest object, and of its copy; "" = not said; copy NULL: it is not there */
} Look;

static void look_clear(Look *look) {
	aws_clear(&look->aws);
	free(look->source_region);
	free(look->destination_region);
	free(look->status);
	free(look->copy);
}
BG_DEFINE_CLEARP(Look, look_clear)

/* The listing of the S3 provider, in the bucket's own region. Everything but its base is lent. */
static bool sum_up(Look *look, const char *bucket, const char *region, BucketSum *ret, Error *err) {
	const char *url = system_setting(look->aws.call->system, "s3-url"), *prefix = call_arg(look->aws.call, "prefix");
	AUTO_FREE char *base = url ? bg_strdup(url) : bg_asprintf("https://s3.%s.amazonaws.com", region);
	AUTO_FREE char *lent = bg_strdup(region);
	for (size_t len = strlen(base); len && base[len - 1] == '/'; len--)
		base[len - 1] = '\0';
	S3 s3 = {.call = look->aws.call, .credentials = look->aws.credentials, .region = lent, .base = base, .path_style = url != NULL,
		.client = look->aws.client, .now = look->aws.now};
	bool ok = s3_sum(&s3, bucket, prefix ? prefix : "", ret, err);
	look->aws.now = s3.now;
	look->aws.clock_difference_ms = s3.clock_difference_ms;
	return ok;
}

/* As much as its Content-Range says. A store that knows no ranges gives the whole object, and says which. */
static bool is_whole_part(const HttpResponse *response) {
	Str range = http_header(response, "Content-Range"), start = STR("bytes 0-"), last = {0};
	int64_t end = -1;
	if (response->status != 206)
		return http_header(response, "ETag").len > 0;
	Str rest = str_starts(range, "bytes 0-") ? str_slice(range, start.len, range.len) : STR("");
	return str_split(&rest, '/', &last) && str_parse_int(last, &end) && end >= 0 && response->body.len == (size_t) end + 1;
}

/* The header of an object, with its first bytes: an answer to HEAD could be cut or spoiled and nobody would see it. *ret stays NULL when there is no
 * such object. An empty one has no first bytes (416). */
static bool read_status(Look *look, const char *bucket, const char *region, const char *key, char **ret, Error *err) {
	AUTO_CLEAR(HttpResponse) first = {0};
	AUTO_CLEAR(HttpResponse) whole = {0};
	AUTO_FREE char *what = bg_asprintf("object %s of bucket %s", key, bucket);
	AwsAsk ask = {.bucket = bucket, .region = region, .key = key, .first_bytes = true, .right = "s3:GetObject", .what = what};
	HttpResponse *response = &first;
	if (!aws_send(&look->aws, &ask, &first, err))
		return false;
	if (first.status == 416) {
		ask.first_bytes = false;
		response = &whole;
		if (!aws_send(&look->aws, &ask, &whole, err))
			return false;
	}
	if (response->status == 404 && aws_code_is(response, "NoSuchKey"))
		return true;
	if (response->status != 200 && response->status != 206)
		return aws_refused(&look->aws, &ask, response, err);
	if (!is_whole_part(response))
		return aws_strange(&ask, err, "the answer is not the beginning of an object");
	*ret = str_dup(http_header(response, "x-amz-replication-status"));
	if (!*ret)
		*ret = bg_strdup("");
	return true;
}

static bool look_at(Look *look, Error *err) {
	if (!aws_bucket_region(&look->aws, look->source, &look->source_region, err)
		|| !aws_bucket_region(&look->aws, look->destination, &look->destination_region, err)
		|| !sum_up(look, look->source, look->source_region, &look->from, err)
		|| !sum_up(look, look->destination, look->destination_region, &look->to, err))
		return false;
	const char *key = look->from.newest_key;
	return !look->from.count || (read_status(look, look->source, look->source_region, key, &look->status, err)
		&& read_status(look, look->destination, look->destination_region, key, &look->copy, err));
}

/* How far the other side is behind: nothing while the newest has arrived. */
static int64_t lag_of(const Look *look) {
	int64_t age = look->aws.now.ms - look->from.newest.ms;
	return look->copy || !look->from.count ? 0 : age > 0 ? age : 0;
}

static void facts(const Look *look, Reading *ret) {
	reading_fact_string(ret, "source", look->source);
	reading_fact_string(ret, "destination", look->destination);
	reading_fact_string(ret, "source_region", look->source_region);
	reading_fact_string(ret, "destination_region", look->destination_region);
	reading_fact_bool(ret, "other_region", !text_eq(look->source_region, look->destination_region));
	reading_fact_int(ret, "count", look->from.count);
	reading_fact_int(ret, "copies", look->to.count);
	if (!look->from.count)
		return;
	reading_fact_string(ret, "newest_key", look->from.newest_key);
	reading_fact_int(ret, "newest", look->from.newest.ms);
	reading_fact_string(ret, "status", look->status && *look->status ? look->status : "none");
	reading_fact_bool(ret, "arrived", look->copy != NULL);
	reading_fact_int(ret, "lag", lag_of(look));
}

static void judge(const Call *call, const Look *look, Reading *ret) {
	char age[SPAN_TEXT_SIZE];
	int64_t allowed = DEFAULT_LAG_MS, lag = lag_of(look), old = look->aws.now.ms - look->from.newest.ms;
	const char *limit = call_arg(call, "max-lag"), *key = look->from.newest_key;
	if (limit && !span_parse(str_from(limit), &allowed))
		allowed = DEFAULT_LAG_MS;
	span_format_short(old > 0 ? old : 0, age);
	if (!look->from.count) {
		reading_set(ret, READING_FAIL, "empty");
		reading_because(ret, "there is no object in %s: look whether it is the right bucket, and what fills it", look->source);
	} else if (old < -AHEAD_MS) {
		reading_set(ret, READING_WARN, "the newest is from the future");
		reading_because(ret, "%s: a clock is wrong somewhere, check the writer's", key);
	} else if (text_eq(look->status, "FAILED")) {
		reading_set(ret, READING_FAIL, "the newest, %s old, could not be copied", age);
		reading_because(ret, "%s: look at the role of the rule, and at the policy of %s", key, look->destination);
	} else if (!look->copy && (!look->status || !*look->status)) {
		reading_set(ret, READING_WARN, "the newest, %s old, is taken by no rule", age);
		reading_because(ret, "%s: look at the replication rules of %s", key, look->source);
	} else if (lag > allowed) {
		reading_set(ret, READING_WARN, "the newest, %s old, is not there yet", age);
		reading_because(ret, "%s is %s: look at the role of the rule, and at Amazon's status page", key, look->status);
	} else if (text_eq(look->source_region, look->destination_region)) {
		reading_set(ret, READING_WARN, "both are in %s", look->source_region);
		reading_because(ret, "what happens to one happens to the other: replicate into another region");
	} else {
		reading_set(ret, READING_OK, look->copy ? "the newest, %s old, has arrived in %s" : "the newest, %s old, is on its way to %s", age, look->destination_region);
	}
}

void aws_probe_replicas(const Call *call, Reading *ret) {
	AUTO_CLEAR(Look) look = {.source = call_arg(call, "source"), .destination = call_arg(call, "destination")};
	Error err = {0};
	bool ok = aws_open(call, &look.aws, &err) && look_at(&look, &err);
	AUTO_FREE char *at = aws_place(look.aws.call ? &look.aws : &(Aws){.call = call});
	AUTO_FREE char *place = bg_asprintf("bucket %s at %s", look.source, at);
	ret->by_name = look.aws.by_name;
	if (ok) {
		facts(&look, ret);
		judge(call, &look, ret);
	} else {
		reading_set_error(ret, &err);
		if (err.kind == ERROR_MISSING && err.os_code == 404)
			ret->state = READING_FAIL;
	}
	reading_at_place(ret, at, place);
	reading_note_clocks(ret, look.aws.clock_difference_ms, place);
}
