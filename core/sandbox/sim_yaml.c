/* sim_yaml.c: libfyaml reads the document and writes it as JSON, which the one JSON parser then reads. */
#include "core/sandbox/sim_yaml.h"
#include <libfyaml.h>
#include <stdlib.h>
#include "core/base/alloc.h"

bool sim_yaml_parse(Str text, Json **ret_json, Error *err) {
	struct fy_diag_cfg silent;
	fy_diag_cfg_default(&silent);
	silent.fp = NULL;   /* FYPCF_QUIET alone still writes to stderr, which may be a console's terminal */
	struct fy_diag *diag = fy_diag_create(&silent);
	BG_ASSERT(diag);
	const struct fy_parse_cfg settings = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG, .diag = diag };
	struct fy_document *document = fy_document_build_from_string(&settings, text.ptr, text.len);
	AUTO_FREE char *json = document ? fy_emit_document_to_string(document, FYECF_MODE_JSON_ONELINE) : NULL;
	fy_document_destroy(document);
	fy_diag_destroy(diag);
	if (!json)
		return error_set(err, ERROR_INVALID, "error converting YAML to JSON: yaml: cannot be read");
	return json_parse(str_trim(str_from(json)), ret_json, err);
}
