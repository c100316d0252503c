/* Amazon's command line against the simulated S3: its signatures are accepted, its listings whole, its errors understood. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "../core/sandbox/ground.h"
#include "tests/support/process.h"

#define LIVE "ocw-content-live-production"
#define MAX_WORDS 12

typedef struct Client { Ground ground; TempFolder home; } Client;

static void client_begin(Client *client) {
	AUTO_CLEAR(ProgramRun) version = {0};
	if (!have_program("aws"))
		cr_skip_test("the program aws is not there (Debian package awscli)");
	run_program((const char *const[]){"aws", "--version", NULL}, "", NULL, &version);
	if (version.status != 0)
		cr_skip_test("the program aws does not run: %s", buf_text(&version.err));
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

static void run(Client *client, const char *secret, const char *region, const char *const words[], ProgramRun *ret) {
	AUTO_FREE char *config = bg_asprintf("AWS_CONFIG_FILE=%s/config", client->home.path);
	AUTO_FREE char *shared = bg_asprintf("AWS_SHARED_CREDENTIALS_FILE=%s/credentials", client->home.path);
	AUTO_FREE char *id = bg_asprintf("AWS_ACCESS_KEY_ID=%s", client->ground.s3_key_id);
	AUTO_FREE char *key = bg_asprintf("AWS_SECRET_ACCESS_KEY=%s", secret ? secret : secret_reveal(client->ground.s3_secret));
	AUTO_FREE char *place = bg_asprintf("AWS_DEFAULT_REGION=%s", region ? region : "us-east-1");
	AUTO_FREE char *endpoint = bg_asprintf("--endpoint-url=%s", sandbox_url(client->ground.sandbox, "s3"));
	const char *const env[] = {config, shared, id, key, place, "AWS_EC2_METADATA_DISABLED=true", "AWS_PAGER=", "NO_PROXY=127.0.0.1",
		"AWS_MAX_ATTEMPTS=1", NULL};
	static const char *const UNWANTED[] = {"AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_REGION", "AWS_CA_BUNDLE", "AWS_ENDPOINT_URL"};
	for (size_t i = 0; i < BG_LENGTH(UNWANTED); i++)
		unsetenv(UNWANTED[i]);
	const char *argv[MAX_WORDS + 3] = {"aws", endpoint};
	for (size_t i = 0; words[i] && i < MAX_WORDS; i++)
		argv[i + 2] = words[i];
	run_program(argv, "", env, ret);
}

#define expect_with(client, secret, region, good, part, ...) do { \
		AUTO_CLEAR(ProgramRun) run_ = {0}; \
		run((client), (secret), (region), (const char *const[]){__VA_ARGS__, NULL}, &run_); \
		AUTO_FREE char *said_ = bg_asprintf("%s%s", buf_text(&run_.out), buf_text(&run_.err)); \
		cr_assert((run_.status == 0) == (good) && strstr(said_, (part)), "status %d, said: %s", run_.status, said_); \
	} while (0)
#define expect(client, good, part, ...) expect_with((client), NULL, NULL, (good), (part), __VA_ARGS__)

Test(client_aws, lists_buckets_and_objects_in_pages) {
	AUTO_CLEAR(Client) client = {0};
	client_begin(&client);
	expect(&client, true, "\"" LIVE "\"", "s3api", "list-buckets");
	expect(&client, true, "1298\n", "s3api", "list-objects-v2", "--bucket", LIVE, "--query", "length(Contents)", "--page-size", "100");
	expect(&client, true, "37\n", "s3api", "list-objects-v2", "--bucket", LIVE, "--delimiter", "/", "--prefix", "courses/", "--page-size",
		"7", "--query", "length(CommonPrefixes)");
	expect(&client, true, "sitemap.xml", "s3", "ls", "s3://" LIVE);
	expect(&client, true, "User-agent: *\n", "s3", "cp", "s3://" LIVE "/robots.txt", "-");
	expect(&client, true, "\"ContentLength\": 23", "s3api", "head-object", "--bucket", LIVE, "--key", "robots.txt");
}

Test(client_aws, understands_how_it_is_refused) {
	AUTO_CLEAR(Client) client = {0};
	client_begin(&client);
	expect(&client, false, "(NoSuchBucket)", "s3api", "list-objects-v2", "--bucket", "nope");
	expect(&client, false, "(404)", "s3api", "head-object", "--bucket", LIVE, "--key", "nope");
	expect_with(&client, "wrong", NULL, false, "(SignatureDoesNotMatch)", "s3api", "list-objects-v2", "--bucket", LIVE);
	/* It reads the right region out of the refusal and asks again. */
	expect_with(&client, NULL, "eu-west-1", true, "sitemap.xml", "s3api", "list-objects-v2", "--bucket", LIVE);
}

/* What a bucket is set up by, and IAM: its requests come with sums and regions as Amazon's own tool makes them. */
Test(client_aws, sets_buckets_up_and_asks_for_policies) {
	AUTO_CLEAR(Client) client = {0};
	client_begin(&client);
	expect_with(&client, NULL, "us-east-2", true, "made-by-aws", "s3api", "create-bucket", "--bucket", "made-by-aws", "--create-bucket-configuration",
		"LocationConstraint=us-east-2");
	expect_with(&client, NULL, "us-east-2", true, "", "s3api", "put-bucket-versioning", "--bucket", "made-by-aws", "--versioning-configuration", "Status=Enabled");
	expect(&client, true, "arn:aws:s3:::project-assets", "iam", "get-role-policy", "--role-name", "ContainerInstanceRole", "--policy-name", "AssetsManagementPolicy");
}
