/* playbooks.c: the playbooks screen. */
#include "tui/view/view.h"

static void render(void *state, const ViewContext *context, Canvas *canvas, Rect rect)
{
	(void) state;
	const char *not_yet = view_not_yet(context);
	canvas_paragraph(canvas, rect_inset(rect, 1, 1), 0, ROLE_MUTED, not_yet ? not_yet : "");
}

const View VIEW_PLAYBOOKS = {
	.name = "playbooks",
	.title = "Playbooks",
	.command = COMMAND_SCREEN_PLAYBOOKS,
	.contexts = { CONTEXT_PLAYBOOKS },
	.render = render,
};
