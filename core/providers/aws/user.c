/* user.c: a user that writes backups and can do nothing else (seed: PutObject and ListBucket), with one access key. The key goes into a file that
 * only its owner can read, and nowhere else: not into the plan, the log, the record or an argument. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/aws/aws.h"
#include "core/providers/settings.h"

#define DEFAULT_POLICY "backups"

typedef struct User {
	Aws aws;
	const char *name, *bucket, *policy;
	char *file;
	Json *wanted;             /* its policy */
	bool there, as_wanted;
	Json *actual;
	char *key_id;             /* NULL: it has none */
	bool file_there;
} User;

static void user_clear(User *user) {
	aws_clear(&user->aws);
	free(user->file);
	json_free(user->wanted);
	json_free(user->actual);
	free(user->key_id);
}
BG_DEFINE_CLEARP(User, user_clear)

/* ---- what it is ---- */

static Json *statement(Json *list, const char *sid, Json *action, char *resource) {
	Json *one = json_append(list, json_new_object());
	json_add_string(one, "Sid", sid);
	json_add_string(one, "Effect", "Allow");
	json_add(one, "Action", action);
	json_append_string(json_add(one, "Resource", json_new_array()), resource);
	free(resource);
	return one;
}

/* As it stands in the runbook. */
static Json *policy_for(const char *bucket) {
	Json *document = json_new_object(), *lists = json_new_array();
	json_add_string(document, "Version", "2012-10-17");
	Json *statements = json_add(document, "Statement", json_new_array());
	json_append_string(lists, "s3:ListBucket");
	statement(statements, "ListObjectsInBucket", lists, bg_asprintf("arn:aws:s3:::%s", bucket));
	statement(statements, "ObjectActions", json_new_string("s3:PutObject"), bg_asprintf("arn:aws:s3:::%s/*", bucket));
	return document;
}

static bool read_user(User *user, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_FREE char *arn = NULL;
	const AwsForm form[] = {{"UserName", user->name}, {NULL, NULL}};
	const AwsField field = {"GetUserResponse/GetUserResult/User/Arn", &arn};
	bool none = false;
	if (!iam_ask(&user->aws, "GetUser", form, &response, &none, err))
		return false;
	user->there = !none;
	if (none || (aws_read_xml(buf_str(&response.body), "GetUserResponse", &field, 1, err) && arn))
		return true;
	error_set(err, ERROR_PROTOCOL, "IAM answers with something that tells of no user");
	error_hint(err, "look at the address of IAM in the environment file");
	return error_where(err, "user %s", user->name);
}

static bool read_keys(User *user, Error *err) {
#define RESULT "ListAccessKeysResponse/ListAccessKeysResult/"
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_FREE char *listed = NULL;
	const AwsForm form[] = {{"UserName", user->name}, {NULL, NULL}};
	const AwsField fields[] = {{RESULT "AccessKeyMetadata/member/AccessKeyId", &user->key_id}, {RESULT "AccessKeyMetadata", &listed}};
	if (!iam_ask(&user->aws, "ListAccessKeys", form, &response, NULL, err))
		return false;
	if (aws_read_xml(buf_str(&response.body), "ListAccessKeysResponse", fields, BG_LENGTH(fields), err) && listed)
		return true;
	error_set(err, ERROR_PROTOCOL, "IAM answers with something that tells of no access keys");
	error_hint(err, "look at the address of IAM in the environment file");
	return error_where(err, "user %s", user->name);
#undef RESULT
}

static bool look(const Call *call, User *user, Error *err) {
	user->name = call_arg(call, "user");
	user->bucket = call_arg(call, "bucket");
	user->policy = call_arg(call, "policy") ? call_arg(call, "policy") : DEFAULT_POLICY;
	user->file = call_arg(call, "file") ? argument_path(call->environment, call_arg(call, "file")) : NULL;
	if (!iam_is_name(user->name, AWS_NAME_MAX, err) || !iam_is_name(user->policy, AWS_POLICY_NAME_MAX, err) || !aws_is_bucket_name(user->bucket, err)
		|| !aws_open(call, &user->aws, err) || !read_user(user, err))
		return false;
	user->wanted = policy_for(user->bucket);
	struct stat status;
	user->file_there = user->file && lstat(user->file, &status) == 0;
	if (!user->there)
		return true;
	if (!iam_policy(&user->aws, "User", user->name, user->policy, &user->actual, err) || !read_keys(user, err))
		return false;
	user->as_wanted = user->actual && json_equal(user->actual, user->wanted);
	return true;
}

