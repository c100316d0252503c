/* sim_yaml.h: YAML as `fly set-pipeline` sends it, read into JSON. The only file that includes libfyaml here is sim_yaml.c. */
#pragma once
#include "core/base/error.h"
#include "core/base/json.h"

/* Aliases are refused: what comes over the wire has none. Owned result. */
BG_CHECK bool sim_yaml_parse(Str text, Json **ret_json, Error *err);
