/* Fastly's own command line against the simulated Fastly: it sees, clones, edits, validates, activates, and is refused as there. */
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "../core/sandbox/ground.h"
#include "tests/support/process.h"

#define SERVICE "--service-id=SANDBOXservice00000001"
#define BACKUP "ocw-content-backup-live-production.s3.us-east-1.amazonaws.com"
#define MAX_WORDS 12

typedef struct Client { Ground ground; TempFolder home; const char *program; } Client;

static void client_begin(Client *client) {
	const char *given = getenv("BREAKGLASS_TEST_FASTLY");
	client->program = given && *given ? given : "fastly";
	if (!have_program(client->program) && access(client->program, X_OK) != 0)
		cr_skip_test("the program fastly is not there (npm package @fastly/cli; BREAKGLASS_TEST_FASTLY=PATH)");
	ground_begin(&client->ground, NULL);
	client->home = temp_folder();
}

static void client_clear(Client *client) {
	if (!client->ground.sandbox)
		return;
	ground_clear(&client->ground);
	temp_folder_clear(&client->home);
}
BG_DEFINE_CLEARP(Client, client_clear)

/* The words that follow `fastly`, ending with NULL. */
static void run(Client *client, const char *key, const char *const words[], ProgramRun *ret) {
	const char *url = sandbox_url(client->ground.sandbox, "fastly");
	AUTO_FREE char *home = bg_asprintf("HOME=%s", client->home.path), *config = bg_asprintf("XDG_CONFIG_HOME=%s", client->home.path);
	AUTO_FREE char *api = bg_asprintf("FASTLY_API_ENDPOINT=%s", url), *account = bg_asprintf("FASTLY_ACCOUNT_ENDPOINT=%s", url);
	AUTO_FREE char *token = bg_asprintf("FASTLY_API_TOKEN=%s", key ? key : secret_reveal(client->ground.fastly_key));
	const char *const env[] = {home, config, api, account, token, "FASTLY_SERVICE_ID=", "NO_PROXY=127.0.0.1", NULL};
	const char *argv[MAX_WORDS + 3] = {client->program};
	size_t count = 1;
	for (size_t i = 0; words[i] && i < MAX_WORDS; i++)
		argv[count++] = words[i];
	argv[count++] = "--non-interactive";
	argv[count] = NULL;
	run_program(argv, "", env, ret);
}

#define expect(client, expected, part, ...) do { \
		AUTO_CLEAR(ProgramRun) run_ = {0}; \
		run((client), NULL, (const char *const[]){__VA_ARGS__, NULL}, &run_); \
		AUTO_FREE char *said_ = bg_asprintf("%s%s", buf_text(&run_.out), buf_text(&run_.err)); \
		cr_assert(run_.status == (expected) && strstr(said_, (part)), "status %d, said: %s", run_.status, said_); \
	} while (0)

Test(client_fastly, sees_the_service_with_all_that_is_in_it) {
	AUTO_CLEAR(Client) client = {0};
	client_begin(&client);
	expect(&client, 0, "ocw-live", "service", "list");
	expect(&client, 0, "\"ActiveVersion\": 76", "service", "list", "--json");
	expect(&client, 0, "Active: true", "service", "describe", "--service-name=ocw-live");
	expect(&client, 0, "76      true", "service", "version", "list", SERVICE);
	expect(&client, 0, "SSL SNI hostname: ocw-content-live", "service", "backend", "describe", SERVICE, "--version=active", "--name=origin-s3");
	expect(&client, 0, "/robots.txt", "service", "healthcheck", "list", SERVICE, "--version=active");
	expect(&client, 0, "redirects", "service", "dictionary", "list", SERVICE, "--version=active");
	expect(&client, 0, "Item Key: /ans7870", "service", "dictionary-entry", "list", SERVICE, "--dictionary-id=SANDBOXdictionary00001");
	expect(&client, 0, "maintenance notice  true", "service", "vcl", "snippet", "list", SERVICE, "--version=active");
	expect(&client, 0, "X-Maintenance", "service", "vcl", "snippet", "describe", SERVICE, "--version=active", "--dynamic",
		"--snippet-id=SANDBOXsnippet00000002");
	expect(&client, 0, "ocw.example.edu", "service", "domain", "list", SERVICE, "--version=active");
}

Test(client_fastly, fails_over_by_hand_and_the_site_heals) {
	AUTO_CLEAR(Client) client = {0};
	client_begin(&client);
	expect(&client, 0, "version 76 to version 77", "service", "version", "clone", SERVICE, "--version=active");
	expect(&client, 0, "Updated backend origin-s3", "service", "backend", "update", SERVICE, "--version=77", "--name=origin-s3",
		"--address=" BACKUP, "--override-host=" BACKUP, "--ssl-cert-hostname=" BACKUP, "--ssl-sni-hostname=" BACKUP);
	expect(&client, 0, "Updated healthcheck", "service", "healthcheck", "update", SERVICE, "--version=77", "--name=origin-s3 health",
		"--host=" BACKUP);
	expect(&client, 0, "is valid", "service", "version", "validate", SERVICE, "--version=77");
	cr_expect_eq(sandbox_damaged_courses(client.ground.sandbox), 14);
	expect(&client, 0, "Activated service", "service", "version", "activate", SERVICE, "--version=77");
	cr_expect_eq(sandbox_damaged_courses(client.ground.sandbox), 0);
	expect(&client, 0, "Activated service", "service", "version", "activate", SERVICE, "--version=76");
	cr_expect_eq(sandbox_damaged_courses(client.ground.sandbox), 14);
	expect(&client, 0, "Created backend second", "service", "backend", "create", SERVICE, "--version=77", "--autoclone", "--name=second",
		"--address=b.example", "--port=80");
	expect(&client, 0, "Deleted backend second", "service", "backend", "delete", SERVICE, "--version=latest", "--name=second");
}

Test(client_fastly, understands_how_it_is_refused) {
	AUTO_CLEAR(Client) client = {0};
	AUTO_CLEAR(ProgramRun) denied = {0};
	client_begin(&client);
	expect(&client, 1, "76 is locked", "service", "backend", "update", SERVICE, "--version=76", "--name=origin-s3", "--address=x");
	expect(&client, 1, "404 Not Found: Record not found", "service", "version", "clone", SERVICE, "--version=999");
	expect(&client, 1, "error matching service name", "service", "version", "list", "--service-name=nobody");
	run(&client, "wrong", (const char *const[]){"service", "list", NULL}, &denied);
	cr_expect(denied.status == 1 && strstr(buf_text(&denied.err), "401 Unauthorized"), "%d %s", denied.status, buf_text(&denied.err));
}
