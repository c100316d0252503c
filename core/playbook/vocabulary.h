/* vocabulary.h: the verbs that annotations may use, as const tables: what a provider's action or probe is called, which parameters it
 * takes and which fields a `verify` may ask of it. Providers fill the tables; the playbook layer only reads them (lint, help, plans of
 * a step), so that a playbook can be checked without any provider's code. Everything is static and borrowed. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "core/base/risk.h"
#include "core/base/str.h"

/* The type of a parameter or a field. A value that still holds ${name} is checked when it is filled in. */
typedef enum ParamType {
	PARAM_TEXT,
	PARAM_INT,
	PARAM_BOOL,     /* yes | no (true and false are read too) */
	PARAM_CHOICE,   /* one of `choices` */
	PARAM_LIST,     /* comma-separated; each one of `choices` when there are any */
	PARAM_TIME,     /* RFC 3339 */
	PARAM_SPAN,     /* "26h", "1h30m" */
	PARAM_URL,      /* http:// or https:// */
	PARAM_HOST,     /* a name or a literal address */
} ParamType;

typedef struct ParamSpec {
	const char *name;      /* "pipeline"; a name that ends in ".*" takes every key with that beginning ("input.*") */
	ParamType type;
	bool required;
	const char *choices;   /* "backends|snippets" or NULL */
	const char *help;      /* one line */
} ParamSpec;

/* Something that a probe's answer tells, usable in `verify` and `guard` as `field op value`. The reading's fact has the same name. */
typedef struct FieldSpec {
	const char *name;      /* "age" */
	ParamType type;
	const char *help;
} FieldSpec;

typedef enum VerbKind { VERB_ACTION, VERB_PROBE } VerbKind;

typedef struct VerbSpec {
	const char *name;      /* "fastly.replace" */
	VerbKind kind;
	Risk risk;             /* a probe is RISK_READ */
	const ParamSpec *params;
	size_t param_count;
	const FieldSpec *fields;   /* of probes; what an action's `save` keeps is one value and needs no name */
	size_t field_count;
	const char *help;      /* one line: what it does, in words */
	bool visible_only;     /* of actions: done for what stands in the document for everybody to read; no do, also or undo may name it */
	bool restores;         /* of actions: writes what a backup holds over what is there, so it belongs into an environment that is dedicated to it */
	const char *subject;   /* of probes: what is looked at, "job ${job}"; NULL = the name */
} VerbSpec;

/* .VERB_PARAMS({"pipeline", PARAM_TEXT, true, NULL, "its name"}, ...) in a table of VerbSpecs at file scope, and the same for
 * fields. */
#define VERB_PARAMS(...) params = (const ParamSpec[]){__VA_ARGS__}, \
	.param_count = sizeof((const ParamSpec[]){__VA_ARGS__}) / sizeof(ParamSpec)
#define VERB_FIELDS(...) fields = (const FieldSpec[]){__VA_ARGS__}, \
	.field_count = sizeof((const FieldSpec[]){__VA_ARGS__}) / sizeof(FieldSpec)

typedef struct Vocabulary {
	const VerbSpec *const *verbs;
	size_t count;
} Vocabulary;

const VerbSpec *vocabulary_find(const Vocabulary *vocabulary, VerbKind kind, Str name);   /* NULL if there is none */
/* The verb of that kind whose name is nearest to a mistyped one; NULL when none is near. For hints. */
const VerbSpec *vocabulary_nearest(const Vocabulary *vocabulary, VerbKind kind, Str name);
const ParamSpec *verb_find_param(const VerbSpec *verb, Str name);   /* also by a "prefix.*" row; NULL if there is none */
const FieldSpec *verb_find_field(const VerbSpec *verb, Str name);
const char *param_type_name(ParamType type);                        /* "text" "int" ... */
/* Whether `value` can be of `type`; what is wrong in *ret_why (static) when not. */
bool param_value_fits(ParamType type, const char *choices, Str value, const char **ret_why);
/* Edit distance, for "did you mean"; gives up above 3. */
size_t word_distance(Str a, Str b);
