/* aws.h: the provider for an account at Amazon: buckets as promised, their replication, and who may write to them.
 * Wire facts: AWS's own service models (s3 2006-03-01, iam 2010-05-08, s3control 2018-08-20): REST-XML for S3 and S3 Control, the Query
 * protocol with XML answers for IAM. */
#pragma once
#include "core/environment/aws_profile.h"
#include "core/providers/provider.h"
#include "core/transport/http.h"

extern const Provider AWS_PROVIDER;

#define AWS_NAME_MAX 64           /* of a role or a user */
#define AWS_POLICY_NAME_MAX 128
#define AWS_CODE_SIZE 80

/* The account for the length of one Call. */
typedef struct Aws {
	const Call *call;
	AwsCredentials credentials;
	char *region;                 /* where it is asked when nothing else is said */
	const char *account;          /* twelve digits; NULL: not said. Borrowed from the system */
	HttpClient *client;
	WallTime now;                 /* the server's clock at its last answer, ours when it tells none */
	int64_t clock_difference_ms;
	bool by_name;
} Aws;
BG_CHECK bool aws_open(const Call *call, Aws *ret, Error *err);
void aws_clear(Aws *aws);
BG_DEFINE_CLEARP(Aws, aws_clear)
/* Where it is asked, for people: the address of the environment file, or "Amazon S3, us-east-2". Owned. */
char *aws_place(const Aws *aws);

typedef enum AwsService { AWS_S3, AWS_IAM, AWS_STS, AWS_CONTROL } AwsService;

typedef struct AwsAsk {
	AwsService service;
	const char *method;           /* NULL: GET; of IAM and STS always POST */
	const char *region;           /* NULL: the system's */
	const char *bucket, *key;     /* of S3; key NULL: the bucket itself */
	const char *path;             /* of S3 Control */
	const char *query;            /* "versioning=", encoded; NULL: none */
	Str body;
	bool first_bytes;              /* no more of an object than that: what counts is in the header */
	const char *ownership;        /* of a new bucket: the header that says who owns what is put there */
	const char *right;            /* the permission that it takes: "s3:GetBucketVersioning" */
	const char *what;             /* what is asked about: "bucket a", "role b" */
} AwsAsk;

/* Any whole answer, whatever its status. */
BG_CHECK bool aws_send(Aws *aws, const AwsAsk *ask, HttpResponse *ret, Error *err);
/* Only 2xx is one. */
BG_CHECK bool aws_do(Aws *aws, const AwsAsk *ask, HttpResponse *ret, Error *err);
/* What may change something: result->began is set before it is sent. */
BG_CHECK bool aws_change(Aws *aws, const AwsAsk *ask, ActionResult *result, Error *err);
/* An error document as an Error, by its code, with the permission that is missing. Always false. */
bool aws_refused(const Aws *aws, const AwsAsk *ask, const HttpResponse *response, Error *err);
/* The code of an error document; "" when it is none. */
void aws_code(const HttpResponse *response, char ret[static AWS_CODE_SIZE]);
bool aws_code_is(const HttpResponse *response, const char *code);
/* The answer is whole but not what the service is known to say. Always false. */
bool aws_strange(const AwsAsk *ask, Error *err, const char *why);

/* The first text at each path, copied; what the document does not have stays NULL. False: it is no whole document with that root. */
typedef struct AwsField { const char *path; char **ret; } AwsField;
BG_CHECK bool aws_read_xml(Str document, const char *root, const AwsField *fields, size_t count, Error *err);
/* "<name>text</name>" with the text made safe. Appends. */
void aws_put_element(Buf *out, const char *name, const char *text);

/* ---- a bucket ---- */

typedef enum BucketThere { BUCKET_FREE, BUCKET_MINE, BUCKET_FOREIGN } BucketThere;
/* Whether there is one of that name and where. FOREIGN: there is one that these credentials may not even look at. *ret_region is owned, NULL
 * unless MINE. */
BG_CHECK bool aws_find_bucket(Aws *aws, const char *bucket, BucketThere *ret_there, char **ret_region, Error *err);
/* The region of a bucket that must be there. Owned. */
BG_CHECK bool aws_bucket_region(Aws *aws, const char *bucket, char **ret_region, Error *err);
bool aws_is_bucket_name(const char *name, Error *err);

/* What is promised of a bucket besides its region. Each is one word as the API says it. */
typedef enum ShapePart { SHAPE_OWNERSHIP, SHAPE_PUBLIC, SHAPE_VERSIONING, SHAPE_ENCRYPTION, SHAPE_PARTS } ShapePart;
typedef struct AwsShape { char *parts[SHAPE_PARTS]; } AwsShape;   /* owned; NULL: not known, or not wanted */
extern const char *const SHAPE_NAMES[SHAPE_PARTS];                /* "ownership", ... */
/* One part; NULL rights of any other part do not matter to it. */
BG_CHECK bool aws_read_part(Aws *aws, const char *bucket, const char *region, ShapePart part, char **ret, Error *err);
BG_CHECK bool aws_read_shape(Aws *aws, const char *bucket, const char *region, AwsShape *ret, Error *err);
BG_CHECK bool aws_write_part(Aws *aws, const char *bucket, const char *region, ShapePart part, const char *value, ActionResult *result, Error *err);
/* The request that writes it, for people. Owned. */
char *aws_part_request(const char *bucket, ShapePart part, const char *value);
/* "Enabled" for versioning=on: what the arguments ask for, as the API says it; NULL when they do not say. Owned. */
char *aws_wanted_part(const Call *call, ShapePart part);
void aws_shape_clear(AwsShape *shape);
BG_DEFINE_CLEARP(AwsShape, aws_shape_clear)

