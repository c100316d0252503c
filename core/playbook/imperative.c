/* imperative.c: the test of section "Imperative" of the format, as measured: leading adverbs and conditions are
 * stepped over, then the first word must be in the verb table. */
#include "core/playbook/imperative.h"
#include "core/playbook/words.h"

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word_byte(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '\'' || (unsigned char) c >= 0x80;
}

static Str skip_to_word(Str text)
{
	size_t i = 0;
	while (i < text.len && !is_word_byte(text.ptr[i]))
		i++;
	return str_slice(text, i, text.len);
}

Str text_next_word(Str *rest)
{
	Str text = skip_to_word(*rest);
	size_t len = 0;
	while (len < text.len && is_word_byte(text.ptr[len]))
		len++;
	*rest = str_slice(text, len, text.len);
	while (len && (text.ptr[len - 1] == '-' || text.ptr[len - 1] == '\''))
		len--;
	return str_slice(text, 0, len);
}

Str text_first_sentence(Str text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool end = c == '.' || c == '!' || c == '?';
		/* "e.g. x", "1.2" and "node2.example" are no ends. */
		bool abbreviation = i >= 2 && text.ptr[i - 2] == '.' && is_letter(text.ptr[i - 1]);
		if (end && (i + 1 == text.len || (text.ptr[i + 1] == ' ' && i > 2 && !abbreviation)))
			return str_slice(text, 0, i + 1);
	}
	return text;
}

typedef struct WordList { const char *const *items; size_t count; } WordList;
#define WORDS(...) {(const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)}

/* All sorted: word_in() bisects. */
static const WordList ADVERBS = WORDS("again", "also", "alternatively", "finally", "first", "firstly", "immediately",
	"lastly", "manually", "next", "now", "optionally", "please", "quickly", "second", "secondly", "simply", "then",
	"third");
static const WordList CONDITIONS = WORDS("after", "as", "at", "before", "during", "for", "from", "if", "in", "on",
	"once", "to", "under", "unless", "until", "upon", "using", "when", "while", "with", "within");
static const WordList SOFTENERS = WORDS("also", "can", "first", "have", "immediately", "must", "need", "please",
	"should", "simply", "then", "to", "you");
static const WordList DESCRIBERS = WORDS("are", "because", "contain", "containing", "contains", "expected", "had",
	"has", "have", "include", "included", "includes", "including", "indicate", "indicates", "is", "may", "means",
	"objectives", "was", "were", "will", "with");
static const WordList INSTRUCTORS = WORDS("as-follows", "check", "follow", "following", "must", "need", "needs",
	"procedure", "procedures", "run", "should", "step", "steps", "try");
static const WordList WARNINGS = WORDS("attention", "caution", "danger", "important", "nb", "note", "warning");
static const WordList PARTICIPLES = WORDS("begun", "brought", "built", "chosen", "done", "frozen", "given", "kept",
	"made", "put", "rebuilt", "run", "sent", "set", "shut", "split", "taken", "told", "undone", "written");

static bool in_list(const WordList *list, Str word)
{
	return word_in(list->items, list->count, word);
}

/* "Step 3:" and "1." in front of the words. */
static Str strip_numbering(Str text)
{
	Str rest = text;
	Str word = text_next_word(&rest);
	bool step = str_eq_nocase(word, STR("step"));
	if (step)
		word = text_next_word(&rest);
	bool number = word.len > 0 && word.len <= 3;
	for (size_t i = 0; i < word.len; i++)
		number = number && word.ptr[i] >= '0' && word.ptr[i] <= '9';
	bool ended = rest.len && (rest.ptr[0] == ':' || rest.ptr[0] == '.' || rest.ptr[0] == ')'
		|| (step && rest.ptr[0] == ' '));
	return number && ended ? rest : text;
}

static Str strip_adverbs(Str text)
{
	text = strip_numbering(text);
	for (int i = 0; i < 3; i++) {
		Str rest = text;
		if (!in_list(&ADVERBS, text_next_word(&rest)))
			break;
		text = rest;
	}
	return text;
}

/* The verb itself: not followed by a colon ("Backup: daily") and not the noun of a title ("Backup VM Rotation"). */
static bool starts_with_verb(Str text)
{
	Str rest = skip_to_word(text);
	Str word = text_next_word(&rest);
	if (!word_is_verb(word) || (rest.len && rest.ptr[0] == ':'))
		return false;
	if (str_eq_nocase(word, STR("do"))) {
		Str after = rest;
		if (str_eq_nocase(text_next_word(&after), STR("not")))
			return false;
	}
	if (!word_is_noun_verb(word))
		return true;
	Str after = rest;
	Str second = text_next_word(&after);
	bool is_auxiliary = str_eq_nocase(second, STR("is")) || str_eq_nocase(second, STR("are"))
		|| str_eq_nocase(second, STR("of"))
		|| str_eq_nocase(second, STR("was")) || str_eq_nocase(second, STR("will")) || str_eq_nocase(second, STR("has"));
	return !is_auxiliary;
}

#define CONDITION_MAX 140

/* "On the first VM, restore": what follows the comma or colon of a leading condition. */
static bool skip_condition(Str text, Str *ret_rest)
{
	Str rest = text;
	if (!in_list(&CONDITIONS, text_next_word(&rest)))
		return false;
	for (size_t i = 0; i < rest.len && i <= CONDITION_MAX; i++) {
		char c = rest.ptr[i];
		bool dot = c == '.' && (i + 1 == rest.len || rest.ptr[i + 1] == ' ');
		if (dot || c == ';')
			return false;
		if (c != ',' && c != ':')
			continue;
		*ret_rest = str_slice(rest, i + 1, rest.len);
		return i >= 2 && skip_to_word(*ret_rest).len > 0;
	}
	return false;
}

