/* fill.h: values that probes tell (var NAME from=PROBE.FIELD): asked by a worker before what needs them, recorded with where they come from. */
#pragma once
#include "core/engine/engine_state.h"
#include "core/engine/walk.h"

/* Asks first for what `step` needs and probes tell; `then` (a plan or a check, with its run, step, index and who) follows in the same job. False with no
 * error: there is nothing to ask. `old`: the job that this continues; NULL: a new one. */
BG_CHECK bool fill_before(Engine *engine, EngineJob *old, const Walk *walk, const Step *step, const JobSpec *then, int64_t *ret_job, Error *err);
/* A gate signs every value filled in: those of `names` that probes tell are asked for, each once by itself in this engine's life; again when a person says so. */
void fill_for_gate(Engine *engine, const Walk *walk, const StrList *names);
/* What the worker of a look found, into the record; true when all of it is known now. */
BG_CHECK bool fill_record(EngineJob *job, const Json *result, Error *err);

/* engine_jobs.c */
BG_CHECK bool engine_job_start(Engine *engine, EngineJob *old, const JobSpec *spec, Json *request, int64_t usual_ms, int64_t *ret_job, Error *err);
Json *engine_job_request(const Engine *engine, const char *kind);
