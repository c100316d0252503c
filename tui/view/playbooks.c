/* playbooks.c: the playbooks of the environment with their procedures; reading one as it will be walked; starting one. A procedure is
 * walked within an incident: where none is open, starting one declares it first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/playbook/show.h"
#include "core/providers/provider.h"
#include "tui/view/standing.h"
#include "tui/widget/list.h"
#include "tui/widget/pager.h"

#define ID_SIZE LIST_ID_SIZE

typedef struct Row {
	const PlaybookEntry *entry;
	const PlaybookProcedure *procedure;   /* NULL: the playbook's own line */
} Row;

typedef struct PlaybooksState {
	List list;
	Row *rows;
	size_t count;
	char id[ID_SIZE], text[400];          /* scratch of the list's questions */
	GlyphSet glyphs;
	bool reading;                         /* the selected one is read, in a pager */
	Pager pager;
	Styled page;
	char read_title[120];
	char fitting[ID_SIZE];                /* id of the row that fits the board; "" = none */
} PlaybooksState;

/* ---- rows ---- */

static void write_id(const PlaybookEntry *entry, const PlaybookProcedure *procedure, char id[static ID_SIZE])
{
	snprintf(id, ID_SIZE, "%.60s/%.60s", entry->id, procedure ? procedure->id : "");
}

static const char *row_id(size_t index, void *userdata)
{
	PlaybooksState *state = userdata;
	write_id(state->rows[index].entry, state->rows[index].procedure, state->id);
	return state->id;
}

static const char *row_text(size_t index, void *userdata)
{
	PlaybooksState *state = userdata;
	const Row *row = &state->rows[index];
	snprintf(state->text, sizeof(state->text), "%.180s %.180s", row->entry->title, row->procedure ? row->procedure->title : "");
	return state->text;
}

/* A playbook that cannot be run is selectable, to be read; one that can be run is told by its procedures. */
static bool row_is_passive(size_t index, void *userdata)
{
	const PlaybooksState *state = userdata;
	const Row *row = &state->rows[index];
	return !row->procedure && !row->entry->problem && row->entry->procedure_count > 0;
}

/* A page of one procedure with the page's own name is one row. */
static bool says_it_twice(const PlaybookEntry *entry)
{
	return !entry->problem && entry->procedure_count == 1 && text_eq(entry->procedures[0].title, entry->title);
}

static void draw_playbook(Canvas *canvas, Rect rect, const PlaybookEntry *entry)
{
	bool wide = rect.width >= 60;
	int right = wide ? canvas_text_right(canvas, rect, rect.x + rect.width - 1, rect.y, ROLE_MUTED, path_base(entry->path)) : rect.x + rect.width;
	canvas_text_fit(canvas, rect, rect.x + 1, rect.y, right - rect.x - 2, ROLE_HEADING, entry->title);
}

static void draw_procedure(Canvas *canvas, Rect rect, const Row *row)
{
	char counts[80];
	const PlaybookProcedure *procedure = row->procedure;
	/* As wide for one as for many: the numbers stand below one another. */
	snprintf(counts, sizeof(counts), "%zu %-5s %3zu %-7s %3zu %-9s", procedure->steps, procedure->steps == 1 ? "step" : "steps", procedure->actions,
		procedure->actions == 1 ? "action" : "actions", procedure->gates, procedure->gates == 1 ? "sign-off" : "sign-offs");
	bool blocked = row->entry->problem != NULL;
	int left = rect.x + (says_it_twice(row->entry) ? 1 : 3);
	int right = rect.width >= 60 ? canvas_text_right(canvas, rect, rect.x + rect.width - 1, rect.y, ROLE_MUTED, counts) : rect.x + rect.width;
	canvas_glyph(canvas, rect, left, rect.y, blocked ? ROLE_DISABLED : ROLE_RUNNING, GLYPH_CLOSED);
	canvas_text_fit(canvas, rect, left + 2, rect.y, right - left - 4, blocked ? ROLE_DISABLED : ROLE_TEXT, procedure->title);
}

static void draw_row(Canvas *canvas, Rect rect, size_t index, void *userdata)
{
	const PlaybooksState *state = userdata;
	const Row *row = &state->rows[index];
	if (row->procedure) {
		draw_procedure(canvas, rect, row);
		return;
	}
	draw_playbook(canvas, rect, row->entry);
	if (row->entry->problem) {
		int x = rect.x + 2 + canvas_text_width(row->entry->title);
		canvas_text_fit(canvas, rect, x + 1, rect.y, rect.width - (x - rect.x) - 2, ROLE_FAIL, row->entry->problem);
	}
}

static void say_row(size_t index, void *userdata, Buf *out)
{
	const PlaybooksState *state = userdata;
	const PlaybookEntry *entry = state->rows[index].entry;
	const PlaybookProcedure *procedure = state->rows[index].procedure;
	if (entry->problem)
		buf_printf(out, "cannot be run: %s%s", procedure ? procedure->title : entry->title, procedure ? "" : ": ");
	else
		buf_puts(out, procedure ? procedure->title : entry->title);
	if (procedure)
		buf_printf(out, ": %zu steps, %zu actions, %zu sign-off%s; its name is %s", procedure->steps, procedure->actions, procedure->gates,
			procedure->gates == 1 ? "" : "s", procedure->id);
	else
		buf_printf(out, "%s (%s)%s%s", entry->problem ? entry->problem : "", path_base(entry->path), entry->review ? ", " : "",
			entry->review ? entry->review : "");
}

