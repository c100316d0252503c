/* plan.h: the list of changes that an action would make now, with a digest. What people sign, and what apply compares against.
 * Canonical JSON: {"action","args","target","changes":[{"what","from","to"}],"preconditions":[..],"basis":{..}}; the digest is the
 * SHA-256 of that text with keys sorted. `warnings`, `undo`, `manual` and `request` are shown but do not enter the digest:
 * they may hold counters or times. Two plans of the same world at different times have the same digest. */
#pragma once
#include "core/base/json.h"
#include "core/base/str.h"

typedef struct PlanChange { char *what, *from, *to; } PlanChange;   /* from or to NULL: created or removed */

typedef struct Plan {
	char *action;             /* "fastly.replace" */
	char *target;             /* "fastly service ocw-live, draft v77" */
	char *confirm_name;       /* what a destructive action's typed name must equal; NULL = the target's short name is not needed */
	Json *args;               /* the resolved parameters, without secrets */
	PlanChange *changes;
	size_t count, capacity;
	StrList preconditions;    /* what must stay true until apply: "v76 is active" */
	StrList warnings;
	Json *basis;              /* machine facts that apply relies on: {"active":76,"draft":77} */
	char *undo;               /* in words: "activate v76 again" */
	char *manual;             /* the manual equivalent: a command line or clicks */
	char *request;            /* the exact requests that apply sends, one a line, without secrets */
	bool nothing_to_do;       /* the world is already as asked */
} Plan;

void plan_add_change(Plan *plan, const char *what, const char *from, const char *to);
void plan_set(char **field, const char *format, ...) BG_PRINTF(2, 3);   /* replaces an owned text field */
void plan_digest(const Plan *plan, char ret[static 65]);
Json *plan_to_json(const Plan *plan);                                   /* everything, with "digest"; owned */
BG_CHECK bool plan_from_json(const Json *json, Plan *ret_plan, Error *err);
/* The changes in words, a line each: "backend origin-s3 address: a -> b". Appends. */
void plan_describe(const Plan *plan, StrList *out);
void plan_clear(Plan *plan);
BG_DEFINE_CLEARP(Plan, plan_clear)
