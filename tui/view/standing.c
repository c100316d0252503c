/* standing.c: see standing.h. */
#include "tui/view/standing.h"

#include <stdio.h>

#include "core/health/health.h"

static const Json *damage_settings(const ViewContext *context) { return json_get(context->model->environment, "damage"); }

int standing_count(const ViewContext *context, ReadingState wanted)
{
	int count = 0;
	for (size_t i = 0; i < context->model->reading_count; i++)
		count += health_judge(&context->model->readings[i], context->wall) == wanted;
	return count;
}

void standing_read(const ViewContext *context, Standing *ret)
{
	const ClientModel *model = context->model;
	DamageTime began = incident_damage(model->incident, json_get_string(damage_settings(context), "since"));
	*ret = (Standing) { 0 };
	ret->has_verdict = board_verdict(model->readings, model->reading_count, damage_settings(context), began.time, damage_words(began.from),
		context->wall, &ret->verdict);
	bool open = model->incident && model->incident->phase == INCIDENT_OPEN;
	/* Once all is closed again and nothing fails, a backup that is newer than the damage holds what was repaired. */
	bool well = !standing_count(context, READING_FAIL) && !standing_count(context, READING_UNKNOWN) && !standing_count(context, READING_STALE);
	ret->mended = open && well && incident_is_mended(model->incident);
	ret->damaged = !ret->mended && (open || wall_known(began.time) || standing_count(context, READING_FAIL) > 0);
}

ReadingState standing_judge(const Standing *standing, const ViewContext *context, const Reading *reading, const char **ret_reason)
{
	bool counts = standing->has_verdict && standing->damaged;
	return board_judge(reading, damage_settings(context), counts ? &standing->verdict : NULL, context->wall, ret_reason);
}

bool standing_countdown(const Standing *standing, const ViewContext *context, bool small, char text[static 48])
{
	char span[SPAN_TEXT_SIZE];
	int64_t left = standing->has_verdict && standing->damaged ? verdict_countdown_ms(&standing->verdict, context->wall) : -1;
	if (left < 0)
		return false;
	const char *what = small ? "backup" : "backup runs";
	if (left == 0)
		snprintf(text, 48, "%s NOW", what);
	else
		snprintf(text, 48, "%s in %s", what, span_format(left, span));
	return true;
}

const Run *standing_walked(const ViewContext *context)
{
	const Incident *incident = context->model->incident;
	return incident && incident->phase == INCIDENT_OPEN ? incident_current_run(incident) : NULL;
}

static bool serves_backup(const ViewContext *context)
{
	for (size_t i = 0; i < context->model->reading_count; i++) {
		const Reading *reading = &context->model->readings[i];
		if (json_get_bool(reading->facts ? reading->facts : reading->last_facts, "serves_backup", false))
			return true;
	}
	return false;
}

static bool find_titled(const ClientModel *model, const char *words, const PlaybookEntry **ret_entry, const PlaybookProcedure **ret_procedure)
{
	for (size_t i = 0; i < model->playbook_count; i++) {
		const PlaybookEntry *entry = &model->playbooks[i];
		for (size_t p = 0; p < entry->procedure_count && !entry->problem; p++)
			if (str_find_nocase(str_from(entry->procedures[p].title), words) >= 0) {
				*ret_entry = entry;
				*ret_procedure = &entry->procedures[p];
				return true;
			}
	}
	return false;
}

const char *standing_story(const ViewContext *context)
{
	return json_get_string_or(json_get(context->model->environment, "briefing"), "story", "");
}

static bool find_briefed(const ViewContext *context, const PlaybookEntry **ret_entry, const PlaybookProcedure **ret_procedure)
{
	const ClientModel *model = context->model;
	const char *id = json_get_string_or(json_get(model->environment, "briefing"), "procedure", "");
	for (size_t i = 0; *id && i < model->playbook_count; i++) {
		const PlaybookEntry *entry = &model->playbooks[i];
		for (size_t p = 0; p < entry->procedure_count && !entry->problem; p++)
			if (text_eq(entry->procedures[p].id, id)) {
				*ret_entry = entry;
				*ret_procedure = &entry->procedures[p];
				return true;
			}
	}
	return false;
}

bool standing_fitting(const Standing *standing, const ViewContext *context, const PlaybookEntry **ret_entry, const PlaybookProcedure **ret_procedure)
{
	if (standing_walked(context))
		return false;
	if ((standing_count(context, READING_FAIL) || !context->model->incident) && find_briefed(context, ret_entry, ret_procedure))
		return true;
	if (serves_backup(context))
		return find_titled(context->model, "go back", ret_entry, ret_procedure) || find_titled(context->model, "fail back", ret_entry, ret_procedure);
	/* Where nothing says what a backup is worth, failing over to it fits nothing. */
	if (!standing_count(context, READING_FAIL) || !standing->has_verdict || standing->verdict.answer == ANSWER_NO)
		return false;
	return find_titled(context->model, "fail over", ret_entry, ret_procedure);
}
