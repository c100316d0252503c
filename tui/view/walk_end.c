/* walk_end.c: the run as a whole: how far it is, what it left open, how it ends, and the procedure that goes back. */
#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/zone.h"
#include "tui/view/walk_view.h"
#include <stdio.h>

#define LABEL_COLUMNS 10

bool walk_is_complete(const Run *run)
{
	size_t done, total;
	run_progress(run, &done, &total);
	return total > 0 && done == total;
}

/* ---- the way back ---- */

/* "failback.md#resume-the-backup" or "#resume": the playbook whose file it names, else the run's own; its procedure by the anchor, else the only one. */
static bool resolve(const ClientModel *model, const Run *run, const char *place, WayBack *ret_back)
{
	Str rest = str_from(place), file;
	(void) str_split(&rest, '#', &file);
	for (size_t i = 0; i < model->playbook_count; i++) {
		const PlaybookEntry *entry = &model->playbooks[i];
		const char *wanted = file.len ? path_base(entry->path) : entry->path;
		if (file.len ? !str_eq_c(file, wanted) : !text_eq(wanted, run->playbook_path))
			continue;
		for (size_t p = 0; p < entry->procedure_count; p++) {
			if (entry->procedure_count > 1 && !str_eq_c(rest, entry->procedures[p].id))
				continue;
			*ret_back = (WayBack) { entry, &entry->procedures[p] };
			return !text_eq(entry->path, run->playbook_path) || !text_eq(entry->procedures[p].id, run->procedure_id);
		}
	}
	return false;
}

bool walk_way_back(const WalkView *walk, const ViewContext *context, const Run *run, WayBack *ret_back)
{
	const Procedure *procedure = walk_procedure(walk, run);
	if (procedure && procedure->undo && resolve(context->model, run, procedure->undo, ret_back))
		return true;
	for (size_t i = 0; i < run->step_count; i++)
		if (run->steps[i].closed_by && resolve(context->model, run, run->steps[i].closed_by, ret_back))
			return true;
	return false;
}

/* ---- the summary ---- */

static void write_counts(const ViewContext *context, const Run *run, Styled *out)
{
	size_t done, total, skipped = run_left_out(run);
	char clock[ZONE_BOTH_SIZE], span[SPAN_TEXT_SIZE];
	run_progress(run, &done, &total);
	styled_printf(out, ROLE_MUTED, "%-*s", LABEL_COLUMNS, "progress");
	styled_printf(out, done == total ? ROLE_OK : ROLE_TEXT, "%zu of %zu", done, total);
	if (skipped)
		styled_printf(out, ROLE_WARN, ", %zu of them left out", skipped);
	styled_newline(out);
	styled_printf(out, ROLE_MUTED, "%-*s", LABEL_COLUMNS, "started");
	styled_printf(out, ROLE_TEXT, "%s by %s\n", zone_clock(run->started, context->wall, clock), run->who ? run->who : "?");
	int64_t took = (wall_known(run->ended) ? run->ended.ms : context->wall.ms) - run->started.ms;
	styled_printf(out, ROLE_MUTED, "%-*s", LABEL_COLUMNS, wall_known(run->ended) ? "took" : "for");
	styled_printf(out, ROLE_TEXT, "%s\n", took < 60000 ? "less than a minute" : span_format_short(took, span));
	styled_field(out, LABEL_COLUMNS, "playbook", ROLE_TEXT, run->playbook_path ? path_base(run->playbook_path) : "?");
}

static void write_exceptions(const Run *run, Styled *out)
{
	size_t shown = 0;
	for (size_t i = 0; i < run->step_count; i++) {
		const IncidentStep *step = &run->steps[i];
		bool worth = step->counted && (step->state == STEP_SKIPPED || step->state == STEP_FAILED || step->state == STEP_IN_DOUBT ||
			step->state == STEP_UNDONE || (step->state == STEP_DONE && step->reason && *step->reason));
		if (!worth)
			continue;
		if (!shown++)
			walk_section(out);
		styled_printf(out, view_step_role(step), "%s %s", step->number, view_step_words(step));
		styled_printf(out, ROLE_TEXT, "  %s%s%s\n", step->title, step->reason ? ": " : "", step->reason ? step->reason : "");
	}
}

