/* A journal as a file of any bytes: what the verifier finds sound can be read, what can be read can be opened and goes on, and a fold of it is the same
 * each time. */
#include "fuzz.h"
#include "core/base/file.h"
#include "core/engine/incident_file.h"
#include "core/journal/journal.h"

static bool fold(void *userdata, const Record *record, Str line, Error *err)
{
	(void) line;
	(void) err;
	Event event = record_event(record);
	incident_apply(userdata, &event);
	return true;
}

static bool read_all(Incident *incident, Error *err)
{
	bool ok = journal_read(fuzz_folder(), 1, fold, incident, err);
	if (!ok)
		fuzz_refused(err);
	return ok;
}

static void go_on(int64_t seq)
{
	AUTO(IncidentFile) *file = NULL;
	Error err = { 0 };
	if (!incident_file_open(fuzz_folder(), &file, &err)) {
		fuzz_refused(&err);
		return;
	}
	BG_ASSERT(incident_file_seq(file) >= seq);
	AUTO(Json) *args = json_new_object();
	json_add_string(args, "text", "goes on");
	Request request = { REQUEST_NOTE, "ann", "uid", args };
	if (!incident_file_request(file, &request, &err))
		fuzz_refused(&err);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	AUTO_CLEAR(JournalReport) report = { 0 };
	AUTO(Incident) *one = incident_new();
	AUTO(Incident) *other = incident_new();
	Error err = { 0 };
	fuzz_write("journal.jsonl", (Str) { (const char *) data, size });
	bool looked = journal_verify(fuzz_folder(), NULL, &report, &err);
	bool read = read_all(one, &err);
	BG_ASSERT(!looked || report.problems.count || read);
	if (!read || !read_all(other, &err))
		return 0;
	AUTO(Json) *first = incident_to_json(one);
	AUTO(Json) *second = incident_to_json(other);
	BG_ASSERT(json_equal(first, second));
	go_on(one->seq);
	return 0;
}
