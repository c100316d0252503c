/* source.c: from bytes to lines. Only what is no text at all is refused; what would take the Markdown library
 * quadratic time (absurd nesting, absurd runs of one mark) is blanked for it, said, and still shown as it stands. */
#include "core/playbook/source.h"
#include "core/base/text.h"

#define NESTING_LIMIT 64            /* container marks at the start of one line */
#define BRACKET_LIMIT 4096          /* '[' in one paragraph ... */
#define BRACKET_SPARSE 16           /* ... unless they are at least so many bytes apart */

static const Str BOM = {"\xEF\xBB\xBF", 3};

static bool check_bytes(Str bytes, const char *path, Error *err)
{
	if (bytes.len > PLAYBOOK_MAX_BYTES) {
		(void) error_set(err, ERROR_INVALID, "the file has %zu bytes, more than the %d that a playbook may have",
			bytes.len, PLAYBOOK_MAX_BYTES);
		(void) error_where(err, "%s", path);
		return error_hint(err, "split it into several playbooks");
	}
	const char *nul = bytes.len ? memchr(bytes.ptr, 0, bytes.len) : NULL;
	if (!nul)
		return true;
	size_t line = 1;
	for (const char *p = bytes.ptr; p < nul; p++)
		line += *p == '\n';
	(void) error_set(err, ERROR_INVALID, "there is a NUL byte, so this is no text file");
	(void) error_where(err, "%s:%zu", path, line);
	return error_hint(err, "is it UTF-16 or a binary file? A playbook is Markdown in UTF-8");
}

/* A lone \r ends a line too: the Markdown library sees it so, and line numbers must agree. */
static void split_lines(Arena *arena, Source *source)
{
	size_t start = 0;
	for (size_t i = 0; i < source->len; i++) {
		char c = source->text[i];
		if (c != '\n' && c != '\r')
			continue;
		ARENA_PUSH(arena, source->lines, source->line_count, ((Str){source->text + start, i - start}));
		if (c == '\r' && i + 1 < source->len && source->text[i + 1] == '\n')
			i++;
		start = i + 1;
	}
	if (start < source->len)
		ARENA_PUSH(arena, source->lines, source->line_count, ((Str){source->text + start, source->len - start}));
}

Str source_line(const Source *source, size_t number)
{
	return number >= 1 && number <= source->line_count ? source->lines[number - 1] : (Str){"", 0};
}

bool source_is_blank(Str line)
{
	return str_trim(line).len == 0;
}

bool source_is_template(Str line)
{
	Str text = str_trim(line);
	return str_starts(text, "<%") && str_ends(text, "%>");
}

/* Blanks a line for the Markdown parser. `lines` hold their own copy by then. */
static void blank_line(Source *source, const char *base, size_t number)
{
	Str line = source_line(source, number);
	memset(source->text + (line.ptr - base), ' ', line.len);
}

typedef struct FrontKey { const char *name; size_t offset; } FrontKey;
static const FrontKey FRONT_KEYS[] = {
	{"title", offsetof(FrontMatter, title)},
	{"last_reviewed_on", offsetof(FrontMatter, last_reviewed_on)},
	{"review_in", offsetof(FrontMatter, review_in)},
	{"owner_slack", offsetof(FrontMatter, owner_slack)},
};

static void read_front_line(Arena *arena, Str line, FrontMatter *front)
{
	ptrdiff_t colon = str_find_char(line, ':');
	if (colon <= 0)
		return;
	Str key = str_slice(line, 0, (size_t) colon), value = str_trim(str_slice(line, (size_t) colon + 1, line.len));
	if (value.len >= 2 && (value.ptr[0] == '"' || value.ptr[0] == '\'') && value.ptr[value.len - 1] == value.ptr[0])
		value = str_slice(value, 1, value.len - 2);
	for (size_t i = 0; i < BG_LENGTH(FRONT_KEYS); i++) {
		if (!str_eq_c(key, FRONT_KEYS[i].name) || value.len == 0)
			continue;
		const char *copy = arena_str(arena, value);
		memcpy((char *) front + FRONT_KEYS[i].offset, &copy, sizeof copy);
	}
}

