/* load_checkpoints.c: places that keep copies of the record's checkpoints. Each becomes a probe of the environment, so that it is asked,
 * shown and checked as every other is. */
#include "core/base/alloc.h"
#include "core/environment/load.h"

static bool take_arg(const Reader *reader, const YamlNode *node, const char *key, EnvironmentProbe *probe, Error *err)
{
	AUTO_FREE char *text = NULL;
	const YamlNode *found = yaml_find(node, key);
	if (!found)
		return true;
	bool is_path = text_eq(key, "folder");
	if (!(is_path ? reader_path(reader, found, &text, err) : reader_text(reader, found, &text, err)))
		return false;
	probe->arg_places[probe->arg_count++] = (SettingPlace){ bg_strdup(key), reader_place(found) };
	json_add_string(probe->args, key, text);
	return true;
}

static bool check_kind(const Reader *reader, const YamlNode *node, const Environment *environment, const EnvironmentProbe *probe, Error *err)
{
	bool folder = yaml_find(node, "folder"), bucket = yaml_find(node, "bucket");
	if (folder == bucket)
		return reader_fail(reader, node, err, "name a folder, or a system and its bucket",
			folder ? "a place is a folder or a bucket, not both" : "the place names neither a folder nor a bucket");
	if (folder && *probe->system)
		return reader_fail(reader, yaml_find(node, "system"), err, "leave it out", "a folder has no system");
	if (bucket && !*probe->system)
		return reader_fail(reader, node, err, "add system: NAME", "the bucket's system is not named");
	const EnvironmentSystem *system = environment_find_system(environment, probe->system);
	if (bucket && !system) {
		AUTO_FREE const char **names = load_system_names(environment);
		return reader_fail_unknown(reader, yaml_find(node, "system"), err, "the system", probe->system, names, environment->system_count);
	}
	if (bucket && !text_eq(system->provider, "s3"))
		return reader_fail(reader, yaml_find(node, "system"), err, "name a system whose provider is s3", "%.60s is not an s3 system", probe->system);
	return true;
}

static bool load_place(const Reader *reader, const YamlNode *node, const Environment *environment, EnvironmentProbe *probe, Error *err)
{
	static const char *const args[] = { "folder", "bucket", "prefix" };
	probe->place = reader_place(node);
	probe->args = json_new_object();
	probe->arg_places = bg_calloc(BG_LENGTH(args), sizeof *probe->arg_places);
	if (!reader_check_keys(reader, node, KEYS_CHECKPOINT, err)
		|| !reader_text(reader, yaml_find(node, "name"), &probe->name, err)
		|| !reader_text_or(reader, yaml_find(node, "system"), "", &probe->system, err)
		|| !reader_span(reader, yaml_find(node, "every"), 0, &probe->every_ms, err)
		|| !check_kind(reader, node, environment, probe, err))
		return false;
	probe->probe = bg_strdup(yaml_find(node, "folder") ? "checkpoint.folder" : "checkpoint.bucket");
	for (size_t i = 0; i < BG_LENGTH(args); i++)
		if (!take_arg(reader, node, args[i], probe, err))
			return false;
	return true;
}

bool load_checkpoints(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	const YamlNode *list = yaml_find(root, "checkpoints");
	size_t count = 0, before = environment->probe_count;
	if (!reader_list(reader, list, &count, err))
		return false;
	environment->probes = bg_reallocarray(environment->probes, before + count + 1, sizeof *environment->probes);
	for (size_t i = 0; i < count; i++) {
		EnvironmentProbe *probe = &environment->probes[before + i];
		*probe = (EnvironmentProbe){ 0 };
		bool ok = load_place(reader, &list->children[i], environment, probe, err);
		const EnvironmentProbe *same = ok ? environment_find_probe(environment, probe->name) : NULL;
		environment->probe_count++;
		if (!ok)
			return false;
		if (same)
			return reader_fail(reader, &list->children[i], err, "give each place its own name", "a probe or place is called \"%.60s\" already",
				probe->name);
	}
	return true;
}
