/* wrap.c: greedy line breaking by columns. */
#include "tui/widget/wrap.h"
#include "core/base/text.h"

static Str without_blanks_at_end(Str line)
{
	while (line.len > 0 && line.ptr[line.len - 1] == ' ')
		line.len--;
	return line;
}

/* Where to break a line that is too long, given how much of it fits; never 0. */
static size_t break_at(Str line, size_t fits)
{
	if (fits == 0) {
		/* A wide character in one column: it gets a line of its own and is clipped there. */
		Str after = line;
		uint32_t code_point;
		(void) utf8_next(&after, &code_point);
		return line.len - after.len;
	}
	if (line.ptr[fits] == ' ')
		return fits;
	size_t at = fits;
	while (at > 0 && line.ptr[at - 1] != ' ')
		at--;
	/* Only blanks before the word: they are an indent, breaking there would make no progress. */
	bool only_blanks = true;
	for (size_t i = 0; i < at; i++)
		only_blanks = only_blanks && line.ptr[i] == ' ';
	return only_blanks ? fits : at;
}

bool wrap_next(Str *rest, int columns, Str *ret_line)
{
	if (!rest->ptr || rest->len == 0 || columns <= 0)
		return false;
	ptrdiff_t newline = str_find_char(*rest, '\n');
	Str line = newline < 0 ? *rest : str_slice(*rest, 0, (size_t) newline);
	size_t width = 0;
	size_t fits = text_fit(line, (size_t) columns, &width);
	if (fits == line.len) {
		*rest = str_slice(*rest, newline < 0 ? rest->len : (size_t) newline + 1, SIZE_MAX);
		*ret_line = without_blanks_at_end(line);
		return true;
	}
	size_t at = break_at(line, fits);
	*ret_line = without_blanks_at_end(str_slice(line, 0, at));
	while (at < line.len && line.ptr[at] == ' ')
		at++;
	/* Blanks at the end of a source line do not make a line of their own. */
	if (at == line.len && newline >= 0)
		at++;
	*rest = str_slice(*rest, at, SIZE_MAX);
	return true;
}

int wrap_count(Str text, int columns)
{
	Str line;
	int count = 0;
	while (wrap_next(&text, columns, &line))
		count++;
	return count;
}
