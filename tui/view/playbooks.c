/* playbooks.c: the playbooks of the environment with their procedures; reading one as it will be walked; starting one. A procedure is
 * walked within an incident: where none is open, starting one declares it first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/playbook/show.h"
#include "core/providers/provider.h"
#include "tui/view/playbooks_view.h"
#include "tui/view/standing.h"

static void add_rows(PlaybooksState *state, const PlaybookEntry *entry)
{
	if (!playbooks_says_it_twice(entry))
		state->rows[state->count++] = (PlaybookRow) { entry, NULL };
	for (size_t i = 0; i < entry->procedure_count; i++)
		state->rows[state->count++] = (PlaybookRow) { entry, &entry->procedures[i] };
}

static const PlaybookEntry *find_fitting(PlaybooksState *state, const ViewContext *context)
{
	Standing standing;
	const PlaybookEntry *entry;
	const PlaybookProcedure *procedure;
	*state->fitting = '\0';
	standing_read(context, &standing);
	if (!standing_fitting(&standing, context, &entry, &procedure))
		return NULL;
	playbooks_write_id(entry, procedure, state->fitting);
	return entry;
}

/* What is walked stays where it was found: at the top. */
static const PlaybookEntry *find_walked(PlaybooksState *state, const ViewContext *context)
{
	const Run *walked = standing_walked(context);
	*state->walked = '\0';
	if (!walked)
		return NULL;
	AUTO_FREE char *progress = run_progress_words(walked);
	snprintf(state->walked_words, sizeof(state->walked_words), "being walked: %.60s", progress);
	for (size_t i = 0; i < context->model->playbook_count; i++) {
		const PlaybookEntry *entry = &context->model->playbooks[i];
		for (size_t p = 0; p < entry->procedure_count; p++)
			if (text_eq(entry->id, walked->playbook_id) && text_eq(entry->procedures[p].id, walked->procedure_id)) {
				playbooks_write_id(entry, &entry->procedures[p], state->walked);
				return entry;
			}
	}
	return NULL;
}

static void update(void *data, ViewContext *context)
{
	PlaybooksState *state = data;
	size_t count = 0;
	for (size_t i = 0; i < context->model->playbook_count; i++)
		count += 1 + context->model->playbooks[i].procedure_count;
	state->rows = bg_reallocarray(state->rows, count + 1, sizeof(*state->rows));
	state->count = 0;
	const PlaybookEntry *walked = find_walked(state, context), *fits = find_fitting(state, context), *top = fits ? fits : walked;
	if (top)
		add_rows(state, top);
	for (size_t i = 0; i < context->model->playbook_count; i++)
		if (&context->model->playbooks[i] != top)
			add_rows(state, &context->model->playbooks[i]);
	ListSource source = playbooks_source(state);
	list_update(&state->list, &source);
}

/* Who comes from a board that offers a procedure finds it selected. */
static void shown(void *data, ViewContext *context)
{
	PlaybooksState *state = data;
	update(state, context);
	ListSource source = playbooks_source(state);
	if (*state->fitting && !state->reading)
		list_select(&state->list, &source, state->fitting);
}

/* ---- reading ---- */

static void on_bytes(void *data, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *about)
{
	PlaybooksState *state = data;
	AUTO(Playbook) *playbook = NULL;
	Error why = { 0 };
	if (!ok) {
		view_error(context, err);
		return;
	}
	const char *path = json_get_string_or(reply, "path", "?");
	if (!playbook_parse(str_from(json_get_string_or(reply, "bytes", "")), path, provider_vocabulary(), &playbook, &why)) {
		view_error(context, &why);
		return;
	}
	const char *id = json_get_string(about, "procedure");
	AUTO_CLEAR(Buf) text = { 0 };
	playbook_show(playbook, id ? playbook_find_procedure(playbook, id) : NULL, &text);
	styled_reset(&state->page);
	styled_add(&state->page, ROLE_TEXT, buf_text(&text));
	snprintf(state->read_title, sizeof(state->read_title), "%.110s", playbook->title);
	state->pager = (Pager) { 0 };
	state->reading = true;
}

static void read_selected(PlaybooksState *state, ViewContext *context)
{
	const PlaybookRow *row = playbooks_selected(state);
	if (!row)
		return;
	Json *args = json_new_object(), *about = json_new_object();
	json_add_string(args, "path", row->entry->path);
	json_add_string(about, "procedure", row->procedure ? row->procedure->id : NULL);
	view_ask_then(context, ASK_PLAYBOOK, args, on_bytes, about);
}

/* ---- commands ---- */

static const char *reason(void *data, const ViewContext *context, CommandId id)
{
	PlaybooksState *state = data;
	const PlaybookRow *row = playbooks_selected(state);
	(void) context;
	if (id != COMMAND_START && id != COMMAND_SHOW && id != COMMAND_OPEN)
		return NULL;
	if (!row)
		return "no playbook is there";
	if (id != COMMAND_START && state->reading)
		return "it is open; Esc goes back";
	if (id != COMMAND_START)
		return NULL;
	if (row->entry->problem) {
		snprintf(state->text, sizeof(state->text), "it cannot be run: %.300s", row->entry->problem);
		return state->text;
	}
	return row->procedure ? NULL : "choose one of its procedures";
}

