/* answers.c: XML that comes back: fields of it, error documents by their code, and what they mean to somebody who must act on them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/aws/aws.h"
#include "core/transport/xml.h"

/* ---- fields ---- */

typedef struct Fields { const char *root; bool root_is_right; const AwsField *fields; size_t count; } Fields;

static bool on_begin(void *userdata, Str path) {
	Fields *fields = userdata;
	if (str_find_char(path, '/') < 0)
		fields->root_is_right = str_eq_c(path, fields->root);
	return fields->root_is_right;
}

static bool on_end(void *userdata, Str path, Str text) {
	Fields *fields = userdata;
	for (size_t i = 0; i < fields->count; i++)
		if (!*fields->fields[i].ret && str_eq_c(path, fields->fields[i].path))
			*fields->fields[i].ret = str_dup(str_trim(text));
	return true;
}

bool aws_read_xml(Str document, const char *root, const AwsField *fields, size_t count, Error *err) {
	Fields found = {root, false, fields, count};
	XmlHandler handler = {.begin = on_begin, .end = on_end, .userdata = &found};
	AUTO(XmlReader) *reader = xml_reader_new(&handler);
	if (xml_reader_feed(reader, document, err) && xml_reader_finish(reader, err) && found.root_is_right)
		return true;
	return error_set(err, ERROR_PROTOCOL, "the answer is not the document that was asked for");
}

