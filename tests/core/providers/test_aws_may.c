/* What credentials of Amazon may, told by STS and a simulation of their policies, and what is told when those two may not be asked. */
#include <stdlib.h>

#include "aws_scene.h"
#include "core/base/alloc.h"
#include "tests/support/loopback.h"

static void expect(const Rights *rights, const char *what, RightAnswer answer, const char *evidence) {
	const Right *right = rights_find(rights, what);
	cr_assert_not_null(right, "nothing is said of \"%s\"; the first is \"%s\"", what, rights->count ? rights->items[0].what : "");
	cr_expect_eq(right->answer, answer, "%s: %d: %s", what, (int) right->answer, right->evidence);
	cr_expect(strstr(right->evidence, evidence), "%s: %s", what, right->evidence);
	cr_expect(answer != RIGHT_NO || *right->hint, "%s: nothing says what to do", what);
}

Test(aws_may, a_policy_without_an_action_is_told_and_nothing_is_made) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Rights) rights = {0};
	aws_scene_say(scene, "{\"denied\":[\"s3:PutBucketVersioning\",\"iam:CreateAccessKey\"]}");
	aws_scene_args(scene, "bucket", "kept", "region", "us-east-2", NULL);
	aws_scene_redirect(scene, SIZE_MAX, 0, NULL);
	aws_scene_may(scene, "aws.bucket", &rights);
	cr_expect_eq(rights.count, 5);
	cr_expect_eq(aws_scene_requests(scene), 2, "whose they are, and all five at once: %zu", aws_scene_requests(scene));
	expect(&rights, "s3:CreateBucket on bucket kept", RIGHT_YES, "a simulation by IAM allows it");
	expect(&rights, "s3:PutBucketVersioning on bucket kept", RIGHT_NO, "implicitDeny");
	aws_scene_may(scene, "aws.bucket", &rights);
	cr_expect_eq(aws_scene_requests(scene), 2, "it is asked once");
	aws_scene_args(scene, "user", "backups", "bucket", "kept", "file", "key.csv", NULL);
	aws_scene_may(scene, "aws.user", &rights);
	expect(&rights, "iam:CreateUser on user backups", RIGHT_YES, "allows it");
	expect(&rights, "iam:CreateAccessKey on user backups", RIGHT_NO, "implicitDeny");
	aws_scene_args(scene, "source", "kept", "destination", "copy", NULL);
	aws_scene_may(scene, "aws.replicate-existing", &rights);
	expect(&rights, "s3:CreateJob on the account", RIGHT_YES, "allows it");
}

Test(aws_may, a_role_is_simulated_as_itself_and_the_root_needs_nobody) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Rights) role = {0};
	AUTO_CLEAR(Rights) root = {0};
	aws_scene_args(scene, "bucket", "kept", NULL);
	aws_scene_say(scene, "{\"caller\":\"arn:aws:sts::" SIM_ACCOUNT ":assumed-role/" SIM_ROLE "/session\"}");
	aws_scene_may(scene, "aws.delete-bucket", &role);
	expect(&role, "s3:DeleteBucket on bucket kept", RIGHT_YES, "allows it");
	aws_scene_say(scene, "{\"caller\":\"arn:aws:iam::" SIM_ACCOUNT ":root\",\"denied\":[\"s3:DeleteBucket\"]}");
	aws_scene_may(scene, "aws.delete-bucket", &root);
	expect(&root, "s3:DeleteBucket on bucket kept", RIGHT_YES, "of the account itself");
}

