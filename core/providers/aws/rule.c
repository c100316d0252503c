/* rule.c: one rule of a bucket's replication added, or taken away, and every other left as it is. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/aws/aws.h"

#define DEFAULT_RULE "DR Replication"
#define ID_MAX 255
#define POLICY_NAME "replication"

typedef struct Scene {
	Aws aws;
	const char *source, *destination, *rule;
	char *source_region, *destination_region;
	Replication now;
	AwsRole role;            /* name NULL: one that exists is used */
	char *role_arn;          /* of the configuration; NULL: that of the role, once it is made */
	Buf body;                /* with ROLE_PLACE where the role is to stand */
} Scene;

#define ROLE_PLACE "<Role></Role>"

static void scene_clear(Scene *scene) {
	aws_clear(&scene->aws);
	free(scene->source_region);
	free(scene->destination_region);
	replication_clear(&scene->now);
	aws_role_clear(&scene->role);
	free(scene->role_arn);
	buf_clear(&scene->body);
}
BG_DEFINE_CLEARP(Scene, scene_clear)

static bool is_versioned(Scene *scene, const char *bucket, const char *region, Error *err) {
	AUTO_FREE char *status = NULL;
	if (!aws_read_part(&scene->aws, bucket, region, SHAPE_VERSIONING, &status, err))
		return false;
	if (text_eq(status, "Enabled"))
		return true;
	error_set(err, ERROR_CONFLICT, "versioning of bucket %s is %s: only versions are replicated", bucket, status);
	return error_hint(err, "turn it on first: aws.bucket, or S3 console > Properties > Bucket Versioning");
}

static bool find_names(const Call *call, Scene *scene, Error *err) {
	scene->source = call_arg(call, "source");
	scene->destination = call_arg(call, "destination");
	scene->rule = call_arg(call, "rule") ? call_arg(call, "rule") : DEFAULT_RULE;
	if (strlen(scene->rule) > ID_MAX)
		return error_set(err, ERROR_INVALID, "the rule's name is longer than %d bytes", ID_MAX);
	if (scene->destination && text_eq(scene->source, scene->destination))
		return error_set(err, ERROR_INVALID, "bucket %s cannot be replicated into itself", scene->source);
	return true;
}

/* ---- the role ---- */

/* As Amazon documents it for live replication. */
static Json *role_policy(const Scene *scene) {
	static const char *const READ[] = {"s3:GetReplicationConfiguration", "s3:ListBucket", NULL};
	static const char *const COPY[] = {"s3:GetObjectVersionForReplication", "s3:GetObjectVersionAcl", "s3:GetObjectVersionTagging", NULL};
	static const char *const KEEP[] = {"s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags", NULL};
	AUTO_FREE char *source = bg_asprintf("arn:aws:s3:::%s", scene->source);
	AUTO_FREE char *objects = bg_asprintf("arn:aws:s3:::%s/*", scene->source);
	AUTO_FREE char *copies = bg_asprintf("arn:aws:s3:::%s/*", scene->destination);
	Json *document = json_new_object();
	json_add_string(document, "Version", "2012-10-17");
	Json *statements = json_add(document, "Statement", json_new_array());
	iam_allow(statements, READ, source);
	iam_allow(statements, COPY, objects);
	iam_allow(statements, KEEP, copies);
	return document;
}

/* A configuration has one role for all its rules: what stands there stays. */
static bool find_role(Scene *scene, Plan *plan, StrList *requests, Error *err) {
	const char *given = call_arg(scene->aws.call, "role");
	if (scene->now.there && given && !text_eq(scene->now.role, given)) {
		error_set(err, ERROR_CONFLICT, "bucket %s replicates by role %s already, and has one role for all its rules", scene->source, scene->now.role);
		return error_hint(err, "leave role= out, and let that one write to %s", scene->destination);
	}
	if (scene->now.there)
		strlist_add_take(&plan->warnings, bg_asprintf("the rules there use role %s: it must be allowed s3:ReplicateObject, s3:ReplicateDelete and s3:ReplicateTags on %s/*",
			scene->now.role, scene->destination));
	if (scene->now.there || given) {
		scene->role_arn = bg_strdup(scene->now.there ? scene->now.role : given);
		return true;
	}
	AUTO_FREE char *name = bg_asprintf("s3crr_role_for_%s", scene->source);
	name[strlen(name) > AWS_NAME_MAX ? AWS_NAME_MAX : strlen(name)] = '\0';
	scene->role = (AwsRole){.name = TAKE(name), .service = "s3.amazonaws.com", .policy_name = POLICY_NAME, .policy = role_policy(scene)};
	return iam_plan_role(&scene->aws, &scene->role, plan, requests, err);
}

