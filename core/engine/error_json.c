/* error_json.c: see error_json.h. */
#include "core/engine/error_json.h"

Json *error_to_json(const Error *err) {
	Json *json = json_new_object();
	json_add_string(json, "kind", error_kind_name(err->kind));
	json_add_string(json, "what", err->what);
	json_add_string(json, "where", err->where);
	json_add_string(json, "why", err->why);
	json_add_string(json, "hint", err->hint);
	return json;
}

void error_from_json(const Json *json, Error *err) {
	ErrorKind kind = ERROR_REMOTE;
	(void) error_kind_parse(json_get_string_or(json, "kind", ""), &kind);
	error_set(err, kind, "%s", json_get_string_or(json, "why", "the engine refused without a reason"));
	error_what(err, "%s", json_get_string_or(json, "what", ""));
	error_where(err, "%s", json_get_string_or(json, "where", ""));
	error_hint(err, "%s", json_get_string_or(json, "hint", ""));
}
