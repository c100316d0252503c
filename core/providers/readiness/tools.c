/* tools.c: is each program that a playbook's commands name on PATH here, and which version is it? */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/providers/readiness/path.h"
#include "core/providers/readiness/readiness.h"
#include "core/transport/process.h"

#define VERSION_MS 5000
#define VERSION_BYTES 4096
#define VERSION_SHOWN 60
#define WORD_MAX 64

/* How a tool is asked for its version; only these are started. Each was looked up in the tool's own help. */
static const struct { const char *name, *arg, *more; } VERSIONS[] = {
	{"ansible", "--version", NULL}, {"aws", "--version", NULL}, {"az", "--version", NULL}, {"curl", "--version", NULL}, {"docker", "--version", NULL},
	{"fly", "--version", NULL}, {"git", "--version", NULL}, {"gh", "--version", NULL}, {"helm", "version", "--short"}, {"inv", "--version", NULL},
	{"jq", "--version", NULL}, {"kubectl", "version", "--client"}, {"make", "--version", NULL}, {"psql", "--version", NULL}, {"python3", "--version", NULL},
	{"rsync", "--version", NULL}, {"ssh", "-V", NULL}, {"terraform", "version", NULL}, {"tofu", "version", NULL},
};

/* Words that a shell knows by itself, or that stand before the command. Sorted. */
static const char *const SHELL_WORDS[] = {
	"!", ".", ":", "[", "[[", "alias", "break", "case", "cd", "command", "continue", "declare", "do", "done", "echo", "elif", "else", "esac", "eval", "exec",
	"exit", "export", "false", "fi", "for", "function", "getopts", "hash", "if", "in", "jobs", "kill", "let", "local", "popd", "printf", "pushd", "pwd",
	"read", "readonly", "return", "select", "set", "shift", "source", "test", "then", "time", "times", "trap", "true", "type", "ulimit", "umask", "unset",
	"until", "wait", "while", "{", "}",
};

/* After these the next word is a command, too. */
static const char *const BEFORE_COMMANDS[] = {"!", "do", "elif", "else", "env", "exec", "if", "nohup", "sudo", "then", "time", "until", "while"};

static int compare(const void *a, const void *b) { return strcmp(a, *(const char *const *) b); }
#define IN(table, word) (bsearch(word, table, BG_LENGTH(table), sizeof(*(table)), compare) != NULL)

typedef struct Scan { const char *start, *at; char quote; bool expects; } Scan;

/* Of "2>&1" and "&>file" it is part of a redirection; else a command ends at it. */
static bool ends_command(const Scan *scan) {
	if (*scan->at != '&')
		return strchr("|;(`", *scan->at) != NULL;
	return scan->at[1] != '>' && (scan->at == scan->start || scan->at[-1] != '>');
}

/* A word that is expected to be a command: *ret_len bytes of it; assignments are none. */
static bool take_word(Scan *scan, char word[static WORD_MAX]) {
	size_t len = strcspn(scan->at, " \t\n|;&()`'\"");
	Str found = {scan->at, len};
	scan->at += len;
	if (str_find_char(found, '=') > 0)
		return false;
	snprintf(word, WORD_MAX, "%.*s", len < WORD_MAX ? (int) len : 0, found.ptr);
	scan->expects = IN(BEFORE_COMMANDS, word);
	return true;
}

/* The next word of the line that a shell would take for a command; false at its end. */
static bool next_command(Scan *scan, char word[static WORD_MAX]) {
	while (*scan->at && *scan->at != '\n') {
		char c = *scan->at;
		if (scan->quote) {
			scan->quote = c == scan->quote ? 0 : scan->quote;
		} else if (c == '\'' || c == '"') {
			scan->quote = c;
			scan->expects = false;
		} else if (c == '#' && (scan->at == scan->start || isspace((unsigned char) scan->at[-1]))) {
			return false;
		} else if (ends_command(scan)) {
			scan->expects = true;
		} else if (scan->expects && c != ')' && !isspace((unsigned char) c)) {
			if (take_word(scan, word))
				return true;
			continue;
		}
		scan->at++;
	}
	return false;
}

static bool is_name(const char *word) {
	for (const char *c = word; *c; c++)
		if (!isalnum((unsigned char) *c) && !strchr("-_.+", *c))
			return false;
	return *word && *word != '-' && !isdigit((unsigned char) *word);
}

static char *version_of(const char *name, const char *path) {
	for (size_t i = 0; i < BG_LENGTH(VERSIONS); i++) {
		if (!text_eq(VERSIONS[i].name, name))
			continue;
		char *argv[] = {(char *) (uintptr_t) path, (char *) (uintptr_t) VERSIONS[i].arg, (char *) (uintptr_t) VERSIONS[i].more, NULL};
		ProcessRequest request = {.argv = argv, .deadline_ms = VERSION_MS, .max_output = VERSION_BYTES};
		AUTO_CLEAR(ProcessResult) result = {0};
		if (!process_run(&request, &result, NULL))
			return bg_strdup("does not tell its version");
		Str said = buf_str(result.out.len ? &result.out : &result.err);
		ptrdiff_t end = str_find_char(said, '\n');
		AUTO_FREE char *line = bg_strndup(said.ptr ? said.ptr : "", end < 0 ? said.len : (size_t) end);
		AUTO_FREE char *clean = text_sanitised_line(line);
		return bg_asprintf("%.*s", VERSION_SHOWN, clean);
	}
	return NULL;
}

