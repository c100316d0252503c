/* sigv4.h: AWS Signature Version 4 for requests, in code of our own: libcurl 7.88 signs the query unsorted and leaves out
 * x-amz-content-sha256. Recipe and test vectors: AWS, "Signature Calculations for the Authorization Header". */
#pragma once
#include "core/base/buf.h"
#include "core/base/moment.h"
#include "core/base/secret.h"
#include "core/base/str.h"

#define SIGV4_EMPTY_PAYLOAD "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

typedef struct SigV4 {
	const char *access_key_id;
	const Secret *secret_key;
	const Secret *session_token;   /* NULL if there is none */
	const char *region;
	const char *service;           /* "s3" */
} SigV4;

typedef struct SigV4Header { const char *name, *value; } SigV4Header;   /* names in lower case */

typedef struct SigV4Request {
	const char *method;
	Str host;                      /* with ":port" when it is not the scheme's own */
	Str path;                      /* percent-encoded already; empty counts as "/" */
	Str query;                     /* as sigv4_canonical_query() gives it */
	const SigV4Header *headers;    /* further headers to sign, besides host and the x-amz-* that signing adds */
	size_t header_count;           /* at most SIGV4_MAX_HEADERS */
	const char *payload_sha256;    /* hex */
	WallTime time;
} SigV4Request;

#define SIGV4_MAX_HEADERS 12

/* "20130524T000000Z": the x-amz-date of a time. */
#define SIGV4_DATE_SIZE 17
void sigv4_date(WallTime time, char ret[static SIGV4_DATE_SIZE]);
/* Sorts an encoded query by name and value; a parameter without a value gets "=". Appends. */
void sigv4_canonical_query(Str query, Buf *out);
/* Appends the value of the Authorization header. x-amz-content-sha256, x-amz-date and, with a token, x-amz-security-token are
 * signed: the caller sends them. */
void sigv4_authorization(const SigV4 *credentials, const SigV4Request *request, Buf *out);
