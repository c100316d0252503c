/* object.c: one small object: read whole, or written whole. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/s3/s3.h"
#include "core/transport/url.h"

#define OBJECT_MAX (1024u * 1024)

static bool ask(S3 *s3, const char *method, const char *bucket, const char *key, Str body, HttpResponse *ret, Error *err) {
	SigV4 signing = {s3->credentials.access_key_id, s3->credentials.secret_key, s3->credentials.session_token, s3->region, "s3"};
	AUTO_FREE char *base = s3_bucket_url(s3, bucket);
	AUTO_CLEAR(Buf) url = {0};
	buf_printf(&url, "%s/", base);
	url_encode_path(str_from(key), &url);
	HttpRequest request = {.method = method, .url = buf_text(&url), .sigv4 = &signing, .deadline_ms = call_remaining_ms(s3->call),
		.max_body = OBJECT_MAX, .body = body, .content_type = body.len ? "text/plain; charset=utf-8" : NULL,
		.cancelled = s3->call->cancelled, .userdata = s3->call->userdata};
	if (request.deadline_ms <= 0) {
		error_set(err, ERROR_TIMEOUT, "the time for it is over");
		error_hint(err, "the store is slow: try again, or give it a longer deadline:");
		return error_where(err, "bucket %s at %s", bucket, s3->base);
	}
	bool ok = http_request(s3->client, &request, ret, err);
	s3->by_name = s3->by_name || ret->by_name;
	(void) http_clock_difference(ret, &s3->clock_difference_ms);   /* stays what it was when no time is told */
	return ok;
}

bool s3_get(S3 *s3, const char *bucket, const char *key, Buf *out, bool *ret_there, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	if (!ask(s3, "GET", bucket, key, STR(""), &response, err))
		return false;
	*ret_there = response.status == 200;
	if (*ret_there) {
		buf_append(out, response.body.data, response.body.len);
		return true;
	}
	/* Only the object may be missing, and only a store says it so: any server has a page for what it does not know. */
	bool no_key = response.status == 404 && str_find(buf_str(&response.body), "<Code>NoSuchKey</Code>") >= 0;
	return no_key || s3_refused(s3, bucket, S3_READ, &response, err);
}

bool s3_put(S3 *s3, const char *bucket, const char *key, Str bytes, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	return ask(s3, "PUT", bucket, key, bytes, &response, err) && (response.status == 200 || s3_refused(s3, bucket, S3_WRITE, &response, err));
}
