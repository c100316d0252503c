/* reading.c: making, carrying and storing readings. */
#include "core/providers/reading.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/alloc.h"
#include "core/base/text.h"

#define CLOCK_TOLERANCE_MS 5000
#define LINE_MAX_BYTES 390      /* a longer one is no line, and the record takes none (INCIDENT_LINE_MAX) */
#define CLOCK_WRONG_MS 60000

static const char *const NAMES[] = {
	[READING_UNKNOWN] = "unknown", [READING_OK] = "ok", [READING_WARN] = "warn", [READING_FAIL] = "fail",
	[READING_STALE] = "stale",
};

const char *reading_state_name(ReadingState state) { return NAMES[state]; }

bool reading_state_parse(const char *name, ReadingState *ret_state) {
	for (size_t i = 0; i < BG_LENGTH(NAMES); i++) {
		if (text_eq(name, NAMES[i])) {
			*ret_state = (ReadingState) i;
			return true;
		}
	}
	return false;
}

static void take_line(char **field, char *raw) {
	free(*field);
	*field = text_sanitised_line(raw);
	free(raw);
	if (strlen(*field) <= LINE_MAX_BYTES)
		return;
	size_t cut = LINE_MAX_BYTES - 3;
	while (cut && ((unsigned char) (*field)[cut] & 0xC0) == 0x80)
		cut--;   /* not within a character */
	memcpy(*field + cut, "...", 4);
}

Reading *reading_set(Reading *reading, ReadingState state, const char *text, ...) {
	va_list args;
	va_start(args, text);
	char *raw = bg_vasprintf(text, args);
	va_end(args);
	reading->state = state;
	take_line(&reading->text, raw);
	return reading;
}

void reading_because(Reading *reading, const char *reason, ...) {
	va_list args;
	va_start(args, reason);
	char *raw = bg_vasprintf(reason, args);
	va_end(args);
	take_line(&reading->reason, raw);
}

void reading_because_error(Reading *reading, const Error *err) {
	if (*err->hint && *err->where)
		reading_because(reading, "%s (%s)", err->hint, err->where);
	else if (*err->hint || *err->where)
		reading_because(reading, "%s", *err->hint ? err->hint : err->where);
}

void reading_set_error(Reading *reading, const Error *err) {
	if (*err->what)
		reading_set(reading, READING_UNKNOWN, "%s (trying to %s)", err->why, err->what);
	else
		reading_set(reading, READING_UNKNOWN, "%s", err->why);
	reading_because_error(reading, err);
}

static bool tells(const Reading *reading, const char *part) {
	return part && *part && ((reading->text && strstr(reading->text, part)) || (reading->reason && strstr(reading->reason, part)));
}

void reading_at_place(Reading *reading, const char *url, const char *place) {
	if (reading->state == READING_OK || tells(reading, url) || tells(reading, place))
		return;
	AUTO_FREE char *before = bg_strdup_or_null(reading->reason);
	reading_because(reading, "%s%s%s%s", before ? before : "", before ? " (" : "", place, before ? ")" : "");
}

void reading_note_clocks(Reading *reading, int64_t difference_ms, const char *place) {
	int64_t off_ms = difference_ms < 0 ? -difference_ms : difference_ms;
	char span[SPAN_TEXT_SIZE];
	if (off_ms < CLOCK_TOLERANCE_MS)
		return;
	bool wrong = off_ms >= CLOCK_WRONG_MS;
	AUTO_FREE char *before = bg_strdup_or_null(reading->reason);
	reading_because(reading, "%s%sits clock is %s %s ours%s%s%s", before ? before : "", before ? "; " : "", span_format(off_ms, span),
		difference_ms > 0 ? "ahead of" : "behind", wrong ? ": set the one that is wrong (this machine, or " : "", wrong ? place : "", wrong ? ")" : "");
	if (wrong && reading->state == READING_OK)
		reading->state = READING_WARN;
}

static Json *facts(Reading *reading) {
	if (!reading->facts)
		reading->facts = json_new_object();
	return reading->facts;
}

void reading_fact_string(Reading *reading, const char *key, const char *value) { json_add_string(facts(reading), key, value); }
void reading_fact_int(Reading *reading, const char *key, int64_t value) { json_add_int(facts(reading), key, value); }
void reading_fact_bool(Reading *reading, const char *key, bool value) { json_add_bool(facts(reading), key, value); }

