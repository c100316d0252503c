/* shell_scan.c: one pass over the bytes of each line. Errs towards "not complete": too much is then shown as one
 * command, and the shell that runs it is the judge. */
#include "core/playbook/shell_scan.h"
#include "core/playbook/words.h"

static const char *const OPENERS[] = {"case", "for", "if", "select", "until", "while"};
static const char *const CLOSERS[] = {"done", "esac", "fi"};
static const char *const FOLLOWERS[] = {"!", "do", "elif", "else", "then", "time"};   /* a command word follows them */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool ends_word(char c)
{
	return is_blank(c) || strchr(";&|()<>\"'`", c) != NULL;
}

/* `at` stands behind "<<". Returns where the word ends. */
static size_t read_heredoc(ShellScan *scan, Str line, size_t at)
{
	bool tabs = at < line.len && line.ptr[at] == '-';
	at += tabs;
	while (at < line.len && is_blank(line.ptr[at]))
		at++;
	char word[SHELL_HEREDOC_WORD];
	size_t len = 0;
	for (; at < line.len && !is_blank(line.ptr[at]) && !strchr(";&|()<>", line.ptr[at]); at++)
		if (!strchr("'\"\\", line.ptr[at]) && len + 1 < sizeof word)
			word[len++] = line.ptr[at];
	word[len] = '\0';
	if (len && scan->heredocs < SHELL_HEREDOCS) {
		memcpy(scan->heredoc[scan->heredocs].word, word, len + 1);
		scan->heredoc[scan->heredocs++].tabs = tabs;
	}
	return at;
}

static void read_word(ShellScan *scan, Str word)
{
	if (!scan->command_position)
		return;
	scan->command_position = false;
	if (word_in(OPENERS, BG_LENGTH(OPENERS), word)) {
		scan->compounds++;
		scan->command_position = !str_eq_c(word, "for") && !str_eq_c(word, "case") && !str_eq_c(word, "select");
	} else if (word_in(CLOSERS, BG_LENGTH(CLOSERS), word)) {
		scan->compounds -= scan->compounds > 0;
	} else if (word_in(FOLLOWERS, BG_LENGTH(FOLLOWERS), word)) {
		scan->command_position = true;
	} else if (str_eq_c(word, "{")) {
		scan->brackets++;
		scan->command_position = true;
	} else if (str_eq_c(word, "}")) {
		scan->brackets -= scan->brackets > 0;
	}
}

/* Inside an open quote: returns where it ends, or the end of the line. */
static size_t skip_quoted(ShellScan *scan, Str line, size_t at)
{
	for (; at < line.len; at++) {
		if (line.ptr[at] == '\\' && scan->quote != '\'')
			at++;
		else if (line.ptr[at] == scan->quote) {
			scan->quote = 0;
			return at + 1;
		}
	}
	return line.len;
}

static size_t read_operator(ShellScan *scan, Str line, size_t at)
{
	char c = line.ptr[at], next = at + 1 < line.len ? line.ptr[at + 1] : '\0';
	if (c == '<' && next == '<') {
		bool string = at + 2 < line.len && line.ptr[at + 2] == '<';
		return string ? at + 3 : read_heredoc(scan, line, at + 2);
	}
	if (c == '(') {
		scan->brackets++;
		scan->command_position = true;
	} else if (c == ')') {
		scan->brackets -= scan->brackets > 0;
		/* In a case, "pattern)" opens a command list; behind "f()" stands the body. */
		Str rest = str_trim(str_slice(line, at + 1, line.len));
		scan->command_position = scan->compounds > 0 || str_eq_c(rest, "{") || str_starts(rest, "{ ");
	} else if (c == ';' || c == '|' || c == '&') {
		scan->continued = c == '|' || (c == '&' && next == '&');
		scan->command_position = true;
		return at + 1 + (next == c);
	}
	return at + 1;
}

static bool ends_heredoc(ShellScan *scan, Str line)
{
	while (scan->heredoc[0].tabs && line.len && line.ptr[0] == '\t')
		line = str_slice(line, 1, line.len);
	/* Blocks in lists are often indented as a whole: the end word then has blanks around it. */
	return str_eq_c(str_trim(line), scan->heredoc[0].word);
}

void shell_scan_line(ShellScan *scan, Str line)
{
	if (scan->heredocs) {
		if (ends_heredoc(scan, line)) {
			scan->heredocs--;
			memmove(&scan->heredoc[0], &scan->heredoc[1], sizeof scan->heredoc[0] * (SHELL_HEREDOCS - 1));
		}
		return;
	}
	if (!scan->quote && !scan->continued)
		scan->command_position = true;
	scan->continued = false;
	for (size_t i = 0; i < line.len;) {
		char c = line.ptr[i];
		if (scan->quote) {
			i = skip_quoted(scan, line, i);
			continue;
		}
		if (c == '#' && (i == 0 || is_blank(line.ptr[i - 1])))
			return;
		if (!is_blank(c))
			scan->continued = c == '\\' && i + 1 == line.len;
		if (c == '\'' || c == '"' || c == '`') {
			scan->quote = c;
			scan->command_position = false;
			i++;
		} else if (c == '\\') {
			i += 2;
		} else if (strchr("<>();|&", c) && c) {
			i = read_operator(scan, line, i);
		} else if (is_blank(c)) {
			i++;
		} else {
			size_t from = i;
			while (i < line.len && !ends_word(line.ptr[i]) && line.ptr[i] != '\\')
				i++;
			read_word(scan, str_slice(line, from, i - from));
		}
	}
}

bool shell_scan_is_complete(const ShellScan *scan)
{
	return !scan->quote && scan->brackets == 0 && scan->compounds == 0 && !scan->continued && scan->heredocs == 0;
}
