/* reader.c: typed values out of a YAML tree. The shapes that people write by mistake (a list for a text, an empty value, a
 * misspelt key) each end in an error with the place and the way out. */
#include "core/environment/reader.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/moment.h"
#include "core/base/suggest.h"
#include "core/base/text.h"

EnvironmentPlace reader_place(const YamlNode *node)
{
	return node ? (EnvironmentPlace){ node->line, node->column } : (EnvironmentPlace){ 0, 0 };
}

bool reader_fail(const Reader *reader, const YamlNode *node, Error *err, const char *hint, const char *why, ...)
{
	va_list args;
	va_start(args, why);
	AUTO_FREE char *text = bg_vasprintf(why, args);
	va_end(args);
	AUTO_FREE char *line = text_sanitised_line(text);
	error_set(err, ERROR_INVALID, "%s", line);
	yaml_error_at(reader->path, node, err);
	return error_hint(err, "%s", hint);
}

bool reader_fail_unknown(const Reader *reader, const YamlNode *node, Error *err, const char *what, const char *word,
	const char *const *names, size_t count)
{
	AUTO_CLEAR(Buf) hint = { 0 };
	const char *near = suggest_nearest(word, names, count);
	if (near)
		buf_printf(&hint, "did you mean \"%s\"?", near);
	else
		buf_puts(&hint, count ? "known here: " : "there are none in this file");
	for (size_t i = 0; !near && i < count; i++)
		buf_printf(&hint, "%s%s", i ? ", " : "", names[i]);
	return reader_fail(reader, node, err, buf_text(&hint), "%s \"%.60s\" is not known", what, word);
}

static bool fail_unknown_key(const Reader *reader, const YamlNode *node, const EnvironmentKeys *keys, Error *err)
{
	const char *names[32];
	BG_ASSERT(keys->count <= BG_LENGTH(names));
	for (size_t i = 0; i < keys->count; i++)
		names[i] = keys->keys[i].name;
	AUTO_FREE char *what = bg_asprintf("in %s, the key", keys->title);
	return reader_fail_unknown(reader, node, err, what, node->key, names, keys->count);
}

static bool is_known(const EnvironmentKeys *keys, const char *name)
{
	for (size_t i = 0; i < keys->count; i++)
		if (text_eq(keys->keys[i].name, name))
			return true;
	return false;
}

bool reader_check_keys(const Reader *reader, const YamlNode *map, KeySection section, Error *err)
{
	const EnvironmentKeys *keys = &ENVIRONMENT_KEYS[section];
	if (map->kind != YAML_MAP)
		return reader_fail(reader, map, err, "write it as \"key: value\" lines", "%s must be a map, but this is %s", keys->title,
			yaml_kind_name(map));
	for (size_t i = 0; !keys->open && i < map->count; i++)
		if (!is_known(keys, map->children[i].key))
			return fail_unknown_key(reader, &map->children[i], keys, err);
	for (size_t i = 0; i < keys->count; i++) {
		const EnvironmentKey *key = &keys->keys[i];
		if (key->required && !yaml_find(map, key->name))
			return reader_fail(reader, map, err, key->help, "%s needs the key \"%s\"", keys->title, key->name);
	}
	return true;
}

static const char *node_label(const YamlNode *node)
{
	return node->key ? node->key : "an item of this list";
}

bool reader_text(const Reader *reader, const YamlNode *node, char **ret_text, Error *err)
{
	if (node->kind != YAML_SCALAR)
		return reader_fail(reader, node, err, "write one value, without [ ] or { }", "%s must be a text, but this is %s",
			node_label(node), yaml_kind_name(node));
	if (yaml_is_null(node) || !str_trim(str_from(node->text)).len)
		return reader_fail(reader, node, err, "give it a value or remove the line", "%s is empty", node_label(node));
	if (strlen(node->text) > READER_MAX_TEXT)
		return reader_fail(reader, node, err, "shorten it", "%s is longer than %d bytes", node_label(node), READER_MAX_TEXT);
	for (const char *p = node->text; *p; p++)
		if ((unsigned char) *p < 0x20 || *p == 0x7f)
			return reader_fail(reader, node, err, "keep it to one line", "%s holds a line break or a control character",
				node_label(node));
	/* Names are made harmless wherever they are told; one that is not so from the start would be found under another name then. */
	AUTO_FREE char *harmless = text_sanitised_line(node->text);
	if (!text_eq(harmless, node->text))
		return reader_fail(reader, node, err, "write it anew, with letters that can be seen",
			"%s holds a character that cannot be seen, or that turns text around", node_label(node));
	*ret_text = bg_strdup(node->text);
	return true;
}

