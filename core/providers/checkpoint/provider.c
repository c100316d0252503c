/* provider.c: the kinds of places, as probes. */
#include "core/base/alloc.h"
#include "core/providers/checkpoint/checkpoint.h"

static const PlaceKind *const KINDS[] = {&PLACE_FOLDER, &PLACE_BUCKET};

static void keep_in_folder(const Call *call, Reading *ret) { checkpoint_keep(call, &PLACE_FOLDER, ret); }
static void keep_in_bucket(const Call *call, Reading *ret) { checkpoint_keep(call, &PLACE_BUCKET, ret); }

bool checkpoint_newest(const Call *call, const char *verb, const char *incident, Buf *out, bool *ret_there, Error *err) {
	AUTO_FREE char *name = bg_asprintf("%s/latest.txt", incident);
	PlaceSeen seen;   /* nobody asks for it here */
	for (size_t i = 0; i < BG_LENGTH(KINDS); i++)
		if (text_eq(KINDS[i]->verb, verb))
			return KINDS[i]->get(call, name, out, ret_there, &seen, err);
	return error_set(err, ERROR_INVALID, "%s is no place for checkpoints", verb);
}

#define FIELDS VERB_FIELDS({"record", PARAM_INT, "number of the record that the place is about"}, \
	{"incident", PARAM_TEXT, "the incident that it belongs to"})
#define TIMES .every_ms = 60000, .deadline_ms = 20000, .budget_ms = 180000

static const Probe PROBES[] = {
	{.spec = {.name = "checkpoint.folder", .kind = VERB_PROBE, .help = "keeps the record's checkpoints in a second folder",
			.VERB_PARAMS({"folder", PARAM_TEXT, true, NULL, "a folder that is there already, on another disk or a share"}), .FIELDS},
		TIMES, .read = keep_in_folder},
	{.spec = {.name = "checkpoint.bucket", .kind = VERB_PROBE, .help = "keeps the record's checkpoints as objects of a bucket",
			.VERB_PARAMS({"bucket", PARAM_TEXT, true, NULL, "name of the bucket"},
				{"prefix", PARAM_TEXT, false, NULL, "what keys begin with: breakglass/"}, {"system", PARAM_TEXT, false, NULL,
					"the s3 system that the bucket is in"}), .FIELDS},
		TIMES, .read = keep_in_bucket},
};

const Provider CHECKPOINT_PROVIDER = {.name = "checkpoint", .title = "places for checkpoints", .needs_no_system = true, .probes = PROBES,
	.probe_count = BG_LENGTH(PROBES)};
