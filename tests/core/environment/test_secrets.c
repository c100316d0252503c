/* Where secrets come from. No error may hold what it was about to give away. */
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/environment/aws_profile.h"
#include "core/environment/flyrc.h"
#include "core/environment/ini.h"
#include "core/environment/secrets.h"
#include "tests/support/support.h"

#define HIDDEN "hunter2-do-not-show"

static void expect_hidden(const char *name, const Error *err)
{
	char text[640];
	error_format(err, text, sizeof text);
	cr_expect_not(strstr(text, "hunter2"), "%s shows the secret: %s", name, text);
}

static SecretSource source(SecretSourceKind kind, char *text)
{
	return (SecretSource){ .kind = kind, .text = text };
}

static bool get(SecretSourceKind kind, const char *text, Secret **ret, Error *err)
{
	AUTO_FREE char *copy = bg_strdup(text);
	SecretSource s = source(kind, copy);
	return secret_resolve(&s, "token of ci", NULL, NULL, ret, err);
}

Test(secrets, a_variable_gives_its_value_or_says_that_it_is_not_set)
{
	AUTO(Secret) *secret = NULL;
	AUTO(Secret) *none = NULL;
	Error err = { 0 };
	setenv("BG_TEST_TOKEN", HIDDEN "\n", 1);
	assert_ok(get(SECRET_SOURCE_ENV, "BG_TEST_TOKEN", &secret, &err), &err);
	cr_expect_str_eq(secret_reveal(secret), HIDDEN);
	cr_expect_str_eq(secret_origin(secret), "token of ci");
	unsetenv("BG_TEST_TOKEN");
	assert_refused(get(SECRET_SOURCE_ENV, "BG_TEST_TOKEN", &none, &err), &err, ERROR_MISSING, "BG_TEST_TOKEN is not set");
	cr_expect_str_eq(err.what, "get the token of ci");
	cr_expect_str_eq(err.where, "environment variable BG_TEST_TOKEN");
	setenv("BG_TEST_TOKEN", "", 1);
	assert_refused(get(SECRET_SOURCE_ENV, "BG_TEST_TOKEN", &none, &err), &err, ERROR_MISSING, "BG_TEST_TOKEN is empty");
	setenv("BG_TEST_TOKEN", HIDDEN "\nsecond line", 1);
	assert_refused(get(SECRET_SOURCE_ENV, "BG_TEST_TOKEN", &none, &err), &err, ERROR_INVALID, "more than one line");
	expect_hidden("two lines", &err);
}

Test(secrets, a_file_counts_only_when_nobody_else_can_read_it)
{
	static const struct { mode_t mode; bool good; } modes[] = { { 0600, true }, { 0400, true }, { 0640, false }, { 0604, false }, { 0660, false },
		{ 0601, false } };
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	const char *path = temp_write(&folder, "token", HIDDEN "\n");
	for (size_t i = 0; i < BG_LENGTH(modes); i++) {
		AUTO(Secret) *secret = NULL;
		Error err = { 0 };
		cr_assert_eq(chmod(path, modes[i].mode), 0);
		bool good = get(SECRET_SOURCE_FILE, path, &secret, &err);
		cr_expect_eq(good, modes[i].good, "mode %o: %s", (unsigned) modes[i].mode, err.why);
		if (good)
			cr_expect_str_eq(secret_reveal(secret), HIDDEN);
		else
			cr_expect(strstr(err.hint, "chmod 600"), "%s", err.hint);
		expect_hidden("mode", &err);
	}
	AUTO(Secret) *none = NULL;
	Error err = { 0 };
	assert_refused(get(SECRET_SOURCE_FILE, temp_path(&folder, "absent"), &none, &err), &err, ERROR_MISSING, "cannot be opened");
	assert_refused(get(SECRET_SOURCE_FILE, folder.path, &none, &err), &err, ERROR_INVALID, "folder");
	const char *empty = temp_write(&folder, "empty", "\n");
	cr_assert_eq(chmod(empty, 0600), 0);
	assert_refused(get(SECRET_SOURCE_FILE, empty, &none, &err), &err, ERROR_MISSING, "it is empty");
}

/* Stands for the transport's runner. */
typedef struct FakeRunner { const char *output; bool fails; char *line; } FakeRunner;

