/* signing.h: the engine's part of sign-off: who may sign with which key, the text to sign, judging what comes back. Engine-internal. */
#pragma once
#include "core/engine/services.h"

bool signing_signers(Ask *ask, Error *err);
bool signing_gate(Ask *ask, Error *err);
bool signing_statement(Ask *ask, Error *err);
bool signing_sign(Ask *ask, Error *err);
/* Judges the signatures of every gate that covers `step` once more, at this moment, against the roster as it is on disk now. */
BG_CHECK bool signing_still_hold(Engine *engine, const Walk *walk, const IncidentStep *step, Error *err);
