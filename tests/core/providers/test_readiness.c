/* readiness: each question against a place where what it looks for is missing, and against one where it is there. */
#include <stdlib.h>
#include <sys/stat.h>

#include "core/base/alloc.h"
#include "core/journal/journal.h"
#include "core/providers/readiness/readiness.h"
#include "tests/support/loopback.h"
#include "tests/support/support.h"

#define ANN "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINgbr2CHCqQqE2Cjk7S0jlD0xU8PNX38NVdmHS6SjlyP"
#define BOB "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAzS/tobXq7y1ORLgVCf2PrObJwb4MPDGukoZgvDYJWB"
#define PEOPLE "people:\n  - { name: ann, login: ann, roles: [product] }\n  - { name: bob, login: bob, roles: [engineering] }\n"
#define BASE "name: shop\nkind: drill\nplaybooks: [pages]\nsigners: allowed_signers\n" PEOPLE
#define KEYS "ann namespaces=\"signoff@breakglass\" " ANN "\nbob namespaces=\"signoff@breakglass\" " BOB "\n"
#define PAGE "<!-- bg\nplaybook id=shop review=2099-01-01\n-->\n# Shop\n\n"
#define GATE "1. Stop the shop.\n   <!-- bg gate stop roles=product,engineering distinct=yes -->\n"

typedef struct Place {
	TempFolder folder;
	Environment *environment;
	Call call;
	Readiness readiness;
} Place;

static void place_clear(Place *place) {
	readiness_clear(&place->readiness);
	environment_free(place->environment);
	temp_folder_clear(&place->folder);
}
BG_DEFINE_CLEARP(Place, place_clear)

static void place_begin(Place *place, const char *environment, const char *page, const char *keys) {
	Error err = {0};
	*place = (Place){.folder = temp_folder()};
	(void) temp_write(&place->folder, "pages/shop.md", page);
	if (keys)
		(void) temp_write(&place->folder, "allowed_signers", keys);
	assert_ok(environment_load(temp_write(&place->folder, "environment.yaml", environment), &place->environment, &err), &err);
	place->call = (Call){.environment = place->environment, .deadline = {mono_now().ms + 60000}};
	place->readiness = (Readiness){.call = &place->call, .environment = place->environment, .now = {INT64_C(1795000000000)}};
	readiness_load(&place->readiness);
}

/* The state of a question, and whether one of its findings says so. */
static void expect(Place *place, const char *question, ReadingState state, const char *says) {
	const ReadinessQuestion *asked = readiness_find(question);
	cr_assert(asked, "%s", question);
	ReadingState got = readiness_ask(&place->readiness, asked);
	AUTO_CLEAR(Buf) all = {0};
	bool found = !says;
	for (size_t i = 0; i < place->readiness.count; i++) {
		const ReadinessFinding *finding = &place->readiness.found[i];
		buf_printf(&all, "%s: %s (%s) %s\n", reading_state_name(finding->state), finding->what, finding->where, finding->hint);
		found |= says && strstr(finding->what, says) != NULL;
		cr_expect(finding->state == READING_OK || *finding->hint, "%s: nothing says what to do", finding->what);
	}
	cr_expect_eq(got, state, "%s is %s:\n%s", question, reading_state_name(got), buf_text(&all));
	cr_expect(found, "%s does not say \"%s\":\n%s", question, says, buf_text(&all));
}

Test(readiness, a_place_where_all_is_there_is_ready) {
	AUTO_CLEAR(Place) place;
	place_begin(&place, BASE, PAGE GATE "2. Look.\n   ```sh\n   cat /etc/hostname | sort\n   ```\n", KEYS);
	expect(&place, "systems", READING_OK, NULL);
	expect(&place, "credentials", READING_OK, NULL);
	expect(&place, "tools", READING_OK, "sort is /");
	expect(&place, "files", READING_OK, NULL);
	expect(&place, "values", READING_OK, NULL);
	expect(&place, "reviews", READING_OK, NULL);
	/* One each is enough to sign, and too few to sleep. */
	expect(&place, "people", READING_WARN, "only one person can sign as product");
}

