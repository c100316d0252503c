/* load_nodes.c: the machines that are reached over SSH: the team's cluster file (load_cluster.c) and those that stand in the environment itself. Each
 * becomes a probe of the environment, so that it is asked, shown and checked as every other is. */
#include <arpa/inet.h>

#include "core/base/alloc.h"
#include "core/environment/load.h"

#define PORT_MAX 65535

static const char *const roles[] = { "master+worker", "master", "worker", "backup" };

bool load_role(const Reader *reader, const YamlNode *node, EnvironmentNode *machine, Error *err)
{
	size_t role = 0;
	if (!reader_choice(reader, node, roles, BG_LENGTH(roles), &role, err))
		return false;
	machine->role = bg_strdup(roles[role]);
	machine->is_backup = text_eq(machine->role, "backup");
	return true;
}

/* Family and bytes; false for a name. */
static bool pack(const char *address, unsigned char ret[static 17])
{
	memset(ret, 0, 17);
	if (inet_pton(AF_INET6, address, ret + 1) == 1)
		ret[0] = 6;
	else if (inet_pton(AF_INET, address, ret + 1) == 1)
		ret[0] = 4;
	return ret[0] != 0;
}

/* 2001:db8::/32 is for documents (RFC 3849): nobody's machine has such an address. */
static bool is_example(const char *address)
{
	struct in6_addr bytes;
	return inet_pton(AF_INET6, address, &bytes) == 1 && memcmp(bytes.s6_addr, "\x20\x01\x0d\xb8", 4) == 0;
}

bool load_refuse_example(const Reader *reader, const YamlNode *node, const Environment *environment, bool is_one, Error *err)
{
	if (!is_one || environment->kind != ENVIRONMENT_LIVE)
		return true;
	return reader_fail(reader, node, err, "write your own, or kind: drill while this is only tried",
		"%s is the value of the example, and this environment is live", node->key);
}

static bool same_address(const EnvironmentNode *a, const EnvironmentNode *b)
{
	if (a->by_name || b->by_name)
		return text_eq(a->address, b->address);
	return memcmp(a->packed, b->packed, sizeof a->packed) == 0;
}

static bool has_only_name_letters(const char *text)
{
	for (const char *c = text; *c; c++)
		if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || strchr("._-:%@", *c)))
			return false;
	return *text && *text != '-';
}

/* What goes to programs as a name: nothing that one of them could take for an option or a shell for a command. */
bool load_name(const Reader *reader, const YamlNode *node, char **ret_name, Error *err)
{
	if (!reader_text(reader, node, ret_name, err))
		return false;
	if (has_only_name_letters(*ret_name))
		return true;
	return reader_fail(reader, node, err, "letters, digits and . _ - : % @, not a - in front", "%s \"%.60s\" holds a character that no %s has",
		node->key, *ret_name, node->key);
}

bool load_node_name(const Reader *reader, const YamlNode *node, char **ret_name, Error *err)
{
	if (!load_name(reader, node, ret_name, err))
		return false;
	if (strlen(*ret_name) <= ENVIRONMENT_NODE_NAME_MAX)
		return true;
	return reader_fail(reader, node, err, "call it something shorter: the record tells by this name what came of a command there",
		"the name \"%.20s...\" of a node has %zu bytes; %d are the most", *ret_name, strlen(*ret_name), ENVIRONMENT_NODE_NAME_MAX);
}

bool load_address(const Reader *reader, const YamlNode *node, const Environment *environment, EnvironmentNode *machine, Error *err)
{
	if (!load_name(reader, node, &machine->address, err))
		return false;
	machine->by_name = !pack(machine->address, machine->packed);
	return load_refuse_example(reader, node, environment, is_example(machine->address), err);
}

/* The last of the nodes against those before it. */
bool load_check_unique(const Reader *reader, const YamlNode *node, const Environment *environment, Error *err)
{
	const EnvironmentNode *machine = &environment->nodes[environment->node_count - 1];
	for (size_t i = 0; i + 1 < environment->node_count; i++) {
		const EnvironmentNode *other = &environment->nodes[i];
		if (text_eq(other->name, machine->name))
			return reader_fail(reader, node, err, "give each node its own name", "two nodes are called \"%.60s\"", machine->name);
		if (same_address(other, machine) && other->port == machine->port)
			return reader_fail(reader, node, err, "one of them is wrong: look at the machines",
				"%.60s and %.60s have the same address", other->name, machine->name);
	}
	return true;
}

