/* shell_judge.c: how dangerous a command looks, whether it wants a terminal, and why it cannot run as it stands. A
 * guess that only ever adds caution: what is not recognised as reading counts as change, and every key press shows
 * the text first. */
#include "core/playbook/imperative.h"
#include "core/playbook/shell.h"
#include "core/playbook/words.h"

#define WORDS_MAX 64   /* words of one command that are looked at */

typedef struct Words { Str items[WORDS_MAX]; size_t count; } Words;

static bool is_separator(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == ';' || c == '|' || c == '&' || c == '(' || c == ')';
}

/* A backslash takes the meaning off what follows it, a quote's too; not between ''. */
static bool is_escape(Str text, size_t at, char quote)
{
	return text.ptr[at] == '\\' && quote != '\'' && at + 1 < text.len;
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
			i += is_escape(text, i, quote) ? 2 : 1;
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
		while (i < text.len && ((text.ptr[i] >= 'a' && text.ptr[i] <= 'z')
			|| (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z')))
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
		if (is_escape(segment, i, 0)) {
			i++;
		} else if (c == '\'' || c == '"') {
			size_t end = i + 1;
			while (end < segment.len && segment.ptr[end] != c)
				end += is_escape(segment, end, c) ? 2 : 1;
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

/* "-X" stands in "-XPOST" and "-sX", "--data" in "--data-raw=1", "add" only as a word of its own. */
static bool is_option(Str word, const char *option)
{
	if (option[0] != '-')
		return str_eq_c(word, option);
	if (strlen(option) > 2)
		return str_starts(word, option);
	return word.len >= 2 && word.ptr[0] == '-' && word.ptr[1] != '-' && str_find_char(word, option[1]) > 0;
}

static bool has_option(const Words *words, const char *const *options, size_t count)
{
	for (size_t i = 0; i < words->count; i++)
		for (size_t k = 0; k < count; k++)
			if (is_option(words->items[i], options[k]))
				return true;
	return false;
}

typedef struct Exception { const char *tool; const char *options[10]; } Exception;
/* Readers that write when they get one of these. */
static const Exception EXCEPTIONS[] = {
	{"curl", {"-X", "-d", "-F", "-T", "-o", "-O", "--data", "--request", "--form", "--upload-file"}},
	{"awk", {"-f", "-i", "--file", "--include"}},
	{"find", {"-delete", "-exec", "-execdir", "-ok", "-fprint", "-fls"}},
	{"sed", {"-i", "--in-place"}},
	{"sort", {"-o"}},
	{"yq", {"-i"}},
	{"ip", {"add", "del", "set", "flush", "replace", "change"}},
	{"date", {"-s", "--set"}},
	{"dmesg", {"-C", "-c", "--clear", "--read-clear"}},
	{"hostname", {"-F", "-b", "--file", "--boot"}},
	{"ifconfig", {"up", "down", "add", "del"}},
	{"journalctl", {"--vacuum", "--rotate", "--flush"}},
	{"ss", {"-K", "-D", "--kill", "--diag"}},
	{"timedatectl", {"revert", "set-local-rtc", "set-ntp", "set-time", "set-timezone"}},
};

/* "date 112118002026" sets the clock. */
static bool date_sets(const Words *words, size_t at)
{
	for (size_t i = at + 1; i < words->count; i++) {
		Str word = words->items[i];
		size_t digits = 0;
		while (digits < word.len && ((word.ptr[digits] >= '0' && word.ptr[digits] <= '9') || word.ptr[digits] == '.'))
			digits++;
		bool value = str_starts(words->items[i - 1], "-");
		if (!value && digits == word.len && digits >= 8)
			return true;
	}
	return false;
}

/* "ip a d" deletes: its words may be cut short, so only those behind the object that show it read. */
static bool ip_changes(const Words *words, size_t at)
{
	static const char *const SHOWS[] = {"get", "list", "ls", "lst", "s", "sh", "sho", "show"};
	size_t i = at + 1;
	while (i < words->count && str_starts(words->items[i], "-"))
		i++;
	if (i + 1 >= words->count)
		return false;
	bool set = words->items[i].ptr[0] == 'l' && str_eq_c(words->items[i + 1], "s");   /* of a link */
	return set || !word_in(SHOWS, BG_LENGTH(SHOWS), words->items[i + 1]);
}

/* "ifconfig eth0" shows, whatever stands behind it sets; "hostname NAME" sets. */
static bool has_more_operands(const Words *words, size_t at, size_t than)
{
	size_t operands = 0;
	for (size_t i = at + 1; i < words->count; i++)
		operands += !str_starts(words->items[i], "-");
	return operands > than;
}

static bool awk_acts(Str segment)
{
	ptrdiff_t print = str_find(segment, "print");
	Str behind = print < 0 ? (Str){"", 0} : str_slice(segment, (size_t) print, segment.len);
	bool target = str_find(behind, "> \"") >= 0 || str_find(behind, ">\"") >= 0 || str_find(behind, ">>") >= 0 || str_find_char(behind, '|') >= 0;
	return target || str_find(segment, "system") >= 0 || str_find(segment, "getline") >= 0;
}

/* What a word by itself does not tell. */
static bool is_changing_form(Str tool, const Words *words, size_t at, Str segment)
{
	return (str_eq_c(tool, "date") && date_sets(words, at)) || (str_eq_c(tool, "ip") && ip_changes(words, at))
		|| (str_eq_c(tool, "ifconfig") && has_more_operands(words, at, 1)) || (str_eq_c(tool, "hostname") && has_more_operands(words, at, 0))
		|| (str_eq_c(tool, "awk") && awk_acts(segment));
}

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
		return !is_exception(tool, &words) && !is_changing_form(tool, &words, at, segment);
	if (str_eq_c(tool, "cd") || !word_is_tool(tool))
		return str_eq_c(tool, "cd");
	for (size_t i = at + 1; i < words.count; i++) {
		Str word = words.items[i];
		if (word_is_change_subcommand(word))
			return false;
		if (word_is_read_subcommand(word) || str_starts(word, "describe-") || str_starts(word, "list-")
			|| str_starts(word, "get-"))
			return true;
	}
	return false;
}

/* Every command of a pipeline only reads, and there is one pipeline. */
static bool pipeline_reads(Str text)
{
	if (str_find(text, "$(") >= 0 || str_find_char(text, '`') >= 0 || str_find(text, "&&") >= 0
		|| str_find(text, "||") >= 0
		|| str_find(text, "<<") >= 0)
		return false;
	char quote = 0;
	size_t from = 0;
	for (size_t i = 0; i <= text.len; i++) {
		char c = i < text.len ? text.ptr[i] : '|';
		if (i < text.len && is_escape(text, i, quote) && text.ptr[i + 1] != '\n') {
			i++;
			continue;
		}
		if (quote && i < text.len) {
			quote = c == quote ? 0 : quote;
			continue;
		}
		if (c == '\'' || c == '"')
			quote = c;
		bool background = c == '&' && (i == 0 || text.ptr[i - 1] != '>')
			&& !(i + 1 < text.len && text.ptr[i + 1] == '>');
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

/* "ssh host" opens a session, "ssh host command" does not. */
static bool ssh_opens_session(const Words *words, size_t at)
{
	size_t operands = 0;
	for (size_t i = at + 1; i < words->count; i++) {
		Str word = words->items[i];
		bool option = word.len && word.ptr[0] == '-';
		bool takes_value = option && word.len == 2 && strchr("ipoJlFLRDbcEmSWw", word.ptr[1]);
		i += takes_value;
		operands += !option;
	}
	return operands == 1;
}

/* Interpreters with a file, and clients with a command behind their options, run by themselves. */
static bool runs_by_itself(Str tool, const Words *words, size_t at)
{
	static const char *const INTERPRETERS[] = {"bash", "node", "python", "python3", "ruby", "sh", "zsh"};
	static const char *const CLIENTS[] = {"mongosh", "redis-cli"};
	Str last = words->items[words->count - 1];
	if (words->count == at + 1)
		return false;
	if (word_in(INTERPRETERS, BG_LENGTH(INTERPRETERS), tool))
		return words->items[at + 1].ptr[0] != '-';
	bool operand = last.ptr[0] != '-' && words->items[words->count - 2].ptr[0] != '-';
	return word_in(CLIENTS, BG_LENGTH(CLIENTS), tool) && (operand || words->count == at + 2);
}

static bool follows(Str text, Str tool, const Words *words)
{
	static const char *const FOLLOW[] = {"-f", "--follow", "-w", "--watch"};
	bool logs = str_eq_c(tool, "tail") || str_eq_c(tool, "journalctl") || str_find(text, " logs ") >= 0
		|| str_find(text, " get ") >= 0;
	for (size_t i = 0; logs && i < words->count; i++)
		for (size_t k = 0; k < BG_LENGTH(FOLLOW); k++)
			if (str_eq_c(words->items[i], FOLLOW[k]))
				return true;
	return false;
}

static bool has_word(const Words *words, const char *const *items, size_t count)
{
	for (size_t i = 0; i < words->count; i++)
		for (size_t k = 0; k < count; k++)
			if (str_eq_c(words->items[i], items[k]))
				return true;
	return false;
}

/* A login, a database prompt, an editor, something that follows. */
static bool wants_terminal(Str text)
{
	static const char *const TERMINAL[] = {"-it", "-ti", "--tty", "--interactive", "visudo"};
	static const char *const BATCH[] = {"-c", "-f", "-e", "-n", "-l", "--command", "--file", "--execute", "--eval",
		"--version"};
	Words words = split_words(text);
	size_t at = command_index(&words);
	if (at >= words.count || words.items[words.count - 1].len == 0)
		return false;
	Str tool = words.items[at];
	if (has_word(&words, TERMINAL, BG_LENGTH(TERMINAL)) || str_find(text, "rails c") >= 0
		|| follows(text, tool, &words))
		return true;
	if (str_find_char(text, '|') >= 0 || str_find_char(text, '<') >= 0)
		return false;
	if (str_eq_c(tool, "ssh"))
		return ssh_opens_session(&words, at);
	if (str_find(text, "kubectl edit") >= 0 || str_find(text, "crontab -e") >= 0)
		return true;
	if (has_word(&words, BATCH, BG_LENGTH(BATCH)) || runs_by_itself(tool, &words, at))
		return false;
	/* "konduit.sh app -- psql": the wrapper's last word is what is talked to. */
	bool wrapped = words.count > at + 1 && word_is_interactive(words.items[words.count - 1])
		&& str_eq_c(words.items[words.count - 2], "--");
	return word_is_interactive(tool) || wrapped;
}

static const char *why_not(Str text)
{
	for (Str rest = text, line; str_next_line(&rest, &line);)
		if (str_eq_c(str_trim(line), "...") || str_eq_c(str_trim(line), "[...]")
			|| str_eq_c(str_trim(line), "\xE2\x80\xA6"))
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

static void judge(Arena *arena, Str text, ShellLine *line)
{
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

void shell_judge(Arena *arena, ShellLine *line)
{
	judge(arena, mask_placeholders(arena, line->text), line);
}

void shell_judge_literal(Arena *arena, ShellLine *line)
{
	judge(arena, str_from(line->text), line);
}
