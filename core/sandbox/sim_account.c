/* sim_account.c: buckets made, set up and deleted, and what their replication rules copy (AWS API reference, S3). What is put into a subresource is
 * checked for what S3 checks, and given back as it was. */
#include "core/sandbox/sim_account.h"
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/sandbox/sim_crypto.h"

#define NAMESPACE " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""
#define BUCKETS_MAX 60

struct SimAccount { Json *state; };

SimAccount *sim_account_new(void) {
	static const char START[] = "{\"buckets\":{},\"foreign\":[\"taken\"],\"denied\":[],\"users\":{},\"jobs\":[],\"roles\":{\"" SIM_ROLE "\":{\"trust\":\"{}\","
		"\"policies\":{\"" SIM_ROLE_POLICY "\":\"{\\\"Version\\\":\\\"2012-10-17\\\",\\\"Statement\\\":[{\\\"Action\\\":[\\\"s3:ListBucket\\\"],"
		"\\\"Resource\\\":\\\"arn:aws:s3:::project-assets\\\",\\\"Effect\\\":\\\"Allow\\\"},{\\\"Action\\\":[\\\"s3:*\\\"],"
		"\\\"Resource\\\":\\\"arn:aws:s3:::project-assets/*\\\",\\\"Effect\\\":\\\"Allow\\\"}]}\"}}}}";
	SimAccount *account = bg_calloc(1, sizeof(*account));
	BG_ASSERT(json_parse(str_from(START), &account->state, NULL));
	return account;
}

SimAccount *sim_account_free(SimAccount *account) {
	if (!account)
		return NULL;
	json_free(account->state);
	free(account);
	return NULL;
}

Json *sim_account_state(SimAccount *account) { return account->state; }

static bool lists(const Json *list, const char *text) {
	JSON_EACH(item, list)
		if (text_eq(json_string(item), text))
			return true;
	return false;
}

bool sim_account_denies(const SimAccount *account, const char *right) { return lists(json_get(account->state, "denied"), right); }

/* Between "<name>" (or "<name ...>") and "</name>". */
char *sim_account_element(Str document, const char *name) {
	AUTO_FREE char *open = bg_asprintf("<%s>", name);
	AUTO_FREE char *close = bg_asprintf("</%s>", name);
	ptrdiff_t at = str_find(document, open);
	if (at < 0)
		return NULL;
	Str rest = str_slice(document, (size_t) at + strlen(open), document.len);
	ptrdiff_t end = str_find(rest, close);
	return end < 0 ? NULL : str_dup(str_slice(rest, 0, (size_t) end));
}

/* ---- how a bucket is set up ---- */

static const struct { const char *arg, *root, *reads, *writes, *none, *first; } PARTS[] = {
	{"versioning", "VersioningConfiguration", "s3:GetBucketVersioning", "s3:PutBucketVersioning", NULL, "<VersioningConfiguration" NAMESPACE "/>"},
	{"encryption", "ServerSideEncryptionConfiguration", "s3:GetEncryptionConfiguration", "s3:PutEncryptionConfiguration",
		"ServerSideEncryptionConfigurationNotFoundError", "<ServerSideEncryptionConfiguration" NAMESPACE "><Rule><ApplyServerSideEncryptionByDefault>"
		"<SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>"},
	{"publicAccessBlock", "PublicAccessBlockConfiguration", "s3:GetBucketPublicAccessBlock", "s3:PutBucketPublicAccessBlock", "NoSuchPublicAccessBlockConfiguration",
		"<PublicAccessBlockConfiguration" NAMESPACE "><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls>"
		"<BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>"},
	{"ownershipControls", "OwnershipControls", "s3:GetBucketOwnershipControls", "s3:PutBucketOwnershipControls", "OwnershipControlsNotFoundError", NULL},
	{"replication", "ReplicationConfiguration", "s3:GetReplicationConfiguration", "s3:PutReplicationConfiguration", "ReplicationConfigurationNotFoundError", NULL},
};

static void put_ownership(Json *settings, const char *ownership) {
	AUTO_FREE char *text = bg_asprintf("<OwnershipControls" NAMESPACE "><Rule><ObjectOwnership>%s</ObjectOwnership></Rule></OwnershipControls>", ownership);
	json_add_string(settings, "ownershipControls", text);
}

