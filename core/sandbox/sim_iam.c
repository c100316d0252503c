/* sim_iam.c: users, roles and their inline policies by IAM's Query protocol (AWS API reference, IAM 2010-05-08). */
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/digest.h"
#include "core/sandbox/sim_account.h"

#define NAMESPACE " xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\""
#define USER_KEYS_MAX 2

typedef struct IamCall { Json *state; const SimFields *form; SimReply *reply; const char *action; } IamCall;

bool sim_account_is_iam(const SimRequest *request) { return text_eq(request->method, "POST") && text_eq(request->path, "/"); }

static const char *field(const IamCall *call, const char *name) {
	const char *value = sim_fields_get(call->form, name);
	return value ? value : "";
}

static void refuse(SimReply *reply, int status, const char *code, const char *message) {
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, "<ErrorResponse" NAMESPACE "><Error><Type>Sender</Type><Code>%s</Code><Message>", code);
	sim_markup_escape(str_from(message), &text);
	buf_puts(&text, "</Message></Error><RequestId>sandbox</RequestId></ErrorResponse>");
	sim_reply_bytes(reply, status, "text/xml", buf_str(&text));
}

static void none(const IamCall *call) { refuse(call->reply, 404, "NoSuchEntity", "The entity with that name cannot be found."); }

static void answer(const IamCall *call, const char *result) {
	AUTO_CLEAR(Buf) text = {0};
	buf_printf(&text, "<%sResponse" NAMESPACE ">", call->action);
	if (result)
		buf_printf(&text, "<%sResult>%s</%sResult>", call->action, result, call->action);
	buf_printf(&text, "<ResponseMetadata><RequestId>sandbox</RequestId></ResponseMetadata></%sResponse>", call->action);
	sim_reply_bytes(call->reply, 200, "text/xml", buf_str(&text));
}

/* "users" or "roles", and which of them. */
static Json *entity(const IamCall *call, const char *kind) {
	return json_get_mutable(json_get_mutable(call->state, (strcmp(kind, "User") == 0) ? "users" : "roles"),
		field(call, (strcmp(kind, "User") == 0) ? "UserName" : "RoleName"));
}

static void tell_entity(const IamCall *call, const char *kind) {
	const char *name = field(call, (strcmp(kind, "User") == 0) ? "UserName" : "RoleName");
	AUTO_CLEAR(Buf) text = {0};
	AUTO_CLEAR(Buf) trust = {0};
	const char *kinds = (strcmp(kind, "User") == 0) ? "user" : "role";
	buf_printf(&text, "<%s><Path>/</Path><%sName>%s</%sName><%sId>AIDASANDBOX00000001</%sId><Arn>arn:aws:iam::" SIM_ACCOUNT ":%s/%s</Arn>"
		"<CreateDate>2026-01-01T00:00:00Z</CreateDate>", kind, kind, name, kind, kind, kind, kinds, name);
	if ((strcmp(kind, "Role") == 0)) {
		sim_percent_encode(str_from(json_get_string(entity(call, kind), "trust")), false, &trust);
		buf_printf(&text, "<AssumeRolePolicyDocument>%s</AssumeRolePolicyDocument>", buf_text(&trust));
	}
	buf_printf(&text, "</%s>", kind);
	answer(call, buf_text(&text));
}

static void get_entity(const IamCall *call, const char *kind) {
	if (entity(call, kind))
		tell_entity(call, kind);
	else
		none(call);
}

static void create_entity(const IamCall *call, const char *kind) {
	if (entity(call, kind))
		return refuse(call->reply, 409, "EntityAlreadyExists", "One with that name already exists.");
	bool user = (strcmp(kind, "User") == 0);
	Json *made = json_add(json_get_mutable(call->state, user ? "users" : "roles"), field(call, user ? "UserName" : "RoleName"), json_new_object());
	json_add(made, "policies", json_new_object());
	if (user)
		json_add(made, "keys", json_new_array());
	else
		json_add_string(made, "trust", field(call, "AssumeRolePolicyDocument"));
	tell_entity(call, kind);
}

