/* placeholder_rules.c: the recognisers. Each row of the table in the documentation is one function here. */
#include "core/playbook/placeholder_rules.h"

char spot_char(const Spot *spot, size_t ahead)
{
	return spot->at + ahead < spot->text.len ? spot->text.ptr[spot->at + ahead] : '\0';
}

char spot_before(const Spot *spot, size_t back)
{
	return spot->at >= back ? spot->text.ptr[spot->at - back] : '\0';
}

bool is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_literal_char(char c)
{
	return is_word_char(c) || c == ':' || c == '.' || c == '-';
}

static bool is_upper_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool in_heredoc(const Spot *spot)
{
	return spot->context == SHELL_HEREDOC || spot->context == SHELL_HEREDOC_QUOTED;
}

static bool one_of(Str word, const char *const *words, size_t count)
{
	if (!word.len)
		return false;
	for (size_t i = 0; i < count; i++)
		if (str_eq_nocase(word, str_from(words[i])))
			return true;
	return false;
}

static size_t span_while(const Spot *spot, bool (*takes)(char c))
{
	size_t len = 0;
	while (spot->at + len < spot->text.len && takes(spot->text.ptr[spot->at + len]))
		len++;
	return len;
}

/* How far ahead the end of a region is looked for: a file of a million openings stays linear. */
#define REGION_LIMIT 4096

size_t placeholder_never(const Spot *spot)
{
	static const struct { const char *open, *close; } REGIONS[] = { { "{{", "}}" }, { "%{", "}" }, { "{.", "}" }, { "<%", "%>" } };
	Str rest = str_slice(spot->text, spot->at, REGION_LIMIT);
	for (size_t i = 0; i < BG_LENGTH(REGIONS); i++) {
		if (spot_char(spot, 0) != REGIONS[i].open[0])
			continue;
		ptrdiff_t end = str_starts(rest, REGIONS[i].open) ? str_find(rest, REGIONS[i].close) : -1;
		if (end > 0)
			return (size_t) end + strlen(REGIONS[i].close);
	}
	return 0;
}

#define ANGLE_LIMIT 80

static bool is_html_tag(Str word)
{
	static const char *const TAGS[] = {
		"a", "abbr", "address", "article", "aside", "audio", "b", "blockquote", "body", "br", "button", "canvas", "caption",
		"center", "cite", "code", "col", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figure", "font", "footer",
		"form", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hr", "html", "i", "iframe", "img", "input", "ins",
		"kbd", "label", "li", "link", "main", "mark", "meta", "nav", "ol", "option", "p", "picture", "pre", "q", "s", "samp",
		"script", "section", "select", "small", "span", "strike", "strong", "style", "sub", "summary", "sup", "svg", "table",
		"tbody", "td", "textarea", "tfoot", "th", "thead", "title", "tr", "tt", "u", "ul", "var", "video",
	};
	return one_of(word, TAGS, BG_LENGTH(TAGS));
}

static bool has_closing_tag(const Spot *spot, Str word)
{
	Str rest = str_slice(spot->text, spot->at, REGION_LIMIT);
	for (ptrdiff_t at; (at = str_find(rest, "</")) >= 0;) {
		rest = str_slice(rest, (size_t) at + 2, rest.len);
		if (rest.len > word.len && str_eq(str_slice(rest, 0, word.len), word) && rest.ptr[word.len] == '>')
			return true;
	}
	return false;
}

static bool is_choice(Str inside)
{
	Str rest = inside, part;
	size_t parts = 0;
	for (; str_split(&rest, '|', &part); parts++)
		if (str_trim(part).len == 0)
			return false;
	return parts > 1;
}

