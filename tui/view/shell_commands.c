/* shell_commands.c: the commands that work on every screen. */
#include <stdio.h>
#include "core/base/alloc.h"
#include "tui/view/copying.h"
#include "tui/view/shell.h"

/* ---- screens ---- */

static void next_screen(Shell *shell, int step)
{
	size_t count = view_count(), at = shell->shown;
	do
		at = (at + count + (size_t) (step < 0 ? count - 1 : 1)) % count;
	while (shell_hides_tab(shell, at));
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
	{ COMMAND_PALETTE, open_palette }, { COMMAND_FILTER, open_filter }, { COMMAND_DECLARE, shell_declare }, { COMMAND_NOTE, shell_note },
	{ COMMAND_IMPROVEMENT, shell_improvement },
	{ COMMAND_SITREP, shell_sitrep }, { COMMAND_POST_SITREP, shell_post_sitrep },
	{ COMMAND_VERDICT, shell_damage_time }, { COMMAND_FACT, shell_fact }, { COMMAND_SET, shell_set_value }, { COMMAND_TAKE_COMMAND, shell_take_command },
	{ COMMAND_HANDOVER, shell_handover }, { COMMAND_CLOSE_INCIDENT, shell_end_incident }, { COMMAND_THEME, choose_theme },
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
	{ COMMAND_IMPROVEMENT, NEED_ENGINE | NEED_INCIDENT },
	{ COMMAND_VERDICT, NEED_ENGINE | NEED_INCIDENT }, { COMMAND_POST_SITREP, NEED_ENGINE | NEED_INCIDENT }, { COMMAND_FACT, NEED_ENGINE | NEED_INCIDENT },
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
