/* words.c: see words.h. */
#include "tui/line/words.h"
#include "core/base/text.h"
#include "tui/widget/wrap.h"

/* What a sign means where our own text uses it. */
static const struct { uint32_t sign; const char *words; } SIGNS[] = {
	{ 0x2714, "ok:" }, { 0x2716, "NO:" }, { 0x00b7, "-" }, { 0x25b6, "" }, { 0x2192, "to" }, { 0x2212, "over:" }, { 0x2260, "IN DOUBT:" },
	{ 0x25b8, "-" }, { 0x25be, "-" },
};
/* The same for signs that mean something at the beginning of a line only. */
static const struct { char sign; const char *words; } FIRST_SIGNS[] = { { '!', "warning:" }, { '?', "question:" }, { '~', "stale:" } };

static void put(uint32_t code_point, bool utf8, Buf *out)
{
	if (utf8)
		utf8_append(out, code_point);
	else
		buf_putc(out, (char) glyph_to_ascii(code_point));
}

void words_clean(Str text, bool utf8, Buf *out)
{
	AUTO_CLEAR(Buf) clean = { 0 };
	text_sanitise(text, SANITISE_BLOCK, &clean);
	Str rest = buf_str(&clean);
	uint32_t code_point;
	while (utf8_next(&rest, &code_point))
		put(code_point, utf8, out);
}

static bool is_literal(Role role)
{
	return role == ROLE_CODE || role == ROLE_OUTPUT || role == ROLE_ADDED || role == ROLE_REMOVED || role == ROLE_LINK || role == ROLE_INPUT;
}

static bool at_line_start(const Buf *out)
{
	size_t at = out->len;
	while (at > 0 && out->data[at - 1] == ' ')
		at--;
	return at == 0 || out->data[at - 1] == '\n';
}

static const char *words_of(uint32_t code_point, bool first, bool blank_follows)
{
	for (size_t i = 0; i < BG_LENGTH(SIGNS); i++)
		if (SIGNS[i].sign == code_point)
			return SIGNS[i].words;
	for (size_t i = 0; first && blank_follows && i < BG_LENGTH(FIRST_SIGNS); i++)
		if ((uint32_t) FIRST_SIGNS[i].sign == code_point)
			return FIRST_SIGNS[i].words;
	return NULL;
}

static void write_own(Str text, bool utf8, Buf *out)
{
	Str rest = text;
	uint32_t code_point;
	while (utf8_next(&rest, &code_point)) {
		const char *words = words_of(code_point, at_line_start(out), rest.len && rest.ptr[0] == ' ');
		if (words)
			buf_puts(out, words);
		else
			put(code_point, utf8, out);
	}
}

/* Which lines hold something literal: its line breaks are part of it. */
typedef struct Literals { Buf lines; } Literals;

#define LITERAL_WHOLE 60   /* one of so many bytes is not to be broken at a line's end either */

/* A word or a value among prose is not broken anyhow: what counts is what would be copied and has blanks. */
static bool must_stay_whole(Str literal)
{
	literal = str_trim(literal);
	return str_find_char(literal, ' ') >= 0 || literal.len > LITERAL_WHOLE;
}

static void note_literal(Literals *literals, Str written, bool literal)
{
	if (literals->lines.len == 0)
		buf_putc(&literals->lines, 0);
	for (;;) {
		ptrdiff_t end = str_find_char(written, '\n');
		Str part = str_slice(written, 0, end < 0 ? written.len : (size_t) end);
		if (literal && must_stay_whole(part))
			literals->lines.data[literals->lines.len - 1] = 1;
		if (end < 0)
			return;
		buf_putc(&literals->lines, 0);
		written = str_slice(written, (size_t) end + 1, written.len);
	}
}

static void write_runs(const Styled *text, bool utf8, Buf *out, Literals *literals)
{
	for (size_t i = 0; i < text->run_count; i++) {
		size_t start = text->runs[i].start, end = i + 1 < text->run_count ? text->runs[i + 1].start : text->text.len, from = out->len;
		Str part = str_slice(buf_str(&text->text), start, end - start);
		bool begins = i == 0 || text->runs[i - 1].role != ROLE_REMOVED;
		/* On a screen the old value is told by its colour and its place. */
		if (text->runs[i].role == ROLE_REMOVED && begins && part.len && part.ptr[0] != '\n')
			buf_puts(out, "from ");
		if (is_literal(text->runs[i].role))
			words_clean(part, utf8, out);
		else
			write_own(part, utf8, out);
		note_literal(literals, str_slice(buf_str(out), from, out->len - from), is_literal(text->runs[i].role));
	}
}

#define GOES_ON_COLUMNS 2   /* deeper than the line that it goes on with */

void words_wrap(Str text, int columns, Buf *out)
{
	Str line, part;
	while (str_next_line(&text, &line)) {
		size_t own = 0;
		while (own < line.len && line.ptr[own] == ' ')
			own++;
		int indent = (int) own + GOES_ON_COLUMNS;
		bool wraps = columns > 0 && indent < columns / 2;
		Str rest = str_slice(line, own, line.len);
		buf_put_str(out, str_slice(line, 0, own));
		for (bool first = true; wraps && wrap_next(&rest, first ? columns - (int) own : columns - indent, &part); first = false)
			buf_printf(out, "%s%*s%.*s", first ? "" : "\n", first ? 0 : indent, "", STR_ARG(part));
		if (!wraps)
			buf_put_str(out, rest);
		buf_putc(out, '\n');
	}
}

void words_write(const Styled *text, bool utf8, int columns, Buf *out)
{
	AUTO_CLEAR(Buf) all = { 0 };
	Literals literals = { 0 };
	write_runs(text, utf8, &all, &literals);
	Str rest = buf_str(&all), line;
	bool ended = all.len && all.data[all.len - 1] == '\n';
	for (size_t i = 0; str_next_line(&rest, &line); i++) {
		words_wrap(line.len ? line : STR("\n"), literals.lines.data[i] ? 0 : columns, out);
		if (!rest.len && !ended)
			buf_truncate(out, out->len - 1);
	}
	buf_clear(&literals.lines);
}
