/* provider.c: azure.container: how new and how large the newest backup is, and whether the days that should have one have one. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/providers/azure/azure.h"
#include "core/providers/settings.h"
#include "core/providers/words.h"
#include "core/transport/url.h"

#define AHEAD_MS 5000
#define SOON_MS (INT64_C(7) * 86400000)    /* an expiry that is told */
#define SPOKEN_MAX 300                     /* bytes of a reason before its place */

static const SettingSpec SETTINGS[] = {
	{"account", PARAM_TEXT, true, false, "name of the storage account"},
	{"url", PARAM_URL, false, false, "address of its blobs, else https://ACCOUNT.blob.core.windows.net; an emulator's has the account in its path"},
	{"insecure", PARAM_BOOL, false, false, "true: its certificate is not checked"},
	{"ca-cert", PARAM_TEXT, false, false, "path of a PEM file with the authority of its certificate"},
	{"sas", PARAM_TEXT, false, true, "where a SAS of the container comes from: read and list (sr=c, sp=rl) are enough"},
	{"key", PARAM_TEXT, false, true, "or an account key, which can do everything"},
};

/* 3 to 24 small letters and digits: it becomes part of a host name. */
static bool is_account(const char *name) {
	size_t len = strlen(name);
	return len >= 3 && len <= 24 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789") == len;
}

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	if (!settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err))
		return false;
	const char *url = system_setting(system, "url");
	UrlParts parts;
	bool sas = system_find_secret(system, "sas"), key = system_find_secret(system, "key");
	if (!is_account(system_setting(system, "account")))
		error_set(err, ERROR_INVALID, "account is the name of a storage account: 3 to 24 small letters and digits");
	else if (sas == key)
		error_set(err, sas ? ERROR_INVALID : ERROR_MISSING, sas ? "sas and key are both given: one of them is enough" : "sas or key is missing");
	else if (url && (!url_parse(url, &parts, NULL) || parts.query.len))
		error_set(err, ERROR_INVALID, "url has a query: a SAS is a secret, and goes under sas:");
	else
		return true;
	return environment_error_at(environment, system->place, err);
}

static int64_t call_int(const Call *call, const char *name) {
	int64_t value = 0;
	const char *text = call_arg(call, name);
	return text && str_parse_int(str_from(text), &value) ? value : 0;
}

/* ---- what the sizes before it were ---- */

static int compare_sizes(const void *a, const void *b) {
	int64_t left = *(const int64_t *) a, right = *(const int64_t *) b;
	return (left > right) - (left < right);
}

/* The median of the few before the newest: one that was odd does not move it. -1: there is none. */
static int64_t size_before(const BlobSum *sum) {
	int64_t sizes[AZURE_BEFORE];
	size_t count = 0;
	for (size_t i = 1; i <= AZURE_BEFORE && wall_known(sum->newest[i].time); i++)
		sizes[count++] = sum->newest[i].bytes;
	if (!count)
		return -1;
	qsort(sizes, count, sizeof(*sizes), compare_sizes);
	return sizes[count / 2];
}

static int64_t percent_smaller(const BlobSum *sum) {
	int64_t before = size_before(sum);
	return before <= 0 || sum->newest[0].bytes >= before ? 0 : 100 - (int64_t) ((double) sum->newest[0].bytes * 100 / (double) before);
}

/* ---- words ---- */

static void facts(const Call *call, Reading *ret, const BlobSum *sum, WallTime now) {
	AUTO_CLEAR(Buf) missing = {0};
	reading_fact_string(ret, "container", call_arg(call, "container"));
	reading_fact_int(ret, "count", sum->count);
	reading_fact_int(ret, "bytes", sum->bytes);
	reading_fact_int(ret, "empty", sum->empty);
	if (!sum->count)
		return;
	reading_fact_int(ret, "newest", sum->newest[0].time.ms);
	reading_fact_string(ret, "newest_name", sum->newest_name);
	reading_fact_int(ret, "newest_bytes", sum->newest[0].bytes);
	reading_fact_string(ret, "newest_tier", sum->newest_tier);
	reading_fact_int(ret, "age", now.ms - sum->newest[0].time.ms);
	if (size_before(sum) >= 0)
		reading_fact_int(ret, "bytes_before", size_before(sum));
	if (!call_arg(call, "retention"))
		return;
	reading_fact_int(ret, "days_missing", (int64_t) azure_missing_days(sum, call_int(call, "retention"), now, &missing));
	reading_fact_string(ret, "missing", buf_text(&missing));
}