/* One that the scenario made is as new ones are. */
static Json *settings_of(SimAccount *account, const SimS3 *s3, const char *bucket) {
	Json *all = json_get_mutable(account->state, "buckets"), *settings = json_get_mutable(all, bucket);
	if (settings)
		return settings;
	settings = json_add(all, bucket, json_new_object());
	json_add_string(settings, "region", s3->region);
	for (size_t i = 0; i < BG_LENGTH(PARTS); i++)
		json_add_string(settings, PARTS[i].arg, PARTS[i].first);
	put_ownership(settings, "BucketOwnerEnforced");
	return settings;
}

const char *sim_account_region(SimAccount *account, const SimS3 *s3, const char *bucket) {
	return json_get_string_or(json_get(json_get(account->state, "buckets"), bucket), "region", s3->region);
}

static void denied(SimReply *reply) { sim_s3_error(reply, 403, "AccessDenied", "Access Denied", NULL, NULL); }

/* What sets a bucket up must come with a sum of its bytes. */
static bool sum_is_right(const SimRequest *request, SimReply *reply) {
	const char *told = sim_request_header(request, "Content-MD5");
	AUTO_CLEAR(Buf) bytes = {0};
	char hex[33], actual[33];
	for (size_t i = 0; i < request->headers.count; i++)
		if (str_starts(str_from(request->headers.items[i].name), "x-amz-checksum-"))
			return true;
	sim_md5_hex(buf_str(&request->body), actual);
	if (told && base64_decode(str_from(told), &bytes) && bytes.len == 16) {
		hex_encode(bytes.data, bytes.len, hex);
		if (text_eq(hex, actual))
			return true;
	}
	sim_s3_error(reply, 400, told ? "BadDigest" : "InvalidRequest", told ? "The Content-MD5 you specified did not match what we received."
		: "Missing required header for this request: Content-MD5 OR x-amz-checksum-*", NULL, NULL);
	return false;
}

static bool is_versioned(SimAccount *account, const char *bucket) {
	const char *text = json_get_string(json_get(json_get(account->state, "buckets"), bucket), "versioning");
	return text && strstr(text, "<Status>Enabled</Status>");
}