Test(readiness, a_playbook_without_its_system_is_told) {
	AUTO_CLEAR(Place) place;
	place_begin(&place, BASE, PAGE "1. Pause it.\n   <!-- bg do concourse.pause pipeline=x -->\n", KEYS);
	expect(&place, "systems", READING_FAIL, "concourse.pause");
	AUTO_CLEAR(Place) wrong;
	place_begin(&wrong, BASE, PAGE "1. Pause it.\n   <!-- bg do concourse.pose pipeline=x -->\n", KEYS);
	expect(&wrong, "systems", READING_FAIL, "E-ACTION");
	AUTO_CLEAR(Place) none;
	place_begin(&none, "name: shop\nkind: drill\nplaybooks: [pages/other.md]\n", PAGE, NULL);
	expect(&none, "systems", READING_FAIL, "other.md");
}

#define CI BASE "systems:\n  ci:\n    provider: concourse\n    url: http://127.0.0.1:1\n    team: main\n    token: "

Test(readiness, a_credential_that_is_not_there_is_told) {
	AUTO_CLEAR(Place) unset;
	place_begin(&unset, CI "{ env: BG_NO_SUCH_VARIABLE }\n", PAGE GATE, KEYS);
	expect(&unset, "credentials", READING_FAIL, "BG_NO_SUCH_VARIABLE is not set");
	AUTO_CLEAR(Place) file;
	place_begin(&file, CI "{ file: token }\n", PAGE GATE, KEYS);
	expect(&file, "credentials", READING_FAIL, "token");
	const char *path = temp_write(&file.folder, "token", "s3cret\n");
	cr_assert_eq(chmod(path, 0644), 0);
	expect(&file, "credentials", READING_FAIL, "token");
	cr_assert_eq(chmod(path, 0600), 0);
	expect(&file, "credentials", READING_OK, "is there");
	AUTO_CLEAR(Place) command;
	place_begin(&command, CI "{ command: [no-such-program, token] }\n", PAGE GATE, KEYS);
	expect(&command, "credentials", READING_FAIL, "no-such-program");
}

Test(readiness, a_secret_is_never_told) {
	AUTO_CLEAR(Place) place;
	cr_assert_eq(setenv("BG_READINESS_TOKEN", "s3cret-9f2", 1), 0);
	place_begin(&place, CI "{ env: BG_READINESS_TOKEN }\n", PAGE GATE, KEYS);
	expect(&place, "credentials", READING_OK, "is there");
	for (size_t i = 0; i < place.readiness.count; i++)
		cr_expect_null(strstr(place.readiness.found[i].what, "s3cret-9f2"));
	cr_assert_eq(unsetenv("BG_READINESS_TOKEN"), 0);
}

/* ---- what they may, and until when ---- */

typedef struct Hub { const char *scopes, *end; size_t asked; } Hub;

static void answer_as_hub(void *userdata, const LoopbackRequest *request, LoopbackReply *reply) {
	Hub *hub = userdata;
	reply->status = 200;
	hub->asked++;
	buf_printf(&reply->headers, "X-OAuth-Scopes: %s\r\n", hub->scopes);
	if (hub->end)
		buf_printf(&reply->headers, "github-authentication-token-expiration: %s\r\n", hub->end);
	buf_puts(&reply->body, strstr(request->target, "/repos/") ? "{\"full_name\":\"octo/app\",\"private\":true,\"permissions\":{\"admin\":true,\"push\":true}}" : "{}");
}

static void place_with_hub(Place *place, Loopback *server, const char *page) {
	AUTO_FREE char *environment = bg_asprintf(BASE "systems:\n  hub:\n    provider: github\n    url: %s\n    repository: octo/app\n    token: { env: BG_READINESS_TOKEN }\n"
		"values: { branch: main }\n", loopback_url(server));
	cr_assert_eq(setenv("BG_READINESS_TOKEN", "s3cret-9f2", 1), 0);
	place_begin(place, environment, page, KEYS);
}

#define TWO_ACTIONS PAGE "<!-- bg var branch ask=\"Which?\" -->\n<!-- bg var repo ask=\"Which?\" -->\n\n" \
	"1. Freeze it.\n   <!-- bg do github.protection approvals=6 branch=${branch}\n   undo github.protection approvals=1 -->\n" \
	"2. Restore it.\n   <!-- bg do github.workflow workflow=restore.yml -->\n"

