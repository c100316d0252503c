/* load_contacts.c: the emergency contacts of an environment. One that cannot be reached by anything that is written is no contact. */
#include "core/base/alloc.h"
#include "core/environment/load.h"

static bool load_contact(const Reader *reader, const YamlNode *node, EnvironmentContact *contact, Error *err)
{
	const struct { const char *key; char **field; } fields[] = { { "role", &contact->role }, { "phone", &contact->phone }, { "mail", &contact->mail },
		{ "chat", &contact->chat }, { "hours", &contact->hours }, { "note", &contact->note } };
	if (!reader_check_keys(reader, node, KEYS_CONTACT, err) || !reader_text(reader, yaml_find(node, "name"), &contact->name, err))
		return false;
	for (size_t i = 0; i < BG_LENGTH(fields); i++)
		if (!reader_text_or(reader, yaml_find(node, fields[i].key), "", fields[i].field, err))
			return false;
	contact->place = reader_place(node);
	return *contact->phone || *contact->mail || *contact->chat
		|| reader_fail(reader, node, err, "write phone:, mail: or chat:", "nothing says how %.60s is reached", contact->name);
}

bool load_contacts(const Reader *reader, const YamlNode *root, Environment *environment, Error *err)
{
	const YamlNode *list = yaml_find(root, "contacts");
	size_t count = 0;
	if (!reader_list(reader, list, &count, err))
		return false;
	environment->contacts = bg_calloc(count + 1, sizeof *environment->contacts);
	for (size_t i = 0; i < count; i++) {
		environment->contact_count++;
		if (!load_contact(reader, &list->children[i], &environment->contacts[i], err))
			return false;
	}
	return true;
}

size_t contact_fields(const EnvironmentContact *contact, ContactField ret[static CONTACT_FIELDS])
{
	const ContactField all[CONTACT_FIELDS] = { { "role", contact->role }, { "phone", contact->phone }, { "mail", contact->mail }, { "chat", contact->chat },
		{ "hours", contact->hours }, { "note", contact->note } };
	size_t count = 0;
	for (size_t i = 0; i < CONTACT_FIELDS; i++)
		if (all[i].value && *all[i].value)
			ret[count++] = all[i];
	return count;
}

const char *contact_example(void)
{
	return "contacts:\n  - name: Database vendor\n    role: support, contract 4711\n    phone: \"+1 555 0199\"\n    mail: support@example.org\n"
		"    chat: \"#db-help\"\n    hours: always\n    note: ask for severity 1\n";
}
