/* error_json.h: an Error on its way between two processes. */
#pragma once
#include "core/base/error.h"
#include "core/base/json.h"

Json *error_to_json(const Error *err);                  /* owned */
/* What is not there is empty; without a cause it says that none was given. Always sets `err` (NULL ok). */
void error_from_json(const Json *json, Error *err);
