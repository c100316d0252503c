/* url.h: URLs taken apart without copying, percent-encoding, and the form of a URL that may be shown. */
#pragma once
#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"

#define URL_MAX_BYTES 8192

/* Slices of the text that was parsed. */
typedef struct UrlParts {
	Str scheme;      /* "http" or "https" */
	Str userinfo;    /* empty if none */
	Str host;        /* a literal IPv6 address keeps its brackets */
	Str port;        /* empty if not written */
	Str path;        /* "/..." or empty */
	Str query;       /* without "?"; empty if none */
} UrlParts;

/* http and https only; no control bytes, no blanks. The fragment is dropped. */
BG_CHECK bool url_parse(const char *url, UrlParts *ret_parts, Error *err);
bool url_same_origin(const UrlParts *a, const UrlParts *b);     /* scheme, host and port */
bool url_host_is_literal(const UrlParts *parts);                /* an IPv4 or IPv6 address: no DNS is asked */
bool url_host_is_loopback(const UrlParts *parts);
bool url_host_is_link_local(const UrlParts *parts);             /* 169.254/16 and fe80::/10 */
/* scheme, host and path; user, password and what stands in the query are left out. Sanitised, bounded. Owned. */
char *url_describe(const char *url);

/* Everything but A-Z a-z 0-9 - _ . ~ becomes %XX (upper case): RFC 3986 and what AWS asks for. Appends. */
void url_encode(Str text, Buf *out);
/* The same, "/" kept: for whole paths. */
void url_encode_path(Str path, Buf *out);
/* "&name=value", encoded, without the "&" when `out` is empty: form bodies and queries. */
void url_add_field(Buf *out, const char *name, const char *value);
/* %XX back to bytes (and nothing else). Appends. A stray % stays. */
void url_decode(Str text, Buf *out);
