/* args.c: arguments held against the table of their verb, and the system that a verb speaks to. */
#include <string.h>

#include "core/base/alloc.h"
#include "core/providers/provider.h"

static bool is_given(const Json *args, const char *name) {
	const char *value = json_get_string(args, name);
	return value && *value;
}

bool provider_check_args(const VerbSpec *spec, const Json *args, Error *err) {
	for (size_t i = 0; i < spec->param_count; i++) {
		if (spec->params[i].required && !is_given(args, spec->params[i].name)) {
			error_set(err, ERROR_INVALID, "%s wants %s=", spec->name, spec->params[i].name);
			return error_hint(err, "%s: %s", spec->params[i].name, spec->params[i].help);
		}
	}
	JSON_EACH(arg, args) {
		const char *why = NULL;
		const char *name = json_key(arg);
		if (text_eq(name, "system"))
			continue;
		const ParamSpec *param = verb_find_param(spec, str_from(name));
		if (!param) {
			error_set(err, ERROR_INVALID, "%s takes no %s=", spec->name, name);
			return error_hint(err, "breakglass check names the arguments of every action and probe");
		}
		if (!param_value_fits(param->type, param->choices, str_from(json_string(arg)), &why)) {
			error_set(err, ERROR_INVALID, "%s of %s: %s", name, spec->name, why);
			return error_hint(err, "%s: %s", name, param->help);
		}
	}
	return true;
}

static const Provider *provider_of(const char *verb) {
	for (size_t i = 0; PROVIDERS[i]; i++) {
		size_t len = strlen(PROVIDERS[i]->name);
		if (strncmp(verb, PROVIDERS[i]->name, len) == 0 && (verb[len] == '.' || verb[len] == '\0'))
			return PROVIDERS[i];
	}
	return NULL;
}

bool provider_choose_system(const Environment *environment, const char *verb, const Json *args,
	const EnvironmentSystem **ret_system, Error *err) {
	const Provider *provider = provider_of(verb);
	const char *name = json_get_string(args, "system");
	if (!provider)
		return error_set(err, ERROR_INVALID, "there is no provider for %s", verb);
	*ret_system = NULL;
	const EnvironmentSystem *system = name ? environment_find_system(environment, name)
		: environment_only_system(environment, provider->name);
	if (system && text_eq(system->provider, provider->name)) {
		*ret_system = system;
		return true;
	}
	const Action *action = action_find(verb);
	if (provider->needs_no_system && !name && !(action && action->needs_system)) {
		*ret_system = environment_only_system(environment, provider->name);
		return true;
	}
	if (system)
		error_set(err, ERROR_INVALID, "%s is a %s, not a %s", name, system->provider, provider->name);
	else if (name)
		error_set(err, ERROR_MISSING, "the environment has no system %s", name);
	else
		error_set(err, ERROR_MISSING, "the environment has no %s, or several", provider->title);
	error_where(err, "%s", environment->path);
	return error_hint(err, "name one of its systems with system=");
}

bool provider_check_environment(const Environment *environment, Error *err) {
	for (size_t i = 0; i < environment->system_count; i++) {
		const EnvironmentSystem *system = &environment->systems[i];
		const Provider *provider = provider_find(system->provider);
		if (!provider) {
			error_set(err, ERROR_INVALID, "there is no provider %s", system->provider);
			error_hint(err, "breakglass check --json lists what there is");
			return environment_error_at(environment, system->place, err);
		}
		if (provider->check_system && !provider->check_system(environment, system, err))
			return environment_error_at(environment, system->place, err);
	}
	for (size_t i = 0; i < environment->probe_count; i++) {
		const EnvironmentProbe *asked = &environment->probes[i];
		const Probe *probe = probe_find(asked->probe);
		if (!probe) {
			const VerbSpec *near = vocabulary_nearest(provider_vocabulary(), VERB_PROBE, str_from(asked->probe));
			error_set(err, ERROR_INVALID, "there is no probe %s", asked->probe);
			if (near)
				error_hint(err, "did you mean %s?", near->name);
			return environment_error_at(environment, asked->place, err);
		}
		if (!provider_check_args(&probe->spec, asked->args, err))
			return environment_error_at(environment, asked->place, err);
	}
	return true;
}
