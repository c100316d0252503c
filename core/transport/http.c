/* http.c: one request at a time over a libcurl easy handle. The handle is reset between requests and keeps its connections. */
#include "core/transport/http.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/transport/http_internal.h"
#include "core/transport/url.h"

struct HttpClient {
	const CurlLibrary *curl;
	CURL *handle;
	bool insecure;
	char *ca_cert;     /* NULL = the system's authorities */
	char *ca_file;     /* from the environment; NULL = libcurl's own */
};

static char *ca_file_of_environment(void) {
	const char *file = getenv("CURL_CA_BUNDLE");
	if (!file || !*file)
		file = getenv("SSL_CERT_FILE");
	return file && *file ? bg_strdup(file) : NULL;
}

bool http_client_new(const HttpClientOptions *options, HttpClient **ret_client, Error *err) {
	const CurlLibrary *curl = NULL;
	if (!curl_library_get(&curl, err))
		return false;
	CURL *handle = curl->easy_init();
	if (!handle)
		return error_set(err, ERROR_IO, "libcurl gives no handle");
	HttpClient *client = bg_calloc(1, sizeof(*client));
	client->curl = curl;
	client->handle = handle;
	client->insecure = options && options->insecure;
	if (options && options->ca_cert && *options->ca_cert)
		client->ca_cert = bg_strdup(options->ca_cert);
	client->ca_file = ca_file_of_environment();
	*ret_client = client;
	return true;
}

HttpClient *http_client_free(HttpClient *client) {
	if (!client)
		return NULL;
	client->curl->easy_cleanup(client->handle);
	free(client->ca_cert);
	free(client->ca_file);
	free(client);
	return NULL;
}

/* Header lines for libcurl. They may hold a secret, so that they are wiped before they are freed. */
typedef struct HeaderLines {
	const CurlLibrary *curl;
	struct curl_slist *list;
} HeaderLines;

static void header_lines_clear(HeaderLines *lines) {
	for (struct curl_slist *line = lines->list; line; line = line->next)
		secret_wipe(line->data, strlen(line->data));
	lines->curl->slist_free_all(lines->list);
	lines->list = NULL;
}
BG_DEFINE_CLEARP(HeaderLines, header_lines_clear)

static void add_line(HeaderLines *lines, const char *name, const char *prefix, const char *value) {
	AUTO_CLEAR(Buf) line = {0};
	buf_reserve(&line, strlen(name) + strlen(prefix) + strlen(value) + 4);   /* so that no half copy stays behind in freed memory */
	/* "Name;" is libcurl's way to send an empty header, "Name:" its way to send none. */
	buf_printf(&line, *prefix || *value ? "%s: %s%s" : "%s;%s%s", name, prefix, value);
	lines->list = lines->curl->slist_append(lines->list, buf_text(&line));
	BG_ASSERT(lines->list);
	secret_wipe(line.data, line.len);
}

/* A header that would end its line early could add headers of its own. */
static bool is_header_value(const char *value) { return value && !strpbrk(value, "\r\n"); }

static bool is_one_line(const Secret *secret, Error *err) {
	if (is_header_value(secret_reveal(secret)))
		return true;
	error_set(err, ERROR_INVALID, "the secret holds a line break (%s)", secret_origin(secret));
	return error_hint(err, "look at where it comes from: it must be one line");
}

static bool add_own_headers(const HttpRequest *request, HeaderLines *lines, Error *err) {
	for (size_t i = 0; i < request->header_count; i++) {
		if (!is_header_value(request->headers[i].value))
			return error_set(err, ERROR_INVALID, "the value of header %s holds a line break", request->headers[i].name);
		add_line(lines, request->headers[i].name, "", request->headers[i].value);
	}
	/* libcurl would send "application/x-www-form-urlencoded" for any body, and wait for a 100 before large ones. */
	lines->list = lines->curl->slist_append(lines->list, "Expect:");
	if (request->content_type)
		add_line(lines, "Content-Type", "", request->content_type);
	else
		lines->list = lines->curl->slist_append(lines->list, "Content-Type:");
	for (size_t i = 0; i < request->more_count; i++) {
		if (!is_one_line(request->more[i].secret, err))
			return false;
		if (request->more[i].header)
			add_line(lines, request->more[i].header, "", secret_reveal(request->more[i].secret));
	}
	if (!request->secret)
		return true;
	if (!is_one_line(request->secret, err))
		return false;
	bool bearer = !request->secret_is_whole && str_eq_nocase(str_from(request->secret_header), STR("Authorization"));
	add_line(lines, request->secret_header, bearer ? "Bearer " : "", secret_reveal(request->secret));
	return true;
}