static ListSource source_of(PlaybooksState *state)
{
	return (ListSource) { .count = state->count, .id = row_id, .render = draw_row, .text = row_text, .is_passive = row_is_passive,
		.say = say_row, .userdata = state, .empty = "No playbook was found. The environment file names their folders under \"playbooks\". Any Markdown "
		"runbook will do as it stands." };
}

static void add_rows(PlaybooksState *state, const PlaybookEntry *entry)
{
	if (!says_it_twice(entry))
		state->rows[state->count++] = (Row) { entry, NULL };
	for (size_t i = 0; i < entry->procedure_count; i++)
		state->rows[state->count++] = (Row) { entry, &entry->procedures[i] };
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
	write_id(entry, procedure, state->fitting);
	return entry;
}

static void update(void *data, ViewContext *context)
{
	PlaybooksState *state = data;
	size_t count = 0;
	for (size_t i = 0; i < context->model->playbook_count; i++)
		count += 1 + context->model->playbooks[i].procedure_count;
	state->rows = bg_reallocarray(state->rows, count + 1, sizeof(*state->rows));
	state->count = 0;
	const PlaybookEntry *fits = find_fitting(state, context);
	if (fits)
		add_rows(state, fits);
	for (size_t i = 0; i < context->model->playbook_count; i++)
		if (&context->model->playbooks[i] != fits)
			add_rows(state, &context->model->playbooks[i]);
	ListSource source = source_of(state);
	list_update(&state->list, &source);
}

/* Who comes from a board that offers a procedure finds it selected. */
static void shown(void *data, ViewContext *context)
{
	PlaybooksState *state = data;
	update(state, context);
	ListSource source = source_of(state);
	if (*state->fitting && !state->reading)
		list_select(&state->list, &source, state->fitting);
}

static const Row *selected(PlaybooksState *state)
{
	size_t index;
	ListSource source = source_of(state);
	return list_selected(&state->list, &source, &index) ? &state->rows[index] : NULL;
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
	const Row *row = selected(state);
	if (!row)
		return;
	Json *args = json_new_object(), *about = json_new_object();
	json_add_string(args, "path", row->entry->path);
	json_add_string(about, "procedure", row->procedure ? row->procedure->id : NULL);
	view_ask_then(context, ASK_PLAYBOOK, args, on_bytes, about);
}

/* ---- starting ---- */

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

static void start_selected(PlaybooksState *state, ViewContext *context)
{
	const Row *row = selected(state);
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
	styled_printf(&dialog->text, ROLE_TEXT, "%zu steps, %zu actions, %zu sign-off%s. Starting changes nothing: every action is planned and shown first.\n",
		row->procedure->steps, row->procedure->actions, row->procedure->gates, row->procedure->gates == 1 ? "" : "s");
	if (!open) {
		FormField *title = form_add(&dialog->form, FIELD_TEXT, "What is broken?", "");
		title->required = true;
		title->help = "in a few words: it becomes the title of the record";
	}
}

/* ---- commands ---- */

static const char *reason(void *data, const ViewContext *context, CommandId id)
{
	PlaybooksState *state = data;
	const Row *row = selected(state);
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
	ListSource source = source_of(state);
	if (state->reading && id == COMMAND_BACK) {
		state->reading = false;
		return OUTCOME_DONE;
	}
	if (id == COMMAND_START) {
		start_selected(state, context);
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
	ListSource source = source_of(state);
	if (!state->reading)
		list_filter(&state->list, &source, text);
	else if (!pager_search(&state->pager, &state->page, text) && *text)
		view_refuse(context, "\"%s\" is nowhere in it", text);
}

static void render(void *data, const ViewContext *context, Canvas *canvas, Rect rect)
{
	PlaybooksState *state = data;
	ListSource source = source_of(state);
	const char *not_yet = view_not_yet(context);
	if (not_yet && !state->count)
		canvas_paragraph(canvas, rect_inset(rect, 1, 1), 0, ROLE_MUTED, not_yet);
	else if (state->reading)
		pager_render(&state->pager, &state->page, canvas, rect_inset(rect, 1, 0));
	else
		list_render(&state->list, &source, canvas, rect);
}

static bool is_fitting(const PlaybooksState *state, const Row *row)
{
	char id[ID_SIZE];
	write_id(row->entry, row->procedure, id);
	return *state->fitting && text_eq(id, state->fitting);
}

static void hint(void *data, const ViewContext *context, char text[static VIEW_HINT_SIZE])
{
	PlaybooksState *state = data;
	const Row *row = selected(state);
	(void) context;
	if (state->reading)
		snprintf(text, VIEW_HINT_SIZE, "%.100s, as it will be walked. Esc goes back, s starts it.", state->read_title);
	else if (row && row->entry->problem)
		snprintf(text, VIEW_HINT_SIZE, "cannot be run   %.150s", row->entry->problem);
	else if (row && row->entry->review)
		snprintf(text, VIEW_HINT_SIZE, "%.180s", row->entry->review);
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
	ListSource source = source_of(state);
	(void) context;
	use(&state->list, &source, userdata);
}

static void choose(void *data, ViewContext *context, const char *id)
{
	PlaybooksState *state = data;
	ListSource source = source_of(state);
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
