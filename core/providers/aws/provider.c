/* provider.c: the table of the provider for an account at Amazon. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/aws/aws.h"
#include "core/providers/settings.h"

#define DAY_MS (24 * 3600 * 1000)
#define BUCKET {"bucket", PARAM_TEXT, true, NULL, "name of the bucket"}
#define SOURCE {"source", PARAM_TEXT, true, NULL, "the bucket that is copied"}
#define DESTINATION {"destination", PARAM_TEXT, true, NULL, "the bucket that it is copied to"}
#define SHAPE_PARAMS {"like", PARAM_TEXT, false, NULL, "a bucket whose ownership, public access, versioning and encryption it has, and whose region it has not"}, \
	{"apart-from", PARAM_TEXT, false, NULL, "a bucket that must be in another region"}, \
	{"ownership", PARAM_CHOICE, false, "acls-disabled|acls-enabled|acls-of-the-writer", "who owns what others put there"}, \
	{"public", PARAM_CHOICE, false, "blocked|open", "whether the public is kept out, in all four ways"}, \
	{"versioning", PARAM_CHOICE, false, "on|suspended|off", "whether old versions are kept"}, \
	{"encryption", PARAM_CHOICE, false, "s3|kms", "with which keys it is encrypted"}

static const SettingSpec SETTINGS[] = {
	{"region", PARAM_TEXT, false, false, "AWS region; else the profile's, else us-east-1"},
	{"account", PARAM_TEXT, false, false, "the account's number, twelve digits: buckets of others are then refused"},
	{"s3-url", PARAM_URL, false, false, "address of S3, if not Amazon's own"},
	{"iam-url", PARAM_URL, false, false, "address of IAM, if not Amazon's own"},
	{"sts-url", PARAM_URL, false, false, "address of STS, if not Amazon's own"},
	{"control-url", PARAM_URL, false, false, "address of S3 Control, if not Amazon's own"},
	{"insecure", PARAM_BOOL, false, false, "true: certificates are not checked"},
	{"ca-cert", PARAM_TEXT, false, false, "path of a PEM file with the authority of its certificates"},
	{"credentials", PARAM_TEXT, false, true, "{ profile: NAME }; else the variables and profile that the aws program would take"},
	{"access-key-id", PARAM_TEXT, false, true, "instead of credentials: where the access key comes from"},
	{"secret-access-key", PARAM_TEXT, false, true, "and its secret"},
	{"session-token", PARAM_TEXT, false, true, "and its session token, if it has one"},
};

static bool is_account(const char *text) { return strlen(text) == 12 && strspn(text, "0123456789") == 12; }

static bool check_system(const Environment *environment, const EnvironmentSystem *system, Error *err) {
	if (!settings_check(environment, system, SETTINGS, BG_LENGTH(SETTINGS), err))
		return false;
	const char *account = system_setting(system, "account");
	bool id = system_find_secret(system, "access-key-id"), secret = system_find_secret(system, "secret-access-key");
	if (account && !is_account(account)) {
		error_set(err, ERROR_INVALID, "account is twelve digits, not %.40s", account);
		return environment_error_at(environment, system_setting_place(system, "account"), err);
	}
	if (id == secret)
		return true;
	error_set(err, ERROR_MISSING, "access-key-id and secret-access-key go together");
	return environment_error_at(environment, system->place, err);
}

/* A profile of the AWS tools may name a program that makes the credentials. */
static const char *system_program(const EnvironmentSystem *system) {
	bool own = system_find_secret(system, "access-key-id") != NULL;
	return !own && aws_credentials_need_program(system_find_secret(system, "credentials")) ? "credential_process of its AWS profile" : NULL;
}

/* The file of an access key. */
static void write_folders(const Call *call, StrList *ret) {
	const char *file = call_arg(call, "file");
	if (file)
		strlist_add_take(ret, path_folder(argument_path(call->environment, file)));
}

