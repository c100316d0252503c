/* reader.h: takes typed values out of a YAML tree with errors that a person can act on.
 * A Reader lives on the stack of one load. Every function answers false with file:line:column in the error. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/base/error.h"
#include "core/base/json.h"
#include "core/base/str.h"
#include "core/environment/environment.h"
#include "core/environment/keys.h"
#include "core/environment/yaml.h"

typedef struct Reader {
	const char *path;        /* names the file in errors */
	const char *folder;      /* what relative paths start from */
} Reader;

#define READER_MAX_TEXT 4096

/* Every member of `map` must be a key of `section`, and every required key must be there. Refuses what is not a map. */
BG_CHECK bool reader_check_keys(const Reader *reader, const YamlNode *map, KeySection section, Error *err);
/* A line of text, not empty. Owned. */
BG_CHECK bool reader_text(const Reader *reader, const YamlNode *node, char **ret_text, Error *err);
/* As reader_text; NULL node gives an owned copy of `fallback`. */
BG_CHECK bool reader_text_or(const Reader *reader, const YamlNode *node, const char *fallback, char **ret_text, Error *err);
/* Such a path, "~/" expanded, made to start from the environment's folder. NULL node gives "". */
BG_CHECK bool reader_path(const Reader *reader, const YamlNode *node, char **ret_path, Error *err);
BG_CHECK bool reader_paths(const Reader *reader, const YamlNode *node, StrList *ret_paths, Error *err);
/* The same, but ~/ stays: whoever uses the path expands it, with a home of their own. */
BG_CHECK bool reader_own_paths(const Reader *reader, const YamlNode *node, StrList *ret_paths, Error *err);
/* "15m", at least 1 ms. NULL node gives `fallback`. */
BG_CHECK bool reader_span(const Reader *reader, const YamlNode *node, int64_t fallback, int64_t *ret_span_ms, Error *err);
/* A text or a list of texts. */
BG_CHECK bool reader_texts(const Reader *reader, const YamlNode *node, StrList *ret_texts, Error *err);
/* The node must be a list of at most ENVIRONMENT_MAX_ITEMS; NULL node counts as empty. */
BG_CHECK bool reader_list(const Reader *reader, const YamlNode *node, size_t *ret_count, Error *err);
/* One of a fixed set; answers its index. */
BG_CHECK bool reader_choice(const Reader *reader, const YamlNode *node, const char *const *choices, size_t count,
	size_t *ret_index, Error *err);
/* Sets the place and always answers false: return reader_fail(...). */
bool reader_fail(const Reader *reader, const YamlNode *node, Error *err, const char *hint, const char *why, ...) BG_PRINTF(5, 6);
/* "did you mean \"x\"?" in the hint when one of the names is near, else all of them. */
bool reader_fail_unknown(const Reader *reader, const YamlNode *node, Error *err, const char *what, const char *word,
	const char *const *names, size_t count);
EnvironmentPlace reader_place(const YamlNode *node);