static void also(Buf *why, const char *format, ...) BG_PRINTF(2, 3);
static void also(Buf *why, const char *format, ...) {
	va_list args;
	AUTO_CLEAR(Buf) text = {0};
	if (why->len)
		buf_puts(&text, "; ");
	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	if (why->len + text.len <= SPOKEN_MAX)   /* the record takes so much: the worst stands first */
		buf_put_str(why, buf_str(&text));
}

/* Everything that is wrong with it, the worst first. */
static void judge_newest(const Call *call, const Azure *azure, const BlobSum *sum, Buf *why) {
	char limit[SPAN_TEXT_SIZE], size[WORDS_SIZE], before[WORDS_SIZE];
	const BlobSeen *newest = &sum->newest[0];
	const char *max_age = call_arg(call, "max-age");
	int64_t allowed = 0, old = azure->now.ms - newest->time.ms, least = call_int(call, "min-size"), shrink = call_int(call, "shrink");
	if (old < -AHEAD_MS)
		also(why, "its newest blob is from the future: a clock is wrong somewhere, check the writer's");
	if (newest->bytes == 0)
		also(why, "its newest blob is empty: look at what writes there");
	else if (newest->bytes < least)
		also(why, "its newest blob has only %s bytes, less than %s: look at what writes there", words_count(newest->bytes, size), words_count(least, before));
	else if (shrink && percent_smaller(sum) > shrink)
		also(why, "its newest blob is %lld %% smaller than those before it (%s): look at what writes there", (long long) percent_smaller(sum),
			words_size(size_before(sum), before));
	if (max_age && span_parse(str_from(max_age), &allowed) && old > allowed)
		also(why, "nothing is newer than %s: look at what writes there", span_format(allowed, limit));
	if (text_eq(sum->newest_tier, "Archive"))
		also(why, "its newest blob is archived: have it rehydrated first, which takes hours");
}

static void judge_days(const Call *call, const Azure *azure, const BlobSum *sum, Buf *why) {
	AUTO_CLEAR(Buf) missing = {0};
	int64_t retention = call_int(call, "retention");
	if (retention && azure_missing_days(sum, retention, azure->now, &missing))
		also(why, "of the last %lld days these have no backup: %s: look at the runs of those days", (long long) retention, buf_text(&missing));
}

static void judge(const Call *call, const Azure *azure, const BlobSum *sum, Reading *ret) {
	char age[SPAN_TEXT_SIZE], count[WORDS_SIZE], size[WORDS_SIZE], left[SPAN_TEXT_SIZE];
	const char *prefix = call_arg(call, "prefix");
	AUTO_CLEAR(Buf) why = {0};
	if (!sum->count) {
		reading_set(ret, READING_FAIL, "empty");
		reading_because(ret, "there is no blob%s%s: look whether it is the right container, and what fills it", prefix ? " below " : "", prefix ? prefix : "");
		return;
	}
	judge_newest(call, azure, sum, &why);
	judge_days(call, azure, sum, &why);
	int64_t old = azure->now.ms - sum->newest[0].time.ms, good_for = azure->told.expires.ms - azure->now.ms;
	reading_set(ret, why.len ? READING_WARN : READING_OK, "newest %s, %s, of %s blobs", span_format_short(old > 0 ? old : 0, age),
		words_size(sum->newest[0].bytes, size), words_count(sum->count, count));
	if (why.len)
		reading_because(ret, "%s", buf_text(&why));
	else if (wall_known(azure->told.expires) && good_for < SOON_MS)
		reading_because(ret, "its SAS expires in %s: make a new one before", span_format_short(good_for > 0 ? good_for : 0, left));
}

