/* What az prints of a database server, and what is made of it; its refusals by their words. The program itself at fault: test_program_matrix.c. */
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/environment/environment.h"
#include "core/providers/az/az.h"
#include "tests/support/support.h"

#define NOW_MS 1795230000000LL      /* 2026-11-21T03:00:00Z */
#define SERVER(state, backup) "{\"name\":\"pg\",\"state\":\"" state "\",\"version\":\"14\",\"backup\":{" backup "}}"
#define WEEK "\"backupRetentionDays\":7,\"earliestRestoreDate\":\"2026-11-14T03:00:00.123456+00:00\",\"geoRedundantBackup\":\"Disabled\""

static Json *json_of(const char *text) {
	Json *json = NULL;
	Error err = {0};
	assert_ok(json_parse(str_from(text), &json, &err), &err);
	return json;
}

Test(az, a_server_is_judged_by_its_state_and_its_backups) {
	static const struct { const char *name, *json; int64_t days; ReadingState state; const char *text, *reason; } CASES[] = {
		{"well", SERVER("Ready", WEEK), 7, READING_OK, "Ready, restorable since Nov 14 03:00Z", NULL},
		{"below properties", "{\"name\":\"PG\",\"properties\":{\"state\":\"Ready\",\"version\":\"16\",\"backup\":{" WEEK "}}}", 0, READING_OK, "Ready, restorable since", NULL},
		{"keeps too little", SERVER("Ready", WEEK), 14, READING_WARN, "Ready, restorable since", "it keeps 7 days, 14 are promised"},
		{"new", SERVER("Ready", "\"backupRetentionDays\":7,\"earliestRestoreDate\":null"), 0, READING_WARN, "Ready, no moment can be restored yet", "its first backup"},
		{"from the future", SERVER("Ready", "\"backupRetentionDays\":7,\"earliestRestoreDate\":\"2026-12-14T03:00:00+00:00\""), 0, READING_WARN, "Ready", "a clock is wrong"},
		{"stopped", SERVER("Stopped", WEEK), 0, READING_FAIL, "Stopped", "start it"},
		{"changing", SERVER("Updating", WEEK), 0, READING_WARN, "Updating", "wait until"},
		{"something new", SERVER("Dreaming", WEEK), 0, READING_WARN, "Dreaming", "not known here"},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO(Json) *json = json_of(CASES[i].json);
		AUTO_CLEAR(Reading) reading = {0};
		AzPostgres server;
		cr_assert(az_postgres_parse(json, "pg", &server), "%s", CASES[i].name);
		az_postgres_judge(&server, &(AzWanted){.retention_days = CASES[i].days}, (WallTime){NOW_MS}, &reading);
		cr_expect_eq(reading.state, CASES[i].state, "%s: %s", CASES[i].name, reading.text);
		cr_expect(str_starts(str_from(reading.text), CASES[i].text), "%s: %s", CASES[i].name, reading.text);
		cr_expect(CASES[i].reason ? reading.reason && strstr(reading.reason, CASES[i].reason) : !reading.reason, "%s: %s", CASES[i].name, reading.reason);
	}
}

Test(az, what_is_no_such_server_is_refused) {
	static const char *const CASES[] = {"{}", "[]", SERVER("", WEEK), SERVER("Ready", ""), SERVER("Ready", "\"backupRetentionDays\":0"), SERVER("Ready", "\"backupRetentionDays\":\"7\""),
		SERVER("Ready", "\"backupRetentionDays\":7,\"earliestRestoreDate\":\"soon\""), SERVER("Ready", "\"backupRetentionDays\":7,\"earliestRestoreDate\":5"),
		"{\"name\":\"other\",\"state\":\"Ready\",\"version\":\"14\",\"backup\":{" WEEK "}}"};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO(Json) *json = json_of(CASES[i]);
		AzPostgres server;
		cr_expect_not(az_postgres_parse(json, "pg", &server), "%s", CASES[i]);
	}
}

/* The window of a restore: from the first moment that is kept to five minutes ago. */
Test(az, a_moment_is_judged_against_what_the_server_keeps) {
	static const struct { const char *at; bool reaches; const char *says; } CASES[] = {
		{"2026-11-20T12:00:00", true, "Ready"}, {"2026-11-21T02:55:00Z", true, "Ready"}, {"2026-11-21T02:55:01Z", false, "Nov 21 02:55Z cannot be restored: it is less than 5 minutes ago"},
		{"2026-11-14T03:00:00.200Z", true, "Ready"}, {"2026-11-14T02:59:59Z", false, "Nov 14 02:59Z cannot be restored: it is before what the server keeps"},
		{"2026-12-01T00:00:00Z", false, "Dec "},
	};
	AUTO(Json) *json = json_of(SERVER("Ready", WEEK));
	AzPostgres server;
	cr_assert(az_postgres_parse(json, "pg", &server));
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(Reading) reading = {0};
		AzWanted wanted = {0};
		cr_assert(wall_parse_iso(str_from(CASES[i].at), &wanted.at));
		az_postgres_judge(&server, &wanted, (WallTime){NOW_MS}, &reading);
		cr_expect_eq(json_get_bool(reading.facts, "reaches", !CASES[i].reaches), CASES[i].reaches, "%s: %s", CASES[i].at, reading.text);
		cr_expect(str_starts(str_from(reading.text), CASES[i].says), "%s: %s", CASES[i].at, reading.text);
		cr_expect(CASES[i].reaches || reading.state == READING_FAIL, "%s", CASES[i].at);
	}
}

