/* pages.c: which pages a site has, and whether one is as it should be. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/http/http_probe.h"
#include "core/transport/url.h"
#include "core/transport/xml.h"

#define SITEMAPS_MAX 20
#define PAGE_MAX (4u * 1024 * 1024)
#define PAGE_DEADLINE_MS 10000

/* ---- finding pages ---- */

typedef struct Sitemap { StrList *pages, *further; UrlParts origin; } Sitemap;

static void add_page(const Sitemap *sitemap, StrList *list, Str text) {
	UrlParts parts;
	AUTO_FREE char *url = str_dup(str_trim(text));
	if (list->count < PAGES_KNOWN_MAX && url_parse(url, &parts, NULL) && url_same_origin(&parts, &sitemap->origin))
		strlist_add(list, url);
}

static bool on_end(void *userdata, Str path, Str text) {
	Sitemap *sitemap = userdata;
	if (str_eq_c(path, "urlset/url/loc"))
		add_page(sitemap, sitemap->pages, text);
	else if (str_eq_c(path, "sitemapindex/sitemap/loc") && sitemap->further->count < SITEMAPS_MAX)
		add_page(sitemap, sitemap->further, text);
	return true;
}

static bool at(const char *url, Error *err) {
	AUTO_FREE char *shown = url_describe(url);
	return error_where(err, "%s", shown);
}

static bool fetch(HttpClient *client, const Call *call, const char *url, HttpResponse *ret, Error *err) {
	int64_t left = call_remaining_ms(call);
	HttpRequest request = {.url = url, .deadline_ms = left < PAGE_DEADLINE_MS ? left : PAGE_DEADLINE_MS, .max_body = PAGE_MAX,
		.follow = true, .decode = true, .cancelled = call->cancelled, .userdata = call->userdata};
	if (left <= 0) {
		error_set(err, ERROR_TIMEOUT, "the time for looking is over");
		error_hint(err, "the site is slow, or does not answer at all: look at it in a browser");
		return at(url, err);
	}
	return http_request(client, &request, ret, err);
}

static bool read_sitemap(HttpClient *client, const Call *call, const char *url, Sitemap *sitemap, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	XmlHandler handler = {.end = on_end, .userdata = sitemap};
	AUTO(XmlReader) *reader = xml_reader_new(&handler);
	if (!fetch(client, call, url, &response, err))
		return false;
	if (response.status != 200) {
		error_set(err, ERROR_MISSING, "there is no sitemap (status %d)", response.status);
		error_hint(err, "look at it in a browser");
		return at(url, err);
	}
	return xml_reader_feed(reader, buf_str(&response.body), err) && xml_reader_finish(reader, err);
}

/* href="/..." of a page: enough to sample a site that has no sitemap. */
static void read_links(const char *url, Str body, Sitemap *sitemap) {
	static const char NEEDLE[] = "href=\"";
	ptrdiff_t at;
	while ((at = str_find(body, NEEDLE)) >= 0) {
		body = str_slice(body, (size_t) at + sizeof(NEEDLE) - 1, body.len);
		ptrdiff_t end = str_find_char(body, '"');
		if (end < 0)
			return;
		Str link = str_slice(body, 0, (size_t) end);
		AUTO_FREE char *whole = str_starts(link, "/") && !str_starts(link, "//")
			? bg_asprintf("%.*s://%.*s%s%.*s%.*s", STR_ARG(sitemap->origin.scheme), STR_ARG(sitemap->origin.host),
				sitemap->origin.port.len ? ":" : "", STR_ARG(sitemap->origin.port), STR_ARG(link)) : str_dup(link);
		if (!strlist_has(sitemap->pages, whole) && !text_eq(whole, url) && sitemap->pages->count < 500)
			add_page(sitemap, sitemap->pages, str_from(whole));
	}
}

