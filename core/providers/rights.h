/* rights.h: what a credential may do, as asked in quiet times without changing anything: of one system, for all that the playbooks want of it.
 * A provider's `may` adds to it; each thing is asked once, however many actions want it. */
#pragma once
#include <stddef.h>
#include "core/base/cleanup.h"
#include "core/base/error.h"

typedef enum RightAnswer {
	RIGHT_UNKNOWN = 0,    /* it could not be asked now: no answer, or one that is not understood */
	RIGHT_YES,
	RIGHT_NO,
	RIGHT_UNTOLD,         /* the service tells nobody: only the action itself will show it */
} RightAnswer;

typedef struct Right {
	RightAnswer answer;
	char *what;           /* after "may": "update deployments.apps/scale in openedx" */
	char *evidence;       /* what says so, what is missing, or why it cannot be told */
	char *hint;           /* what to do; "" for yes */
} Right;

typedef struct Rights { Right *items; size_t count, capacity; } Rights;

/* NULL if it was not asked yet. */
const Right *rights_find(const Rights *rights, const char *what);
/* `hint` NULL for yes. What was answered before stays as it is. */
void rights_add(Rights *rights, RightAnswer answer, const char *what, const char *hint, const char *evidence, ...) BG_PRINTF(5, 6);
/* From why it could not be asked: that the credential is not taken at all is a no. */
void rights_add_error(Rights *rights, const char *what, const Error *err);
void rights_clear(Rights *rights);
BG_DEFINE_CLEARP(Rights, rights_clear)
