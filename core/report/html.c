/* html.c: the report as one file that needs nothing else: for people who were not there, on a screen and on paper. One function for each
 * section, in the order in which a reader asks. */
#include <stdio.h>

#include "core/base/alloc.h"
#include "core/report/html_parts.h"
#include "core/report/html_text.h"
#include "core/report/zones.h"

void html_chip(Buf *out, const char *kind, const char *words)
{
	static const char *const marks[][2] = { { "good", "✔" }, { "warn", "▲" }, { "bad", "✖" }, { "calm", "○" } };
	const char *mark = "○";
	for (size_t i = 0; i < BG_LENGTH(marks); i++) {
		if (text_eq(marks[i][0], kind))
			mark = marks[i][1];
	}
	buf_printf(out, "<span class=\"chip %s\">%s ", kind, mark);
	html_text(out, words);
	buf_puts(out, "</span>");
}

void html_step_name(Buf *out, const IncidentStep *step)
{
	if (step->number && *step->number) {
		html_text(out, step->number);
		buf_putc(out, ' ');
	}
	html_text(out, step->title);
}

static void html_card(Buf *out, const char *kind, const char *big, const char *small)
{
	buf_printf(out, "<div class=\"card %s\"><b>", kind);
	html_text(out, big);
	buf_puts(out, "</b><span>");
	html_text(out, small);
	buf_puts(out, "</span></div>\n");
}

/* By every clock of those who took part. */
static void html_moment(Buf *out, const Incident *incident, const char *name, WallTime time)
{
	char iso[WALL_TEXT_SIZE];
	AUTO_CLEAR(Buf) said = { 0 };
	buf_puts(&said, wall_format_iso(time, iso));
	zones_say(incident, time, &said);
	html_fact(out, name, buf_text(&said));
}

static void html_head(const Report *report, Buf *out)
{
	const Incident *incident = report->incident;
	buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	html_text(out, incident->title);
	buf_printf(out, " – incident report</title>\n<style>\n%s</style>\n</head>\n<body>\n<header>\n<div class=\"eyebrow\">", HTML_STYLE);
	html_chip(out, incident->drill ? "calm" : "bad", incident->drill ? "DRILL" : "REAL");
	buf_puts(out, "<span>Incident report</span><span class=\"id\">");
	html_text(out, incident->id);
	buf_puts(out, "</span></div>\n<h1>");
	html_text(out, incident->title);
	buf_puts(out, "</h1>\n<dl>\n");
	html_fact(out, "Environment", incident->environment);
	html_fact(out, "Commander", incident->commander);
	html_moment(out, incident, "Declared", incident->declared);
	if (incident->phase == INCIDENT_ENDED)
		html_moment(out, incident, "Ended", incident->ended);
	else
		html_fact(out, "Ended", "not yet");
	html_fact(out, "Ended with", incident->end_reason);
	for (size_t i = 0; i < incident->fact_count; i++) {
		int64_t ms;
		const NamedValue *fact = &incident->facts[i];
		bool is_time = str_parse_int(str_from(fact->value), &ms) && ms > INT64_C(1000000000000);
		if (is_time)
			html_moment(out, incident, fact->name, (WallTime) { ms });
		else
			html_fact(out, fact->name, fact->value);
	}
	buf_puts(out, "</dl>\n<nav><a href=\"#open\">Still open</a><a href=\"#steps\">Steps</a><a href=\"#signoffs\">Sign-offs</a>"
		"<a href=\"#actions\">Plans and actions</a><a href=\"#timeline\">Timeline</a><a href=\"#record\">The record</a></nav>\n</header>\n");
}

typedef struct Totals { size_t done, left_out, steps, signed_yes, signed_other, actions_good, actions; } Totals;

static Totals count_all(const Incident *incident)
{
	Totals totals = { .actions = incident->action_count };
	for (size_t r = 0; r < incident->run_count; r++) {
		const Run *run = &incident->runs[r];
		size_t done, total;
		run_progress(run, &done, &total);
		size_t left_out = run_left_out(run);
		totals.done += done - left_out;
		totals.left_out += left_out;
		totals.steps += total;
		for (size_t g = 0; g < run->gate_count; g++) {
			for (size_t i = 0; i < run->gates[g].signoff_count; i++) {
				bool yes = run->gates[g].signoffs[i].decision == DECISION_YES;
				totals.signed_yes += yes;
				totals.signed_other += !yes;
			}
		}
	}
	for (size_t i = 0; i < incident->action_count; i++)
		totals.actions_good += text_eq(html_action_kind(incident->actions[i].state), "good");
	return totals;
}