/* <name>, <a b>, <draft|live> */
static size_t find_angle(const Spot *spot, PlaceholderForm *ret_form, Str *ret_name)
{
	if (spot_char(spot, 0) != '<' || spot_before(spot, 1) == '<')
		return 0;
	size_t len = 1;
	for (char c; (c = spot_char(spot, len)) != '>'; len++)
		if (len > ANGLE_LIMIT || (!is_word_char(c) && !(c && strchr(" .:|/'@+-", c))))
			return 0;
	Str inside = str_slice(spot->text, spot->at + 1, len - 1);
	if (inside.len == 0 || !is_word_char(inside.ptr[0]) || inside.ptr[inside.len - 1] == ' ' || inside.ptr[inside.len - 1] == '/')
		return 0;
	if (str_find(inside, "://") >= 0 || (str_find_char(inside, '@') >= 0 && str_find_char(inside, '.') >= 0))
		return 0;   /* an autolink */
	if (has_closing_tag(spot, inside) || (spot->place == TEXT_PROSE && is_html_tag(inside)))
		return 0;
	*ret_form = is_choice(inside) ? PLACEHOLDER_CHOICE : PLACEHOLDER_ANGLE;
	*ret_name = inside;
	return len + 1;
}

/* [UPPER_CASE] */
static size_t find_bracket(const Spot *spot, PlaceholderForm *ret_form, Str *ret_name)
{
	static const char *const LABELS[] = { "OK", "INFO", "WARN", "WARNING", "ERROR", "DEBUG", "NOTE", "TIP", "IMPORTANT", "CAUTION",
		"TODO", "TBD", "FAIL", "PASS", "DONE" };
	if (spot_char(spot, 0) != '[' || is_word_char(spot_before(spot, 1)))
		return 0;
	Spot inside = { .text = spot->text, .at = spot->at + 1 };
	size_t len = span_while(&inside, is_upper_char);
	Str name = str_slice(spot->text, spot->at + 1, len);
	char first = spot_char(spot, 1), after = spot_char(spot, len + 2);
	if (len < 2 || first < 'A' || spot_char(spot, len + 1) != ']' || one_of(name, LABELS, BG_LENGTH(LABELS)))
		return 0;
	if (spot->place == TEXT_PROSE && (after == '(' || after == '['))
		return 0;   /* a link */
	*ret_form = PLACEHOLDER_BRACKET;
	*ret_name = name;
	return len + 2;
}

static bool is_date_char(char c)
{
	return c && strchr("YMDHhmsSTZ-_:", c);
}

static bool follows_word(const Spot *spot, const char *const *words, size_t count)
{
	Str before = str_slice(spot->text, 0, spot->at);
	size_t end = before.len;
	while (end > 0 && (before.ptr[end - 1] == ' ' || before.ptr[end - 1] == '\t'))
		end--;
	size_t start = end;
	while (start > 0 && is_literal_char(before.ptr[start - 1]))
		start--;
	return end < before.len && one_of(str_slice(before, start, end - start), words, count);
}

/* UPPER_CASE, PROJECTNAME, NAMESPACE, YYYY-MM-DD */
static size_t find_upper(const Spot *spot, PlaceholderForm *ret_form, Str *ret_name)
{
	static const char *const NAMING[] = { "unset", "export", "printenv", "declare", "local", "readonly", "-e", "--env", "-v" };
	char before = spot_before(spot, 1), first = spot_char(spot, 0);
	if (first < 'A' || first > 'Z' || is_word_char(before) || (before && strchr("$%\\", before)) || in_heredoc(spot))
		return 0;
	if (before == '-' && !is_word_char(spot_before(spot, 2)))
		return 0;   /* an option: -DNAME */
	*ret_form = PLACEHOLDER_UPPER;
	if (str_starts(str_slice(spot->text, spot->at, 4), "YYYY")) {
		size_t date = span_while(spot, is_date_char);
		while (date > 4 && strchr("-_:", spot_char(spot, date - 1)))
			date--;
		*ret_name = str_slice(spot->text, spot->at, date);
		return is_word_char(spot_char(spot, date)) ? 0 : date;
	}
	size_t len = span_while(spot, is_upper_char);
	Str word = str_slice(spot->text, spot->at, len);
	char after = spot_char(spot, len);
	if (is_word_char(after) || (after == '=' && spot_char(spot, len + 1) != '=') || after == '(' || word.ptr[len - 1] == '_')
		return 0;
	bool named = str_eq_c(word, "NAMESPACE") || (str_ends(word, "NAME") && len > 4);
	bool parts = str_find_char(word, '_') > 0;
	if (!named && !(parts && spot->place == TEXT_COMMAND))
		return 0;
	if (follows_word(spot, NAMING, BG_LENGTH(NAMING)))
		return 0;
	*ret_name = word;
	return len;
}

