/* contacts.c: contacts: whom to call. Read from the environment file alone, so that it works when nothing else does. */
#include "core/base/alloc.h"
#include "core/commands/command.h"
#include "core/commands/rows.h"

static Json *contact_json(const EnvironmentContact *contact) {
	Json *json = json_new_object();
	ContactField fields[CONTACT_FIELDS];
	size_t count = contact_fields(contact, fields);
	json_add_string(json, "name", contact->name);
	for (size_t i = 0; i < count; i++)
		json_add_string(json, fields[i].label, fields[i].value);
	return json;
}

static void print_json(const Environment *environment) {
	AUTO(Json) *json = json_new_object();
	json_add_string(json, "environment", environment->name);
	Json *contacts = json_add(json, "contacts", json_new_array()), *people = json_add(json, "people", json_new_array());
	for (size_t i = 0; i < environment->contact_count; i++)
		json_append(contacts, contact_json(&environment->contacts[i]));
	for (size_t i = 0; i < environment->person_count; i++) {
		Json *person = json_append(people, json_new_object());
		json_add_string(person, "name", environment->people[i].name);
		json_add_string(person, "contact", environment->people[i].contact);
	}
	command_print_json(json);
}

static void print_contact(const EnvironmentContact *contact) {
	ContactField fields[CONTACT_FIELDS];
	size_t count = contact_fields(contact, fields);
	command_print("%s\n", contact->name);
	for (size_t i = 0; i < count; i++)
		command_print("  %-6s %s\n", fields[i].label, fields[i].value);
}

static void print_people(const Environment *environment) {
	size_t told = 0;
	for (size_t i = 0; i < environment->person_count; i++) {
		const EnvironmentPerson *person = &environment->people[i];
		AUTO_FREE char *roles = strlist_join(&person->roles, ", ");
		if (!*person->contact)
			continue;
		command_print("%s  %s%s%s%s  %s\n", told++ ? "" : "who takes part\n", person->name, *roles ? " (" : "", roles, *roles ? ")" : "", person->contact);
	}
}

int run_contacts(Command *command) {
	Error err = {0};
	if (!command_environment(command, &err))
		return command_failed(&err);
	const Environment *environment = command->environment;
	if (command->json) {
		print_json(environment);
		return EXIT_OK;
	}
	if (!environment->contact_count)
		command_print("No emergency contacts are named. Add them to %s:\n\n%s\n", command->environment_path, contact_example());
	for (size_t i = 0; i < environment->contact_count; i++)
		print_contact(&environment->contacts[i]);
	print_people(environment);
	return EXIT_OK;
}