/* ---- the configuration ---- */

static void put_rule(const Scene *scene, int64_t priority, Buf *out) {
	AUTO_FREE char *number = bg_asprintf("%lld", (long long) priority);
	AUTO_FREE char *arn = bg_asprintf("arn:aws:s3:::%s", scene->destination);
	buf_puts(out, "<Rule>");
	aws_put_element(out, "ID", scene->rule);
	aws_put_element(out, "Priority", number);
	buf_puts(out, "<Filter>");
	aws_put_element(out, "Prefix", "");
	buf_puts(out, "</Filter>");
	aws_put_element(out, "Status", "Enabled");
	buf_puts(out, "<Destination>");
	aws_put_element(out, "Bucket", arn);
	buf_puts(out, "</Destination><DeleteMarkerReplication>");
	aws_put_element(out, "Status", "Disabled");
	buf_puts(out, "</DeleteMarkerReplication></Rule>");
}

/* Every rule as it is, but for `without`; the role is filled in when it is known. */
static void begin_body(Scene *scene, const ReplicationRule *without) {
	Str text = buf_str(&scene->now.text);
	buf_puts(&scene->body, "<ReplicationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" ROLE_PLACE);
	for (size_t i = 0; i < scene->now.count; i++)
		if (&scene->now.rules[i] != without)
			buf_put_str(&scene->body, str_slice(text, scene->now.rules[i].from, scene->now.rules[i].len));
}

static bool make_body(Scene *scene, const ReplicationRule *old, Error *err) {
	int64_t priority = 0;
	for (size_t i = 0; i < scene->now.count; i++) {
		const ReplicationRule *rule = &scene->now.rules[i];
		priority = rule->priority > priority ? rule->priority : priority;
		if (rule->old_kind && rule != old) {
			error_set(err, ERROR_CONFLICT, "rule %s is of the old kind, without a filter: the two kinds cannot stand together", rule->id ? rule->id : "without a name");
			return error_hint(err, "edit it once in the S3 console (Management > Replication rules), which makes it one of the new kind");
		}
	}
	begin_body(scene, old);
	put_rule(scene, old && old->priority ? old->priority : priority + 1, &scene->body);
	buf_puts(&scene->body, "</ReplicationConfiguration>");
	return true;
}

/* The body with its role. Owned. */
static char *whole_body(const Scene *scene, const char *role) {
	Buf out = {0};
	Str body = buf_str(&scene->body);
	ptrdiff_t at = str_find(body, ROLE_PLACE);
	BG_ASSERT(at >= 0);
	buf_put_str(&out, str_slice(body, 0, (size_t) at));
	aws_put_element(&out, "Role", role);
	buf_put_str(&out, str_slice(body, (size_t) at + strlen(ROLE_PLACE), body.len));
	return buf_take(&out);
}

/* What is sent is read as what comes back is: no rule more or less than is meant. */
static bool body_is_right(const char *body, size_t rules, Error *err) {
	AUTO_CLEAR(Replication) read = {0};
	Error local = {0};
	if (replication_parse(str_from(body), &read, &local) && read.count == rules)
		return true;
	error_set(err, ERROR_BUG, "the new configuration would not hold %zu rules: nothing was sent", rules);
	return error_hint(err, "change the rules in the S3 console, and tell us");
}

/* ---- plan ---- */

static bool look(const Call *call, Scene *scene, Error *err) {
	if (!find_names(call, scene, err) || !aws_open(call, &scene->aws, err)
		|| !aws_bucket_region(&scene->aws, scene->source, &scene->source_region, err)
		|| (scene->destination && !aws_bucket_region(&scene->aws, scene->destination, &scene->destination_region, err)))
		return false;
	return replication_read(&scene->aws, scene->source, scene->source_region, &scene->now, err);
}

static bool other_place(const Scene *scene, const ReplicationRule *rule, Error *err) {
	error_set(err, ERROR_CONFLICT, "bucket %s has a rule \"%s\" already, which goes to %s", scene->source, scene->rule, rule->bucket);
	return error_hint(err, "give the new one another name: rule=");
}

