/* reading.h: a repeated question's last answer: state, value, time, reason.
 * Nothing is ok that was not just seen: `ok` needs an answer that was parsed and judged, and it expires (health decides when).
 * A Reading keeps its last known value and time beside the present state. Owned strings; NULL where there is none. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "core/base/json.h"
#include "core/base/moment.h"

typedef enum ReadingState {
	READING_UNKNOWN = 0,  /* could not look */
	READING_OK,
	READING_WARN,
	READING_FAIL,
	READING_STALE,        /* was ok, its budget has passed: never set by a probe, only by health */
} ReadingState;

typedef struct Reading {
	char *name;           /* the probe's name in the environment: "backup job" */
	char *probe;          /* "concourse.job" */
	char *system;         /* "ci" */
	ReadingState state;
	char *text;           /* the value in words: "succeeded, ended 03:12Z, 22 h ago" */
	char *reason;         /* one line that helps: why the state is not ok, or NULL */
	WallTime taken;       /* when this answer (or the failure to get one) was had, by our clock */
	int64_t elapsed_ms;   /* how long the look took */
	int64_t budget_ms;    /* how long an answer stays good */
	bool by_name;         /* the look depends on DNS */
	Json *facts;          /* the probe's fields, as named in its VerbSpec: numbers, strings, booleans; times in ms since 1970 */
	ReadingState last_state;  /* the last state that was not unknown */
	char *last_text;
	WallTime last_time;   /* when that was seen; 0 = never */
	Json *last_facts;
} Reading;

const char *reading_state_name(ReadingState state);              /* "ok" "warn" "fail" "stale" "unknown" */
bool reading_state_parse(const char *name, ReadingState *ret_state);

/* Replace the answer. Text is sanitised to one line. Each returns `reading` so that probes can end in one statement. */
Reading *reading_set(Reading *reading, ReadingState state, const char *text, ...) BG_PRINTF(3, 4);
void reading_because(Reading *reading, const char *reason, ...) BG_PRINTF(2, 3);
/* state = unknown, text = why (and what was tried, where that is told), and the reason says what to do next and where it was: "hint (where)". */
void reading_set_error(Reading *reading, const Error *err);
void reading_because_error(Reading *reading, const Error *err);   /* the reason only */
/* What every reading that is not ok says: where it was seen. Added to the reason, unless it tells it already (`url` or `place` is in it). */
void reading_at_place(Reading *reading, const char *url, const char *place);
/* The other side's clock minus ours: said from a few seconds on. From a minute on one of the two is wrong, and ok becomes warn. */
void reading_note_clocks(Reading *reading, int64_t difference_ms, const char *place);
void reading_fact_string(Reading *reading, const char *key, const char *value);
void reading_fact_int(Reading *reading, const char *key, int64_t value);
void reading_fact_bool(Reading *reading, const char *key, bool value);
/* `fresh` (the new answer) takes over from `known`: name and budget stay, last_* are carried or renewed. Consumes fresh's contents. */
void reading_update(Reading *known, Reading *fresh);

Json *reading_to_json(const Reading *reading);                   /* owned */
BG_CHECK bool reading_from_json(const Json *json, Reading *ret_reading, Error *err);
void reading_copy(Reading *to, const Reading *from);
void reading_clear(Reading *reading);
BG_DEFINE_CLEARP(Reading, reading_clear)