Test(readiness, what_the_credentials_may_not_is_told) {
	Hub hub = {.scopes = "repo"};
	Loopback *server = loopback_start(answer_as_hub, &hub);
	AUTO_CLEAR(Place) place;
	place_with_hub(&place, server, TWO_ACTIONS);
	expect(&place, "permissions", READING_OK, "hub may start workflows of octo/app");
	cr_expect_eq(hub.asked, 2, "%zu requests: each right once, however many actions want it", hub.asked);
	hub.scopes = "gist";
	expect(&place, "permissions", READING_FAIL, "hub may not change the protection of branches of octo/app: its scopes are gist");
	AUTO_CLEAR(Place) open;
	hub = (Hub){.scopes = "repo"};
	place_with_hub(&open, server, PAGE "<!-- bg var repo ask=\"Which?\" -->\n\n1. Restore it.\n   <!-- bg do github.workflow repo=${repo} workflow=restore.yml -->\n");
	expect(&open, "permissions", READING_OK, "which repository it will be is known in the run only");
	cr_expect(open.readiness.found[0].untold);
	cr_expect_eq(hub.asked, 0);
	loopback_free(server);
	/* Nobody is there any more: one question is enough to know it. */
	expect(&place, "permissions", READING_UNKNOWN, "could not be asked");
	cr_expect_eq(place.readiness.count, 1);
}

typedef struct EndCase { const char *end; ReadingState state; const char *says; } EndCase;

static const EndCase ENDS[] = {   /* now is 2026-11-18 */
	{NULL, READING_OK, "has no end, or none is told"},
	{"2027-11-18 00:00:00 UTC", READING_OK, "counts until"},
	{"2026-11-30 00:00:00 UTC", READING_WARN, "the credential of hub ends Nov 30 00:00Z, in 11 days"},
	{"2026-11-17 00:00:00 UTC", READING_FAIL, "the credential of hub ended Nov 17 00:00Z"},
	{"one day", READING_UNKNOWN, "could not be asked"},
};

Test(readiness, a_credential_that_ends_soon_is_told) {
	Hub hub = {.scopes = "repo"};
	Loopback *server = loopback_start(answer_as_hub, &hub);
	AUTO_CLEAR(Place) place;
	place_with_hub(&place, server, TWO_ACTIONS);
	for (size_t i = 0; i < BG_LENGTH(ENDS); i++) {
		hub.end = ENDS[i].end;
		expect(&place, "expiry", ENDS[i].state, ENDS[i].says);
	}
	AUTO(Json) *args = json_new_object();
	AUTO_CLEAR(Reading) reading = {0};
	hub.end = NULL;
	json_add_string(args, "of", "permissions,expiry");
	place.call.args = args;
	probe_find("readiness.environment")->read(&place.call, &reading);
	cr_expect_eq(reading.state, READING_OK, "%s: %s", reading.text, reading.reason);
	cr_expect_eq(json_get_int(reading.facts, "untold", -1), 1);
	loopback_free(server);
}

typedef struct WordCase { const char *command; const char *missing; } WordCase;

/* What a shell would start, and what it would not. */
static const WordCase WORDS[] = {
	{"no-such-tool --x", "no-such-tool is not"},
	{"cat a | no-such-tool", "no-such-tool is not"},
	{"cat a && sudo no-such-tool", "no-such-tool is not"},
	{"A=1 no-such-tool", "no-such-tool is not"},
	{"if no-such-tool; then echo; fi", "no-such-tool is not"},
	{"echo \"$(no-such-tool)\"", NULL},             /* in quotes: not looked at */
	{"x=$(no-such-tool)", "no-such-tool is not"},
	{"echo no-such-tool", NULL},
	{"echo 'a | no-such-tool'", NULL},
	{"cat a 2>&1 # | no-such-tool", NULL},
	{"export A=no-such-tool; cd /; true", NULL},
	{"./no-such-tool", NULL},
	{"cat <<EOF\n   no-such-tool\n   EOF", NULL},
};

