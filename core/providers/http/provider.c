/* provider.c: http: one page, or a sample of a site's pages; the table with http.post. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/base/file.h"
#include "core/providers/http/http_probe.h"
#include "core/providers/http/post.h"
#include "core/providers/settings.h"
#include "core/transport/url.h"

#define CA_CERT_MAX (256u * 1024)
#define SAMPLE_MAX 500

static const SettingSpec SETTINGS[] = {
	{"url", PARAM_URL, false, false, "address of the site, or of what is posted to"},
	{"url", PARAM_TEXT, false, true, "the same where the address itself is the secret, as of a webhook: it can only be posted to"},
	{"body", PARAM_TEXT, false, false, "what http.post sends: JSON whose texts hold ${name}, for value.name= of the action; an object of all values if not said"},
	{"sends", PARAM_TEXT, false, false, "json, or form: the members of body as a form"},
	{"token", PARAM_TEXT, false, true, "sent by http.post as Authorization: Bearer"},
	{"header.*", PARAM_TEXT, false, false, "a header of http.post: header.X-Project"},
	{"header.*", PARAM_TEXT, false, true, "one that is a secret, with its whole value: header.Authorization: { env: NAME }"},
	{"insecure", PARAM_BOOL, false, false, "true: its certificate is not checked"},
	{"ca-cert", PARAM_TEXT, false, false, "path of a PEM file with the authority of its certificate"},
};

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	return settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err) && post_check_system(environment, system, err);
}

static bool open_client(const Call *call, HttpClient **ret, Error *err) {
	AUTO_CLEAR(Buf) ca_cert = {0};
	HttpClientOptions options = {.insecure = call->system && system_setting_bool(call->system, "insecure", false)};
	AUTO_FREE char *path = call->system ? setting_path(call->environment, call->system, "ca-cert") : NULL;
	if (path && !file_read(path, CA_CERT_MAX, &ca_cert, err))
		return false;
	options.ca_cert = path ? buf_text(&ca_cert) : NULL;
	return http_client_new(&options, ret, err);
}

static int64_t int_arg(const Call *call, const char *name, int64_t fallback) {
	int64_t value = fallback;
	if (call_arg(call, name))
		(void) str_parse_int(str_from(call_arg(call, name)), &value);   /* checked against the table before */
	return value;
}

/* ---- a sample ---- */

typedef struct Sample { int64_t looked, answered, broken; Error first; char *first_url; bool by_name; } Sample;

static void look_at(HttpClient *client, const Call *call, const char *url, const PageRules *rules, Sample *sample) {
	Error why = {0};
	int64_t status;
	bool good = page_is_good(client, call, url, rules, &status, &sample->by_name, &why);
	sample->looked++;
	sample->answered += status != 0;
	if (good)
		return;
	sample->broken++;
	if (sample->first_url)
		return;
	sample->first = why;
	sample->first_url = url_describe(url);
}

/* Spread over the whole list, beginning at a place that differs from time to time: in the end every page is looked at. */
static void look_at_sample(HttpClient *client, const Call *call, const StrList *pages, int64_t wanted, const PageRules *rules,
	Sample *sample) {
	size_t count = pages->count < (size_t) wanted ? pages->count : (size_t) wanted;
	unsigned char noise[4];
	random_bytes(noise, sizeof(noise));
	size_t start = ((size_t) noise[0] << 24 | (size_t) noise[1] << 16 | (size_t) noise[2] << 8 | noise[3]) % pages->count;
	for (size_t i = 0; i < count && call_remaining_ms(call) > 0 && !call_is_cancelled(call); i++) {
		look_at(client, call, pages->items[(start + i * pages->count / count) % pages->count], rules, sample);
		call_progress(call, sample->looked, (int64_t) count, "%lld of %zu pages, %lld broken", (long long) sample->looked, count,
			(long long) sample->broken);
	}
}

static void tell_sample(Sample *sample, int64_t wanted, Reading *ret) {
	reading_fact_int(ret, "sampled", sample->looked);
	reading_fact_int(ret, "broken", sample->broken);
	reading_fact_string(ret, "first_broken", sample->first_url);
	/* Pages that give no answer are broken among others that do; when none does, it may be the way there. */
	if (!sample->looked)
		error_set(&sample->first, ERROR_TIMEOUT, "the time for looking was over before the first page");
	if (!sample->answered) {
		reading_set_error(ret, &sample->first);
		return;
	}
	reading_set(ret, sample->broken ? READING_FAIL : READING_OK, sample->broken ? "%lld of %lld sampled pages are broken"
		: "all of %lld sampled pages are well", sample->broken ? (long long) sample->broken : (long long) sample->looked,
		(long long) sample->looked);
	if (sample->broken)
		reading_because(ret, "%s: %s (%s)", sample->first.why, sample->first.hint, sample->first.where);
	else if (sample->looked < wanted)
		reading_because(ret, "%lld were wanted; no more are known", (long long) wanted);
}

/* What was wanted and is there was not all seen: that is not green. */
static void tell_out_of_time(const char *url, const Sample *sample, size_t known, int64_t wanted, Reading *ret) {
	int64_t there = (int64_t) known < wanted ? (int64_t) known : wanted;
	if (ret->state != READING_OK || sample->looked >= there)
		return;
	ret->state = READING_WARN;
	reading_because(ret, "there was time for %lld of %lld pages: look why %s is slow, or give it a longer deadline:", (long long) sample->looked,
		(long long) there, url);
}

