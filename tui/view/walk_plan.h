/* walk_plan.h: what the walk and the sign-off screens say alike: a plan in words, digests, what stands before a gate. Pure. */
#pragma once
#include "core/base/moment.h"
#include "core/incident/incident.h"
#include "core/providers/plan.h"
#include "tui/widget/styled.h"

/* `columns` is how wide it will be drawn: values that do not fit beside their names get lines of their own. `whole`: the requests, the
 * preconditions and the full digest too. */
void plan_write(const StepAction *action, WallTime now, int columns, bool whole, Styled *out);
/* What it changes, and its warnings, without the rest. */
void plan_write_changes(const StepAction *action, int columns, Styled *out);
/* Its first line alone: "3 changes in fastly service ocw-live, draft v77". */
void plan_write_title(const StepAction *action, Styled *out);
/* "5b1f…9c20": enough of a digest to compare by eye. Returns `text`. */
#define SHORT_DIGEST_SIZE 16
const char *short_digest(const char *digest, char text[static SHORT_DIGEST_SIZE]);
/* `label` in MUTED, then the text in lines of its own column: what is wrapped goes on under its beginning. `columns` 0: not wrapped. */
void write_hanging(Styled *out, int label_columns, const char *label, Role role, const char *text, int columns);
