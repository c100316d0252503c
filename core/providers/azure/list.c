/* list.c: a whole container added up from List Blobs pages as they stream by. There is no listing by date: the newest blob is found by looking
 * at all of them. Per blob nothing is allocated. A page may be empty and still have a next one. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/providers/azure/azure.h"
#include "core/transport/url.h"
#include "core/transport/xml.h"

#define VERSION "2021-12-02"        /* of the interface; a SAS brings its own (sv) */
#define PAGES_MAX 200000            /* of 5000 blobs: a thousand million */
#define TRIES 4                     /* of a page that asks to be slower */
#define RETRY_MS 50
#define MARKER_MAX 8192
#define SIZE_LIMIT (INT64_C(1) << 50)
#define HEAD_MAX 2048
#define DAY_MS INT64_C(86400000)
#define PAGE_BYTES_MAX (64u * 1024 * 1024)   /* 5000 blobs with the longest names */

/* One page while it is read. */
typedef struct Page {
	BlobSum *sum;
	const BlobWanted *wanted;
	XmlReader *reader;
	Error error;
	bool root_seen, end_seen;    /* the listing says whether it goes on */
	bool encoded, folder;        /* of the blob that is being read */
	char name[3 * AZURE_NAME_MAX + 1];
	size_t name_len;
	WallTime modified;
	int64_t size;
	bool sized;
	char tier[16];
	char marker[MARKER_MAX];
	char head[HEAD_MAX];         /* how the body begins: an error document is short */
	size_t head_len;
} Page;

static bool strange(Page *page, const char *why) {
	error_set(&page->error, ERROR_PROTOCOL, "%s", why);
	return false;
}

#define ROOT "EnumerationResults"
#define BLOB ROOT "/Blobs/Blob"

static bool on_begin(void *userdata, Str path) {
	Page *page = userdata;
	if (!page->root_seen) {
		page->root_seen = true;
		/* A 200 can hold an error document. */
		if (!str_eq_c(path, ROOT))
			return strange(page, "the answer is not a listing");
	}
	if (str_eq_c(path, BLOB)) {
		page->name_len = 0;
		page->modified = (WallTime){0};
		page->sized = page->encoded = page->folder = false;
		*page->tier = '\0';
	}
	return true;
}

/* A name with characters that XML cannot hold comes percent-encoded, and says so. */
static bool on_attribute(void *userdata, Str path, Str name, Str value) {
	Page *page = userdata;
	if (str_eq_c(path, BLOB "/Name") && str_eq_c(name, "Encoded"))
		page->encoded = str_eq_nocase(value, STR("true"));
	return true;
}

static bool keep_name(Page *page) {
	AUTO_CLEAR(Buf) name = {0};
	Str given = {page->name, page->name_len};
	if (page->encoded)
		url_decode(given, &name);
	else
		buf_put_str(&name, given);
	if (name.len > AZURE_NAME_MAX)
		return strange(page, "a blob's name that is too long");
	memcpy(page->sum->newest_name, buf_text(&name), name.len + 1);
	memcpy(page->sum->newest_tier, page->tier, sizeof(page->tier));
	return true;
}

/* The few newest, in order. */
static bool keep_newest(Page *page) {
	BlobSeen *newest = page->sum->newest;
	size_t at = BG_LENGTH(page->sum->newest);
	while (at > 0 && page->modified.ms > newest[at - 1].time.ms)
		at--;
	if (at == BG_LENGTH(page->sum->newest))
		return true;
	memmove(newest + at + 1, newest + at, (BG_LENGTH(page->sum->newest) - at - 1) * sizeof(*newest));
	newest[at] = (BlobSeen){page->modified, page->size};
	return at > 0 || keep_name(page);
}

static void keep_day(Page *page) {
	int64_t day = page->modified.ms / DAY_MS, least = page->wanted->min_bytes > 0 ? page->wanted->min_bytes : 1;
	int32_t *slot = &page->sum->days[(size_t) day % BG_LENGTH(page->sum->days)];
	if (page->size >= least && day <= INT32_MAX && *slot < day)
		*slot = (int32_t) day;
}

static bool end_blob(Page *page) {
	BlobSum *sum = page->sum;
	if (!page->name_len || !page->sized || !wall_known(page->modified))
		return strange(page, "a blob in the listing has no name, size or time");
	/* The largest blob of any account is far below. */
	if (page->size > SIZE_LIMIT || sum->bytes > INT64_MAX - page->size)
		return strange(page, "a blob in the listing is larger than any can be");
	if (page->folder)
		return true;
	sum->count++;
	sum->bytes += page->size;
	sum->empty += page->size == 0;
	keep_day(page);
	return keep_newest(page);
}

