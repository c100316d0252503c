/* Clients that nobody here wrote: Fastly's own command line walks a failover, and Amazon's reads the buckets. What they send
 * and what they accept is the judge of the simulated wire. Each test says so when its program is not there. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "ground.h"
#include "tests/support/process.h"

#define ID "SANDBOXservice00000001"
#define LIVE "ocw-content-live-production"
#define BACKUP "ocw-content-backup-live-production"
#define HOST(bucket) bucket ".s3.us-east-1.amazonaws.com"

/* A program with its settings, in a home of its own. */
typedef struct Client { Ground ground; TempFolder home; const char *program; StrList env; ProgramRun run; } Client;

static void client_begin(Client *client, const char *program) {
	*client = (Client){.program = program, .home = temp_folder()};
	ground_begin(&client->ground, NULL);
	strlist_add_take(&client->env, bg_asprintf("HOME=%s", client->home.path));
}

static void client_clear(Client *client) {
	ground_clear(&client->ground);
	strlist_clear(&client->env);
	program_run_clear(&client->run);
	temp_folder_clear(&client->home);
}
BG_DEFINE_CLEARP(Client, client_clear)

static int ask_with(Client *client, const char *const first[], const char *const words[]) {
	AUTO_CLEAR(StrList) argv = {0};
	strlist_add(&argv, client->program);
	for (; *first; first++)
		strlist_add(&argv, *first);
	for (; *words; words++)
		strlist_add(&argv, *words);
	program_run_clear(&client->run);
	client->run = (ProgramRun){0};
	run_program((const char *const *) strlist_argv(&argv), NULL, (const char *const *) strlist_argv(&client->env), &client->run);
	return client->run.status;
}

static bool says(const Client *client, const char *part) {
	return strstr(buf_text(&client->run.out), part) || strstr(buf_text(&client->run.err), part);
}

#define expect_says(client, part) \
	cr_expect(says((client), (part)), "expected \"%s\": %s%s", (part), buf_text(&(client)->run.out), buf_text(&(client)->run.err))

/* ---- fastly ---- */

static void fastly_begin(Client *client) {
	const char *program = getenv("TEST_FASTLY");
	if (!(program && *program) && !have_program("fastly"))
		cr_skip_test("the fastly program is not there (npm install @fastly/cli; or set TEST_FASTLY)");
	client_begin(client, program && *program ? program : "fastly");
	const char *url = sandbox_url(client->ground.sandbox, "fastly");
	strlist_add_take(&client->env, bg_asprintf("FASTLY_API_ENDPOINT=%s", url));
	strlist_add_take(&client->env, bg_asprintf("FASTLY_ACCOUNT_ENDPOINT=%s", url));
	strlist_add_take(&client->env, bg_asprintf("FASTLY_API_TOKEN=%s", secret_reveal(client->ground.fastly_key)));
}

/* Not interactive, for the sandbox's service. */
#define fastly(client, ...) ask_with((client), (const char *const[]){"-i", NULL}, (const char *const[]){__VA_ARGS__, NULL})
#define fastly_ok(client, ...) do { \
		int status_ = fastly((client), __VA_ARGS__); \
		cr_assert(status_ == 0, "%d: %s%s", status_, buf_text(&(client)->run.out), buf_text(&(client)->run.err)); \
	} while (0)

Test(sandbox_clients, fastlys_own_program_fails_the_site_over, .timeout = 120) {
	AUTO_CLEAR(Client) client = {0};
	fastly_begin(&client);
	cr_assert_eq(sandbox_damaged_courses(client.ground.sandbox), 14);
	fastly_ok(&client, "service", "list");
	expect_says(&client, "ocw-live");
	fastly_ok(&client, "service", "search", "--name", "ocw-live");
	expect_says(&client, "Active version: 76");
	fastly_ok(&client, "service", "version", "clone", "--service-id", ID, "--version", "active");
	expect_says(&client, "version 77");
	fastly_ok(&client, "service", "backend", "update", "--service-id", ID, "--version", "77", "--name", "origin-s3", "--address", HOST(BACKUP),
		"--override-host", HOST(BACKUP), "--ssl-sni-hostname", HOST(BACKUP), "--ssl-cert-hostname", HOST(BACKUP));
	fastly_ok(&client, "service", "backend", "describe", "--service-id", ID, "--version", "77", "--name", "origin-s3");
	expect_says(&client, HOST(BACKUP));
	cr_expect(!says(&client, HOST(LIVE)), "%s", buf_text(&client.run.out));
	fastly_ok(&client, "service", "version", "validate", "--service-id", ID, "--version", "77");
	expect_says(&client, "is valid");
	cr_assert_eq(sandbox_damaged_courses(client.ground.sandbox), 14, "a draft changes nothing");
	fastly_ok(&client, "service", "version", "activate", "--service-id", ID, "--version", "77");
	cr_assert_eq(sandbox_damaged_courses(client.ground.sandbox), 0);
	fastly_ok(&client, "service", "version", "activate", "--service-id", ID, "--version", "76");   /* the way back: locked, and allowed */
	cr_assert_eq(sandbox_damaged_courses(client.ground.sandbox), 14);
}

Test(sandbox_clients, fastlys_own_program_understands_the_refusals, .timeout = 120) {
	AUTO_CLEAR(Client) client = {0};
	fastly_begin(&client);
	cr_expect_neq(fastly(&client, "service", "backend", "update", "--service-id", ID, "--version", "76", "--name", "origin-s3", "--address", "x"), 0);
	expect_says(&client, "locked");
	cr_expect_neq(fastly(&client, "service", "backend", "describe", "--service-id", ID, "--version", "76", "--name", "none"), 0);
	expect_says(&client, "404");
	strlist_add(&client.env, "FASTLY_API_TOKEN=wrong");
	cr_expect_neq(fastly(&client, "service", "list"), 0);
	expect_says(&client, "401");
}

