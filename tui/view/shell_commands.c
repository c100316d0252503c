/* shell_commands.c: the commands that work on every screen. */
#include <stdio.h>
#include "core/base/alloc.h"
#include "core/report/report.h"
#include "tui/view/copying.h"
#include "tui/view/moment_entry.h"
#include "tui/view/shell.h"
#include "tui/view/standing.h"

/* ---- screens ---- */

static void next_screen(Shell *shell, int step)
{
	size_t count = view_count(), at = shell->shown;
	do
		at = (at + count + (size_t) (step < 0 ? count - 1 : 1)) % count;
	while (VIEWS[at]->hidden_tab);
	shell_show(shell, at, true);
}

static void go_back(Shell *shell, ViewContext *context)
{
	if (badge_is_busy(shell)) {
		badge_clear(&shell->badge);
		view_say(context, ROLE_TOAST, "No badge was put on: you are %s.", context->model->who);
	} else if (shell->history_count)
		view_back(context);
	else
		shell_show(shell, view_index(&VIEW_BOARD), false);
}

static void open_filter(Shell *shell, ViewContext *context)
{
	shell->in_filter = true;
	input_set(&shell->filter, context->argument);
	context->view->filter(shell->states[shell->shown], context, input_text(&shell->filter));
}

/* ---- the incident ---- */

static const char *const KINDS[] = { "drill", "REAL" };

static void declared(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	(void) data;
	Json *args = json_new_object();
	json_add_string(args, "title", form_text(&dialog->form, 0));
	json_add_bool(args, "drill", context->model->drill || text_eq(form_text(&dialog->form, 1), KINDS[0]));
	view_ask(context, ASK_DECLARE, args, "Declared. Everything from now on stands in the record.");
}

static void declare(Shell *shell, ViewContext *context)
{
	(void) shell;
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "Declare an incident", "declare", declared, NULL);
	styled_add(&dialog->text, ROLE_TEXT, "Begins the record and the clock. You become its commander.\n");
	FormField *title = form_add(&dialog->form, FIELD_TEXT, "What is wrong", context->argument);
	title->required = true;
	/* Where everything is simulated or set aside for drills, there is nothing to choose. */
	if (context->model->drill)
		return;
	FormField *kind = form_add(&dialog->form, FIELD_CHOICE, "Kind", "");
	kind->choices = KINDS;
	kind->choice_count = BG_LENGTH(KINDS);
	kind->choice = 1;
	kind->help = "left and right change it";
}

static void note(Shell *shell, ViewContext *context)
{
	(void) shell;
	if (!*context->argument) {
		view_reason_ask(context, "Note", "write", NULL, "Note", "text", ASK_NOTE, NULL, "Noted.");
		return;
	}
	Json *args = json_new_object();
	json_add_string(args, "text", context->argument);
	view_ask(context, ASK_NOTE, args, "Noted.");
}

static void damage_told(ViewContext *context, const char *text)
{
	Error err = { 0 };
	WallTime time = { 0 };
	char value[32];
	if (!moment_entry_parse(str_from(text), context->wall, &time, &err)) {
		view_error(context, &err);
		return;
	}
	Json *args = json_new_object();
	snprintf(value, sizeof(value), "%lld", (long long) time.ms);
	json_add_string(args, "name", DAMAGE_FACT);
	json_add_string(args, "value", value);
	view_ask(context, ASK_FACT, args, "The verdict rests on that time now.");
}

static void damage_answered(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	(void) data;
	damage_told(context, form_text(&dialog->form, 0));
}

static void damage_time(Shell *shell, ViewContext *context)
{
	(void) shell;
	if (*context->argument) {
		damage_told(context, context->argument);
		return;
	}
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "When did the damage begin?", "set", damage_answered, NULL);
	styled_add(&dialog->text, ROLE_TEXT, "The time of the bad publish decides whether the newest backup is still good.\n");
	FormField *field = form_add(&dialog->form, FIELD_TEXT, "Time", "");
	field->required = true;
	field->help = "22:51Z, -2h, or 2026-11-21T22:51Z; UTC";
}

/* `:fact bad-publish 22:51Z`, `:set name value`: a name, a blank, the rest. */
static bool two_words(const ViewContext *context, char name[static 80], const char **ret_value)
{
	Str text = str_from(context->argument);
	ptrdiff_t blank = str_find_char(text, ' ');
	if (blank <= 0 || blank >= 80)
		return false;
	snprintf(name, 80, "%.*s", (int) blank, text.ptr);
	const char *value = text.ptr + blank;
	while (*value == ' ')
		value++;
	*ret_value = value;
	return *value != '\0';
}

