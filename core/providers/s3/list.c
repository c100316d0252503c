/* list.c: a whole bucket added up from ListObjectsV2 pages as they stream by. There is no listing by date in S3: the newest object is
 * found by looking at all of them. Per object nothing is allocated. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/providers/s3/s3.h"
#include "core/transport/url.h"
#include "core/transport/xml.h"

#define PAGES_MAX 200000            /* of 1000 keys: two hundred million objects */
#define TRIES 4                     /* of a page that asks to be slower */
#define TOKEN_MAX 4096

/* One page while it is read. */
typedef struct Page {
	BucketSum *sum;
	XmlReader *reader;
	Error error;
	bool root_seen, truncated;
	char key[1025];
	size_t key_len;
	WallTime modified;
	int64_t size;
	bool sized;
	char token[TOKEN_MAX];
} Page;

static bool strange(Page *page, const char *why) {
	error_set(&page->error, ERROR_PROTOCOL, "%s", why);
	return false;
}

static bool on_begin(void *userdata, Str path) {
	Page *page = userdata;
	if (!page->root_seen) {
		page->root_seen = true;
		/* A 200 can hold an error document. */
		if (!str_eq_c(path, "ListBucketResult"))
			return strange(page, "the answer is not a listing");
	}
	if (str_eq_c(path, "ListBucketResult/Contents")) {
		page->key_len = 0;
		page->modified = (WallTime){0};
		page->sized = false;
	}
	return true;
}

static bool end_object(Page *page) {
	BucketSum *sum = page->sum;
	if (!page->key_len || !page->sized || !wall_known(page->modified))
		return strange(page, "an object in the listing has no key, size or time");
	sum->count++;
	sum->bytes += page->size;
	if (page->size == 0 && page->key[page->key_len - 1] != '/')
		sum->empty++;
	if (page->modified.ms > sum->newest.ms) {
		sum->newest = page->modified;
		sum->newest_bytes = page->size;
		memcpy(sum->newest_key, page->key, page->key_len + 1);
	}
	return true;
}

static bool take_field(Page *page, Str name, Str text) {
	if (str_eq(name, STR("Key"))) {
		if (text.len >= sizeof(page->key))
			return strange(page, "a key of more than 1024 bytes");
		memcpy(page->key, text.ptr, text.len);
		page->key[text.len] = '\0';
		page->key_len = text.len;
	} else if (str_eq(name, STR("LastModified"))) {
		return wall_parse_iso(text, &page->modified) || strange(page, "a time that is none");
	} else if (str_eq(name, STR("Size"))) {
		page->sized = str_parse_int(text, &page->size) && page->size >= 0;
	}
	return true;
}

static bool on_end(void *userdata, Str path, Str text) {
	static const char CONTENTS[] = "ListBucketResult/Contents";
	Page *page = userdata;
	size_t prefix = sizeof(CONTENTS) - 1;
	if (path.len > prefix && path.ptr[prefix] == '/' && memcmp(path.ptr, CONTENTS, prefix) == 0)
		return take_field(page, str_slice(path, prefix + 1, path.len), text);
	if (str_eq_c(path, CONTENTS))
		return end_object(page);
	if (str_eq_c(path, "ListBucketResult/IsTruncated"))
		page->truncated = str_eq_c(str_trim(text), "true");
	if (str_eq_c(path, "ListBucketResult/NextContinuationToken")) {
		if (text.len >= sizeof(page->token))
			return strange(page, "a continuation token that is too long");
		memcpy(page->token, text.ptr, text.len);
		page->token[text.len] = '\0';
	}
	return true;
}

static bool on_body(void *userdata, Str piece) {
	Page *page = userdata;
	return xml_reader_feed(page->reader, piece, error_is_set(&page->error) ? NULL : &page->error);
}

/* Sorted by name, as the signature wants it; sigv4 sorts again, which costs nothing. */
static void page_query(const char *prefix, const char *token, Buf *url) {
	AUTO_CLEAR(Buf) query = {0};
	if (*token)
		url_add_field(&query, "continuation-token", token);
	url_add_field(&query, "list-type", "2");
	url_add_field(&query, "max-keys", "1000");
	if (*prefix)
		url_add_field(&query, "prefix", prefix);
	buf_printf(url, "?%s", buf_text(&query));
}

static bool ask_page(S3 *s3, const char *url, Page *page, HttpResponse *response, Error *err) {
	SigV4 signing = {s3->credentials.access_key_id, s3->credentials.secret_key, s3->credentials.session_token, s3->region, "s3"};
	HttpRequest request = {.url = url, .sigv4 = &signing, .deadline_ms = call_remaining_ms(s3->call), .on_body = on_body,
		.userdata = page};
	if (request.deadline_ms <= 0)
		return error_set(err, ERROR_TIMEOUT, "the time for listing it is over");
	if (!http_request(s3->client, &request, response, err)) {
		if (error_is_set(&page->error))
			*err = page->error;
		return false;
	}
	s3->by_name = s3->by_name || response->by_name;
	s3->now = wall_known(response->date) ? response->date : wall_now();
	(void) http_clock_difference(response, &s3->clock_difference_ms);   /* stays what it was when no time is told */
	return true;
}

static bool read_page(S3 *s3, const char *bucket, const char *url, Page *page, bool *ret_again, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	*ret_again = false;
	if (!ask_page(s3, url, page, &response, err)) {
		AUTO_FREE char *where = url_describe(url);
		return error_where(err, "%s", where);
	}
	if (response.status / 100 != 2) {
		s3_refused(s3, bucket, &response, err);
		*ret_again = err->retryable && page->sum->pages > 0;
		return false;
	}
	if (!xml_reader_finish(page->reader, err) || !page->root_seen) {
		error_hint(err, "the listing broke off: it is asked again by itself");
		return error_where(err, "%s", bucket);
	}
	return true;
}

bool s3_sum(S3 *s3, const char *bucket, const char *prefix, BucketSum *ret_sum, Error *err) {
	BucketSum sum = {0};
	AUTO_FREE char *base = s3_bucket_url(s3, bucket);
	AUTO_FREE Page *page = bg_calloc(1, sizeof(*page));
	XmlHandler handler = {on_begin, on_end, page};
	AUTO(XmlReader) *reader = xml_reader_new(&handler);
	char token[TOKEN_MAX] = "";
	int tries = 0;
	for (;;) {
		AUTO_CLEAR(Buf) url = {0};
		buf_puts(&url, base);
		page_query(prefix, token, &url);
		/* A page that breaks off is asked again whole: what it had added is taken back. */
		BucketSum before = sum;
		*page = (Page){.sum = &sum, .reader = reader};
		xml_reader_reset(reader);
		bool again = false;
		if (call_is_cancelled(s3->call))
			return error_set(err, ERROR_CANCELLED, "listing was cancelled");
		if (!read_page(s3, bucket, buf_text(&url), page, &again, err)) {
			if (!again || ++tries >= TRIES)
				return false;
			sum = before;
			error_clear(err);
			continue;
		}
		tries = 0;
		sum.pages++;
		if (!page->truncated)
			break;
		if (!*page->token || text_eq(page->token, token) || sum.pages >= PAGES_MAX) {
			error_set(err, ERROR_PROTOCOL, "the listing goes on, but says not where");
			return error_where(err, "%s", base);
		}
		memcpy(token, page->token, sizeof(token));
		call_progress(s3->call, sum.count, 0, "%lld objects so far", (long long) sum.count);
	}
	*ret_sum = sum;
	return true;
}
