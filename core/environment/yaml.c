/* yaml.c: builds the tree from libfyaml's event stream, which keeps positions and never expands an alias by itself.
 * Text is checked for size, NUL and UTF-8 before the library sees it. */
#include "core/environment/yaml.h"

#include <libfyaml.h>

#include "core/base/alloc.h"
#include "core/base/text.h"
#include "core/environment/wiped.h"

typedef struct Builder {
	struct fy_parser *parser;
	Str text;                         /* the whole input */
	const char *name;
	Error *err;
	YamlNode *open[YAML_MAX_DEPTH];   /* the containers that we are in, outermost first */
	size_t depth;
	size_t nodes;
	YamlNode *root;
	char *pending_key;                /* a map's key whose value has not come yet */
	int key_line, key_column;
	int documents;
} Builder;

static void clear_node(YamlNode *node)
{
	for (size_t i = 0; i < node->count; i++)
		clear_node(&node->children[i]);
	free(node->children);
	if (node->text)
		secret_wipe(node->text, strlen(node->text));
	free(node->text);
	free(node->key);
}

YamlNode *yaml_free(YamlNode *root)
{
	if (root) {
		clear_node(root);
		free(root);
	}
	return NULL;
}

const YamlNode *yaml_find(const YamlNode *map, const char *key)
{
	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (size_t i = 0; i < map->count; i++)
		if (text_eq(map->children[i].key, key))
			return &map->children[i];
	return NULL;
}

bool yaml_is_null(const YamlNode *node)
{
	return node->kind == YAML_SCALAR && node->plain
		&& (!*node->text || text_eq(node->text, "~") || text_eq(node->text, "null"));
}

const char *yaml_kind_name(const YamlNode *node)
{
	static const char *const names[] = { [YAML_SCALAR] = "a text", [YAML_LIST] = "a list", [YAML_MAP] = "a map" };
	return yaml_is_null(node) ? "nothing" : names[node->kind];
}

bool yaml_error_at(const char *name, const YamlNode *node, Error *err)
{
	return error_where(err, "%s:%d:%d", name, node->line, node->column);
}

static bool fail_at(const Builder *b, int line, int column, const char *why, const char *hint)
{
	error_set(b->err, ERROR_INVALID, "%s", why);
	error_where(b->err, "%s:%d:%d", b->name, line, column);
	return error_hint(b->err, "%s", hint);
}

/* Children arrays move when they grow. That is safe while a node is open only because a parent gets no new child before the
 * open one is closed; so open[] never points into an array that grows. */
static YamlNode *add_child(YamlNode *parent)
{
	if (parent->count == parent->capacity) {
		parent->capacity = parent->capacity ? parent->capacity * 2 : 4;
		parent->children = bg_reallocarray(parent->children, parent->capacity, sizeof *parent->children);
	}
	YamlNode *child = &parent->children[parent->count++];
	*child = (YamlNode){ 0 };
	return child;
}

static bool place_node(Builder *b, YamlKind kind, int line, int column, YamlNode **ret_node)
{
	if (++b->nodes > YAML_MAX_NODES)
		return fail_at(b, line, column, "the file has more values than the limit of 100000", "split it");
	YamlNode *parent = b->depth ? b->open[b->depth - 1] : NULL;
	YamlNode *node = NULL;
	if (!parent) {
		node = b->root = bg_calloc(1, sizeof *node);
	} else {
		node = add_child(parent);
		if (parent->kind == YAML_MAP) {
			node->key = TAKE(b->pending_key);
			line = b->key_line;
			column = b->key_column;
		}
	}
	node->kind = kind;
	node->line = line;
	node->column = column;
	*ret_node = node;
	return true;
}

static bool wants_key(const Builder *b)
{
	return b->depth && b->open[b->depth - 1]->kind == YAML_MAP && !b->pending_key;
}

static bool on_key(Builder *b, Str text, int line, int column)
{
	AUTO_FREE char *key = str_dup(text);
	if (text_eq(key, "<<"))
		return fail_at(b, line, column, "merge keys (<<) are not used here", "write the values out");
	if (yaml_find(b->open[b->depth - 1], key)) {
		AUTO_FREE char *shown = text_sanitised_line(key);
		error_set(b->err, ERROR_INVALID, "the key \"%.60s\" is here twice", shown);
		error_where(b->err, "%s:%d:%d", b->name, line, column);
		return error_hint(b->err, "remove one of the two");
	}
	b->pending_key = TAKE(key);
	b->key_line = line;
	b->key_column = column;
	return true;
}

