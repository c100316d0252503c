/* machine.c: credentials that the machine itself has. A container's come from the address in its environment; an instance's from the
 * link-local metadata service, version 2: first a token by PUT, then the role's keys. Both answer JSON with AccessKeyId,
 * SecretAccessKey, Token, Expiration (AWS SDKs: credential-provider-http, credential-provider-imds). */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/s3/s3.h"
#include "core/transport/url.h"

#define CONTAINER_HOST "http://169.254.170.2"
#define INSTANCE_HOST "http://169.254.169.254"
#define MACHINE_CONNECT_MS 1000
#define MACHINE_DEADLINE_MS 3000
#define ANSWER_MAX (64u * 1024)

static const char *variable(const char *name) {
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

static bool ask(HttpClient *client, const char *method, const char *url, const HttpHeader *header, const Secret *token,
	const char *token_header, HttpResponse *ret, Error *err) {
	HttpRequest request = {.secret_is_whole = true, .method = method, .url = url, .headers = header, .header_count = header ? 1 : 0, .secret = token,
		.secret_header = token_header, .deadline_ms = MACHINE_DEADLINE_MS, .connect_ms = MACHINE_CONNECT_MS, .max_body = ANSWER_MAX};
	if (!http_request(client, &request, ret, err))
		return false;
	if (ret->status == 200)
		return true;
	error_set(err, ERROR_MISSING, "this machine has no role with S3 credentials (status %d)", ret->status);
	return error_where(err, "%s", url);
}

static bool take_keys(HttpResponse *response, AwsCredentials *ret, Error *err) {
	AUTO(Json) *json = NULL;
	bool parsed = json_parse(buf_str(&response->body), &json, NULL);
	const char *id = json_get_string(json, "AccessKeyId"), *key = json_get_string(json, "SecretAccessKey");
	const char *token = json_get_string(json, "Token"), *expires = json_get_string(json, "Expiration");
	if (parsed && id && key) {
		*ret = (AwsCredentials){.access_key_id = bg_strdup(id), .secret_key = secret_new(str_from(key), "S3 secret key of this machine"),
			.session_token = token ? secret_new(str_from(token), "S3 session token of this machine") : NULL, .region = bg_strdup("")};
		BG_IGNORE(wall_parse_iso(str_from(expires), &ret->expires));   /* unreadable: as if it said nothing */
	}
	if (response->body.len)
		secret_wipe(response->body.data, response->body.len);
	return (parsed && id && key) || error_set(err, ERROR_PROTOCOL, "the credentials of this machine's role are not readable");
}

static bool container_credentials(HttpClient *client, AwsCredentials *ret, Error *err) {
	const char *relative = variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), *token = variable("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	AUTO_FREE char *url = relative ? bg_asprintf(CONTAINER_HOST "%s", relative) : bg_strdup(variable("AWS_CONTAINER_CREDENTIALS_FULL_URI"));
	AUTO_CLEAR(HttpResponse) response = {0};
	/* The token is sent as it stands: it is no bearer token. */
	AUTO(Secret) *authorization = token ? secret_new(str_from(token), "container credentials token of this machine") : NULL;
	return ask(client, "GET", url, NULL, authorization, "Authorization", &response, err) && take_keys(&response, ret, err);
}

static bool instance_credentials(HttpClient *client, AwsCredentials *ret, Error *err) {
	static const char ROLES[] = INSTANCE_HOST "/latest/meta-data/iam/security-credentials/";
	static const HttpHeader LIFETIME = {"X-aws-ec2-metadata-token-ttl-seconds", "21600"};
	AUTO_CLEAR(HttpResponse) token_answer = {0};
	AUTO_CLEAR(HttpResponse) role_answer = {0};
	AUTO_CLEAR(HttpResponse) answer = {0};
	if (!ask(client, "PUT", INSTANCE_HOST "/latest/api/token", &LIFETIME, NULL, NULL, &token_answer, err))
		return false;
	AUTO(Secret) *token = secret_new(str_trim(buf_str(&token_answer.body)), "metadata token of this machine");
	if (!ask(client, "GET", ROLES, NULL, token, "X-aws-ec2-metadata-token", &role_answer, err))
		return false;
	Str rest = buf_str(&role_answer.body), role = {0};
	if (!str_next_line(&rest, &role) || !role.len)
		return error_set(err, ERROR_MISSING, "this instance has no role");
	AUTO_CLEAR(Buf) url = {0};
	buf_puts(&url, ROLES);
	url_encode(str_trim(role), &url);
	return ask(client, "GET", buf_text(&url), NULL, token, "X-aws-ec2-metadata-token", &answer, err) && take_keys(&answer, ret, err);
}

bool s3_machine_credentials(const Call *call, AwsCredentials *ret, Error *err) {
	AUTO(HttpClient) *client = NULL;
	Error local = {0};
	if (!http_client_new(NULL, &client, err))
		return false;
	if (variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") || variable("AWS_CONTAINER_CREDENTIALS_FULL_URI"))
		return container_credentials(client, ret, err);
	/* Away from Amazon nothing answers there: what is wrong is then that no credentials were given. */
	const char *disabled = variable("AWS_EC2_METADATA_DISABLED");
	bool off = disabled && str_eq_nocase(str_from(disabled), STR("true"));
	if (!off && call_remaining_ms(call) > MACHINE_CONNECT_MS && instance_credentials(client, ret, &local))
		return true;
	return false;
}