void aws_put_element(Buf *out, const char *name, const char *text) {
	static const struct { char c; const char *safe; } ESCAPES[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\r', "&#13;"}};
	buf_printf(out, "<%s>", name);
	for (const char *c = text; *c; c++) {
		size_t i = 0;
		while (i < BG_LENGTH(ESCAPES) && ESCAPES[i].c != *c)
			i++;
		if (i < BG_LENGTH(ESCAPES))
			buf_puts(out, ESCAPES[i].safe);
		else
			buf_putc(out, *c);
	}
	buf_printf(out, "</%s>", name);
}

/* ---- refusals ---- */

typedef struct Document { char code[AWS_CODE_SIZE], message[160], region[64]; } Document;

static void keep(char *to, size_t size, Str text) {
	AUTO_CLEAR(Buf) clean = {0};
	if (*to)
		return;
	text_sanitise(str_slice(str_trim(text), 0, size - 1), SANITISE_LINE, &clean);
	size_t len = clean.len < size ? clean.len : size - 1;
	memcpy(to, buf_text(&clean), len);
	to[len] = '\0';
}

/* <Error> of S3, <ErrorResponse><Error> of the others. */
static bool take_field(void *userdata, Str path, Str text) {
	Document *document = userdata;
	if (str_eq_c(path, "Error/Code") || str_eq_c(path, "ErrorResponse/Error/Code"))
		keep(document->code, sizeof(document->code), text);
	else if (str_eq_c(path, "Error/Message") || str_eq_c(path, "ErrorResponse/Error/Message"))
		keep(document->message, sizeof(document->message), text);
	else if (str_eq_c(path, "Error/Region"))
		keep(document->region, sizeof(document->region), text);
	return true;
}

static void read_document(const HttpResponse *response, Document *document) {
	XmlHandler handler = {.end = take_field, .userdata = document};
	AUTO(XmlReader) *reader = xml_reader_new(&handler);
	/* A body that is no error document leaves the status alone to speak. */
	BG_IGNORE(xml_reader_feed(reader, buf_str(&response->body), NULL) && xml_reader_finish(reader, NULL));
	keep(document->region, sizeof(document->region), http_header(response, "x-amz-bucket-region"));
}

void aws_code(const HttpResponse *response, char ret[static AWS_CODE_SIZE]) {
	Document document = {0};
	read_document(response, &document);
	memcpy(ret, document.code, AWS_CODE_SIZE);
}

bool aws_code_is(const HttpResponse *response, const char *code) {
	char text[AWS_CODE_SIZE];
	aws_code(response, text);
	return text_eq(text, code);
}

typedef struct Meaning { const char *code; ErrorKind kind; bool retryable; const char *why, *hint; } Meaning;

/* why NULL: the right is missing. */
static const Meaning MEANINGS[] = {
	{"AccessDenied", ERROR_DENIED, false, NULL, NULL},
	{"UnauthorizedAccess", ERROR_DENIED, false, NULL, NULL},
	{"SignatureDoesNotMatch", ERROR_DENIED, false, "the secret key is not the one of this access key", "look at where the credentials come from"},
	{"InvalidAccessKeyId", ERROR_DENIED, false, "the access key is not known", "look at where the credentials come from"},
	{"InvalidClientTokenId", ERROR_DENIED, false, "the access key is not known", "look at where the credentials come from"},
	{"RequestTimeTooSkewed", ERROR_DENIED, false, "the clocks are too far apart", "set this machine's clock"},
	{"ExpiredToken", ERROR_DENIED, false, "the session token has expired", "get new credentials: aws sso login, or what made them"},
	{"InvalidToken", ERROR_DENIED, false, "the session token is not valid", "get new credentials: aws sso login, or what made them"},
	{"NoSuchBucket", ERROR_MISSING, false, "there is no such bucket", "check its name"},
	{"NoSuchEntity", ERROR_MISSING, false, "there is no such thing", "check its name in the IAM console"},
	{"BucketAlreadyExists", ERROR_CONFLICT, false, "the name belongs to a bucket of somebody else", "choose another name: bucket names are one for all of Amazon's customers"},
	{"BucketAlreadyOwnedByYou", ERROR_CONFLICT, false, "it was made meanwhile, and is yours", "make a new plan: it shows what of it is not as promised"},
	{"BucketNotEmpty", ERROR_CONFLICT, false, "it is not empty", "look at what is in it: objects and old versions are not deleted from here"},
	{"OperationAborted", ERROR_CONFLICT, true, "another change of it is under way", "wait a minute, then try again"},
	{"EntityAlreadyExists", ERROR_CONFLICT, false, "it was made meanwhile", "make a new plan"},
	{"ConcurrentModification", ERROR_CONFLICT, true, "somebody else changes it now", "wait, then make a new plan"},
	{"LimitExceeded", ERROR_CONFLICT, false, "the account has as many as it may have", "remove one that is not needed, or ask Amazon for more"},
	{"MalformedPolicyDocument", ERROR_INVALID, false, "it does not take the policy", "look at the document in the plan"},
	{"InvalidRequest", ERROR_INVALID, false, "it does not take the request", "look at what it says"},
	{"SlowDown", ERROR_REMOTE, true, "it asks for fewer requests", "wait, then try again"},
	{"Throttling", ERROR_REMOTE, true, "it asks for fewer requests", "wait, then try again"},
	{"ServiceUnavailable", ERROR_REMOTE, true, "it is not available now", "look at Amazon's status page"},
	{"InternalError", ERROR_REMOTE, true, "it has an error of its own", "look at Amazon's status page"},
	{"ServiceFailure", ERROR_REMOTE, true, "it has an error of its own", "look at Amazon's status page"},
};
static const Meaning UNTOLD = {"403", ERROR_DENIED, false, NULL, NULL};
static const Meaning UNSIGNED = {"401", ERROR_DENIED, false, "it does not accept these credentials", "look at where the credentials come from"};
static const Meaning ELSEWHERE = {"3xx", ERROR_PROTOCOL, false, "it sends us elsewhere",
	"look at the addresses in the environment file: a login page or a proxy may answer there"};
static const Meaning BUSY = {"429", ERROR_REMOTE, true, "it asks for fewer requests", "wait, then try again"};
static const Meaning BROKEN = {"5xx", ERROR_REMOTE, true, "it has an error of its own", "look at Amazon's status page, then try again"};
static const Meaning OTHER = {"", ERROR_PROTOCOL, false, "it gives an answer that is not expected", "look at the addresses in the environment file"};

static const Meaning *find_meaning(const Document *document, int status) {
	for (size_t i = 0; i < BG_LENGTH(MEANINGS); i++)
		if (text_eq(MEANINGS[i].code, document->code))
			return &MEANINGS[i];
	return status == 403 ? &UNTOLD : status == 401 ? &UNSIGNED : status == 429 ? &BUSY : status / 100 == 3 ? &ELSEWHERE : status / 100 == 5 ? &BROKEN : &OTHER;
}

bool aws_refused(const Aws *aws, const AwsAsk *ask, const HttpResponse *response, Error *err) {
	Document document = {0};
	read_document(response, &document);
	const Meaning *meaning = find_meaning(&document, response->status);
	bool says = !meaning->why || meaning->kind == ERROR_INVALID || meaning == &OTHER;
	AUTO_FREE char *place = aws_place(aws);
	error_set(err, meaning->kind, "%s (status %d%s%s)%s%s", meaning->why ? meaning->why : "these credentials may not do that", response->status,
		*document.code ? ", " : "", document.code, says && *document.message ? ": " : "", says ? document.message : "");
	if (err) {
		err->os_code = response->status;
		err->retryable = meaning->retryable;
	}
	if (!meaning->hint)
		error_hint(err, "they need %s", ask->right);
	error_hint(err, "%s", meaning->hint ? meaning->hint : "");
	return error_where(err, "%s at %s", ask->what, place);
}

bool aws_strange(const AwsAsk *ask, Error *err, const char *why) {
	error_set(err, ERROR_PROTOCOL, "%s", why);
	error_hint(err, "look at the addresses in the environment file: a login page or a proxy may answer there");
	return error_where(err, "%s", ask->what);
}