static void malformed(SimReply *reply) {
	sim_s3_error(reply, 400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema", NULL, NULL);
}

/* The rules of a configuration, one by one. */
static bool next_rule(Str *rest, Str *ret_rule) {
	ptrdiff_t at = str_find(*rest, "<Rule>"), end = str_find(*rest, "</Rule>");
	if (at < 0 || end < at)
		return false;
	*ret_rule = str_slice(*rest, (size_t) at, (size_t) (end - at));
	*rest = str_slice(*rest, (size_t) end + 7, rest->len);
	return true;
}

/* Where it copies to; NULL when it says none. Owned. */
static char *rule_destination(Str rule) {
	AUTO_FREE char *arn = sim_account_element(rule, "Bucket");
	return arn && strncmp(arn, "arn:aws:s3:::", 13) == 0 ? bg_strdup(arn + 13) : NULL;
}

static bool all_are_versioned(SimAccount *account, Str body) {
	Str rest = body, rule;
	while (next_rule(&rest, &rule)) {
		AUTO_FREE char *to = rule_destination(rule);
		if (!to || !is_versioned(account, to))
			return false;
	}
	return true;
}

static bool can_replicate(SimAccount *account, const char *bucket, Str body, SimReply *reply) {
	AUTO_FREE char *role = sim_account_element(body, "Role");
	if (!role || str_find(body, "<Rule>") < 0)
		malformed(reply);
	else if (!is_versioned(account, bucket))
		sim_s3_error(reply, 400, "InvalidRequest", "Versioning must be 'Enabled' on the bucket to apply a replication configuration", NULL, NULL);
	else if (!all_are_versioned(account, body))
		sim_s3_error(reply, 400, "InvalidRequest", "Destination bucket must have versioning enabled.", NULL, NULL);
	else
		return true;
	return false;
}

static void write_part(SimAccount *account, Json *settings, const char *bucket, size_t part, const SimRequest *request, SimReply *reply) {
	Str body = buf_str(&request->body);
	AUTO_FREE char *begin = bg_asprintf("<%s", PARTS[part].root);
	ptrdiff_t at = str_find(body, begin);
	if (!sum_is_right(request, reply))
		return;
	if (at < 0)
		return malformed(reply);
	if (text_eq(PARTS[part].arg, "replication") && !can_replicate(account, bucket, body, reply))
		return;
	AUTO_FREE char *text = str_dup(str_slice(body, (size_t) at, body.len));
	json_add_string(settings, PARTS[part].arg, text);
	sim_reply_empty(reply, 200);
}

static void serve_part(SimAccount *account, Json *settings, const char *bucket, size_t part, const SimRequest *request, SimReply *reply) {
	bool reads = text_eq(request->method, "GET");
	if (sim_account_denies(account, reads ? PARTS[part].reads : PARTS[part].writes))
		return denied(reply);
	if (text_eq(request->method, "PUT"))
		return write_part(account, settings, bucket, part, request, reply);
	if (text_eq(request->method, "DELETE")) {
		json_remove(settings, PARTS[part].arg);
		return sim_reply_empty(reply, 204);
	}
	const char *text = json_get_string(settings, PARTS[part].arg);
	if (!text)
		return sim_s3_error(reply, 404, PARTS[part].none, "It was not found", "BucketName", bucket);
	AUTO_FREE char *whole = bg_asprintf("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n%s", text);
	sim_reply_text(reply, 200, "application/xml", whole);
}

/* ---- buckets made and deleted ---- */

static void make_bucket(SimS3 *s3, const char *bucket, const SimRequest *request, SimReply *reply, WallTime now) {
	const char *ownership = sim_request_header(request, "x-amz-object-ownership");
	AUTO_FREE char *region = sim_account_element(buf_str(&request->body), "LocationConstraint");
	if (sim_account_denies(s3->account, "s3:CreateBucket"))
		return denied(reply);
	if (lists(json_get(sim_account_state(s3->account), "foreign"), bucket))
		return sim_s3_error(reply, 409, "BucketAlreadyExists", "The requested bucket name is not available.", "BucketName", bucket);
	if (sim_store_find(s3->store, str_from(bucket)))
		return sim_s3_error(reply, 409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.",
			"BucketName", bucket);
	if (sim_store_count(s3->store) >= BUCKETS_MAX)
		return sim_s3_error(reply, 400, "TooManyBuckets", "You have attempted to create more buckets than allowed", NULL, NULL);
	if (!text_eq(region ? region : "us-east-1", s3->region))
		return sim_s3_error(reply, 400, "IllegalLocationConstraintException", "The location constraint is incompatible for the region specific endpoint this "
			"request was sent to.", NULL, NULL);
	sim_store_add_bucket(s3->store, bucket, now);
	Json *settings = settings_of(s3->account, s3, bucket);
	if (ownership)
		put_ownership(settings, ownership);
	AUTO_FREE char *location = bg_asprintf("/%s", bucket);
	sim_reply_empty(reply, 200);
	sim_reply_header(reply, "Location", location);
}

static void delete_bucket(SimS3 *s3, SimBucket *bucket, SimReply *reply) {
	if (sim_account_denies(s3->account, "s3:DeleteBucket"))
		return denied(reply);
	if (bucket->count)
		return sim_s3_error(reply, 409, "BucketNotEmpty", "The bucket you tried to delete is not empty", "BucketName", bucket->name);
	json_remove(json_get_mutable(sim_account_state(s3->account), "buckets"), bucket->name);
	sim_store_remove_bucket(s3->store, bucket);
	sim_reply_empty(reply, 204);
}

static void list_versions(const SimBucket *bucket, SimReply *reply) {
	AUTO_CLEAR(Buf) out = {0};
	buf_printf(&out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListVersionsResult" NAMESPACE "><Name>%s</Name><Prefix></Prefix><MaxKeys>1</MaxKeys>"
		"<IsTruncated>%s</IsTruncated>", bucket->name, bucket->count > 1 ? "true" : "false");
	if (bucket->count) {
		buf_puts(&out, "<Version><Key>");
		sim_markup_escape(str_from(bucket->objects[0].key), &out);
		buf_puts(&out, "</Key><VersionId>1</VersionId><IsLatest>true</IsLatest></Version>");
	}
	buf_puts(&out, "</ListVersionsResult>");
	sim_reply_bytes(reply, 200, "application/xml", buf_str(&out));
}

static bool serve_bucket(SimS3 *s3, SimBucket *bucket, const SimRequest *request, SimReply *reply) {
	Json *settings = settings_of(s3->account, s3, bucket->name);
	for (size_t i = 0; i < BG_LENGTH(PARTS); i++)
		if (sim_request_arg(request, PARTS[i].arg)) {
			serve_part(s3->account, settings, bucket->name, i, request, reply);
			return true;
		}
	if (text_eq(request->method, "DELETE"))
		delete_bucket(s3, bucket, reply);
	else if (text_eq(request->method, "PUT"))
		sim_s3_error(reply, 409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.", "BucketName",
			bucket->name);
	else if (text_eq(request->method, "GET") && sim_request_arg(request, "versions"))
		list_versions(bucket, reply);
	else
		return false;
	return true;
}

bool sim_account_answers(SimS3 *s3, const char *bucket, const char *key, const SimRequest *request, SimReply *reply, WallTime now) {
	const char *owner = sim_request_header(request, "x-amz-expected-bucket-owner");
	if (!bucket || !*bucket || *key)
		return false;
	if (lists(json_get(sim_account_state(s3->account), "foreign"), bucket) && !text_eq(request->method, "PUT")) {
		denied(reply);
		return true;
	}
	SimBucket *there = sim_store_find(s3->store, str_from(bucket));
	if (owner && !text_eq(owner, SIM_ACCOUNT)) {
		denied(reply);
		return true;
	}
	if (!there && text_eq(request->method, "PUT")) {
		make_bucket(s3, bucket, request, reply, now);
		return true;
	}
	return there && serve_bucket(s3, there, request, reply);
}

/* ---- copies ---- */

/* The bucket that an enabled rule copies to; NULL if there is none. Owned. */
static char *destination_of(const SimS3 *s3, const char *bucket) {
	const char *text = json_get_string(json_get(json_get(sim_account_state(s3->account), "buckets"), bucket), "replication");
	Str rest = str_from(text), rule;
	while (next_rule(&rest, &rule))
		if (str_find(rule, "</Filter><Status>Enabled</Status>") >= 0)
			return rule_destination(rule);
	return NULL;
}

static bool copies_stop(const SimS3 *s3) {
	return json_get_bool(sim_account_state(s3->account), "stuck", false) || json_get_bool(sim_account_state(s3->account), "broken", false);
}

static bool copy(const SimS3 *s3, const char *to, const SimObject *object, WallTime now) {
	SimBucket *bucket = sim_store_find(s3->store, str_from(to));
	if (bucket)
		sim_bucket_put_copy(bucket, object, now);
	return bucket != NULL;
}

void sim_account_replicate(const SimS3 *s3, const char *bucket, const char *key, WallTime now) {
	AUTO_FREE char *to = destination_of(s3, bucket);
	const SimBucket *from = sim_store_find(s3->store, str_from(bucket));
	const SimObject *object = from ? sim_bucket_find(from, key) : NULL;
	if (to && object && !copies_stop(s3))
		(void) copy(s3, to, object, now);   /* a destination that is gone gets nothing */
}

size_t sim_account_copy_all(const SimS3 *s3, const char *bucket, WallTime now) {
	AUTO_FREE char *to = destination_of(s3, bucket);
	const SimBucket *from = sim_store_find(s3->store, str_from(bucket));
	size_t copied = 0;
	for (size_t i = 0; to && from && i < from->count; i++)
		copied += copy(s3, to, &from->objects[i], now);
	return copied;
}

/* A copy is told by its twin: the same content under the same key in a bucket that a rule copies to. */
void sim_account_tell_status(const SimS3 *s3, const char *bucket, const char *key, SimReply *reply) {
	AUTO_FREE char *to = destination_of(s3, bucket);
	JSON_EACH(other, json_get(sim_account_state(s3->account), "buckets")) {
		AUTO_FREE char *its = destination_of(s3, json_key(other));
		const SimBucket *source = text_eq(its, bucket) ? sim_store_find(s3->store, str_from(json_key(other))) : NULL;
		if (source && sim_bucket_find(source, key))
			return sim_reply_header(reply, "x-amz-replication-status", "REPLICA");
	}
	const SimBucket *destination = to ? sim_store_find(s3->store, str_from(to)) : NULL;
	if (!destination)
		return;
	bool there = sim_bucket_find(destination, key) != NULL;
	sim_reply_header(reply, "x-amz-replication-status", there ? "COMPLETED" : json_get_bool(sim_account_state(s3->account), "broken", false) ? "FAILED" : "PENDING");
}
