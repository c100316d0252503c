/* output.c: see output.h. The log is one JSON object a line (engine/worker_log.h); a line that is none is passed over. */
#include "core/report/output.h"

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/base/json.h"

#define LOG_MAX (80u * 1024 * 1024)

bool output_read(const char *folder, int64_t number, Buf *out, bool *ret_cut)
{
	AUTO_FREE char *path = bg_asprintf("%s/actions/%lld.log", folder, (long long) number);
	AUTO_CLEAR(Buf) log = { 0 };
	Str rest, line;
	size_t before = out->len;
	*ret_cut = false;
	if (!file_read(path, LOG_MAX, &log, NULL))
		return false;
	rest = buf_str(&log);
	while (str_next_line(&rest, &line)) {
		AUTO(Json) *json = NULL;
		if (!json_parse(line, &json, NULL))
			continue;
		const char *kind = json_get_string_or(json, "k", "");
		if (!text_eq(kind, "out") && !text_eq(kind, "err"))
			continue;
		Str said = str_from(json_get_string(json, "s"));
		*ret_cut = out->len - before + said.len > OUTPUT_MAX;
		if (*ret_cut)
			break;
		buf_put_str(out, said);
	}
	return out->len > before;
}
