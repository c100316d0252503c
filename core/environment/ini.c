/* ini.c: the ini dialect of the AWS SDKs (smithy parseIni), as far as flat keys go. */
#include "core/environment/ini.h"

#include "core/base/alloc.h"
#include "core/environment/wiped.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static Str cut_comment(Str line)
{
	for (size_t i = 0; i < line.len; i++)
		if ((line.ptr[i] == '#' || line.ptr[i] == ';') && (i == 0 || is_blank(line.ptr[i - 1])))
			return str_slice(line, 0, i);
	return line;
}

static void add_entry(Ini *ini, Str section, Str key, Str value)
{
	if (ini->count == ini->capacity) {
		ini->capacity = ini->capacity ? ini->capacity * 2 : 16;
		ini->entries = bg_reallocarray(ini->entries, ini->capacity, sizeof *ini->entries);
	}
	ini->entries[ini->count++] = (IniEntry){ str_dup(section), str_dup(key), str_dup(value) };
}

static Str unquote(Str text)
{
	text = str_trim(text);
	bool quoted = text.len >= 2 && (text.ptr[0] == '"' || text.ptr[0] == '\'') && text.ptr[text.len - 1] == text.ptr[0];
	return quoted ? str_slice(text, 1, text.len - 2) : text;
}

/* "profile \"a b\"" -> "profile a b": one spelling for look-ups. */
static char *section_name(Str inside)
{
	Str text = str_trim(inside);
	if (!str_starts(text, "profile") || text.len < 8 || !is_blank(text.ptr[7]))
		return str_dup(unquote(text));
	Str name = unquote(str_slice(text, 8, text.len - 8));
	return bg_asprintf("profile %.*s", STR_ARG(name));
}

void ini_parse(Str text, Ini *ret_ini)
{
	Ini ini = { 0 };
	AUTO_FREE char *section = NULL;
	bool in_subsection = false;
	for (Str rest = text, line; str_next_line(&rest, &line);) {
		bool indented = line.len && is_blank(line.ptr[0]);
		Str content = str_trim(cut_comment(line));
		if (!content.len)
			continue;
		if (content.ptr[0] == '[' && content.ptr[content.len - 1] == ']') {
			free(section);
			section = section_name(str_slice(content, 1, content.len - 2));
			in_subsection = false;
			add_entry(&ini, str_from(section), STR(""), STR(""));
			continue;
		}
		ptrdiff_t equals = str_find_char(content, '=');
		if (!section || equals <= 0 || (indented && in_subsection))
			continue;
		Str key = str_trim(str_slice(content, 0, (size_t) equals));
		Str value = str_trim(str_slice(content, (size_t) equals + 1, content.len));
		in_subsection = !value.len;
		add_entry(&ini, str_from(section), key, value);
	}
	*ret_ini = ini;
}

const char *ini_find(const Ini *ini, const char *section, const char *key)
{
	for (size_t i = ini->count; i-- > 0;)
		if (text_eq(ini->entries[i].section, section) && text_eq(ini->entries[i].key, key) && *ini->entries[i].value)
			return ini->entries[i].value;
	return NULL;
}

bool ini_has_section(const Ini *ini, const char *section)
{
	for (size_t i = 0; i < ini->count; i++)
		if (text_eq(ini->entries[i].section, section))
			return true;
	return false;
}

void ini_clear(Ini *ini)
{
	for (size_t i = 0; i < ini->count; i++) {
		free(ini->entries[i].section);
		free(ini->entries[i].key);
		wiped_free_text(ini->entries[i].value);
	}
	free(ini->entries);
	*ini = (Ini){ 0 };
}
