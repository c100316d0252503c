/* test_nodes.c: the team's cluster file as it is, further nodes, and what a wrong one is told. */
#include "core/base/alloc.h"
#include "core/environment/environment.h"
#include "tests/support/support.h"

/* Step 1 of the recovery guide, as it stands there but for the addresses, the domain and the password. */
#define MEMBER(name, address, role, more) "    {\n      \"name\": \"" name "\",\n      \"ipv6\": \"" address "\",\n      \"user\": \"admin\",\n" \
	"      \"role\": \"" role "\",\n      " more ",\n      \"ssh_key_path\": \"~/.ssh/id_rsa\"\n    }"
#define CLUSTER(domain, members, password) "{\n  \"domain\": \"" domain "\",\n  \"nodes\": [\n" members "\n  ],\n  \"couchdb\": {\n    \"user\": \"admin\",\n" \
	"    \"password\": \"" password "\"\n  },\n  \"platform_name\": \"Open edX HA\",\n  \"platform_email\": \"admin@example.com\"\n}\n"
#define NODE1 MEMBER("node1", "4a1:b2::11", "master+worker", "\"is_first_master\": true")
#define NODE2 MEMBER("node2", "4a1:b2::12", "master+worker", "\"is_first_master\": false")
#define NODE4 MEMBER("node4", "4a1:b2::14", "backup", "\"is_backup\": true")
#define HEAD "name: school\nkind: live\n"
#define NODES HEAD "nodes: { cluster: cluster-config.json, backups: backups }\n"

static bool load(TempFolder *folder, const char *environment, const char *cluster, Environment **ret, Error *err)
{
	temp_write(folder, "cluster-config.json", cluster);
	return environment_load(temp_write(folder, "environment.yaml", environment), ret, err);
}

/* Machines behind forwarded ports: they are asked there, and DNS names them by their own addresses. */
Test(nodes, what_is_published_may_be_another_file)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Environment) *e = NULL;
	Error err = { 0 };
	assert_ok(load(&folder, HEAD "nodes:\n  published: cluster-config.json\n  list:\n    - { name: node1, address: \"::1\", port: 2201, user: a }\n", CLUSTER("school.test", NODE1 "," NODE2, "x"),
		&e, &err), &err);
	cr_expect_eq(e->node_count, 1u);
	cr_expect_null(e->domain);
	const Environment *published = environment_published(e);
	assert_text("domain", published->domain, "school.test");
	cr_expect_eq(published->node_count, 2u);
	assert_text("address", environment_find_node(published, "node1")->address, "4a1:b2::11");
	cr_expect_eq(environment_published(published), published);
}

Test(nodes, the_cluster_file_of_the_team_is_read_as_it_is)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Environment) *environment = NULL;
	Error err = { 0 };
	assert_ok(load(&folder, HEAD "nodes:\n  cluster: cluster-config.json\n  backups: backups\n  every: 20s\n  known-hosts: [hosts]\n  lan: { node4: 192.168.1.14 }\n  list:\n"
		"    - { name: bastion, address: 10.1.2.3, user: ops, port: 2222, key: keys/a, lan: 192.168.1.9, jump: gate }\n"
		"    - { name: old, address: old.school.test, user: ops }\n",
		CLUSTER("school.test", NODE1 ",\n" NODE2 ",\n" NODE4, "a password of theirs"), &environment, &err), &err);
	cr_assert_eq(environment->node_count, 5u);
	const EnvironmentNode *first = environment_find_node(environment, "node1"), *backup = environment_find_node(environment, "node4");
	assert_text("address", first->address, "4a1:b2::11");
	assert_text("user", first->user, "admin");
	assert_text("role", first->role, "master+worker");
	cr_expect(first->is_first_master && !first->is_backup && first->port == 22 && !first->by_name);
	cr_expect(str_ends(str_from(first->key), "/.ssh/id_rsa") && first->key[0] == '/', "%s", first->key);
	assert_text("no backups on a master", first->backups, "");
	cr_expect(backup->is_backup && !backup->is_first_master);
	assert_text("backups", backup->backups, "backups");
	cr_expect(str_ends(str_from(backup->path), "/cluster-config.json") && backup->place.line == 20, "%d", backup->place.line);
	const EnvironmentNode *bastion = environment_find_node(environment, "bastion"), *old = environment_find_node(environment, "old");
	cr_expect(bastion->port == 2222 && !bastion->role && !bastion->by_name && old->by_name);
	assert_text("jump", bastion->jump, "gate");
	assert_text("lan", bastion->lan, "192.168.1.9");
	assert_text("lan of the cluster's", backup->lan, "192.168.1.14");
	assert_text("no lan", first->lan, "");
	assert_text("domain", environment->domain, "school.test");
	cr_expect(str_ends(str_from(environment->known_hosts.items[0]), "/hosts"));
	/* Each is asked and shown as any probe. */
	const EnvironmentProbe *probe = environment_find_probe(environment, "node4");
	assert_text("probe", probe->probe, "node.machine");
	assert_text("its node", json_get_string(probe->args, "node"), "node4");
	cr_expect_eq(probe->every_ms, 20000);
}

