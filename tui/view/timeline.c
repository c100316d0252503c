/* timeline.c: the timeline screen. */
#include "tui/view/view.h"

static void render(void *state, const ViewContext *context, Canvas *canvas, Rect rect)
{
	(void) state;
	const char *not_yet = view_not_yet(context);
	canvas_paragraph(canvas, rect_inset(rect, 1, 1), 0, ROLE_MUTED, not_yet ? not_yet : "");
}

const View VIEW_TIMELINE = {
	.name = "timeline",
	.title = "Timeline",
	.command = COMMAND_SCREEN_TIMELINE,
	.contexts = { CONTEXT_TIMELINE },
	.render = render,
};
