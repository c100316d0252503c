/* board.c: status: all readings at a glance, with an exit status for scripts. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/commands/board.h"
#include "core/commands/record_held.h"
#include "core/commands/rows.h"
#include "core/health/board.h"
#include "core/health/health.h"
#include "core/report/report.h"

#define FIRST_ANSWERS_MS 20000

static bool all_looked(const ClientModel *model, void *userdata) {
	(void) userdata;
	for (size_t i = 0; i < model->reading_count; i++)
		if (!wall_known(model->readings[i].taken))
			return false;
	return true;
}

/* The verdict, and whether its rows are judged by it: only where somebody says since when, or something fails. */
typedef struct Standing { Verdict verdict; bool known, counts; } Standing;

static Standing standing_of(const ClientModel *model, WallTime now) {
	Standing standing = {0};
	const Json *damage = json_get(model->environment, "damage");
	DamageTime began = incident_damage(model->incident, json_get_string(damage, "since"));
	standing.known = board_verdict(model->readings, model->reading_count, damage, began.time,
		damage_words(began.from), now, &standing.verdict);
	bool failing = health_worst(model->readings, model->reading_count, now) == READING_FAIL;
	bool mended = !failing && incident_is_mended(model->incident);
	standing.counts = standing.known && !mended && (wall_known(began.time) || failing);
	return standing;
}

static ReadingState state_of(const ClientModel *model, const Reading *reading, const Standing *standing, WallTime now, const char **ret_why) {
	return board_judge(reading, json_get(model->environment, "damage"), standing->counts ? &standing->verdict : NULL, now, ret_why);
}

static ReadingState worst_of(const ClientModel *model, const Standing *standing, WallTime now) {
	ReadingState worst = READING_OK;
	const char *why;
	for (size_t i = 0; i < model->reading_count; i++) {
		ReadingState state = state_of(model, &model->readings[i], standing, now, &why);
		if (health_rank(state) > health_rank(worst))
			worst = state;
	}
	return worst;
}

static void print_reading(const ClientModel *model, const Reading *reading, const Standing *standing, WallTime now) {
	const char *why;
	ReadingState state = state_of(model, reading, standing, now, &why);
	int64_t age = health_age_ms(reading, now);
	char span[SPAN_TEXT_SIZE];
	command_print("%-7s %-20s %-48s %s%s\n", reading_state_name(state), reading->name, reading->text ? reading->text : "",
		age < 0 ? "never" : span_format_short(age, span), age < 0 ? "" : " ago");
	if (why)
		command_print("        %-20s %s\n", "", why);
	if (reading->reason && state != READING_OK)
		command_print("        %-20s %s\n", "", reading->reason);
	if (state == READING_UNKNOWN && wall_known(reading->last_time))
		command_print("        %-20s was %s %s ago: %s\n", "", reading_state_name(reading->last_state),
			span_format_short(now.ms - reading->last_time.ms, span), reading->last_text ? reading->last_text : "");
}

static void print_verdict(const Standing *standing) {
	if (!standing->known)
		return;
	static const char *const ANSWERS[] = {[ANSWER_CANNOT_TELL] = "CANNOT TELL", [ANSWER_YES] = "YES", [ANSWER_NO] = "NO"};
	command_print("\nDoes the newest good backup predate the damage?  %s\n  %s\n", ANSWERS[standing->verdict.answer], standing->verdict.reason);
	if (*standing->verdict.warning)
		command_print("  %s\n", standing->verdict.warning);
}

static Json *status_json(const ClientModel *model, const Standing *standing, WallTime now) {
	const char *why;
	Json *json = json_new_object();
	json_add_string(json, "environment", model->environment_name);
	json_add_string(json, "incident", model->incident ? model->incident->id : NULL);
	Json *readings = json_add(json, "readings", json_new_array());
	for (size_t i = 0; i < model->reading_count; i++) {
		Json *item = json_append(readings, reading_to_json(&model->readings[i]));
		json_add_string(item, "shown", reading_state_name(state_of(model, &model->readings[i], standing, now, &why)));
	}
	json_add_string(json, "worst", reading_state_name(worst_of(model, standing, now)));
	return json;
}

int run_status(Command *command) {
	Error err = {0};
	if (!command_client(command, true, &err)) {
		command_failed(&err);
		return health_exit_status(READING_UNKNOWN);
	}
	/* A new engine has not looked yet: what does not answer in time is shown as what it is, unknown. */
	BG_IGNORE(client_wait(command->client, all_looked, NULL, FIRST_ANSWERS_MS, NULL));
	const ClientModel *model = client_model(command->client);
	WallTime now = wall_now();
	Standing standing = standing_of(model, now);
	if (command->json) {
		AUTO(Json) *json = status_json(model, &standing, now);
		json_add(json, "not_on_disk", record_held_json(command));
		command_print_json(json);
	} else {
		command_print("%s%s%s%s\n", model->environment_name, model->drill ? "  DRILL" : "", model->incident ? "  incident " : "  no incident",
			model->incident ? model->incident->id : "");
		record_print_held(command);
		for (size_t i = 0; i < model->reading_count; i++)
			print_reading(model, &model->readings[i], &standing, now);
		if (!model->reading_count)
			command_print("this environment asks nothing: add probes to %s\n", command->environment_path);
		print_verdict(&standing);
	}
	return health_exit_status(worst_of(model, &standing, now));
}

bool board_live_sitrep(Command *command, const char *incident, Buf *out) {
	Error none = {0};
	if (!command_client(command, false, &none))
		return false;
	const ClientModel *model = client_model(command->client);
	WallTime now = wall_now();
	if (!model->incident || !text_eq(model->incident->id, incident))
		return false;
	Standing standing = standing_of(model, now);
	const char *why;
	AUTO_FREE SitrepCondition *conditions = bg_calloc(model->reading_count + 1, sizeof(*conditions));
	for (size_t i = 0; i < model->reading_count; i++)
		conditions[i] = (SitrepCondition){.name = model->readings[i].name, .text = model->readings[i].text,
			.state = state_of(model, &model->readings[i], &standing, now, &why)};
	report_sitrep(model->incident, conditions, model->reading_count, now, out);
	return true;
}
