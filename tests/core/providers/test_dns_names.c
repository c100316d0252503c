/* dns.aaaa, dns.records and dns.zone, with name servers of the test's own: what is wanted, who still answers the old, and every fault of a server. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/providers/dns/dns_names.h"
#include "tests/support/loopback.h"
#include "tests/support/name_server.h"
#include "tests/support/support.h"

#define SCHOOL "school.example.com"
static const NameRow NEW[] = {{SCHOOL, DNS_AAAA, "4a1:b2::11", 300}, {SCHOOL, DNS_AAAA, "4a1:b2::12", 300}, {"studio." SCHOOL, DNS_AAAA, "4a1:b2::11", 300},
	{"studio." SCHOOL, DNS_AAAA, "4a1:b2::12", 300}, {"monitoring." SCHOOL, DNS_AAAA, "4a1:b2::11", 300}, {0}};
static const NameRow OLD[] = {{SCHOOL, DNS_AAAA, "4a1:b2::11", 3600}, {SCHOOL, DNS_AAAA, "4a1:b2::9", 3600}, {"studio." SCHOOL, DNS_AAAA, "4a1:b2::9", 3600},
	{"monitoring." SCHOOL, DNS_AAAA, "4a1:b2::11", 300}, {0}};
static const NameRow FOUR[] = {{SCHOOL, DNS_A, "192.0.2.7", 300}, {0}};
static const NameRow ALIAS[] = {{SCHOOL, DNS_CNAME, "cdn.example.net", 300}, {0}};

#define CLUSTER "{\"domain\": \"School.Example.com\", \"nodes\": [" \
	"{\"name\": \"node1\", \"ipv6\": \"4a1:b2:0::11\", \"user\": \"admin\", \"role\": \"master+worker\", \"is_first_master\": true}," \
	"{\"name\": \"node2\", \"ipv6\": \"4a1:b2::12\", \"user\": \"admin\", \"role\": \"master+worker\"}," \
	"{\"name\": \"node4\", \"ipv6\": \"4a1:b2::14\", \"user\": \"admin\", \"role\": \"backup\"}]}"

typedef struct Scene {
	TempFolder folder;
	Environment *environment;
	Json *args;
	Call call;
	int64_t deadline_ms;
	Buf out;
} Scene;

static void take_output(void *userdata, bool is_stderr, Str bytes) {
	cr_expect(!is_stderr);
	buf_put_str(&((Scene *) userdata)->out, bytes);
}

/* `systems`: YAML below it, "" for none. */
static void scene_begin(Scene *scene, const char *systems, bool cluster) {
	Error err = {0};
	scene->folder = temp_folder();
	if (cluster)
		temp_write(&scene->folder, "cluster-config.json", CLUSTER);
	AUTO_FREE char *text = bg_asprintf("name: test\nkind: drill\n%s%s%s", cluster ? "nodes:\n  cluster: cluster-config.json\n" : "", *systems ? "systems:\n" : "", systems);
	assert_ok(environment_parse(str_from(text), temp_path(&scene->folder, "environment.yaml"), &scene->environment, &err), &err);
	assert_ok(provider_check_environment(scene->environment, &err), &err);
	scene->args = json_new_object();
	scene->call = (Call){.environment = scene->environment, .args = scene->args, .output = take_output, .userdata = scene};
	assert_ok(provider_choose_system(scene->environment, "dns.aaaa", scene->args, &scene->call.system, &err), &err);
}

static void scene_clear(Scene *scene) {
	environment_free(scene->environment);
	json_free(scene->args);
	buf_clear(&scene->out);
	temp_folder_clear(&scene->folder);
}
BG_DEFINE_CLEARP(Scene, scene_clear)

static void scene_read(Scene *scene, const char *verb, const char *const *args, Reading *ret) {
	Error err = {0};
	const Probe *probe = probe_find(verb);
	json_free(scene->args);
	scene->call.args = scene->args = json_new_object();
	for (size_t i = 0; args && args[i]; i += 2)
		json_add_string(scene->args, args[i], args[i + 1]);
	assert_ok(provider_check_args(&probe->spec, scene->args, &err), &err);
	scene->call.deadline = (MonoTime){mono_now().ms + (scene->deadline_ms ? scene->deadline_ms : 20000)};
	probe->read(&scene->call, ret);
	ret->name = bg_strdup("it");
}