static void get_policy(const IamCall *call, const char *kind) {
	const char *name = field(call, (strcmp(kind, "User") == 0) ? "UserName" : "RoleName");
	const char *text = json_get_string(json_get(entity(call, kind), "policies"), field(call, "PolicyName"));
	AUTO_CLEAR(Buf) encoded = {0};
	AUTO_CLEAR(Buf) out = {0};
	if (!text)
		return none(call);
	sim_percent_encode(str_from(text), false, &encoded);
	buf_printf(&out, "<%sName>%s</%sName><PolicyName>%s</PolicyName><PolicyDocument>%s</PolicyDocument>", kind, name, kind, field(call, "PolicyName"),
		buf_text(&encoded));
	answer(call, buf_text(&out));
}

static void put_policy(const IamCall *call, const char *kind) {
	AUTO(Json) *document = NULL;
	Json *of = entity(call, kind);
	if (!of)
		return none(call);
	if (!json_parse(str_from(field(call, "PolicyDocument")), &document, NULL) || !json_get(document, "Statement"))
		return refuse(call->reply, 400, "MalformedPolicyDocument", "Syntax errors in policy.");
	json_add_string(json_get_mutable(of, "policies"), field(call, "PolicyName"), field(call, "PolicyDocument"));
	answer(call, NULL);
}

static void list_keys(const IamCall *call, const char *kind) {
	AUTO_CLEAR(Buf) out = {0};
	const Json *user = entity(call, kind);
	if (!user)
		return none(call);
	buf_puts(&out, "<AccessKeyMetadata>");
	JSON_EACH(key, json_get(user, "keys"))
		buf_printf(&out, "<member><UserName>%s</UserName><AccessKeyId>%s</AccessKeyId><Status>Active</Status></member>", field(call, "UserName"), json_string(key));
	buf_puts(&out, "</AccessKeyMetadata><IsTruncated>false</IsTruncated>");
	answer(call, buf_text(&out));
}