static void html_glance(const Report *report, Buf *out)
{
	const Incident *incident = report->incident;
	Totals totals = count_all(incident);
	char span[SPAN_TEXT_SIZE], objective[SPAN_TEXT_SIZE];
	bool over = incident->objective_ms && incident->last_mono_ms > incident->objective_ms;
	size_t open = incident->open_count + incident_in_doubt(incident);
	AUTO_FREE char *took = incident->objective_ms ? bg_asprintf("%s the objective of %s", over ? "over" : "within",
		span_format(incident->objective_ms, objective)) : bg_strdup("no objective was set");
	AUTO_FREE char *steps = bg_asprintf("%zu of %zu", totals.done, totals.steps);
	AUTO_FREE char *passed = totals.left_out ? bg_asprintf("steps done, %zu left out", totals.left_out) : bg_strdup("steps done");
	AUTO_FREE char *actions = bg_asprintf("%zu of %zu", totals.actions_good, totals.actions);
	AUTO_FREE char *signoffs = bg_asprintf("%zu", totals.signed_yes);
	AUTO_FREE char *others = totals.signed_other ? bg_asprintf("signed yes, %zu no or escalated", totals.signed_other)
		: bg_strdup("sign-offs, all yes");
	AUTO_FREE char *left = bg_asprintf("%zu", open);
	AUTO_FREE char *records = bg_asprintf("record: %zu entries, %lld anchored", report->count, (long long) report->checked.anchored);
	buf_puts(out, "<div class=\"cards\">\n");
	html_card(out, over ? "bad" : incident->objective_ms ? "good" : "", span_format(incident->last_mono_ms, span), took);
	html_card(out, "", steps, passed);
	html_card(out, totals.actions_good == totals.actions ? "" : "warn", actions, "actions went well");
	html_card(out, totals.signed_other ? "warn" : "", signoffs, others);
	html_card(out, open ? "bad" : "good", left, open ? "still open or in doubt" : "left open");
	html_card(out, report->checked.problems.count ? "bad" : "good", report->checked.problems.count ? "NOT SOUND" : "sound", records);
	buf_puts(out, "</div>\n<figure class=\"wide\">\n");
	picture_svg(report, out);
	buf_puts(out, "<figcaption>Times are UTC. Bars are actions, ✓ steps done by hand, ◆ sign-offs; what was broken open and the readings that "
		"changed stand below.</figcaption>\n</figure>\n");
}

static void html_open(const Incident *incident, Buf *out)
{
	buf_puts(out, "<section id=\"open\">\n<h2>Still open</h2>\n");
	if (!incident->open_count && !incident_in_doubt(incident))
		buf_puts(out, "<p>Nothing: everything that was opened is closed again, and no outcome is in doubt.</p>\n");
	if (incident->ledger_count)
		buf_puts(out, "<h3>Everything that was broken open</h3>\n<div class=\"wide\"><table><thead><tr><th>What</th><th></th><th>Opened</th><th>By</th><th>In</th><th>Closed</th><th>By</th>"
			"</tr></thead><tbody>\n");
	for (size_t i = 0; i < incident->ledger_count; i++) {
		const LedgerItem *item = &incident->ledger[i];
		buf_puts(out, "<tr><td class=\"words\">");
		html_text(out, item->name);
		buf_puts(out, "</td><td>");
		html_chip(out, item->open ? "bad" : "good", item->open ? item->doubtful ? "perhaps open" : "open" : "closed");
		buf_puts(out, "</td><td class=\"time\">");
		html_time(out, item->opened, incident->declared);
		buf_puts(out, "</td><td class=\"who\">");
		html_text(out, item->opened_who);
		buf_puts(out, "</td><td class=\"words\">");
		html_text(out, item->step_title);
		buf_puts(out, "</td><td class=\"time\">");
		html_time(out, item->open ? (WallTime) { 0 } : item->closed, incident->declared);
		buf_puts(out, "</td><td class=\"who\">");
		html_text(out, item->open ? "" : item->closed_who);
		buf_puts(out, "</td></tr>\n");
	}
	buf_puts(out, incident->ledger_count ? "</tbody></table></div>\n" : "");
	for (size_t i = 0; i < incident->action_count; i++) {
		const IncidentAction *action = &incident->actions[i];
		if (action->state != ACTION_IN_DOUBT)
			continue;
		buf_puts(out, "<p>");
		html_chip(out, "bad", "IN DOUBT");
		buf_printf(out, " action %lld, ", (long long) action->number);
		html_text(out, action->verb);
		buf_puts(out, "</p>\n");
	}
	buf_puts(out, "</section>\n");
}