static Outcome on_command(void *data, ViewContext *context, CommandId id)
{
	PlaybooksState *state = data;
	ListSource source = playbooks_source(state);
	if (state->reading && id == COMMAND_BACK) {
		state->reading = false;
		return OUTCOME_DONE;
	}
	if (id == COMMAND_START) {
		playbooks_start(state, context);
		return OUTCOME_DONE;
	}
	if (state->reading)
		return pager_command(&state->pager, &state->page, id) ? OUTCOME_DONE : OUTCOME_IGNORED;
	if (id == COMMAND_OPEN || id == COMMAND_SHOW) {
		read_selected(state, context);
		return OUTCOME_DONE;
	}
	return list_command(&state->list, &source, id) ? OUTCOME_DONE : OUTCOME_IGNORED;
}

static size_t first(void *data, const ViewContext *context, CommandId ret_ids[static VIEW_MAX_FIRST])
{
	const PlaybooksState *state = data;
	(void) context;
	ret_ids[0] = COMMAND_BACK;
	return state->reading ? 1 : 0;
}

static const char *label(void *data, const ViewContext *context, CommandId id)
{
	const PlaybooksState *state = data;
	(void) context;
	/* v reads it too. */
	return id == COMMAND_OPEN ? state->reading ? "" : "read" : id == COMMAND_SHOW ? "" : NULL;
}

static void filter(void *data, ViewContext *context, const char *text)
{
	PlaybooksState *state = data;
	ListSource source = playbooks_source(state);
	if (!state->reading)
		list_filter(&state->list, &source, text);
	else if (!pager_search(&state->pager, &state->page, text) && *text)
		view_refuse(context, "\"%s\" is nowhere in it", text);
}

static void render(void *data, const ViewContext *context, Canvas *canvas, Rect rect)
{
	PlaybooksState *state = data;
	ListSource source = playbooks_source(state);
	const char *not_yet = view_not_yet(context);
	if (not_yet && !state->count)
		canvas_paragraph(canvas, rect_inset(rect, 1, 1), 0, ROLE_MUTED, not_yet);
	else if (state->reading)
		pager_render(&state->pager, &state->page, canvas, rect_inset(rect, 1, 0));
	else
		list_render(&state->list, &source, canvas, rect);
}

static bool is_fitting(const PlaybooksState *state, const PlaybookRow *row)
{
	char id[PLAYBOOK_ID_SIZE];
	playbooks_write_id(row->entry, row->procedure, id);
	return *state->fitting && text_eq(id, state->fitting);
}

static void hint(void *data, const ViewContext *context, char text[static VIEW_HINT_SIZE])
{
	PlaybooksState *state = data;
	const PlaybookRow *row = playbooks_selected(state);
	(void) context;
	if (state->reading)
		snprintf(text, VIEW_HINT_SIZE, "%.100s, as it will be walked. Esc goes back, s starts it.", state->read_title);
	else if (row && row->entry->problem)
		snprintf(text, VIEW_HINT_SIZE, "cannot be run   %.150s", row->entry->problem);
	else if (row && row->entry->review)
		snprintf(text, VIEW_HINT_SIZE, "%.180s", row->entry->review);
	else if (row && playbooks_is_walked(state, row))
		snprintf(text, VIEW_HINT_SIZE, "Being walked: 3 goes there. Enter reads it, s starts it once more.");
	else if (row)
		snprintf(text, VIEW_HINT_SIZE, "%sEnter reads it, s starts it. Starting alone changes nothing.", is_fitting(state, row) ? "Fits the board. " : "");
}

static void tab(void *data, const ViewContext *context, Tab *ret)
{
	(void) data;
	size_t problems = 0;
	for (size_t i = 0; i < context->model->playbook_count; i++)
		problems += context->model->playbooks[i].problem != NULL;
	if (problems)
		ret->count = (int) problems;
}

/* ---- in words ---- */

static void rows(void *data, ViewContext *context, ViewRowsUse *use, void *userdata)
{
	PlaybooksState *state = data;
	ListSource source = playbooks_source(state);
	(void) context;
	use(&state->list, &source, userdata);
}

static void choose(void *data, ViewContext *context, const char *id)
{
	PlaybooksState *state = data;
	ListSource source = playbooks_source(state);
	(void) context;
	list_select(&state->list, &source, id);
}

static bool page(void *data, ViewContext *context, Styled *out)
{
	const PlaybooksState *state = data;
	(void) context;
	if (state->reading)
		styled_add_str(out, ROLE_CODE, buf_str(&state->page.text));
	return state->reading;
}

static void close_playbooks(void *data)
{
	PlaybooksState *state = data;
	list_clear(&state->list);
	styled_clear(&state->page);
	free(state->rows);
}

const View VIEW_PLAYBOOKS = {
	.name = "playbooks",
	.title = "Playbooks",
	.command = COMMAND_SCREEN_PLAYBOOKS,
	.contexts = { CONTEXT_PLAYBOOKS, CONTEXT_LIST, CONTEXT_PAGER },
	.state_size = sizeof(PlaybooksState),
	.close = close_playbooks,
	.shown = shown,
	.update = update,
	.render = render,
	.on_command = on_command,
	.reason = reason,
	.first = first,
	.label = label,
	.filter = filter,
	.hint = hint,
	.tab = tab,
	.rows = rows,
	.choose = choose,
	.page = page,
};
