/* signoff.c: the sign-off screen. */
#include "tui/view/view.h"

static void render(void *state, const ViewContext *context, Canvas *canvas, Rect rect)
{
	(void) state;
	const char *not_yet = view_not_yet(context);
	canvas_paragraph(canvas, rect_inset(rect, 1, 1), 0, ROLE_MUTED,
		not_yet ? not_yet : "No gate is chosen. A gate waits here once a step that needs signatures is reached.");
}

const View VIEW_SIGNOFF = {
	.name = "sign-off",
	.title = "Sign-off",
	.command = COMMAND_SCREEN_SIGNOFF,
	.contexts = { CONTEXT_SIGNOFF },
	.render = render,
};
