/* yaml.h: YAML (and so JSON) text as a tree that knows its lines. The only door to libfyaml.
 * One document; anchors, aliases, merges and tags are refused, so that a small file cannot become a large tree and a value
 * always stands where it is used. Duplicate keys are refused. Owned tree; children are borrowed from it. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/error.h"
#include "core/base/str.h"

#define YAML_MAX_DEPTH 32
#define YAML_MAX_NODES 100000

typedef enum YamlKind { YAML_SCALAR, YAML_LIST, YAML_MAP } YamlKind;

typedef struct YamlNode YamlNode;
struct YamlNode {
	YamlKind kind;
	bool plain;              /* a scalar written without quotes */
	char *key;               /* in a map: this member's key; else NULL */
	char *text;              /* of a scalar, never NULL; may hold no NUL */
	int line, column;        /* from 1; of the key for a member of a map */
	YamlNode *children;      /* array of a list's items or a map's members */
	size_t count, capacity;
};

/* `name` names the text in errors. `max_bytes` is the caller's limit. An empty document is an error. */
BG_CHECK bool yaml_parse(Str text, const char *name, size_t max_bytes, YamlNode **ret_root, Error *err);
const YamlNode *yaml_find(const YamlNode *map, const char *key);   /* NULL if absent or not a map */
/* An empty plain scalar, `~` or `null`. */
bool yaml_is_null(const YamlNode *node);
const char *yaml_kind_name(const YamlNode *node);                  /* "a text", "a list", "a map" */
/* Fills in `where` as name:line:column; always false. */
bool yaml_error_at(const char *name, const YamlNode *node, Error *err);
YamlNode *yaml_free(YamlNode *root);                               /* wipes scalars: a flyrc holds tokens; NULL ok */
BG_DEFINE_FREEP(YamlNode, yaml_free)
