/* role.c: a role that a service of Amazon takes on to copy objects: made where there is none, its policy brought to what is needed. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/aws/aws.h"

void aws_role_clear(AwsRole *role) {
	free(role->name);
	json_free(role->policy);
	free(role->arn);
	*role = (AwsRole){0};
}

static Json *trust_of(const AwsRole *role) {
	Json *document = json_new_object();
	json_add_string(document, "Version", "2012-10-17");
	Json *statement = json_append(json_add(document, "Statement", json_new_array()), json_new_object());
	json_add_string(statement, "Effect", "Allow");
	json_add_string(json_add(statement, "Principal", json_new_object()), "Service", role->service);
	json_add_string(statement, "Action", "sts:AssumeRole");
	return document;
}

/* NULL: there is none of that name. Owned. */
static bool read_arn(Aws *aws, const char *name, char **ret, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	const AwsForm form[] = {{"RoleName", name}, {NULL, NULL}};
	const AwsField field = {"GetRoleResponse/GetRoleResult/Role/Arn", ret};
	bool none = false;
	if (!iam_ask(aws, "GetRole", form, &response, &none, err))
		return false;
	if (none || (aws_read_xml(buf_str(&response.body), "GetRoleResponse", &field, 1, err) && *ret))
		return true;
	error_set(err, ERROR_PROTOCOL, "IAM answers with something that tells of no role");
	error_hint(err, "look at the address of IAM in the environment file");
	return error_where(err, "role %s", name);
}

bool iam_plan_role(Aws *aws, AwsRole *role, Plan *plan, StrList *requests, Error *err) {
	AUTO(Json) *policy = NULL;
	AUTO_FREE char *what = bg_asprintf("role %s", role->name);
	AUTO_FREE char *wanted = iam_text(role->policy);
	if (!iam_is_name(role->name, AWS_NAME_MAX, err) || !read_arn(aws, role->name, &role->arn, err))
		return false;
	if (!role->arn) {
		AUTO(Json) *trust = trust_of(role);
		AUTO_FREE char *text = iam_text(trust);
		plan_add_change(plan, what, NULL, role->service);
		strlist_add_take(requests, bg_asprintf("IAM CreateRole RoleName=%s AssumeRolePolicyDocument=%s", role->name, text));
	} else if (!iam_policy(aws, "Role", role->name, role->policy_name, &policy, err)) {
		return false;
	}
	if (policy && json_equal(policy, role->policy))
		return true;
	AUTO_FREE char *which = bg_asprintf("policy %s of role %s", role->policy_name, role->name);
	AUTO_FREE char *before = policy ? iam_text(policy) : NULL;
	plan_add_change(plan, which, before, wanted);
	strlist_add_take(requests, bg_asprintf("IAM PutRolePolicy RoleName=%s PolicyName=%s PolicyDocument=%s", role->name, role->policy_name, wanted));
	return true;
}

static bool create(Aws *aws, AwsRole *role, ActionResult *result, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO(Json) *trust = trust_of(role);
	AUTO_FREE char *text = iam_text(trust);
	const AwsForm form[] = {{"RoleName", role->name}, {"AssumeRolePolicyDocument", text}, {NULL, NULL}};
	const AwsField field = {"CreateRoleResponse/CreateRoleResult/Role/Arn", &role->arn};
	if (!iam_change(aws, "CreateRole", form, result, &response, err))
		return false;
	if (aws_read_xml(buf_str(&response.body), "CreateRoleResponse", &field, 1, err) && role->arn)
		return true;
	error_set(err, ERROR_PROTOCOL, "IAM does not tell of the role that it made");
	return error_hint(err, "look at role %s in the IAM console, then make a new plan", role->name);
}

bool iam_apply_role(Aws *aws, AwsRole *role, ActionResult *result, Error *err) {
	AUTO(Json) *policy = NULL;
	AUTO_FREE char *wanted = iam_text(role->policy);
	const AwsForm form[] = {{"RoleName", role->name}, {"PolicyName", role->policy_name}, {"PolicyDocument", wanted}, {NULL, NULL}};
	if (!read_arn(aws, role->name, &role->arn, err) || (!role->arn && !create(aws, role, result, err))
		|| !iam_policy(aws, "Role", role->name, role->policy_name, &policy, err))
		return false;
	return (policy && json_equal(policy, role->policy)) || iam_change(aws, "PutRolePolicy", form, result, NULL, err);
}