/* What a number may be is no part of its type. */
static bool check_limits(const Call *call, Error *err) {
	static const struct { const char *name; int64_t low, high; } LIMITS[] = {
		{"min-size", 0, INT64_MAX}, {"shrink", 1, 99}, {"retention", 1, AZURE_RETENTION_MAX},
	};
	for (size_t i = 0; i < BG_LENGTH(LIMITS); i++) {
		int64_t value = call_int(call, LIMITS[i].name);
		if (!call_arg(call, LIMITS[i].name) || (value >= LIMITS[i].low && value <= LIMITS[i].high))
			continue;
		error_set(err, ERROR_INVALID, "%s is %lld", LIMITS[i].name, (long long) value);
		return LIMITS[i].high == INT64_MAX ? error_hint(err, "write a number of bytes into the environment file")
			: error_hint(err, "write a number from %lld to %lld into the environment file", (long long) LIMITS[i].low, (long long) LIMITS[i].high);
	}
	return true;
}

static void read_container(const Call *call, Reading *ret) {
	AUTO_CLEAR(Azure) azure = {0};
	AUTO_FREE BlobSum *sum = bg_calloc(1, sizeof(*sum));
	Error err = {0};
	const char *container = call_arg(call, "container"), *prefix = call_arg(call, "prefix");
	BlobWanted wanted = {container, prefix ? prefix : "", call_int(call, "min-size")};
	bool ok = check_limits(call, &err) && azure_open(call, &azure, &err) && azure_sum(&azure, &wanted, sum, &err);
	AUTO_FREE char *place = bg_asprintf("container %s at %s", container, azure.base ? azure.base : system_setting(call->system, "account"));
	ret->by_name = azure.by_name;
	if (!ok) {
		reading_set_error(ret, &err);
		/* The store itself said that there is none: that is seen. */
		if (err.kind == ERROR_MISSING && err.os_code == 404)
			ret->state = READING_FAIL;
		reading_at_place(ret, azure.base, place);
		return;
	}
	facts(call, ret, sum, azure.now);
	judge(call, &azure, sum, ret);
	reading_at_place(ret, azure.base, place);
	reading_note_clocks(ret, azure.clock_difference_ms, place);
}

static const Probe PROBES[] = {
	{.spec = {.name = "azure.container", .kind = VERB_PROBE, .subject = "container ${container}",
			.help = "how new and how large the newest backup in a container is, and which days have none",
			.VERB_PARAMS({"container", PARAM_TEXT, true, NULL, "name of the container"},
				{"prefix", PARAM_TEXT, false, NULL, "only blobs whose names begin with this"},
				{"max-age", PARAM_SPAN, false, NULL, "the newest may be this old"},
				{"min-size", PARAM_INT, false, NULL, "a backup has at least this many bytes"},
				{"shrink", PARAM_INT, false, NULL, "the newest may be this many percent smaller than the few before it"},
				{"retention", PARAM_INT, false, NULL, "days for which backups are kept: each of them must have one"}, SYSTEM_PARAM),
			.VERB_FIELDS({"newest", PARAM_TIME, "when the newest blob was written"}, {"newest_name", PARAM_TEXT, "its name"},
				{"newest_bytes", PARAM_INT, "its size"}, {"newest_tier", PARAM_TEXT, "its access tier: Hot, Cool, Cold or Archive"},
				{"age", PARAM_SPAN, "time since it was written, by the server's clock"},
				{"bytes_before", PARAM_INT, "the median size of the few before it"}, {"count", PARAM_INT, "number of blobs"},
				{"bytes", PARAM_INT, "their size together"}, {"empty", PARAM_INT, "blobs without a byte"},
				{"days_missing", PARAM_INT, "days of the retention without a backup"}, {"missing", PARAM_TEXT, "which those are"},
				{"container", PARAM_TEXT, "name of the container"})},
		.every_ms = 120000, .deadline_ms = 60000, .budget_ms = 600000, .read = read_container},
};

const Provider AZURE_PROVIDER = {.name = "azure", .title = "Azure Blob Storage", .check_system = check_system, .credential_end = azure_credential_end, .probes = PROBES,
	.probe_count = BG_LENGTH(PROBES)};
