/* playbooks_rows.c: a playbook or one of its procedures a row. */
#include <stdio.h>
#include "core/base/file.h"
#include "tui/view/playbooks_view.h"

void playbooks_write_id(const PlaybookEntry *entry, const PlaybookProcedure *procedure, char id[static PLAYBOOK_ID_SIZE])
{
	snprintf(id, PLAYBOOK_ID_SIZE, "%.60s/%.60s", entry->id, procedure ? procedure->id : "");
}

static const char *row_id(size_t index, void *userdata)
{
	PlaybooksState *state = userdata;
	playbooks_write_id(state->rows[index].entry, state->rows[index].procedure, state->id);
	return state->id;
}

static const char *row_text(size_t index, void *userdata)
{
	PlaybooksState *state = userdata;
	const PlaybookRow *row = &state->rows[index];
	snprintf(state->text, sizeof(state->text), "%.180s %.180s", row->entry->title, row->procedure ? row->procedure->title : "");
	return state->text;
}

/* A playbook that cannot be run is selectable, to be read; one that can be run is told by its procedures. */
static bool row_is_passive(size_t index, void *userdata)
{
	const PlaybooksState *state = userdata;
	const PlaybookRow *row = &state->rows[index];
	return !row->procedure && !row->entry->problem && row->entry->procedure_count > 0;
}

/* A page of one procedure with the page's own name is one row. */
bool playbooks_says_it_twice(const PlaybookEntry *entry)
{
	return !entry->problem && entry->procedure_count == 1 && text_eq(entry->procedures[0].title, entry->title);
}

static void draw_playbook(Canvas *canvas, Rect rect, const PlaybookEntry *entry)
{
	bool wide = rect.width >= 60;
	int right = wide ? canvas_text_right(canvas, rect, rect.x + rect.width - 1, rect.y, ROLE_MUTED, path_base(entry->path)) : rect.x + rect.width;
	canvas_text_fit(canvas, rect, rect.x + 1, rect.y, right - rect.x - 2, ROLE_HEADING, entry->title);
}

/* Below its page a procedure need not say again what the page's title begins with: "openedx-ha (k3s): ". */
static const char *title_below(const PlaybookRow *row)
{
	const char *page = row->entry->title, *title = row->procedure->title, *colon = strstr(page, ": ");
	size_t len = colon ? (size_t) (colon - page) + 2 : 0;
	return len && !playbooks_says_it_twice(row->entry) && strncmp(page, title, len) == 0 && title[len] ? title + len : title;
}

bool playbooks_is_walked(const PlaybooksState *state, const PlaybookRow *row)
{
	char id[PLAYBOOK_ID_SIZE];
	if (!*state->walked || !row->procedure)
		return false;
	playbooks_write_id(row->entry, row->procedure, id);
	return text_eq(id, state->walked);
}

static void add_count(size_t count, const char *thing, Buf *out)
{
	if (count)
		buf_printf(out, "%s%zu %s%s", out->len ? ", " : "", count, thing, count == 1 ? "" : "s");
}

void playbooks_counts(const PlaybookProcedure *procedure, Buf *out)
{
	add_count(procedure->steps, "step", out);
	add_count(procedure->commands, "command", out);
	add_count(procedure->actions, "action", out);
	add_count(procedure->gates, "sign-off", out);
}

static void draw_procedure(const PlaybooksState *state, Canvas *canvas, Rect rect, const PlaybookRow *row)
{
	AUTO_CLEAR(Buf) counts = { 0 };
	if (playbooks_is_walked(state, row))
		buf_puts(&counts, state->walked_words);
	else
		playbooks_counts(row->procedure, &counts);
	bool blocked = row->entry->problem != NULL;
	int left = rect.x + (playbooks_says_it_twice(row->entry) ? 1 : 3);
	int right = rect.width >= 60 ? canvas_text_right(canvas, rect, rect.x + rect.width - 1, rect.y, ROLE_MUTED, buf_text(&counts)) : rect.x + rect.width;
	canvas_glyph(canvas, rect, left, rect.y, blocked ? ROLE_DISABLED : ROLE_RUNNING, GLYPH_CLOSED);
	canvas_text_fit(canvas, rect, left + 2, rect.y, right - left - 4, blocked ? ROLE_DISABLED : ROLE_TEXT, title_below(row));
}

static void draw_row(Canvas *canvas, Rect rect, size_t index, void *userdata)
{
	const PlaybooksState *state = userdata;
	const PlaybookRow *row = &state->rows[index];
	if (row->procedure) {
		draw_procedure(state, canvas, rect, row);
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
	AUTO_CLEAR(Buf) counts = { 0 };
	if (procedure)
		playbooks_counts(procedure, &counts);
	if (procedure)
		buf_printf(out, ": %s; its name is %s%s%s", buf_text(&counts), procedure->id, playbooks_is_walked(state, &state->rows[index]) ? "; " : "",
			playbooks_is_walked(state, &state->rows[index]) ? state->walked_words : "");
	else
		buf_printf(out, "%s (%s)%s%s", entry->problem ? entry->problem : "", path_base(entry->path), entry->review ? ", " : "",
			entry->review ? entry->review : "");
}

ListSource playbooks_source(PlaybooksState *state)
{
	return (ListSource) { .count = state->count, .id = row_id, .render = draw_row, .text = row_text, .is_passive = row_is_passive,
		.say = say_row, .userdata = state, .empty = "No playbook was found. The environment file names their folders under \"playbooks\". Any Markdown "
		"runbook will do as it stands." };
}

const PlaybookRow *playbooks_selected(PlaybooksState *state)
{
	size_t index;
	ListSource source = playbooks_source(state);
	return list_selected(&state->list, &source, &index) ? &state->rows[index] : NULL;
}
