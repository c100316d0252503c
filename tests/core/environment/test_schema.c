/* The schema that ships for editors says what the loader does, and the example that ships loads. */
#include "core/base/alloc.h"
#include "core/base/json.h"
#include "core/environment/environment.h"
#include "core/environment/keys.h"
#include "tests/support/support.h"

static bool array_has(const Json *array, const char *text)
{
	JSON_EACH(item, array)
		if (text_eq(json_string(item), text))
			return true;
	return false;
}

static void compare_section(const EnvironmentKeys *keys, const Json *object)
{
	const Json *properties = json_get(object, "properties"), *required = json_get(object, "required");
	cr_assert(json_is_object(properties), "%s is not in the schema", keys->title);
	cr_expect_eq(json_count(properties), keys->count, "%s: the schema has other keys", keys->title);
	cr_expect_eq(json_is_bool(json_get(object, "additionalProperties")), !keys->open, "%s", keys->title);
	for (size_t i = 0; i < keys->count; i++) {
		const EnvironmentKey *key = &keys->keys[i];
		const Json *property = json_get(properties, key->name);
		cr_expect(property, "%s: %s is not in the schema", keys->title, key->name);
		cr_expect(text_eq(json_get_string(property, "description"), key->help), "%s: %s has another description", keys->title, key->name);
		cr_expect_eq(array_has(required, key->name), key->required, "%s: %s", keys->title, key->name);
	}
}

Test(schema, has_the_keys_of_the_loader)
{
	AUTO_FREE char *path = source_path("playbooks/environment.schema.json");
	AUTO_FREE char *text = read_text(path);
	AUTO(Json) *schema = NULL;
	Error err = { 0 };
	assert_ok(json_parse(str_from(text), &schema, &err), &err);
	const Json *definitions = json_get(schema, "definitions");
	for (size_t i = 0; i < KEY_SECTION_COUNT; i++) {
		const EnvironmentKeys *keys = &ENVIRONMENT_KEYS[i];
		compare_section(keys, keys->schema_name ? json_get(definitions, keys->schema_name) : schema);
	}
}

Test(schema, the_example_that_ships_loads_and_shows_every_section)
{
	AUTO_FREE char *path = source_path("playbooks/ocw-content/environment.yaml");
	AUTO_FREE char *text = read_text(path);
	AUTO(Environment) *environment = NULL;
	Error err = { 0 };
	assert_ok(environment_load(path, &environment, &err), &err);
	for (size_t i = 0; i < ENVIRONMENT_KEYS[KEYS_TOP].count; i++) {
		AUTO_FREE char *line = bg_asprintf("\n%s:", ENVIRONMENT_KEYS[KEYS_TOP].keys[i].name);
		AUTO_FREE char *comment = bg_asprintf("\n# %s:", ENVIRONMENT_KEYS[KEYS_TOP].keys[i].name);
		cr_expect(strstr(text, line) || strstr(text, comment), "the example does not show %s", line + 1);
	}
	cr_expect_eq(environment->probe_count, 8u);   /* six probes, and one place for checkpoints */
	cr_expect_eq(environment->system_count, 4u);
}
