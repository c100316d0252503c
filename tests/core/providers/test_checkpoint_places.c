/* Places for checkpoints, each kind: what is kept is there whole, is not written twice, and never replaced. */
#include <unistd.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/providers/checkpoint/checkpoint.h"
#include "core/sandbox/sandbox.h"
#include "tests/support/support.h"

#define BUCKET "ocw-content-backup-live-production"
#define NOTE(n, digit) "breakglass i1\n" n "\n" digit digit digit digit "\n"

typedef struct Place {
	Sandbox *sandbox;
	Environment *environment;
	TempFolder folder;
	Json *args;
	const char *verb;
	Call call;
} Place;

static void place_clear(Place *place) {
	json_free(place->args);
	environment_free(place->environment);
	sandbox_stop(place->sandbox);
	temp_folder_clear(&place->folder);
}
BG_DEFINE_CLEARP(Place, place_clear)

static void place_begin(Place *place, const char *verb) {
	Error err;
	SandboxOptions options = {.build_ms = 1};
	bool bucket = text_eq(verb, "checkpoint.bucket");
	place->folder = temp_folder();
	place->verb = verb;
	place->args = json_new_object();
	if (bucket) {
		assert_ok(sandbox_start(&options, &place->sandbox, &err), &err);
		AUTO_FREE char *path = sandbox_environment(place->sandbox);
		assert_ok(environment_load(path, &place->environment, &err), &err);
		json_add_string(place->args, "bucket", BUCKET);
		json_add_string(place->args, "prefix", "audit/of us/");
	} else {
		json_add_string(place->args, "folder", place->folder.path);
	}
	place->call = (Call){.environment = place->environment, .args = place->args, .deadline = {mono_now().ms + 20000},
		.system = bucket ? environment_only_system(place->environment, "s3") : NULL};
	cr_assert(!bucket || place->call.system);
}

static void keep(Place *place, const char *note, int64_t seq, Reading *ret) {
	CallCheckpoint checkpoint = {"i1", note, seq};
	place->call.checkpoint = note ? &checkpoint : NULL;
	reading_clear(ret);
	probe_find(place->verb)->read(&place->call, ret);
}

static void newest_is(Place *place, const char *incident, const char *note) {
	AUTO_CLEAR(Buf) kept = {0};
	bool there = false;
	Error err;
	assert_ok(checkpoint_newest(&place->call, place->verb, incident, &kept, &there, &err), &err);
	cr_assert_eq(there, note != NULL);
	if (note)
		assert_text(place->verb, buf_text(&kept), note);
}

static const char *const verbs[] = {"checkpoint.folder", "checkpoint.bucket"};

Test(checkpoint_places, every_kind_of_place_keeps_each_note_once) {
	for (size_t i = 0; i < BG_LENGTH(verbs); i++) {
		AUTO_CLEAR(Place) place = {0};
		AUTO_CLEAR(Reading) reading = {0};
		place_begin(&place, verbs[i]);
		keep(&place, NULL, 0, &reading);
		assert_text(verbs[i], reading.text, "ready: no incident is open");
		newest_is(&place, "i1", NULL);
		keep(&place, NOTE("1", "a"), 1, &reading);
		cr_assert_eq(reading.state, READING_OK, "%s: %s", verbs[i], reading.reason);
		assert_text(verbs[i], reading.text, "record 1 is kept");
		keep(&place, NOTE("3", "b"), 3, &reading);
		keep(&place, NOTE("3", "b"), 3, &reading);
		cr_assert_eq(reading.state, READING_OK, "%s: %s", verbs[i], reading.reason);
		newest_is(&place, "i1", NOTE("3", "b"));
		newest_is(&place, "i2", NULL);
		cr_assert_eq(json_get_int(reading.facts, "record", 0), 3);
	}
}

Test(checkpoint_places, another_note_for_the_same_record_is_told_and_not_taken) {
	for (size_t i = 0; i < BG_LENGTH(verbs); i++) {
		AUTO_CLEAR(Place) place = {0};
		AUTO_CLEAR(Reading) reading = {0};
		place_begin(&place, verbs[i]);
		keep(&place, NOTE("3", "b"), 3, &reading);
		keep(&place, NOTE("3", "c"), 3, &reading);
		cr_assert_eq(reading.state, READING_FAIL);
		cr_assert(strstr(reading.text, "another checkpoint of record 3"), "%s: %s", verbs[i], reading.text);
		newest_is(&place, "i1", NOTE("3", "b"));
	}
}

Test(checkpoint_places, a_folder_that_is_not_there_is_not_made) {
	AUTO_CLEAR(Place) place = {0};
	AUTO_CLEAR(Reading) reading = {0};
	place_begin(&place, "checkpoint.folder");
	json_add_string(place.args, "folder", temp_path(&place.folder, "mount"));
	keep(&place, NOTE("1", "a"), 1, &reading);
	cr_assert_eq(reading.state, READING_FAIL);
	assert_text("text", reading.text, "record 1 is not kept: the folder is not there");
	cr_assert(strstr(reading.reason, "mount"), "%s", reading.reason);
	cr_assert_not(file_exists(temp_path(&place.folder, "mount")));
}

Test(checkpoint_places, a_store_that_refuses_or_says_nonsense_keeps_nothing) {
	static const struct { const char *fault; ReadingState state; } faults[] = {{"status=503@s3", READING_FAIL}, {"status=403@s3", READING_FAIL},
		{"reset@s3", READING_UNKNOWN}, {"truncate@s3", READING_UNKNOWN}};   /* no whole answer: nobody knows whether it kept it */
	AUTO_CLEAR(Place) place = {0};
	place_begin(&place, "checkpoint.bucket");
	for (size_t i = 0; i < BG_LENGTH(faults); i++) {
		AUTO_CLEAR(Reading) reading = {0};
		Error err;
		assert_ok(sandbox_fault(place.sandbox, faults[i].fault, &err), &err);
		keep(&place, NOTE("1", "a"), 1, &reading);
		cr_assert_eq(reading.state, faults[i].state, "%s", faults[i].fault);
		cr_assert(reading.reason && *reading.reason, "%s", faults[i].fault);
		assert_ok(sandbox_fault(place.sandbox, "none", &err), &err);
	}
	AUTO_CLEAR(Reading) reading = {0};
	keep(&place, NOTE("1", "a"), 1, &reading);
	cr_assert_eq(reading.state, READING_OK, "%s", reading.reason);
	json_add_string(place.args, "bucket", "no-such-bucket");
	keep(&place, NOTE("1", "a"), 1, &reading);
	cr_assert_eq(reading.state, READING_FAIL);
	cr_assert(strstr(reading.text, "no such bucket"), "%s", reading.text);
}
