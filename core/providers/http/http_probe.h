/* http_probe.h: the provider for web sites: the probe http, that looks at a page, or at a sample of many (http.post: post.h). */
#pragma once
#include "core/providers/provider.h"
#include "core/transport/http.h"

extern const Provider HTTP_PROVIDER;

#define PAGES_KNOWN_MAX 20000        /* addresses taken from a sitemap */

/* The pages of a site: from /sitemap.xml (and the sitemaps that it names), else the links of the page itself. Only pages of the same
 * origin. False when neither could be had; an empty list is no error. */
BG_CHECK bool site_pages(HttpClient *client, const Call *call, const char *url, StrList *ret_pages, Error *err);

typedef struct PageRules {
	int64_t status;                  /* that a page must answer with */
	const char *text;                /* ERE that the body must match; NULL = none */
	const char *absent;              /* ERE that it must not; NULL = none */
	int64_t min_bytes;
} PageRules;
/* Whether a page is as it should be; else `why` says what is wrong, where, and what to do. A page that could not be had is not good:
 * *ret_status is then 0. */
bool page_is_good(HttpClient *client, const Call *call, const char *url, const PageRules *rules, int64_t *ret_status, bool *ret_by_name,
	Error *why);
