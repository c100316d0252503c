/* words.h: text of the screens as plain lines: signs become words, so that nothing is told by a sign or a colour alone. Pure. */
#pragma once
#include "tui/widget/styled.h"

/* Appends `text`. What is literal (commands, output, values) stays as it is; signs of our own become words. Lines without anything literal
 * are wrapped between words at `columns`; 0 = none are. */
void words_write(const Styled *text, bool utf8, int columns, Buf *out);
/* Appends prose, its lines wrapped between words; what goes on is indented. `columns` 0: as it is. */
void words_wrap(Str text, int columns, Buf *out);
/* Appends text from anywhere made harmless; without `utf8` in ASCII. Newlines stay. */
void words_clean(Str text, bool utf8, Buf *out);
