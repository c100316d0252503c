/* condition.h: `field op value`, judged. Pure: what guards and verifies say about a probe's facts or a variable's value.
 * Facts are JSON as in a Reading: numbers, strings, booleans, arrays of strings; spans are milliseconds, times milliseconds since 1970.
 * A fact that is not there or not of its type is UNKNOWN, which never counts as true. */
#pragma once
#include "core/base/json.h"
#include "core/base/moment.h"
#include "core/playbook/directive.h"
#include "core/playbook/vocabulary.h"

typedef enum Truth { TRUTH_NO, TRUTH_YES, TRUTH_UNKNOWN } Truth;

/* Whether `fact op expected` holds. `name` is the field in words for `reason`, which gets one line either way: "age is 22 h 04 m,
 * wanted: less than 26h". Lists: = every wanted item is in it, != none is, ~ one matches. Times are compared with RFC 3339 or, from `now`, with "-26h".
 * `expected` has its variables filled in. `reason` may be NULL. */
Truth condition_judge(const char *name, ParamType type, const Json *fact, DirectiveOp op, const char *expected, WallTime now,
	Buf *reason);
/* The same for a variable's value, which is text. */
Truth condition_judge_text(const char *name, ParamType type, const char *value, DirectiveOp op, const char *expected, WallTime now,
	Buf *reason);
/* Whether the argument of a `verify` or `guard` is an expectation on the probe's answer, not one of its parameters or the verb's own. */
bool condition_is_expectation(const VerbSpec *probe, const DirectiveArg *arg);
/* Whether it is a parameter of the probe. `sample` of verify is one too where the probe has it. */
bool condition_is_param(const VerbSpec *probe, const DirectiveArg *arg);
/* The arguments of a `verify` as a sentence: "job backup-ocw-content: status succeeded, max age 26h". Appends. */
void condition_say(const VerbSpec *probe, const DirectiveArg *args, size_t count, Buf *out);
