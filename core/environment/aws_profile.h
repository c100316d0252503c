/* aws_profile.h: S3 credentials from where the AWS tools keep them: variables, ~/.aws/credentials and ~/.aws/config, and a profile's
 * credential_process. Kinds that need a request to AWS (sso, role_arn, web identity, instance roles) are refused with the
 * one-line profile that makes the aws program do them. */
#pragma once
#include <stdbool.h>
#include "core/base/error.h"
#include "core/base/moment.h"
#include "core/base/secret.h"
#include "core/environment/environment.h"
#include "core/environment/secrets.h"

typedef struct AwsCredentials {
	char *access_key_id;
	Secret *secret_key;
	Secret *session_token;   /* NULL if there is none */
	char *region;            /* AWS_REGION, AWS_DEFAULT_REGION or the profile's; "" if none says one */
	WallTime expires;        /* unknown = as long as it lasts */
} AwsCredentials;

/* `source` NULL: the variables, then the profile AWS_PROFILE or "default". A named profile skips the variables. */
BG_CHECK bool aws_credentials_resolve(const SecretSource *source, SecretCommandRunner run, void *userdata,
	AwsCredentials *ret_credentials, Error *err);
/* Would a program be started for that, as things are now? A profile that cannot be read may be one that does. */
bool aws_credentials_need_program(const SecretSource *source);
void aws_credentials_clear(AwsCredentials *credentials);
BG_DEFINE_CLEARP(AwsCredentials, aws_credentials_clear)