/* libfyaml 0.7 loses memory for every single-quoted text that holds a doubled quote, so these are taken from the input itself. */
static bool unquote_single(const Builder *b, Str raw, int line, int column, Buf *out)
{
	if (str_find_char(raw, '\n') >= 0 || str_find_char(raw, '\r') >= 0)
		return fail_at(b, line, column, "a text in single quotes goes over several lines and holds a quote",
			"write it on one line, or in double quotes");
	for (size_t i = 0; i < raw.len; i++) {
		buf_putc(out, raw.ptr[i]);
		if (raw.ptr[i] == '\'')
			i++;
	}
	return true;
}

/* The input between the quotes; empty for every other style. */
static Str single_quoted(const Builder *b, struct fy_token *token)
{
	const struct fy_mark *start = fy_token_start_mark(token), *end = fy_token_end_mark(token);
	if (fy_token_scalar_style(token) != FYSS_SINGLE_QUOTED || !start || !end || end->input_pos < start->input_pos)
		return STR("");
	return str_slice(b->text, start->input_pos, end->input_pos - start->input_pos);
}

static bool scalar_text(const Builder *b, struct fy_token *token, int line, int column, Buf *out)
{
	if (!token)
		return true;
	Str quoted = single_quoted(b, token);
	if (str_find(quoted, "''") >= 0)
		return unquote_single(b, quoted, line, column, out);
	size_t len = 0;
	const char *bytes = fy_token_get_text(token, &len);
	if (!bytes)
		return fail_at(b, line, column, "a value could not be read", "write it in double quotes");
	if (memchr(bytes, 0, len))
		return fail_at(b, line, column, "the value holds a NUL character", "remove the \\0");
	buf_append(out, bytes, len);
	return true;
}

static bool on_scalar(Builder *b, struct fy_event *event, int line, int column)
{
	AUTO_CLEAR(WipedBuf) text = { 0 };
	if (!scalar_text(b, event->scalar.value, line, column, &text))
		return false;
	if (wants_key(b))
		return on_key(b, buf_str(&text), line, column);
	YamlNode *node = NULL;
	if (!place_node(b, YAML_SCALAR, line, column, &node))
		return false;
	node->text = str_dup(buf_str(&text));
	node->plain = !event->scalar.value || fy_token_scalar_style(event->scalar.value) == FYSS_PLAIN;
	return true;
}

static bool on_open(Builder *b, YamlKind kind, int line, int column)
{
	if (wants_key(b))
		return fail_at(b, line, column, "a key must be a plain text", "a list or a map cannot be a key");
	if (b->depth == YAML_MAX_DEPTH)
		return fail_at(b, line, column, "the nesting is deeper than 32 levels", "flatten it");
	YamlNode *node = NULL;
	if (!place_node(b, kind, line, column, &node))
		return false;
	b->open[b->depth++] = node;
	return true;
}

static bool has_anchor_or_tag(const struct fy_event *event, bool *ret_tag)
{
	struct fy_token *anchor = NULL, *tag = NULL;
	if (event->type == FYET_SCALAR) {
		anchor = event->scalar.anchor;
		tag = event->scalar.tag;
	} else if (event->type == FYET_MAPPING_START) {
		anchor = event->mapping_start.anchor;
		tag = event->mapping_start.tag;
	} else if (event->type == FYET_SEQUENCE_START) {
		anchor = event->sequence_start.anchor;
		tag = event->sequence_start.tag;
	}
	*ret_tag = tag != NULL;
	return anchor || tag;
}

/* The library's tokens begin behind a quote and behind the * of an alias; people look for the mark itself. */
static int start_column(struct fy_event *event, const struct fy_mark *mark)
{
	bool behind = event->type == FYET_ALIAS;
	if (event->type == FYET_SCALAR && event->scalar.value) {
		enum fy_scalar_style style = fy_token_scalar_style(event->scalar.value);
		behind = style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED;
	}
	return mark->column + (behind && mark->column > 0 ? 0 : 1);
}

