/* contacts.c: whom to call: the emergency contacts of the environment, over whatever screen is shown. Read from its file when the console began: it needs no
 * engine, no network, and no other person. */
#include <stdio.h>
#include "core/base/alloc.h"
#include "core/environment/environment.h"
#include "tui/view/shell.h"
#include "tui/widget/pager.h"

#define LABEL_COLUMNS 9

typedef struct ContactsState { Pager pager; Styled text; } ContactsState;

static void write_contact(const EnvironmentContact *contact, Styled *out)
{
	ContactField fields[CONTACT_FIELDS];
	size_t count = contact_fields(contact, fields);
	styled_printf(out, ROLE_HEADING, "%s\n", contact->name);
	for (size_t i = 0; i < count; i++) {
		AUTO_FREE char *label = bg_asprintf("  %s", fields[i].label);
		styled_field(out, LABEL_COLUMNS, label, text_eq(fields[i].label, "phone") ? ROLE_CODE : ROLE_TEXT, fields[i].value);
	}
	styled_newline(out);
}

static void write_people(const Environment *environment, Styled *out)
{
	size_t told = 0;
	for (size_t i = 0; i < environment->person_count; i++) {
		const EnvironmentPerson *person = &environment->people[i];
		AUTO_FREE char *roles = strlist_join(&person->roles, ", ");
		if (!*person->contact)
			continue;
		if (!told++)
			styled_add(out, ROLE_HEADING, "Who takes part\n");
		styled_printf(out, ROLE_TEXT, "  %s%s%s%s  ", person->name, *roles ? " (" : "", roles, *roles ? ")" : "");
		styled_printf(out, ROLE_CODE, "%s\n", person->contact);
	}
}

static void write_empty(const Shell *shell, Styled *out)
{
	styled_add(out, ROLE_WARN, "No emergency contacts are named.\n");
	styled_printf(out, ROLE_TEXT, "Add them to %s, then open the console again:\n\n", shell->settings->environment_path);
	styled_add(out, ROLE_CODE, contact_example());
	styled_newline(out);
}

static void update(void *state, ViewContext *context)
{
	ContactsState *contacts = state;
	const Environment *environment = context->shell->settings->environment;
	styled_reset(&contacts->text);
	if (!environment || !environment->contact_count)
		write_empty(context->shell, &contacts->text);
	for (size_t i = 0; environment && i < environment->contact_count; i++)
		write_contact(&environment->contacts[i], &contacts->text);
	if (environment)
		write_people(environment, &contacts->text);
}

static void shown(void *state, ViewContext *context)
{
	ContactsState *contacts = state;
	(void) context;
	contacts->pager.top = 0;
}

static void render(void *state, const ViewContext *context, Canvas *canvas, Rect rect)
{
	ContactsState *contacts = state;
	(void) context;
	pager_render(&contacts->pager, &contacts->text, canvas, rect_inset(rect, 1, 0));
}

static Outcome on_command(void *state, ViewContext *context, CommandId id)
{
	ContactsState *contacts = state;
	if (id == COMMAND_CONTACTS) {
		view_back(context);
		return OUTCOME_DONE;
	}
	return pager_command(&contacts->pager, &contacts->text, id) ? OUTCOME_DONE : OUTCOME_IGNORED;
}

static void filter(void *state, ViewContext *context, const char *text)
{
	ContactsState *contacts = state;
	if (!pager_search(&contacts->pager, &contacts->text, text) && *text)
		view_refuse(context, "\"%s\" stands at no contact", text);
}

static void hint(void *state, const ViewContext *context, char text[static VIEW_HINT_SIZE])
{
	(void) state;
	(void) context;
	snprintf(text, VIEW_HINT_SIZE, "Whom to call. Esc goes back.");
}

static bool page(void *state, ViewContext *context, Styled *out)
{
	ContactsState *contacts = state;
	update(state, context);
	styled_add_str(out, ROLE_TEXT, buf_str(&contacts->text.text));
	return true;
}

static void close_contacts(void *state)
{
	ContactsState *contacts = state;
	styled_clear(&contacts->text);
}

const View VIEW_CONTACTS = {
	.name = "contacts",
	.title = "Contacts",
	.command = COMMAND_CONTACTS,
	.contexts = { CONTEXT_PAGER },
	.state_size = sizeof(ContactsState),
	.hidden_tab = true,
	.close = close_contacts,
	.shown = shown,
	.update = update,
	.render = render,
	.on_command = on_command,
	.filter = filter,
	.hint = hint,
	.page = page,
};
