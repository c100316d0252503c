/* load_cluster.c: the team's cluster-config.json, as its deploy script reads it, included as it is. Keys that are not ours are left alone. The
 * password of its database is looked at for being the example's, and not kept. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/secret.h"
#include "core/environment/load.h"

#define CLUSTER_MAX_BYTES (4 * 1024 * 1024)
#define EXAMPLE_PASSWORD "StrongPasswordHere"

static const YamlNode *need(const Reader *reader, const YamlNode *map, const char *key, const char *of, Error *err)
{
	const YamlNode *found = yaml_find(map, key);
	if (!found)
		reader_fail(reader, map, err, "see Step 1 of the recovery guide for the whole shape", "%s has no \"%s\"", of, key);
	return found;
}

static bool load_flag(const Reader *reader, const YamlNode *node, bool *ret_flag, Error *err)
{
	*ret_flag = false;
	if (!node)
		return true;
	if (node->kind != YAML_SCALAR || !node->plain || (!text_eq(node->text, "true") && !text_eq(node->text, "false")))
		return reader_fail(reader, node, err, "write true or false, without quotes", "%s is neither true nor false", node->key);
	*ret_flag = text_eq(node->text, "true");
	return true;
}

static bool load_key_path(const Reader *reader, const YamlNode *node, EnvironmentNode *machine, Error *err)
{
	const YamlNode *key = yaml_find(node, "ssh_key_path");
	return reader_path(reader, key, &machine->key, err);
}

/* The address: literal, and IPv6, since nothing else can be reached over the overlay and be published as AAAA. */
static bool load_ipv6(const Reader *reader, const YamlNode *node, const Environment *environment, EnvironmentNode *machine, Error *err)
{
	if (!load_address(reader, node, environment, machine, err))
		return false;
	if (!machine->by_name && strchr(machine->address, ':') && !strchr(machine->address, '%'))
		return true;
	return reader_fail(reader, node, err, "write the address itself, as `mycelium inspect` tells it: 4a1:b2::11", "\"%.60s\" is no literal IPv6 address",
		machine->address);
}

static bool check_role(const Reader *reader, const YamlNode *node, const EnvironmentNode *machine, bool is_backup, Error *err)
{
	if (machine->is_first_master && !str_starts(str_from(machine->role), "master"))
		return reader_fail(reader, yaml_find(node, "is_first_master"), err, "make one of the masters the first one",
			"%.60s is the first master, but its role is %s", machine->name, machine->role);
	if (yaml_find(node, "is_backup") && is_backup != machine->is_backup)
		return reader_fail(reader, yaml_find(node, "is_backup"), err, "role and is_backup must say the same",
			"%.60s has the role %s, and is_backup says otherwise", machine->name, machine->role);
	return true;
}

static bool load_member(const Reader *reader, const YamlNode *node, Environment *environment, Error *err)
{
	static const char *const keys[] = { "name", "ipv6", "user", "role" };
	const YamlNode *found[BG_LENGTH(keys)];
	bool is_backup = false;
	if (node->kind != YAML_MAP)
		return reader_fail(reader, node, err, "{ \"name\": ..., \"ipv6\": ..., \"user\": ..., \"role\": ... }", "a node must be a map, but this is %s",
			yaml_kind_name(node));
	for (size_t i = 0; i < BG_LENGTH(keys); i++)
		if (!(found[i] = need(reader, node, keys[i], "the node", err)))
			return false;
	EnvironmentNode *machine = load_add_node(environment);
	machine->path = bg_strdup(reader->path);
	machine->place = reader_place(node);
	machine->lan = bg_strdup("");
	machine->jump = bg_strdup("");
	return load_node_name(reader, found[0], &machine->name, err)
		&& load_ipv6(reader, found[1], environment, machine, err)
		&& load_name(reader, found[2], &machine->user, err)
		&& load_role(reader, found[3], machine, err)
		&& load_key_path(reader, node, machine, err)
		&& load_flag(reader, yaml_find(node, "is_first_master"), &machine->is_first_master, err)
		&& load_flag(reader, yaml_find(node, "is_backup"), &is_backup, err)
		&& check_role(reader, node, machine, is_backup, err)
		&& load_check_unique(reader, node, environment, err);
}

static bool check_first_master(const Reader *reader, const YamlNode *list, const Environment *environment, Error *err)
{
	const EnvironmentNode *first = NULL;
	for (size_t i = 0; i < environment->node_count; i++) {
		const EnvironmentNode *machine = &environment->nodes[i];
		if (!machine->is_first_master)
			continue;
		if (first)
			return reader_fail(reader, yaml_find(&list->children[i], "is_first_master"), err, "set it to false on all but one",
				"%.60s is a second first master: %.60s in line %d is one already", machine->name, first->name, first->place.line);
		first = machine;
	}
	if (first)
		return true;
	return reader_fail(reader, list, err, "set \"is_first_master\": true on exactly one node whose role has master", "no node is the first master");
}