#define LETTERS32 "abcdefghijklmnopqrstuvwxyz012345"
#define LETTERS128 LETTERS32 LETTERS32 LETTERS32 LETTERS32

typedef struct Case {
	const char *name, *environment, *cluster, *where, *why, *hint;
} Case;

static const Case refused[] = {
	{ "no first master", NODES, CLUSTER("school.test", NODE2, "x"), "cluster-config.json:3:3", "no node is the first master", "exactly one" },
	{ "two first masters", NODES, CLUSTER("school.test", NODE1 ",\n" MEMBER("node2", "4a1:b2::12", "master", "\"is_first_master\": true"), "x"),
		"cluster-config.json:17:7", "node2 is a second first master: node1 in line 4", "all but one" },
	{ "a first master that is none", NODES, CLUSTER("school.test", MEMBER("n", "4a1:b2::1", "backup", "\"is_first_master\": true"), "x"),
		"cluster-config.json:9:7", "its role is backup", "masters" },
	{ "an unknown role", NODES, CLUSTER("school.test", MEMBER("n", "4a1:b2::1", "masterworker", "\"is_first_master\": true"), "x"),
		"cluster-config.json:8:7", "masterworker", "master+worker" },
	{ "role and flag disagree", NODES, CLUSTER("school.test", NODE1 ",\n" MEMBER("n", "4a1:b2::1", "worker", "\"is_backup\": true"), "x"),
		"cluster-config.json:17:7", "is_backup says otherwise", "the same" },
	{ "a flag in quotes", NODES, CLUSTER("school.test", MEMBER("n", "4a1:b2::1", "master", "\"is_first_master\": \"true\""), "x"),
		"cluster-config.json:9:7", "neither true nor false", "without quotes" },
	{ "a name for an address", NODES, CLUSTER("school.test", MEMBER("n", "node1.school.test", "master", "\"is_first_master\": true"), "x"),
		"cluster-config.json:6:7", "no literal IPv6 address", "mycelium inspect" },
	{ "an IPv4 address", NODES, CLUSTER("school.test", MEMBER("n", "10.0.0.1", "master", "\"is_first_master\": true"), "x"),
		"cluster-config.json:6:7", "no literal IPv6 address", "4a1:b2::11" },
	{ "an address of the example", NODES, CLUSTER("school.test", MEMBER("n", "2001:db8:1::10", "master", "\"is_first_master\": true"), "x"),
		"cluster-config.json:6:7", "value of the example", "write your own" },
	{ "the password of the example", NODES, CLUSTER("school.test", NODE1, "StrongPasswordHere"), "cluster-config.json:15:5", "value of the example",
		"kind: drill" },
	{ "the domain of the example", NODES, CLUSTER("school.example.com", NODE1, "x"), "cluster-config.json:2:3", "value of the example", "write your own" },
	{ "one name twice", NODES, CLUSTER("school.test", NODE1 ",\n" MEMBER("node1", "4a1:b2::12", "worker", "\"x\": 1"), "x"),
		"cluster-config.json:12:5", "two nodes are called \"node1\"", "its own name" },
	{ "one address twice, spelt otherwise", NODES, CLUSTER("school.test", NODE1 ",\n" MEMBER("n", "04A1:b2:0::11", "worker", "\"x\": 1"), "x"),
		"cluster-config.json:12:5", "node1 and n have the same address", "wrong" },
	{ "no role", NODES, "{ \"domain\": \"a.test\", \"nodes\": [ { \"name\": \"n\", \"ipv6\": \"4a1::1\", \"user\": \"u\" } ] }", "cluster-config.json:1:34",
		"no \"role\"", "Step 1" },
	{ "no nodes", NODES, "{ \"domain\": \"a.test\" }", "cluster-config.json:1:1", "no \"nodes\"", "Step 1" },
	{ "a list", NODES, "[ 1 ]", "cluster-config.json:1:1", "must be a map", "Step 1" },
	{ "torn JSON", NODES, "{ \"domain\": \"a.test\", \"nodes\": [", "cluster-config.json:", "", "" },
	{ "no such file", HEAD "nodes: { cluster: other.json }\n", "{}", "other.json", "", "cluster:" },
	{ "a login that is an option", NODES, "{ \"domain\": \"a.test\", \"nodes\": [ { \"name\": \"n\", \"ipv6\": \"4a1::1\", \"user\": \"-oProxyCommand=x\","
		" \"role\": \"master\" } ] }", "cluster-config.json:1", "no user has", "not a - in front" },
	{ "nothing", HEAD "nodes: { every: 10s }\n", "{}", "environment.yaml:3:1", "names no node", "cluster: FILE" },
	{ "a role that nobody holds", HEAD "nodes:\n  sign-off: [engineering]\n  list:\n    - { name: a, address: 10.0.0.1, user: u }\n", "{}", "environment.yaml:4:3",
		"nobody holds the role \"engineering\"", "people:" },
	{ "an unknown key", HEAD "nodes:\n  list:\n    - { name: a, adress: 10.0.0.1, user: u }\n", "{}", "environment.yaml:5:18", "adress", "address" },
	{ "a LAN name", HEAD "nodes:\n  list:\n    - { name: a, address: 10.0.0.1, user: u, lan: a.local }\n", "{}", "environment.yaml:5:46", "no literal address", "192.168.1.11" },
	{ "a LAN address of nobody", HEAD "nodes:\n  lan: { b: 192.168.1.11 }\n  list:\n    - { name: a, address: 10.0.0.1, user: u }\n", "{}", "environment.yaml:4:10",
		"no node is called \"b\"", "cluster file" },
	{ "a LAN that is a list", HEAD "nodes:\n  lan: [ 192.168.1.11 ]\n  list:\n    - { name: a, address: 10.0.0.1, user: u }\n", "{}", "environment.yaml:4:3",
		"must be a map", "lines" },
	{ "a bad port", HEAD "nodes:\n  list:\n    - { name: a, address: 10.0.0.1, user: u, port: 70000 }\n", "{}", "environment.yaml:5:46", "no port number", "65535" },
	{ "an example address in the list", HEAD "nodes:\n  list:\n    - { name: a, address: 2001:db8::1, user: u }\n", "{}", "environment.yaml:5:18",
		"value of the example", "write your own" },
	{ "a name that no record takes", HEAD "nodes:\n  list:\n    - { name: x" LETTERS128 ", address: 10.0.0.1, user: u }\n", "{}", "environment.yaml:5:9",
		"has 129 bytes; 128 are the most", "shorter" },
	{ "such a name in the cluster file", NODES, CLUSTER("school.test", MEMBER("x" LETTERS128, "4a1:b2::1", "master", "\"is_first_master\": true"), "x"),
		"cluster-config.json:5:7", "has 129 bytes; 128 are the most", "shorter" },
	{ "a probe of that name", HEAD "probes: [{ name: a, probe: http, url: http://10.0.0.1 }]\nnodes:\n  list:\n    - { name: a, address: 10.0.0.1, user: u }\n",
		"{}", "environment.yaml:4:1", "a probe is called \"a\"", "something else" },
};

