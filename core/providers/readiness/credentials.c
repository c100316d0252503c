/* credentials.c: is each secret of each system where the environment says that it is? They are read and forgotten; a program that would bring
 * one is looked for and not started, since it may ask somebody for a password. */
#include "core/base/alloc.h"
#include "core/environment/aws_profile.h"
#include "core/environment/flyrc.h"
#include "core/environment/secrets.h"
#include "core/providers/readiness/path.h"
#include "core/providers/readiness/readiness.h"

static void look_at_program(Readiness *readiness, const char *who, const char *program) {
	AUTO_FREE char *path = program ? readiness_find_program(NULL, program) : NULL;
	if (path)
		readiness_found(readiness, READING_OK, NULL, NULL, "%s: brought by %s, which is there (not started)", who, path);
	else
		readiness_found(readiness, READING_FAIL, NULL, "install it, or correct `command` in the environment file", "%s: the program %s that brings it is not there",
			who, program ? program : "");
}

static bool look_at_profile(const SecretSource *source, Error *err) {
	AUTO_CLEAR(AwsCredentials) credentials = {0};
	return aws_credentials_resolve(source, NULL, NULL, &credentials, err);
}

static bool look_at_value(const SecretSource *source, const char *who, Error *err) {
	AUTO(Secret) *secret = NULL;
	return secret_resolve(source, who, NULL, NULL, &secret, err);
}

static void look_at(Readiness *readiness, const EnvironmentSystem *system, const EnvironmentSecret *secret) {
	const SecretSource *source = &secret->source;
	AUTO_FREE char *described = secret_source_describe(source);
	AUTO_FREE char *who = bg_asprintf("%s of %s (%s)", secret->key, system->name, described);
	AUTO_FREE char *place = bg_asprintf("%s:%d", readiness->environment->path, source->place.line);
	Error err = {0};
	if (source->kind == SECRET_SOURCE_COMMAND) {
		look_at_program(readiness, who, source->argv.count ? source->argv.items[0] : NULL);
		return;
	}
	if (source->kind == SECRET_SOURCE_PROFILE && aws_credentials_need_program(source)) {
		readiness_found(readiness, READING_OK, place, NULL, "%s: a program brings it (not started)", who);
		return;
	}
	bool there = source->kind == SECRET_SOURCE_PROFILE ? look_at_profile(source, &err) : look_at_value(source, who, &err);
	if (there)
		readiness_found(readiness, READING_OK, place, NULL, "%s is there", who);
	else
		readiness_found(readiness, READING_FAIL, place, *err.hint ? err.hint : "put it there", "%s: %s", who, err.why);
}

void readiness_credentials(Readiness *readiness) {
	for (size_t i = 0; i < readiness->environment->system_count; i++)
		for (size_t s = 0; s < readiness->environment->systems[i].secret_count; s++)
			look_at(readiness, &readiness->environment->systems[i], &readiness->environment->systems[i].secrets[s]);
}
