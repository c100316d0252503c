/* secrets.c: resolves one secret from an environment variable, a file, a program or a fly target. */
#include "core/environment/secrets.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/private_file.h"
#include "core/environment/flyrc.h"
#include "core/environment/wiped.h"

char *secret_source_describe(const SecretSource *source)
{
	static const char *const words[] = {
		[SECRET_SOURCE_ENV] = "environment variable", [SECRET_SOURCE_FILE] = "file", [SECRET_SOURCE_COMMAND] = "command",
		[SECRET_SOURCE_FLYRC] = "fly target", [SECRET_SOURCE_PROFILE] = "AWS profile",
	};
	return bg_asprintf("%s %s", words[source->kind], source->text);
}

static bool make_secret(Str bytes, const char *origin, Secret **ret_secret, Error *err)
{
	Str trimmed = str_trim(bytes);
	if (!trimmed.len) {
		error_set(err, ERROR_MISSING, "it is empty");
		return error_hint(err, "look at where it comes from: a login may be over");
	}
	if (memchr(trimmed.ptr, 0, trimmed.len) || memchr(trimmed.ptr, '\n', trimmed.len) || memchr(trimmed.ptr, '\r', trimmed.len)) {
		error_set(err, ERROR_INVALID, "it holds more than one line");
		return error_hint(err, "keep only the secret itself there");
	}
	*ret_secret = secret_new(trimmed, origin);
	return true;
}

static bool resolve_env(const SecretSource *source, const char *origin, Secret **ret_secret, Error *err)
{
	const char *value = getenv(source->text);
	if (!value || !*value) {
		error_set(err, ERROR_MISSING, "the environment variable %s is %s", source->text, value ? "empty" : "not set");
		return error_hint(err, "set it, then stop the engine and open the console again: the engine keeps the variables it began with");
	}
	return make_secret(str_from(value), origin, ret_secret, err);
}

static bool resolve_file(const SecretSource *source, const char *origin, Secret **ret_secret, Error *err)
{
	AUTO_CLEAR(WipedBuf) text = { 0 };
	if (private_file_read(source->text, SECRET_MAX_BYTES, &text, err))
		return make_secret(buf_str(&text), origin, ret_secret, err);
	return error_hint(err, "put the secret there with mode 600, or name another source");
}

static bool resolve_command(const SecretSource *source, const char *origin, SecretCommandRunner run, void *userdata,
	Secret **ret_secret, Error *err)
{
	if (!run)
		return error_set(err, ERROR_DENIED, "no program may be started here");
	AUTO_CLEAR(WipedBuf) output = { .limit = SECRET_MAX_BYTES };
	buf_reserve(&output, SECRET_MAX_BYTES);
	AUTO_CLEAR(StrList) argv = { 0 };
	for (size_t i = 0; i < source->argv.count; i++)
		strlist_add(&argv, source->argv.items[i]);
	return run(userdata, strlist_argv(&argv), &output, err) && make_secret(buf_str(&output), origin, ret_secret, err);
}

static bool resolve_flyrc(const SecretSource *source, const char *origin, Secret **ret_secret, Error *err)
{
	AUTO_CLEAR(FlyTarget) target = { 0 };
	if (!fly_target_load(source->text, &target, err))
		return false;
	return make_secret((Str){ secret_reveal(target.token), secret_len(target.token) }, origin, ret_secret, err);
}

static bool resolve(const SecretSource *source, const char *origin, SecretCommandRunner run, void *userdata,
	Secret **ret_secret, Error *err)
{
	switch (source->kind) {
	case SECRET_SOURCE_ENV:
		return resolve_env(source, origin, ret_secret, err);
	case SECRET_SOURCE_FILE:
		return resolve_file(source, origin, ret_secret, err);
	case SECRET_SOURCE_COMMAND:
		return resolve_command(source, origin, run, userdata, ret_secret, err);
	case SECRET_SOURCE_FLYRC:
		return resolve_flyrc(source, origin, ret_secret, err);
	case SECRET_SOURCE_PROFILE:
		error_set(err, ERROR_INVALID, "an AWS profile holds several values, and one is needed here");
		return error_hint(err, "use env, file, command or flyrc");
	}
	return error_set(err, ERROR_BUG, "unknown kind of source");
}

bool secret_resolve(const SecretSource *source, const char *origin, SecretCommandRunner run, void *userdata,
	Secret **ret_secret, Error *err)
{
	if (resolve(source, origin, run, userdata, ret_secret, err))
		return true;
	AUTO_FREE char *place = secret_source_describe(source);
	error_what(err, "get the %s", origin);
	return error_where(err, "%s", place);
}

bool secret_resolve_of_system(const Environment *environment, const EnvironmentSystem *system, const char *key,
	SecretCommandRunner run, void *userdata, Secret **ret_secret, Error *err)
{
	AUTO_FREE char *origin = bg_asprintf("%s of %s", key, system->name);
	const SecretSource *source = system_find_secret(system, key);
	if (source)
		return secret_resolve(source, origin, run, userdata, ret_secret, err);
	error_set(err, ERROR_MISSING, "the system %s has no %s", system->name, key);
	error_what(err, "get the %s", origin);
	error_hint(err, "write %s: { env: NAME } or { file: PATH } there", key);
	return environment_error_at(environment, system->place, err);
}
