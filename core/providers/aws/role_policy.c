/* role_policy.c: a bucket added to a policy of a role that instances have. The document is read, what is missing is added, and everything else in it
 * stays; the runbook's own fragment (two objects with a comma between them) is no document and is never sent as it is. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/aws/aws.h"

#define DEFAULT_ROLE "ContainerInstanceRole"
#define DEFAULT_POLICY "AssetsManagementPolicy"

typedef struct Scene {
	Aws aws;
	const char *role, *policy, *bucket;
	Json *before, *after;
	StrList added;            /* statements, as text */
} Scene;

static void scene_clear(Scene *scene) {
	aws_clear(&scene->aws);
	json_free(scene->before);
	json_free(scene->after);
	strlist_clear(&scene->added);
}
BG_DEFINE_CLEARP(Scene, scene_clear)

/* A string or a list of strings. */
static bool holds(const Json *value, const char *const *any) {
	for (; *any; any++) {
		if (text_eq(json_string(value), *any))
			return true;
		JSON_EACH(item, json_is_array(value) ? value : NULL)
			if (text_eq(json_string(item), *any))
				return true;
	}
	return false;
}

static bool allows(const Json *statement, const char *action, const char *resource) {
	const char *const actions[] = {action, "s3:*", "*", NULL}, *const resources[] = {resource, "arn:aws:s3:::*", "*", NULL};
	return text_eq(json_get_string(statement, "Effect"), "Allow") && !json_get(statement, "Condition")
		&& holds(json_get(statement, "Action"), actions) && holds(json_get(statement, "Resource"), resources);
}

/* One statement may stand without a list around it. */
static bool is_allowed(const Json *statements, const char *action, const char *resource) {
	if (json_is_object(statements))
		return allows(statements, action, resource);
	JSON_EACH(statement, statements)
		if (allows(statement, action, resource))
			return true;
	return false;
}

static void need(Scene *scene, const char *action, char *resource) {
	Json *statements = json_get_mutable(scene->after, "Statement");
	if (!is_allowed(statements, action, resource)) {
		Json *statement = json_append(statements, json_new_object());
		json_append_string(json_add(statement, "Action", json_new_array()), action);
		json_add_string(statement, "Resource", resource);
		json_add_string(statement, "Effect", "Allow");
		strlist_add_take(&scene->added, iam_text(statement));
	}
	free(resource);
}

static bool merge(Scene *scene, Error *err) {
	const Json *statements = json_get(scene->before, "Statement");
	if (!json_is_array(statements) && !json_is_object(statements)) {
		error_set(err, ERROR_PROTOCOL, "policy %s of role %s has no statements that can be read", scene->policy, scene->role);
		return error_hint(err, "look at it in the IAM console");
	}
	scene->after = json_copy(scene->before);
	if (json_is_object(statements)) {
		Json *list = json_new_array();
		json_append(list, json_copy(statements));
		json_add(scene->after, "Statement", list);
	}
	need(scene, "s3:ListBucket", bg_asprintf("arn:aws:s3:::%s", scene->bucket));
	need(scene, "s3:*", bg_asprintf("arn:aws:s3:::%s/*", scene->bucket));
	return true;
}

static bool look(const Call *call, Scene *scene, Error *err) {
	scene->role = call_arg(call, "role") ? call_arg(call, "role") : DEFAULT_ROLE;
	scene->policy = call_arg(call, "policy") ? call_arg(call, "policy") : DEFAULT_POLICY;
	scene->bucket = call_arg(call, "bucket");
	if (!iam_is_name(scene->role, AWS_NAME_MAX, err) || !iam_is_name(scene->policy, AWS_POLICY_NAME_MAX, err) || !aws_is_bucket_name(scene->bucket, err)
		|| !aws_open(call, &scene->aws, err) || !iam_policy(&scene->aws, "Role", scene->role, scene->policy, &scene->before, err))
		return false;
	if (scene->before)
		return merge(scene, err);
	error_set(err, ERROR_MISSING, "there is no role %s with a policy %s of its own", scene->role, scene->policy);
	if (err)
		err->os_code = 404;
	return error_hint(err, "IAM console > Roles: its name often has more in front and behind (role=); a managed policy is changed there by hand");
}

bool aws_plan_role_policy(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Scene) scene = {0};
	if (!look(call, &scene, err))
		return error_what(err, "plan to add bucket %s to a policy", call_arg(call, "bucket"));
	plan_set(&ret_plan->action, "aws.role-policy");
	plan_set(&ret_plan->target, "policy %s of role %s", scene.policy, scene.role);
	plan_set(&ret_plan->confirm_name, "%s", scene.role);
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	json_add(ret_plan->basis, "before", json_copy(scene.before));
	for (size_t i = 0; i < scene.added.count; i++)
		plan_add_change(ret_plan, "a further statement of it", NULL, scene.added.items[i]);
	ret_plan->nothing_to_do = !scene.added.count;
	if (scene.added.count) {
		AUTO_FREE char *after = iam_text(scene.after);
		AUTO_FREE char *before = iam_text(scene.before);
		plan_set(&ret_plan->request, "IAM PutRolePolicy RoleName=%s PolicyName=%s PolicyDocument=%s", scene.role, scene.policy, after);
		plan_set(&ret_plan->undo, "none from here: write back in the IAM console what stood there: %s", before);
		strlist_add_take(&ret_plan->warnings, bg_asprintf("every instance with role %s may then write and delete in bucket %s", scene.role, scene.bucket));
	}
	plan_set(&ret_plan->manual, "IAM console > Roles > %s > %s > Edit: add the statements above to the list", scene.role, scene.policy);
	return true;
}

bool aws_apply_role_policy(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Scene) scene = {0};
	(void) plan;
	if (!look(call, &scene, err))
		return error_what(err, "set policy %s of role %s", scene.policy, scene.role);
	if (!scene.added.count)
		return true;
	AUTO_FREE char *after = iam_text(scene.after);
	const AwsForm form[] = {{"RoleName", scene.role}, {"PolicyName", scene.policy}, {"PolicyDocument", after}, {NULL, NULL}};
	return iam_change(&scene.aws, "PutRolePolicy", form, result, NULL, err) || error_what(err, "set policy %s of role %s", scene.policy, scene.role);
}

bool aws_verify_role_policy(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Scene) scene = {0};
	(void) plan;
	if (!look(call, &scene, err))
		return error_what(err, "look at policy %s", call_arg(call, "policy") ? call_arg(call, "policy") : DEFAULT_POLICY);
	result->verified = scene.added.count ? VERIFIED_NO : VERIFIED_YES;
	plan_set(&result->evidence, scene.added.count ? "policy %s of role %s does not allow all of it in bucket %s" : "policy %s of role %s allows it in bucket %s",
		scene.policy, scene.role, scene.bucket);
	return true;
}

bool aws_role_drifts(const Call *call, AwsDrifts *ret, Error *err) {
	AUTO_CLEAR(Scene) scene = {0};
	bool ok = look(call, &scene, err);
	ret->clock_difference_ms = scene.aws.clock_difference_ms;
	if (!ok)
		return false;
	for (size_t i = 0; i < scene.added.count; i++)
		strlist_add_take(&ret->list, bg_asprintf("its policy %s does not say: %s", scene.policy, scene.added.items[i]));
	return true;
}
