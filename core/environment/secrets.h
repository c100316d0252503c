/* secrets.h: from where a secret comes to the secret itself. Only the processes that touch the network call this. Errors name the
 * source, never what was in it. */
#pragma once
#include <stdbool.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/secret.h"
#include "core/environment/environment.h"

#define SECRET_MAX_BYTES (64 * 1024)

/* Starts a program from an argv array, without a shell, and collects at most SECRET_MAX_BYTES of its stdout. Fails when it cannot be
 * started, exits non-zero or is not done in time. This layer starts nothing itself: the caller brings the runner. */
typedef bool (*SecretCommandRunner)(void *userdata, char *const *argv, Buf *ret_output, Error *err);

/* One value: env, file, command, or a fly target's token. An AWS profile is more than one value: aws_credentials_resolve().
 * `origin` says what it is for, in words that may be shown. `run` may be NULL: a command is then an error. Owned result. */
BG_CHECK bool secret_resolve(const SecretSource *source, const char *origin, SecretCommandRunner run, void *userdata,
	Secret **ret_secret, Error *err);
/* The secret of a system by its key ("token"); a missing one is an error with the place of the system. */
BG_CHECK bool secret_resolve_of_system(const Environment *environment, const EnvironmentSystem *system, const char *key,
	SecretCommandRunner run, void *userdata, Secret **ret_secret, Error *err);
/* "environment variable FASTLY_API_TOKEN", "file /etc/x": what may be shown about a source. Owned. */
char *secret_source_describe(const SecretSource *source);
