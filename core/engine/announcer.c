/* announcer.c: see announcer.h. Folder/announced.json: {"posted":N,"sending":N,"thread":TEXT,"doubt":N,"dropped":N}, numbers of records; 0 = none. */
#include "core/engine/announcer.h"

#include <stdlib.h>

#include "core/base/alloc.h"
#include "core/base/file.h"
#include "core/engine/announce_words.h"
#include "core/engine/engine_state.h"

#define STATE_FILE "announced.json"
#define STATE_MAX 4096
#define RETRY_FIRST_MS 250
#define RETRY_LAST_MS 60000

typedef struct Waiting { int64_t seq; char *text; } Waiting;

struct Announcer {
	Engine *engine;
	const char *probe;               /* its name in the environment */
	char *folder, *incident;         /* whose records these are; NULL: none yet */
	AnnounceTeller teller;
	Waiting waiting[ANNOUNCE_WAITING_MAX];
	size_t count;
	int64_t posted, sending;         /* settled up to; under way, 0 = none */
	int64_t doubt;                   /* the last one of which nobody knows whether it was posted; 0 = none */
	int64_t dropped;                 /* so many were, and it was not said yet */
	bool doubt_owed;                 /* it was not said yet */
	char *thread;
	int64_t retry_ms;                /* how long to wait after the next failure; 0 = it went well */
	MonoTime not_before;
	Error trouble;                   /* why nothing can be sent from here: its state cannot be kept */
};

static const EnvironmentProbe *find_place(const Environment *environment) {
	for (size_t i = 0; i < environment->probe_count; i++)
		if (text_eq(environment->probes[i].probe, "slack.announce"))
			return &environment->probes[i];
	return NULL;
}

Announcer *announcer_new(Engine *engine) {
	const EnvironmentProbe *place = find_place(engine->environment);
	if (!place)
		return NULL;
	Announcer *announcer = bg_calloc(1, sizeof(*announcer));
	announcer->engine = engine;
	announcer->probe = place->name;
	return announcer;
}

static void forget(Announcer *announcer) {
	for (size_t i = 0; i < announcer->count; i++)
		free(announcer->waiting[i].text);
	free(announcer->folder);
	free(announcer->incident);
	free(announcer->thread);
	announce_teller_clear(&announcer->teller);
	announcer->folder = announcer->incident = announcer->thread = NULL;
	announcer->teller = (AnnounceTeller){0};
	announcer->count = 0;
	announcer->posted = announcer->sending = announcer->doubt = 0;
	announcer->doubt_owed = false;
}

Announcer *announcer_free(Announcer *announcer) {
	if (announcer)
		forget(announcer);
	free(announcer);
	return NULL;
}

/* ---- what was posted, durably ---- */

static bool keep_state(Announcer *announcer) {
	AUTO(Json) *json = json_new_object();
	AUTO_FREE char *path = path_join(announcer->folder, STATE_FILE);
	json_add_int(json, "posted", announcer->posted);
	json_add_int(json, "sending", announcer->sending);
	json_add_int(json, "doubt", announcer->doubt);
	json_add_int(json, "dropped", announcer->dropped);
	json_add_string(json, "thread", announcer->thread);
	AUTO_FREE char *text = json_text(json);
	Error err = {0};
	bool ok = file_write_atomic(path, text, strlen(text), 0600, &err);
	announcer->trouble = err;
	return ok;
}

/* A file that cannot be read says nothing: what it held of is then taken as told, since twice is worse than not at all. */
static void take_state(Announcer *announcer, int64_t last_seq) {
	AUTO_CLEAR(Buf) text = {0};
	AUTO(Json) *json = NULL;
	AUTO_FREE char *path = path_join(announcer->folder, STATE_FILE);
	if (!file_exists(path))
		return;
	if (!file_read(path, STATE_MAX, &text, NULL) || !json_parse(buf_str(&text), &json, NULL)) {
		announcer->posted = announcer->doubt = last_seq;
		announcer->doubt_owed = true;
		return;
	}
	announcer->posted = json_get_int(json, "posted", 0);
	announcer->doubt = json_get_int(json, "doubt", 0);
	announcer->dropped = json_get_int(json, "dropped", 0);
	announcer->thread = bg_strdup_or_null(json_get_string(json, "thread"));
	int64_t sending = json_get_int(json, "sending", 0);
	if (sending > announcer->posted) {
		announcer->posted = announcer->doubt = sending;
		announcer->doubt_owed = true;
	}
}

/* ---- the queue ---- */

static void drop_first(Announcer *announcer) {
	free(announcer->waiting[0].text);
	announcer->count--;
	memmove(announcer->waiting, announcer->waiting + 1, announcer->count * sizeof(*announcer->waiting));
}

static void add_waiting(Announcer *announcer, int64_t seq, const char *text) {
	if (announcer->count == ANNOUNCE_WAITING_MAX) {
		drop_first(announcer);
		announcer->dropped++;
	}
	announcer->waiting[announcer->count++] = (Waiting){seq, bg_strdup(text)};
}

static void take_event(Announcer *announcer, const Event *event, const Incident *incident) {
	AUTO_CLEAR(Buf) text = {0};
	if (announce_words(&announcer->teller, announcer->engine->environment, event, incident, &text) && event->seq > announcer->posted)
		add_waiting(announcer, event->seq, buf_text(&text));
}

typedef struct Replay { Announcer *announcer; Incident *incident; } Replay;

static bool replay(void *userdata, const Record *record, Str line, Error *err) {
	(void) line;
	(void) err;
	Replay *told = userdata;
	Event event = record_event(record);
	incident_apply(told->incident, &event);
	take_event(told->announcer, &event, told->incident);
	return true;
}

