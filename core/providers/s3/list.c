/* list.c: a whole bucket added up from ListObjectsV2 pages as they stream by. There is no listing by date in S3: the newest object is
 * found by looking at all of them. Per object nothing is allocated. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/providers/s3/s3.h"
#include "core/transport/url.h"
#include "core/transport/xml.h"

#define PAGES_MAX 200000            /* of 1000 keys: two hundred million objects */
#define TRIES 4                     /* of a page that asks to be slower */
#define RETRY_MS 50
#define TOKEN_MAX 4096
#define SIZE_LIMIT (INT64_C(1) << 50)
#define HEAD_MAX 2048

/* One page while it is read. */
typedef struct Page {
	BucketSum *sum;
	XmlReader *reader;
	Error error;
	bool root_seen, truncated;
	bool encoded;            /* keys come percent-encoded */
	char key[3 * S3_KEY_MAX + 1];
	size_t key_len;
	WallTime modified;
	int64_t size;
	bool sized;
	char token[TOKEN_MAX];
	char head[HEAD_MAX];     /* how the body begins: an error document is short */
	size_t head_len;
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

/* What the console of a store makes for a folder: an empty object whose key ends in a slash. */
static bool is_folder(const Page *page) {
	Str key = {page->key, page->key_len};
	return str_ends(key, "/") || (page->encoded && str_ends(key, "%2F"));
}

static void keep_newest(Page *page) {
	BucketSum *sum = page->sum;
	memcpy(sum->newest_key, page->key, page->key_len + 1);
	sum->newest = page->modified;
	sum->newest_bytes = page->size;
	sum->newest_is_folder = is_folder(page);
	sum->newest_is_encoded = page->encoded;
}

/* Once, at the end: many an object is the newest for a while. Amazon writes a space as "+", others as "%20"; a plus sign is "%2B" with
 * all of them. */
static void decode_newest(BucketSum *sum) {
	AUTO_CLEAR(Buf) key = {0};
	if (!sum->newest_is_encoded)
		return;
	for (char *at = sum->newest_key; (at = strchr(at, '+'));)
		*at = ' ';
	url_decode(str_from(sum->newest_key), &key);
	memcpy(sum->newest_key, buf_text(&key), key.len + 1);
	sum->newest_is_encoded = false;
}

static bool end_object(Page *page) {
	BucketSum *sum = page->sum;
	if (!page->key_len || !page->sized || !wall_known(page->modified))
		return strange(page, "an object in the listing has no key, size or time");
	/* The largest object of any store is far below. */
	if (page->size > SIZE_LIMIT || sum->bytes > INT64_MAX - page->size)
		return strange(page, "an object in the listing is larger than any can be");
	sum->count++;
	sum->bytes += page->size;
	if (page->size == 0 && !is_folder(page))
		sum->empty++;
	if (page->modified.ms > sum->newest.ms)
		keep_newest(page);
	return true;
}

static bool take_field(Page *page, Str name, Str text) {
	if (str_eq(name, STR("Key"))) {
		if (text.len >= sizeof(page->key))
			return strange(page, "a key that is too long");
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
	/* Comes before the objects. */
	if (str_eq_c(path, "ListBucketResult/EncodingType"))
		page->encoded = str_eq_c(text, "url");
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
	Error broken = {0};
	Str head = str_slice(piece, 0, sizeof(page->head) - page->head_len);
	memcpy(page->head + page->head_len, head.ptr, head.len);
	page->head_len += head.len;
	if (xml_reader_feed(page->reader, piece, &broken))
		return true;
	if (!error_is_set(&page->error))
		page->error = broken;
	return false;
}

/* Sorted by name, as the signature wants it; sigv4 sorts again, which costs nothing. */
static void page_query(const char *prefix, const char *token, Buf *url) {
	AUTO_CLEAR(Buf) query = {0};
	if (*token)
		url_add_field(&query, "continuation-token", token);
	/* A key may hold bytes that XML cannot: encoded, none of them breaks the listing. */
	url_add_field(&query, "encoding-type", "url");
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
	if (request.deadline_ms <= 0) {
		error_set(err, ERROR_TIMEOUT, "the time for listing it is over: %lld objects were seen", (long long) page->sum->count);
		return error_hint(err, "the store is slow or the bucket is large: give the probe a longer deadline:");
	}
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

/* A success that holds an error document, or none of S3's documents at all. */
static bool no_listing(S3 *s3, const char *bucket, const Page *page, HttpResponse *response, Error *err) {
	if (str_find((Str){page->head, page->head_len}, "<Error>") >= 0) {
		buf_append(&response->body, page->head, page->head_len);
		return s3_refused(s3, bucket, S3_LIST, response, err);
	}
	error_hint(err, "check the endpoint in the environment file: a login page or a proxy may answer there");
	return error_where(err, "bucket %s at %s", bucket, s3->base);
}

static bool read_page(S3 *s3, const char *bucket, const char *url, Page *page, bool *ret_again, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	*ret_again = false;
	if (!ask_page(s3, url, page, &response, err)) {
		AUTO_FREE char *where = url_describe(url);
		if (error_is_set(&page->error))
			return no_listing(s3, bucket, page, &response, err);
		*ret_again = err->retryable && err->kind != ERROR_TIMEOUT && page->sum->pages > 0;
		return error_where(err, "%s", where);
	}
	if (response.status / 100 != 2) {
		s3_refused(s3, bucket, S3_LIST, &response, err);
		*ret_again = err->retryable && page->sum->pages > 0;
		return false;
	}
	if (xml_reader_finish(page->reader, err) && page->root_seen)
		return true;
	return no_listing(s3, bucket, page, &response, err);
}

/* Longer each time, and never quite the same: several who were turned away must not come back together. */
static void wait_before(int tries) {
	unsigned char noise;
	random_bytes(&noise, sizeof(noise));
	(void) poll(NULL, 0, (RETRY_MS << tries) + noise % RETRY_MS);   /* only the time matters */
}

bool s3_sum(S3 *s3, const char *bucket, const char *prefix, BucketSum *ret_sum, Error *err) {
	BucketSum sum = {0};
	AUTO_FREE char *base = s3_bucket_url(s3, bucket);
	AUTO_FREE Page *page = bg_calloc(1, sizeof(*page));
	XmlHandler handler = {.begin = on_begin, .end = on_end, .userdata = page};
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
			wait_before(tries);
			error_clear(err);
			continue;
		}
		tries = 0;
		sum.pages++;
		if (!page->truncated)
			break;
		if (!*page->token || text_eq(page->token, token) || sum.pages >= PAGES_MAX) {
			error_set(err, ERROR_PROTOCOL, "the listing goes on, but says not where");
			error_hint(err, "this may be no S3: check the endpoint in the environment file");
			return error_where(err, "%s", base);
		}
		memcpy(token, page->token, sizeof(token));
		call_progress(s3->call, sum.count, 0, "%lld objects so far", (long long) sum.count);
	}
	decode_newest(&sum);
	secret_hide(s3->credentials.session_token, sum.newest_key, strlen(sum.newest_key));
	*ret_sum = sum;
	return true;
}
