/* sim_s3.c: the calls of S3 that reading needs: buckets, ListObjectsV2 with pages, objects; and PutObject (AWS API reference). */
#include "core/sandbox/sim_s3.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/sandbox/sim_account.h"

#define NAMESPACE "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""
#define MAX_KEYS 1000

static void element(Buf *out, const char *name, Str text) {
	buf_printf(out, "<%s>", name);
	sim_markup_escape(text, out);
	buf_printf(out, "</%s>", name);
}

static void reply_xml(SimReply *reply, Buf *text) {
	sim_reply_bytes(reply, 200, "application/xml", buf_str(text));
	buf_clear(text);
}

static void list_buckets(SimS3 *s3, SimReply *reply) {
	char time[WALL_TEXT_SIZE];
	Buf out = {0};
	buf_puts(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListAllMyBucketsResult " NAMESPACE
		"><Owner><ID>sandbox</ID><DisplayName>sandbox</DisplayName></Owner><Buckets>");
	for (size_t i = 0; i < sim_store_count(s3->store); i++) {
		const SimBucket *bucket = sim_store_at(s3->store, i);
		buf_puts(&out, "<Bucket>");
		element(&out, "Name", str_from(bucket->name));
		element(&out, "CreationDate", str_from(wall_format_iso(bucket->created, time)));
		buf_puts(&out, "</Bucket>");
	}
	buf_puts(&out, "</Buckets></ListAllMyBucketsResult>");
	reply_xml(reply, &out);
}

/* ---- ListObjectsV2 ---- */

typedef struct Listing {
	const SimBucket *bucket;
	Str prefix, delimiter;
	bool encode;
	int64_t max_keys, count;
	size_t at;
	Buf contents, prefixes;
	Buf last_prefix;
	Str last;                /* key or folder: the next page begins after it */
	bool truncated;
} Listing;

static void put_key(const Listing *listing, Buf *out, const char *name, Str key) {
	AUTO_CLEAR(Buf) encoded = {0};
	for (size_t i = 0; listing->encode && i < key.len; i++) {
		if (key.ptr[i] == ' ')
			buf_putc(&encoded, '+');   /* as in a form: Amazon's way here, and only here */
		else
			sim_percent_encode(str_slice(key, i, 1), true, &encoded);
	}
	element(out, name, listing->encode ? buf_str(&encoded) : key);
}

static void put_object(Listing *listing, const SimObject *object) {
	char time[WALL_TEXT_SIZE], size[24];
	Buf *out = &listing->contents;
	buf_puts(out, "<Contents>");
	put_key(listing, out, "Key", str_from(object->key));
	element(out, "LastModified", str_from(wall_format_iso(object->modified, time)));
	buf_printf(out, "<ETag>&quot;%s&quot;</ETag>", object->body->etag);
	snprintf(size, sizeof(size), "%zu", object->body->len);
	element(out, "Size", str_from(size));
	buf_puts(out, "<StorageClass>STANDARD</StorageClass></Contents>");
}

static bool begins_with(Str text, Str start) { return text.len >= start.len && memcmp(text.ptr, start.ptr, start.len) == 0; }

/* A key with the delimiter after the prefix is listed as the folder that it stands in, once. Empty: it stands in none. */
static Str folder_of(const Listing *listing, Str key) {
	if (!listing->delimiter.len)
		return STR("");
	AUTO_FREE char *delimiter = str_dup(listing->delimiter);
	ptrdiff_t at = str_find(str_slice(key, listing->prefix.len, key.len), delimiter);
	return at < 0 ? STR("") : str_slice(key, 0, listing->prefix.len + (size_t) at + listing->delimiter.len);
}

static void put_folder(Listing *listing, Str folder) {
	buf_truncate(&listing->last_prefix, 0);
	buf_put_str(&listing->last_prefix, folder);
	buf_puts(&listing->prefixes, "<CommonPrefixes>");
	put_key(listing, &listing->prefixes, "Prefix", folder);
	buf_puts(&listing->prefixes, "</CommonPrefixes>");
}

static void fill(Listing *listing) {
	for (; listing->at < listing->bucket->count; listing->at++) {
		const SimObject *object = &listing->bucket->objects[listing->at];
		Str key = str_from(object->key);
		if (!begins_with(key, listing->prefix))
			return;
		Str folder = folder_of(listing, key);
		if (folder.len && str_eq(folder, buf_str(&listing->last_prefix)))
			continue;
		if (listing->count >= listing->max_keys) {
			listing->truncated = listing->max_keys > 0;
			return;
		}
		if (folder.len)
			put_folder(listing, folder);
		else
			put_object(listing, object);
		listing->count++;
		listing->last = folder.len ? folder : key;
	}
}