static void describe(const Scene *scene, const ReplicationRule *old, Plan *plan, StrList *requests) {
	AUTO_FREE char *what = bg_asprintf("replication rule \"%s\" of bucket %s", scene->rule, scene->source);
	AUTO_FREE char *to = bg_asprintf("everything new goes to %s (%s)", scene->destination, scene->destination_region);
	AUTO_FREE char *role = scene->role_arn ? bg_strdup(scene->role_arn) : bg_asprintf("arn:aws:iam::ACCOUNT:role/%s", scene->role.name);
	AUTO_FREE char *body = whole_body(scene, scene->role.arn ? scene->role.arn : role);
	plan_add_change(plan, what, old ? old->status : NULL, to);
	strlist_add_take(requests, bg_asprintf("PUT s3://%s?replication= %s", scene->source, body));
	if (scene->now.count > (old ? 1 : 0))
		strlist_add_take(&plan->preconditions, bg_asprintf("%zu other rules stay as they are", scene->now.count - (old ? 1 : 0)));
}

/* What is asked for, when the plan is made and when it is applied. */
static bool find_all(const Call *call, Scene *scene, Plan *plan, StrList *requests, bool *ret_there, Error *err) {
	if (!look(call, scene, err))
		return false;
	const ReplicationRule *old = replication_find(&scene->now, scene->rule);
	if (old && !text_eq(old->bucket, scene->destination))
		return other_place(scene, old, err);
	*ret_there = old && text_eq(old->status, "Enabled");
	if (*ret_there)
		return true;
	if (!is_versioned(scene, scene->source, scene->source_region, err) || !is_versioned(scene, scene->destination, scene->destination_region, err)
		|| !find_role(scene, plan, requests, err) || !make_body(scene, old, err))
		return false;
	describe(scene, old, plan, requests);
	return true;
}

bool aws_plan_replication(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(StrList) requests = {0};
	if (!find_all(call, &scene, ret_plan, &requests, &ret_plan->nothing_to_do, err))
		return error_what(err, "plan the replication of bucket %s", call_arg(call, "source"));
	plan_set(&ret_plan->action, "aws.replication");
	plan_set(&ret_plan->target, "bucket %s to %s, rule \"%s\"", scene.source, scene.destination, scene.rule);
	plan_set(&ret_plan->confirm_name, "%s", scene.source);
	ret_plan->args = json_copy(call->args);
	ret_plan->basis = json_new_object();
	json_add_string(ret_plan->basis, "rule", scene.rule);
	json_add_bool(ret_plan->basis, "new", !ret_plan->nothing_to_do && !replication_find(&scene.now, scene.rule));
	if (text_eq(scene.source_region, scene.destination_region))
		strlist_add_take(&ret_plan->warnings, bg_asprintf("both buckets are in %s: what happens to one happens to the other", scene.source_region));
	if (!ret_plan->nothing_to_do)
		strlist_add(&ret_plan->warnings, "what is there already is not copied by the rule: aws.replicate-existing does that");
	AUTO_FREE char *request = strlist_join(&requests, "\n");
	plan_set(&ret_plan->request, "%s", request);
	plan_set(&ret_plan->undo, "take the rule away: aws.remove-rule; what was copied stays, and so does a role that was made");
	plan_set(&ret_plan->manual, "S3 console > %s > Management > Create replication rule: name %s, destination %s", scene.source, scene.rule, scene.destination);
	return true;
}

bool aws_apply_replication(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Plan) again = {0};
	AUTO_CLEAR(StrList) requests = {0};
	bool there = false;
	(void) plan;
	result->value = bg_strdup(call_arg(call, "destination"));
	if (!find_all(call, &scene, &again, &requests, &there, err))
		return error_what(err, "set the replication of bucket %s", call_arg(call, "source"));
	if (there)
		return true;
	if (scene.role.name && !iam_apply_role(&scene.aws, &scene.role, result, err))
		return error_what(err, "make role %s", scene.role.name);
	AUTO_FREE char *body = whole_body(&scene, scene.role.name ? scene.role.arn : scene.role_arn);
	AUTO_FREE char *what = bg_asprintf("replication of bucket %s", scene.source);
	AwsAsk ask = {.method = "PUT", .bucket = scene.source, .region = scene.source_region, .query = "replication=", .body = str_from(body),
		.right = "s3:PutReplicationConfiguration, and iam:PassRole on the role,", .what = what};
	size_t rules = scene.now.count + (replication_find(&scene.now, scene.rule) ? 0 : 1);
	return (body_is_right(body, rules, err) && aws_change(&scene.aws, &ask, result, err)) || error_what(err, "set the replication of bucket %s", scene.source);
}

