/* telling.c: screens out, as text. */
#include <stdio.h>
#include "core/base/alloc.h"
#include "tui/line/line_state.h"
#include "tui/line/words.h"

#define NEWEST_TOLD 20

void line_update(Line *line)
{
	Shell *shell = &line->shell;
	const View *view = VIEWS[shell->shown];
	ViewContext context = shell_context(shell, shell->shown, NULL);
	if (view->update)
		view->update(shell->states[shell->shown], &context);
}

/* ---- rows ---- */

typedef struct Rows { Line *line; size_t last; } Rows;

static void tell_row(Line *line, const List *list, const ListSource *source, size_t index, size_t place)
{
	AUTO_CLEAR(Buf) text = { 0 };
	bool passive = source->is_passive && source->is_passive(index, source->userdata);
	char number[32];
	snprintf(number, sizeof(number), "%zu", place);
	const char *name = passive ? "" : source->number ? source->number(index, source->userdata) : number;
	if (source->depth)
		buf_printf(&text, "%*s", 2 * source->depth(index, source->userdata), "");
	if (*name)
		buf_printf(&text, "%s. ", name);
	else if (passive && place)
		buf_puts(&text, "   ");
	if (source->say)
		source->say(index, source->userdata, &text);
	else
		buf_puts(&text, source->text ? source->text(index, source->userdata) : source->id(index, source->userdata));
	if (!passive && text_eq(source->id(index, source->userdata), list->selected))
		buf_puts(&text, " (here)");
	line_say(line, "%s", buf_text(&text));
}

static void tell_rows(const List *list, const ListSource *source, void *userdata)
{
	const Rows *rows = userdata;
	size_t last = rows->last ? rows->last : source->newest_last ? NEWEST_TOLD : source->count, place = 0;
	size_t from = source->count > last ? source->count - last : 0;
	if (source->count == 0 && source->empty)
		line_say(rows->line, "%s", source->empty);
	if (from)
		line_say(rows->line, "%zu before these; %s %zu tells all.", from, VIEWS[rows->line->shell.shown]->name, source->count);
	for (size_t i = 0; i < source->count; i++) {
		place += !source->is_passive || !source->is_passive(i, source->userdata);
		if (i >= from)
			tell_row(rows->line, list, source, i, place);
	}
}

void line_tell_rows(Line *line, size_t last)
{
	Shell *shell = &line->shell;
	const View *view = VIEWS[shell->shown];
	Rows rows = { line, last };
	ViewContext context = shell_context(shell, shell->shown, NULL);
	const char *not_yet = view_not_yet(&context);
	line_say(line, "%s:", view->title);
	if (not_yet)
		line_say(line, "%s", not_yet);
	else if (view->rows)
		view->rows(shell->states[shell->shown], &context, tell_rows, &rows);
}

/* ---- the text ---- */

void line_page_words(Line *line, Buf *out, bool *ret_instead)
{
	Shell *shell = &line->shell;
	const View *view = VIEWS[shell->shown];
	AUTO_CLEAR(Styled) text = { 0 };
	ViewContext context = shell_context(shell, shell->shown, NULL);
	*ret_instead = view->page && view->page(shell->states[shell->shown], &context, &text);
	words_write(&text, line->utf8, line_columns(line), out);
}

void line_tell_page(Line *line)
{
	Shell *shell = &line->shell;
	const View *view = VIEWS[shell->shown];
	AUTO_CLEAR(Buf) words = { 0 };
	bool instead;
	line_page_words(line, &words, &instead);
	line_put(line, buf_str(&words));
	ViewContext context = shell_context(shell, shell->shown, NULL);
	if (instead)
		(void) view->on_command(shell->states[shell->shown], &context, COMMAND_BACK);   /* told: it need not stay open */
}

/* ---- where one is ---- */

static void tell_incident(Line *line, const Incident *incident)
{
	char elapsed[SPAN_TEXT_SIZE], objective[SPAN_TEXT_SIZE];
	int64_t took = incident_elapsed_ms(incident, wall_now());
	line_say(line, "%s%s: %s", incident->drill ? "DRILL" : "REAL", incident->phase == INCIDENT_ENDED ? ", ended" : "", incident->title);
	line_say(line, "since %s%s%s%s; commander %s", span_format(took, elapsed), incident->objective_ms > 0 ? ", of " : "",
		incident->objective_ms > 0 ? span_format_exact(incident->objective_ms, objective) : "",
		incident->objective_ms > 0 && took > incident->objective_ms ? ": LATE" : "",
		incident->commander && *incident->commander ? incident->commander : "nobody");
	if (incident_overrides(incident))
		line_say(line, "SIGNED ALONE: %zu not yet countersigned; the ledger tells which", incident_overrides(incident));
	line_say(line, "%zu open in the ledger, %zu running, %zu in doubt", incident->open_count, incident->running_count, incident->doubt_count);
}

void line_tell_status(Line *line)
{
	const ClientModel *model = shell_model(&line->shell);
	AUTO_CLEAR(Buf) people = { 0 };
	AUTO_FREE char *roles = strlist_join(&model->roles, ", ");
	line_say(line, "%s, a %s environment", line->shell.settings->environment_name, model->environment_kind ? model->environment_kind : "not yet known");
	if (!model->connected && error_is_set(&model->why_not)) {
		char why[640];
		line_say(line, "NO ENGINE: %s", error_format(&model->why_not, why, sizeof(why)));
	}
	AUTO_CLEAR(Buf) held = { 0 };
	held_words(&model->held, wall_now(), false, &held);
	if (held.len)
		line_say(line, "%s", buf_text(&held));
	if (model->incident)
		tell_incident(line, model->incident);
	else
		line_say(line, "no incident is declared");
	for (size_t i = 0; i < model->people_count; i++)
		buf_printf(&people, "%s%s", i ? ", " : "", model->people[i].who);
	char who[160];
	line_say(line, "here: %s; you are %s (%s)", people.len ? buf_text(&people) : "nobody", model->who ? badge_words(model, mono_now(), who) : "not known yet",
		*roles ? roles : "no role");
}