/* A condition may itself hold commas: each is tried, a few times. */
bool text_is_imperative(Str text)
{
	text = strip_adverbs(str_trim(text));
	if (starts_with_verb(text))
		return true;
	Str rest;
	if (!skip_condition(text, &rest))
		return false;
	for (int i = 0; i < 4; i++) {
		Str after = rest;
		if (!in_list(&SOFTENERS, text_next_word(&after)))
			break;
		rest = after;
	}
	return starts_with_verb(rest);
}

static bool is_participle(Str word)
{
	return (word.len > 3 && str_ends(word, "ed")) || in_list(&PARTICIPLES, word);
}

bool text_is_obligation(Str text)
{
	Str rest = text_first_sentence(text);
	while (rest.len) {
		Str word = text_next_word(&rest), after = rest, next = text_next_word(&after);
		bool modal = str_eq_nocase(word, STR("should")) || str_eq_nocase(word, STR("must"));
		bool with_to = str_eq_nocase(word, STR("need")) || str_eq_nocase(word, STR("needs"))
			|| str_eq_nocase(word, STR("has"));
		if (with_to && str_eq_nocase(next, STR("to")))
			next = text_next_word(&after);
		else if (!modal)
			continue;
		if (str_eq_nocase(next, STR("be")))
			return is_participle(text_next_word(&after));
		if (word_is_verb(next))
			return true;
	}
	return false;
}

bool heading_is_imperative(Str heading)
{
	Str text = strip_numbering(str_trim(heading));
	Str rest = text, word = text_next_word(&rest), after = rest;
	return word_is_verb(word) && !word_is_noun_verb(word) && text_next_word(&after).len > 0
		&& !(rest.len && rest.ptr[0] == ':');
}

bool text_describes(Str lead)
{
	Str rest = lead;
	Str first = text_next_word(&rest);
	if (str_eq_nocase(first, STR("if")))
		return false;
	bool describes = false;
	for (rest = lead; rest.len;) {
		Str word = text_next_word(&rest);
		if (in_list(&INSTRUCTORS, word) || (str_eq_nocase(word, STR("follows")) && !describes))
			return false;
		describes = describes || in_list(&DESCRIBERS, word);
	}
	return describes || str_find_nocase(lead, "such as") >= 0;
}

bool text_is_conditional(Str text)
{
	static const char *const TAILS[] = {"if necessary", "if needed", "if required", "if applicable", "if possible",
		"(if ", "if not already"};
	Str rest = strip_adverbs(text);
	if (str_eq_nocase(text_next_word(&rest), STR("if")))
		return true;
	Str sentence = text_first_sentence(text);
	for (size_t i = 0; i < BG_LENGTH(TAILS); i++)
		if (str_find_nocase(sentence, TAILS[i]) >= 0)
			return true;
	return false;
}

bool text_is_optional(Str text)
{
	return str_starts_nocase(skip_to_word(text), "optional")
		|| str_find_nocase(text_first_sentence(text), "(optional") >= 0;
}

/* "**Important:** ..." arrives without its emphasis. A prefix in brackets or behind an emoji is found as well. */
static size_t warning_length(Str text)
{
	Str rest = text;
	Str word = text_next_word(&rest);
	if (!in_list(&WARNINGS, word))
		return 0;
	Str after = rest;
	/* "Important note:" */
	if (rest.len && rest.ptr[0] == ' ' && in_list(&WARNINGS, text_next_word(&after)))
		rest = after;
	if (rest.len == 0 || (rest.ptr[0] != ':' && rest.ptr[0] != '!'))
		return 0;
	return text.len - rest.len + 1;
}

/* Steps over marks and emoji, not over words. */
static Str skip_signs(Str text)
{
	size_t i = 0;
	while (i < text.len && (!is_word_byte(text.ptr[i]) || (unsigned char) text.ptr[i] >= 0x80))
		i++;
	return str_slice(text, i, text.len);
}

bool text_is_warning(Str text)
{
	Str start = str_trim(text);
	Str word = skip_signs(start);
	return warning_length(word) > 0 || str_starts(start, "!!! ") || str_starts_nocase(start, "[!");
}

Str text_after_warning(Str text)
{
	Str word = skip_signs(text);
	size_t len = warning_length(word);
	return len ? str_trim(str_slice(word, len, word.len)) : text;
}

bool text_is_example(Str text)
{
	Str start = skip_to_word(text);
	return str_starts_nocase(start, "e.g") || str_starts_nocase(start, "eg.") || str_starts_nocase(start, "for example")
		|| str_starts_nocase(start, "for instance") || str_starts_nocase(start, "example ")
		|| str_starts_nocase(start, "example:");
}

bool text_is_output_lead(Str text)
{
	static const char *const SIGNS[] = {"output", "should see", "looks like", "look like", "should return", "returns",
		"response", "will see", "result is", "should show", "similar to"};
	/* Only the last sentence before the block speaks of it; the end of the text is enough of it. */
	Str tail = text.len > 160 ? str_slice(text, text.len - 160, 160) : text;
	for (size_t i = 0; i < BG_LENGTH(SIGNS); i++)
		if (str_find_nocase(tail, SIGNS[i]) >= 0)
			return true;
	return false;
}