static void expect(const Reading *reading, ReadingState state, const char *text, const char *reason) {
	cr_expect_eq(reading->state, state, "%s: %s", reading_state_name(reading->state), reading->text);
	assert_text("text", reading->text, text);
	cr_expect(!reason || (reading->reason && strstr(reading->reason, reason)), "%s", reading->reason);
	cr_expect(state == READING_OK || (reading->reason && strstr(reading->reason, SCHOOL)), "it does not say where: %s", reading->reason);
}

static void expect_fact(const Reading *reading, const char *key, const char *value) { assert_text(key, json_get_string_or(reading->facts, key, "-"), value); }

/* ---- two servers of a zone ---- */

typedef struct Zone { NameServer *one, *two; char *servers; } Zone;

static Zone zone_begin(const NameRow *one, const NameRow *two) {
	Zone zone = {name_server_start("127.0.0.1", one, NAME_WHOLE), name_server_start("127.0.0.1", two, NAME_WHOLE), NULL};
	zone.servers = bg_asprintf("%s,%s", name_server_at(zone.one), name_server_at(zone.two));
	return zone;
}

static void zone_clear(Zone *zone) {
	zone->one = name_server_free(zone->one);
	zone->two = name_server_free(zone->two);
	free(zone->servers);
}
BG_DEFINE_CLEARP(Zone, zone_clear)

Test(dns_names, every_server_answers_what_is_wanted) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Zone) zone = zone_begin(NEW, NEW);
	scene_begin(&scene, "", true);
	static const char *const WANTS[] = {"[4a1:b2::11], 4a1:b2:0:0::12", "masters", "node1,node2", "4a1:b2::12"};
	for (size_t i = 0; i < BG_LENGTH(WANTS); i++) {
		AUTO_CLEAR(Reading) reading = {0};
		scene_read(&scene, "dns.aaaa", (const char *const[]){"name", "School.example.com.", "server", zone.servers, "has", WANTS[i], NULL}, &reading);
		expect(&reading, READING_OK, "4a1:b2::11, 4a1:b2::12 on all of 2 servers, ttl 5 m 00 s", NULL);
		expect_fact(&reading, "have", "4a1:b2::11,4a1:b2::12");
		expect_fact(&reading, "missing", "");
		cr_expect(json_get_int(reading.facts, "right", 0) == 2 && json_get_int(reading.facts, "ttl", 0) == 300000 && !reading.by_name);
	}
}

Test(dns_names, who_still_answers_the_old_is_named) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Zone) zone = zone_begin(NEW, OLD);
	AUTO_CLEAR(Reading) reading = {0};
	AUTO_CLEAR(Reading) lacks = {0};
	AUTO_CLEAR(Reading) only = {0};
	scene_begin(&scene, "", true);
	scene_read(&scene, "dns.aaaa", (const char *const[]){"name", SCHOOL, "server", zone.servers, "has", "masters", "lacks", "4a1:b2::9", NULL}, &reading);
	AUTO_FREE char *text = bg_asprintf("1 of 2 servers still answer the old: %s answers 4a1:b2::11, 4a1:b2::9", name_server_at(zone.two));
	expect(&reading, READING_FAIL, text, "publish at " SCHOOL ": 4a1:b2::11, 4a1:b2::12, without 4a1:b2::9, on every server, then look again; caches keep what they have for up to 1 h");
	expect_fact(&reading, "missing", "4a1:b2::12");
	expect_fact(&reading, "extra", "4a1:b2::9");
	cr_expect(strstr(json_get_string_or(reading.facts, "old", ""), name_server_at(zone.two)) && json_get_int(reading.facts, "right", 0) == 1);
	scene_read(&scene, "dns.aaaa", (const char *const[]){"name", SCHOOL, "server", zone.servers, "has", "node1", NULL}, &lacks);
	cr_expect_eq(lacks.state, READING_OK, "%s", lacks.text);
	scene_read(&scene, "dns.aaaa", (const char *const[]){"name", SCHOOL, "server", zone.servers, "has", "node1", "only", "yes", NULL}, &only);
	cr_expect(only.state == READING_FAIL && json_get_int(only.facts, "right", -1) == 0 && strstr(only.reason, "and nothing else"), "%s", only.reason);
}

