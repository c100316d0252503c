/* nodes_command.c: see nodes_command.h. */
#include "tui/view/nodes_command.h"

#include "core/base/text.h"

#define NAMES_SHOWN 12               /* in the question; all of them stand in the plan */
#define COMMAND_SHOWN 40             /* bytes of it beside the score */

static bool is_open(const ViewContext *context)
{
	return context->model->incident && context->model->incident->phase == INCIDENT_OPEN;
}

const IncidentAction *nodes_command_last(const ViewContext *context)
{
	return is_open(context) ? incident_last_on_nodes(context->model->incident) : NULL;
}

const ActionNode *nodes_command_end(const IncidentAction *action, const char *name)
{
	for (size_t i = 0; action && i < action->node_count; i++)
		if (text_eq(action->nodes[i].name, name))
			return &action->nodes[i];
	return NULL;
}

void nodes_command_words(const ActionNode *node, Buf *out)
{
	buf_printf(out, "%s%s%s", node_end_words(node->end), node->why ? ": " : "", node->why ? node->why : "");
}

Role nodes_command_role(NodeEnd end)
{
	static const Role roles[NODE_END_COUNT] = { [NODE_OPEN] = ROLE_NOTICE, [NODE_DONE] = ROLE_OK, [NODE_FAILED] = ROLE_FAIL, [NODE_IN_DOUBT] = ROLE_WARN,
		[NODE_NOT_STARTED] = ROLE_MUTED };
	return roles[end];
}

void nodes_command_score(const IncidentAction *action, Buf *out)
{
	const char *command = action->command ? action->command : "";
	size_t width, len = text_fit(str_from(command), COMMAND_SHOWN, &width);
	action_score(action, out);
	buf_printf(out, "   %.*s%s", (int) len, command, command[len] ? "..." : "");
}

/* ---- sending ---- */

const char *nodes_command_no_send(const ViewContext *context)
{
	return is_open(context) ? NULL : "a command on machines stands in a record: D declares an incident first";
}

static void go_and_plan(ViewContext *context, const char *run, const char *step)
{
	view_select(context, run, step, "");
	view_go(context, &VIEW_WALK);
	view_command(context, COMMAND_PLAN, NULL);
}

static void on_started(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *about)
{
	(void) state;
	(void) about;
	if (!ok) {
		view_error(context, err);
		return;
	}
	go_and_plan(context, json_get_string_or(reply, "run", ""), json_get_string_or(reply, "step", ""));
}

static void on_command(void *state, ViewContext *context, const Dialog *dialog, const Json *about)
{
	(void) state;
	const char *timeout = form_text(&dialog->form, 1);
	Json *args = json_copy(about);
	json_add_string(args, "command", form_text(&dialog->form, 0));
	json_add_string(args, "timeout", *timeout ? timeout : NULL);
	view_ask_then(context, ASK_COMMAND, args, on_started, NULL);
}

static void write_names(const StrList *names, Styled *text)
{
	styled_printf(text, ROLE_HEADING, "%zu node%s", names->count, names->count == 1 ? "" : "s");
	for (size_t i = 0; i < names->count && i < NAMES_SHOWN; i++)
		styled_printf(text, ROLE_TEXT, "%s%s", i ? ", " : ": ", names->items[i]);
	if (names->count > NAMES_SHOWN)
		styled_printf(text, ROLE_TEXT, " and %zu more", names->count - NAMES_SHOWN);
	styled_newline(text);
}

void nodes_command_ask(ViewContext *context, const StrList *names)
{
	Json *about = json_new_object();
	Json *list = json_add(about, "nodes", json_new_array());
	for (size_t i = 0; i < names->count; i++)
		json_append_string(list, names->items[i]);
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "Command on nodes", "plan it", on_command, about);
	if (!dialog)
		return;
	write_names(names, &dialog->text);
	if (!context->small)
		styled_add(&dialog->text, ROLE_MUTED, "Nothing is sent yet: the plan with the exact list comes first, and who has to sign it.\n");
	FormField *command = form_add(&dialog->form, FIELD_TEXT, "Command", "");
	command->required = true;
	command->help = "one line for the login's shell there";
	FormField *timeout = form_add(&dialog->form, FIELD_TEXT, "Each may take", "");
	timeout->help = "such as 30s; 10m when left empty";
}

/* ---- again ---- */

const char *nodes_command_no_retry(const ViewContext *context)
{
	const IncidentAction *last = nodes_command_last(context);
	if (!last)
		return "no command was sent to nodes in this incident";
	if (last->state == ACTION_RUNNING)
		return "it is under way";
	if (last->state == ACTION_IN_DOUBT)
		return "its outcome is not known on some: look there, then R on the walk says ran or not";
	return action_count_nodes(last, NODE_DONE) == last->node_count ? "it is done on all of them" : NULL;
}

void nodes_command_retry(ViewContext *context)
{
	const IncidentAction *last = nodes_command_last(context);
	const Run *run = &context->model->incident->runs[last->run];
	go_and_plan(context, run->id, run->steps[last->step].id);
}
