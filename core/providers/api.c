/* api.c: requests of providers, and the refusals that all services share. */
#include "core/providers/api.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/providers/settings.h"
#include "core/transport/url.h"

#define REQUEST_MAX_MS 30000
#define CA_CERT_MAX (256u * 1024)
#define SAID_MAX 110
#define PATH_MAX_BYTES 4096

static bool open_client(const Call *call, const HttpClientOptions *options, HttpClient **ret_client, Error *err) {
	AUTO_CLEAR(Buf) ca_cert = {0};
	HttpClientOptions all = options ? *options : (HttpClientOptions){0};
	if (call->system && system_setting_bool(call->system, "insecure", false))
		all.insecure = true;
	AUTO_FREE char *path = call->system ? setting_path(call->environment, call->system, "ca-cert") : NULL;
	if (path) {
		if (!file_read(path, CA_CERT_MAX, &ca_cert, err))
			return false;
		all.ca_cert = buf_text(&ca_cert);
	}
	return http_client_new(&all, ret_client, err);
}

bool api_open(Api *api, const Call *call, const char *service, const char *url, const HttpClientOptions *options, Error *err) {
	api->call = call;
	api->service = service;
	api->now = wall_now();
	size_t len = strlen(url);
	while (len && url[len - 1] == '/')
		len--;
	free(api->url);
	api->url = bg_strndup(url, len);
	return open_client(call, options, &api->client, err);
}

char *api_address(const Api *api, const char *path) {
	UrlParts parts;
	AUTO_FREE char *full = bg_asprintf("%s%s", api->url, path);
	if (!api->url_is_secret || !url_parse(full, &parts, NULL))
		return api->url_is_secret ? bg_strdup("the address") : url_describe(full);
	AUTO_FREE char *origin = bg_asprintf("%.*s://%.*s%s%.*s", STR_ARG(parts.scheme), STR_ARG(parts.host), parts.port.len ? ":" : "", STR_ARG(parts.port));
	return url_describe(origin);
}

static bool at_path(const Api *api, const char *method, const char *path, Error *err) {
	AUTO_FREE char *where = api_address(api, path);
	return error_where(err, "%s %s", method, where);
}

bool api_send(Api *api, const char *method, const char *path, const ApiBody *body, HttpResponse *ret, Error *err) {
	*ret = (HttpResponse){.unsent = true};
	int64_t left = call_remaining_ms(api->call);
	AUTO_FREE char *url = bg_asprintf("%s%s", api->url, path);
	if (call_is_cancelled(api->call))
		return error_set(err, ERROR_CANCELLED, "it was cancelled before %s was asked", api->service);
	if (strlen(path) > PATH_MAX_BYTES)
		return api_strange(api, "", err, "gives a name or an id of more than %d bytes", PATH_MAX_BYTES);
	if (left <= 0) {
		error_set(err, ERROR_TIMEOUT, "the time for it is over, and %s was not asked any more", api->service);
		error_hint(err, "%s is slow or a lot was asked of it: try again", api->service);
		return at_path(api, method, path, err);
	}
	HttpRequest request = {.method = method, .url = url, .deadline_ms = left < REQUEST_MAX_MS ? left : REQUEST_MAX_MS,
		.secret_header = api->secret_header, .secret = api->secret, .secret_is_whole = api->secret_is_whole, .more = api->more,
		.more_count = api->more_count,
		.url_is_secret = api->url_is_secret, .max_body = 32u * 1024 * 1024,
		.cancelled = api->call->cancelled, .userdata = api->call->userdata};
	if (body) {
		request.content_type = body->content_type;
		request.body = body->bytes;
		request.headers = body->headers;
		request.header_count = body->header_count;
	}
	bool ok = http_request(api->client, &request, ret, err);
	api->by_name = api->by_name || ret->by_name;
	if (ok) {
		api->clock_difference_ms = 0;
		BG_IGNORE(http_clock_difference(ret, &api->clock_difference_ms));   /* stays 0 when the other side tells no time */
		api->now = wall_known(ret->date) ? ret->date : wall_now();
	}
	return ok;
}