/* Amazon takes no x-amz-* header that the signature does not cover. */
static size_t headers_to_sign(const HttpRequest *request, SigV4Header ret[static SIGV4_MAX_HEADERS]) {
	size_t count = 0;
	for (size_t i = 0; i < request->header_count; i++)
		if (str_starts(str_from(request->headers[i].name), "x-amz-") && count < SIGV4_MAX_HEADERS)
			ret[count++] = (SigV4Header){request->headers[i].name, request->headers[i].value};
	return count;
}

/* Signs and gives the URL as it must be sent: with its query sorted. */
static void sign(const HttpRequest *request, const UrlParts *parts, HeaderLines *lines, Buf *ret_url) {
	AUTO_CLEAR(Buf) query = {0};
	AUTO_CLEAR(Buf) host = {0};
	AUTO_CLEAR(Buf) authorization = {0};
	char payload[SHA256_HEX_SIZE], date[SIGV4_DATE_SIZE];
	sigv4_canonical_query(parts->query, &query);
	sha256_hex(request->body.ptr ? request->body.ptr : "", request->body.len, payload);
	WallTime now = wall_now();
	sigv4_date(now, date);
	bool https = str_eq_nocase(parts->scheme, STR("https"));
	buf_put_str(&host, parts->host);
	if (parts->port.len && !str_eq_c(parts->port, https ? "443" : "80"))
		buf_printf(&host, ":%.*s", STR_ARG(parts->port));
	SigV4Header own[SIGV4_MAX_HEADERS];
	SigV4Request to_sign = {.method = request->method ? request->method : "GET", .host = buf_str(&host), .path = parts->path,
		.query = buf_str(&query), .payload_sha256 = payload, .time = now, .headers = own, .header_count = headers_to_sign(request, own)};
	sigv4_authorization(request->sigv4, &to_sign, &authorization);
	add_line(lines, "x-amz-content-sha256", "", payload);
	add_line(lines, "x-amz-date", "", date);
	if (request->sigv4->session_token)
		add_line(lines, "x-amz-security-token", "", secret_reveal(request->sigv4->session_token));
	add_line(lines, "Authorization", "", buf_text(&authorization));
	buf_printf(ret_url, "%.*s://%s%.*s", STR_ARG(parts->scheme), buf_text(&host), STR_ARG(parts->path));
	if (query.len)
		buf_printf(ret_url, "?%s", buf_text(&query));
}

static bool has_credentials(const HttpRequest *request) {
	return request->secret || request->more_count || request->sigv4 || request->secret_query || request->url_is_secret;
}

/* The address with the query that is a secret: for the other side's eyes only. */
static void add_secret_query(const HttpRequest *request, const UrlParts *parts, Buf *ret_url) {
	const char *query = secret_reveal(request->secret_query);
	buf_reserve(ret_url, strlen(request->url) + secret_len(request->secret_query) + 2);   /* no half copy stays behind in freed memory */
	buf_printf(ret_url, "%s%c%s", request->url, parts->query.len ? '&' : '?', query);
}

static int on_progress(void *userdata, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
	(void) a, (void) b, (void) c, (void) d;   /* libcurl's byte counts: only the call itself matters */
	Transfer *transfer = userdata;
	const HttpRequest *request = transfer->request;
	if (request->cancelled && request->cancelled(request->userdata))
		transfer->was_cancelled = true;
	return transfer->was_cancelled;
}

