/* walk_line.h: the walk in words: slots of its View, and of its list. Internal to walk*.c. */
#pragma once
#include "tui/view/walk_view.h"

void walk_line_rows(void *state, ViewContext *context, ViewRowsUse *use, void *userdata);
void walk_line_choose(void *state, ViewContext *context, const char *id);
bool walk_line_page(void *state, ViewContext *context, Styled *out);
bool walk_line_is_busy(void *state, const ViewContext *context);
Outcome walk_line_in_words(void *state, ViewContext *context, CommandId id);
/* The open plan was told: what only reads is done, anything else asks. */
void walk_agree(WalkView *walk, ViewContext *context, const WalkTarget *target);
void outline_say(size_t index, void *userdata, Buf *out);
const char *outline_number(size_t index, void *userdata);
