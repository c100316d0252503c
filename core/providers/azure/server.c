/* server.c: where the account is, and with which credentials it is asked. */
#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/environment/secrets.h"
#include "core/providers/azure/azure.h"
#include "core/providers/settings.h"
#include "core/transport/process.h"
#include "core/transport/url.h"

#define CA_CERT_MAX (256u * 1024)

static bool open_client(const Call *call, HttpClient **ret, Error *err) {
	AUTO_CLEAR(Buf) ca_cert = {0};
	HttpClientOptions options = {.insecure = system_setting_bool(call->system, "insecure", false)};
	AUTO_FREE char *path = setting_path(call->environment, call->system, "ca-cert");
	if (path && !file_read(path, CA_CERT_MAX, &ca_cert, err))
		return false;
	options.ca_cert = path ? buf_text(&ca_cert) : NULL;
	return http_client_new(&options, ret, err);
}

static void find_address(Azure *azure) {
	const char *url = system_setting(azure->call->system, "url");
	azure->account = system_setting(azure->call->system, "account");
	azure->base = url ? bg_strdup(url) : bg_asprintf("https://%s.blob.core.windows.net", azure->account);
	for (size_t len = strlen(azure->base); len && azure->base[len - 1] == '/'; len--)
		azure->base[len - 1] = '\0';
}

static bool find_key(Azure *azure, Error *err) {
	MonoTime until = azure->call->deadline;
	return secret_resolve_of_system(azure->call->environment, azure->call->system, "key", process_capture, &until, &azure->key, err);
}

/* Kept without its "?", as it is sent. */
static bool find_sas(Azure *azure, Error *err) {
	AUTO(Secret) *given = NULL;
	MonoTime until = azure->call->deadline;
	if (!secret_resolve_of_system(azure->call->environment, azure->call->system, "sas", process_capture, &until, &given, err))
		return false;
	Str query = str_from(secret_reveal(given));
	bool ok = azure_sas_parse(query, &azure->told, err)
		&& azure_sas_may_list(&azure->told, wall_now(), str_starts_nocase(str_from(azure->base), "https:"), err);
	if (!ok)
		return error_where(err, "%s of %s", secret_origin(given), azure->base);
	azure->sas = secret_new(str_starts(query, "?") ? str_slice(query, 1, query.len) : query, secret_origin(given));
	return true;
}

bool azure_open(const Call *call, Azure *ret, Error *err) {
	AUTO_CLEAR(Azure) azure = {.call = call, .now = wall_now()};
	find_address(&azure);
	bool by_key = system_find_secret(call->system, "key") != NULL;
	bool ok = (by_key ? find_key(&azure, err) : find_sas(&azure, err)) && open_client(call, &azure.client, err);
	if (!ok)
		return false;
	*ret = azure;
	azure = (Azure){0};
	return true;
}

bool azure_credential_end(const Call *call, WallTime *ret, Error *err) {
	AUTO_CLEAR(Azure) azure = {0};
	if (!azure_open(call, &azure, err))
		return false;
	*ret = azure.told.expires;
	return true;
}

void azure_clear(Azure *azure) {
	http_client_free(azure->client);
	secret_free(azure->key);
	secret_free(azure->sas);
	free(azure->base);
	*azure = (Azure){0};
}

char *azure_container_url(const Azure *azure, const char *container) {
	AUTO_CLEAR(Buf) encoded = {0};
	url_encode(str_from(container), &encoded);
	return bg_asprintf("%s/%s", azure->base, buf_text(&encoded));
}