bool site_pages(HttpClient *client, const Call *call, const char *url, StrList *ret_pages, Error *err) {
	AUTO_CLEAR(StrList) further = {0};
	Sitemap sitemap = {.pages = ret_pages, .further = &further};
	if (!url_parse(url, &sitemap.origin, err))
		return false;
	AUTO_FREE char *first = bg_asprintf("%.*s://%.*s%s%.*s/sitemap.xml", STR_ARG(sitemap.origin.scheme), STR_ARG(sitemap.origin.host),
		sitemap.origin.port.len ? ":" : "", STR_ARG(sitemap.origin.port));
	bool ok = read_sitemap(client, call, first, &sitemap, err);
	for (size_t i = 0; ok && i < further.count; i++)
		BG_IGNORE(read_sitemap(client, call, further.items[i], &sitemap, NULL));   /* the others are sample enough */
	if (ok && ret_pages->count)
		return true;
	AUTO_CLEAR(HttpResponse) response = {0};
	if (!fetch(client, call, url, &response, err))
		return false;
	if (response.status != 200) {
		error_set(err, ERROR_REMOTE, "the page itself answers with status %d", response.status);
		error_hint(err, "look at the site in a browser");
		return at(url, err);
	}
	read_links(url, buf_str(&response.body), &sitemap);
	return true;
}

/* ---- judging one ---- */

/* A page that was cut off is answered with 200 all the same: what begins as HTML has to end as HTML. */
static bool is_cut_off(const HttpResponse *response) {
	Str type = http_header(response, "Content-Type"), body = buf_str(&response->body);
	return str_starts_nocase(type, "text/html") && str_find_nocase(body, "<html") >= 0 && str_find_nocase(body, "</html>") < 0;
}

/* Patterns see a text up to its first NUL: what must not be on a page could stand behind one. */
static bool holds_nul(const HttpResponse *response) { return memchr(response->body.data, '\0', response->body.len) != NULL; }

static Str without_www(Str host) { return str_starts_nocase(host, "www.") ? str_slice(host, 4, host.len) : host; }

/* A login page or a parked name answers 200 as well: a page of another host is not the one that was asked for. */
static bool leads_elsewhere(const char *url, const HttpResponse *response, Error *why) {
	UrlParts asked, answered;
	if (!response->final_url || !url_parse(url, &asked, NULL) || !url_parse(response->final_url, &answered, NULL) ||
	    str_eq_nocase(without_www(asked.host), without_www(answered.host)))
		return false;
	AUTO_FREE char *shown = url_describe(response->final_url);
	error_set(why, ERROR_REMOTE, "another host answers for it: %.120s", shown);
	error_hint(why, "it may be a login page; if that is the site now, write its address into the environment file");
	(void) at(url, why);
	return true;
}

static bool body_is_good(const HttpResponse *response, const PageRules *rules, Error *why) {
	const char *body = buf_text(&response->body);
	bool bad = false;
	if (!response->body.len || (int64_t) response->body.len < rules->min_bytes)
		error_set(why, ERROR_REMOTE, "the page has %zu bytes", response->body.len);
	else if (is_cut_off(response))
		error_set(why, ERROR_REMOTE, "the page is cut off: </html> is missing");
	else if (holds_nul(response))
		error_set(why, ERROR_REMOTE, "the page holds NUL bytes, and no page does");
	else if (rules->text && !str_matches(body, rules->text, &bad))
		error_set(why, ERROR_REMOTE, bad ? "\"%.100s\" is no pattern" : "the page does not say \"%.100s\"", rules->text);
	else if (rules->absent && (str_matches(body, rules->absent, &bad) || bad))
		error_set(why, ERROR_REMOTE, bad ? "\"%.100s\" is no pattern" : "the page says \"%.100s\"", rules->absent);
	else
		return true;
	return error_hint(why, bad ? "correct the pattern in the environment file" : "look at it in a browser, and at what publishes it");
}

bool page_is_good(HttpClient *client, const Call *call, const char *url, const PageRules *rules, int64_t *ret_status, bool *ret_by_name,
	Error *why) {
	AUTO_CLEAR(HttpResponse) response = {0};
	*ret_status = 0;
	bool had = fetch(client, call, url, &response, why);
	*ret_by_name = *ret_by_name || response.by_name;
	if (!had) {
		if (!response.final_url)
			*why->where = '\0';   /* "GET" says nothing here */
		return at(url, why);
	}
	*ret_status = response.status;
	if (response.status != (int) rules->status) {
		error_set(why, ERROR_REMOTE, "status %d, not %lld", response.status, (long long) rules->status);
		error_hint(why, "look at it in a browser, and at what serves it");
	} else if (leads_elsewhere(url, &response, why) || body_is_good(&response, rules, why)) {
		return !error_is_set(why);
	}
	return at(url, why);
}