Test(readiness, what_a_shell_would_start_is_looked_for) {
	for (size_t i = 0; i < BG_LENGTH(WORDS); i++) {
		AUTO_FREE char *page = bg_asprintf(PAGE "1. Do it.\n   ```sh\n   %s\n   ```\n", WORDS[i].command);
		AUTO_CLEAR(Place) place;
		place_begin(&place, BASE, page, KEYS);
		expect(&place, "tools", WORDS[i].missing ? READING_FAIL : READING_OK, WORDS[i].missing);
	}
}

/* It records; without it the command runs all the same. */
Test(readiness, script_is_looked_for_where_a_command_wants_a_terminal) {
	static const char *const PAGES[] = {"1. Look.\n   ```sh\n   cat\n   ```\n   <!-- bg cmd tty=yes -->\n", "1. Look.\n   ```sh\n   cat\n   ```\n   <!-- bg cmd tty=yes record=no -->\n",
		"1. Look.\n   ```sh\n   cat\n   ```\n   <!-- bg cmd host=elsewhere tty=yes -->\n"};
	AUTO_FREE char *kept = bg_strdup(getenv("PATH"));
	for (size_t i = 0; i < BG_LENGTH(PAGES); i++) {
		AUTO_FREE char *page = bg_asprintf(PAGE "%s", PAGES[i]);
		AUTO_CLEAR(Place) place;
		place_begin(&place, BASE, page, KEYS);
		(void) temp_write(&place.folder, "bin/cat", "#!/bin/sh\n");
		cr_assert_eq(chmod(temp_path(&place.folder, "bin/cat"), 0755), 0);
		AUTO_FREE char *bin = bg_strdup(temp_path(&place.folder, "bin"));
		cr_assert_eq(setenv("PATH", bin, 1), 0);
		expect(&place, "tools", i == 0 ? READING_WARN : READING_OK, i == 0 ? "script is not on PATH" : NULL);
		(void) temp_write(&place.folder, "bin/script", "#!/bin/sh\n");
		cr_assert_eq(chmod(temp_path(&place.folder, "bin/script"), 0755), 0);
		expect(&place, "tools", READING_OK, i == 0 ? "it records commands" : NULL);
		cr_assert_eq(setenv("PATH", kept, 1), 0);
	}
}

Test(readiness, a_tool_of_the_environments_own_folder_counts) {
	AUTO_CLEAR(Place) place;
	place_begin(&place, BASE "commands: { path: [bin] }\n", PAGE "1. Do it.\n   ```sh\n   no-such-tool --x\n   ```\n", KEYS);
	expect(&place, "tools", READING_FAIL, "no-such-tool is not");
	cr_assert_eq(chmod(temp_write(&place.folder, "bin/no-such-tool", "#!/bin/sh\n"), 0755), 0);
	expect(&place, "tools", READING_OK, "bin/no-such-tool");
}

Test(readiness, a_program_that_a_system_or_a_secret_needs_is_looked_for_where_the_console_finds_it) {
	AUTO_CLEAR(Place) place;
	place_begin(&place, BASE "commands: { path: [bin] }\nsystems:\n  cluster: { provider: k8s, program: [no-such-tool, kubectl] }\n"
		"  ci: { provider: concourse, url: \"http://127.0.0.1:1\", team: main, token: { command: [no-such-tool, token] } }\n", PAGE GATE, KEYS);
	expect(&place, "tools", READING_FAIL, "no-such-tool of cluster is not on PATH");
	/* The folders of the playbooks' commands are not the console's own. */
	const char *program = temp_write(&place.folder, "bin/no-such-tool", "#!/bin/sh\n");
	cr_assert_eq(chmod(program, 0755), 0);
	expect(&place, "tools", READING_FAIL, "no-such-tool of cluster is not on PATH");
	expect(&place, "credentials", READING_FAIL, "the program no-such-tool that brings it is not there");
	AUTO_FREE char *environment = bg_asprintf(BASE "systems:\n  cluster: { provider: k8s, program: \"%s kubectl\" }\n", program);
	AUTO_CLEAR(Place) there;
	place_begin(&there, environment, PAGE GATE, KEYS);
	expect(&there, "tools", READING_OK, "bin/no-such-tool of cluster is");
}