static void set_connection(HttpClient *client, const Transfer *transfer, const UrlParts *parts) {
	const CurlLibrary *curl = client->curl;
	CURL *handle = client->handle;
	bool https = str_eq_nocase(parts->scheme, STR("https"));
	bool credentials = has_credentials(transfer->request) || parts->userinfo.len;
	curl->easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
	curl->easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L);   /* a hanging name lookup must not outlast the deadline */
	curl->easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
	curl->easy_setopt(handle, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
	curl->easy_setopt(handle, CURLOPT_USERAGENT, "breakglass");
	curl->easy_setopt(handle, CURLOPT_PATH_AS_IS, 1L);
	curl->easy_setopt(handle, CURLOPT_TIMEOUT_MS, (long) transfer->deadline_ms);
	curl->easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, (long) transfer->connect_ms);
	curl->easy_setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
	curl->easy_setopt(handle, CURLOPT_HEADEROPT, (long) CURLHEADER_SEPARATE);
	/* What answers on a link-local address is this machine's own (the metadata service, which gives out keys): no proxy is asked for it. */
	if (url_host_is_loopback(parts) || url_host_is_link_local(parts) || (credentials && !https))
		curl->easy_setopt(handle, CURLOPT_PROXY, "");
	if (client->insecure) {
		curl->easy_setopt(handle, CURLOPT_SSL_VERIFYPEER, 0L);
		curl->easy_setopt(handle, CURLOPT_SSL_VERIFYHOST, 0L);
	} else if (client->ca_cert) {
		struct curl_blob blob = {client->ca_cert, strlen(client->ca_cert), CURL_BLOB_NOCOPY};
		curl->easy_setopt(handle, CURLOPT_CAINFO_BLOB, &blob);
	} else if (client->ca_file) {
		curl->easy_setopt(handle, CURLOPT_CAINFO, client->ca_file);
	}
}

static void set_method(HttpClient *client, const HttpRequest *request) {
	const CurlLibrary *curl = client->curl;
	Str method = str_from(request->method ? request->method : "GET");
	/* Over a connection that was used before, libcurl sends a request again by itself when nothing came back: it cannot know that the other
	 * side had not done it. What may change something goes over one of its own, once. */
	if (!str_eq_c(method, "HEAD") && !str_eq_c(method, "GET"))
		curl->easy_setopt(client->handle, CURLOPT_FRESH_CONNECT, 1L);
	if (str_eq_c(method, "HEAD")) {
		curl->easy_setopt(client->handle, CURLOPT_NOBODY, 1L);
	} else if (str_eq_c(method, "GET")) {
		curl->easy_setopt(client->handle, CURLOPT_HTTPGET, 1L);
	} else if (str_eq_c(method, "DELETE") && !request->body.len) {
		curl->easy_setopt(client->handle, CURLOPT_CUSTOMREQUEST, "DELETE");
	} else {
		/* POST and PUT with nothing to say still tell the length: 0. */
		curl->easy_setopt(client->handle, CURLOPT_POST, 1L);
		curl->easy_setopt(client->handle, CURLOPT_POSTFIELDS, request->body.len ? request->body.ptr : "");
		curl->easy_setopt(client->handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) request->body.len);
		curl->easy_setopt(client->handle, CURLOPT_CUSTOMREQUEST, request->method);
	}
}