typedef struct Refusal {
	int status;
	ErrorKind kind;
	bool retryable;
	const char *why, *hint;
} Refusal;

static const Refusal REFUSALS[] = {
	{400, ERROR_INVALID, false, "finds the request wrong", "look at what it says; this may be a newer version of it"},
	{401, ERROR_DENIED, false, "does not accept the token", "it may have expired: get a new one and put it where it comes from"},
	{403, ERROR_DENIED, false, "does not allow this with this token", "get a token with the rights for it, or ask somebody who has them"},
	{404, ERROR_MISSING, false, "knows no such thing", "check the names in the environment file and in the playbook"},
	{409, ERROR_CONFLICT, false, "refuses: the state there is another one", "look at it there, then make a new plan"},
	{422, ERROR_INVALID, false, "cannot do this in its present state", "look at it there, then make a new plan"},
	{429, ERROR_REMOTE, true, "refuses: too many requests", "wait for the limit to end, then try again"},
	{500, ERROR_REMOTE, true, "has an error of its own", "look at its status page or its logs, then try again"},
	{502, ERROR_REMOTE, true, "cannot be reached behind its gateway", "look at its status page, then try again"},
	{503, ERROR_REMOTE, true, "is not available now", "look at its status page, then try again"},
	{504, ERROR_REMOTE, true, "did not answer its gateway in time", "look at its state before trying again"},
};

static void find_limit_end(const HttpResponse *response, Buf *out) {
	int64_t at = 0, seconds = 0;
	char clock[WALL_TEXT_SIZE];
	if (str_parse_int(http_header(response, "Fastly-RateLimit-Reset"), &at) && at > 0)
		buf_printf(out, ", until %s", wall_format_dated((WallTime){at * 1000}, wall_now(), clock));
	else if (str_parse_int(http_header(response, "Retry-After"), &seconds) && seconds > 0)
		buf_printf(out, ", for %lld s", (long long) seconds);
}

/* A short plain text is what the other side says; a page of HTML is not. */
static void explain_plain(const HttpResponse *response, Buf *said) {
	Str rest = str_trim(buf_str(&response->body)), line;
	if (rest.len && rest.ptr[0] != '<' && rest.ptr[0] != '{' && rest.ptr[0] != '[' && str_next_line(&rest, &line))
		buf_put_str(said, line);
}

/* Never followed: what answers there would get the credentials. */
static bool sent_elsewhere(const Api *api, const char *method, const char *path, const HttpResponse *response, Error *err) {
	UrlParts parts;
	AUTO_FREE char *location = str_dup(http_header(response, "Location"));
	AUTO_FREE char *shown = url_parse(location, &parts, NULL) ? url_describe(location) : bg_strdup("another page");
	error_set(err, ERROR_PROTOCOL, "%s sends us elsewhere (status %d), to %.80s", api->service, response->status, shown);
	error_hint(err, "it may be a login page; if it has moved, write its new address into the environment file");
	if (err)
		err->os_code = response->status;
	return at_path(api, method, path, err);
}

