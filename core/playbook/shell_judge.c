/* shell_judge.c: how dangerous a command looks, whether it wants a terminal, and why it cannot run as it stands. A guess that only ever
 * adds caution: what is not recognised as reading counts as change, and every key press shows the text first. */
#include "core/playbook/imperative.h"
#include "core/playbook/shell.h"
#include "core/playbook/words.h"

#define WORDS_MAX 64   /* words of one command that are looked at */

typedef struct Words { Str items[WORDS_MAX]; size_t count; } Words;

static bool is_separator(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == ';' || c == '|' || c == '&' || c == '(' || c == ')';
}

/* Words of one simple command, quotes taken off. Quoted text is one word. */
static Words split_words(Str text)
{
	Words words = {.count = 0};
	for (size_t i = 0; i < text.len && words.count < WORDS_MAX;) {
		char c = text.ptr[i];
		if (c == '\\' && i + 1 < text.len && text.ptr[i + 1] == '\n') {
			i += 2;
			continue;
		}
		if (is_separator(c)) {
			i++;
			continue;
		}
		size_t from = i;
		char quote = c == '"' || c == '\'' ? c : 0;
		if (quote)
			from = ++i;
		while (i < text.len && (quote ? text.ptr[i] != quote : !is_separator(text.ptr[i])))
			i++;
		words.items[words.count++] = str_slice(text, from, i - from);
		i += quote != 0;
	}
	return words;
}

static bool is_assignment(Str word)
{
	ptrdiff_t equals = str_find_char(word, '=');
	for (ptrdiff_t i = 0; i < equals; i++) {
		char c = word.ptr[i];
		bool fits = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (i > 0 && c >= '0' && c <= '9');
		if (!fits)
			return false;
	}
	return equals > 0;
}

static size_t command_index(const Words *words)
{
	size_t i = 0;
	while (i < words->count && (is_assignment(words->items[i]) || str_eq_c(words->items[i], "sudo")
			|| str_eq_c(words->items[i], "time") || str_eq_c(words->items[i], "nohup")))
		i++;
	return i;
}

Str shell_first_word(Str command)
{
	Words words = split_words(str_slice(command, 0, 512));
	size_t i = command_index(&words);
	return i < words.count ? words.items[i] : (Str){"", 0};
}

