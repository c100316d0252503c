/* progress.c: see progress.h. */
#include "tui/widget/progress.h"
#include <stdio.h>
#include "core/base/moment.h"

#define LEAST_BAR 8

static void describe(const Progress *progress, Buf *out)
{
	char span[SPAN_TEXT_SIZE];
	if (progress->total > 0 && progress->unit)
		buf_printf(out, "%lld of %lld %s  ", (long long) progress->done, (long long) progress->total, progress->unit);
	else if (progress->total > 0)
		buf_printf(out, "%lld %%  ", (long long) (progress->done * 100 / progress->total));
	else if (progress->done > 0 && progress->unit)
		buf_printf(out, "%lld %s  ", (long long) progress->done, progress->unit);
	if (progress->unit && progress->done > 0 && progress->elapsed_ms >= 1000)
		buf_printf(out, "%lld/s  ", (long long) (progress->done * 1000 / progress->elapsed_ms));
	buf_puts(out, span_format(progress->elapsed_ms, span));
	bool slow = progress->usual_ms > 0 && progress->elapsed_ms > 2 * progress->usual_ms;
	if (slow)
		buf_printf(out, ", slow: usually %s", span_format_short(progress->usual_ms, span));
}

static void render_bar(const Progress *progress, Canvas *canvas, Rect bar)
{
	int64_t done = progress->done < 0 ? 0 : progress->done > progress->total ? progress->total : progress->done;
	int filled = progress->total > 0 ? (int) (done * bar.width / progress->total) : 0;
	/* Without an end a mark wanders, one column a second, so that a person sees that somebody is still at it. */
	int mark = progress->total > 0 ? -1 : (int) (progress->elapsed_ms / 1000 % (bar.width > 0 ? bar.width : 1));
	for (int i = 0; i < bar.width; i++) {
		bool full = i < filled || i == mark;
		canvas_glyph(canvas, bar, bar.x + i, bar.y, full ? ROLE_PROGRESS : ROLE_PROGRESS_REST, full ? GLYPH_BAR_FULL : GLYPH_BAR_REST);
	}
}

void progress_render(const Progress *progress, Canvas *canvas, Rect rect)
{
	AUTO_CLEAR(Buf) text = {0};
	rect.height = rect.height > 1 ? 1 : rect.height;
	describe(progress, &text);
	int columns = canvas_text_width(buf_text(&text));
	int room = rect.width - columns - 2;
	int width = room > 30 ? 30 : room;
	if (width < LEAST_BAR) {
		canvas_text_fit(canvas, rect, rect.x, rect.y, rect.width, ROLE_RUNNING, buf_text(&text));
		return;
	}
	render_bar(progress, canvas, (Rect){ .x = rect.x, .y = rect.y, .width = width, .height = rect.height });
	canvas_text(canvas, rect, rect.x + width + 2, rect.y, ROLE_TEXT, buf_text(&text));
}

void sparkline_render(Canvas *canvas, Rect rect, Role role, const int64_t values[], size_t count)
{
	static const uint32_t bars[] = { 0x2581, 0x2582, 0x2583, 0x2584, 0x2585, 0x2586, 0x2587, 0x2588 };
	static const char ascii[] = "._-=oO#@";
	int64_t largest = 1;
	size_t first = rect.width > 0 && count > (size_t) rect.width ? count - (size_t) rect.width : 0;
	for (size_t i = first; i < count; i++)
		largest = values[i] > largest ? values[i] : largest;
	for (size_t i = first; i < count; i++) {
		int64_t value = values[i] < 0 ? 0 : values[i];
		size_t level = (size_t) (value * 7 / largest);
		char text[8];
		if (canvas->glyphs == GLYPHS_ASCII)
			snprintf(text, sizeof(text), "%c", ascii[level]);
		else
			snprintf(text, sizeof(text), "\xe2\x96%c", (char) (0x80 + (bars[level] & 0x3f)));
		canvas_text(canvas, rect, rect.x + (int) (i - first), rect.y, role, text);
	}
}
