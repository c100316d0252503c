/* json.c: the report for machines. */
#include "core/report/report.h"
#include "core/report/signature.h"

static Json *json_of_record(const Report *report)
{
	Json *json = json_new_object();
	json_add_bool(json, "sound", report->checked.problems.count == 0);
	json_add_int(json, "anchored", report->checked.anchored);
	Json *problems = json_add(json, "problems", json_new_array());
	for (size_t i = 0; i < report->checked.problems.count; i++)
		json_append_string(problems, report->checked.problems.items[i]);
	return json;
}

static Json *json_of_plans(const Report *report)
{
	char time[WALL_TEXT_SIZE];
	Json *plans = json_new_array();
	for (size_t i = 0; i < report->plan_count; i++) {
		const ReportPlan *plan = &report->plans[i];
		const Run *run = &report->incident->runs[plan->run];
		Json *json = json_append(plans, json_new_object());
		json_add_int(json, "seq", plan->seq);
		json_add_string(json, "time", wall_format_iso(plan->time, time));
		json_add_string(json, "run", run->id);
		json_add_string(json, "step", run->steps[plan->step].id);
		json_add_bool(json, "undo", plan->undo);
		json_add_string(json, "digest", plan->digest);
		json_add(json, "plan", json_copy(plan->plan));
	}
	return plans;
}

static Json *json_of_signoff(const Gate *gate, const Signoff *signoff)
{
	char time[WALL_TEXT_SIZE];
	AUTO_CLEAR(CheckedSignoff) checked = { 0 };
	Json *json = json_new_object();
	signoff_check(signoff, &checked);
	json_add_int(json, "seq", signoff->seq);
	json_add_string(json, "gate", gate->id);
	json_add_string(json, "role", signoff->role);
	json_add_string(json, "person", signoff->person);
	json_add_string(json, "decision", decision_name(signoff->decision));
	if (checked.readable)
		json_add_string(json, "signed", wall_format_iso(checked.statement.time, time));
	json_add_string(json, "recorded", wall_format_iso(signoff->time, time));
	json_add_bool(json, "has_signature", checked.has_signature);
	json_add_bool(json, "holds", checked.holds);
	json_add_string(json, "why_not", *checked.why ? checked.why : NULL);
	json_add_string(json, "key_type", *checked.key_type ? checked.key_type : NULL);
	json_add_string(json, "key", signoff->key);
	/* As the signature itself says, not the record of it. */
	if (checked.from_device) {
		json_add_bool(json, "touched", checked.touched);
		json_add_bool(json, "verified", checked.verified);
	}
	return json;
}

static Json *json_of_signoffs(const Incident *incident)
{
	Json *signoffs = json_new_array();
	for (size_t r = 0; r < incident->run_count; r++) {
		const Run *run = &incident->runs[r];
		for (size_t g = 0; g < run->gate_count; g++) {
			for (size_t i = 0; i < run->gates[g].signoff_count; i++)
				json_append(signoffs, json_of_signoff(&run->gates[g], &run->gates[g].signoffs[i]));
		}
	}
	return signoffs;
}

Json *report_json(const Report *report)
{
	char time[WALL_TEXT_SIZE];
	Json *json = json_new_object();
	json_add(json, "incident", incident_to_json(report->incident));
	json_add_int(json, "records", (int64_t) report->count);
	json_add_string(json, "head", report->head);
	json_add(json, "record", json_of_record(report));
	json_add(json, "plans", json_of_plans(report));
	json_add(json, "signoffs", json_of_signoffs(report->incident));
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
