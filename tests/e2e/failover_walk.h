/* failover_walk.h: a whole failover against the sandbox, walked by what the record says is next, so that it goes on after whatever was killed
 * under it. What was acknowledged is held against the record, what was really done against what the sandbox was asked. */
#pragma once
#include "core/sandbox/sandbox.h"
#include "scene.h"
#include "tests/support/faults.h"

#define FAILOVER_STEPS_MAX 32

/* What an undisturbed failover does, learned from the first one. */
typedef struct FailoverLesson {
	StrList changes;                          /* what the sandbox was asked that was not only looking */
	size_t step_changes[FAILOVER_STEPS_MAX];  /* by the index of the step that did them */
	size_t records;
	StrList values;                           /* "draft=2" */
} FailoverLesson;
void failover_lesson_clear(FailoverLesson *lesson);
BG_DEFINE_CLEARP(FailoverLesson, failover_lesson_clear)

typedef struct FailoverWalk {
	Scene scene;
	Sandbox *sandbox;
	Faults *faults;
	FailoverLesson *lesson;
	bool learning;                            /* this walk fills the lesson */
	Client *client;
	int64_t engine_pid;                       /* of the engine that was talked to last */
	size_t engines;                           /* that were talked to */
	int64_t acked_seq;                        /* newest record that an accepted request rests on */
	char acked_head[65];
	size_t changes_before[FAILOVER_STEPS_MAX];   /* + 1, of the sandbox when the step's action was first started; 0 = it was not */
	size_t doubts, refusals, requests;
	Error refused;                            /* the newest refusal */
	const char *where;                        /* for messages */
} FailoverWalk;

FailoverWalk failover_begin(Faults *faults, FailoverLesson *lesson);
/* One request, or one thing waited for. False when the failover is done and the incident has ended. */
bool failover_go_on(FailoverWalk *walk);
/* An engine is there, and walk->client talks to it. */
void failover_check_client(FailoverWalk *walk);
/* After something was killed: an engine is there, nothing acknowledged is lost, and the journal is sound. */
void failover_check(FailoverWalk *walk);
/* What must be true in the end: each change was asked for exactly once, nothing is in doubt, the site is healed, the record is sound. */
void failover_check_end(FailoverWalk *walk);
void failover_clear(FailoverWalk *walk);
BG_DEFINE_CLEARP(FailoverWalk, failover_clear)
