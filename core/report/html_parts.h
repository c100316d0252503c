/* html_parts.h: the parts of the HTML report, for its own files only. Each appends one section. */
#pragma once
#include "core/report/report.h"

extern const char HTML_STYLE[];

/* A mark and a word: state is never told by colour alone. */
void html_chip(Buf *out, const char *kind /* "good" "warn" "bad" "calm" */, const char *words);
void html_step_name(Buf *out, const IncidentStep *step);
const char *html_step_kind(StepState state);
const char *html_action_kind(ActionState state);
const char *html_decision_kind(Decision decision);

void html_runs(const Report *report, Buf *out);
void html_signoffs(const Report *report, Buf *out);
void html_actions(const Report *report, Buf *out);
/* The timeline as an inline SVG. */
void picture_svg(const Report *report, Buf *out);
