/* json_scan.h: is this text exactly one JSON document (RFC 8259), within our limits? Builds nothing. Used inside base
 * only. */
#pragma once
#include "core/base/error.h"
#include "core/base/str.h"

/* False with why = the line, the column and what is wrong there. */
BG_CHECK bool json_scan(Str text, unsigned max_depth, Error *err);
