/* iam.c: IAM by its Query protocol: a form is posted, XML comes back. Policy documents come percent-encoded inside it. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/providers/aws/aws.h"
#include "core/transport/url.h"

#define VERSION "2010-05-08"

/* Letters, digits and +=,.@-_ : as IAM allows it; what follows that is safe in an ARN and in a form. */
bool iam_is_name(const char *name, size_t max, Error *err) {
	size_t len = strlen(name), good = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+=,.@-_");
	if (len && len <= max && good == len)
		return true;
	error_set(err, ERROR_INVALID, "%.80s cannot be a name in IAM", name);
	return error_hint(err, "at most %zu letters, digits and + = , . @ - _", max);
}

static bool ask(Aws *aws, const char *action, const AwsForm *form, bool *ret_none, HttpResponse *ret, Error *err) {
	AUTO_CLEAR(Buf) body = {0};
	AUTO_FREE char *right = bg_asprintf("iam:%s", action);
	AUTO_FREE char *what = bg_asprintf("%s %s", form[0].name ? form[0].name : "IAM", form[0].name ? form[0].value : action);
	url_add_field(&body, "Action", action);
	url_add_field(&body, "Version", VERSION);
	for (; form->name; form++)
		url_add_field(&body, form->name, form->value);
	AwsAsk asked = {.service = AWS_IAM, .body = buf_str(&body), .right = right, .what = what};
	if (!aws_send(aws, &asked, ret, err))
		return false;
	if (ret_none && ret->status == 404 && aws_code_is(ret, "NoSuchEntity")) {
		*ret_none = true;
		return true;
	}
	return ret->status / 100 == 2 || aws_refused(aws, &asked, ret, err);
}

bool iam_ask(Aws *aws, const char *action, const AwsForm *form, HttpResponse *ret, bool *ret_none, Error *err) {
	if (ret_none)
		*ret_none = false;
	return ask(aws, action, form, ret_none, ret, err);
}

bool iam_change(Aws *aws, const char *action, const AwsForm *form, ActionResult *result, HttpResponse *ret, Error *err) {
	AUTO_CLEAR(HttpResponse) unread = {0};
	result->began = true;
	return ask(aws, action, form, NULL, ret ? ret : &unread, err);
}

bool iam_policy(Aws *aws, const char *of, const char *name, const char *policy, Json **ret, Error *err) {
	AUTO_CLEAR(HttpResponse) response = {0};
	AUTO_CLEAR(Buf) text = {0};
	AUTO_FREE char *action = bg_asprintf("Get%sPolicy", of);
	AUTO_FREE char *name_field = bg_asprintf("%sName", of);
	AUTO_FREE char *root = bg_asprintf("Get%sPolicyResponse", of);
	AUTO_FREE char *path = bg_asprintf("%s/Get%sPolicyResult/PolicyDocument", root, of);
	AUTO_FREE char *encoded = NULL;
	const AwsForm form[] = {{name_field, name}, {"PolicyName", policy}, {NULL, NULL}};
	const AwsField field = {path, &encoded};
	bool none = false;
	*ret = NULL;
	if (!iam_ask(aws, action, form, &response, &none, err))
		return false;
	if (none)
		return true;
	bool read = aws_read_xml(buf_str(&response.body), root, &field, 1, err) && encoded;
	if (read)
		url_decode(str_from(encoded), &text);
	if (read && json_parse(buf_str(&text), ret, err) && json_is_object(*ret))
		return true;
	*ret = json_free(*ret);
	error_set(err, ERROR_PROTOCOL, "the policy that came is no JSON object");
	error_hint(err, "look at the address of IAM in the environment file, and at the policy in the IAM console");
	return error_where(err, "policy %s of %s %s", policy, of, name);
}

char *iam_text(const Json *document) { return json_text(document); }

void iam_allow(Json *statements, const char *const *actions, const char *resource) {
	Json *statement = json_append(statements, json_new_object());
	json_add_string(statement, "Effect", "Allow");
	Json *list = json_add(statement, "Action", json_new_array());
	for (; *actions; actions++)
		json_append_string(list, *actions);
	json_add_string(statement, "Resource", resource);
}
