/* process_environment.c: what of our environment a program gets to see. A list of names that are handed on, since a list of names that
 * are secrets can never be whole. */
#include <stdio.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/transport/process.h"

/* A name that ends in "*" stands for all that begin so. */
static const char *const HANDED_ON[] = {
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_*", "TZ", "TERM", "COLORTERM", "NO_COLOR", "TMPDIR", "XDG_*",
	"SSH_AUTH_SOCK", "GNUPGHOME", "GPG_TTY", "PASSWORD_STORE_DIR", "DBUS_SESSION_BUS_ADDRESS", "KRB5CCNAME",
	"http_proxy", "https_proxy", "no_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY",
	"SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS",
	"KUBECONFIG", "FLY_HOME", "VAULT_ADDR", "VAULT_NAMESPACE", "AZURE_CONFIG_DIR", "GH_CONFIG_DIR", "CLOUDSDK_CONFIG",
	"AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_SDK_LOAD_CONFIG",
	"VIRTUAL_ENV", "PYTHONPATH", "GOPATH", "NODE_PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS",
};

static bool is_handed_on(Str name, const StrList *names) {
	for (size_t i = 0; i < BG_LENGTH(HANDED_ON); i++) {
		Str known = str_from(HANDED_ON[i]);
		if (str_ends(known, "*") ? str_eq(str_slice(name, 0, known.len - 1), str_slice(known, 0, known.len - 1))
		                         : str_eq(name, known))
			return true;
	}
	for (size_t i = 0; names && i < names->count; i++)
		if (str_eq_c(name, names->items[i]))
			return true;
	return false;
}

void process_environment(const StrList *names, StrList *ret) {
	for (char **entry = environ; entry && *entry; entry++) {
		ptrdiff_t equals = str_find_char(str_from(*entry), '=');
		if (equals > 0 && is_handed_on((Str){*entry, (size_t) equals}, names))
			strlist_add(ret, *entry);
	}
}

static bool is_entry_of(const char *entry, const char *name) {
	size_t len = strlen(name);
	return strncmp(entry, name, len) == 0 && entry[len] == '=';
}

void process_environment_set(StrList *environment, const char *name, const char *value) {
	for (size_t i = environment->count; i > 0; i--)
		if (is_entry_of(environment->items[i - 1], name))
			strlist_remove(environment, i - 1);
	strlist_add_take(environment, bg_asprintf("%s=%s", name, value));
}

const char *process_environment_get(char *const *environment, const char *name) {
	for (char *const *entry = environment; entry && *entry; entry++)
		if (is_entry_of(*entry, name))
			return *entry + strlen(name) + 1;
	return NULL;
}
