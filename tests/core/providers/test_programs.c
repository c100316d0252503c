/* Who in an environment needs a program, so that the others can give up starting any. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/programs.h"
#include "tests/support/support.h"

static char *names_of(const char *text) {
	AUTO(Environment) *environment = NULL;
	AUTO_CLEAR(StrList) who = {0};
	Error err = {0};
	assert_ok(environment_parse(str_from(text), "e", &environment, &err), &err);
	programs_of_environment(environment, &who);
	return strlist_join(&who, "; ");
}

#define HEAD "name: n\nkind: live\n"
#define S3(more) HEAD "systems:\n  store: { provider: s3, endpoint: \"http://127.0.0.1:1\", " more " }\n"

Test(programs, only_what_cannot_be_had_without_one_is_named) {
	static const struct { const char *name, *environment, *who; } cases[] = {
		{"nothing", HEAD, ""},
		{"secrets that are read", HEAD "systems:\n  cdn: { provider: fastly, token: { env: T } }\n  ci: { provider: concourse, url: \"http://x\", team: t, token: { file: f } }\n", ""},
		{"a secret by command", HEAD "systems:\n  cdn: { provider: fastly, token: { command: [pass, show, x] } }\n", "token of cdn (command pass)"},
		{"keys of its own", S3("access-key-id: { env: A }, secret-access-key: { env: B }"), ""},
		{"a profile with keys", S3("credentials: { profile: plain }"), ""},
		{"a profile with a process", S3("credentials: { profile: made }"), "store (credential_process of its AWS profile)"},
		{"nothing said: the default profile", S3("region: r"), ""},
		{"a cluster", HEAD "systems:\n  prod: { provider: k8s }\n", "prod (kubectl)"},
		{"nodes", HEAD "nodes:\n  list:\n    - { name: a, address: \"400::1\", user: u }\n", "nodes (ssh, for what libssh2 cannot do)"},
	};
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	setenv("AWS_CONFIG_FILE", temp_write(&folder, "config", "[profile made]\ncredential_process = make-keys\n[profile plain]\nregion = r\n"), 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", temp_write(&folder, "credentials", "[plain]\naws_access_key_id = a\naws_secret_access_key = b\n"), 1);
	unsetenv("AWS_PROFILE");
	unsetenv("AWS_ACCESS_KEY_ID");
	unsetenv("AWS_SECRET_ACCESS_KEY");
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_FREE char *who = names_of(cases[i].environment);
		assert_text(cases[i].name, who, cases[i].who);
	}
}

Test(programs, of_the_verbs_those_of_programs_are_named) {
	static const struct { const char *verb, *who; } cases[] = {
		{"command.run", "command.run"}, {"k8s.scale", "k8s.scale"}, {"fastly.activate", ""}, {"concourse.pause", ""}, {"nothing.at-all", ""}, {"", ""},
	};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(StrList) who = {0};
		programs_of_verb(cases[i].verb, &who);
		AUTO_FREE char *names = strlist_join(&who, "; ");
		assert_text(cases[i].verb, names, cases[i].who);
	}
}

/* A confined process may write there, and nowhere else. */
Test(programs, an_action_names_the_folders_in_which_it_keeps_something) {
	static const struct { const char *verb, *folders; } cases[] = {{"backup.verify", "/srv/sets"}, {"couchdb.restore", ""}, {"fastly.clone", ""}, {"nonsense", ""}};
	AUTO(Environment) *environment = NULL;
	AUTO(Json) *args = json_new_object();
	Error err = {0};
	assert_ok(environment_parse(STR(HEAD "systems:\n  b: { provider: backup, folder: /srv/sets }\n"), "e", &environment, &err), &err);
	Call call = {.environment = environment, .args = args};
	for (size_t i = 0; i < BG_LENGTH(cases); i++) {
		AUTO_CLEAR(StrList) folders = {0};
		provider_write_folders(&call, cases[i].verb, &folders);
		AUTO_FREE char *text = strlist_join(&folders, " ");
		assert_text(cases[i].verb, text, cases[i].folders);
	}
}