Test(dns_names, without_a_wish_the_servers_must_agree) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Zone) zone = zone_begin(NEW, OLD);
	AUTO_CLEAR(Reading) differ = {0};
	AUTO_CLEAR(Reading) agree = {0};
	scene_begin(&scene, "", false);
	const char *const args[] = {"name", SCHOOL, "server", zone.servers, NULL};
	scene_read(&scene, "dns.aaaa", args, &differ);
	expect(&differ, READING_WARN, "the 2 servers say different things: 4a1:b2::11, 4a1:b2::12, 4a1:b2::9", "look whether the zone was copied");
	name_server_rows(zone.two, NEW);
	scene_read(&scene, "dns.aaaa", args, &agree);
	cr_expect_eq(agree.state, READING_OK);
}

Test(dns_names, a_name_without_an_address_has_failed) {
	static const struct { const NameRow *rows; const char *text; } CASES[] = {
		{NULL, "1 of 1 servers have no address: %s knows no such name"}, {FOUR, "1 of 1 servers have no address: %s has no AAAA of it"},
		{ALIAS, "1 of 1 servers have no address: %s says it is an alias of cdn.example.net"}};
	AUTO_CLEAR(Scene) scene = {0};
	AUTO(NameServer) *server = name_server_start("::1", NULL, NAME_WHOLE);
	scene_begin(&scene, "", false);
	for (size_t i = 0; i < BG_LENGTH(CASES); i++) {
		AUTO_CLEAR(Reading) reading = {0};
		name_server_rows(server, CASES[i].rows);
		scene_read(&scene, "dns.aaaa", (const char *const[]){"name", SCHOOL, "server", name_server_at(server), NULL}, &reading);
		AUTO_CLEAR(Buf) text = {0};
		const char *at = strstr(CASES[i].text, "%s");
		buf_printf(&text, "%.*s%s%s", (int) (at - CASES[i].text), CASES[i].text, name_server_at(server), at + 2);
		expect(&reading, READING_FAIL, buf_text(&text), "publish at");
	}
}

/* ---- every fault, on the only server and on one of two: never green ---- */

static const struct { const char *name; NameFault fault; const char *says; bool slow, gone; } FAULTS[] = {
	{"refused", NAME_WHOLE, "connection refused", false, true},
	{"silent", NAME_SILENT, "no answer in time", true, false},
	{"SERVFAIL", NAME_SERVFAIL, "cannot tell: it failed (SERVFAIL)", false, false},
	{"REFUSED", NAME_REFUSED, "refuses to tell (REFUSED)", false, false},
	{"FORMERR", NAME_FORMERR, "does not understand the question", false, false},
	{"from a cache", NAME_FROM_CACHE, "does not answer for this zone", false, false},
	{"always cut off", NAME_ALWAYS_TRUNCATED, "answers with half of it", false, false},
	{"cut over TCP", NAME_TCP_CUT, "the answer is cut off", false, false},
	{"garbage", NAME_GARBAGE, "no answer in time; what came was no answer to the question", true, false},
	{"a record with no end", NAME_HALF, "answers with what is not DNS", false, false},
	{"a name in a circle", NAME_LOOP, "answers with a record that is broken", false, false},
	{"another id", NAME_OTHER_ID, "no answer in time", true, false},
	{"another question", NAME_OTHER_QUESTION, "no answer in time", true, false},
	{"a flood", NAME_FLOOD, "more than 256 records", false, false},
};

Test(dns_names, what_a_server_does_wrong_is_never_green) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Zone) zone = zone_begin(NEW, NEW);
	AUTO_FREE char *unused = bg_asprintf("127.0.0.1:%d", loopback_unused_port());
	scene_begin(&scene, "", false);
	for (size_t i = 0; i < BG_LENGTH(FAULTS); i++) {
		const char *bad = FAULTS[i].gone ? unused : name_server_at(zone.two);
		AUTO_FREE char *both = bg_asprintf("%s,%s", name_server_at(zone.one), bad);
		AUTO_CLEAR(Reading) alone = {0};
		AUTO_CLEAR(Reading) one_of_two = {0};
		name_server_fault(zone.two, FAULTS[i].fault);
		scene.deadline_ms = FAULTS[i].slow ? 250 : 0;
		scene_read(&scene, "dns.aaaa", (const char *const[]){"name", SCHOOL, "server", bad, "has", "4a1:b2::11", NULL}, &alone);
		cr_expect_eq(alone.state, READING_UNKNOWN, "%s: %s", FAULTS[i].name, alone.text);
		cr_expect(strstr(alone.text, FAULTS[i].says) && strstr(alone.text, bad) && strstr(alone.reason, "look at the name servers"), "%s: %s: %s", FAULTS[i].name, alone.text, alone.reason);
		scene_read(&scene, "dns.aaaa", (const char *const[]){"name", SCHOOL, "server", both, "has", "4a1:b2::11", NULL}, &one_of_two);
		cr_expect_eq(one_of_two.state, READING_WARN, "%s: %s", FAULTS[i].name, one_of_two.text);
		cr_expect(strstr(one_of_two.text, "on 1 of 2 servers; the others: ") && strstr(one_of_two.text, bad), "%s: %s", FAULTS[i].name, one_of_two.text);
		cr_expect(strstr(one_of_two.reason, "may still answer the old"), "%s", one_of_two.reason);
	}
}

