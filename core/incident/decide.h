/* decide.h: what the handlers of requests share. Not for other layers.
 * A handler takes its fields one by one from the request into the data of the record, and refuses with a full Error. */
#pragma once
#include "core/base/text.h"
#include "core/incident/model.h"

typedef struct Asked {
	const Incident *incident;
	const Request *request;
	const Json *args;
	WallTime now;
	Json *data;                  /* of the record, being filled; owned by incident_decide() */
	Error *err;
	/* Filled by take_run, take_step, take_gate and take_row. */
	const Run *run;
	const IncidentStep *step;
	const Gate *gate;
	const StepAction *row;
	size_t index;
} Asked;

typedef bool Handler(Asked *asked);
Handler decide_declare, decide_end, decide_handover, decide_note, decide_fact, decide_start, decide_finish, decide_set;
Handler decide_reading, decide_repaired, decide_held, decide_engine;
Handler decide_tick, decide_untick, decide_skip, decide_reclassify, decide_checked;
Handler decide_ask, decide_sign;
Handler decide_planned, decide_apply, decide_finished, decide_lost, decide_resolve;

/* A refusal; `hint` says what to do instead, in words. Always false. */
bool refuse(Asked *asked, ErrorKind kind, const char *hint, const char *why, ...) BG_PRINTF(4, 5);

typedef enum Need { OPTIONAL, REQUIRED } Need;
/* One line, made harmless, trimmed. Empty counts as absent. */
bool take_line(Asked *asked, const char *key, Need need, size_t max);
/* The same with its line breaks. */
bool take_text(Asked *asked, const char *key, Need need, size_t max);
/* Exactly as given; refused when it holds something that cannot be shown on one line. May be empty. */
bool take_value(Asked *asked, const char *key);
/* Exactly as given, of any kind of text: what was signed. */
bool take_raw(Asked *asked, const char *key, Need need, size_t max);
/* For what our own processes tell: made harmless and cut to `max`, never refused. NULL and empty are left out. */
void take_cut(Json *object, const char *key, const char *text, size_t max, SanitiseMode mode);
bool take_name(Asked *asked, const char *key);
bool take_digest(Asked *asked, const char *key);
bool take_int(Asked *asked, const char *key, Need need, int64_t min, int64_t max);
void take_bool(Asked *asked, const char *key);
/* `choices` ends with NULL. */
bool take_choice(Asked *asked, const char *key, const char *const *choices);
/* A reason; `why` says in words why one is wanted, NULL: it is not. */
bool take_reason(Asked *asked, const char *why);
bool has_text(const Asked *asked, const char *key);

bool take_run(Asked *asked);
bool take_walked_run(Asked *asked);
bool take_step(Asked *asked);    /* and its run, which must be walked unless it is about an undo */
bool take_row(Asked *asked);     /* after take_step */
bool take_gate(Asked *asked);    /* and its run */
