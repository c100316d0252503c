/* worker_check.h: asking probes on behalf of a step: its verifies and its guards. Runs in a worker. */
#pragma once
#include "core/base/json.h"
#include "core/providers/provider.h"

/* The verifies of a step, each until it is true or its `within` has passed: the result {"checks":[{index,ok,text,reason}]}. Owned. */
Json *worker_check(const Call *call, const Json *checks);
/* Values that probes tell: {"values":[{name, from, seen, value | why}]}; owned. */
Json *worker_look(const Call *call, const Json *looks);
/* The guards that ask a probe: {"failed":[{text,soft}]}; owned. A probe that cannot answer fails its guard. */
Json *worker_judge_guards(const Call *call, const Json *guards);
