/* keymap.c: which key means which command where. The defaults come from the command table; a user's lines replace them. */
#include <stdio.h>
#include "core/base/alloc.h"
#include "core/base/suggest.h"
#include "tui/keys/command.h"

static const bool is_modal[CONTEXT_COUNT] = {
#define CONTEXT(id, name, letter, where, modal) [CONTEXT_##id] = (modal),
	COMMAND_CONTEXTS(CONTEXT)
#undef CONTEXT
};

static bool bind_keys(Keymap *keymap, const Command *command, Str keys, Error *err)
{
	Str rest = keys, word;
	while (str_split(&rest, ' ', &word)) {
		KeyChord key;
		word = str_trim(word);
		if (word.len == 0)
			continue;
		if (!key_parse(word, &key, err))
			return false;
		if (keymap->count == KEYMAP_MAX_BINDINGS)
			return error_set(err, ERROR_INVALID, "more than %d keys are bound", KEYMAP_MAX_BINDINGS);
		keymap->bindings[keymap->count++] =
			(KeyBinding){ .key = key, .command = command->id, .contexts = command_contexts(command) };
	}
	return true;
}

void keymap_init(Keymap *keymap)
{
	keymap->count = 0;
	for (size_t i = COMMAND_NONE + 1; i < COMMAND_COUNT; i++) {
		const Command *command = command_get((CommandId) i);
		BG_ASSERT(bind_keys(keymap, command, str_from(command->keys), NULL));
	}
}

static void unbind(Keymap *keymap, CommandId id)
{
	size_t kept = 0;
	for (size_t i = 0; i < keymap->count; i++)
		if (keymap->bindings[i].command != id)
			keymap->bindings[kept++] = keymap->bindings[i];
	keymap->count = kept;
}

static bool unknown_command(Str name, Error *err)
{
	const char *names[COMMAND_COUNT];
	for (size_t i = 1; i < COMMAND_COUNT; i++)
		names[i - 1] = command_get((CommandId) i)->name;
	AUTO_FREE char *word = str_dup(name);
	const char *nearest = suggest_nearest(word, names, COMMAND_COUNT - 1);
	error_set(err, ERROR_INVALID, "there is no command \"%.*s\"", STR_ARG(str_slice(name, 0, 40)));
	return nearest ? error_hint(err, "did you mean %s?", nearest) : error_hint(err, "`?` in the console lists them all");
}

static bool read_line(Keymap *keymap, Str line, Error *err)
{
	ptrdiff_t equals = str_find(line, " =");
	if (equals < 0) {
		error_set(err, ERROR_INVALID, "the line has no =");
		return error_hint(err, "write for example `refresh = r f5`");
	}
	Str name = str_trim(str_slice(line, 0, (size_t) equals));
	const Command *command = command_find(name);
	if (!command)
		return unknown_command(name, err);
	unbind(keymap, command->id);
	return bind_keys(keymap, command, str_slice(line, (size_t) equals + 2, SIZE_MAX), err);
}

bool keymap_read(Keymap *keymap, const char *file, Str text, Error *err)
{
	Keymap changed = *keymap;
	Str rest = text, line;
	for (unsigned number = 1; str_next_line(&rest, &line); number++) {
		line = str_trim(line);
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (!read_line(&changed, line, err)) {
			error_what(err, "read the keys");
			return error_where(err, "%s:%u", file, number);
		}
	}
	if (!keymap_check(&changed, err)) {
		error_what(err, "read the keys");
		return error_where(err, "%s", file);
	}
	*keymap = changed;
	return true;
}

static CommandId lookup(const Keymap *keymap, KeyChord key, CommandContext context)
{
	for (size_t i = 0; i < keymap->count; i++)
		if ((keymap->bindings[i].contexts & (1u << context)) && key_equal(keymap->bindings[i].key, key))
			return keymap->bindings[i].command;
	return COMMAND_NONE;
}

CommandId keymap_resolve(const Keymap *keymap, KeyChord key, const CommandContext contexts[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		CommandId id = lookup(keymap, key, contexts[i]);
		if (id != COMMAND_NONE || is_modal[contexts[i]])
			return id;
	}
	return lookup(keymap, key, CONTEXT_GLOBAL);
}

const char *keymap_format(const Keymap *keymap, CommandId id, char text[static KEYMAP_TEXT_SIZE])
{
	size_t len = 0;
	text[0] = '\0';
	for (size_t i = 0; i < keymap->count; i++) {
		char name[KEY_TEXT_SIZE];
		if (keymap->bindings[i].command != id)
			continue;
		key_format_short(keymap->bindings[i].key, name);
		int wrote = snprintf(text + len, KEYMAP_TEXT_SIZE - len, "%s%s", len ? " or " : "", name);
		if (wrote < 0 || (size_t) wrote >= KEYMAP_TEXT_SIZE - len) {
			text[len] = '\0';
			break;
		}
		len += (size_t) wrote;
	}
	return text;
}

bool keymap_first(const Keymap *keymap, CommandId id, const CommandContext contexts[], size_t count, KeyChord *ret_key)
{
	for (size_t i = 0; i < keymap->count; i++) {
		const KeyBinding *binding = &keymap->bindings[i];
		if (binding->command != id || keymap_resolve(keymap, binding->key, contexts, count) != id)
			continue;
		*ret_key = binding->key;
		return true;
	}
	return false;
}

bool keymap_check(const Keymap *keymap, Error *err)
{
	for (size_t i = 0; i < keymap->count; i++)
		for (size_t j = i + 1; j < keymap->count; j++) {
			const KeyBinding *a = &keymap->bindings[i], *b = &keymap->bindings[j];
			if (!(a->contexts & b->contexts) || !key_equal(a->key, b->key))
				continue;
			char key[KEY_TEXT_SIZE];
			return error_set(err, ERROR_INVALID, "key %s means both %s and %s", key_format(a->key, key),
				command_get(a->command)->name, command_get(b->command)->name);
		}
	return true;
}
