/* aws_profile.c: the credential chain as far as no request is needed. The credentials file wins over the config file. */
#include "core/environment/aws_profile.h"

#include <errno.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/json.h"
#include "core/environment/ini.h"
#include "core/environment/wiped.h"

typedef struct Profile {
	Ini credentials, config;
	char *name;
	char *config_section;    /* "default" or "profile NAME" */
} Profile;

static void profile_clear(Profile *profile)
{
	ini_clear(&profile->credentials);
	ini_clear(&profile->config);
	free(profile->name);
	free(profile->config_section);
}
BG_DEFINE_CLEARP(Profile, profile_clear)

static const char *variable(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

static const char *profile_find(const Profile *profile, const char *key)
{
	const char *value = ini_find(&profile->credentials, profile->name, key);
	return value ? value : ini_find(&profile->config, profile->config_section, key);
}

/* A file that is not there is an empty one. */
static bool read_ini(const char *path_variable, const char *standard, Ini *ret_ini, Error *err)
{
	const char *named = variable(path_variable);
	AUTO_FREE char *path = path_expand_home(named ? named : standard);
	AUTO_CLEAR(WipedBuf) text = { 0 };
	buf_reserve(&text, INI_MAX_BYTES + 1);
	Error local = { 0 };
	if (!file_read(path, INI_MAX_BYTES, &text, &local) && local.kind != ERROR_MISSING) {
		error_set(err, local.kind, "%s", local.why);
		return error_where(err, "%s", path);
	}
	ini_parse(buf_str(&text), ret_ini);
	return true;
}

static bool profile_load(const char *name, Profile *ret_profile, Error *err)
{
	AUTO_CLEAR(Profile) profile = { .name = bg_strdup(name) };
	profile.config_section = text_eq(name, "default") ? bg_strdup(name) : bg_asprintf("profile %s", name);
	if (!read_ini("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", &profile.credentials, err)
		|| !read_ini("AWS_CONFIG_FILE", "~/.aws/config", &profile.config, err))
		return false;
	*ret_profile = profile;
	profile = (Profile){ 0 };
	return true;
}

static bool set_credentials(const char *id, const char *secret, const char *token, AwsCredentials *ret_credentials, Error *err)
{
	if (!id || !secret) {
		error_set(err, ERROR_INVALID, "there is %s without %s", id ? "an access key id" : "a secret access key",
			id ? "its secret access key" : "its access key id");
		return error_hint(err, "set both, or neither");
	}
	ret_credentials->access_key_id = bg_strdup(id);
	ret_credentials->secret_key = secret_new(str_from(secret), "S3 secret access key");
	ret_credentials->session_token = token ? secret_new(str_from(token), "S3 session token") : NULL;
	return true;
}

/* Words of a command line: blanks separate, '...' and "..." join, a backslash takes the next character. No shell sees it. */
static bool split_command(const char *line, StrList *ret_argv)
{
	AUTO_CLEAR(StrList) argv = { 0 };
	AUTO_CLEAR(Buf) word = { 0 };
	bool in_word = false;
	char quote = 0;
	for (const char *p = line; *p; p++) {
		if (quote && *p == quote) {
			quote = 0;
		} else if (!quote && (*p == '"' || *p == '\'')) {
			quote = *p;
			in_word = true;
		} else if (*p == '\\' && quote != '\'' && p[1]) {
			buf_putc(&word, *++p);
			in_word = true;
		} else if (!quote && (*p == ' ' || *p == '\t')) {
			if (in_word)
				strlist_add(&argv, buf_text(&word));
			buf_truncate(&word, 0);
			in_word = false;
		} else {
			buf_putc(&word, *p);
			in_word = true;
		}
	}
	if (in_word)
		strlist_add(&argv, buf_text(&word));
	if (quote || !argv.count)
		return false;
	*ret_argv = argv;
	argv = (StrList){ 0 };
	return true;
}

static bool read_process_output(Str output, AwsCredentials *ret_credentials, Error *err)
{
	AUTO(Json) *json = NULL;
	if (!json_parse(output, &json, NULL))
		return error_set(err, ERROR_PROTOCOL, "credential_process printed no JSON");
	if (json_get_int(json, "Version", 0) != 1)
		return error_set(err, ERROR_PROTOCOL, "credential_process printed no \"Version\": 1");
	if (!set_credentials(json_get_string(json, "AccessKeyId"), json_get_string(json, "SecretAccessKey"),
		json_get_string(json, "SessionToken"), ret_credentials, err))
		return false;
	const char *expiration = json_get_string(json, "Expiration");
	if (expiration)
		(void) wall_parse_iso(str_from(expiration), &ret_credentials->expires);   /* unreadable: as if it said nothing */
	return true;
}

static bool run_process(const char *line, SecretCommandRunner run, void *userdata, AwsCredentials *ret_credentials, Error *err)
{
	if (!run)
		return error_set(err, ERROR_DENIED, "credential_process needs a program, and none may be started here");
	AUTO_CLEAR(StrList) argv = { 0 };
	if (!split_command(line, &argv))
		return error_set(err, ERROR_INVALID, "credential_process is not a command line: check its quotes");
	AUTO_CLEAR(WipedBuf) output = { .limit = SECRET_MAX_BYTES };
	buf_reserve(&output, SECRET_MAX_BYTES);
	return run(userdata, strlist_argv(&argv), &output, err) && read_process_output(buf_str(&output), ret_credentials, err);
}

static bool fail_needs_request(const Profile *profile, const char *key, Error *err)
{
	error_set(err, ERROR_INVALID, "the AWS profile \"%s\" uses %s, which only the aws program can follow", profile->name, key);
	return error_hint(err, "add a profile with: credential_process = aws configure export-credentials --profile %s --format process",
		profile->name);
}

static bool profile_resolve(const Profile *profile, SecretCommandRunner run, void *userdata, AwsCredentials *ret_credentials,
	Error *err)
{
	static const char *const requests[] = { "sso_session", "sso_start_url", "web_identity_token_file", "login_session" };
	if (profile_find(profile, "role_arn"))
		return fail_needs_request(profile, "role_arn", err);
	const char *id = profile_find(profile, "aws_access_key_id"), *secret = profile_find(profile, "aws_secret_access_key");
	if (id || secret)
		return set_credentials(id, secret, profile_find(profile, "aws_session_token"), ret_credentials, err);
	const char *process = profile_find(profile, "credential_process");
	if (process)
		return run_process(process, run, userdata, ret_credentials, err);
	for (size_t i = 0; i < BG_LENGTH(requests); i++)
		if (profile_find(profile, requests[i]))
			return fail_needs_request(profile, requests[i], err);
	bool there = ini_has_section(&profile->credentials, profile->name) || ini_has_section(&profile->config, profile->config_section);
	error_set(err, ERROR_MISSING, "%s \"%s\"", there ? "there are no keys in the AWS profile" : "there is no AWS profile",
		profile->name);
	return error_hint(err, "aws configure --profile %s, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", profile->name);
}

static const char *profile_name(const SecretSource *source)
{
	const char *standard = variable("AWS_PROFILE");
	return source ? source->text : standard ? standard : "default";
}

static bool resolve_profile(const char *name, SecretCommandRunner run, void *userdata, AwsCredentials *credentials, Error *err)
{
	AUTO_CLEAR(Profile) profile = { 0 };
	if (!profile_load(name, &profile, err) || !profile_resolve(&profile, run, userdata, credentials, err))
		return false;
	if (!credentials->region) {
		const char *region = profile_find(&profile, "region");
		credentials->region = region ? bg_strdup(region) : NULL;
	}
	return true;
}

static bool resolve_all(const SecretSource *source, SecretCommandRunner run, void *userdata, AwsCredentials *credentials, Error *err)
{
	if (source && source->kind != SECRET_SOURCE_PROFILE) {
		error_set(err, ERROR_INVALID, "S3 needs an access key id and its secret, and this source is one value");
		return error_hint(err, "write credentials: { profile: NAME }");
	}
	if (!source && (variable("AWS_ACCESS_KEY_ID") || variable("AWS_SECRET_ACCESS_KEY")))
		return set_credentials(variable("AWS_ACCESS_KEY_ID"), variable("AWS_SECRET_ACCESS_KEY"), variable("AWS_SESSION_TOKEN"),
			credentials, err);
	return resolve_profile(profile_name(source), run, userdata, credentials, err);
}

bool aws_credentials_need_program(const SecretSource *source)
{
	AUTO_CLEAR(Profile) profile = { 0 };
	if (!source && (variable("AWS_ACCESS_KEY_ID") || variable("AWS_SECRET_ACCESS_KEY")))
		return false;
	if (!profile_load(profile_name(source), &profile, NULL))
		return true;
	bool own = profile_find(&profile, "aws_access_key_id") || profile_find(&profile, "aws_secret_access_key");
	return !own && profile_find(&profile, "credential_process");
}

bool aws_credentials_resolve(const SecretSource *source, SecretCommandRunner run, void *userdata,
	AwsCredentials *ret_credentials, Error *err)
{
	AUTO_CLEAR(AwsCredentials) credentials = { 0 };
	const char *region = variable("AWS_REGION");
	if (!region)
		region = variable("AWS_DEFAULT_REGION");
	credentials.region = region ? bg_strdup(region) : NULL;
	if (!resolve_all(source, run, userdata, &credentials, err))
		return error_what(err, "get the S3 credentials");
	if (!credentials.region)
		credentials.region = bg_strdup("");
	*ret_credentials = credentials;
	credentials = (AwsCredentials){ 0 };
	return true;
}

void aws_credentials_clear(AwsCredentials *credentials)
{
	free(credentials->access_key_id);
	secret_free(credentials->secret_key);
	secret_free(credentials->session_token);
	free(credentials->region);
	*credentials = (AwsCredentials){ 0 };
}
