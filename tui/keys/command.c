/* command.c: the rows of commands.h as a table, and the questions about it. */
#include "tui/keys/command.h"

static const struct { const char *name, *where; char letter; } contexts[CONTEXT_COUNT] = {
#define CONTEXT(id, name_text, context_letter, where_text, modal) \
	[CONTEXT_##id] = { .name = name_text, .where = where_text, .letter = context_letter },
	COMMAND_CONTEXTS(CONTEXT)
#undef CONTEXT
};

static const char *const group_titles[GROUP_COUNT] = {
#define GROUP(id, title) [GROUP_##id] = (title),
	COMMAND_GROUPS(GROUP)
#undef GROUP
};

static const Command commands[COMMAND_COUNT] = {
#define COMMAND(id_name, name_text, group_id, key_text, context_letters, danger_id, rank_number, line_way, label_text, help_text) \
	[COMMAND_##id_name] = { .id = COMMAND_##id_name, .name = name_text, .keys = key_text, .label = label_text, \
		.help = help_text, .group = GROUP_##group_id, .danger = DANGER_##danger_id, .letters = context_letters, \
		.rank = rank_number, .line = LINE_##line_way },
	COMMANDS(COMMAND)
#undef COMMAND
};

static const struct { const char *typed; CommandId id; } aliases[] = {
#define ALIAS(typed_text, id_name) { typed_text, COMMAND_##id_name },
	COMMAND_ALIASES(ALIAS)
#undef ALIAS
};

const Command *command_get(CommandId id)
{
	return &commands[id];
}

const Command *command_find(Str name)
{
	for (size_t i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++)
		if (str_eq_c(name, commands[i].name))
			return &commands[i];
	for (size_t i = 0; i < BG_LENGTH(aliases); i++)
		if (str_eq_c(name, aliases[i].typed))
			return &commands[aliases[i].id];
	return NULL;
}

bool command_is_in(const Command *command, CommandContext context)
{
	return strchr(command->letters, contexts[context].letter) != NULL;
}

unsigned command_contexts(const Command *command)
{
	unsigned bits = 0;
	for (unsigned i = 0; i < CONTEXT_COUNT; i++)
		if (command_is_in(command, (CommandContext) i))
			bits |= 1u << i;
	return bits;
}

const char *command_context_name(CommandContext context)
{
	return contexts[context].name;
}

const char *command_context_where(CommandContext context)
{
	return contexts[context].where;
}

const char *command_group_title(CommandGroup group)
{
	return group_titles[group];
}

const char *command_danger_name(CommandDanger danger)
{
	static const char *const names[] = {
		[DANGER_SAFE] = "safe", [DANGER_CONFIRM] = "confirm", [DANGER_BREAK_GLASS] = "break-glass",
	};
	return names[danger];
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
}

/* True if all characters of `typed` occur in `name` in this order. */
static bool has_letters_in_order(const char *name, Str typed)
{
	size_t found = 0;
	for (const char *c = name; *c && found < typed.len; c++)
		if (*c == lower(typed.ptr[found]))
			found++;
	return found == typed.len;
}

static bool begins_with(const char *name, Str typed)
{
	Str whole = str_from(name);
	return typed.len && typed.len <= whole.len && str_eq_nocase(str_slice(whole, 0, typed.len), typed);
}

/* An alias counts as the name does. */
static bool alias_begins(const Command *command, Str typed)
{
	for (size_t i = 0; i < BG_LENGTH(aliases); i++)
		if (aliases[i].id == command->id && begins_with(aliases[i].typed, typed))
			return true;
	return false;
}

enum { MATCH_EXACT, MATCH_PREFIX, MATCH_LETTERS, MATCH_WORD, MATCH_NONE };

static int match_quality(const Command *command, Str typed)
{
	Str name = str_from(command->name);
	if (str_eq_nocase(name, typed))
		return MATCH_EXACT;
	if ((typed.len <= name.len && str_eq_nocase(str_slice(name, 0, typed.len), typed)) || alias_begins(command, typed))
		return MATCH_PREFIX;
	if (typed.len >= 2 && has_letters_in_order(command->name, typed))
		return MATCH_LETTERS;
	if (typed.len >= 3) {
		AUTO_FREE char *needle = str_dup(typed);
		if (str_find_nocase(str_from(command->help), needle) >= 0)
			return MATCH_WORD;
	}
	return MATCH_NONE;
}

static bool is_for_typing(const Command *command)
{
	return command_contexts(command) & (1u << CONTEXT_INPUT);
}

const Command *command_meant(Str typed)
{
	const Command *exact = command_find(typed);
	for (size_t i = COMMAND_NONE + 1; !exact && i < COMMAND_COUNT; i++)
		if (!is_for_typing(&commands[i]) && begins_with(commands[i].name, typed))
			return &commands[i];
	for (size_t i = 0; !exact && i < BG_LENGTH(aliases); i++)
		if (begins_with(aliases[i].typed, typed))
			return &commands[aliases[i].id];
	return exact;
}

size_t command_complete(Str typed, CommandId ret_ids[], size_t size)
{
	size_t count = 0;
	for (int quality = MATCH_EXACT; quality < MATCH_NONE; quality++)
		for (size_t i = COMMAND_NONE + 1; i < COMMAND_COUNT && count < size; i++) {
			if (!is_for_typing(&commands[i]) && match_quality(&commands[i], typed) == quality)
				ret_ids[count++] = (CommandId) i;
		}
	return count;
}

void command_write_markdown(const Keymap *keymap, Buf *out)
{
	for (size_t group = 0; group < GROUP_COUNT; group++) {
		buf_printf(out, "%s### %s\n\n| keys | command | where | what it does |\n|---|---|---|---|\n", group ? "\n" : "",
			group_titles[group]);
		for (size_t i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
			if (commands[i].group != group)
				continue;
			char keys[KEYMAP_TEXT_SIZE];
			buf_printf(out, "| %s | `%s` | ", keymap_format(keymap, (CommandId) i, keys), commands[i].name);
			const char *comma = "";
			for (size_t context = 0; context < CONTEXT_COUNT; context++)
				if (command_is_in(&commands[i], (CommandContext) context)) {
					buf_printf(out, "%s%s", comma, contexts[context].name);
					comma = ", ";
				}
			buf_printf(out, " | %s%s |\n", commands[i].help, commands[i].danger == DANGER_BREAK_GLASS ? " (break-glass)" : "");
		}
	}
}