static bool load_members(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	const YamlNode *list = need(reader, root, "nodes", "the cluster file", err);
	size_t count = 0;
	if (!list || !reader_list(reader, list, &count, err))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!load_member(reader, &list->children[i], environment, err))
			return false;
	return check_first_master(reader, list, environment, err);
}

static bool is_example_domain(const char *domain)
{
	static const char *const ends[] = { "example.com", "example.org", "example.net" };
	for (size_t i = 0; i < BG_LENGTH(ends); i++) {
		AUTO_FREE char *below = bg_asprintf(".%s", ends[i]);
		if (text_eq(domain, ends[i]) || str_ends(str_from(domain), below))
			return true;
	}
	return false;
}

static bool load_whole(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	if (root->kind != YAML_MAP)
		return reader_fail(reader, root, err, "see Step 1 of the recovery guide for the whole shape", "the cluster file must be a map, but this is %s",
			yaml_kind_name(root));
	const YamlNode *domain = need(reader, root, "domain", "the cluster file", err);
	const YamlNode *password = yaml_find(yaml_find(root, "couchdb"), "password");
	bool is_example = password && password->kind == YAML_SCALAR && text_eq(password->text, EXAMPLE_PASSWORD);
	return domain && load_name(reader, domain, &environment->domain, err)
		&& load_refuse_example(reader, domain, environment, is_example_domain(environment->domain), err)
		&& (!password || load_refuse_example(reader, password, environment, is_example, err))
		&& load_members(reader, root, environment, err);
}

/* ---- a new one ---- */

/* Somebody's address, and not the example's. An old file may still have that: nothing of ours rests on it, and a console must open in the night. */
static bool check_email(const Reader *reader, const YamlNode *node, const Environment *environment, Error *err)
{
	AUTO_FREE char *email = NULL;
	if (!reader_text(reader, node, &email, err))
		return false;
	const char *at = strchr(email, '@');
	if (!at || at == email || !at[1] || strchr(at + 1, '@') || strpbrk(email, " \t<>,;"))
		return reader_fail(reader, node, err, "write it as somebody@school.test", "\"%.60s\" is no mail address", email);
	return load_refuse_example(reader, node, environment, is_example_domain(at + 1), err);
}

static bool check_new(const Reader *reader, const YamlNode *root, const Environment *environment, Error *err)
{
	AUTO_FREE char *user = NULL;
	AUTO_FREE char *password = NULL;
	AUTO_FREE char *platform = NULL;
	const YamlNode *couchdb = need(reader, root, "couchdb", "the cluster file", err), *name = NULL, *email = NULL, *login = NULL, *secret = NULL;
	bool ok = couchdb && (login = need(reader, couchdb, "user", "couchdb", err)) && (secret = need(reader, couchdb, "password", "couchdb", err))
		&& (name = need(reader, root, "platform_name", "the cluster file", err)) && (email = need(reader, root, "platform_email", "the cluster file", err))
		&& load_name(reader, login, &user, err) && reader_text(reader, secret, &password, err) && reader_text(reader, name, &platform, err)
		&& check_email(reader, email, environment, err);
	secret_wipe(password, password ? strlen(password) : 0);
	return ok;
}

bool environment_check_cluster(Str text, const char *path, Error *err)
{
	AUTO(Environment) *environment = bg_calloc(1, sizeof *environment);
	AUTO(YamlNode) *root = NULL;
	AUTO_FREE char *folder = path_folder(path);
	Reader own = { .path = path, .folder = folder };
	environment->kind = ENVIRONMENT_LIVE;
	return yaml_parse(text, path, CLUSTER_MAX_BYTES, &root, err) && load_whole(&own, root, environment, err) && check_new(&own, root, environment, err);
}

/* ---- the one that is there ---- */

bool load_cluster(const Reader *reader, const YamlNode *node, Environment *environment, Error *err)
{
	AUTO_FREE char *path = NULL;
	AUTO(YamlNode) *root = NULL;
	AUTO_CLEAR(Buf) text = { 0 };
	if (!reader_path(reader, node, &path, err))
		return false;
	if (!file_read(path, CLUSTER_MAX_BYTES, &text, err)) {
		error_where(err, "%s", path);
		return error_hint(err, "cluster: is the path of the team's cluster-config.json, from the folder of the environment");
	}
	AUTO_FREE char *folder = path_folder(path);
	Reader own = { .path = path, .folder = folder };
	bool ok = yaml_parse(buf_str(&text), path, CLUSTER_MAX_BYTES, &root, err) && load_whole(&own, root, environment, err);
	secret_wipe(text.data, text.len);
	return ok;
}
