/* test_environment.c: what a whole file becomes, and what a wrong one is told. */
#include "core/base/alloc.h"
#include "core/environment/environment.h"
#include "tests/support/support.h"

static const char whole[] =
	"name: ocw-production\n"
	"kind: live\n"
	"playbooks: [., /srv/playbooks/x.md]\n"
	"objective: 60m\n"
	"people:\n"
	"  - { name: eng-oncall, login: alice, roles: [engineering], contact: \"+1 555 0100\" }\n"
	"  - { name: prod-oncall, principal: bob@example.org, roles: product }\n"
	"signers: allowed_signers\n"
	"signoff: { validity: 20m, keys: [keys/a], agents: [/run/agent, ~/agent] }\n"
	"systems:\n"
	"  ci: { provider: concourse, url: https://ci.example.org, team: main, token: { flyrc: ci-ocw } }\n"
	"  content:\n"
	"    provider: s3\n"
	"    port: 8443\n"
	"    path-style: true\n"
	"    quoted: \"true\"\n"
	"    regions: [a, b]\n"
	"    credentials: { profile: ocw }\n"
	"    other-key: { file: secrets/key }\n"
	"    third: { command: [pass, show, ocw] }\n"
	"probes:\n"
	"  - { name: backup job, probe: concourse.job, system: ci, job: backup, every: 30s, max-age: 26h, paths: [/, /a] }\n"
	"values: { site: live, count: 10 }\n"
	"damage: { backup: backup job, since: published }\n"
	"group: ops\n";

static Environment *parse(const char *text)
{
	Environment *environment = NULL;
	Error err = { 0 };
	bool ok = environment_parse(str_from(text), "/etc/bg/env.yaml", &environment, &err);
	cr_assert(ok, "%s (%s)", err.why, err.where);
	return environment;
}

Test(environment, people_and_sign_off_are_read)
{
	AUTO(Environment) *e = parse(whole);
	cr_expect_str_eq(e->name, "ocw-production");
	cr_expect_eq(e->kind, ENVIRONMENT_LIVE);
	cr_expect_str_eq(e->folder, "/etc/bg");
	cr_expect_str_eq(e->playbooks.items[1], "/srv/playbooks/x.md");
	cr_expect_eq(e->objective_ms, 3600 * 1000);
	assert_text("group", e->group, "ops");
	cr_expect_eq(e->person_count, 2u);
	const EnvironmentPerson *alice = environment_find_login(e, "alice");
	cr_assert_not_null(alice);
	cr_expect_str_eq(alice->name, "eng-oncall");
	cr_expect_str_eq(alice->principal, "eng-oncall");
	cr_expect_str_eq(alice->contact, "+1 555 0100");
	cr_expect(person_has_role(alice, "engineering"));
	cr_expect(!person_has_role(alice, "product"));
	cr_expect_str_eq(environment_find_principal(e, "bob@example.org")->name, "prod-oncall");
	cr_expect_null(environment_find_login(e, ""), "nobody has an empty login");
	cr_expect_eq(e->signoff.validity_ms, 20 * 60 * 1000);
	cr_expect_eq(e->signoff.plan_age_ms, ENVIRONMENT_DEFAULT_PLAN_AGE_MS);
	cr_expect_str_eq(e->signoff.signers, "/etc/bg/allowed_signers");
	cr_expect_str_eq(e->signoff.keys.items[0], "/etc/bg/keys/a");
	cr_expect_str_eq(e->signoff.agents.items[0], "/run/agent");
	cr_expect_str_eq(e->signoff.agents.items[1], "~/agent");
	cr_expect_str_eq(e->signoff.revoked, "");
	AUTO_CLEAR(StrList) roles = { 0 };
	environment_roles(e, &roles);
	AUTO_FREE char *joined = strlist_join(&roles, " ");
	cr_expect_str_eq(joined, "engineering product");
}

