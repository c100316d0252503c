/* sim_s3.h: a server that speaks Amazon's S3 over sim_store.h and really checks signatures (Signature Version 4). Path style, and host style
 * where the Host header begins with a bucket's name. Not thread-safe: the sandbox locks. */
#pragma once
#include "core/sandbox/sim_message.h"
#include "core/sandbox/sim_store.h"

#define SIM_S3_SKEW_MS (15 * 60 * 1000)

typedef struct SimAccount SimAccount;

typedef struct SimS3 {
	SimStore *store;                 /* borrowed */
	const char *region, *access_key, *secret_key;
	const char *session_token;       /* NULL: none is wanted */
	const char *service;             /* what requests are signed for; NULL: s3 */
	SimAccount *account;             /* how buckets are set up, IAM and jobs; borrowed; NULL: there is none of it */
} SimS3;

void sim_s3_handle(SimS3 *s3, const SimRequest *request, SimReply *reply, WallTime now);
/* The XML error document with its status. */
void sim_s3_error(SimReply *reply, int status, const char *code, const char *message, const char *more_name, const char *more);
/* Whether the request is signed by the server's key: else the error is in the reply. */
bool sim_s3_signature_is_good(const SimS3 *s3, const SimRequest *request, SimReply *reply, WallTime now);