/* ---- carrying the last known value ---- */

static void move_text(char **to, char **from) {
	free(*to);
	*to = TAKE(*from);
}

static void remember(Reading *known) {
	if (known->state == READING_UNKNOWN)
		return;
	known->last_state = known->state;
	known->last_time = known->taken;
	free(known->last_text);
	known->last_text = bg_strdup_or_null(known->text);
	json_free(known->last_facts);
	known->last_facts = json_copy(known->facts);
}

void reading_update(Reading *known, Reading *fresh) {
	known->state = fresh->state;
	known->taken = fresh->taken;
	known->elapsed_ms = fresh->elapsed_ms;
	known->by_name = fresh->by_name;
	if (fresh->budget_ms)
		known->budget_ms = fresh->budget_ms;
	move_text(&known->text, &fresh->text);
	move_text(&known->reason, &fresh->reason);
	json_free(known->facts);
	known->facts = TAKE(fresh->facts);
	remember(known);
}

/* ---- JSON ---- */

Json *reading_to_json(const Reading *reading) {
	Json *json = json_new_object();
	json_add_string(json, "name", reading->name);
	json_add_string(json, "probe", reading->probe);
	json_add_string(json, "system", reading->system);
	json_add_string(json, "state", reading_state_name(reading->state));
	json_add_string(json, "text", reading->text);
	json_add_string(json, "reason", reading->reason);
	json_add_int(json, "taken", reading->taken.ms);
	json_add_int(json, "elapsed_ms", reading->elapsed_ms);
	json_add_int(json, "budget_ms", reading->budget_ms);
	json_add_bool(json, "by_name", reading->by_name);
	json_add(json, "facts", json_copy(reading->facts));
	if (wall_known(reading->last_time)) {
		json_add_string(json, "last_state", reading_state_name(reading->last_state));
		json_add_string(json, "last_text", reading->last_text);
		json_add_int(json, "last_time", reading->last_time.ms);
		json_add(json, "last_facts", json_copy(reading->last_facts));
	}
	return json;
}

static char *line_of(const Json *json, const char *key) {
	const char *text = json_get_string(json, key);
	return text ? text_sanitised_line(text) : NULL;
}

bool reading_from_json(const Json *json, Reading *ret_reading, Error *err) {
	Reading reading = {0};
	if (!json_get_string(json, "name") || !reading_state_parse(json_get_string(json, "state"), &reading.state))
		return error_set(err, ERROR_PROTOCOL, "a reading without a name or with an unknown state");
	(void) reading_state_parse(json_get_string_or(json, "last_state", "unknown"), &reading.last_state);
	reading.name = line_of(json, "name");
	reading.probe = line_of(json, "probe");
	reading.system = line_of(json, "system");
	reading.text = line_of(json, "text");
	reading.reason = line_of(json, "reason");
	reading.taken.ms = json_get_int(json, "taken", 0);
	reading.elapsed_ms = json_get_int(json, "elapsed_ms", 0);
	reading.budget_ms = json_get_int(json, "budget_ms", 0);
	reading.by_name = json_get_bool(json, "by_name", false);
	reading.facts = json_copy(json_get(json, "facts"));
	reading.last_text = line_of(json, "last_text");
	reading.last_time.ms = json_get_int(json, "last_time", 0);
	reading.last_facts = json_copy(json_get(json, "last_facts"));
	*ret_reading = reading;
	return true;
}

void reading_copy(Reading *to, const Reading *from) {
	*to = *from;
	to->name = bg_strdup_or_null(from->name);
	to->probe = bg_strdup_or_null(from->probe);
	to->system = bg_strdup_or_null(from->system);
	to->text = bg_strdup_or_null(from->text);
	to->reason = bg_strdup_or_null(from->reason);
	to->last_text = bg_strdup_or_null(from->last_text);
	to->facts = json_copy(from->facts);
	to->last_facts = json_copy(from->last_facts);
}

void reading_clear(Reading *reading) {
	free(reading->name);
	free(reading->probe);
	free(reading->system);
	free(reading->text);
	free(reading->reason);
	free(reading->last_text);
	json_free(reading->facts);
	json_free(reading->last_facts);
	*reading = (Reading){0};
}
