/* load_readiness.c: a place that has playbooks has a reading of what they lack here, also where its file names none: what the night of an outage would miss is
 * no use in a row that somebody has to think of first. A row of its own in `probes` is left as it is. */
#include "core/base/alloc.h"
#include "core/environment/load.h"

#define READINESS_PROBE "readiness.environment"

static const char *const NAMES[] = { "readiness", "readiness of this place" };

static bool has_row(const Environment *environment)
{
	for (size_t i = 0; i < environment->probe_count; i++)
		if (text_eq(environment->probes[i].probe, READINESS_PROBE))
			return true;
	return false;
}

static void add_row(const YamlNode *playbooks, const char *name, Environment *environment)
{
	environment->probes = bg_reallocarray(environment->probes, environment->probe_count + 1, sizeof *environment->probes);
	environment->probes[environment->probe_count++] = (EnvironmentProbe){ .name = bg_strdup(name), .probe = bg_strdup(READINESS_PROBE), .system = bg_strdup(""),
		.args = json_new_object(), .place = reader_place(playbooks) };
}

bool load_readiness(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	static const char *const answers[] = { "false", "true" };
	const YamlNode *said = yaml_find(root, "readiness");
	size_t wanted = 1;
	if (said && !reader_choice(reader, said, answers, BG_LENGTH(answers), &wanted, err))
		return false;
	const char *name = environment_find_probe(environment, NAMES[0]) ? NAMES[1] : NAMES[0];
	if (wanted && environment->playbooks.count && !has_row(environment) && !environment_find_probe(environment, name))
		add_row(yaml_find(root, "playbooks"), name, environment);
	return true;
}