/* The token is the last key or folder, hidden: clients must not read anything into it. */
static bool start_position(const SimRequest *request, Listing *listing) {
	const char *token = sim_request_arg(request, "continuation-token"), *after = sim_request_arg(request, "start-after");
	AUTO_CLEAR(Buf) key = {0};
	if (token && !base64_decode(str_from(token), &key))
		return false;
	Str from = token ? buf_str(&key) : after ? str_from(after) : listing->prefix;
	listing->at = sim_bucket_lower_bound(listing->bucket, from);
	/* A folder that the page before ended with is through. */
	if (token && str_eq(folder_of(listing, from), from))
		buf_put_str(&listing->last_prefix, from);
	if ((token || after) && listing->at < listing->bucket->count && str_eq_c(from, listing->bucket->objects[listing->at].key))
		listing->at++;
	size_t first = sim_bucket_lower_bound(listing->bucket, listing->prefix);
	if (listing->at < first)
		listing->at = first;
	return true;
}

static void write_listing(const Listing *listing, const SimRequest *request, Buf *out) {
	AUTO_CLEAR(Buf) token = {0};
	buf_printf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult " NAMESPACE ">");
	element(out, "Name", str_from(listing->bucket->name));
	put_key(listing, out, "Prefix", listing->prefix);
	if (listing->delimiter.len)
		put_key(listing, out, "Delimiter", listing->delimiter);
	if (sim_request_arg(request, "start-after"))
		put_key(listing, out, "StartAfter", str_from(sim_request_arg(request, "start-after")));
	if (sim_request_arg(request, "continuation-token"))
		element(out, "ContinuationToken", str_from(sim_request_arg(request, "continuation-token")));
	buf_printf(out, "<KeyCount>%lld</KeyCount><MaxKeys>%lld</MaxKeys>", (long long) listing->count, (long long) listing->max_keys);
	if (listing->encode)
		buf_puts(out, "<EncodingType>url</EncodingType>");
	buf_printf(out, "<IsTruncated>%s</IsTruncated>", listing->truncated ? "true" : "false");
	if (listing->truncated) {
		base64_encode(listing->last.ptr, listing->last.len, &token);
		element(out, "NextContinuationToken", buf_str(&token));
	}
	buf_put_str(out, buf_str(&listing->contents));
	buf_put_str(out, buf_str(&listing->prefixes));
	buf_puts(out, "</ListBucketResult>");
}

static void list_objects(const SimBucket *bucket, const SimRequest *request, SimReply *reply) {
	Listing listing = { .bucket = bucket, .prefix = str_from(sim_request_arg(request, "prefix")),
		.delimiter = str_from(sim_request_arg(request, "delimiter")), .encode = text_eq(sim_request_arg(request, "encoding-type"), "url") };
	int64_t wanted = MAX_KEYS;
	if (sim_request_arg(request, "max-keys") && (!str_parse_int(str_from(sim_request_arg(request, "max-keys")), &wanted) || wanted < 0))
		return sim_s3_error(reply, 400, "InvalidArgument", "Provided max-keys not an integer or within integer range", NULL, NULL);
	listing.max_keys = wanted < MAX_KEYS ? wanted : MAX_KEYS;
	if (!start_position(request, &listing)) {
		buf_clear(&listing.last_prefix);
		return sim_s3_error(reply, 400, "InvalidArgument", "The continuation token provided is incorrect", NULL, NULL);
	}
	fill(&listing);
	Buf out = {0};
	write_listing(&listing, request, &out);
	reply_xml(reply, &out);
	buf_clear(&listing.contents);
	buf_clear(&listing.prefixes);
	buf_clear(&listing.last_prefix);
}

/* ---- objects ---- */

static void send_object(const SimBucket *bucket, const char *key, SimReply *reply) {
	const SimObject *object = sim_bucket_find(bucket, key);
	char time[WALL_TEXT_SIZE];
	if (!object)
		return sim_s3_error(reply, 404, "NoSuchKey", "The specified key does not exist.", "Key", key);
	AUTO_FREE char *etag = bg_asprintf("\"%s\"", object->body->etag);
	sim_reply_bytes(reply, 200, object->type, (Str) { object->body->bytes, object->body->len });
	sim_reply_header(reply, "Last-Modified", wall_format_http(object->modified, time));
	sim_reply_header(reply, "ETag", etag);
}

static void take_object(SimBucket *bucket, const char *key, const SimRequest *request, SimReply *reply, WallTime now) {
	const char *type = sim_request_header(request, "Content-Type");
	sim_bucket_put(bucket, key, buf_str(&request->body), type ? type : "binary/octet-stream", now);
	AUTO_FREE char *etag = bg_asprintf("\"%s\"", sim_bucket_find(bucket, key)->body->etag);
	sim_reply_empty(reply, 200);
	sim_reply_header(reply, "ETag", etag);
}

