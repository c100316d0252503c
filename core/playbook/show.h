/* show.h: a playbook as it will be walked, for people, for programs, and for paper. */
#pragma once
#include "core/base/buf.h"
#include "core/base/json.h"
#include "core/playbook/model.h"

/* Text, sanitised, 120 columns at most by intent only (nothing is cut). `procedure` NULL: all of them. Appends. */
void playbook_show(const Playbook *playbook, const Procedure *procedure, Buf *out);
/* The same as data; owned. */
Json *playbook_show_json(const Playbook *playbook, const Procedure *procedure);
/* The playbook for paper: the Markdown as written with an empty box before every step and its number, annotations as
 * numbered footnotes at the end, and places for names and times. Appends Markdown text, sanitised. */
void playbook_print(const Playbook *playbook, Buf *out);
