/* ways.c: how a command of the table is done in lines. A row of the table names its way; a way without a function does not compile into a
 * command that does nothing, since the tests ask every row. */
#include <signal.h>
#include <stdio.h>
#include "core/base/alloc.h"
#include "tui/line/line_state.h"

/* `board` in a script waits so long for what a new engine has not looked at yet. */
#define FIRST_ANSWERS_MS 10000

/* ---- what a command changes ---- */

void line_remember_page(Line *line)
{
	bool instead;
	line->view_before = line->shell.shown;
	buf_truncate(&line->page_before, 0);
	line_page_words(line, &line->page_before, &instead);
	line->tell_page = line->quiet = false;
}

static void begin(Line *line)
{
	outcome_begin(line);
	line_remember_page(line);
	line->settling = true;
}

/* A script cannot look again a moment later; a person can. */
bool line_lacks_answers(const Line *line)
{
	const ClientModel *model = shell_model(&line->shell);
	if (line->interactive || mono_now().ms - line->began.ms > FIRST_ANSWERS_MS)
		return false;
	for (size_t i = 0; i < model->reading_count; i++)
		if (!wall_known(model->readings[i].taken))
			return true;
	return false;
}

bool line_is_busy(Line *line)
{
	Shell *shell = &line->shell;
	const View *view = VIEWS[shell->shown];
	ViewContext context = shell_context(shell, shell->shown, NULL);
	return (line->awaits_board && line_lacks_answers(line)) || shell->asks || badge_is_busy(shell) || (view->is_busy && view->is_busy(shell->states[shell->shown], &context));
}

void line_tell_changes(Line *line)
{
	AUTO_CLEAR(Buf) now = { 0 };
	bool instead, moved = line->view_before != line->shell.shown;
	line_page_words(line, &now, &instead);
	bool changed = moved || (!line->quiet && !str_eq(buf_str(&now), buf_str(&line->page_before)));
	if (line->tell_page || changed)
		line_tell_page(line);
	line_remember_page(line);
}

/* ---- the ways ---- */

typedef void LineWayFunction(Line *line, const Command *command, Str rest);

static Str after_word(Str rest)
{
	Str after = rest, word;
	(void) str_split(&after, ' ', &word);
	return after.ptr ? str_trim(after) : STR("");
}

static Str first_word(Str rest)
{
	Str after = rest, word = STR("");
	(void) str_split(&after, ' ', &word);
	return word;
}

/* What is signed is the gate of the step that is named, or of the one that the walk stands at. */
static Str go_to_gate(Line *line, Str rest)
{
	Shell *shell = &line->shell;
	AUTO_FREE char *word = str_dup(first_word(rest));
	ViewContext context = shell_context(shell, shell->shown, NULL);
	size_t walk = view_index(&VIEW_WALK);
	bool named = context.run && run_find_step(context.run, word);
	if (!named && shell->shown != walk)
		return rest;
	shell_show(shell, walk, true);
	line_update(line);
	if (named)
		(void) line_choose(line, walk, first_word(rest));   /* it is there: it was found */
	line_update(line);
	if (!shell_reason(COMMAND_SIGN_OFF, shell))
		(void) shell_run_command(shell, COMMAND_SIGN_OFF, NULL);   /* the same as g there */
	return named ? after_word(rest) : rest;
}

/* The screen of the command, and the row that the first word names; returns what is left of the words. */
static Str go_to(Line *line, const Command *command, Str rest)
{
	Shell *shell = &line->shell;
	if (command_is_in(command, CONTEXT_GLOBAL))
		return rest;
	size_t home = shell_home_of(shell, command->id);
	if (VIEWS[home] == &VIEW_SIGNOFF)
		rest = go_to_gate(line, rest);
	shell_show(shell, home, true);
	line_update(line);
	if (!rest.len || !line_choose(line, home, first_word(rest)))
		return rest;
	line_update(line);
	return after_word(rest);
}

static void run(Line *line, const Command *command, const char *argument)
{
	Shell *shell = &line->shell;
	size_t home = shell_home_of(shell, command->id);
	ViewContext context = shell_context(shell, home, argument);
	const View *view = VIEWS[home];
	if (view->in_words && view->in_words(shell->states[home], &context, command->id) == OUTCOME_DONE)
		return;
	(void) shell_run_command(shell, command->id, argument);   /* what it could not do it has said */
}

static void do_it(Line *line, const Command *command, Str rest)
{
	begin(line);
	line->quiet = command_is_in(command, CONTEXT_GLOBAL);
	Str left = go_to(line, command, rest);
	free(line->rest);
	line->rest = left.len ? str_dup(left) : NULL;
	AUTO_FREE char *argument = str_dup(left);
	run(line, command, argument);
}

