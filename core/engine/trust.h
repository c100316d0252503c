/* trust.h: accepting a host key. Engine-internal. */
#pragma once
#include "core/engine/services.h"

BG_CHECK bool trust_accept(Ask *ask, Error *err);
