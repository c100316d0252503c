/* record.c: incidents, timeline, ledger, sitrep, report: reading the record. They need no engine, but
 * one that runs is asked for what it holds in memory. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/zone.h"
#include "core/commands/board.h"
#include "core/commands/command.h"
#include "core/commands/record_folder.h"
#include "core/commands/record_held.h"
#include "core/commands/rows.h"
#include "core/report/report.h"

/* ---- lists ---- */

int run_incidents(Command *command) {
	Error err = {0};
	AUTO_CLEAR(StrList) names = {0};
	if (!record_list(command, &names, &err))
		return command_failed(&err);
	AUTO(Json) *list = json_new_array();
	for (size_t i = names.count; i-- > 0;) {
		AUTO_CLEAR(Report) report = {0};
		Error why = {0};
		bool ok = record_load(command, names.items[i], &report, &why);
		Json *item = json_append(list, json_new_object());
		json_add_string(item, "incident", names.items[i]);
		json_add_string(item, "title", ok ? report.incident->title : NULL);
		json_add_bool(item, "drill", ok && report.incident->drill);
		json_add_string(item, "state", ok ? incident_phase_name(report.incident->phase) : "unreadable");
		json_add_int(item, "records", ok ? report.incident->seq : 0);
		if (!command->json)
			command_print("%-10s %s  %s%s\n", ok ? incident_phase_name(report.incident->phase) : "unreadable",
				names.items[i],
				ok && report.incident->drill ? "DRILL " : "", ok && report.incident->title ? report.incident->title
				: why.why);
	}
	if (command->json)
		command_print_json(list);
	else if (!names.count)
		command_print("no incident yet: breakglass declare TITLE begins one, breakglass try practises\n");
	return EXIT_OK;
}

/* {"timeline": [..], "not_on_disk": null or what is held}: a part of the record, and whether it stands there already. */
static void print_part(const Command *command, const Json *whole, const char *name) {
	AUTO(Json) *json = json_new_object();
	json_add(json, name, json_copy(json_get(whole, name)));
	json_add(json, "not_on_disk", record_held_json(command));
	command_print_json(json);
}

int run_timeline(Command *command) {
	Error err = {0};
	AUTO_CLEAR(Report) report = {0};
	if (!record_load(command, NULL, &report, &err))
		return command_failed(&err);
	int64_t last = 0;
	if (command_has(command, "last") && !str_parse_int(str_from(command_flag(command, "last")), &last))
		return command_usage(command, "--last wants a number");
	last = last < 0 ? 0 : last;
	if (command->json) {
		AUTO(Json) *whole = report_json(&report);
		print_part(command, whole, "timeline");
		return EXIT_OK;
	}
	for (size_t i = last && (uint64_t) last < report.count ? report.count - (size_t) last : 0; i < report.count; i++)
		record_print_line(&report.lines[i]);
	return EXIT_OK;
}

int run_ledger(Command *command) {
	Error err = {0};
	AUTO_CLEAR(Report) report = {0};
	if (!record_load(command, NULL, &report, &err))
		return command_failed(&err);
	if (command->json) {
		AUTO(Json) *whole = incident_to_json(report.incident);
		print_part(command, whole, "ledger");
		return EXIT_OK;
	}
	record_print_held(command);
	for (size_t i = 0; i < report.incident->ledger_count; i++) {
		const LedgerItem *item = &report.incident->ledger[i];
		char opened[ZONE_BOTH_SIZE], closed[ZONE_BOTH_SIZE];
		command_print("%-7s %-20s opened %s by %s%s%s\n", item->open ? item->doubtful ? "OPEN?" : "OPEN" : "closed",
			item->name,
			zone_clock(item->opened, wall_now(), opened), item->opened_who ? item->opened_who : "-", item->open ? ""
			: ", closed ",
			item->open ? "" : zone_clock(item->closed, wall_now(), closed));
	}
	if (!report.incident->ledger_count)
		command_print("nothing was broken open in this incident\n");
	return EXIT_OK;
}

/* ---- documents ---- */

/* As a note of the record: so it is posted in its turn, once, and everybody can read later what was said. */
static int post_sitrep(Command *command, const char *text) {
	Error err = {0};
	AUTO(Json) *data = NULL;
	Json *args = json_new_object();
	json_add_string(args, "text", text);
	json_add_string(args, "as", "sitrep");
	if (!command_ask(command, ASK_NOTE, args, &data, &err))
		return command_failed(&err);
	command_print("it is posted in its turn; the reading announcements tells when it is\n");
	return EXIT_OK;
}

int run_sitrep(Command *command) {
	Error err = {0};
	AUTO_CLEAR(Report) report = {0};
	if (!record_load(command, NULL, &report, &err))
		return command_failed(&err);
	AUTO_CLEAR(Buf) text = {0};
	/* The record alone only knows how things were when it was last written. */
	if (!board_live_sitrep(command, report.incident->id, &text))
		report_sitrep_of(&report, wall_now(), &text);
	if (command_flag(command, "post"))
		return post_sitrep(command, buf_text(&text));
	if (command->json) {
		AUTO(Json) *json = json_new_object();
		json_add_string(json, "incident", report.incident->id);
		json_add_string(json, "text", buf_text(&text));
		json_add(json, "not_on_disk", record_held_json(command));
		command_print_json(json);
		return EXIT_OK;
	}
	record_print_held(command);
	fputs(buf_text(&text), stdout);
	return EXIT_OK;
}

int run_report(Command *command) {
	Error err = {0};
	AUTO_CLEAR(Report) report = {0};
	const char *format = command_flag(command, "format");
	if (!record_load(command, command_word(command, 0), &report, &err) || !report_verify(&report, &err))
		return command_failed(&err);
	if (command->json || text_eq(format, "json")) {
		AUTO(Json) *json = report_json(&report);
		json_add(json, "not_on_disk", record_held_json(command));
		command_print_json(json);
		return EXIT_OK;
	}
	if (format && !text_eq(format, "md") && !text_eq(format, "html"))
		return command_usage(command, "--format is md, html or json");
	AUTO_CLEAR(Buf) text = {0};
	if (text_eq(format, "html"))
		report_html(&report, wall_now(), &text);
	else
		report_markdown(&report, &text);
	fputs(buf_text(&text), stdout);
	return EXIT_OK;
}
