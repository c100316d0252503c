/* html_text.h: text on its way into the HTML report. Everything from outside goes through here: it is shown, and can shape nothing. */
#pragma once
#include "core/base/buf.h"
#include "core/base/moment.h"
#include "core/base/str.h"

/* One line, made harmless and escaped, for content and for attributes in double quotes. Appends. */
void html_text(Buf *out, const char *text);
/* The same for many lines, for <pre>. */
void html_block(Buf *out, Str text);
/* <time> with the whole date for machines and the clock for people, with its day when that is not `day`'s (the incident's first); a dash
 * when it is not known. */
void html_time(Buf *out, WallTime time, WallTime day);
void html_span(Buf *out, int64_t span_ms);
/* <dt>name</dt><dd>value</dd>; nothing when there is no value. */
void html_fact(Buf *out, const char *name, const char *value);
