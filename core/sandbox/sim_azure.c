/* sim_azure.c: List Blobs with pages, and who may ask for it (Blob service REST reference: List Blobs, Authorize with Shared Key, Create a service SAS). */
#include "core/sandbox/sim_azure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"

#define PAGE_MAX 5000
#define BLOB_MAX (16 << 20)
#define EMPTY_MARK "e!"

static const struct { const char *code; int status; } CODES[] = {
	{ "AuthenticationFailed", 403 }, { "AuthorizationPermissionMismatch", 403 }, { "ContainerNotFound", 404 }, { "ContainerBeingDeleted", 409 },
	{ "InvalidQueryParameterValue", 400 }, { "NoAuthenticationInformation", 401 }, { "UnsupportedHttpVerb", 405 }, { "InternalError", 500 }, { "ServerBusy", 503 },
};

void sim_azure_refuse(SimReply *reply, const char *code)
{
	int status = 400;
	for (size_t i = 0; i < BG_LENGTH(CODES); i++)
		if (text_eq(CODES[i].code, code))
			status = CODES[i].status;
	AUTO_FREE char *text = bg_asprintf("\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>%s</Code><Message>Refused by the sandbox.\nRequestId:1\n"
		"Time:2026-01-01T00:00:00Z</Message></Error>", code);
	sim_reply_text(reply, status, "application/xml", text);
	sim_reply_header(reply, "x-ms-error-code", code);
}

/* ---- who asks ---- */

static void sign(const SimAzure *azure, const Buf *text, Buf *ret)
{
	AUTO_CLEAR(Buf) key = { 0 };
	unsigned char bytes[SHA256_BYTES];
	BG_IGNORE(base64_decode(str_from(azure->key), &key));   /* ours */
	hmac_sha256(key.data, key.len, buf_text(text), text->len, bytes);
	base64_encode(bytes, sizeof bytes, ret);
}

static int compare_text(const void *a, const void *b) { return strcmp(*(char *const *) a, *(char *const *) b); }

static void put_sorted(StrList *lines, const char *before, const char *after, Buf *out)
{
	if (lines->count)
		qsort(lines->items, lines->count, sizeof *lines->items, compare_text);
	for (size_t i = 0; i < lines->count; i++)
		buf_printf(out, "%s%s%s", before, lines->items[i], after);
}

static void lower(char *text)
{
	for (; *text; text++)
		if (*text >= 'A' && *text <= 'Z')
			*text = (char) (*text - 'A' + 'a');
}

/* What the client should have signed, from the bytes that arrived. */
static void string_to_sign(const SimAzure *azure, const SimRequest *request, Buf *out)
{
	static const char *const HEADERS[] = { "Content-Encoding", "Content-Language", "Content-Length", "Content-MD5", "Content-Type", "Date", "If-Modified-Since",
		"If-Match", "If-None-Match", "If-Unmodified-Since", "Range" };
	AUTO_CLEAR(StrList) own = { 0 };
	AUTO_CLEAR(StrList) query = { 0 };
	buf_printf(out, "%s\n", request->method);
	for (size_t i = 0; i < BG_LENGTH(HEADERS); i++) {
		const char *value = sim_request_header(request, HEADERS[i]);
		bool no_date = text_eq(HEADERS[i], "Date") && sim_request_header(request, "x-ms-date");
		buf_printf(out, "%s\n", value && !no_date && !text_eq(value, "0") ? value : "");
	}
	for (size_t i = 0; i < request->headers.count; i++) {
		if (strncasecmp(request->headers.items[i].name, "x-ms-", 5) != 0)
			continue;
		AUTO_FREE char *name = bg_strdup(request->headers.items[i].name);
		lower(name);
		strlist_add_take(&own, bg_asprintf("%s:%s", name, request->headers.items[i].value));
	}
	put_sorted(&own, "", "\n", out);
	buf_printf(out, "/%s%s", azure->account, request->path);
	for (size_t i = 0; i < request->args.count; i++)
		strlist_add_take(&query, bg_asprintf("%s:%s", request->args.items[i].name, request->args.items[i].value));
	put_sorted(&query, "\n", "", out);
}

