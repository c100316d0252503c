/* command.c: what every subcommand needs: its words and flags, the environment, the engine. */
#include "core/commands/command.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/commands/badge.h"
#include "core/commands/record_held.h"

#define ASK_DEADLINE_MS 15000

const char *command_word(const Command *command, size_t index) {
	return index < command->words.count ? command->words.items[index] : NULL;
}

const char *command_flag(const Command *command, const char *name) { return json_get_string(command->flags, name); }
bool command_has(const Command *command, const char *name) { return json_get(command->flags, name) != NULL; }

char *command_text(const Command *command, size_t index) {
	Buf text = {0};
	for (size_t i = index; i < command->words.count; i++)
		buf_printf(&text, "%s%s", i > index ? " " : "", command->words.items[i]);
	return buf_take(&text);
}

/* ---- environment and engine ---- */

static char *find_environment(const Command *command) {
	if (command->env_flag)
		return bg_strdup(command->env_flag);
	const char *given = getenv("BREAKGLASS_ENV");
	if (given && *given)
		return bg_strdup(given);
	static const char *const PLACES[] = {"environment.yaml", "~/.config/breakglass/environment.yaml",
		"/etc/breakglass/environment.yaml"};
	for (size_t i = 0; i < BG_LENGTH(PLACES); i++) {
		AUTO_FREE char *path = path_expand_home(PLACES[i]);
		if (file_exists(path))
			return TAKE(path);
	}
	return NULL;
}

bool command_environment(Command *command, Error *err) {
	if (command->environment)
		return true;
	AUTO_FREE char *path = find_environment(command);
	if (!path) {
		error_set(err, ERROR_MISSING, "no environment file was found");
		error_where(err, "./environment.yaml, ~/.config/breakglass/, /etc/breakglass/");
		return error_hint(err, "give one with --env FILE; to practise without any: breakglass try");
	}
	if (!environment_load(path, &command->environment, err))
		return false;
	char absolute[PATH_MAX];
	command->environment_path = bg_strdup(realpath(path, absolute) ? absolute : path);
	return true;
}

bool command_client(Command *command, bool start, Error *err) {
	if (command->client)
		return true;
	if (!command_environment(command, err))
		return false;
	ClientOptions options = {.environment_path = command->environment_path, .environment_name = command->environment->name,
		.environment_group = command->environment->group,
		.state = command->state, .self = command->self, .start_engine = start};
	if (!client_open(&options, &command->client, err))
		return false;
	record_tell_held(command);
	return !command->as || command_badge(command, command->as, err);
}

bool command_run(Command *command, const Run **ret_run, Error *err) {
	if (!command_client(command, true, err))
		return false;
	const ClientModel *model = client_model(command->client);
	*ret_run = !model->incident ? NULL : command->run_id ? incident_find_run(model->incident, command->run_id) : incident_current_run(model->incident);
	if (*ret_run)
		return true;
	if (model->incident && command->run_id) {
		error_set(err, ERROR_MISSING, "there is no run %s", command->run_id);
		return error_hint(err, "breakglass timeline names them, as r1");
	}
	error_set(err, ERROR_MISSING, model->incident ? "no procedure is being walked" : "no incident is declared");
	return error_hint(err, model->incident ? "breakglass start PROCEDURE" : "breakglass declare TITLE, then breakglass start PROCEDURE");
}

bool command_ask(Command *command, AskName name, Json *args, Json **ret_data, Error *err) {
	if (!command_client(command, true, err)) {
		json_free(args);
		return false;
	}
	bool ok = client_ask_wait(command->client, name, args, ASK_DEADLINE_MS, ret_data, err);
	/* It was taken, but may be in memory only. */
	record_tell_held(command);
	return ok;
}

/* ---- output ---- */

int command_failed(const Error *err) {
	AUTO_CLEAR(Buf) text = {0};
	buf_puts(&text, "breakglass: ");
	if (*err->what)
		buf_printf(&text, "%s: ", err->what);
	buf_puts(&text, err->why);
	if (*err->where)
		buf_printf(&text, " (%s)", err->where);
	AUTO_FREE char *line = text_sanitised_line(buf_text(&text));
	AUTO_FREE char *hint = text_sanitised_line(err->hint);
	fprintf(stderr, "%s\n", line);
	if (*hint)
		fprintf(stderr, "  %s\n", hint);
	return EXIT_FAILED;
}

int command_usage(const Command *command, const char *why) {
	AUTO_FREE char *line = text_sanitised_line(why);
	fprintf(stderr, "breakglass %s: %s\nusage: breakglass %s %s\n  breakglass %s --help tells more\n", command->row->name, line,
		command->row->name, command->row->arguments, command->row->name);
	return EXIT_USAGE;
}

/* A character that a terminal obeys or a reader is fooled by; below 0x20, JSON has escaped it already. */
static bool is_harmless(Str character, uint32_t code_point) {
	AUTO_CLEAR(Buf) clean = {0};
	if (code_point < 0x7F)
		return true;
	text_sanitise(character, SANITISE_LINE, &clean);
	return str_eq(buf_str(&clean), character);
}

void command_print_json(const Json *json) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO_CLEAR(Buf) out = {0};
	uint32_t c;
	json_write_pretty(json, &text);
	for (Str rest = buf_str(&text), before = rest; utf8_next(&rest, &c); before = rest) {
		Str character = str_slice(before, 0, before.len - rest.len);
		if (is_harmless(character, c))
			buf_put_str(&out, character);
		else if (c < 0x10000)
			buf_printf(&out, "\\u%04x", c);
		else
			buf_printf(&out, "\\u%04x\\u%04x", 0xD800 + ((c - 0x10000) >> 10), 0xDC00 + ((c - 0x10000) & 0x3FF));
	}
	puts(buf_text(&out));
}

void command_print(const char *format, ...) {
	va_list args;
	va_start(args, format);
	AUTO_FREE char *raw = bg_vasprintf(format, args);
	va_end(args);
	AUTO_CLEAR(Buf) clean = {0};
	text_sanitise(str_from(raw), SANITISE_BLOCK, &clean);
	fputs(buf_text(&clean), stdout);
}
