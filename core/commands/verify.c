/* verify.c: `breakglass verify`: the record as a stranger would check it. core/journal/verify.sh comes to the same verdict. */
#include <errno.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/commands/command.h"
#include "core/commands/record_folder.h"
#include "core/commands/record_places.h"
#include "core/commands/record_signatures.h"
#include "core/commands/rows.h"
#include "core/journal/journal.h"

static Json *verify_json(const JournalReport *report) {
	Json *json = json_new_object();
	json_add_bool(json, "sound", report->problems.count == 0);
	json_add_int(json, "records", report->records);
	json_add_int(json, "anchored", report->anchored);
	json_add_string(json, "head", report->head);
	Json *problems = json_add(json, "problems", json_new_array());
	for (size_t i = 0; i < report->problems.count; i++)
		json_append_string(problems, report->problems.items[i]);
	Json *notes = json_add(json, "notes", json_new_array());
	for (size_t i = 0; i < report->notes.count; i++)
		json_append_string(notes, report->notes.items[i]);
	return json;
}

static void verify_print(const JournalReport *report) {
	for (size_t i = 0; i < report->problems.count; i++)
		command_print("PROBLEM  %s\n", report->problems.items[i]);
	for (size_t i = 0; i < report->notes.count; i++)
		command_print("note     %s\n", report->notes.items[i]);
	if (report->anchored > 0)
		command_print("anchored records 1 to %lld: signatures, receipts or checkpoints saw them as they are here\n",
			(long long) report->anchored);
	if (report->anchored < report->records)
		command_print("chain    records %lld to %lld: nothing outside of the chain saw them\n", (long long) report->anchored + 1,
			(long long) report->records);
	command_print("%s: %lld records, head sha256:%s\n", report->problems.count ? "NOT SOUND" : "sound",
		(long long) report->records, report->head);
}

/* The allowed_signers file that was named; without one a signature must only hold. */
static bool load_signers(const Command *command, Roster **ret_roster, Error *err) {
	const char *path = command_flag(command, "signers");
	return !path || roster_load(path, ret_roster, err);
}

/* The places of the environment are asked when the incident was found through it; a folder that was named stands for itself. */
static bool verify_with_places(const Command *command, const char *folder, StrList *places, JournalReport *ret_report, Error *err) {
	char scratch[] = "/tmp/breakglass-places-XXXXXX";
	AUTO_CLEAR(StrList) problems = {0};
	if (!command->environment)
		return journal_verify(folder, places, ret_report, err);
	if (!mkdtemp(scratch)) {
		error_errno(err, errno, "cannot make a temporary folder");
		return error_where(err, "%s", scratch);
	}
	record_places_fetch(command->environment, path_base(folder), scratch, places, &problems);
	bool ok = journal_verify(folder, places, ret_report, err);
	for (size_t i = 0; ok && i < problems.count; i++)
		strlist_add(&ret_report->problems, problems.items[i]);
	Error unused;
	BG_IGNORE(file_remove_tree(scratch, &unused));   /* copies of three lines */
	return ok;
}

int run_verify(Command *command) {
	Error err = {0};
	AUTO_FREE char *folder = NULL;
	AUTO(Roster) *roster = NULL;
	AUTO_CLEAR(StrList) places = {0};
	AUTO_CLEAR(JournalReport) report = {0};
	static const char *const kept[] = {"receipts", "anchors"};
	for (size_t i = 0; i < BG_LENGTH(kept); i++)
		if (command_flag(command, kept[i]))
			strlist_add(&places, command_flag(command, kept[i]));
	if (!record_folder(command, command_word(command, 0), &folder, &err) || !load_signers(command, &roster, &err)
		|| !verify_with_places(command, folder, &places, &report, &err) || !verify_signatures(folder, roster, &report.problems, &report.notes, &err))
		return command_failed(&err);
	if (command->json) {
		AUTO(Json) *json = verify_json(&report);
		command_print_json(json);
	} else {
		verify_print(&report);
	}
	return report.problems.count ? EXIT_FAILED : EXIT_OK;
}