static bool is_dashed_char(char c)
{
	return is_word_char(c) || c == '-';
}

/* your-x, my-x, name-of-x, xxx */
static size_t find_word(const Spot *spot, PlaceholderForm *ret_form, Str *ret_name)
{
	static const char *const BEGINNINGS[] = { "your-", "my-", "name-of-" };
	char before = spot_before(spot, 1);
	if (spot->place == TEXT_PROSE || is_dashed_char(before) || (before == '/' && spot_before(spot, 2) == '.'))
		return 0;
	*ret_form = PLACEHOLDER_WORD;
	size_t len = span_while(spot, is_dashed_char);
	while (len > 0 && spot_char(spot, len - 1) == '-')
		len--;
	Str word = str_slice(spot->text, spot->at, len);
	for (size_t i = 0; i < BG_LENGTH(BEGINNINGS); i++) {
		size_t start = strlen(BEGINNINGS[i]);
		if (len > start && str_starts_nocase(word, BEGINNINGS[i])) {
			*ret_name = str_slice(word, start, len);
			return len;
		}
	}
	size_t crosses = 0;
	while (crosses < len && (word.ptr[crosses] == 'x' || word.ptr[crosses] == 'X'))
		crosses++;
	*ret_name = word;
	return len >= 3 && crosses == len ? len : 0;
}

static bool is_path_char(char c)
{
	return is_word_char(c) || (c && strchr("./-", c));
}

/* /path/to/x */
static size_t find_path(const Spot *spot, PlaceholderForm *ret_form, Str *ret_name)
{
	Str rest = str_slice(spot->text, spot->at, spot->text.len);
	char before = spot_before(spot, 1);
	size_t slash = str_starts(rest, "/");
	if (spot->place == TEXT_PROSE || !str_starts(str_slice(rest, slash, rest.len), "path/to/"))
		return 0;
	if (is_word_char(before) || (slash && before == '.'))
		return 0;
	size_t len = span_while(spot, is_path_char);
	while (len > 0 && strchr("./-", spot_char(spot, len - 1)))
		len--;
	if (len <= slash + strlen("path/to"))
		return 0;
	*ret_form = PLACEHOLDER_PATH;
	*ret_name = str_slice(rest, slash, len - slash);
	return len;
}

static bool is_ipv6_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':';
}

static bool is_host_char(char c)
{
	return is_word_char(c) || c == '.' || c == '-';
}

#define SHORTEST_EXAMPLE 8   /* "changeme"; an address takes nine */