/* Looks at every run of letters: "remove-node.sh" and "--delete" tell as much as "rm". */
static Str find_destructive(Str text)
{
	for (size_t i = 0; i < text.len;) {
		size_t from = i;
		while (i < text.len && ((text.ptr[i] >= 'a' && text.ptr[i] <= 'z') || (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z')))
			i++;
		Str word = str_slice(text, from, i - from);
		bool fd = from > 0 && text.ptr[from - 1] == '%';   /* date +%dd */
		bool format_option = str_eq_c(word, "dd") && from > 0 && text.ptr[from - 1] != ' ';
		if (word.len && !fd && !format_option && word_is_destructive(word))
			return word;
		i += i == from;
	}
	return (Str){"", 0};
}

static bool scales_to_zero(Str text)
{
	return str_find(text, "replicas=0") >= 0 || str_find(text, "replicas 0") >= 0;
}

static bool writes_to_file(Str segment)
{
	for (size_t i = 0; i < segment.len; i++) {
		char c = segment.ptr[i];
		if (c == '\'' || c == '"') {
			size_t end = i + 1;
			while (end < segment.len && segment.ptr[end] != c)
				end++;
			i = end;
		} else if (c == '>') {
			Str target = str_trim(str_slice(segment, i + 1, segment.len));
			bool harmless = str_starts(target, "&") || str_starts(target, "/dev/null");
			if (!harmless)
				return true;
		}
	}
	return false;
}

static bool has_option(const Words *words, const char *const *options, size_t count)
{
	for (size_t i = 0; i < words->count; i++)
		for (size_t k = 0; k < count; k++) {
			bool is_short = options[k][1] != '-';
			if (is_short ? str_eq_c(words->items[i], options[k]) : str_starts(words->items[i], options[k]))
				return true;
		}
	return false;
}

typedef struct Exception { const char *tool; const char *options[10]; } Exception;
/* Readers that write when they get one of these. */
static const Exception EXCEPTIONS[] = {
	{"curl", {"-X", "-d", "-F", "-T", "-o", "-O", "--data", "--request", "--form", "--upload-file"}},
	{"find", {"-delete", "-exec", "-execdir", "-ok", "-fprint"}},
	{"sed", {"-i", "--in-place"}},
	{"sort", {"-o"}},
	{"yq", {"-i"}},
	{"ip", {"add", "del", "set", "flush", "replace", "change"}},
	{"date", {"-s", "--set"}},
};

static bool is_exception(Str tool, const Words *words)
{
	for (size_t i = 0; i < BG_LENGTH(EXCEPTIONS); i++) {
		size_t count = 0;
		while (count < BG_LENGTH(EXCEPTIONS[i].options) && EXCEPTIONS[i].options[count])
			count++;
		if (str_eq_c(tool, EXCEPTIONS[i].tool))
			return has_option(words, EXCEPTIONS[i].options, count);
	}
	return false;
}

/* One command between pipes. */
static bool segment_reads(Str segment)
{
	Words words = split_words(segment);
	size_t at = command_index(&words);
	if (at >= words.count)
		return false;
	Str tool = words.items[at];
	if (writes_to_file(segment))
		return false;
	if (word_is_reader(tool))
		return !is_exception(tool, &words);
	if (str_eq_c(tool, "cd") || !word_is_tool(tool))
		return str_eq_c(tool, "cd");
	for (size_t i = at + 1; i < words.count; i++) {
		Str word = words.items[i];
		if (word_is_change_subcommand(word))
			return false;
		if (word_is_read_subcommand(word) || str_starts(word, "describe-") || str_starts(word, "list-") || str_starts(word, "get-"))
			return true;
	}
	return false;
}

/* Every command of a pipeline only reads, and there is one pipeline. */
static bool pipeline_reads(Str text)
{
	if (str_find(text, "$(") >= 0 || str_find_char(text, '`') >= 0 || str_find(text, "&&") >= 0 || str_find(text, "||") >= 0
		|| str_find(text, "<<") >= 0)
		return false;
	char quote = 0;
	size_t from = 0;
	for (size_t i = 0; i <= text.len; i++) {
		char c = i < text.len ? text.ptr[i] : '|';
		if (quote && i < text.len) {
			quote = c == quote ? 0 : quote;
			continue;
		}
		if (c == '\'' || c == '"')
			quote = c;
		bool background = c == '&' && (i == 0 || text.ptr[i - 1] != '>') && !(i + 1 < text.len && text.ptr[i + 1] == '>');
		bool continued = c == '\n' && i > 0 && text.ptr[i - 1] == '\\';
		if (c == ';' || background || (c == '\n' && !continued))
			return false;
		if (c != '|')
			continue;
		if (!segment_reads(str_slice(text, from, i - from)))
			return false;
		from = i + 1;
	}
	return true;
}

/* ssh without a command, a database prompt, an editor, something that follows. */
static bool wants_terminal(Str text)
{
	Words words = split_words(text);
	size_t at = command_index(&words);
	if (at >= words.count)
		return false;
	Str tool = words.items[at];
	static const char *const TERMINAL[] = {"-it", "-ti", "-tty", "--tty", "--interactive"};
	static const char *const FOLLOW[] = {"-f", "--follow", "-w", "--watch"};
	static const char *const BATCH[] = {"-c", "-f", "-e", "-n", "-l", "--command", "--file", "--execute", "--eval", "--version"};
	bool piped = str_find_char(text, '|') >= 0 || str_find_char(text, '<') >= 0;
	if (has_option(&words, TERMINAL, BG_LENGTH(TERMINAL)) || str_find(text, "rails c") >= 0)
		return true;
	if (str_eq_c(tool, "ssh")) {
		size_t operands = 0;
		for (size_t i = at + 1; i < words.count; i++) {
			bool takes_value = words.items[i].len == 2 && words.items[i].ptr[0] == '-' && strchr("ipoJlFLRDbcEmSWw", words.items[i].ptr[1]);
			i += takes_value;
			operands += i < words.count && !takes_value && words.items[i].ptr[0] != '-';
		}
		return operands == 1 && !piped;
	}
	bool logs = word_is_tool(tool) && (str_eq_c(tool, "tail") || str_eq_c(tool, "journalctl") || str_find(text, " logs ") >= 0
		|| str_find(text, " get ") >= 0);
	if (logs && has_option(&words, FOLLOW, BG_LENGTH(FOLLOW)))
		return true;
	if (piped || has_option(&words, BATCH, BG_LENGTH(BATCH)))
		return false;
	if (str_eq_c(words.items[words.count - 1], "edit") || str_find(text, "kubectl edit") >= 0 || str_find(text, "crontab -e") >= 0)
		return true;
	/* "bash script.sh" runs by itself; "-- psql" at the end of a wrapper does not. */
	bool program_takes_file = words.count > at + 1 && words.items[at + 1].ptr[0] != '-'
		&& (str_eq_c(tool, "bash") || str_eq_c(tool, "sh") || str_eq_c(tool, "python") || str_eq_c(tool, "python3")
			|| str_eq_c(tool, "node") || str_eq_c(tool, "zsh"));
	return (word_is_interactive(tool) && !program_takes_file) || word_is_interactive(words.items[words.count - 1]);
}

static const char *why_not(Str text)
{
	for (Str rest = text, line; str_next_line(&rest, &line);)
		if (str_eq_c(str_trim(line), "...") || str_eq_c(str_trim(line), "[...]") || str_eq_c(str_trim(line), "\xE2\x80\xA6"))
			return "part of it is left out (\"...\")";
	return NULL;
}

#define PLACEHOLDER_MAX 60

/* "<draft|live>" is no pipe and no redirection: blanks it out with a plain word of the same length. */
static Str mask_placeholders(Arena *arena, const char *command)
{
	char *text = arena_strdup(arena, command);
	for (char *at = text; (at = strchr(at, '<')) != NULL; at++) {
		size_t len = 1;
		bool letter = (at[1] >= 'a' && at[1] <= 'z') || (at[1] >= 'A' && at[1] <= 'Z');
		while (letter && len < PLACEHOLDER_MAX && at[len] && strchr("<>\n\"'$=/", at[len]) == NULL)
			len++;
		if (letter && at[len] == '>' && at[len - 1] != ' ')
			memset(at, 'x', len + 1);
	}
	return str_from(text);
}

void shell_judge(Arena *arena, ShellLine *line)
{
	Str text = mask_placeholders(arena, line->text);
	Str word = find_destructive(text);
	if (word.len) {
		line->risk = RISK_DESTRUCTIVE;
		line->risk_reason = arena_printf(arena, "it says \"%.*s\"", STR_ARG(word));
	} else if (scales_to_zero(text)) {
		line->risk = RISK_DESTRUCTIVE;
		line->risk_reason = "it scales to zero";
	} else {
		line->risk = pipeline_reads(text) ? RISK_READ : RISK_CHANGE;
	}
	line->needs_terminal = wants_terminal(text);
	if (!line->why_not)
		line->why_not = why_not(text);
}