/* ---- plan ---- */

static void describe(const User *user, Plan *plan) {
	AUTO_CLEAR(StrList) requests = {0};
	AUTO_FREE char *what = bg_asprintf("user %s", user->name);
	AUTO_FREE char *policy = bg_asprintf("policy %s of user %s", user->policy, user->name);
	AUTO_FREE char *key = bg_asprintf("access key of user %s", user->name);
	AUTO_FREE char *wanted = iam_text(user->wanted);
	AUTO_FREE char *actual = user->actual ? iam_text(user->actual) : NULL;
	AUTO_FREE char *kept = bg_asprintf("one, kept in %s", user->file);
	if (!user->there) {
		plan_add_change(plan, what, NULL, "made");
		strlist_add_take(&requests, bg_asprintf("IAM CreateUser UserName=%s", user->name));
	}
	if (!user->as_wanted) {
		plan_add_change(plan, policy, actual, wanted);
		strlist_add_take(&requests, bg_asprintf("IAM PutUserPolicy UserName=%s PolicyName=%s PolicyDocument=%s", user->name, user->policy, wanted));
	}
	if (!user->key_id) {
		plan_add_change(plan, key, NULL, kept);
		strlist_add_take(&requests, bg_asprintf("IAM CreateAccessKey UserName=%s", user->name));
	} else if (!user->file_there) {
		strlist_add_take(&plan->warnings, bg_asprintf("it has access key %s already, and its secret is not in %s: no second key is made; whoever made it knows where it is",
			user->key_id, user->file));
	}
	plan->nothing_to_do = !plan->count;
	AUTO_FREE char *request = strlist_join(&requests, "\n");
	plan_set(&plan->request, "%s", request);
}

bool aws_plan_user(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(User) user = {0};
	if (!look(call, &user, err))
		return error_what(err, "plan user %s", call_arg(call, "user"));
	if (!user.key_id && user.file_there) {
		error_set(err, ERROR_CONFLICT, "there is a file %s already, and the user has no access key", user.file);
		error_hint(err, "it may hold another key: name a file that is not there yet");
		return error_what(err, "plan user %s", user.name);
	}
	plan_set(&ret_plan->action, "aws.user");
	plan_set(&ret_plan->target, "user %s, who writes to bucket %s", user.name, user.bucket);
	plan_set(&ret_plan->confirm_name, "%s", user.name);
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	json_add_bool(ret_plan->basis, "key", user.key_id == NULL);
	strlist_add(&ret_plan->warnings, "this user may write and list, but neither read nor delete: a restore wants other credentials");
	describe(&user, ret_plan);
	plan_set(&ret_plan->undo, "none from here: IAM console > Users > %s > Delete, once nothing writes with its key", user.name);
	plan_set(&ret_plan->manual, "IAM console > Users > Create user %s, access key, inline policy as above", user.name);
	return true;
}

/* ---- apply and after ---- */

/* The file is there, empty and ours alone, before a key is asked for: a key whose secret nobody kept is of no use. */
static bool open_file(const char *path, int *ret_fd, Error *err) {
	*ret_fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*ret_fd >= 0)
		return true;
	error_errno(err, errno, "the file for the access key cannot be made");
	error_hint(err, "name a file that is not there yet, in a folder that is");
	return error_where(err, "%s", path);
}

static bool write_key(int fd, const char *path, const char *id, const char *secret, Error *err) {
	char text[512];
	int len = snprintf(text, sizeof(text), "Access key ID,Secret access key\n%s,%s\n", id, secret);
	bool ok = len > 0 && (size_t) len < sizeof(text) && write(fd, text, (size_t) len) == len && fsync(fd) == 0;
	int reason = errno;
	secret_wipe(text, sizeof(text));
	if (ok)
		return true;
	error_errno(err, reason, "the access key could not be written");
	return error_where(err, "%s", path);
}

/* Of a key that nobody could keep nothing must stay. */
static bool take_back(User *user, const char *id, ActionResult *result, Error *err) {
	const AwsForm form[] = {{"UserName", user->name}, {"AccessKeyId", id}, {NULL, NULL}};
	Error second = {0};
	if (iam_change(&user->aws, "DeleteAccessKey", form, result, NULL, &second))
		return error_hint(err, "the key was deleted again: make room, then make a new plan");
	return error_hint(err, "access key %s was made and is of no use: delete it in the IAM console", id);
}

