/* copying.c: see copying.h. */
#include "tui/view/copying.h"
#include <stdio.h>
#include "core/base/alloc.h"
#include "core/base/text.h"
#include "tui/view/shell.h"

#define SHOWN_COLUMNS 40   /* of what was copied, in the message */

/* Without the newline at the end: pasted into a shell it would run what somebody still wants to look at. */
static bool clean(Str text, CopyMode mode, Buf *out, Error *err)
{
	text_sanitise(text, SANITISE_BLOCK, out);
	if (mode == COPY_EXACT && !str_eq(buf_str(out), text)) {
		error_set(err, ERROR_INVALID, "it holds characters that could fool a terminal, and must be copied as it is");
		return error_hint(err, "`breakglass statement` writes it to a file");
	}
	while (mode == COPY_CLEANED && out->len && (out->data[out->len - 1] == '\n' || out->data[out->len - 1] == ' '))
		buf_truncate(out, out->len - 1);
	return out->len || error_set(err, ERROR_INVALID, "there is nothing to copy here");
}

static bool send(ViewContext *context, Str text, Error *err)
{
	Shell *shell = context->shell;
	if (shell->hear) {
		AUTO_FREE char *copy = str_dup(text);
		shell->hear(shell->hear_userdata, SAID_COPY, copy);
		return true;
	}
	size_t most = term_copy_max(shell->term);
	if (most == 0)
		return error_set(err, ERROR_MISSING, "this terminal has no clipboard that can be reached");
	if (text.len > most)
		return error_set(err, ERROR_INVALID, "%zu bytes are too many for the clipboard over this line, which takes %zu", text.len, most);
	term_copy(shell->term, text);
	return true;
}

bool copying_send(ViewContext *context, Str text, CopyMode mode, Error *err)
{
	AUTO_CLEAR(Buf) cleaned = { 0 };
	return clean(text, mode, &cleaned, err) && send(context, buf_str(&cleaned), err);
}

static void closed(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	(void) context;
	(void) dialog;
	(void) data;
}

static void say_copied(ViewContext *context, const Copying *copying, Str cleaned)
{
	ptrdiff_t end = str_find_char(cleaned, '\n');
	Str first = end >= 0 ? str_slice(cleaned, 0, (size_t) end) : cleaned;
	size_t width, fits = text_fit(first, SHOWN_COLUMNS, &width);
	char which[64] = "";
	if (copying->count > 1)
		snprintf(which, sizeof(which), " (%zu of %zu: once more copies the next)", copying->number, copying->count);
	view_say(context, ROLE_OK, "Copied, where the terminal allows it: %.*s%s%s", (int) fits, first.ptr, fits < cleaned.len ? "\xe2\x80\xa6" : "", which);
}

static void copy(ViewContext *context, const Copying *copying)
{
	AUTO_CLEAR(Buf) cleaned = { 0 };
	Error err = { 0 };
	if (!clean(buf_str(&copying->text), copying->mode, &cleaned, &err)) {
		view_refuse(context, "copy: %s%s%s", err.why, *err.hint ? "; " : "", err.hint);
		return;
	}
	if (!send(context, buf_str(&cleaned), &err)) {
		Dialog *dialog = view_dialog(context, DIALOG_INFORM, "To copy by hand", "close", closed, NULL);
		styled_printf(&dialog->text, ROLE_MUTED, "%s.\n\n", err.why);
		styled_add(&dialog->text, ROLE_CODE, buf_text(&cleaned));
		return;
	}
	if (!context->shell->hear)
		say_copied(context, copying, buf_str(&cleaned));
}

void copying_copy(ViewContext *context, Str text, CopyMode mode)
{
	Copying copying = { .mode = mode };
	buf_put_str(&copying.text, text);
	copy(context, &copying);
	buf_clear(&copying.text);
}

static void say_selected(const List *list, const ListSource *source, void *userdata)
{
	size_t index;
	if (source->say && list_selected(list, source, &index))
		source->say(index, source->userdata, userdata);
}

void copying_run(ViewContext *context)
{
	const View *view = context->view;
	void *state = context->shell->states[view_index(view)];
	Copying copying = { 0 };
	if (!view->copy || !view->copy(state, context, &copying)) {
		buf_clear(&copying.text);
		copying = (Copying) { 0 };
		if (view->rows)
			view->rows(state, context, say_selected, &copying.text);
	}
	if (copying.text.len)
		copy(context, &copying);
	else
		view_refuse(context, "copy: nothing is selected here");
	buf_clear(&copying.text);
}
