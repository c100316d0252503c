/* The provider s3 against OpenStack Swift, which checks signatures and which nobody here wrote: what a bucket holds is put there by
 * another way than S3, and read by the probe as the prober reads it. */
#include <criterion/hooks.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/s3/s3.h"
#include "swift_server.h"
#include "tests/support/support.h"

#define DAY_MS INT64_C(86400000)
#define MANY 1003                 /* four pages of SWIFT_PAGE */
#define STATIC_KEYS "access-key-id: { env: TEST_ID }, secret-access-key: { env: TEST_SECRET }"

ReportHook(PRE_ALL)(struct criterion_test_set *tests) {
	(void) tests;
	swift_start();
}

ReportHook(POST_ALL)(struct criterion_global_stats *stats) {
	(void) stats;
	swift_stop();
}

typedef struct Bucket {
	Environment *environment;
	Json *args;
	Call call;
} Bucket;

static void set_system(Bucket *bucket, const char *region, const char *credentials) {
	Error err;
	AUTO_FREE char *text = bg_asprintf("name: t\nkind: live\nsystems:\n  s: { provider: s3, endpoint: \"%s\", region: %s%s%s }\n", swift_url(),
		region, *credentials ? ", " : "", credentials);
	environment_free(bucket->environment);
	assert_ok(environment_parse(str_from(text), "e.yaml", &bucket->environment, &err), &err);
	assert_ok(provider_check_environment(bucket->environment, &err), &err);
	bucket->call.environment = bucket->environment;
	bucket->call.system = &bucket->environment->systems[0];
}

static void set_args(Bucket *bucket, const char *name, const char *prefix, const char *max_age) {
	json_free(bucket->args);
	bucket->args = json_new_object();
	json_add_string(bucket->args, "bucket", name);
	if (prefix)
		json_add_string(bucket->args, "prefix", prefix);
	if (max_age)
		json_add_string(bucket->args, "max-age", max_age);
	bucket->call.args = bucket->args;
}

static void bucket_begin(Bucket *bucket, const char *name) {
	static const char *const UNWANTED[] = {"AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_REGION",
		"AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"};
	for (size_t i = 0; i < BG_LENGTH(UNWANTED); i++)
		unsetenv(UNWANTED[i]);
	setenv("TEST_ID", SWIFT_KEY, 1);
	setenv("TEST_SECRET", SWIFT_SECRET, 1);
	set_system(bucket, SWIFT_REGION, STATIC_KEYS);
	set_args(bucket, name, NULL, NULL);
}

static void bucket_clear(Bucket *bucket) {
	environment_free(bucket->environment);
	json_free(bucket->args);
}
BG_DEFINE_CLEARP(Bucket, bucket_clear)

/* With the deadline that the prober gives it. */
static void look(Bucket *bucket, Reading *ret) {
	Error err;
	const Probe *probe = probe_find("s3.bucket");
	assert_ok(provider_check_args(&probe->spec, bucket->args, &err), &err);
	bucket->call.deadline = (MonoTime){mono_now().ms + probe->deadline_ms};
	probe->read(&bucket->call, ret);
}

static void expect_reading(Bucket *bucket, const char *name, ReadingState state, const char *text, const char *reason) {
	AUTO_CLEAR(Reading) reading = {0};
	look(bucket, &reading);
	cr_expect(reading.state == state && strstr(reading.text, text) && strstr(reading.reason ? reading.reason : "", reason),
		"%s: %s, \"%s\" (%s)", name, reading_state_name(reading.state), reading.text, reading.reason ? reading.reason : "");
}

static void expect_facts(Bucket *bucket, const char *newest, WallTime time, int64_t count, int64_t bytes) {
	AUTO_CLEAR(Reading) reading = {0};
	look(bucket, &reading);
	cr_assert(reading.facts, "%s: %s (%s)", newest, reading.text, reading.reason);
	assert_text("newest key", json_get_string_or(reading.facts, "newest_key", "-"), newest);
	cr_expect_eq(json_get_int(reading.facts, "newest", -1), time.ms, "%s: %s", newest, reading.text);
	cr_expect_eq(json_get_int(reading.facts, "count", -1), count, "%s: %s", newest, reading.text);
	cr_expect_eq(json_get_int(reading.facts, "bytes", -1), bytes, "%s: %s", newest, reading.text);
}

/* Whole seconds: S3's listings know no less. */
static WallTime days_ago(int days, int seconds) {
	return (WallTime){wall_now().ms / 1000 * 1000 - days * DAY_MS + seconds * INT64_C(1000)};
}

