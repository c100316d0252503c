/* parse.c: see parse.h. */
#include "tui/line/parse.h"
#include "core/base/suggest.h"

static const struct { const char *name, *help; } WORDS[WORD_COUNT] = {
	[WORD_STEP] = { "step", "go to a step by its number, and tell it: step 4.3; alone: the present one" },
	[WORD_KEEP_GOING] = { "keep-going", "for scripts: go on after a line that was refused; without it the script ends there" },
	[WORD_STATUS] = { "status", "where you are: environment, incident, time, who commands, who is here" },
};

/* What people type out of habit. */
static const struct { const char *typed; CommandId id; } OTHER_NAMES[] = {
	{ "exit", COMMAND_DETACH }, { "close", COMMAND_CLOSE_INCIDENT }, { "gates", COMMAND_SCREEN_SIGNOFF }, { "signoff", COMMAND_SCREEN_SIGNOFF },
};

const char *line_word_name(LineWord word)
{
	return WORDS[word].name;
}

const char *line_word_help(LineWord word)
{
	return WORDS[word].help;
}

static const Command *find_name(Str name)
{
	const Command *command = command_find(name);
	for (size_t i = 0; !command && i < BG_LENGTH(OTHER_NAMES); i++)
		if (str_eq_c(name, OTHER_NAMES[i].typed))
			command = command_get(OTHER_NAMES[i].id);
	return command;
}

static const Command *find_key(const Keymap *keymap, const CommandContext contexts[], size_t count, Str name)
{
	KeyChord key;
	if (!key_parse(name, &key, NULL))
		return NULL;
	CommandId id = keymap_resolve(keymap, key, contexts, count);
	return id == COMMAND_NONE ? NULL : command_get(id);
}

static bool unknown(Str name, Error *err)
{
	const char *names[COMMAND_COUNT + WORD_COUNT];
	size_t count = 0;
	for (size_t i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++)
		names[count++] = command_get((CommandId) i)->name;
	for (size_t i = WORD_NONE + 1; i < WORD_COUNT; i++)
		names[count++] = WORDS[i].name;
	AUTO_FREE char *word = str_dup(name);
	const char *nearest = suggest_nearest(word, names, count);
	error_set(err, ERROR_INVALID, "there is no command \"%.*s\"", STR_ARG(str_slice(name, 0, 40)));
	return nearest ? error_hint(err, "did you mean %s?", nearest) : error_hint(err, "help lists them all");
}

/* `:plan 4.3`, as in the palette, is `plan 4.3`. */
static Str without_colon(Str text)
{
	Str trimmed = str_trim(text);
	return trimmed.len > 1 && trimmed.ptr[0] == ':' ? str_trim(str_slice(trimmed, 1, SIZE_MAX)) : trimmed;
}

bool line_parse(const Keymap *keymap, const CommandContext contexts[], size_t count, Str text, LineParsed *ret_parsed, Error *err)
{
	Str rest = without_colon(text), name;
	*ret_parsed = (LineParsed) { .rest = STR("") };
	if (rest.len == 0 || !str_split(&rest, ' ', &name))
		return true;
	if (rest.ptr)
		ret_parsed->rest = str_trim(rest);
	for (size_t i = WORD_NONE + 1; i < WORD_COUNT; i++)
		if (str_eq_c(name, WORDS[i].name))
			ret_parsed->word = (LineWord) i;
	if (ret_parsed->word != WORD_NONE)
		return true;
	ret_parsed->command = find_name(name);
	if (!ret_parsed->command)
		ret_parsed->command = find_key(keymap, contexts, count, name);
	return ret_parsed->command || unknown(name, err);
}