static void html_timeline(const Report *report, Buf *out)
{
	char span[SPAN_TEXT_SIZE];
	ZoneColumn column = zone_column(report->incident);
	buf_printf(out, "<section id=\"timeline\">\n<h2>Timeline</h2>\n<div class=\"wide\"><table><thead><tr><th>No.</th><th>T+</th><th>Time</th>%s%s%s"
		"<th>Who</th><th>What</th></tr></thead><tbody>\n", column.zone ? "<th>" : "", column.zone ? column.zone : "", column.zone ? "</th>" : "");
	for (size_t i = 0; i < report->count; i++) {
		const ReportLine *line = &report->lines[i];
		buf_printf(out, "<tr id=\"r%lld\"><td class=\"num\">%lld</td><td class=\"time\">%s</td><td class=\"time\">", (long long) line->seq,
			(long long) line->seq, span_format_clock(line->mono_ms, span));
		html_time(out, line->time, report->incident->declared);
		if (column.zone)
			buf_printf(out, "</td><td class=\"time\">%s", zone_column_text(&column, line->time));
		buf_puts(out, "</td><td class=\"who\">");
		html_text(out, line->who);
		buf_puts(out, "</td><td class=\"words\">");
		html_text(out, line->text);
		buf_puts(out, "</td></tr>\n");
	}
	buf_puts(out, "</tbody></table></div>\n</section>\n");
}

static void html_list(const StrList *lines, Buf *out)
{
	if (!lines->count)
		return;
	buf_puts(out, "<ul>\n");
	for (size_t i = 0; i < lines->count; i++) {
		buf_puts(out, "<li>");
		html_text(out, lines->items[i]);
		buf_puts(out, "</li>\n");
	}
	buf_puts(out, "</ul>\n");
}

static void html_record(const Report *report, Buf *out)
{
	const JournalReport *checked = &report->checked;
	long long anchored = (long long) checked->anchored, records = (long long) report->count;
	buf_puts(out, "<section id=\"record\">\n<h2>The record</h2>\n<p>");
	html_chip(out, checked->problems.count ? "bad" : "good", checked->problems.count ? "not sound" : "sound");
	buf_printf(out, " This report was made from %lld records alone. Each holds the SHA-256 of the one before.</p>\n<dl>\n", records);
	buf_puts(out, "<dt>Head</dt><dd class=\"id\">sha256:");
	html_text(out, report->head);
	buf_puts(out, "</dd>\n<dt>Anchored</dt><dd>");
	if (anchored)
		buf_printf(out, "records 1 to %lld: signatures and receipts saw them as they are here", anchored);
	else
		buf_puts(out, "none");
	buf_puts(out, "</dd>\n");
	if (anchored < records)
		buf_printf(out, "<dt>In the chain only</dt><dd>records %lld to %lld: nothing outside of the chain saw them</dd>\n", anchored + 1, records);
	buf_puts(out, "</dl>\n");
	html_list(&checked->problems, out);
	html_list(&checked->notes, out);
	buf_puts(out, "<p>To check it without this program: <code>sh verify.sh FOLDER allowed_signers</code>, which needs <code>sha256sum</code> and "
		"<code>ssh-keygen</code>; with it: <code>breakglass verify</code>.</p>\n</section>\n");
}

static void html_improvements(const Incident *incident, Buf *out)
{
	AUTO(Json) *noted = incident_improvements(incident);
	if (!json_count(noted))
		return;
	buf_puts(out, "<section id=\"better\">\n<h2>To do better</h2>\n<ul>\n");
	JSON_EACH(item, noted) {
		buf_puts(out, "<li>");
		html_text(out, json_get_string_or(item, "text", ""));
		buf_puts(out, " (");
		html_text(out, json_get_string_or(item, "who", "?"));
		buf_printf(out, ", record %lld)</li>\n", (long long) json_get_int(item, "record", 0));
	}
	buf_puts(out, "</ul>\n</section>\n");
}

void report_html(const Report *report, WallTime made, Buf *out)
{
	char text[WALL_TEXT_SIZE];
	html_head(report, out);
	buf_puts(out, "<main>\n");
	html_glance(report, out);
	html_open(report->incident, out);
	html_improvements(report->incident, out);
	html_runs(report, out);
	html_signoffs(report, out);
	html_actions(report, out);
	html_timeline(report, out);
	html_record(report, out);
	buf_printf(out, "</main>\n<footer>Made by breakglass from the record alone, %s. Outputs and texts from outside are shown as text; control "
		"characters were made harmless.</footer>\n</body>\n</html>\n", wall_format_iso(made, text));
}