static void read_front_matter(Arena *arena, Source *source, const char *base)
{
	if (source->line_count < 2 || !str_eq_c(str_trim(source->lines[0]), "---") || source->lines[0].ptr[0] != '-')
		return;
	size_t last = 0;
	for (size_t i = 2; i <= source->line_count && !last; i++) {
		Str line = source_line(source, i);
		if (str_eq_c(str_trim(line), "---") || str_eq_c(str_trim(line), "..."))
			last = i;
	}
	if (!last)
		return;
	for (size_t i = 1; i <= last; i++) {
		read_front_line(arena, source_line(source, i), &source->front_matter);
		blank_line(source, base, i);
	}
	source->front_matter.line_count = (unsigned) last;
}

/* Counts the marks that open containers at the start of a line: "> - > 1. ". */
static size_t count_nesting(Str line)
{
	size_t depth = 0;
	for (size_t i = 0; i < line.len; i++) {
		char c = line.ptr[i];
		if (c == ' ' || c == '\t')
			continue;
		bool bullet = (c == '-' || c == '*' || c == '+') && i + 1 < line.len
			&& (line.ptr[i + 1] == ' ' || line.ptr[i + 1] == '\t');
		size_t digits = i;
		while (digits < line.len && line.ptr[digits] >= '0' && line.ptr[digits] <= '9')
			digits++;
		bool ordered = digits > i && digits + 1 < line.len && (line.ptr[digits] == '.' || line.ptr[digits] == ')')
			&& line.ptr[digits + 1] == ' ';
		if (ordered)
			i = digits;
		else if (c != '>' && !bullet)
			break;
		depth++;
	}
	return depth;
}

/* Thousands of "[" in one paragraph cost the Markdown library the square of their number. */
static void blank_brackets(Source *source, const char *base, DiagnosticList *diagnostics)
{
	size_t brackets = 0, bytes = 0;
	for (size_t i = 1; i <= source->line_count; i++) {
		Str line = source_line(source, i);
		if (source_is_blank(line)) {
			brackets = bytes = 0;
			continue;
		}
		size_t here = 0;
		for (size_t k = 0; k < line.len; k++)
			here += line.ptr[k] == '[';
		bool too_many = brackets + here > BRACKET_LIMIT && (brackets + here) * BRACKET_SPARSE > bytes + line.len;
		if (!too_many) {
			brackets += here;
			bytes += line.len;
			continue;
		}
		diagnostic_add(diagnostics, (int) i, 1, "W-NESTING", "put blank lines between the paragraphs",
			"more than %d '[' in one paragraph: the line is shown as it stands, not read", BRACKET_LIMIT);
		blank_line(source, base, i);
	}
}

static void blank_nested(Source *source, const char *base, DiagnosticList *diagnostics)
{
	for (size_t i = 1; i <= source->line_count; i++) {
		if (count_nesting(source_line(source, i)) <= NESTING_LIMIT)
			continue;
		diagnostic_add(diagnostics, (int) i, 1, "W-NESTING", "take some of the quotes or lists apart",
			"nested more than %d deep: shown as it stands, not read", NESTING_LIMIT);
		blank_line(source, base, i);
	}
}

bool source_read(Arena *arena, Str bytes, const char *path, Source **ret_source, DiagnosticList *diagnostics,
	Error *err)
{
	if (!check_bytes(bytes, path, err))
		return error_what(err, "read a playbook");
	if (bytes.len >= BOM.len && memcmp(bytes.ptr, BOM.ptr, BOM.len) == 0)
		bytes = str_slice(bytes, BOM.len, bytes.len);
	Source *source = ARENA_NEW(arena, Source);
	source->text = arena_str(arena, bytes);
	source->len = bytes.len;
	split_lines(arena, source);
	/* The lines keep the text as written; the parser gets a copy in which lines can be blanked. */
	const char *base = source->text;
	source->text = arena_str(arena, bytes);
	read_front_matter(arena, source, base);
	blank_nested(source, base, diagnostics);
	blank_brackets(source, base, diagnostics);
	*ret_source = source;
	return true;
}
