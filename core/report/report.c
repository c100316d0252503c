/* report.c: folds a journal and keeps a line for each record. */
#include "core/report/report.h"

#include <string.h>

#include "core/base/alloc.h"

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
	AUTO_CLEAR(Report) report = { .incident = incident_new(), .head = JOURNAL_GENESIS };
	if (!journal_read(folder, 1, report_fold, &report, err))
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

void report_clear(Report *report)
{
	for (size_t i = 0; i < report->count; i++) {
		free(report->lines[i].who);
		free(report->lines[i].how);
		free(report->lines[i].text);
	}
	free(report->lines);
	incident_free(report->incident);
	*report = (Report) { 0 };
}

Json *report_json(const Report *report)
{
	char time[WALL_TEXT_SIZE];
	Json *json = json_new_object();
	json_add(json, "incident", incident_to_json(report->incident));
	json_add_int(json, "records", (int64_t) report->count);
	json_add_string(json, "head", report->head);
	Json *timeline = json_add(json, "timeline", json_new_array());
	for (size_t i = 0; i < report->count; i++) {
		const ReportLine *line = &report->lines[i];
		Json *item = json_append(timeline, json_new_object());
		json_add_int(item, "seq", line->seq);
		json_add_string(item, "time", wall_format_iso(line->time, time));
		json_add_int(item, "mono_ms", line->mono_ms);
		json_add_string(item, "who", line->who);
		json_add_string(item, "how", line->how);
		json_add_string(item, "type", event_type_name(line->type));
		json_add_string(item, "text", line->text);
	}
	return json;
}