bool reader_text_or(const Reader *reader, const YamlNode *node, const char *fallback, char **ret_text, Error *err)
{
	if (node)
		return reader_text(reader, node, ret_text, err);
	*ret_text = bg_strdup(fallback);
	return true;
}

static char *resolve(const Reader *reader, const char *path)
{
	AUTO_FREE char *expanded = path_expand_home(path);
	return path_join(reader->folder, expanded);
}

bool reader_path(const Reader *reader, const YamlNode *node, char **ret_path, Error *err)
{
	AUTO_FREE char *path = NULL;
	if (node && !reader_text(reader, node, &path, err))
		return false;
	*ret_path = path ? resolve(reader, path) : bg_strdup("");
	return true;
}

bool reader_texts(const Reader *reader, const YamlNode *node, StrList *ret_texts, Error *err)
{
	AUTO_CLEAR(StrList) texts = { 0 };
	if (node->kind == YAML_MAP)
		return reader_fail(reader, node, err, "write it as [one, two]", "%s must be a list of texts, but this is a map",
			node_label(node));
	size_t count = node->kind == YAML_LIST ? node->count : 1;
	if (count > ENVIRONMENT_MAX_ITEMS)
		return reader_fail(reader, node, err, "shorten it", "%s has more than %d items", node_label(node), ENVIRONMENT_MAX_ITEMS);
	for (size_t i = 0; i < count; i++) {
		char *text = NULL;
		if (!reader_text(reader, node->kind == YAML_LIST ? &node->children[i] : node, &text, err))
			return false;
		strlist_add_take(&texts, text);
	}
	*ret_texts = texts;
	texts = (StrList){ 0 };
	return true;
}

/* What belongs to whoever asks is found from their own home, which is not that of the process that reads the file. */
static char *resolve_own(const Reader *reader, const char *path)
{
	bool home = strcmp(path, "~") == 0 || strncmp(path, "~/", 2) == 0;
	return home ? bg_strdup(path) : path_join(reader->folder, path);
}

typedef char *Resolve(const Reader *reader, const char *path);

static bool read_paths(const Reader *reader, const YamlNode *node, Resolve *resolve_path, StrList *ret_paths, Error *err)
{
	AUTO_CLEAR(StrList) texts = { 0 };
	if (node && !reader_texts(reader, node, &texts, err))
		return false;
	StrList paths = { 0 };
	for (size_t i = 0; i < texts.count; i++)
		strlist_add_take(&paths, resolve_path(reader, texts.items[i]));
	*ret_paths = paths;
	return true;
}

bool reader_paths(const Reader *reader, const YamlNode *node, StrList *ret_paths, Error *err)
{
	return read_paths(reader, node, resolve, ret_paths, err);
}

bool reader_own_paths(const Reader *reader, const YamlNode *node, StrList *ret_paths, Error *err)
{
	return read_paths(reader, node, resolve_own, ret_paths, err);
}

bool reader_span(const Reader *reader, const YamlNode *node, int64_t fallback, int64_t *ret_span_ms, Error *err)
{
	if (!node) {
		*ret_span_ms = fallback;
		return true;
	}
	AUTO_FREE char *text = NULL;
	if (!reader_text(reader, node, &text, err))
		return false;
	int64_t span_ms = 0;
	if (!span_parse(str_from(text), &span_ms) || span_ms <= 0)
		return reader_fail(reader, node, err, "write a number with s, m, h or d: 30s, 15m, 26h, 7d", "%s is not a length of time: %.60s",
			node_label(node), text);
	*ret_span_ms = span_ms;
	return true;
}

bool reader_list(const Reader *reader, const YamlNode *node, size_t *ret_count, Error *err)
{
	if (node && node->kind != YAML_LIST)
		return reader_fail(reader, node, err, "begin each item with \"- \"", "%s must be a list, but this is %s",
			node_label(node), yaml_kind_name(node));
	if (node && node->count > ENVIRONMENT_MAX_ITEMS)
		return reader_fail(reader, node, err, "shorten it", "%s has more than %d items", node_label(node), ENVIRONMENT_MAX_ITEMS);
	*ret_count = node ? node->count : 0;
	return true;
}

bool reader_choice(const Reader *reader, const YamlNode *node, const char *const *choices, size_t count,
	size_t *ret_index, Error *err)
{
	AUTO_FREE char *text = NULL;
	if (!reader_text(reader, node, &text, err))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (text_eq(text, choices[i])) {
			*ret_index = i;
			return true;
		}
	}
	AUTO_FREE char *what = bg_asprintf("for %s, the word", node_label(node));
	return reader_fail_unknown(reader, node, err, what, text, choices, count);
}