Test(readiness, files_that_cannot_be_read_are_told) {
	AUTO_CLEAR(Place) place;
	place_begin(&place, BASE, PAGE GATE, NULL);
	expect(&place, "files", READING_FAIL, "who signs");
	AUTO_CLEAR(Place) key;
	place_begin(&key, BASE "nodes:\n  list:\n    - { name: n1, address: \"4a1:b2::11\", user: admin, key: node_key }\n", PAGE GATE, KEYS);
	expect(&key, "files", READING_FAIL, "key for the nodes");
	cr_assert_eq(chmod(temp_write(&key.folder, "node_key", "x"), 0644), 0);
	expect(&key, "files", READING_FAIL, "read by others");
	cr_assert_eq(chmod(temp_path(&key.folder, "node_key"), 0600), 0);
	expect(&key, "files", READING_OK, NULL);
}

Test(readiness, values_that_fit_nothing_are_told) {
	const char *page = PAGE "<!-- bg var count type=int ask=\"How many?\" -->\n\n1. Stop ${count} of them.\n";
	AUTO_CLEAR(Place) wrong;
	place_begin(&wrong, BASE "values: { count: many }\n", page, KEYS);
	expect(&wrong, "values", READING_FAIL, "count");
	AUTO_CLEAR(Place) unknown;
	place_begin(&unknown, BASE "values: { count: \"3\", cuont: \"3\" }\n", page, KEYS);
	expect(&unknown, "values", READING_WARN, "no playbook takes the value cuont");
	AUTO_CLEAR(Place) live;
	place_begin(&live, "name: shop\nkind: live\nplaybooks: [pages]\nvalues: { site: shop.example.com }\n", PAGE "<!-- bg var site ask=\"Which?\" -->\n\n1. Stop ${site}.\n", NULL);
	expect(&live, "values", READING_FAIL, "still an example");
}

typedef struct PeopleCase { const char *name, *people, *keys; ReadingState state; const char *says; } PeopleCase;

#define PERSON(name, roles) "  - { name: " name ", login: " name ", roles: [" roles "] }\n"
static const PeopleCase PEOPLE_CASES[] = {
	{"nobody holds it", PERSON("ann", "product"), KEYS, READING_FAIL, "nobody holds the role engineering"},
	{"no key", PERSON("ann", "product") PERSON("bob", "engineering"), "ann " ANN "\n", READING_FAIL, "nobody who holds the role engineering has a key"},
	{"key of the past", PERSON("ann", "product") PERSON("bob", "engineering"), "ann " ANN "\nbob valid-before=\"20200101Z\" " BOB "\n", READING_FAIL,
		"nobody who holds the role engineering has a key"},
	/* Whoever can do without is told all the same. */
	{"a key that ended", PERSON("ann", "product, engineering") PERSON("bob", "engineering, product") PERSON("cat", "product"),
		KEYS "cat valid-before=\"20261101Z\" " ANN "\n", READING_FAIL, "the key of cat ended on Nov 1"},
	{"another namespace", PERSON("ann", "product") PERSON("bob", "engineering"), "ann " ANN "\nbob namespaces=\"git\" " BOB "\n", READING_FAIL,
		"nobody who holds the role engineering has a key"},
	{"one for both", PERSON("ann", "product, engineering"), KEYS, READING_FAIL, "wants 2 different people"},
	{"ends soon", PERSON("ann", "product") PERSON("bob", "engineering"), "ann " ANN "\nbob valid-before=\"20261125Z\" " BOB "\n", READING_WARN, "counts only until"},
	{"both can do both", PERSON("ann", "product, engineering") PERSON("bob", "engineering, product"), KEYS, READING_OK, "ann can sign"},
	/* The first who could be product is needed for engineering. */
	{"seats are swapped", PERSON("ann", "product, engineering") PERSON("bob", "product"), KEYS, READING_WARN, "only one person can sign as engineering"},
};

