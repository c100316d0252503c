/* engine.c: status, start and stop of the process that owns the journal, and what it holds in memory. */
#include <stdio.h>

#include "core/commands/command.h"
#include "core/commands/record_held.h"
#include "core/commands/rows.h"

/* ---- what holds for each process ---- */

#define CORE_NOT_KNOWN (-2)   /* -1: no limit */

static void put(Buf *line, const char *text) { buf_printf(line, "%s%s", line->len ? ", " : "", text); }

/* What the kernel did not tell is not claimed either way. */
static void put_bool(Buf *line, const Json *process, const char *key, const char *yes, const char *no, const char *not_known) {
	put(line, !json_is_bool(json_get(process, key)) ? not_known : json_get_bool(process, key, false) ? yes : no);
}

static void put_names(Buf *line, const Json *names) {
	const char *separator = "";
	JSON_EACH(name, names) {
		buf_printf(line, "%s%s", separator, json_string(name));
		separator = ", ";
	}
}

static void put_landlock(Buf *line, const Json *process) {
	const Json *landlock = json_get(process, "landlock"), *writes = json_get(landlock, "writes");
	int64_t abi = json_get_int(landlock, "abi", 0);
	if (!abi) {
		put(line, "no Landlock");
		return;
	}
	buf_printf(line, ", Landlock %lld: writes %s", (long long) abi, json_count(writes) ? "only in " : "nowhere");
	put_names(line, writes);
}

static void print_process(const Json *process) {
	AUTO_CLEAR(Buf) line = {0};
	const char *seccomp = json_get_string(process, "seccomp"), *what = json_get_string(process, "what");
	put_bool(&line, process, "no_new_privs", "no new privileges", "NEW PRIVILEGES POSSIBLE", "new privileges not known");
	buf_printf(&line, ", seccomp %s", seccomp ? seccomp : "not known");
	int64_t core = json_get_int(process, "core_limit", CORE_NOT_KNOWN);
	put(&line, core == 0 ? "no core file" : core == CORE_NOT_KNOWN ? "core limit not known" : "CORE FILES");
	if (json_get(process, "landlock")) {
		put_bool(&line, process, "dumpable", json_get_bool(process, "sanitizer", false) ? "traceable (sanitized build)" : "TRACEABLE", "not traceable",
			"traceable not known");
		put_landlock(&line, process);
	} else {
		put(&line, "it has not told the rest yet");
	}
	command_print("%-7s %lld%s%s: %s\n", json_get_string_or(process, "role", "?"), (long long) json_get_int(process, "pid", 0), what ? " " : "",
		what ? what : "", buf_text(&line));
	const Json *programs = json_get(process, "programs");
	AUTO_CLEAR(Buf) names = {0};
	put_names(&names, programs);
	if (names.len)
		command_print("        starts programs, which may write: %s\n", buf_text(&names));
}

static void print_processes(const Json *data) {
	JSON_EACH(process, json_get(data, "processes"))
		print_process(process);
	command_print("this kernel's Landlock ABI: %lld\n", (long long) json_get_int(data, "landlock_abi", 0));
}

/* ---- status, start, stop ---- */

static int print_status(Command *command) {
	const ClientModel *model = client_model(command->client);
	const Incident *incident = model->incident;
	AUTO(Json) *data = NULL;
	Error err = {0};
	if (!command_ask(command, ASK_PROCESSES, NULL, &data, &err))
		return command_failed(&err);
	if (command->json) {
		AUTO(Json) *json = json_new_object();
		json_add_int(json, "pid", model->engine_pid);
		json_add_string(json, "environment", model->environment_name);
		json_add_string(json, "incident", incident ? incident->id : NULL);
		json_add_string(json, "state_folder", model->state_folder);
		json_add_int(json, "consoles", (int64_t) model->people_count);
		json_add(json, "landlock_abi", json_copy(json_get(data, "landlock_abi")));
		json_add(json, "processes", json_copy(json_get(data, "processes")));
		json_add(json, "not_on_disk", record_held_json(command));
		command_print_json(json);
		return EXIT_OK;
	}
	command_print("engine of %s: pid %lld, %zu consoles\nincident: %s\nkept in: %s\n", model->environment_name,
		(long long) model->engine_pid, model->people_count, incident ? incident->id : "none", model->state_folder);
	print_processes(data);
	record_print_held(command);
	return EXIT_OK;
}

static bool gone(const ClientModel *model, void *userdata) {
	(void) userdata;
	return !model->connected;
}

/* The records that are in memory only: to be read, or with --json as the lines of the journal that they would be, to be kept elsewhere. */
static int print_held(Command *command) {
	Error err = {0};
	AUTO(Json) *data = NULL;
	AUTO_CLEAR(StrList) lines = {0};
	AUTO_CLEAR(Report) report = {0};
	if (!command_client(command, false, &err) || !record_held_lines(command, &lines, &data, &err))
		return command_failed(&err);
	for (size_t i = 0; command->json && i < lines.count; i++)
		puts(lines.items[i]);   /* to the byte: their digests are chained */
	if (command->json)
		return EXIT_OK;
	if (!lines.count)
		command_print("nothing is held in memory: all is on disk\n");
	else if (!report_read_on(json_get_string_or(data, "folder", ""), &lines, &report, &err))
		return command_failed(&err);
	for (size_t i = report.count - (lines.count < report.count ? lines.count : report.count); i < report.count; i++)
		record_print_line(&report.lines[i]);
	return EXIT_OK;
}

/* What goes with the engine is printed before: then it is on this terminal at least. */
static int stop(Command *command) {
	Error err = {0}, waited = {0};
	bool force = command_has(command, "force");
	if (!command_client(command, false, &err))
		return command_failed(&err);
	bool held = client_model(command->client)->held.records > 0;
	if (held && force) {
		fputs("These records were in memory only and are lost with the engine:\n", stdout);
		BG_IGNORE(print_held(command) == EXIT_OK);
	}
	Json *args = json_new_object();
	json_add_bool(args, "force", force);
	if (!command_ask(command, ASK_STOP, args, NULL, &err)) {
		int status = command_failed(&err);
		if (held && !force)
			BG_IGNORE(print_held(command) == EXIT_OK);
		return status;
	}
	if (!client_wait(command->client, gone, NULL, 5000, &waited))
		return command_failed(&waited);
	command_print("stopped; workers that still run go on, and the next engine takes up what they leave\n");
	return EXIT_OK;
}

int run_engine(Command *command) {
	Error err = {0};
	const char *verb = command_word(command, 0);
	if (text_eq(verb, "status") || text_eq(verb, "start")) {
		if (!command_client(command, text_eq(verb, "start"), &err))
			return command_failed(&err);
		return print_status(command);
	}
	if (text_eq(verb, "held"))
		return print_held(command);
	if (!text_eq(verb, "stop"))
		return command_usage(command, "status, start, held or stop");
	return stop(command);
}
