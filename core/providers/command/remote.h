/* remote.h: a command on machines over SSH, many at once, each with its own deadline and its own end. What libssh2 cannot do goes through the ssh
 * program. Nothing is ever sent twice. */
#pragma once
#include "core/providers/command/machines.h"

#define REMOTE_AT_ONCE 32
#define REMOTE_TEXT_MAX (8u * 1024)  /* bytes of a command */

BG_CHECK bool remote_plan(const Call *call, Plan *plan, Error *err);
BG_CHECK bool remote_apply(const Call *call, ActionResult *result, Error *err);
