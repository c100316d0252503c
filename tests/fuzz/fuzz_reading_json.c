/* A reading and a plan as JSON, as they come from the prober, a worker or a record: refused, or written and read back as the same; a reading is one
 * harmless line, and judging it by the clock never makes it better than it is. */
#include "fuzz.h"
#include "core/health/board.h"
#include "core/providers/plan.h"
#include "core/providers/reading.h"

#define NOW ((WallTime) { INT64_C(1795230000000) })

static void check_reading(const Json *json)
{
	AUTO_CLEAR(Reading) reading = { 0 };
	AUTO_CLEAR(Reading) again = { 0 };
	Verdict verdict;
	const char *reason = NULL;
	Error err = { 0 };
	if (!reading_from_json(json, &reading, &err)) {
		fuzz_refused(&err);
		return;
	}
	AUTO(Json) *out = reading_to_json(&reading);
	bool read = reading_from_json(out, &again, &err);
	AUTO(Json) *twice = read ? reading_to_json(&again) : NULL;
	BG_ASSERT(read && json_equal(out, twice));
	ReadingState judged = health_judge(&reading, NOW);
	BG_ASSERT(judged != READING_OK || reading.state == READING_OK);
	AUTO(Json) *damage = json_new_object();
	json_add_string(damage, "backup", reading.name);
	json_add_string(damage, "live", reading.name);
	bool shown = board_verdict(&reading, 1, damage, (WallTime) { 0 }, NULL, NOW, &verdict);
	judged = board_judge(&reading, damage, shown ? &verdict : NULL, NOW, &reason);
	BG_ASSERT(judged != READING_OK || reading.state == READING_OK);
}

static void check_plan(const Json *json)
{
	AUTO_CLEAR(Plan) plan = { 0 };
	AUTO_CLEAR(Plan) again = { 0 };
	AUTO_CLEAR(StrList) lines = { 0 };
	char digest[65], same[65];
	Error err = { 0 };
	if (!plan_from_json(json, &plan, &err)) {
		fuzz_refused(&err);
		return;
	}
	AUTO(Json) *out = plan_to_json(&plan);
	bool read = plan_from_json(out, &again, &err);
	plan_digest(&plan, digest);
	BG_ASSERT(read);
	plan_digest(&again, same);
	BG_ASSERT(text_eq(digest, same));
	plan_describe(&plan, &lines);
	BG_ASSERT(lines.count >= plan.count || !plan.count);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO(Json) *json = NULL;
	if (!json_parse((Str) { (const char *) data, size }, &json, NULL))
		return 0;
	check_reading(json);
	check_plan(json);
	return 0;
}
