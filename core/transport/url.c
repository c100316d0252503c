/* url.c: the small part of RFC 3986 that requests need. */
#include "core/transport/url.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/base/text.h"

static bool has_bad_bytes(Str url) {
	for (size_t i = 0; i < url.len; i++)
		if ((unsigned char) url.ptr[i] <= ' ' || url.ptr[i] == 0x7f)
			return true;
	return false;
}

static Str cut_scheme(Str url, Str *rest) {
	static const char *const SCHEMES[] = {"http://", "https://"};
	for (size_t i = 0; i < BG_LENGTH(SCHEMES); i++) {
		if (str_starts_nocase(url, SCHEMES[i])) {
			size_t len = strlen(SCHEMES[i]);
			*rest = str_slice(url, len, url.len);
			return str_slice(url, 0, len - 3);
		}
	}
	return (Str){0};
}

static void cut_port(Str authority, UrlParts *parts) {
	size_t start = 0;
	if (str_starts(authority, "[")) {
		ptrdiff_t close = str_find_char(authority, ']');
		start = close < 0 ? authority.len : (size_t) close + 1;
	}
	ptrdiff_t colon = str_find_char(str_slice(authority, start, authority.len), ':');
	parts->host = colon < 0 ? authority : str_slice(authority, 0, start + (size_t) colon);
	if (colon >= 0)
		parts->port = str_slice(authority, start + (size_t) colon + 1, authority.len);
}

bool url_parse(const char *url, UrlParts *ret_parts, Error *err) {
	Str text = str_from(url), rest = {0};
	UrlParts parts = {.scheme = cut_scheme(text, &rest)};
	if (text.len > URL_MAX_BYTES || has_bad_bytes(text) || !parts.scheme.len) {
		error_set(err, ERROR_INVALID, "not a usable address: http:// or https:// and at most %d bytes without blanks are", URL_MAX_BYTES);
		return error_hint(err, "correct the address in the environment file");
	}
	ptrdiff_t fragment = str_find_char(rest, '#');
	if (fragment >= 0)
		rest = str_slice(rest, 0, (size_t) fragment);
	size_t end = 0;
	while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?')
		end++;
	Str authority = str_slice(rest, 0, end);
	rest = str_slice(rest, end, rest.len);
	for (size_t i = authority.len; i > 0; i--) {
		if (authority.ptr[i - 1] == '@') {
			parts.userinfo = str_slice(authority, 0, i - 1);
			authority = str_slice(authority, i, authority.len);
			break;
		}
	}
	cut_port(authority, &parts);
	ptrdiff_t query = str_find_char(rest, '?');
	parts.path = query < 0 ? rest : str_slice(rest, 0, (size_t) query);
	if (query >= 0)
		parts.query = str_slice(rest, (size_t) query + 1, rest.len);
	if (!parts.host.len)
		return error_set(err, ERROR_INVALID, "an address without a host");
	*ret_parts = parts;
	return true;
}

static Str effective_port(const UrlParts *parts) {
	if (parts->port.len)
		return parts->port;
	return str_eq_nocase(parts->scheme, STR("https")) ? STR("443") : STR("80");
}

bool url_same_origin(const UrlParts *a, const UrlParts *b) {
	return str_eq_nocase(a->scheme, b->scheme) && str_eq_nocase(a->host, b->host) &&
		str_eq(effective_port(a), effective_port(b));
}

bool url_host_is_literal(const UrlParts *parts) {
	char host[64];
	struct in_addr address;
	if (str_starts(parts->host, "["))
		return true;
	if (parts->host.len >= sizeof(host))
		return false;
	snprintf(host, sizeof(host), "%.*s", STR_ARG(parts->host));
	return inet_pton(AF_INET, host, &address) == 1;
}

bool url_host_is_loopback(const UrlParts *parts) {
	return str_eq_c(parts->host, "[::1]") || str_eq_nocase(parts->host, STR("localhost")) ||
		(str_starts(parts->host, "127.") && url_host_is_literal(parts));
}

bool url_host_is_link_local(const UrlParts *parts) {
	return str_starts_nocase(parts->host, "[fe80:") || (str_starts(parts->host, "169.254.") && url_host_is_literal(parts));
}

char *url_describe(const char *url) {
	UrlParts parts;
	if (!url_parse(url, &parts, NULL))
		return bg_strdup("an unusable address");
	Str path = str_slice(parts.path, 0, 120);
	AUTO_FREE char *raw = bg_asprintf("%.*s://%.*s%s%.*s%.*s%s", STR_ARG(parts.scheme), STR_ARG(parts.host),
		parts.port.len ? ":" : "", STR_ARG(parts.port), STR_ARG(path), path.len < parts.path.len ? "..." : "");
	return text_sanitised_line(raw);
}

static bool is_unreserved(char c) {
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '~';
}

static void encode(Str text, bool keep_slash, Buf *out) {
	static const char DIGITS[] = "0123456789ABCDEF";
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (is_unreserved(c) || (keep_slash && c == '/')) {
			buf_putc(out, c);
		} else {
			buf_putc(out, '%');
			buf_putc(out, DIGITS[(unsigned char) c >> 4]);
			buf_putc(out, DIGITS[(unsigned char) c & 15]);
		}
	}
}

void url_encode(Str text, Buf *out) { encode(text, false, out); }

void url_encode_path(Str path, Buf *out) { encode(path, true, out); }

void url_add_field(Buf *out, const char *name, const char *value) {
	if (out->len)
		buf_putc(out, '&');
	url_encode(str_from(name), out);
	buf_putc(out, '=');
	url_encode(str_from(value), out);
}

static int hex_value(char c) {
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char) (c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void url_decode(Str text, Buf *out) {
	for (size_t i = 0; i < text.len; i++) {
		int high = i + 2 < text.len && text.ptr[i] == '%' ? hex_value(text.ptr[i + 1]) : -1;
		int low = high >= 0 ? hex_value(text.ptr[i + 2]) : -1;
		if (low >= 0) {
			buf_putc(out, (char) (high * 16 + low));
			i += 2;
		} else {
			buf_putc(out, text.ptr[i]);
		}
	}
}