Test(nodes, a_wrong_file_is_told_where_it_is_wrong_and_what_to_do)
{
	for (size_t i = 0; i < BG_LENGTH(refused); i++) {
		const Case *one = &refused[i];
		AUTO_CLEAR(TempFolder) folder = temp_folder();
		AUTO(Environment) *environment = NULL;
		Error err = { 0 };
		cr_assert(!load(&folder, one->environment, one->cluster, &environment, &err), "%s: was accepted", one->name);
		cr_expect(strstr(err.where, one->where), "%s: where is %s", one->name, err.where);
		cr_expect(strstr(err.why, one->why), "%s: why is %s", one->name, err.why);
		cr_expect(strstr(err.hint, one->hint), "%s: hint is %s", one->name, err.hint);
	}
}

Test(nodes, the_longest_name_is_taken)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Environment) *environment = NULL;
	Error err = { 0 };
	assert_ok(load(&folder, HEAD "nodes:\n  list:\n    - { name: " LETTERS128 ", address: 10.0.0.1, user: u }\n", "{}", &environment, &err), &err);
	cr_assert(environment_find_node(environment, LETTERS128));
}

Test(nodes, a_drill_may_use_the_example)
{
	AUTO_CLEAR(TempFolder) folder = temp_folder();
	AUTO(Environment) *environment = NULL;
	Error err = { 0 };
	assert_ok(load(&folder, "name: school\nkind: drill\nnodes: { cluster: cluster-config.json }\n",
		CLUSTER("school.example.com", MEMBER("n", "2001:db8:1::10", "master", "\"is_first_master\": true"), "StrongPasswordHere"), &environment, &err), &err);
	cr_assert_eq(environment->node_count, 1u);
}
