/* shell.c: the screens' common life: which one is shown, who gets a key, what a command means. */
#include "tui/view/shell.h"
#include <stdio.h>
#include "core/base/alloc.h"

#define SMALL_COLUMNS 60
#define SMALL_ROWS 20

void shell_init(Shell *shell, const ConsoleSettings *settings)
{
	*shell = (Shell) { .settings = settings, .began = mono_now() };
	shell->states = bg_calloc(view_count(), sizeof(*shell->states));
	keymap_init(&shell->keymap);
}

/* After the client: views may look at the model. */
void shell_open_views(Shell *shell)
{
	for (size_t i = 0; i < view_count(); i++) {
		shell->states[i] = bg_calloc(1, VIEWS[i]->state_size ? VIEWS[i]->state_size : 1);
		ViewContext context = shell_context(shell, i, NULL);
		if (VIEWS[i]->open)
			VIEWS[i]->open(shell->states[i], &context);
	}
	shell->dirty = true;
}

void shell_clear(Shell *shell)
{
	shell_close_dialog(shell);
	for (size_t i = 0; i < view_count(); i++) {
		if (shell->states[i] && VIEWS[i]->close)
			VIEWS[i]->close(shell->states[i]);
		free(shell->states[i]);
	}
	free(shell->states);
	shell->client = client_close(shell->client);
	shell_forget_asks(shell);
	palette_clear(&shell->palette);
	input_clear(&shell->filter);
	waiting_clear(&shell->waiting);
	badge_clear(&shell->badge);
	canvas_clear(&shell->canvas);
}

const ClientModel *shell_model(const Shell *shell)
{
	return shell->client ? client_model(shell->client) : &shell->nothing;
}

/* ---- context ---- */

static const Run *chosen_run(const Shell *shell, const Incident *incident)
{
	if (!incident)
		return NULL;
	const Run *run = *shell->run_id ? incident_find_run(incident, shell->run_id) : NULL;
	if (!run)
		run = incident_current_run(incident);
	if (!run && incident->run_count)
		run = &incident->runs[incident->run_count - 1];
	return run;
}

ViewContext shell_context(Shell *shell, size_t view, const char *argument)
{
	const ClientModel *model = shell_model(shell);
	int columns = shell->canvas.width, rows = shell->canvas.height;
	ViewContext context = { .model = model, .wall = wall_now(), .mono = mono_now(), .run = chosen_run(shell, model->incident),
		.gate = shell->gate_id, .argument = argument ? argument : "", .keymap = &shell->keymap, .glyphs = shell->glyphs,
		.small = columns < SMALL_COLUMNS || rows < SMALL_ROWS, .shell = shell, .view = VIEWS[view] };
	context.step = context.run && *shell->step_id ? run_find_step(context.run, shell->step_id) : NULL;
	return context;
}

bool shell_hides_tab(Shell *shell, size_t view)
{
	ViewContext context = shell_context(shell, view, NULL);
	return VIEWS[view]->hidden_tab || (VIEWS[view]->is_absent && VIEWS[view]->is_absent(shell->states[view], &context));
}

void view_select(ViewContext *context, const char *run, const char *step, const char *gate)
{
	Shell *shell = context->shell;
	if (run)
		snprintf(shell->run_id, sizeof(shell->run_id), "%s", run);
	if (step)
		snprintf(shell->step_id, sizeof(shell->step_id), "%s", step);
	if (gate)
		snprintf(shell->gate_id, sizeof(shell->gate_id), "%s", gate);
	ViewContext now = shell_context(shell, view_index(context->view), context->argument);
	context->run = now.run;
	context->step = now.step;
	shell->dirty = true;
}

/* ---- which screen ---- */

static void close_filter(Shell *shell)
{
	shell->in_filter = false;
	input_clear(&shell->filter);
}

