/* report.c: folds a journal and keeps a line for each record. */
#include "core/report/report.h"

#include <string.h>

#include "core/base/alloc.h"

static void keep_plan(Report *report, const Event *event)
{
	const Run *run = incident_find_run(report->incident, json_get_string(event->data, "run"));
	const IncidentStep *step = run ? run_find_step(run, json_get_string_or(event->data, "step", "")) : NULL;
	if (!step)
		return;
	if ((report->plan_count & (report->plan_count - 1)) == 0)
		report->plans = bg_reallocarray(report->plans, report->plan_count ? report->plan_count * 2 : 1, sizeof *report->plans);
	ReportPlan *plan = &report->plans[report->plan_count++];
	*plan = (ReportPlan) { .seq = event->seq, .time = event->time, .run = (int) (run - report->incident->runs),
		.step = run_step_index(run, step), .undo = json_get_bool(event->data, "undo", false), .who = bg_strdup(event->who),
		.plan = json_copy(json_get(event->data, "plan")) };
	const char *digest = json_get_string_or(event->data, "digest", "");
	if (strlen(digest) < sizeof plan->digest)
		memcpy(plan->digest, digest, strlen(digest) + 1);
}

static void keep_reading(Report *report, const Event *event)
{
	if ((report->reading_count & (report->reading_count - 1)) == 0)
		report->readings = bg_reallocarray(report->readings, report->reading_count ? report->reading_count * 2 : 1,
			sizeof *report->readings);
	report->readings[report->reading_count++] = (ReportReading) { .time = event->time,
		.name = bg_strdup(json_get_string_or(event->data, "name", "")), .from = bg_strdup(json_get_string_or(event->data, "from", "")),
		.to = bg_strdup(json_get_string_or(event->data, "to", "")), .text = bg_strdup(json_get_string_or(event->data, "text", "")) };
}

static const ReportReading *last_of(const Report *report, size_t before, const char *name)
{
	for (size_t i = before; i > 0; i--)
		if (text_eq(report->readings[i - 1].name, name))
			return &report->readings[i - 1];
	return NULL;
}

/* Between two engines nobody looked: what was seen last was not seen any more from the last record of the one before. */
static void forget_readings(Report *report)
{
	if (!report->count)
		return;
	for (size_t i = 0, count = report->reading_count; i < count; i++) {
		const ReportReading *reading = &report->readings[i];
		if (last_of(report, count, reading->name) != reading || text_eq(reading->to, "unknown"))
			continue;
		AUTO(Json) *data = json_new_object();
		json_add_string(data, "name", reading->name);
		json_add_string(data, "from", reading->to);
		json_add_string(data, "to", "unknown");
		json_add_string(data, "text", "no engine was running");
		Event event = { .time = report->lines[report->count - 1].time, .data = data };
		keep_reading(report, &event);
	}
}

static bool report_fold(void *userdata, const Record *record, Str line, Error *err)
{
	Report *report = userdata;
	AUTO_CLEAR(Buf) text = { 0 };
	Event event = {
		.seq = record->seq, .time = record->time, .mono_ms = record->mono_ms, .who = record->who, .how = record->how,
		.type = event_type_parse(record->type), .data = record->data,
	};
	(void) line;
	(void) err;   /* every record folds */
	incident_apply(report->incident, &event);
	event_describe(&event, report->incident, &text);
	if (event.type == EVENT_PLAN_MADE)
		keep_plan(report, &event);
	if (event.type == EVENT_READING_CHANGED)
		keep_reading(report, &event);
	if (event.type == EVENT_ENGINE_STARTED)
		forget_readings(report);
	if ((report->count & (report->count - 1)) == 0)
		report->lines = bg_reallocarray(report->lines, report->count ? report->count * 2 : 1, sizeof *report->lines);
	report->lines[report->count++] = (ReportLine) {
		.seq = record->seq, .mono_ms = record->mono_ms, .time = record->time, .who = bg_strdup(record->who),
		.how = bg_strdup(record->how), .type = event.type, .text = buf_take(&text),
	};
	memcpy(report->head, record->hash, sizeof report->head);
	return true;
}

bool report_read(const char *folder, Report *ret_report, Error *err)
{
	return report_read_on(folder, NULL, ret_report, err);
}

static bool report_fold_line(Report *report, const char *line, Error *err)
{
	AUTO_CLEAR(Record) record = { 0 };
	if (!record_parse(str_from(line), &record, err))
		return false;
	if (record.seq <= report->incident->seq)
		return true;   /* written since */
	if (strcmp(record.prev, report->head) != 0)
		return error_set(err, ERROR_CONFLICT, "record %lld does not follow the one before", (long long) record.seq);
	return report_fold(report, &record, str_from(line), err);
}

bool report_read_on(const char *folder, const StrList *more, Report *ret_report, Error *err)
{
	AUTO_CLEAR(Report) report = { .folder = bg_strdup(folder), .incident = incident_new(), .head = JOURNAL_GENESIS };
	bool begins = false;
	if (more && more->count && str_starts(str_from(more->items[0]), "{\"seq\":1,"))
		begins = true;   /* nothing of it is on disk */
	if (!begins && !journal_read(folder, 1, report_fold, &report, err))
		return false;
	for (size_t i = 0; more && i < more->count; i++)
		if (!report_fold_line(&report, more->items[i], err))
			return false;
	if (report.incident->phase == INCIDENT_NONE) {
		(void) error_set(err, ERROR_MISSING, "the journal declares no incident");
		error_hint(err, "name the folder of an incident: `breakglass incidents` lists them");
		return error_where(err, "%s", folder);
	}
	*ret_report = report;
	report = (Report) { 0 };
	return true;
}

const ReportPlan *report_plan_of(const Report *report, const IncidentAction *action)
{
	for (size_t i = report->plan_count; i > 0; i--) {
		const ReportPlan *plan = &report->plans[i - 1];
		if (plan->run == action->run && plan->step == action->step && plan->seq < action->started_seq && text_eq(plan->digest, action->digest))
			return plan;
	}
	return NULL;
}

const char *report_run_words(const Incident *incident, const Run *run)
{
	if (run->state == RUN_WALKING && incident->phase == INCIDENT_ENDED)
		return "never ended";
	return run_state_name(run->state);
}

bool report_verify(Report *report, Error *err)
{
	return journal_verify(report->folder, NULL, &report->checked, err);
}

void report_clear(Report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		free(report->lines[i].who);
		free(report->lines[i].how);
		free(report->lines[i].text);
	}
	free(report->lines);
	for (size_t i = 0; i < report->plan_count; i++) {
		free(report->plans[i].who);
		json_free(report->plans[i].plan);
	}
	free(report->plans);
	for (size_t i = 0; i < report->reading_count; i++) {
		free(report->readings[i].name);
		free(report->readings[i].from);
		free(report->readings[i].to);
		free(report->readings[i].text);
	}
	free(report->readings);
	free(report->folder);
	journal_report_clear(&report->checked);
	incident_free(report->incident);
	*report = (Report) { 0 };
}
