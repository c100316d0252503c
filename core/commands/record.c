/* record.c: incidents, timeline, ledger, sitrep, verify, report: reading the record. They need no engine. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/commands/command.h"
#include "core/commands/rows.h"
#include "core/engine/incident_file.h"
#include "core/engine/paths.h"
#include "core/report/report.h"

typedef struct Loaded {
	char *folder;
	Incident *model;
	Json *events;            /* [{seq,time,who,how,type,text}] */
	int64_t first_shown;
} Loaded;

static void loaded_clear(Loaded *loaded) {
	free(loaded->folder);
	incident_free(loaded->model);
	json_free(loaded->events);
}
BG_DEFINE_CLEARP(Loaded, loaded_clear)

static bool take_record(void *userdata, const Record *record, Str line, Error *err) {
	(void) line;
	(void) err;
	Loaded *loaded = userdata;
	Event event = record_event(record);
	incident_apply(loaded->model, &event);
	char iso[WALL_TEXT_SIZE];
	AUTO_CLEAR(Buf) text = {0};
	event_describe(&event, loaded->model, &text);
	Json *item = json_append(loaded->events, json_new_object());
	json_add_int(item, "seq", record->seq);
	json_add_string(item, "time", wall_format_iso(record->time, iso));
	json_add_string(item, "who", record->who);
	json_add_string(item, "how", record->how);
	json_add_string(item, "type", record->type);
	json_add_string(item, "text", buf_text(&text));
	return true;
}

static bool incidents_folder(Command *command, StatePaths *ret_paths, Error *err) {
	return command_environment(command, err) && state_paths_init(command->state, command->environment->name, ret_paths, err);
}

/* The folder of an incident: a path as given, or its id below the state folder, or the newest one. */
static bool find_folder(Command *command, const char *name, char **ret_folder, Error *err) {
	if (name && file_is_folder(name)) {
		*ret_folder = bg_strdup(name);
		return true;
	}
	AUTO_CLEAR(StatePaths) paths = {0};
	AUTO_CLEAR(StrList) names = {0};
	if (!incidents_folder(command, &paths, err) || !file_list_folder(paths.incidents, &names, err))
		return false;
	const char *id = name ? name : names.count ? names.items[names.count - 1] : NULL;
	AUTO_FREE char *folder = id ? path_join(paths.incidents, id) : NULL;
	if (folder && file_is_folder(folder)) {
		*ret_folder = TAKE(folder);
		return true;
	}
	error_set(err, ERROR_MISSING, name ? "there is no incident %s" : "there is no incident yet%s", name ? name : "");
	return error_hint(err, "breakglass incidents lists them");
}

static bool load(Command *command, const char *name, Loaded *loaded, Error *err) {
	loaded->model = incident_new();
	loaded->events = json_new_array();
	return find_folder(command, name, &loaded->folder, err) && journal_read(loaded->folder, 1, take_record, loaded, err);
}

/* ---- lists ---- */

int run_incidents(Command *command) {
	Error err = {0};
	AUTO_CLEAR(StatePaths) paths = {0};
	AUTO_CLEAR(StrList) names = {0};
	if (!incidents_folder(command, &paths, &err) || !file_list_folder(paths.incidents, &names, &err))
		return command_failed(&err);
	AUTO(Json) *list = json_new_array();
	for (size_t i = names.count; i-- > 0;) {
		AUTO_CLEAR(Loaded) loaded = {0};
		Error why = {0};
		AUTO_FREE char *folder = path_join(paths.incidents, names.items[i]);
		bool ok = load(command, folder, &loaded, &why);
		Json *item = json_append(list, json_new_object());
		json_add_string(item, "incident", names.items[i]);
		json_add_string(item, "title", ok ? loaded.model->title : NULL);
		json_add_bool(item, "drill", ok && loaded.model->drill);
		json_add_string(item, "state", ok ? incident_phase_name(loaded.model->phase) : "unreadable");
		json_add_int(item, "records", ok ? loaded.model->seq : 0);
		if (!command->json)
			command_print("%-10s %s  %s%s\n", ok ? incident_phase_name(loaded.model->phase) : "unreadable", names.items[i],
				ok && loaded.model->drill ? "DRILL " : "", ok && loaded.model->title ? loaded.model->title : why.why);
	}
	if (command->json)
		command_print_json(list);
	else if (!names.count)
		command_print("no incident yet: breakglass declare TITLE begins one, breakglass try practises\n");
	return EXIT_OK;
}