static bool take_name(Page *page, Str text) {
	if (text.len >= sizeof(page->name))
		return strange(page, "a blob's name that is too long");
	memcpy(page->name, text.ptr, text.len);
	page->name[text.len] = '\0';
	page->name_len = text.len;
	return true;
}

static bool take_field(Page *page, Str name, Str text) {
	if (str_eq(name, STR("Name")))
		return take_name(page, text);
	if (str_eq(name, STR("Properties/Last-Modified")))
		return (wall_parse_http(text, &page->modified) && page->modified.ms > 0) || strange(page, "a time that is none");
	if (str_eq(name, STR("Properties/Content-Length")))
		page->sized = str_parse_int(text, &page->size) && page->size >= 0;
	else if (str_eq(name, STR("Properties/ResourceType")))
		page->folder = str_eq_c(text, "directory");
	else if (str_eq(name, STR("Properties/AccessTier")) && text.len < sizeof(page->tier)) {
		memcpy(page->tier, text.ptr, text.len);
		page->tier[text.len] = '\0';
	}
	return true;
}

static bool on_end(void *userdata, Str path, Str text) {
	Page *page = userdata;
	size_t prefix = sizeof(BLOB) - 1;
	if (path.len > prefix && path.ptr[prefix] == '/' && memcmp(path.ptr, BLOB, prefix) == 0)
		return take_field(page, str_slice(path, prefix + 1, path.len), text);
	if (str_eq_c(path, BLOB))
		return end_blob(page);
	if (str_eq_c(path, ROOT "/NextMarker")) {
		if (text.len >= sizeof(page->marker) || memchr(text.ptr, '\0', text.len))
			return strange(page, "a marker that is too long");
		memcpy(page->marker, text.ptr, text.len);
		page->marker[text.len] = '\0';
		page->end_seen = true;
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

/* ---- asking ---- */

/* Sorted by name, as the signature wants it. */
static size_t page_fields(const char *prefix, const char *marker, AzureField fields[static 5]) {
	size_t count = 0;
	fields[count++] = (AzureField){"comp", "list"};
	if (*marker)
		fields[count++] = (AzureField){"marker", marker};
	fields[count++] = (AzureField){"maxresults", "5000"};
	if (*prefix)
		fields[count++] = (AzureField){"prefix", prefix};
	fields[count++] = (AzureField){"restype", "container"};
	return count;
}

static bool sign(const Azure *azure, const char *url, const AzureField *fields, size_t count, const char *date, Secret **ret, Error *err) {
	UrlParts parts;
	return url_parse(url, &parts, err) && azure_shared_key(azure->account, azure->key, parts.path, fields, count, date, VERSION, ret, err);
}

static bool send_page(Azure *azure, const char *base, const char *marker, Page *page, HttpResponse *response, Error *err) {
	AzureField fields[5];
	char date[WALL_TEXT_SIZE];
	size_t count = page_fields(page->wanted->prefix, marker, fields);
	AUTO_CLEAR(Buf) query = {0};
	AUTO(Secret) *authorization = NULL;
	for (size_t i = 0; i < count; i++)
		url_add_field(&query, fields[i].name, fields[i].value);
	AUTO_FREE char *url = bg_asprintf("%s?%s", base, buf_text(&query));
	const HttpHeader headers[] = {{"x-ms-date", wall_format_http(wall_now(), date)}, {"x-ms-version", VERSION}};
	if (azure->key && !sign(azure, url, fields, count, date, &authorization, err))
		return false;
	HttpRequest request = {.url = url, .headers = headers, .header_count = azure->key ? BG_LENGTH(headers) : 0, .secret = authorization,
		.secret_header = authorization ? "Authorization" : NULL, .secret_is_whole = true, .secret_query = azure->sas,
		.deadline_ms = call_remaining_ms(azure->call), .max_body = PAGE_BYTES_MAX, .on_body = on_body, .userdata = page};
	return http_request(azure->client, &request, response, err);
}

static bool ask_page(Azure *azure, const char *base, const char *marker, Page *page, HttpResponse *response, Error *err) {
	if (call_remaining_ms(azure->call) <= 0) {
		error_set(err, ERROR_TIMEOUT, "the time for listing it is over: %lld blobs were seen", (long long) page->sum->count);
		error_hint(err, "the store is slow or the container is large: give the probe a longer deadline:, or a prefix:");
		return error_where(err, "%s", base);
	}
	if (!send_page(azure, base, marker, page, response, err)) {
		if (error_is_set(&page->error))
			*err = page->error;
		return false;
	}
	azure->by_name = azure->by_name || response->by_name;
	azure->now = wall_known(response->date) ? response->date : wall_now();
	(void) http_clock_difference(response, &azure->clock_difference_ms);   /* stays what it was when no time is told */
	return true;
}

/* A success that holds an error document, or none of Azure's documents at all. */
static bool no_listing(Azure *azure, const Page *page, HttpResponse *response, Error *err) {
	if (str_find((Str){page->head, page->head_len}, "<Error>") >= 0) {
		buf_append(&response->body, page->head, page->head_len);
		return azure_refused(azure, page->wanted->container, response, err);
	}
	error_hint(err, "check the url in the environment file: a login page or a proxy may answer there");
	return error_where(err, "container %s at %s", page->wanted->container, azure->base);
}

static bool read_page(Azure *azure, const char *base, const char *marker, Page *page, bool *ret_again, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	*ret_again = false;
	if (!ask_page(azure, base, marker, page, &response, err)) {
		if (error_is_set(&page->error))
			return no_listing(azure, page, &response, err);
		*ret_again = err->retryable && err->kind != ERROR_TIMEOUT && page->sum->pages > 0;
		return error_where(err, "%s", base);
	}
	if (response.status != 200) {
		azure_refused(azure, page->wanted->container, &response, err);
		*ret_again = err->retryable && page->sum->pages > 0;
		return false;
	}
	if (!xml_reader_finish(page->reader, err))
		return no_listing(azure, page, &response, err);
	if (page->end_seen)
		return true;
	error_set(err, ERROR_PROTOCOL, "the listing does not say whether it goes on");
	return no_listing(azure, page, &response, err);
}

/* Longer each time, and never quite the same: several who were turned away must not come back together. */
static void wait_before(int tries) {
	unsigned char noise;
	random_bytes(&noise, sizeof(noise));
	(void) poll(NULL, 0, (RETRY_MS << tries) + noise % RETRY_MS);   /* only the time matters */
}

static bool goes_nowhere(const Page *page, const char *marker, const char *base, Error *err) {
	if (!text_eq(page->marker, marker) && page->sum->pages < PAGES_MAX)
		return false;
	error_set(err, ERROR_PROTOCOL, "the listing goes on, but does not get on");
	error_hint(err, "this may be no blob storage: check the url in the environment file");
	error_where(err, "%s", base);
	return true;
}

/* All pages into page->sum, which stands beside a copy of what it was before each page. */
static bool sum_pages(Azure *azure, Page *page, const char *base, BlobSum *before, Error *err) {
	BlobSum *sum = page->sum;
	AUTO_FREE char *marker = bg_strdup("");
	int tries = 0;
	for (;;) {
		/* A page that breaks off is asked again whole: what it had added is taken back. */
		*before = *sum;
		*page = (Page){.sum = sum, .wanted = page->wanted, .reader = page->reader};
		xml_reader_reset(page->reader);
		bool again = false;
		if (call_is_cancelled(azure->call))
			return error_set(err, ERROR_CANCELLED, "listing was cancelled");
		if (!read_page(azure, base, marker, page, &again, err)) {
			if (!again || ++tries >= TRIES)
				return false;
			*sum = *before;
			wait_before(tries);
			error_clear(err);
			continue;
		}
		tries = 0;
		sum->pages++;
		if (!*page->marker)
			return true;
		if (goes_nowhere(page, marker, base, err))
			return false;
		free(marker);
		marker = bg_strdup(page->marker);
		call_progress(azure->call, sum->count, 0, "%lld blobs so far", (long long) sum->count);
	}
}

bool azure_sum(Azure *azure, const BlobWanted *wanted, BlobSum *ret_sum, Error *err) {
	AUTO_FREE BlobSum *sum = bg_calloc(1, sizeof(*sum));
	AUTO_FREE BlobSum *before = bg_calloc(1, sizeof(*before));
	AUTO_FREE char *base = azure_container_url(azure, wanted->container);
	AUTO_FREE Page *page = bg_calloc(1, sizeof(*page));
	XmlHandler handler = {.begin = on_begin, .attribute = on_attribute, .end = on_end, .userdata = page};
	AUTO(XmlReader) *reader = xml_reader_new(&handler);
	*page = (Page){.sum = sum, .wanted = wanted, .reader = reader};
	if (!sum_pages(azure, page, base, before, err))
		return false;
	http_hide_query(azure->sas, sum->newest_name, strlen(sum->newest_name));
	*ret_sum = *sum;
	return true;
}
