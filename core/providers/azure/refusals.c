/* refusals.c: what Azure's refusals mean to somebody who must act on them. The code stands in a header, also where there is no body. What the
 * document says besides is not shown: it may hold the string that was signed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/azure/azure.h"
#include "core/transport/xml.h"

#define CODE_SIZE 64
#define SKEW_MS (INT64_C(15) * 60000)   /* what Azure lets pass */

/* A code is letters only: anything else that stands there is no code, and shown nowhere. */
static void keep_code(char to[static CODE_SIZE], Str text) {
	for (size_t i = 0; i < text.len; i++)
		if (!((text.ptr[i] >= 'A' && text.ptr[i] <= 'Z') || (text.ptr[i] >= 'a' && text.ptr[i] <= 'z')))
			return;
	if (!text.len || text.len >= CODE_SIZE)
		return;
	memcpy(to, text.ptr, text.len);
	to[text.len] = '\0';
}

static bool on_end(void *userdata, Str path, Str text) {
	if (str_eq_c(path, "Error/Code"))
		keep_code(userdata, text);
	return true;
}

static void find_code(const HttpResponse *response, char ret[static CODE_SIZE]) {
	keep_code(ret, http_header(response, "x-ms-error-code"));
	if (*ret)
		return;
	XmlHandler handler = {.end = on_end, .userdata = ret};
	AUTO(XmlReader) *reader = xml_reader_new(&handler);
	/* A body that is no error document leaves the status alone to speak. */
	BG_IGNORE(xml_reader_feed(reader, buf_str(&response->body), NULL) && xml_reader_finish(reader, NULL));
}

typedef struct Meaning { const char *code; ErrorKind kind; bool retryable; const char *why, *hint; } Meaning;

#define LOOK_CREDENTIALS "look at where the credentials come from"
static const Meaning MEANINGS[] = {
	{"AuthenticationFailed", ERROR_DENIED, false, NULL, NULL},
	/* What the emulator says for a wrong signature, and the service for a firewall. */
	{"AuthorizationFailure", ERROR_DENIED, false, "it refuses these credentials, or this network", LOOK_CREDENTIALS ", and at the network rules of the account"},
	{"NoAuthenticationInformation", ERROR_DENIED, false, "it has seen no credentials", "look at the url in the environment file: something between may drop them"},
	{"AuthorizationPermissionMismatch", ERROR_DENIED, false, "these credentials may not list it", "make a SAS with read and list for the container (sr=c, sp=rl)"},
	{"AuthorizationResourceTypeMismatch", ERROR_DENIED, false, "its SAS cannot list a container", "make a SAS for the container (sr=c), or an account's with srt=co"},
	{"AuthorizationServiceMismatch", ERROR_DENIED, false, "its SAS is not for blobs", "make a SAS for the container (sr=c), or an account's with ss=b"},
	{"AuthorizationProtocolMismatch", ERROR_DENIED, false, "its SAS permits https only", "write https:// into url:"},
	{"AuthorizationSourceIPMismatch", ERROR_DENIED, false, "its SAS permits other addresses than ours", "make one without sip, or ask from an address that it names"},
	{"InsufficientAccountPermissions", ERROR_DENIED, false, "these credentials may not list it", "make a SAS with read and list for the container (sr=c, sp=rl)"},
	{"KeyBasedAuthenticationNotPermitted", ERROR_DENIED, false, "the account takes no account keys", "give it a SAS instead: sas:, made with a user delegation key"},
	{"PublicAccessNotPermitted", ERROR_DENIED, false, "it has seen no credentials", "look at the url in the environment file: something between may drop them"},
	{"AccountIsDisabled", ERROR_DENIED, false, "the storage account is disabled", "look at the account in the portal"},
	{"ContainerNotFound", ERROR_MISSING, false, "there is no such container", "check its name and the account"},
	{"ContainerBeingDeleted", ERROR_MISSING, false, "the container is being deleted", "look who deletes it: soft delete may bring it back"},
	{"ContainerDisabled", ERROR_DENIED, false, "the container is disabled", "look at the account in the portal"},
	{"ResourceNotFound", ERROR_MISSING, false, "there is no such container", "check its name and the account"},
	{"OutOfRangeInput", ERROR_INVALID, false, "that can be no container's name", "check it: 3 to 63 small letters, digits and hyphens"},
	{"InvalidResourceName", ERROR_INVALID, false, "that can be no container's name", "check it: 3 to 63 small letters, digits and hyphens"},
	{"InvalidHeaderValue", ERROR_PROTOCOL, false, "it does not know this version of the interface", "look at the url: an emulator may be older than 2021"},
	{"ServerBusy", ERROR_REMOTE, true, "it asks for fewer requests", "it is asked again by itself; a longer every: helps"},
	{"OperationTimedOut", ERROR_REMOTE, true, "it was too slow for itself", "try again; look at Azure's status page"},
	{"InternalError", ERROR_REMOTE, true, "it has an error of its own", "look at Azure's status page"},
};
static const Meaning BY_STATUS[] = {
	{"401", ERROR_DENIED, false, "it does not accept these credentials", LOOK_CREDENTIALS},
	{"403", ERROR_DENIED, false, "it does not accept these credentials", LOOK_CREDENTIALS},
	{"404", ERROR_PROTOCOL, false, "there is no such container, or this is no blob storage at all", "check its name and the url"},
	{"429", ERROR_REMOTE, true, "it asks for fewer requests", "wait; a longer every: helps"},
	{"503", ERROR_REMOTE, true, "it is not available now", "look at Azure's status page"},
};
static const Meaning ELSEWHERE = {"3xx", ERROR_PROTOCOL, false, "it sends us elsewhere", "look at the url in the environment file: a login page or a proxy may answer there"};
static const Meaning BROKEN = {"5xx", ERROR_REMOTE, true, "it has an error of its own", "look at Azure's status page, then try again"};
static const Meaning STRANGE = {"", ERROR_PROTOCOL, false, "Azure gives an answer that is not expected", "look at the url in the environment file"};