int run_timeline(Command *command) {
	Error err = {0};
	AUTO_CLEAR(Loaded) loaded = {0};
	if (!load(command, NULL, &loaded, &err))
		return command_failed(&err);
	int64_t last = 0;
	if (command_has(command, "last") && !str_parse_int(str_from(command_flag(command, "last")), &last))
		return command_usage(command, "--last wants a number");
	if (command->json) {
		command_print_json(loaded.events);
		return EXIT_OK;
	}
	JSON_EACH(item, loaded.events) {
		if (last && json_get_int(item, "seq", 0) <= loaded.model->seq - last)
			continue;
		command_print("%5lld  %.19sZ  %-14s %s\n", (long long) json_get_int(item, "seq", 0), json_get_string_or(item, "time", ""),
			json_get_string_or(item, "who", ""), json_get_string_or(item, "text", ""));
	}
	return EXIT_OK;
}

int run_ledger(Command *command) {
	Error err = {0};
	AUTO_CLEAR(Loaded) loaded = {0};
	if (!load(command, NULL, &loaded, &err))
		return command_failed(&err);
	if (command->json) {
		AUTO(Json) *all = incident_to_json(loaded.model);
		command_print_json(json_get(all, "ledger"));
		return EXIT_OK;
	}
	for (size_t i = 0; i < loaded.model->ledger_count; i++) {
		const LedgerItem *item = &loaded.model->ledger[i];
		char opened[WALL_TEXT_SIZE], closed[WALL_TEXT_SIZE];
		command_print("%-7s %-20s opened %s by %s%s%s\n", item->open ? item->doubtful ? "OPEN?" : "OPEN" : "closed", item->name,
			wall_format_clock(item->opened, opened), item->opened_who ? item->opened_who : "-", item->open ? "" : ", closed ",
			item->open ? "" : wall_format_clock(item->closed, closed));
	}
	if (!loaded.model->ledger_count)
		command_print("nothing was broken open in this incident\n");
	return EXIT_OK;
}

/* ---- documents ---- */

int run_sitrep(Command *command) {
	Error err = {0};
	AUTO_CLEAR(Loaded) loaded = {0};
	if (!load(command, NULL, &loaded, &err))
		return command_failed(&err);
	AUTO_CLEAR(Buf) text = {0};
	report_sitrep(loaded.model, wall_now(), &text);
	fputs(buf_text(&text), stdout);
	return EXIT_OK;
}

int run_report(Command *command) {
	Error err = {0};
	AUTO_CLEAR(Loaded) loaded = {0};
	const char *format = command_flag(command, "format");
	if (!load(command, command_word(command, 0), &loaded, &err))
		return command_failed(&err);
	if (command->json || text_eq(format, "json")) {
		AUTO(Json) *json = report_json(loaded.model, loaded.events);
		command_print_json(json);
		return EXIT_OK;
	}
	if (format && !text_eq(format, "md"))
		return command_usage(command, "--format is md or json");
	AUTO_CLEAR(Buf) text = {0};
	report_markdown(loaded.model, loaded.events, &text);
	fputs(buf_text(&text), stdout);
	return EXIT_OK;
}

int run_verify(Command *command) {
	Error err = {0};
	AUTO_FREE char *folder = NULL;
	AUTO_CLEAR(JournalReport) report = {0};
	if (!find_folder(command, command_word(command, 0), &folder, &err) || !journal_verify(folder, &report, &err))
		return command_failed(&err);
	StrList signature_problems = {0};
	bool signatures = verify_signatures(folder, &signature_problems, &err);
	for (size_t i = 0; i < signature_problems.count; i++)
		strlist_add(&report.problems, signature_problems.items[i]);
	strlist_clear(&signature_problems);
	if (!signatures)
		return command_failed(&err);
	for (size_t i = 0; i < report.problems.count; i++)
		command_print("PROBLEM  %s\n", report.problems.items[i]);
	for (size_t i = 0; i < report.notes.count; i++)
		command_print("note     %s\n", report.notes.items[i]);
	command_print("%s: %lld records, head sha256:%s\n", report.problems.count ? "NOT SOUND" : "sound", (long long) report.records, report.head);
	return report.problems.count ? EXIT_FAILED : EXIT_OK;
}