static bool fake_run(void *userdata, char *const *argv, Buf *ret_output, Error *err)
{
	FakeRunner *fake = userdata;
	AUTO_CLEAR(Buf) line = { 0 };
	for (size_t i = 0; argv[i]; i++)
		buf_printf(&line, "[%s]", argv[i]);
	free(fake->line);
	fake->line = buf_take(&line);
	if (fake->fails)
		return error_set(err, ERROR_REMOTE, "pass ended with exit status 1");
	buf_puts(ret_output, fake->output);
	return true;
}

Test(secrets, a_command_is_run_by_the_caller_with_its_words_apart)
{
	FakeRunner fake = { .output = HIDDEN "\n" };
	SecretSource s = source(SECRET_SOURCE_COMMAND, bg_strdup("pass"));
	strlist_add(&s.argv, "pass");
	strlist_add(&s.argv, "show me; rm -rf /");
	AUTO(Secret) *secret = NULL;
	AUTO(Secret) *none = NULL;
	Error err = { 0 };
	assert_ok(secret_resolve(&s, "x", fake_run, &fake, &secret, &err), &err);
	cr_expect_str_eq(secret_reveal(secret), HIDDEN);
	cr_expect_str_eq(fake.line, "[pass][show me; rm -rf /]");
	fake.fails = true;
	assert_refused(secret_resolve(&s, "x", fake_run, &fake, &none, &err), &err, ERROR_REMOTE, "exit status 1");
	assert_refused(secret_resolve(&s, "x", NULL, NULL, &none, &err), &err, ERROR_DENIED, "no program");
	strlist_clear(&s.argv);
	free(s.text);
	free(fake.line);
}

static const char flyrc[] =
	"targets:\n"
	"  ci-ocw:\n"
	"    api: https://ci.example.com\n"
	"    ca_cert: |\n"
	"      -----BEGIN CERTIFICATE-----\n"
	"      MIIB\n"
	"      -----END CERTIFICATE-----\n"
	"    insecure: true\n"
	"    team: ocw\n"
	"    token:\n"
	"      type: bearer\n"
	"      value: " HIDDEN "\n"
	"  out:\n"
	"    api: https://x\n"
	"    token:\n"
	"      type: \"\"\n"
	"      value: \"\"\n"
	"  bare:\n"
	"    token: { type: Bearer, value: " HIDDEN " }\n";

Test(secrets, a_fly_target_gives_its_token_and_settings)
{
	AUTO_CLEAR(FlyTarget) target = { 0 };
	Error err = { 0 };
	assert_ok(fly_target_parse(str_from(flyrc), "/h/.flyrc", "ci-ocw", &target, &err), &err);
	cr_expect_str_eq(target.api, "https://ci.example.com");
	cr_expect_str_eq(target.team, "ocw");
	cr_expect(target.insecure);
	cr_expect_str_eq(target.ca_cert, "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
	cr_expect_str_eq(secret_reveal(target.token), HIDDEN);
	AUTO_CLEAR(FlyTarget) bare = { 0 };
	assert_ok(fly_target_parse(str_from(flyrc), "/h/.flyrc", "bare", &bare, &err), &err);
	cr_expect_str_eq(bare.team, "main");
	cr_expect_str_eq(bare.api, "");
	static const struct { const char *target, *why, *where, *hint; } refused[] = {
		{ "out", "the fly target \"out\" is logged out", "/h/.flyrc:13:3", "fly -t out login" },
		{ "ci-ocv", "there is no fly target \"ci-ocv\"", "/h/.flyrc", "did you mean \"ci-ocw\"?" },
		{ "production", "there is no fly target \"production\"", "/h/.flyrc", "fly -t production login -c URL" },
	};
	for (size_t i = 0; i < BG_LENGTH(refused); i++) {
		AUTO_CLEAR(FlyTarget) none = { 0 };
		cr_assert(!fly_target_parse(str_from(flyrc), "/h/.flyrc", refused[i].target, &none, &err));
		cr_expect_str_eq(err.why, refused[i].why);
		cr_expect_str_eq(err.where, refused[i].where);
		cr_expect_str_eq(err.hint, refused[i].hint);
		expect_hidden("flyrc", &err);
	}
}

Test(secrets, flyrc_is_looked_for_in_fly_home_and_damage_shows_no_token)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	temp_write(&folder, ".flyrc", flyrc);
	setenv("FLY_HOME", folder.path, 1);
	AUTO(Secret) *secret = NULL;
	Error err = { 0 };
	assert_ok(get(SECRET_SOURCE_FLYRC, "ci-ocw", &secret, &err), &err);
	cr_expect_str_eq(secret_reveal(secret), HIDDEN);
	for (size_t at = 0; at < sizeof flyrc - 1; at++) {
		static const char hostile[] = "\"'[{&*!:\n\t\xff";
		for (size_t i = 0; i < sizeof hostile - 1; i++) {
			char copy[sizeof flyrc];
			memcpy(copy, flyrc, sizeof flyrc);
			copy[at] = hostile[i];
			AUTO_CLEAR(FlyTarget) target = { 0 };
			error_clear(&err);
			if (!fly_target_parse((Str){ copy, sizeof flyrc - 1 }, "f", "ci-ocw", &target, &err))
				expect_hidden("damaged flyrc", &err);
		}
	}
}

