/* provider.c: s3.bucket: how new, how many, how large, and what changed since it was last looked at. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/providers/s3/s3.h"
#include "core/providers/settings.h"
#include "core/providers/words.h"

#define AHEAD_MS 5000

static const SettingSpec SETTINGS[] = {
	{"region", PARAM_TEXT, false, false, "AWS region; else the profile's, else us-east-1"},
	{"endpoint", PARAM_URL, false, false, "address of a server that is not Amazon's"},
	{"path-style", PARAM_BOOL, false, false, "the bucket stands in the path; yes if there is an endpoint"},
	{"insecure", PARAM_BOOL, false, false, "true: its certificate is not checked"},
	{"ca-cert", PARAM_TEXT, false, false, "path of a PEM file with the authority of its certificate"},
	{"credentials", PARAM_TEXT, false, true, "{ profile: NAME }; else the variables and profile that the aws program would take"},
	{"access-key-id", PARAM_TEXT, false, true, "instead of credentials: where the access key comes from"},
	{"secret-access-key", PARAM_TEXT, false, true, "and its secret"},
	{"session-token", PARAM_TEXT, false, true, "and its session token, if it has one"},
};

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	if (!settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err))
		return false;
	bool id = system_find_secret(system, "access-key-id"), secret = system_find_secret(system, "secret-access-key");
	if (id == secret)
		return true;
	error_set(err, ERROR_MISSING, "access-key-id and secret-access-key go together");
	return environment_error_at(environment, system->place, err);
}

/* A profile of the AWS tools may name a program that makes the credentials. */
static const char *system_program(const EnvironmentSystem *system) {
	bool own = system_find_secret(system, "access-key-id") != NULL;
	return !own && aws_credentials_need_program(system_find_secret(system, "credentials")) ? "credential_process of its AWS profile" : NULL;
}

/* ---- what it was last time ---- */

typedef struct Seen { char *what; int64_t count, bytes; struct Seen *next; } Seen;

/* In the prober, threads of several probes come here: a short list under a lock, one entry a bucket that is asked. */
static pthread_mutex_t seen_lock = PTHREAD_MUTEX_INITIALIZER;
static Seen *seen_list;

static bool exchange_seen(const char *bucket, const char *prefix, const BucketSum *sum, int64_t *ret_count, int64_t *ret_bytes) {
	AUTO_FREE char *what = bg_asprintf("%s/%s", bucket, prefix);
	pthread_mutex_lock(&seen_lock);
	Seen *seen = seen_list;
	while (seen && strcmp(seen->what, what) != 0)
		seen = seen->next;
	bool known = seen != NULL;
	if (!known) {
		seen = bg_calloc(1, sizeof(*seen));
		seen->what = bg_strdup(what);
		seen->next = seen_list;
		seen_list = seen;
	}
	*ret_count = sum->count - seen->count;
	*ret_bytes = sum->bytes - seen->bytes;
	seen->count = sum->count;
	seen->bytes = sum->bytes;
	pthread_mutex_unlock(&seen_lock);
	return known;
}

/* ---- words ---- */

static void facts(Reading *ret, const BucketSum *sum, const char *bucket, WallTime now) {
	reading_fact_string(ret, "bucket", bucket);
	reading_fact_int(ret, "count", sum->count);
	reading_fact_int(ret, "bytes", sum->bytes);
	reading_fact_int(ret, "empty", sum->empty);
	if (!sum->count)
		return;
	reading_fact_int(ret, "newest", sum->newest.ms);
	reading_fact_string(ret, "newest_key", sum->newest_key);
	reading_fact_int(ret, "newest_bytes", sum->newest_bytes);
	reading_fact_int(ret, "age", now.ms - sum->newest.ms);
}