static const Action ACTIONS[] = {
	{.spec = {.name = "aws.bucket", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "makes a bucket as promised, or brings one that is ours to it: region, ownership, public access, versioning, encryption",
			.VERB_PARAMS(BUCKET, {"region", PARAM_TEXT, true, NULL, "where it is: us-east-2"}, SHAPE_PARAMS, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 5000, .plan = aws_plan_bucket, .apply = aws_apply_bucket, .verify = aws_verify_bucket, .undo = aws_undo_bucket,
		.manual = "S3 console > Create bucket: name, region, object ownership, block public access, versioning, default encryption"},
	{.spec = {.name = "aws.delete-bucket", .kind = VERB_ACTION, .risk = RISK_DESTRUCTIVE, .help = "deletes a bucket that is empty, old versions included",
			.VERB_PARAMS(BUCKET, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 2000, .plan = aws_plan_delete, .apply = aws_apply_delete, .verify = aws_verify_delete,
		.manual = "S3 console > bucket > Delete"},
	{.spec = {.name = "aws.replication", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "adds a rule that copies everything new in a bucket to another one; the other rules stay, and a role is made where none is given",
			.VERB_PARAMS(SOURCE, DESTINATION, {"rule", PARAM_TEXT, false, NULL, "its name; \"DR Replication\" if not said"},
				{"role", PARAM_TEXT, false, NULL, "ARN of a role that may do it; if not said, one is made"}, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 5000, .plan = aws_plan_replication, .apply = aws_apply_replication, .verify = aws_verify_replication, .undo = aws_undo_replication,
		.manual = "S3 console > source bucket > Management > Create replication rule"},
	{.spec = {.name = "aws.remove-rule", .kind = VERB_ACTION, .risk = RISK_CHANGE, .help = "takes a replication rule of a bucket away; the other rules stay",
			.VERB_PARAMS(SOURCE, {"rule", PARAM_TEXT, false, NULL, "its name; \"DR Replication\" if not said"}, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 3000, .plan = aws_plan_remove_rule, .apply = aws_apply_remove_rule, .verify = aws_verify_remove_rule,
		.manual = "S3 console > source bucket > Management > Replication rules > Delete"},
	{.spec = {.name = "aws.replicate-existing", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "copies what a bucket has already by a job of S3 Batch Operations, and follows it to its end; in one run there is one such job",
			.VERB_PARAMS(SOURCE, DESTINATION, {"prefix", PARAM_TEXT, false, NULL, "where in the destination its report goes; replication-reports if not said"},
				{"role", PARAM_TEXT, false, NULL, "ARN of a role that may do it; if not said, one is made"},
				{"wait", PARAM_BOOL, false, NULL, "no: the job is begun and not followed"}, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 600000, .apply_ms = DAY_MS, .plan = aws_plan_job, .apply = aws_apply_job, .verify = aws_verify_job,
		.manual = "S3 console > Batch Operations > Create job: Replicate"},
	{.spec = {.name = "aws.user", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "makes a user who may list a bucket and write to it, and nothing else, with one access key, which goes into a file (save= keeps the key's id)",
			.VERB_PARAMS({"user", PARAM_TEXT, true, NULL, "name of the user"}, BUCKET,
				{"file", PARAM_TEXT, true, NULL, "file for the access key, which must not be there yet; only its owner can read it"},
				{"policy", PARAM_TEXT, false, NULL, "name of the user's policy; backups if not said"}, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 5000, .plan = aws_plan_user, .apply = aws_apply_user, .verify = aws_verify_user,
		.manual = "IAM console > Users > Create user, access key, inline policy"},
	{.spec = {.name = "aws.role-policy", .kind = VERB_ACTION, .risk = RISK_CHANGE,
			.help = "adds a bucket to an inline policy of a role: what is missing is added to the document that is there, and shown before",
			.VERB_PARAMS(BUCKET, {"role", PARAM_TEXT, false, NULL, "name of the role; ContainerInstanceRole if not said"},
				{"policy", PARAM_TEXT, false, NULL, "name of its policy; AssetsManagementPolicy if not said"}, SYSTEM_PARAM)},
		.repeatable = true, .usual_ms = 3000, .plan = aws_plan_role_policy, .apply = aws_apply_role_policy, .verify = aws_verify_role_policy,
		.manual = "IAM console > Roles > role > policy > Edit"},
};

static const Probe PROBES[] = {
	{.spec = {.name = "aws.access", .kind = VERB_PROBE, .subject = "access to bucket ${bucket}",
			.help = "whether who may write to a bucket is as promised: the policy and key of a user (user=), or the policy of a role",
			.VERB_PARAMS(BUCKET, {"user", PARAM_TEXT, false, NULL, "a user as aws.user makes it"},
				{"role", PARAM_TEXT, false, NULL, "or a role as aws.role-policy leaves it; ContainerInstanceRole if neither is said"},
				{"policy", PARAM_TEXT, false, NULL, "name of the policy; as those two have it if not said"}, SYSTEM_PARAM),
			.VERB_FIELDS({"bucket", PARAM_TEXT, "name of the bucket"}, {"drifts", PARAM_INT, "how many parts are not as promised"})},
		.every_ms = 300000, .deadline_ms = 30000, .budget_ms = 1800000, .read = aws_probe_access},
	{.spec = {.name = "aws.policy", .kind = VERB_PROBE, .subject = "bucket ${bucket}",
			.help = "whether a bucket is as promised: versioning, encryption, public access, ownership, region, replication; what differs is told",
			.VERB_PARAMS(BUCKET, {"region", PARAM_TEXT, false, NULL, "where it should be"}, SHAPE_PARAMS,
				{"replicates-to", PARAM_TEXT, false, NULL, "a bucket that an enabled rule should copy it to"},
				{"rule", PARAM_TEXT, false, NULL, "name of that rule"}, SYSTEM_PARAM),
			.VERB_FIELDS({"bucket", PARAM_TEXT, "name of the bucket"}, {"region", PARAM_TEXT, "where it is"}, {"ownership", PARAM_TEXT, "BucketOwnerEnforced, ..."},
				{"public", PARAM_TEXT, "blocked, open, or which of the four ways are blocked"}, {"versioning", PARAM_TEXT, "Enabled, Suspended or off"},
				{"encryption", PARAM_TEXT, "AES256, aws:kms or none"}, {"drifts", PARAM_INT, "how many parts are not as promised"},
				{"replicates", PARAM_BOOL, "the rule that was asked for is there and enabled"}, {"replicates_to", PARAM_TEXT, "where it copies to"})},
		.every_ms = 300000, .deadline_ms = 30000, .budget_ms = 1800000, .read = aws_probe_policy},
	{.spec = {.name = "aws.replicas", .kind = VERB_PROBE, .subject = "bucket ${source}",
			.help = "whether what was written last into a bucket has arrived in the other one, in another region",
			.VERB_PARAMS(SOURCE, DESTINATION, {"prefix", PARAM_TEXT, false, NULL, "only keys that begin with this"},
				{"max-lag", PARAM_SPAN, false, NULL, "how long it may take; 15m if not said"}, SYSTEM_PARAM),
			.VERB_FIELDS({"source", PARAM_TEXT, "the bucket that is copied"}, {"destination", PARAM_TEXT, "the bucket that it is copied to"},
				{"source_region", PARAM_TEXT, "where the one is"}, {"destination_region", PARAM_TEXT, "where the other is"},
				{"other_region", PARAM_BOOL, "they are in two regions"}, {"count", PARAM_INT, "objects of the one"}, {"copies", PARAM_INT, "objects of the other"},
				{"newest_key", PARAM_TEXT, "key of the newest object"}, {"newest", PARAM_TIME, "when it was written"},
				{"status", PARAM_TEXT, "PENDING, COMPLETED, FAILED, or none"}, {"arrived", PARAM_BOOL, "the other bucket has it"},
				{"lag", PARAM_SPAN, "how far the other one is behind"})},
		.every_ms = 120000, .deadline_ms = 60000, .budget_ms = 600000, .read = aws_probe_replicas},
};

const Provider AWS_PROVIDER = {.name = "aws", .title = "Amazon Web Services", .check_system = check_system, .system_program = system_program,
	.write_folders = write_folders, .may = aws_may, .actions = ACTIONS, .action_count = BG_LENGTH(ACTIONS), .probes = PROBES, .probe_count = BG_LENGTH(PROBES)};