Test(environment, systems_keep_raw_settings_with_places_and_no_secret)
{
	AUTO(Environment) *e = parse(whole);
	const EnvironmentSystem *s = environment_find_system(e, "content");
	cr_assert_not_null(s);
	cr_expect_str_eq(s->provider, "s3");
	cr_expect_str_eq(system_setting(s, "port"), "8443");
	cr_expect(system_setting_bool(s, "path-style", false));
	cr_expect(json_is_bool(json_get(s->settings, "path-style")));
	cr_expect_str_eq(system_setting(s, "quoted"), "true");
	cr_expect_eq(json_count(json_get(s->settings, "regions")), 2u);
	cr_expect_null(json_get(s->settings, "credentials"));
	cr_expect_null(json_get(s->settings, "provider"));
	cr_expect_eq(system_setting_place(s, "port").line, 14);
	cr_expect_eq(system_setting_place(s, "credentials").line, 18);
	cr_expect_eq(system_setting_place(s, "absent").line, 12);
	cr_expect_eq(system_find_secret(s, "credentials")->kind, SECRET_SOURCE_PROFILE);
	cr_expect_str_eq(system_find_secret(s, "credentials")->text, "ocw");
	cr_expect_str_eq(system_find_secret(s, "other-key")->text, "/etc/bg/secrets/key");
	cr_expect_eq(system_find_secret(s, "third")->argv.count, 3u);
	cr_expect_null(system_find_secret(s, "port"));
	cr_expect_str_eq(environment_only_system(e, "concourse")->name, "ci");
	cr_expect_null(environment_only_system(e, "fastly"));
	Error err = { 0 };
	error_set(&err, ERROR_INVALID, "x");
	cr_expect(!environment_error_at(e, system_setting_place(s, "port"), &err));
	cr_expect_str_eq(err.where, "/etc/bg/env.yaml:14:5");
}

Test(environment, a_drill_may_be_briefed)
{
	AUTO(Environment) *told = parse("name: n\nkind: drill\nbriefing:\n  story: >-\n    The light\n    is out.\n  procedure: p\n");
	AUTO(Environment) *silent = parse("name: n\nkind: drill\n");
	assert_text("story", told->briefing.story, "The light is out.");
	assert_text("procedure", told->briefing.procedure, "p");
	assert_text("no story", silent->briefing.story, "");
	assert_text("no procedure", silent->briefing.procedure, "");
}

Test(environment, probes_values_and_damage_are_read)
{
	AUTO(Environment) *e = parse(whole);
	const EnvironmentProbe *p = environment_find_probe(e, "backup job");
	cr_assert_not_null(p);
	cr_expect_str_eq(p->probe, "concourse.job");
	cr_expect_str_eq(p->system, "ci");
	cr_expect_eq(p->every_ms, 30 * 1000);
	cr_expect_eq(p->deadline_ms, 0, "not said: the provider's default counts");
	cr_expect_str_eq(json_get_string(p->args, "max-age"), "26h");
	cr_expect_str_eq(json_get_string(p->args, "paths"), "/,/a");
	cr_expect_eq(json_count(p->args), 3u);
	cr_expect_eq(probe_arg_place(p, "job").line, 22);
	cr_expect_str_eq(json_get_string(e->values, "count"), "10");
	cr_expect_str_eq(e->damage.backup, "backup job");
	cr_expect_str_eq(e->damage.live, "");
	cr_expect_str_eq(e->damage.bucket, "");
	cr_expect_str_eq(e->damage.since, "published");
}

#define HEAD "name: x\nkind: drill\n"

typedef struct ReadinessCase { const char *text, *name; size_t count; } ReadinessCase;

/* Its row comes by itself where there are playbooks, last; one that is written counts instead. */
static const ReadinessCase READINESS_ROWS[] = {
	{HEAD "playbooks: [a.md]\n", "readiness", 1},
	{HEAD "playbooks: [a.md]\nreadiness: true\nprobes:\n  - { name: page, probe: http, url: \"http://[::1]/\" }\n", "readiness", 2},
	{HEAD "playbooks: [a.md]\nreadiness: false\n", NULL, 0},
	{HEAD, NULL, 0},
	{HEAD "playbooks: [a.md]\nprobes:\n  - { name: before the night, probe: readiness.environment, every: 1h }\n", "before the night", 1},
	{HEAD "playbooks: [a.md]\nprobes:\n  - { name: readiness, probe: http, url: \"http://[::1]/\" }\n", "readiness of this place", 2},
};

