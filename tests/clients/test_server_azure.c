/* The provider azure against Azurite, Microsoft's own emulator, which checks signatures and which nobody here wrote: what a container holds
 * is put there by curl, and read by the probe as the prober reads it. Times are Azurite's: a blob cannot be given one. */
#include <criterion/hooks.h>
#include <stdlib.h>

#include "azurite_server.h"
#include "core/base/alloc.h"
#include "core/providers/azure/azure.h"
#include "tests/support/support.h"

#define DAY_MS INT64_C(86400000)

ReportHook(PRE_ALL)(struct criterion_test_set *tests) {
	(void) tests;
	azurite_start();
}

ReportHook(POST_ALL)(struct criterion_global_stats *stats) {
	(void) stats;
	azurite_stop();
}

typedef struct Vault {
	Environment *environment;
	Json *args;
	Call call;
} Vault;

static void vault_begin(Vault *vault, const char *secret, const char *container, const char *name, const char *value) {
	Error err;
	setenv("TEST_KEY", AZURITE_KEY, 1);
	AUTO_FREE char *text = bg_asprintf("name: t\nkind: live\nsystems:\n  s: { provider: azure, account: " AZURITE_ACCOUNT ", url: \"%s\", %s }\n", azurite_url(), secret);
	environment_free(vault->environment);
	assert_ok(environment_parse(str_from(text), "e.yaml", &vault->environment, &err), &err);
	assert_ok(provider_check_environment(vault->environment, &err), &err);
	json_free(vault->args);
	vault->args = json_new_object();
	json_add_string(vault->args, "container", container);
	if (name)
		json_add_string(vault->args, name, value);
	vault->call = (Call){.environment = vault->environment, .system = &vault->environment->systems[0], .args = vault->args};
}

static void vault_clear(Vault *vault) {
	environment_free(vault->environment);
	json_free(vault->args);
}
BG_DEFINE_CLEARP(Vault, vault_clear)

#define BY_KEY "key: { env: TEST_KEY }"
#define BY_SAS "sas: { env: TEST_SAS }"

/* With the deadline that the prober gives it. */
static void look(Vault *vault, Reading *ret) {
	Error err;
	const Probe *probe = probe_find("azure.container");
	assert_ok(provider_check_args(&probe->spec, vault->args, &err), &err);
	vault->call.deadline = (MonoTime){mono_now().ms + probe->deadline_ms};
	probe->read(&vault->call, ret);
}

static void expect_reading(Vault *vault, const char *name, ReadingState state, const char *text, const char *reason) {
	AUTO_CLEAR(Reading) reading = {0};
	look(vault, &reading);
	cr_expect(reading.state == state && strstr(reading.text, text) && strstr(reading.reason ? reading.reason : "", reason),
		"%s: %s, \"%s\" (%s)", name, reading_state_name(reading.state), reading.text, reading.reason ? reading.reason : "");
}

/* One at a time, so that each is found by its own name: a prefix is signed with the blob's odd name in it. */
Test(server_azure, every_name_is_found_and_told_as_it_is) {
	static const char *const NAMES[] = {"plain", "a b", "a+b", "a=b&c=d", "100%", "%20", "\xc3\xbc\xe2\x82\xac\xf0\x9f\x94\xa5", "a/b c/d+e.txt",
		"q#f", "*'();:@,$![]", "<&>", "~-_.", "a//b"};
	AUTO_CLEAR(Vault) vault = {0};
	vault_begin(&vault, BY_KEY, "odd-names", NULL, NULL);
	azurite_make_container("odd-names");
	azurite_put("odd-names", NAMES, BG_LENGTH(NAMES), "0123456789");
	expect_reading(&vault, "all", READING_OK, "10 bytes, of 13 blobs", "");
	for (size_t i = 0; i < BG_LENGTH(NAMES); i++) {
		AUTO_CLEAR(Reading) reading = {0};
		vault_begin(&vault, BY_KEY, "odd-names", "prefix", NAMES[i]);
		look(&vault, &reading);
		cr_assert_eq(reading.state, READING_OK, "%s: %s (%s)", NAMES[i], reading.text, reading.reason);
		const char *found = json_get_string_or(reading.facts, "newest_name", "-");
		cr_expect(str_starts(str_from(found), NAMES[i]), "%s: %s", NAMES[i], found);
		cr_expect_geq(json_get_int(reading.facts, "count", -1), 1);
	}
}

Test(server_azure, keys_and_signatures_are_judged_by_the_server) {
	static const char *const NAMES[] = {"dump-1", "dump-2"};
	AUTO_CLEAR(Vault) vault = {0};
	vault_begin(&vault, BY_KEY, "guarded", "max-age", "26h");
	azurite_make_container("guarded");
	azurite_make_container("other");
	expect_reading(&vault, "an empty container", READING_FAIL, "empty", "there is no blob");
	azurite_put("guarded", NAMES, 2, "12345");
	expect_reading(&vault, "by key", READING_OK, "5 bytes, of 2 blobs", "");
	WallTime later = {wall_now().ms + 30 * DAY_MS};
	AUTO_FREE char *good = azurite_sas("guarded", "rl", later);
	setenv("TEST_SAS", good, 1);
	vault_begin(&vault, BY_SAS, "guarded", "max-age", "26h");
	expect_reading(&vault, "by SAS", READING_OK, "5 bytes, of 2 blobs", "");
	vault_begin(&vault, BY_SAS, "other", NULL, NULL);
	expect_reading(&vault, "a SAS of another container", READING_UNKNOWN, "(status 403", "look at");
	/* Its words are changed behind its signature. */
	AUTO_FREE char *forged = azurite_sas("guarded", "l", later);
	AUTO_FREE char *more = bg_asprintf("sv=2021-12-02&sr=c&sp=rwdl%s", strstr(forged, "&se="));
	setenv("TEST_SAS", more, 1);
	vault_begin(&vault, BY_SAS, "guarded", NULL, NULL);
	expect_reading(&vault, "a forged SAS", READING_UNKNOWN, "(status 403", "");
	vault_begin(&vault, BY_KEY, "nowhere", NULL, NULL);
	expect_reading(&vault, "no such container", READING_FAIL, "there is no such container (status 404, ContainerNotFound)", "check its name");
	vault_begin(&vault, BY_KEY, "x", NULL, NULL);
	expect_reading(&vault, "no name of a container", READING_UNKNOWN, "can be no container's name", "3 to 63");
	vault_begin(&vault, BY_KEY, "guarded", NULL, NULL);
	setenv("TEST_KEY", "a2V5LW9mLXNvbWVib2R5LWVsc2U=", 1);
	expect_reading(&vault, "a wrong key", READING_UNKNOWN, "refuses these credentials", "look at where the credentials come from");
}

Test(server_azure, an_archived_and_an_empty_backup_are_told) {
	static const char *const DUMP[] = {"dump"};
	AUTO_CLEAR(Vault) vault = {0};
	vault_begin(&vault, BY_KEY, "tiers", "retention", "1");
	azurite_make_container("tiers");
	azurite_put("tiers", DUMP, 1, "12345");
	expect_reading(&vault, "today's", READING_OK, "5 bytes, of 1 blobs", "");
	azurite_put("tiers", DUMP, 1, "");
	expect_reading(&vault, "empty", READING_WARN, "0 bytes", "its newest blob is empty");
	expect_reading(&vault, "no backup of today", READING_WARN, "0 bytes", "or today");
	azurite_put("tiers", DUMP, 1, "1234567");
	azurite_set_tier("tiers", "dump", "Archive");
	expect_reading(&vault, "archived", READING_WARN, "7 bytes", "archived");
}
