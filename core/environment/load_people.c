/* load_people.c: the people of an environment. Names, logins and principals are unique: a login that stood for two people
 * would make the record say the wrong name. */
#include "core/base/alloc.h"
#include "core/environment/load.h"

/* Refuses a person who shares `field` with an earlier one. */
static bool check_unique(const Reader *reader, const YamlNode *node, const Environment *environment, Error *err)
{
	const EnvironmentPerson *person = &environment->people[environment->person_count - 1];
	for (size_t i = 0; i + 1 < environment->person_count; i++) {
		const EnvironmentPerson *other = &environment->people[i];
		const char *field = text_eq(person->name, other->name) ? "name"
			: *person->login && text_eq(person->login, other->login) ? "login"
			: text_eq(person->principal, other->principal) ? "principal" : NULL;
		if (field)
			return reader_fail(reader, node, err, "give each person one entry, with all of their roles",
				"two people have the same %s: \"%.60s\" and \"%.60s\"", field, other->name, person->name);
	}
	return true;
}

static bool load_person(const Reader *reader, const YamlNode *node, EnvironmentPerson *person, Error *err)
{
	if (!reader_check_keys(reader, node, KEYS_PERSON, err)
		|| !reader_text(reader, yaml_find(node, "name"), &person->name, err)
		|| !reader_text_or(reader, yaml_find(node, "login"), "", &person->login, err)
		|| !reader_text_or(reader, yaml_find(node, "principal"), person->name, &person->principal, err)
		|| !reader_text_or(reader, yaml_find(node, "contact"), "", &person->contact, err))
		return false;
	const YamlNode *roles = yaml_find(node, "roles");
	if (roles && !reader_texts(reader, roles, &person->roles, err))
		return false;
	person->place = reader_place(node);
	return true;
}

bool load_people(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	const YamlNode *list = yaml_find(root, "people");
	size_t count = 0;
	if (!reader_list(reader, list, &count, err))
		return false;
	environment->people = bg_calloc(count + 1, sizeof *environment->people);
	for (size_t i = 0; i < count; i++) {
		environment->person_count++;
		if (!load_person(reader, &list->children[i], &environment->people[i], err)
			|| !check_unique(reader, &list->children[i], environment, err))
			return false;
	}
	return true;
}
