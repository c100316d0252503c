/* story.h: an incident that is told request by request, without a journal: each accepted request is folded in at once.
 * Time moves on by one second with every request. The outline has one step of every kind that matters. */
#pragma once
#include "core/incident/incident.h"
#include "tests/support/support.h"

typedef struct Story {
	Incident *incident;
	WallTime now;
	Error err;               /* of the last refusal */
	const char *who;
	Json *last;              /* data and type of the newest record */
	EventType last_type;
} Story;

Story story_new(void);                   /* nothing declared */
Story story_declared(void);
Story story_walking(void);               /* with run r1 of the outline below */
void story_clear(Story *story);
BG_DEFINE_CLEARP(Story, story_clear)

/* One request with its arguments as JSON, in which ' stands for ". */
bool story_ask(Story *story, const char *request, const char *args, ...) BG_PRINTF(3, 4);
#define story_ok(story, ...) assert_ok(story_ask((story), __VA_ARGS__), &(story)->err)
#define story_no(story, kind, why, ...) assert_refused(story_ask((story), __VA_ARGS__), &(story)->err, (kind), (why))

const Run *story_run(const Story *story);
const IncidentStep *story_step(const Story *story, const char *number);
const Gate *story_gate(const Story *story, const char *id);
void story_state(const Story *story, const char *number, StepState expected);
/* "a b": names of the open ledger items in order, doubtful ones with "?". */
void story_ledger(const Story *story, const char *expected);

/* A digest that is the same letter 64 times. */
const char *digest_of(char c);
/* Plan and apply row `index` of a step: the plan's digest is digest_of('a'). */
void story_plan(Story *story, const char *number, int index);
bool story_apply(Story *story, const char *number, int index);
/* plan, apply, finished with `fields` ("'outcome':'done'"). */
void story_do(Story *story, const char *number, int index, const char *fields);
void story_finish(Story *story, const char *fields);      /* of the newest action */
void story_check(Story *story, const char *number, bool ok);
/* Asks gate `id` over `subject` and lets product and engineering say yes. */
void story_sign_both(Story *story, const char *id, char subject);
bool story_sign(Story *story, const char *id, char subject, const char *role, const char *person, const char *decision);

extern const char *const STORY_OUTLINE;