void shell_show(Shell *shell, size_t view, bool remember)
{
	if (view == shell->shown)
		return;
	if (remember) {
		if (shell->history_count == SHELL_HISTORY_MAX) {
			memmove(shell->history, shell->history + 1, sizeof(shell->history) - sizeof(*shell->history));
			shell->history_count--;
		}
		shell->history[shell->history_count++] = shell->shown;
	}
	close_filter(shell);
	shell->shown = view;
	shell->dirty = true;
	ViewContext context = shell_context(shell, view, NULL);
	if (VIEWS[view]->shown)
		VIEWS[view]->shown(shell->states[view], &context);
	/* Keys may follow at once, before a frame is drawn: they find the rows that the frame will show. */
	if (VIEWS[view]->update)
		VIEWS[view]->update(shell->states[view], &context);
}

void view_go(ViewContext *context, const View *view)
{
	shell_show(context->shell, view_index(view), true);
}

void view_back(ViewContext *context)
{
	Shell *shell = context->shell;
	if (shell->history_count)
		shell_show(shell, shell->history[--shell->history_count], false);
}

void view_command(ViewContext *context, CommandId id, const char *argument)
{
	(void) shell_run_command(context->shell, id, argument);   /* a view asks for what there is */
}

/* ---- commands ---- */

size_t shell_key_contexts(const Shell *shell, CommandContext ret_contexts[static VIEW_MAX_CONTEXTS])
{
	const View *view = VIEWS[shell->shown];
	size_t count = 0;
	while (count < VIEW_MAX_CONTEXTS && view->contexts[count] != CONTEXT_GLOBAL) {
		ret_contexts[count] = view->contexts[count];
		count++;
	}
	return count;
}

static bool view_knows(const View *view, const Command *command)
{
	for (size_t i = 0; i < VIEW_MAX_CONTEXTS && view->contexts[i] != CONTEXT_GLOBAL; i++)
		if (command_is_in(command, view->contexts[i]))
			return true;
	return false;
}

size_t shell_home_of(const Shell *shell, CommandId id)
{
	const Command *command = command_get(id);
	if (command_is_in(command, CONTEXT_GLOBAL) || view_knows(VIEWS[shell->shown], command))
		return shell->shown;
	for (size_t i = 0; i < view_count(); i++)
		if (command_is_in(command, VIEWS[i]->contexts[0]))
			return i;
	return shell->shown;
}

const char *shell_reason(CommandId id, void *userdata)
{
	Shell *shell = userdata;
	size_t view = shell_home_of(shell, id);
	ViewContext context = shell_context(shell, view, NULL);
	CommandGroup group = command_get(id)->group;
	if (badge_is_awaited(shell) && (group == GROUP_STEP || group == GROUP_AGREE || group == GROUP_INCIDENT))
		return "the badge is being put on: what is done before would bear another name; Esc leaves it";
	const char *why_not = VIEWS[view]->reason ? VIEWS[view]->reason(shell->states[view], &context, id) : NULL;
	return why_not ? why_not : shell_global_reason(&context, id);
}

Outcome shell_run_command(Shell *shell, CommandId id, const char *argument)
{
	shell->dirty = true;
	size_t view = shell_home_of(shell, id);
	shell_show(shell, view, true);
	ViewContext context = shell_context(shell, view, argument);
	const char *why_not = shell_reason(id, shell);
	if (why_not) {
		view_refuse(&context, "%s: %s", command_get(id)->name, why_not);
		return OUTCOME_DONE;
	}
	if (VIEWS[view]->on_command && VIEWS[view]->on_command(shell->states[view], &context, id) == OUTCOME_DONE)
		return OUTCOME_DONE;
	if (shell_global_command(shell, &context, id))
		return OUTCOME_DONE;
	if (*context.argument || shell->hear)
		view_refuse(&context, "%s: nothing to do here", command_get(id)->name);
	return OUTCOME_IGNORED;
}

/* ---- keys ---- */

/* What a plan shows is done by a key that somebody pressed who saw it: not by one that was typed ahead, pasted, or that a cat's paw brought
 * along. Everything else that acts wants a word or a name to be typed. */
