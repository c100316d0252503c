/* environment.c: look-ups in an Environment, and its end. Reading one is load.c. */
#include "core/environment/environment.h"

#include "core/base/alloc.h"

const EnvironmentPerson *environment_find_person(const Environment *environment, const char *name)
{
	for (size_t i = 0; i < environment->person_count; i++)
		if (text_eq(environment->people[i].name, name))
			return &environment->people[i];
	return NULL;
}

const EnvironmentPerson *environment_find_login(const Environment *environment, const char *login)
{
	if (!login || !*login)
		return NULL;
	for (size_t i = 0; i < environment->person_count; i++)
		if (text_eq(environment->people[i].login, login))
			return &environment->people[i];
	return NULL;
}

const EnvironmentPerson *environment_find_principal(const Environment *environment, const char *principal)
{
	for (size_t i = 0; i < environment->person_count; i++)
		if (text_eq(environment->people[i].principal, principal))
			return &environment->people[i];
	return NULL;
}

bool person_has_role(const EnvironmentPerson *person, const char *role)
{
	return strlist_has(&person->roles, role);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *) a, *(char *const *) b);
}

void environment_roles(const Environment *environment, StrList *ret_roles)
{
	StrList roles = { 0 };
	for (size_t i = 0; i < environment->person_count; i++)
		for (size_t j = 0; j < environment->people[i].roles.count; j++)
			if (!strlist_has(&roles, environment->people[i].roles.items[j]))
				strlist_add(&roles, environment->people[i].roles.items[j]);
	if (roles.count)
		qsort(roles.items, roles.count, sizeof *roles.items, compare_texts);
	*ret_roles = roles;
}

const EnvironmentSystem *environment_find_system(const Environment *environment, const char *name)
{
	for (size_t i = 0; i < environment->system_count; i++)
		if (text_eq(environment->systems[i].name, name))
			return &environment->systems[i];
	return NULL;
}

const EnvironmentSystem *environment_only_system(const Environment *environment, const char *provider)
{
	const EnvironmentSystem *found = NULL;
	for (size_t i = 0; i < environment->system_count; i++) {
		if (!text_eq(environment->systems[i].provider, provider))
			continue;
		if (found)
			return NULL;
		found = &environment->systems[i];
	}
	return found;
}

const EnvironmentProbe *environment_find_probe(const Environment *environment, const char *name)
{
	for (size_t i = 0; i < environment->probe_count; i++)
		if (text_eq(environment->probes[i].name, name))
			return &environment->probes[i];
	return NULL;
}

const Environment *environment_published(const Environment *environment) { return environment->published ? environment->published : environment; }

const EnvironmentNode *environment_find_node(const Environment *environment, const char *name)
{
	for (size_t i = 0; i < environment->node_count; i++)
		if (text_eq(environment->nodes[i].name, name))
			return &environment->nodes[i];
	return NULL;
}

const char *system_setting(const EnvironmentSystem *system, const char *key)
{
	return json_get_string(system->settings, key);
}

bool system_setting_bool(const EnvironmentSystem *system, const char *key, bool fallback)
{
	const char *text = system_setting(system, key);
	if (text_eq(text, "yes") || text_eq(text, "true"))
		return true;
	if (text_eq(text, "no") || text_eq(text, "false"))
		return false;
	return json_get_bool(system->settings, key, fallback);
}

const SecretSource *system_find_secret(const EnvironmentSystem *system, const char *key)
{
	for (size_t i = 0; i < system->secret_count; i++)
		if (text_eq(system->secrets[i].key, key))
			return &system->secrets[i].source;
	return NULL;
}

EnvironmentPlace system_setting_place(const EnvironmentSystem *system, const char *key)
{
	const SecretSource *secret = system_find_secret(system, key);
	if (secret)
		return secret->place;
	for (size_t i = 0; i < system->setting_count; i++)
		if (text_eq(system->setting_places[i].key, key))
			return system->setting_places[i].place;
	return system->place;
}

EnvironmentPlace probe_arg_place(const EnvironmentProbe *probe, const char *key)
{
	for (size_t i = 0; i < probe->arg_count; i++)
		if (text_eq(probe->arg_places[i].key, key))
			return probe->arg_places[i].place;
	return probe->place;
}

bool environment_error_at(const Environment *environment, EnvironmentPlace place, Error *err)
{
	if (!place.line)
		return error_where(err, "%s", environment->path);
	return error_where(err, "%s:%d:%d", environment->path, place.line, place.column);
}

static void clear_places(SettingPlace *places, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(places[i].key);
	free(places);
}

static void clear_system(EnvironmentSystem *system)
{
	for (size_t i = 0; i < system->secret_count; i++) {
		free(system->secrets[i].key);
		free(system->secrets[i].source.text);
		strlist_clear(&system->secrets[i].source.argv);
	}
	free(system->secrets);
	clear_places(system->setting_places, system->setting_count);
	json_free(system->settings);
	free(system->provider);
	free(system->name);
}

static void clear_probe(EnvironmentProbe *probe)
{
	clear_places(probe->arg_places, probe->arg_count);
	json_free(probe->args);
	free(probe->system);
	free(probe->probe);
	free(probe->name);
}

static void clear_contact(EnvironmentContact *contact)
{
	free(contact->name);
	free(contact->role);
	free(contact->phone);
	free(contact->mail);
	free(contact->chat);
	free(contact->hours);
	free(contact->note);
}

static void clear_person(EnvironmentPerson *person)
{
	strlist_clear(&person->roles);
	free(person->contact);
	free(person->principal);
	free(person->login);
	free(person->name);
}

static void clear_node(EnvironmentNode *node)
{
	free(node->path);
	free(node->backups);
	free(node->jump);
	free(node->lan);
	free(node->role);
	free(node->key);
	free(node->user);
	free(node->address);
	free(node->name);
}

Environment *environment_free(Environment *environment)
{
	if (!environment)
		return NULL;
	free(environment->damage.live);
	free(environment->damage.backup);
	free(environment->damage.bucket);
	free(environment->damage.since);
	free(environment->briefing.story);
	free(environment->briefing.procedure);
	json_free(environment->values);
	free(environment->domain);
	environment_free(environment->published);
	strlist_clear(&environment->node_signoff);
	strlist_clear(&environment->known_hosts);
	strlist_clear(&environment->command_path);
	free(environment->command_home);
	for (size_t i = 0; i < environment->node_count; i++)
		clear_node(&environment->nodes[i]);
	free(environment->nodes);
	for (size_t i = 0; i < environment->probe_count; i++)
		clear_probe(&environment->probes[i]);
	free(environment->probes);
	for (size_t i = 0; i < environment->system_count; i++)
		clear_system(&environment->systems[i]);
	free(environment->systems);
	for (size_t i = 0; i < environment->person_count; i++)
		clear_person(&environment->people[i]);
	free(environment->people);
	for (size_t i = 0; i < environment->contact_count; i++)
		clear_contact(&environment->contacts[i]);
	free(environment->contacts);
	strlist_clear(&environment->signoff.agents);
	strlist_clear(&environment->signoff.keys);
	free(environment->signoff.signers);
	free(environment->signoff.codes);
	free(environment->signoff.revoked);
	strlist_clear(&environment->zones);
	strlist_clear(&environment->playbooks);
	free(environment->group);
	free(environment->name);
	free(environment->folder);
	free(environment->path);
	free(environment);
	return NULL;
}
