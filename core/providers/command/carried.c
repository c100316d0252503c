/* carried.c: see carried.h. The state is kept as NAME=value entries separated by NUL, the folder first: no shell reads it again. */
#include "core/providers/command/carried.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/buf.h"
#include "core/base/file.h"
#include "core/transport/process.h"

#define CARRIED_MAX (1024 * 1024)

static char *state_path(const char *state_folder) { return path_join(state_folder, "carried"); }

static void add_path(const StrList *folders, StrList *ret) {
	AUTO_FREE char *first = strlist_join(folders, ":");
	const char *usual = process_environment_get(strlist_argv(ret), "PATH");
	AUTO_FREE char *path = bg_asprintf("%s%s%s", first, usual && *usual ? ":" : "", usual ? usual : "");
	process_environment_set(ret, "PATH", path);
}

static void start_fresh(const Environment *environment, Carried *carried) {
	const char *home = environment && environment->command_home ? environment->command_home : "";
	process_environment(NULL, &carried->environment);
	if (environment && environment->command_path.count)
		add_path(&environment->command_path, &carried->environment);
	if (*home)
		process_environment_set(&carried->environment, "HOME", home);
	else
		home = getenv("HOME");
	carried->folder = bg_strdup(home && *home == '/' ? home : "/");
}

bool carried_load(const Environment *environment, const char *state_folder, Carried *ret_carried, Error *err) {
	AUTO_CLEAR(Carried) carried = {0};
	AUTO_FREE char *path = state_folder ? state_path(state_folder) : NULL;
	if (!path || !file_exists(path)) {
		start_fresh(environment, ret_carried);
		return true;
	}
	AUTO_CLEAR(Buf) text = {0};
	if (!file_read(path, CARRIED_MAX, &text, err))
		return error_what(err, "read what earlier commands left");
	Str rest = buf_str(&text), entry;
	while (str_split(&rest, '\0', &entry)) {
		if (!carried.folder)
			carried.folder = str_dup(entry);
		else if (entry.len)
			strlist_add_str(&carried.environment, entry);
	}
	if (!carried.folder)
		return error_set(err, ERROR_PROTOCOL, "what earlier commands left is empty");
	*ret_carried = carried;
	carried = (Carried){0};
	return true;
}

/* One value as `export -p` quotes it: 'it'\''s' (dash) or "it's" with backslashes (bash as sh). Advances over it. */
static bool take_quoted(Str *rest, Buf *value) {
	char quote = '\0';
	while (rest->len) {
		char c = *rest->ptr;
		if (!quote && c == '\n')
			break;
		*rest = str_slice(*rest, 1, rest->len - 1);
		if (quote && c == quote)
			quote = '\0';
		else if (!quote && (c == '\'' || c == '"'))
			quote = c;
		else if (c == '\\' && quote != '\'' && rest->len) {
			buf_putc(value, *rest->ptr);
			*rest = str_slice(*rest, 1, rest->len - 1);
		} else
			buf_putc(value, c);
	}
	if (rest->len)
		*rest = str_slice(*rest, 1, rest->len - 1);
	return quote == '\0';
}

static bool is_name(Str name) {
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (i && c >= '0' && c <= '9')))
			return false;
	}
	return name.len > 0;
}

static void take_export(Str *rest, Buf *out) {
	ptrdiff_t equals = str_find_char(*rest, '='), newline = str_find_char(*rest, '\n');
	if (equals < 0 || (newline >= 0 && newline < equals)) {   /* exported without a value */
		Str line;
		(void) str_next_line(rest, &line);
		return;
	}
	Str name = str_slice(*rest, 0, (size_t) equals);
	*rest = str_slice(*rest, (size_t) equals + 1, rest->len - (size_t) equals - 1);
	AUTO_CLEAR(Buf) value = {0};
	bool whole = take_quoted(rest, &value);
	bool own = str_eq_c(name, "BREAKGLASS_COMMAND") || str_eq_c(name, "PWD") || str_eq_c(name, "OLDPWD") || str_eq_c(name, "_");
	if (!whole || own || !is_name(name) || (value.len && memchr(value.data, '\0', value.len)))
		return;
	buf_put_str(out, name);
	buf_putc(out, '=');
	buf_puts(out, buf_text(&value));
	buf_putc(out, '\0');
}

bool carried_save(const char *state_folder, Str left, Error *err) {
	AUTO_CLEAR(Buf) out = {0};
	Str rest = left, folder;
	if (!state_folder || !str_next_line(&rest, &folder) || !folder.len || *folder.ptr != '/' || memchr(folder.ptr, '\0', folder.len))
		return error_set(err, ERROR_PROTOCOL, "the command left no folder: it ended its own shell");
	buf_put_str(&out, folder);
	buf_putc(&out, '\0');
	while (rest.len) {
		static const char *const PREFIXES[] = {"export ", "declare -x "};
		bool known = false;
		for (size_t i = 0; i < BG_LENGTH(PREFIXES) && !known; i++) {
			known = str_starts(rest, PREFIXES[i]);
			if (known)
				rest = str_slice(rest, strlen(PREFIXES[i]), rest.len);
		}
		Str line;
		if (known)
			take_export(&rest, &out);
		else
			(void) str_next_line(&rest, &line);
	}
	AUTO_FREE char *path = state_path(state_folder);
	return file_write_atomic(path, out.data, out.len, 0600, err);
}

void carried_clear(Carried *carried) {
	strlist_clear(&carried->environment);
	free(carried->folder);
	*carried = (Carried){0};
}