Test(server_s3, every_key_is_found_by_its_name_and_told_as_it_is) {
	static const char *const KEYS[] = {"plain", "a b", "a+b", "a=b&c=d", "100%", "%20", "\xc3\xbc\xe2\x82\xac\xf0\x9f\x94\xa5", "a/b c/d+e.txt",
		"?q#f", "*'();:@,$![]", "<&>\"", "~-_.", " first", "last ", "back\\slash", "a//b", "tab\there", "bell\a"};
	AUTO_CLEAR(Bucket) bucket = {0};
	bucket_begin(&bucket, "odd-keys");
	swift_make_bucket("odd-keys");
	WallTime first = days_ago(3, 0);
	int64_t bytes = 0;
	for (size_t i = 0; i < BG_LENGTH(KEYS); i++) {
		WallTime time = {first.ms + (int64_t) i * 1000};
		Str body = str_slice(STR("01234567890123456789"), 0, i + 1);
		swift_put("odd-keys", KEYS[i], time, body);
		bytes += (int64_t) body.len;
		expect_facts(&bucket, KEYS[i], time, (int64_t) i + 1, bytes);
	}
	for (size_t i = 0; i < BG_LENGTH(KEYS); i++) {
		set_args(&bucket, "odd-keys", KEYS[i], NULL);
		expect_facts(&bucket, KEYS[i], (WallTime){first.ms + (int64_t) i * 1000}, 1, (int64_t) i + 1);
	}
}

/* Every continuation token has a plus sign, slashes and equals signs in it: they are the last keys in base64. */
Test(server_s3, a_thousand_keys_are_summed_over_all_pages) {
	static const char ODD[] = ">>>>>>??\?/\xc3\xbc ";
	AUTO_CLEAR(Bucket) bucket = {0};
	bucket_begin(&bucket, "many");
	swift_make_bucket("many");
	AUTO_FREE char *range = bg_asprintf("[0001-%d]", MANY);
	swift_put_range("many", ODD, range, days_ago(9, 0), STR("12345"));
	WallTime newest = days_ago(2, 0);
	AUTO_FREE char *middle = bg_asprintf("%s0500", ODD);
	swift_put("many", middle, newest, STR("1234567"));
	expect_facts(&bucket, middle, newest, MANY, MANY * 5 + 2);
	set_args(&bucket, "many", ODD, NULL);
	expect_facts(&bucket, middle, newest, MANY, MANY * 5 + 2);
	AUTO_CLEAR(S3) s3 = {0};
	BucketSum sum;
	Error err = {0};
	assert_ok(s3_open(&bucket.call, &s3, &err) && s3_sum(&s3, "many", "", &sum, &err), &err);
	cr_expect_eq(sum.pages, (MANY + SWIFT_PAGE - 1) / SWIFT_PAGE);
}

Test(server_s3, a_prefix_counts_its_own_keys_only) {
	static const struct { const char *prefix, *newest; int seconds; int64_t count, bytes; } CASES[] = {
		{"daily", "daily2/c", 4, 4, 15}, {"daily/", "daily/b", 2, 2, 5}, {"daily/b", "daily/b", 2, 1, 3}, {"daily/\xc3\xbc +", NULL, 0, 0, 0},
		{"d", "daily2/c", 4, 4, 15},
	};
	AUTO_CLEAR(Bucket) bucket = {0};
	bucket_begin(&bucket, "prefixes");
	swift_make_bucket("prefixes");
	WallTime base = days_ago(1, 0);
	static const char *const KEYS[] = {"daily/a", "daily/b", "daily2", "daily2/c", "weekly/a"};
	static const char *const BODIES[] = {"12", "123", "1234", "123456", "1"};
	for (size_t i = 0; i < BG_LENGTH(KEYS); i++)
		swift_put("prefixes", KEYS[i], (WallTime){base.ms + (int64_t) (i + 1) * 1000}, str_from(BODIES[i]));
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		set_args(&bucket, "prefixes", CASES[i].prefix, NULL);
		if (CASES[i].newest)
			expect_facts(&bucket, CASES[i].newest, (WallTime){base.ms + CASES[i].seconds * 1000}, CASES[i].count, CASES[i].bytes);
		else
			expect_reading(&bucket, CASES[i].prefix, READING_FAIL, "empty", "no object below");
	}
}

Test(server_s3, age_emptiness_and_change_are_judged) {
	AUTO_CLEAR(Bucket) bucket = {0};
	bucket_begin(&bucket, "backups");
	swift_make_bucket("backups");
	expect_reading(&bucket, "empty bucket", READING_FAIL, "empty", "there is no object");
	swift_put("backups", "dump", days_ago(2, 0), STR("1234567890"));
	set_args(&bucket, "backups", NULL, "3d");
	expect_reading(&bucket, "young enough", READING_OK, "newest 2 d", "+1 objects, +10 bytes");
	set_args(&bucket, "backups", NULL, "1d");
	expect_reading(&bucket, "too old", READING_WARN, "1 objects, 10 bytes", "nothing is newer than 24 h 00 m");
	swift_put("backups", "folder/", days_ago(1, 0), STR(""));
	set_args(&bucket, "backups", NULL, NULL);
	expect_reading(&bucket, "a folder", READING_OK, "2 objects", "");
	swift_put("backups", "hollow", days_ago(0, -60), STR(""));
	expect_reading(&bucket, "a hollow object", READING_WARN, "3 objects", "its newest object is empty: look at hollow");
}