static void fact(Shell *shell, ViewContext *context)
{
	(void) shell;
	char name[80];
	const char *value;
	if (!two_words(context, name, &value)) {
		view_refuse(context, "fact: write :fact NAME VALUE, as in :fact bad-publish 22:51Z");
	} else if (text_eq(name, DAMAGE_FACT)) {
		damage_told(context, value);
	} else {
		Json *args = json_new_object();
		json_add_string(args, "name", name);
		json_add_string(args, "value", value);
		view_ask(context, ASK_FACT, args, "The fact stands in the record.");
	}
}

static void set_value(Shell *shell, ViewContext *context)
{
	(void) shell;
	char name[80];
	const char *value;
	if (!two_words(context, name, &value)) {
		view_refuse(context, "set: write :set NAME VALUE");
		return;
	}
	Json *args = json_new_object();
	json_add_string(args, "run", context->run->id);
	json_add_string(args, "name", name);
	json_add_string(args, "value", value);
	view_ask(context, ASK_SET, args, "The value is set.");
}

/* ---- sitrep ---- */

static void sitrep_seen(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	(void) context;
	(void) dialog;
	(void) data;
}

static void sitrep(Shell *shell, ViewContext *context)
{
	const ClientModel *model = context->model;
	AUTO_CLEAR(Buf) text = { 0 };
	AUTO_FREE SitrepCondition *conditions = bg_calloc(model->reading_count + 1, sizeof(*conditions));
	AUTO(Incident) *none = incident_new();
	Standing standing;
	const char *why;
	standing_read(context, &standing);
	for (size_t i = 0; i < model->reading_count; i++)
		conditions[i] = (SitrepCondition) { .name = model->readings[i].name, .text = model->readings[i].text,
			.state = standing_judge(&standing, context, &model->readings[i], &why) };
	held_words(&model->held, context->wall, false, &text);
	if (text.len)
		buf_putc(&text, '\n');
	report_sitrep(model->incident ? model->incident : none, conditions, model->reading_count, context->wall, &text);
	Error err = { 0 };
	bool sent = copying_send(context, buf_str(&text), COPY_CLEANED, &err);
	/* Line mode has said it by now. */
	if (shell->hear)
		return;
	Dialog *dialog = view_dialog(context, DIALOG_INFORM, sent ? "Sitrep: copied, where the terminal can" : "Sitrep", "close", sitrep_seen, NULL);
	if (!sent)
		styled_printf(&dialog->text, ROLE_MUTED, "Not copied: %s.\n\n", err.why);
	styled_add(&dialog->text, ROLE_TEXT, buf_text(&text));
}

/* ---- command ---- */

static void hand_to(ViewContext *context, const char *name, const char *title, const char *text)
{
	Json *args = json_new_object();
	json_add_string(args, "to", name);
	view_confirm_ask(context, title, "hand over", text, ASK_HANDOVER, args, "The bar shows who commands now.");
}

static void take_command(Shell *shell, ViewContext *context)
{
	(void) shell;
	AUTO_FREE char *text = bg_asprintf("%s is in command now. The record will say that you took over.\n",
		context->model->incident->commander ? context->model->incident->commander : "Nobody");
	hand_to(context, context->model->who, "Take command", text);
}

static void handed_over(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	(void) data;
	Json *args = json_new_object();
	json_add_string(args, "to", form_text(&dialog->form, 0));
	view_ask(context, ASK_HANDOVER, args, "The bar shows who commands now.");
}

static void handover(Shell *shell, ViewContext *context)
{
	(void) shell;
	AUTO_CLEAR(Buf) names = { 0 };
	JSON_EACH(person, json_get(context->model->environment, "people"))
		buf_printf(&names, "%s%s", names.len ? ", " : "", json_get_string_or(person, "name", "?"));
	if (*context->argument) {
		AUTO_FREE char *text = bg_asprintf("%s becomes the commander of this incident.\n", context->argument);
		hand_to(context, context->argument, "Hand over the command", text);
		return;
	}
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "Hand over the command", "hand over", handed_over, NULL);
	styled_printf(&dialog->text, ROLE_TEXT, "The environment knows %s.\n", names.len ? buf_text(&names) : "nobody by name");
	FormField *field = form_add(&dialog->form, FIELD_TEXT, "To", "");
	field->required = true;
}