static void write_open(const ViewContext *context, const Incident *incident, Styled *out)
{
	walk_section(out);
	if (!incident->open_count) {
		styled_add(out, ROLE_OK, "Nothing is open in the ledger.\n");
		return;
	}
	styled_printf(out, ROLE_WARN, "%zu still open in the ledger (6 shows them):\n", incident->open_count);
	for (size_t i = 0; i < incident->open_count; i++) {
		const LedgerItem *item = &incident->ledger[incident->open_items[i]];
		char age[SPAN_TEXT_SIZE];
		styled_printf(out, ROLE_TEXT, "  %s", item->name);
		styled_printf(out, ROLE_MUTED, "  since %s%s%s\n", view_age(context->wall, item->opened, age), item->closed_by ? "; closed by " : "",
			item->closed_by ? item->closed_by : "");
	}
}

void walk_write_run(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Styled *out)
{
	const Run *run = target->run;
	WayBack back;
	bool complete = walk_is_complete(run), over = run->state != RUN_WALKING;
	styled_printf(out, ROLE_TITLE, "%s\n", run->procedure_title);
	if (over)
		styled_printf(out, run->state == RUN_DONE ? ROLE_OK : ROLE_WARN, "This procedure is %s.\n", run_state_name(run->state));
	else if (complete)
		styled_add(out, ROLE_OK, "Everything is done or left out. Enter ends the procedure.\n");
	walk_section(out);
	write_counts(context, run, out);
	write_exceptions(run, out);
	write_open(context, target->incident, out);
	if (over && target->incident->phase == INCIDENT_OPEN) {
		walk_section(out);
		styled_printf(out, ROLE_TEXT, "The %s goes on until somebody ends it: 2 shows what else can be walked, :end ends it.\n",
			target->incident->drill ? "drill" : "incident");
	}
	if (!walk_way_back(walk, context, run, &back))
		return;
	walk_section(out);
	styled_add(out, ROLE_MUTED, over ? "the way back  " : "the way back, when it is time  ");
	styled_printf(out, ROLE_TEXT, "%s\n", back.procedure->title);
	if (over)
		styled_add(out, ROLE_TEXT, "Enter starts it.\n");
}

/* ---- ending ---- */

static void started(void *state, ViewContext *context, bool ok, const Json *reply, const Error *err, const Json *data)
{
	(void) state;
	(void) data;
	if (!ok) {
		view_error(context, err);
		return;
	}
	view_select(context, json_get_string(reply, "run"), "", "");
	view_say(context, ROLE_OK, "Started.");
}

static void start_back(void *state, ViewContext *context, const Dialog *dialog, const Json *data)
{
	(void) state;
	(void) dialog;
	view_ask_then(context, ASK_START, json_copy(data), started, NULL);
}

static void offer_back(ViewContext *context, const WayBack *back)
{
	Json *args = json_new_object();
	json_add_string(args, "playbook", back->playbook->path);
	json_add_string(args, "procedure", back->procedure->id);
	Dialog *dialog = view_dialog(context, DIALOG_CONFIRM, "Start the way back", "start", start_back, args);
	styled_printf(&dialog->text, ROLE_TEXT, "%s\n", back->procedure->title);
	styled_printf(&dialog->text, ROLE_MUTED, "%s, %zu steps. Starting it changes nothing by itself.\n", path_base(back->playbook->path),
		back->procedure->steps);
}

bool walk_can_finish(const WalkView *walk, const ViewContext *context, const WalkTarget *target, Error *err)
{
	WayBack back;
	size_t done, total;
	run_progress(target->run, &done, &total);
	if (target->run->state != RUN_WALKING)
		return walk_way_back(walk, context, target->run, &back)
			|| error_set(err, ERROR_CONFLICT, "this procedure is over; others are on the playbooks screen (2)");
	return walk_is_complete(target->run)
		|| error_set(err, ERROR_CONFLICT, "%zu of %zu steps are still to do; :abandon ends it early, with a reason", total - done, total);
}

void walk_finish(WalkView *walk, ViewContext *context, const WalkTarget *target)
{
	WayBack back;
	const Run *run = target->run;
	if (run->state != RUN_WALKING) {
		if (walk_way_back(walk, context, run, &back))
			offer_back(context, &back);
		return;
	}
	Json *args = json_new_object();
	json_add_string(args, "run", run->id);
	json_add_string(args, "how", "done");
	size_t open = target->incident->open_count;
	AUTO_FREE char *left = open ? bg_asprintf("%zu still open in the ledger: %s there until closed.", open, open == 1 ? "it stays" : "they stay")
		: bg_strdup("Nothing is open in the ledger.");
	AUTO_FREE char *text = bg_asprintf("%s is complete. %s\n", run->procedure_title, left);
	view_confirm_ask(context, "End the procedure", "end it", text, ASK_FINISH, args, "The procedure is done.");
}