Test(server_s3, its_refusals_say_what_to_do) {
	AUTO_CLEAR(Bucket) bucket = {0};
	bucket_begin(&bucket, "guarded");
	swift_make_bucket("guarded");
	swift_put("guarded", "a", days_ago(1, 0), STR("1"));
	expect_reading(&bucket, "all is right", READING_OK, "1 objects, 1 bytes", "");
	set_args(&bucket, "nowhere", NULL, NULL);
	expect_reading(&bucket, "no such bucket", READING_FAIL, "there is no such bucket", "check its name");
	set_args(&bucket, "guarded", NULL, NULL);
	set_system(&bucket, "eu-west-1", STATIC_KEYS);
	expect_reading(&bucket, "wrong region", READING_UNKNOWN, "wrong region", "set region: " SWIFT_REGION);
	set_system(&bucket, SWIFT_REGION, STATIC_KEYS);
	setenv("TEST_SECRET", "wrong", 1);
	expect_reading(&bucket, "wrong secret", READING_UNKNOWN, "the secret key is not the one of this access key (status 403",
		"look at where the credentials come from");
	setenv("TEST_ID", "nobody", 1);
	expect_reading(&bucket, "unknown key", READING_UNKNOWN, "(status 403", "look at where the credentials come from");
}

Test(server_s3, the_chain_of_credentials_signs_as_well) {
	AUTO_CLEAR(TempFolder) home = temp_folder();
	AUTO_CLEAR(Bucket) bucket = {0};
	bucket_begin(&bucket, "chain");
	swift_make_bucket("chain");
	swift_put("chain", "a", days_ago(1, 0), STR("123"));
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", temp_path(&home, "none"), 1);
	setenv("AWS_CONFIG_FILE", temp_path(&home, "none"), 1);
	set_system(&bucket, SWIFT_REGION, "");
	expect_reading(&bucket, "nothing given", READING_UNKNOWN, "", "");
	setenv("AWS_ACCESS_KEY_ID", SWIFT_KEY, 1);
	setenv("AWS_SECRET_ACCESS_KEY", SWIFT_SECRET, 1);
	expect_reading(&bucket, "variables", READING_OK, "1 objects, 3 bytes", "");
	/* A profile that is named goes before the variables. */
	setenv("AWS_SECRET_ACCESS_KEY", "wrong", 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", temp_write(&home, "credentials",
		"[dr]\naws_access_key_id = " SWIFT_KEY "\naws_secret_access_key = " SWIFT_SECRET "\n"), 1);
	set_system(&bucket, SWIFT_REGION, "credentials: { profile: dr }");
	expect_reading(&bucket, "profile", READING_OK, "1 objects, 3 bytes", "");
	setenv("AWS_CONFIG_FILE", temp_write(&home, "config", "[profile tool]\ncredential_process = printf "
		"'{\"Version\":1,\"AccessKeyId\":\"" SWIFT_KEY "\",\"SecretAccessKey\":\"" SWIFT_SECRET "\"}'\n"), 1);
	set_system(&bucket, SWIFT_REGION, "credentials: { profile: tool }");
	expect_reading(&bucket, "program", READING_OK, "1 objects, 3 bytes", "");
}

Test(server_s3, a_note_that_is_put_is_the_note_that_is_there) {
	static const char *const KEYS[] = {"note", "incidents/2026-11-21 a+b.txt", "\xc3\xbc/=&%/~", "a/./b", "x//y"};
	static const char BODY[] = "origin: t\nsize: 7\n";
	AUTO_CLEAR(Bucket) bucket = {0};
	AUTO_CLEAR(S3) s3 = {0};
	Error err = {0};
	bucket_begin(&bucket, "notes");
	swift_make_bucket("notes");
	bucket.call.deadline = (MonoTime){mono_now().ms + 60000};
	assert_ok(s3_open(&bucket.call, &s3, &err), &err);
	for (size_t i = 0; i < BG_LENGTH(KEYS); i++) {
		AUTO_CLEAR(Buf) there = {0};
		bool found = true;
		assert_ok(s3_get(&s3, "notes", KEYS[i], &there, &found, &err), &err);
		cr_assert(!found, "%s is there before it was put", KEYS[i]);
		assert_ok(s3_put(&s3, "notes", KEYS[i], str_from(BODY), &err), &err);
		AUTO_FREE char *other_way = swift_get("notes", KEYS[i]);
		assert_text(KEYS[i], other_way, BODY);
		assert_ok(s3_get(&s3, "notes", KEYS[i], &there, &found, &err), &err);
		cr_assert(found, "%s", KEYS[i]);
		assert_text(KEYS[i], buf_text(&there), BODY);
	}
	AUTO_CLEAR(Buf) none = {0};
	bool found;
	assert_refused(s3_put(&s3, "nowhere", "note", str_from(BODY), &err), &err, ERROR_MISSING, "there is no such bucket");
	assert_refused(s3_get(&s3, "nowhere", "note", &none, &found, &err), &err, ERROR_MISSING, "there is no such bucket");
}
