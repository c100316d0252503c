/* A URL that is taken has all its parts within it, and what is shown of it holds neither user, password nor query. Percent-encoding comes back. */
#include "fuzz.h"
#include "core/transport/url.h"

static void check_part(Str whole, Str part)
{
	if (part.len)
		BG_ASSERT(part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(Buf) encoded = { 0 };
	AUTO_CLEAR(Buf) again = { 0 };
	Str text = { (const char *) data, size };
	url_encode(text, &encoded);
	url_decode(buf_str(&encoded), &again);
	BG_ASSERT(str_eq(buf_str(&again), text));
	buf_truncate(&again, 0);
	url_decode(text, &again);
	BG_ASSERT(again.len <= size);
	AUTO_FREE char *url = str_dup(text);
	AUTO_FREE char *shown = url_describe(url);
	fuzz_harmless(str_from(shown), SANITISE_LINE);
	UrlParts parts = { 0 };
	Error err = { 0 };
	if (!url_parse(url, &parts, &err)) {
		fuzz_refused(&err);
		return 0;
	}
	const Str all[] = { parts.scheme, parts.userinfo, parts.host, parts.port, parts.path, parts.query };
	for (size_t i = 0; i < BG_LENGTH(all); i++)
		check_part(str_from(url), all[i]);
	BG_ASSERT(parts.host.len && url_same_origin(&parts, &parts));
	BG_ASSERT(!url_host_is_loopback(&parts) || url_host_is_literal(&parts) || str_eq_nocase(parts.host, STR("localhost")));
	BG_ASSERT(str_find_char(str_from(shown), '?') < 0);
	BG_ASSERT(!parts.userinfo.len || str_find_char(str_slice(str_from(shown), 0, parts.scheme.len + 3 + parts.host.len), '@') < 0);
	return 0;
}