static const char credentials[] =
	"; remark\n# remark\n[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = " HIDDEN " ; remark\n"
	"[ocw]\naws_access_key_id=AKIAOCW\naws_secret_access_key=" HIDDEN "#not a remark\naws_session_token = tok\n"
	"s3 =\n  aws_access_key_id = WRONG\n  max_concurrent_requests = 20\n"
	"[half]\naws_access_key_id = AKIAHALF\n";
static const char config[] =
	"[default]\nregion = eu-west-1\n[profile ocw]\nregion = us-east-1\naws_access_key_id = LOSES\n"
	"[profile \"with blank\"]\naws_access_key_id = AKIABLANK\naws_secret_access_key = " HIDDEN "\n"
	"[profile proc]\ncredential_process = /opt/get\\ it \"a b\" 'c\"d'\nregion = r\n"
	"[profile badproc]\ncredential_process = \"open\n"
	"[profile role]\nrole_arn = arn:x\nsource_profile = ocw\n[profile sso]\nsso_session = s\n[profile bare]\nregion = x\n";

static void use_aws_files(TempFolder *folder)
{
	static const char *const names[] = { "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION",
		"AWS_DEFAULT_REGION" };
	for (size_t i = 0; i < BG_LENGTH(names); i++)
		unsetenv(names[i]);
	setenv("AWS_SHARED_CREDENTIALS_FILE", temp_write(folder, "credentials", credentials), 1);
	setenv("AWS_CONFIG_FILE", temp_write(folder, "config", config), 1);
}

static bool get_aws(const char *profile, FakeRunner *fake, AwsCredentials *ret, Error *err)
{
	AUTO_FREE char *copy = bg_strdup(profile);
	SecretSource s = source(SECRET_SOURCE_PROFILE, copy);
	return aws_credentials_resolve(profile ? &s : NULL, fake ? fake_run : NULL, fake, ret, err);
}

static void expect_aws(const char *profile, const char *id, const char *secret, const char *token, const char *region)
{
	AUTO_CLEAR(AwsCredentials) got = { 0 };
	Error err = { 0 };
	assert_ok(get_aws(profile, NULL, &got, &err), &err);
	cr_expect_str_eq(got.access_key_id, id);
	cr_expect_str_eq(secret_reveal(got.secret_key), secret);
	cr_expect(token ? text_eq(secret_reveal(got.session_token), token) : !got.session_token);
	cr_expect_str_eq(got.region, region);
}

Test(secrets, aws_profiles_merge_both_files_and_variables_win)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	use_aws_files(&folder);
	expect_aws(NULL, "AKIADEFAULT", HIDDEN, NULL, "eu-west-1");
	expect_aws("ocw", "AKIAOCW", HIDDEN "#not a remark", "tok", "us-east-1");
	expect_aws("with blank", "AKIABLANK", HIDDEN, NULL, "");
	setenv("AWS_PROFILE", "ocw", 1);
	expect_aws(NULL, "AKIAOCW", HIDDEN "#not a remark", "tok", "us-east-1");
	setenv("AWS_ACCESS_KEY_ID", "AKIAENV", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "env-secret", 1);
	setenv("AWS_REGION", "ap-1", 1);
	expect_aws(NULL, "AKIAENV", "env-secret", NULL, "ap-1");
	expect_aws("ocw", "AKIAOCW", HIDDEN "#not a remark", "tok", "ap-1");
}