static size_t example_len(const Spot *spot)
{
	static const char *const NETS[] = { "192.0.2.", "198.51.100.", "203.0.113." };
	static const char *const DOMAINS[] = { "example.com", "example.org", "example.net" };
	static const char *const PASSWORDS[] = { "StrongPasswordHere", "changeme" };
	Str rest = str_slice(spot->text, spot->at, spot->text.len);
	bool number = *rest.ptr >= '0' && *rest.ptr <= '9';
	if (number && (str_starts_nocase(rest, "2001:db8:") || str_starts_nocase(rest, "2001:0db8:"))) {
		size_t len = span_while(spot, is_ipv6_char);
		while (len > 0 && spot_char(spot, len - 1) == ':' && spot_char(spot, len - 2) != ':')
			len--;
		return len;
	}
	size_t len = span_while(spot, is_host_char);
	while (len > 0 && strchr(".-_", spot_char(spot, len - 1)))
		len--;
	Str word = str_slice(rest, 0, len);
	if (len < SHORTEST_EXAMPLE)
		return 0;   /* nearly every word of nearly every text */
	for (size_t i = 0; number && i < BG_LENGTH(NETS); i++)
		if (str_starts(word, NETS[i]) && len > strlen(NETS[i]))
			return len;
	for (size_t i = 0; i < BG_LENGTH(DOMAINS); i++) {
		size_t domain = strlen(DOMAINS[i]);
		if (str_ends(word, DOMAINS[i]) && (len == domain || word.ptr[len - domain - 1] == '.'))
			return len;
	}
	for (size_t i = 0; i < BG_LENGTH(PASSWORDS); i++)
		if (str_eq_c(word, PASSWORDS[i]))
			return len;
	return 0;
}

/* Values that only documentation has. */
static size_t find_example(const Spot *spot, PlaceholderForm *ret_form, Str *ret_name)
{
	char before = spot_before(spot, 1);
	if (is_word_char(before) || before == '.' || before == '-' || before == ':')
		return 0;
	size_t len = example_len(spot);
	*ret_form = PLACEHOLDER_EXAMPLE;
	*ret_name = str_slice(spot->text, spot->at, len);
	return len;
}

static bool is_shells_own(Str name)
{
	static const char *const OWN[] = { "HOME", "PATH", "PWD", "OLDPWD", "USER", "SHELL", "HOSTNAME", "TMPDIR", "LANG", "TERM", "UID",
		"EUID", "RANDOM", "SECONDS", "PPID", "IFS", "OPTARG", "OPTIND", "REPLY", "BASH_SOURCE", "EDITOR" };
	for (size_t i = 0; i < BG_LENGTH(OWN); i++)
		if (str_eq_c(name, OWN[i]))
			return true;
	return false;
}

/* $VAR, ${VAR} */
static size_t find_shell(const Spot *spot, PlaceholderForm *ret_form, Str *ret_name)
{
	if (spot_char(spot, 0) != '$' || spot->place == TEXT_PROSE || spot_before(spot, 1) == '\\')
		return 0;
	if (spot->context == SHELL_SINGLE || spot->context == SHELL_HEREDOC_QUOTED)
		return 0;
	size_t brace = spot_char(spot, 1) == '{';
	Spot inside = { .text = spot->text, .at = spot->at + 1 + brace };
	size_t len = span_while(&inside, is_word_char);
	Str name = str_slice(spot->text, inside.at, len);
	if (len == 0 || (name.ptr[0] >= '0' && name.ptr[0] <= '9') || (brace && spot_char(spot, len + 2) != '}') || is_shells_own(name))
		return 0;
	*ret_form = PLACEHOLDER_SHELL;
	*ret_name = name;
	return len + 1 + 2 * brace;
}

/* "..." alone on a line */
static size_t find_ellipsis(const Spot *spot, PlaceholderForm *ret_form, Str *ret_name)
{
	size_t back = 1;
	if (spot->place == TEXT_PROSE || !str_starts(str_slice(spot->text, spot->at, 3), "..."))
		return 0;
	while (spot_before(spot, back) == ' ' || spot_before(spot, back) == '\t')
		back++;
	char before = spot_before(spot, back);
	size_t ahead = 3;
	while (spot_char(spot, ahead) && strchr(" \t\r", spot_char(spot, ahead)))
		ahead++;
	char after = spot_char(spot, ahead);
	if ((before && before != '\n') || (after && after != '\n'))
		return 0;
	*ret_form = PLACEHOLDER_ELLIPSIS;
	*ret_name = STR("");
	return 3;
}

const Recogniser PLACEHOLDER_RECOGNISERS[] = {
	find_angle, find_bracket, find_shell, find_ellipsis, find_path, find_example, find_word, find_upper, NULL,
};
