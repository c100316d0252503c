/* may.c: may these credentials do what an action wants? STS tells whose they are (GetCallerIdentity: nobody needs a right for it), and IAM simulates that one's
 * policies (SimulatePrincipalPolicy: EvalDecision allowed, explicitDeny or implicitDeny for each action), if they may ask that. The policy of a bucket itself is
 * not in a simulation, and who took on a role is simulated as the role: its path stands in GetRole. Facts: API references of STS 2011-06-15 and IAM 2010-05-08.
 * When a session ends is not told as an end of the credential: what made it makes the next one. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/aws/aws.h"
#include "core/transport/xml.h"

#define RESULT "SimulatePrincipalPolicyResponse/SimulatePrincipalPolicyResult/EvaluationResults/member"
#define ACTIONS_MAX 8        /* of one verb */
#define DEFAULT_ROLE "ContainerInstanceRole"

typedef struct Wanted { const char *verb, *action, *kind, *arg; } Wanted;   /* arg: which argument names it; NULL: nothing in particular */

static const Wanted WANTED[] = {
	{"aws.bucket", "s3:CreateBucket", "bucket", "bucket"}, {"aws.bucket", "s3:PutBucketOwnershipControls", "bucket", "bucket"},
	{"aws.bucket", "s3:PutBucketPublicAccessBlock", "bucket", "bucket"}, {"aws.bucket", "s3:PutBucketVersioning", "bucket", "bucket"},
	{"aws.bucket", "s3:PutEncryptionConfiguration", "bucket", "bucket"}, {"aws.delete-bucket", "s3:DeleteBucket", "bucket", "bucket"},
	{"aws.replication", "s3:PutReplicationConfiguration", "bucket", "source"}, {"aws.remove-rule", "s3:PutReplicationConfiguration", "bucket", "source"},
	{"aws.replicate-existing", "s3:CreateJob", "account", NULL},
	{"aws.user", "iam:CreateUser", "user", "user"}, {"aws.user", "iam:PutUserPolicy", "user", "user"}, {"aws.user", "iam:CreateAccessKey", "user", "user"},
	{"aws.role-policy", "iam:PutRolePolicy", "role", "role"},
};

/* What is asked at once: the actions of one verb, on one thing. */
typedef struct Asking { const Call *call; Rights *rights; const Wanted *first; size_t count; const char *name; } Asking;

static char *what_of(const Asking *asking, const char *action) {
	return bg_asprintf("%s on %s%s%s", action, asking->first->arg ? asking->first->kind : "the account", asking->first->arg ? " " : "", asking->first->arg ? asking->name : "");
}

static void add_all(const Asking *asking, RightAnswer answer, const char *hint, const char *evidence) {
	for (size_t i = 0; i < asking->count; i++) {
		AUTO_FREE char *what = what_of(asking, asking->first[i].action);
		rights_add(asking->rights, answer, what, hint, "%s", evidence);
	}
}

static void add_error(const Asking *asking, const Error *err) {
	for (size_t i = 0; i < asking->count; i++) {
		AUTO_FREE char *what = what_of(asking, asking->first[i].action);
		rights_add_error(asking->rights, what, err);
	}
}

/* ---- whose they are ---- */

static bool find_caller(Aws *aws, char **ret_arn, char **ret_account, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	static const char BODY[] = "Action=GetCallerIdentity&Version=2011-06-15";
	AwsAsk asked = {.service = AWS_STS, .body = str_from(BODY), .right = "sts:GetCallerIdentity", .what = "the credentials"};
	const AwsField fields[] = {{"GetCallerIdentityResponse/GetCallerIdentityResult/Arn", ret_arn},
		{"GetCallerIdentityResponse/GetCallerIdentityResult/Account", ret_account}};
	if (!aws_do(aws, &asked, &response, err))
		return false;
	if (aws_read_xml(buf_str(&response.body), "GetCallerIdentityResponse", fields, BG_LENGTH(fields), err) && *ret_arn && *ret_account)
		return true;
	return aws_strange(&asked, err, "does not say whose they are");
}

/* "arn:aws:sts::1:assumed-role/NAME/SESSION" -> the role's own, with its path; any other stays. *arn is exchanged. */
static bool name_source(Aws *aws, char **arn, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_FREE char *role = NULL;
	ptrdiff_t at = str_find(str_from(*arn), ":assumed-role/");
	if (at < 0)
		return true;
	Str rest = str_from(*arn + at + strlen(":assumed-role/")), name;
	AUTO_FREE char *own = str_split(&rest, '/', &name) ? str_dup(name) : bg_strdup("");
	const AwsForm form[] = {{"RoleName", own}, {NULL, NULL}};
	const AwsField field = {"GetRoleResponse/GetRoleResult/Role/Arn", &role};
	if (!iam_ask(aws, "GetRole", form, &response, NULL, err))
		return false;
	if (!aws_read_xml(buf_str(&response.body), "GetRoleResponse", &field, 1, err) || !role)
		return aws_strange(&(AwsAsk){.service = AWS_IAM, .what = "the role"}, err, "does not say its ARN");
	free(*arn);
	*arn = TAKE(role);
	return true;
}

/* ---- simulating ---- */

/* Half a document is none: what stands in it counts once it was read whole. */
typedef struct Results { const Asking *asking; char *action, *decision; Rights seen; } Results;

