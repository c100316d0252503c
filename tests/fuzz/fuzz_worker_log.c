/* The log of an action, read by the engine in pieces, by recovery from its start, and by the report: all three see the same lines; a result is a line that
 * says so; output is bounded. */
#include <unistd.h>

#include "fuzz.h"
#include "core/engine/worker_log.h"
#include "core/report/output.h"

typedef struct Seen { size_t lines, results; bool began; } Seen;

static void on_line(void *userdata, const Json *line)
{
	Seen *seen = userdata;
	const char *kind = json_get_string(line, "k");
	seen->lines++;
	seen->results += text_eq(kind, "result");
	seen->began = seen->began || text_eq(kind, "begin");
}

static Seen follow(const char *path, size_t at_once)
{
	Error err = { 0 };
	Seen seen = { 0 };
	AUTO(WorkerLog) *log = worker_log_open(path, &err);
	BG_ASSERT(log && worker_log_is_free(log));
	for (bool more = true; more;) {
		bool ok = worker_log_poll(log, at_once, on_line, &seen, &more, &err);
		BG_ASSERT(ok);
	}
	return seen;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(WorkerVerdict) verdict = { 0 };
	AUTO_CLEAR(Buf) output = { 0 };
	Error err = { 0 };
	bool cut;
	AUTO_FREE char *path = fuzz_path("actions/1.log");
	fuzz_write("actions/1.log", (Str) { (const char *) data, size });
	Seen whole = follow(path, 1024 * 1024), pieces = follow(path, 1);
	BG_ASSERT(whole.lines == pieces.lines && whole.results == pieces.results && whole.began == pieces.began);
	bool judged = worker_log_judge(path, &verdict, &err);
	BG_ASSERT(judged && verdict.exists && !verdict.locked);
	BG_ASSERT(verdict.began == whole.began && (verdict.result != NULL) == (whole.results > 0));
	(void) output_read(fuzz_folder(), 1, &output, &cut);
	BG_ASSERT(output.len <= OUTPUT_MAX);
	return 0;
}