/* ---- whom to ask ---- */

static const NameRow RESOLVED[] = {{"example.com", DNS_SOA, "ns1.example.com", 60}, {"example.com", DNS_NS, "localhost", 60}, {"localhost", DNS_A, "127.0.0.1", 60}, {0}};

Test(dns_names, the_zone_names_its_servers) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Authorities) found = {0};
	AUTO(NameServer) *resolver = name_server_start("127.0.0.1", RESOLVED, NAME_WHOLE);
	AUTO_FREE char *systems = bg_asprintf("  names: { provider: dns, resolver: '%s' }\n", name_server_at(resolver));
	Error err = {0};
	scene_begin(&scene, systems, false);
	scene.call.deadline = (MonoTime){mono_now().ms + 20000};
	assert_ok(authorities_find(&scene.call, "studio." SCHOOL, &found, &err), &err);
	cr_assert_eq(found.count, 1);
	assert_text("server", found.items[0].name, "localhost (127.0.0.1)");
	cr_expect(found.by_resolver && found.items[0].server.port == DNS_PORT);
	AUTO_CLEAR(Authorities) none = {0};
	assert_refused(authorities_find(&scene.call, "other.org", &none, &err), &err, ERROR_MISSING, "no zone of other.org names its servers");
	name_server_fault(resolver, NAME_SERVFAIL);
	assert_refused(authorities_find(&scene.call, SCHOOL, &none, &err), &err, ERROR_REMOTE, "the resolver cannot tell the servers of " SCHOOL);
	cr_expect(strstr(err.hint, "server=ADDRESS") && strstr(err.where, SCHOOL), "%s", err.hint);
}

Test(dns_names, servers_of_the_system_are_asked) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Zone) zone = zone_begin(NEW, OLD);
	AUTO_CLEAR(Reading) reading = {0};
	AUTO_FREE char *systems = bg_asprintf("  names: { provider: dns, servers: ['%s', '%s'] }\n", name_server_at(zone.one), name_server_at(zone.two));
	scene_begin(&scene, systems, true);
	scene_read(&scene, "dns.records", NULL, &reading);
	cr_expect_eq(reading.state, READING_FAIL);
	cr_expect(strstr(reading.text, "1 of 3 names are as wanted; 1 of 2 servers still answer the old") == reading.text, "%s", reading.text);
	expect_fact(&reading, "wrong", SCHOOL ",studio." SCHOOL);
	cr_expect(json_get_int(reading.facts, "records", 0) == 5 && strstr(reading.reason, "breakglass nodes --dns"), "%s", reading.reason);
	AUTO_CLEAR(Reading) good = {0};
	name_server_rows(zone.two, NEW);
	scene_read(&scene, "dns.records", NULL, &good);
	expect(&good, READING_OK, "5 records of 3 names are published as wanted, on 2 servers", NULL);
	AUTO_CLEAR(Reading) part = {0};
	name_server_fault(zone.two, NAME_REFUSED);
	scene_read(&scene, "dns.records", NULL, &part);
	cr_expect_eq(part.state, READING_WARN, "%s", part.text);
}

Test(dns_names, settings_that_are_none_are_named_with_their_line) {
	AUTO(Environment) *environment = NULL;
	Error err = {0};
	assert_ok(environment_parse(STR("name: test\nkind: drill\nsystems:\n  n: { provider: dns, servers: [ns1.example.com] }\n"), "e.yaml", &environment, &err), &err);
	assert_refused(provider_check_environment(environment, &err), &err, ERROR_INVALID, "\"ns1.example.com\" is no address of a name server");
	cr_expect(strstr(err.where, "e.yaml:4:"), "%s", err.where);
}