bool aws_verify_replication(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Scene) scene = {0};
	(void) plan;
	if (!look(call, &scene, err))
		return error_what(err, "look at the replication of bucket %s", call_arg(call, "source"));
	const ReplicationRule *rule = replication_find(&scene.now, scene.rule);
	bool right = rule && text_eq(rule->bucket, scene.destination) && text_eq(rule->status, "Enabled");
	result->verified = right ? VERIFIED_YES : VERIFIED_NO;
	if (rule)
		plan_set(&result->evidence, "rule \"%s\" of bucket %s is %s and goes to %s; %zu rules in all", scene.rule, scene.source, rule->status, rule->bucket, scene.now.count);
	else
		plan_set(&result->evidence, "bucket %s has no rule \"%s\"; %zu rules in all", scene.source, scene.rule, scene.now.count);
	return true;
}

bool aws_undo_replication(const Plan *plan, const Json *values, char **ret_verb, Json **ret_args) {
	(void) values;
	if (!json_get_bool(plan->basis, "new", false))
		return false;
	*ret_verb = bg_strdup("aws.remove-rule");
	*ret_args = json_new_object();
	json_add_string(*ret_args, "source", json_get_string(plan->args, "source"));
	json_add_string(*ret_args, "rule", json_get_string(plan->basis, "rule"));
	json_add_string(*ret_args, "system", json_get_string(plan->args, "system"));
	return true;
}

/* ---- taken away ---- */

bool aws_plan_remove_rule(const Call *call, Plan *ret_plan, Error *err) {
	AUTO_CLEAR(Scene) scene = {0};
	if (!look(call, &scene, err))
		return error_what(err, "plan to take away a rule of bucket %s", call_arg(call, "source"));
	const ReplicationRule *rule = replication_find(&scene.now, scene.rule);
	plan_set(&ret_plan->action, "aws.remove-rule");
	plan_set(&ret_plan->target, "rule \"%s\" of bucket %s", scene.rule, scene.source);
	plan_set(&ret_plan->confirm_name, "%s", scene.source);
	ret_plan->args = json_copy(call->args);
	ret_plan->nothing_to_do = !rule;
	if (rule) {
		AUTO_FREE char *what = bg_asprintf("replication rule \"%s\" of bucket %s", scene.rule, scene.source);
		AUTO_FREE char *from = bg_asprintf("%s, to %s", rule->status, rule->bucket);
		plan_add_change(ret_plan, what, from, NULL);
		plan_set(&ret_plan->request, scene.now.count > 1 ? "PUT s3://%s?replication= with the other rules" : "DELETE s3://%s?replication=", scene.source);
		strlist_add_take(&ret_plan->warnings, bg_asprintf("what is written to %s from then on is not copied to %s", scene.source, rule->bucket));
	}
	plan_set(&ret_plan->undo, "make the rule again: aws.replication");
	plan_set(&ret_plan->manual, "S3 console > %s > Management > Replication rules > %s > Delete", scene.source, scene.rule);
	return true;
}

bool aws_apply_remove_rule(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Scene) scene = {0};
	(void) plan;
	if (!look(call, &scene, err))
		return error_what(err, "take away a rule of bucket %s", call_arg(call, "source"));
	const ReplicationRule *rule = replication_find(&scene.now, scene.rule);
	if (!rule)
		return true;
	begin_body(&scene, rule);
	buf_puts(&scene.body, "</ReplicationConfiguration>");
	bool last = scene.now.count == 1;
	AUTO_FREE char *body = whole_body(&scene, scene.now.role);
	AUTO_FREE char *what = bg_asprintf("replication of bucket %s", scene.source);
	AwsAsk ask = {.method = last ? "DELETE" : "PUT", .bucket = scene.source, .region = scene.source_region, .query = "replication=",
		.body = last ? STR("") : str_from(body), .right = "s3:PutReplicationConfiguration", .what = what};
	return ((last || body_is_right(body, scene.now.count - 1, err)) && aws_change(&scene.aws, &ask, result, err)) || error_what(err, "take away a rule of bucket %s", scene.source);
}

bool aws_verify_remove_rule(const Call *call, const Plan *plan, ActionResult *result, Error *err) {
	AUTO_CLEAR(Scene) scene = {0};
	(void) plan;
	if (!look(call, &scene, err))
		return error_what(err, "look at the replication of bucket %s", call_arg(call, "source"));
	bool there = replication_find(&scene.now, scene.rule) != NULL;
	result->verified = there ? VERIFIED_NO : VERIFIED_YES;
	plan_set(&result->evidence, "bucket %s has %s rule \"%s\"; %zu rules in all", scene.source, there ? "a" : "no", scene.rule, scene.now.count);
	return true;
}
