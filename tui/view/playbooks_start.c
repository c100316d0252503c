/* playbooks_start.c: starting the selected procedure; where no incident is open, it is declared first. */
#include <stdio.h>
#include "tui/view/playbooks_view.h"

static void on_started(void *data, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *about)
{
	(void) data;
	(void) about;
	if (!ok) {
		view_error(context, err);
		return;
	}
	view_select(context, json_get_string_or(reply, "run", ""), "", "");
	view_go(context, &VIEW_WALK);
	view_say(context, ROLE_OK, "Started. The first step is selected.");
}

static void ask_start(ViewContext *context, const Json *about)
{
	Json *args = json_new_object();
	json_add_string(args, "playbook", json_get_string(about, "playbook"));
	json_add_string(args, "procedure", json_get_string(about, "procedure"));
	view_ask_then(context, ASK_START, args, on_started, NULL);
}

static void on_declared(void *data, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *about)
{
	(void) data;
	(void) reply;
	if (ok)
		ask_start(context, about);
	else
		view_error(context, err);
}

static void on_titled(void *data, ViewContext *context, const Dialog *dialog, const Json *about)
{
	(void) data;
	const char *title = form_text(&dialog->form, 0);
	if (!*title) {
		view_refuse(context, "An incident needs a title: what is broken, in a few words");
		return;
	}
	Json *args = json_new_object();
	json_add_string(args, "title", title);
	view_ask_then(context, ASK_DECLARE, args, on_declared, json_copy(about));
}

static void on_confirmed(void *data, ViewContext *context, const Dialog *dialog, const Json *about)
{
	(void) data;
	(void) dialog;
	ask_start(context, about);
}

void playbooks_start(PlaybooksState *state, ViewContext *context)
{
	const PlaybookRow *row = playbooks_selected(state);
	Json *about = json_new_object();
	json_add_string(about, "playbook", row->entry->path);
	json_add_string(about, "procedure", row->procedure->id);
	bool open = context->model->incident && context->model->incident->phase == INCIDENT_OPEN;
	bool drill = context->model->drill;
	Dialog *dialog = view_dialog(context, open ? DIALOG_CONFIRM : DIALOG_FORM, open ? "Start this procedure" : drill ? "Declare a drill, and start"
		: "Declare an incident, and start", "start", open ? on_confirmed : on_titled, about);
	if (!dialog)
		return;
	styled_printf(&dialog->text, ROLE_HEADING, "%s\n", row->procedure->title);
	AUTO_CLEAR(Buf) counts = { 0 };
	playbooks_counts(row->procedure, &counts);
	styled_printf(&dialog->text, ROLE_TEXT, "%s. Starting changes nothing: everything that would change something is planned and shown first.\n",
		buf_text(&counts));
	if (open && playbooks_is_walked(state, row))
		styled_printf(&dialog->text, ROLE_WARN, "It is %s. This begins it once more, from its first step; 3 goes to the one that is walked.\n", state->walked_words);
	if (!open) {
		FormField *title = form_add(&dialog->form, FIELD_TEXT, "What is broken?", "");
		title->required = true;
		title->help = "in a few words: it becomes the title of the record";
	}
}