EnvironmentNode *load_add_node(Environment *environment)
{
	environment->nodes = bg_reallocarray(environment->nodes, environment->node_count + 1, sizeof *environment->nodes);
	EnvironmentNode *machine = &environment->nodes[environment->node_count++];
	*machine = (EnvironmentNode){ .port = 22 };
	return machine;
}

static bool load_port(const Reader *reader, const YamlNode *node, EnvironmentNode *machine, Error *err)
{
	int64_t port = 0;
	if (!node)
		return true;
	if (node->kind != YAML_SCALAR || !str_parse_int(str_from(node->text), &port) || port < 1 || port > PORT_MAX)
		return reader_fail(reader, node, err, "a number from 1 to 65535; 22 when left out", "port is no port number");
	machine->port = (int) port;
	return true;
}

static bool load_optional_name(const Reader *reader, const YamlNode *node, char **ret_name, Error *err)
{
	if (node)
		return load_name(reader, node, ret_name, err);
	*ret_name = bg_strdup("");
	return true;
}

/* Tried where nothing else answers, and DNS may be what does not: a literal one. */
static bool load_lan_address(const Reader *reader, const YamlNode *node, char **ret_lan, Error *err)
{
	unsigned char packed[17];
	if (!load_name(reader, node, ret_lan, err))
		return false;
	return pack(*ret_lan, packed)
		|| reader_fail(reader, node, err, "write the address itself: 192.168.1.11", "\"%.60s\" is no literal address", *ret_lan);
}

static bool load_lan(const Reader *reader, const YamlNode *node, EnvironmentNode *machine, Error *err)
{
	if (node)
		return load_lan_address(reader, node, &machine->lan, err);
	machine->lan = bg_strdup("");
	return true;
}

static bool load_node(const Reader *reader, const YamlNode *node, Environment *environment, Error *err)
{
	EnvironmentNode *machine = load_add_node(environment);
	machine->path = bg_strdup(reader->path);
	machine->place = reader_place(node);
	if (!reader_check_keys(reader, node, KEYS_NODE, err)
		|| !load_node_name(reader, yaml_find(node, "name"), &machine->name, err)
		|| !load_address(reader, yaml_find(node, "address"), environment, machine, err)
		|| !load_name(reader, yaml_find(node, "user"), &machine->user, err)
		|| !load_port(reader, yaml_find(node, "port"), machine, err)
		|| !reader_path(reader, yaml_find(node, "key"), &machine->key, err)
		|| !load_lan(reader, yaml_find(node, "lan"), machine, err)
		|| !load_optional_name(reader, yaml_find(node, "jump"), &machine->jump, err)
		|| !reader_text_or(reader, yaml_find(node, "backups"), "", &machine->backups, err))
		return false;
	const YamlNode *role = yaml_find(node, "role");
	if (role && !load_role(reader, role, machine, err))
		return false;
	return load_check_unique(reader, node, environment, err);
}

/* ---- the whole section ---- */

typedef struct Timing { int64_t every_ms, deadline_ms, budget_ms; } Timing;

static bool add_probe(const Reader *reader, const YamlNode *map, const EnvironmentNode *machine, const Timing *timing, Environment *environment,
	Error *err)
{
	if (environment_find_probe(environment, machine->name)) {
		reader_fail(reader, map, err, "call the probe or the node something else", "a probe is called \"%.60s\", as a node is", machine->name);
		return false;
	}
	EnvironmentProbe *probe = &environment->probes[environment->probe_count++];
	*probe = (EnvironmentProbe){ .name = bg_strdup(machine->name), .probe = bg_strdup("node.machine"), .system = bg_strdup(""),
		.args = json_new_object(), .every_ms = timing->every_ms, .deadline_ms = timing->deadline_ms, .budget_ms = timing->budget_ms,
		.place = reader_place(map) };
	json_add_string(probe->args, "node", machine->name);
	return true;
}

static bool load_timing(const Reader *reader, const YamlNode *map, Timing *ret, Error *err)
{
	return reader_span(reader, yaml_find(map, "every"), 0, &ret->every_ms, err)
		&& reader_span(reader, yaml_find(map, "deadline"), 0, &ret->deadline_ms, err)
		&& reader_span(reader, yaml_find(map, "budget"), 0, &ret->budget_ms, err);
}

