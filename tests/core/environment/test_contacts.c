/* The emergency contacts of an environment: read, and refused where nobody could be reached. */
#include "core/environment/environment.h"
#include "tests/support/support.h"

#define HEAD "name: test\nkind: drill\n"

Test(contacts, what_is_written_is_told_in_the_order_in_which_it_is_needed)
{
	AUTO(Environment) *environment = NULL;
	Error err = { 0 };
	AUTO_CLEAR(Buf) text = { 0 };
	buf_printf(&text, HEAD "%s  - { name: Network, chat: '#net' }\n", contact_example());
	assert_ok(environment_parse(buf_str(&text), "e.yaml", &environment, &err), &err);
	cr_assert_eq(environment->contact_count, 2);
	static const char *const labels[] = { "role", "phone", "mail", "chat", "hours", "note" };
	ContactField fields[CONTACT_FIELDS];
	cr_assert_eq(contact_fields(&environment->contacts[0], fields), 6);
	for (size_t i = 0; i < 6; i++)
		assert_text("label", fields[i].label, labels[i]);
	assert_text("phone", fields[1].value, "+1 555 0199");
	cr_assert_eq(contact_fields(&environment->contacts[1], fields), 1);
	assert_text("name", environment->contacts[1].name, "Network");
	assert_text("chat", fields[0].value, "#net");
}

static const struct { const char *yaml, *why; } wrong[] = {
	{ "contacts:\n  - { name: Network, role: on call }\n", "nothing says how Network is reached" },
	{ "contacts:\n  - { phone: 1234 }\n", "name" },
	{ "contacts:\n  - { name: Network, pager: 1234 }\n", "pager" },
	{ "contacts: nobody\n", "list" },
};

Test(contacts, one_that_cannot_be_reached_is_refused_with_its_line)
{
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		AUTO(Environment) *environment = NULL;
		Error err = { 0 };
		AUTO_CLEAR(Buf) text = { 0 };
		buf_printf(&text, HEAD "%s", wrong[i].yaml);
		cr_assert(!environment_parse(buf_str(&text), "e.yaml", &environment, &err), "%s", wrong[i].yaml);
		cr_expect(strstr(err.why, wrong[i].why), "%s: %s", wrong[i].yaml, err.why);
		cr_expect(strstr(err.where, "e.yaml:"), "%s", err.where);
	}
}
