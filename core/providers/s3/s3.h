/* s3.h: the provider for buckets that speak Amazon's S3: one probe, s3.bucket. Wire facts: AWS API reference, ListObjectsV2. */
#pragma once
#include "core/environment/aws_profile.h"
#include "core/providers/provider.h"
#include "core/transport/http.h"

#define S3_KEY_MAX 1024          /* bytes of a key, as S3 allows */

extern const Provider S3_PROVIDER;

/* A bucket's server for the length of one Call. */
typedef struct S3 {
	const Call *call;
	AwsCredentials credentials;
	char *region;
	char *base;              /* "https://s3.us-east-1.amazonaws.com", without a slash at its end */
	bool path_style;         /* the bucket stands in the path, not in the host name */
	HttpClient *client;
	WallTime now;            /* the server's clock at its last answer, ours when it tells none */
	int64_t clock_difference_ms;
	bool by_name;
} S3;
BG_CHECK bool s3_open(const Call *call, S3 *ret, Error *err);
/* Two secrets of the environment file, the chain of the AWS tools, or the role of the machine. */
BG_CHECK bool s3_find_credentials(const Call *call, AwsCredentials *ret, Error *err);
void s3_clear(S3 *s3);
BG_DEFINE_CLEARP(S3, s3_clear)
/* A role that the machine has: ECS container credentials, then EC2's instance metadata (version 2). */
BG_CHECK bool s3_machine_credentials(const Call *call, AwsCredentials *ret, Error *err);
/* "https://host/bucket" or "https://bucket.host". Owned. */
char *s3_bucket_url(const S3 *s3, const char *bucket);

/* What a whole listing adds up to. Memory does not grow with the number of objects. */
typedef struct BucketSum {
	int64_t count, bytes, pages;
	WallTime newest;
	char newest_key[3 * S3_KEY_MAX + 1];   /* a percent-encoded one may be three times as long */
	int64_t newest_bytes;
	bool newest_is_encoded;      /* while it is being summed up only */
	bool newest_is_folder;       /* an empty object that a console made for a folder */
	int64_t empty;               /* objects of no bytes that are not folders (a key that ends in a slash) */
} BucketSum;
/* Pages through all of `prefix` ("" = the whole bucket). False when a page could not be had: a part is not a sum. */
BG_CHECK bool s3_sum(S3 *s3, const char *bucket, const char *prefix, BucketSum *ret_sum, Error *err);

/* One small object. *ret_there false: the bucket has none of that key. */
BG_CHECK bool s3_get(S3 *s3, const char *bucket, const char *key, Buf *out, bool *ret_there, Error *err);
BG_CHECK bool s3_put(S3 *s3, const char *bucket, const char *key, Str bytes, Error *err);

/* An error document as an Error, by its code; `use`: what was asked for. Always false. */
typedef enum S3Use { S3_LIST, S3_READ, S3_WRITE } S3Use;
bool s3_refused(const S3 *s3, const char *bucket, S3Use use, const HttpResponse *response, Error *err);
