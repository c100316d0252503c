/* run_log.c: where a run failed, and what the log says of it. GitHub answers the question for a log with a link to another host, which is signed and
 * good for a minute: our token is not sent there, and the link is shown nowhere. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/providers/github/workflow.h"
#include "core/transport/url.h"

#define LINES_MAX 40
#define LINE_MAX_BYTES 400
#define TIME_BYTES 28        /* "2026-11-21T03:04:05.1234567Z" */

/* ---- which lines ---- */

/* Of each line: its time, cut off. Lines without one belong to the line before. */
static Str cut_time(Str line, WallTime *ret_time) {
	WallTime time;
	if (line.len > TIME_BYTES && line.ptr[TIME_BYTES] == ' ' && wall_parse_iso(str_slice(line, 0, TIME_BYTES), &time)) {
		*ret_time = time;
		return str_slice(line, TIME_BYTES + 1, line.len);
	}
	return line;
}

typedef struct Window { WallTime from, to; } Window;

static bool is_within(const Window *window, WallTime time) {
	return (!wall_known(window->from) || time.ms >= window->from.ms) && (!wall_known(window->to) || time.ms <= window->to.ms + 1000);
}

static size_t count_lines(Str log, const Window *window) {
	Str line;
	WallTime time = {0};
	size_t count = 0;
	while (str_next_line(&log, &line)) {
		BG_IGNORE(cut_time(line, &time).len);   /* only the time matters */
		count += is_within(window, time);
	}
	return count;
}

static void tell_lines(const Call *call, Str log) {
	call->output(call->userdata, true, log);
	call->output(call->userdata, true, STR("\n"));
}

static void tell_end(const Call *call, Str log, const Window *asked) {
	Window window = *asked;
	size_t count = count_lines(log, &window), skipped = 0;
	/* Nothing of that time: then the end of all. */
	if (!count) {
		window = (Window){{0}, {0}};
		count = count_lines(log, &window);
	}
	WallTime time = {0};
	Str line;
	while (str_next_line(&log, &line)) {
		Str text = cut_time(line, &time);
		if (is_within(&window, time) && skipped++ + LINES_MAX >= count)
			tell_lines(call, str_slice(text, 0, LINE_MAX_BYTES));
	}
}

/* ---- where it is had ---- */

static bool fetch(const Github *github, const char *link, HttpResponse *ret, Error *err) {
	AUTO_CLEAR(Api) host = {0};
	UrlParts own, there;
	if (!url_parse(link, &there, err) || !url_parse(github->api.url, &own, err))
		return false;
	if (str_eq_c(own.scheme, "https") && !str_eq_c(there.scheme, "https"))
		return error_set(err, ERROR_DENIED, "GitHub sends us for it to an address without TLS");
	if (there.userinfo.len || !there.path.len)
		return error_set(err, ERROR_PROTOCOL, "GitHub sends us for it to an address that is none");
	AUTO_FREE char *origin = bg_asprintf("%.*s", (int) (there.path.ptr - link), link);
	/* An Api without a secret: nothing of ours goes along. */
	return api_open(&host, github->api.call, "the host of the logs", origin, NULL, err) && api_do(&host, "GET", there.path.ptr, NULL, ret, err);
}

static bool find_link(Github *github, int64_t job, char **ret_link, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_FREE char *rest = bg_asprintf("/actions/jobs/%lld/logs", (long long) job);
	AUTO_FREE char *path = github_path(github, rest);
	if (!github_send(github, "GET", path, NULL, NULL, &response, err))
		return false;
	Str location = http_header(&response, "Location");
	if (response.status != 302 || !location.len)
		return github_refused(github, "GET", path, &response, err);
	*ret_link = str_dup(location);
	return true;
}

void github_tell_log(Github *github, int64_t job, WallTime from, WallTime to) {
	const Call *call = github->api.call;
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_FREE char *link = NULL;
	Error err = {0};
	Window window = {from, to};
	if (!call->output)
		return;
	if (find_link(github, job, &link, &err) && fetch(github, link, &response, &err)) {
		tell_end(call, buf_str(&response.body), &window);
		return;
	}
	AUTO_FREE char *text = bg_asprintf("the log could not be had: %s", err.why);
	tell_lines(call, str_from(text));
}

/* ---- where it failed ---- */

static bool is_bad(const Json *item) {
	const char *conclusion = json_get_string(item, "conclusion");
	return conclusion && !text_eq(conclusion, "success") && !text_eq(conclusion, "skipped") && !text_eq(conclusion, "neutral");
}

static WallTime time_of(const Json *item, const char *key) {
	WallTime time = {0};
	BG_IGNORE(wall_parse_iso(str_from(json_get_string(item, key)), &time));   /* not known: no limit */
	return time;
}

char *github_tell_failure(Github *github, const Json *jobs) {
	JSON_EACH(job, json_get(jobs, "jobs")) {
		int64_t id = 0;
		const Json *bad = NULL;
		if (!is_bad(job))
			continue;
		JSON_EACH(step, json_get(job, "steps"))
			bad = !bad && is_bad(step) ? step : bad;
		if (json_int(json_get(job, "id"), &id) && id > 0)
			github_tell_log(github, id, time_of(bad, "started_at"), time_of(bad, "completed_at"));
		return bad ? bg_asprintf("job %.50s, step %.60s", json_get_string_or(job, "name", "?"), json_get_string_or(bad, "name", "?"))
			: bg_asprintf("job %.50s", json_get_string_or(job, "name", "?"));
	}
	return NULL;
}
