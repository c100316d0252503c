/* post.c: http.post: one request, once. Nothing is known of the other side: it may do the same twice, and nobody can look afterwards. So what is not known
 * to be refused and has no answer is in doubt, and is never sent again by itself. */
#include "core/providers/http/post.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"

#define LIMIT_MS 5000          /* where a 429 does not say how long */
#define KEPT_MAX 1000          /* bytes of what save= keeps */

static const char *method_of(const Call *call) {
	const char *given = call_arg(call, "method");
	return given ? given : "POST";
}

/* Which statuses are a yes; without a word every 2xx is. */
static bool is_expected(const char *expect, int status) {
	AUTO_CLEAR(StrList) wanted = {0};
	AUTO_FREE char *text = bg_asprintf("%d", status);
	strlist_split(&wanted, str_from(expect), ',');
	return wanted.count ? strlist_has(&wanted, text) : status / 100 == 2;
}

static bool check_args(const Call *call, Error *err) {
	AUTO_CLEAR(StrList) wanted = {0};
	strlist_split(&wanted, str_from(call_arg(call, "expect")), ',');
	for (size_t i = 0; i < wanted.count; i++) {
		int64_t status = 0;
		if (str_parse_int(str_from(wanted.items[i]), &status) && status >= 200 && status < 400)
			continue;
		error_set(err, ERROR_INVALID, "%.40s is no status that says yes", wanted.items[i]);
		return error_hint(err, "write expect=200,201: numbers from 200 to 399");
	}
	return true;
}

/* The whole request for people: secrets by the names of where they come from. */
static char *request_text(const Post *post, const char *method, const char *url, const char *body) {
	AUTO_CLEAR(Buf) raw = {0};
	Buf text = {0};
	buf_printf(&raw, "%s %s%s\nContent-Type: %s\n", method, url, post->api.url_is_secret ? " (the rest of the address is not shown)" : "",
		post->is_form ? "application/x-www-form-urlencoded" : "application/json");
	for (size_t i = 0; i < post->shown.count; i++)
		buf_printf(&raw, "%s\n", post->shown.items[i]);
	buf_puts(&raw, body);
	text_sanitise(buf_str(&raw), SANITISE_BLOCK, &text);
	return buf_take(&text);
}

static void describe(const Call *call, const Post *post, const char *url, const char *body, Plan *plan) {
	const char *method = method_of(call), *expect = call_arg(call, "expect");
	AUTO_FREE char *what = bg_asprintf("%s %s", method, url);
	plan_set(&plan->target, "%s at %s", call->system->name, url);
	plan_set(&plan->confirm_name, "%s", call->system->name);
	plan_add_change(plan, what, NULL, body);
	for (size_t i = 0; i < post->shown.count; i++)
		plan_add_change(plan, "with the header", NULL, post->shown.items[i]);
	json_add_string(plan->basis, "method", method);
	json_add_string(plan->basis, "url", url);
	json_add_string(plan->basis, "body", body);
	json_add_string(plan->basis, "expect", expect);
	strlist_add(&plan->warnings, "it is not safe to repeat: the other side may do it a second time");
	strlist_add(&plan->warnings, "nobody can look afterwards: when no answer comes, it is in doubt until you have looked there");
	plan->request = request_text(post, method, url, body);
	plan_set(&plan->manual, "Do it by hand in %s", call->system->name);
	plan_set(&plan->undo, "take it back there by hand");
}

bool http_plan_post(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Post) post = {0};
	AUTO_CLEAR(Buf) body = {0};
	if (!check_args(call, err) || !post_open(call, &post, err) || !post_body(call, &body, err))
		return error_what(err, "plan a request");
	AUTO_FREE char *url = api_address(&post.api, post.path);
	plan_set(&ret_plan->action, "http.post");
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	describe(call, &post, url, buf_text(&body), ret_plan);
	return true;
}

/* ---- apply ---- */

/* `keep=issue.key` of an answer in JSON; a number is kept as it is written. Owned; NULL: there is none. */
static char *kept_of(const HttpResponse *response, const char *keep) {
	AUTO(Json) *json = NULL;
	Str rest = str_from(keep), part;
	if (!json_parse(buf_str(&response->body), &json, NULL))
		return NULL;
	const Json *at = json;
	while (str_split(&rest, '.', &part)) {
		AUTO_FREE char *name = str_dup(part);
		at = json_get(at, name);
	}
	AUTO_FREE char *raw = json_string(at) ? bg_strdup(json_string(at)) : json_is_number(at) ? json_text(at) : NULL;
	AUTO_FREE char *line = raw ? text_sanitised_line(raw) : NULL;
	return line && *line && strlen(line) <= KEPT_MAX ? TAKE(line) : NULL;
}

static bool judge(Post *post, const Plan *plan, const HttpResponse *response, ActionResult *result, SendEnd *ret_end, Error *err) {
	const char *method = json_get_string_or(plan->basis, "method", "POST"), *keep = json_get_string(plan->args, "keep");
	if (!is_expected(json_get_string(plan->basis, "expect"), response->status)) {
		*ret_end = response->status / 100 == 4 ? SEND_REFUSED : SEND_UNKNOWN;
		return api_refused(&post->api, method, post->path, response, err);
	}
	*ret_end = SEND_DONE;
	json_add_int(result->values, "status", response->status);
	result->value = keep ? kept_of(response, keep) : NULL;
	if (keep && !result->value)
		strlist_add_take(&result->warnings, bg_asprintf("its answer has no %.60s: nothing is kept of it", keep));
	return true;
}

bool http_apply_post(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Post) post = {0};
	AUTO_CLEAR(HttpResponse) response = {0};
	SendEnd end = SEND_UNKNOWN;
	json_free(result->values);
	result->values = json_new_object();
	if (!post_open(call, &post, err))
		return error_what(err, "send the request");
	ApiBody body = {.content_type = post.is_form ? "application/x-www-form-urlencoded" : "application/json",
		.bytes = str_from(json_get_string_or(plan->basis, "body", "")), .headers = post.headers, .header_count = post.header_count};
	result->began = true;
	bool ok = api_send_patiently(&post.api, json_get_string_or(plan->basis, "method", "POST"), post.path, &body, LIMIT_MS, &response, &end, err) &&
		judge(&post, plan, &response, result, &end, err);
	if (end == SEND_REFUSED || end == SEND_UNSENT)
		json_add_bool(result->values, "refused", true);
	return ok || error_what(err, "send the request");
}

bool http_verify_post(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	(void) plan, (void) err;
	int64_t status = json_get_int(result->values, "status", 0);
	bool refused = json_get_bool(result->values, "refused", false);
	free(result->evidence);
	result->verified = refused ? VERIFIED_NO : VERIFIED_UNKNOWN;
	result->evidence = refused ? bg_strdup("nothing was done there") : status ? bg_asprintf("%s took it (status %lld); nobody can look afterwards", call->system->name, (long long) status)
		: bg_asprintf("it may have been done: look in %s before it is sent again", call->system->name);
	return true;
}
