/* shell_render.c: one frame: the bar, a rule, the screen, a rule, the message line, the footer; a question or the palette above it. */
#include <stdio.h>
#include "tui/view/shell.h"
#include "core/base/zone.h"

#define BAR_ROWS 2
#define BANNER_WHOLE_COLUMNS 60   /* below that a place and what becomes of it have no room */
#define BANNER_ROOMY_ROWS 15

static void render_rule(Canvas *canvas, Rect row)
{
	canvas_horizontal(canvas, row, row.x, row.y, row.width, ROLE_BORDER);
}

/* What must not be overlooked: the engine is gone, its disk takes nothing, or what it shouts. */
static void read_banner(const Shell *shell, int columns, Buf *text)
{
	const ClientModel *model = shell_model(shell);
	bool patient = !shell->was_connected && mono_now().ms - shell->began.ms < 1500;
	if (!model->connected && error_is_set(&model->why_not) && !patient) {
		char why[MESSAGE_SIZE], clock[ZONE_BOTH_SIZE];
		error_format(&model->why_not, why, sizeof(why));
		if (shell->was_connected)
			buf_printf(text, "NO ENGINE since %s; what is shown is from then. Trying again. %.200s",
				zone_clock(shell->lost, wall_now(), clock), why);
		else
			buf_printf(text, "NO ENGINE: %.300s", why);
	} else if (model->connected && model->held.troubled) {
		held_words(&model->held, wall_now(), columns < BANNER_WHOLE_COLUMNS, text);
	} else if (model->connected && model->lost.records) {
		lost_words(&model->lost, wall_now(), text);
	} else if (model->connected && model->banner) {
		buf_puts(text, model->banner);
	}
}

/* Takes its rows off the top of `rest`. */
static Rect banner_area(const Styled *text, Rect *rest)
{
	int rows = styled_height(text, rest->width - 2), most = rest->height < BANNER_ROOMY_ROWS ? 2 : 3;
	return rect_cut_top(rest, rows < most ? rows : most);
}

static void render_banner(Canvas *canvas, Rect area, const char *text)
{
	canvas_fill(canvas, area, ROLE_BANNER);
	canvas_paragraph(canvas, rect_inset(area, 1, 0), 0, ROLE_BANNER, text);
}

static void tell_filter(const List *list, const ListSource *source, void *userdata)
{
	if (list->filter[0])
		snprintf(userdata, VIEW_HINT_SIZE, "only %zu of %zu rows: \"%.60s\"   Esc shows all", list->visible_count, source->count, list->filter);
}

/* Rows that a filter hides must not be taken for rows that are not there. */
static bool is_filtered(Shell *shell, char hint[static VIEW_HINT_SIZE])
{
	const View *view = VIEWS[shell->shown];
	ViewContext context = shell_context(shell, shell->shown, NULL);
	if (view->rows)
		view->rows(shell->states[shell->shown], &context, tell_filter, hint);
	return *hint;
}

/* The state line; true when it tells of a filter. */
static bool read_hint(Shell *shell, char hint[static VIEW_HINT_SIZE])
{
	const View *view = VIEWS[shell->shown];
	ViewContext context = shell_context(shell, shell->shown, NULL);
	hint[0] = '\0';
	bool filtered = is_filtered(shell, hint);
	if (!filtered && view->hint)
		view->hint(shell->states[shell->shown], &context, hint);
	return filtered;
}

static void render_hint(Shell *shell, Canvas *canvas, Rect row)
{
	char hint[VIEW_HINT_SIZE];
	bool filtered = read_hint(shell, hint);
	canvas_fill(canvas, row, ROLE_TEXT);
	canvas_text_words(canvas, row, row.x + 1, row.y, row.width - 2, filtered ? ROLE_WARN : ROLE_MUTED, hint);
}

/* A long message takes the rows above its own for as long as it stands. */
static void render_message(Shell *shell, Canvas *canvas, Rect row)
{
	const char *text = shell->message.text;
	AUTO_CLEAR(Styled) styled = { 0 };
	styled_add(&styled, shell->message.role, text);
	int rows = styled_height(&styled, row.width - 2);
	int extra = rows > 3 ? 2 : rows - 1;
	Rect area = { row.x, row.y - extra, row.width, row.height + extra };
	area = rect_intersect(area, canvas_rect(canvas));
	canvas_fill(canvas, area, ROLE_TEXT);
	styled_render(&styled, canvas, rect_inset(area, 1, 0), 0, NULL);
}

static void render_line(Shell *shell, Canvas *canvas, Rect row)
{
	if (shell->in_filter)
		input_render(&shell->filter, canvas, row, "/", true);
	else if (message_is_shown(&shell->message, mono_now()))
		render_message(shell, canvas, row);
	else
		render_hint(shell, canvas, row);
}

