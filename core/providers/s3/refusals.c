/* refusals.c: what an error document of S3 means to somebody who must act on it. */
#include <stdio.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/s3/s3.h"
#include "core/transport/xml.h"

typedef struct Document { char code[64], message[160], region[64], endpoint[128]; } Document;

static void keep(char *to, size_t size, Str text) {
	AUTO_CLEAR(Buf) clean = {0};
	text_sanitise(str_slice(text, 0, size - 1), SANITISE_LINE, &clean);
	size_t len = clean.len < size ? clean.len : size - 1;
	memcpy(to, buf_text(&clean), len);
	to[len] = '\0';
}

static bool on_end(void *userdata, Str path, Str text) {
	Document *document = userdata;
	if (str_eq_c(path, "Error/Code"))
		keep(document->code, sizeof(document->code), text);
	else if (str_eq_c(path, "Error/Message"))
		keep(document->message, sizeof(document->message), text);
	else if (str_eq_c(path, "Error/Region"))
		keep(document->region, sizeof(document->region), text);
	else if (str_eq_c(path, "Error/Endpoint"))
		keep(document->endpoint, sizeof(document->endpoint), text);
	return true;
}

static void read_document(const HttpResponse *response, Document *document) {
	XmlHandler handler = {.end = on_end, .userdata = document};
	AUTO(XmlReader) *reader = xml_reader_new(&handler);
	/* A body that is no error document leaves the status alone to speak. */
	BG_IGNORE(xml_reader_feed(reader, buf_str(&response->body), NULL) && xml_reader_finish(reader, NULL));
	Str region = http_header(response, "x-amz-bucket-region");
	if (region.len && !*document->region)
		keep(document->region, sizeof(document->region), region);
}

typedef struct Meaning { const char *code; ErrorKind kind; bool retryable; const char *why, *hint; } Meaning;

static const Meaning MEANINGS[] = {
	{"AccessDenied", ERROR_DENIED, false, NULL, NULL},
	{"SignatureDoesNotMatch", ERROR_DENIED, false, "the secret key is not the one of this access key", "look at where the credentials come from"},
	{"InvalidAccessKeyId", ERROR_DENIED, false, "the access key is not known", "look at where the credentials come from"},
	{"RequestTimeTooSkewed", ERROR_DENIED, false, "the clocks are too far apart", "set this machine's clock"},
	{"ExpiredToken", ERROR_DENIED, false, "the session token has expired", "get new credentials: aws sso login, or what made them"},
	{"InvalidToken", ERROR_DENIED, false, "the session token is not valid", "get new credentials: aws sso login, or what made them"},
	{"NoSuchBucket", ERROR_MISSING, false, "there is no such bucket", "check its name, and the region"},
	{"PermanentRedirect", ERROR_INVALID, false, "the bucket is in another region", "set region: of the system"},
	{"TemporaryRedirect", ERROR_REMOTE, true, "the bucket is being moved", "try again in a few minutes"},
	{"AuthorizationHeaderMalformed", ERROR_INVALID, false, "it was asked in the wrong region", "set region: of the system"},
	{"SlowDown", ERROR_REMOTE, true, "it asks for fewer requests", "it is asked again by itself; a longer every: helps"},
	{"ServiceUnavailable", ERROR_REMOTE, true, "it is not available now", "look at the provider's status page"},
	{"InternalError", ERROR_REMOTE, true, "it has an error of its own", "look at the provider's status page"},
};

static const Meaning BY_STATUS[] = {
	{"401", ERROR_DENIED, false, "it does not accept these credentials", "look at where the credentials come from"},
	{"403", ERROR_DENIED, false, NULL, NULL},
	{"404", ERROR_PROTOCOL, false, "there is no such bucket, or this is no store at all", "check its name and the endpoint"},
	{"429", ERROR_REMOTE, true, "it asks for fewer requests", "wait; a longer every: helps"},
	{"503", ERROR_REMOTE, true, "it is not available now", "look at the provider's status page"},
};
static const Meaning ELSEWHERE = {"3xx", ERROR_PROTOCOL, false, "it sends us elsewhere", "look at the endpoint in the environment file: a login page or a proxy may answer there"};
static const Meaning BROKEN = {"5xx", ERROR_REMOTE, true, "it has an error of its own", "look at the provider's status page, then try again"};

typedef struct Need { const char *verb, *right; } Need;
static const Need NEEDS[] = {
	[S3_LIST] = {"list it", "s3:ListBucket"}, [S3_READ] = {"read from it", "s3:GetObject"}, [S3_WRITE] = {"write to it", "s3:PutObject"},
};

static const Meaning *find_code(const char *code) {
	for (size_t i = 0; i < BG_LENGTH(MEANINGS); i++)
		if (text_eq(MEANINGS[i].code, code))
			return &MEANINGS[i];
	return NULL;
}

/* Without a document of a store the status is all that is known; a 404 may then come from anything that stands at that address. */
static const Meaning *find_meaning(const Document *document, int status) {
	const Meaning *known = find_code(document->code);
	if (known)
		return known;
	if (status == 301 && *document->region)
		return find_code("PermanentRedirect");
	char number[16];
	snprintf(number, sizeof(number), "%d", status);
	for (size_t i = 0; i < BG_LENGTH(BY_STATUS); i++)
		if (text_eq(BY_STATUS[i].code, number))
			return &BY_STATUS[i];
	return status / 100 == 3 ? &ELSEWHERE : status / 100 == 5 ? &BROKEN : NULL;
}

static bool not_allowed(const Document *document, S3Use use, int status, Error *err) {
	error_set(err, ERROR_DENIED, "these credentials may not %s (status %d%s%s)", NEEDS[use].verb, status, *document->code ? ", " : "", document->code);
	return error_hint(err, "they need %s on the bucket", NEEDS[use].right);
}

bool s3_refused(const S3 *s3, const char *bucket, S3Use use, const HttpResponse *response, Error *err) {
	Document document = {0};
	read_document(response, &document);
	const Meaning *meaning = find_meaning(&document, response->status);
	AUTO_FREE char *url = s3_bucket_url(s3, bucket);
	if (meaning && !meaning->why)
		not_allowed(&document, use, response->status, err);
	else
		error_set(err, meaning ? meaning->kind : response->status >= 500 ? ERROR_REMOTE : ERROR_PROTOCOL, "%s (status %d%s%s)%s%s",
			meaning ? meaning->why : "S3 gives an answer that is not expected", response->status, *document.code ? ", " : "", document.code,
			!meaning && *document.message ? ": " : "", meaning ? "" : document.message);
	if (err) {
		err->os_code = response->status;
		err->retryable = meaning ? meaning->retryable : response->status >= 500;
	}
	if (*document.region && !text_eq(document.region, s3->region))
		error_hint(err, "its region is %s: set region: %s", document.region, document.region);
	error_hint(err, "%s", meaning && meaning->hint ? meaning->hint : "look at the endpoint in the environment file");
	return error_where(err, "%s", url);
}
