/* test_apply_robust.c: the fold takes any JSON: whatever stands in a record, nothing breaks and the counts stay true.
 * */
#include <stdio.h>

#include "core/base/alloc.h"
#include "story.h"

static uint64_t dice_state;

static unsigned dice(unsigned sides)
{
	dice_state ^= dice_state << 13;
	dice_state ^= dice_state >> 7;
	dice_state ^= dice_state << 17;
	return (unsigned) (dice_state >> 32) % sides;
}

static Json *random_value(int depth)
{
	static const char *const words[] = {
		"r1", "r2", "last", "pause", "activate", "fastly", "2", "live", "break", "done", "failed", "stopped",
			"cancelled", "ran", "not-run",
		"yes", "no", "escalate", "note", "step", "product", "engineering", "", "x", "change", "draft",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	switch (dice(depth > 2 ? 5 : 7)) {
	case 0: return json_new_int((int64_t) dice(6) - 1);
	case 1: return json_new_bool(dice(2));
	case 2: return json_new_null();
	case 3: return json_new_number(1e300);
	case 4: return json_new_string(words[dice(BG_LENGTH(words))]);
	case 5: {
		Json *array = json_new_array();
		for (unsigned i = dice(4); i > 0; i--)
			json_append(array, random_value(depth + 1));
		return array;
	}
	default: break;
	}
	Json *object = json_new_object();
	for (unsigned i = dice(4); i > 0; i--)
		json_add(object, words[dice(BG_LENGTH(words))], random_value(depth + 1));
	return object;
}

/* Mostly right, so that the records get somewhere. */
static Json *random_data(EventType type, size_t actions)
{
	static const char *const keys[] = {
		"run", "step", "gate", "index", "action", "outcome", "as", "how", "reason", "subject", "digest", "role",
			"person", "decision",
		"name", "value", "values", "undo", "began", "ok", "text", "lines", "plan", "checkpoint", "expires", "verified",
	};
	static const char *const steps[] = { "last", "pause", "clone", "hosts", "activate", "verify", "tell", "mend",
		"fastly" };
	static const char *const outcomes[] = { "done", "failed", "stopped", "cancelled" };
	char number[16];
	Json *data = json_new_object();
	json_add_string(data, "run", "r1");
	json_add_string(data, "step", steps[dice(BG_LENGTH(steps))]);
	json_add_string(data, "gate", dice(2) ? "live" : "break");
	json_add_int(data, "index", dice(2));
	json_add_int(data, "action", (int64_t) actions + (type == EVENT_ACTION_STARTED));
	json_add_string(data, "outcome", outcomes[dice(4)]);
	json_add_string(data, "as", dice(2) ? "ran" : "not-run");
	json_add_string(data, "digest", digest_of((char) ('a' + dice(3))));
	json_add_string(data, "subject", digest_of((char) ('1' + dice(2))));
	json_add_string(data, "role", dice(2) ? "product" : "engineering");
	snprintf(number, sizeof number, "p%u", dice(3));
	json_add_string(data, "person", number);
	json_add_string(data, "decision", decision_name((Decision) dice(3)));
	json_add_bool(data, "ok", dice(2));
	json_add_bool(data, "undo", dice(4) == 0);
	json_add_bool(data, "began", dice(2));
	json_add_string(data, "reason", "because");
	json_add_string(data, "name", "v");
	json_add_string(data, "value", "w");
	for (unsigned i = dice(3); i > 0; i--)
		json_add(data, keys[dice(BG_LENGTH(keys))], random_value(0));
	return data;
}

static void counts_are_true(const Incident *incident)
{
	size_t running = 0, doubt = 0, open = 0;
	for (size_t i = 0; i < incident->action_count; i++) {
		running += incident->actions[i].state == ACTION_RUNNING;
		doubt += incident->actions[i].state == ACTION_IN_DOUBT;
	}
	for (size_t i = 0; i < incident->ledger_count; i++)
		open += incident->ledger[i].open;
	cr_assert_eq(running, incident->running_count);
	cr_assert_eq(doubt, incident->doubt_count);
	cr_assert_eq(open, incident->open_count);
	for (size_t i = 0; i < incident->open_count; i++) {
		cr_assert(incident->ledger[incident->open_items[i]].open);
		cr_assert(i == 0 || incident->open_items[i - 1] < incident->open_items[i]);
	}
	for (size_t r = 0; r < incident->run_count; r++) {
		const Run *run = &incident->runs[r];
		const IncidentAction *action = incident_find_action(incident, run->running_action);
		cr_assert(!run->running_action || (action && action->state == ACTION_RUNNING));
		cr_assert_leq(incident->running_count, incident->run_count);
	}
}

Test(apply_robust, any_data_is_taken_and_the_counts_stay_true)
{
	for (unsigned seed = 1; seed <= 300; seed++) {
		dice_state = seed * UINT64_C(0x9E3779B97F4A7C15);
		AUTO_CLEAR(Story) story = story_walking();
		for (int i = 0; i < 200; i++) {
			EventType type = (EventType) (3 + dice(EVENT_TYPE_COUNT - 3));
			AUTO(Json) *data = dice(20) ? random_data(type, story.incident->action_count) : random_value(0);
			Event event = {
				.seq = story.incident->seq + 1, .time = { dice(4) ? story.now.ms + i : (int64_t) dice(1000) },
					.who = "ann", .how = "uid",
				.type = type, .data = data,
			};
			incident_apply(story.incident, &event);
			cr_assert_eq(story.incident->seq, event.seq);
			AUTO_CLEAR(Buf) line = { 0 };
			event_describe(&event, story.incident, &line);
		}
		counts_are_true(story.incident);
		AUTO(Json) *json = incident_to_json(story.incident);
		cr_assert(json);
	}
}

Test(apply_robust, an_event_out_of_order_is_left_out)
{
	AUTO_CLEAR(Story) story = story_walking();
	AUTO(Json) *before = incident_to_json(story.incident);
	AUTO(Json) *data = json_new_object();
	json_add_string(data, "to", "bob");
	Event event = { .seq = story.incident->seq, .type = EVENT_COMMANDER_CHANGED, .data = data, .who = "ann" };
	incident_apply(story.incident, &event);
	event.seq += 2;
	incident_apply(story.incident, &event);
	AUTO(Json) *after = incident_to_json(story.incident);
	cr_assert(json_equal(before, after));
	event.seq = story.incident->seq + 1;
	event.type = EVENT_UNKNOWN;
	incident_apply(story.incident, &event);
	cr_assert_eq(story.incident->unknown_records, 1);
}