static void show(Line *line, const Command *command, Str rest)
{
	int64_t last = 0;
	if (rest.len && (!str_parse_int(rest, &last) || last < 1)) {
		line_refuse(line, "%s: a number after it tells so many rows", command->name);
		return;
	}
	run(line, command, "");
	line_update(line);
	begin(line);
	line->tell_page = true;
	line->board_last = (size_t) last;
	line->awaits_board = command->id == COMMAND_SCREEN_BOARD && line_lacks_answers(line);
	if (!line->awaits_board)
		line_tell_rows(line, (size_t) last);
}

static void help(Line *line, const Command *command, Str rest)
{
	AUTO_FREE char *about = str_dup(rest);
	(void) command;
	line_help(line, about);
}

static void find(Line *line, const Command *command, Str rest)
{
	AUTO_FREE char *text = str_dup(rest);
	(void) command;
	line_find(line, text);
}

static void stop(Line *line, const Command *command, Str rest)
{
	(void) rest;
	if (!line->interactive) {
		line_refuse(line, "%s: there is no shell to give back", command->name);
		return;
	}
	line_flush(line);
	(void) raise(SIGTSTP);   /* it comes back when the shell continues it */
}

static void only_on_screens(Line *line, const Command *command, Str rest)
{
	(void) rest;
	line_refuse(line, "%s only moves, scrolls or draws: here a row is named after the command, as in details 2", command->name);
}

static LineWayFunction *const WAYS[LINE_WAY_COUNT] = {
	[LINE_NONE] = only_on_screens, [LINE_DO] = do_it, [LINE_SCREEN] = show, [LINE_HELP] = help, [LINE_FIND] = find, [LINE_STOP] = stop,
};

/* ---- words of line mode ---- */

static void step(Line *line, Str rest)
{
	size_t walk = view_index(&VIEW_WALK);
	shell_show(&line->shell, walk, true);
	line_update(line);
	if (rest.len && !line_choose(line, walk, rest)) {
		line_refuse(line, "there is no step %.*s here; walk tells them all", STR_ARG(str_slice(rest, 0, 40)));
		return;
	}
	line_update(line);
	begin(line);
	line->tell_page = true;
}

/* ---- a line ---- */

static void tell_here(Line *line)
{
	char hint[VIEW_HINT_SIZE] = "";
	const View *view = VIEWS[line->shell.shown];
	ViewContext context = shell_context(&line->shell, line->shell.shown, NULL);
	if (view->hint)
		view->hint(line->shell.states[line->shell.shown], &context, hint);
	if (*hint)
		line_say(line, "%s", hint);
}

static void take_paste(Line *line, Str text)
{
	const View *view = VIEWS[line->shell.shown];
	buf_put_str(&line->armour, text);
	buf_putc(&line->armour, '\n');
	line->pasting = !str_starts(str_trim(text), "-----END SSH SIGNATURE");
	if (line->pasting)
		return;
	begin(line);
	ViewContext context = shell_context(&line->shell, line->shell.shown, NULL);
	if (!view->on_paste || !view->on_paste(line->shell.states[line->shell.shown], &context, buf_str(&line->armour)))
		line_refuse(line, "nobody waits for a signature: paste-signature first");
	buf_truncate(&line->armour, 0);
}

void line_take(Line *line, Str text)
{
	LineParsed parsed;
	Error err = { 0 };
	CommandContext contexts[VIEW_MAX_CONTEXTS];
	if (line->pasting || str_starts(str_trim(text), "-----BEGIN SSH SIGNATURE")) {
		take_paste(line, text);
		return;
	}
	size_t count = shell_key_contexts(&line->shell, contexts);
	if (!line_parse(&line->shell.keymap, contexts, count, text, &parsed, &err)) {
		Str number = str_trim(text);
		AUTO_FREE char *word = str_dup(number);
		ViewContext context = shell_context(&line->shell, line->shell.shown, NULL);
		if (context.run && run_find_step(context.run, word))
			step(line, number);
		else
			line_refuse(line, "%s; %s", err.why, err.hint);
		return;
	}
	if (parsed.word == WORD_STEP)
		step(line, parsed.rest);
	else if (parsed.word == WORD_KEEP_GOING)
		line->keep_going = true;
	else if (parsed.word == WORD_STATUS)
		line_tell_status(line);
	else if (parsed.command)
		WAYS[parsed.command->line](line, parsed.command, parsed.rest);
	else
		tell_here(line);
}
