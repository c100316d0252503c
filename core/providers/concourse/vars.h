/* vars.h: the ((name)) of a pipeline's configuration, filled in from a file of variables as fly's -l does it. What the file does not
 * hold stays: Concourse asks its credential manager for it. */
#pragma once
#include "core/base/buf.h"
#include "core/base/error.h"

#define CONCOURSE_VARS_MAX (256u * 1024)

/* Appends `config` with its variables filled in to `out`, and the names of those that stay to `ret_left`. `vars` is YAML: a map of
 * texts, numbers and booleans; `name` names it in errors. A value that could change the shape of the configuration is refused. */
BG_CHECK bool concourse_fill_vars(Str config, Str vars, const char *name, Buf *out, StrList *ret_left, Error *err);