static void read_sample(HttpClient *client, const Call *call, const char *url, int64_t wanted, const PageRules *rules, Reading *ret) {
	AUTO_CLEAR(StrList) pages = {0};
	Sample sample = {0};
	Error err = {0};
	if (!site_pages(client, call, url, &pages, &err)) {
		bool answered = err.kind == ERROR_REMOTE || err.kind == ERROR_MISSING;
		reading_set_error(ret, &err);
		ret->state = answered ? READING_FAIL : READING_UNKNOWN;
		return;
	}
	bool alone = !pages.count;
	if (alone)
		strlist_add(&pages, url);
	look_at_sample(client, call, &pages, wanted, rules, &sample);
	reading_fact_int(ret, "status", sample.broken ? 0 : rules->status);
	AUTO_FREE char *shown = url_describe(url);
	tell_sample(&sample, wanted, ret);
	tell_out_of_time(shown, &sample, pages.count, wanted, ret);
	/* One good page is no sample: what was asked for has not been seen. */
	if (alone && ret->state == READING_OK) {
		reading_set(ret, READING_WARN, "no pages to sample were found; the page itself is well");
		reading_because(ret, "the site has no readable sitemap.xml and the page links to no other of its pages: look at %s", shown);
	}
	ret->by_name = sample.by_name;
	free(sample.first_url);
}

/* ---- one page ---- */

static void read_one(HttpClient *client, const Call *call, const char *url, const PageRules *rules, Reading *ret) {
	Error why = {0};
	int64_t status;
	MonoTime begun = mono_now();
	bool good = page_is_good(client, call, url, rules, &status, &ret->by_name, &why);
	int64_t elapsed = mono_now().ms - begun.ms;
	reading_fact_int(ret, "status", status);
	reading_fact_int(ret, "elapsed", elapsed);
	/* No answer at all is not an answer that is bad: unknown, with the reason. */
	if (good)
		reading_set(ret, READING_OK, "status %lld in %lld ms", (long long) status, (long long) elapsed);
	else
		reading_set_error(ret, &why);
	if (!good && status)
		ret->state = READING_FAIL;
}

static void read_site(const Call *call, Reading *ret) {
	Error err = {0};
	AUTO(HttpClient) *client = NULL;
	const char *url = call_arg(call, "url");
	if (!url && call->system)
		url = system_setting(call->system, "url");
	int64_t sample = int_arg(call, "sample", 0);
	PageRules rules = {int_arg(call, "status", 200), call_arg(call, "text"), call_arg(call, "absent"), int_arg(call, "min-bytes", 0)};
	if (!url)
		error_set(&err, ERROR_MISSING, "no url is given, and no system has one");
	if (!url || !open_client(call, &client, &err)) {
		reading_set_error(ret, &err);
		return;
	}
	if (sample > 1)
		read_sample(client, call, url, sample < SAMPLE_MAX ? sample : SAMPLE_MAX, &rules, ret);
	else
		read_one(client, call, url, &rules, ret);
}

static const Probe PROBES[] = {
	{.spec = {.name = "http", .kind = VERB_PROBE, .subject = "${url}", .help = "whether a page, or a sample of a site's pages, is as it should be",
			.VERB_PARAMS({"url", PARAM_URL, false, NULL, "address; the system's if not given"},
				{"sample", PARAM_INT, false, NULL, "look at so many pages of the site, found in its sitemap or by its links"},
				{"status", PARAM_INT, false, NULL, "status that a good page has; 200 if not said"},
				{"text", PARAM_TEXT, false, NULL, "pattern that must be on every page"},
				{"absent", PARAM_TEXT, false, NULL, "pattern that must not be on any"},
				{"min-bytes", PARAM_INT, false, NULL, "a smaller page is broken"}, SYSTEM_PARAM),
			.VERB_FIELDS({"broken", PARAM_INT, "pages that are not as they should be"}, {"sampled", PARAM_INT, "pages looked at"},
				{"first_broken", PARAM_URL, "the first of them"}, {"elapsed", PARAM_SPAN, "how long one page took"})},
		.every_ms = 60000, .deadline_ms = 45000, .budget_ms = 180000, .read = read_site},
};

static const Action ACTIONS[] = {
	{.spec = {.name = "http.post", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "one request to any other chat or tracker, as the system describes it; not safe to repeat, and in doubt when no answer comes",
			.VERB_PARAMS({"value.*", PARAM_TEXT, false, NULL, "what stands for ${name} in the system's body: value.text=\"We are on it\""},
				{"method", PARAM_CHOICE, false, "POST|PUT", "POST if not said"},
				{"expect", PARAM_LIST, false, NULL, "statuses that say yes: 200,201; any 2xx if not said"},
				{"keep", PARAM_TEXT, false, NULL, "what save= keeps of an answer in JSON: key, or issue.key"}, SYSTEM_PARAM)},
		.needs_system = true, .usual_ms = 1500, .plan = http_plan_post, .apply = http_apply_post, .verify = http_verify_post, .manual = "Do it by hand in that service"},
};

const Provider HTTP_PROVIDER = {.name = "http", .title = "web site", .needs_no_system = true, .check_system = check_system,
	.actions = ACTIONS, .action_count = BG_LENGTH(ACTIONS), .probes = PROBES, .probe_count = BG_LENGTH(PROBES)};