static const struct { const char *has, *why; } WRONG[] = {{"school", "\"school\" is no IPv6 address and no node"}, {"192.0.2.1", "is no IPv6 address"},
	{"masters", "no node of the environment is a master"}, {"4a1:b2::11,oops\033[2J", "is no IPv6 address"}};

Test(dns_names, wishes_that_are_none_are_unknown_and_say_so) {
	AUTO_CLEAR(Scene) scene = {0};
	scene_begin(&scene, "", false);
	for (size_t i = 0; i < BG_LENGTH(WRONG); i++) {
		AUTO_CLEAR(Reading) reading = {0};
		scene_read(&scene, "dns.aaaa", (const char *const[]){"name", SCHOOL, "server", "127.0.0.1:1", "has", WRONG[i].has, NULL}, &reading);
		cr_expect(reading.state == READING_UNKNOWN && strstr(reading.text, WRONG[i].why) && !strchr(reading.text, '\033'), "%s", reading.text);
	}
}

/* ---- the records to publish ---- */

Test(dns_names, the_records_are_made_from_the_nodes) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(DnsZone) zone = {0};
	AUTO_CLEAR(Buf) text = {0};
	Error err = {0};
	scene_begin(&scene, "", true);
	assert_ok(dns_zone_wanted(scene.environment, &zone, &err), &err);
	dns_zone_write(&zone, NULL, NULL, &text);
	assert_text("lines", buf_text(&text), "school.example.com. IN AAAA 4a1:b2::11\nschool.example.com. IN AAAA 4a1:b2::12\n\n"
		"studio.school.example.com. IN AAAA 4a1:b2::11\nstudio.school.example.com. IN AAAA 4a1:b2::12\n\nmonitoring.school.example.com. IN AAAA 4a1:b2::11\n");
	AUTO_CLEAR(Scene) bare = {0};
	scene_begin(&bare, "", false);
	AUTO_CLEAR(DnsZone) none = {0};
	assert_refused(dns_zone_wanted(bare.environment, &none, &err), &err, ERROR_MISSING, "the environment has no domain");
}

Test(dns_names, the_lines_say_what_is_published_now) {
	AUTO_CLEAR(Scene) scene = {0};
	AUTO_CLEAR(Zone) zone = zone_begin(NEW, OLD);
	AUTO_CLEAR(Plan) plan = {0};
	AUTO_CLEAR(ActionResult) result = {0};
	Error err = {0};
	scene_begin(&scene, "", true);
	json_add_string(scene.args, "server", zone.servers);
	scene.call.deadline = (MonoTime){mono_now().ms + 20000};
	const Action *action = action_find("dns.zone");
	assert_ok(action->plan(&scene.call, &plan, &err) && action->apply(&scene.call, &plan, &result, &err), &err);
	cr_expect(plan.count == 3 && !result.began, "%zu", plan.count);
	const char *two = name_server_at(zone.two);
	AUTO_FREE char *expected = bg_asprintf("school.example.com. IN AAAA 4a1:b2::11             ; is so now\nschool.example.com. IN AAAA 4a1:b2::12             ; not yet on %s\n"
		"; take out: school.example.com. IN AAAA 4a1:b2::9, still on %s\n\n"
		"studio.school.example.com. IN AAAA 4a1:b2::11      ; not yet on %s\nstudio.school.example.com. IN AAAA 4a1:b2::12      ; not yet on %s\n"
		"; take out: studio.school.example.com. IN AAAA 4a1:b2::9, still on %s\n\nmonitoring.school.example.com. IN AAAA 4a1:b2::11  ; is so now\n", two, two, two, two, two);
	assert_text("lines", buf_text(&scene.out), expected);
	buf_truncate(&scene.out, 0);
	name_server_fault(zone.one, NAME_SERVFAIL);
	name_server_fault(zone.two, NAME_SERVFAIL);
	action_result_clear(&result);
	assert_ok(action->apply(&scene.call, &plan, &result, &err), &err);
	cr_expect(strstr(buf_text(&scene.out), "4a1:b2::11  ; no server tells\n") && strstr(buf_text(&scene.out), "cannot tell: it failed (SERVFAIL)"), "%s", buf_text(&scene.out));
}