static void serve_bucket(SimS3 *s3, SimBucket *bucket, const char *key, const SimRequest *request, SimReply *reply, WallTime now) {
	if (text_eq(request->method, "PUT") && *key)
		return take_object(bucket, key, request, reply, now);
	bool reads = text_eq(request->method, "GET") || text_eq(request->method, "HEAD");
	if (!reads)
		return sim_s3_error(reply, 405, "MethodNotAllowed", "The specified method is not allowed against this resource.", NULL, NULL);
	if (*key)
		return send_object(bucket, key, reply);
	if (sim_request_arg(request, "location")) {
		/* The oldest region has no name there. */
		AUTO_FREE char *text = bg_asprintf("<?xml version=\"1.0\"?>\n<LocationConstraint " NAMESPACE ">%s</LocationConstraint>",
			text_eq(s3->region, "us-east-1") ? "" : s3->region);
		return sim_reply_text(reply, 200, "application/xml", text);
	}
	if (sim_request_arg(request, "versioning"))
		return sim_reply_text(reply, 200, "application/xml", "<?xml version=\"1.0\"?>\n<VersioningConfiguration " NAMESPACE "/>");
	if (sim_request_arg(request, "replication"))
		return sim_s3_error(reply, 404, "ReplicationConfigurationNotFoundError", "The replication configuration was not found", "BucketName",
			bucket->name);
	if (text_eq(request->method, "HEAD"))
		return sim_reply_empty(reply, 200);
	if (!text_eq(sim_request_arg(request, "list-type"), "2"))
		return sim_s3_error(reply, 501, "NotImplemented", "The sandbox speaks ListObjectsV2 only: list-type=2", NULL, NULL);
	list_objects(bucket, request, reply);
}

/* The bucket stands in front of the host name, or as the first part of the path. */
static SimBucket *find_bucket(const SimS3 *s3, const SimRequest *request, Str path, Str *ret_name, size_t *ret_key_at) {
	Str host = str_from(sim_request_header(request, "Host"));
	ptrdiff_t dot = str_find_char(host, '.');
	SimBucket *by_host = dot > 0 ? sim_store_find(s3->store, str_slice(host, 0, (size_t) dot)) : NULL;
	*ret_key_at = 1;
	*ret_name = by_host ? str_from(by_host->name) : STR("");
	if (by_host)
		return by_host;
	Str rest = str_slice(path, 1, path.len);
	(void) str_split(&rest, '/', ret_name);
	*ret_key_at = 1 + ret_name->len + 1;
	return sim_store_find(s3->store, *ret_name);
}

/* A bucket answers in its own region; a new one is made in the region that its request was signed for. */
static const char *region_for(const SimS3 *s3, const SimRequest *request, const char *bucket, const char *key) {
	static const char *const KNOWN[] = {"us-east-1", "us-east-2", "us-west-2", "eu-central-1"};
	Str header = str_from(sim_request_header(request, "Authorization"));
	bool makes = text_eq(request->method, "PUT") && *bucket && !*key && !sim_store_find(s3->store, str_from(bucket));
	for (size_t i = 0; makes && i < BG_LENGTH(KNOWN); i++) {
		AUTO_FREE char *scope = bg_asprintf("/%s/s3/aws4_request", KNOWN[i]);
		if (str_find(header, scope) >= 0)
			return KNOWN[i];
	}
	return sim_account_region(s3->account, s3, bucket);
}

static void serve(SimS3 *s3, const char *name, SimBucket *bucket, const char *key, const SimRequest *request, SimReply *reply, WallTime now) {
	sim_reply_header(reply, "Server", "AmazonS3");
	sim_reply_header(reply, "x-amz-bucket-region", s3->region);
	if (!sim_s3_signature_is_good(s3, request, reply, now))
		return;
	if (s3->account && sim_account_answers(s3, name, key, request, reply, now))
		return;
	if (!*name)
		return list_buckets(s3, reply);
	if (!bucket)
		return sim_s3_error(reply, 404, "NoSuchBucket", "The specified bucket does not exist", "BucketName", name);
	serve_bucket(s3, bucket, key, request, reply, now);
	if (s3->account && *key && text_eq(request->method, "PUT"))
		sim_account_replicate(s3, name, key, now);
	if (s3->account && *key && !text_eq(request->method, "PUT") && reply->status == 200)
		sim_account_tell_status(s3, name, key, reply);
}

void sim_s3_handle(SimS3 *s3, const SimRequest *request, SimReply *reply, WallTime now) {
	AUTO_CLEAR(Buf) path = {0};
	SimS3 here = *s3;
	Str name;
	size_t key_at;
	if (s3->account && sim_account_is_iam(request))
		return sim_iam_handle(s3, request, reply, now);
	if (s3->account && sim_account_is_control(request))
		return sim_control_jobs(s3, request, reply, now);
	sim_percent_decode(str_from(request->path), false, &path);
	SimBucket *bucket = find_bucket(s3, request, buf_str(&path), &name, &key_at);
	AUTO_FREE char *wanted = str_dup(name);
	AUTO_FREE char *key = str_dup(str_slice(buf_str(&path), key_at, path.len));
	AUTO_FREE char *region = s3->account ? bg_strdup(region_for(s3, request, wanted, key)) : NULL;
	if (region)
		here.region = region;
	serve(&here, wanted, bucket, key, request, reply, now);
}