static bool key_is_good(const SimAzure *azure, const SimRequest *request, WallTime now)
{
	AUTO_CLEAR(Buf) text = { 0 };
	AUTO_CLEAR(Buf) signature = { 0 };
	const char *date = sim_request_header(request, "x-ms-date"), *given = sim_request_header(request, "Authorization");
	WallTime time;
	if (!date || !sim_request_header(request, "x-ms-version") || !wall_parse_http(str_from(date), &time))
		return false;
	if (time.ms > now.ms + SIM_AZURE_SKEW_MS || time.ms < now.ms - SIM_AZURE_SKEW_MS)
		return false;
	string_to_sign(azure, request, &text);
	sign(azure, &text, &signature);
	AUTO_FREE char *wanted = bg_asprintf("SharedKey %s:%s", azure->account, buf_text(&signature));
	return text_eq(given, wanted);
}

static void sas_signature(const SimAzure *azure, const char *container, const char *permissions, const char *expires, const char *version, Buf *ret)
{
	AUTO_CLEAR(Buf) text = { 0 };
	buf_printf(&text, "%s\n\n%s\n/blob/%s/%s\n\n\n\n%s\nc\n\n\n\n\n\n\n", permissions, expires, azure->account, container, version);
	sign(azure, &text, ret);
}

/* The code of a refusal; NULL: it is good, and may list. */
static const char *judge_sas(const SimAzure *azure, const SimRequest *request, const char *container, WallTime now)
{
	static const char NONE[] = "AuthenticationFailed";
	const char *permissions = sim_request_arg(request, "sp"), *expires = sim_request_arg(request, "se"), *version = sim_request_arg(request, "sv");
	AUTO_CLEAR(Buf) wanted = { 0 };
	WallTime until;
	if (!permissions || !expires || !version || !text_eq(sim_request_arg(request, "sr"), "c") || !wall_parse_iso(str_from(expires), &until) || until.ms <= now.ms)
		return NONE;
	sas_signature(azure, container, permissions, expires, version, &wanted);
	if (!text_eq(sim_request_arg(request, "sig"), buf_text(&wanted)))
		return NONE;
	return strchr(permissions, 'l') ? NULL : "AuthorizationPermissionMismatch";
}

char *sim_azure_sas(const SimAzure *azure, const char *container, const char *permissions, WallTime expires)
{
	char iso[WALL_TEXT_SIZE];
	AUTO_CLEAR(Buf) signature = { 0 };
	AUTO_CLEAR(Buf) encoded = { 0 };
	AUTO_FREE char *until = bg_asprintf("%.19sZ", wall_format_iso(expires, iso));
	sas_signature(azure, container, permissions, until, "2022-11-02", &signature);
	sim_percent_encode(buf_str(&signature), false, &encoded);
	return bg_asprintf("sv=2022-11-02&sr=c&sp=%s&se=%s&sig=%s", permissions, until, buf_text(&encoded));
}

/* ---- the listing ---- */

/* What XML cannot hold comes percent-encoded, and says so. */
static void put_name(const char *name, Buf *out)
{
	bool odd = false;
	for (const char *c = name; *c; c++)
		odd = odd || (unsigned char) *c < ' ';
	AUTO_CLEAR(Buf) encoded = { 0 };
	if (odd)
		sim_percent_encode(str_from(name), true, &encoded);
	buf_puts(out, odd ? "<Name Encoded=\"true\">" : "<Name>");
	sim_markup_escape(odd ? buf_str(&encoded) : str_from(name), out);
	buf_puts(out, "</Name>");
}

static void put_blob(const SimObject *object, Buf *out)
{
	char time[WALL_TEXT_SIZE];
	buf_puts(out, "<Blob>");
	put_name(object->key, out);
	wall_format_http(object->modified, time);
	buf_printf(out, "<Properties><Creation-Time>%s</Creation-Time><Last-Modified>%s</Last-Modified><Etag>0x%.16s</Etag><Content-Length>%zu</Content-Length>"
		"<Content-Type>application/octet-stream</Content-Type><BlobType>BlockBlob</BlobType><AccessTier>Cool</AccessTier></Properties></Blob>", time, time,
		object->body->etag, object->body->len);
}

/* A marker is the name that comes next, hidden: clients must not read anything into it. */
static bool start_of(const SimBucket *bucket, const char *marker, Str prefix, size_t *ret_at)
{
	AUTO_CLEAR(Buf) name = { 0 };
	if (marker && !base64_decode(str_from(marker), &name))
		return false;
	*ret_at = sim_bucket_lower_bound(bucket, marker ? buf_str(&name) : prefix);
	return true;
}