static void look_at_word(Readiness *readiness, const Playbook *playbook, const StepCommand *command, const ShellLine *line, const char *word) {
	if (IN(SHELL_WORDS, word) || IN(BEFORE_COMMANDS, word) || !is_name(word))
		return;
	AUTO_FREE char *path = readiness_find_program(readiness->environment, word);
	AUTO_FREE char *place = readiness_place(playbook, line->line);
	AUTO_FREE char *version = path && readiness->may_start ? version_of(word, path) : NULL;
	bool needed = !command->optional && !command->offer && !command->example;
	if (path)
		readiness_found(readiness, READING_OK, place, NULL, "%s is %s%s%s", word, path, version ? ": " : "", version ? version : "");
	else
		readiness_found(readiness, needed ? READING_FAIL : READING_WARN, place, "install it here, or name its folder in the environment file: commands: { path: [..] }",
			"%s is not on PATH", word);
}

/* Only the first line of what goes on over several: the rest is arguments, or the body of a here-document. */
static void look_at_line(Readiness *readiness, const Playbook *playbook, const StepCommand *command, const ShellLine *line) {
	char word[WORD_MAX];
	Scan scan = {line->text, line->text, 0, true};
	while (next_command(&scan, word))
		look_at_word(readiness, playbook, command, line, word);
}

/* What a system cannot do without: its own `program`, or the one that its provider names. */
static void look_at_system(Readiness *readiness, const EnvironmentSystem *system) {
	const Provider *provider = provider_find(system->provider);
	const char *name = provider && provider->system_program ? provider->system_program(system) : NULL;
	const Json *given = json_get(system->settings, "program");
	if (!name || strchr(name, ' '))
		return;   /* none, or one that only a profile names: told with the credentials */
	Str words = str_from(json_string(given)), first;
	AUTO_FREE char *split = json_string(given) && str_split(&words, ' ', &first) ? str_dup(first) : NULL;
	const char *listed = json_string(json_at(given, 0)), *word = split ? split : listed ? listed : name;
	AUTO_FREE char *path = readiness_find_program(NULL, word);
	AUTO_FREE char *place = bg_asprintf("%s:%d", readiness->environment->path, system_setting_place(system, "program").line);
	AUTO_FREE char *version = path && readiness->may_start ? version_of(path_base(word), path) : NULL;
	if (path)
		readiness_found(readiness, READING_OK, place, NULL, "%s of %s is %s%s%s", word, system->name, path, version ? ": " : "", version ? version : "");
	else
		readiness_found(readiness, READING_FAIL, place, "install it where PATH of the console finds it, or correct program: of the system", "%s of %s is not on PATH", word, system->name);
}

static bool runs_here(const StepCommand *command) {
	return command->kind == CODE_SHELL && command->runnable && command->step && !command_is_elsewhere(command);
}

static bool wants_recording(const StepCommand *command) {
	bool terminal = command->terminal;
	for (size_t i = 0; i < command->line_count; i++)
		terminal = terminal || command->lines[i].needs_terminal;
	return terminal && !command->unrecorded;
}

/* What runs in somebody's terminal runs without it, too; then nobody can read afterwards what was seen there. */
static void look_at_script(Readiness *readiness, const Playbook *playbook, const StepCommand *command) {
	AUTO_FREE char *path = readiness_find_program(readiness->environment, "script");
	AUTO_FREE char *place = readiness_place(playbook, command->line);
	if (path)
		readiness_found(readiness, READING_OK, place, NULL, "script is %s: it records commands that want a terminal", path);
	else
		readiness_found(readiness, READING_WARN, place, "install script of util-linux (Debian: bsdutils)", "script is not on PATH: commands that want a terminal run, and are not recorded");
}

void readiness_tools(Readiness *readiness) {
	for (size_t i = 0; i < readiness->environment->system_count; i++)
		look_at_system(readiness, &readiness->environment->systems[i]);
	bool asked = false;
	for (size_t i = 0; i < readiness->playbook_count; i++) {
		const Playbook *playbook = readiness->playbooks[i];
		for (size_t c = 0; c < playbook->command_count; c++) {
			for (size_t l = 0; runs_here(playbook->commands[c]) && l < playbook->commands[c]->line_count; l++)
				look_at_line(readiness, playbook, playbook->commands[c], &playbook->commands[c]->lines[l]);
			if (asked || !runs_here(playbook->commands[c]) || !wants_recording(playbook->commands[c]))
				continue;
			asked = true;
			look_at_script(readiness, playbook, playbook->commands[c]);
		}
	}
}