static bool make_key(User *user, int fd, ActionResult *result, Error *err) {
#define KEY "CreateAccessKeyResponse/CreateAccessKeyResult/AccessKey/"
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_FREE char *id = NULL;
	char *secret = NULL;
	const AwsForm form[] = {{"UserName", user->name}, {NULL, NULL}};
	const AwsField fields[] = {{KEY "AccessKeyId", &id}, {KEY "SecretAccessKey", &secret}};
	if (!iam_change(&user->aws, "CreateAccessKey", form, result, &response, err))
		return false;
	bool told = aws_read_xml(buf_str(&response.body), "CreateAccessKeyResponse", fields, BG_LENGTH(fields), err) && id && secret;
	if (response.body.len)
		secret_wipe(response.body.data, response.body.len);
	if (!told) {
		error_set(err, ERROR_PROTOCOL, "IAM made an access key, and what it told of it cannot be read");
		error_hint(err, "delete the key in the IAM console, then make a new plan");
	}
	bool ok = told && (write_key(fd, user->file, id, secret, err) || take_back(user, id, result, err));
	if (secret)
		secret_wipe(secret, strlen(secret));
	free(secret);
	if (ok)
		result->value = bg_strdup(id);
	return ok;
#undef KEY
}

static bool keep_key(User *user, ActionResult *result, Error *err) {
	AUTO_CLOSE int fd = -1;
	if (!open_file(user->file, &fd, err))
		return false;
	if (make_key(user, fd, result, err))
		return true;
	(void) unlink(user->file);   /* it is ours, and holds nothing that counts */
	return false;
}

bool aws_apply_user(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(User) user = {0};
	(void) plan;
	if (!look(call, &user, err))
		return error_what(err, "make user %s", call_arg(call, "user"));
	AUTO_FREE char *document = iam_text(user.wanted);
	const AwsForm made[] = {{"UserName", user.name}, {NULL, NULL}};
	const AwsForm policy[] = {{"UserName", user.name}, {"PolicyName", user.policy}, {"PolicyDocument", document}, {NULL, NULL}};
	if (!user.there && !iam_change(&user.aws, "CreateUser", made, result, NULL, err))
		return error_what(err, "make user %s", user.name);
	if (!user.as_wanted && !iam_change(&user.aws, "PutUserPolicy", policy, result, NULL, err))
		return error_what(err, "set the policy of user %s", user.name);
	if (user.key_id) {
		result->value = bg_strdup(user.key_id);
		return true;
	}
	return keep_key(&user, result, err) || error_what(err, "make an access key for user %s", user.name);
}

bool aws_verify_user(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(User) user = {0};
	if (!look(call, &user, err))
		return error_what(err, "look at user %s", call_arg(call, "user"));
	bool kept = !json_get_bool(plan->basis, "key", false) || user.file_there;
	result->verified = user.there && user.as_wanted && user.key_id && kept ? VERIFIED_YES : VERIFIED_NO;
	plan_set(&result->evidence, "user %s %s, policy %s %s, access key %s%s%s", user.name, user.there ? "is there" : "is not there", user.policy,
		user.as_wanted ? "as wanted" : "not as wanted", user.key_id ? user.key_id : "none", kept ? "" : ", which is not in ", kept ? "" : user.file);
	return true;
}

bool aws_user_drifts(const Call *call, AwsDrifts *ret, Error *err) {
	AUTO_CLEAR(User) user = {0};
	bool ok = look(call, &user, err);
	ret->clock_difference_ms = user.aws.clock_difference_ms;
	if (!ok)
		return false;
	if (!user.there) {
		error_set(err, ERROR_MISSING, "there is no user %s", user.name);
		err->os_code = 404;
		return error_hint(err, "aws.user makes it; or look at the name in the IAM console");
	}
	AUTO_FREE char *actual = user.actual ? iam_text(user.actual) : NULL;
	if (!user.actual)
		strlist_add_take(&ret->list, bg_asprintf("it has no policy %s", user.policy));
	else if (!user.as_wanted)
		strlist_add_take(&ret->list, bg_asprintf("its policy %s is another: %s", user.policy, actual));
	if (!user.key_id)
		strlist_add(&ret->list, "it has no access key");
	return true;
}
