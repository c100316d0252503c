/* load_systems.c: systems with their raw settings and where their secrets come from.
 * A setting is a text, true/false or a list of texts; a map is the source of a secret. A secret written into the file itself is
 * refused by the look of its key. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/environment/load.h"

static const char *const secret_kinds[] = {
	[SECRET_SOURCE_ENV] = "env", [SECRET_SOURCE_FILE] = "file", [SECRET_SOURCE_COMMAND] = "command",
	[SECRET_SOURCE_FLYRC] = "flyrc", [SECRET_SOURCE_PROFILE] = "profile",
};

static bool is_secret_key(const char *key)
{
	static const char *const endings[] = { "token", "password", "secret", "credentials", "secret-key", "secret_key", "passphrase" };
	for (size_t i = 0; i < BG_LENGTH(endings); i++)
		if (str_ends(str_from(key), endings[i]))
			return true;
	return false;
}

static bool load_command(const Reader *reader, const YamlNode *node, SecretSource *source, Error *err)
{
	if (node->kind != YAML_LIST || !node->count)
		return reader_fail(reader, node, err, "write it as [program, argument, ...]; no shell reads it",
			"command must be a list of a program and its arguments");
	if (!reader_texts(reader, node, &source->argv, err))
		return false;
	source->text = bg_strdup(source->argv.items[0]);
	return true;
}

static bool load_source(const Reader *reader, const YamlNode *node, SecretSource *source, Error *err)
{
	if (!reader_check_keys(reader, node, KEYS_SECRET, err))
		return false;
	if (node->count != 1)
		return reader_fail(reader, node, err, "one of env, file, command, flyrc, profile", "%s needs exactly one source", node->key);
	const YamlNode *member = &node->children[0];
	source->place = reader_place(node);
	for (size_t i = 0; i < BG_LENGTH(secret_kinds); i++)
		if (text_eq(member->key, secret_kinds[i]))
			source->kind = (SecretSourceKind) i;
	if (source->kind == SECRET_SOURCE_COMMAND)
		return load_command(reader, member, source, err);
	if (source->kind == SECRET_SOURCE_FILE)
		return reader_path(reader, member, &source->text, err);
	return reader_text(reader, member, &source->text, err);
}

static bool load_setting_list(const Reader *reader, const YamlNode *node, Json *settings, Error *err)
{
	AUTO_CLEAR(StrList) texts = { 0 };
	if (!reader_texts(reader, node, &texts, err))
		return false;
	Json *array = json_add(settings, node->key, json_new_array());
	for (size_t i = 0; i < texts.count; i++)
		json_append_string(array, texts.items[i]);
	return true;
}

static bool load_setting(const Reader *reader, const YamlNode *node, EnvironmentSystem *system, Error *err)
{
	if (node->kind == YAML_MAP) {
		EnvironmentSecret *secret = &system->secrets[system->secret_count++];
		secret->key = bg_strdup(node->key);
		return load_source(reader, node, &secret->source, err);
	}
	if (is_secret_key(node->key))
		return reader_fail(reader, node, err, "take the secret out of this file, renew it, and write { env: NAME } or { file: PATH }",
			"%s would be a secret in the environment file", node->key);
	system->setting_places[system->setting_count++] = (SettingPlace){ bg_strdup(node->key), reader_place(node) };
	if (node->kind == YAML_LIST)
		return load_setting_list(reader, node, system->settings, err);
	AUTO_FREE char *text = NULL;
	if (!reader_text(reader, node, &text, err))
		return false;
	if (node->plain && (text_eq(text, "true") || text_eq(text, "false")))
		json_add_bool(system->settings, node->key, text_eq(text, "true"));
	else
		json_add_string(system->settings, node->key, text);
	return true;
}

static bool load_system(const Reader *reader, const YamlNode *node, EnvironmentSystem *system, Error *err)
{
	system->name = bg_strdup(node->key);
	system->place = reader_place(node);
	if (!reader_check_keys(reader, node, KEYS_SYSTEM, err)
		|| !reader_text(reader, yaml_find(node, "provider"), &system->provider, err))
		return false;
	system->settings = json_new_object();
	system->setting_places = bg_calloc(node->count, sizeof *system->setting_places);
	system->secrets = bg_calloc(node->count, sizeof *system->secrets);
	for (size_t i = 0; i < node->count; i++)
		if (!text_eq(node->children[i].key, "provider") && !load_setting(reader, &node->children[i], system, err))
			return false;
	return true;
}

bool load_systems(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	const YamlNode *map = yaml_find(root, "systems");
	if (map && map->kind != YAML_MAP)
		return reader_fail(reader, map, err, "write \"name: { provider: ... }\" lines", "systems must be a map, but this is %s",
			yaml_kind_name(map));
	if (map && map->count > ENVIRONMENT_MAX_ITEMS)
		return reader_fail(reader, map, err, "shorten it", "systems has more than %d items", ENVIRONMENT_MAX_ITEMS);
	size_t count = map ? map->count : 0;
	environment->systems = bg_calloc(count + 1, sizeof *environment->systems);
	for (size_t i = 0; i < count; i++) {
		environment->system_count++;
		if (!load_system(reader, &map->children[i], &environment->systems[i], err))
			return false;
	}
	return true;
}

const char **load_system_names(const Environment *environment)
{
	const char **names = bg_calloc(environment->system_count + 1, sizeof *names);
	for (size_t i = 0; i < environment->system_count; i++)
		names[i] = environment->systems[i].name;
	return names;
}