static void ended(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	(void) data;
	Json *args = json_new_object();
	if (*form_text(&dialog->form, 0))
		json_add_string(args, "reason", form_text(&dialog->form, 0));
	view_ask(context, ASK_END, args, "The incident has ended. Its record stays.");
}

static void end_incident(Shell *shell, ViewContext *context)
{
	(void) shell;
	const Incident *incident = context->model->incident;
	Dialog *dialog = view_dialog(context, DIALOG_FORM, "End the incident", "end it", ended, NULL);
	if (incident->open_count == 0)
		styled_add(&dialog->text, ROLE_TEXT, "Nothing is open in the ledger.\n");
	else
		styled_printf(&dialog->text, ROLE_WARN, "%zu still open in the ledger:\n", incident->open_count);
	for (size_t i = 0; i < incident->open_count; i++) {
		const LedgerItem *item = &incident->ledger[incident->open_items[i]];
		char clock[WALL_TEXT_SIZE];
		styled_printf(&dialog->text, ROLE_TEXT, "  %s, opened %s by %s\n", item->name, wall_format_hm(item->opened, context->wall, clock),
			item->opened_who ? item->opened_who : "?");
	}
	dialog->danger = incident->open_count > 0;
	FormField *field = form_add(&dialog->form, FIELD_TEXT, incident->open_count ? "Reason to leave it so" : "Closing words",
		context->argument);
	field->required = incident->open_count > 0;
}

/* ---- the console ---- */

static void choose_theme(Shell *shell, ViewContext *context)
{
	Error err = { 0 };
	AUTO_CLEAR(Buf) names = { 0 };
	for (size_t i = 0; i < theme_builtin_count(); i++)
		buf_printf(&names, "%s%s", i ? ", " : "", theme_builtin_name(i));
	if (!*context->argument) {
		view_say(context, ROLE_TEXT, "theme: this is %s; there are %s, or the path of a file", shell->theme.name, buf_text(&names));
	} else if (!theme_load(context->argument, &shell->theme, &err)) {
		view_error(context, &err);
	} else {
		term_set_theme(shell->term, &shell->theme);
		view_say(context, ROLE_TEXT, "theme: %s; to keep it: echo %s > ~/.config/breakglass/theme", shell->theme.name,
			shell->theme.name);
	}
}

static void stopped(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	(void) state;
	(void) reply;
	(void) data;
	if (!ok)
		view_error(context, err);
	context->shell->done = ok;
}

static void quit_answered(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	(void) dialog;
	(void) data;
	const Incident *incident = context->model->incident;
	if (!context->model->connected || (incident && incident->phase == INCIDENT_OPEN))
		context->shell->done = true;
	else
		view_ask_then(context, ASK_STOP, NULL, stopped, NULL);
}

static void open_palette(Shell *shell, ViewContext *context)
{
	(void) context;
	palette_open(&shell->palette);
	shell->in_palette = true;
}

static void redraw(Shell *shell, ViewContext *context)
{
	(void) context;
	if (shell->term)
		term_redraw(shell->term);
}

static void suspend(Shell *shell, ViewContext *context)
{
	(void) context;
	term_suspend(shell->term);
}

static void leave_drill(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	(void) dialog;
	(void) data;
	context->shell->done = true;
}

static void detach(Shell *shell, ViewContext *context)
{
	const Incident *incident = context->model->incident;
	if (!shell->settings->practice || !incident || incident->phase != INCIDENT_OPEN) {
		shell->done = true;
		return;
	}
	Dialog *dialog = view_dialog(context, DIALOG_CONFIRM, "End the drill", "end it", leave_drill, NULL);
	styled_add(&dialog->text, ROLE_TEXT, "The incident is still open, and the simulated systems end with this console: the drill cannot be gone on "
		"with afterwards. Its record stays.\n");
}

static void quit(Shell *shell, ViewContext *context)
{
	if (shell->settings->practice) {
		detach(shell, context);
		return;
	}
	const Incident *incident = context->model->incident;
	bool goes_on = incident && incident->phase == INCIDENT_OPEN;
	Dialog *dialog = view_dialog(context, DIALOG_CONFIRM, "Quit", "quit", quit_answered, NULL);
	styled_add(&dialog->text, ROLE_TEXT, goes_on ? "An incident is open: the engine goes on, with its probes and whatever runs.\n"
		: "No incident is open: the engine stops too, for everybody who is here. q leaves it running.\n");
}

static void badge(Shell *shell, ViewContext *context)
{
	badge_begin(shell, context->argument);
}

