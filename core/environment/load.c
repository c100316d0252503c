/* load.c: the whole environment file, section by section, and the simple sections themselves. */
#include "core/environment/load.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/zone.h"

#define ZONES_MAX 6

static bool load_head(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	static const char *const kinds[] = { [ENVIRONMENT_LIVE] = "live", [ENVIRONMENT_DRILL] = "drill" };
	static const char *const answers[] = { "false", "true" };
	size_t kind = 0, dedicated = 0;
	const YamlNode *said = yaml_find(root, "dedicated");
	if (!reader_text(reader, yaml_find(root, "name"), &environment->name, err)
		|| !reader_choice(reader, yaml_find(root, "kind"), kinds, BG_LENGTH(kinds), &kind, err)
		|| (said && !reader_choice(reader, said, answers, BG_LENGTH(answers), &dedicated, err))
		|| !reader_paths(reader, yaml_find(root, "playbooks"), &environment->playbooks, err)
		|| !reader_text_or(reader, yaml_find(root, "group"), "", &environment->group, err)
		|| !reader_span(reader, yaml_find(root, "objective"), 0, &environment->objective_ms, err))
		return false;
	environment->kind = (EnvironmentKind) kind;
	environment->dedicated = said ? dedicated == 1 : environment->kind == ENVIRONMENT_DRILL;
	return true;
}

static bool load_signoff(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	SignoffSettings *signoff = &environment->signoff;
	static const char *const answers[] = { "no", "yes" };
	size_t solo = 0;
	const YamlNode *map = yaml_find(root, "signoff");
	if (map && !reader_check_keys(reader, map, KEYS_SIGNOFF, err))
		return false;
	if (yaml_find(map, "solo") && !reader_choice(reader, yaml_find(map, "solo"), answers, BG_LENGTH(answers), &solo, err))
		return false;
	signoff->solo = solo == 1;
	return reader_path(reader, yaml_find(root, "signers"), &signoff->signers, err)
		&& reader_span(reader, yaml_find(map, "validity"), ENVIRONMENT_DEFAULT_VALIDITY_MS, &signoff->validity_ms, err)
		&& reader_span(reader, yaml_find(map, "badge"), ENVIRONMENT_DEFAULT_BADGE_MS, &signoff->badge_ms, err)
		&& reader_span(reader, yaml_find(map, "plan-age"), ENVIRONMENT_DEFAULT_PLAN_AGE_MS, &signoff->plan_age_ms, err)
		&& reader_own_paths(reader, yaml_find(map, "agents"), &signoff->agents, err)
		&& reader_own_paths(reader, yaml_find(map, "keys"), &signoff->keys, err)
		&& reader_path(reader, yaml_find(map, "codes"), &signoff->codes, err)
		&& reader_path(reader, yaml_find(map, "revoked"), &signoff->revoked, err);
}

static bool load_values(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	environment->values = json_new_object();
	const YamlNode *map = yaml_find(root, "values");
	if (!map)
		return true;
	if (map->kind != YAML_MAP)
		return reader_fail(reader, map, err, "write it as \"name: value\" lines", "values must be a map, but this is %s",
			yaml_kind_name(map));
	if (map->count > ENVIRONMENT_MAX_ITEMS)
		return reader_fail(reader, map, err, "shorten it", "values has more than %d items", ENVIRONMENT_MAX_ITEMS);
	for (size_t i = 0; i < map->count; i++) {
		AUTO_FREE char *text = NULL;
		if (!reader_text(reader, &map->children[i], &text, err))
			return false;
		json_add_string(environment->values, map->children[i].key, text);
	}
	return true;
}

static bool load_commands(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	const YamlNode *map = yaml_find(root, "commands");
	return (!map || reader_check_keys(reader, map, KEYS_COMMANDS, err))
		&& reader_paths(reader, yaml_find(map, "path"), &environment->command_path, err)
		&& reader_path(reader, yaml_find(map, "home"), &environment->command_home, err);
}

/* In earnest nobody knows beforehand what will have happened. */
static bool load_briefing(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	Briefing *briefing = &environment->briefing;
	const YamlNode *map = yaml_find(root, "briefing");
	if (map && !reader_check_keys(reader, map, KEYS_BRIEFING, err))
		return false;
	if (map && environment->kind != ENVIRONMENT_DRILL)
		return reader_fail(reader, map, err, "say kind: drill, or leave it out", "a briefing is for drills, and this environment is live");
	return reader_text_or(reader, yaml_find(map, "story"), "", &briefing->story, err)
		&& reader_text_or(reader, yaml_find(map, "procedure"), "", &briefing->procedure, err);
}

/* Names only: whether this machine has the rules of a zone is said where a time is shown in it. */
static bool load_zones(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	const YamlNode *node = yaml_find(root, "zones");
	if (node && !reader_texts(reader, node, &environment->zones, err))
		return false;
	if (environment->zones.count > ZONES_MAX)
		return reader_fail(reader, node, err, "name those that people look at", "more than %d zones do not fit on a screen", ZONES_MAX);
	for (size_t i = 0; i < environment->zones.count; i++)
		if (!zone_is_name(environment->zones.items[i]) && !text_eq(environment->zones.items[i], "UTC"))
			return reader_fail(reader, node, err, "write a name such as Europe/London", "\"%.40s\" is no name of a time zone", environment->zones.items[i]);
	return true;
}

static bool load_all(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	return reader_check_keys(reader, root, KEYS_TOP, err)
		&& load_head(reader, root, environment, err)
		&& load_zones(reader, root, environment, err)
		&& load_signoff(reader, root, environment, err)
		&& load_people(reader, root, environment, err)
		&& load_contacts(reader, root, environment, err)
		&& load_systems(reader, root, environment, err)
		&& load_probes(reader, root, environment, err)
		&& load_checkpoints(reader, root, environment, err)
		&& load_announce(reader, root, environment, err)
		&& load_nodes(reader, root, environment, err)
		&& load_readiness(reader, root, environment, err)
		&& load_commands(reader, root, environment, err)
		&& load_values(reader, root, environment, err)
		&& load_damage(reader, root, environment, err)
		&& load_briefing(reader, root, environment, err);
}

bool environment_parse(Str text, const char *path, Environment **ret_environment, Error *err)
{
	AUTO(YamlNode) *root = NULL;
	if (!yaml_parse(text, path, ENVIRONMENT_MAX_BYTES, &root, err))
		return error_what(err, "read the environment");
	AUTO(Environment) *environment = bg_calloc(1, sizeof *environment);
	environment->path = bg_strdup(path);
	environment->folder = path_folder(path);
	Reader reader = { .path = path, .folder = environment->folder };
	if (!load_all(&reader, root, environment, err))
		return error_what(err, "read the environment");
	*ret_environment = TAKE(environment);
	return true;
}

bool environment_load(const char *path, Environment **ret_environment, Error *err)
{
	AUTO_CLEAR(Buf) text = { 0 };
	if (!file_read(path, ENVIRONMENT_MAX_BYTES, &text, err)) {
		error_what(err, "read the environment");
		error_where(err, "%s", path);
		return error_hint(err, "name the file with --env, or see playbooks/ocw-content/environment.yaml for an example");
	}
	return environment_parse(buf_str(&text), path, ret_environment, err);
}
