/* load_announce.c: where the incident's records are posted by themselves. It becomes a probe of the environment, named announcements, so that
 * it is asked, shown and checked as every other is. */
#include "core/base/alloc.h"
#include "core/environment/load.h"

#define ANNOUNCE_NAME "announcements"

static bool check_system(const Reader *reader, const YamlNode *map, const Environment *environment, const EnvironmentProbe *probe, Error *err)
{
	const EnvironmentSystem *system = environment_find_system(environment, probe->system);
	const YamlNode *node = yaml_find(map, "system");
	if (!system) {
		AUTO_FREE const char **names = load_system_names(environment);
		return reader_fail_unknown(reader, node, err, "the system", probe->system, names, environment->system_count);
	}
	if (!text_eq(system->provider, "slack"))
		return reader_fail(reader, node, err, "name a system whose provider is slack", "%.60s is not a slack system", probe->system);
	bool webhook = system_find_secret(system, "webhook") && !system_find_secret(system, "token");
	if (!webhook && !yaml_find(map, "channel") && !system_setting(system, "channel"))
		return reader_fail(reader, map, err, "add channel: C0123456789, as its details in Slack show it", "the channel for announcements is not named");
	if (webhook && yaml_find(map, "channel"))
		return reader_fail(reader, yaml_find(map, "channel"), err, "leave it out, or give the system a token", "a webhook posts to its own channel");
	return true;
}

static bool take_channel(const Reader *reader, const YamlNode *node, EnvironmentProbe *probe, Error *err)
{
	AUTO_FREE char *text = NULL;
	if (!node)
		return true;
	if (!reader_text(reader, node, &text, err))
		return false;
	probe->arg_places[probe->arg_count++] = (SettingPlace){ bg_strdup("channel"), reader_place(node) };
	json_add_string(probe->args, "channel", text);
	return true;
}

bool load_announce(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	const YamlNode *map = yaml_find(root, "announce");
	if (!map)
		return true;
	if (!reader_check_keys(reader, map, KEYS_ANNOUNCE, err))
		return false;
	if (environment_find_probe(environment, ANNOUNCE_NAME))
		return reader_fail(reader, map, err, "give that probe another name", "a probe is called " ANNOUNCE_NAME " already");
	environment->probes = bg_reallocarray(environment->probes, environment->probe_count + 1, sizeof *environment->probes);
	EnvironmentProbe *probe = &environment->probes[environment->probe_count++];
	*probe = (EnvironmentProbe){ .name = bg_strdup(ANNOUNCE_NAME), .probe = bg_strdup("slack.announce"), .args = json_new_object(), .place = reader_place(map),
		.arg_places = bg_calloc(1, sizeof *probe->arg_places) };
	return reader_text(reader, yaml_find(map, "system"), &probe->system, err) && check_system(reader, map, environment, probe, err)
		&& take_channel(reader, yaml_find(map, "channel"), probe, err);
}
