/* sim_account.h: what an account at Amazon has beside objects: how its buckets are set up, its users and roles (IAM), its jobs (S3 Control). One
 * server answers for the three, as tests ask them at one address: IAM's forms are posted to "/", S3 Control's paths begin with a date.
 * Not thread-safe: the sandbox locks. */
#pragma once
#include "core/sandbox/sim_message.h"
#include "core/sandbox/sim_s3.h"

#define SIM_ACCOUNT "123456789012"
#define SIM_ROLE "ContainerInstanceRole"
#define SIM_ROLE_POLICY "AssetsManagementPolicy"

typedef struct SimAccount SimAccount;
SimAccount *sim_account_new(void);
SimAccount *sim_account_free(SimAccount *account);
BG_DEFINE_FREEP(SimAccount, sim_account_free)
/* What tests say about it, and read: {"buckets":{NAME:{"region",..}},"foreign":[NAME],"denied":["s3:GetBucketVersioning"],"users":{},"roles":{},
 * "jobs":[{}],"stuck":true: nothing is copied,"broken":true: what is copied fails}. */
Json *sim_account_state(SimAccount *account);

/* The region of a bucket; that of the server for one that nobody set up. */
const char *sim_account_region(SimAccount *account, const SimS3 *s3, const char *bucket);
/* Whether it has answered: what is about objects is left to sim_s3.c. `bucket` NULL or "": none is named. */
bool sim_account_answers(SimS3 *s3, const char *bucket, const char *key, const SimRequest *request, SimReply *reply, WallTime now);
/* After an object was written: copied by the rules of its bucket. */
void sim_account_replicate(const SimS3 *s3, const char *bucket, const char *key, WallTime now);
/* What a HEAD says of it beside the rest. */
void sim_account_tell_status(const SimS3 *s3, const char *bucket, const char *key, SimReply *reply);

/* For the parts of it. */
bool sim_account_denies(const SimAccount *account, const char *right);
bool sim_account_is_iam(const SimRequest *request);
void sim_iam_handle(SimS3 *s3, const SimRequest *request, SimReply *reply, WallTime now);
bool sim_account_is_control(const SimRequest *request);
void sim_control_jobs(SimS3 *s3, const SimRequest *request, SimReply *reply, WallTime now);
/* The text of the first element of that name, decoded; NULL if there is none. Owned. */
char *sim_account_element(Str document, const char *name);
/* Every object of the bucket copied as its rules say; how many there were. */
size_t sim_account_copy_all(const SimS3 *s3, const char *bucket, WallTime now);
