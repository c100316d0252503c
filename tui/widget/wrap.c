/* wrap.c: greedy line breaking by columns. */
#include "tui/widget/wrap.h"
#include "core/base/text.h"

/* More than harmless text ever needs for a column: a character and its marks. */
#define BYTES_A_COLUMN 24

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

/* Looks for the end of the source line no farther than what may fit: one line of a megabyte must not be gone over for each of its rows. */
static Str source_line(Str rest, int columns, ptrdiff_t *ret_newline)
{
	Str near = str_slice(rest, 0, (size_t) columns * BYTES_A_COLUMN);
	*ret_newline = str_find_char(near, '\n');
	if (*ret_newline >= 0)
		return str_slice(rest, 0, (size_t) *ret_newline);
	/* Four bytes: the last character may be cut. */
	if (near.len == rest.len || text_fit(near, (size_t) columns, NULL) + 4 < near.len)
		return near;
	*ret_newline = str_find_char(rest, '\n');
	return *ret_newline < 0 ? rest : str_slice(rest, 0, (size_t) *ret_newline);
}

bool wrap_next(Str *rest, int columns, Str *ret_line)
{
	if (!rest->ptr || rest->len == 0 || columns <= 0)
		return false;
	ptrdiff_t newline;
	Str line = source_line(*rest, columns, &newline);
	size_t fits = text_fit(line, (size_t) columns, NULL);
	if (fits == line.len) {
		*rest = str_slice(*rest, newline < 0 ? rest->len : (size_t) newline + 1, SIZE_MAX);
		*ret_line = without_blanks_at_end(line);
		return true;
	}
	size_t at = break_at(line, fits);
	*ret_line = without_blanks_at_end(str_slice(line, 0, at));
	while (at < rest->len && rest->ptr[at] == ' ')
		at++;
	/* Blanks at the end of a source line do not make a line of their own. */
	if (at < rest->len && rest->ptr[at] == '\n')
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
