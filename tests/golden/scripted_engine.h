/* scripted_engine.h: an engine that says what a test wrote: the console connects to it as to a real one. Records are made by the real model
 * from requests, so that what the console folds is what an engine would send; everything else is given as JSON in which ' stands for ".
 * Everything is prepared before script_start(); afterwards the thread of the script owns it. */
#pragma once
#include "core/base/json.h"
#include "core/base/moment.h"
#include "core/incident/incident.h"
#include "tests/support/support.h"

typedef struct Script Script;

/* The moment at which all golden screens are taken: 2026-11-21T23:00:00Z. */
#define SCRIPT_NOW_MS INT64_C(1795302000000)

Script *script_new(void);
/* A record; `age_ms` before SCRIPT_NOW_MS. It must be allowed. */
void script_record(Script *script, const char *who, int64_t age_ms, const char *request, const char *args, ...) BG_PRINTF(5, 6);
void script_record_json(Script *script, const char *who, int64_t age_ms, const char *request, const Json *args);
/* A frame for every console that comes, after the records: "{'t':'job',..}". */
void script_frame(Script *script, const char *frame, ...) BG_PRINTF(2, 3);
/* What an ask is answered with; the newest for a name wins. One that has no answer is refused. */
void script_reply(Script *script, const char *ask, const char *data, ...) BG_PRINTF(3, 4);
void script_reply_json(Script *script, const char *ask, Json *data);
void script_refuse(Script *script, const char *ask, const char *why, const char *hint);
/* What is told from here on comes only when this has been asked and answered. Once. */
void script_hold(Script *script, const char *ask);
/* The incident so far. */
const Incident *script_incident(const Script *script);
/* Listens where consoles of this environment and state folder look for their engine. */
void script_start(Script *script, const char *state, const char *environment);
Script *script_free(Script *script);
BG_DEFINE_FREEP(Script, script_free)

Json *script_json(const char *quoted, ...) BG_PRINTF(1, 2);