/* ---- replication of a bucket ---- */

typedef struct ReplicationRule { char *id, *status, *bucket; int64_t priority; bool old_kind; size_t from, len; } ReplicationRule;
typedef struct Replication {
	bool there;
	char *role;
	ReplicationRule *rules;
	size_t count;
	Buf text;                     /* of the rules, as the service wrote it: rules are slices of it */
} Replication;
BG_CHECK bool replication_read(Aws *aws, const char *bucket, const char *region, Replication *ret, Error *err);
BG_CHECK bool replication_parse(Str document, Replication *ret, Error *err);
const ReplicationRule *replication_find(const Replication *replication, const char *id);
/* The first enabled rule to that bucket; NULL if there is none. */
const ReplicationRule *replication_to(const Replication *replication, const char *bucket);
void replication_clear(Replication *replication);
BG_DEFINE_CLEARP(Replication, replication_clear)

/* ---- IAM ---- */

typedef struct AwsForm { const char *name, *value; } AwsForm;
/* One call of the Query protocol; ends with a NULL name. *ret_none (NULL: that is an error, too): there is no such thing. */
BG_CHECK bool iam_ask(Aws *aws, const char *action, const AwsForm *form, HttpResponse *ret, bool *ret_none, Error *err);
BG_CHECK bool iam_change(Aws *aws, const char *action, const AwsForm *form, ActionResult *result, HttpResponse *ret, Error *err);
/* A policy document of a role or user, as JSON; *ret NULL: there is none of that name. `of`: "Role" or "User". */
BG_CHECK bool iam_policy(Aws *aws, const char *of, const char *name, const char *policy, Json **ret, Error *err);
bool iam_is_name(const char *name, size_t max, Error *err);
/* The same document for people: one line of JSON. Owned. */
char *iam_text(const Json *document);
/* One more statement; `actions` end with NULL. */
void iam_allow(Json *statements, const char *const *actions, const char *resource);

/* A role that a service of Amazon takes on. */
typedef struct AwsRole { char *name; const char *service, *policy_name; Json *policy; char *arn; } AwsRole;
/* Adds to the plan what is missing of it; ret->arn is filled when it exists. */
BG_CHECK bool iam_plan_role(Aws *aws, AwsRole *role, Plan *plan, StrList *requests, Error *err);
BG_CHECK bool iam_apply_role(Aws *aws, AwsRole *role, ActionResult *result, Error *err);
void aws_role_clear(AwsRole *role);
BG_DEFINE_CLEARP(AwsRole, aws_role_clear)

/* ---- the verbs ---- */

bool aws_plan_bucket(const Call *call, Plan *ret_plan, Error *err);
bool aws_apply_bucket(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool aws_verify_bucket(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool aws_undo_bucket(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args);
bool aws_plan_delete(const Call *call, Plan *ret_plan, Error *err);
bool aws_apply_delete(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool aws_verify_delete(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool aws_plan_replication(const Call *call, Plan *ret_plan, Error *err);
bool aws_apply_replication(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool aws_verify_replication(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool aws_undo_replication(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args);
bool aws_plan_remove_rule(const Call *call, Plan *ret_plan, Error *err);
bool aws_apply_remove_rule(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool aws_verify_remove_rule(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool aws_plan_job(const Call *call, Plan *ret_plan, Error *err);
bool aws_apply_job(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool aws_verify_job(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool aws_plan_user(const Call *call, Plan *ret_plan, Error *err);
bool aws_apply_user(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool aws_verify_user(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool aws_plan_role_policy(const Call *call, Plan *ret_plan, Error *err);
bool aws_apply_role_policy(const Call *call, const Plan *plan, ActionResult *result, Error *err);
bool aws_verify_role_policy(const Call *call, const Plan *plan, ActionResult *result, Error *err);

/* What of a user, of a role's policy, is not as aws.user and aws.role-policy would have it, in words; nothing: all is. False also when there is none:
 * ERROR_MISSING with os_code 404. */
typedef struct AwsDrifts { StrList list; int64_t clock_difference_ms; } AwsDrifts;
BG_CHECK bool aws_user_drifts(const Call *call, AwsDrifts *ret, Error *err);
BG_CHECK bool aws_role_drifts(const Call *call, AwsDrifts *ret, Error *err);
void aws_probe_access(const Call *call, Reading *ret);
void aws_probe_policy(const Call *call, Reading *ret);
void aws_probe_replicas(const Call *call, Reading *ret);
void aws_may(const Call *call, const char *verb, Rights *rights);
