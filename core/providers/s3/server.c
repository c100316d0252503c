/* server.c: where a bucket is and with which credentials it is asked. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/environment/secrets.h"
#include "core/providers/s3/s3.h"
#include "core/providers/settings.h"
#include "core/transport/process.h"
#include "core/transport/url.h"

#define CA_CERT_MAX (256u * 1024)

/* Where nothing is said and nothing is found, the machine may have a role. */
static bool chain(const Call *call, const SecretSource *source, AwsCredentials *ret, Error *err) {
	Error none = {0};
	MonoTime until = call->deadline;
	if (aws_credentials_resolve(source, process_capture, &until, ret, &none))
		return true;
	if (!source && none.kind == ERROR_MISSING && s3_machine_credentials(call, ret, &none))
		return true;
	*err = none;
	return false;
}

/* Two secrets of the environment file, or the chain of the AWS tools (variables, profile, credential_process). */
bool s3_find_credentials(const Call *call, AwsCredentials *ret, Error *err) {
	const EnvironmentSystem *system = call->system;
	bool own = system_find_secret(system, "access-key-id") != NULL;
	if (!own)
		return chain(call, system_find_secret(system, "credentials"), ret, err);
	AUTO(Secret) *id = NULL;
	MonoTime until = call->deadline;
	if (!secret_resolve_of_system(call->environment, system, "access-key-id", process_capture, &until, &id, err)
		|| !secret_resolve_of_system(call->environment, system, "secret-access-key", process_capture, &until, &ret->secret_key, err))
		return false;
	ret->access_key_id = bg_strdup(secret_reveal(id));
	ret->region = bg_strdup("");
	return !system_find_secret(system, "session-token")
		|| secret_resolve_of_system(call->environment, system, "session-token", process_capture, &until, &ret->session_token, err);
}

static bool open_client(const Call *call, HttpClient **ret, Error *err) {
	AUTO_CLEAR(Buf) ca_cert = {0};
	HttpClientOptions options = {.insecure = system_setting_bool(call->system, "insecure", false)};
	AUTO_FREE char *path = setting_path(call->environment, call->system, "ca-cert");
	if (path && !file_read(path, CA_CERT_MAX, &ca_cert, err))
		return false;
	options.ca_cert = path ? buf_text(&ca_cert) : NULL;
	return http_client_new(&options, ret, err);
}

/* Amazon's own servers are asked by host name, since path style is on its way out there; others by path. */
static void find_address(S3 *s3) {
	const char *endpoint = system_setting(s3->call->system, "endpoint");
	s3->base = endpoint ? bg_strdup(endpoint) : bg_asprintf("https://s3.%s.amazonaws.com", s3->region);
	for (size_t len = strlen(s3->base); len && s3->base[len - 1] == '/'; len--)
		s3->base[len - 1] = '\0';
	s3->path_style = system_setting_bool(s3->call->system, "path-style", endpoint != NULL);
}

bool s3_open(const Call *call, S3 *ret, Error *err) {
	AUTO_CLEAR(S3) s3 = {.call = call, .now = wall_now()};
	if (!s3_find_credentials(call, &s3.credentials, err) || !open_client(call, &s3.client, err))
		return false;
	const char *region = system_setting(call->system, "region");
	s3.region = bg_strdup(region ? region : s3.credentials.region && *s3.credentials.region ? s3.credentials.region : "us-east-1");
	find_address(&s3);
	*ret = s3;
	s3 = (S3){0};
	return true;
}

void s3_clear(S3 *s3) {
	http_client_free(s3->client);
	aws_credentials_clear(&s3->credentials);
	free(s3->region);
	free(s3->base);
	*s3 = (S3){0};
}

/* A bucket with dots in its name does not fit the certificate of a host name: such a one is asked by path. */
char *s3_bucket_url(const S3 *s3, const char *bucket) {
	UrlParts parts;
	AUTO_CLEAR(Buf) encoded = {0};
	url_encode(str_from(bucket), &encoded);
	if (s3->path_style || strchr(bucket, '.') || !url_parse(s3->base, &parts, NULL))
		return bg_asprintf("%s/%s", s3->base, buf_text(&encoded));
	return bg_asprintf("%.*s://%s.%.*s%s%.*s", STR_ARG(parts.scheme), buf_text(&encoded), STR_ARG(parts.host),
		parts.port.len ? ":" : "", STR_ARG(parts.port));
}
