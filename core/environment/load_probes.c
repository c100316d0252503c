/* load_probes.c: the scheduled probes, and which of them the damage verdict rests on. What an argument means is checked later
 * by the probe's provider; here it becomes a text with a place. */
#include "core/base/alloc.h"
#include "core/environment/load.h"

static bool is_own_key(const char *key)
{
	const EnvironmentKeys *keys = &ENVIRONMENT_KEYS[KEYS_PROBE];
	for (size_t i = 0; i < keys->count; i++)
		if (text_eq(keys->keys[i].name, key))
			return true;
	return false;
}

static bool load_arg(const Reader *reader, const YamlNode *node, EnvironmentProbe *probe, Error *err)
{
	AUTO_CLEAR(StrList) texts = { 0 };
	if (!reader_texts(reader, node, &texts, err))
		return false;
	for (size_t i = 0; node->kind == YAML_LIST && i < texts.count; i++)
		if (strchr(texts.items[i], ','))
			return reader_fail(reader, node, err, "write that value elsewhere or without the comma",
				"an item of the list %s holds a comma", node->key);
	AUTO_FREE char *joined = strlist_join(&texts, ",");
	probe->arg_places[probe->arg_count++] = (SettingPlace){ bg_strdup(node->key), reader_place(node) };
	json_add_string(probe->args, node->key, joined);
	return true;
}

static bool check_system(const Reader *reader, const YamlNode *node, const Environment *environment,
	const EnvironmentProbe *probe, Error *err)
{
	if (!*probe->system || environment_find_system(environment, probe->system))
		return true;
	AUTO_FREE const char **names = load_system_names(environment);
	return reader_fail_unknown(reader, yaml_find(node, "system"), err, "the system", probe->system, names, environment->system_count);
}

static bool load_probe(const Reader *reader, const YamlNode *node, const Environment *environment, EnvironmentProbe *probe,
	Error *err)
{
	probe->place = reader_place(node);
	if (!reader_check_keys(reader, node, KEYS_PROBE, err)
		|| !reader_text(reader, yaml_find(node, "name"), &probe->name, err)
		|| !reader_text(reader, yaml_find(node, "probe"), &probe->probe, err)
		|| !reader_text_or(reader, yaml_find(node, "system"), "", &probe->system, err)
		|| !reader_span(reader, yaml_find(node, "every"), 0, &probe->every_ms, err)
		|| !reader_span(reader, yaml_find(node, "deadline"), 0, &probe->deadline_ms, err)
		|| !reader_span(reader, yaml_find(node, "budget"), 0, &probe->budget_ms, err)
		|| !check_system(reader, node, environment, probe, err))
		return false;
	probe->args = json_new_object();
	probe->arg_places = bg_calloc(node->count, sizeof *probe->arg_places);
	for (size_t i = 0; i < node->count; i++)
		if (!is_own_key(node->children[i].key) && !load_arg(reader, &node->children[i], probe, err))
			return false;
	return true;
}

bool load_probes(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	const YamlNode *list = yaml_find(root, "probes");
	size_t count = 0;
	if (!reader_list(reader, list, &count, err))
		return false;
	environment->probes = bg_calloc(count + 1, sizeof *environment->probes);
	for (size_t i = 0; i < count; i++) {
		EnvironmentProbe *probe = &environment->probes[i];
		const YamlNode *node = &list->children[i];
		bool ok = load_probe(reader, node, environment, probe, err);
		const EnvironmentProbe *same = ok ? environment_find_probe(environment, probe->name) : NULL;
		environment->probe_count++;
		if (!ok)
			return false;
		if (same)
			return reader_fail(reader, node, err, "give each probe its own name", "two probes are called \"%.60s\"", probe->name);
	}
	return true;
}

static bool load_damage_probe(const Reader *reader, const YamlNode *node, const Environment *environment, char **ret_name, Error *err)
{
	if (!reader_text_or(reader, node, "", ret_name, err))
		return false;
	if (!**ret_name || environment_find_probe(environment, *ret_name))
		return true;
	AUTO_FREE const char **names = bg_calloc(environment->probe_count + 1, sizeof *names);
	for (size_t i = 0; i < environment->probe_count; i++)
		names[i] = environment->probes[i].name;
	return reader_fail_unknown(reader, node, err, "the probe", *ret_name, names, environment->probe_count);
}

bool load_damage(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	const YamlNode *map = yaml_find(root, "damage");
	if (map && !reader_check_keys(reader, map, KEYS_DAMAGE, err))
		return false;
	return load_damage_probe(reader, yaml_find(map, "live"), environment, &environment->damage.live, err)
		&& load_damage_probe(reader, yaml_find(map, "backup"), environment, &environment->damage.backup, err)
		&& load_damage_probe(reader, yaml_find(map, "bucket"), environment, &environment->damage.bucket, err)
		&& reader_text_or(reader, yaml_find(map, "since"), "", &environment->damage.since, err);
}
