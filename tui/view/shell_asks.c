/* shell_asks.c: asks under way to the engine, and the one question that may be open to the person. */
#include <stdarg.h>
#include <stdio.h>
#include "core/base/alloc.h"
#include "core/engine/client_seat.h"
#include "tui/view/shell.h"

/* ---- saying ---- */

static bool is_heard(const Shell *shell, ShellSaid said, const char *text)
{
	if (shell->hear)
		shell->hear(shell->hear_userdata, said, text);
	return shell->hear != NULL;
}

void view_say(ViewContext *context, Role role, const char *format, ...)
{
	char text[MESSAGE_SIZE];
	va_list args;
	va_start(args, format);
	(void) vsnprintf(text, sizeof(text), format, args);   /* what does not fit is cut */
	va_end(args);
	if (!is_heard(context->shell, SAID_WORDS, text))
		message_set(&context->shell->message, role, context->mono, "%s", text);
	context->shell->dirty = true;
}

void view_error(ViewContext *context, const Error *err)
{
	char text[640];
	if (!is_heard(context->shell, SAID_ERROR, error_format(err, text, sizeof(text))))
		message_error(&context->shell->message, err);
	context->shell->dirty = true;
}

void view_refuse(ViewContext *context, const char *format, ...)
{
	char text[MESSAGE_SIZE];
	va_list args;
	va_start(args, format);
	(void) vsnprintf(text, sizeof(text), format, args);   /* what does not fit is cut */
	va_end(args);
	if (!is_heard(context->shell, SAID_REFUSAL, text))
		message_set(&context->shell->message, ROLE_WARN, context->mono, "%s", text);
	context->shell->dirty = true;
}

/* ---- asking the engine ---- */

struct ShellAsk {
	ShellAsk *next;
	Shell *shell;
	size_t view;
	ViewReply *reply;
	Json *data;
	char *done;
};

static void ask_free(ShellAsk *ask)
{
	json_free(ask->data);
	free(ask->done);
	free(ask);
}

static void unlink_ask(Shell *shell, const ShellAsk *ask)
{
	for (ShellAsk **at = &shell->asks; *at; at = &(*at)->next)
		if (*at == ask) {
			*at = ask->next;
			return;
		}
}

static void on_reply(void *userdata, bool ok, const Json *data, const Error *err)
{
	ShellAsk *ask = userdata;
	Shell *shell = ask->shell;
	unlink_ask(shell, ask);
	ViewContext context = shell_context(shell, ask->view, NULL);
	shell->dirty = true;
	if (ask->reply)
		ask->reply(shell->states[ask->view], &context, ok, data, err, ask->data);
	else if (!ok)
		view_error(&context, err);
	else if (ask->done)
		view_say(&context, ROLE_OK, "%s", ask->done);
	ask_free(ask);
}

static ShellAsk *add_ask(ViewContext *context, const ShellAsk *what)
{
	Shell *shell = context->shell;
	ShellAsk *ask = bg_memdup(what, sizeof(*what));
	ask->shell = shell;
	ask->view = view_index(context->view);
	ask->next = shell->asks;
	shell->asks = ask;
	return ask;
}

static void send_ask(ViewContext *context, AskName name, Json *args, const ShellAsk *what)
{
	client_ask(context->shell->client, name, args, on_reply, add_ask(context, what));
}

void view_ask(ViewContext *context, AskName name, Json *args, const char *done)
{
	send_ask(context, name, args, &(ShellAsk) { .done = bg_strdup_or_null(done) });
}

void view_ask_then(ViewContext *context, AskName name, Json *args, ViewReply *reply, Json *data)
{
	send_ask(context, name, args, &(ShellAsk) { .reply = reply, .data = data });
}

void view_lend_then(ViewContext *context, Json *args, ViewReply *reply, Json *data)
{
	client_lend(context->shell->client, args, on_reply, add_ask(context, &(ShellAsk) { .reply = reply, .data = data }));
}

/* After the client is closed nobody answers any more. */
void shell_forget_asks(Shell *shell)
{
	while (shell->asks) {
		ShellAsk *ask = shell->asks;
		shell->asks = ask->next;
		ask_free(ask);
	}
}

/* ---- asking the person ---- */

void shell_close_dialog(Shell *shell)
{
	shell->in_dialog = false;
	shell->answer = NULL;
	shell->answer_data = json_free(shell->answer_data);
	dialog_clear(&shell->dialog);
	strlist_clear(&shell->kept);
}

Dialog *view_dialog(ViewContext *context, DialogKind kind, const char *title, const char *verb, ViewAnswer *answer, Json *data)
{
	Shell *shell = context->shell;
	shell_close_dialog(shell);
	dialog_open(&shell->dialog, kind, title, verb);
	shell->in_dialog = true;
	shell->answer = answer;
	shell->answer_data = data;
	shell->answer_view = view_index(context->view);
	shell->dirty = true;
	return &shell->dialog;
}

const char *view_keep(ViewContext *context, const char *text)
{
	StrList *kept = &context->shell->kept;
	strlist_add(kept, text ? text : "");
	return kept->items[kept->count - 1];
}

/* The answer may open the next dialog: what belongs to this one is moved out first. */
void shell_end_dialog(Shell *shell, bool accepted)
{
	Dialog dialog = shell->dialog;
	StrList kept = shell->kept;
	ViewAnswer *answer = shell->answer;
	Json *data = TAKE(shell->answer_data);
	shell->dialog = (Dialog) { 0 };
	shell->kept = (StrList) { 0 };
	shell_close_dialog(shell);
	if (accepted && answer) {
		ViewContext context = shell_context(shell, shell->answer_view, NULL);
		answer(shell->states[shell->answer_view], &context, &dialog, data);
	}
	dialog_clear(&dialog);
	strlist_clear(&kept);
	json_free(data);
}

void shell_dialog_key(Shell *shell, KeyChord key)
{
	DialogEffect effect = dialog_key(&shell->dialog, key);
	if (effect != DIALOG_NONE)
		shell_end_dialog(shell, effect == DIALOG_ACCEPTED);
}

/* Asks that wait for a dialog: {ask, args, key, done}. */
static Json *ask_data(AskName name, Json *args, const char *key, const char *done)
{
	Json *data = json_new_object();
	json_add_int(data, "ask", name);
	json_add(data, "args", args ? args : json_new_object());
	json_add_string(data, "key", key);
	json_add_string(data, "done", done);
	return data;
}

static void send_after_dialog(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	Json *args = json_copy(json_get(data, "args"));
	const char *key = json_get_string(data, "key");
	if (key)
		json_add_string(args, key, form_text(&dialog->form, 0));
	view_ask(context, (AskName) json_get_int(data, "ask", 0), args, json_get_string(data, "done"));
}

void view_confirm_ask(ViewContext *context, const char *title, const char *verb, const char *text, AskName name, Json *args,
	const char *done)
{
	Dialog *dialog = view_dialog(context, DIALOG_CONFIRM, title, verb, send_after_dialog, ask_data(name, args, NULL, done));
	styled_add(&dialog->text, ROLE_TEXT, text);
}

void view_reason_ask(ViewContext *context, const char *title, const char *verb, const char *text, const char *label, const char *key,
	AskName name, Json *args, const char *done)
{
	Dialog *dialog = view_dialog(context, DIALOG_FORM, title, verb, send_after_dialog, ask_data(name, args, key, done));
	if (text)
		styled_add(&dialog->text, ROLE_TEXT, text);
	FormField *field = form_add(&dialog->form, FIELD_TEXT, view_keep(context, label), context->argument);
	field->required = true;
}