static bool load_list(const Reader *reader, const YamlNode *map, Environment *environment, Error *err)
{
	const YamlNode *list = yaml_find(map, "list");
	size_t count = 0;
	if (!reader_list(reader, list, &count, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!load_node(reader, &list->children[i], environment, err))
			return false;
	if (environment->node_count > ENVIRONMENT_MAX_ITEMS)
		return reader_fail(reader, map, err, "shorten it", "nodes has more than %d items", ENVIRONMENT_MAX_ITEMS);
	return true;
}

/* Addresses by the name of their node. */
static bool load_lans(const Reader *reader, const YamlNode *map, Environment *environment, Error *err)
{
	if (!map)
		return true;
	if (map->kind != YAML_MAP)
		return reader_fail(reader, map, err, "write it as \"node1: 192.168.1.11\" lines", "lan must be a map, but this is %s", yaml_kind_name(map));
	for (size_t i = 0; i < map->count; i++) {
		const YamlNode *child = &map->children[i];
		EnvironmentNode *machine = NULL;
		for (size_t k = 0; !machine && k < environment->node_count; k++)
			machine = text_eq(environment->nodes[k].name, child->key) ? &environment->nodes[k] : NULL;
		if (!machine)
			return reader_fail(reader, child, err, "use the names of the cluster file, or of list:", "no node is called \"%.60s\"", child->key);
		free(machine->lan);
		machine->lan = NULL;
		if (!load_lan_address(reader, child, &machine->lan, err))
			return false;
	}
	return true;
}

/* A role that nobody holds would keep every command from being signed. */
static bool load_signoff_roles(const Reader *reader, const YamlNode *node, Environment *environment, Error *err)
{
	AUTO_CLEAR(StrList) held = { 0 };
	if (!node)
		return true;
	if (!reader_texts(reader, node, &environment->node_signoff, err))
		return false;
	environment_roles(environment, &held);
	for (size_t i = 0; i < environment->node_signoff.count; i++)
		if (!strlist_has(&held, environment->node_signoff.items[i]))
			return reader_fail(reader, node, err, "name roles that people: gives somebody", "nobody holds the role \"%.60s\"", environment->node_signoff.items[i]);
	return true;
}

/* An environment of its own, so that nobody takes its nodes for machines that are asked. */
static bool load_published(const Reader *reader, const YamlNode *node, Environment *environment, Error *err)
{
	AUTO(Environment) *published = bg_calloc(1, sizeof *published);
	if (!node)
		return true;
	published->path = bg_strdup(environment->path);
	published->folder = bg_strdup(environment->folder);
	published->kind = environment->kind;
	if (!load_cluster(reader, node, published, err))
		return false;
	environment->published = TAKE(published);
	return true;
}

bool load_nodes(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	const YamlNode *map = yaml_find(root, "nodes"), *cluster = yaml_find(map, "cluster");
	Timing timing = { 0 };
	AUTO_FREE char *backups = NULL;
	if (!map)
		return true;
	if (!reader_check_keys(reader, map, KEYS_NODES, err)
		|| !load_timing(reader, map, &timing, err)
		|| !load_signoff_roles(reader, yaml_find(map, "sign-off"), environment, err)
		|| !reader_paths(reader, yaml_find(map, "known-hosts"), &environment->known_hosts, err)
		|| !reader_text_or(reader, yaml_find(map, "backups"), "", &backups, err)
		|| (cluster && !load_cluster(reader, cluster, environment, err))
		|| !load_list(reader, map, environment, err)
		|| !load_lans(reader, yaml_find(map, "lan"), environment, err)
		|| !load_published(reader, yaml_find(map, "published"), environment, err))
		return false;
	if (!environment->node_count)
		return reader_fail(reader, map, err, "name the cluster file with cluster: FILE, or the nodes under list:", "nodes names no node");
	environment->probes = bg_reallocarray(environment->probes, environment->probe_count + environment->node_count + 1,
		sizeof *environment->probes);
	for (size_t i = 0; i < environment->node_count; i++) {
		EnvironmentNode *machine = &environment->nodes[i];
		if (!machine->backups)
			machine->backups = bg_strdup("");
		if (machine->is_backup && !*machine->backups) {
			free(machine->backups);
			machine->backups = bg_strdup(backups);
		}
		if (!add_probe(reader, map, machine, &timing, environment, err))
			return false;
	}
	return true;
}
