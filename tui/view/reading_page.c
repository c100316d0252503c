/* reading_page.c: see reading_page.h. */
#include "tui/view/reading_page.h"
#include <stdio.h>
#include "core/base/attributes.h"
#include "core/base/zone.h"
#include "tui/view/view.h"

const ReadingLook READING_LOOKS[] = {
	[READING_OK] = { GLYPH_OK, ROLE_OK, "ok" },
	[READING_WARN] = { GLYPH_WARN, ROLE_WARN, "warn" },
	[READING_FAIL] = { GLYPH_FAIL, ROLE_FAIL, "fail" },
	[READING_STALE] = { GLYPH_STALE, ROLE_STALE, "stale" },
	[READING_UNKNOWN] = { GLYPH_UNKNOWN, ROLE_UNKNOWN, "unkn" },
};

void reading_age(const Reading *reading, WallTime now, bool brief, char text[static READING_AGE_SIZE])
{
	char span[SPAN_TEXT_SIZE];
	bool taken = wall_known(reading->taken);
	snprintf(text, READING_AGE_SIZE, "%s%s", taken ? view_bound(now, reading->taken, span) : "not yet", taken && !brief ? " ago" : "");
}

static void write_fact(Styled *page, const Json *fact)
{
	char clock[ZONE_BOTH_SIZE];
	int64_t number;
	const char *key = json_key(fact);
	if (json_is_string(fact))
		styled_field(page, 16, key, ROLE_TEXT, json_string(fact));
	else if (json_is_bool(fact))
		styled_field(page, 16, key, ROLE_TEXT, json_bool(fact, false) ? "yes" : "no");
	else if (json_int(fact, &number) && number > 1000000000000)
		styled_field(page, 16, key, ROLE_TEXT, zone_iso((WallTime) { number }, clock));
	else if (json_int(fact, &number)) {
		snprintf(clock, sizeof(clock), "%lld", (long long) number);
		styled_field(page, 16, key, ROLE_TEXT, clock);
	} else if (json_is_array(fact)) {
		JSON_EACH(item, fact)
			styled_field(page, 16, item == json_first(fact) ? key : "", ROLE_TEXT, json_string(item) ? json_string(item) : "");
	}
}

static void write_last_known(Styled *page, const Reading *reading, WallTime now)
{
	char span[SPAN_TEXT_SIZE], line[400];
	if (!wall_known(reading->last_time) || reading->state != READING_UNKNOWN)
		return;
	snprintf(line, sizeof(line), "%s %s ago: %.300s", reading_state_name(reading->last_state),
		span_format(now.ms - reading->last_time.ms, span), reading->last_text ? reading->last_text : "");
	styled_field(page, 16, "last known", ROLE_TEXT, line);
}

void reading_page(const Reading *reading, ReadingState judged, const char *why, WallTime now, Styled *page)
{
	char span[SPAN_TEXT_SIZE], clock[ZONE_BOTH_SIZE], line[200];
	styled_printf(page, ROLE_HEADING, "%s\n\n", reading->name);
	styled_field(page, 16, "state", READING_LOOKS[judged].role, reading_state_name(judged));
	styled_field(page, 16, "answer", ROLE_TEXT, reading->text ? reading->text : "-");
	if (why)
		styled_field(page, 16, "because", ROLE_NOTICE, why);
	if (reading->reason)
		styled_field(page, 16, why ? "" : "because", ROLE_NOTICE, reading->reason);
	write_last_known(page, reading, now);
	bool outside = reading->system && *reading->system;
	snprintf(line, sizeof(line), "%s%s%s", reading->probe ? reading->probe : "?", outside ? " of system " : ", by itself", outside ? reading->system : "");
	styled_field(page, 16, "asked", ROLE_TEXT, line);
	snprintf(line, sizeof(line), "%s, took %lld ms", zone_clock(reading->taken, now, clock), (long long) reading->elapsed_ms);
	styled_field(page, 16, "when", ROLE_TEXT, line);
	if (reading->budget_ms) {
		snprintf(line, sizeof(line), "%s, then it is stale", span_format(reading->budget_ms, span));
		styled_field(page, 16, "good for", ROLE_TEXT, line);
	}
	if (reading->by_name)
		styled_field(page, 16, "depends on", ROLE_NOTICE, "DNS: it was found by name");
	const Json *facts = reading->facts ? reading->facts : reading->last_facts;
	if (json_first(facts))
		styled_add(page, ROLE_MUTED, "\nWhat it tells\n");
	JSON_EACH(fact, facts)
		write_fact(page, fact);
}
