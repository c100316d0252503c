/* words.h: the word tables that classification rests on: verbs that open an instruction, tools that open a command,
 * words that read and words that destroy. Const, sorted, looked up by bisection; no case. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/str.h"

bool word_in(const char *const *table, size_t count, Str word);   /* `table` sorted by bytes, lower case */
bool word_is_verb(Str word);             /* "confirm", "scale", "backup" */
bool word_is_noun_verb(Str word);        /* verbs that open headings as nouns as often: "backup", "test", "report" */
bool word_is_tool(Str word);             /* "kubectl", "fly", "ssh" */
bool word_is_reader(Str word);           /* programs that only read: "ls", "cat", "dig" */
bool word_is_read_subcommand(Str word);  /* "get", "describe", "status" */
bool word_is_change_subcommand(Str word); /* "apply", "scale", "restart" */
bool word_is_destructive(Str word);      /* "delete", "rm", "destroy" */
bool word_is_interactive(Str word);      /* wants a terminal when it has no input: "psql", "vi" */
bool word_is_shell_language(Str word);   /* first word of an info string: "bash", "console" */
bool word_is_query_language(Str word);   /* "sql", "promql" */
bool word_is_sample_language(Str word);  /* "output", "text", "log" */
