/* words.h: text of the screens as plain lines: signs become words, so that nothing is told by a sign or a colour alone. Pure. */
#pragma once
#include "tui/widget/styled.h"

/* Appends `text`. What is literal (commands, output, values) stays as it is; signs of our own become words. */
void words_write(const Styled *text, bool utf8, Buf *out);
/* Appends text from anywhere made harmless; without `utf8` in ASCII. Newlines stay. */
void words_clean(Str text, bool utf8, Buf *out);