Test(environment, a_place_with_playbooks_has_a_reading_of_what_they_lack)
{
	for (size_t i = 0; i < BG_LENGTH(READINESS_ROWS); i++) {
		const ReadinessCase *row = &READINESS_ROWS[i];
		AUTO(Environment) *e = parse(row->text);
		cr_expect_eq(e->probe_count, row->count, "%zu: %zu probes", i, e->probe_count);
		const EnvironmentProbe *last = e->probe_count ? &e->probes[e->probe_count - 1] : NULL;
		cr_expect(!row->name || (last && text_eq(last->name, row->name) && text_eq(last->probe, "readiness.environment")), "%zu", i);
	}
}

typedef struct Refusal {
	const char *name, *text, *where, *why, *hint;
} Refusal;

static const Refusal refusals[] = {
	{ "unknown key", HEAD "peopel: []\n", "e:3:1", "in the environment, the key \"peopel\" is not known", "did you mean \"people\"?" },
	{ "a list at the top", "- a\n", "e:1:1", "the environment must be a map, but this is a list", "write it as \"key: value\" lines" },
	{ "no name", "kind: live\n", "e:1:1", "the environment needs the key \"name\"",
		"What this environment is called on every screen and in every signed statement." },
	{ "unknown kind", "name: x\nkind: drlil\n", "e:2:1", "for kind, the word \"drlil\" is not known", "did you mean \"drill\"?" },
	{ "far from any kind", "name: x\nkind: production\n", "e:2:1", "for kind, the word \"production\" is not known", "known here: live, drill" },
	{ "not dedicated or not", HEAD "dedicated: maybe\n", "e:3:1", "for dedicated, the word \"maybe\" is not known", "known here: false, true" },
	{ "empty name", "name:\nkind: live\n", "e:1:1", "name is empty", "give it a value or remove the line" },
	{ "name is a list", "name: [a]\nkind: live\n", "e:1:1", "name must be a text, but this is a list", "write one value, without [ ] or { }" },
	{ "bidi control in a text", "name: \"a\\u202eb\"\nkind: live\n", "e:1:1", "name holds a character that cannot be seen, or that turns text around",
		"write it anew, with letters that can be seen" },
	{ "line break in a text", "name: \"a\\nb\"\nkind: live\n", "e:1:1", "name holds a line break or a control character",
		"keep it to one line" },
	{ "bad span", HEAD "objective: soon\n", "e:3:1", "objective is not a length of time: soon",
		"write a number with s, m, h or d: 30s, 15m, 26h, 7d" },
	{ "zero span", HEAD "objective: 0s\n", "e:3:1", "objective is not a length of time: 0s",
		"write a number with s, m, h or d: 30s, 15m, 26h, 7d" },
	{ "a zone by its abbreviation", HEAD "zones: [Europe/London, BST]\n", "e:3:1", "\"BST\" is no name of a time zone", "write a name such as Europe/London" },
	{ "more zones than fit", HEAD "zones: [A/a, A/b, A/c, A/d, A/e, A/f, A/g]\n", "e:3:1", "more than 6 zones do not fit on a screen", "name those that people look at" },
	{ "people not a list", HEAD "people: { a: 1 }\n", "e:3:1", "people must be a list, but this is a map", "begin each item with \"- \"" },
	{ "person without a name", HEAD "people:\n  - { login: a }\n", "e:4:5", "a person needs the key \"name\"",
		"The name that records show; unique." },
	{ "one login for two", HEAD "people:\n  - { name: a, login: l }\n  - { name: b, login: l }\n", "e:5:5",
		"two people have the same login: \"a\" and \"b\"", "give each person one entry, with all of their roles" },
	{ "one principal for two", HEAD "people:\n  - { name: a }\n  - { name: b, principal: a }\n", "e:5:5",
		"two people have the same principal: \"a\" and \"b\"", "give each person one entry, with all of their roles" },
	{ "system without provider", HEAD "systems:\n  ci: { url: x }\n", "e:4:3", "a system needs the key \"provider\"",
		"Which adapter speaks to it: aws, azure, backup, concourse, couchdb, fastly, github, s3, http, mycelium, slack, trello." },
	{ "a secret in the file", HEAD "systems:\n  cdn: { provider: fastly, token: abcdef }\n", "e:4:28",
		"token would be a secret in the environment file",
		"take the secret out of this file, renew it, and write { env: NAME } or { file: PATH }" },
	{ "unknown secret source", HEAD "systems:\n  cdn: { provider: fastly, token: { enw: X } }\n", "e:4:37",
		"in the source of a secret, the key \"enw\" is not known", "did you mean \"env\"?" },
	{ "two secret sources", HEAD "systems:\n  cdn: { provider: fastly, token: { env: X, file: y } }\n", "e:4:28",
		"token needs exactly one source", "one of env, file, command, flyrc, profile" },
	{ "command as a text", HEAD "systems:\n  cdn: { provider: fastly, token: { command: pass x } }\n", "e:4:37",
		"command must be a list of a program and its arguments", "write it as [program, argument, ...]; no shell reads it" },
	{ "probe of an unknown system", HEAD "systems:\n  ci: { provider: concourse }\nprobes:\n  - { name: a, probe: p.q, system: c }\n",
		"e:6:28", "the system \"c\" is not known", "did you mean \"ci\"?" },
	{ "probe of no system at all", HEAD "probes:\n  - { name: a, probe: p.q, system: ci }\n", "e:4:28",
		"the system \"ci\" is not known", "there are none in this file" },
	{ "two probes of one name", HEAD "probes:\n  - { name: a, probe: p.q }\n  - { name: a, probe: p.r }\n", "e:5:5",
		"two probes are called \"a\"", "give each probe its own name" },
	{ "a briefing in earnest", "name: x\nkind: live\nbriefing: { story: x }\n", "e:3:1", "a briefing is for drills, and this environment is live",
		"say kind: drill, or leave it out" },
	{ "a briefing of nothing", "name: n\nkind: drill\nbriefing: { procedure: p }\n", "e:3:1", NULL, NULL },
	{ "damage of an unknown probe", HEAD "damage: { live: l }\n", "e:3:11", "the probe \"l\" is not known", "there are none in this file" },
	{ "comma inside a list argument", HEAD "probes:\n  - { name: a, probe: p.q, paths: [\"x,y\"] }\n", "e:4:28",
		"an item of the list paths holds a comma", "write that value elsewhere or without the comma" },
	{ "values not a map", HEAD "values: [a]\n", "e:3:1", "values must be a map, but this is a list", "write it as \"name: value\" lines" },
	{ "map as a value", HEAD "values: { a: { b: c } }\n", "e:3:11", "a must be a text, but this is a map",
		"write one value, without [ ] or { }" },
	{ "announce elsewhere", "name: t\nkind: live\nsystems:\n  s: { provider: s3, url: x }\nannounce: { system: s, channel: C1 }\n", "e:5:13",
		"s is not a slack system", "name a system whose provider is slack" },
	{ "announce nowhere", "name: t\nkind: live\nsystems:\n  s: { provider: slack, token: { env: X } }\nannounce: { system: s }\n", "e:5:1",
		"the channel for announcements is not named", "add channel: C0123456789, as its details in Slack show it" },
	{ "announce by webhook", "name: t\nkind: live\nsystems:\n  s: { provider: slack, webhook: { env: X } }\nannounce: { system: s, channel: C1 }\n", "e:5:24",
		"a webhook posts to its own channel", "leave it out, or give the system a token" },
	{ "not yaml", "name: [\n", "e:2:1", NULL, NULL },
};

Test(environment, a_wrong_file_is_told_where_why_and_what_to_do)
{
	for (size_t i = 0; i < BG_LENGTH(refusals); i++) {
		const Refusal *c = &refusals[i];
		Environment *environment = NULL;
		Error err = { 0 };
		cr_assert(!environment_parse(str_from(c->text), "e", &environment, &err), "%s was accepted", c->name);
		cr_expect_null(environment);
		cr_expect_str_eq(err.what, "read the environment");
		cr_expect_str_eq(err.where, c->where, "%s: where is %s", c->name, err.where);
		if (c->why)
			cr_expect_str_eq(err.why, c->why, "%s: why is %s", c->name, err.why);
		if (c->hint)
			cr_expect_str_eq(err.hint, c->hint, "%s: hint is %s", c->name, err.hint);
	}
}

Test(environment, a_missing_file_says_so)
{
	Environment *environment = NULL;
	Error err = { 0 };
	cr_assert(!environment_load("/nonexistent/env.yaml", &environment, &err));
	cr_expect_eq(err.kind, ERROR_MISSING);
	cr_expect(strstr(err.where, "/nonexistent/env.yaml"));
	cr_expect(err.hint[0]);
}