Test(readiness, gates_that_nobody_could_sign_are_told) {
	for (size_t i = 0; i < BG_LENGTH(PEOPLE_CASES); i++) {
		const PeopleCase *row = &PEOPLE_CASES[i];
		AUTO_FREE char *environment = bg_asprintf("name: shop\nkind: drill\nplaybooks: [pages]\nsigners: allowed_signers\npeople:\n%s", row->people);
		AUTO_CLEAR(Place) place;
		place_begin(&place, environment, PAGE GATE, row->keys);
		expect(&place, "people", row->state, row->says);
	}
}

Test(readiness, a_review_that_is_overdue_or_not_due_at_all_is_told) {
	AUTO_CLEAR(Place) overdue;
	place_begin(&overdue, BASE, "<!-- bg\nplaybook id=shop review=2020-01-01\n-->\n# Shop\n\n1. Stop it.\n", KEYS);
	expect(&overdue, "reviews", READING_WARN, "overdue");
	AUTO_CLEAR(Place) none;
	place_begin(&none, BASE, "# Shop\n\n1. Stop it.\n", KEYS);
	expect(&none, "reviews", READING_WARN, "has no date");
}

static void keep_incident(Place *place, const char *id, bool drill, bool ended, int64_t at_ms) {
	AUTO_FREE char *name = bg_asprintf("incidents/%s", id);
	AUTO_FREE char *data_text = bg_asprintf("{\"drill\":%s,\"title\":\"x\"}", drill ? "true" : "false");
	AUTO_FREE char *marker = bg_asprintf("%s/made", name);
	(void) temp_write(&place->folder, marker, "");
	Journal *journal = NULL;
	JournalOpened opened;
	Error err = {0};
	AUTO(Json) *data = NULL;
	AUTO(Json) *nothing = json_new_object();
	assert_ok(json_parse(str_from(data_text), &data, &err), &err);
	assert_ok(journal_open(temp_path(&place->folder, name), NULL, NULL, &journal, &opened, &err), &err);
	assert_ok(journal_append(journal, "ann", "uid", "incident.declared", data, (WallTime){at_ms - 1000}, 0, NULL, NULL, &err), &err);
	if (ended)
		assert_ok(journal_append(journal, "ann", "uid", "incident.ended", nothing, (WallTime){at_ms}, 1000, NULL, NULL, &err), &err);
	journal_close(journal);
}

Test(readiness, a_drill_that_is_too_long_ago_is_told) {
	const int64_t day = 24LL * 3600 * 1000;
	AUTO_CLEAR(Place) place;
	place_begin(&place, BASE, PAGE GATE, KEYS);
	expect(&place, "drills", READING_UNKNOWN, "not known here");
	place.readiness.incidents = temp_path(&place.folder, "incidents");
	int64_t now = place.readiness.now.ms;
	expect(&place, "drills", READING_WARN, "no drill");
	keep_incident(&place, "1", false, true, now - day);         /* a real one */
	keep_incident(&place, "2", true, false, now - day);         /* not walked to its end */
	expect(&place, "drills", READING_WARN, "no drill");
	keep_incident(&place, "3", true, true, now - 100 * day);
	expect(&place, "drills", READING_WARN, "100 days ago");
	keep_incident(&place, "4", true, true, now - 90 * day);
	expect(&place, "drills", READING_OK, "the last drill ended on");
}

Test(readiness, the_board_tells_the_worst_first) {
	AUTO_CLEAR(Place) place;
	place_begin(&place, BASE, PAGE GATE "2. Do it.\n   ```sh\n   no-such-tool --x\n   ```\n", NULL);
	AUTO(Json) *args = json_new_object();
	AUTO_CLEAR(Reading) reading = {0};
	place.call.args = args;
	probe_find("readiness.environment")->read(&place.call, &reading);
	cr_expect_eq(reading.state, READING_FAIL);
	cr_expect(strstr(reading.text, "tools") && strstr(reading.text, "files"), "%s", reading.text);
	cr_expect(strstr(reading.reason, "no-such-tool is not on PATH"), "%s", reading.reason);
	cr_expect_eq(json_get_int(reading.facts, "tools", -1), 1);
	AUTO_CLEAR(Reading) only = {0};
	json_add_string(args, "of", "systems,reviews");
	probe_find("readiness.environment")->read(&place.call, &only);
	cr_expect_eq(only.state, READING_OK, "%s: %s", only.text, only.reason);
}