Test(secrets, aws_profiles_that_cannot_be_used_say_what_to_do)
{
	static const struct { const char *profile, *why, *hint; } refused[] = {
		{ "half", "an access key id without its secret access key", "set both" }, { "role", "uses role_arn", "credential_process = aws configure" },
		{ "sso", "uses sso_session", "credential_process = aws configure" }, { "bare", "no keys in the AWS profile \"bare\"", "aws configure --profile bare" },
		{ "absent", "there is no AWS profile \"absent\"", "aws configure --profile absent" }, { "proc", "none may be started here", "" },
		{ "badproc", "none may be started", "" },
	};
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	use_aws_files(&folder);
	for (size_t i = 0; i < BG_LENGTH(refused); i++) {
		AUTO_CLEAR(AwsCredentials) got = { 0 };
		Error err = { 0 };
		cr_assert(!get_aws(refused[i].profile, NULL, &got, &err), "%s", refused[i].profile);
		cr_expect(strstr(err.why, refused[i].why), "%s: %s", refused[i].profile, err.why);
		cr_expect(strstr(err.hint, refused[i].hint), "%s: %s", refused[i].profile, err.hint);
		expect_hidden(refused[i].profile, &err);
	}
	setenv("AWS_SECRET_ACCESS_KEY", HIDDEN, 1);
	AUTO_CLEAR(AwsCredentials) got = { 0 };
	Error err = { 0 };
	assert_refused(get_aws(NULL, NULL, &got, &err), &err, ERROR_INVALID, "a secret access key without its access key id");
	expect_hidden("half of the variables", &err);
}

Test(secrets, credential_process_is_split_into_words_and_its_json_read)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	use_aws_files(&folder);
	FakeRunner fake = { .output = "{\"Version\":1,\"AccessKeyId\":\"A\",\"SecretAccessKey\":\"" HIDDEN "\",\"SessionToken\":\"t\","
		"\"Expiration\":\"2026-11-21T03:00:00Z\"}" };
	AUTO_CLEAR(AwsCredentials) got = { 0 };
	Error err = { 0 };
	assert_ok(get_aws("proc", &fake, &got, &err), &err);
	cr_expect_str_eq(fake.line, "[/opt/get it][a b][c\"d]");
	cr_expect_str_eq(got.access_key_id, "A");
	cr_expect_eq(got.expires.ms, 1795230000000);
	cr_expect_str_eq(got.region, "r");
	static const struct { const char *output, *why; } bad[] = {
		{ "no json " HIDDEN, "printed no JSON" }, { "{\"Version\":2,\"SecretAccessKey\":\"" HIDDEN "\"}", "no \"Version\": 1" },
		{ "{\"Version\":1,\"SecretAccessKey\":\"" HIDDEN "\"}", "without its access key id" }, { "", "printed no JSON" },
	};
	for (size_t i = 0; i < BG_LENGTH(bad); i++) {
		AUTO_CLEAR(AwsCredentials) none = { 0 };
		fake.output = bad[i].output;
		cr_assert(!get_aws("proc", &fake, &none, &err));
		cr_expect(strstr(err.why, bad[i].why), "%s", err.why);
		expect_hidden(bad[i].output, &err);
	}
	AUTO_CLEAR(AwsCredentials) none = { 0 };
	assert_refused(get_aws("badproc", &fake, &none, &err), &err, ERROR_INVALID, "not a command line");
	free(fake.line);
}

Test(secrets, ini_takes_any_bytes)
{
	for (size_t at = 0; at < sizeof config; at++) {
		for (int c = 0; c < 256; c += 3) {
			char copy[sizeof config];
			memcpy(copy, config, sizeof config);
			copy[at] = (char) c;
			AUTO_CLEAR(Ini) ini = { 0 };
			ini_parse((Str){ copy, sizeof config }, &ini);
			cr_assert(ini.count < 40);
		}
	}
}

Test(secrets, a_system_without_the_secret_names_its_line)
{
	AUTO(Environment) *environment = NULL;
	AUTO(Secret) *secret = NULL;
	Error err = { 0 };
	assert_ok(environment_parse(STR("name: x\nkind: live\nsystems:\n  ci: { provider: concourse, token: { env: BG_TEST_TOKEN } }\n  cdn: { provider: fastly }\n"),
		"e.yaml", &environment, &err), &err);
	assert_refused(secret_resolve_of_system(environment, environment_find_system(environment, "cdn"), "token", NULL, NULL, &secret, &err), &err,
		ERROR_MISSING, "the system cdn has no token");
	cr_expect_str_eq(err.where, "e.yaml:5:3");
	setenv("BG_TEST_TOKEN", HIDDEN, 1);
	assert_ok(secret_resolve_of_system(environment, environment_find_system(environment, "ci"), "token", NULL, NULL, &secret, &err), &err);
	cr_expect_str_eq(secret_origin(secret), "token of ci");
}
