/* help.c: the keys of the screen one comes from, and all commands, from the one table. */
#include <stdio.h>
#include "tui/view/shell.h"
#include "core/base/text.h"
#include "tui/widget/pager.h"

typedef struct HelpState { Pager pager; Styled text; size_t about; } HelpState;

static void write_words(Styled *text, bool narrow)
{
	static const struct { Glyph glyph; Role role; const char *word, *meaning; } STATES[] = {
		{ GLYPH_OK, ROLE_OK, "ok", "seen just now and good" },
		{ GLYPH_WARN, ROLE_WARN, "warn", "seen just now and doubtful" },
		{ GLYPH_FAIL, ROLE_FAIL, "fail", "seen just now and bad" },
		{ GLYPH_STALE, ROLE_STALE, "stale", "was good, but that is too long ago" },
		{ GLYPH_UNKNOWN, ROLE_UNKNOWN, "unkn", "could not look: unknown is not ok" },
		{ GLYPH_DOUBT, ROLE_DOUBT, "IN DOUBT", "outcome not known: look, then say ran or not-run (R)" },
	};
	styled_add(text, ROLE_HEADING, "\nWhat the signs mean\n");
	for (size_t i = 0; i < BG_LENGTH(STATES); i++) {
		AUTO_CLEAR(Buf) sign = { 0 };
		utf8_append(&sign, glyph_code_point(GLYPHS_UTF8, STATES[i].glyph));
		styled_printf(text, STATES[i].role, "  %s %-*s", buf_text(&sign), narrow ? 9 : 14, STATES[i].word);
		styled_hang(text, narrow ? 13 : 18, ROLE_TEXT, STATES[i].meaning);
		styled_newline(text);
	}
}

static void shown(void *state, ViewContext *context)
{
	HelpState *help = state;
	const Shell *shell = context->shell;
	help->about = shell->history_count ? shell->history[shell->history_count - 1] : 0;
	help->pager.top = 0;
}

static void update(void *state, ViewContext *context)
{
	HelpState *help = state;
	const View *about = VIEWS[help->about];
	CommandContext contexts[VIEW_MAX_CONTEXTS];
	size_t count = 0;
	while (count < VIEW_MAX_CONTEXTS && about->contexts[count] != CONTEXT_GLOBAL) {
		contexts[count] = about->contexts[count];
		count++;
	}
	styled_reset(&help->text);
	help_write(&help->text, context->keymap, contexts, count, context->shell->canvas.width, NULL, NULL);
	write_words(&help->text, context->small);
}

static void render(void *state, const ViewContext *context, Canvas *canvas, Rect rect)
{
	HelpState *help = state;
	(void) context;
	pager_render(&help->pager, &help->text, canvas, rect_inset(rect, 1, 0));
}

static Outcome on_command(void *state, ViewContext *context, CommandId id)
{
	HelpState *help = state;
	if (id == COMMAND_HELP) {
		view_back(context);
		return OUTCOME_DONE;
	}
	return pager_command(&help->pager, &help->text, id) ? OUTCOME_DONE : OUTCOME_IGNORED;
}

static void filter(void *state, ViewContext *context, const char *text)
{
	HelpState *help = state;
	if (!pager_search(&help->pager, &help->text, text) && *text)
		view_refuse(context, "\"%s\" is nowhere in the help", text);
}

static void hint(void *state, const ViewContext *context, char text[static VIEW_HINT_SIZE])
{
	const HelpState *help = state;
	(void) context;
	snprintf(text, VIEW_HINT_SIZE, "Keys of the screen \"%s\". Esc goes back to it.", VIEWS[help->about]->title);
}

static bool page(void *state, ViewContext *context, Styled *out)
{
	HelpState *help = state;
	update(state, context);
	styled_add_str(out, ROLE_TEXT, buf_str(&help->text.text));
	return true;
}

static void close_help(void *state)
{
	HelpState *help = state;
	styled_clear(&help->text);
}

const View VIEW_HELP = {
	.name = "help",
	.title = "Help",
	.command = COMMAND_HELP,
	.contexts = { CONTEXT_HELP, CONTEXT_PAGER },
	.state_size = sizeof(HelpState),
	.hidden_tab = true,
	.close = close_help,
	.shown = shown,
	.update = update,
	.render = render,
	.on_command = on_command,
	.filter = filter,
	.hint = hint,
	.page = page,
};