static void create_key(const IamCall *call, const char *kind) {
	AUTO_CLEAR(Buf) out = {0};
	char digits[17], secret[41];
	Json *user = entity(call, kind);
	if (!user)
		return none(call);
	if (json_count(json_get(user, "keys")) >= USER_KEYS_MAX)
		return refuse(call->reply, 409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2");
	random_hex(digits, 16);
	random_hex(secret, 40);
	AUTO_FREE char *id = bg_asprintf("AKIA%s", digits);
	json_append_string(json_get_mutable(user, "keys"), id);
	json_add_string(user, "last_secret", secret);
	buf_printf(&out, "<AccessKey><UserName>%s</UserName><AccessKeyId>%s</AccessKeyId><Status>Active</Status><SecretAccessKey>%s</SecretAccessKey></AccessKey>",
		field(call, "UserName"), id, secret);
	answer(call, buf_text(&out));
}

static void delete_key(const IamCall *call, const char *kind) {
	Json *user = entity(call, kind), *kept = json_new_array();
	JSON_EACH(key, json_get(user, "keys"))
		if (!text_eq(json_string(key), field(call, "AccessKeyId")))
			json_append_string(kept, json_string(key));
	if (!user) {
		json_free(kept);
		return none(call);
	}
	json_add(user, "keys", kept);
	answer(call, NULL);
}

/* ---- whose the credentials are, and what they may ---- */

static void get_caller(const IamCall *call, const char *kind) {
	AUTO_CLEAR(Buf) out = {0};
	(void) kind;
	buf_printf(&out, "<Arn>%s</Arn><UserId>AIDASANDBOX00000001</UserId><Account>" SIM_ACCOUNT "</Account>",
		json_get_string_or(call->state, "caller", "arn:aws:iam::" SIM_ACCOUNT ":user/drill"));
	answer(call, buf_text(&out));
}

/* Everything is allowed that is not denied; whoever calls is taken for the one whose policies are asked. */
static void simulate(const IamCall *call, const char *kind) {
	AUTO_CLEAR(Buf) out = {0};
	(void) kind;
	if (!strstr(field(call, "PolicySourceArn"), ":iam::"))
		return refuse(call->reply, 400, "InvalidInput", "Invalid Entity Arn: it must be that of a user, a group or a role");
	buf_puts(&out, "<EvaluationResults>");
	for (int i = 1; i < 100; i++) {
		AUTO_FREE char *name = bg_asprintf("ActionNames.member.%d", i);
		const char *action = sim_fields_get(call->form, name);
		if (!action)
			break;
		bool denied = false;
		JSON_EACH(right, json_get(call->state, "denied"))
			denied |= text_eq(json_string(right), action);
		buf_printf(&out, "<member><MatchedStatements/><MissingContextValues/><EvalResourceName>%s</EvalResourceName><EvalActionName>%s</EvalActionName>"
			"<EvalDecision>%s</EvalDecision></member>", field(call, "ResourceArns.member.1"), action, denied ? "implicitDeny" : "allowed");
	}
	buf_puts(&out, "</EvaluationResults><IsTruncated>false</IsTruncated>");
	answer(call, buf_text(&out));
}

static void dispatch(const IamCall *call) {
	static const struct { const char *action, *kind; void (*does)(const IamCall *call, const char *kind); } CALLS[] = {
		{"GetUser", "User", get_entity}, {"CreateUser", "User", create_entity}, {"GetUserPolicy", "User", get_policy},
		{"PutUserPolicy", "User", put_policy}, {"GetRole", "Role", get_entity}, {"CreateRole", "Role", create_entity},
		{"GetRolePolicy", "Role", get_policy}, {"PutRolePolicy", "Role", put_policy}, {"ListAccessKeys", "User", list_keys},
		{"CreateAccessKey", "User", create_key}, {"DeleteAccessKey", "User", delete_key},
		{"GetCallerIdentity", "", get_caller}, {"SimulatePrincipalPolicy", "", simulate},
	};
	for (size_t i = 0; i < BG_LENGTH(CALLS); i++)
		if (text_eq(CALLS[i].action, call->action))
			return CALLS[i].does(call, CALLS[i].kind);
	refuse(call->reply, 400, "InvalidAction", "Could not find operation for version 2010-05-08");
}

void sim_iam_handle(SimS3 *s3, const SimRequest *request, SimReply *reply, WallTime now) {
	SimFields form = {0};
	SimS3 here = *s3;
	sim_form_parse(buf_str(&request->body), &form);
	bool sts = text_eq(sim_fields_get(&form, "Version"), "2011-06-15");
	here.region = "us-east-1";
	here.service = sts ? "sts" : "iam";
	if (!sim_s3_signature_is_good(&here, request, reply, now)) {
		AUTO_FREE char *code = sim_account_element(buf_str(&reply->body), "Code");
		AUTO_FREE char *message = sim_account_element(buf_str(&reply->body), "Message");
		sim_fields_clear(&form);
		return refuse(reply, 403, text_eq(code, "InvalidAccessKeyId") ? "InvalidClientTokenId" : code ? code : "AccessDenied", message);
	}
	IamCall call = {sim_account_state(s3->account), &form, reply, sim_fields_get(&form, "Action")};
	AUTO_FREE char *right = bg_asprintf("iam:%s", call.action ? call.action : "");
	if (sts != text_eq(call.action, "GetCallerIdentity") || (!sts && !text_eq(sim_fields_get(&form, "Version"), "2010-05-08")))
		refuse(reply, 400, "InvalidAction", "Could not find operation");
	else if (sim_account_denies(s3->account, right))
		refuse(reply, 403, "AccessDenied", "User is not authorized to perform it");
	else
		dispatch(&call);
	sim_fields_clear(&form);
}