static void badge_off(Shell *shell, ViewContext *context)
{
	(void) context;
	badge_take_off(shell);
}

static void copy(Shell *shell, ViewContext *context)
{
	(void) shell;
	copying_run(context);
}

static void screen_after(Shell *shell, ViewContext *context)
{
	(void) context;
	next_screen(shell, 1);
}

static void screen_before(Shell *shell, ViewContext *context)
{
	(void) context;
	next_screen(shell, -1);
}

typedef struct GlobalCommand { CommandId id; void (*run)(Shell *shell, ViewContext *context); } GlobalCommand;

static const GlobalCommand GLOBAL_COMMANDS[] = {
	{ COMMAND_NEXT_SCREEN, screen_after }, { COMMAND_PREVIOUS_SCREEN, screen_before }, { COMMAND_BACK, go_back },
	{ COMMAND_PALETTE, open_palette }, { COMMAND_FILTER, open_filter }, { COMMAND_DECLARE, declare }, { COMMAND_NOTE, note },
	{ COMMAND_SITREP, sitrep },
	{ COMMAND_VERDICT, damage_time }, { COMMAND_FACT, fact }, { COMMAND_SET, set_value }, { COMMAND_TAKE_COMMAND, take_command },
	{ COMMAND_HANDOVER, handover }, { COMMAND_CLOSE_INCIDENT, end_incident }, { COMMAND_THEME, choose_theme },
	{ COMMAND_BADGE, badge }, { COMMAND_BADGE_OFF, badge_off }, { COMMAND_COPY, copy }, { COMMAND_REDRAW, redraw }, { COMMAND_SUSPEND, suspend }, { COMMAND_DETACH, detach }, { COMMAND_QUIT, quit },
};

bool shell_global_command(Shell *shell, ViewContext *context, CommandId id)
{
	for (size_t i = 0; i < view_count(); i++)
		if (VIEWS[i]->command == id) {
			shell_show(shell, i, true);
			return true;
		}
	for (size_t i = 0; i < BG_LENGTH(GLOBAL_COMMANDS); i++)
		if (GLOBAL_COMMANDS[i].id == id) {
			GLOBAL_COMMANDS[i].run(shell, context);
			return true;
		}
	return false;
}

/* ---- why not ---- */

typedef enum Need { NEED_ENGINE = 1, NEED_INCIDENT = 2, NEED_NO_INCIDENT = 4, NEED_RUN = 8, NEED_BADGE = 16 } Need;

static const struct { CommandId id; unsigned needs; } NEEDS[] = {
	{ COMMAND_DECLARE, NEED_ENGINE | NEED_NO_INCIDENT }, { COMMAND_NOTE, NEED_ENGINE | NEED_INCIDENT },
	{ COMMAND_VERDICT, NEED_ENGINE | NEED_INCIDENT }, { COMMAND_FACT, NEED_ENGINE | NEED_INCIDENT },
	{ COMMAND_SET, NEED_ENGINE | NEED_INCIDENT | NEED_RUN }, { COMMAND_TAKE_COMMAND, NEED_ENGINE | NEED_INCIDENT },
	{ COMMAND_BADGE, NEED_ENGINE }, { COMMAND_BADGE_OFF, NEED_ENGINE | NEED_BADGE },
	{ COMMAND_HANDOVER, NEED_ENGINE | NEED_INCIDENT }, { COMMAND_CLOSE_INCIDENT, NEED_ENGINE | NEED_INCIDENT },
};

const char *shell_global_reason(const ViewContext *context, CommandId id)
{
	unsigned needs = 0;
	for (size_t i = 0; i < BG_LENGTH(NEEDS); i++)
		if (NEEDS[i].id == id)
			needs = NEEDS[i].needs;
	if (id == COMMAND_FILTER && !context->view->filter)
		return "there is nothing to filter on this screen";
	const Incident *incident = context->model->incident;
	bool open = incident && incident->phase == INCIDENT_OPEN;
	if ((needs & NEED_ENGINE) && !context->model->caught_up)
		return "there is no connection to the engine";
	if ((needs & NEED_INCIDENT) && !open)
		return "no incident is open; D declares one";
	if ((needs & NEED_NO_INCIDENT) && open)
		return "an incident is open already";
	if ((needs & NEED_BADGE) && !context->model->login)
		return "nobody wears a badge here: the login acts";
	if ((needs & NEED_RUN) && !context->run)
		return "no procedure is being walked";
	return NULL;
}
