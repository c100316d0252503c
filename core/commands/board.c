/* board.c: status: all readings at a glance, with an exit status for scripts. */
#include <stdio.h>
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/commands/command.h"
#include "core/commands/rows.h"
#include "core/health/board.h"
#include "core/health/health.h"

#define FIRST_ANSWERS_MS 20000

static bool all_looked(const ClientModel *model, void *userdata) {
	(void) userdata;
	for (size_t i = 0; i < model->reading_count; i++)
		if (!wall_known(model->readings[i].taken))
			return false;
	return true;
}

static void print_reading(const Reading *reading, WallTime now) {
	ReadingState state = health_judge(reading, now);
	int64_t age = health_age_ms(reading, now);
	char span[SPAN_TEXT_SIZE];
	command_print("%-7s %-20s %-48s %s%s\n", reading_state_name(state), reading->name, reading->text ? reading->text : "",
		age < 0 ? "never" : span_format_short(age, span), age < 0 ? "" : " ago");
	if (reading->reason && state != READING_OK)
		command_print("        %-20s %s\n", "", reading->reason);
	if (state == READING_UNKNOWN && wall_known(reading->last_time))
		command_print("        %-20s was %s %s ago: %s\n", "", reading_state_name(reading->last_state),
			span_format_short(now.ms - reading->last_time.ms, span), reading->last_text ? reading->last_text : "");
}

static void print_verdict(const ClientModel *model, WallTime now) {
	Verdict verdict;
	WallTime asked = {0};
	const char *fact = model->incident ? incident_fact(model->incident, "bad-publish") : NULL;
	if (fact)
		(void) str_parse_int(str_from(fact), &asked.ms);   /* not a number: not known */
	if (!board_verdict(model->readings, model->reading_count, json_get(model->environment, "damage"), asked, now, &verdict))
		return;
	static const char *const ANSWERS[] = {[ANSWER_CANNOT_TELL] = "CANNOT TELL", [ANSWER_YES] = "YES", [ANSWER_NO] = "NO"};
	command_print("\nDoes the newest good backup predate the damage?  %s\n  %s\n", ANSWERS[verdict.answer], verdict.reason);
	if (*verdict.warning)
		command_print("  %s\n", verdict.warning);
}

static Json *status_json(const ClientModel *model, WallTime now) {
	Json *json = json_new_object();
	json_add_string(json, "environment", model->environment_name);
	json_add_string(json, "incident", model->incident ? model->incident->id : NULL);
	Json *readings = json_add(json, "readings", json_new_array());
	for (size_t i = 0; i < model->reading_count; i++) {
		Json *item = json_append(readings, reading_to_json(&model->readings[i]));
		json_add_string(item, "shown", reading_state_name(health_judge(&model->readings[i], now)));
	}
	json_add_string(json, "worst", reading_state_name(health_worst(model->readings, model->reading_count, now)));
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
	if (command->json) {
		AUTO(Json) *json = status_json(model, now);
		command_print_json(json);
	} else {
		command_print("%s%s%s%s\n", model->environment_name, model->drill ? "  DRILL" : "", model->incident ? "  incident " : "  no incident",
			model->incident ? model->incident->id : "");
		for (size_t i = 0; i < model->reading_count; i++)
			print_reading(&model->readings[i], now);
		if (!model->reading_count)
			command_print("this environment asks nothing: add probes to %s\n", command->environment_path);
		print_verdict(model, now);
	}
	return health_exit_status(health_worst(model->readings, model->reading_count, now));
}
