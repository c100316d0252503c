/* html_text.c: see html_text.h. */
#include "core/report/html_text.h"

#include "core/base/text.h"

static void put_escaped(Buf *out, const Buf *clean)
{
	for (size_t i = 0; i < clean->len; i++) {
		switch (clean->data[i]) {
		case '&':
			buf_puts(out, "&amp;");
			break;
		case '<':
			buf_puts(out, "&lt;");
			break;
		case '>':
			buf_puts(out, "&gt;");
			break;
		case '"':
			buf_puts(out, "&quot;");
			break;
		case '\'':
			buf_puts(out, "&#39;");
			break;
		default:
			buf_putc(out, clean->data[i]);
		}
	}
}

void html_text(Buf *out, const char *text)
{
	AUTO_CLEAR(Buf) clean = { 0 };
	text_sanitise(str_from(text), SANITISE_LINE, &clean);
	put_escaped(out, &clean);
}

void html_block(Buf *out, Str text)
{
	AUTO_CLEAR(Buf) clean = { 0 };
	text_sanitise(text, SANITISE_BLOCK, &clean);
	put_escaped(out, &clean);
}

void html_time(Buf *out, WallTime time, WallTime day)
{
	char iso[WALL_TEXT_SIZE], date[WALL_TEXT_SIZE] = "", clock[WALL_TEXT_SIZE];
	if (!wall_known(time)) {
		buf_puts(out, "–");
		return;
	}
	bool same = wall_same_day(time, day);
	if (!same)
		(void) wall_format_day(time, day, date);
	buf_printf(out, "<time datetime=\"%s\" title=\"%s\">%s%s%s</time>", wall_format_iso(time, iso), iso, date, same ? "" : " ",
		wall_format_clock(time, time, clock));
}

void html_span(Buf *out, int64_t span_ms)
{
	char text[SPAN_TEXT_SIZE];
	html_text(out, span_ms >= 0 && span_ms < 1000 ? "under 1 s" : span_format(span_ms, text));
}

void html_fact(Buf *out, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	buf_printf(out, "<dt>%s</dt><dd>", name);
	html_text(out, value);
	buf_puts(out, "</dd>\n");
}
