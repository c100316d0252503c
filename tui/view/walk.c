/* walk.c: the walk screen. */
#include "tui/view/view.h"

static void render(void *state, const ViewContext *context, Canvas *canvas, Rect rect)
{
	(void) state;
	const char *not_yet = view_not_yet(context);
	canvas_paragraph(canvas, rect_inset(rect, 1, 1), 0, ROLE_MUTED,
		not_yet ? not_yet : "No procedure is being walked. Choose one on the playbooks screen (p) and start it with s.");
}

const View VIEW_WALK = {
	.name = "walk",
	.title = "Walk",
	.command = COMMAND_SCREEN_WALK,
	.contexts = { CONTEXT_WALK },
	.render = render,
};
