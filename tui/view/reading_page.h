/* reading_page.h: how readings look, and all that is known of one: the board and the nodes screen tell it alike. */
#pragma once
#include "core/providers/reading.h"
#include "tui/theme/glyphs.h"
#include "tui/theme/theme.h"
#include "tui/widget/styled.h"

typedef struct ReadingLook { Glyph glyph; Role role; const char *word; } ReadingLook;
extern const ReadingLook READING_LOOKS[];      /* by ReadingState */

/* "12 s ago", without "ago" where room is dear; the age of an unknown one is how long nobody knows. */
#define READING_AGE_SIZE (SPAN_TEXT_SIZE + 8)
void reading_age(const Reading *reading, WallTime now, bool brief, char text[static READING_AGE_SIZE]);
/* `judged` is the state to show; `why`: what it rests on beside the reading's own reason, or NULL. Appends. */
void reading_page(const Reading *reading, ReadingState judged, const char *why, WallTime now, Styled *page);