void announcer_use(Announcer *announcer) {
	const IncidentFile *file = announcer ? announcer->engine->file : NULL;
	if (!file || text_eq(announcer->folder, incident_file_folder(file))) {
		announcer_pump(announcer);
		return;
	}
	int64_t lost = (int64_t) announcer->count;
	forget(announcer);
	announcer->dropped += lost;   /* of the incident before: said with the first of this one */
	announcer->folder = bg_strdup(incident_file_folder(file));
	announcer->incident = bg_strdup(incident_file_model(file)->id);
	take_state(announcer, incident_file_seq(file));
	AUTO(Incident) *incident = incident_new();
	Replay told = {announcer, incident};
	BG_IGNORE(incident_file_replay(file, 1, replay, &told, NULL));   /* what cannot be read cannot be told; the engine's own words say so */
	announcer_pump(announcer);
}

void announcer_record(Announcer *announcer, const Event *event) {
	if (!announcer || !announcer->folder)
		return;
	take_event(announcer, event, incident_file_model(announcer->engine->file));
	announcer_pump(announcer);
}

/* ---- sending ---- */

/* A record that is only in memory may still be lost, and its number then means another one. */
static bool is_durable(const Announcer *announcer, int64_t seq) {
	const IncidentFile *file = announcer->engine->file;
	return !file || !text_eq(announcer->folder, incident_file_folder(file)) || seq <= incident_file_stored_seq(file);
}

static char *with_gaps(const Announcer *announcer, const char *text) {
	Buf whole = {0};
	buf_puts(&whole, text);
	if (announcer->dropped)
		buf_printf(&whole, " (%lld earlier messages were never posted: see the record)", (long long) announcer->dropped);
	if (announcer->doubt_owed)
		buf_puts(&whole, " (the message before this one may be missing: see the record)");
	return buf_take(&whole);
}

void announcer_pump(Announcer *announcer) {
	if (!announcer || announcer->sending || !announcer->count || mono_now().ms < announcer->not_before.ms || announcer->engine->stopping)
		return;
	const Waiting *next = &announcer->waiting[0];
	if (!announcer->engine->prober || !prober_link_pid(announcer->engine->prober) || !is_durable(announcer, next->seq))
		return;
	announcer->sending = next->seq;
	if (!keep_state(announcer)) {
		announcer->sending = 0;
		return;
	}
	AUTO_FREE char *text = with_gaps(announcer, next->text);
	prober_link_announce(announcer->engine->prober, announcer->incident, next->seq, text, announcer->thread);
}

static void settle(Announcer *announcer, bool posted) {
	if (posted) {
		announcer->dropped = 0;
		announcer->doubt_owed = false;
	} else {
		announcer->doubt = announcer->sending;
		announcer->doubt_owed = true;
	}
	announcer->posted = announcer->sending;
	announcer->sending = 0;
	announcer->retry_ms = 0;
	drop_first(announcer);
}

static void try_later(Announcer *announcer) {
	announcer->sending = 0;
	announcer->retry_ms = announcer->retry_ms ? announcer->retry_ms * 2 : RETRY_FIRST_MS;
	if (announcer->retry_ms > RETRY_LAST_MS)
		announcer->retry_ms = RETRY_LAST_MS;
	announcer->not_before = (MonoTime){mono_now().ms + announcer->retry_ms};
}

void announcer_told(Announcer *announcer, const Json *frame) {
	if (!announcer || !announcer->sending || json_get_int(frame, "seq", 0) != announcer->sending
		|| !text_eq(json_get_string(frame, "incident"), announcer->incident))
		return;
	const char *outcome = json_get_string_or(frame, "outcome", "in-doubt"), *thread = json_get_string(frame, "thread");
	if (text_eq(outcome, "not-posted")) {
		try_later(announcer);
	} else {
		settle(announcer, text_eq(outcome, "posted"));
		if (thread) {
			free(announcer->thread);
			announcer->thread = bg_strdup(thread);
		}
	}
	/* If it cannot be kept, the file still says that this one is under way: in doubt at worst, never sent again. */
	BG_IGNORE(keep_state(announcer));
	announcer_pump(announcer);
}

void announcer_prober_died(Announcer *announcer) {
	if (!announcer || !announcer->sending)
		return;
	settle(announcer, false);
	BG_IGNORE(keep_state(announcer));
}

void announcer_judge(const Announcer *announcer, Reading *reading) {
	if (!announcer || !text_eq(reading->name, announcer->probe))
		return;
	size_t waiting = announcer->count - (announcer->sending && announcer->count ? 1 : 0);
	reading_fact_int(reading, "waiting", (int64_t) waiting);
	if (reading->state != READING_OK)
		return;
	if (error_is_set(&announcer->trouble)) {
		reading_set(reading, READING_FAIL, "%zu messages wait: what was posted cannot be kept", announcer->count);
		reading_because_error(reading, &announcer->trouble);
	} else if (announcer->retry_ms) {
		reading_set(reading, READING_WARN, "%zu messages wait: the last try failed", announcer->count);
		reading_because(reading, "it is tried again by itself: look at the channel and the rights of the token");
	} else if (announcer->doubt) {
		AUTO_FREE char *text = bg_strdup(reading->text);
		reading_set(reading, READING_WARN, "%s; record %lld may not be posted", text, (long long) announcer->doubt);
		reading_because(reading, "its answer was lost, and it is not sent again: look in the channel, and write it there if it is missing");
	}
}
