/* command.h: questions about the command table of commands.h, and the key map made from it. Pure; no views, no engine. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "tui/keys/commands.h"
#include "tui/keys/key.h"

typedef enum CommandContext {
#define CONTEXT(id, name, letter, where, modal) CONTEXT_##id,
	COMMAND_CONTEXTS(CONTEXT)
#undef CONTEXT
	CONTEXT_COUNT,
} CommandContext;

typedef enum CommandGroup {
#define GROUP(id, title) GROUP_##id,
	COMMAND_GROUPS(GROUP)
#undef GROUP
	GROUP_COUNT,
} CommandGroup;

typedef enum CommandDanger { DANGER_SAFE, DANGER_CONFIRM, DANGER_BREAK_GLASS } CommandDanger;

typedef enum LineWay {
#define WAY(id, words) LINE_##id,
	COMMAND_LINE_WAYS(WAY)
#undef WAY
	LINE_WAY_COUNT,
} LineWay;

typedef enum CommandId {
	COMMAND_NONE,
#define COMMAND(id, name, group, keys, contexts, danger, rank, line, label, help) COMMAND_##id,
	COMMANDS(COMMAND)
#undef COMMAND
	COMMAND_COUNT,
} CommandId;

typedef struct Command {
	CommandId id;
	const char *name, *keys, *label, *help;
	const char *letters;   /* of its contexts */
	CommandGroup group;
	CommandDanger danger;
	int rank;
	LineWay line;
} Command;

const Command *command_get(CommandId id);              /* id is not COMMAND_NONE */
const Command *command_find(Str name);                 /* by its name or an alias; NULL if there is none */
/* The command that Enter may run after `typed`: its name, an alias, or the first that begins so. What merely fits otherwise must be
 * chosen. NULL = none. */
const Command *command_meant(Str typed);
bool command_is_in(const Command *command, CommandContext context);
unsigned command_contexts(const Command *command);     /* a bit per CommandContext */
const char *command_context_name(CommandContext context);
const char *command_context_where(CommandContext context);
const char *command_group_title(CommandGroup group);
const char *command_danger_name(CommandDanger danger); /* "safe", "confirm", "break-glass" */

/* Commands whose name or help fits what was typed, best first: exact name, prefix, letters in order, word in the help.
 * An empty text gives all of the table in its order. Returns how many were written. */
size_t command_complete(Str typed, CommandId ret_ids[], size_t size);

/* Why a command cannot be used now: NULL when it can. The text is borrowed until the next call. */
typedef const char *CommandReason(CommandId id, void *userdata);

/* Keys to commands, per context. Starts from the table; lines of a user's file change it. */
#define KEYMAP_MAX_BINDINGS 256
typedef struct KeyBinding { KeyChord key; CommandId command; unsigned contexts; } KeyBinding;
typedef struct Keymap {
	KeyBinding bindings[KEYMAP_MAX_BINDINGS];
	size_t count;
} Keymap;

void keymap_init(Keymap *keymap);
/* Reads lines `name = key key ...` that replace the keys of a command; `#` begins a comment. On an error nothing is changed. */
BG_CHECK bool keymap_read(Keymap *keymap, const char *file, Str text, Error *err);
/* The command for `key` in the first of `contexts` that knows it, else (unless one of them is modal) in CONTEXT_GLOBAL;
 * COMMAND_NONE when nobody does. */
CommandId keymap_resolve(const Keymap *keymap, KeyChord key, const CommandContext contexts[], size_t count);
/* The keys of a command as screens write them: "x or Space"; "" when it has none. Returns `text`. */
#define KEYMAP_TEXT_SIZE 96
const char *keymap_format(const Keymap *keymap, CommandId id, char text[static KEYMAP_TEXT_SIZE]);
/* The first of its keys that means this command in `contexts`, for the footer. False when it has none. */
bool keymap_first(const Keymap *keymap, CommandId id, const CommandContext contexts[], size_t count, KeyChord *ret_key);
/* Two commands of one context that want the same key: an Error that names all three. */
BG_CHECK bool keymap_check(const Keymap *keymap, Error *err);

/* The table of keys as Markdown, for README.md and the man page. */
void command_write_markdown(const Keymap *keymap, Buf *out);
