/* walk_resolve.c: what came of an action in doubt, as a person says it who has looked: of all of it, or of some of its nodes. */
#include "core/base/alloc.h"
#include "tui/view/walk_view.h"

#define ALL "all"
#define NAMED_MAX 12

bool walk_can_resolve(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	(void) walk;
	(void) context;
	if (!target->step)
		return error_set(err, ERROR_CONFLICT, "choose a step first");
	return target->doubt || error_set(err, ERROR_CONFLICT, "nothing of this step is in doubt");
}

static const char *const OUTCOMES[] = { "choose", "ran", "not-run" };

/* "n3, n7 n9"; all: those in doubt, as if none were named. */
static bool take_nodes(const char *text, Json *args)
{
	AUTO_CLEAR(StrList) names = { 0 };
	AUTO_FREE char *spaced = bg_strdup(text);
	for (char *c = spaced; *c; c++)
		if (*c == ',')
			*c = ' ';
	strlist_split(&names, str_from(spaced), ' ');
	if (names.count == 1 && text_eq(names.items[0], ALL))
		return true;
	Json *list = names.count ? json_add(args, "nodes", json_new_array()) : NULL;
	for (size_t i = 0; i < names.count; i++)
		json_append_string(list, names.items[i]);
	return names.count > 0;
}

static void resolved(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	if (text_eq(form_text(&dialog->form, 0), OUTCOMES[0])) {
		view_refuse(context, "nothing was recorded: say whether it ran or not");
		return;
	}
	Json *args = json_new_object();
	json_add_int(args, "action", json_get_int(data, "action", 0));
	json_add_string(args, "as", form_text(&dialog->form, 0));
	json_add_string(args, "reason", form_text(&dialog->form, 1));
	if (json_get_bool(data, "many", false) && !take_nodes(form_text(&dialog->form, 2), args)) {
		json_free(args);
		view_refuse(context, "nothing was recorded: say on which nodes you looked, or all");
		return;
	}
	view_ask(context, ASK_RESOLVE, args, "It stands in the record, with your name.");
}

static void write_doubtful(const IncidentAction *action, Styled *out)
{
	const char *separator = "In doubt: ";
	size_t named = 0;
	for (size_t i = 0; i < action->node_count && named < NAMED_MAX; i++) {
		if (action->nodes[i].end != NODE_IN_DOUBT)
			continue;
		styled_printf(out, ROLE_DOUBT, "%s%s", separator, action->nodes[i].name);
		separator = ", ";
		named++;
	}
	size_t rest = action_count_nodes(action, NODE_IN_DOUBT) - named;
	if (rest)
		styled_printf(out, ROLE_DOUBT, " and %zu more", rest);
	styled_add(out, ROLE_TEXT, "\n\n");
}

void walk_do_resolve(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	(void) walk;
	Json *data = json_new_object();
	bool many = action_count_nodes(target->doubt, NODE_IN_DOUBT) > 1;
	json_add_int(data, "action", target->doubt->number);
	json_add_bool(data, "many", many);
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "What came of it?", "record it", resolved, data);
	AUTO_CLEAR(Buf) name = { 0 };
	action_name(target->doubt, &name);
	styled_printf(&dialog->text, ROLE_TEXT, "Action %lld, %s: its end was not seen.\n", (long long) target->doubt->number, buf_text(&name));
	styled_add(&dialog->text, ROLE_TEXT, "Look at the system itself before you answer. \"ran\": it counts as done, and its checks are asked. "
		"\"not-run\": the step is to do again, with a new plan.\n\n");
	if (target->doubt->node_count)
		write_doubtful(target->doubt, &dialog->text);
	FormField *outcome = form_add(&dialog->form, FIELD_CHOICE, "It", "");
	outcome->choices = OUTCOMES;
	outcome->choice_count = BG_LENGTH(OUTCOMES);
	outcome->help = "left and right change it";
	FormField *reason = form_add(&dialog->form, FIELD_TEXT, "What you saw", "");
	reason->required = true;
	if (!many)
		return;
	FormField *nodes = form_add(&dialog->form, FIELD_TEXT, "On which nodes", ALL);
	nodes->required = true;
	nodes->help = "all, or names: n3, n7; the others stay in doubt";
}