bool api_refused(const Api *api, const char *method, const char *path, const HttpResponse *response, Error *err) {
	AUTO_CLEAR(Buf) raw = {0};
	AUTO_CLEAR(Buf) more = {0};
	(api->explain ? api->explain : explain_plain)(response, &raw);
	AUTO_CLEAR(Buf) said = {0};
	text_sanitise(str_slice(buf_str(&raw), 0, SAID_MAX), SANITISE_LINE, &said);
	while (said.len && said.data[said.len - 1] == ' ')
		buf_truncate(&said, said.len - 1);
	const Refusal *refusal = NULL;
	for (size_t i = 0; i < BG_LENGTH(REFUSALS); i++)
		if (REFUSALS[i].status == response->status || (response->status / 100 == 5 && REFUSALS[i].status == 500))
			refusal = refusal && refusal->status == response->status ? refusal : &REFUSALS[i];
	if (response->status == 429)
		find_limit_end(response, &more);
	if (response->status / 100 == 3)
		return sent_elsewhere(api, method, path, response, err);
	error_set(err, refusal ? refusal->kind : ERROR_PROTOCOL, "%s %s (status %d%s)%s%s", api->service,
		refusal ? refusal->why : "gives an answer that is not expected", response->status, buf_text(&more), said.len ? ": " : "",
		buf_text(&said));
	if (refusal && response->status == 401 && api->secret_place)
		error_hint(err, "it may have expired: get a new one and put it there (%s)", api->secret_place);
	error_hint(err, "%s", refusal ? refusal->hint : "check the address in the environment file");
	if (err) {
		err->retryable = refusal && refusal->retryable;
		err->os_code = response->status;
	}
	return at_path(api, method, path, err);
}

bool api_do(Api *api, const char *method, const char *path, const ApiBody *body, HttpResponse *ret, Error *err) {
	if (!api_send(api, method, path, body, ret, err))
		return false;
	return ret->status / 100 == 2 || api_refused(api, method, path, ret, err);
}

bool api_strange(const Api *api, const char *path, Error *err, const char *why, ...) {
	va_list args;
	va_start(args, why);
	AUTO_FREE char *words = bg_vasprintf(why, args);
	va_end(args);
	error_set(err, ERROR_PROTOCOL, "%s %s", api->service, words);
	error_hint(err, "this may be another version of it, or another service: look there by hand");
	AUTO_FREE char *where = api_address(api, path);
	return error_where(err, "%s", where);
}

bool api_json(const Api *api, const char *path, const HttpResponse *response, Json **ret_json, Error *err) {
	Error local = {0};
	if (json_parse(buf_str(&response->body), ret_json, &local))
		return true;
	Str type = http_header(response, "Content-Type");
	error_set(err, ERROR_PROTOCOL, "%s answers with something that is not JSON (%.*s%s%zu bytes)", api->service,
		(int) (type.len < 40 ? type.len : 40), type.len ? type.ptr : "", type.len ? ", " : "", response->body.len);
	error_hint(err, "check that the address is the right one; a login page or a proxy may answer there");
	AUTO_FREE char *where = api_address(api, path);
	return error_where(err, "%s", where);
}

bool api_get(Api *api, const char *path, Json **ret_json, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	return api_do(api, "GET", path, NULL, &response, err) && api_json(api, path, &response, ret_json, err);
}

void api_note(const Api *api, const char *place, Reading *reading) {
	AUTO_FREE char *host = api->url && api->url_is_secret ? api_address(api, "") : NULL;
	const char *url = host ? host : api->url;
	AUTO_FREE char *whole = url ? bg_asprintf("%s at %s", place, url) : bg_strdup(place);
	reading->by_name = reading->by_name || api->by_name;
	reading_at_place(reading, url, whole);
	reading_note_clocks(reading, api->clock_difference_ms, whole);
}

void api_clear(Api *api) {
	http_client_free(api->client);
	secret_free(api->secret);
	for (size_t i = 0; i < api->more_count; i++)
		secret_free(api->more[i].secret);
	free(api->secret_place);
	if (api->url && api->url_is_secret)
		secret_wipe(api->url, strlen(api->url));
	free(api->url);
	*api = (Api){0};
}

/* %s is encoded, %lld is a number: no other directives. */
char *api_path(const char *format, ...) {
	Buf out = {0};
	va_list args;
	va_start(args, format);
	for (const char *c = format; *c; c++) {
		if (c[0] == '%' && c[1] == 's') {
			url_encode(str_from(va_arg(args, const char *)), &out);
			c++;
		} else if (strncmp(c, "%lld", 4) == 0) {
			buf_printf(&out, "%lld", va_arg(args, long long));
			c += 3;
		} else {
			buf_putc(&out, *c);
		}
	}
	va_end(args);
	return buf_take(&out);
}