static void results_clear(Results *results) {
	free(results->action);
	free(results->decision);
	results->action = results->decision = NULL;
}

static void take_result(Results *results) {
	AUTO_FREE char *what = what_of(results->asking, results->action);
	if (text_eq(results->decision, "allowed"))
		rights_add(&results->seen, RIGHT_YES, what, NULL, "a simulation by IAM allows it; the policy of a bucket itself is not in it");
	else if (text_eq(results->decision, "explicitDeny") || text_eq(results->decision, "implicitDeny"))
		rights_add(&results->seen, RIGHT_NO, what, "have the policies of these credentials allow it", "a simulation by IAM says %s", results->decision);
}

static bool on_end(void *userdata, Str path, Str text) {
	Results *results = userdata;
	if (str_eq_c(path, RESULT "/EvalActionName") && !results->action)
		results->action = str_dup(str_trim(text));
	else if (str_eq_c(path, RESULT "/EvalDecision") && !results->decision)
		results->decision = str_dup(str_trim(text));
	if (!str_eq_c(path, RESULT))
		return true;
	if (results->action && results->decision)
		take_result(results);
	results_clear(results);
	return true;
}

static char *resource_of(const Asking *asking, const char *account) {
	if (!asking->first->arg)
		return bg_strdup("*");
	return text_eq(asking->first->kind, "bucket") ? bg_asprintf("arn:aws:s3:::%s", asking->name)
		: bg_asprintf("arn:aws:iam::%s:%s/%s", account, asking->first->kind, asking->name);
}

static bool simulate(Aws *aws, const Asking *asking, const char *source, const char *account, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_FREE char *resource = resource_of(asking, account);
	AwsForm form[ACTIONS_MAX + 3] = {{"PolicySourceArn", source}, {"ResourceArns.member.1", resource}};
	AUTO_CLEAR(StrList) names = {0};
	for (size_t i = 0; i < asking->count; i++)
		strlist_add_take(&names, bg_asprintf("ActionNames.member.%zu", i + 1));
	for (size_t i = 0; i < asking->count; i++)
		form[i + 2] = (AwsForm){names.items[i], asking->first[i].action};
	if (!iam_ask(aws, "SimulatePrincipalPolicy", form, &response, NULL, err))
		return false;
	Results results = {.asking = asking};
	XmlHandler handler = {.end = on_end, .userdata = &results};
	AUTO(XmlReader) *reader = xml_reader_new(&handler);
	bool read = xml_reader_feed(reader, buf_str(&response.body), err) && xml_reader_finish(reader, err);
	for (size_t i = 0; read && i < results.seen.count; i++)
		rights_add(asking->rights, results.seen.items[i].answer, results.seen.items[i].what, results.seen.items[i].hint, "%s", results.seen.items[i].evidence);
	results_clear(&results);
	rights_clear(&results.seen);
	if (read)   /* whatever has no answer by now */
		BG_IGNORE(aws_strange(&(AwsAsk){.service = AWS_IAM, .what = "the simulation"}, err, "does not say whether it is allowed"));
	add_error(asking, err);
	return true;
}

/* Who may not ask IAM may yet do what is wanted. */
static void look(Aws *aws, const Asking *asking) {
	AUTO_FREE char *arn = NULL;
	AUTO_FREE char *account = NULL;
	Error err = {0};
	if (!find_caller(aws, &arn, &account, &err)) {
		add_error(asking, &err);
	} else if (str_ends(str_from(arn), ":root")) {
		add_all(asking, RIGHT_YES, NULL, "they are those of the account itself (root)");
	} else if (!name_source(aws, &arn, &err) || !simulate(aws, asking, arn, account, &err)) {
		AUTO_FREE char *why = bg_asprintf("they may not ask IAM: %s", err.why);
		if (err.kind == ERROR_DENIED)
			add_all(asking, RIGHT_UNTOLD, err.hint, why);
		else
			add_error(asking, &err);
	}
}

static bool is_asked(const Asking *asking) {
	for (size_t i = 0; i < asking->count; i++) {
		AUTO_FREE char *what = what_of(asking, asking->first[i].action);
		if (!rights_find(asking->rights, what))
			return false;
	}
	return true;
}

void aws_may(const Call *call, const char *verb, Rights *rights) {
	AUTO_CLEAR(Aws) aws = {0};
	Asking asking = {.call = call, .rights = rights};
	Error err = {0};
	for (size_t i = 0; i < BG_LENGTH(WANTED); i++)
		if (text_eq(WANTED[i].verb, verb)) {
			asking.first = asking.first ? asking.first : &WANTED[i];
			asking.count++;
		}
	if (!asking.first)
		return;
	const char *arg = asking.first->arg, *given = arg ? call_arg(call, arg) : NULL;
	asking.name = given ? given : text_eq(asking.first->kind, "role") ? DEFAULT_ROLE : "";
	if (arg && call_arg_is_open(call, arg)) {
		AUTO_FREE char *what = bg_asprintf("do %s", verb);
		rights_add(rights, RIGHT_UNTOLD, what, "give it below `values` in the environment file", "which %s it will be is known in the run only", asking.first->kind);
	} else if (!is_asked(&asking)) {
		if (aws_open(call, &aws, &err))
			look(&aws, &asking);
		else
			add_error(&asking, &err);
	}
}