static void list_blobs(const SimAzure *azure, const SimBucket *bucket, const SimRequest *request, SimReply *reply)
{
	const char *marker = sim_request_arg(request, "marker");
	Str prefix = str_from(sim_request_arg(request, "prefix"));
	bool told = marker && str_starts(str_from(marker), EMPTY_MARK), empty = azure->empty_pages && !told;
	int64_t most = sim_request_int_arg(request, "maxresults", PAGE_MAX), page = azure->page ? azure->page : PAGE_MAX;
	size_t at;
	if (told)
		marker += strlen(EMPTY_MARK);
	if (!start_of(bucket, marker && *marker ? marker : NULL, prefix, &at) || most < 1 || most > PAGE_MAX) {
		sim_azure_refuse(reply, "InvalidQueryParameterValue");
		return;
	}
	AUTO_CLEAR(Buf) out = { 0 };
	AUTO_CLEAR(Buf) next = { 0 };
	buf_printf(&out, "\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"http://sandbox/%s\" ContainerName=\"%s\"><Blobs>",
		azure->account, bucket->name);
	int64_t room = empty ? 0 : most < page ? most : page;
	for (; at < bucket->count && str_starts(str_from(bucket->objects[at].key), prefix.ptr) && room > 0; at++, room--)
		put_blob(&bucket->objects[at], &out);
	bool more = at < bucket->count && str_starts(str_from(bucket->objects[at].key), prefix.ptr);
	if (more || empty)
		buf_puts(&next, empty ? EMPTY_MARK : "");
	if (more)
		base64_encode(bucket->objects[at].key, strlen(bucket->objects[at].key), &next);
	buf_printf(&out, "</Blobs><NextMarker>%s</NextMarker></EnumerationResults>", buf_text(&next));
	sim_reply_bytes(reply, 200, "application/xml", buf_str(&out));
}

/* ---- requests ---- */

/* "/ACCOUNT/CONTAINER". */
static bool find_container(const SimAzure *azure, const SimRequest *request, Buf *ret_name)
{
	Str rest = str_slice(str_from(request->path), 1, strlen(request->path)), account, name;
	if (!str_split(&rest, '/', &account) || !str_eq_c(account, azure->account) || !str_split(&rest, '/', &name) || rest.len)
		return false;
	sim_percent_decode(name, false, ret_name);
	return true;
}

void sim_azure_handle(SimAzure *azure, const SimRequest *request, SimReply *reply, WallTime now)
{
	AUTO_CLEAR(Buf) name = { 0 };
	bool by_key = sim_request_header(request, "Authorization") != NULL, by_sas = sim_request_arg(request, "sig") != NULL;
	const char *code = azure->fault;
	if (!code && !find_container(azure, request, &name))
		code = "ContainerNotFound";
	if (!code && !by_key && !by_sas)
		code = "NoAuthenticationInformation";
	if (!code)
		code = by_key ? key_is_good(azure, request, now) ? NULL : "AuthenticationFailed" : judge_sas(azure, request, buf_text(&name), now);
	const SimBucket *bucket = code ? NULL : sim_store_find(azure->store, buf_str(&name));
	if (!code && !text_eq(request->method, "GET"))
		code = "UnsupportedHttpVerb";
	if (!code && (!text_eq(sim_request_arg(request, "restype"), "container") || !text_eq(sim_request_arg(request, "comp"), "list")))
		code = "InvalidQueryParameterValue";
	if (!code && !bucket)
		code = "ContainerNotFound";
	if (code)
		sim_azure_refuse(reply, code);
	else
		list_blobs(azure, bucket, request, reply);
}

bool sim_azure_put(SimAzure *azure, const char *line, WallTime now, Error *err)
{
	Str rest = str_from(line), words[4];
	int64_t size, age_s;
	bool whole = true;
	for (size_t i = 0; i < BG_LENGTH(words); i++)
		whole = whole && str_split(&rest, ' ', &words[i]) && words[i].len > 0;
	if (!whole || !str_parse_int(words[2], &size) || size < 0 || size > BLOB_MAX || !str_parse_int(words[3], &age_s)) {
		error_set(err, ERROR_INVALID, "\"%.80s\" is no blob to write", line);
		return error_hint(err, "write CONTAINER NAME BYTES AGE_SECONDS");
	}
	AUTO_FREE char *container = str_dup(words[0]);
	AUTO_FREE char *bytes = bg_calloc(1, (size_t) size + 1);
	AUTO_CLEAR(Buf) name = { 0 };
	sim_percent_decode(words[1], false, &name);
	SimBucket *bucket = sim_store_find(azure->store, words[0]);
	if (!bucket)
		bucket = sim_store_add_bucket(azure->store, container, now);
	sim_bucket_put(bucket, buf_text(&name), (Str) { bytes, (size_t) size }, "application/octet-stream", (WallTime) { (now.ms / 1000 - age_s) * 1000 });
	return true;
}
