/* keep.c: one checkpoint to one place, whatever its kind. */
#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/providers/checkpoint/checkpoint.h"

static bool is_same(Str a, const char *b) { return str_eq_c(a, b); }

/* 1: it holds this very note; 0: it holds none; -1: it holds another, or could not be asked. */
static int look(const Call *call, const PlaceKind *kind, const char *name, PlaceSeen *seen, Error *err) {
	AUTO_CLEAR(Buf) kept = {0};
	bool there = false;
	if (!kind->get(call, name, &kept, &there, seen, err))
		return -1;
	if (!there)
		return 0;
	if (is_same(buf_str(&kept), call->checkpoint->note))
		return 1;
	error_set(err, ERROR_CONFLICT, "it holds another checkpoint of record %lld: the record or the place was changed",
		(long long) call->checkpoint->seq);
	error_hint(err, "breakglass verify, with what the place holds");
	return -1;
}

static bool keep(const Call *call, const PlaceKind *kind, PlaceSeen *seen, Error *err) {
	Str note = str_from(call->checkpoint->note);
	AUTO_FREE char *name = bg_asprintf("%s/%08lld.txt", call->checkpoint->incident, (long long) call->checkpoint->seq);
	AUTO_FREE char *latest = bg_asprintf("%s/latest.txt", call->checkpoint->incident);
	int known = look(call, kind, name, seen, err);
	return known > 0 || (known == 0 && kind->put(call, name, note, seen, err) && kind->put(call, latest, note, seen, err));
}

static void tell_kept(const Call *call, const PlaceKind *kind, PlaceSeen *seen, Reading *ret) {
	Error err = {0};
	long long seq = (long long) call->checkpoint->seq;
	if (keep(call, kind, seen, &err)) {
		reading_set(ret, READING_OK, "record %lld is kept", seq);
	} else {
		/* A place that answered no keeps nothing. Of one that gave no answer nothing is known: it may have kept the note all the same. */
		bool answered = err.kind == ERROR_CONFLICT || kind->has_answered(&err);
		reading_set(ret, answered ? READING_FAIL : READING_UNKNOWN, "record %lld %s kept: %s", seq, answered ? "is not" : "may not be", err.why);
		reading_because_error(ret, &err);
	}
	reading_fact_int(ret, "record", call->checkpoint->seq);
	reading_fact_string(ret, "incident", call->checkpoint->incident);
}

void checkpoint_keep(const Call *call, const PlaceKind *kind, Reading *ret) {
	Error err = {0};
	PlaceSeen seen = {0};
	if (call->checkpoint)
		tell_kept(call, kind, &seen, ret);
	else if (kind->ready(call, &seen, &err))
		reading_set(ret, READING_OK, "ready: no incident is open");
	else
		reading_set_error(ret, &err);
	AUTO_FREE char *place = kind->describe(call);
	ret->by_name = seen.by_name;
	reading_at_place(ret, NULL, place);
	reading_note_clocks(ret, seen.clock_difference_ms, place);
}