static bool counts(Shell *shell, CommandId id, bool together)
{
	if (!together || id != COMMAND_APPLY)
		return true;
	ViewContext context = shell_context(shell, shell->shown, NULL);
	view_refuse(&context, "%s did not count: the key came together with others; press it once more, on its own", command_get(id)->name);
	return false;
}

static void palette_took(Shell *shell, PaletteEffect effect, bool together)
{
	if (effect == PALETTE_NONE)
		return;
	CommandId id = shell->palette.chosen;
	char argument[sizeof(shell->palette.argument)];
	snprintf(argument, sizeof(argument), "%s", shell->palette.argument);
	shell->in_palette = false;
	palette_clear(&shell->palette);
	if (effect == PALETTE_CHOSEN && counts(shell, id, together))
		(void) shell_run_command(shell, id, argument);   /* it has said what there was to say */
}

static void tell_filter(Shell *shell)
{
	ViewContext context = shell_context(shell, shell->shown, NULL);
	VIEWS[shell->shown]->filter(shell->states[shell->shown], &context, input_text(&shell->filter));
}

static void filter_key(Shell *shell, KeyChord key)
{
	bool leaves = key_equal(key, key_named(KEY_ESC)) || (key.modifiers == KEY_CTRL && (key.code_point == 'c' || key.code_point == 'g'));
	if (leaves || (key_equal(key, key_named(KEY_BACKSPACE)) && !*input_text(&shell->filter))) {
		input_set(&shell->filter, "");
		tell_filter(shell);
		close_filter(shell);
	} else if (key_equal(key, key_named(KEY_ENTER))) {
		close_filter(shell);
	} else if (input_key(&shell->filter, key)) {
		tell_filter(shell);
	}
}

/* A key that does nothing is told, not swallowed: the person meant something. Moving about is not worth a word. */
static void say_unknown(Shell *shell, ViewContext *context, KeyChord key)
{
	char text[KEY_TEXT_SIZE];
	if (key.code_point > ' ' && !message_is_shown(&shell->message, context->mono))
		view_say(context, ROLE_TOAST, "%s does nothing here; ? lists the keys", key_format(key, text));
}

static void on_key(Shell *shell, KeyChord key, bool together)
{
	message_reset(&shell->message);
	if (shell->in_dialog) {
		shell_dialog_key(shell, key);
		return;
	}
	if (shell->in_palette) {
		palette_took(shell, palette_key(&shell->palette, key), together);
		return;
	}
	if (shell->in_filter) {
		filter_key(shell, key);
		return;
	}
	const View *view = VIEWS[shell->shown];
	ViewContext context = shell_context(shell, shell->shown, NULL);
	if (view->on_key && view->on_key(shell->states[shell->shown], &context, key))
		return;
	CommandContext contexts[VIEW_MAX_CONTEXTS];
	size_t count = shell_key_contexts(shell, contexts);
	CommandId id = keymap_resolve(&shell->keymap, key, contexts, count);
	if (!counts(shell, id, together))
		return;
	if (id == COMMAND_NONE || shell_run_command(shell, id, NULL) == OUTCOME_IGNORED)
		say_unknown(shell, &context, key);
}

static void on_paste(Shell *shell, Str text)
{
	const View *view = VIEWS[shell->shown];
	ViewContext context = shell_context(shell, shell->shown, NULL);
	if (shell->in_dialog)
		dialog_paste(&shell->dialog, text);
	else if (shell->in_palette)
		palette_paste(&shell->palette, text);
	else if (shell->in_filter) {
		input_paste(&shell->filter, text);
		tell_filter(shell);
	} else if (!view->on_paste || !view->on_paste(shell->states[shell->shown], &context, text))
		view_refuse(&context, "a paste was left out: nothing is being typed here");
}

void shell_event(Shell *shell, const TermEvent *event)
{
	shell->dirty = true;
	switch (event->kind) {
	case TERM_KEY:
		on_key(shell, event->key, event->together);
		break;
	case TERM_PASTE:
		on_paste(shell, event->paste);
		break;
	case TERM_REDRAW:
		term_redraw(shell->term);
		break;
	case TERM_GONE:
		shell->done = true;
		break;
	}
}