static void judge(const Call *call, const S3 *s3, const BucketSum *sum, Reading *ret) {
	char age[SPAN_TEXT_SIZE], count[32], size[32], limit[SPAN_TEXT_SIZE];
	const char *max_age = call_arg(call, "max-age");
	int64_t allowed = 0, old = s3->now.ms - sum->newest.ms;
	if (!sum->count) {
		reading_set(ret, READING_FAIL, "empty");
		reading_because(ret, "there is no object%s%s: look whether it is the right bucket, and what fills it", call_arg(call, "prefix") ? " below " : "",
			call_arg(call, "prefix") ? call_arg(call, "prefix") : "");
		return;
	}
	bool too_old = max_age && span_parse(str_from(max_age), &allowed) && old > allowed;
	bool ahead = old < -AHEAD_MS;
	bool hollow = sum->newest_bytes == 0 && !sum->newest_is_folder;
	reading_set(ret, too_old || ahead || hollow ? READING_WARN : READING_OK, "newest %s, %s objects, %s",
		span_format_short(old > 0 ? old : 0, age), words_count(sum->count, count), words_size(sum->bytes, size));
	if (ahead)
		reading_because(ret, "its newest object is from the future: a clock is wrong somewhere, check the writer's");
	else if (hollow)
		reading_because(ret, "its newest object is empty: look at %s", sum->newest_key);
	else if (too_old)
		reading_because(ret, "nothing is newer than %s: look at what writes there", span_format(allowed, limit));
}

static void add_change(const Call *call, const BucketSum *sum, Reading *ret) {
	int64_t count, bytes;
	char text[32], size[32];
	const char *prefix = call_arg(call, "prefix");
	if (!exchange_seen(call_arg(call, "bucket"), prefix ? prefix : "", sum, &count, &bytes))
		return;
	reading_fact_int(ret, "count_change", count);
	reading_fact_int(ret, "bytes_change", bytes);
	if ((count || bytes) && !ret->reason)
		reading_because(ret, "since last looked at: %s%s objects, %s%s", count < 0 ? "-" : "+", words_count(count < 0 ? -count : count, text),
			bytes < 0 ? "-" : "+", words_size(bytes < 0 ? -bytes : bytes, size));
}

static void read_bucket(const Call *call, Reading *ret) {
	AUTO_CLEAR(S3) s3 = {0};
	BucketSum sum;
	Error err = {0};
	const char *bucket = call_arg(call, "bucket"), *prefix = call_arg(call, "prefix");
	bool ok = s3_open(call, &s3, &err) && s3_sum(&s3, bucket, prefix ? prefix : "", &sum, &err);
	AUTO_FREE char *place = bg_asprintf("bucket %s at %s", bucket, s3.base ? s3.base : "its store");
	ret->by_name = s3.by_name;
	if (!ok) {
		reading_set_error(ret, &err);
		/* The store itself said that there is none: that is seen. */
		if (err.kind == ERROR_MISSING && err.os_code == 404)
			ret->state = READING_FAIL;
		reading_at_place(ret, s3.base, place);
		return;
	}
	facts(ret, &sum, bucket, s3.now);
	judge(call, &s3, &sum, ret);
	add_change(call, &sum, ret);
	reading_at_place(ret, s3.base, place);
	reading_note_clocks(ret, s3.clock_difference_ms, place);
}

static const Probe PROBES[] = {
	{.spec = {.name = "s3.bucket", .kind = VERB_PROBE, .subject = "bucket ${bucket}", .help = "how new, how many and how large a bucket's objects are",
			.VERB_PARAMS({"bucket", PARAM_TEXT, true, NULL, "name of the bucket"},
				{"prefix", PARAM_TEXT, false, NULL, "only keys that begin with this"},
				{"max-age", PARAM_SPAN, false, NULL, "the newest object may be this old"}, SYSTEM_PARAM),
			.VERB_FIELDS({"newest", PARAM_TIME, "when the newest object was written"}, {"newest_key", PARAM_TEXT, "its key"},
				{"newest_bytes", PARAM_INT, "its size"}, {"age", PARAM_SPAN, "time since it was written, by the server's clock"},
				{"count", PARAM_INT, "number of objects"}, {"bytes", PARAM_INT, "their size together"},
				{"empty", PARAM_INT, "objects without a byte"}, {"bucket", PARAM_TEXT, "name of the bucket"},
				{"count_change", PARAM_INT, "objects more (or less) than when last looked at"},
				{"bytes_change", PARAM_INT, "bytes more (or less)"})},
		.every_ms = 120000, .deadline_ms = 60000, .budget_ms = 600000, .read = read_bucket},
};

const Provider S3_PROVIDER = {.name = "s3", .title = "S3 storage", .check_system = check_system, .system_program = system_program, .probes = PROBES,
	.probe_count = BG_LENGTH(PROBES)};
