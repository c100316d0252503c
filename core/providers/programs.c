/* programs.c: see programs.h. */
#include "core/providers/programs.h"

#include "core/base/alloc.h"
#include "core/environment/secrets.h"

static const Provider *provider_of(const char *verb) {
	ptrdiff_t dot = str_find_char(str_from(verb), '.');
	AUTO_FREE char *name = dot > 0 ? bg_strndup(verb, (size_t) dot) : bg_strdup(verb);
	return provider_find(name);
}

static void add_secrets(const EnvironmentSystem *system, StrList *who) {
	for (size_t i = 0; i < system->secret_count; i++) {
		const EnvironmentSecret *secret = &system->secrets[i];
		if (secret->source.kind != SECRET_SOURCE_COMMAND)
			continue;
		AUTO_FREE char *source = secret_source_describe(&secret->source);
		strlist_add_take(who, bg_asprintf("%s of %s (%s)", secret->key, system->name, source));
	}
}

void programs_of_environment(const Environment *environment, StrList *ret_who) {
	for (size_t i = 0; i < environment->system_count; i++) {
		const EnvironmentSystem *system = &environment->systems[i];
		const Provider *provider = provider_find(system->provider);
		add_secrets(system, ret_who);
		const char *what = provider && provider->system_program ? provider->system_program(system) : NULL;
		if (what)
			strlist_add_take(ret_who, bg_asprintf("%s (%s)", system->name, what));
	}
	/* Which of them it will be for, only the machines themselves tell. */
	if (environment->node_count)
		strlist_add(ret_who, "nodes (ssh, for what libssh2 cannot do)");
}

void programs_of_verb(const char *verb, StrList *ret_who) {
	const Provider *provider = provider_of(verb);
	if (provider && provider->actions_are_programs)
		strlist_add(ret_who, verb);
}

void provider_write_folders(const Call *call, const char *verb, StrList *ret) {
	const Provider *provider = provider_of(verb);
	Call own = *call;
	/* One that cannot be chosen ends the action before it writes. */
	if (provider && provider->write_folders && provider_choose_system(call->environment, verb, call->args, &own.system, NULL))
		provider->write_folders(&own, ret);
}