static const Meaning *find_meaning(const char *code, int status) {
	char number[16];
	for (size_t i = 0; i < BG_LENGTH(MEANINGS); i++)
		if (text_eq(MEANINGS[i].code, code))
			return &MEANINGS[i];
	snprintf(number, sizeof(number), "%d", status);
	for (size_t i = 0; i < BG_LENGTH(BY_STATUS); i++)
		if (text_eq(BY_STATUS[i].code, number))
			return &BY_STATUS[i];
	return status / 100 == 3 ? &ELSEWHERE : status / 100 == 5 ? &BROKEN : &STRANGE;
}

/* One code for four causes: which of them it is, as far as it can be told from here. */
static void not_authenticated(const Azure *azure, const HttpResponse *response, Error *err) {
	char span[SPAN_TEXT_SIZE];
	int64_t off = 0;
	bool told = http_clock_difference(response, &off);
	int64_t size = off < 0 ? -off : off;
	if (azure->sas && wall_known(azure->told.expires) && told && azure->told.expires.ms <= response->date.ms) {
		error_set(err, ERROR_DENIED, "its SAS has expired by Azure's clock, which is %s ahead of ours", span_format(size, span));
		error_hint(err, "make a new one, and set this machine's clock");
	} else if (told && size > SKEW_MS) {
		error_set(err, ERROR_DENIED, "the clocks are too far apart for a signature: Azure's is %s %s ours", span_format(size, span), off < 0 ? "behind" : "ahead of");
		error_hint(err, "set this machine's clock");
	} else if (azure->key) {
		error_set(err, ERROR_DENIED, "the key is not one of the account %s", azure->account);
		error_hint(err, LOOK_CREDENTIALS ": keys are rotated; take key1 or key2 of this account");
	} else {
		error_set(err, ERROR_DENIED, "its SAS is not good: made with a key that was rotated, or for another container");
		error_hint(err, "make a new one for this container (sr=c, sp=rl)");
	}
}

bool azure_refused(const Azure *azure, const char *container, const HttpResponse *response, Error *err) {
	char code[CODE_SIZE] = "";
	find_code(response, code);
	const Meaning *meaning = find_meaning(code, response->status);
	AUTO_FREE char *url = azure_container_url(azure, container);
	AUTO_FREE char *said = bg_asprintf("status %d%s%s", response->status, *code ? ", " : "", code);
	if (meaning->why) {
		error_set(err, meaning->kind, "%s (%s)", meaning->why, said);
		error_hint(err, "%s", meaning->hint);
	} else {
		Error cause = {0};
		not_authenticated(azure, response, &cause);
		error_set(err, cause.kind, "%s (%s)", cause.why, said);
		error_hint(err, "%s", cause.hint);
	}
	if (err) {
		err->os_code = response->status;
		err->retryable = meaning->retryable;
	}
	return error_where(err, "%s", url);
}
