/* aws_scene.h: an account of the tests' own: the simulated S3, IAM and S3 Control behind one address, and the verbs of the provider as a worker does
 * them. Every request's signature is checked there. */
#pragma once
#include "core/providers/provider.h"
#include "core/sandbox/sim_account.h"
#include "tests/support/support.h"

#define AWS_NOTHING "nothing to do: it is so already"   /* what a second plan says */

typedef struct AwsScene AwsScene;
/* `more`: further settings of the system, indented by four; NULL = none. */
AwsScene *aws_scene_begin(const char *more);
AwsScene *aws_scene_free(AwsScene *scene);
BG_DEFINE_FREEP(AwsScene, aws_scene_free)

/* What is said about the account, under its lock: {"denied":["s3:GetBucketVersioning"]} is laid over its state. */
void aws_scene_say(AwsScene *scene, const char *json);
/* A copy of its state; owned. */
Json *aws_scene_state(AwsScene *scene);
/* A bucket with what stands in each part; NULL: as new ones are. */
void aws_scene_bucket(AwsScene *scene, const char *name, const char *region, const char *versioning);
void aws_scene_put(AwsScene *scene, const char *bucket, const char *key, int64_t age_ms);
size_t aws_scene_objects(AwsScene *scene, const char *bucket);   /* -1: there is no such bucket */
char *aws_scene_log(AwsScene *scene);                            /* what was asked that may change something, a line each; owned */
/* From now on requests are counted from 0, and that one is sent elsewhere; SIZE_MAX: none is. */
void aws_scene_redirect(AwsScene *scene, size_t number, int status, const char *location);
size_t aws_scene_requests(AwsScene *scene);
/* Whether request `number` may change something. */
bool aws_scene_changes(AwsScene *scene, size_t number);
const char *aws_scene_url(const AwsScene *scene);
const char *aws_scene_path(AwsScene *scene, const char *name);   /* in its folder */

/* Arguments of the next call: name, value pairs, NULL-terminated. */
void aws_scene_args(AwsScene *scene, ...) __attribute__((sentinel));
bool aws_scene_plan(AwsScene *scene, const char *action, Plan *ret, Error *err);
bool aws_scene_apply(AwsScene *scene, const char *action, const Plan *plan, ActionResult *result, Error *err);   /* and verify */
/* Plan, apply, verify; the test fails when it does not go well. Owned: the changes, a line each. */
char *aws_scene_do(AwsScene *scene, const char *action);
/* What the credentials may, for an action with the arguments. */
void aws_scene_may(AwsScene *scene, const char *action, Rights *ret);
void aws_scene_read(AwsScene *scene, const char *probe, Reading *ret);
