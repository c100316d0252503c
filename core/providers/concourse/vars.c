/* vars.c: texts put in the place of ((name)). The configuration is not parsed for it: it may use all of YAML, and stays as its author
 * wrote it. So only values are put in that mean the same in every place of a YAML text. */
#include "core/providers/concourse/vars.h"

#include "core/base/alloc.h"
#include "core/base/json.h"
#include "core/environment/yaml.h"

#define NAME_MAX_BYTES 200

static bool is_harmless(const char *text) {
	static const char OTHERS[] = "-_./:@+=%~^ ";
	for (const char *c = text; *c; c++) {
		bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
		if (!letter && !strchr(OTHERS, *c))
			return false;
	}
	size_t len = strlen(text);
	return !strstr(text, ": ") && (!len || (text[0] != ' ' && text[len - 1] != ' ' && text[len - 1] != ':'));
}

/* Whether ((name)) is a value of its own: then a quoted text stays a text, even where it looks like a number. */
static bool stands_alone(Str config, size_t start, size_t end) {
	char before = start ? config.ptr[start - 1] : '\n', after = end < config.len ? config.ptr[end] : '\n';
	return (before == ' ' || before == '\t' || before == '[' || before == '{' || before == ',') &&
		(after == ' ' || after == '\t' || after == '\r' || after == '\n' || after == ',' || after == ']' || after == '}');
}

static bool put_value(const YamlNode *var, const char *file, bool alone, Buf *out, Error *err) {
	if (var->kind != YAML_SCALAR || (!is_harmless(var->text) && !alone)) {
		error_set(err, ERROR_INVALID, "the variable %s cannot be put into the middle of a text safely", var->key);
		error_hint(err, "set the pipeline with fly set-pipeline -l %s", file);
		return yaml_error_at(file, var, err);
	}
	if (alone && (!var->plain || !is_harmless(var->text)))
		json_write_quoted(str_from(var->text), out);   /* a JSON string is a YAML one */
	else
		buf_puts(out, var->text);
	return true;
}

/* As fly knows them: what merely looks like one, such as the arithmetic of a shell, is not looked up. */
static bool is_name(Str name) {
	static const char OTHERS[] = "_-/.:@\"!";
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char) c >= 0x80;
		if (!c || (!letter && !strchr(OTHERS, c)))
			return false;
	}
	return name.len > 0;
}

/* The next ((name)) from `from` on: *ret_end is behind it. False: there is none. */
static bool next_var(Str config, size_t from, size_t *ret_start, size_t *ret_end, Str *ret_name) {
	for (;;) {
		Str rest = str_slice(config, from, config.len);
		ptrdiff_t open = str_find(rest, "((");
		if (open < 0)
			return false;
		*ret_start = from + (size_t) open;
		ptrdiff_t close = str_find(str_slice(rest, (size_t) open + 2, NAME_MAX_BYTES + 2), "))");
		*ret_name = str_slice(config, *ret_start + 2, close < 0 ? 0 : (size_t) close);
		*ret_end = *ret_start + 2 + ret_name->len + 2;
		if (is_name(*ret_name))
			return true;
		from = *ret_start + 1;
	}
}

static bool fill(Str config, const YamlNode *vars, const char *file, Buf *out, StrList *left, Error *err) {
	size_t done = 0, start, end;
	Str found;
	while (next_var(config, done, &start, &end, &found)) {
		AUTO_FREE char *name = str_dup(found);
		const YamlNode *var = yaml_find(vars, name);
		buf_put_str(out, str_slice(config, done, start - done));
		if (!var)
			buf_put_str(out, str_slice(config, start, end - start));
		else if (!put_value(var, file, stands_alone(config, start, end), out, err))
			return false;
		if (!var && !strlist_has(left, name))
			strlist_add(left, name);
		done = end;
	}
	buf_put_str(out, str_slice(config, done, config.len));
	return true;
}

bool concourse_fill_vars(Str config, Str vars, const char *name, Buf *out, StrList *ret_left, Error *err) {
	AUTO(YamlNode) *root = NULL;
	if (str_trim(vars).len && !yaml_parse(vars, name, CONCOURSE_VARS_MAX, &root, err))
		return false;
	if (root && root->kind != YAML_MAP) {
		error_set(err, ERROR_INVALID, "the file of variables is %s, not a map", yaml_kind_name(root));
		return error_where(err, "%s", name);
	}
	return fill(config, root, name, out, ret_left, err);
}