static bool on_event(Builder *b, struct fy_event *event, bool *ret_end)
{
	const struct fy_mark *mark = fy_event_start_mark(event);
	int line = mark ? mark->line + 1 : 1, column = mark ? start_column(event, mark) : 1;
	bool tag = false;
	if (has_anchor_or_tag(event, &tag))
		return tag ? fail_at(b, line, column, "tags (!...) are not used here", "write the plain value")
			: fail_at(b, line, column, "anchors (&...) are not used here", "write the value out where it is needed");
	switch (event->type) {
	case FYET_DOCUMENT_START:
		if (++b->documents > 1)
			return fail_at(b, line, column, "the file has a second document", "keep one document per file");
		return true;
	case FYET_ALIAS:
		return fail_at(b, line, column, "aliases (*...) are not used here", "write the value out where it is needed");
	case FYET_SCALAR:
		return on_scalar(b, event, line, column);
	case FYET_SEQUENCE_START:
		return on_open(b, YAML_LIST, line, column);
	case FYET_MAPPING_START:
		return on_open(b, YAML_MAP, line, column);
	case FYET_SEQUENCE_END:
	case FYET_MAPPING_END:
		b->depth--;
		return true;
	case FYET_STREAM_END:
		*ret_end = true;
		return true;
	case FYET_NONE:
	case FYET_STREAM_START:
	case FYET_DOCUMENT_END:
		return true;
	}
	return true;
}

/* The library's first complaint, with its place. */
static bool fail_with_diagnostic(const Builder *b, struct fy_diag *diag)
{
	void *iterator = NULL;
	const struct fy_diag_error *first = fy_diag_errors_iterate(diag, &iterator);
	if (!first || !first->msg)
		return fail_at(b, 1, 1, "this is not YAML", "check the indentation and the quotes");
	AUTO_FREE char *message = text_sanitised_line(first->msg);
	error_set(b->err, ERROR_INVALID, "this is not YAML: %s", message);
	error_where(b->err, "%s:%d:%d", b->name, first->line > 0 ? first->line : 1, first->column > 0 ? first->column : 1);
	return error_hint(b->err, "check the indentation and the quotes of this line and the one before");
}

static bool build(Builder *b, struct fy_diag *diag)
{
	for (bool end = false; !end;) {
		struct fy_event *event = fy_parser_parse(b->parser);
		if (!event)
			return fy_parser_get_stream_error(b->parser) ? fail_with_diagnostic(b, diag) : true;
		bool ok = on_event(b, event, &end);
		fy_parser_event_free(b->parser, event);
		if (!ok)
			return false;
	}
	return true;
}

/* A carriage return that no line feed follows: an old line end that editors count differently from us. */
static bool has_lone_return(Str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\r' && (i + 1 == text.len || text.ptr[i + 1] != '\n'))
			return true;
	return false;
}

static bool check_text(Str text, const char *name, size_t max_bytes, Error *err)
{
	if (text.len > max_bytes) {
		error_set(err, ERROR_INVALID, "the file is larger than the limit of %zu bytes", max_bytes);
	} else if (text.len && memchr(text.ptr, 0, text.len)) {
		error_set(err, ERROR_INVALID, "the file holds NUL bytes, so it is not text");
	} else if (!utf8_is_valid(text)) {
		error_set(err, ERROR_INVALID, "the file is not UTF-8 text");
		error_hint(err, "save it as UTF-8");
	} else if (has_lone_return(text)) {
		error_set(err, ERROR_INVALID, "the file has carriage returns that end no line");
		error_hint(err, "save it with ordinary line ends");
	} else if (!str_trim(text).len) {
		error_set(err, ERROR_INVALID, "the file is empty");
	} else {
		return true;
	}
	return error_where(err, "%s", name);
}

bool yaml_parse(Str text, const char *name, size_t max_bytes, YamlNode **ret_root, Error *err)
{
	if (!check_text(text, name, max_bytes, err))
		return false;
	struct fy_diag_cfg diag_cfg;
	fy_diag_cfg_default(&diag_cfg);
	diag_cfg.fp = NULL;
	struct fy_diag *diag = fy_diag_create(&diag_cfg);
	BG_ASSERT(diag);
	fy_diag_set_collect_errors(diag, true);
	struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE, .diag = diag };
	Builder builder = { .parser = fy_parser_create(&cfg), .text = text, .name = name, .err = err };
	BG_ASSERT(builder.parser);
	bool ok = fy_parser_set_string(builder.parser, text.ptr, text.len) == 0 && build(&builder, diag);
	if (ok && !builder.root)
		ok = fail_at(&builder, 1, 1, "the file holds no values", "see the example environment");
	fy_parser_destroy(builder.parser);
	fy_diag_destroy(diag);
	free(builder.pending_key);
	if (!ok) {
		yaml_free(builder.root);
		return false;
	}
	*ret_root = builder.root;
	return true;
}