Test(az, a_refusal_is_told_by_its_words) {
	static const struct { const char *said; ErrorKind kind; const char *why; } CASES[] = {
		{"ERROR: Please run 'az login' to setup account.\n", ERROR_DENIED, "nobody is logged in to Azure here, or the login ran out: Please run 'az login' to setup account."},
		{"ERROR: AADSTS50076: Due to a configuration change\n", ERROR_DENIED, "the login is not taken: AADSTS50076: Due to a configuration change"},
		{"WARNING: old\nERROR: (ResourceGroupNotFound) Resource group 'g' could not be found.\nCode: ResourceGroupNotFound\n", ERROR_MISSING,
			"there is no such resource group: (ResourceGroupNotFound) Resource group 'g' could not be found."},
		{"ERROR: (AuthorizationFailed) The client 'x' does not have authorization\n", ERROR_DENIED, "403, not allowed: (AuthorizationFailed) The client 'x' does not have authorization"},
		{"ERROR: 'flexible-server' is misspelled or not recognized by the system.\n", ERROR_INVALID, "this az is too old for it: 'flexible-server' is misspelled or not recognized by the system."},
		{"\033[31mwhat\033[0m\r\n", ERROR_REMOTE, "az ended with exit code 1: what"}, {"", ERROR_REMOTE, "az ended with exit code 1 and no word"},
	};
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		Error err = {0};
		cr_expect_not(az_refused(str_from(CASES[i].said), 1, &err));
		assert_text(CASES[i].why, err.why, CASES[i].why);
		cr_expect(err.kind == CASES[i].kind && *err.hint, "%s", CASES[i].why);
	}
}

/* The whole of it, with a program that writes down what it was given. */
static void look(TempFolder *folder, const char *script, const char *settings, Json *args, Reading *ret) {
	AUTO_FREE char *text = bg_asprintf("#!/bin/sh\nfor word; do echo \"$word\"; done >'%s/words'\n%s\n", folder->path, script);
	const char *program = temp_write(folder, "az", text);
	AUTO_FREE char *yaml = bg_asprintf("name: test\nkind: drill\nsystems:\n  s: { provider: az, program: \"%s\"%s }\n", program, settings);
	Environment *environment = NULL;
	Error err = {0};
	cr_assert_eq(chmod(program, 0700), 0);
	assert_ok(environment_parse(str_from(yaml), temp_path(folder, "environment.yaml"), &environment, &err), &err);
	Call call = {.environment = environment, .system = &environment->systems[0], .args = args, .deadline = {mono_now().ms + 60000}};
	az_probe_postgres(&call, ret);
	environment_free(environment);
}

Test(az, it_asks_for_one_server_and_a_missing_one_is_seen) {
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Json) *args = json_new_object();
	AUTO_CLEAR(Reading) good = {0};
	AUTO_CLEAR(Reading) gone = {0};
	AUTO_CLEAR(Reading) nowhere = {0};
	AUTO_CLEAR(Reading) option = {0};
	json_add_string(args, "server", "pg");
	look(&folder, "echo '" SERVER("Ready", WEEK) "'", ", resource-group: prod-rg, subscription: \"Prod 1\"", args, &good);
	cr_expect_eq(good.state, READING_OK, "%s", good.text);
	AUTO_CLEAR(Buf) words = {0};
	Error err = {0};
	assert_ok(file_read(temp_path(&folder, "words"), 1024, &words, &err), &err);
	assert_text("words", buf_text(&words), "postgres\nflexible-server\nshow\n--resource-group=prod-rg\n--name=pg\n--subscription=Prod 1\n--only-show-errors\n--output=json\n");
	look(&folder, "echo \"ERROR: (ResourceNotFound) The Resource 'x' was not found.\" >&2; exit 3", ", resource-group: prod-rg", args, &gone);
	cr_expect(gone.state == READING_FAIL && !json_get_bool(gone.facts, "exists", true) && strstr(gone.reason, "server pg, resource group prod-rg"), "%s: %s", gone.text, gone.reason);
	look(&folder, "exit 0", "", args, &nowhere);
	cr_expect(nowhere.state == READING_UNKNOWN && strstr(nowhere.text, "no resource group is named"), "%s", nowhere.text);
	json_add_string(args, "server", "-x");
	look(&folder, "exit 0", ", resource-group: prod-rg", args, &option);
	cr_expect(option.state == READING_UNKNOWN && strstr(option.text, "cannot be the name of a server"), "%s", option.text);
}
