/* json_scan.c: a strict reader of the JSON grammar. The parser that builds the tree is forgiving (numbers like 01, raw
 * control bytes in strings, deep nesting); what reaches a journal or a signature must have one meaning only, so this
 * looks first. */
#include "core/base/json_scan.h"

#include "core/base/text.h"

/* The parser copies a number into a buffer of 64 bytes, and would read the first part only. */
#define NUMBER_MAX_BYTES 60

typedef struct Scanner {
	Str text;
	size_t at;
	unsigned depth, max_depth;
	const char *problem;   /* static text; NULL while all is well */
} Scanner;

static bool problem(Scanner *s, const char *text)
{
	if (!s->problem)
		s->problem = text;
	return false;
}

static int peek(const Scanner *s)
{
	return s->at < s->text.len ? (unsigned char) s->text.ptr[s->at] : -1;
}

static bool accept(Scanner *s, char c)
{
	if (peek(s) != (unsigned char) c)
		return false;
	s->at++;
	return true;
}

static void skip_blanks(Scanner *s)
{
	int c;
	while ((c = peek(s)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		s->at++;
}

static bool take_digits(Scanner *s)
{
	size_t start = s->at;
	while (peek(s) >= '0' && peek(s) <= '9')
		s->at++;
	return s->at > start || problem(s, "a digit is missing in a number");
}

static bool scan_number_parts(Scanner *s)
{
	(void) accept(s, '-');
	if (accept(s, '0')) {
		if (peek(s) >= '0' && peek(s) <= '9')
			return problem(s, "a number begins with a superfluous 0");
	} else if (!take_digits(s)) {
		return false;
	}
	if (accept(s, '.') && !take_digits(s))
		return false;
	if (accept(s, 'e') || accept(s, 'E')) {
		if (!accept(s, '+'))
			(void) accept(s, '-');
		return take_digits(s);
	}
	return true;
}

static bool scan_number(Scanner *s)
{
	size_t start = s->at;
	return scan_number_parts(s) && (s->at - start <= NUMBER_MAX_BYTES || problem(s, "a number is too long"));
}

static bool take_hex4(Scanner *s, unsigned *ret_unit)
{
	unsigned unit = 0;
	for (int i = 0; i < 4; i++, s->at++) {
		int c = peek(s);
		unsigned digit;
		if (c >= '0' && c <= '9')
			digit = (unsigned) c - '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = ((unsigned) c | 0x20U) - 'a' + 10;
		else
			return problem(s, "\\u needs four hex digits");
		unit = unit << 4 | digit;
	}
	*ret_unit = unit;
	return true;
}

static bool scan_unicode_escape(Scanner *s)
{
	unsigned unit, low;
	if (!take_hex4(s, &unit))
		return false;
	if (unit == 0)
		return problem(s, "a string holds a NUL byte");
	if (unit >= 0xDC00 && unit <= 0xDFFF)
		return problem(s, "half of a surrogate pair");
	if (unit < 0xD800 || unit > 0xDBFF)
		return true;
	if (!accept(s, '\\') || !accept(s, 'u') || !take_hex4(s, &low) || low < 0xDC00 || low > 0xDFFF)
		return problem(s, "half of a surrogate pair");
	return true;
}

static bool scan_string(Scanner *s)
{
	while (s->at < s->text.len) {
		unsigned char c = (unsigned char) s->text.ptr[s->at];
		if (c < 0x20)
			return problem(s, "a control byte in a string");
		s->at++;
		if (c == '"')
			return true;
		if (c != '\\')
			continue;
		if (accept(s, 'u')) {
			if (!scan_unicode_escape(s))
				return false;
			continue;
		}
		int escaped = peek(s);
		if (escaped <= 0 || !strchr("\"\\/bfnrt", escaped))
			return problem(s, "an unknown escape in a string");
		s->at++;
	}
	return problem(s, "a string does not end");
}

static bool scan_value(Scanner *s);

static bool scan_member(Scanner *s, bool is_object)
{
	skip_blanks(s);
	if (is_object) {
		if (!accept(s, '"'))
			return problem(s, "a key in double quotes is missing");
		if (!scan_string(s))
			return false;
		skip_blanks(s);
		if (!accept(s, ':'))
			return problem(s, "a ':' is missing after a key");
	}
	return scan_value(s);
}

static bool scan_container(Scanner *s, char end)
{
	if (++s->depth > s->max_depth)
		return problem(s, "nested too deep");
	skip_blanks(s);
	if (!accept(s, end)) {
		do {
			if (!scan_member(s, end == '}'))
				return false;
			skip_blanks(s);
		} while (accept(s, ','));
		if (!accept(s, end))
			return problem(s, end == '}' ? "a ',' or '}' is missing" : "a ',' or ']' is missing");
	}
	s->depth--;
	return true;
}

static bool scan_word(Scanner *s, const char *word)
{
	if (!str_starts(str_slice(s->text, s->at, s->text.len), word))
		return problem(s, "a value is missing");
	s->at += strlen(word);
	return true;
}

static bool scan_value(Scanner *s)
{
	skip_blanks(s);
	int c = peek(s);
	if (accept(s, '{'))
		return scan_container(s, '}');
	if (accept(s, '['))
		return scan_container(s, ']');
	if (accept(s, '"'))
		return scan_string(s);
	if (c == '-' || (c >= '0' && c <= '9'))
		return scan_number(s);
	return scan_word(s, c == 't' ? "true" : c == 'f' ? "false" : "null");
}

static void line_and_column(Str text, size_t at, size_t *ret_line, size_t *ret_column)
{
	size_t line = 1, column = 1;
	for (size_t i = 0; i < at && i < text.len; i++) {
		bool newline = text.ptr[i] == '\n';
		line += newline;
		column = newline ? 1 : column + 1;
	}
	*ret_line = line;
	*ret_column = column;
}

bool json_scan(Str text, unsigned max_depth, Error *err)
{
	Scanner s = { .text = text, .max_depth = max_depth };
	skip_blanks(&s);
	if (s.at == text.len)
		return error_set(err, ERROR_INVALID, "the text is empty where JSON is expected");
	if (scan_value(&s)) {
		skip_blanks(&s);
		if (s.at < text.len)
			(void) problem(&s, "text follows after the document");
	}
	if (!s.problem && !utf8_is_valid(text))
		return error_set(err, ERROR_INVALID, "not valid JSON: the text is not valid UTF-8");
	if (!s.problem)
		return true;
	size_t line, column;
	line_and_column(text, s.at, &line, &column);
	return error_set(err, ERROR_INVALID, "not valid JSON at line %zu, column %zu: %s", line, column, s.problem);
}