Test(sandbox_clients, fastlys_own_program_reads_every_kind_of_object, .timeout = 120) {
	static const struct { const char *kind, *part; } cases[] = {
		{"backend", "origin-s3"}, {"healthcheck", "origin-s3 health"}, {"domain", "ocw.example.edu"},
	};
	AUTO_CLEAR(Client) client = {0};
	fastly_begin(&client);
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		fastly_ok(&client, "service", cases[i].kind, "list", "--service-id", ID, "--version", "76");
		expect_says(&client, cases[i].part);
	}
	fastly_ok(&client, "service", "vcl", "snippet", "list", "--service-id", ID, "--version", "76");
	fastly_ok(&client, "service", "dictionary-entry", "list", "--service-id", ID, "--dictionary-id", "SANDBOXdictionary00001");
	expect_says(&client, HOST(LIVE));
}

/* ---- aws ---- */

static void aws_begin(Client *client) {
	if (!have_program("aws"))
		cr_skip_test("the aws program is not there (apt-get install awscli)");
	client_begin(client, "aws");
	strlist_add_take(&client->env, bg_asprintf("AWS_ACCESS_KEY_ID=%s", client->ground.s3_key_id));
	strlist_add_take(&client->env, bg_asprintf("AWS_SECRET_ACCESS_KEY=%s", secret_reveal(client->ground.s3_secret)));
	static const char *const settings[] = {"AWS_DEFAULT_REGION=us-east-1", "AWS_REGION=us-east-1", "AWS_PAGER=", "AWS_CONFIG_FILE=/dev/null",
		"AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true", "AWS_MAX_ATTEMPTS=1", "AWS_SESSION_TOKEN=",
		"AWS_DEFAULT_OUTPUT=json"};
	for (size_t i = 0; i < BG_LENGTH(settings); i++)
		strlist_add(&client->env, settings[i]);
}

#define aws(client, ...) ask_with((client), \
	(const char *const[]){"--endpoint-url", sandbox_url((client)->ground.sandbox, "s3"), "s3api", NULL}, (const char *const[]){__VA_ARGS__, NULL})
#define aws_ok(client, ...) do { \
		int status_ = aws((client), __VA_ARGS__); \
		cr_assert(status_ == 0, "%d: %s%s", status_, buf_text(&(client)->run.out), buf_text(&(client)->run.err)); \
	} while (0)

Test(sandbox_clients, amazons_own_program_reads_the_buckets, .timeout = 120) {
	AUTO_CLEAR(Client) client = {0};
	aws_begin(&client);
	aws_ok(&client, "list-buckets", "--query", "Buckets[].Name");
	expect_says(&client, LIVE);
	expect_says(&client, BACKUP);
	/* Three pages and a rest, walked by the program's own paginator. */
	aws_ok(&client, "list-objects-v2", "--bucket", BACKUP, "--query", "length(Contents)");
	AUTO_FREE char *whole = bg_strdup(buf_text(&client.run.out));
	aws_ok(&client, "list-objects-v2", "--bucket", BACKUP, "--page-size", "400", "--query", "length(Contents)");
	cr_expect(atol(whole) > 1000, "one page holds it all: %s", whole);
	aws_ok(&client, "list-objects-v2", "--bucket", BACKUP, "--delimiter", "/", "--prefix", "courses/", "--page-size", "7", "--query",
		"CommonPrefixes[].Prefix");
	size_t folders = 0;
	for (const char *at = buf_text(&client.run.out); (at = strstr(at, "courses/")); at++)
		folders++;
	cr_expect_eq(folders, 40);
	aws_ok(&client, "head-object", "--bucket", BACKUP, "--key", "courses/genetics/index.html", "--query", "ContentType");
	expect_says(&client, "text/html");
	aws_ok(&client, "get-bucket-location", "--bucket", BACKUP);
	aws_ok(&client, "get-bucket-versioning", "--bucket", BACKUP);
}

Test(sandbox_clients, amazons_own_program_understands_the_refusals, .timeout = 120) {
	static const struct { const char *env, *part; } cases[] = {
		{"AWS_SECRET_ACCESS_KEY=wrong", "SignatureDoesNotMatch"}, {"AWS_ACCESS_KEY_ID=AKIANOBODY", "InvalidAccessKeyId"},
		{"AWS_DEFAULT_REGION=eu-west-1", "AuthorizationHeaderMalformed"},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(Client) client = {0};
		aws_begin(&client);
		strlist_add(&client.env, cases[i].env);
		if (str_starts(str_from(cases[i].env), "AWS_DEFAULT_REGION"))
			strlist_add(&client.env, "AWS_REGION=eu-west-1");
		cr_expect_neq(aws(&client, "list-buckets"), 0);
		expect_says(&client, cases[i].part);
	}
	AUTO_CLEAR(Client) client = {0};
	aws_begin(&client);
	cr_expect_neq(aws(&client, "list-objects-v2", "--bucket", "none"), 0);
	expect_says(&client, "NoSuchBucket");
	cr_expect_neq(aws(&client, "get-object", "--bucket", LIVE, "--key", "none", "/dev/null"), 0);
	expect_says(&client, "NoSuchKey");
}
