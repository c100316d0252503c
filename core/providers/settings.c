/* settings.c: checks the systems of the environment file. */
#include "core/providers/settings.h"

#include "core/base/file.h"

/* A name that ends in ".*" takes every key with that beginning. */
static bool is_named(const char *spec, const char *name) {
	Str beginning = str_from(spec);
	if (!str_ends(beginning, ".*"))
		return text_eq(spec, name);
	return strlen(name) > beginning.len - 1 && strncmp(name, spec, beginning.len - 1) == 0;
}

static const SettingSpec *find_spec(const SettingSpec *specs, size_t count, const char *name, bool secret) {
	for (size_t i = 0; i < count; i++)
		if (specs[i].secret == secret && is_named(specs[i].name, name))
			return &specs[i];
	return NULL;
}

static bool unknown(const SettingSpec *specs, size_t count, const EnvironmentSystem *system, const char *name, Error *err) {
	AUTO_CLEAR(StrList) names = {0};
	for (size_t i = 0; i < count; i++)
		if (!strlist_has(&names, specs[i].name))
			strlist_add(&names, specs[i].name);
	AUTO_FREE char *known = strlist_join(&names, ", ");
	error_set(err, ERROR_INVALID, "a %s system has no setting %s", system->provider, name);
	return error_hint(err, "it may have: %s", known);
}

static bool check_present(const Environment *environment, const EnvironmentSystem *system, const SettingSpec *specs, size_t count,
	Error *err) {
	JSON_EACH(item, system->settings) {
		const SettingSpec *spec = find_spec(specs, count, json_key(item), false);
		const char *why = NULL;
		if (!spec && find_spec(specs, count, json_key(item), true)) {
			error_set(err, ERROR_INVALID, "%s of %s is a secret: say where it comes from", json_key(item), system->name);
			error_hint(err, "write %s: { env: NAME } or { file: PATH }", json_key(item));
		} else if (!spec) {
			unknown(specs, count, system, json_key(item), err);
		} else if (json_is_string(item) && !param_value_fits(spec->type, NULL, str_from(json_string(item)), &why)) {
			error_set(err, ERROR_INVALID, "%s of %s: %s", json_key(item), system->name, why);
			error_hint(err, "it is: %s", spec->help);
		} else {
			continue;
		}
		return environment_error_at(environment, system_setting_place(system, json_key(item)), err);
	}
	for (size_t i = 0; i < system->secret_count; i++) {
		if (!find_spec(specs, count, system->secrets[i].key, true)) {
			unknown(specs, count, system, system->secrets[i].key, err);
			return environment_error_at(environment, system->secrets[i].source.place, err);
		}
	}
	return true;
}

bool settings_check(const Environment *environment, const EnvironmentSystem *system, const SettingSpec *specs, size_t count,
	Error *err) {
	if (!check_present(environment, system, specs, count, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!specs[i].required)
			continue;
		bool there = specs[i].secret ? system_find_secret(system, specs[i].name) != NULL : system_setting(system, specs[i].name) != NULL;
		if (there)
			continue;
		error_set(err, ERROR_MISSING, "the %s system %s has no %s", system->provider, system->name, specs[i].name);
		error_hint(err, specs[i].secret ? "write %s: { env: NAME }: %s" : "write %s: %s", specs[i].name, specs[i].help);
		return environment_error_at(environment, system->place, err);
	}
	return true;
}

char *argument_path(const Environment *environment, const char *path) {
	AUTO_FREE char *expanded = path_expand_home(path);
	return path_join(environment->folder, expanded);
}

char *setting_path(const Environment *environment, const EnvironmentSystem *system, const char *key) {
	const char *path = system_setting(system, key);
	return path ? argument_path(environment, path) : NULL;
}
