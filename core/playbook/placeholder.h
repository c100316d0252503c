/* placeholder.h: the parts of a text that stand for something else: <name>, <draft|live>, [NEW_NODE], NAMESPACE, your-project,
 * /path/to/x, what `var` matches or replaces, shell variables, and values of documentation such as 2001:db8::1. Finding them, naming
 * the variable they ask for, and filling the values in without letting a value become shell.
 * The same normalised name is the same variable everywhere in a run. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/buf.h"
#include "core/base/error.h"
#include "core/base/str.h"

struct Variable;   /* model.h */

typedef enum PlaceholderForm {
	PLACEHOLDER_ANGLE,      /* <name> */
	PLACEHOLDER_CHOICE,     /* <draft|live> */
	PLACEHOLDER_BRACKET,    /* [UPPER_CASE]; the brackets are part of it */
	PLACEHOLDER_UPPER,      /* UPPER_CASE, NAMESPACE, YYYY-MM-DD */
	PLACEHOLDER_WORD,       /* your-x, my-x, name-of-x, xxx */
	PLACEHOLDER_PATH,       /* /path/to/x */
	PLACEHOLDER_MATCH,      /* what a variable's match= says */
	PLACEHOLDER_REPLACES,   /* one of a variable's replaces= */
	PLACEHOLDER_SHELL,      /* $VAR or ${VAR}: the shell's own; one that nothing sets is asked for and found as PLACEHOLDER_MATCH */
	PLACEHOLDER_EXAMPLE,    /* a documentation address, example.com, changeme: to be edited before the first run */
	PLACEHOLDER_ELLIPSIS,   /* "..." alone on a line: not runnable */
} PlaceholderForm;

typedef struct Placeholder {
	PlaceholderForm form;
	size_t start, len;      /* in the text */
	char *name;             /* of the variable: normalised, or the shell's own; "" for ELLIPSIS */
	char *choices;          /* "draft|live" for CHOICE, else NULL */
} Placeholder;

typedef struct PlaceholderList { Placeholder *items; size_t count, capacity; } PlaceholderList;

typedef enum TextPlace { TEXT_PROSE, TEXT_COMMAND } TextPlace;

/* What is known around the text. Zero-initialise; everything is borrowed. */
typedef struct PlaceholderScope {
	struct Variable *const *variables;   /* those whose match and replaces count here; also the implicit ones, harmlessly */
	size_t variable_count;
	const StrList *assigned;             /* shell variables that the file sets somewhere: no prompts. NULL = none */
	bool elsewhere;                      /* a shell of another machine reads the command: its variables are asked of nobody */
} PlaceholderScope;

#define PLACEHOLDER_LIMIT 512            /* of one text; more are not looked at */

/* Appends what is found, in order, never overlapping. */
void placeholder_find(Str text, TextPlace place, const PlaceholderScope *scope, PlaceholderList *out);
/* Whether the form asks for a value without which the text cannot be run. */
bool placeholder_wants_value(PlaceholderForm form);
/* "<NEW Node-IP>" -> "new_node_ip". Owned, never empty. */
char *placeholder_normalise(Str text);
#define ASSIGNED_LIMIT 1024   /* shell variables that a file sets; further ones are asked for */
/* Adds the names of the shell variables that a command sets: NAME=..., read NAME, for NAME in. */
void placeholder_find_assigned(Str command, StrList *names);
void placeholder_list_clear(PlaceholderList *list);
BG_DEFINE_CLEARP(PlaceholderList, placeholder_list_clear)

/* The value of a variable, borrowed until the next call; NULL when it has none yet. */
typedef const char *(*ValueLookup)(void *userdata, const char *name);

/* A command with its values filled in, each escaped for where it stands: bare, in quotes, in a here-document. Appends to `out`.
 * Names without a value go to `unresolved` (each once) and their placeholder stays; the caller must not run it then. Fails when the
 * text cannot be run ("...") or a value cannot be put where it stands (control bytes; not plain where a second shell reads it). */
BG_CHECK bool placeholder_fill_command(Str text, const PlaceholderScope *scope, ValueLookup lookup, void *userdata, Buf *out,
	StrList *unresolved, Error *err);
/* Prose as it reads with the values: for screens. What has no value stays. Appends. */
void placeholder_fill_prose(Str text, const PlaceholderScope *scope, ValueLookup lookup, void *userdata, Buf *out);
/* An argument of a directive: ${name} becomes the value as it is, since arguments are typed and never reach a shell. */
void placeholder_fill_arg(Str text, ValueLookup lookup, void *userdata, Buf *out, StrList *unresolved);
/* The names used as ${name} in an argument, each once. */
void placeholder_find_arg_names(Str text, StrList *names);