/* One request, no redirects. */
static bool perform(HttpClient *client, Transfer *transfer, const char *url, Error *err) {
	const CurlLibrary *curl = client->curl;
	UrlParts parts;
	if (!url_parse(url, &parts, err))
		return false;
	AUTO_CLEAR(HeaderLines) lines = {curl, NULL};
	AUTO_CLEAR(Buf) signed_url = {0};
	if (!add_own_headers(transfer->request, &lines, err))
		return false;
	if (transfer->request->sigv4)
		sign(transfer->request, &parts, &lines, &signed_url);
	else if (transfer->request->secret_query && text_eq(url, transfer->request->url))
		add_secret_query(transfer->request, &parts, &signed_url);
	char detail[CURL_ERROR_SIZE] = "";
	curl->easy_reset(client->handle);
	set_connection(client, transfer, &parts);
	set_method(client, transfer->request);
	if (transfer->request->decode)
		curl->easy_setopt(client->handle, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl->easy_setopt(client->handle, CURLOPT_URL, signed_url.len ? buf_text(&signed_url) : url);
	curl->easy_setopt(client->handle, CURLOPT_HTTPHEADER, lines.list);
	curl->easy_setopt(client->handle, CURLOPT_ERRORBUFFER, detail);
	curl->easy_setopt(client->handle, CURLOPT_HEADERFUNCTION, http_response_take_header);
	curl->easy_setopt(client->handle, CURLOPT_HEADERDATA, transfer);
	curl->easy_setopt(client->handle, CURLOPT_WRITEFUNCTION, http_response_take_body);
	curl->easy_setopt(client->handle, CURLOPT_WRITEDATA, transfer);
	curl->easy_setopt(client->handle, CURLOPT_NOPROGRESS, 0L);
	curl->easy_setopt(client->handle, CURLOPT_XFERINFOFUNCTION, on_progress);
	curl->easy_setopt(client->handle, CURLOPT_XFERINFODATA, transfer);
	transfer->response->by_name = !url_host_is_literal(&parts);
	CURLcode code = curl->easy_perform(client->handle);
	curl_off_t connected = 0;
	curl->easy_getinfo(client->handle, CURLINFO_PRETRANSFER_TIME_T, &connected);
	transfer->response->unsent = code != CURLE_OK && !connected && !transfer->response->status;
	bool ok = code == CURLE_OK || http_error_set(curl, client->handle, transfer, code, detail, err);
	curl->easy_setopt(client->handle, CURLOPT_ERRORBUFFER, NULL);
	curl->easy_setopt(client->handle, CURLOPT_HTTPHEADER, NULL);
	if (signed_url.len)
		secret_wipe(signed_url.data, signed_url.len);
	return ok;
}

/* The address that a redirect leads to; NULL when the answer is none or is not to be followed. Owned. */
static char *redirect_target(HttpClient *client, const Transfer *transfer) {
	const HttpRequest *request = transfer->request;
	Str method = str_from(request->method ? request->method : "GET");
	char *target = NULL;
	if (!request->follow || transfer->response->status / 100 != 3 || !(str_eq_c(method, "GET") || str_eq_c(method, "HEAD")))
		return NULL;
	client->curl->easy_getinfo(client->handle, CURLINFO_REDIRECT_URL, &target);
	return bg_strdup_or_null(target);
}

static bool may_go_to(const HttpRequest *request, const char *target, Error *err) {
	UrlParts from, to;
	if (!url_parse(request->url, &from, err) || !url_parse(target, &to, err))
		return false;
	AUTO_FREE char *shown = url_describe(target);
	secret_hide(request->secret, shown, strlen(shown));
	http_hide_query(request->secret_query, shown, strlen(shown));
	if (str_eq_nocase(from.scheme, STR("https")) && !str_eq_nocase(to.scheme, STR("https")))
		return error_set(err, ERROR_REMOTE, "is redirected from https to plain %s", shown);
	if (has_credentials(request) && !url_same_origin(&from, &to)) {
		error_set(err, ERROR_REMOTE, "is redirected to %s, and credentials are not sent to another host", shown);
		return error_hint(err, "if that host is right, write it into the environment file");
	}
	return true;
}

/* An error page that repeats the request must not bring the credentials onto a screen or into the record. */
static void hide_secrets(const HttpRequest *request, Buf *bytes) {
	if (!bytes->len)
		return;
	secret_hide(request->secret, bytes->data, bytes->len);
	http_hide_query(request->secret_query, bytes->data, bytes->len);
	if (!request->sigv4)
		return;
	secret_hide(request->sigv4->session_token, bytes->data, bytes->len);
	secret_hide(request->sigv4->secret_key, bytes->data, bytes->len);
}

/* Where a request went, as it may be told: of an address that is a credential, only the host. */
static char *told_address(const HttpRequest *request) {
	UrlParts parts;
	if (!request->url_is_secret)
		return url_describe(request->url);
	if (!url_parse(request->url, &parts, NULL))
		return bg_strdup("an unusable address");
	AUTO_FREE char *origin = bg_asprintf("%.*s://%.*s%s%.*s", STR_ARG(parts.scheme), STR_ARG(parts.host), parts.port.len ? ":" : "", STR_ARG(parts.port));
	return url_describe(origin);
}

/* A server may name the whole address, its path, or only the last part of that. */
static void hide_address(const HttpRequest *request, HttpResponse *response) {
	UrlParts parts;
	if (!request->url_is_secret || !url_parse(request->url, &parts, NULL))
		return;
	const char *last = strrchr(request->url, '/');
	Str hidden[] = {str_from(request->url), parts.path, str_from(last ? last + 1 : "")};
	for (size_t i = 0; i < BG_LENGTH(hidden); i++) {
		AUTO(Secret) *secret = secret_new(hidden[i], "address");
		http_response_hide(response, secret);
	}
}

bool http_request(HttpClient *client, const HttpRequest *request, HttpResponse *ret, Error *err) {
	*ret = (HttpResponse){.unsent = true};
	Transfer transfer = {.request = request, .response = ret, .began = mono_now(),
		.max_body = request->max_body ? request->max_body : HTTP_DEFAULT_MAX_BODY};
	int64_t deadline_ms = request->deadline_ms ? request->deadline_ms : HTTP_DEFAULT_DEADLINE_MS;
	AUTO_FREE char *url = bg_strdup(request->url);
	bool ok = true, again = true;
	for (int hops = 0; ok && again; hops++) {
		transfer.deadline_ms = deadline_ms - (mono_now().ms - transfer.began.ms);
		if (transfer.deadline_ms < 1)
			transfer.deadline_ms = 1;
		transfer.connect_ms = request->connect_ms ? request->connect_ms : HTTP_DEFAULT_CONNECT_MS;
		if (transfer.connect_ms > transfer.deadline_ms)
			transfer.connect_ms = transfer.deadline_ms;
		transfer.received = 0;
		buf_truncate(&ret->body, 0);
		ok = perform(client, &transfer, url, err);
		char *target = ok ? redirect_target(client, &transfer) : NULL;
		again = target != NULL;
		if (target) {
			free(url);
			url = target;
			ok = hops < HTTP_MAX_REDIRECTS ? may_go_to(request, url, err)
				: error_set(err, ERROR_REMOTE, "is redirected more than %d times", HTTP_MAX_REDIRECTS);
		}
	}
	if (request->secret)
		http_response_hide(ret, request->secret);
	for (size_t i = 0; i < request->more_count; i++)
		http_response_hide(ret, request->more[i].secret);
	if (request->sigv4 && request->sigv4->session_token)
		http_response_hide(ret, request->sigv4->session_token);
	ret->elapsed_ms = mono_now().ms - transfer.began.ms;
	hide_secrets(request, &ret->headers);
	hide_secrets(request, &ret->body);
	hide_address(request, ret);
	if (!text_eq(url, request->url))
		ret->final_url = bg_strdup(url);
	if (request->url_is_secret)
		secret_wipe(url, strlen(url));
	(void) wall_parse_http(http_header(ret, "Date"), &ret->date);   /* stays unknown when there is none */
	if (!ok) {
		AUTO_FREE char *where = told_address(request);
		AUTO_FREE char *led_to = ret->final_url ? url_describe(ret->final_url) : NULL;
		if (led_to)
			secret_hide(request->secret, led_to, strlen(led_to));
		for (size_t i = 0; led_to && i < request->more_count; i++)
			secret_hide(request->more[i].secret, led_to, strlen(led_to));
		if (led_to)
			http_hide_query(request->secret_query, led_to, strlen(led_to));
		error_where(err, "%s %s%s%s", request->method ? request->method : "GET", where, led_to ? ", sent on to " : "", led_to ? led_to : "");
	}
	return ok;
}
