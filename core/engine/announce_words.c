/* announce_words.c: see announce_words.h. */
#include "core/engine/announce_words.h"

#include "core/base/alloc.h"
#include "core/base/text.h"

void announce_teller_clear(AnnounceTeller *teller) {
	strlist_clear(&teller->open);
	strlist_clear(&teller->asked);
}

static ptrdiff_t find(const StrList *list, const char *text) {
	for (size_t i = 0; i < list->count; i++)
		if (text_eq(list->items[i], text))
			return (ptrdiff_t) i;
	return -1;
}

/* ---- gates ---- */

/* A gate is asked for again whenever what is signed changes: that is told once, until somebody has answered. */
static bool is_asked_anew(AnnounceTeller *teller, const Event *event) {
	AUTO_FREE char *key = bg_asprintf("%s %s", json_get_string_or(event->data, "run", ""), json_get_string_or(event->data, "gate", ""));
	ptrdiff_t known = find(&teller->asked, key);
	if (event->type == EVENT_SIGNOFF_GIVEN && known >= 0)
		strlist_remove(&teller->asked, (size_t) known);
	if (event->type == EVENT_GATE_ASKED && known < 0)
		strlist_add(&teller->asked, key);
	return known < 0;
}

static void add_roles(const Event *event, const Incident *incident, Buf *out) {
	const Run *run = incident_find_run(incident, json_get_string(event->data, "run"));
	const Gate *gate = run ? run_find_gate(run, json_get_string(event->data, "gate")) : NULL;
	for (size_t i = 0; gate && i < gate->roles.count; i++)
		buf_printf(out, "%s%s", i == 0 ? " (" : i + 1 < gate->roles.count ? ", " : " and ", gate->roles.items[i]);
	buf_puts(out, gate && gate->roles.count ? ")" : "");
}

/* ---- the ledger ---- */

static void add_list(const char *before, const StrList *names, Buf *out) {
	for (size_t i = 0; i < names->count; i++)
		buf_printf(out, "%s%s", i ? ", " : before, names->items[i]);
}

/* What this record opened and closed. */
static bool add_ledger(AnnounceTeller *teller, const Incident *incident, Buf *out) {
	AUTO_CLEAR(StrList) now = {0};
	AUTO_CLEAR(StrList) opened = {0};
	AUTO_CLEAR(StrList) closed = {0};
	for (size_t i = 0; i < incident->open_count; i++) {
		const char *name = incident->ledger[incident->open_items[i]].name;
		strlist_add(&now, name);
		if (find(&teller->open, name) < 0)
			strlist_add(&opened, name);
	}
	for (size_t i = 0; i < teller->open.count; i++)
		if (find(&now, teller->open.items[i]) < 0)
			strlist_add(&closed, teller->open.items[i]);
	add_list("; open now: ", &opened, out);
	add_list("; closed: ", &closed, out);
	strlist_clear(&teller->open);
	teller->open = now;
	now = (StrList){0};
	return opened.count || closed.count;
}

/* ---- a record ---- */

static bool is_told(AnnounceTeller *teller, const Event *event) {
	switch (event->type) {
	case EVENT_GATE_ASKED: case EVENT_SIGNOFF_GIVEN:
		return is_asked_anew(teller, event) || event->type == EVENT_SIGNOFF_GIVEN;
	case EVENT_INCIDENT_DECLARED: case EVENT_INCIDENT_ENDED: case EVENT_COMMANDER_CHANGED: case EVENT_ACTION_FINISHED: case EVENT_ACTION_LOST:
	case EVENT_ACTION_RESOLVED:
		return true;
	case EVENT_NOTE_ADDED:
		return text_eq(json_get_string(event->data, "as"), "sitrep");
	default:   /* the rest is for the timeline; events.def may grow */
		return false;
	}
}

/* Evidence may be what a program printed: it stays in the record. */
static void describe(const Event *event, const Incident *incident, Buf *out) {
	AUTO(Json) *data = json_copy(event->data);
	json_remove(data, "evidence");
	Event shown = *event;
	shown.data = data;
	event_describe(&shown, incident, out);
}

static void add_opening(const Environment *environment, const Event *event, const Incident *incident, Buf *out) {
	const char *commander = json_get_string(event->data, "commander");
	if (event->type != EVENT_INCIDENT_DECLARED)
		return;
	buf_printf(out, ". Environment %s%s%s. What happens follows in this thread (%s).", environment->name, commander ? ", commander " : "",
		commander ? commander : "", incident->id);
}

/* In its own lines: it is written to be read by people. */
static bool put_sitrep(const Environment *environment, const Event *event, Buf *out) {
	AUTO_CLEAR(Buf) text = {0};
	buf_puts(&text, environment->kind == ENVIRONMENT_DRILL ? "DRILL " : "");
	buf_printf(&text, "Situation report by %s:\n%s", event->who ? event->who : "?", json_get_string_or(event->data, "text", ""));
	text_sanitise(str_slice(buf_str(&text), 0, ANNOUNCE_SITREP_MAX), SANITISE_BLOCK, out);
	return true;
}

bool announce_words(AnnounceTeller *teller, const Environment *environment, const Event *event, const Incident *incident, Buf *out) {
	AUTO_CLEAR(Buf) words = {0};
	AUTO_CLEAR(Buf) ledger = {0};
	char time[WALL_TEXT_SIZE];
	bool told = is_told(teller, event), moved = add_ledger(teller, incident, &ledger);
	if (!told && !moved)
		return false;
	if (event->type == EVENT_NOTE_ADDED)
		return put_sitrep(environment, event, out);
	buf_printf(&words, "%s%.5sZ ", environment->kind == ENVIRONMENT_DRILL ? "DRILL " : "", wall_format_iso(event->time, time) + 11);
	describe(event, incident, &words);
	if (event->type == EVENT_GATE_ASKED)
		add_roles(event, incident, &words);
	buf_put_str(&words, buf_str(&ledger));
	add_opening(environment, event, incident, &words);
	if (event->who && !text_eq(event->how, "engine") && event->type != EVENT_SIGNOFF_GIVEN)
		buf_printf(&words, " [%s]", event->who);
	size_t width;
	AUTO_FREE char *line = text_sanitised_line(buf_text(&words));
	Str whole = str_from(line);
	buf_put_str(out, str_slice(whole, 0, text_fit(str_slice(whole, 0, ANNOUNCE_TEXT_MAX), ANNOUNCE_TEXT_MAX, &width)));
	return true;
}