Test(aws_may, who_may_not_ask_is_not_taken_for_one_who_may_not) {
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	AUTO_CLEAR(Rights) simulation = {0};
	AUTO_CLEAR(Rights) role = {0};
	AUTO_CLEAR(Rights) open = {0};
	aws_scene_args(scene, "bucket", "kept", NULL);
	aws_scene_say(scene, "{\"denied\":[\"iam:SimulatePrincipalPolicy\",\"iam:GetRole\"]}");
	aws_scene_may(scene, "aws.role-policy", &simulation);
	expect(&simulation, "iam:PutRolePolicy on role ContainerInstanceRole", RIGHT_UNTOLD, "may not ask IAM");
	cr_expect(strstr(simulation.items[0].hint, "iam:SimulatePrincipalPolicy"), "%s", simulation.items[0].hint);
	aws_scene_say(scene, "{\"caller\":\"arn:aws:sts::" SIM_ACCOUNT ":assumed-role/" SIM_ROLE "/session\"}");
	aws_scene_may(scene, "aws.role-policy", &role);
	expect(&role, "iam:PutRolePolicy on role ContainerInstanceRole", RIGHT_UNTOLD, "may not ask IAM");
	cr_expect(strstr(role.items[0].hint, "iam:GetRole"), "%s", role.items[0].hint);
	AUTO(Environment) *environment = NULL;
	AUTO(Json) *args = json_new_object();
	Error err = {0};
	assert_ok(environment_parse(STR("name: t\nkind: live\nsystems: { s: { provider: aws } }\n"), "e.yaml", &environment, &err), &err);
	json_add(args, "bucket", json_new_null());
	Call call = {.environment = environment, .system = &environment->systems[0], .args = args, .deadline = {mono_now().ms + 20000}};
	provider_find("aws")->may(&call, "aws.bucket", &open);
	expect(&open, "do aws.bucket", RIGHT_UNTOLD, "which bucket it will be is known in the run only");
}

/* Each of the two requests answered by something else: never a yes. */
Test(aws_may, no_strange_answer_becomes_a_yes) {
	static const int STATUSES[] = {200, 302, 401, 404, 429, 500};
	AUTO(AwsScene) *scene = aws_scene_begin(NULL);
	aws_scene_args(scene, "bucket", "kept", NULL);
	for (size_t number = 0; number < 2; number++)
		for (size_t i = 0; i < BG_LENGTH(STATUSES); i++) {
			AUTO_CLEAR(Rights) rights = {0};
			aws_scene_redirect(scene, number, STATUSES[i], "http://127.0.0.1:1/");
			aws_scene_may(scene, "aws.delete-bucket", &rights);
			cr_assert_eq(rights.count, 1, "%zu, %d: %zu answers", number, STATUSES[i], rights.count);
			cr_expect_neq(rights.items[0].answer, RIGHT_YES, "%zu, %d: %s", number, STATUSES[i], rights.items[0].evidence);
			cr_expect(*rights.items[0].evidence, "%zu, %d", number, STATUSES[i]);
		}
}

#define CALLER "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/ann</Arn><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
#define ALLOWED "<SimulatePrincipalPolicyResponse><SimulatePrincipalPolicyResult><EvaluationResults><member><EvalActionName>s3:DeleteBucket</EvalActionName>" \
	"<EvalDecision>allowed</EvalDecision></member>"
#define WHOLE ALLOWED "</EvaluationResults></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>"

static void answer(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	reply->status = 200;
	buf_puts(&reply->body, strstr(request->body, "GetCallerIdentity") ? CALLER : *(const char *const *) userdata);
}

Test(aws_may, half_a_document_is_no_yes) {
	static const struct { const char *document; RightAnswer answer; } DOCUMENTS[] = {{WHOLE, RIGHT_YES}, {ALLOWED, RIGHT_UNKNOWN}, {ALLOWED "</oops>", RIGHT_UNKNOWN}};
	const char *document = NULL;
	Loopback *server = loopback_start(answer, &document);
	AUTO(Environment) *environment = NULL;
	AUTO(Json) *args = json_new_object();
	Error err = {0};
	AUTO_FREE char *text = bg_asprintf("name: t\nkind: live\nsystems:\n  s: { provider: aws, sts-url: \"%s\", iam-url: \"%s\", access-key-id: { env: MAY_ID }, secret-access-key: { env: MAY_SECRET } }\n",
		loopback_url(server), loopback_url(server));
	setenv("MAY_ID", "AKIA1", 1);
	setenv("MAY_SECRET", "hush-hush", 1);
	assert_ok(environment_parse(str_from(text), "e.yaml", &environment, &err), &err);
	json_add_string(args, "bucket", "kept");
	for (size_t i = 0; i < BG_LENGTH(DOCUMENTS); i++) {
		AUTO_CLEAR(Rights) rights = {0};
		document = DOCUMENTS[i].document;
		Call call = {.environment = environment, .system = &environment->systems[0], .args = args, .deadline = {mono_now().ms + 20000}};
		provider_find("aws")->may(&call, "aws.delete-bucket", &rights);
		expect(&rights, "s3:DeleteBucket on bucket kept", DOCUMENTS[i].answer, "");
	}
	loopback_free(server);
}
