/* record_held.c: see record_held.h. */
#include "core/commands/record_held.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/zone.h"
#include "core/commands/record_folder.h"

static const ClientHeld *held_of(const Command *command) {
	return command->client && client_model(command->client)->held.troubled ? &client_model(command->client)->held : NULL;
}

void record_tell_held(Command *command) {
	const char *banner = command->client ? client_model(command->client)->banner : NULL;
	if (!banner || text_eq(command->told_banner, banner))
		return;
	AUTO_FREE char *line = text_sanitised_line(banner);
	fprintf(stderr, "breakglass: %s\n", line);
	free(command->told_banner);
	command->told_banner = bg_strdup(banner);
}

void record_print_held(const Command *command) {
	const ClientHeld *held = held_of(command);
	AUTO_CLEAR(Buf) words = {0};
	/* On a terminal it stands there already. */
	if (!held || (isatty(STDOUT_FILENO) && isatty(STDERR_FILENO)))
		return;
	held_words(held, wall_now(), false, &words);
	command_print("%s\n", buf_text(&words));
}

Json *record_held_json(const Command *command) {
	const ClientHeld *held = held_of(command);
	return held ? held_to_json(held) : json_new_null();
}

bool record_held_lines(Command *command, StrList *ret_lines, Json **ret_data, Error *err) {
	AUTO(Json) *data = NULL;
	if (!command_ask(command, ASK_HELD, NULL, &data, err))
		return false;
	JSON_EACH(line, json_get(data, "lines"))
		strlist_add(ret_lines, json_string(line));
	*ret_data = TAKE(data);
	return true;
}

/* Where the record stands whose end is only held; NULL: nothing is held of the one that is meant. */
static char *held_folder(const Json *data, const char *name) {
	const char *folder = json_get_string(data, "folder"), *id = json_get_string(data, "incident");
	bool meant = !name || text_eq(name, id) || text_eq(name, folder);
	return folder && json_count(json_get(data, "lines")) && meant ? bg_strdup(folder) : NULL;
}

bool record_load(Command *command, const char *name, Report *ret_report, Error *err) {
	AUTO_CLEAR(StrList) lines = {0};
	AUTO(Json) *data = NULL;
	AUTO_FREE char *folder = NULL;
	Error nobody = {0};
	/* Without an engine nothing is held, and the record is read all the same. */
	if (!(name && file_is_folder(name)) && command_client(command, false, &nobody) && held_of(command)
		&& record_held_lines(command, &lines, &data, &nobody))
		folder = held_folder(data, name);
	if (folder)
		return report_read_on(folder, &lines, ret_report, err);
	return record_folder(command, name, &folder, err) && report_read(folder, ret_report, err);
}

void record_print_line(const ReportLine *line) {
	char time[WALL_TEXT_SIZE], local[ZONE_TEXT_SIZE];
	bool known = wall_known(line->time), elsewhere = known && zone_offset_minutes(NULL, line->time) != 0;   /* whoever reads it does not live in UTC */
	command_print("%5lld  %.19s%s%s%s  %-14s %s\n", (long long) line->seq, wall_format_iso(line->time, time), known ? "Z" : " ", elsewhere ? " " : "",
		elsewhere ? zone_format(NULL, line->time, local) : "", line->who, line->text);
}

bool record_list(Command *command, StrList *ret_names, Error *err) {
	AUTO_CLEAR(StatePaths) paths = {0};
	AUTO_CLEAR(StrList) names = {0};
	Error nobody = {0};
	if (!record_incidents(command, &paths, err) || !record_names(paths.incidents, &names, err))
		return false;
	const Incident *open = command_client(command, false, &nobody) ? client_model(command->client)->incident : NULL;
	if (open && held_of(command) && !strlist_has(&names, open->id))
		strlist_add(&names, open->id);
	*ret_names = names;
	names = (StrList){0};
	return true;
}