static const char *footer_label(CommandId id, void *userdata)
{
	Shell *shell = userdata;
	const View *view = VIEWS[shell->shown];
	ViewContext context = shell_context(shell, shell->shown, NULL);
	const char *label = view->label ? view->label(shell->states[shell->shown], &context, id) : NULL;
	/* Nothing goes on without the console where it brought the systems along. */
	return !label && id == COMMAND_DETACH && shell->settings->practice ? "leave" : label;
}

static void render_screen_footer(Shell *shell, Canvas *canvas, Rect row)
{
	CommandContext contexts[VIEW_MAX_CONTEXTS];
	CommandId first[VIEW_MAX_FIRST];
	KeyLabel typing[VIEW_MAX_TYPING];
	const View *view = VIEWS[shell->shown];
	void *state = shell->states[shell->shown];
	ViewContext context = shell_context(shell, shell->shown, NULL);
	size_t keys = view->typing ? view->typing(state, &context, typing) : 0;
	if (keys) {
		footer_keys_render(canvas, row, typing, keys);
		return;
	}
	Footer footer = { .keymap = &shell->keymap, .contexts = contexts, .context_count = shell_key_contexts(shell, contexts), .first = first,
		.first_count = view->first ? view->first(state, &context, first) : 0, .here = view->command, .reason = shell_reason,
		.label = footer_label, .userdata = shell };
	footer_render(&footer, canvas, row);
}

/* Of what is in front. */
static void render_footer(Shell *shell, Canvas *canvas, Rect row)
{
	if (shell->in_dialog) {
		dialog_footer(&shell->dialog, canvas, row);
	} else if (shell->in_palette || shell->in_filter) {
		CommandContext context = shell->in_palette ? CONTEXT_PALETTE : CONTEXT_INPUT;
		footer_render(&(Footer) { .keymap = &shell->keymap, .contexts = &context, .context_count = 1 }, canvas, row);
	} else {
		render_screen_footer(shell, canvas, row);
	}
}

static void render_view(Shell *shell, Canvas *canvas, Rect rect)
{
	const View *view = VIEWS[shell->shown];
	void *state = shell->states[shell->shown];
	ViewContext context = shell_context(shell, shell->shown, NULL);
	if (view->update)
		view->update(state, &context);
	context = shell_context(shell, shell->shown, NULL);
	canvas_cursor(canvas, -1, -1);
	if (view->render)
		view->render(state, &context, canvas, rect);
}

void shell_render(Shell *shell)
{
	int columns, rows;
	term_size(shell->term, &columns, &rows);
	Canvas *canvas = &shell->canvas;
	canvas_resize(canvas, columns, rows, shell->glyphs);
	ViewContext context = shell_context(shell, shell->shown, NULL);
	Rect rest = canvas_rect(canvas);
	Rect bar = rect_cut_top(&rest, BAR_ROWS);
	render_rule(canvas, rect_cut_top(&rest, 1));
	Rect footer = rect_cut_bottom(&rest, 1);
	/* A small screen has no row to spare for quiet words: messages stand over its lower rule. */
	Rect line = context.small ? (Rect) { rest.x, rest.y + rest.height - 1, rest.width, 1 } : rect_cut_bottom(&rest, 1);
	render_rule(canvas, rect_cut_bottom(&rest, 1));
	AUTO_CLEAR(Buf) shout = { 0 };
	AUTO_CLEAR(Styled) banner = { 0 };
	read_banner(shell, columns, &shout);
	styled_add(&banner, ROLE_BANNER, buf_text(&shout));
	Rect above = shout.len ? banner_area(&banner, &rest) : (Rect) { 0 };
	render_view(shell, canvas, rest);
	/* After the screen, which joins its lines to the rule above. */
	if (shout.len)
		render_banner(canvas, above, buf_text(&shout));
	bar_render(shell, canvas, bar);
	char hint[VIEW_HINT_SIZE];
	bool filtered = read_hint(shell, hint);
	message_over(&shell->message, hint);
	if (!context.small || shell->in_filter || message_is_shown(&shell->message, mono_now()) || filtered)
		render_line(shell, canvas, line);
	render_footer(shell, canvas, footer);
	if (shell->in_dialog)
		dialog_render(&shell->dialog, canvas, rest);
	if (shell->in_palette) {
		Rect room = canvas_rect(canvas);
		rect_cut_bottom(&room, 1);
		rect_cut_top(&room, BAR_ROWS);   /* whether this is real stays in sight */
		palette_render(&shell->palette, canvas, room, &shell->keymap, shell_reason, shell);
	}
}
