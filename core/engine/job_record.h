/* job_record.h: what came of an action, as the record tells it. */
#pragma once
#include "core/engine/engine_state.h"

/* Out of descriptors or memory for the moment: what cannot be seen now is looked at again, not judged. */
bool job_record_is_shortage(const Error *err);
/* A log that the worker could only keep in memory is kept with the record. */
void job_record_keep_log(Engine *engine, const Job *job, int64_t number);
/* `nodes`: what is known all the same of some of its machines; NULL = nothing. */
BG_CHECK bool job_record_lost(Engine *engine, int64_t number, const char *why, const Json *nodes, Error *err);
/* What is known of an action whose worker is gone: its result; or that it never began; or that nobody knows. `told`: what the log tells of its machines. */
BG_CHECK bool job_record_end(Engine *engine, int64_t number, const Json *result, bool began, const ToldNodes *told, Error *err);
